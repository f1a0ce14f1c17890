"""The search engine as the handlers see it."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import TypeVar

import numpy as np
import trio

from vaultd.catalog.store import Catalog
from vaultd.config import Config
from vaultd.index.text import TextIndex
from vaultd.index.vector import VectorIndex
from vaultd.models.encoder import TextEncoder
from vaultd.models.pack import Pack
from vaultd.query import Like, Query
from vaultd.search.afar import Afar
from vaultd.search.answer import Question, answer, check_sort
from vaultd.search.explain import explain
from vaultd.search.filters import asks_private
from vaultd.search.finding import Finder, Memory
from vaultd.search.grouping import led
from vaultd.search.likes import LikeReader, See, likes_of
from vaultd.search.match import Matcher
from vaultd.search.meaning import Meaning
from vaultd.search.pages import page
from vaultd.search.parsing import parse
from vaultd.search.snapshots import Snapshot, Snapshots
from vaultipc.messages import Explanation, Level, SearchParams, SearchResult, Side, SimilarParams

AT_ONCE = 4
EVERYTHING = sys.maxsize
T = TypeVar("T")


class SearchEngine:
    """Answers questions. What takes time runs in threads, a few at once; a question given up frees its asker at once.

    `encoder` is the pack's text tower; `vectors` and `texts` are filled by their followers meanwhile, which both have
    come to the position `followed`. `see` looks at pictures that are not in the library.
    """

    def __init__(
        self,
        catalog: Catalog,
        config: Config,
        pack: Pack,
        encoder: TextEncoder,
        vectors: VectorIndex,
        texts: TextIndex,
        see: See | None = None,
        followed: Callable[[], int] = lambda: -1,
    ) -> None:
        self._catalog = catalog
        self._config = config
        self._texts = texts
        self._meaning = Meaning(pack, encoder, vectors)
        self._likes = LikeReader(catalog, texts, see, lambda: self._meaning)
        self._memory = Memory()
        self.afar = Afar()
        self._followed = followed
        self._snapshots = Snapshots()
        self._limiter = trio.CapacityLimiter(AT_ONCE)

    async def prepare(self) -> None:
        """Loads what the first question would otherwise wait for."""

        def work(sql: sqlite3.Connection) -> None:
            self._meaning.prepare()
            self._memory.online.of(sql)

        await self._in_thread(work)

    async def prepare_layouts(self) -> None:
        """Loads what the first layout would otherwise wait for."""
        await self._in_thread(lambda sql: self.afar.of(sql, np.empty(0, np.int64)))

    def use(self, pack: Pack, encoder: TextEncoder, vectors: VectorIndex) -> None:
        """Asks another model from the next question on; those under way are answered by the one they were asked of."""
        self._meaning = Meaning(pack, encoder, vectors)

    async def search(self, params: SearchParams) -> SearchResult:
        """One page of what a query matches.

        Raises QueryError, what `LikeReader.read` raises, or NotFound for a snapshot no longer kept.
        """
        began = perf_counter()
        if params.snapshot:
            snapshot = self._snapshots.get(params.snapshot)
        else:
            asked = self._asked(params.query, parse(params.query), params.level)
            snapshot = await self._answered(replace(asked, sort=params.sort, only=params.only or None))
        return await self._page(snapshot, params, began)

    async def similar(self, params: SimilarParams, like: Like) -> SearchResult:
        """One page of the pictures like another, without that one. Raises what `search` raises."""
        began = perf_counter()
        if params.snapshot:
            snapshot = self._snapshots.get(params.snapshot)
        else:
            asked = self._asked(like.image, Query(like), params.level)
            snapshot = await self._answered(replace(asked, sort=params.sort), itself=False)
        return await self._page(snapshot, params, began)

    async def explain(self, query: str, image: int, level: Level = "default") -> Explanation:
        """Why an image that exists matches a query, or does not. Raises what `search` raises."""
        parsed = parse(query)
        (reason,) = await self._reasons(parsed, [image], self._meant(level), None)
        if reason.matched:
            whole = await self._answered(self._asked(query, parsed, level))
            await self._in_thread(lambda sql: _place(sql, whole, image, reason))
        return reason

    async def ids_matching(self, query: str, level: Level = "default") -> list[int]:
        """Every image that a query matches, in its order, as many as one answer may hold, each for itself.

        Nobody asks for pages of it, so it takes no place among the answers that are kept. Raises what `search` raises.
        """
        asked = self._asked(query, parse(query), level)
        snapshot = await self._answered(replace(asked, group=False), keep=False)
        found: list[int] = snapshot.images.tolist()
        return found

    async def whole(self, query: str, level: Level = "default", sort: str = "") -> Snapshot:
        """All that a query matches, however much that is; every image shown where it is empty.

        Raises what `search` raises.
        """
        parsed = parse(query)
        if parsed.root is None and not parsed.sort:
            parsed = replace(parsed, sort="date")
        return await self._answered(replace(self._asked(query, parsed, level), sort=sort, most=EVERYTHING))

    def kept(self, snapshot: str) -> Snapshot:
        """An answer given before. Raises NotFound once it is no longer kept."""
        return self._snapshots.get(snapshot)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Asks the catalog about an answer, in a thread."""
        return await self._in_thread(work)

    async def judged(self, query: Query, level: Level, images: Sequence[int]) -> list[int]:
        """Which of these images match a query's conditions, each judged by itself; it costs as much as they are many.

        No other picture has a say: where something is written, what is merely vaguely like it counts, too. Raises what
        `LikeReader.read` raises.
        """
        root, ids = query.root, np.unique(np.array(images, np.int64))
        meaning, samples = await self._likes.read(likes_of(root))

        def work(sql: sqlite3.Connection) -> list[int]:
            private = asks_private(root)
            finder = Finder(sql, meaning, self._texts, self._memory, samples, None, private, alone=ids)
            matcher = Matcher(finder, self._meant(level), most=None)
            shown = matcher.shown(ids)
            found: list[int] = shown[matcher.holds(root, shown)].tolist() if root is not None else []
            return found

        return await self._in_thread(work)

    def _asked(self, text: str, query: Query, level: Level) -> Question:
        return Question(text, query, self._meant(level), "", None, self._config.search.limit)

    def _meant(self, level: Level) -> Level:
        """The level that `default` stands for is the configuration's to say."""
        return self._config.search.level if level == "default" else level

    async def _answered(self, asked: Question, *, itself: bool = True, keep: bool = True) -> Snapshot:
        """The answer to a question, anew unless it was answered a moment ago.

        Without `itself`, the one picture of the library that its like means is left out.
        """
        check_sort(asked.sort)
        meaning, samples = await self._likes.read(likes_of(asked.query.root))
        besides = None if itself else next(iter(samples.values())).image
        question, seq = replace(asked, samples=samples, besides=besides), self._catalog.answers_seq
        known = self._snapshots.fresh(question.key(meaning.title), seq)
        if known is not None:
            return known

        def work(sql: sqlite3.Connection) -> Snapshot:
            private = asks_private(question.query.root)
            finder = Finder(sql, meaning, self._texts, self._memory, samples, question.only, private)
            return answer(Matcher(finder, question.level), question, seq)

        settled = self._followed() >= seq
        snapshot = replace(await self._in_thread(work), settled=settled)
        if keep:
            self._snapshots.keep(snapshot)
        return snapshot

    async def _page(self, snapshot: Snapshot, params: SearchParams | SimilarParams, began: float) -> SearchResult:
        result = await self._in_thread(lambda sql: page(sql, snapshot, params))
        if params.explain:
            ids = [int(hit.id) for hit in result.hits]
            reasons = await self._reasons(snapshot.query, ids, snapshot.level, snapshot.only)
            for hit, reason in zip(result.hits, reasons, strict=True):
                reason.grouped = hit.grouped
                hit.explain = reason
        result.took_ms = round(1000 * (perf_counter() - began), 3)
        return result

    async def _reasons(self, query: Query, images: list[int], level: Level, only: Side | None) -> list[Explanation]:
        meaning, samples = await self._likes.read(likes_of(query.root))

        def work(sql: sqlite3.Connection) -> list[Explanation]:
            finder = Finder(sql, meaning, self._texts, self._memory, samples, only, private=True)
            return explain(Matcher(finder, level), query, images)

        return await self._in_thread(work)

    async def _in_thread(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs work on one committed state of the catalog. If the asker goes away, it ends unheard."""

        def run() -> T:
            with self._catalog.read() as sql:
                return work(sql)

        return await trio.to_thread.run_sync(run, abandon_on_cancel=True, limiter=self._limiter)


def _place(sql: sqlite3.Connection, whole: Snapshot, image: int, reason: Explanation) -> None:
    """Tells an explanation where nearly identical pictures put the image in the answer."""
    shown = np.flatnonzero(whole.images == image)
    if len(shown):
        reason.grouped = int(whole.answered.behind[shown[0]])
        return
    there = np.flatnonzero(whole.answered.whole == image)
    if len(there):
        reason.behind = str(whole.answered.whole[led(sql, whole.answered.whole)[there[0]]])
