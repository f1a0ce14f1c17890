"""The search engine as the handlers see it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

import trio

from vaultd.catalog import lookup
from vaultd.catalog.store import Catalog
from vaultd.config import Config
from vaultd.index.text import TextIndex
from vaultd.index.vector import VectorIndex, Vectors
from vaultd.models.encoder import TextEncoder
from vaultd.models.pack import Pack
from vaultd.query import Query, parse
from vaultd.search import facets
from vaultd.search.answer import Likeness, Question, alike, answer, check_sort
from vaultd.search.explain import explain
from vaultd.search.match import Matcher
from vaultd.search.meaning import Meaning
from vaultd.search.snapshots import Snapshot, Snapshots
from vaultipc.messages import Explanation, Level, SearchParams, SearchResult, Side, SimilarParams

AT_ONCE = 4
T = TypeVar("T")


class SearchEngine:
    """Answers questions. What takes time runs in threads, a few at once; a question given up frees its asker at once.

    `encoder` is the pack's text tower; `vectors` and `texts` are filled by their followers meanwhile.
    """

    def __init__(
        self,
        catalog: Catalog,
        config: Config,
        pack: Pack,
        encoder: TextEncoder,
        vectors: VectorIndex,
        texts: TextIndex,
    ) -> None:
        self._catalog = catalog
        self._config = config
        self._texts = texts
        self._meaning = Meaning(pack, encoder, vectors)
        self._snapshots = Snapshots()
        self._limiter = trio.CapacityLimiter(AT_ONCE)

    async def prepare(self) -> None:
        """Loads what the first question would otherwise wait for."""
        await self._in_thread(lambda sql: self._meaning.vector("a photograph"))

    def use(self, pack: Pack, encoder: TextEncoder, vectors: VectorIndex) -> None:
        """Asks another model from the next question on; those under way are answered by the one they were asked of."""
        self._meaning = Meaning(pack, encoder, vectors)

    async def search(self, params: SearchParams) -> SearchResult:
        """One page of what a query matches. Raises QueryError, or NotFound for a snapshot no longer kept."""
        began = perf_counter()
        only = params.only or None
        if params.snapshot:
            snapshot = self._snapshots.get(params.snapshot)
        else:
            check_sort(params.sort)
            level = self._meant(params.level)
            question = Question(params.query, parse(params.query), level, params.sort, only, self._config.search.limit)
            snapshot = await self._answered(question)

        def page(sql: sqlite3.Connection) -> SearchResult:
            result = self._page(sql, snapshot, params)
            if params.explain:
                ids = [int(hit.id) for hit in result.hits]
                reasons = self._reasons(sql, parse(snapshot.query), ids, snapshot.level, only)
                for hit, reason in zip(result.hits, reasons, strict=True):
                    hit.explain = reason
            return result

        return await self._told(page, began)

    async def similar(
        self, params: SimilarParams, image: int | None = None, vector: Vectors | None = None
    ) -> SearchResult:
        """One page of the pictures like an image of the library, or like any picture's vector [dimension].

        Raises NotFound if the image has no vector yet, or for a snapshot no longer kept.
        """
        began = perf_counter()
        if params.snapshot:
            snapshot = self._snapshots.get(params.snapshot)
        else:
            check_sort(params.sort)
            level = self._meant(params.level)
            like = Likeness(params.image, image, vector, level, params.sort, self._config.search.limit)
            seq, meaning = self._catalog.seq(), self._meaning  # the vector is of the model that answers now
            snapshot = await self._in_thread(lambda sql: alike(Matcher(sql, meaning, self._texts, level), like, seq))
            self._snapshots.keep(snapshot)
        return await self._told(lambda sql: self._page(sql, snapshot, params), began)

    async def explain(self, query: str, image: int, level: Level = "default") -> Explanation:
        """Why an image that exists matches a query, or does not. Raises QueryError."""
        parsed = parse(query)
        (reason,) = await self._in_thread(lambda sql: self._reasons(sql, parsed, [image], self._meant(level), None))
        return reason

    async def ids_matching(self, query: str, level: Level = "default") -> list[int]:
        """Every image that a query matches, in its order, as many as one answer may hold. Raises QueryError."""
        question = Question(query, parse(query), self._meant(level), "", None, self._config.search.limit)
        snapshot = await self._answered(question)
        found: list[int] = snapshot.images.tolist()
        return found

    def _meant(self, level: Level) -> Level:
        """The level that `default` stands for is the configuration's to say."""
        return self._config.search.level if level == "default" else level

    async def _answered(self, question: Question) -> Snapshot:
        """The answer to a question, anew unless it was answered a moment ago."""
        seq = self._catalog.seq()
        known = self._snapshots.fresh(question.key, seq)
        if known is not None:
            return known
        snapshot = await self._in_thread(
            lambda sql: answer(self._matcher(sql, question.level, question.only), question, seq)
        )
        self._snapshots.keep(snapshot)
        return snapshot

    def _page(self, sql: sqlite3.Connection, snapshot: Snapshot, params: SearchParams | SimilarParams) -> SearchResult:
        here = slice(params.offset, params.offset + params.limit)
        shown, scores = snapshot.images[here].tolist(), None
        if snapshot.scores is not None:
            pairs = zip(shown, snapshot.scores[here].tolist(), strict=True)
            scores = {image: round(score, 6) for image, score in pairs if score == score}
        result = SearchResult(
            query=snapshot.query,
            canonical=snapshot.canonical,
            level=snapshot.level,
            total=len(snapshot.images),
            took_ms=0.0,
            model=snapshot.model,
            cut=snapshot.cut,
            notes=list(snapshot.notes),
            hits=lookup.hits(sql, shown, scores, first_rank=params.offset + 1, prefer=snapshot.prefer),
            snapshot=snapshot.name,
            seq=snapshot.seq,
        )
        if params.facets:
            result.facets = facets.count(sql, snapshot.images)
        return result

    def _reasons(
        self, sql: sqlite3.Connection, query: Query, images: list[int], level: Level, only: Side | None
    ) -> list[Explanation]:
        return explain(self._matcher(sql, level, only), query, images)

    def _matcher(self, sql: sqlite3.Connection, level: Level, only: Side | None) -> Matcher:
        return Matcher(sql, self._meaning, self._texts, level, only)

    async def _told(self, page: Callable[[sqlite3.Connection], SearchResult], began: float) -> SearchResult:
        result = await self._in_thread(page)
        result.took_ms = round(1000 * (perf_counter() - began), 3)
        return result

    async def _in_thread(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs work on one committed state of the catalog. If the asker goes away, it ends unheard."""

        def run() -> T:
            with self._catalog.read() as sql:
                return work(sql)

        return await trio.to_thread.run_sync(run, abandon_on_cancel=True, limiter=self._limiter)
