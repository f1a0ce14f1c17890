"""Pictures made smaller, in three sizes and the formats that browsers know."""

from __future__ import annotations

import re
from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Request, Response

from vaultipc.messages.gallery import PreviewFormat, PreviewSize
from vaultweb.asking import is_named
from vaultweb.described import gives, with_head
from vaultweb.previews import PreviewKey, Previews, Small
from vaultweb.sending import SANDBOX

router = APIRouter(tags=["thumbnails"])

KEPT = "private, max-age=31536000, immutable"
"""The name has the content in it, and the content of a name never changes."""
_KEPT = {"Cache-Control": KEPT, "Vary": "Accept", **SANDBOX}
_FOR_NOW = {**_KEPT, "Cache-Control": "no-store"}
_ENDING = r"-(?:256|512|1024)(?:\.(?:webp|avif|jpg))?$"
_MEDIA: dict[PreviewFormat, str] = {"webp": "image/webp", "avif": "image/avif", "jpeg": "image/jpeg"}
"""In the order in which they are preferred: AVIF is smaller, and takes ten times as long to make."""
_BYTES = {media: {"schema": {"type": "string", "format": "binary"}} for media in _MEDIA.values()}
_ALSO: dict[int, dict[str, Any]] = {
    200: {"description": "The picture, its longer side of at most so many pixels.", "content": _BYTES},
    304: {"description": "If-None-Match names it."},
}
_FAILS = (404, 413, 507)


@with_head(router, "/thumbnails/{name}", gives(also=_ALSO, fails=_FAILS))
async def of_content(
    request: Request,
    name: Annotated[
        str,
        Path(
            pattern="^[0-9a-f]{16}" + _ENDING,
            description="A hit's `content`, `-`, the size (256, 512, 1024), and `.webp`, `.avif` or `.jpg`; without "
            "the last the Accept header chooses.",
            examples=["0123456789abcdef-256.webp"],
        ),
    ],
) -> Response:
    """A small picture of a content. It may be kept for ever, but for a smaller one that serves while the original is
    away."""
    content, size, form = _divided(name, request)
    return await _answer(request, PreviewKey(content, "", size, form))


@with_head(router, "/thumbnails/id/{name}", gives(also=_ALSO, fails=_FAILS))
async def of_image(
    request: Request,
    name: Annotated[
        str, Path(pattern="^[0-9]{1,19}" + _ENDING, description="An image's id, then as above.", examples=["17-256"])
    ],
) -> Response:
    """A small picture of an image."""
    image, size, form = _divided(name, request)
    return await _answer(request, PreviewKey("", image, size, form))


async def _answer(request: Request, key: PreviewKey) -> Response:
    asked = request.headers.get("if-none-match", "")
    if key.content and is_named(etag := _etag(key.content, key), asked):
        return Response(status_code=304, headers={**_KEPT, "ETag": etag})
    previews: Previews = request.app.state.previews
    small = await previews.get(key)
    if is_named(etag := _etag(small.content, key), asked):
        return Response(status_code=304, headers={**_KEPT, "ETag": etag})
    return shown(small, key)


def shown(small: Small, key: PreviewKey) -> Response:
    """The answer that has a small picture."""
    if small.size < key.size:
        return Response(small.data, media_type=small.media, headers=_FOR_NOW)
    return Response(small.data, media_type=small.media, headers={**_KEPT, "ETag": _etag(small.content, key)})


def accepted_format(accept: str) -> PreviewFormat:
    """The format that an Accept header likes best (RFC 9110, 12.5.1); of those it likes alike, what is soonest made."""
    liked: dict[str, float] = {}
    for one in accept.split(","):
        media, _, parameters = one.partition(";")
        weight = re.search(r"q\s*=\s*([01](?:\.\d{0,3})?)", parameters)
        liked[media.strip().lower()] = float(weight[1]) if weight else 1.0
    # What takes anything may be so old that it knows nothing but JPEG; whoever names a format knows it.
    anything = liked.get("image/*", liked.get("*/*", 0.0)) * 0.5
    ranked = {form: liked.get(media, anything if form == "jpeg" else 0.0) for form, media in _MEDIA.items()}
    return max(ranked, key=ranked.__getitem__) if any(ranked.values()) else "jpeg"


def _divided(name: str, request: Request) -> tuple[str, PreviewSize, PreviewFormat]:
    of, _, rest = name.rstrip("\n").rpartition("-")
    size, _, ending = rest.partition(".")
    form = cast(PreviewFormat, "jpeg" if ending == "jpg" else ending)
    return of, cast(PreviewSize, int(size)), form if ending else accepted_format(request.headers.get("accept", ""))


def _etag(content: str, key: PreviewKey) -> str:
    return f'"{content}-{key.size}-{key.format}"'
