"""Captions by real models of both architectures, with random weights, pulled from a hub and loaded as users' are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio
from PIL import Image

from support.captioners import MISSING, SIDE, noted, repository
from support.hub import LoopbackHub, Repo
from support.hub_packs import NEXT_COMMIT
from support.ingesting import Library, ingesting
from support.pulling import pulled
from vaultd.catalog import edits
from vaultd.catalog.actions import recorded
from vaultd.ingest import tellers, telling, telling_round
from vaultd.models import captioners
from vaultd.models.manifest import PackError
from vaultd.worker.telling.captioning import LONGEST, PROMPT, Captioner

if MISSING:
    pytest.skip(f"not installed: {', '.join(MISSING)}", allow_module_level=True)

pytestmark = pytest.mark.timeout(2000)  # importing torch takes long on a busy machine, in each worker anew

REPOS = {"blip": "Some.One/Blip", "florence2": "Some.One/Florence"}


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tellers, "NICENESS", 0)
    monkeypatch.setattr(telling, "REST_S", 0.05)
    monkeypatch.setattr(telling_round, "KEEP_EVERY_S", 0.2)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The files of a repository of each architecture."""
    return {kind: repository(kind, tmp_path_factory.mktemp(kind)) for kind in captioners.ARCHITECTURES}


def fetch(made: dict[str, dict[str, bytes]], kind: str, models: Path, **repo: str) -> Path:
    """Pulls one from a loopback hub, as `vvault model pull` does; returns its folder."""
    with LoopbackHub({REPOS[kind]: Repo(made[kind], **repo)}) as hub:  # type: ignore[arg-type]
        return pulled(hub, models, REPOS[kind], revision=repo.get("commit", "")).folder


def picture() -> Image.Image:
    return Image.radial_gradient("L").convert("RGB").resize((90, 60))


@pytest.mark.parametrize("kind", captioners.ARCHITECTURES)
def test_a_pulled_model_says_what_it_says_in_its_own_library(
    tmp_path: Path, made: dict[str, dict[str, bytes]], kind: str
) -> None:
    captioner = Captioner(fetch(made, kind, tmp_path / "models"), 1)
    told = captioner.find(picture())
    assert told.outcome == "told"
    assert 0 < told.confidence < 1
    assert told == captioner.find(picture()), "nothing is drawn by lot"
    assert told.text == " ".join(expected(tmp_path / "models" / kind_folder(kind), kind).split())


def kind_folder(kind: str) -> str:
    return REPOS[kind].split("/")[1].lower()


def expected(folder: Path, kind: str) -> str:
    """The words by the library's own image processor and its own defaults for one beam, joined by the tokenizer."""
    import torch
    import transformers
    from tokenizers import Tokenizer

    name = {"blip": "BlipForConditionalGeneration", "florence2": "Florence2ForConditionalGeneration"}[kind]
    model: Any = getattr(transformers, name).from_pretrained(folder, local_files_only=True).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    processor = transformers.BlipImageProcessorPil(size={"height": SIDE, "width": SIDE})
    asked: dict[str, Any] = dict(processor(picture(), return_tensors="pt"))
    if kind == "florence2":
        seen = model.get_image_features(asked["pixel_values"]).pooler_output
        words = tokenizer.encode(PROMPT, add_special_tokens=False).ids
        asked["input_ids"] = torch.tensor([[5] * (seen.numel() // seen.shape[-1]) + [4, *words, 3]])
    with torch.inference_mode():
        tokens = model.generate(
            **asked, max_new_tokens=LONGEST[kind], num_beams=1, do_sample=False, no_repeat_ngram_size=3
        )
    return str(tokenizer.decode(tokens[0].tolist(), skip_special_tokens=True))


def test_weights_that_are_pickled_say_the_same_and_run_nothing(
    tmp_path: Path, made: dict[str, dict[str, bytes]]
) -> None:
    import torch
    from safetensors.torch import load

    safe = made["blip"]
    said = Captioner(fetch(made, "blip", tmp_path / "safe"), 1).find(picture())
    told = [said, Captioner(pickled(tmp_path / "pickled", safe, load(safe["model.safetensors"])), 1).find(picture())]
    assert told[0] == told[1]
    ran = tmp_path / "ran"
    with pytest.raises(PackError, match="cannot be opened"):
        Captioner(pickled(tmp_path / "hostile", safe, {"a": torch.zeros(1), "b": Hostile(ran)}), 1)
    assert not ran.exists()


class Hostile:
    """What makes a file when it is unpickled by a reader that does whatever a pickle says."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.place,)


def pickled(folder: Path, files: dict[str, bytes], weights: Any) -> Path:
    """A model as it lies there after a pull, with its weights as a pickle."""
    import torch

    folder.mkdir()
    for name, content in files.items():
        if name != captioners.SAFE:
            (folder / name).write_bytes(content)
    torch.save(weights, folder / captioners.PICKLE)
    return noted(folder, "blip")


@pytest.mark.parametrize("damage", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_damaged_model_is_told_of_as_such(tmp_path: Path, made: dict[str, dict[str, bytes]], damage: str) -> None:
    folder = fetch(made, "blip", tmp_path)
    note = captioners.read_note(folder)
    (folder / damage).write_bytes(b"{}")
    with pytest.raises(PackError, match=f"{damage} is not the file"):
        Captioner(folder, 1)
    forged = dict(note.files, **{damage: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"})
    captioners.write_note(folder, msgspec.structs.replace(note, files=forged))
    with pytest.raises(PackError, match=r"cannot be opened|cannot be used|damaged"):
        Captioner(folder, 1)


def captions(library: Library, name: str) -> list[tuple[str, str]]:
    info = library.info(library.image(name))
    return [(text.source, text.text) for text in info.texts if text.kind == "caption"]


def versions(library: Library) -> list[tuple[str, str]]:
    with library.catalog.read() as sql:
        return sql.execute("SELECT DISTINCT teller, version FROM told_by").fetchall()


async def until(library: Library, query: str, count: int) -> None:
    with trio.fail_after(900):
        while True:
            with library.catalog.read() as sql:
                if sql.execute(query).fetchone()[0] == count:
                    return
            await trio.sleep(0.05)


TOLD = "SELECT count(*) FROM texts WHERE kind = 'caption' AND source = 'model:{}'"


async def test_captions_are_written_behind_everything_else_and_kept_by_model_and_version(
    tmp_path: Path, made: dict[str, dict[str, bytes]]
) -> None:
    models = tmp_path / "data" / "models"
    async with ingesting(tmp_path, captions_model="blip", ocr_enabled="false") as library:
        for colour in ("red", "blue"):
            library.draw(f"{colour}.png", colour)
        (library.folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno picture")
        await library.settled()
        assert library.ingest.upkeep.finding_words.standing == {}, "without a model nothing is to be done"
        fetch(made, "blip", models)
        library.draw("green.png", "green")  # a commit, by which it looks again
        await until(library, TOLD.format("blip"), 3)
        ((source, text),) = captions(library, "red.png")
        assert source == "model:blip"
        assert text
        (told,) = [one for one in library.info(library.image("red.png")).texts if one.kind == "caption"]
        assert isinstance(told.confidence, float)
        assert library.ingest.upkeep.finding_words.standing["caption"].done == 3
        with library.catalog.write() as tx, recorded(tx, "edit", "edit", "test", "") as action:
            edits.write(action, [library.image("red.png") or 0], {"caption": "mine"})
    fetch(made, "florence2", models)
    async with ingesting(tmp_path, captions_model="florence", ocr_enabled="false") as library:
        await until(library, TOLD.format("florence"), 3)
        await until(library, TOLD.format("blip"), 0)
        assert [source for source, _ in captions(library, "red.png")] == ["user", "model:florence"]
        assert len(versions(library)) == 1
    async with ingesting(tmp_path, captions_enabled="false", ocr_enabled="false") as library:
        await until(library, "SELECT count(*) FROM told_by", 0)
        assert captions(library, "red.png") == [("user", "mine")]
        assert captions(library, "blue.png") == []


async def test_another_revision_writes_its_own_captions_again(
    tmp_path: Path, made: dict[str, dict[str, bytes]]
) -> None:
    models = tmp_path / "data" / "models"
    folder = fetch(made, "blip", models)
    async with ingesting(tmp_path, captions_model="blip", ocr_enabled="false") as library:
        library.draw("red.png", "red")
        await library.settled()
        await until(library, TOLD.format("blip"), 1)
        ((_, version),) = versions(library)
    folder.rename(tmp_path / "older")
    fetch(made, "blip", models, commit=NEXT_COMMIT)
    async with ingesting(tmp_path, captions_model="blip", ocr_enabled="false") as library:
        await until(library, f"SELECT count(*) FROM told_by WHERE version <> '{version}'", 1)
        assert len(versions(library)) == 1
        assert [source for source, _ in captions(library, "red.png")] == ["model:blip"]
