"""What a person asks to be fetched: which provider an address is for, and whose requests are counted together."""

from __future__ import annotations

import re
from typing import NamedTuple, get_args
from urllib.parse import SplitResult, urlsplit, urlunsplit

from vaultd.catalog.subscriptions import Provider
from vaultipc.errors import Refused

_SPELLED = {"feed": "https", "dav": "http", "davs": "https", "webdav": "http", "webdavs": "https"}
"""Schemes that say which provider is meant, and what is spoken."""
_GALLERY_PREFIX = re.compile(r"([A-Za-z][A-Za-z0-9_]*):(?=https?://)")
_FEED_PATH = re.compile(r"(?i)(\.(rss|atom|rdf|xml)|/(feed|rss|atom)(\.json)?|feed\.json)/?$")
_EVERY = re.compile(r"(\d{1,6})\s*(m|min|h|d|w)", re.ASCII)
_SECONDS = {"m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
LONGEST = 2000
SHORTEST_S = 600
"""Nobody's site is asked more often."""


class Target(NamedTuple):
    """`url`: as it is asked for. `site`: host, and port if it is not the usual one."""

    url: str
    provider: Provider
    site: str


def target(url: str, provider: str = "") -> Target:
    """What an address means; `provider` says so, '' for what it looks like. Raises Refused where it may not be fetched.

    A prefix of gallery-dl (`generic:https://…`) stays part of the address.
    """
    prefix = _GALLERY_PREFIX.match(url)
    inner = url[prefix.end() :] if prefix else url
    parts = _split(inner)
    meant = provider or ("gallery" if prefix else _looks_like(parts))
    if meant not in get_args(Provider):
        raise Refused(f"“{meant}” is no provider", hint=f"one of {', '.join(get_args(Provider))}")
    if (meant == "sftp") != (parts.scheme == "sftp"):
        raise Refused(f"an address of {parts.scheme}:// is not for the provider {meant}", hint="leave out --provider")
    spoken = parts._replace(scheme=_SPELLED.get(parts.scheme, parts.scheme), fragment="")
    return Target((prefix[0] if prefix else "") + urlunsplit(spoken), meant, _site(parts))  # type: ignore[arg-type]


def every_s(text: str) -> int:
    """The seconds of `1d`, `12h`, `2w`, `30min`; 0 for `never`. Raises Refused."""
    if text.strip().lower() in ("never", "0"):
        return 0
    read = _EVERY.fullmatch(text.strip().lower())
    seconds = int(read[1]) * _SECONDS[read[2]] if read else 0
    if not SHORTEST_S <= seconds <= 3650 * 86_400:
        raise Refused(
            f"“{text}” does not say how often", hint="from 10min on: 12h, 1d, 2w, or never for when you say so"
        )
    return seconds


def spelled(seconds: int) -> str:
    """How a person writes so many seconds; the inverse of `every_s`."""
    if not seconds:
        return "never"
    unit = next(unit for unit in ("w", "d", "h", "min") if seconds % _SECONDS[unit] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


def folder_name(site: str) -> str:
    """A site as the name of a folder."""
    return re.sub(r"[^\w.-]", "_", site).strip(".") or "site"


def _split(url: str) -> SplitResult:
    if len(url) > LONGEST:
        raise Refused(f"an address of more than {LONGEST} characters is not fetched")
    try:
        parts = urlsplit(url.strip())
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError as error:
        raise Refused(f"this is no address: {error}") from None
    if parts.scheme not in ("http", "https", "sftp", *_SPELLED):
        raise Refused(
            "only addresses that begin with https://, http://, davs://, dav:// or sftp:// are fetched",
            hint="vvault fetch add https://example.org/feed.xml",
        )
    if not parts.hostname or not port_is_fine or any(ord(letter) <= 32 for letter in url.strip()):
        raise Refused("the address names no host, or has blanks in it")
    if parts.password is not None or (parts.username is not None and parts.scheme != "sftp"):
        raise Refused(
            "an address with a user's name or password in it would be written down",
            hint="put them into the credentials file (docs/providers.md) and leave them out here",
        )
    return parts


def _looks_like(parts: SplitResult) -> Provider:
    if parts.scheme == "sftp":
        return "sftp"
    if parts.scheme in ("dav", "davs", "webdav", "webdavs"):
        return "webdav"
    return "feed" if parts.scheme == "feed" or _FEED_PATH.search(parts.path) else "gallery"


def _site(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower().removeprefix("www.")
    usual = {"http": 80, "https": 443, "sftp": 22}.get(_SPELLED.get(parts.scheme, parts.scheme))
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"
