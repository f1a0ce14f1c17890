"""Where packs are found: inside the installed package, or as folders of the user's."""

from pathlib import Path

from vaultd.models.pack import MANIFEST, Pack, PackError, load_pack

BUNDLED = Path(__file__).with_name("packs")
DEFAULT = "mini"


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

    Raises PackError where there is none of that name, or where it is damaged.
    """
    if "/" in name_or_path:
        return load_pack(Path(name_or_path).expanduser())
    found = find_packs(local)
    if name_or_path not in found:
        raise PackError(f"There is no model pack named {name_or_path!r}.", f"Known packs: {', '.join(sorted(found))}.")
    return load_pack(found[name_or_path])
