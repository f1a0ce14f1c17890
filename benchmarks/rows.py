"""What every benchmark prints: rows `name value unit rival ratio`, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One figure. `rival` is what it is held against; `ratio` is value / rival's, None where that says nothing."""

    name: str
    value: float
    unit: str
    rival: str = "none"
    ratio: float | None = None


def report(rows: Iterable[Row], file: Path | None) -> None:
    """Prints each row as it comes, tab-separated, and writes all of them to `file` if there is one."""
    printed = []
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        print(f"{row.name}\t{row.value:.4g}\t{row.unit}\t{row.rival}\t{ratio}", flush=True)
        printed.append(asdict(row))
    if file:
        file.write_text(json.dumps(printed, indent=1) + "\n", encoding="utf-8")
