"""Whose a sidecar is. The rule, for a picture `a.jpg`; case makes a difference only where two names differ by it alone:

1. `a.jpg.xmp` is of `a.jpg` (darktable, digiKam).
2. `a.xmp` (Lightroom, Camera Raw) is of the `a.*` that it names itself: `crs:RawFileName`, `xmpMM:DerivedFrom`,
   `photoshop:SidecarForExtension`. If it names none that is there it is of those `a.*` that have no `a.<ending>.xmp`:
   of the RAW ones among them, or of all if none is a RAW.
3. `a_01.jpg.xmp`, two digits or more, is a further version of `a.jpg` (darktable), unless there is a picture
   `a_01.jpg`. It adds tags; what `a.jpg.xmp` or `a.xmp` says goes before.
4. `a.jpg.txt`, `a.txt`, `a.jpg.json` and `a.json` go by 1 and 2, each kind for itself, but a RAW does not go before.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping

XMP = b".xmp"
ENDINGS = (XMP, b".txt", b".json")
"""How the names of sidecars end, those first whose words go before the others'."""

RAW = frozenset(
    b"."
    + ending
    for ending in (
        b"3fr ari arw bay cap cr2 cr3 crw dcr dcs dng drf eip erf fff gpr iiq k25 kdc mdc mef mos mrw nef nrw orf pef"
        b" ptx pxn r3d raf raw rw2 rwl rwz sr2 srf srw x3f"
    ).split()
)  # fmt: skip
PICTURES = RAW.union(
    b"." + ending
    for ending in (
        b"avif bmp cin dds dpx exr gif hdr heic heif hif j2k jfif jp2 jpe jpeg jpg jpf jpx jxl mpo pam pbm pfm pgm png"
        b" pnm ppm psb psd qoi svg svgz tga tif tiff webp xcf"
    ).split()
)
"""Endings of pictures, be they read here or not, after which a sidecar may be named."""

_VERSION = re.compile(r"^(.+)_\d\d+$", re.DOTALL)


def is_sidecar(name: bytes) -> bool:
    """Whether a file of this name may be one. Hidden files are none: editors write so what is not finished."""
    return name[:1] != b"." and os.path.splitext(name)[1].lower() in ENDINGS


def is_xmp(name: bytes) -> bool:
    """Whether a sidecar is one that photo programs write."""
    return name.lower().endswith(XMP)


def folded(name: bytes) -> str:
    """The name without the differences that file systems disagree on."""
    return unicodedata.normalize("NFC", os.fsdecode(name)).casefold()


def stem(name: bytes) -> str:
    """What a picture's name shares with the names of its sidecars."""
    return folded(os.path.splitext(name)[0])


def stem_of_sidecar(name: bytes) -> str:
    """What a sidecar's name shares with that of its picture."""
    rest = os.path.splitext(name)[0]
    return stem(rest) if _is_whole(rest) else folded(rest)


def versions(stem: str) -> tuple[str, str]:
    """Between which stems, the second not included, those of further versions lie."""
    return f"{stem}_0", f"{stem}_:"


def stems_of_pictures(sidecar: bytes) -> list[bytes]:
    """The stems, as they are spelled here, of all pictures that a sidecar of this name may be of."""
    rest = os.path.splitext(sidecar)[0]
    if not _is_whole(rest):
        return [rest]
    own = os.path.splitext(rest)[0]
    version = re.match(rb"^(.+)_\d\d+$", own, re.DOTALL)
    return [own, version[1]] if version else [own]


def of_picture(picture: bytes, sidecars: Mapping[bytes, str], pictures: Collection[bytes]) -> Iterator[bytes]:
    """The sidecars of a picture, the one whose words go first first.

    `sidecars`: those in its folder that may be its, with the file that each names itself (`Said.of`). `pictures`: the
    pictures of the folder, those at least that have its stem or may be a further version of it.
    """
    for ending in ENDINGS:
        these = {one: of for one, of in sorted(sidecars.items()) if os.path.splitext(one)[1].lower() == ending}
        own = [one for one in these if _is_of(os.path.splitext(one)[0], picture, pictures)]
        yield from own
        yield from (one for one, of in these.items() if _shares(one, of, picture, these, pictures))
        if ending == XMP:
            yield from (one for one in these if _is_version(os.path.splitext(one)[0], picture, pictures))


def _is_whole(rest: bytes) -> bool:
    """Whether a sidecar's name without its ending is that of a picture."""
    return os.path.splitext(rest)[1].lower() in PICTURES


def _is_of(rest: bytes, picture: bytes, pictures: Collection[bytes]) -> bool:
    if rest == picture:
        return True
    return folded(rest) == folded(picture) and rest not in pictures


def _shares(sidecar: bytes, of: str, picture: bytes, sidecars: Collection[bytes], pictures: Collection[bytes]) -> bool:
    """Whether a sidecar named by the stem alone is of the picture, perhaps among others."""
    rest = os.path.splitext(sidecar)[0]
    if folded(rest) != stem(picture) or _is_of(rest, picture, pictures):
        return False
    exact = any(os.path.splitext(one)[0] == rest for one in pictures)
    if exact and os.path.splitext(picture)[0] != rest:
        return False
    sharing = {one for one in (*pictures, picture) if stem(one) == stem(picture)}
    meant = {one for one in sharing if of and (folded(one) == of or (of[0] == "." and folded(one).endswith(of)))}
    if meant:
        return picture in meant
    without = {one for one in sharing if not any(_is_of(os.path.splitext(own)[0], one, pictures) for own in sidecars)}
    raw = {one for one in without if os.path.splitext(one)[1].lower() in RAW}
    is_xmp = os.path.splitext(sidecar)[1].lower() == XMP
    return picture in (raw if raw and is_xmp else without)


def _is_version(rest: bytes, picture: bytes, pictures: Collection[bytes]) -> bool:
    if not _is_whole(rest) or any(folded(one) == folded(rest) for one in pictures):
        return False
    start, ending = os.path.splitext(rest)
    version = _VERSION.match(folded(start))
    return version is not None and version[1] + folded(ending) == folded(picture)
