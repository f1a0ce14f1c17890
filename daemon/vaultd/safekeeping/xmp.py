"""What a person said of a picture as an XMP sidecar (ISO 16684-1), in the properties that photo programs read.

Those are written by `metadata/editing`, as beside pictures. Albums are no property of any standard; ours is
`vvault:Albums`, and a saved search is one of the library's own file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import quoteattr

from vaultd.metadata.editing import BLANK, Edit, edited, escaped
from vaultd.safekeeping.said import SaidOfImage, Saved

NAMESPACE = "urn:visionary-vault:xmp:1.0"
_PLACE = b"  </rdf:Description>"


def sidecar(said: SaidOfImage, tags: list[str], albums: list[str]) -> bytes:
    """The packet of one picture. `tags`: full names that a person sees on it; `albums`: by name."""
    wanted = Edit(
        add=tuple(tuple(tag.split("/")) for tag in tags),
        title=said.texts.get("title"),
        description=said.texts.get("description"),
        caption=said.texts.get("caption"),
        rating=said.rating or None,
    )
    return edited(_packet(_own(said, albums)), wanted)


def library(saved: Iterable[Saved]) -> bytes:
    """The packet of what belongs to no picture: saved searches."""
    items = "".join(
        "<rdf:li rdf:parseType='Resource'>"
        + "".join(f"<vvault:{name}>{escaped(getattr(one, name))}</vvault:{name}>" for name in Saved.__struct_fields__)
        + "</rdf:li>"
        for one in saved
    )
    return _packet([f"<vvault:SavedSearches><rdf:Bag>{items}</rdf:Bag></vvault:SavedSearches>"])


def _own(said: SaidOfImage, albums: list[str]) -> Iterator[str]:
    if albums:
        inside = "".join(f"<rdf:li>{escaped(album)}</rdf:li>" for album in albums)
        yield f"<vvault:Albums><rdf:Bag>{inside}</rdf:Bag></vvault:Albums>"
    if said.favourite:
        yield "<vvault:Favourite>True</vvault:Favourite>"


def _packet(properties: Iterable[str]) -> bytes:
    """A packet with properties of ours."""
    told = f' rdf:about="" xmlns:vvault={quoteattr(NAMESPACE)}'
    inside = "".join(f"   {one}\n" for one in properties)
    return BLANK.replace(b' rdf:about=""', told.encode()).replace(_PLACE, inside.encode() + _PLACE)
