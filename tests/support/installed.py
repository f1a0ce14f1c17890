"""What a test needs and the environment lacks."""

import importlib.util


def missing(*names: str) -> list[str]:
    """The modules that are not installed, found without importing them.

    torch is best asked for by a submodule, since a folder of tests has its name.
    """
    return [name for name in names if not _is_installed(name)]


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False
