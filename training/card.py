"""Writes the model card, and the same words and figures into docs/models.md: `python -m training.card`.

Every figure comes from the folder `figures`: what `benchmarks/quality.py --json` wrote of the bundled pack
(quality.json) and, where there is one, of the pack from sources with clear terms (clear.json), and the lines that the
training added to WORK/figures.jsonl (curve.jsonl). The words are in card.md, those about the sources in sources.py.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from training.sources import SOURCES, TERMS

ROOT = Path(__file__).parents[1]
FIGURES = Path(__file__).with_name("figures")
WORDS = Path(__file__).with_name("card.md")
PACK = ROOT / "daemon" / "vaultd" / "models" / "packs" / "mini"
CARD = PACK / "MODEL_CARD.md"
PAGE = ROOT / "docs" / "models.md"
START, END = "<!-- from here on written by training/card.py -->", "<!-- written by training/card.py up to here -->"
GOOD, BAD = 0.6, 0.2
"""The least precision of a noun that the model is called good at, the greatest of one that it is called bad at."""

QUESTIONS = (
    ("class name to photograph: recall@1", "class name to its photograph, one of each class: recall@1"),
    ("class name to photograph: recall@10", "the same: recall@10"),
    ("everyday nouns: precision@min(10, positives)", "everyday nouns: precision@min(10, positives)"),
    ("caption to photograph: recall@1", "Flickr8k caption to its photograph: recall@1"),
    ("caption to photograph: recall@10", "the same: recall@10"),
    ("colour and thing, drawn, seen pairs: precision@min(10, positives)", '"red car" on drawings, pairs learnt from'),
    ("colour and thing, drawn, held-out pairs: precision@min(10, positives)", "the same, pairs never learnt from"),
    ("colour and thing, photographs: precision@min(10, positives)", '"red car" on photographs'),
    (
        "colour, photographs of the thing alone: precision@min(10, positives)",
        "the same, among photographs of it alone",
    ),
)
SETS = {
    "photos": "names, on photographs",
    "drawn": '"red car" and "car", on drawings',
    "demo": "the same, on the demo library",
    "like:": "a photograph, for others of its label",
    "like: and words": "a photograph and its label's name",
}
CURVE = {
    "class to photograph @10": ("class to photograph", "ten"),
    "nouns": ("nouns mean",),
    "captions @10": ("captions", "ten"),
    "drawn, pairs learnt from": ("drawn pairs", "seen pairs"),
    "drawn, other pairs": ("drawn pairs", "held-out pairs"),
    "colours of photographs": ("photo colours",),
}

Rows = dict[str, dict[str, Any]]


def read_rows(name: str) -> Rows:
    """The rows of one run of the benchmark, by their names; none where there was no such run."""
    file = FIGURES / name
    rows = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return {row["name"]: row for row in rows}


def read_curve() -> list[dict[str, Any]]:
    """The lines that the training wrote, by samples seen; none where they were not kept."""
    file = FIGURES / "curve.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return sorted((json.loads(line) for line in lines), key=lambda line: line["samples"])


def share(row: dict[str, Any] | None) -> str:
    """A share with three decimals, or a dash."""
    return f"{row['value']:.3f}" if row else "–"


def chance(row: dict[str, Any]) -> str:
    """What chance gives, as the row says it."""
    return str(row["rival"]).removeprefix("chance ")


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *lines))


def ranking(quality: Rows, clear: Rows) -> str:
    """The rows of ranking beside the version from clear terms, the teacher and chance."""
    lines = []
    for name, title in QUESTIONS:
        row = quality[name]
        beside = [share(clear.get(name))] if clear else []
        asked = row["unit"].split(", best")[0]
        lines.append([f"{title} ({asked})", share(row), *beside, share(quality.get(f"teacher: {name}")), chance(row)])
    beside = ["clear terms alone"] if clear else []
    return table(["question", "mini", *beside, "teacher and word matching", "chance"], lines)


def noun_rows(quality: Rows) -> list[tuple[str, float, int, str]]:
    """Each everyday noun, its precision, its positives and chance, the best first."""
    found = [
        (name.removeprefix("noun ").split(":")[0], float(row["value"]), int(row["unit"].split()[0]), chance(row))
        for name, row in quality.items()
        if name.startswith("noun ")
    ]
    return sorted(found, key=lambda one: (-one[1], -one[2]))


def nouns(quality: Rows) -> str:
    """The table of everyday nouns."""
    lines = [[noun, f"{value:.2f}", str(right), by_chance] for noun, value, right, by_chance in noun_rows(quality)]
    return table(["noun", "precision@min(10, positives), at best 1", "positives", "chance"], lines)


def cut(quality: Rows) -> str:
    """What the cut keeps at each level."""
    lines = []
    for level in ("strict", "default", "loose"):
        cells = []
        for kind in ("photos", "drawn"):
            named = (quality[f"cut {level}, {kind}: {what}"] for what in ("precision", "recall", "nothing found"))
            cells.append(" / ".join(map(share, named)))
        lines.append([level, *cells, share(quality[f"cut {level}, nonsense: nothing found"])])
    what = "precision / recall / nothing found"
    return table(["level", f"photographs: {what}", f"drawings: {what}", "nonsense that finds nothing"], lines)


def kept_sets(quality: Rows) -> str:
    """How right the sets are that the default level keeps."""
    if f"set, {next(iter(SETS))}: F1" not in quality:
        return "Not measured."
    lines = []
    for name, title in SETS.items():
        found, first, fixed = (
            quality[f"set, {name}: F1{what}"] for what in ("", " of first 20", " of a fixed similarity")
        )
        best = str(found["rival"]).removeprefix("best possible cut ")
        silent = share(quality[f"cut default, {name}: nothing found"])
        asked = found["unit"].split(",")[0]
        lines.append(
            [f"{title} ({asked})", share(found), best, f"{found['ratio']:.2f}", silent, share(first), share(fixed)]
        )
    head = ["question", "F1", "best possible cut", "ratio", "nothing found", "the first 20", "a fixed similarity"]
    return table(head, lines)


def nothing_there(quality: Rows) -> str:
    """What is found of what means nothing, or is not there."""
    shares: dict[str, list[str]] = {}
    for name, row in quality.items():
        if name.startswith("nonsense, "):
            kind, _ = name.removeprefix("nonsense, ").split(": ")[0].rsplit(", ", 1)
            shares.setdefault(f"{kind} ({row['unit']})", []).append(share(row))
    if not shares:
        return "Not measured."
    few = quality["absent: at most 3 found"]
    found = table(["finds nothing", "photographs and drawings", "demo library"], [[k, *v] for k, v in shares.items()])
    return f"{found}\n\nOf {few['unit']}, a share of {share(few)} finds at most 3 pictures."


def auto_tags(quality: Rows) -> str:
    """The curve over the thresholds of auto-tags."""
    found: dict[str, dict[str, str]] = {}
    for name, row in quality.items():
        if name.startswith("auto-tags "):
            step, what = name.removeprefix("auto-tags ").split(": ")
            found.setdefault(step, {})[what] = f"{row['value']:.3f}" if row["value"] <= 1 else f"{row['value']:.1f}"
    if not found:
        return "Not measured."
    return table(["least score", *next(iter(found.values()))], [[step, *row.values()] for step, row in found.items()])


def curve(lines: list[dict[str, Any]]) -> str:
    """The curve over samples seen."""
    rows = [[f"{line['samples']:,}", *(_value(line, keys) for keys in CURVE.values())] for line in lines]
    return table(["samples", *CURVE], rows) if rows else "Not recorded."


def _value(line: dict[str, Any], keys: Sequence[str]) -> str:
    """A figure of a line of the training's, or a dash where older lines lack it."""
    value: Any = line
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return "–" if value is None else f"{value:.3f}"


def speed(quality: Rows) -> str:
    """How fast and how large it is."""
    images, query, size = (quality[name] for name in ("speed: images", "speed: query", "size"))
    return (
        f"Where this was measured: {images['value']:,.0f} {images['unit']}, decoding apart; "
        f"{query['value']:.1f} ms a query; {size['value']:.1f} {size['unit']}."
    )


def good_and_bad(quality: Rows) -> str:
    """What the nouns' figures say in words."""
    found = noun_rows(quality)
    good = ", ".join(noun for noun, value, *_ in found if value >= GOOD)
    bad = ", ".join(noun for noun, value, *_ in found if value <= BAD)
    empty = share(quality["cut default, photos: nothing found"])
    return (
        f"Nouns whose first answers are mostly right (at least {GOOD}): {good or 'none'}. Nouns that it hardly knows "
        f"(at most {BAD}): {bad or 'none'}. At the default level a share of {empty} of the nouns and labels asked for "
        f"finds nothing, rather than something wrong."
    )


def sources() -> str:
    """The sources with their terms."""
    lines = [[s.name, f"{s.photographs:,}", s.what, s.stated, s.unknown] for s in SOURCES]
    return table(["source", "photographs", "what", "terms", "not known"], lines)


def totals() -> str:
    """How many photographs there are of each class of terms."""
    counts = {terms: sum(s.photographs for s in SOURCES if s.terms == terms) for terms in TERMS}
    return "Photographs: " + "; ".join(f"{counts[terms]:,} {text}" for terms, text in TERMS.items())


def body(manifest: dict[str, Any], quality: Rows) -> str:
    """What the card and the page have in common."""
    return WORDS.read_text(encoding="utf-8").format(
        ranking=ranking(quality, read_rows("clear.json")),
        nouns=nouns(quality),
        cut=cut(quality),
        kept_sets=kept_sets(quality),
        nothing_there=nothing_there(quality),
        auto_tags=auto_tags(quality),
        speed=speed(quality),
        curve=curve(read_curve()),
        good_and_bad=good_and_bad(quality),
        totals=totals(),
        sources=sources(),
        licence=manifest["licence"],
    )


def card(manifest: dict[str, Any], text: str) -> str:
    """MODEL_CARD.md."""
    height, width = manifest["image_size"]
    facts = [
        ["revision", manifest["revision"]],
        ["towers", manifest["origin"]["architecture"]],
        ["picture", f"{width} x {height} pixels, resize: {manifest['resize']}"],
        ["embedding", str(manifest["dimension"])],
        ["languages", ", ".join(manifest["languages"])],
        ["licence", manifest["licence"]],
    ]
    return f"""\
# mini

<!-- Written by training/card.py: change training/card.md, or the figures. -->

The model that comes with Visionary Vault: a dual encoder for pictures and English words, small enough to lie in the
wheel and to run on any processor, trained from random weights by `training/train.py`. It is a start that works offline;
a library that asks for more wants a larger pack (`vvault model list`).

{table(["what", "mini"], facts)}

{text.replace("### ", "## ")}"""


def page(before: str, text: str) -> str:
    """docs/models.md with the part between the marks written anew. Raises ValueError where a mark is missing."""
    head, _, rest = before.partition(START)
    _, end, tail = rest.partition(END)
    if not end:
        raise ValueError(f"{PAGE} lacks a mark; it needs the lines {START!r} and {END!r}")
    return f"{head}{START}\n\n{text.strip()}\n\n{END}{tail}"


def written() -> Iterator[tuple[Path, str]]:
    """Each file that this writes, and what it shall hold."""
    manifest = json.loads((PACK / "manifest.json").read_text(encoding="utf-8"))
    text = body(manifest, read_rows("quality.json"))
    yield CARD, card(manifest, text)
    yield PAGE, page(PAGE.read_text(encoding="utf-8"), text)


def main() -> int:
    for path, text in written():
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
