"""The gallery: served by a process of its own, or opened where it is served."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from vaultd.cli.call import Call
from vaultd.cli.command import Command, Flag
from vaultd.cli.commands.processes import DESCRIPTORS
from vaultipc.errors import UserError
from vaultipc.socketpath import make_folder


def web(call: Call) -> int:
    return _demo(call) if call.options.demo else _become(call)


def _become(call: Call) -> NoReturn:
    """Becomes the gallery's own process, which loads nothing of the daemon."""
    command = web_command(call)
    make_folder(call.socket)
    sys.stdout.flush()
    passed = {"--ready-fd": call.options.ready_fd, "--until-fd": call.options.until_fd}
    descriptors = [word for flag, number in passed.items() if number is not None for word in (flag, str(number))]
    os.execv(sys.executable, [*command, *descriptors])


def web_command(call: Call) -> list[str]:
    """The command that serves the gallery."""
    options, settings = call.options, call.config.web
    port = settings.port if options.port is None else _port(options.port)
    nobody_chose = options.port is None and call.config.sources["web.port"] == "default"
    level = "debug" if options.verbose else call.config.log.level
    words = ["--socket", os.fspath(call.socket), "--log-level", level]
    words += ["--address", options.address or settings.address, "--port", str(port)]
    words += [word for origin in settings.allowed_origins for word in ("--allow-origin", origin)]
    words += [word for host in settings.hosts for word in ("--host", host)]
    words += ["--token-file", os.fspath(settings.token_file)] if settings.token_file else []
    words += [word for folder in settings.export_folders for word in ("--export-folder", os.fspath(folder))]
    switches = {"--any-port": nobody_chose, "--open": options.open, "--json": options.json}
    return [sys.executable, "-m", "vaultweb", *words, *(name for name, wanted in switches.items() if wanted)]


def _demo(call: Call) -> int:
    from vaultd.app.up import run
    from vaultd.app.up.throwaway import throwaway

    options = call.options
    flags = ["--open"] if options.open else []
    flags += ["--port", str(_port(options.port))] if options.port is not None else []
    flags += ["--address", options.address] if options.address else []
    with throwaway(tuple(flags), verbose=options.verbose) as wishes:
        return run(wishes, call.screen)


def _port(number: int) -> int:
    from vaultd.config.kinds import Whole

    port = Whole(0, 65_535)
    try:
        port.check(number)
    except ValueError:
        raise UserError(f"--port must be {port.wanted}, not {number}.") from None
    return number


COMMANDS = (
    Command("web", "Serve the gallery alone, until Ctrl-C; with --open open it, also where it is served already.", web,
            (Flag("open", "Open a browser on it; without a desktop, print a link that works once."),
             Flag("demo", "Serve a demo library that is thrown away at the end, with a daemon of its own."),
             Flag("port", "The port; 0 is any that is free (default: as configured).", metavar="N", kind=int),
             Flag("address", "The address to listen at (default: as configured).", metavar="ADDRESS"),
             *DESCRIPTORS)),
)  # fmt: skip
