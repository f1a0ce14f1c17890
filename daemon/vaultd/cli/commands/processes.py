"""What runs until it is told to end: up, daemon, mount; and what ends them, the gallery too: stop."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from vaultd.cli import references
from vaultd.cli.call import Call
from vaultd.cli.command import Command, Flag, Word
from vaultipc.errors import EXIT_DONE
from vaultipc.running import marked
from vaultipc.socketpath import make_folder


def up(call: Call) -> int:
    from vaultd.app.up import Wishes, run

    options = call.options
    wishes = Wishes(
        socket=call.socket,
        config_file=call.config_file,
        config=call.config,
        folders=tuple(references.folder(folder) for folder in options.folders),
        mountpoint=None if options.no_mount else references.folder(options.mount or os.fspath(call.config.mount.path)),
        web=None if options.no_web else (),
        demo=options.demo,
        ask=not options.yes and sys.stdin.isatty() and not options.json,
        verbose=options.verbose,
    )
    make_folder(call.socket)
    with marked(call.socket, "up"):
        return run(wishes, call.screen)


def daemon(call: Call) -> int:
    # Read when NumPy is loaded. Its threads spin while they wait for each other: a second core for every question, and
    # nothing is answered sooner.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from vaultd.app import daemon as app
    from vaultd.app import logs

    config = call.config
    logs.configure("debug" if call.options.verbose else config.log.level)
    make_folder(call.socket)
    with marked(call.socket, "daemon"):
        app.run(config, call.socket, lambda: _tell(call.options.ready_fd), call.options.until_fd)
    return EXIT_DONE


def mount(call: Call) -> int:
    """Becomes the mount's own process, which loads nothing of the daemon."""
    config, options = call.config, call.options
    place = references.folder(options.dir) if options.dir else os.fsencode(config.mount.path)
    command = mount_command(call, place)
    make_folder(call.socket)
    sys.stdout.flush()
    passed = {"--ready-fd": options.ready_fd, "--until-fd": options.until_fd}
    descriptors = [word for flag, number in passed.items() if number is not None for word in (flag, str(number))]
    os.execv(sys.executable, [*command, *descriptors])


def stop(call: Call) -> int:
    from vaultd import service

    ended = service.stop(call.socket)
    answer = {"stopped": [{"what": one.what, "pid": one.pid, "name": one.name} for one in ended]}
    text = "\n".join(f"Ended {one.name}." for one in ended) or f"Nothing runs on {call.socket}."
    return call.result(answer, lambda screen: screen.line(text))


def mount_command(call: Call, place: bytes) -> list[str | bytes]:
    """The command that mounts the vault at `place`."""
    settings = call.config.mount
    level = "debug" if call.options.verbose else call.config.log.level
    json = ["--json"] if call.options.json else []
    entries = call.options.entries or settings.entries
    share = call.options.share or settings.share
    flags = ["--backend", settings.backend, "--entries", entries, "--share", share, "--log-level", level]
    flags += ["--allow-other"] if settings.allow_other else []
    flags += ["--portable-names"] if settings.portable_names else []
    return [sys.executable, "-m", "vaultfs", place, "--socket", os.fspath(call.socket), *flags, *json]


def _tell(descriptor: int | None) -> None:
    """Say on the descriptor that whoever started us opened for it that we answer now."""
    if descriptor is not None:
        with suppress(BrokenPipeError):  # they no longer wait for it; others ask us all the same
            os.write(descriptor, b"ready\n")
        os.close(descriptor)


DESCRIPTORS = (
    Flag("ready-fd", "For programs: write a line to descriptor N when ready.", metavar="N", kind=int),
    Flag("until-fd", "For programs: end when nobody holds the other end of the pipe N.", metavar="N", kind=int),
)

COMMANDS = (
    Command("up", "Run everything in this terminal: read folders, mount the vault, serve the gallery.", up,
            (Word("folders", "FOLDER", "Folders of pictures to watch (default: those watched before, else your own).",
                  times="*", files="folder"),
             Flag("mount", "Mount at DIR, not at the configured place (~/vault).", metavar="DIR"),
             Flag("no-mount", "Mount nothing."),
             Flag("no-web", "Serve no gallery."),
             Flag("yes", "Watch your pictures folder without asking."),
             Flag("demo", "Watch a demo library of drawn pictures, too."))),
    Command("daemon", "Run the daemon alone, which reads pictures and answers.", daemon, DESCRIPTORS),
    Command("mount", "Mount the vault alone, until Ctrl-C; a daemon answers in it.", mount,
            (Word("dir", "DIR", "Where; made if it is not there (default: `mount.path` of the configuration).",
                  times="?", files="folder"),
             Flag("entries", "What a picture is there: symlink or file (default: as configured).", metavar="KIND",
                  choices=("symlink", "file")),
             Flag("share", "Who else may look into it: none, group or world (default: as configured).", metavar="WHOM",
                  choices=("none", "group", "world")),
             *DESCRIPTORS)),
    Command("stop", "End whatever runs: daemon, mounts, gallery and every `vvault up`, or the service.", stop),
)  # fmt: skip
