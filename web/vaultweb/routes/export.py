"""Pictures, and what is said of them, on their way out of the library."""

from __future__ import annotations

import pathlib
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request, Response
from msgspec import UNSET, Struct, UnsetType

from vaultipc.errors import NotFound
from vaultipc.messages import Level
from vaultweb import layouts
from vaultweb.asking import Daemon, told
from vaultweb.connections import Connections
from vaultweb.described import body, gives, media
from vaultweb.exporting.downloads import WAIT_S, Download, Downloads
from vaultweb.exporting.folder import Exported, allowed_folder, exported
from vaultweb.exporting.items import items
from vaultweb.exporting.library import library
from vaultweb.exporting.zipping import zipped
from vaultweb.problems import ProblemError
from vaultweb.sending import SANDBOX, pieces
from vaultweb.settings import Settings
from vaultweb.streamed import Streamed
from vaultweb.wanted import Ids, Wanted

router = APIRouter(tags=["export"])


class Waiting(Struct, kw_only=True):
    """Behind the server's address `path` is the archive, once, for so many seconds."""

    path: str
    seconds: int


_ARCHIVED = {"application/zip": {"schema": {"type": "string", "format": "binary"}}}
_ARCHIVE: dict[int, dict[str, Any]] = {200: {"description": "A stream of a zip file.", "content": _ARCHIVED}}
Word = Annotated[
    str, Path(pattern="^[A-Za-z0-9_-]{1,64}$", description="The last part of `path`.", examples=["3q2-7w"])
]
_ZIP: dict[int, dict[str, Any]] = {
    200: {
        "description": "A stream of a zip file, its address, or what was put into the folder.",
        "content": {
            **_ARCHIVED,
            "application/json": {
                **media(Exported),
                "schema": {"anyOf": [media(Exported)["schema"], media(Waiting)["schema"]]},
            },
        },
    }
}


class ExportWanted(Wanted, rename={"form": "as"}):
    """Images by `ids`, or all that a `query` matches. `sidecars`: what is said of each, as XMP beside it.

    `as` zip: the answer is the archive. `as` download: it is the address of the archive, for a browser to save. `as`
    folder: into `folder`, one that `[web] export_folders` names or that lies in one, as copies, or with `links` as
    links to the originals.
    """

    ids: Ids | UnsetType = UNSET
    query: str | UnsetType = UNSET
    level: Level = "default"
    sidecars: bool = False
    form: Literal["zip", "download", "folder"] = "zip"
    folder: str = ""
    links: bool = False


class ExportFolders(Struct, kw_only=True):
    """Into these, and below them, may be exported."""

    folders: list[str]


@router.get("/api/export/folders", **gives(ExportFolders, example=ExportFolders(folders=["/home/me/Export"])))
async def folders(request: Request) -> Response:
    """The folders that `[web] export_folders` names."""
    return told(ExportFolders(folders=[str(folder) for folder in _allowed(request)]))


@router.post(
    "/api/export",
    **gives(
        Exported,
        takes=ExportWanted,
        sent={"ids": ["17", "18"], "sidecars": True},
        fails=(400, 404, 413, 507),
        also=_ZIP,
    ),
)
async def export(
    request: Request, daemon: Daemon, wanted: Annotated[ExportWanted, Depends(body(ExportWanted))]
) -> Response:
    """Pictures as a zip file, or into a folder. What cannot be read is left out, and named."""
    folder = allowed_folder(wanted.folder, _allowed(request)) if wanted.form == "folder" else None
    if folder is None and (wanted.links or wanted.folder):
        raise ProblemError(422, "`links` and `folder` are for an export to a folder.", hint='Say `"as": "folder"`.')
    download = Download(await _chosen(daemon, wanted), wanted.sidecars)
    if wanted.form == "download":
        downloads: Downloads = request.app.state.downloads
        return told(Waiting(path=f"/api/export/{downloads.keep(download)}", seconds=WAIT_S))
    if folder is not None:
        chosen = items(daemon, download.ids, sidecars=download.sidecars)
        return told(await exported(chosen, folder, links=wanted.links))
    return _archive(daemon, download)


@router.get("/api/export/library", **gives(also=_ARCHIVE, fails=(507,)))
async def said(daemon: Daemon) -> Response:
    """All that you said of your pictures: tags, albums, texts, stars, saved searches and rules, as the JSON that
    `vvault restore` takes in, and as XMP. What is fetched from elsewhere is left out, for addresses may hold keys."""
    name = f"visionary-vault-{date.today():%Y-%m-%d}"
    file = await library(daemon, name)
    size = file.status.st_size
    headers = {**_attached(f"{name}.zip"), "Content-Length": str(size)}
    return Streamed(pieces(file, 0, size), headers, media_type="application/zip", close=file.close)


@router.get("/api/export/{word}", **gives(also=_ARCHIVE, fails=(404,)))
async def fetch(request: Request, daemon: Daemon, word: Word) -> Response:
    """The archive of an export `as` download, as a stream. A word is good for one time."""
    downloads: Downloads = request.app.state.downloads
    download = downloads.take(word)
    if download is None:
        raise NotFound("There is no such export, or it was fetched already.")
    return _archive(daemon, download)


def _archive(daemon: Connections, download: Download) -> Response:
    chosen = items(daemon, download.ids, sidecars=download.sidecars)
    headers = _attached(f"pictures-{date.today():%Y-%m-%d}.zip")
    return Streamed(zipped(chosen), headers, media_type="application/zip")


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store", **SANDBOX}


async def _chosen(daemon: Connections, wanted: ExportWanted) -> list[str]:
    if (wanted.ids is UNSET) == (wanted.query is UNSET):
        raise ProblemError(422, "Give either `ids` or `query`.")
    if isinstance(wanted.query, str):
        ids = await layouts.ids(daemon, wanted.query, wanted.level)
    else:
        ids = wanted.ids or []
    if not ids:
        raise NotFound("There is nothing to export.")
    return ids


def _allowed(request: Request) -> tuple[pathlib.Path, ...]:
    settings: Settings = request.app.state.settings
    return settings.export_folders
