"""The real web server of a vault, and what a program or a browser asks of it over HTTP.

with Web(vault) as web:
    answer = web.get("/api/search?q=red+car")
    assert answer.status == 200
    answer.json["total"]
"""

from __future__ import annotations

import http.client
import json
import os
import select
import signal
import subprocess
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from support.ending import wait_or_kill
from support.vault import PATIENCE_S, RunningVault

JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """What came back; `headers` by lower-case name."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Web:
    """`vvault web` of a running vault. What asks with `token` is a program, with `cookie` a browser."""

    def __init__(self, vault: RunningVault, *arguments: str) -> None:
        self.vault = vault
        self._arguments = arguments
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        ready, report = os.pipe()
        try:
            words = ("--port", "0", *self._arguments, "--ready-fd", str(report))
            self.process = self.vault.spawn("web", *words, pass_fds=(report,))
            os.close(report)
            heard = select.select([ready], [], [], PATIENCE_S)[0] and os.read(ready, 4096)
        finally:
            os.close(ready)
        assert heard, f"the web server did not get ready:\n{self.vault.log('web')}"
        self.link = heard.decode().split()[1]
        where = urlsplit(self.link)
        assert where.hostname is not None
        assert where.port is not None
        self.host, self.port = where.hostname, where.port
        self.origin = f"http://{self.host}:{self.port}"
        self.token = self.vault.socket.with_name("web-token").read_text().strip()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None:
            self.process.terminate()
            wait_or_kill(self.process, 10)

    def stop(self) -> int:
        """End it as systemd would; its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    # ---- asking ----------------------------------------------------------------------------------------------

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_S)

    def bare(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """One request as it is given: no token, no cookie."""
        connection = self.connection()
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, told, answer.read())
        finally:
            connection.close()

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """One request of a program, which has the token; `body` goes as JSON."""
        told = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            told.setdefault("Content-Type", JSON)
        return self.bare(method, path, data, told)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        return self.ask("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def cookie(self) -> str:
        """The session of a browser that followed a fresh one-time link, as it sends it."""
        link = self.ask("POST", "/api/links").json["path"]
        return self.bare("GET", link).headers["set-cookie"].partition(";")[0]
