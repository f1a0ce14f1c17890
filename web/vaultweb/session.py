"""Who may ask: a browser with a cookie, which a one-time link gave it, or a program with the token.

The token is kept in a file that only its owner reads. A cookie is signed with it and holds nothing but its own end, so
that nobody has to log in again because this process was started again; a new token ends every session.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
import time
from pathlib import Path

from vaultipc.errors import Refused

SESSION_S = 30 * 24 * 3600
LINK_S = 600
"""How long a one-time link may be used."""
_MOST_LINKS = 64
_SHORTEST = 32
"""Characters of the shortest token that is taken."""


class Sessions:
    """Knows the token, the sessions it signed, and the links that were not used yet."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._key = hashlib.blake2b(token.encode(), person=b"vvault-session").digest()
        self._links: dict[str, float] = {}

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
        return self._signed(int(time.time()) + SESSION_S) if ends > time.monotonic() else None

    def knows(self, cookie: str) -> bool:
        """Whether a cookie is a session that has not ended."""
        ends = cookie.partition(".")[0]
        if not (ends.isascii() and ends.isdecimal() and len(ends) < 16):
            return False
        return _same(cookie, self._signed(int(ends))) and int(ends) > time.time()

    def bears(self, token: str) -> bool:
        """Whether it is the token."""
        return _same(token, self.token)

    def _signed(self, ends: int) -> str:
        return f"{ends}.{hmac.new(self._key, str(ends).encode(), hashlib.sha256).hexdigest()}"


def cookie_name(port: int) -> str:
    """Of the server at a port. Browsers send what one server of a host gave them to all of its ports, and keep one
    cookie of a name: under one name two galleries would log each other out."""
    return f"vvault-{port}"


def token_beside(socket: Path) -> Path:
    """Where the token of the server of this socket is."""
    return socket.with_name("web-token")


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
