"""A daemon in memory that speaks the real protocol: a library small enough to reason about, for tests of the mount.

    with SmallDaemon(folder) as vault:
        dog = vault.add("a.jpg", "dog")
        …               # vault.socket answers; vault.tags, vault.history … say what was done; vault.requests what came

It keeps the promises that the tree relies on (what a request changes, refuses and returns) and nothing else. Words of a
query must all be among a picture's labels.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import trio

from support.smallalbums import Album, SmallAlbums
from support.smallfolders import SmallFolders
from vaultipc import messages as m
from vaultipc.codec import display, exact
from vaultipc.errors import Conflict, NotEmpty, NotFound, QueryError, Refused, UserError
from vaultipc.messages.shared import PartMatch
from vaultipc.protocol import Request, ServerConnection

MAGIC = b"PICTURE"
"""Bytes that start with this are a picture to this daemon."""


@dataclass
class Picture:
    """A content and the one file it is in. `shows`: what other contents show as well, that are the same picture.

    `taken_of`: what pictures that are alike were taken of.
    """

    id: str
    path: bytes
    content: str
    labels: set[str]
    tags: set[str] = field(default_factory=set)
    auto: set[str] = field(default_factory=set)
    month: tuple[int, int] = (2024, 5)
    facets: dict[str, str] = field(default_factory=dict)
    prompt: str = ""
    workflow: str = ""
    copies: list[bytes] = field(default_factory=list)
    shows: str = ""
    taken_of: str = ""
    state: m.ImageState = "online"
    volume: str = ""


@dataclass
class Saved:
    """A saved search."""

    id: str
    name: str
    query: str
    level: m.Level = "default"


@dataclass
class Done:
    """An action on verdicts: who made it, what was said before, and whether it was undone."""

    id: str
    maker: tuple[str, str]
    before: dict[tuple[str, str], str] = field(default_factory=dict)
    undone: bool = False


class SmallDaemon(SmallFolders, SmallAlbums):
    """The daemon, in a thread of its own. `silent` holds all answers back, `slow` those of these methods; `refusal`
    makes `accept` fail."""

    def __init__(self, folder: Path) -> None:
        self.library = folder / "library"
        self.holding = folder / "holding"
        self.inbox = folder / "library" / "Vault Inbox"
        self.socket = folder / "s"
        for made in (self.library, self.holding):
            made.mkdir(parents=True)
        self.pictures: dict[str, Picture] = {}
        self.tags: dict[str, str] = {}
        self.albums: dict[str, Album] = {}
        self.favourites: dict[str, None] = {}
        self.saved: dict[str, Saved] = {}
        self.history: list[str] = []
        self.verdicts: dict[tuple[str, str], str] = {}
        self.actions: list[Done] = []
        self.failed: list[Path] = []
        self.mounts: list[m.MountInfo] = []
        self.shown: dict[bytes, dict[bytes, str]] = {}
        self.requests: Counter[str] = Counter()
        self.told_hits = 0
        self.groups: list[tuple[str, str, str]] = []
        self.silent = False
        self.slow: set[str] = set()
        self.refusal: UserError | None = None
        self._heirs: dict[str, str] = {}
        self._ids = 0
        self._seq = 1
        self._was = ""
        self._known: dict[int, dict[str, m.Hit]] = {}
        self._listeners: set[_Session] = set()
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: trio.run(self._serve), name="small daemon")

    # ---- the library ---------------------------------------------------------------------------------------------

    def add(self, name: str | bytes, labels: str = "", data: bytes | None = None) -> Picture:
        """Put a picture into the library."""
        self._ids += 1
        path = os.fsencode(self.library) + b"/" + os.fsencode(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        written = data if data is not None else MAGIC + b" %d" % self._ids
        Path(os.fsdecode(path)).write_bytes(written)
        picture = Picture(str(self._ids), path, content_of(written), set(labels.split()))
        with self._lock:
            self.pictures[picture.id] = picture
        return picture

    def edit(self, picture: Picture, data: bytes) -> Picture:
        """Let an editor save other bytes over a picture: a new content, with all that was said of the old one."""
        Path(os.fsdecode(picture.path)).write_bytes(data)
        with self._lock:
            self._ids += 1
            edited = replace(picture, id=str(self._ids), content=content_of(data), tags=set(picture.tags))
            self.pictures = {edited.id if key == picture.id else key: one for key, one in self.pictures.items()}
            self.pictures[edited.id] = edited
            self._heirs[picture.id] = edited.id
        self.tell("images")
        return edited

    def tag(self, name: str, *pictures: Picture) -> None:
        """Tag as another client does: the mount is told."""
        with self._lock:
            self._make_tag(name)
            for picture in pictures:
                picture.tags.add(name)
        self.tell("tags", "images")

    def untag(self, name: str, *pictures: Picture) -> None:
        """The reverse."""
        with self._lock:
            for picture in pictures:
                picture.tags.discard(name)
        self.tell("images")

    def save(self, name: str, query: str) -> None:
        """Save a search as another client does."""
        with self._lock:
            self._ids += 1
            self.saved[name] = Saved(str(self._ids), name, query)
        self.tell("saved")

    def forget(self) -> None:
        """Lose all pictures and all that was said of them; no id comes again."""
        with self._lock:
            for kept in (self.pictures, self.tags, self.albums, self.favourites, self.saved, self.history,
                         self.verdicts, self.failed, self.shown, self._known):  # fmt: skip
                kept.clear()
        self.tell("images", "tags", "album", "saved", "feedback")

    def tell(self, *topics: str) -> None:
        """Send a change to every subscriber."""
        self._token.run_sync_soon(self._tell, topics)

    def tagged(self, name: str) -> set[str]:
        """Return the ids of the pictures tagged exactly `name`."""
        return {picture.id for picture in self.pictures.values() if name in picture.tags}

    def seq(self) -> int:
        """Return a number that grows when anything in the library is another than when it was told last."""
        now = repr((self.pictures, self.tags, self.albums, self.favourites, self.verdicts, self.saved))
        self._seq += now != self._was
        self._was = now
        self._known[self._seq] = {picture.id: self.hit(picture) for picture in self.pictures.values()}
        return self._seq

    def answered(self, *question: str) -> str:
        """Return the name of the answer to a question as things are."""
        return f"{self.seq()} {question}"

    # ---- life ----------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Go away, as a daemon that ends; may be called twice."""
        if self._thread.is_alive():
            self._token.run_sync_soon(self._stopping.set)
            self._thread.join(10)

    def restart(self) -> None:
        """Come back after `stop` with all that was known."""
        self._ready.clear()
        self._thread = threading.Thread(target=lambda: trio.run(self._serve), name="small daemon")
        self.__enter__()

    async def _serve(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        self._stopping = trio.Event()
        self.socket.unlink(missing_ok=True)
        with trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM) as listening:
            await listening.bind(str(self.socket))
            listening.listen()
            async with trio.open_nursery() as nursery:
                await nursery.start(trio.serve_listeners, self._connection, [trio.SocketListener(listening)])
                self._ready.set()
                await self._stopping.wait()
                nursery.cancel_scope.cancel()

    async def _connection(self, stream: trio.SocketStream) -> None:
        session = _Session(self, stream)
        try:
            async with stream, trio.open_nursery() as nursery:
                await session.serve(nursery)
                nursery.cancel_scope.cancel()
        finally:
            self._listeners.discard(session)

    def _tell(self, topics: tuple[str, ...]) -> None:
        for session in self._listeners:
            session.tell(topics)

    # ---- requests ------------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Any:
        """Return the result of one request, or raise its error."""
        self.requests[request.method] += 1
        params: Any = request.params
        if isinstance(params, m.ChangeParams):
            self.groups.append((request.method, params.origin, params.group))
        handler: Callable[[Any], Any] = getattr(self, "on_" + request.method.replace(".", "_"))
        with self._lock:
            result = handler(params)
        self.told_hits += len(getattr(result, "hits", ()))
        return result

    def on_mount(self, params: m.MountParams) -> m.MountWelcome:
        self.mounts.append(
            m.MountInfo(path=params.path, backend=params.backend, entries=params.entries, pid=params.pid)
        )
        return m.MountWelcome(holding=str(self.holding), library="test", version="0")

    def on_mount_thumbnails(self, params: m.MountThumbnailsParams) -> m.MountThumbnails:
        folder = exact(params.folder, params.folder_b64)
        self.shown.pop(folder, None)
        if params.entries:
            self.shown[folder] = {exact(entry.name, entry.name_b64): entry.image for entry in params.entries}
        return m.MountThumbnails(entries=len(params.entries))

    def on_subscribe(self, params: m.SubscribeParams) -> m.Subscribed:
        return m.Subscribed(seq=1)

    def on_status(self, params: m.Empty) -> m.Status:
        root = m.RootInfo(id="1", path=str(self.library), state="watching", files=len(self.pictures))
        return m.Status(
            version="0", schema=1, state="idle", reason="", socket=str(self.socket), pid=os.getpid(), uptime_s=1.0,
            images=len(self.pictures), files=len(self.pictures), pending=0, failed=len(self.failed), offline=0,
            rate_per_s=0.0, eta_s=None, seq=1, vector_seq=1, text_seq=1, roots=[root], mounts=self.mounts,
            model=m.ModelState(name="mini", revision="1", dim=8, engine="test"), rss_bytes=1, counters=m.Counters(),
        )  # fmt: skip

    def on_roots(self, params: m.Empty) -> m.Roots:
        return m.Roots(roots=[m.RootInfo(id="1", path=str(self.library), state="watching", files=len(self.pictures))])

    def on_search(self, params: m.SearchParams) -> m.SearchResult:
        _check(params.query)
        if params.snapshot not in ("", self.answered(params.query, params.level)):
            raise NotFound("this answer is no longer kept")
        if params.remember and params.query not in self.history:
            self.history.insert(0, params.query)
            self._tell(("history",))
        found = self._found(params.query)
        hits = [self.hit(picture, rank) for rank, picture in enumerate(found, start=1)]
        for hit in hits if params.explain else []:
            hit.grouped = 2
            hit.explain = self._explained(params.query, hit.id)
        return m.SearchResult(
            query=params.query, canonical=params.query, level=params.level, total=len(hits), took_ms=1.0, model="mini",
            cut=0.2, notes=[], hits=hits[params.offset :][: params.limit],
            snapshot=self.answered(params.query, params.level), seq=self.seq(),
        )  # fmt: skip

    def on_explain(self, params: m.ExplainParams) -> m.Explanation:
        return self._explained(params.query, params.image)

    def on_history(self, params: m.Empty) -> m.History:
        return m.History(queries=[m.HistoryEntry(query=query, time="2024-01-01T00:00:00Z") for query in self.history])

    def on_history_forget(self, params: m.QueryParams) -> m.History:
        if params.query not in self.history:
            raise NotFound(f"{params.query} is not among the recent searches")
        self.history.remove(params.query)
        return self.on_history(m.Empty())

    def on_hide(self, params: m.VerdictParams) -> m.ActionResult:
        return self._said("hide", params)

    def on_prefer(self, params: m.VerdictParams) -> m.ActionResult:
        return self._said("prefer", params)

    def on_undo(self, params: m.UndoParams) -> m.Actions:
        action = next(action for action in self.actions if action.id == params.action)
        if action.undone:
            raise Conflict("it is undone already")
        for key, verdict in action.before.items():
            self.verdicts.pop(key, None)
            if verdict:
                self.verdicts[key] = verdict
        action.undone = True
        return m.Actions(actions=[])

    def on_image(self, params: m.ImageParams) -> m.ImageInfo:
        picture = self._meant(exact(params.image, params.image_b64))
        places = [self.place(path) for path in (picture.path, *picture.copies)]
        return m.ImageInfo(
            id=picture.id, paths=places, size=1, type="image/jpeg", width=1, height=1, date=None, camera=None,
            tags=[m.TagOnImage(name=name, source="user", score=None) for name in sorted(picture.tags)]
            + [m.TagOnImage(name=f"auto/{name}", source="auto", score=0.9) for name in sorted(picture.auto)],
            texts=[], favourite=False, rating=0, albums=[], hash=picture.content, seq=1,
        )  # fmt: skip

    def on_hits(self, params: m.HitsParams) -> m.Listing:
        ids = [self._heirs.get(image, image) for image in params.ids]
        return m.Listing(hits=[self.hit(self.pictures[i]) for i in ids if i in self.pictures], seq=self.seq())

    def on_accept(self, params: m.AcceptParams) -> m.Accepted:
        data = Path(params.holding).read_bytes()
        if self.refusal is not None:
            raise self.refusal
        if not data.startswith(MAGIC):
            raise Refused("the bytes are no picture")
        known = next((p for p in self.pictures.values() if p.content == content_of(data)), None)
        picture = known or self._to_inbox(Path(params.holding), exact(params.name, params.name_b64))
        if params.tag:
            self._make_tag(params.tag)
            picture.tags.add(params.tag)
            if params.replaces and params.replaces != picture.id:
                self.pictures[params.replaces].tags.discard(params.tag)
        self.accepted_into(params, picture)
        self._tell(("tags", "images"))
        return m.Accepted(image=picture.id, known=known is not None, hit=self.hit(picture))

    def on_tag(self, params: m.TagParams) -> m.ActionResult:
        self._make_tag(params.tag)
        for picture in self._several(params):
            picture.tags.add(params.tag)
        return self._done("tags", "images")

    def on_untag(self, params: m.TagParams) -> m.ActionResult:
        for picture in self._several(params):
            if params.tag.startswith("auto/"):
                picture.auto.discard(params.tag.removeprefix("auto/"))
            picture.tags.discard(params.tag)
        return self._done("images")

    def on_tags_change(self, params: m.TagsChangeParams) -> m.ActionResult:
        if any(name.startswith("auto/") for name in params.add):
            raise UserError("auto is reserved")
        for image in params.images:
            for name in params.add:
                self._make_tag(name)
            self.pictures[image].tags -= set(params.remove)
            self.pictures[image].tags |= set(params.add)
        return self._done("tags", "images")

    def on_retag(self, params: m.RetagParams) -> m.ActionResult:
        for image in params.images:
            picture = self._meant(image.encode())
            picture.tags.discard(params.source)
            picture.tags.add(params.target)
        for image in params.replaces:
            self.pictures[image].tags.discard(params.target)
        return self._done("images")

    def on_tags(self, params: m.TagsParams) -> m.Tags:
        return m.Tags(tags=[m.TagInfo(name=name, count=0, sources={}, id=id) for name, id in self.tags.items()])

    def on_tags_folder(self, params: m.TagFolderParams) -> m.TagFolder:
        auto = params.source == "auto"
        words = {above for p in self.pictures.values() for name in p.auto for above in (name, name.rpartition("/")[0])}
        names = {name: f"a{name}" for name in words if name} if auto else self.tags
        if params.tag and params.tag not in names:
            raise NotFound(f"no tag {params.tag}")
        prefix = f"{params.tag}/" if params.tag else ""
        below = {n: i for n, i in names.items() if n.startswith(prefix) and "/" not in n.removeprefix(prefix)}
        subtags = [m.Subtag(id=i, name=n.removeprefix(prefix)) for n, i in sorted(below.items()) if n != params.tag]
        hits = [self.hit(p) for p in self.pictures.values() if params.tag in (p.auto if auto else p.tags)]
        hits = [hit for hit in hits if int(hit.id) > int(params.after or 0)] if params.hits else []
        since = params.since if not auto and params.since in self._known else 0
        hits = [hit for hit in hits if not since or hit != self._known[since].get(hit.id)]
        more = hits[params.limit - 1].id if params.limit and len(hits) >= params.limit else ""
        return m.TagFolder(
            id=names.get(params.tag, ""),
            subtags=subtags,
            hits=hits[: params.limit],
            seq=self.seq(),
            more=more,
            since=since,
        )

    def on_tags_create(self, params: m.TagNameParams) -> m.ActionResult:
        self._make_tag(params.tag)
        return self._done("tags")

    def on_tags_rename(self, params: m.RenameParams) -> m.ActionResult:
        if params.to in self.tags and params.to != params.name:
            self.on_tags_delete(m.TagNameParams(tag=params.to))
        moved = {n: params.to + n.removeprefix(params.name) for n in self.tags if _within(n, params.name)}
        self.tags = {moved.get(name, name): id for name, id in self.tags.items()}
        for picture in self.pictures.values():
            picture.tags = {moved.get(name, name) for name in picture.tags}
        return self._done("tags")

    def on_tags_delete(self, params: m.TagNameParams) -> m.ActionResult:
        if self.tagged(params.tag) or any(_within(n, params.tag) and n != params.tag for n in self.tags):
            raise NotEmpty(f"{params.tag} is not empty")
        del self.tags[params.tag]
        return self._done("tags")

    def on_save(self, params: m.SaveParams) -> m.ActionResult:
        _check(params.query)
        if params.replace:
            self.saved[params.name].query, self.saved[params.name].level = params.query, params.level
        elif params.name in self.saved:
            raise Conflict(f"{params.name} exists")
        else:
            self._ids += 1
            self.saved[params.name] = Saved(str(self._ids), params.name, params.query, params.level)
        return self._done("saved")

    def on_saved(self, params: m.SavedParams) -> m.Saved:
        return m.Saved(
            saved=[
                m.SavedInfo(id=s.id, name=s.name, query=s.query, level=s.level, count=None) for s in self.saved.values()
            ]
        )

    def on_saved_rename(self, params: m.RenameParams) -> m.ActionResult:
        saved = self.saved.pop(params.name)
        saved.name = params.to
        self.saved[params.to] = saved
        return self._done("saved")

    def on_saved_delete(self, params: m.NameParams) -> m.ActionResult:
        del self.saved[params.name]
        return self._done("saved")

    def on_dates(self, params: m.DatesParams) -> m.Dates:
        months = [p.month for p in self.pictures.values()]
        if not params.year:
            return m.Dates(values=sorted({year for year, _ in months}), hits=[], seq=self.seq())
        if not params.month:
            return m.Dates(
                values=sorted({month for year, month in months if year == params.year}), hits=[], seq=self.seq()
            )
        hits = [self.hit(p) for p in self.pictures.values() if p.month == (params.year, params.month)]
        return m.Dates(values=[], hits=hits, seq=self.seq())

    def on_failed(self, params: m.FailedParams) -> m.Failed:
        return m.Failed(files=[_failed(index, path) for index, path in enumerate(self.failed)])

    # ---- steps ---------------------------------------------------------------------------------------------------

    def hit(self, picture: Picture, rank: int = 1) -> m.Hit:
        """Return the listing record of a picture."""
        there = picture.state == "online" and os.path.exists(picture.path)
        found = os.stat(picture.path if there else self.library)
        path, path_b64 = display(picture.path)
        name, name_b64 = display(os.path.basename(picture.path))
        return m.Hit(
            id=picture.id, name=name, path=path, rank=rank, score=0.5, state=picture.state, tags=sorted(picture.tags),
            width=1, height=1, date=None, size=found.st_size, blocks=found.st_blocks, mtime_ns=found.st_mtime_ns,
            mode=found.st_mode, uid=found.st_uid, gid=found.st_gid, content=picture.content, name_b64=name_b64,
            path_b64=path_b64,
        )  # fmt: skip

    def _found(self, query: str) -> list[Picture]:
        """Return what a query finds: what was preferred first, nothing that was hidden."""
        said = {image: verdict for (asked, image), verdict in self.verdicts.items() if asked == query}
        preferred = [self.pictures[image] for image, verdict in said.items() if verdict == "prefer"]
        matching = [p for p in self.pictures.values() if self._matches(p, query.split()) and p.id not in said]
        return preferred + matching

    def _explained(self, query: str, image: str) -> m.Explanation:
        return m.Explanation(
            matched=True, score=0.5, similarity=0.3, floor=0.1, cut=0.2,
            words=[m.WordMatch(word, "label") for word in query.split()], tags=[], filters=[],
            fused=m.Fused(semantic_rank=1, text_rank=None), grouped=2,
            parts=[
                PartMatch(text=query, role="asked", matched=True, similarity=0.3, floor=0.1, cut=0.2),
                PartMatch(text="snow", role="excluded", matched=False, weight=2.0, similarity=0.1, cut=0.2),
            ],
            feedback={"prefer": "preferred"}.get(self.verdicts.get((query, image), ""), ""),
        )  # fmt: skip

    def _said(self, verdict: str, params: m.VerdictParams) -> m.ActionResult:
        _check(params.query)
        maker = (params.origin, params.group)
        last = self.actions[-1] if self.actions else None
        joined = last if last is not None and params.group and last.maker == maker and not last.undone else None
        action = joined or Done(str(len(self.actions) + 1), maker)
        for picture in self._several(params):
            key = (params.query, picture.id)
            action.before.setdefault(key, self.verdicts.get(key, ""))
            if not params.remove:
                self.verdicts[key] = verdict
            elif self.verdicts.get(key) == verdict:
                del self.verdicts[key]
        if joined is None:
            self.actions.append(action)
        return self._done("feedback", action=action.id)

    def _matches(self, picture: Picture, words: list[str]) -> bool:
        return all(
            w.removeprefix("tag:") in picture.tags if w.startswith("tag:") else w in picture.labels for w in words
        )

    def _meant(self, reference: bytes) -> Picture:
        reference = self._heirs.get(reference.decode(errors="replace"), "").encode() or reference
        for picture in self.pictures.values():
            if reference in (picture.id.encode(), picture.path):
                return picture
        raise NotFound(f"{reference!r} is not in the library")

    def _several(self, params: m.TagParams | m.VerdictParams | m.PicturesParams) -> list[Picture]:
        references = [image.encode() for image in params.images] + [base64.b64decode(b) for b in params.images_b64]
        return [self._meant(reference) for reference in references]

    def _make_tag(self, name: str) -> None:
        if name.split("/")[0] == "auto":
            raise UserError("auto is reserved")
        parts = name.split("/")
        for depth in range(1, len(parts) + 1):
            self.tags.setdefault("/".join(parts[:depth]), f"t{len(self.tags)}-{self._ids}")

    def _to_inbox(self, held: Path, name: bytes) -> Picture:
        self._ids += 1
        self.inbox.mkdir(exist_ok=True)
        data = held.read_bytes()
        path = os.fsencode(self.inbox) + b"/" + name
        shutil.move(held, os.fsdecode(path))
        picture = self.pictures[str(self._ids)] = Picture(str(self._ids), path, content_of(data), set())
        return picture

    def _done(self, *topics: str, action: str = "1") -> m.ActionResult:
        self._tell(topics)
        return m.ActionResult(action=action, changed=1, unchanged=0, errors=[])


class _Session:
    """One connection."""

    def __init__(self, daemon: SmallDaemon, stream: trio.SocketStream) -> None:
        self._daemon = daemon
        self._stream = stream
        self._wire = ServerConnection()
        self._put, self._lines = trio.open_memory_channel[bytes](10_000)

    def tell(self, topics: tuple[str, ...]) -> None:
        self._put.send_nowait(self._wire.notify("changed", m.Changed(topics=list(topics), seq=1)))

    async def serve(self, nursery: trio.Nursery) -> None:
        nursery.start_soon(self._write)
        while data := await self._received():
            for event in self._wire.receive(data):
                assert isinstance(event, Request), event
                if event.method in self._daemon.slow:
                    nursery.start_soon(self._answer_late, event)
                else:
                    self._put.send_nowait(self._answered(event))

    async def _received(self) -> bytes:
        try:
            return bytes(await self._stream.receive_some(65536))
        except trio.BrokenResourceError:
            return b""  # the mount was killed

    async def _answer_late(self, request: Request) -> None:
        while request.method in self._daemon.slow:
            await trio.sleep(0.01)
        self._put.send_nowait(self._answered(request))

    def _answered(self, request: Request) -> bytes:
        if request.method == "subscribe":
            self._daemon._listeners.add(self)
        try:
            return self._wire.result(request.id, self._daemon.answer(request))
        except Exception as error:
            return self._wire.error(request.id, error)

    async def _write(self) -> None:
        async for line in self._lines:
            while self._daemon.silent:
                await trio.sleep(0.01)
            try:
                await self._stream.send_all(line)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return


def _failed(index: int, path: Path) -> m.FailedFile:
    facts = path.stat()
    return m.FailedFile(
        path=str(path), reason="no image", kind="not-an-image", time="2024-01-01T00:00:00Z", attempts=1,
        file=str(index), name=path.name, size=facts.st_size, mtime_ns=facts.st_mtime_ns, mode=facts.st_mode,
        blocks=facts.st_blocks,
    )  # fmt: skip


def content_of(data: bytes) -> str:
    """Return the first 16 hex digits of the content hash."""
    return hashlib.blake2b(data, digest_size=32).hexdigest()[:16]


def _within(name: str, tag: str) -> bool:
    return name == tag or name.startswith(f"{tag}/")


def _check(query: str) -> None:
    if query.count('"') % 2:
        raise QueryError("a quotation mark is open", position=query.rindex('"'))
