"""Models that write captions are pulled as model packs are: pinned, checked, and whole or not at all."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import close_session

from support.hub import LoopbackHub, Repo, Trouble
from support.hub_packs import COMMIT, NEXT_COMMIT, sha256
from support.pulling import Noting, pulled
from vaultd.models.bundled import find_packs
from vaultd.models.captioners import NOTE, find_captioners, load_note, read_note
from vaultd.models.hub.curated import captioning, curated
from vaultd.models.hub.reference import read_reference
from vaultd.models.manifest import PackError
from vaultipc.errors import NotFound, Refused

REPO = "Some.One/Says-What-It-Sees"
NAME = "says-what-it-sees"


def repository(kind: str = "blip", seed: int = 0) -> dict[str, bytes]:
    """What transformers keeps of a model, with noise for weights."""
    return {
        "config.json": json.dumps({"model_type": kind}).encode(),
        "preprocessor_config.json": b"{}",
        "tokenizer.json": b"{}",
        "generation_config.json": b"{}",
        "model.safetensors": random.Random(seed).randbytes(200_000),
        "pytorch_model.bin": b"a pickle that nobody should fetch" * 100,
        "modeling.py": b"raise SystemExit('code from the hub')",
    }


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub({REPO: Repo(repository(), licence="bsd-3-clause")}) as hub:
        yield hub


@pytest.fixture(scope="module", autouse=True)
def _no_connection_stays() -> Iterator[None]:
    yield
    close_session()


def left(models: Path) -> list[str]:
    found = (str(path.relative_to(models)) for path in models.rglob("*") if path.is_file())
    return sorted(name for name in found if name not in ("pins.json", ".pull/lock"))


def test_it_comes_whole_without_pickles_and_code(hub: LoopbackHub, models: Path) -> None:
    teller = Noting()
    found = pulled(hub, models, REPO, teller=teller)
    assert found.transferred
    wanted = {name for name in repository() if name not in ("pytorch_model.bin", "modeling.py")}
    assert set(left(models)) == {f"{NAME}/{name}" for name in (*wanted, NOTE)}
    note = load_note(models / NAME)
    assert (note.name, note.architecture, note.revision, note.origin) == (NAME, "blip", COMMIT, REPO)
    assert (note.licence, note.source) == ("bsd-3-clause", f"model:{NAME}")
    assert note.files["model.safetensors"] == sha256(repository()["model.safetensors"])
    assert teller.here == teller.total
    assert list(find_captioners(models)) == [NAME]
    assert list(find_packs(models)) == ["mini"], "it answers no searches"


def test_what_is_here_is_not_asked_for_again_and_what_is_damaged_is(hub: LoopbackHub, models: Path) -> None:
    pulled(hub, models, REPO)
    hub.requests.clear()
    assert not pulled(hub, models, REPO).transferred
    assert hub.requests == []
    (models / NAME / "model.safetensors").write_bytes(b"torn")
    with pytest.raises(PackError, match="damaged"):
        load_note(models / NAME)
    assert pulled(hub, models, REPO).transferred
    load_note(models / NAME)


def test_a_cut_is_gone_over_and_only_the_rest_is_fetched(hub: LoopbackHub, models: Path) -> None:
    weights = f"/lfs/{sha256(repository()['model.safetensors'])}"
    hub.trouble(weights, Trouble(after=120_000))
    pulled(hub, models, REPO)
    assert [request.range for request in hub.requests if request.path == weights] == ["", "bytes=120000-"]


def test_the_first_commit_is_kept_until_another_is_asked_for(hub: LoopbackHub, models: Path) -> None:
    pulled(hub, models, REPO)
    pin = json.loads((models / "pins.json").read_bytes())[REPO]
    assert (pin["commit"], pin["name"]) == (COMMIT, NAME)
    (models / NAME / NOTE).unlink()
    hub.repos[REPO] = Repo(repository(seed=1), commit=NEXT_COMMIT)
    with pytest.raises(NotFound, match="no such revision"):
        pulled(hub, models, REPO)


def test_the_sha256_that_is_asked_for_is_the_only_one_taken(hub: LoopbackHub, models: Path) -> None:
    with pytest.raises(Refused, match="not the one of --sha256"):
        pulled(hub, models, REPO, sha256="0" * 64)
    assert left(models) == []
    assert pulled(hub, models, REPO, sha256=sha256(repository()["model.safetensors"])).transferred


def test_a_pickle_is_taken_only_where_its_sha256_was_known_before(hub: LoopbackHub, models: Path) -> None:
    files = repository()
    del files["model.safetensors"]
    hub.repos[REPO] = Repo(files)
    with pytest.raises(Refused, match="as a pickle only"):
        pulled(hub, models, REPO)
    assert left(models) == []
    assert not any("/lfs/" in request.path for request in hub.requests)
    assert pulled(hub, models, REPO, sha256=sha256(files["pytorch_model.bin"])).transferred
    note = load_note(models / NAME)
    assert note.weights == "pytorch_model.bin"
    assert note.files["pytorch_model.bin"] == sha256(files["pytorch_model.bin"])
    (models / NAME / "pytorch_model.bin").write_bytes(b"another")
    with pytest.raises(PackError, match="damaged"):
        load_note(models / NAME)


@pytest.mark.parametrize(("kind", "told"), [("clip", "of the kind 'clip'"), ("", "of no kind")])
def test_a_model_that_writes_no_captions_is_refused_before_its_weights_come(
    hub: LoopbackHub, models: Path, kind: str, told: str
) -> None:
    hub.repos[REPO] = Repo(repository(kind))
    with pytest.raises(NotFound, match=told):
        pulled(hub, models, REPO)
    assert left(models) == []
    assert not any("/lfs/" in request.path for request in hub.requests)


def test_a_licence_that_is_not_free_is_asked_about(hub: LoopbackHub, models: Path) -> None:
    hub.repos[REPO] = Repo(repository(), licence="research-only")
    with pytest.raises(Refused, match="licence"):
        pulled(hub, models, REPO)
    assert pulled(hub, models, REPO, sure=True).transferred


def test_the_recommended_ones_are_asked_for_by_their_repositories(hub: LoopbackHub, models: Path) -> None:
    assert {model.architecture for model in captioning()} == {"blip", "florence2"}
    assert not {model.name for model in captioning()} & {model.name for model in curated()}
    for model in captioning():
        with pytest.raises(NotFound):
            pulled(hub, models, model.role)
        assert hub.requests[-1].path == f"/api/models/{model.repo}/revision/{model.revision or 'main'}"


def test_what_is_pinned_is_asked_for_by_its_sum_unless_another_revision_is_named() -> None:
    pinned = read_reference("captions")
    assert (len(pinned.revision), len(pinned.sha256)) == (40, 64)
    assert read_reference(pinned.repo) == pinned
    assert [read_reference(f"captions@{pinned.revision}").sha256] == [pinned.sha256]
    assert [read_reference("captions@main").sha256, read_reference("captions", "main").sha256] == ["", ""]
    assert [read_reference("captions-long").sha256, read_reference("fast").sha256] == ["", ""]


@pytest.mark.parametrize("note", [b"", b"[]", b'{"format": 1}', b'{"format": 99}', b"\xff"])
def test_a_damaged_note_is_told_as_such(tmp_path: Path, note: bytes) -> None:
    (tmp_path / NOTE).write_bytes(note)
    with pytest.raises(PackError):
        read_note(tmp_path)
