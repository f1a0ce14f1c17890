"""`vvault up`: everything in the foreground for a person, ended by Ctrl-C, unmounted, with nothing left running."""

from vaultd.app.up.session import run
from vaultd.app.up.wishes import Wishes

__all__ = ["Wishes", "run"]
