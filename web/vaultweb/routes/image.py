"""One image."""

from __future__ import annotations

from fastapi import APIRouter, Response

from vaultipc.messages import ImageInfo, ImageParams
from vaultweb.asking import Daemon, ImageId, passed_on
from vaultweb.described import gives

router = APIRouter(tags=["image"])


@router.get("/api/image/{id}", **gives(ImageInfo, fails=(404,)))
async def image(daemon: Daemon, id: ImageId) -> Response:
    """All that is known of an image."""
    return await passed_on(daemon, "image", ImageParams(image=id))
