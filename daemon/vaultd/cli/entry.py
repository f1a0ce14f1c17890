"""Where `vvault` begins: Ctrl-C is quiet from the first import on."""

import sys


def main() -> None:
    """The entry of the command `vvault`."""
    try:
        from vaultd.cli.__main__ import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()
