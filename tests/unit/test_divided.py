"""What a person and a pipe see of an answer's facets."""

from __future__ import annotations

import pytest

from vaultd.cli.divided import MOST, show_facets
from vaultd.cli.screen import Screen

FACETS = {"tag": {f"tag{number}": 20 - number for number in range(MOST + 2)}, "lens": {}, "color": {"red": 1200}}


def test_on_a_terminal_each_facet_is_one_line_and_long_ones_are_cut(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    screen = Screen()
    screen.terminal = True
    show_facets(screen, FACETS)
    tags, colours = capfdbinary.readouterr().out.decode().splitlines()
    assert tags.startswith("  tag  tag0 20, tag1 19, ")
    assert tags.endswith(", tag11 9, and 2 more")
    assert colours == "color  red 1,200"


def test_in_a_pipe_every_value_is_a_line_of_fields(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    show_facets(Screen(), {"camera": {"a\tb": 2}, "color": {"red": 1200}})
    assert capfdbinary.readouterr().out == b"camera\ta\\tb\t2\ncolor\tred\t1200\n"
