"""`.why/`: for each result a text that says why it is there."""

from __future__ import annotations

from vaultfs.tree.entries import name_of
from vaultfs.tree.names import ranked, with_suffix
from vaultfs.tree.node import Node, TextFile
from vaultfs.tree.results import MOST, Results
from vaultipc.messages import Explanation, Hit, SearchParams


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
