"""A folder on SFTP, through paramiko (LGPL-2.1). Only servers whose keys ssh knows already are spoken with."""

from __future__ import annotations

import getpass
import stat
from pathlib import Path
from urllib.parse import unquote, urlsplit

from vaultd import extras
from vaultd.fetch.child.credentials import account, private
from vaultd.fetch.child.desk import Desk, Stop
from vaultd.fetch.child.folders import Folder, Listed
from vaultd.fetch.child.transfer import Unfetched, received
from vaultd.fetch.order import Order
from vaultd.fetch.sites import target

try:
    import paramiko
except ImportError:
    raise Stop(f"SFTP needs the extra [sftp]: {extras.command('sftp')}") from None


class Sftp(Folder):
    """Its items are known again by time and size."""

    def __init__(self, order: Order, desk: Desk) -> None:
        super().__init__(order, desk)
        self._parts = urlsplit(order.url)
        self._account = account(order.credentials, target(order.url, "sftp").site)
        self._ssh = paramiko.SSHClient()
        self._ssh.set_missing_host_key_policy(paramiko.RejectPolicy())

    def __enter__(self) -> Sftp:
        known, host = self._account, self._parts.hostname or ""
        if known.key:
            private(Path(known.key), "the private key")
        try:
            self._ssh.load_system_host_keys()
            self._ssh.connect(
                host,
                self._parts.port or 22,
                username=known.user or unquote(self._parts.username or "") or getpass.getuser(),
                password=known.password or None,
                key_filename=str(Path(known.key).expanduser()) if known.key else None,
                timeout=self._order.timeout_s,
                banner_timeout=self._order.timeout_s,
                auth_timeout=self._order.timeout_s,
            )
            self._sftp = self._ssh.open_sftp()
            channel = self._sftp.get_channel()
            if channel is not None:
                channel.settimeout(self._order.timeout_s)
        except paramiko.BadHostKeyException:
            raise Stop(f"the key of {host} is another than ssh knows: somebody may stand between") from None
        except paramiko.AuthenticationException:
            raise Stop(f"{host} lets nobody in with this user and key or password (docs/providers.md)") from None
        except (paramiko.SSHException, OSError, EOFError) as error:
            hint = f"; `ssh {host}` once makes its key known" if "known_hosts" in str(error) else ""
            raise Stop(f"{host} cannot be reached: {error}{hint}") from None
        return self

    def __exit__(self, *_: object) -> None:
        self._ssh.close()

    def _list(self, folder: str) -> list[Listed]:
        try:
            found = self._sftp.listdir_attr(self._there(folder))
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise Stop(f"/{folder} cannot be listed: {error}") from None
        listed = []
        for one in found:
            path = f"{folder}/{one.filename}".lstrip("/")
            mode, size = one.st_mode or 0, one.st_size or 0
            if stat.S_ISDIR(mode) or stat.S_ISREG(mode):  # links may lead anywhere, round in circles, too
                listed.append(Listed(path, stat.S_ISDIR(mode), size, f"{one.st_mtime} {size}"))
        return listed

    def _fetch(self, file: Listed, path: Path) -> None:
        try:
            with self._sftp.open(self._there(file.path), "rb") as remote:
                size = received(remote.read, self._order, path)
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise Unfetched("cut-off", f"it cannot be read ({error or type(error).__name__})") from None
        if size < file.size:
            raise Unfetched("cut-off", "the connection broke")

    def _there(self, path: str) -> str:
        """A path below the folder that was subscribed to; `/~/` at its start is the home there."""
        top = unquote(self._parts.path) or "."
        top = "." + top[2:] if top.startswith("/~") else top
        return f"{top.rstrip('/')}/{path}" if path else top

    def _page(self, file: Listed) -> str:
        return f"{self._order.url.rstrip('/')}/{file.path}"
