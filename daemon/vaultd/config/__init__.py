"""The configuration: one TOML file and variables of the environment, defined in `definition`.

    config = load(None, os.environ)
    config.library.data  # a Path

Importing this package is cheap; the command line does it on every start.
"""

from vaultd.config.definition import Config, default_file
from vaultd.config.reading import examine, load, where
from vaultd.config.showing import Shown, shown
from vaultd.config.writing import find, set_key

__all__ = ["Config", "Shown", "default_file", "examine", "find", "load", "set_key", "shown", "where"]
