"""`vvault`: parse, run, and end with the exit code that says how it went."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from vaultd import __version__
from vaultd.cli.call import Call
from vaultd.cli.failure import report
from vaultd.cli.overview import overview
from vaultd.cli.parsing import Asked, parse, wants_json
from vaultd.cli.registry import COMMANDS
from vaultipc.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_USAGE

_TELLS_ITSELF = frozenset({"doctor", "complete"})
"""`doctor` tells of a wrong configuration among the rest, and a shell that completes a line wants no error."""
_BROKEN_PIPE = 141
"""As a shell reports a program that SIGPIPE ended: nobody reads our answer any more."""


def main() -> None:
    """The entry of the command `vvault`."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    options = Namespace(json=wants_json(arguments), verbose=False)
    try:
        asked = parse(arguments, COMMANDS)
        options = asked.options
        return _run(asked)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout once more at its end, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except Exception as error:
        return report(error, json=options.json, verbose=getattr(options, "verbose", False))


def _run(asked: Asked) -> int:
    if asked.topic == "version":
        print(f"vvault {__version__}")
        return EXIT_DONE
    if asked.topic == "help":
        print(getattr(asked.options, "help", "") or overview(COMMANDS), end="")
        return EXIT_DONE
    if asked.command is None:
        print(overview(COMMANDS), end="", file=sys.stderr)
        return EXIT_USAGE
    call = Call(asked.options)
    try:
        if asked.command.method and asked.command.name not in _TELLS_ITSELF:
            call.notice_mistakes()
        return asked.command.run(call)
    except Exception as error:
        if not call.has_asked:
            raise
        from vaultd.cli.versions import explained

        other = explained(error, call.socket)
        if other is error:
            raise
        raise other from error


if __name__ == "__main__":
    main()
