"""Pulling a model through everything that can go wrong between here and the hub."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import close_session

from support.hub import LoopbackHub, Repo, Request, Trouble
from support.hub_packs import NEXT_COMMIT, small_pack
from support.pulling import Noting, pulled
from vaultd.models.bundled import find_packs
from vaultd.models.hub.staging import only_one
from vaultd.models.manifest import FORMAT, PackError
from vaultipc.errors import DiskFull, Held, NotFound, Refused, UserError

IMAGE = small_pack()["image.onnx"]
LFS = f"/lfs/{hashlib.sha256(IMAGE).hexdigest()}"


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


def ranges(hub: LoopbackHub) -> list[str]:
    """From where the image tower was asked for, each time."""
    return [request.range for request in hub.requests if request.path == LFS]


def staged(packs: Path) -> list[str]:
    return sorted(path.name for path in (packs / ".pull").rglob("*") if path.is_file() and path.name != "lock")


def test_a_cut_is_gone_over_and_only_the_rest_is_fetched(hub: LoopbackHub, packs: Path) -> None:
    hub.trouble(LFS, Trouble(after=200_000))
    hub.trouble(LFS, Trouble(after=50_000))
    teller = Noting()
    pulled(hub, packs, teller=teller)
    assert ranges(hub) == ["", "bytes=200000-", "bytes=250000-"]
    assert (packs / "small" / "image.onnx").read_bytes() == IMAGE
    assert teller.here == teller.total
    assert sum("cut" in text for text in teller.said) == 2


def test_a_pull_that_gave_up_goes_on_where_it_stopped(hub: LoopbackHub, packs: Path) -> None:
    hub.trouble(LFS, Trouble(after=120_000))
    hub.trouble(LFS, Trouble(after=0), times=5)
    with pytest.raises(Refused, match="cut") as refusal:
        pulled(hub, packs)
    assert "goes on where it stopped" in refusal.value.hint
    assert list(find_packs(packs)) == ["mini"]
    hub.troubles.clear()
    hub.requests.clear()
    assert pulled(hub, packs).transferred
    assert ranges(hub) == ["bytes=120000-"]
    assert staged(packs) == []


def test_a_server_without_ranges_sends_everything_again(hub: LoopbackHub, packs: Path) -> None:
    hub.knows_ranges = False
    hub.trouble(LFS, Trouble(after=120_000))
    teller = Noting()
    pulled(hub, packs, teller=teller)
    assert (packs / "small" / "image.onnx").read_bytes() == IMAGE
    assert teller.here == teller.total


@pytest.mark.parametrize("rotten", [IMAGE[:-1] + b"?", IMAGE + b"more"])
def test_bytes_that_the_hub_did_not_announce_are_deleted(hub: LoopbackHub, packs: Path, rotten: bytes) -> None:
    hub.rotten[hashlib.sha256(IMAGE).hexdigest()] = rotten
    with pytest.raises(Refused, match=r"damaged|sends more"):
        pulled(hub, packs)
    assert not any(path.stat().st_size for path in (packs / ".pull").rglob("image.onnx"))
    assert list(find_packs(packs)) == ["mini"]
    hub.rotten.clear()
    assert pulled(hub, packs).transferred


def test_a_small_file_is_held_to_its_digest_too(hub: LoopbackHub, packs: Path) -> None:
    readme = small_pack()["README.md"]
    hub.rotten[hashlib.sha256(readme).hexdigest()] = readme.swapcase()
    with pytest.raises(Refused, match=r"README\.md .*damaged"):
        pulled(hub, packs)


def test_files_that_are_not_those_of_the_manifest_are_refused_unfetched(hub: LoopbackHub, packs: Path) -> None:
    hub.repos["some/pack"].files["image.onnx"] = small_pack(seed=1)["image.onnx"]
    with pytest.raises(Refused, match="does not fit together"):
        pulled(hub, packs)
    assert not any(request.path.endswith(".onnx") for request in hub.requests)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": FORMAT + 1},
        {"files": {"../../escaped": "0" * 64}},
        {"files": {"/etc/passwd": "0" * 64}},
        {"files": {"a/b.onnx": "0" * 64}},
        {"files": {".hidden": "0" * 64}},
        {"name": "../elsewhere"},
        {"name": ".pull"},
        {"dimension": 128},
        {"surprise": 1},
    ],
    ids=str,
)
def test_a_pack_that_must_not_be_used_leaves_nothing(hub: LoopbackHub, packs: Path, changes: dict[str, Any]) -> None:
    hub.repos["some/pack"] = Repo(small_pack() | small_pack(**changes) | {"../../escaped": b"!", "a/b.onnx": b"!"})
    with pytest.raises(PackError):
        pulled(hub, packs)
    assert staged(packs) == []
    assert list(find_packs(packs)) == ["mini"]
    assert not (packs.parent / "escaped").exists()


def test_a_pack_that_lacks_a_file_says_so_before_it_fetches(hub: LoopbackHub, packs: Path) -> None:
    del hub.repos["some/pack"].files["text.onnx"]
    with pytest.raises(NotFound, match=r"lacks text\.onnx"):
        pulled(hub, packs)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no/such", "has no model no/such"),
        ("some/pack@v9", "no such revision"),
        ("some/transformers", "neither a model pack nor an open_clip checkpoint"),
    ],
)
def test_what_is_not_there_is_said(hub: LoopbackHub, packs: Path, text: str, said: str) -> None:
    hub.repos["some/transformers"] = Repo({"config.json": b"{}", "model.safetensors": bytes(2000)})
    with pytest.raises(NotFound, match=said):
        pulled(hub, packs, text)


@pytest.mark.parametrize("token", ["", "bad"])
def test_a_gated_model_says_where_to_agree(
    hub: LoopbackHub, packs: Path, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    hub.repos["some/pack"].gated = True
    with pytest.raises(Refused, match="accepted the terms") as refusal:
        pulled(hub, packs)
    assert f"{hub.endpoint}/some/pack" in refusal.value.hint
    assert "HF_TOKEN" in refusal.value.hint


def test_a_token_that_the_hub_does_not_know_is_named(hub: LoopbackHub, packs: Path) -> None:
    hub.trouble("/api/", Trouble(401, {"X-Error-Message": "Invalid credentials in Authorization header"}))
    with pytest.raises(Refused, match="HTTP 401") as refusal:
        pulled(hub, packs)
    assert "HF_TOKEN" in refusal.value.hint


@pytest.mark.parametrize("headers", [{"Retry-After": "0"}, {"RateLimit": '"resolvers";r=0;t=0'}])
def test_the_hub_may_ask_for_patience(hub: LoopbackHub, packs: Path, headers: dict[str, str]) -> None:
    hub.trouble("/api/", Trouble(429, headers))
    hub.trouble("/resolve/", Trouble(429, headers))
    teller = Noting()
    assert pulled(hub, packs, teller=teller).transferred
    assert sum("fewer requests" in text for text in teller.said) == 2


@pytest.mark.parametrize("part", ["/api/", "/resolve/"])
def test_more_patience_than_makes_sense_is_not_had(hub: LoopbackHub, packs: Path, part: str) -> None:
    hub.trouble(part, Trouble(429, {"Retry-After": "300"}))
    with pytest.raises(Held, match="fewer requests") as refusal:
        pulled(hub, packs)
    assert "in 300 s" in refusal.value.hint


def test_a_hub_out_of_order_is_tried_a_few_times(hub: LoopbackHub, packs: Path) -> None:
    hub.trouble("/resolve/", Trouble(503), times=2)
    assert pulled(hub, packs).transferred
    hub.repos["some/pack"].commit = NEXT_COMMIT
    hub.trouble("/api/", Trouble(502), times=3)
    with pytest.raises(Refused, match=r"out of order \(HTTP 502\)"):
        pulled(hub, packs, revision="main")


def test_a_hub_that_is_away_says_what_to_do(packs: Path) -> None:
    with LoopbackHub({}) as gone:
        endpoint = gone.endpoint
    with pytest.raises(Refused, match="cannot be reached") as refusal:
        pulled(endpoint, packs)
    assert "HTTPS_PROXY" in refusal.value.hint
    assert "HF_ENDPOINT" in refusal.value.hint


def test_a_login_page_in_between_is_no_hub(hub: LoopbackHub, packs: Path) -> None:
    hub.trouble("/api/", Trouble(200, {"Content-Type": "text/html"}))
    with pytest.raises(Refused, match="not as a hub does") as refusal:
        pulled(hub, packs)
    assert "login page" in refusal.value.hint


def test_a_disk_too_small_is_said_before_anything_is_fetched(
    hub: LoopbackHub, small_disk: Callable[[str, int], Path]
) -> None:
    packs = small_disk("models", 1024)
    with pytest.raises(DiskFull, match="MB left"):
        pulled(hub, packs)
    assert not any(request.path == LFS for request in hub.requests)


def test_a_disk_that_fills_up_meanwhile_costs_nothing_that_is_here(
    hub: LoopbackHub, small_disk: Callable[[str, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaultd.models.hub.staging.SPARE", 0)
    packs = small_disk("models", 800)
    ballast = packs / "ballast"

    def fill(request: Request) -> bool:
        if request.path == LFS and not ballast.exists():
            ballast.write_bytes(bytes(600_000))
        return False

    hub.troubles.append((fill, Trouble()))
    with pytest.raises(DiskFull, match="No space is left"):
        pulled(hub, packs)
    ballast.unlink()
    hub.troubles.clear()
    hub.requests.clear()
    assert pulled(hub, packs).transferred
    assert (packs / "small" / "image.onnx").read_bytes() == IMAGE


def test_two_pulls_at_once_are_one_too_many(hub: LoopbackHub, packs: Path) -> None:
    with only_one(packs), pytest.raises(Held, match="Another"):
        pulled(hub, packs)
    assert pulled(hub, packs).transferred


def test_what_was_begun_of_another_commit_is_given_up(hub: LoopbackHub, packs: Path) -> None:
    hub.trouble(LFS, Trouble(after=10))
    hub.trouble(LFS, Trouble(after=0), times=5)
    with pytest.raises(UserError):
        pulled(hub, packs)
    hub.troubles.clear()
    hub.repos["some/pack"].commit = NEXT_COMMIT
    pulled(hub, packs)
    assert staged(packs) == []


def test_damaged_pins_are_said(hub: LoopbackHub, packs: Path) -> None:
    packs.mkdir()
    (packs / "pins.json").write_text(json.dumps({"some/pack": 1}))
    with pytest.raises(Refused, match=r"pins\.json is damaged"):
        pulled(hub, packs)
