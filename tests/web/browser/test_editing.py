"""One picture: looking at it, saying something of it, two people saying different things, dragging it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from support.browsing import Gallery
from support.vault import eventually
from support.web import Web

gesture = pytest.mark.gesture


@gesture("image", "Click a picture; I shows all that is known of it")
def test_a_picture_is_opened_by_a_click_and_closed_by_escape(gallery: Gallery) -> None:
    (image,) = gallery.ids(1)
    gallery.page.locator("#tile-0").click()
    gallery.page.wait_for_url(f"**image={image}")
    name = Path(gallery.told_of(image)["paths"][0]["path"]).name
    gallery.page.get_by_text(name).first.wait_for()
    gallery.page.keyboard.press("Escape")
    gallery.page.wait_for_url(lambda url: "image=" not in url)


@gesture("edit", "E, or the pencil, on an open picture: tags, texts, stars; Save")
def test_tags_and_texts_are_edited_in_one_go_and_undone_as_one(gallery: Gallery) -> None:
    image = gallery.ids(2)[1]
    form = gallery.edit(image)
    form.get_by_role("combobox", name="Tags").fill("edited")
    form.get_by_role("combobox", name="Tags").press("Enter")
    form.get_by_label("Title").fill("A title of mine")
    form.get_by_label("Prompt", exact=True).fill("a castle")
    form.get_by_label("3 stars").check(force=True)
    form.get_by_role("button", name="Save").click()
    gallery.told("Saved")
    assert "edited" in gallery.tags_of(image)
    assert {("title", "A title of mine"), ("prompt", "a castle")} <= words_of(gallery, image)
    gallery.undo()
    assert "edited" not in gallery.tags_of(image)
    assert ("title", "A title of mine") not in words_of(gallery, image)


def test_who_presses_e_on_an_open_picture_types_a_tag(gallery: Gallery) -> None:
    (image,) = gallery.ids(1)
    form = gallery.edit(image)
    gallery.page.keyboard.type("typed at once,")
    form.get_by_role("button", name="Remove typed at once").wait_for()


def test_keys_mean_the_picture_that_is_seen_whatever_is_still_on_its_way(gallery: Gallery) -> None:
    seen, rated, liked = ids = gallery.ids(3)
    gallery.web.post("/api/images/batch", {"ids": ids, "favourite": False, "rating": 1})
    gallery.open(f"?image={seen}")
    gallery.dialog.get_by_role("button", name="Edit …").wait_for()
    gallery.is_far(0.5)
    gallery.page.keyboard.press("ArrowRight")
    gallery.page.keyboard.press("2")
    gallery.page.keyboard.press("5")
    gallery.page.keyboard.press("ArrowRight")
    gallery.page.keyboard.press("f")
    gallery.page.keyboard.press("f")
    gallery.page.keyboard.press("f")
    gallery.told("1 picture: 5 stars")
    gallery.told("1 picture is no favourite any more")
    eventually(lambda: gallery.told_of(liked)["favourite"], "the last press counts")
    assert (gallery.told_of(seen)["rating"], gallery.told_of(rated)["rating"]) == (1, 5)
    assert not gallery.told_of(rated)["favourite"]


def words_of(gallery: Gallery, image: str) -> set[tuple[str, str]]:
    return {(one["kind"], one["text"]) for one in gallery.told_of(image)["texts"] if one["source"] == "user"}


def test_a_tag_is_completed_from_those_there_are(gallery: Gallery) -> None:
    first, second = gallery.ids(2)
    gallery.web.post("/api/images/batch", {"ids": [second], "tags": {"add": ["completely new"]}})
    gallery.edit(first)
    field = gallery.dialog.get_by_role("combobox", name="Tags")
    field.type("compl")
    gallery.dialog.get_by_role("option", name="completely new").wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    gallery.dialog.get_by_role("button", name="Remove completely new").wait_for()


def test_who_was_slower_sees_both_versions_loses_nothing_and_saves_again(
    chromium: Browser, gallery: Gallery, web: Web
) -> None:
    image = gallery.ids(3)[2]
    gallery.forgiven.append("412")  # the browser itself tells of the refusal
    form = gallery.edit(image)
    form.get_by_label("Title").fill("Mine")
    form.get_by_label("Description").fill("Typed here alone")
    form.get_by_role("combobox", name="Tags").fill("mine, not taken yet")
    with Gallery(chromium, web) as other:
        says(other, image, Title="Theirs", Caption="Said there alone")
        form.get_by_role("button", name="Save").click()
        alert = form.get_by_role("alert")
        alert.get_by_text("Theirs:").locator("..").get_by_text("Theirs", exact=True).wait_for()
        alert.get_by_text("Mine", exact=True).wait_for()
        assert form.get_by_label("Caption").input_value() == "Said there alone"
        assert form.get_by_label("Description").input_value() == "Typed here alone"
        says(other, image, Title="Theirs again")
        form.get_by_label("Title").fill("Mine, thought over")
        form.get_by_role("button", name="Save").click()
        alert.get_by_text("Theirs again", exact=True).wait_for()
        alert.get_by_text("Mine, thought over", exact=True).wait_for()
        form.get_by_role("button", name="Save").click()
        gallery.told("Saved")
    said = {("title", "Mine, thought over"), ("description", "Typed here alone"), ("caption", "Said there alone")}
    assert said <= words_of(gallery, image)
    assert {"mine", "not taken yet"} <= gallery.tags_of(image)


def test_who_was_slower_may_choose_what_the_other_said(chromium: Browser, gallery: Gallery, web: Web) -> None:
    image = gallery.ids(4)[3]
    gallery.forgiven.append("412")
    form = gallery.edit(image)
    form.get_by_label("Title").fill("Mine")
    with Gallery(chromium, web) as other:
        says(other, image, Title="Theirs")
    form.get_by_role("button", name="Save").click()
    form.get_by_role("alert").get_by_label("Theirs").check()
    form.get_by_role("button", name="Done").click()
    form.get_by_label("Title").wait_for(state="detached")
    assert ("title", "Theirs") in words_of(gallery, image)


def says(gallery: Gallery, image: str, **texts: str) -> None:
    """Edits a picture and saves."""
    form = gallery.edit(image)
    for label, text in texts.items():
        form.get_by_label(label).fill(text)
    form.get_by_role("button", name="Save").click()
    gallery.told("Saved")
    form.get_by_label("Title").wait_for(state="detached")


def test_two_browsers_see_each_others_changes(chromium: Browser, gallery: Gallery, web: Web) -> None:
    (image,) = gallery.ids(1)
    gallery.open("tags")
    with Gallery(chromium, web) as other:
        other.ids(1)
        other.web.post("/api/images/batch", {"ids": [image], "tags": {"add": ["seen elsewhere"]}})
        gallery.page.get_by_role("link", name="seen elsewhere").wait_for()


def test_a_picture_is_dragged_onto_an_album(gallery: Gallery) -> None:
    (image,) = gallery.ids(1)
    gallery.web.post("/api/albums", {"name": "Dropped on"})
    mouse, tile = gallery.page.mouse, gallery.page.locator("#tile-0").bounding_box()
    assert tile is not None
    mouse.move(tile["x"] + 40, tile["y"] + 40)
    mouse.down()
    mouse.move(tile["x"] + 60, tile["y"] + 60, steps=3)
    target = gallery.page.get_by_label("Drop pictures here").get_by_text("Dropped on")
    target.hover()
    target.hover()
    mouse.up()
    gallery.told("1 picture put into Dropped on")
    assert [hit["id"] for hit in gallery.web.get("/api/albums/Dropped%20on").json["hits"]] == [image]


def test_what_is_dragged_out_is_the_original_file(gallery: Gallery) -> None:
    (image,) = gallery.ids(1)
    gallery.page.evaluate(
        "document.addEventListener('dragstart', e => window.carried = e.dataTransfer.getData('DownloadURL'))"
    )
    tile = gallery.page.locator("#tile-0").bounding_box()
    assert tile is not None
    gallery.page.mouse.move(tile["x"] + 40, tile["y"] + 40)
    gallery.page.mouse.down()
    gallery.page.mouse.move(tile["x"] + 70, tile["y"] + 70, steps=3)
    gallery.page.wait_for_function("window.carried")
    kind, name, address = gallery.page.evaluate("window.carried").split(":", 2)
    gallery.page.mouse.up()
    original = Path(gallery.told_of(image)["paths"][0]["path"])
    assert (kind.partition("/")[0], name) == ("image", original.name)
    answer = gallery.context.request.get(address)
    assert answer.body() == original.read_bytes()


def test_what_was_typed_is_thrown_away_by_who_says_so_twice(gallery: Gallery) -> None:
    (image,) = gallery.ids(1)
    form = gallery.edit(image)
    form.get_by_label("Title").fill("half a title")
    gallery.page.keyboard.press("Escape")
    gallery.told("Not saved yet")
    assert form.get_by_label("Title").input_value() == "half a title"
    gallery.page.keyboard.press("Escape")
    form.get_by_label("Title").wait_for(state="detached")
    assert "half a title" not in str(gallery.told_of(image)["texts"])
