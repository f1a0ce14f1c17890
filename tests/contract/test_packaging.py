"""What `pip install visionary-vault` brings along."""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

LIMIT_BYTES = 350_000_000
PYPROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))


def closure(requirements: list[str]) -> set[str]:
    """Names of every distribution that these need here, without extras that were not asked for."""
    found: set[str] = set()
    todo = [(Requirement(text), "") for text in requirements]
    while todo:
        requirement, extra = todo.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = requirement.name.lower().replace("_", "-")
        if name in found:
            continue
        found.add(name)
        needs = [Requirement(text) for text in metadata.requires(name) or []]
        todo += [(need, wanted) for need in needs for wanted in ("", *requirement.extras)]
    return found


def size(name: str) -> int:
    """Bytes on disk of an installed distribution, as its RECORD lists them, without compiled bytecode."""
    files = metadata.files(name) or []
    places = [Path(str(file.locate())) for file in files if file.suffix != ".pyc"]
    return sum(place.stat().st_size for place in places if place.is_file())


def test_the_default_install_is_under_350_mb_and_has_no_torch() -> None:
    names = closure(PYPROJECT["project"]["dependencies"])
    assert "torch" not in names
    sizes = {name: size(name) for name in names}
    assert sum(sizes.values()) < LIMIT_BYTES, sorted(sizes.items(), key=lambda item: -item[1])[:10]


def test_every_package_says_that_it_is_typed() -> None:
    root = Path(__file__).parents[2]
    packages = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert [package for package in packages if not (root / package / "py.typed").exists()] == []
