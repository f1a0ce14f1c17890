"""A folder on SFTP, on the loopback: paramiko's own server over a real folder, for one user with one password."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import paramiko

USER, PASSWORD = "anna", "wanted"


class SftpSite:
    """Serves `folder` as `/` while the block runs; `known_hosts` is the line by which ssh knows it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = paramiko.ECDSAKey.generate()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._transports: list[paramiko.Transport] = []
        self._thread = threading.Thread(target=self._accept)

    @property
    def known_hosts(self) -> str:
        return f"[127.0.0.1]:{self.port} {self._key.get_name()} {self._key.get_base64()}\n"

    @property
    def url(self) -> str:
        return f"sftp://{USER}@127.0.0.1:{self.port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for transport in self._transports:
            transport.close()
            transport.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # it was closed
            transport = paramiko.Transport(connection)
            transport.add_server_key(self._key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, folder=self.folder)
            transport.start_server(server=_Door(), event=threading.Event())
            self._transports.append(transport)


class _Door(paramiko.ServerInterface):  # type: ignore[misc]
    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == (USER, PASSWORD)
        return int(paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED)

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return int(paramiko.OPEN_SUCCEEDED)


class _Files(paramiko.SFTPServerInterface):  # type: ignore[misc]
    def __init__(self, server: paramiko.ServerInterface, *args: Any, folder: Path, **more: Any) -> None:
        super().__init__(server, *args, **more)
        self._folder = folder

    def list_folder(self, path: str) -> Any:
        below = self._real(path)
        return [paramiko.SFTPAttributes.from_stat(one.lstat(), one.name) for one in below.iterdir()]

    def stat(self, path: str) -> Any:
        return paramiko.SFTPAttributes.from_stat(self._real(path).stat())

    def open(self, path: str, flags: int, attr: Any) -> Any:
        handle = paramiko.SFTPHandle(os.O_RDONLY)
        handle.readfile = self._real(path).open("rb")
        return handle

    def _real(self, path: str) -> Path:
        return self._folder / path.lstrip("/")
