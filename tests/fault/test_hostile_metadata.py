"""Metadata damaged in ten thousand ways is read as far as it goes, soon, and takes nothing of the user's."""

from __future__ import annotations

import contextlib
import io
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from support.ingesting import ingesting
from support.metadata_writers import EXIF, IPTC, XMP, jpeg
from support.mutating import MUTATIONS
from vaultd.catalog import actions, marks
from vaultd.catalog.details import of
from vaultd.metadata import dated, sidecar
from vaultd.metadata.precedence import settled
from vaultd.metadata.xmp import Unreadable
from vaultd.worker import decoding, embedded

SEGMENT = 65_000
LONGEST_S = 5.0
"""On a machine where everything else is busy, too; a block takes less than a millisecond."""


def blocks(seed: int, count: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    """EXIF, IPTC and XMP, at least one of them damaged."""
    chance, good = random.Random(seed), (EXIF, IPTC, XMP)
    for _ in range(count):
        these = [bytearray(block) for block in good]
        for block in chance.sample(these, chance.randint(1, len(these))):
            for _ in range(1 + min(int(chance.expovariate(0.5)), 12)):
                chance.choice(MUTATIONS)(chance, block, good)
        exif, iptc, xmp = (bytes(block[:SEGMENT]) for block in these)
        yield exif, iptc, xmp


@pytest.mark.parametrize("count", [200, pytest.param(10_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_damaged_blocks_are_read_as_far_as_they_go_and_soon(count: int) -> None:
    longest = 0.0
    for exif, iptc, xmp in blocks(count, count):
        began = time.monotonic()
        with decoding.identify(io.BytesIO(jpeg(exif=exif, iptc=iptc, xmp=xmp))) as picture:
            picture.load()
            found = embedded.read(picture)
        settled(found.details)
        dated.told_by(exif)
        with contextlib.suppress(Unreadable):  # it is refused with a reason
            settled({"sidecar": sidecar.read(b"a.xmp", xmp).details})
        longest = max(longest, time.monotonic() - began)
    assert longest < LONGEST_S


@pytest.mark.parametrize("count", [12, pytest.param(400, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
async def test_what_a_file_says_never_takes_the_place_of_what_the_user_said(tmp_path: Path, count: int) -> None:
    async with ingesting(tmp_path) as library:
        path = library.folder / "mine.jpg"
        path.write_bytes(jpeg(exif=EXIF, iptc=IPTC, xmp=XMP))
        await library.settled()
        library.tag(library.image("mine.jpg"), "mine/only")
        with library.catalog.write() as tx, actions.recorded(tx, "rate", "rate", "test", "") as action:
            marks.rate(action, [int(info.id) for info in [library.info(library.image("mine.jpg"))]], 5)
        for number, (exif, iptc, xmp) in enumerate(blocks(7, count)):
            (library.folder / f"{number}.jpg").write_bytes(jpeg(exif=exif, iptc=iptc, xmp=xmp, colour="blue"))
        exif, iptc, xmp = next(blocks(8, 1))
        before = library.image("mine.jpg")
        path.write_bytes(jpeg(exif=exif, iptc=iptc, xmp=xmp, colour="green"))
        with trio.fail_after(600):
            while library.image("mine.jpg") in (None, before) or library.ingest.pending:
                await trio.sleep(0.1)
        assert library.failed() == {}
        info = library.info(library.image("mine.jpg"))
        assert "user:mine/only" in library.tags_of(library.image("mine.jpg"))
        assert (info.rating, info.ratings["user"]) == (5, 5)
        with library.catalog.read() as sql:
            assert all(of(sql, image) is not None for (image,) in sql.execute("SELECT id FROM images"))
