"""XMP: every property that holds text, under its name without the namespace (ISO 16684-1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from vaultd.prompts.texts import Text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LARGEST = 1024 * 1024
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_MOST = 1000


def texts(packet: bytes) -> Iterator[Text]:
    """The texts of a packet; nothing if it is damaged or hostile. Of several languages the default comes first."""
    if len(packet) > LARGEST:
        return
    try:
        tree: Element = fromstring(packet.strip(b"\0 \r\n\t"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):  # LookupError: an encoding no one knows
        return
    for number, described in enumerate(tree.iter(_RDF + "Description")):
        if number == _MOST:
            return
        yield from (Text(_bare(key), value) for key, value in described.attrib.items())
        for each in described:
            yield from (Text(_bare(each.tag), said) for said in _said(each))


def _said(element: Element) -> list[str]:
    """What a property says, by itself or in a list."""
    items = [item.text or "" for item in element.findall(f"./*/{_RDF}li")] or [element.text or ""]
    return [item.strip() for item in items if item.strip()]


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]
