"""Names that are never queries: what file managers, shells and tools look for in every folder they enter.

Each is answered ENOENT at once. Dot names as a whole belong here (views are resolved before); the rest is what programs
of other systems and version control look for.
"""

from __future__ import annotations

import re

# What Samba calls to its clients what DOS could not have called so (`tag:beach`, for one): smb.conf(5), NAME MANGLING.
# Told that there is nothing of this name it finds by itself what it means.
_SHORT = re.compile(rb"[A-Z0-9_]{6}~[A-Z0-9](\.[A-Z0-9_]{1,3})?")
# A name with a ~ at its end is a copy that some editor kept, but for a query that ends in a colour and what is near it.
_BACKUP = re.compile(rb".*(?<!:#[0-9a-f]{3})(?<!:#[0-9a-f]{6})~", re.IGNORECASE | re.DOTALL)
_PROBES = frozenset(
    (
        b"autorun.inf", b"AUTORUN.INF", b"autorun.sh", b"autorun.exe", b"desktop.ini", b"Desktop.ini", b"Thumbs.db",
        b"thumbs.db", b"ehthumbs.db", b"AlbumArtSmall.jpg", b"Folder.jpg", b"folder.jpg", b"folder.png", b"cover.jpg",
        b"lost+found", b"System Volume Information", b"$RECYCLE.BIN", b"RECYCLER", b"BDMV", b"VIDEO_TS", b"AUDIO_TS",
        b"DCIM", b"mpegav", b"HEAD", b"CVS", b"RCS", b"SCCS", b"_darcs", b"__MACOSX", b"CACHEDIR.TAG",
        b"node_modules", b"Network Trash Folder", b"TheVolumeSettingsFolder",
    )
)  # fmt: skip


def is_probe(name: bytes) -> bool:
    """Return whether `name` is looked for by programs rather than by people."""
    known = name.startswith(b".") or name in _PROBES
    return known or _BACKUP.fullmatch(name) is not None or _SHORT.fullmatch(name) is not None
