"""`.why/`: for each result a text that says why it is there."""

from __future__ import annotations

from collections.abc import Iterator

from vaultfs.tree.entries import name_of
from vaultfs.tree.names import ranked, with_suffix
from vaultfs.tree.node import Node, TextFile
from vaultfs.tree.results import MOST, Results
from vaultipc.messages import Explanation, Hit, SearchParams
from vaultipc.messages.shared import PartMatch, Role

_ROLES: dict[Role, str] = {
    "asked": "asked for",
    "term": "made of",
    "seen": "to be seen",
    "label": "to be read",
    "excluded": "left out",
}


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
    if hit.grouped:
        lines.append(f"behind it   {hit.grouped} nearly identical; group:no shows each")
    if isinstance(hit.explain, Explanation):
        lines += _explained(hit.explain)
    return "\n".join(lines) + "\n"


def _explained(why: Explanation) -> Iterator[str]:
    if why.feedback:
        yield f"you said    {why.feedback} for this query"
    yield f"score       {_figure(why.score)}"
    yield f"by meaning  {_rank(why.fused.semantic_rank)}"
    yield f"by text     {_rank(why.fused.text_rank)}"
    yield from (_part(part) for part in why.parts)
    if not why.parts:
        yield f"similarity  {_figures(why.similarity, why.floor, why.cut)}"
    yield from (f"word        {match.word} in {match.field}" for match in why.words)
    yield from (f"tag         {tag}" for tag in why.tags)
    yield from (f"condition   {'meets' if rule.passed else 'fails'} {rule.text}" for rule in why.filters)


def _part(part: PartMatch) -> str:
    found = "found" if part.matched else "not found"
    weight = "" if part.weight == 1.0 else f", weight {part.weight:g}"
    meaning = "" if part.similarity is None else f", similarity {_figures(part.similarity, part.floor, part.cut)}"
    return f"{_ROLES[part.role]:<11} {part.text}: {found}{weight}{meaning}"


def _figures(similarity: float | None, floor: float | None, cut: float | None) -> str:
    return f"{_figure(similarity)} (noise {_figure(floor)}, cut {_figure(cut)})"


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _rank(value: int | None) -> str:
    return "not among the results" if value is None else f"rank {value}"
