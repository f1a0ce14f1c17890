"""The ladder from each released schema to the next.

`schema.sql` always describes the newest schema; a new catalog is made from it directly. Step `i` (from 0) of the ladder
turns schema `i + 1` into `i + 2`, in one transaction with the version number. Steps are never edited once released.
"""

from __future__ import annotations

LADDER: tuple[str, ...] = ()
