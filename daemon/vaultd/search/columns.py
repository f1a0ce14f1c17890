"""An answer as columns, to be laid out before any of its pictures is there; and how it divides into months."""

from __future__ import annotations

import sqlite3

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog import columns
from vaultd.catalog.shown import away
from vaultd.query import canonical
from vaultd.search.afar import Afar
from vaultd.search.likes import shown
from vaultd.search.snapshots import Snapshot
from vaultipc.messages import Layout, Month, Timeline

DAY_MS = 24 * 60 * 60 * 1000


def layout(sql: sqlite3.Connection, afar: Afar, snapshot: Snapshot, offset: int, limit: int) -> Layout:
    """One page of an answer; images that are forgotten since are left out."""
    images = snapshot.images[offset : offset + limit]
    here = afar.of(sql, images)
    images, here = images[here["width"] > 0], here[here["width"] > 0]
    days = np.floor_divide(here["taken"], DAY_MS).tolist()
    dated = (here["taken"] != columns.UNKNOWN).tolist()
    return Layout(
        query=shown(snapshot.text),
        canonical=shown(canonical(snapshot.query)),
        seq=snapshot.seq,
        snapshot=snapshot.name,
        total=len(snapshot.images),
        ids=images.astype(str).tolist(),
        widths=here["width"].tolist(),
        heights=here["height"].tolist(),
        days=[day if known else None for day, known in zip(days, dated, strict=True)],
        colours=here["colour"].tolist(),
        contents=here["content"].astype(str).tolist(),
        away=np.flatnonzero(away(sql, images)).tolist(),
        notes=list(snapshot.notes),
    )


def timeline(sql: sqlite3.Connection, afar: Afar, snapshot: Snapshot) -> Timeline:
    """How many of the images of an answer were taken in which month."""
    rows = afar.of(sql, snapshot.images)
    taken = rows["taken"][rows["width"] > 0]
    dated: NDArray[np.int64] = taken[taken != columns.UNKNOWN]
    months, counts = np.unique(dated.astype("datetime64[ms]").astype("datetime64[M]"), return_counts=True)
    told = [Month(month=str(month), count=int(count)) for month, count in zip(months, counts, strict=True)]
    return Timeline(months=told[::-1], undated=len(taken) - len(dated), seq=snapshot.seq)
