"""`python -m vaultweb --socket PATH --port N`: serve the vault over HTTP until SIGTERM, SIGINT, or nobody wants it."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import trio

from vaultipc.errors import EXIT_BUG, EXIT_DONE, ConfigError, UserError
from vaultipc.socketpath import checked_length
from vaultweb.server import serve
from vaultweb.settings import LOOPBACK, Settings, is_loopback

log = logging.getLogger("vaultweb")

_LOGGED = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def main() -> int:
    """Return the exit code of the command line's table."""
    arguments = parser().parse_args()
    logging.basicConfig(level=arguments.log_level.upper(), format=_LOGGED, stream=sys.stderr)
    try:
        trio.run(serve, settings(arguments), arguments.until_fd, lambda url: tell_ready(arguments.ready_fd, url))
    except Exception as error:
        return report(error, json=arguments.json)
    return EXIT_DONE


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="vaultweb", description="Serve the vault over HTTP.")
    made.add_argument("--socket", type=Path, required=True, help="the daemon's socket")
    made.add_argument("--address", default=LOOPBACK, help="where to listen (default: this machine only)")
    made.add_argument("--port", type=int, default=0, help="0: any that is free")
    made.add_argument("--allow-origin", action="append", default=[], help="another front end that may ask")
    made.add_argument("--host", action="append", default=[], help="a name under which browsers reach the address")
    made.add_argument("--token-file", type=Path, help="the token's file (default: web-token beside the socket)")
    made.add_argument("--ready-fd", type=int, help="write `ready` and the address to this descriptor, not to stdout")
    made.add_argument("--until-fd", type=int, help="end when nobody holds the other end of this pipe")
    made.add_argument("--json", action="store_true", help="tell an error as a JSON object on stdout")
    made.add_argument("--log-level", choices=["debug", "info", "warning", "error"], default="info")
    return made


def settings(arguments: argparse.Namespace) -> Settings:
    """Return what the arguments ask for. Raises ConfigError for an address that shows more than was meant."""
    if not is_loopback(arguments.address):
        if arguments.token_file is None:
            raise ConfigError(
                f"Listening on {arguments.address} shows every picture, prompt, tag and path of the library, and lets "
                "it be changed, to whoever has the token, unencrypted on the way.",
                hint="If that is meant, name the token's file with --token-file.",
            )
        log.info("%s: whoever has the token in %s sees and changes everything", arguments.address, arguments.token_file)
    return Settings(
        socket=checked_length(arguments.socket),
        address=arguments.address,
        port=arguments.port,
        origins=frozenset(origin.rstrip("/") for origin in arguments.allow_origin),
        hosts=frozenset(host.lower() for host in arguments.host),
        token_file=arguments.token_file,
    )


def tell_ready(descriptor: int | None, url: str) -> None:
    """Say that it answers, and where."""
    os.write(sys.stdout.fileno() if descriptor is None else descriptor, f"ready {url}\n".encode())


def report(error: Exception, *, json: bool = False) -> int:
    """Tell the user what they can mend, log the rest with its traceback; return the exit code."""
    code = EXIT_BUG
    for cause in _flat(error):
        if not isinstance(cause, UserError):
            log.error("the server ended with a bug", exc_info=cause)
            return EXIT_BUG
        code = cause.exit_code
        if json:
            told = {"error": {"code": cause.code, "message": cause.message, "hint": cause.hint}}
            sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
            return code
        sys.stderr.write("".join(f"{line}\n" for line in (f"vvault: {cause.message}", cause.hint) if line))
    return code


def _flat(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _flat(inner)
    else:
        yield error


if __name__ == "__main__":
    raise SystemExit(main())
