"""Feeds: RSS and Atom, read by feedparser, and JSON Feed (https://jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
import urllib.robotparser
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from vaultd import extras
from vaultd.domain.provided import Provided
from vaultd.fetch.child.credentials import account
from vaultd.fetch.child.desk import Desk, Stop
from vaultd.fetch.child.transfer import Unfetched
from vaultd.fetch.child.web import Page, Web
from vaultd.fetch.order import Order
from vaultd.fetch.sites import target

MOST_ENTRIES = 5000
MOST_OF_ONE = 100
"""Pictures of one entry."""
_HTML = ("text/html", "application/xhtml+xml")


class Entry(NamedTuple):
    """An entry of a feed: addresses of its pictures, and what is told of all of them."""

    pictures: list[str]
    told: Provided


class Feed:
    """The pictures of a feed's entries: what is enclosed, and what their texts show. What a feed no longer lists is not
    gone, so nothing is ever marked as such."""

    def __init__(self, order: Order, desk: Desk) -> None:
        self._order, self._desk = order, desk
        self._web = Web(order, desk, account(order.credentials, target(order.url, "feed").site))
        self._robots: dict[str, urllib.robotparser.RobotFileParser | Unfetched] = {}

    def run(self) -> bool:
        """Looks at the feed once."""
        try:
            self._may(self._order.url)
            page = self._web.page(self._order.url)
        except Unfetched as error:
            raise Stop(f"the feed cannot be read: {error}") from None
        for entry in entries(page):
            for url in list(dict.fromkeys(entry.pictures))[:MOST_OF_ONE]:
                if self._desk.wants(url):
                    self._fetch(url, entry.told)
        return False

    def _fetch(self, url: str, told: Provided) -> None:
        path = self._desk.draft
        try:
            self._may(url)
            self._web.download(url, path)
        except Unfetched as error:
            path.unlink(missing_ok=True)
            self._desk.miss(url, error.kind, str(error))
        else:
            self._desk.take(path, url, unquote(urlsplit(url).path), told)

    def _may(self, url: str) -> None:
        """Raises Unfetched where an address may not be asked at all, or the site's robots.txt (RFC 9309) forbids it."""
        self._web.check(url)
        parts = urlsplit(url)
        top = f"{parts.scheme}://{parts.netloc}"
        if top not in self._robots:
            self._robots[top] = self._read_robots(f"{top}/robots.txt")
        rules = self._robots[top]
        if isinstance(rules, Unfetched):
            raise rules.with_traceback(None)
        if not rules.can_fetch(self._order.agent, url):
            raise Unfetched("robots", "the site's robots.txt asks programs to stay away from it")

    def _read_robots(self, url: str) -> urllib.robotparser.RobotFileParser | Unfetched:
        """What they say, or why all is forbidden where they cannot be had. Where there are none, nothing is (RFC 9309).

        Raises Unfetched where the site may not be asked.
        """
        rules = urllib.robotparser.RobotFileParser()
        try:
            rules.parse(self._web.page(url).body.decode("utf-8", "replace").splitlines())
        except Unfetched as error:
            if error.kind == "refused":
                raise
            if error.kind in ("away", "cut-off"):  # nobody is there, which says more than that they cannot be read
                return error
            if not error.kind.startswith(("http-4", "redirects")):
                why = f"the site's robots.txt cannot be read ({error}), so nothing is known to be allowed"
                return Unfetched("robots", why)
            rules.parse([])
        return rules


def entries(page: Page) -> Iterator[Entry]:
    """The entries of a feed, the newest first as they stand there. Raises Stop where it is none."""
    if page.body.lstrip()[:1] == b"{":
        yield from _json_entries(page)
        return
    try:
        import feedparser
    except ImportError:
        raise Stop(f"a feed needs the extra [fetch]: {extras.command('fetch')}") from None
    parsed = feedparser.parse(page.body, response_headers={"content-location": page.url}, sanitize_html=True)
    if not parsed.get("version"):
        kind = "a page of HTML" if page.kind in _HTML else "no feed"
        raise Stop(f"what is there is {kind}, not RSS, Atom or JSON Feed")
    feed = parsed.get("feed", {})
    for entry in parsed.entries[:MOST_ENTRIES]:
        yield _entry(entry, feed, page.url)


def _entry(entry: Mapping[str, Any], feed: Mapping[str, Any], base: str) -> Entry:
    bodies = [_text(part, "value") for part in entry.get("content", [])] + [_text(entry, "summary")]
    enclosed = [
        *(_text(one, "href") for one in entry.get("enclosures", []) if _is_picture(one)),
        *(_text(one, "url") for one in entry.get("media_content", []) if _is_picture(one)),
    ]
    page = urljoin(base, _text(entry, "link"))
    shown = [url for body in bodies for url in _Shown.of(body).pictures]
    thumbnails = [_text(one, "url") for one in entry.get("media_thumbnail", [])]
    told = Provided(
        title=_text(entry, "title"),
        artist=_text(entry, "author") or _text(feed, "author"),
        page=page,
        date=_text(entry, "published") and _moment(entry.get("published_parsed")),
        audience=_text(entry, "media_rating", "content"),
        licence=_text(entry, "license") or _text(entry, "rights") or _text(feed, "rights"),
        description=next((words for body in bodies if (words := _Shown.of(body).words)), ""),
        tags=tuple(tag for one in entry.get("tags", []) if (tag := _text(one, "term"))),
    )
    return Entry([urljoin(page or base, url) for url in enclosed or shown or thumbnails if url], told)


def _json_entries(page: Page) -> Iterator[Entry]:
    try:
        feed = json.loads(page.body)
    except (ValueError, RecursionError):
        raise Stop("what is there is no JSON Feed") from None
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise Stop("what is there is no JSON Feed: it has no items")
    for item in [item for item in items if isinstance(item, dict)][:MOST_ENTRIES]:
        authors = [one for one in item.get("authors") or feed.get("authors") or [] if isinstance(one, dict)]
        shown = _Shown.of(_text(item, "content_html"))
        files = [one for one in item.get("attachments") or [] if isinstance(one, dict)]
        enclosed = [_text(one, "url") for one in files if _text(one, "mime_type").startswith("image/")]
        page_url = urljoin(page.url, _text(item, "url"))
        told = Provided(
            title=_text(item, "title"),
            artist="; ".join(name for one in authors if (name := _text(one, "name"))),
            page=page_url,
            date=_text(item, "date_published"),
            description=_text(item, "content_text") or _text(item, "summary") or shown.words,
            tags=tuple(tag for tag in item.get("tags") or [] if isinstance(tag, str)),
        )
        wanted = [*enclosed, *shown.pictures] or [_text(item, "image")]
        yield Entry([urljoin(page_url, url) for url in wanted if url], told)


def _text(holder: Mapping[str, Any], *path: str) -> str:
    """A text somewhere inside, '' where there is none, whatever stands there."""
    found: Any = holder
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found.strip() if isinstance(found, str) else ""


def _moment(parsed: Any) -> str:
    return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*parsed[:6]) if parsed else ""


def _is_picture(one: Mapping[str, Any]) -> bool:
    kind = _text(one, "type") or _text(one, "medium")
    return kind.startswith("image") or not kind


class _Shown(HTMLParser):
    """The pictures and the words of some HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[str] = []
        self._words: list[str] = []

    @classmethod
    def of(cls, text: str) -> _Shown:
        found = cls()
        found.feed(text)
        found.close()
        return found

    @property
    def words(self) -> str:
        """What a person reads there."""
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        source = dict(attrs).get("src")
        if tag == "img" and source and not source.startswith("data:"):
            self.pictures.append(source)

    def handle_data(self, data: str) -> None:
        self._words.append(data)
