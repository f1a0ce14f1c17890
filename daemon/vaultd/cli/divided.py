"""The facets of an answer as lines: for each field, its values and how many pictures have each."""

from __future__ import annotations

from vaultd.cli.screen import Screen, printable

MOST = 12
"""Values of one field that a person is shown; `--json` has them all."""


def show_facets(screen: Screen, facets: dict[str, dict[str, int]]) -> None:
    """On a terminal one paragraph a field; in a pipe field, value and count, separated by tabs."""
    if not screen.terminal:
        rows = ((field, value, str(number)) for field, counts in facets.items() for value, number in counts.items())
        screen.table(("field", "value", "count"), rows)
        return
    width = max((len(field) for field, counts in facets.items() if counts), default=0)
    for field, counts in facets.items():
        shown = [f"{printable(value)} {number:,}" for value, number in list(counts.items())[:MOST]]
        if len(counts) > MOST:
            shown.append(f"and {len(counts) - MOST:,} more")
        if shown:
            screen.line(f"{field:>{width}}  {', '.join(shown)}")
