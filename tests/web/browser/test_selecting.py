"""Selecting pictures, and what is done to many at once."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser

from support.browsing import Gallery
from support.vault import RunningVault
from support.web import Web

gesture = pytest.mark.gesture
TELEPHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}


def test_shift_click_selects_a_range_and_escape_lets_go(gallery: Gallery) -> None:
    gallery.ids(6)
    gallery.page.locator("#tile-1").click(modifiers=["Control"])
    gallery.page.locator("#tile-5").click(modifiers=["Shift"])
    gallery.bar.get_by_text("5 selected").wait_for()
    gallery.page.locator("#wall").press("Escape")
    gallery.bar.wait_for(state="detached")


def test_a_click_on_the_mark_selects_and_opens_nothing(gallery: Gallery) -> None:
    gallery.ids(1)
    gallery.page.locator("#tile-0").hover()
    gallery.page.locator("#tile-0 .mark").click()
    gallery.bar.get_by_text("1 selected").wait_for()
    assert "image=" not in gallery.page.url


def test_a_box_drawn_with_shift_selects_what_it_touches(gallery: Gallery) -> None:
    gallery.ids(3)
    first, third = (gallery.page.locator(f"#tile-{index}").bounding_box() for index in (0, 2))
    assert first is not None
    assert third is not None
    mouse = gallery.page.mouse
    gallery.page.keyboard.down("Shift")
    mouse.move(first["x"] + 20, first["y"] + 20)
    mouse.down()
    mouse.move(third["x"] + 10, third["y"] + 30, steps=4)
    gallery.page.locator(".band").wait_for()
    mouse.up()
    gallery.page.keyboard.up("Shift")
    gallery.bar.get_by_text("3 selected").wait_for()


def test_where_the_keyboard_is_can_be_seen(gallery: Gallery) -> None:
    gallery.ids(4)
    gallery.page.locator("#wall .tile.here").nth(3).wait_for()
    gallery.page.locator("#wall").focus()
    gallery.page.keyboard.press("ArrowRight")
    left, entered = gallery.page.locator("#tile-1.active"), gallery.page.locator("#tile-2")
    left.wait_for()
    before = entered.screenshot()
    gallery.page.keyboard.press("ArrowRight")
    gallery.page.locator("#tile-2.active").wait_for()
    assert _differing(before, entered.screenshot()) > 2000, "a ring of some pixels all around"


def _differing(one: bytes, other: bytes) -> int:
    """How many pixels of two pictures plainly differ."""
    with Image.open(io.BytesIO(one)) as first, Image.open(io.BytesIO(other)) as second:
        difference = ImageChops.difference(first.convert("L"), second.convert("L"))
    return sum(difference.histogram()[30:])


def test_the_keyboard_alone_selects(gallery: Gallery) -> None:
    gallery.ids(4)
    wall = gallery.page.locator("#wall")
    wall.focus()
    wall.press("ArrowRight")
    wall.press("Space")
    wall.press("Shift+ArrowRight")
    gallery.bar.get_by_text("2 selected").wait_for()
    wall.press("Control+a")
    total = gallery.web.get("/api/layout").json["total"]
    gallery.bar.get_by_text(f"{total} selected").wait_for()


def test_a_page_that_nobody_touched_hears_the_keyboard_and_a_tag_is_typed_at_once(gallery: Gallery) -> None:
    gallery.ids(1)
    keyboard = gallery.page.keyboard
    keyboard.press("Control+a")
    gallery.bar.wait_for()
    keyboard.press("t")
    gallery.dialog.get_by_role("combobox", name="Give these tags").wait_for()
    keyboard.type("typed")
    keyboard.press("Enter")
    keyboard.press("Enter")
    gallery.dialog.wait_for(state="detached")
    tagged = gallery.web.get("/api/search?q=tag:typed").json["total"]
    assert tagged == gallery.web.get("/api/layout").json["total"]
    gallery.undo()


def test_a_finger_that_rests_on_a_picture_selects_it_and_taps_then_add_others(chromium: Browser, web: Web) -> None:
    with Gallery(chromium, web, **TELEPHONE) as gallery:
        gallery.ids(2)
        first, second = (gallery.page.locator(f"#tile-{index}") for index in (0, 1))
        gallery.touch(first, rest_s=0.8)
        gallery.bar.get_by_text("1 selected").wait_for()
        assert first.evaluate("node => getComputedStyle(node).userSelect") == "none", "nor is its text marked"
        second.tap()
        gallery.bar.get_by_text("2 selected").wait_for()
        assert "image=" not in gallery.page.url
        assert gallery.page.get_by_role("menu").count() == 0


def test_all_results_are_selected_by_one_button(gallery: Gallery) -> None:
    gallery.select(1)
    total = gallery.web.get("/api/layout").json["total"]
    gallery.bar.get_by_role("button", name=f"All {total}").click()
    gallery.bar.get_by_text(f"{total} selected").wait_for()


@gesture("tag", "Select pictures, press T, type the tag, Enter twice")
def test_selected_pictures_are_tagged_by_keys_and_it_is_undone_in_the_toast(gallery: Gallery) -> None:
    ids = gallery.select(2)
    gallery.page.keyboard.press("t")
    field = gallery.dialog.get_by_role("combobox", name="Give these tags")
    field.fill("of the test/two")
    field.press("Enter")
    gallery.dialog.get_by_role("button", name="Save").click()
    gallery.told("2 pictures tagged of the test/two")
    assert all("of the test/two" in gallery.tags_of(image) for image in ids)
    gallery.undo()
    assert not any("of the test/two" in gallery.tags_of(image) for image in ids)


@gesture("untag", "Select pictures, press T, name the tag under “Take these tags off”")
def test_a_tag_is_taken_off_selected_pictures(gallery: Gallery) -> None:
    ids = gallery.select(2)
    gallery.web.post("/api/images/batch", {"ids": ids, "tags": {"add": ["to go"]}})
    gallery.page.keyboard.press("t")
    gallery.dialog.get_by_role("combobox", name="Take these tags off").fill("to go")
    gallery.dialog.get_by_role("button", name="Save").click()
    gallery.told("to go taken off 2 pictures")
    assert not any("to go" in gallery.tags_of(image) for image in ids)


def test_what_is_taken_out_of_a_search_here_leaves_it_by_itself(gallery: Gallery) -> None:
    stays, goes = gallery.ids(2)
    gallery.web.post("/api/images/batch", {"ids": [stays, goes], "tags": {"add": ["by itself"]}})
    gallery.search('tag:"by itself"')
    gallery.page.get_by_text("2 pictures", exact=True).wait_for()
    gallery.page.locator(f".tile[data-id='{goes}']").click(modifiers=["Control"])
    gallery.bar.wait_for()
    gallery.page.keyboard.press("t")
    gallery.dialog.get_by_role("combobox", name="Take these tags off").fill("by itself")
    gallery.dialog.get_by_role("button", name="Save").click()
    gallery.told("by itself taken off 1 picture")
    gallery.page.get_by_text("1 picture", exact=True).wait_for()
    assert gallery.ids(1) == [stays]
    gallery.bar.wait_for(state="detached")  # what is not on the wall is not selected
    assert gallery.page.get_by_text("The library has changed").count() == 0


def test_an_undo_is_offered_beside_the_bar_and_not_on_it_and_ctrl_z_takes_it(gallery: Gallery) -> None:
    (image,) = gallery.select(1)
    gallery.page.keyboard.press("f")
    gallery.told("1 picture is a favourite")
    toast, bar = gallery.page.locator(".toast").last.bounding_box(), gallery.bar.bounding_box()
    assert toast is not None
    assert bar is not None
    assert toast["y"] + toast["height"] <= bar["y"]
    gallery.page.keyboard.press("Control+z")
    gallery.told("Taken back")
    assert not gallery.told_of(image)["favourite"]


def test_the_stars_of_the_open_menu_have_the_keys_that_it_shows(gallery: Gallery) -> None:
    (image,) = gallery.select(1)
    gallery.bar.get_by_role("button", name="Rate").click()
    gallery.page.get_by_role("menuitem", name="4 stars").wait_for()
    gallery.page.keyboard.press("4")
    gallery.told("4 stars")
    assert gallery.told_of(image)["rating"] == 4
    gallery.undo()


def test_what_somebody_else_takes_out_of_a_search_is_told_of_first(gallery: Gallery) -> None:
    ids = gallery.ids(2)
    gallery.web.post("/api/images/batch", {"ids": ids, "tags": {"add": ["by others"]}})
    gallery.search('tag:"by others"')
    gallery.page.get_by_text("2 pictures", exact=True).wait_for()
    gallery.web.post("/api/images/batch", {"ids": ids[:1], "tags": {"remove": ["by others"]}})
    gallery.page.get_by_text("The library has changed").wait_for()
    assert gallery.tiles.count() == 2
    gallery.page.get_by_role("button", name="Show it").click()
    gallery.page.get_by_text("1 picture", exact=True).wait_for()


@gesture("fav", "Select pictures, press F")
def test_selected_pictures_become_favourites(gallery: Gallery) -> None:
    ids = gallery.select(2)
    gallery.page.keyboard.press("f")
    gallery.told("2 pictures are favourites")
    assert all(gallery.told_of(image)["favourite"] for image in ids)


def test_a_key_pressed_right_after_a_picture_is_selected_is_meant_for_it(gallery: Gallery) -> None:
    gallery.select(1)
    for _ in range(12):
        gallery.page.keyboard.press("Escape")
        gallery.bar.wait_for(state="detached")
        gallery.page.locator("#tile-0").click(modifiers=["Control"])
        gallery.page.keyboard.press("x")
        gallery.dialog.get_by_text("The original file of 1 picture.").wait_for()
        gallery.page.keyboard.press("Escape")
        gallery.dialog.wait_for(state="detached")


@gesture("rate", "Select pictures, press 1 to 5")
def test_selected_pictures_are_rated_by_a_digit(gallery: Gallery) -> None:
    ids = gallery.select(2)
    gallery.page.keyboard.press("4")
    gallery.told("2 pictures: 4 stars")
    assert [gallery.told_of(image)["rating"] for image in ids] == [4, 4]


@gesture("album add", "Select pictures, press A, name the album")
@gesture("album create", "Name a new album where pictures are put in, or on the page Albums")
def test_selected_pictures_go_into_an_album_that_is_made(gallery: Gallery) -> None:
    ids = gallery.select(2)
    gallery.page.keyboard.press("a")
    gallery.dialog.get_by_label("Album, an existing or a new one").fill("Made by hand")
    gallery.dialog.get_by_role("button", name="Put in").click()
    gallery.told("2 pictures put into Made by hand")
    assert [hit["id"] for hit in gallery.web.get("/api/albums/Made%20by%20hand").json["hits"]] == ids


@gesture("hide", "Select results of a search, press H")
@gesture("feedback", "On the page History, “Hidden and shown first” lists them and takes them back")
def test_a_result_is_hidden_from_a_search_and_that_is_taken_back_on_the_history_page(gallery: Gallery) -> None:
    gallery.search("type:image/")
    (hidden,) = gallery.select(1)
    gallery.page.keyboard.press("h")
    gallery.told("hidden from")
    gallery.page.locator(f'#wall [data-id="{hidden}"]').wait_for(state="hidden")
    gallery.open("history")
    gallery.page.get_by_role("button", name="Take back:").first.click()
    gallery.told("Taken back")
    assert gallery.web.get("/api/feedback").json["feedback"] == []


@gesture("prefer", "Select results of a search, press P")
def test_a_result_is_shown_first_in_a_search(gallery: Gallery) -> None:
    gallery.search("name:*")
    (preferred,) = gallery.select(1)
    gallery.page.keyboard.press("p")
    gallery.told("comes first in")
    said = gallery.web.get("/api/feedback").json["feedback"]
    assert (preferred, "prefer") in {(one["id"], one["verdict"]) for one in said}


def test_selected_pictures_are_downloaded_as_a_zip_of_the_originals(gallery: Gallery) -> None:
    ids = gallery.select(2)
    gallery.page.keyboard.press("x")
    with gallery.page.expect_download() as download:
        gallery.dialog.get_by_role("button", name="Download").click()
    names = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())).namelist()
    originals = {Path(gallery.told_of(image)["paths"][0]["path"]).name for image in ids}
    assert originals <= {Path(name).name for name in names}


def test_selected_pictures_are_copied_into_a_folder_that_the_configuration_names(
    gallery: Gallery, demo_vault: RunningVault
) -> None:
    ids = gallery.select(2)
    gallery.page.keyboard.press("x")
    gallery.dialog.get_by_label("Copies in a folder").check()
    gallery.dialog.get_by_role("combobox", name="Folder").select_option(str(demo_vault.home / "Export"))
    gallery.web.ask("PATCH", f"/api/image/{ids[0]}", {"tags": {"add": ["goes along"]}})
    gallery.dialog.get_by_role("button", name="Copy").click()
    gallery.told("2 pictures exported to")
    assert any("goes along" in beside.read_text() for beside in (demo_vault.home / "Export").glob("*.xmp"))
    originals = [Path(gallery.told_of(image)["paths"][0]["path"]) for image in ids]
    for original in originals:
        assert (demo_vault.home / "Export" / original.name).read_bytes() == original.read_bytes()


@gesture("write-metadata", "Select pictures, “More”, “Write to sidecar files …”")
def test_what_is_said_of_selected_pictures_is_written_beside_them(gallery: Gallery) -> None:
    gallery.search("name:lisbon.jpg")  # one file; what comes first on the wall other tests may have changed
    gallery.page.get_by_text("1 picture", exact=True).wait_for()
    (image,) = gallery.select(1)
    gallery.web.post("/api/images/batch", {"ids": [image], "tags": {"add": ["to be written"]}})
    gallery.bar.get_by_role("button", name="More").click()
    gallery.page.get_by_role("menuitem", name="Write to sidecar files").click()
    gallery.dialog.get_by_role("button", name="Write 1 file").click()
    gallery.told("1 sidecar file was written")
    beside = Path(gallery.told_of(image)["paths"][0]["path"])
    assert any("to be written" in path.read_text() for path in beside.parent.glob(f"{beside.stem}*.xmp"))
