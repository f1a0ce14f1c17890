"""Changing some properties of an XMP packet: every other byte of it stays as another program wrote it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

from vaultd.domain.sidecar import TagPath
from vaultd.metadata import said as properties
from vaultd.metadata.said import ALT_TEXT, DESCRIPTION, RATING, SEPARATORS, SUBJECT, TAGS_LIST, TITLE
from vaultd.metadata.xmp import NAMESPACES, RDF, Item, Packet, Property, Unreadable, parse

BLANK = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Visionary Vault">\n'
    b' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n  <rdf:Description rdf:about="">\n'
    b"  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n"
)
"""A packet that says nothing."""

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""
_INDENT = b"\n   "
_BLANKS = b" \t"

Splice = tuple[int, int, bytes]
"""Where bytes are taken out, and what takes their place."""


class Edit(Struct, frozen=True):
    """What is to be changed: paths of tags to be added and taken out; title, description, caption and stars to be set.

    '' and 0 take out, None leaves.
    """

    add: tuple[TagPath, ...] = ()
    remove: tuple[TagPath, ...] = ()
    title: str | None = None
    description: str | None = None
    caption: str | None = None
    rating: int | None = None


def edited(data: bytes, edit: Edit) -> bytes:
    """The packet with these changes. What stands there already is not written again.

    Raises Unreadable if the packet is, if it is not in UTF-8, or if a property that is to be changed has a form that
    would lose something.
    """
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    packet = parse(data)
    if not packet.was_utf8:
        raise Unreadable("its text is not UTF-8, which is the only one that is written")
    editor = _Editor(packet)
    editor.tags(edit)
    for name, text in ((TITLE, edit.title), (DESCRIPTION, edit.description), (ALT_TEXT, edit.caption)):
        if text is not None and text != properties.text(packet, name):
            editor.language(name, text)
    if edit.rating is not None and edit.rating != properties.stars(packet):
        editor.simple(RATING, str(edit.rating) if edit.rating else "")
    return mark + editor.done()


class _Editor:
    """Collects splices; nothing is changed before `done`."""

    def __init__(self, packet: Packet) -> None:
        self._packet = packet
        self._splices: list[Splice] = []
        self._new: list[bytes] = []

    def tags(self, edit: Edit) -> None:
        """Adds and removes paths in the places where keywords stand.

        A list of paths is made only where there is none at all, and then of all: digiKam reads one and not the other.
        """
        before = properties.said(self._packet).tags
        gone = [path for path in edit.remove if path in before and path not in edit.add]
        new = [path for path in dict.fromkeys(edit.add) if path not in before]
        if not gone and not new:
            return
        after = [*(path for path in before if path not in gone), *new]
        lists = [name for name in SEPARATORS if self._packet.named(name)]
        for name in lists or SEPARATORS:
            listed = properties.paths(self._packet, name)
            wanted = [*_swallowed(after), *new] if lists else after
            self._paths(name, [path for path in dict.fromkeys(wanted) if path not in listed], gone)
        self._names(after, new, gone)

    def _paths(self, name: str, add: list[TagPath], gone: list[TagPath]) -> None:
        """A name that holds a list's separator would be two there. None holds `/`, so digiKam's list takes all."""
        separator = SEPARATORS[name]
        written = [separator.join(path) for path in add if not any(separator in part for part in path)]
        self._array(name, written, lambda text: properties.path_of(text, separator) in gone)

    def _names(self, after: list[TagPath], new: list[TagPath], gone: list[TagPath]) -> None:
        """Last names, and, where another program wrote them, those on the way: they go with the last that needs."""
        needed = {part.casefold() for path in after for part in path}
        leaving = {part.casefold() for path in gone for part in path} - needed
        there = {name.casefold() for name in properties.flat(self._packet)}
        leaves = dict.fromkeys(path[-1] for path in new if path[-1].casefold() not in there)
        self._array(SUBJECT, list(leaves), lambda text: text.casefold() in leaving)

    def language(self, name: str, text: str) -> None:
        """A text of which there may be several languages: that of no certain one, or else the first, is ours."""
        found = self._packet.named(name)
        one = found[0] if found else None
        items = [item for item in one.items if item.text.strip()] if one is not None else []
        item = next((item for item in items if item.lang == "x-default"), items[0] if items else None)
        if one is not None and item is not None and len(one.items) > 1 and not text:
            self._cut(item)
        elif one is not None and item is not None and text:
            self._fill(one, item, text)
        else:
            self._remove(found)
            if text:
                self._new.append(self._element(name, "Alt", [f'<rdf:li xml:lang="x-default">{escaped(text)}</rdf:li>']))

    def simple(self, name: str, text: str) -> None:
        """A plain text; '' takes the property away."""
        found = self._packet.named(name)
        if found and found[0].is_attribute and text:
            one = found[0]
            written = self._packet.data[one.start : one.end]
            self._splices.append((one.start, one.end, written[: written.index(b"=") + 1] + quoteattr(text).encode()))
            self._remove(found[1:])
            return
        self._remove(found)
        if text:
            self._new.append(self._element(name, "", [escaped(text)]))

    def done(self) -> bytes:
        """The packet's bytes with everything that was asked for."""
        if self._new:
            self._splices.append(self._insertion())
        data, until = bytearray(self._packet.data), len(self._packet.data) + 1
        for start, end, text in sorted(self._splices, reverse=True):
            if end > until:
                raise Unreadable("two of its properties lie within one another")
            data[start:end], until = text, start
        return bytes(data)

    # ---- the parts of it -----------------------------------------------------------------------------------------

    def _array(self, name: str, add: list[str], goes: Callable[[str], bool]) -> None:
        found = self._packet.named(name)
        gone = [(one, item) for one in found for item in one.items if goes(item.text.strip())]
        plain = [one for one in found if not one.array]
        if not add and not gone and not any(goes(text) for one in plain for text in one.texts):
            return
        if plain or not found:  # no array: one is made of what stands there
            kept = [text for one in found for text in one.texts if not goes(text)]
            self._remove(found)
            if kept or add:
                kind = "Seq" if name == TAGS_LIST else "Bag"
                self._new.append(self._element(name, kind, _items([*kept, *add])))
            return
        one = found[0]
        if not add and len(gone) == sum(len(each.items) for each in found):
            self._remove(found)
            return
        for _, item in gone:
            self._cut(item)
        if add:
            self._append(one, add)

    def _append(self, one: Property, add: list[str]) -> None:
        if one.closing is None:  # <rdf:Bag/>
            self._remove([one])
            self._new.append(self._element(one.name, one.array.decode().rpartition(":")[2], _items(add)))
            return
        at = one.items[-1].end if one.items else one.closing
        before = self._white_space_before(one.items[-1].start) if one.items else b""
        li = b":".join([*one.array.split(b":")[:-1], b"li"])
        self._splices.append(
            (at, at, b"".join(before + b"<%b>%b</%b>" % (li, escaped(text).encode(), li) for text in add))
        )

    def _fill(self, one: Property, item: Item, text: str) -> None:
        if item.inside is None or not item.is_plain:
            raise Unreadable(f"its {one.name} has a form that is not written")
        self._splices.append((item.inside.start, item.inside.end, escaped(text).encode()))

    def _remove(self, found: Iterable[Property]) -> None:
        for one in found:
            if not one.is_plain or not all(item.is_plain for item in one.items):
                raise Unreadable(f"its {one.name} has a form that is not written")
            if one.is_attribute:
                self._splices.append((one.start, one.end, b""))
            else:
                self._splices.append((one.start - len(self._white_space_before(one.start)), one.end, b""))

    def _cut(self, item: Item) -> None:
        self._splices.append((item.start - len(self._white_space_before(item.start)), item.end, b""))

    def _white_space_before(self, at: int) -> bytes:
        """The rest of the line before, and its end, if there is nothing else on it."""
        data, start = self._packet.data, at
        while data[start - 1 : start] and data[start - 1] in _BLANKS:
            start -= 1
        if data[start - 1 : start] != b"\n":
            return b""
        return data[start - (2 if data[start - 2 : start] == b"\r\n" else 1) : at]

    def _element(self, name: str, kind: str, inside: list[str]) -> bytes:
        """An element with what its prefixes mean, but for those that mean it already where it will stand."""
        uses = {name.partition(":")[0]: NAMESPACES[name.partition(":")[0]]} | ({"rdf": RDF} if kind else {})
        told = "".join(
            f" xmlns:{prefix}={quoteattr(uri)}"
            for prefix, uri in uses.items()
            if self._packet.prefixes.get(prefix) != uri
        )
        if not kind:
            return f"<{name}{told}>{''.join(inside)}</{name}>".encode()
        items = "".join(f"\n     {item}" for item in inside)
        return f"<{name}{told}>\n    <rdf:{kind}>{items}\n    </rdf:{kind}>\n   </{name}>".encode()

    def _insertion(self) -> Splice:
        """The new properties at the end of the first description, which is made if there is none."""
        packet, inside = self._packet, b"".join(_INDENT + one for one in self._new)
        if packet.description is not None:
            return self._into(packet.description.start, packet.description_closing, inside)
        told = "" if packet.prefixes.get("rdf") == RDF else f' xmlns:rdf="{RDF}"'
        whole = f'\n  <rdf:Description rdf:about=""{told}>'.encode() + inside + b"\n  </rdf:Description>"
        if packet.rdf is None:
            raise AssertionError("a packet that was parsed has RDF")
        return self._into(packet.rdf.start, packet.rdf_closing, whole)

    def _into(self, start: int, closing: int | None, inside: bytes) -> Splice:
        """Puts something at the end of an element, which gets an end tag if it has none."""
        if closing is not None:
            at = closing - len(self._white_space_before(closing))
            return at, at, inside
        tag = self._packet.tag(start)
        name = re.split(rb"[\s/>]", self._packet.data[tag.start + 1 : tag.end], maxsplit=1)[0]
        return tag.end - 2, tag.end, b">" + inside + b"\n  </" + name + b">"


def _items(texts: Iterable[str]) -> list[str]:
    return [f"<rdf:li>{escaped(text)}</rdf:li>" for text in texts]


def can_hold(tag: TagPath) -> bool:
    """Whether a tag comes out of a packet as it went in."""
    return all(part and part == part.strip() and "|" not in part and not _ILLEGAL.search(part) for part in tag)


def _swallowed(tags: list[TagPath]) -> list[TagPath]:
    """Those without a path that would be taken for a name on the way of another's, did no list say otherwise."""
    within = {part.casefold() for path in tags if len(path) > 1 for part in path}
    return [path for path in tags if len(path) == 1 and path[0].casefold() in within]


def escaped(text: str) -> str:
    """A text as it stands between tags, without what XML cannot hold."""
    return escape(_ILLEGAL.sub("", text)).replace("\r", "&#13;")
