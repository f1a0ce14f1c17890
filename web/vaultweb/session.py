"""Who may ask: a browser with a cookie, which a one-time link gave it, or a program with the token.

The token is kept in a file that only its owner reads. A cookie is signed with it and holds nothing but its own end and
what tells it from others, so that nobody has to log in again because this process was started again; a new token ends
every session. Sessions that were ended before their time are noted in a file beside the token.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
import time
from collections.abc import Callable
from pathlib import Path

from vaultipc.errors import Refused

SESSION_S = 30 * 24 * 3600
LINK_S = 600
"""How long a one-time link may be used."""
_MOST_LINKS = 64
_SHORTEST = 32
"""Characters of the shortest token that is taken."""


class Sessions:
    """Knows the token, the sessions it signed, and the links that were not used yet.

    `noted`: the file of the sessions that were ended; None to remember them only for as long as this process lives.
    """

    def __init__(self, token: str, noted: Path | None = None) -> None:
        self.token = token
        self._key = hashlib.blake2b(token.encode(), person=b"vvault-session").digest()
        self._links: dict[str, float] = {}
        self.on_end: Callable[[], None] = lambda: None
        """Called when a session is ended before its time."""
        self._noted = noted
        self._ended = _still_to_come(noted)

    def link(self) -> str:
        """Return the word of a new one-time link. Of many that nobody uses, the oldest are forgotten."""
        word = secrets.token_urlsafe(32)
        self._links[word] = time.monotonic() + LINK_S
        while len(self._links) > _MOST_LINKS:
            del self._links[next(iter(self._links))]
        return word

    def use(self, word: str) -> str | None:
        """Return a new session's cookie for the word of a link, which is used up; None if it is not one."""
        ends = self._links.pop(word, 0.0)
        session = f"{int(time.time()) + SESSION_S}.{secrets.token_hex(8)}"
        return self._signed(session) if ends > time.monotonic() else None

    def knows(self, cookie: str) -> bool:
        """Whether a cookie is a session that has not ended."""
        session = cookie.rpartition(".")[0]
        return _same(cookie, self._signed(session)) and session not in self._ended and _end(session) > time.time()

    def end(self, cookie: str) -> None:
        """End a session, also for who kept its cookie. Raises OSError where that cannot be noted."""
        if not self.knows(cookie):
            return
        self._ended.add(cookie.rpartition(".")[0])
        self.on_end()
        if self._noted is not None:
            beside = self._noted.with_name(f".{self._noted.name}.{os.getpid()}")
            beside.write_text("".join(f"{session}\n" for session in sorted(self._ended) if _end(session) > time.time()))
            beside.replace(self._noted)

    def bears(self, token: str) -> bool:
        """Whether it is the token."""
        return _same(token, self.token)

    def _signed(self, session: str) -> str:
        return f"{session}.{hmac.new(self._key, session.encode(errors='replace'), hashlib.sha256).hexdigest()}"


def cookie_name(port: int) -> str:
    """Of the server at a port. Browsers send what one server of a host gave them to all of its ports, and keep one
    cookie of a name: under one name two galleries would log each other out."""
    return f"vvault-{port}"


def token_beside(socket: Path) -> Path:
    """Where the token of the server of this socket is."""
    return socket.with_name("web-token")


def ended_beside(socket: Path) -> Path:
    """Where the sessions that were ended are noted."""
    return socket.with_name("web-ended")


def token_in(path: Path) -> str:
    """Return the token in a file, which is made if it is not there.

    Raises Refused for a file that others may read, or whose token is too short to be a secret.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return _made(path)
    except OSError as error:
        raise Refused(f"The token cannot be read: {path} ({error.strerror})", hint="Name another file.") from error
    with open(descriptor, encoding="utf-8", errors="replace") as file:
        found = os.fstat(descriptor)
        token = file.read(4096).strip()
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise Refused(f"The token is not yours alone: {path}", hint=f"Say `chmod 600 {path}`, or delete the file.")
    if len(token) < _SHORTEST or not token.isascii() or not token.isprintable():
        raise Refused(
            f"The token in {path} is no secret: it needs {_SHORTEST} letters and digits or more.",
            hint="Delete the file, and a good one is made.",
        )
    return token


def _end(session: str) -> int:
    """When a session ends, in seconds since 1970; 0 for what is none."""
    ends = session.partition(".")[0]
    return int(ends) if ends.isascii() and ends.isdecimal() and len(ends) < 16 else 0


def _still_to_come(noted: Path | None) -> set[str]:
    """The sessions that were ended and would go on. Raises OSError."""
    try:
        sessions = noted.read_text().split() if noted is not None else []
    except FileNotFoundError:
        return set()
    return {session for session in sessions if _end(session) > time.time()}


def _made(path: Path) -> str:
    """Written beside and linked to its place: nobody reads half of it, and of two that make one both have the same."""
    token = secrets.token_urlsafe(32)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(f"{token}\n")
        try:
            os.link(beside, path)
        except FileExistsError:
            return token_in(path)
        finally:
            beside.unlink()
    except OSError as error:
        raise Refused(f"The token cannot be written: {path} ({error.strerror})", hint="Name another file.") from error
    return token


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))
