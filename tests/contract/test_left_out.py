"""What is no picture, or none that can be read here, is left out without being tried, and counted."""

from __future__ import annotations

import hashlib
import io
import shutil
from pathlib import Path

import pytest
from PIL import Image

from support.ingesting import ingesting
from vaultd.worker import formats
from vaultd.worker.formats import VIDEO

MOVIE = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\x10mdat\xff\xd8\xff\xe0" + bytes(range(256)) * 200
MOTION = """<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
<rdf:Description xmlns:GCamera='http://ns.google.com/photos/1.0/camera/' {}/></rdf:RDF></x:xmpmeta>"""


async def test_videos_are_left_out_and_counted(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        for name in ("clip.mp4", "IMG_1.MOV", "below/a.webm"):
            (library.folder / name).parent.mkdir(exist_ok=True)
            (library.folder / name).write_bytes(MOVIE)
        library.draw("IMG_1.jpg", "red")
        (library.folder / "notes.txt").write_text("neither")
        await library.ingest.rescan()
        await library.settled()
        assert library.image("IMG_1.jpg") is not None, "the picture of a live photo, whose video lies beside it"
        assert (library.count("files"), library.failed()) == (1, {})
        assert library.ingest.passed_over() == {VIDEO: 3}
        (library.folder / "clip.mp4").unlink()
        shutil.rmtree(library.folder / "below")
        await library.ingest.rescan()
        assert library.ingest.passed_over() == {VIDEO: 1}


async def test_a_video_that_calls_itself_a_picture_fails_with_a_reason(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        (library.folder / "clip.jpg").write_bytes(MOVIE)
        await library.settled()
        assert library.failed()["clip.jpg"].kind == "not-an-image"


async def test_pictures_that_wait_for_a_package_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(formats._PASSED_OVER, b".xyz", "HEIC")
    async with ingesting(tmp_path) as library:
        (library.folder / "a.XYZ").write_bytes(b"whatever")
        await library.ingest.rescan()
        assert library.ingest.passed_over() == {"HEIC": 1}


@pytest.mark.parametrize(
    "said",
    [
        "GCamera:MotionPhoto='1' GCamera:MotionPhotoVersion='1'",
        "GCamera:MicroVideo='1' GCamera:MicroVideoOffset='51240'",
        "",
    ],
    ids=["a motion photo", "a micro video", "without a word of it, as Samsung does"],
)
async def test_a_motion_photo_is_one_picture_known_by_all_of_its_bytes(tmp_path: Path, said: str) -> None:
    file = io.BytesIO()
    Image.effect_noise((400, 300), 50).convert("RGB").save(file, "JPEG", xmp=MOTION.format(said).encode())
    still = file.getvalue()
    async with ingesting(tmp_path) as library:
        (library.folder / "moving.jpg").write_bytes(still + MOVIE)
        (library.folder / "still.jpg").write_bytes(still)
        await library.settled()
        moving, alone = library.image("moving.jpg"), library.image("still.jpg")
        assert None not in (moving, alone)
        assert moving != alone, "another video behind it is another file"
        with library.catalog.read() as sql:
            [row] = sql.execute("SELECT hash, width, height, type FROM images WHERE id = ?", (moving,))
        assert row == (hashlib.blake2b(still + MOVIE, digest_size=32).digest(), 400, 300, "image/jpeg")
