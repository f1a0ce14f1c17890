"""Extended attributes, xattr(7): their names, and tags as one of them.

`user.xdg.tags` is the freedesktop convention (Dolphin, Gwenview, setfattr): names separated by commas, in UTF-8. A tag
whose own name has a comma cannot be told there; it is left out, and stays as it is whatever is set.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from vaultfs.faults import Invalid, Unsupported
from vaultipc.messages import ImageInfo

TAGS = b"user.xdg.tags"
VAULT = b"user.vault."
"""How the names begin that only a vault has a use for."""
ALL_TAGS = b"user.vault.tags"
"""What the model says too, as `auto/…`."""
SCORE = b"user.vault.score"
WHY = b"user.vault.why"
QUERY = b"user.vault.query"
ID = b"user.vault.id"
"""The image's id. Not listed: a copy outside the vault must not be taken for the picture."""
OPERATIONS = b"user.vault.operations"
"""Of the mount point: how many requests the mount has answered, by kind. Not listed: it differs with every look."""

_SEPARATOR = ","


def check_kind(name: bytes) -> None:
    """Raise Unsupported for what no node here has: access control lists, security labels. `ls -l` asks for each file,
    and asks no more once it knows that the file system has none."""
    if not name.startswith(b"user."):
        raise Unsupported(f"{name!r}: only attributes of users")


class Tags(NamedTuple):
    """A picture's tags: those that can be set as `user.xdg.tags`, and all."""

    settable: tuple[str, ...]
    every: tuple[str, ...]

    @classmethod
    def of(cls, info: ImageInfo) -> Tags:
        """Return what the daemon tells of them; each once, whoever says it."""
        every = dict.fromkeys(tag.name for tag in info.tags)
        said = dict.fromkeys(tag.name for tag in info.tags if tag.source != "auto")
        return cls(tuple(name for name in said if _SEPARATOR not in name), tuple(every))

    def listed(self, name: bytes) -> str:
        """Return the value of the attribute TAGS or ALL_TAGS; empty if there is none."""
        return _SEPARATOR.join(self.settable if name == TAGS else self.every)


def parsed(value: bytes) -> list[str]:
    """Return the tags that a value of `user.xdg.tags` names; Invalid if it is not UTF-8 or has control characters."""
    try:
        text = unicodedata.normalize("NFC", value.decode())
    except UnicodeDecodeError:
        raise Invalid("tags are UTF-8") from None
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise Invalid("tags have no control characters")
    return list(dict.fromkeys(filter(None, (name.strip() for name in text.split(_SEPARATOR)))))
