"""The real ingest, with real workers, on a folder of small pictures; no socket, no model unless asked for.

async with ingesting(tmp_path) as library:
    library.draw("a.jpg", "red")
    await library.settled()
    assert library.tags_of("a.jpg") == []
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import trio
from PIL import Image

from vaultd.catalog import actions, failures, files, lookup, models, tags
from vaultd.catalog.store import Catalog
from vaultd.config import load
from vaultd.ingest.pool import Sight
from vaultd.ingest.service import Ingest
from vaultd.models.bundled import open_pack
from vaultipc.messages import FailedFile, ImageInfo

PATIENCE_S = 60


def draw(path: Path | bytes, colour: str, size: tuple[int, int] = (80, 60)) -> bytes:
    """Writes a picture of one colour; returns its bytes."""
    target = Path(os.fsdecode(path))
    Image.new("RGB", size, colour).save(target, "PNG" if target.suffix == ".png" else "JPEG")
    return target.read_bytes()


def reads_everything() -> bool:
    """Whether this user may read what nobody may, as root usually does."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).chmod(0)
        return os.access(file.name, os.R_OK)


class Library:
    """A running ingest and what a test asks of it."""

    def __init__(self, catalog: Catalog, ingest: Ingest, folder: Path) -> None:
        self.catalog = catalog
        self.ingest = ingest
        self.folder = folder

    def draw(self, name: str | bytes, colour: str) -> bytes:
        """Writes a picture of one colour into the library."""
        path = os.fsencode(self.folder) + b"/" + os.fsencode(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return draw(path, colour)

    async def settled(self) -> None:
        """Until every file on disk is stored or failed."""
        with trio.fail_after(PATIENCE_S):
            await self.ingest.settled()

    async def until(self, true: Callable[[], bool], what: str) -> None:
        """Until something holds, by events alone: nothing is scanned for it."""
        with trio.move_on_after(PATIENCE_S):
            while not true():
                await trio.sleep(0.02)
            return
        raise AssertionError(f"did not happen: {what}")

    def image(self, name: str | bytes) -> int | None:
        """The content of a file that is present, None if it is not known (any more)."""
        path = os.fsencode(self.folder) + b"/" + os.fsencode(name)
        with self.catalog.read() as sql:
            image = files.image_at(sql, path)
            if image is None:
                return None
            shown = {place.path for place in lookup.places(sql, [image])[image] if place.state == "online"}
        return image if path.decode("utf-8", "replace") in shown else None

    def info(self, image: int | None) -> ImageInfo:
        """All that is known of a content."""
        assert image is not None
        with self.catalog.read() as sql:
            found = lookup.image_info(sql, image)
        assert found is not None
        return found

    def paths(self, image: int | None, state: str = "online") -> list[str]:
        """Names, below the library's folder where they are in it, of the files of a content."""
        start = f"{self.folder}/"
        return sorted(place.path.removeprefix(start) for place in self.info(image).paths if place.state == state)

    def tag(self, image: int | None, name: str) -> None:
        """What a user does."""
        assert image is not None
        with self.catalog.write() as tx, actions.recorded(tx, "tag", "tag", "test", "") as action:
            tags.apply(action, tags.create(action, name), [image])

    def tags_of(self, image: int | None) -> list[str]:
        """Names of the tags of a content, with their source."""
        return [f"{tag.source}:{tag.name}" for tag in self.info(image).tags]

    def failed(self) -> dict[str, FailedFile]:
        """Quarantined files by name."""
        with self.catalog.read() as sql:
            return {found.name: found for found in failures.listing(sql)}

    def count(self, table: str) -> int:
        """Rows of a table."""
        with self.catalog.read() as sql:
            return int(sql.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@asynccontextmanager
async def ingesting(
    base: Path, *, model: bool = False, roots: bool = True, **settings: str | int
) -> AsyncIterator[Library]:
    """Runs the ingest on `base/Pictures`, its catalog in `base/data`; again on the same base goes on with it."""
    folder = base / "Pictures"
    folder.mkdir(exist_ok=True)
    environ = {"HOME": str(base), "VVAULT_LIBRARY_DATA": str(base / "data")}
    environ |= {"VVAULT_INGEST_SETTLE_MS": "60", "VVAULT_INGEST_WORKERS": "1", "VVAULT_INGEST_THUMBNAILS": "false"}
    environ |= {f"VVAULT_{key.upper()}": str(value) for key, value in settings.items()}
    config = load(None, environ)
    catalog = Catalog.open(base / "data" / "catalog.db")
    try:
        async with trio.open_nursery() as nursery:
            ingest = Ingest(catalog, config, _sight(catalog) if model else None)
            await nursery.start(ingest.serve)
            if roots and not ingest.root_states():
                await ingest.noticing.add_roots([os.fsencode(folder)])
            yield Library(catalog, ingest, folder)
            nursery.cancel_scope.cancel()
    finally:
        catalog.close()


def _sight(catalog: Catalog) -> Sight:
    """The bundled model, the one that answers."""
    pack = open_pack()
    with catalog.write() as tx:
        model = models.register(tx, pack.manifest.name, pack.manifest.revision, pack.manifest.dimension)
        models.activate(tx, model)
    return Sight(model, os.fsencode(pack.folder))
