"""What can be seen of a vault: by the model, through the socket, and through the mount, in one shape."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from support.model.said import Model
from support.vault import eventually

if TYPE_CHECKING:
    from support.model.world import World

BELIEVED_S = 10.0


@dataclass
class OfPicture:
    """One picture, as the daemon tells it."""

    tags: set[str]
    favourite: bool
    stars: int
    texts: set[tuple[str, str]]
    albums: set[str]
    paths: set[str]


@dataclass
class Seen:
    """Pictures are numbers. `preferred` and `results` are those of the example's query."""

    tags: dict[str, list[int]]
    albums: dict[str, list[int]]
    favourites: list[int]
    saved: dict[str, str]
    pictures: dict[int, OfPicture] = field(default_factory=dict)
    verdicts: dict[int, str] = field(default_factory=dict)
    preferred: set[int] = field(default_factory=set)
    results: list[int] = field(default_factory=list)

    def in_the_mount(self) -> Seen:
        """What the mount shows of it at a glance."""
        return Seen(self.tags, self.albums, self.favourites, self.saved)

    def differences(self, seen: Seen) -> str:
        """What is seen otherwise than here."""
        lines = []
        for one in fields(self):
            wanted, got = getattr(self, one.name), getattr(seen, one.name)
            if wanted != got and isinstance(wanted, dict):
                keys = {**wanted, **got}
                lines += [
                    f"{one.name} {key!r}: {got.get(key)}, not {wanted.get(key)}"
                    for key in keys
                    if wanted.get(key) != got.get(key)
                ]
            elif wanted != got:
                lines.append(f"{one.name}: {got}, not {wanted}")
        return "\n".join(lines)


def expected(model: Model) -> Seen:
    """What the model says."""
    said, shown = model.said, set(model.shown)
    standing = {one: verdict for one, verdict in said.verdicts.items() if one in model.held}
    return Seen(
        tags={tag: model.entries(tag) for tag in said.tags},
        albums={album: model.album(album) for album in said.albums},
        favourites=model.favourites(),
        saved=said.saved,
        pictures={number: _picture(model, number) for number in model.known},
        verdicts=standing,
        preferred={one for one, verdict in standing.items() if verdict == "prefer"} & shown,
        results=sorted(one for one in shown if standing.get(one) != "hide"),
    )


def _picture(model: Model, number: int) -> OfPicture:
    said = model.said
    return OfPicture(
        tags=said.tags_of(number),
        favourite=number in said.favourites,
        stars=said.stars.get(number, 0),
        texts={(kind, text) for (one, kind), text in said.texts.items() if one == number},
        albums={album for album, places in said.albums.items() if number in places},
        paths={path for path, one in model.files.items() if one == number},
    )


class Sight:
    """Eyes for a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    # ---- the socket ------------------------------------------------------------------------------------------

    def through_the_socket(self, model: Model) -> Seen:
        call, world = self._world.client.call, self._world
        told = call("search", {"query": world.query, "limit": 1000})
        said = call("feedback", {"query": world.query}).feedback
        preferred = {entry.id for entry in said if entry.verdict == "prefer"}
        first = [hit.id for hit in told.hits if hit.id in preferred]
        known = {world.images[number] for number in model.known}
        tags = [tag.name for tag in call("tags").tags]
        albums = [album.name for album in call("album.list").albums]
        return Seen(
            tags={tag: sorted(self._shown("tags.folder", tag=tag)) for tag in tags},
            albums={album: self._shown("album.show", name=album) for album in albums},
            favourites=sorted(self._shown("view", view="favorites")),
            saved={search.name: search.query for search in call("saved").saved},
            pictures={number: self._picture(number) for number in model.known},
            verdicts={self._numbers([entry.id])[0]: entry.verdict for entry in said if entry.id in known},
            preferred=set(self._numbers([hit.id for hit in told.hits[: len(first)]])),
            results=sorted(self._numbers([hit.id for hit in told.hits])),
        )

    def _shown(self, method: str, **parameters: str) -> list[int]:
        return self._numbers([hit.id for hit in self._world.client.call(method, parameters).hits])

    def _numbers(self, images: list[str]) -> list[int]:
        """Those of earlier examples are left out, one that nobody knows is -1."""
        numbers = {image: number for number, image in self._world.images.items()}
        return [numbers.get(image, -1) for image in images if image not in self._world.old]

    def _picture(self, number: int) -> OfPicture:
        told = self._world.client.call("image", {"image": self._world.images[number]})
        return OfPicture(
            tags={tag.name for tag in told.tags},
            favourite=told.favourite,
            stars=told.rating,
            texts={(text.kind, text.text) for text in told.texts if text.source == "user"},
            albums=set(told.albums),
            paths={os.path.relpath(file.path, self._world.library) for file in told.paths if file.state == "online"},
        )

    # ---- the mount -------------------------------------------------------------------------------------------

    def through_the_mount(self) -> Seen:
        mount = self._world.mount
        return Seen(
            tags={tag: pictures for tag, pictures in self._tags(mount / "tags", "").items() if tag},
            albums={name: self._pictures(mount / "albums" / name) for name in os.listdir(mount / "albums")},
            favourites=sorted(self._pictures(mount / "favorites")),
            saved={name: _text(mount / "saved" / name / ".query") for name in os.listdir(mount / "saved")},
        )

    def _tags(self, place: Path, tag: str) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        pictures = []
        for name in os.listdir(place):
            if stat.S_ISDIR(os.lstat(place / name).st_mode):
                below = f"{tag}/{name}".lstrip("/")
                found |= self._tags(place / name, below) if below != "auto" else {}
            else:
                pictures.append(self.image_of(place / name))
        return {tag: sorted(self._numbers(pictures))} | found

    def _pictures(self, place: Path) -> list[int]:
        return self._numbers([self.image_of(place / name) for name in os.listdir(place)])

    def image_of(self, path: Path) -> str:
        """The id of the picture that an entry is."""
        if path.is_symlink():
            target = Path(os.readlink(path))
            if target.parent.parent == self._world.mount / ".originals":
                return target.parent.name
            original: str = self._world.client.call("image", {"image": str(target)}).id
            return original
        try:
            return os.getxattr(path, "user.vault.id").decode()
        except OSError:
            # What was copied here is a file first and a link later: without invalidation the kernel learns of it late.
            eventually(path.is_symlink, f"{path.name} has an id or is a link", BELIEVED_S)
        return self.image_of(path)


def _text(path: Path) -> str:
    return path.read_text().strip()
