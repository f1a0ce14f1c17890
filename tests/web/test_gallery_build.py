"""The gallery's built files: what its sources give, small, and with nothing that is fetched from elsewhere."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SOURCES = REPOSITORY / "web/gallery"
BUILT = REPOSITORY / "web/vaultweb/static"
FIRST_LOAD_BYTES = 60_000
"""Scripts and styles, compressed."""

needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (SOURCES / "node_modules").is_dir(),
    reason="needs Node.js, and `npm ci` in web/gallery",
)


@needs_node
@pytest.mark.timeout(600)
def test_the_built_gallery_is_what_its_sources_give(tmp_path: Path) -> None:
    node("node_modules/vite/bin/vite.js", "build", "--outDir", str(tmp_path), "--logLevel", "warn")
    assert contents(tmp_path) == contents(BUILT), "run `npm run build` in web/gallery, and commit web/vaultweb/static"


@needs_node
@pytest.mark.timeout(600)
def test_the_gallerys_own_tests_pass() -> None:
    node("node_modules/vitest/vitest.mjs", "run")


@needs_node
@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_gallerys_types_and_markup_are_sound() -> None:
    node("node_modules/svelte-check/bin/svelte-check", "--tsconfig", "tsconfig.json", "--fail-on-warnings")


def test_what_a_browser_loads_first_is_small() -> None:
    first = loaded_first()
    assert len(first) >= 2, "index.html names a script and a style sheet"
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in first}
    assert sum(sizes.values()) <= FIRST_LOAD_BYTES, sizes


def test_the_page_asks_nobody_elsewhere() -> None:
    page = (BUILT / "index.html").read_text()
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)
    for path in BUILT.rglob("*.css"):
        assert not re.search(r"url\((?!['\"]?data:)|@import", path.read_text()), path.name
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=", page), "the policy allows nothing inline"


def loaded_first() -> set[Path]:
    """The page's scripts and styles, and all that these import without being asked."""
    named = re.findall(r'(?:src|href)="/(assets/[^"]+)"', (BUILT / "index.html").read_text())
    waiting = [BUILT / name for name in named]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        if path.suffix == ".js":
            imports = re.findall(r"""(?:\bfrom|\bimport)\s*["'](\./[^"']+)["']""", path.read_text())
            waiting += [path.parent / name for name in imports]
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def node(script: str, *words: str) -> None:
    """Run one of the gallery's tools in its folder. Fails with what it said."""
    environment = {**os.environ, "NO_COLOR": "1", "CI": "1"}
    done = subprocess.run(
        ["node", script, *words], cwd=SOURCES, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
