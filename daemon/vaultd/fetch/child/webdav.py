"""A folder on WebDAV (RFC 4918), through webdav4 (MIT) and httpx (BSD), which follow redirects on one server only."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from vaultd import extras
from vaultd.fetch.child.credentials import account
from vaultd.fetch.child.desk import Desk, Stop
from vaultd.fetch.child.folders import Folder, Listed
from vaultd.fetch.child.transfer import Unfetched, received
from vaultd.fetch.child.web import patience
from vaultd.fetch.order import PATIENCE, Order
from vaultd.fetch.sites import target

try:
    import httpx
    from webdav4.client import Client, ClientError, HTTPError
except ImportError:
    raise Stop(f"WebDAV needs the extra [webdav]: {extras.command('webdav')}") from None


class WebDav(Folder):
    """Its items are known again by their ETag, or by time and size where the server gives none."""

    def __init__(self, order: Order, desk: Desk) -> None:
        super().__init__(order, desk)
        known = account(order.credentials, target(order.url, "webdav").site)
        headers = {"User-Agent": order.agent, "Accept-Encoding": "identity"}
        if known.token:
            headers["Authorization"] = f"Bearer {known.token}"
        login = (known.user, known.password) if known.user else None
        self._client = Client(
            order.url,
            auth=login,
            headers=headers,
            timeout=order.timeout_s,
            retry=False,
            event_hooks={"response": [_stay]},
        )

    def __enter__(self) -> WebDav:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.http.close()

    def _list(self, folder: str) -> list[Listed]:
        try:
            found = self._client.ls(folder, detail=True)
        except (ClientError, httpx.HTTPError) as error:
            raise _stopped(error, folder) from None
        except Unfetched as error:
            raise Stop(f"/{folder} cannot be listed: {error}") from None
        top = unquote(urlsplit(self._order.url).path).strip("/")
        return [_listed(one, top) for one in found if isinstance(one, dict)]

    def _fetch(self, file: Listed, path: Path) -> None:
        address = self._page(file)
        try:
            with self._client.http.stream("GET", address, follow_redirects=False) as answer:
                if answer.status_code in (429, 503):
                    raise _stopped(HTTPError(answer), file.path)
                if answer.status_code != 200:
                    raise Unfetched(f"http-{answer.status_code}", f"the server says {answer.status_code}")
                parts = answer.iter_raw(1 << 16)
                size = received(lambda _: next(parts, b""), self._order, path)
                if answer.headers.get("Content-Length", str(size)) != str(size):
                    raise Unfetched("cut-off", "the connection broke")
        except httpx.HTTPError as error:
            raise Unfetched("cut-off", f"the connection broke ({type(error).__name__})") from None

    def _page(self, file: Listed) -> str:
        return f"{self._order.url.rstrip('/')}/{quote(file.path)}"


def _stay(answer: httpx.Response) -> None:
    """Raises Unfetched where a server leads to another one, which could be in this house."""
    if answer.has_redirect_location:
        here, there = answer.url, answer.url.join(answer.headers["Location"])
        if (there.scheme, there.host, there.port) != (here.scheme, here.host, here.port):
            raise Unfetched(
                "redirects", f"the server leads to {there.scheme}://{there.netloc.decode()}, which is another one"
            )


def _listed(one: dict[str, object], top: str) -> Listed:
    """`top`: the path of the folder that was subscribed to, which some servers repeat."""
    path = str(one["name"]).strip("/")
    with suppress(ValueError):
        path = path.removeprefix(f"{top}/") if top else path
    size = one.get("content_length")
    length = int(size) if isinstance(size, int) else 0
    version = str(one.get("etag") or f"{one.get('modified')} {length}")
    return Listed(path, one.get("type") == "directory", length, version)


def _stopped(error: Exception, folder: str) -> Stop:
    if isinstance(error, HTTPError):
        status = error.response.status_code
        told = error.response.headers.get("Retry-After", "")
        if status in (401, 403):
            return Stop(f"the server refuses it ({status}): docs/providers.md says where passwords go")
        if status in (429, 503):
            return Stop(f"{PATIENCE} ({status})", patience(told))
        return Stop(f"/{folder} cannot be listed: the server says {status}")
    return Stop(f"/{folder} cannot be listed: {type(error).__name__}")
