"""Addresses elsewhere as a page may show them: who looks over somebody's shoulder learns no key from them.

What a site gives to one person alone stands in an address's user, password, fragment or query. Of the query the values
of a few names are shown, as they tell two subscriptions of one site apart; no list of names that are secret would be
complete.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

HARMLESS = frozenset({"q", "query", "search", "tag", "tags", "page", "sort", "order", "rating", "lang", "format"})
_ADDRESS = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"'“”‘’«»]+")


def shown(text: str) -> str:
    """A text with every address in it as it may be shown."""
    return _ADDRESS.sub(lambda found: _shown(found[0]), text)


def _shown(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:  # a bracket too many in the host
        return f"{address.partition('://')[0]}://…"
    host = parts.netloc.rpartition("@")[2]
    query = "&".join(_pair(one) for one in parts.query.split("&")) if parts.query else ""
    return urlunsplit(parts._replace(netloc=host, query=query, fragment=""))


def _pair(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    if not equals:
        return "…"  # a value without a name
    return pair if name.lower() in HARMLESS else f"{name}=…"
