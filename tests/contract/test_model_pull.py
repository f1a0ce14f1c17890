"""What `model pull` promises of a hub that works as it should."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import HfApi, close_session, snapshot_download

from support.hub import LoopbackHub, Repo
from support.hub_packs import COMMIT, NEXT_COMMIT, checkpoint, real_pack, sha256, small_pack
from support.pulling import Noting, pulled
from vaultd import extras
from vaultd.demo.scene import Scene, draw
from vaultd.models.bundled import find_packs, open_pack
from vaultd.models.encoder import preprocess
from vaultd.models.engines import open_encoders
from vaultd.models.hub.curated import curated
from vaultipc.errors import Conflict, NotFound, Refused


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub({"some/pack": Repo(small_pack())}) as hub:
        yield hub


@pytest.fixture(scope="module", autouse=True)
def _no_connection_stays() -> Iterator[None]:
    yield
    close_session()


def left(packs: Path) -> list[str]:
    """All that lies in the folder of the packs and is neither the pins nor the lock."""
    found = (str(path.relative_to(packs)) for path in packs.rglob("*") if path.is_file())
    return sorted(name for name in found if name not in ("pins.json", ".pull/lock"))


def test_the_loopback_hub_is_one_to_the_hubs_own_client(hub: LoopbackHub, tmp_path: Path) -> None:
    folder = Path(snapshot_download("some/pack", local_dir=tmp_path / "all", endpoint=hub.endpoint))
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == small_pack()
    tree = HfApi(endpoint=hub.endpoint).list_repo_tree("some/pack", recursive=True)
    assert {item.path for item in tree} == set(small_pack())
    assert HfApi(endpoint=hub.endpoint).file_exists("some/pack", "no such file") is False


def test_a_pack_comes_whole_and_leaves_nothing_beside(hub: LoopbackHub, packs: Path) -> None:
    teller = Noting()
    found = pulled(hub, packs, teller=teller)
    assert found.transferred
    assert {path.name: path.read_bytes() for path in (packs / "small").iterdir()} == small_pack()
    assert list(find_packs(packs)) == ["mini", "small"]
    assert all(name.startswith("small/") for name in left(packs))
    assert teller.here == teller.total
    assert teller.asked == []


def test_what_was_pulled_is_loaded_and_tells_colours_apart(hub: LoopbackHub, packs: Path) -> None:
    hub.repos["some/pack"] = Repo(real_pack("twin"))
    pulled(hub, packs)
    pack = open_pack("twin", packs)
    encoders = open_encoders(pack, "onnx")
    scenes = [Scene("car", colour, "meadow", seed=7) for colour in ("red", "blue")]
    images = encoders.image.embed(np.stack([preprocess(draw(scene, (256, 256)), pack.manifest) for scene in scenes]))
    texts = encoders.text.embed(["a red car", "a blue car"])
    assert (texts @ images.T).argmax(axis=1).tolist() == [0, 1]


def test_what_is_here_already_is_not_asked_for_again(hub: LoopbackHub, packs: Path) -> None:
    pulled(hub, packs)
    hub.requests.clear()
    for revision in ("", COMMIT):
        assert not pulled(hub, packs, revision=revision).transferred
    assert hub.requests == []


def test_a_damaged_pack_is_pulled_again_with_what_is_missing(hub: LoopbackHub, packs: Path) -> None:
    pulled(hub, packs)
    (packs / "small" / "text.onnx").write_bytes(b"torn")
    assert pulled(hub, packs).transferred
    assert (packs / "small" / "text.onnx").read_bytes() == small_pack()["text.onnx"]
    assert all(name.startswith("small/") for name in left(packs))


def test_the_first_commit_is_kept_until_another_is_asked_for(hub: LoopbackHub, packs: Path) -> None:
    pulled(hub, packs)
    pin = json.loads((packs / "pins.json").read_bytes())["some/pack"]
    assert pin["commit"] == COMMIT
    assert pin["files"]["image.onnx"] == sha256(small_pack()["image.onnx"])
    shutil.rmtree(packs / "small")
    hub.repos["some/pack"] = Repo(small_pack(seed=1), commit=NEXT_COMMIT)
    with pytest.raises(NotFound, match="no such revision"):  # this hub forgot it; what matters is what was asked
        pulled(hub, packs)
    assert f"/revision/{COMMIT}" in hub.requests[-1].path
    pulled(hub, packs, revision="main")
    assert json.loads((packs / "pins.json").read_bytes())["some/pack"]["commit"] == NEXT_COMMIT


def test_other_bytes_under_the_same_commit_are_refused(hub: LoopbackHub, packs: Path) -> None:
    pulled(hub, packs)
    shutil.rmtree(packs / "small")
    hub.repos["some/pack"] = Repo(small_pack(seed=1))
    with pytest.raises(Refused, match="other bytes"):
        pulled(hub, packs)
    assert left(packs) == []


def test_a_pack_never_replaces_another(hub: LoopbackHub, packs: Path) -> None:
    pulled(hub, packs)
    hub.repos["other/pack"] = Repo(small_pack(seed=1))
    hub.repos["some/pack"] = Repo(small_pack(seed=1), commit=NEXT_COMMIT)
    hub.repos["bad/mini"] = Repo(small_pack("mini"))
    for text, revision in (("other/pack", ""), ("some/pack", "main"), ("bad/mini", "")):
        with pytest.raises(Conflict, match="there already"):
            pulled(hub, packs, text, revision=revision)
    assert (packs / "small" / "image.onnx").read_bytes() == small_pack()["image.onnx"]


def test_the_sha256_that_is_asked_for_is_the_only_one_taken(hub: LoopbackHub, packs: Path) -> None:
    with pytest.raises(Refused, match="not the one of --sha256"):
        pulled(hub, packs, sha256="0" * 64)
    assert left(packs) == []
    assert pulled(hub, packs, sha256=sha256(small_pack()["manifest.json"])).transferred
    with pytest.raises(Refused, match="another sha256"):
        pulled(hub, packs, sha256="0" * 64)


@pytest.mark.parametrize("licence", ["apple-amlr", ""])
def test_a_licence_that_is_not_free_is_asked_about(hub: LoopbackHub, packs: Path, licence: str) -> None:
    hub.repos["some/pack"] = Repo(small_pack(licence="research only"), licence=licence)
    no, yes = Noting(), Noting(agrees=True)
    with pytest.raises(Refused, match="licence"):
        pulled(hub, packs, teller=no)
    assert [(licence or "research only") in question for question in no.asked] == [True]
    assert not any(request.path.endswith("image.onnx") for request in hub.requests)
    pulled(hub, packs, teller=yes)
    shutil.rmtree(packs / "small")
    assert pulled(hub, packs, teller=no, sure=True).transferred


def test_the_network_can_be_forbidden(hub: LoopbackHub, packs: Path) -> None:
    with pytest.raises(Refused, match=r"network\.enabled"):
        pulled(hub, packs, allowed=False)
    assert hub.requests == []
    assert not packs.exists()
    assert not pulled(hub, packs, "mini", allowed=False).transferred


def test_a_token_reaches_the_hub_and_never_the_storage(
    hub: LoopbackHub, packs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "good")
    hub.repos["some/pack"].gated = True
    pulled(hub, packs)
    assert {request.token for request in hub.requests if not request.path.startswith("/lfs/")} == {"good"}
    assert {request.token for request in hub.requests if request.path.startswith("/lfs/")} == {""}


def test_a_checkpoint_is_fetched_once_and_says_what_to_install(
    hub: LoopbackHub, packs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaultd.models.export.exporting.NEEDED", ("no_such_module",))
    hub.repos["laion/Some.Model_B"] = Repo(checkpoint())
    for _ in range(2):
        with pytest.raises(Refused, match=r"extra \[torch\]") as refusal:
            pulled(hub, packs, "laion/Some.Model_B")
        assert extras.command("torch") in refusal.value.hint
    asked = [request.path.rsplit("/", 1)[1] for request in hub.bodies() if "/resolve/" in request.path]
    assert asked == ["open_clip_config.json", "tokenizer.json", "open_clip_model.safetensors"]
    assert list(find_packs(packs)) == ["mini"]
    assert json.loads((packs / "pins.json").read_bytes())["laion/Some.Model_B"]["name"] == "some.model-b"


def test_a_recommended_model_is_asked_for_by_its_repository(hub: LoopbackHub, packs: Path) -> None:
    for model in curated():
        if model.repo:
            with pytest.raises(NotFound):
                pulled(hub, packs, model.role)
            assert hub.requests[-1].path == f"/api/models/{model.repo}/revision/main"
