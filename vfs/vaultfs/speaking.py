"""What a mount says: lines of a log for whoever keeps it, sentences for a person who started it in a terminal."""

from __future__ import annotations

import logging
import os
import sys

_LOGGED = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Sentences(logging.Formatter):
    """A record as a sentence: no time, no name of a module, and of what is harmless not even how grave it is."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the sentence; a traceback follows it as in every log."""
        said = record.message
        sentence = said[:1].upper() + said[1:] + ("" if said.endswith((".", "…")) else ".")
        return f"vvault: {sentence}" if record.levelno > logging.INFO else sentence


def is_to_a_person(ready_fd: int | None, level: str) -> bool:
    """Return whether a person watches: what others start tells them by a descriptor, and `debug` asks for the log."""
    return ready_fd is None and level != "debug" and sys.stderr.isatty()


def configure(level: str, *, person: bool) -> None:
    """Send the log to stderr, from `level` on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Sentences() if person else logging.Formatter(_LOGGED))
    logging.basicConfig(level=level.upper(), handlers=[handler])


def tell_ready(descriptor: int | None, place: bytes, *, person: bool, connected: bool) -> None:
    """Say that the mount is there: a person by a sentence, everybody else by the line `ready`."""
    if person and sys.stdout.isatty():
        away = "" if connected else " No daemon answers yet: `vvault daemon` starts it."
        sys.stdout.write(f"Mounted at {place.decode(errors='replace')}; Ctrl-C unmounts it.{away}\n")
        sys.stdout.flush()
        return
    os.write(sys.stdout.fileno() if descriptor is None else descriptor, b"ready\n")
