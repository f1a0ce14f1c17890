"""The models: which there are, which one answers, and choosing another one."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from vaultipc.messages.shared import Params

ModelWhere = Literal["bundled", "local", "remote", "active", "building"]


class ModelNameParams(Params, kw_only=True):
    """`name`: a model's, or the absolute folder of its pack."""

    name: str


class ModelUseParams(Params, kw_only=True):
    """`name`: a model's, or the absolute folder of its pack. `wait`: answer when the model does."""

    name: str
    wait: bool = False


class ModelForgetParams(Params, kw_only=True):
    """`yes`: really free them; without it the request is refused, and says what would be freed."""

    name: str
    yes: bool = False


class ModelInfo(Struct, kw_only=True):
    """A model. `state`: `active` answers, `building` gets its vectors made and answers then; `bundled` and `local` are
    at hand, `remote` can be fetched with `vvault model pull`. `bytes`: of its pack. `vectors`: how many are kept.
    `problem`: what is wrong with the pack, if anything is. `kind`: whether it answers searches or writes captions; one
    that writes has neither dimension nor vectors, but `texts`, how many pictures have a caption of its.
    """

    name: str
    revision: str
    dim: int
    state: ModelWhere
    bytes: int
    licence: str
    languages: list[str]
    vectors: int = 0
    problem: str | UnsetType = UNSET
    kind: Literal["search", "caption"] = "search"
    texts: int | UnsetType = UNSET


class Models(Struct, kw_only=True):
    models: list[ModelInfo]


class ModelUsed(Struct, kw_only=True):
    """`reembed`, as in the status, while the model is `building`. `away`: pictures on drives that are not here; they
    get their vectors when these return.
    """

    model: ModelInfo
    reembed: dict[str, int] | UnsetType = UNSET
    away: int = 0


class ModelDetails(ModelInfo, kw_only=True):
    """A model with all that its pack says of itself. `folder`: of the pack, '' where there is none here.
    `vector_bytes`: of the kept vectors in the catalog. `manifest`: as it stands in the pack.
    """

    folder: str
    vector_bytes: int
    manifest: dict[str, Any]


class ModelTold(Struct, kw_only=True):
    model: ModelDetails


class ModelForgotten(Struct, kw_only=True):
    """`model`: the name. `bytes`: what the freed vectors took in the catalog, which uses the space again. `texts`: of a
    model that wrote captions, or of `rapidocr`, from how many pictures words were taken."""

    model: str
    vectors: int
    bytes: int
    texts: int | UnsetType = UNSET
