"""`python -m vaultweb --socket PATH`: serve the gallery and its REST interface until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import logging
import os
import signal
from dataclasses import replace
from pathlib import Path

import trio

from vaultipc.errors import EXIT_DONE, ConfigError
from vaultipc.running import marked
from vaultipc.socketpath import checked_length
from vaultweb.listening import Served, alone, listening, origin
from vaultweb.opening import link_of_running, open_browser
from vaultweb.settings import LOOPBACK, Settings, is_loopback
from vaultweb.speaking import configure, is_to_a_person, report, tell_link, tell_ready

log = logging.getLogger("vaultweb")

PATIENCE_S = 6
"""Whole seconds after which this process ends, whatever it is waiting for. That is no failure: it was told to."""
LONGEST_END_S = 3.0
"""For what is under way when this process is told to end."""


def main() -> int:
    """Return the exit code of the command line's table."""
    arguments = parser().parse_args()
    configure(arguments.log_level, person=is_to_a_person(arguments.ready_fd, arguments.log_level))
    try:
        _serve_or_open(arguments, settings_of(arguments))
    except Exception as error:
        return report(error, json=arguments.json)
    return EXIT_DONE


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="vaultweb", description="Serve the gallery.")
    made.add_argument("--socket", type=Path, required=True, help="the daemon's socket")
    made.add_argument("--address", default=LOOPBACK, help="where to listen (default: this machine only)")
    made.add_argument("--port", type=int, default=0, help="0: any that is free")
    made.add_argument("--any-port", action="store_true", help="take another port where that one is taken")
    made.add_argument("--allow-origin", action="append", default=[], help="another front end that may ask")
    made.add_argument("--host", action="append", default=[], help="a name under which browsers reach the address")
    made.add_argument("--token-file", type=Path, help="the token's file (default: web-token beside the socket)")
    made.add_argument("--export-folder", action="append", default=[], type=Path, help="may be exported into")
    made.add_argument("--open", action="store_true", help="open a browser, also on a gallery that is served already")
    made.add_argument("--ready-fd", type=int, help="write `ready LINK` to this descriptor once it answers")
    made.add_argument("--until-fd", type=int, help="end when nobody holds the other end of this pipe")
    made.add_argument("--json", action="store_true", help="tell an error as a JSON object on stdout")
    made.add_argument("--log-level", choices=["debug", "info", "warning", "error"], default="info")
    return made


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Return what the arguments ask for. Raises ConfigError for an address that shows more than was meant."""
    if not is_loopback(arguments.address):
        _check_meant(arguments.address, arguments.token_file)
    return Settings(
        socket=checked_length(arguments.socket),
        address=arguments.address,
        port=arguments.port,
        any_port=arguments.any_port,
        origins=frozenset(origin.rstrip("/") for origin in arguments.allow_origin),
        hosts=frozenset(host.lower() for host in arguments.host),
        token_file=arguments.token_file,
        export_folders=tuple(arguments.export_folder),
    )


def _check_meant(address: str, token_file: Path | None) -> None:
    if token_file is None:
        raise ConfigError(
            f"Listening on {address} shows every picture, prompt, tag and path of the library, and lets it be changed, "
            "to whoever has the token, unencrypted on the way.",
            hint="If that is meant, name a file for the token in `web.token_file`.",
        )
    log.info("%s: whoever has the token in %s, or a link, sees and changes everything", address, token_file)


def _serve_or_open(arguments: argparse.Namespace, settings: Settings) -> None:
    try:
        with alone(settings.lock_file), marked(settings.socket, "web"):
            trio.run(run, settings, arguments)
    except Served:
        if not arguments.open:
            raise
        link = link_of_running(settings)
        tell_link(link, opened=open_browser(link), json=arguments.json)


async def run(settings: Settings, arguments: argparse.Namespace) -> None:
    """Serve until told to stop."""
    from vaultweb.server import serve  # what it needs takes half a second to import, and opening does not need it

    listener, ending = listening(settings), trio.Event()
    address = origin(listener)
    settings = replace(settings, port=listener.getsockname()[1])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_until_signalled, ending)
        if arguments.until_fd is not None:
            nursery.start_soon(_until_left, arguments.until_fd, ending)
        link = await nursery.start(serve, settings, listener, ending)
        # A link is good for once: one that is opened is not printed, too.
        opened = arguments.open and await trio.to_thread.run_sync(open_browser, link())
        tell_ready(arguments.ready_fd, address, link(), opened=opened)
        await ending.wait()
        nursery.cancel_scope.deadline = trio.current_time() + LONGEST_END_S
        # hypercorn lets nobody interrupt it while it sends: who does not read would keep us for ever.
        signal.signal(signal.SIGALRM, lambda *_: os._exit(EXIT_DONE))
        signal.alarm(PATIENCE_S)
    signal.alarm(0)
    log.info("ended")


async def _until_signalled(ending: trio.Event) -> None:
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
        async for number in signals:
            log.info("%s: ending …", signal.Signals(number).name)
            ending.set()
            return


async def _until_left(until_fd: int, ending: trio.Event) -> None:
    await trio.lowlevel.wait_readable(until_fd)  # the end of a pipe into which nothing is written
    log.info("whoever started this is gone: ending …")
    ending.set()


if __name__ == "__main__":
    raise SystemExit(main())
