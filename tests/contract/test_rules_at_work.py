"""Rules in a real daemon: what files and programs do is tagged, and stays so across restarts, moves and edits."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from support.vault import RunningVault, eventually
from vaultd.demo.scene import Scene, draw


def picture(path: Path, seed: int, colour: str = "red", ground: str = "beach", blur: float = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = draw(Scene("boat", colour, ground, seed), (640, 480))
    (drawn.filter(ImageFilter.GaussianBlur(blur)) if blur else drawn).save(path)
    return path


def names(vault: RunningVault, query: str) -> list[str]:
    return sorted(Path(hit["path"]).name for hit in vault.call("search", query, expect=0)["hits"])


def begun(vault: RunningVault) -> None:
    picture(vault.pictures / "Screenshots" / "old.png", 1)
    picture(vault.pictures / "beach.jpg", 2)
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()


def test_a_rule_tags_what_is_there_what_comes_and_what_is_moved_there(vault: RunningVault) -> None:
    begun(vault)
    tried = vault.call("rule", "add", "path:Screenshots", "--tag", "screenshot", "--dry-run")
    assert (tried["matched"], tried["changed"], vault.call("rule", "list")["rules"]) == (1, 1, [])
    added = vault.call("rule", "add", "path:Screenshots", "--tag", "screenshot")
    assert (added["rule"], added["matched"], added["changed"]) == ("1", 1, 1)
    picture(vault.pictures / "Screenshots" / "new.png", 3)
    picture(vault.pictures / "Other" / "else.png", 4)
    vault.settle()
    assert names(vault, "tag:screenshot") == ["new.png", "old.png"]
    (vault.pictures / "beach.jpg").rename(vault.pictures / "Screenshots" / "beach.jpg")
    eventually(lambda: names(vault, "tag:screenshot") == ["beach.jpg", "new.png", "old.png"], "the moved one is tagged")
    (vault.pictures / "Screenshots" / "old.png").rename(vault.pictures / "Other" / "old.png")
    vault.settle()
    assert names(vault, "tag:screenshot source:rule") == ["beach.jpg", "new.png", "old.png"]
    said = vault.run("rule", "list").stdout
    assert said.split()[-5:] == ["1", "path:Screenshots", "strict", "screenshot", "3"]


@pytest.mark.long
def test_sidecars_and_looks_and_meaning_are_asked_when_they_are_known(vault: RunningVault) -> None:
    begun(vault)
    for query, tag in (("tag:roof", "house"), ("sharp:no", "blurred"), ("color:blue", "azure")):
        vault.call("rule", "add", query, "--tag", tag)
    picture(vault.pictures / "soft.jpg", 5, blur=5)
    picture(vault.pictures / "boat.jpg", 6, "blue", "plain")
    vault.settle()
    assert names(vault, "tag:blurred") == ["soft.jpg"]
    assert "boat.jpg" in names(vault, "tag:azure")
    sidecar = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag><rdf:li>roof</rdf:li>'
        "</rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    (vault.pictures / "boat.jpg.xmp").write_text(sidecar)
    eventually(lambda: "boat.jpg" in vault.run("search", "tag:house").stdout, "the sidecar's tag was asked about")


def test_what_rules_did_is_in_the_log_and_goes_and_comes_with_undo(vault: RunningVault) -> None:
    begun(vault)
    vault.call("rule", "add", "path:Screenshots", "--tag", "screenshot")
    vault.call("untag", "screenshot", vault.pictures / "Screenshots" / "old.png")
    shutil.copy(vault.pictures / "Screenshots" / "old.png", vault.pictures / "Screenshots" / "copy.png")
    picture(vault.pictures / "Screenshots" / "new.png", 3)
    vault.settle()
    assert names(vault, "tag:screenshot") == ["new.png"]
    (newest, *_) = vault.call("log")["actions"]
    assert (newest["kind"], newest["summary"]) == ("rule", "rule 1: path:Screenshots")
    edited = Image.open(vault.pictures / "Screenshots" / "new.png").rotate(180)
    edited.save(vault.pictures / "Screenshots" / "new.png")
    vault.settle()
    assert names(vault, "tag:screenshot") == ["new.png"]
    assert vault.call("rule", "remove", "1")["changed"] >= 1
    assert vault.run("search", "tag:screenshot").returncode == 1
    vault.call("undo")
    vault.settle()
    assert names(vault, "tag:screenshot") == ["new.png"]


@pytest.mark.long
def test_rules_hold_after_a_power_cut(vault: RunningVault) -> None:
    begun(vault)
    vault.call("rule", "add", "path:Screenshots", "--tag", "screenshot")
    vault.kill_daemon()
    picture(vault.pictures / "Screenshots" / "new.png", 3)
    vault.start()
    vault.settle()
    assert names(vault, "tag:screenshot") == ["new.png", "old.png"]


def test_what_cannot_be_a_rule_is_said_with_exit_code_2(vault: RunningVault) -> None:
    vault.start()
    for words in (
        ("date:today", "--tag", "x"),
        ("a sort:date", "--tag", "x"),
        ("path:x",),
        ("path:x", "--level", "all"),
    ):
        assert vault.run("rule", "add", *words).returncode == 2
    assert vault.run("rule", "remove", "7").returncode == 4
    assert vault.call("rule", "run")["rules"] == []
