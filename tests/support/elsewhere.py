"""A site on the loopback that pictures are fetched from, and that behaves as badly as the internet does.

- /robots.txt, /feed.xml (RSS), /feed.atom, /feed.json   the same entries, three ways
- /post.json?page=N&limit=N   what a Moebooru site says of its posts, which gallery-dl knows how to read
- /pictures/NAME              pictures, with ranges and ETags
- /dav/                       the same pictures as a folder on WebDAV (PROPFIND, GET)
- /hostile/NAME               redirects without end, slow bodies, ten gigabytes, bombs, pages called .jpg

`trouble` says what to do with the next requests of a path; `asked` is every request that came.
"""

from __future__ import annotations

import gzip
import io
import json
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

from PIL import Image

HUGE = 10 << 30


class Asked(NamedTuple):
    """One request, and when it came (seconds on the monotonic clock)."""

    method: str
    path: str
    agent: str
    authorization: str
    range: str
    host: str
    at: float


class Trouble(NamedTuple):
    """What to answer instead. `after`: the connection is cut after so many bytes of the body."""

    status: int = 0
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed
    after: int = -1


@dataclass
class Post:
    """A picture and what the site tells of it."""

    name: str
    body: bytes
    title: str = ""
    artist: str = "Jo Maler"
    tags: tuple[str, ...] = ("blue_sky", "boat")
    rating: str = "s"
    source: str = ""


def picture(number: int, size: int = 48) -> bytes:
    """The bytes of a small JPEG; another one for each number."""
    made = Image.new("RGB", (size, size), ((number * 37) % 256, (number * 91) % 256, (number // 256) % 256))
    made.paste((255 - number % 256, 128, number % 251), (number % 20, 8, 30, 30))
    out = io.BytesIO()
    made.save(out, "JPEG", quality=90, comment=f"picture {number}".encode())
    return out.getvalue()


@dataclass
class Elsewhere:
    """The site, running while the block runs. `posts`: the newest first."""

    posts: list[Post] = field(default_factory=list)
    robots: str = "User-agent: *\nDisallow: /private/\n"
    password: str = ""
    asked: list[Asked] = field(default_factory=list)
    trouble: dict[str, deque[Trouble]] = field(default_factory=dict)
    pace_s: float = 0.0
    """Before each picture is sent."""
    most_a_second: int = 0
    """Beyond so many requests in a second it answers 429."""

    def __enter__(self) -> Self:
        site: Elsewhere = self

        class Handler(_Handler):
            elsewhere = site

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def gallery(self) -> str:
        """The address of all posts, as gallery-dl knows it: Moebooru is a family of sites that anyone can run."""
        return f"moebooru:{self.url}/post?tags=all"

    def fill(self, count: int, first: int = 0) -> None:
        """Puts pictures there, the newest first."""
        for number in range(first, first + count):
            self.posts.insert(0, Post(f"{number}.jpg", picture(number), f"No. {number}"))

    def requests(self, path: str) -> list[Asked]:
        """Those of a path."""
        return [one for one in self.asked if one.path == path]


class _Handler(BaseHTTPRequestHandler):
    elsewhere: Elsewhere
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_PROPFIND(self) -> None:
        self._answer(self._propfind)

    def do_GET(self) -> None:
        self._answer(self._get)

    def _answer(self, how: Any) -> None:
        parts, site = urlsplit(self.path), self.elsewhere
        path = unquote(parts.path)
        head = self.headers.get
        site.asked.append(
            Asked(
                self.command,
                path,
                head("User-Agent", ""),
                head("Authorization", ""),
                head("Range", ""),
                head("Host", ""),
                time.monotonic(),
            )
        )
        try:
            waiting = site.trouble.get(path)
            if (
                site.most_a_second
                and sum(one.at > time.monotonic() - 1 for one in site.asked[-200:]) > site.most_a_second
            ):
                self._send(429, b"slowly", {"Retry-After": "1"})
            elif waiting:
                self._misbehave(path, waiting.popleft())
            elif site.password and not head("Authorization", ""):
                self._send(401, b"who are you?", {"WWW-Authenticate": 'Basic realm="x"'})
            else:
                how(path, parse_qs(parts.query))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _get(self, path: str, query: dict[str, list[str]]) -> None:
        site = self.elsewhere
        if path == "/robots.txt":
            self._send(200, site.robots.encode(), {"Content-Type": "text/plain"})
        elif path in ("/feed.xml", "/feed.atom", "/feed.json"):
            made = {"/feed.xml": rss, "/feed.atom": atom, "/feed.json": json_feed}[path](site)
            self._send(200, made.encode(), {"Content-Type": "application/xml"})
        elif path == "/post.json":
            self._send(200, json.dumps(self._posts(query)).encode(), {"Content-Type": "application/json"})
        elif path.startswith("/hostile/"):
            self._hostile(path.rpartition("/")[2])
        else:
            self._picture(path)

    def _posts(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        page, limit = int(query["page"][0]), int(query["limit"][0])
        every = self.elsewhere.posts
        return [
            {
                "id": len(every) - number if not post.name[:-4].isdecimal() else int(post.name[:-4]) + 1,
                "tags": " ".join(post.tags), "created_at": 1_600_000_000, "author": post.artist,
                "source": post.source, "md5": str(abs(hash(post.name))), "rating": post.rating, "title": post.title,
                "file_url": f"{self.elsewhere.url}/pictures/{quote(post.name)}",
            }
            for number, post in enumerate(every)
        ][(page - 1) * limit : page * limit]  # fmt: skip

    def _picture(self, path: str) -> None:
        post = next(
            (one for one in self.elsewhere.posts if path in (f"/pictures/{one.name}", f"/dav/{one.name}")), None
        )
        if post is None:
            self._send(404, b"gone", {})
            return
        time.sleep(self.elsewhere.pace_s)
        start = int(self.headers.get("Range", "bytes=0-")[6:].partition("-")[0])
        status = 206 if start else 200
        more = {"Content-Range": f"bytes {start}-{len(post.body) - 1}/{len(post.body)}"} if start else {}
        self._send(status, post.body[start:], {"Content-Type": "image/jpeg", "ETag": f'"{hash(post.body)}"', **more})

    def _misbehave(self, path: str, trouble: Trouble) -> None:
        if trouble.status:
            self._send(trouble.status, b"no", trouble.headers)
            return
        body = next(one.body for one in self.elsewhere.posts if path.endswith(f"/{one.name}"))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: trouble.after])
        self.wfile.flush()
        self.close_connection = True

    def _hostile(self, name: str) -> None:
        if name == "endless.jpg" or name.startswith("again"):
            self._send(302, b"", {"Location": f"/hostile/again{len(self.elsewhere.asked)}.jpg"})
        elif name == "to-file.jpg":
            self._send(302, b"", {"Location": "file:///etc/passwd"})
        elif name == "page.jpg":
            self._send(200, b"<!doctype html><title>Log in</title>", {"Content-Type": "image/jpeg"})
        elif name == "bomb.jpg":
            self._send(200, BOMB, {"Content-Type": "image/jpeg", "Content-Encoding": "gzip"})
        else:
            self._pour(name)

    def _pour(self, name: str) -> None:
        """Ten gigabytes, or a byte now and then."""
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        if name == "huge.jpg":
            self.send_header("Content-Length", str(HUGE))
        self.send_header("Connection", "close")
        self.end_headers()
        part = b"\xff\xd8\xff" + bytes(1 << 16) if name != "slow.jpg" else b"\xff"
        for _ in range(HUGE // len(part) if name != "slow.jpg" else 3000):
            self.wfile.write(part)
            if name == "slow.jpg":
                time.sleep(0.02)
        self.close_connection = True

    def _propfind(self, path: str, query: dict[str, list[str]]) -> None:
        rows = [_row("/dav/", None)]
        if path.rstrip("/") == "/dav":
            rows += [_row(f"/dav/{quote(one.name)}", one) for one in self.elsewhere.posts]
        body = f'<?xml version="1.0"?><D:multistatus xmlns:D="DAV:">{"".join(rows)}</D:multistatus>'
        self._send(207, body.encode(), {"Content-Type": "application/xml"})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


BOMB = gzip.compress(b"\xff\xd8\xff" + bytes(64 << 20), 9)
_NOON = formatdate(1_700_000_000, usegmt=True)


def _row(href: str, post: Post | None) -> str:
    kind = "<D:collection/>" if post is None else ""
    facts = (
        f"<D:getcontentlength>{len(post.body)}</D:getcontentlength><D:getlastmodified>{_NOON}</D:getlastmodified>"
        f'<D:getetag>"{abs(hash(post.body))}"</D:getetag>'
        if post
        else ""
    )
    return (
        f"<D:response><D:href>{href}</D:href><D:propstat><D:prop><D:resourcetype>{kind}</D:resourcetype>{facts}</D:prop>"
        "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )


def rss(site: Elsewhere) -> str:
    """RSS 2.0, a picture enclosed in each item."""
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>{site.url}/show/{one.name}</link>"
        f"<dc:creator>{escape(one.artist)}</dc:creator><pubDate>{_NOON}</pubDate>"
        f"{''.join(f'<category>{escape(tag)}</category>' for tag in one.tags)}"
        f'<enclosure url="{_place(site, one)}" type="image/jpeg" length="{len(one.body)}"/>'
        f"<description>&lt;p&gt;About {escape(one.title)}&lt;/p&gt;</description></item>"
        for one in site.posts
    )
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Elsewhere</title><copyright>CC BY 4.0</copyright>{items}</channel></rss>"
    )


def atom(site: Elsewhere) -> str:
    """Atom, the picture shown in each entry's text."""
    entries = "".join(
        f'<entry><id>{one.name}</id><title>{escape(one.title)}</title><link href="{site.url}/show/{one.name}"/>'
        f"<author><name>{escape(one.artist)}</name></author><published>2023-11-14T22:13:20Z</published>"
        f'{"".join(f"""<category term="{escape(tag)}"/>""" for tag in one.tags)}<rights>CC BY 4.0</rights>'
        f'<content type="html">&lt;img src="{_place(site, one)}"/&gt;'
        f"&lt;p&gt;About {escape(one.title)}&lt;/p&gt;</content>"
        "</entry>"
        for one in site.posts
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Elsewhere</title>{entries}</feed>'


def json_feed(site: Elsewhere) -> str:
    """JSON Feed 1.1."""
    items = [
        {
            "id": one.name, "title": one.title, "url": f"{site.url}/show/{one.name}", "tags": list(one.tags),
            "authors": [{"name": one.artist}], "date_published": "2023-11-14T22:13:20Z",
            "content_text": f"About {one.title}",
            "attachments": [{"url": _place(site, one), "mime_type": "image/jpeg"}],
        }
        for one in site.posts
    ]  # fmt: skip
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Elsewhere", "items": items})


def _place(site: Elsewhere, post: Post) -> str:
    return post.source or f"{site.url}/pictures/{quote(post.name)}"


def counted(site: Elsewhere) -> Counter[str]:
    """How often each path was asked for."""
    return Counter(one.path for one in site.asked)
