"""What a worker makes of what a generator wrote: told once, and never in the place of what people say."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest
from PIL import Image

from support.prompt_writers import CASES, Case, a1111, comfyui, novelai
from support.prompt_writers.files import DESCRIPTION, exif, png, saved
from vaultd.domain.content import Content
from vaultd.worker.desk import Desk
from vaultd.worker.generated import generation
from vaultd.worker.messages import Decode, Decoded, HasRead, Read, Setup, Unreadable


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk(Setup(pack=b"", max_pixels=10**8, memory_mb=512, timeout_s=9, thumbnails=b"", niceness=0))


def content(desk: Desk, folder: Path, data: bytes) -> Content:
    path = folder / "a"
    path.write_bytes(data)
    assert isinstance(desk.answer(Read(str(path).encode())), HasRead)
    answer = desk.answer(Decode(thumbnail=False))
    assert isinstance(answer, Decoded)
    return answer.content


def texts(found: Content) -> dict[tuple[str, str], str]:
    """All but who made it, which Midjourney says as cameras do."""
    return {(one.kind, one.source): one.text for one in found.texts if one.kind != "creator"}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_payload_is_told_as_what_it_is_and_as_nothing_else(desk: Desk, tmp_path: Path, case: Case) -> None:
    found = content(desk, tmp_path, case.content)
    prompts = {"prompt": case.said.prompt, "negative": case.said.negative}
    assert texts(found) == {(kind, "generator"): text for kind, text in prompts.items() if text}
    assert found.camera is None
    assert found.generation is not None
    assert (found.generation.said.seed, found.generation.said.model) == (case.said.seed, case.said.model)
    assert found.generation.workflow_size == len(zlib.decompress(found.generation.workflow or zlib.compress(b"")))


def test_what_a_person_wrote_beside_a_payload_is_kept(desk: Desk, tmp_path: Path) -> None:
    said = {
        "parameters": a1111.infotext(),
        "Description": "note:[for my mother]",
        "Comment": "a lighthouse",
        "Title": "Gift",
    }
    told = texts(content(desk, tmp_path, png(said)))
    assert told[("description", "png")] == "note:[for my mother]"
    assert told[("comment", "png")] == "a lighthouse"
    assert told[("title", "png")] == "Gift"
    assert told[("prompt", "generator")] == a1111.PROMPT


def test_a_photograph_keeps_a_description_that_looks_like_anything(desk: Desk, tmp_path: Path) -> None:
    written = 'tags:{"a": 1}'
    photograph = saved("JPEG", exif=exif({DESCRIPTION: (2, written.encode() + b"\0")}))
    found = content(desk, tmp_path, photograph)
    assert texts(found) == {("description", "exif"): written}
    assert found.generation is None


def test_the_words_of_a_person_after_a_short_payload_are_not_taken_for_it(desk: Desk, tmp_path: Path) -> None:
    told = texts(content(desk, tmp_path, png({"parameters": "cat", "Description": "a photo of my cat"})))
    assert told == {("prompt", "generator"): "cat", ("description", "png"): "a photo of my cat"}


@pytest.mark.parametrize("turned", [1, 6])
def test_what_hides_in_pixels_is_found_in_a_picture_that_is_shown_turned(
    desk: Desk, tmp_path: Path, turned: int
) -> None:
    case = next(each for each in CASES if each.name == "A1111 hidden in alpha, packed")
    with Image.open(io.BytesIO(case.content)) as hidden:
        mark = Image.Exif()
        mark[274] = turned
        file = io.BytesIO()
        hidden.save(file, "PNG", exif=mark)
    assert texts(content(desk, tmp_path, file.getvalue()))[("prompt", "generator")] == case.said.prompt


def test_a_disk_that_fails_is_told_as_such() -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(Unreadable, match="Input/output error"):
        generation(Failing(), Image.new("RGB", (4, 4)))


def test_graphs_and_texts_are_kept_as_they_stood(desk: Desk, tmp_path: Path) -> None:
    case = next(each for each in CASES if each.name == "ComfyUI PNG")
    kept = content(desk, tmp_path, case.content).generation
    assert kept is not None
    assert kept.said.raw == kept.said.workflow == kept.said.prompt == ""
    assert comfyui.POSITIVE in zlib.decompress(kept.raw).decode()
    hidden = next(each for each in CASES if each.name.startswith(novelai.SAID.generator) and each.hidden)
    packed = content(desk, tmp_path, hidden.content).generation
    assert packed is not None
    assert packed.workflow == b""
    assert hidden.said.sampler in zlib.decompress(packed.raw).decode()
