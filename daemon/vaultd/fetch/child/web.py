"""HTTP as a polite stranger speaks it: slowly, under its own name, and believing nothing.

Only http and https are spoken, whatever a redirect says. In this house nobody is asked but the host that was
subscribed to, whatever a page says, and whatever a name turns into between two looks. Passwords go to the site they are
for, and not along with a redirect.
"""

from __future__ import annotations

import base64
import http.client
import http.cookiejar
import ipaddress
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import quote, urlsplit

from vaultd.fetch.child.credentials import Account, private
from vaultd.fetch.child.desk import Desk, Stop
from vaultd.fetch.child.transfer import Bounded, Unfetched, inflated
from vaultd.fetch.order import PATIENCE, Order

PAGE_BYTES = 10 << 20
REDIRECTS = 5
TRIES = 4
SHORT_WAIT_S = 60.0
"""A site that asks for more patience than this is left alone until another run."""
_LATER = (429, 503)
_CUT = (http.client.HTTPException, ConnectionError, TimeoutError, ssl.SSLError)


class Page(NamedTuple):
    """`kind`: its MIME type; `url`: where it was in the end."""

    body: bytes
    kind: str
    url: str


class Web:
    """Asks one site, and what its pages lead to. `account`: for the site of the order alone."""

    def __init__(self, order: Order, desk: Desk, account: Account) -> None:
        self._order, self._desk, self._account = order, desk, account
        self._home = urlsplit(order.url).netloc
        self._hosts_indoors = {host for host in [urlsplit(order.url).hostname] if host and _is_indoors(host)}
        proxies = urllib.request.getproxies()
        self._proxies = {urlsplit(proxy).hostname for proxy in proxies.values()}
        handlers: list[urllib.request.BaseHandler] = [
            urllib.request.ProxyHandler(proxies),
            _Http(self._met),
            _Https(self._met),
            urllib.request.HTTPErrorProcessor(),
            urllib.request.HTTPDefaultErrorHandler(),
            _Redirects(self.check),
        ]
        if account.cookies:
            handlers.append(urllib.request.HTTPCookieProcessor(_cookies(Path(account.cookies))))
        self._opener = urllib.request.OpenerDirector()
        for handler in handlers:
            self._opener.add_handler(handler)

    def check(self, url: str) -> None:
        """Raises Unfetched where an address is none that may be asked."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Unfetched("refused", f"addresses of {parts.scheme or 'no'}:// are not followed")
        if parts.hostname not in self._hosts_indoors and _is_indoors(parts.hostname):
            raise _refused(parts.hostname)

    def _met(self, host: str, peer: str) -> None:
        """Raises Unfetched where a host turns out to be in this house, now that there is a connection to it."""
        if host not in self._hosts_indoors | self._proxies and _is_indoors(peer):
            raise _refused(host)

    def page(self, url: str) -> Page:
        """What is at an address, 10 MiB at most. Raises Unfetched, Stop."""
        bounds, body = Bounded(self._order, PAGE_BYTES), bytearray()
        try:
            with self._asked(url) as answer:
                read = inflated(answer.read1, answer.headers.get("Content-Encoding", ""))
                while part := read(1 << 16):
                    bounds.add(len(part))
                    body += part
                return Page(bytes(body), answer.headers.get_content_type(), answer.url)
        except _CUT as error:
            raise Unfetched("cut-off", f"the connection broke ({_named(error)})") from None

    def download(self, url: str, path: Path) -> None:
        """Fetches a file; where the connection breaks, it goes on from there, three times. Raises Unfetched, Stop."""
        path.unlink(missing_ok=True)
        bounds = Bounded(self._order, self._order.file_bytes)
        for attempt in range(TRIES):
            try:
                with path.open("ab") as file:
                    if self._continued(url, file, bounds):
                        return
            except _CUT as error:
                if attempt == TRIES - 1:
                    raise Unfetched("cut-off", f"the connection broke {TRIES} times ({_named(error)})") from None
        raise Unfetched("cut-off", f"the connection broke {TRIES} times")

    def _continued(self, url: str, file: IO[bytes], bounds: Bounded) -> bool:
        """Appends what is missing; whether it is whole now. Raises what a broken connection raises."""
        start = file.tell()
        with self._asked(url, {"Range": f"bytes={start}-"} if start else {}) as answer:
            if start and answer.status != 206:  # it begins anew, whatever it was asked
                file.truncate(0)
                bounds.count = start = 0
            wanted = answer.headers.get("Content-Length", "")
            if wanted.isdecimal():
                Bounded(self._order, self._order.file_bytes).add(start + int(wanted))  # before a byte of it has come
            encoding = answer.headers.get("Content-Encoding", "")
            read = inflated(answer.read1, encoding)
            while part := read(1 << 16):
                bounds.add(len(part))
                file.write(part)
            size = file.tell() - start
            return bool(encoding) or not wanted.isdecimal() or size >= int(wanted)

    def _asked(self, url: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
        """The answer to a request, after what patience the site asks for. Raises Unfetched, Stop, what _CUT names."""
        self.check(url)
        pause: float | None = None
        for _ in range(TRIES):
            self._desk.rest()
            try:
                return self._opener.open(self._request(url, headers or {}), timeout=self._order.timeout_s)  # type: ignore[no-any-return]
            except urllib.error.HTTPError as error:
                with error:
                    pause = patience(error.headers.get("Retry-After", ""))
                    if error.code // 100 == 3:
                        raise Unfetched(
                            "redirects", "it leads on and on, or to where nothing is fetched from"
                        ) from None
                    if error.code not in _LATER:
                        raise Unfetched(f"http-{error.code}", f"the site says {error.code} {error.reason}") from None
            except urllib.error.URLError as error:
                reason = error.reason
                raise reason if isinstance(reason, _CUT) else Unfetched("away", f"{_named(reason)}") from None
            if pause is not None and pause > SHORT_WAIT_S:
                break
            time.sleep(pause if pause is not None else self._order.delay_s * 4)
        raise Stop(f"{PATIENCE} (429)", pause)

    def _request(self, url: str, headers: dict[str, str]) -> urllib.request.Request:
        safe = quote(url, safe="%/:=&?~#+!$,;'@()*[]")
        request = urllib.request.Request(safe, headers={**headers, "User-Agent": self._order.agent})
        request.add_header("Accept-Encoding", "identity")
        account = self._account
        if urlsplit(url).netloc == self._home and (account.token or account.user):
            plain = f"{account.user}:{account.password}".encode()
            said = f"Bearer {account.token}" if account.token else f"Basic {base64.b64encode(plain).decode()}"
            request.add_unredirected_header("Authorization", said)
        return request


class _Http(urllib.request.HTTPHandler):
    """`met` is told the host that was asked for, and the address that is connected to, before a word is said."""

    def __init__(self, met: Callable[[str, str], None]) -> None:
        super().__init__()
        self._met = met

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        met = self._met

        class Connection(http.client.HTTPConnection):
            def connect(self) -> None:
                super().connect()
                met(self.host, self.sock.getpeername()[0])

        return self.do_open(Connection, req)


class _Https(urllib.request.HTTPSHandler):
    """As _Http; the servers' certificates are checked."""

    def __init__(self, met: Callable[[str, str], None]) -> None:
        super().__init__()
        self._met = met

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        met = self._met

        class Connection(http.client.HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                met(self.host, self.sock.getpeername()[0])

        return self.do_open(Connection, req, context=ssl.create_default_context())


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = REDIRECTS
    max_repeats = 2

    def __init__(self, check: Callable[[str], None]) -> None:
        self._check = check

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(req.full_url).scheme == "https" and urlsplit(newurl).scheme == "http":
            raise Unfetched("refused", "it leads from https to http")
        self._check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _is_indoors(host: str) -> bool:
    """Whether a host is this machine, or in its own network; one that has no address is not."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return any(not ipaddress.ip_address(str(entry[4][0]).partition("%")[0]).is_global for entry in found)


def _refused(host: str) -> Unfetched:
    return Unfetched("refused", f"{host} is in your own network, and is not the host that you subscribed to")


def _cookies(path: Path) -> http.cookiejar.CookieJar:
    private(path, "the file of cookies")
    jar = http.cookiejar.MozillaCookieJar(path.expanduser())
    try:
        jar.load(ignore_discard=True)
    except http.cookiejar.LoadError:
        raise Stop("the file of cookies is not in Netscape's format") from None
    return jar


def patience(told: str) -> float | None:
    """The seconds of a Retry-After (RFC 9110, 10.2.3), None where there is none."""
    if told.strip().isdecimal():
        return float(told)
    try:
        return max(0.0, parsedate_to_datetime(told).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def _named(error: object) -> str:
    return str(error) or type(error).__name__
