"""Looking: from near, by month, by place; at how a picture was generated; at a vault that is empty, or away."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Browser

from support.browsing import Gallery
from support.prompt_writers import comfyui
from support.vault import RunningVault, eventually
from support.web import Web
from vaultd.demo.library import Written


def test_a_picture_is_seen_from_near_and_the_next_one_by_keys(gallery: Gallery) -> None:
    first, second = gallery.ids(2)
    gallery.page.locator("#tile-0").click()
    gallery.dialog.get_by_role("button", name="Edit …").wait_for()
    picture = gallery.dialog.locator(".picture")
    gallery.page.keyboard.press("+")
    eventually(lambda: scale(picture.get_attribute("style")) > 1, "it is larger")
    gallery.page.keyboard.press("0")
    eventually(lambda: scale(picture.get_attribute("style")) == 1, "all of it is seen")
    gallery.page.keyboard.press("ArrowRight")
    gallery.page.wait_for_url(f"**image={second}")
    gallery.dialog.get_by_role("button", name="Previous picture").click()
    gallery.page.wait_for_url(f"**image={first}")


def scale(style: str | None) -> float:
    return float((style or "").partition("scale(")[2].partition(")")[0])


def test_a_prompt_is_copied_and_its_workflow_downloaded(gallery: Gallery) -> None:
    gallery.context.grant_permissions(["clipboard-read", "clipboard-write"])
    gallery.search("name:generated.png")
    gallery.page.get_by_role("status").get_by_text("1 picture", exact=True).wait_for()
    gallery.page.locator("#tile-0").click()
    gallery.dialog.get_by_role("button", name="About this picture").click()
    gallery.dialog.get_by_role("button", name="Copy the prompt").click()
    gallery.told("Copied")
    assert gallery.page.evaluate("navigator.clipboard.readText()") == comfyui.POSITIVE
    with gallery.page.expect_download() as download:
        gallery.dialog.get_by_role("link", name="Download the workflow").click()
    assert json.loads(Path(download.value.path()).read_text()) == comfyui.WORKFLOW


def test_the_scale_of_months_leads_to_the_oldest_pictures(gallery: Gallery) -> None:
    gallery.ids(1)
    months = gallery.page.get_by_role("slider", name="Go to a month")
    newest = months.get_attribute("aria-valuetext")
    months.press("End")
    eventually(lambda: months.get_attribute("aria-valuetext") != newest, "another month is shown")
    assert gallery.page.locator(".scroller").evaluate("box => box.scrollTop") > 0


def test_who_points_at_a_year_of_the_scale_is_told_this_year(gallery: Gallery) -> None:
    gallery.ids(1)
    scale = gallery.page.get_by_role("slider", name="Go to a month")
    scale.locator(".tick").first.wait_for()
    years = [(year, box) for year in scale.locator(".tick:not(.dot)").all() if (box := year.bounding_box())]
    assert len(years) > 2
    for year, box in years:
        gallery.page.mouse.move(box["x"] + box["width"] / 2, round(box["y"] + box["height"] / 2))
        assert (scale.locator(".bubble").text_content() or "").endswith(year.text_content() or "?")
    edges = [(box["y"], box["y"] + box["height"]) for _, box in years]
    assert all(lower <= upper for (_, lower), (upper, _) in pairwise(edges))


def test_places_lead_from_a_country_to_the_pictures_of_a_town(gallery: Gallery) -> None:
    gallery.open("places")
    for place in ("Portugal", "Lisboa", "Lisbon"):
        gallery.page.get_by_role("link", name=place, exact=True).click()
    gallery.page.get_by_role("status").get_by_text("1 picture", exact=True).wait_for()
    (image,) = gallery.ids(1)
    assert gallery.told_of(image)["paths"][0]["path"].endswith("lisbon.jpg")


def test_an_empty_library_a_daemon_that_is_away_and_the_first_picture_each_have_their_page(
    chromium: Browser, demo: Written, short_path: Path
) -> None:
    picture = next(path for path in sorted(demo.dir.rglob("*.jpg")))
    with RunningVault(short_path) as vault:
        vault.start()
        vault.call("add", vault.pictures)
        with Web(vault) as web, Gallery(chromium, web) as gallery:
            gallery.forgiven.append("503")
            gallery.page.get_by_role("heading", name="No pictures yet").wait_for()
            vault.kill_daemon()
            gallery.page.get_by_text("The vault is resting").first.wait_for()
            shutil.copy2(picture, vault.pictures / "first.jpg")
            vault.start()
            gallery.ids(1)
            gallery.page.get_by_role("status").get_by_text("1 picture", exact=True).wait_for()


def test_pictures_stay_while_the_daemon_is_away_and_new_ones_come_when_it_is_back(
    chromium: Browser, demo: Written, short_path: Path
) -> None:
    first, second = sorted(demo.dir.rglob("*.jpg"))[:2]
    with RunningVault(short_path) as vault:
        shutil.copy2(first, vault.pictures / "first.jpg")
        vault.start()
        vault.call("add", vault.pictures)
        vault.settle()
        with Web(vault) as web, Gallery(chromium, web) as gallery:
            gallery.forgiven.append("503")
            gallery.page.locator("#wall .tile.here").wait_for()
            vault.kill_daemon()
            gallery.page.get_by_text("The vault is resting").first.wait_for()
            assert gallery.tiles.count() == 1
            shutil.copy2(second, vault.pictures / "second.jpg")
            vault.start()
            gallery.page.get_by_role("status").get_by_text("2 pictures", exact=True).wait_for()
