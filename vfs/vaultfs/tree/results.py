"""Folders of results: a query's pictures in order, its views, and why each picture is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaultfs.faults import Missing
from vaultfs.tree.entries import by_name, in_order, name_of
from vaultfs.tree.live import FROZEN, LiveFolder
from vaultfs.tree.names import check_length, ranked, with_suffix
from vaultfs.tree.node import Folder, Node, TextFile
from vaultfs.tree.snapshots import Snapshot
from vaultipc.messages import Explanation, Hit, Level, SearchParams

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree

MOST = 10_000
"""Entries of a folder, at most."""

QUERY = b".query"
"""The file that holds a saved search's text."""

LEVELS: dict[bytes, Level] = {b".strict": "strict", b".loose": "loose", b".all": "all"}


class Results(LiveFolder):
    """The answer to one query at one level. `ordered`: names carry ranks."""

    __slots__ = ("level", "ordered", "query")

    frozen = FROZEN

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self.query = ""
        self.level: Level = "default"
        self.ordered = True

    async def lookup(self, name: bytes) -> Node:
        check_length(name)
        if name.startswith(b".") or (self.ordered and not name[:3].isdigit()):
            # Cannot be an entry: what programs probe for must not run the query.
            raise Missing(repr(name))
        return await super().lookup(name)

    async def to_move(self, name: bytes) -> Node:
        """A result can be moved into a tag; it stays a result."""
        return await self.certain(name)

    async def fetch(self, opened: bool) -> dict[bytes, Node]:
        hits = await self.answer(SearchParams(query=self.query, level=self.level, limit=MOST))
        return (in_order if self.ordered else by_name)(self.tree, self, hits)

    async def answer(self, params: SearchParams) -> list[Hit]:
        """Return the hits; an empty query has none."""
        if not params.query.strip():
            return []
        hits: list[Hit] = (await self.tree.ask("search", params)).hits
        return hits


class Why(Results):
    """`<entry>.txt` for each entry of a result folder: the reasons."""

    __slots__ = ()

    async def fetch(self, opened: bool) -> dict[bytes, Node]:
        hits = await self.answer(SearchParams(query=self.query, level=self.level, limit=MOST, explain=True))
        names = ranked([name_of(hit) for hit in hits])
        return {with_suffix(name, b".txt"): self._reason(hit) for name, hit in zip(names, hits, strict=True)}

    def _reason(self, hit: Hit) -> Reason:
        reason = self.tree.inodes.node(("reason", self.inode, hit.id, hit.content), Reason)
        reason.told = reasons(self.query, hit).encode()
        return reason


class Reason(TextFile):
    """Why one picture is among the results."""

    __slots__ = ("told",)

    def __init__(self, inode: int) -> None:
        super().__init__(inode)
        self.told = b""

    def text(self) -> bytes:
        return self.told


class QueryFolder(Results):
    """A result folder that has views, reachable by name and never listed. `name` is the folder's own.

    `successor`: the saved search that was made by moving this folder. The kernel takes this node for it until it is
    told otherwise, a moment later; what only a saved search has is found there.
    """

    __slots__ = ("_remembered", "_views", "name", "remembers", "successor")

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self.name = b""
        self.remembers = False
        self._remembered = False
        self._views: dict[bytes, Results] = {}
        self.successor: Folder | None = None

    async def lookup(self, name: bytes) -> Node:
        if name == QUERY and self.successor is not None:
            return await self.successor.lookup(name)
        view = self._view(name)
        return view if view is not None else await super().lookup(name)

    async def fetch(self, opened: bool) -> dict[bytes, Node]:
        remember = opened and self.remembers
        params = SearchParams(query=self.query, level=self.level, limit=MOST, remember=remember)
        entries = in_order(self.tree, self, await self.answer(params))
        self._remembered |= remember
        return entries

    def still(self, snapshot: Snapshot) -> bool:
        """A lookup's snapshot does not serve the first opendir, which is what makes a query a recent one."""
        return super().still(snapshot) and (self._remembered or not self.remembers)

    def ask_for(self, query: str, level: Level) -> None:
        """Make this the folder of another question."""
        if (query, level) != (self.query, self.level):
            self.query, self.level = query, level
            self.dirty = self.shelf.current is not None
            self._views = {}

    def forgotten(self) -> None:
        """The user took the query off the list of recent ones: opening it again remembers it again."""
        self._remembered = False

    def _view(self, name: bytes) -> Results | None:
        if name not in LEVELS and name not in (b".plain", b".why"):
            return None
        view = self._views.get(name)
        if view is None:
            key = ("view", self.inode, name)
            kind = Why if name == b".why" else Results
            view = self._views[name] = self.tree.inodes.node(key, lambda inode: kind(inode, self.tree))
        view.query, view.level = self.query, LEVELS.get(name, self.level)
        view.ordered = name != b".plain"
        return view


def reasons(query: str, hit: Hit) -> str:
    """Return what the daemon explains about one hit, in words."""
    lines = [f"query       {query}", f"picture     {hit.path}", f"rank        {hit.rank}"]
    why = hit.explain
    if isinstance(why, Explanation):
        lines += [
            f"score       {_figure(why.score)}",
            f"similarity  {_figure(why.similarity)} (noise {_figure(why.floor)}, cut {_figure(why.cut)})",
            f"by meaning  {_rank(why.fused.semantic_rank)}",
            f"by text     {_rank(why.fused.text_rank)}",
            *(f"word        {match.word} in {match.field}" for match in why.words),
            *(f"tag         {tag}" for tag in why.tags),
            *(f"condition   {'meets' if rule.passed else 'fails'} {rule.text}" for rule in why.filters),
        ]
    return "\n".join(lines) + "\n"


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _rank(value: int | None) -> str:
    return "not among the results" if value is None else f"rank {value}"
