"""What each program writes of how it made a picture is read, whatever the container."""

from __future__ import annotations

import io
import json
import os

import pytest
from msgspec.structs import replace
from PIL import Image

from support.prompt_writers import CASES, Case, a1111, comfyui, drawthings, easydiffusion, fooocus, invokeai, swarmui
from support.prompt_writers.files import (
    ASCII,
    DESCRIPTION,
    MAKE,
    MODEL,
    UNDEFINED,
    USER_COMMENT,
    comment,
    exif,
    png,
    saved,
    with_xmp,
    xmp,
)
from support.prompt_writers.stealth import pixels_of
from vaultd.prompts import PARSER_VERSION, Generation, Lora, of_file, of_pixels, of_text
from vaultd.prompts.writing import as_text

PORTABLE = [case for case in CASES if not case.hidden]


def read(case: Case) -> Generation:
    found = of_pixels(pixels_of(case.content)) if case.hidden else of_file(case.content)
    assert found is not None
    return found


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_program_wrote_is_read(case: Case) -> None:
    assert replace(read(case), raw="", workflow="") == case.said


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_raw_text_is_kept_and_holds_the_prompt(case: Case) -> None:
    found = read(case)
    words = found.prompt.split()
    escaped = [json.dumps(word)[1:-1] for word in words]
    assert all(word in found.raw or other in found.raw for word, other in zip(words, escaped, strict=True))
    assert found.raw


def test_there_are_more_than_sixty_cases_and_no_two_of_one_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 60
    assert PARSER_VERSION >= 1


@pytest.mark.parametrize(
    "case", [case for case in PORTABLE if "ComfyUI" in case.name and "graph" not in case.name], ids=str
)
def test_the_graph_that_comfyui_opens_is_kept(case: Case) -> None:
    if (
        "API" in case.name
        or "text by" in case.name
        or "NaN" in case.name
        or "alone beside" in case.name
        or "both graphs" in case.name
    ):
        assert read(case).workflow == ""
    else:
        assert json.loads(read(case).workflow) == comfyui.WORKFLOW


def test_the_graph_that_invokeai_opens_is_kept() -> None:
    kept = [read(case).workflow for case in CASES if case.name in ("InvokeAI 5", "InvokeAI 3")]
    assert kept == [invokeai.WORKFLOW] * 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("A1111", a1111.infotext(), a1111.SAID),
        ("Windows' line ends and a byte order mark", "\ufeff" + a1111.infotext("words").replace("\n", "\r\n"),
         replace(a1111.SAID, prompt="words")),
        ("Easy Diffusion, txt", easydiffusion.text_file(easydiffusion.shown()), easydiffusion.SAID),
        ("Easy Diffusion, json", json.dumps(easydiffusion.SETTINGS, indent=2), easydiffusion.SAID),
        ("Fooocus-MRE, json", json.dumps(fooocus.SETTINGS), fooocus.SAID),
        ("SwarmUI, json", swarmui.metadata(swarmui.SETTINGS), swarmui.SAID),
        ("ComfyUI's graph", json.dumps(comfyui.basic()), comfyui.SAID),
        ("ComfyUI's workflow", json.dumps(comfyui.WORKFLOW), comfyui.SAID),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 50 else "",
)  # fmt: skip
def test_what_stands_in_a_file_beside_a_picture_is_read(name: str, text: str, said: Generation) -> None:
    found = of_text(text)
    assert found is not None, name
    assert replace(found, raw="", workflow="") == said
    assert found.raw == text.removeprefix("\ufeff")


def test_easy_diffusion_text_of_many_lines_is_read_whole() -> None:
    text = easydiffusion.text_file(easydiffusion.shown() | {"Prompt": "one\ntwo: three\nfour"})
    found = of_text(text)
    assert found is not None
    assert found.prompt == "one\ntwo: three\nfour"


CAPTIONS = ("", "\n", "a caption: of a dog, in the park", "Steps lead to the sea", "{}", "[1]", "null",
            '{"seed": 1}', "Negative space", "{" * 50)  # fmt: skip


@pytest.mark.parametrize("text", CAPTIONS)
def test_a_plain_caption_is_no_prompt(text: str) -> None:
    assert of_text(text) is None


@pytest.mark.parametrize(
    "text",
    [
        '{"Prompt": "a boat", "negativePrompt": ["cars", "rain"], "Steps": "9", "cfgScale": 4, "sampler": "Heun",'
        ' "seed": 18446744073709551615, "Size": "64x48", "Model": "sea.safetensors"}',
        '{"id": 4, "meta": {"prompt": "a boat", "negative prompt": "cars, rain", "steps": 9, "cfg": 4.0,'
        ' "sampler_name": "Heun", "seed": 18446744073709551615, "width": 64, "height": 48, "model": "x/sea"}}',
    ],
)
def test_json_of_an_unknown_program_is_read_by_its_usual_keys(text: str) -> None:
    found = of_text(text)
    assert found is not None
    assert replace(found, raw="") == Generation(
        generator="", prompt="a boat", negative="cars, rain", model="sea", seed=2**64 - 1, steps=9, cfg=4.0,
        sampler="Heun", size=(64, 48),
    )  # fmt: skip


@pytest.mark.parametrize("case", [case for case in PORTABLE if case.said.steps], ids=str)
def test_settings_that_are_written_as_text_are_read_again(case: Case) -> None:
    text = as_text(case.said)
    again = of_text(text)
    assert again is not None
    kept = {"model", "seed", "steps", "cfg", "sampler", "scheduler", "size"}
    assert {key: getattr(again, key) for key in kept} == {key: getattr(case.said, key) for key in kept}
    assert again.prompt.split() == case.said.prompt.split()
    assert {lora.name for lora in again.loras} == {lora.name for lora in case.said.loras}


@pytest.mark.parametrize("case", [case for case in CASES if case.said.negative], ids=str)
def test_no_setting_is_taken_for_a_part_of_the_prompt_above_it(case: Case) -> None:
    again = of_text(as_text(case.said))
    assert again is not None
    assert (again.prompt.split(), again.negative.split()) == (case.said.prompt.split(), case.said.negative.split())


CAMERA = {
    MAKE: (ASCII, b"Canon\0"),
    MODEL: (ASCII, b"Canon EOS 5D\0"),
    DESCRIPTION: (ASCII, b"The pier, Steps: none\0"),
}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("camera", saved("JPEG", exif=exif(CAMERA, {USER_COMMENT: (UNDEFINED, comment("at sea", "ascii"))}))),
        ("camera, WebP", saved("WEBP", exif=exif(CAMERA))),
        ("camera, AVIF", saved("AVIF", exif=exif(CAMERA))),
        ("Title and Comment", png({"Title": "A boat", "Comment": '{"note": "mine"}', "Software": "GIMP 2.10"})),
        ("JSON of someone else", png({"parameters": '{"width": 3}', "prompt": "what do you see?"})),
        ("damaged JSON", png({"parameters": '{"prompt": "a'})),
        ("XMP", with_xmp(xmp("<dc:description>A boat --fast</dc:description>"))),
        ("no texts", saved("PNG")),
        ("comment", saved("JPEG", comment=b"CREATOR: gd-jpeg v1.0, quality: 90")),
        ("another format", saved("BMP")),
        ("nothing", b""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_pictures_that_no_generator_made_say_nothing(name: str, content: bytes) -> None:
    assert of_file(content) is None, name


def test_a_file_is_read_from_its_start_wherever_it_stands() -> None:
    case = CASES[0]
    file = io.BytesIO(case.content)
    file.seek(0, os.SEEK_END)
    assert of_file(file) == of_file(case.content)


class Counted(io.BytesIO):
    """Counts the bytes that are read."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_no_pixels_are_read(kind: str) -> None:
    noise = Image.effect_noise((700, 700), 90).convert("RGB")
    file = Counted(saved(kind, noise, exif=exif({}, {USER_COMMENT: (UNDEFINED, comment(a1111.infotext()))})))
    found = of_file(file)
    assert found is not None
    assert found.seed == a1111.SAID.seed
    assert len(file.getvalue()) > 100_000
    assert file.taken < 20_000


def test_a_later_text_is_read_where_the_first_says_nothing() -> None:
    found = of_file(png({"Software": "Editor", "Comment": "hello", "parameters": a1111.infotext()}))
    assert found is not None
    assert found.generator == "A1111"


def test_texts_are_known_by_what_they_hold_and_not_by_their_keys() -> None:
    for said, text in ((fooocus.SAID, json.dumps(fooocus.SETTINGS)), (swarmui.SAID, swarmui.metadata(swarmui.SETTINGS)),
                       (comfyui.SAID, json.dumps(comfyui.basic())), (a1111.SAID, a1111.infotext()),
                       (drawthings.SAID, json.dumps(drawthings.SETTINGS))):  # fmt: skip
        found = of_file(png({"saved by an editor": text}))
        assert found is not None
        assert replace(found, raw="") == said


def test_json_that_was_encoded_twice_is_read() -> None:
    found = of_file(png({"prompt": json.dumps(json.dumps(comfyui.basic()))}))
    assert found is not None
    assert found.prompt == comfyui.POSITIVE


@pytest.mark.parametrize(
    ("written", "read"),
    [("sd/xl/base.safetensors", "base"), ("C:\\m\\v1.5.ckpt", "v1.5"), ("flux1-dev-Q8_0.gguf", "flux1-dev-Q8_0"),
     ("black-forest/FLUX.1", "FLUX.1"), ("None", ""), ("v1.5", "v1.5")],
)  # fmt: skip
def test_models_are_named_without_folder_and_file_type(written: str, read: str) -> None:
    found = of_text(a1111.infotext(settings=a1111.SETTINGS | {"Model": written, "Model hash": None}))
    assert found is not None
    assert found.model == read


@pytest.mark.parametrize(
    ("written", "read"),
    [("18446744073709551615", 2**64 - 1), ("18446744073709551616", None), ("-1", None), ("1.0", 1), ("x", None)],
)
def test_seeds_are_exact_up_to_64_bits(written: str, read: int | None) -> None:
    found = of_text(a1111.infotext(settings=a1111.SETTINGS | {"Seed": written}))
    assert found is not None
    assert found.seed == read


@pytest.mark.parametrize("cfg", ["NaN", "Infinity", "-Infinity", "1e999", '"much"', "true", "[]", "{}"])
def test_a_number_that_is_none_is_left_out(cfg: str) -> None:
    found = of_text('{"sui_image_params": {"prompt": "a", "cfgscale": ' + cfg + "}}")
    assert found is not None
    assert found.cfg is None


def test_texts_that_cannot_be_stored_are_made_so_that_they_can() -> None:
    found = of_text('{"sui_image_params": {"prompt": "a\\u0000b\\ud800c", "model": "\\udfff"}}')
    assert found is not None
    assert found.prompt == "ab?c"
    assert found.model == "?"
    found.raw.encode()


def test_loras_named_twice_are_one() -> None:
    found = of_text(a1111.infotext("<lora:ink:1> <lora:ink:0.5>"))
    assert found is not None
    assert found.loras == (Lora("ink", 1.0),)
