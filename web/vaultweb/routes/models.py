"""The models: which there are, which one answers, and choosing another."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from msgspec import Meta

from vaultipc.messages import (
    ModelForgetParams,
    ModelForgotten,
    ModelNameParams,
    Models,
    ModelTold,
    ModelUsed,
    ModelUseParams,
)
from vaultweb.asking import Daemon, passed_on
from vaultweb.described import body, gives
from vaultweb.wanted import Wanted

router = APIRouter(tags=["models"])

_NAME = "^[^/~][^/]{0,199}$"
"""A pack may also be named by its folder, but not from here."""
ModelName = Annotated[str, Path(pattern=_NAME, description="A model's name.", examples=["mini"])]


class ModelWanted(Wanted):
    name: Annotated[str, Meta(pattern=_NAME)]


class ModelUnwanted(Wanted):
    """`yes`: really free its vectors; without it the request is refused, and says what would be freed."""

    name: Annotated[str, Meta(pattern=_NAME)]
    yes: bool = False


@router.get("/api/models", **gives(Models))
async def models(daemon: Daemon) -> Response:
    """All models at hand, and those that can be fetched."""
    return await passed_on(daemon, "model.list")


@router.get("/api/models/{name}", **gives(ModelTold, fails=(404,)))
async def model(daemon: Daemon, name: ModelName) -> Response:
    """A model with all that its pack says of itself."""
    return await passed_on(daemon, "model.info", ModelNameParams(name=name))


@router.post("/api/models/use", **gives(ModelUsed, takes=ModelWanted, sent={"name": "mini"}, fails=(404, 409)))
async def use(daemon: Daemon, wanted: Annotated[ModelWanted, Depends(body(ModelWanted))]) -> Response:
    """Have another model answer, as soon as it has looked at every picture."""
    return await passed_on(daemon, "model.use", ModelUseParams(name=wanted.name))


@router.post(
    "/api/models/forget", **gives(ModelForgotten, takes=ModelUnwanted, sent={"name": "mini"}, fails=(404, 409))
)
async def forget(daemon: Daemon, wanted: Annotated[ModelUnwanted, Depends(body(ModelUnwanted))]) -> Response:
    """Free the vectors of a model that does not answer."""
    return await passed_on(daemon, "model.forget", ModelForgetParams(name=wanted.name, yes=wanted.yes))
