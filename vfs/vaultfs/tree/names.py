"""Names of entries: ranks, collisions, and 255 bytes."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import count

from vaultfs.faults import Invalid, NameTooLong

LIMIT = 255
"""Bytes of the longest name (NAME_MAX). The kernel leaves it to the file system to insist."""

SLASH = "\u2215"
"""DIVISION SLASH, ∕: stands for `/` in the name of a query's folder. The query language reads it so, too."""

_LONGEST_EXTENSION = 16
_NUMBERED = re.compile(rb"(.+) \(\d+\)", re.DOTALL)


def check_length(name: bytes) -> None:
    """Raise NameTooLong above 255 bytes."""
    if len(name) > LIMIT:
        raise NameTooLong(f"a name of {len(name)} bytes")


def query_text(name: bytes) -> str:
    """Return the text a folder name stands for, in NFC; NameTooLong; Invalid for bad UTF-8 or control characters."""
    check_length(name)
    try:
        text = name.decode()
    except UnicodeDecodeError:
        raise Invalid(f"{name!r} is not valid UTF-8") from None
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise Invalid(f"{name!r} has control characters")
    return unicodedata.normalize("NFC", text)


def asked(name: bytes) -> str:
    """Return the query that a folder name is; raises what `query_text` raises."""
    return query_text(name).replace(SLASH, "/")


def named(query: str) -> bytes:
    """Return the folder name that asks `query`; whether it can be one is for the caller to see."""
    return query.replace("/", SLASH).encode()


def composed(name: bytes) -> bytes:
    """Return the name as tags and saved searches are called: in NFC, if it is UTF-8."""
    try:
        return unicodedata.normalize("NFC", name.decode()).encode()
    except UnicodeDecodeError:
        return name


def kept_name(name: bytes) -> str:
    """Return what the catalog shall call a tag, an album or a saved search; Invalid for what it refuses."""
    text = query_text(name)
    if text.startswith("."):
        raise Invalid(f"{name!r} starts with a dot")
    return text


def ranked(rank: int, count: int, name: bytes) -> bytes:
    """Return `001 name`, `002 name` …: as many digits as the count needs, at least three."""
    return _fitted(b"%0*d " % (max(3, len(str(count))), rank), name, b"")


def distinct(names: Sequence[bytes], contents: Sequence[str], taken: Collection[bytes] = ()) -> list[bytes]:
    """Return one name an entry, all different and none in `taken`: of equal ones all but the first get ` (2)`, ` (3)` …

    The first is the one whose content hash is smallest, so that a picture keeps its name whatever the order.
    """
    groups: dict[bytes, list[int]] = defaultdict(list)
    for index, name in enumerate(names):
        groups[_fitted(b"", name, b"")].append(index)
    used = {*groups, *taken}
    result = [b""] * len(names)
    for name, members in groups.items():
        members.sort(key=lambda index: contents[index])
        for index in members:
            free = name if index == members[0] and name not in taken else _numbered(name, used)
            result[index] = free
    return result


def _numbered(name: bytes, used: set[bytes]) -> bytes:
    for number in count(2):
        candidate = _fitted(b"", name, b" (%d)" % number)
        if candidate not in used:
            used.add(candidate)
            return candidate
    raise AssertionError("count() does not end")


def numbered(name: bytes, number: bytes = b"") -> bytes:
    """Return the name with `number` before its extension, cut at a character so that all has at most 255 bytes."""
    return _fitted(b"", name, number)


def unnumbered(name: bytes) -> tuple[bytes, ...]:
    """Return the names of files that `distinct` may have called `name`, but for those that it had to cut."""
    stem, extension = split_extension(name)
    numbered = _NUMBERED.fullmatch(stem)
    return (name,) if numbered is None else (name, numbered[1] + extension)


def _fitted(prefix: bytes, name: bytes, suffix: bytes) -> bytes:
    """Return prefix + stem + suffix + extension, the stem cut at a character so that all has at most 255 bytes."""
    stem, extension = split_extension(name)
    room = LIMIT - len(prefix) - len(suffix) - len(extension)
    return prefix + cut(stem, room) + suffix + extension


def split_extension(name: bytes) -> tuple[bytes, bytes]:
    """Return (stem, extension with its dot); a leading dot starts no extension, a very long one is none."""
    dot = name.rfind(b".")
    if dot <= 0 or len(name) - dot > _LONGEST_EXTENSION:
        return name, b""
    return name[:dot], name[dot:]


def cut(text: bytes, room: int) -> bytes:
    """Return at most `room` bytes from the start of `text`: no half UTF-8 character, nor a dot or space at the cut."""
    if len(text) <= room:
        return text
    end = room
    while end > 0 and room - end < 4 and text[end] & 0xC0 == 0x80:
        end -= 1
    return text[:end].rstrip(b" .") or text[:end]


def with_suffix(name: bytes, suffix: bytes) -> bytes:
    """Return `name` + `suffix`, the name cut at a character so that all has at most 255 bytes."""
    return cut(name, LIMIT - len(suffix)) + suffix
