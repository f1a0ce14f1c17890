"""The one file with names and passwords: TOML, a table for each site.

["example.org"]
user = "me"
password = "…"        # or token = "…" (a bearer's), or cookies = "FILE" (Netscape's format)
secret = "password"   # or "token": in place of either, it is in the desktop's secret service
key = "~/.ssh/id"     # for SFTP
"""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Literal

from msgspec import Struct, ValidationError, convert, structs

from vaultd.fetch.child.desk import Stop


class Account(Struct, frozen=True, forbid_unknown_fields=True):
    """What is known for a site, '' for nothing."""

    user: str = ""
    password: str = ""
    token: str = ""
    cookies: str = ""
    key: str = ""
    secret: Literal["", "password", "token"] = ""


NOBODY = Account()


def account(file: str, site: str) -> Account:
    """What the credentials file has for a site (`host` or `host:port`), and the secret service where that file says so.

    Raises Stop where it must not be used, or what it speaks of cannot be had: nobody is asked without a password then,
    as a stranger would be shown less, and the rest would seem gone.
    """
    if not file:
        return NOBODY
    text = private(Path(file), "the credentials file").decode("utf-8", "replace")
    try:
        known = convert(tomllib.loads(text), dict[str, Account])
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise Stop(f"the credentials file cannot be used: {type(error).__name__}; see docs/providers.md") from None
    name = site if site in known else site.partition(":")[0]
    found = known.get(name, NOBODY)
    return structs.replace(found, **{found.secret: _from_the_desktop(name)}) if found.secret else found


def _from_the_desktop(site: str) -> str:
    from vaultd.fetch.child.secretservice import secret  # which only those have who want it

    return secret(site)


def private(path: Path, what: str) -> bytes:
    """The bytes of a file that only its owner can read. Raises Stop where others could."""
    try:
        with path.expanduser().open("rb") as file:
            status = os.fstat(file.fileno())
            if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid != os.getuid():
                raise Stop(f"{what} can be read by others, so it is not used: `chmod 600 {path}`")
            return file.read(1 << 20)
    except OSError as error:
        raise Stop(f"{what} cannot be read ({error.strerror})") from None
