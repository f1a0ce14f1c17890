"""What the many sites of gallery-dl tell of a picture: the same things, under many names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from vaultd.domain.provided import Provided

_TITLE = ("title", "caption", "subject")
_ARTIST = ("artist", "artists", "tags_artist", "tag_string_artist", "author", "creator", "photographer", "uploader",
           "account", "user", "username", "owner")  # fmt: skip
_PAGE = ("post_url", "page_url", "pageurl", "webpage", "webpage_url", "permalink", "link", "source_url")
_TAGS = ("tags", "tag_string", "keywords", "hashtags", "categories")
_DATE = ("date", "created_at", "published", "published_at")
_AUDIENCE = ("rating", "content_rating", "sensitivity", "nsfw")
_LICENCE = ("license", "licence", "license_url", "copyright")
_DESCRIPTION = ("description", "content", "text", "summary", "comment", "notes")
_NAMES_INSIDE = ("display_name", "fullname", "name", "username", "nickname", "title", "url")
_MARKUP = re.compile(r"<[^<>]{0,1000}>")


def told(facts: Mapping[str, Any]) -> Provided:
    """What the notes of gallery-dl say of one picture."""
    return Provided(
        title=_first(facts, _TITLE),
        artist=_artist(facts),
        page=_first(facts, _PAGE) or _text(facts.get("vault_url")).partition("?")[0],
        date=_first(facts, _DATE).replace(" ", "T", 1),
        audience=_audience(facts),
        licence=_first(facts, _LICENCE),
        description=" ".join(_MARKUP.sub(" ", _first(facts, _DESCRIPTION)).split()),
        tags=tuple(dict.fromkeys(_tags(facts))),
    )


def _artist(facts: Mapping[str, Any]) -> str:
    """Accounts have names beside what they are called; a tag has underscores for blanks."""
    for name in _ARTIST:
        value = facts.get(name)
        if name.startswith("tag") and isinstance(value, str):
            value = [part.replace("_", " ") for part in value.split()]
        if words := _text(value):
            return words
    return ""


def _tags(facts: Mapping[str, Any]) -> Iterable[str]:
    for name in _TAGS:
        value = facts.get(name)
        if isinstance(value, str):  # names that are parted by blanks have underscores for blanks
            parts = value.split(",") if "," in value else [part.replace("_", " ") for part in value.split()]
        else:
            parts = [_text(one) for one in value] if isinstance(value, list) else []
        if parts:
            yield from (part.strip() for part in parts if part.strip())
            return


def _audience(facts: Mapping[str, Any]) -> str:
    value = next((facts[name] for name in _AUDIENCE if facts.get(name) not in (None, "")), "")
    if isinstance(value, bool):
        return "explicit" if value else "safe"
    text = _text(value)
    return {"s": "safe", "g": "general", "q": "questionable", "e": "explicit"}.get(text, text)


def _first(facts: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((text for name in names if (text := _text(facts.get(name)))), "")


def _text(value: Any) -> str:
    """A text, wherever in a value it stands; numbers and truths are none."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return _first(value, _NAMES_INSIDE)
    if isinstance(value, list):
        return "; ".join(text for one in value if (text := _text(one)))
    return ""
