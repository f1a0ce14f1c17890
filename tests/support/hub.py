"""A model hub on the loopback, with the HTTP API of huggingface.co as far as models are fetched from it.

- GET  /api/models/OWNER/REPO[/revision/REV][?blobs=true]   what a repository holds at a commit
- GET  /api/models/OWNER/REPO/tree/REV[?recursive=true]     its files, as a tree
- HEAD, GET /OWNER/REPO/resolve/REV/PATH                    a file: small ones from here, LFS ones by a redirect
- HEAD, GET /lfs/SHA256                                     where the redirect leads: the storage, which knows ranges

Headers: ETag, X-Repo-Commit, X-Linked-Etag and X-Linked-Size for LFS files, X-Error-Code with errors, as the hub's own
client reads them (that it does is tested with that client). Everything that was asked is in `requests`.

It is also a plain HTTP proxy for its own pages: a request whose target is a whole address is answered by its path.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import unquote, urlsplit

LFS_FROM = 1000
"""Files of so many bytes are LFS files, as the hub's .gitattributes would have it for *.onnx and the like."""


class Request(NamedTuple):
    """One request that came in. `target` is as it stood in the request line."""

    method: str
    target: str
    range: str
    token: str

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)


class Trouble(NamedTuple):
    """What to answer instead. `after`: so many bytes of the body are sent before the connection is cut, or `stalls`."""

    status: int = 0
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed
    after: int = -1
    stalls: bool = False


@dataclass
class Repo:
    """One repository with one commit, which `main` means. `gated` ones want the token `good`."""

    files: dict[str, bytes]
    commit: str = "1" * 40
    licence: str = "apache-2.0"
    gated: bool = False

    def told(self, name: str) -> dict[str, Any]:
        card = {"license": self.licence} if self.licence else {}
        siblings = [self._sibling(path, body) for path, body in self.files.items()]
        return {
            "_id": "0", "id": name, "modelId": name, "sha": self.commit, "private": False, "downloads": 1, "likes": 0,
            "gated": "auto" if self.gated else False, "tags": [], "cardData": card, "siblings": siblings,
            "lastModified": "2026-01-01T00:00:00.000Z", "createdAt": "2026-01-01T00:00:00.000Z",
        }  # fmt: skip

    def tree(self) -> list[dict[str, Any]]:
        return [
            {"type": "file", "path": path, "size": len(body), "oid": _blob(body)}
            | ({"lfs": {"oid": _sha256(body), "size": len(body), "pointerSize": 132}} if len(body) >= LFS_FROM else {})
            for path, body in self.files.items()
        ]

    @staticmethod
    def _sibling(path: str, body: bytes) -> dict[str, Any]:
        told: dict[str, Any] = {"rfilename": path, "size": len(body), "blobId": _blob(body)}
        if len(body) >= LFS_FROM:
            told["lfs"] = {"sha256": _sha256(body), "size": len(body), "pointerSize": 132}
        return told


@dataclass
class LoopbackHub:
    """Serves `repos` from its own thread while it is entered.

    `troubles` are taken in order: the first whose test says yes to a request is answered in its place, once.
    `rotten`: sha256 of bodies to the bytes that are sent in their place.
    """

    repos: dict[str, Repo]
    troubles: list[tuple[Callable[[Request], bool], Trouble]] = field(default_factory=list)
    rotten: dict[str, bytes] = field(default_factory=dict)
    knows_ranges: bool = True
    requests: list[Request] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        hub = self

        class Handler(_Handler):
            pass

        Handler.hub = hub
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        """What HF_ENDPOINT has to be."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def storage(self) -> str:
        """Where LFS files are: the same server, which its clients must take for another host."""
        return self.endpoint.replace("127.0.0.1", "localhost")

    def trouble(self, part: str, trouble: Trouble, times: int = 1) -> None:
        """Answers the next `times` requests whose path holds `part` with `trouble`."""
        self.troubles += [(lambda request: part in request.path, trouble)] * times

    def bodies(self) -> list[Request]:
        """The requests for the bytes of files."""
        return [request for request in self.requests if request.method == "GET" and "/api/" not in request.path]

    def next_trouble(self, request: Request) -> Trouble | None:
        for place, (test, trouble) in enumerate(self.troubles):
            if test(request):
                del self.troubles[place]
                return trouble
        return None


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    hub: LoopbackHub
    protocol_version = "HTTP/1.1"
    trouble: Trouble | None = None

    def do_GET(self) -> None:
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        request = Request(self.command, self.path, self.headers.get("range", ""), token)
        self.hub.requests.append(request)
        self.trouble = self.hub.next_trouble(request)
        if self.trouble and self.trouble.status:
            self._answer(self.trouble.status, b"", self.trouble.headers)
        else:
            self._route(request)

    do_HEAD = do_GET

    def _route(self, request: Request) -> None:
        parts = request.path.strip("/").split("/")
        if parts[0] == "lfs":
            self._storage(parts[1])
        elif parts[:2] == ["api", "models"]:
            self._api("/".join(parts[2:4]), parts[4:], request)
        elif len(parts) > 4 and parts[2] == "resolve":
            self._resolve("/".join(parts[:2]), parts[3], "/".join(parts[4:]), request)
        else:
            self._answer(404, b"")

    def _api(self, name: str, rest: list[str], request: Request) -> None:
        repo = self._found(name, rest[1] if len(rest) > 1 else "main", request)
        if repo is not None:
            told = repo.tree() if rest[:1] == ["tree"] else repo.told(name)
            self._answer(200, json.dumps(told).encode(), {"Content-Type": "application/json"})

    def _found(self, name: str, revision: str, request: Request) -> Repo | None:
        """The repository at that revision; None where an error was answered."""
        repo = self.hub.repos.get(name)
        if repo is None:
            headers = {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"}
            self._answer(404 if request.token else 401, b'{"error":"Repository not found"}', headers)
        elif revision not in ("main", repo.commit):
            self._answer(404, b'{"error":"Invalid rev id"}', {"X-Error-Code": "RevisionNotFound"})
            return None
        return repo

    def _resolve(self, name: str, revision: str, path: str, request: Request) -> None:
        repo = self._found(name, revision, request)
        if repo is None:
            return
        if repo.gated and request.token != "good":
            self._answer(403 if request.token else 401, b"", {"X-Error-Code": "GatedRepo"})
            return
        commit = {"X-Repo-Commit": repo.commit}
        body = repo.files.get(path)
        if body is None:
            self._answer(404, b"", commit | {"X-Error-Code": "EntryNotFound", "X-Error-Message": "Entry not found"})
        elif len(body) < LFS_FROM:
            self._answer(200, self.hub.rotten.get(_sha256(body), body), commit | {"ETag": f'"{_blob(body)}"'})
        else:
            sha256 = _sha256(body)
            linked = {"X-Linked-Etag": f'"{sha256}"', "X-Linked-Size": str(len(body))}
            self._answer(302, b"", commit | linked | {"Location": f"{self.hub.storage}/lfs/{sha256}"})

    def _storage(self, sha256: str) -> None:
        bodies = (body for repo in self.hub.repos.values() for body in repo.files.values())
        body = next(body for body in bodies if _sha256(body) == sha256)
        body = self.hub.rotten.get(sha256, body)
        headers = {"ETag": f'"{sha256}"', "Accept-Ranges": "bytes"}
        start, _, _ = self.headers.get("range", "").removeprefix("bytes=").partition("-")
        if start and self.hub.knows_ranges:
            first, last = int(start), len(body) - 1
            self._answer(206, body[first:], headers | {"Content-Range": f"bytes {first}-{last}/{len(body)}"})
        else:
            self._answer(200, body, headers)

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if self.trouble is None or self.trouble.after < 0:
            self.wfile.write(body)
            return
        self.wfile.write(body[: self.trouble.after])
        self.close_connection = True
        if self.trouble.stalls:
            self.hub.closing.wait()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: `requests` has it all."""


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _blob(body: bytes) -> str:
    """The id that git gives a file."""
    return hashlib.sha1(b"blob %d\0" % len(body) + body, usedforsecurity=False).hexdigest()
