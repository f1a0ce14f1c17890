"""What this process says: lines of a log for whoever keeps it, sentences for a person in a terminal, errors to both."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator

import msgspec

from vaultipc.errors import EXIT_BUG, UserError

log = logging.getLogger("vaultweb")

_LOGGED = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _Sentences(logging.Formatter):
    """A record as a sentence, without time and module."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the sentence; a traceback follows it as in every log."""
        said = record.message
        sentence = said[:1].upper() + said[1:] + ("" if said.endswith((".", "…")) else ".")
        return f"vvault: {sentence}" if record.levelno > logging.INFO else sentence


def is_to_a_person(ready_fd: int | None, level: str) -> bool:
    """Whether a person watches: what others start tells them by a descriptor, and `debug` asks for the log."""
    return ready_fd is None and level != "debug" and sys.stderr.isatty()


def configure(level: str, *, person: bool) -> None:
    """Send the log to stderr, from `level` on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Sentences() if person else logging.Formatter(_LOGGED))
    logging.basicConfig(level=level.upper(), handlers=[handler])


def tell_ready(descriptor: int | None, address: str, link: str, *, opened: bool) -> None:
    """Say that the gallery is there: a person by a sentence, everybody else by the line `ready LINK`.

    A link that works once stands in nobody's log: where stdout is no terminal only `ready` is written.
    """
    if descriptor is not None:
        os.write(descriptor, f"ready {link}\n".encode())
        os.close(descriptor)
    elif sys.stdout.isatty():
        where = f"{address}/ (a browser was opened)" if opened else f"{link} (the link works once)"
        sys.stdout.write(f"The gallery is at {where}; Ctrl-C ends it.\n")
        sys.stdout.flush()
    else:
        sys.stdout.write("ready\n")
        sys.stdout.flush()


def tell_link(link: str, *, opened: bool, json: bool) -> None:
    """Answer somebody who asked for a gallery that is served already."""
    if json:
        sys.stdout.buffer.write(msgspec.json.encode({"url": link, "opened": opened}) + b"\n")
    else:
        sys.stdout.write("A browser was opened.\n" if opened else f"Open this, it works once: {link}\n")


def report(error: BaseException, *, json: bool) -> int:
    """Tell the person what they can mend, log the rest with its traceback; return the exit code."""
    code = EXIT_BUG
    for cause in _flat(error):
        if not isinstance(cause, UserError):
            log.error("the gallery ended with a bug", exc_info=cause)
            return EXIT_BUG
        code = cause.exit_code
        if json:
            told = {"error": {"code": cause.code, "message": cause.message, "hint": cause.hint}}
            sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
            break
        sys.stderr.write("".join(f"{line}\n" for line in (f"vvault: {cause.message}", cause.hint) if line))
    return code


def _flat(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _flat(inner)
    else:
        yield error
