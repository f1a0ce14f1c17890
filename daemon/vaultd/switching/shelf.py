"""The packs at hand: bundled ones, and folders of the user's. A damaged one is known as such and hides no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vaultd.catalog import models
from vaultd.catalog.models import Model
from vaultd.catalog.store import Catalog
from vaultd.models.bundled import BUNDLED, find_packs, open_pack
from vaultd.models.encoder import TextEncoder
from vaultd.models.engines import open_encoders
from vaultd.models.pack import Pack, PackError, load_pack

PROBE = "a photograph"
Signature = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True)
class Found:
    """A pack's folder. `name`: what it is chosen by; `pack`: None where `problem` says what is wrong with it."""

    name: str
    folder: Path
    pack: Pack | None
    problem: str = ""

    @property
    def is_bundled(self) -> bool:
        return self.folder.is_relative_to(BUNDLED)

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(size for _, _, size, _ in _signature(self.folder))


class PackShelf:
    """Opens packs. Any thread may ask; a folder whose files have not changed is not hashed twice.

    `local` is the folder of the user's packs; the catalog knows where packs were that were used from elsewhere.
    """

    def __init__(self, local: Path, catalog: Catalog) -> None:
        self._local = local
        self._catalog = catalog
        self._seen: dict[Path, tuple[Signature, Pack | None, str]] = {}

    def everything(self) -> list[Found]:
        """Every pack, by name; then those in folders elsewhere that were used before."""
        return self._together() + self._elsewhere()

    def find(self, named: str) -> Found | None:
        """The pack of a name (of its folder, or in its manifest), or in a folder where the text holds a slash.

        A pack that is damaged, or that lies elsewhere, is known by the name that it had when it was used.
        """
        if "/" in named:
            folder = Path(named).expanduser()
            return self._look(named, folder) if folder.is_dir() else None
        packs = find_packs(self._local)
        if named in packs:
            return self._look(named, packs[named])
        of_name = (one for one in self._together() if one.pack and one.pack.manifest.name == named)
        return next(of_name, None) or next(self._used_as(named, packs), None)

    def open(self, named: str) -> Pack:
        """The pack of this name or folder. Raises PackError where there is none, or where it is damaged."""
        found = self.find(named)
        if found is None:
            return open_pack(named, self._local)  # which says what is wrong
        return found.pack or load_pack(found.folder)

    def _together(self) -> list[Found]:
        return [self._look(name, folder) for name, folder in sorted(find_packs(self._local).items())]

    def _elsewhere(self) -> list[Found]:
        """Packs used from folders of their own, unless they are at hand under the same name and revision as well."""
        together = self._together()
        at_hand = [one.pack for one in together if one.pack]
        folders = {one.folder for one in together}
        more: dict[Path, Found] = {}
        for model in self._used_models():
            found = None if any(is_of(pack, model) for pack in at_hand) else self._used(model)
            if found is not None and found.folder not in folders:
                more.setdefault(found.folder, found)
        return list(more.values())

    def _used_models(self) -> list[Model]:
        """The models that packs were opened for, the newest first."""
        with self._catalog.read() as sql:
            return models.everything(sql)

    def _used_as(self, named: str, packs: dict[str, Path]) -> Iterator[Found]:
        """The packs that models of this name were opened from, the newest first."""
        for model in self._used_models():
            if model.name == named and model.pack in packs:
                yield self._look(model.pack, packs[model.pack])
            elif model.name == named and (found := self._used(model)) is not None:
                yield found

    def _used(self, model: Model) -> Found | None:
        """The pack in the folder that a model was opened from; None where it is gone, or holds another model now."""
        folder = Path(model.pack).expanduser()
        try:
            found = self._look(model.name, folder) if "/" in model.pack and folder.is_dir() else None
        except PermissionError:
            return None
        return found if found and (found.pack is None or is_of(found.pack, model)) else None

    def _look(self, name: str, folder: Path) -> Found:
        signature = _signature(folder)
        seen = self._seen.get(folder)
        if seen is None or seen[0] != signature:
            seen = self._seen[folder] = (signature, *_tried(folder))
        return Found(name, folder, *seen[1:])


def _tried(folder: Path) -> tuple[Pack | None, str]:
    """The pack of a folder, or what is wrong with it."""
    try:
        return load_pack(folder), ""
    except PackError as error:
        return None, error.message


def is_of(pack: Pack, model: Model) -> bool:
    """Whether a pack holds this very model."""
    return (pack.manifest.name, pack.manifest.revision) == (model.name, model.revision)


def open_text(pack: Pack, threads: int) -> TextEncoder:
    """The text tower of a pack, used once. Raises PackError where it cannot be used, or is of another dimension."""
    encoder = open_encoders(pack, "onnx", threads).text
    encoder.embed([PROBE])
    return encoder


def _signature(folder: Path) -> Signature:
    """What changes when a file of the folder does."""
    stats = sorted((file.name, file.stat()) for file in folder.iterdir() if file.is_file())
    return tuple((name, stat.st_mtime_ns, stat.st_size, stat.st_ino) for name, stat in stats)
