"""Why a picture is among the results of a query, in words: what `.why/` and `user.vault.why` say."""

from __future__ import annotations

from collections.abc import Iterator

from vaultipc.messages import Explanation, Hit
from vaultipc.messages.shared import PartMatch, Role

_ROLES: dict[Role, str] = {
    "asked": "asked for",
    "term": "made of",
    "seen": "to be seen",
    "label": "to be read",
    "excluded": "left out",
}


def reasons(query: str, hit: Hit) -> str:
    """Return what the daemon explains about one hit, in words."""
    lines = [f"query       {query}", f"picture     {hit.path}", f"rank        {hit.rank}"]
    if hit.tags:
        lines.append(f"tags        {', '.join(hit.tags)}")
    if hit.grouped:
        lines.append(f"behind it   {hit.grouped} nearly identical; group:no shows each")
    if isinstance(hit.explain, Explanation):
        lines += _explained(hit.explain)
    return "\n".join(lines) + "\n"


def explained(query: str, why: Explanation) -> str:
    """Return what the daemon answers when it is asked to explain one image."""
    return "\n".join([f"query       {query}", *_explained(why)]) + "\n"


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
