"""The truth about a library: what each of its files shows."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from vaultd.demo.scene import Box


@dataclass(frozen=True)
class Label:
    """The truth about one file; paths are relative to the library, with slashes.

    `box` is the thing's left, top, right, bottom in pixels of the upright picture. A text file shows nothing.
    """

    thing: str | None = None
    colour: str | None = None
    ground: str | None = None
    box: Box | None = None
    keywords: tuple[str, ...] = ()
    prompt: str | None = None
    duplicate_of: str | None = None
    near_duplicate_of: str | None = None
    broken: str | None = None


def labels_path(directory: Path) -> Path:
    """Where the truth about a library lies: beside its folder, so that it is never indexed."""
    return directory.parent / f"{directory.name}.labels.json"


def write_labels(path: Path, seed: int, labels: dict[str, Label]) -> None:
    """Write labels as `{"seed", "pictures": {path: label}}`."""
    pictures = {name: asdict(label) for name, label in labels.items()}
    text = json.dumps({"seed": seed, "pictures": pictures}, indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_labels(path: Path) -> dict[str, Label]:
    """The labels of a file that `write_labels` wrote."""
    pictures = json.loads(path.read_text(encoding="utf-8"))["pictures"]
    return {name: _label(fields) for name, fields in pictures.items()}


def _label(fields: dict[str, object]) -> Label:
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    return Label(**{**fields, **lists})  # type: ignore[arg-type]
