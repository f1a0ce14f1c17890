"""What is to be written into a picture's file, worked out from the packet that stands in it and what the user says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vaultd.catalog.written import Due
from vaultd.domain.sidecar import NOTHING, Said, Traces, Wish
from vaultd.ingest.merging_sidecars import merged
from vaultd.metadata import said as properties
from vaultd.metadata.editing import Edit, edited
from vaultd.metadata.xmp import parse

BLANK = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Visionary Vault">\n'
    b' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n  <rdf:Description rdf:about="">\n'
    b'  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>'
)
"""A packet that says nothing, as it stands in files."""
_FURTHER = b"HasExtendedXMP"
WRITTEN = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/tiff": ".tif", "image/gif": ".gif",
    "image/avif": ".avif", "image/heic": ".heic", "image/heif": ".heif", "image/jxl": ".jxl", "image/jp2": ".jp2",
}  # fmt: skip
"""Formats that are written, and how files of them are called for exiftool."""
DueFile = Due[Wish, Traces]


class Refusal(Exception):
    """A file cannot be written; the sentence says why."""


@dataclass(frozen=True)
class Plan:
    """What is to be written into a file. `packet`: the new one, b'' where it is to go, None where nothing is to be
    done. `was` and `said`: what the file says before and after."""

    file: DueFile
    packet: bytes | None
    was: Said
    said: Said
    traces: Traces

    @property
    def is_nothing(self) -> bool:
        """Whether the file says all of it."""
        return self.packet is None


def plan_of(file: DueFile, packet: Path) -> Plan:
    """What is to be written into a file of this packet. Raises Unreadable, Refusal, OSError."""
    data = packet.read_bytes() if packet.exists() else b""
    if _FURTHER in data:
        raise Refusal("its XMP is in several parts, which are not written; `--into sidecars` writes beside it")
    was = properties.said(parse(data)) if data else NOTHING
    change, traces = merged(was, file.traces, file.wish)
    if change == Edit():
        return Plan(file, None, was, was, traces)
    after = edited(data or BLANK, change)
    gone = file.wish.is_empty and after == BLANK
    said = NOTHING if gone else properties.said(parse(after))
    return Plan(file, b"" if gone else after, was, said, traces)


def said_in(packet: Path) -> Said:
    """What a packet says; a missing one says nothing. Raises Unreadable, OSError."""
    data = packet.read_bytes() if packet.exists() else b""
    return properties.said(parse(data)) if data else NOTHING
