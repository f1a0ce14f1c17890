"""Where packs are found: inside the installed package, or as folders of the user's."""

from pathlib import Path

from vaultd.models.hub.curated import recommended
from vaultd.models.pack import MANIFEST, Pack, PackError, load_pack
from vaultipc.errors import NotFound

BUNDLED = Path(__file__).with_name("packs")
DEFAULT = "mini"


class NoSuchPack(PackError, NotFound):
    """There is no pack of the name, or in the folder, that was asked for."""


def find_packs(local: Path | None = None) -> dict[str, Path]:
    """Name to folder of every pack at hand; a local pack hides a bundled one of its name.

    `local` is the folder of the user's own packs, which need not exist. What begins with a dot is not finished.
    """
    folders = [BUNDLED] if local is None else [BUNDLED, local]
    return {
        pack.name: pack
        for folder in folders
        if folder.is_dir()
        for pack in sorted(folder.iterdir())
        if not pack.name.startswith(".") and (pack / MANIFEST).is_file()
    }


def open_pack(name_or_path: str = DEFAULT, local: Path | None = None) -> Pack:
    """Opens a pack by its name, or by its folder where the text holds a slash.

    Raises NoSuchPack where there is none, PackError where it is damaged.
    """
    if "/" in name_or_path:
        folder = Path(name_or_path).expanduser()
        if not folder.exists():
            raise NoSuchPack(f"There is no model pack {folder}.", "Check the path.")
        return load_pack(folder)
    found = find_packs(local)
    if name_or_path not in found:
        raise NoSuchPack(f"There is no model pack named {name_or_path!r}.", _where_from(name_or_path, found))
    return load_pack(found[name_or_path])


def _where_from(name: str, found: dict[str, Path]) -> str:
    """What to do about a pack that is not at hand."""
    model = recommended(name)
    if model is None or model.kind != "search":
        return f"Known packs: {', '.join(sorted(found))}."
    if model.name in found:
        return f"It is here under the name {model.name}."
    return f"Fetch it first: `vvault model pull {model.role}`."
