"""Around the library: demo, service, completion."""

from __future__ import annotations

from pathlib import Path

from vaultd.cli.call import Call
from vaultd.cli.command import Command, Flag, Word
from vaultd.cli.quantities import count

SHELLS = ("bash", "zsh", "tcsh", "fish")


def demo(call: Call) -> int:
    from vaultd.demo.library import DEFAULT_COUNT, DEFAULT_SEED, write

    options = call.options
    seed = DEFAULT_SEED if options.seed is None else options.seed
    written = write(Path(options.dir), seed, DEFAULT_COUNT if options.count is None else options.count)
    answer = {"dir": _text(written.dir), "labels": _text(written.labels), "pictures": written.pictures}
    text = f"{count(written.pictures, 'file')} in {written.dir}; what they show is in {written.labels}"
    return call.result(answer, lambda screen: screen.line(text))


def install(call: Call) -> int:
    from vaultd import service

    return _lines(call, service.install(call.config_file, start=not call.options.no_start))


def uninstall(call: Call) -> int:
    from vaultd import service

    return _lines(call, service.uninstall(call.config_file, purge=call.options.purge, yes=call.options.yes))


def service_status(call: Call) -> int:
    from vaultd import service

    return _lines(call, service.status())


def completion(call: Call) -> int:
    from vaultd.cli.completion import script

    text = script(call.options.shell)
    return call.result({"script": text}, lambda screen: screen.line(text))


def _lines(call: Call, lines: list[str]) -> int:
    def show(screen: object) -> None:
        for line in lines:
            call.screen.line(line)

    return call.result({"lines": lines}, show)


def _text(path: Path) -> str:
    return bytes(path).decode(errors="replace")


COMMANDS = (
    Command("demo", "Draw a demo library, with the truth about it in a file beside it.", demo,
            (Word("dir", "DIR", "An empty folder, or one to be made.", files="folder"),
             Flag("seed", "Draw other pictures for another N.", metavar="N", kind=int),
             Flag("count", "How many files (default: 120).", metavar="N", kind=int))),
    Command("service install", "Have systemd start everything when you log in.", install,
            (Flag("no-start", "Only write the files."),)),
    Command("service uninstall", "Stop and remove the service; your data stays.", uninstall,
            (Flag("purge", "Also delete catalog, indexes and configuration, never pictures."),
             Flag("yes", "Never ask."))),
    Command("service status", "Say what systemd knows of the service.", service_status),
    Command("completion", "Print the completion script of a shell.", completion,
            (Word("shell", "SHELL", f"One of {', '.join(SHELLS)}."),)),
)  # fmt: skip
