"""An XMP packet (ISO 16684-1) as the places of its properties in the bytes: one can be changed and the rest is kept.

Nothing but elements and text is let in: a document type, and with it every entity that could grow or fetch, is refused
before it is looked at.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from xml.parsers import expat

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "MP": "http://ns.microsoft.com/photo/1.2/",
    "MPReg": "http://ns.microsoft.com/photo/1.2/t/Region#",
}
"""The common prefixes of those namespaces of which something is read. A packet may use others."""

LONGEST = 1 << 20
DEEPEST = 256
"""Elements within one another. Real packets have a dozen."""
MOST_PREFIXES = 500
STRUCTURES = frozenset({"mwg-rs:Regions", "MP:RegionInfo"})
"""Properties of which also the innermost parts are kept."""
MOST_PARTS = 5_000

_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}
_TAG = re.compile(rb"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE = re.compile(rb"""(\s+)([^\s=/>"']+)\s*=\s*("[^"]*"|'[^']*')""")
_DECLARED = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_LANG = "http://www.w3.org/XML/1998/namespace lang"
_CONTAINERS = frozenset(f"{RDF} {kind}" for kind in ("Bag", "Seq", "Alt"))


class Unreadable(Exception):
    """The packet is damaged, hostile or too large; says why."""


@dataclass
class Span:
    """A part of the bytes: an element with its tags, or an attribute with the white space before it."""

    start: int
    end: int = 0


@dataclass
class Item(Span):
    """An `rdf:li`. `inside`: where its text stands, None if it has no end tag."""

    text: str = ""
    lang: str = ""
    is_plain: bool = True
    inside: Span | None = None


@dataclass
class Property(Span):
    """A property of the picture: plain text, or the items of an array.

    `is_plain`: there is nothing else in it, no structure and no qualifier. `closing`: where the end tag of the array
    begins, None if there is none. `array`: the array's name as it is written there.
    """

    name: str = ""
    text: str = ""
    is_attribute: bool = False
    is_plain: bool = True
    items: list[Item] = field(default_factory=list)
    array: bytes = b""
    closing: int | None = None
    parts: dict[int, dict[str, str]] = field(default_factory=dict)
    """Of STRUCTURES: what stands in each innermost `rdf:li`, by its start: names such as `mwg-rs:Name`, and texts."""

    @property
    def texts(self) -> list[str]:
        """The texts of the array in their order, or the plain text, without white space around; no empty ones."""
        found = [item.text for item in self.items] if self.array else [self.text]
        return [text.strip() for text in found if text.strip()]


@dataclass
class Packet:
    """`data` is UTF-8 without a byte order mark. `was_utf8`: so the file was, and its bytes may be changed.

    `prefixes`: what is bound where new properties go. `description`: the first `rdf:Description`, and the end of its
    start tag; None if there is none. `closing`: where the end tag of `rdf:RDF` begins, None if it has none.
    """

    data: bytes
    was_utf8: bool
    properties: list[Property] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)
    rdf: Span | None = None
    rdf_closing: int | None = None
    description: Span | None = None
    description_closing: int | None = None

    def named(self, name: str) -> list[Property]:
        """The properties of a name such as `dc:title`, whatever prefix the packet uses. Normally one at most."""
        return [found for found in self.properties if found.name == name]

    def tag(self, start: int) -> Span:
        """The start tag of the element that begins here."""
        return _tag(self.data, start)


def parse(data: bytes, longest: int = LONGEST) -> Packet:
    """Finds the properties of a packet of that many bytes at most. Raises Unreadable."""
    if len(data) > longest:
        raise Unreadable(f"it is larger than {longest >> 20} MiB")
    packet = Packet(*_as_utf8(data))
    _Finder(packet).run()
    if packet.rdf is None:
        raise Unreadable("it holds no RDF")
    return packet


def _as_utf8(data: bytes) -> tuple[bytes, bool]:
    """The text as UTF-8, and whether it was."""
    data = data.rstrip(b"\0") if not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else data
    if not data.strip():
        raise Unreadable("it is empty")
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16").strip("\0").encode(), False
        plain = data.removeprefix(codecs.BOM_UTF8)
        declared = _DECLARED.match(plain)
        encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
        if encoding in ("iso-8859-1", "latin1", "windows-1252"):
            return plain.decode("cp1252", "replace").encode(), False
        plain.decode("utf-8")
    except UnicodeError:
        raise Unreadable("its text is not UTF-8") from None
    return plain, True


def _tag(data: bytes, start: int) -> Span:
    found = _TAG.match(data, start)
    if found is None:
        raise Unreadable("a tag of it cannot be told")
    return Span(found.start(), found.end())


class _Finder:
    """Walks through a packet once. `_path`: the open elements, their expanded names, starts and prefixes."""

    def __init__(self, packet: Packet) -> None:
        self._packet = packet
        self._path: list[tuple[str, int, dict[str, str]]] = []
        self._declared: dict[str, str] = {}
        self._rdf = 0
        """How many elements are open inside which `rdf:RDF` stands, it included; 0 outside."""
        self._property: Property | None = None
        self._item: Item | None = None
        self._text: list[str] = []

    def run(self) -> None:
        parser = self._parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self._text_found
        try:
            parser.Parse(self._packet.data, True)
        except expat.ExpatError as error:
            raise Unreadable(f"it is no well-formed XML: {error}") from None
        finally:
            del self._parser  # it and its handlers know each other

    def _doctype(self, *_: object) -> None:
        raise Unreadable("it declares a document type, which no sidecar does")

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        self._declared[prefix or ""] = uri or ""

    def _text_found(self, text: str) -> None:
        self._text.append(text)

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        start = self._parser.CurrentByteIndex
        self._path.append((name, start, self._bound()))
        if len(self._path) > DEEPEST:
            raise Unreadable("its elements are too deep within one another")
        if not self._rdf and name == f"{RDF} RDF":
            self._rdf = len(self._path)
            if self._packet.rdf is None:
                self._packet.rdf = Span(start)
                self._packet.prefixes = self._path[-1][2]
        elif self._rdf:
            steps = {1: self._described, 2: self._begun, 3: self._array, 4: self._listed}
            steps.get(len(self._path) - self._rdf, self._inside)(name, attributes, start)
        if self._property is not None and self._property.name in STRUCTURES:
            for each, text in attributes.items():
                self._part(each, text)
        self._text = []

    def _close(self, name: str) -> None:
        index = self._parser.CurrentByteIndex
        _, start, _ = self._path[-1]
        tag = _tag(self._packet.data, start)
        is_empty = self._packet.data[tag.end - 2 : tag.end] == b"/>"
        end = tag.end if is_empty else self._packet.data.index(b">", index) + 1
        depth = len(self._path) - self._rdf if self._rdf else -1
        if depth > 2:
            self._part_ended(name)
        closing = None if is_empty else index
        if depth == 0 and self._packet.rdf is not None:
            if self._packet.rdf.start == start:
                self._packet.rdf.end, self._packet.rdf_closing = end, closing
            self._rdf = 0
        elif depth == 1 and self._packet.description is not None and self._packet.description.start == start:
            self._packet.description.end, self._packet.description_closing = end, closing
        elif depth == 2:
            self._ended(end)
        elif depth == 3 and self._property is not None and self._property.array:
            self._property.closing = closing
        elif depth == 4:
            self._item_ended(Span(tag.end, index) if not is_empty else None, end)
        self._path.pop()
        self._text = []

    def _bound(self) -> dict[str, str]:
        """The prefixes of the element that begins, by what they mean; below properties nobody asks for them."""
        above = self._path[-1][2] if self._path else {}
        declared, self._declared = self._declared, {}
        if not declared or (self._rdf and len(self._path) > self._rdf):
            return above
        if len(above) + len(declared) > MOST_PREFIXES:
            raise Unreadable("it declares too many namespaces")
        return {**above, **declared}

    # ---- what stands at which depth below rdf:RDF ----------------------------------------------------------------

    def _described(self, name: str, attributes: dict[str, str], start: int) -> None:
        if name != f"{RDF} Description":
            return
        if self._packet.description is None:
            self._packet.description = Span(start)
            self._packet.prefixes = self._path[-1][2]
        tag = _tag(self._packet.data, start)
        for found in _ATTRIBUTE.finditer(self._packet.data, start, tag.end):
            prefix, _, local = found[2].decode().rpartition(":")
            uri = self._path[-1][2].get(prefix, "") if prefix else ""
            if uri in _PREFIXES and f"{uri} {local}" in attributes:
                self._packet.properties.append(
                    Property(
                        found.start(),
                        found.end(),
                        f"{_PREFIXES[uri]}:{local}",
                        attributes[f"{uri} {local}"],
                        is_attribute=True,
                    )
                )

    def _begun(self, name: str, attributes: dict[str, str], start: int) -> None:
        uri, _, local = name.rpartition(" ")
        is_described = self._path[-2][0] == f"{RDF} Description"
        if is_described and uri in _PREFIXES:
            self._property = Property(start, name=f"{_PREFIXES[uri]}:{local}", is_plain=not attributes)
            self._packet.properties.append(self._property)

    def _array(self, name: str, attributes: dict[str, str], start: int) -> None:
        if self._property is None:
            return
        if name in _CONTAINERS and not self._property.array:
            tag = self._packet.data[start + 1 : _tag(self._packet.data, start).end]
            self._property.array = re.split(rb"[\s/>]", tag, maxsplit=1)[0]
        else:
            self._property.is_plain = False

    def _listed(self, name: str, attributes: dict[str, str], start: int) -> None:
        if self._property is not None and self._property.array and name == f"{RDF} li":
            self._item = Item(start, lang=attributes.get(_LANG, ""), is_plain=not set(attributes) - {_LANG})
            self._property.items.append(self._item)

    def _inside(self, name: str, attributes: dict[str, str], start: int) -> None:
        if self._item is not None:
            self._item.is_plain = False

    def _part_ended(self, name: str) -> None:
        if self._property is not None and self._property.name in STRUCTURES:
            self._part(name, "".join(self._text).strip())

    def _part(self, name: str, text: str) -> None:
        """Something of the innermost `rdf:li` that is open."""
        uri, _, local = name.rpartition(" ")
        one = next((start for name, start, _ in reversed(self._path) if name == f"{RDF} li"), None)
        if self._property is None or one is None or uri not in _PREFIXES or not text:
            return
        if one in self._property.parts or len(self._property.parts) < MOST_PARTS:
            self._property.parts.setdefault(one, {})[f"{_PREFIXES[uri]}:{local}"] = text

    def _item_ended(self, inside: Span | None, end: int) -> None:
        if self._item is not None:
            self._item.end, self._item.inside = end, inside
            self._item.text = "".join(self._text) if self._item.is_plain else ""
            self._item = None

    def _ended(self, end: int) -> None:
        if self._property is not None:
            self._property.end = end
            if self._property.is_plain and not self._property.array:
                self._property.text = "".join(self._text)
            self._property = None
