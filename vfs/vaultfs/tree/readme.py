"""`README.txt`: what to try first. It is not listed any more once a query was opened."""

from __future__ import annotations

from vaultfs.spelling import vvault
from vaultfs.tree.node import TextFile

TEXT = """\
Visionary Vault: your pictures, found by what is in them. They stay where they are; nothing here copies or changes them.

 1. Look for something:        ls ~/vault/search/"red car at night"/       (any words; no mkdir needed)
 2. Narrow it down:            ls ~/vault/search/"dog date:2024 -snow"/    (docs/query-language.md has all fields)
 3. Keep a search:             mkdir ~/vault/saved/"red car"
 4. Tag what you found:        mkdir ~/vault/tags/cars; cp -P ~/vault/search/"red car"/* ~/vault/tags/cars/
 5. Find what looks alike:     cp photo.jpg ~/vault/like/drop/; ls ~/vault/like/photo.jpg/
 6. Put together an album:     mkdir ~/vault/albums/Holiday; ln -s ~/Pictures/beach.jpg ~/vault/albums/Holiday/
 7. Browse:                    by/  recent/  untagged/  favorites/  duplicates/
 8. Undo anything you did:     vvault undo
 9. See what the vault does:   cat ~/vault/STATUS.txt
10. This file leaves the list once you have opened a search.
"""


class Readme(TextFile):
    """The text, with the place of this mount instead of the usual one."""

    __slots__ = ("_text",)

    entry_timeout = 300.0
    attribute_timeout = 300.0

    def __init__(self, inode: int, mountpoint: bytes) -> None:
        super().__init__(inode)
        self._text = TEXT.replace("vvault undo", f"{vvault()} undo").encode().replace(b"~/vault", mountpoint)

    def text(self) -> bytes:
        return self._text
