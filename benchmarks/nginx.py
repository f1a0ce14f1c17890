"""Debian's nginx with one worker, sending the files of a folder on the loopback."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from support.vault import eventually

_CONFIGURATION = """
user {user}; worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type application/octet-stream;
  types {{ image/webp webp; application/json json; text/html html; }}
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; add_header Cache-Control "private, max-age=31536000"; }}
}}
"""


class Nginx:
    """`put` files there, then ask under `origin`."""

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._folder = folder
        self._files = folder / "files"
        self._files.mkdir(parents=True)
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def address(self) -> tuple[str, int]:
        return ("127.0.0.1", self._port)

    def put(self, path: str, body: bytes) -> None:
        """Have it answer a path with this."""
        place = self._files / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)

    def __enter__(self) -> Self:
        self._folder.chmod(0o755)
        configuration = self._folder / "nginx.conf"
        configuration.write_text(_CONFIGURATION.format(folder=self._folder, port=self._port, user=getpass.getuser()))
        self._process = subprocess.Popen(["nginx", "-c", str(configuration), "-e", f"{self._folder}/errors"])
        eventually(self._answers, "nginx answers")
        return self

    def _answers(self) -> bool:
        try:
            socket.create_connection(self.address, 1).close()
        except OSError:
            return False
        return True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
