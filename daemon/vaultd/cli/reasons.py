"""Why a picture is, or is not, in an answer, in words for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Reason = dict[str, Any]

_NAMES = {"asked": "asked", "term": "  made of", "seen": "  rest", "label": "  label", "excluded": "excluded"}


def reasons(told: Reason) -> Iterator[tuple[str, str]]:
    """An explanation as names and values; what does not apply is left out."""
    yield "matched", "yes" if told["matched"] else "no"
    if told.get("feedback"):
        yield "you said", f"{told['feedback']} for this query"
    if told["score"] is not None:
        yield "score", f"{told['score']:.3f}"
    for part in told.get("parts", ()):
        yield _NAMES.get(part["role"], part["role"]), _part(part)
    for name, key in (("meaning rank", "semantic_rank"), ("text rank", "text_rank")):
        if told["fused"][key] is not None:
            yield name, str(told["fused"][key])
    for word in told["words"]:
        yield "word", f"{word['word']} in {word['field']}"
    for tag in told["tags"]:
        yield "tag", tag
    for condition in told["filters"]:
        yield ("meets" if condition["pass"] else "fails"), condition["text"]
    if told.get("behind"):
        yield "behind", f"nearly identical to {told['behind']}, which stands for it; group:no shows both"
    if told.get("grouped"):
        yield "behind it", f"{told['grouped']} nearly identical; group:no shows them"


def _part(part: Reason) -> str:
    name = f"“{part['text']}”" if part["weight"] == 1 else f"{part['weight']:g} × “{part['text']}”"
    seen = part["similarity"] is not None and (part["cut"] is None or part["similarity"] >= part["cut"])
    match part["role"]:
        case "label":
            return f"{name} must be written: it is used as a label, and the model does not know it"
        case "seen":
            return f"{name} is seen where the other words are written: {_measured(part)}"
        case "excluded":
            return f"{name} {'is found here, so it removes this' if part['matched'] else 'is not found here'}" + (
                f": {_measured(part)}" if part["similarity"] is not None else ""
            )
        case "term":
            return f"{name} alone: {_measured(part)}"
    if part["similarity"] is None:
        return f"{name} is {'written' if part['matched'] else 'not written'}"
    if part["matched"] and not seen:
        return f"{name} is not seen, but found by its words: {_measured(part)}"
    return f"{name} is {'seen' if seen else 'not seen'}: {_measured(part)}"


def _measured(part: Reason) -> str:
    """How like it is, what is needed, and what chance reaches."""
    if part["similarity"] is None:
        return "not looked at yet"
    limits = [f"{part['cut']:.3f} is needed"] if part["cut"] is not None else []
    limits += [f"chance reaches {part['floor']:.3f}"] if part["floor"] is not None else []
    return f"similarity {part['similarity']:.3f}" + (f" ({', '.join(limits)})" if limits else "")
