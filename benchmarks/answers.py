#!/usr/bin/env python3
"""How right the answers of a running daemon are, against labels the daemon never sees.

    benchmarks/answers.py FOLDER --labels labels.csv --queries dog,bird,car      # file,names,hypernyms
    benchmarks/answers.py FOLDER --labels Demo.labels.json --queries "red car"   # of `vvault demo`

FOLDER is a watched folder; its pictures must be searchable already (`vvault wait`). Rows are `name value unit rival
ratio`: precision and recall at the default cut, R-precision (right ones among the first R, R = number of right ones)
beside what chance would give, and the share of random-letter strings that match nothing.
"""

from __future__ import annotations

import argparse
import csv
import random
import string
import sys
from collections.abc import Iterator
from pathlib import Path

from rows import Row, report
from vaultd.demo.labels import read_labels
from vaultipc.blocking import Client
from vaultipc.messages import SearchParams, SearchResult
from vaultipc.socketpath import socket_path

NONSENSE_SEED = 7


def truth_of(labels: Path, query: str) -> set[str]:
    """Paths, relative to the folder, of the pictures that show what the query says."""
    if labels.suffix == ".json":
        colour, _, thing = query.rpartition(" ")
        return {
            path
            for path, label in read_labels(labels).items()
            if label.broken is None and label.thing == thing and colour in ("", label.colour)
        }
    with labels.open(encoding="utf-8", newline="") as file:
        return {
            row["file"]
            for row in csv.DictReader(file)
            if query in {*row["names"].lower().split("|"), *row["hypernyms"].lower().split("|")}
        }


def size_of(labels: Path) -> int:
    """How many pictures are labelled."""
    if labels.suffix == ".json":
        return len([label for label in read_labels(labels).values() if label.broken is None])
    with labels.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.DictReader(file))


class Library:
    """The daemon's answers, as paths below one folder."""

    def __init__(self, client: Client, folder: Path, only: str) -> None:
        self._client = client
        self._folder = folder
        self._only = only
        self._copies: dict[str, set[str]] = {}

    def answer(self, query: str, level: str = "default") -> list[set[str]]:
        """The hits in order; each is the set of files that hold the content (an answer shows one of them)."""
        params = SearchParams(query=query, level=level, limit=10_000, only=self._only)  # type: ignore[arg-type]
        result: SearchResult = self._client.call("search", params)
        return [self._files(hit.id) for hit in result.hits]

    def _files(self, image: str) -> set[str]:
        if image not in self._copies:
            places = self._client.call("image", {"image": image}).paths
            below = [Path(place.path) for place in places if Path(place.path).is_relative_to(self._folder)]
            self._copies[image] = {path.relative_to(self._folder).as_posix() for path in below}
        return self._copies[image]


def judge(library: Library, labels: Path, query: str) -> Iterator[Row]:
    """The rows of one query. A content is right if one of its files is; copies of a right file count once."""
    truth = truth_of(labels, query)
    ranking = library.answer(query, "all")
    positives = sum(1 for files in ranking if files & truth)
    found = library.answer(query)
    right = sum(1 for files in found if files & truth)
    chance = positives / max(1, len(ranking))
    first = sum(1 for files in ranking[:positives] if files & truth)
    r_precision = first / positives if positives else 0.0
    yield Row(f"{query}: positives", positives, f"of {len(ranking)}")
    yield Row(f"{query}: found", len(found), "pictures")
    yield _beside_chance(f"{query}: precision", right / len(found) if found else 0.0, chance)
    yield Row(f"{query}: recall", right / positives if positives else 0.0, "share")
    yield _beside_chance(f"{query}: R-precision", r_precision, chance)


def _beside_chance(name: str, value: float, chance: float) -> Row:
    return Row(name, value, "share", f"chance {chance:.3f}", value / chance if chance else None)


def nonsense(library: Library, count: int) -> Row:
    """The share of random strings of 3 to 14 letters that match nothing."""
    dice = random.Random(NONSENSE_SEED)
    words = ["".join(dice.choices(string.ascii_lowercase, k=dice.randint(3, 14))) for _ in range(count)]
    empty = sum(1 for word in words if not library.answer(word))
    return Row("random letters that match nothing", empty / count, f"of {count}", "aim 1.0", empty / count)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--queries", default="dog,bird,car,cat,boat")
    parser.add_argument("--only", default="", choices=["", "meaning", "text"])
    parser.add_argument("--socket", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true", help="ask fewer nonsense strings")
    options = parser.parse_args()
    with Client(options.socket or socket_path()) as client:
        library = Library(client, options.folder.resolve(), options.only)
        rows = [row for query in options.queries.split(",") for row in judge(library, options.labels, query)]
        rows.append(nonsense(library, 10 if options.quick else 200))
    report(rows, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
