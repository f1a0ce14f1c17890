"""What the gallery shows of the vault itself: duplicates, files in trouble, models, health, and pausing."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator

from support.browsing import Gallery
from support.elsewhere import Elsewhere, Post
from support.vault import RunningVault, eventually

gesture = pytest.mark.gesture


@gesture("duplicates", "Open the page Duplicates")
@gesture("duplicates trash", "“Move spare files to the trash …” tells what goes, then does it")
def test_a_spare_file_goes_to_the_trash_and_undo_brings_it_back(gallery: Gallery, demo_vault: RunningVault) -> None:
    spare = {demo_vault.pictures / "twice.jpg", *demo_vault.pictures.glob("*")}
    gallery.open("duplicates/exact")
    gallery.page.get_by_role("button", name="Move spare files").first.click()
    gallery.dialog.get_by_text("Stays").wait_for()
    gallery.dialog.get_by_role("button", name="Move 1 file").click()
    gallery.told("moved to the trash")
    assert len(set(demo_vault.pictures.glob("*"))) == len(spare) - 1
    gallery.undo()
    eventually(lambda: set(demo_vault.pictures.glob("*")) == spare, "the file is back")


@gesture("duplicates merge", "“Keep the best”, or “Keep this one”, on the page Duplicates")
def test_copies_are_merged_into_the_one_that_is_kept(gallery: Gallery) -> None:
    gallery.open("duplicates/same")
    gallery.page.get_by_role("button", name="Keep the best").first.click()
    gallery.told("merged into the best one")
    assert gallery.web.get("/api/duplicates?level=same").json["groups"][0]["marked"]
    gallery.undo()


@gesture("failed", "Open the page Files in trouble")
def test_a_file_that_cannot_be_read_is_shown_with_its_reason_and_tried_again(gallery: Gallery) -> None:
    gallery.open("files")
    gallery.page.get_by_text("broken.jpg", exact=True).wait_for()
    gallery.page.locator(".bad").first.wait_for()
    gallery.page.get_by_role("button", name="Try all again").click()
    gallery.told("Tried again")


@gesture("model list", "Open the page Models")
@gesture("model info", "On the page Models, the i beside a model")
def test_the_model_that_answers_is_marked_and_described(gallery: Gallery) -> None:
    gallery.open("models")
    model = row(gallery, "mini")
    model.get_by_text("answers", exact=True).wait_for()
    model.get_by_role("button", name="About mini").click()
    model.get_by_text("Revision").wait_for()
    assert model.get_by_role("button", name="Use").is_disabled()


@gesture("model use", "On the page Models, “Use”; its progress is told there")
@gesture("model forget", "On the page Models, the bin beside a model that was used once")
def test_another_model_is_used_and_what_it_kept_is_forgotten_later(gallery: Gallery) -> None:
    gallery.open("models")
    for name in ("colours", "mini"):
        row(gallery, name).get_by_role("button", name="Use").click()
        row(gallery, name).get_by_text("answers", exact=True).wait_for()
    gallery.page.get_by_role("button", name="Forget the vectors of colours").click()
    gallery.dialog.get_by_role("button", name="Forget its vectors").click()
    gallery.told("The vectors of colours are gone")
    kept = {one["name"]: one["vectors"] for one in gallery.web.get("/api/models").json["models"]}
    assert kept["colours"] == 0 < kept["mini"]


def row(gallery: Gallery, model: str) -> Locator:
    return gallery.page.locator("li.row", has=gallery.page.get_by_text(model, exact=True))


@gesture("status", "Open the page The vault")
@gesture("roots", "The vault: “Folders”")
@gesture("pause", "The vault: “Pause”")
@gesture("resume", "The vault: “Go on”")
@gesture("wait", "The page shows by itself how far reading is, and when it is done")
def test_the_vault_is_paused_and_goes_on(gallery: Gallery, demo_vault: RunningVault) -> None:
    gallery.open("vault")
    gallery.page.get_by_text(str(demo_vault.pictures)).wait_for()
    gallery.page.get_by_role("button", name="Pause").click()
    gallery.page.get_by_text("Paused", exact=True).wait_for()
    assert gallery.web.get("/api/status").json["state"] == "paused"
    gallery.page.get_by_role("button", name="Go on").click()
    gallery.page.get_by_text("Everything is read").wait_for()


@gesture("remove", "The vault: the crossed eye beside a folder tells what happens, then does it")
def test_a_folder_is_watched_no_more_and_the_page_says_how_it_is_brought_back(
    gallery: Gallery, demo_vault: RunningVault
) -> None:
    other = demo_vault.home / "Other pictures"
    other.mkdir()
    picture = next(iter(sorted(demo_vault.pictures.glob("*.png"))))
    (other / "alone.png").write_bytes(picture.read_bytes() + b"of another folder")
    demo_vault.call("add", other)
    demo_vault.settle()
    gallery.open("vault")
    gallery.page.get_by_role("button", name=f"Stop watching {other}").click()
    gallery.dialog.get_by_text("Its picture is shown no more").wait_for()
    gallery.dialog.get_by_text(f"vvault add '{other}'").wait_for()
    gallery.dialog.get_by_role("button", name="Stop watching").click()
    gallery.told(f"{other} is watched no more")
    gallery.page.get_by_role("button", name=f"Stop watching {other}").wait_for(state="detached")
    assert [root["path"] for root in gallery.web.get("/api/roots").json["roots"]] == [str(demo_vault.pictures)]
    assert gallery.web.get("/api/search?q=name:alone.png").json["total"] == 0
    assert (other / "alone.png").is_file()


@gesture("rescan", "The vault: “Look through the folders”")
@gesture("backup", "The vault: “Back up now”")
def test_folders_are_looked_through_and_a_backup_is_made(gallery: Gallery) -> None:
    gallery.open("vault")
    gallery.page.get_by_role("button", name="Look through the folders").click()
    gallery.told("Looked through all folders")
    gallery.page.get_by_role("button", name="Back up now").click()
    gallery.told("Backed up")


@gesture("export", "The vault: “Download all of it”, without the subscriptions")
def test_what_was_said_of_the_pictures_is_downloaded(gallery: Gallery, tmp_path: Path) -> None:
    (image,) = gallery.ids(1)
    gallery.web.ask("PATCH", f"/api/image/{image}", {"tags": {"add": ["in the archive"]}})
    gallery.open("vault")
    with gallery.page.expect_download() as download:
        gallery.page.get_by_role("button", name="Download all of it").click()
    gallery.told("Downloaded")
    assert re.fullmatch(r"visionary-vault-\d{4}-\d\d-\d\d\.zip", download.value.suggested_filename)
    download.value.save_as(tmp_path / "said.zip")
    with zipfile.ZipFile(tmp_path / "said.zip") as archive:
        (said,) = (json.loads(archive.read(name)) for name in archive.namelist() if name.endswith("vault.json"))
    assert "in the archive" in said["tags"]


@gesture("doctor", "The vault: “Examine the vault”")
@gesture("config show", "The vault: “Show all settings”")
@gesture("config get", "The vault: “Show all settings”")
@gesture("config path", "The vault: “Examine the vault” names the file")
@gesture("config check", "The vault: “Examine the vault” reads it as the next start will")
def test_health_and_settings_are_shown(gallery: Gallery) -> None:
    gallery.open("vault")
    gallery.page.get_by_role("button", name="Show all settings").click()
    gallery.page.get_by_text("web.port", exact=True).wait_for()
    gallery.page.get_by_role("button", name="Examine the vault").click()
    gallery.page.locator("[role=status]", has_text="s").last.wait_for()
    gallery.page.get_by_text("fine", exact=True).first.wait_for()
    row = gallery.page.get_by_role("listitem").filter(has_text="running configuration")
    assert "config.toml" in row.inner_text()


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("ok", "Everything is as it should be."),
        ("warn", "Nothing is broken; 1 thing is worth a look."),
        ("fail", "Something needs attention."),
    ],
)
def test_the_verdict_on_the_vault_is_that_of_its_checks(gallery: Gallery, state: str, verdict: str) -> None:
    unused = {"name": "format HEIC", "state": "skip", "message": "not read", "fix": ""}
    checks = [unused, {"name": "folder Stick", "state": state, "message": "6 files", "fix": ""}]
    gallery.page.route("**/api/doctor*", lambda route: route.fulfill(json={"ok": state != "fail", "checks": checks}))
    gallery.open("vault")
    gallery.page.get_by_role("button", name="Examine the vault").click()
    gallery.page.get_by_role("status").get_by_text(verdict, exact=True).wait_for()
    row = gallery.page.get_by_role("listitem").filter(has_text="format HEIC")
    assert row.get_by_text("not in use", exact=True).is_visible()


@gesture("autotags", "Open the page Tags: “Tags of the model”")
@gesture("autotags run", "On the page Tags, “Look at all pictures again”")
def test_what_the_model_sees_is_listed_apart_and_asked_anew(gallery: Gallery) -> None:
    tag = a_proposal(gallery)
    gallery.open("tags")
    part = gallery.page.locator("section", has=gallery.page.get_by_role("heading", name="Tags of the model"))
    part.get_by_role("link", name=tag["term"]).first.wait_for()
    part.get_by_role("button", name="Look at all pictures again").click()
    part.get_by_text("The model has looked at every picture.").wait_for()


@gesture("autotags accept", "The tick beside a tag of the model, on a picture or on the page Tags")
@gesture("autotags reject", "The cross beside a tag of the model, on a picture or on the page Tags")
def test_a_tag_of_the_model_is_accepted_and_another_rejected(gallery: Gallery) -> None:
    tag = a_proposal(gallery)
    query = f"auto:{tag['group']}/{tag['term'].replace(' ', '?')}"
    hits = gallery.web.get(f"/api/search?limit=1&q={quote(query)}").json["hits"]
    image = hits[0]["id"]
    gallery.edit(image)
    gallery.dialog.get_by_role("button", name=f"Accept {tag['term']}", exact=True).click()
    eventually(lambda: tag["term"] in gallery.tags_of(image), "it is the user's own")
    left = [one["name"] for one in gallery.told_of(image)["tags"] if one["source"] == "auto"]
    if left:
        term = left[0].split("/")[-1]
        gallery.dialog.get_by_role("button", name=f"Reject {term}", exact=True).click()
        eventually(lambda: left[0] not in model_tags(gallery, image), "it is gone")


def model_tags(gallery: Gallery, image: str) -> list[str]:
    return [one["name"] for one in gallery.told_of(image)["tags"] if one["source"] == "auto"]


def a_proposal(gallery: Gallery) -> dict[str, Any]:
    """The tag that the model gave most often."""
    eventually(lambda: gallery.web.get("/api/autotags").json["state"] == "idle", "the model has looked at all")
    tags = gallery.web.get("/api/autotags").json["tags"]
    best: dict[str, Any] = max(tags, key=lambda one: one["count"])
    assert best["count"], "the model sees something in the demo library"
    return best


@gesture("fetch list", "Open the page Fetched")
@gesture("fetch run", "On the page Fetched, “Fetch now” beside a subscription")
@gesture("fetch log", "On the page Fetched, “Log” beside a subscription")
def test_what_is_fetched_from_elsewhere_is_told_and_fetched_now(gallery: Gallery, demo_vault: RunningVault) -> None:
    with Elsewhere() as site:
        site.fill(2)
        site.posts.append(Post("gone.jpg", b"", source=f"{site.url}/pictures/nowhere.jpg"))
        name = site.url.removeprefix("http://")
        demo_vault.call("fetch", "add", f"{site.url}/feed.xml", "--every", "never", "--tag", "boats")
        gallery.open("fetched")
        page = gallery.page
        one = page.locator("li.row", has=page.get_by_role("link", name=name))
        one.get_by_text("only when asked").wait_for()
        one.get_by_role("button", name=f"Log of {name}").click()
        log = one.get_by_role("region", name=f"Log of {name}")
        log.get_by_text("It has not run yet").wait_for()
        one.get_by_role("button", name=f"Fetch now: {name}").click()
        gallery.told(f"Looking at {name}")
        one.get_by_text("2 pictures", exact=True).wait_for()
        log.get_by_text("2 new").wait_for()
        log.get_by_text("What was not fetched (1)").click()
        log.get_by_text("/pictures/nowhere.jpg").wait_for()
        what_its_place_tells(gallery, one)


@gesture("fetch pause", "On the page Fetched, the two bars beside a subscription")
@gesture("fetch resume", "On the page Fetched, the triangle beside a paused subscription")
@gesture("fetch remove", "On the page Fetched, the bin beside a subscription; it asks first")
def test_a_subscription_is_paused_goes_on_and_is_taken_away(gallery: Gallery, demo_vault: RunningVault) -> None:
    with Elsewhere() as site:
        name = site.url.removeprefix("http://")
        demo_vault.call("fetch", "add", f"{site.url}/feed.xml", "--every", "never")
        gallery.open("fetched")
        one = gallery.page.locator("li.row", has=gallery.page.get_by_role("link", name=name))
        one.get_by_role("button", name=f"Pause fetching from {name}").click()
        gallery.told(f"{name} is paused")
        one.get_by_text("paused").wait_for()
        one.get_by_role("button", name=f"Go on fetching from {name}").click()
        one.get_by_text("only when asked").wait_for()
        one.get_by_role("button", name=f"Fetch no more from {name}").click()
        gallery.dialog.get_by_text("Nothing new comes from there any more").wait_for()
        gallery.dialog.get_by_role("button", name="Fetch no more").click()
        gallery.told(f"Nothing is fetched from {name} any more")
        one.wait_for(state="detached")
        gallery.undo()
        one.wait_for()


def what_its_place_tells(gallery: Gallery, subscription: Locator) -> None:
    """A picture of a subscription says in its panel who made it, and has a link to the page it was shown on."""
    eventually(lambda: gallery.web.get("/api/search?q=tag:boats").json["total"] == 2, "both are read")
    subscription.get_by_role("link").click()
    gallery.page.get_by_role("status").get_by_text("2 pictures", exact=True).wait_for()
    (image,) = gallery.ids(2)[:1]
    gallery.open(f"?image={image}")
    gallery.dialog.get_by_role("button", name="Edit …").wait_for()
    gallery.page.keyboard.press("i")
    gallery.page.get_by_role("button", name="Jo Maler").wait_for()
    gallery.page.get_by_text("CC BY 4.0").wait_for()
    link = gallery.page.get_by_role("link", name="http://127.0.0.1")
    assert link.get_attribute("rel") == "noreferrer noopener"
    assert link.get_attribute("target") == "_blank"


def test_a_picture_that_comes_in_appears_by_itself(gallery: Gallery, demo_vault: RunningVault) -> None:
    gallery.ids(1)
    shown = gallery.web.get("/api/layout").json["total"]
    first = next(iter(sorted(demo_vault.pictures.glob("*.png"))))
    # Another content of the same looks: a PNG may end in anything.
    (demo_vault.pictures / "new.png").write_bytes(first.read_bytes() + b"another")
    gallery.page.get_by_text(f"{shown + 1} pictures").wait_for()
