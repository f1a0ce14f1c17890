"""An SVG without anything that would reach out of it.

resvg has no network, but it reads any file that an <image> names; and a document can ask XML for files, too. Pictures
that stand within the document are kept where they are small enough to be decoded.
"""

from __future__ import annotations

import base64
import binascii
import io
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]
from PIL import Image, UnidentifiedImageError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SVG = "{http://www.w3.org/2000/svg}"
KINDS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/jpg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
"""Types of pictures within a document that are drawn, as Pillow calls them. An SVG in an SVG is not."""
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
_USELESS = ("script", "foreignObject", "metadata")


def cleaned(content: bytes) -> Element:
    """The root element, cleaned. Raises SyntaxError where it is no SVG, ValueError where it is a damaged or hostile
    one, and Pillow's errors of bombs for what is embedded.

    Entities are known only as the document itself defines them, and Expat ends it where they multiply.
    """
    try:
        root: Element = fromstring(content, forbid_entities=False, forbid_external=True)
    except (ParseError, LookupError) as error:
        raise (ValueError if b"<svg" in content else SyntaxError)(f"no sound XML: {error}") from None
    except DefusedXmlException as error:
        raise ValueError(f"it asks for what is outside of it: {type(error).__name__}") from None
    if root.tag not in (SVG + "svg", "svg"):
        raise SyntaxError("no SVG")
    _clean(root)
    return root


def _clean(root: Element) -> None:
    pixels = 0
    for element in root.iter():
        for child in list(element):
            if _local(child) in _USELESS:
                element.remove(child)
        for name in _HREFS:
            target = element.get(name)
            if target is None or target.startswith("#"):
                continue
            embedded = _embedded(target) if _local(element) in ("image", "feImage") else 0
            pixels += embedded
            if not embedded or pixels > (Image.MAX_IMAGE_PIXELS or pixels):
                del element.attrib[name]


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _embedded(target: str) -> int:
    """Pixels of a picture that a data: URL (RFC 2397) holds; 0 where it holds none that is drawn.

    Raises Pillow's errors of bombs.
    """
    head, comma, body = target.partition(",")
    scheme, _, kind = head.partition(";")[0].partition(":")
    format = KINDS.get(kind.strip().lower())
    if scheme != "data" or not comma or format is None:  # resvg takes any other spelling for a file's name
        return 0
    try:
        content = unquote_to_bytes(body)
        if ";base64" in head.lower():
            content = base64.b64decode(content)
        with Image.open(io.BytesIO(content), formats=[format]) as picture:
            return picture.width * picture.height
    except (binascii.Error, UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return 0
