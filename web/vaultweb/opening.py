"""Showing the gallery to whoever sits here: a link that works once, and the browser that opens it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
from urllib.parse import urlsplit

from vaultipc.blocking import Client
from vaultipc.errors import DaemonAway, Held
from vaultipc.messages import Status
from vaultweb.session import token_beside, token_in
from vaultweb.settings import Settings

PATIENCE_S = 10.0


def link_of_running(settings: Settings) -> str:
    """A fresh link to the gallery that another process of ours serves.

    Raises DaemonAway if nobody knows where it is, Held if it does not answer.
    """
    with Client(settings.socket, PATIENCE_S) as client:
        status: Status = client.call("status")
    address = status.web.get("url") if isinstance(status.web, dict) else None
    if address is None:
        raise DaemonAway("The gallery is being served, but the daemon has not heard where yet.", hint="Try again.")
    try:
        return _asked(address, token_in(settings.token_file or token_beside(settings.socket)))
    except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
        raise Held(f"The gallery at {address} does not answer: {error}", hint="`vvault stop` ends it.") from error


def open_browser(link: str) -> bool:
    """Have the desktop open `link` in the person's browser; False where there is no desktop."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) or shutil.which("xdg-open") is None:
        return False
    # Others may read the link in the list of processes: it works once, and the browser is sooner.
    quiet = subprocess.DEVNULL
    done = subprocess.run(["setsid", "--fork", "xdg-open", link], stdin=quiet, stdout=quiet, stderr=quiet, check=False)
    return done.returncode == 0


def _asked(address: str, token: str) -> str:
    where = urlsplit(address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE_S)
    try:
        connection.request("POST", "/api/links", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.client.CREATED:
            raise ValueError(f"{answer.status} {answer.reason}")
        return address.rstrip("/") + str(json.loads(body)["path"])
    finally:
        connection.close()
