"""Metadata written by hand, after its formats: TIFF 6.0 and Exif 3.0, IPTC-IIM 4.2, XMP (ISO 16684-1).

Our readers are held against these and not only against the libraries that the readers are made of.
"""

from __future__ import annotations

import io
import struct

from PIL import Image

ASCII, SHORT, LONG, RATIONAL, UNDEFINED = 2, 3, 4, 5, 7
Value = tuple[int, bytes, int]
"""Type, bytes, count."""
Directory = dict[int, Value]
NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "MP": "http://ns.microsoft.com/photo/1.2/",
    "MPRI": "http://ns.microsoft.com/photo/1.2/t/RegionInfo#",
    "MPReg": "http://ns.microsoft.com/photo/1.2/t/Region#",
}


def text(value: str) -> Value:
    data = value.encode() + b"\0"
    return ASCII, data, len(data)


def short(value: int) -> Value:
    return SHORT, struct.pack("<H", value), 1


def rational(*values: tuple[int, int]) -> Value:
    return RATIONAL, b"".join(struct.pack("<II", *value) for value in values), len(values)


def exif(first: Directory, details: Directory, gps: Directory) -> bytes:
    """An APP1 segment's content: three directories, little endian."""
    at = 8
    pointers = {34665: (LONG, b"\0" * 4, 1), 34853: (LONG, b"\0" * 4, 1)}
    size = len(_directory({**first, **pointers}, at))
    behind = _directory(details, at + size)
    whole = {
        **first,
        34665: (LONG, struct.pack("<I", at + size), 1),
        34853: (LONG, struct.pack("<I", at + size + len(behind)), 1),
    }
    return b"Exif\0\0II*\0\x08\0\0\0" + _directory(whole, at) + behind + _directory(gps, at + size + len(behind))


def _directory(entries: Directory, at: int) -> bytes:
    """An IFD that begins at this offset, and the values behind it that have no room in their entries."""
    head, behind = struct.pack("<H", len(entries)), b""
    start = at + 2 + 12 * len(entries) + 4
    for tag, (kind, data, count) in sorted(entries.items()):
        if len(data) <= 4:
            value = data.ljust(4, b"\0")
        else:
            value = struct.pack("<I", start + len(behind))
            behind += data + b"\0" * (len(data) % 2)
        head += struct.pack("<HHI", tag, kind, count) + value
    return head + b"\0" * 4 + behind


def iptc(*entries: tuple[int, str]) -> bytes:
    """An APP13 segment's content: records of dataset 2 within Photoshop's resources."""
    record = b"".join(
        b"\x1c\x02" + struct.pack(">BH", one, len(said.encode())) + said.encode() for one, said in entries
    )
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record + b"\0" * (len(record) % 2)
    return b"Photoshop 3.0\0" + resource


def xmp(body: str, attributes: str = "") -> bytes:
    """A packet of one description."""
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items() if prefix != "rdf")
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{NAMESPACES["rdf"]}">'
        f'<rdf:Description rdf:about="" {names} {attributes}>{body}</rdf:Description></rdf:RDF></x:xmpmeta>'
    ).encode()


def bag(name: str, *items: str, kind: str = "Bag") -> str:
    return f"<{name}><rdf:{kind}>{''.join(f'<rdf:li>{item}</rdf:li>' for item in items)}</rdf:{kind}></{name}>"


def jpeg(*, exif: bytes = b"", iptc: bytes = b"", xmp: bytes = b"", colour: str = "red") -> bytes:
    """A small JPEG with these segments."""
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(buffer, "JPEG")
    return with_segments(buffer.getvalue(), exif=exif, iptc=iptc, xmp=xmp)


def with_segments(plain: bytes, *, exif: bytes = b"", iptc: bytes = b"", xmp: bytes = b"") -> bytes:
    """A JPEG with these segments put in."""
    packet = b"http://ns.adobe.com/xap/1.0/\0" + xmp if xmp else b""
    segments = ((b"\xff\xe1", exif), (b"\xff\xe1", packet), (b"\xff\xed", iptc))
    told = b"".join(mark + struct.pack(">H", len(data) + 2) + data for mark, data in segments if data)
    return plain[:2] + told + plain[2:]


def photograph() -> bytes:
    """A JPEG in which everything that is read of photographs is said by each of the three that can."""
    return jpeg(exif=EXIF, iptc=IPTC, xmp=XMP)


EXIF = exif(
    {
        271: text("Canon"), 272: text("Canon EOS R5"), 315: text("Anna"), 33432: text("2021 Anna"),
        18246: short(2), 270: text("Boats"),
    },
    {
        36867: text("2021:05:06 07:08:09"), 36881: text("+02:00"), 33434: rational((10, 1250)),
        33437: rational((28, 10)), 37386: rational((35, 1)), 34855: short(400), 42036: text("RF35mm"),
    },
    {
        1: text("N"), 2: rational((38, 1), (42, 1), (414, 10)),
        3: text("W"), 4: rational((9, 1), (7, 1), (48, 1)),
    },
)  # fmt: skip
IPTC = iptc((25, "river"), (55, "20180203"), (60, "040506+0100"), (80, "Ivo"), (90, "Lisboa"), (101, "Portugal"))
XMP = xmp(
    bag("dc:subject", "Berlin", "sea") + bag("lr:hierarchicalSubject", "places|Germany|Berlin")
    + bag("digiKam:TagsList", "animals/dog", kind="Seq") + bag("dc:creator", "Jo", "Al", kind="Seq")
    + "<mwg-rs:Regions rdf:parseType='Resource'><mwg-rs:RegionList><rdf:Bag>"
    "<rdf:li><rdf:Description mwg-rs:Name='Bob' mwg-rs:Type='Face'/></rdf:li>"
    "<rdf:li rdf:parseType='Resource'><mwg-rs:Name>Rex</mwg-rs:Name><mwg-rs:Type>Pet</mwg-rs:Type></rdf:li>"
    "</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
    "<MP:RegionInfo><rdf:Description><MPRI:Regions><rdf:Bag>"
    "<rdf:li MPReg:PersonDisplayName='Carla'/></rdf:Bag></MPRI:Regions></rdf:Description></MP:RegionInfo>",
    'xmp:Rating="4" xmp:Label="Red" exif:DateTimeOriginal="2020-01-02T03:04:05.678+05:30"',
)  # fmt: skip
