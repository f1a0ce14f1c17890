"""Thumbnails of pictures that are moved, renamed, deleted and hidden, in a whole vault."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.ingesting import draw
from support.tinypack import write_pack
from support.vault import RunningVault, eventually
from vaultd.worker import thumbnail_files
from vaultd.worker.thumbnail_copies import mtime, original, relabelled
from vaultipc.blocking import Client


@pytest.fixture(scope="module")
def vault() -> Iterator[RunningVault]:
    with RunningVault(Path(tempfile.mkdtemp(prefix="t"))) as running:
        write_pack(running.data / "models" / "tiny", "tiny")
        running.environ |= {"VVAULT_MODEL_NAME": "tiny", "VVAULT_INGEST_WORKERS": "1"}
        running.environ["VVAULT_PRIVACY_PRIVATE"] = "~/Pictures/Secret"
        (running.pictures / "Secret").mkdir()
        (running.pictures / "trip").mkdir()
        for number, name in enumerate(("renamed", "deleted", "left", "right", "trip/one", "trip/two", "hidden")):
            draw(running.pictures / f"{name}.png", f"rgb({30 * number}, 90, 200)")
        running.start()
        running.call("add", running.pictures)
        running.settle()
        yield running


def of(vault: RunningVault, name: str) -> list[Path]:
    """Where the thumbnails of a picture belong."""
    cache = vault.home / ".cache/thumbnails"
    path = os.fsencode(vault.pictures / name)
    return [thumbnail_files.place(cache, size, path) for size in thumbnail_files.SIZES]


def has(vault: RunningVault, name: str) -> bool:
    """Whether both thumbnails of a picture are there, whole, and say that they are its."""
    path = vault.pictures / name
    found = [place.read_bytes() for place in of(vault, name) if place.exists()]
    marks = [(original(png), mtime(png)) for png in found]
    return marks == [(thumbnail_files.uri(os.fsencode(path)), int(path.stat().st_mtime))] * 2


def has_none(vault: RunningVault, name: str) -> bool:
    return not any(place.exists() for place in of(vault, name))


def pixels(vault: RunningVault, name: str) -> list[bytes]:
    return [place.read_bytes().partition(b"IDAT")[2] for place in of(vault, name) if place.exists()]


def test_a_renamed_picture_takes_its_thumbnails_along(vault: RunningVault) -> None:
    before = pixels(vault, "renamed.png")
    (vault.pictures / "renamed.png").rename(vault.pictures / "ré named.png")
    eventually(lambda: has(vault, "ré named.png") and has_none(vault, "renamed.png"), "under the new name")
    assert pixels(vault, "ré named.png") == before


def test_a_renamed_folder_takes_those_of_its_pictures_along(vault: RunningVault) -> None:
    (vault.pictures / "trip").rename(vault.pictures / "journey")
    for name in ("one.png", "two.png"):
        eventually(lambda name=name: has(vault, f"journey/{name}"), "under the new folder")  # type: ignore[misc]
        assert has_none(vault, f"trip/{name}")


def test_pictures_that_exchange_their_names_exchange_their_thumbnails(vault: RunningVault) -> None:
    left, right, aside = (vault.pictures / name for name in ("left.png", "right.png", "aside.png"))
    os.utime(right, ns=(left.stat().st_atime_ns, left.stat().st_mtime_ns))  # no date tells them apart
    vault.call("rescan", "--wait")
    before = [pixels(vault, name) for name in ("left.png", "right.png")]
    for old, new in ((left, aside), (right, left), (aside, right)):
        old.rename(new)
        eventually(lambda old=old, new=new: has(vault, new.name) and has_none(vault, old.name), "renamed")  # type: ignore[misc]
    assert [pixels(vault, name) for name in ("right.png", "left.png")] == before


def test_a_deleted_picture_leaves_none(vault: RunningVault) -> None:
    assert has(vault, "deleted.png")
    (vault.pictures / "deleted.png").unlink()
    eventually(lambda: has_none(vault, "deleted.png"), "they are gone, too")


def test_a_picture_that_becomes_private_has_none_any_more(vault: RunningVault) -> None:
    assert has(vault, "hidden.png")
    (vault.pictures / "hidden.png").rename(vault.pictures / "Secret/hidden.png")
    eventually(lambda: has_none(vault, "hidden.png"), "they are gone")
    assert has_none(vault, "Secret/hidden.png")


def test_what_moved_unwatched_is_followed_when_it_is_met_again(vault: RunningVault) -> None:
    vault.stop()
    (vault.pictures / "journey/one.png").rename(vault.pictures / "journey/met.png")
    vault.start()
    eventually(lambda: has(vault, "journey/met.png") and has_none(vault, "journey/one.png"), "under the new name")


def test_a_rescan_that_is_waited_for_has_made_what_lacked_and_deleted_what_nothing_leads_to(
    vault: RunningVault,
) -> None:
    for place in of(vault, "journey/two.png"):
        orphan = relabelled(place.read_bytes(), b"/there/is/none.png", 1)
        assert orphan is not None
        place.with_name("0" * 32 + ".png").write_bytes(orphan)
        place.unlink()
    with Client(vault.socket, timeout=30) as client:
        told = {check.name: check for check in client.call("doctor", {"deep": True}).checks}["thumbnails"]
        assert (told.state, told.fix) == ("warn", "`vvault rescan`")
        client.call("rescan", {"wait": True})
        assert has(vault, "journey/two.png")
        told = {check.name: check for check in client.call("doctor", {"deep": True}).checks}["thumbnails"]
    assert told.state == "ok"
