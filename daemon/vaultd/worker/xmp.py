"""What photo programs wrote: Dublin Core keywords, title and description of an XMP packet (ISO 16684-1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from vaultd.domain.content import Keywords, Words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
LONGEST = 4 * 1024 * 1024


def read(packet: Any) -> Element | None:
    """The packet's tree; None if there is none, or if it is damaged or hostile: then it says nothing."""
    if isinstance(packet, str):
        packet = packet.encode()
    if not isinstance(packet, bytes) or len(packet) > LONGEST:
        return None
    try:
        tree: Element = fromstring(packet.strip(b"\0 \n"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    return tree


def keywords(tree: Element) -> Keywords:
    """dc:subject."""
    return Keywords("xmp", [name for subject in tree.iter(DC + "subject") for name in _items(subject)])


def words(tree: Element) -> Iterator[Words]:
    """dc:title and dc:description, in the default language or else the first one."""
    for kind in ("title", "description"):
        for element in tree.iter(DC + kind):
            said = next(iter(_items(element)), "")
            if said:
                yield Words(kind, "xmp", said)
                break


def _items(element: Element) -> list[str]:
    """The texts of an rdf:Bag, Seq or Alt, the default language first."""
    items = sorted(element.iter(RDF + "li"), key=lambda item: item.get(LANG, "x-default") != "x-default")
    return [item.text.strip() for item in items if item.text and item.text.strip()]
