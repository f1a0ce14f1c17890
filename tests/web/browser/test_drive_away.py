"""A drive of pictures that is pulled out while its owner looks at the gallery, and comes back elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Browser, Locator

from support.browsing import Gallery
from support.drive import empty_drive
from support.vault import RunningVault, eventually
from support.web import Web
from vaultd.demo.library import Written


def test_pictures_of_a_drive_that_is_away_are_told_of_shown_small_and_come_back_by_themselves(
    chromium: Browser, demo: Written, short_path: Path
) -> None:
    here, *gone = sorted(demo.dir.rglob("*.jpg"))[:3]
    with empty_drive(short_path / "disk") as drive, RunningVault(short_path / "v") as vault:
        stick = vault.home / "Stick"
        drive.attach(stick)
        shutil.copy2(here, vault.pictures / "here.jpg")
        for number, picture in enumerate(gone):
            shutil.copy2(picture, stick / f"{number}.jpg")
        vault.start()
        vault.call("add", vault.pictures)
        vault.call("add", stick)
        vault.settle()
        away = vault.call("search", "name:0.jpg")["hits"][0]["id"]
        with Web(vault) as web, Gallery(chromium, web) as gallery:
            _count(gallery, "3 pictures").wait_for()
            gallery.page.locator("#wall .tile.here").nth(2).wait_for()
            drive.detach()
            _count(gallery, "1 picture").wait_for()
            gallery.open("files")
            row = gallery.page.get_by_role("listitem").filter(has_text="2 pictures")
            row.get_by_role("img", name="0.jpg").wait_for()
            gallery.open(f"?image={away}")
            gallery.page.get_by_text("Its drive is not connected; this is its preview.").wait_for()
            preview = gallery.dialog.locator("img").first
            eventually(lambda: preview.evaluate("image => image.naturalWidth") > 0, "its preview is there")
            small = web.get(f"/thumbnails/id/{away}-1024.webp")
            assert (small.status, small.headers["cache-control"]) == (200, "no-store")
            gallery.open("")
            drive.attach(vault.home / "Elsewhere")
            _count(gallery, "3 pictures").wait_for()
            assert gallery.told_of(away)["paths"][0]["path"].endswith("/Elsewhere/0.jpg")


def _count(gallery: Gallery, text: str) -> Locator:
    return gallery.page.get_by_role("status").get_by_text(text, exact=True)


def test_where_they_are_shown_they_keep_their_place_on_the_wall_and_are_marked_there(
    chromium: Browser, demo: Written, short_path: Path
) -> None:
    here, gone = sorted(demo.dir.rglob("*.jpg"))[:2]
    with empty_drive(short_path / "disk") as drive, RunningVault(short_path / "v") as vault:
        stick = vault.home / "Stick"
        drive.attach(stick)
        shutil.copy2(here, vault.pictures / "here.jpg")
        shutil.copy2(gone, stick / "gone.jpg")
        vault.environ["VVAULT_SEARCH_OFFLINE"] = "show"
        vault.start()
        vault.call("add", vault.pictures, stick)
        vault.settle()
        with Web(vault) as web, Gallery(chromium, web) as gallery:
            away = gallery.page.locator("#wall .tile.away:visible")
            gallery.page.locator("#wall .tile.here").nth(1).wait_for()
            assert away.count() == 0
            drive.detach()
            away.wait_for()
            assert _count(gallery, "2 pictures").is_visible()
            label = away.get_attribute("aria-label") or ""
            assert label.startswith("gone.jpg")
            assert label.endswith("on a drive that is away")
            assert away.locator(".drive").is_visible()
            gallery.page.locator("#wall .tile.away.here").wait_for()
            _export_is_offered_of_what_is_here(gallery, away)
            away.dblclick()
            gallery.page.get_by_text("Its drive is not connected; this is its preview.").wait_for()
            gallery.open("?q=name:gone.jpg")
            _count(gallery, "1 picture").wait_for()
            away.wait_for()
            gallery.open("")
            _count(gallery, "2 pictures").wait_for()
            away.wait_for()
            drive.attach(vault.home / "Elsewhere")
            away.wait_for(state="detached")
            assert gallery.page.locator("#wall .tile:visible").count() == 2


def _export_is_offered_of_what_is_here(gallery: Gallery, away: Locator) -> None:
    gallery.select(2)
    gallery.page.keyboard.press("x")
    gallery.dialog.get_by_text("The original file of 1 picture.").wait_for()
    assert gallery.dialog.get_by_text("1 more is on a drive that is away and will be left out.").is_visible()
    assert gallery.dialog.get_by_role("button", name="Download").is_enabled()
    gallery.page.keyboard.press("Escape")
    gallery.page.keyboard.press("Escape")
    gallery.bar.wait_for(state="detached")
    away.click(modifiers=["Control"])
    gallery.page.keyboard.press("x")
    gallery.dialog.get_by_text("The picture is on a drive that is away.").wait_for()
    assert gallery.dialog.get_by_role("button", name="Download").is_disabled()
    assert gallery.dialog.get_by_role("radio").count() == 0
    gallery.page.keyboard.press("Escape")
    gallery.page.keyboard.press("Escape")
    gallery.bar.wait_for(state="detached")
