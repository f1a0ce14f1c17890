"""One page of an answer, as a client gets it."""

from __future__ import annotations

import sqlite3

from vaultd.catalog import lookup, privacy
from vaultd.query import canonical
from vaultd.search import facets
from vaultd.search.filters import asks_private
from vaultd.search.likes import shown
from vaultd.search.snapshots import Snapshot
from vaultipc.messages import SearchParams, SearchResult, SimilarParams

PAGE = 100
"""Hits of a page where nobody says how many."""


def page(sql: sqlite3.Connection, snapshot: Snapshot, params: SearchParams | SimilarParams) -> SearchResult:
    """The hits from `offset` on, as they are now: what went away since, or became private, is left out."""
    most = params.limit if params.limit is not None else snapshot.query.limit or PAGE
    here = slice(params.offset, params.offset + most)
    images, scores = snapshot.images[here].tolist(), None
    if snapshot.scores is not None:
        pairs = zip(images, snapshot.scores[here].tolist(), strict=True)
        scores = {image: round(score, 6) for image, score in pairs if score == score}
    result = SearchResult(
        query=shown(snapshot.text),
        canonical=shown(canonical(snapshot.query)),
        level=snapshot.level,
        total=len(snapshot.images),
        took_ms=0.0,
        model=snapshot.model,
        cut=snapshot.cut,
        notes=list(snapshot.notes),
        hits=lookup.hits(sql, images, scores, first_rank=params.offset + 1, prefer=snapshot.prefer),
        snapshot=snapshot.name,
        seq=snapshot.seq,
        grouped=int(snapshot.answered.behind.sum()),
    )
    if not asks_private(snapshot.query.root):
        public = frozenset(privacy.shown(sql, images))
        result.hits = [hit for hit in result.hits if int(hit.id) in public]
    behind = dict(zip(images, snapshot.answered.behind[here].tolist(), strict=True))
    for hit in result.hits:
        hit.grouped = behind[int(hit.id)]
    if params.facets:
        result.facets = facets.count(sql, snapshot.answered.whole)
    return result
