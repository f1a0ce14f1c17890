"""The packs at hand: bundled ones, and folders of the user's. A damaged one is known as such and hides no other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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
    """Opens packs. Any thread may ask; a folder whose files have not changed is not hashed twice."""

    def __init__(self, local: Path) -> None:
        self._local = local
        self._known: dict[Path, tuple[Signature, Found]] = {}

    def everything(self) -> list[Found]:
        """Every pack, by name."""
        return [self._look(name, folder) for name, folder in sorted(find_packs(self._local).items())]

    def find(self, named: str) -> Found | None:
        """The pack of a name (of its folder, or in its manifest), or in a folder where the text holds a slash."""
        if "/" in named:
            folder = Path(named).expanduser()
            return self._look(named, folder) if folder.is_dir() else None
        packs = find_packs(self._local)
        if named in packs:
            return self._look(named, packs[named])
        return next((one for one in self.everything() if one.pack and one.pack.manifest.name == named), None)

    def open(self, named: str) -> Pack:
        """The pack of this name or folder. Raises PackError where there is none, or where it is damaged."""
        found = self.find(named)
        if found is None or found.pack is None:
            return open_pack(named, self._local)  # which says what is wrong
        return found.pack

    def _look(self, name: str, folder: Path) -> Found:
        signature = _signature(folder)
        known = self._known.get(folder)
        if known is not None and known[0] == signature:
            return known[1]
        try:
            found = Found(name, folder, load_pack(folder))
        except PackError as error:
            found = Found(name, folder, None, error.message)
        self._known[folder] = (signature, found)
        return found


def open_text(pack: Pack, threads: int) -> TextEncoder:
    """The text tower of a pack, used once. Raises PackError where it cannot be used, or is of another dimension."""
    encoder = open_encoders(pack, "onnx", threads).text
    encoder.embed([PROBE])
    return encoder


def _signature(folder: Path) -> Signature:
    """What changes when a file of the folder does."""
    stats = sorted((file.name, file.stat()) for file in folder.iterdir() if file.is_file())
    return tuple((name, stat.st_mtime_ns, stat.st_size, stat.st_ino) for name, stat in stats)
