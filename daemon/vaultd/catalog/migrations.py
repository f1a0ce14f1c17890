"""The ladder from each released schema to the next.

`schema.sql` always describes the newest schema; a new catalog is made from it directly. Step `i` (from 0) of the ladder
turns schema `i + 1` into `i + 2`, in one transaction with the version number. Steps are never edited once released.
"""

from __future__ import annotations

LADDER: tuple[str, ...] = (
    # 2: the model that shall answer, besides the one that does
    """
    ALTER TABLE models ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0 CHECK (wanted IN (0, 1));
    ALTER TABLE models ADD COLUMN pack TEXT NOT NULL DEFAULT '';
    UPDATE models SET wanted = active, pack = name;
    CREATE UNIQUE INDEX one_wanted_model ON models (wanted) WHERE wanted = 1;
    """,
)
