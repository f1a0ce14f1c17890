"""What a person said of a picture as an XMP sidecar (ISO 16684-1), in the properties that photo programs read.

Keywords stand there three times, as programs disagree: `dc:subject` by their last name, `lr:hierarchicalSubject` with
`|` (Lightroom, darktable), `digiKam:TagsList` with `/`. Albums are no property of any standard; ours is
`vvault:Albums`, and a saved search is one of the library's own file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from vaultd.safekeeping.said import SaidOfImage, Saved

_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "vvault": "urn:visionary-vault:xmp:1.0",
    "xmp": "http://ns.adobe.com/xap/1.0/",
}
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


def sidecar(said: SaidOfImage, tags: list[str], albums: list[str]) -> bytes:
    """The packet of one picture. `tags`: full names that a person sees on it; `albums`: by name."""
    return _packet(_properties(said, tags, albums))


def library(saved: Iterable[Saved]) -> bytes:
    """The packet of what belongs to no picture: saved searches."""
    items = "".join(
        "<rdf:li rdf:parseType='Resource'>"
        + "".join(f"<vvault:{name}>{_text(getattr(one, name))}</vvault:{name}>" for name in ("name", "query", "level"))
        + "</rdf:li>"
        for one in saved
    )
    return _packet([f"<vvault:SavedSearches><rdf:Bag>{items}</rdf:Bag></vvault:SavedSearches>"])


def _properties(said: SaidOfImage, tags: list[str], albums: list[str]) -> Iterator[str]:
    yield _array("dc:subject", dict.fromkeys(tag.rpartition("/")[2] for tag in tags))
    yield _array("lr:hierarchicalSubject", (tag.replace("/", "|") for tag in tags))
    yield _array("digiKam:TagsList", tags, "Seq")
    yield _array("vvault:Albums", albums)
    if said.rating:
        yield f"<xmp:Rating>{said.rating}</xmp:Rating>"
    if said.favourite:
        yield "<vvault:Favourite>True</vvault:Favourite>"
    for kind in ("title", "description"):
        if kind in said.texts:
            text = f"<rdf:li xml:lang='x-default'>{_text(said.texts[kind])}</rdf:li>"
            yield f"<dc:{kind}><rdf:Alt>{text}</rdf:Alt></dc:{kind}>"


def _array(name: str, items: Iterable[str], kind: str = "Bag") -> str:
    inside = "".join(f"<rdf:li>{_text(item)}</rdf:li>" for item in items)
    return f"<{name}><rdf:{kind}>{inside}</rdf:{kind}></{name}>" if inside else ""


def _text(text: str) -> str:
    return escape(_ILLEGAL.sub("", text))


def _packet(properties: Iterable[str]) -> bytes:
    names = " ".join(f"xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in _NAMESPACES.items())
    inside = "\n".join(filter(None, properties))
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Visionary Vault">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f'<rdf:Description rdf:about="" {names}>\n{inside}\n</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n'
    )
    return text.encode()
