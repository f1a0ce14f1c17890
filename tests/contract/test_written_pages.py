"""The pages that are written from the code are what the code says now."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from vaultd.cli import reference as cli
from vaultd.config import reference as config
from vaultipc import reference as socket
from vaultipc.messages import METHODS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))


@pytest.mark.parametrize(("name", "page"), [("socket", socket.page), ("cli", cli.page), ("configuration", config.page)])
def test_a_written_page_is_current(name: str, page: Callable[[], str]) -> None:
    assert (ROOT / "docs" / f"{name}.md").read_text("utf-8") == page(), "run scripts/gen-docs"


def test_every_method_has_a_heading_of_its_own() -> None:
    text = socket.page()
    assert [name for name in METHODS if f"\n### `{name}`\n" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_link_between_the_pages_is_dead(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_every_test_that_reliability_names_is_there() -> None:
    named = set(re.findall(r"`([a-z]+/test_\w+)`", (ROOT / "docs" / "reliability.md").read_text("utf-8")))
    assert len(named) > 40
    assert [name for name in sorted(named) if not (ROOT / "tests" / f"{name}.py").exists()] == []
