"""The pages beside the wall: albums, saved searches, tags, rules, history."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from support.browsing import Gallery
from support.vault import eventually
from support.web import Web

gesture = pytest.mark.gesture


def names(gallery: Gallery, path: str, key: str) -> set[str]:
    return {one["name"] for one in gallery.web.get(path).json[key]}


@gesture("album", "Open the page Albums")
@gesture("album list", "Open the page Albums")
@gesture("album rename", "On the page Albums, the pencil beside an album")
@gesture("album delete", "On the page Albums, the bin beside an album")
def test_an_album_is_made_renamed_and_deleted_on_its_page(gallery: Gallery) -> None:
    gallery.open("albums")
    gallery.page.get_by_label("New album").fill("Autumn")
    gallery.page.get_by_role("button", name="Create").click()
    gallery.told("Album Autumn created")
    gallery.page.get_by_role("button", name="Rename Autumn").click()
    gallery.dialog.get_by_label("Name").fill("Fall")
    gallery.dialog.get_by_role("button", name="Rename").click()
    gallery.page.get_by_role("link", name="Fall").wait_for()
    gallery.page.get_by_role("button", name="Delete Fall").click()
    gallery.told("Album Fall deleted")
    assert not {"Autumn", "Fall"} & names(gallery, "/api/albums", "albums")
    gallery.page.keyboard.press("Control+z")
    gallery.told("Taken back")
    assert "Fall" in names(gallery, "/api/albums", "albums")


@gesture("album show", "Click an album")
@gesture("album move", "Drag a picture within an album, or use the arrow keys on its handle")
@gesture("album remove", "The cross beneath a picture of an album")
def test_pictures_of_an_album_are_put_in_order_by_arrow_keys_and_taken_out(gallery: Gallery) -> None:
    gallery.web.post("/api/albums/In%20order/images", {"ids": gallery.ids(3)})
    ids = order(gallery)
    gallery.open("album/In%20order")
    gallery.page.locator(f'[data-picture="{ids[0]}"]').get_by_role("button", name="Move").press("ArrowRight")
    gallery.told("1 picture moved")
    assert order(gallery) == [ids[1], ids[0], ids[2]]
    gallery.page.locator(f'[data-picture="{ids[0]}"]').get_by_role("button", name="Move").press("ArrowRight")
    eventually(lambda: order(gallery) == [ids[1], ids[2], ids[0]], "it is the last")
    gallery.page.locator(f'[data-picture="{ids[2]}"]').get_by_role("button", name="Take").click()
    gallery.told("1 picture taken out")
    assert order(gallery) == [ids[1], ids[0]]


def test_every_press_of_an_arrow_moves_a_picture_of_an_album_on(gallery: Gallery) -> None:
    ids = gallery.ids(4)
    gallery.web.post("/api/albums/Stepped/images", {"ids": ids})
    gallery.open("album/Stepped")
    gallery.page.locator(f'[data-picture="{ids[0]}"]').get_by_role("button", name="Move").press("ArrowRight")
    gallery.page.keyboard.press("ArrowRight")
    gallery.page.keyboard.press("ArrowRight")
    gallery.page.keyboard.press("ArrowLeft")
    wanted = [ids[1], ids[2], ids[0], ids[3]]
    eventually(lambda: order(gallery, "Stepped") == wanted, "three steps on, one back")


def test_pictures_of_an_album_are_put_in_order_by_dragging(gallery: Gallery) -> None:
    ids = gallery.ids(3)
    gallery.web.post("/api/albums/In%20order/images", {"ids": ids})
    before = order(gallery)
    gallery.open("album/In%20order")
    places = [gallery.page.locator(f'[data-picture="{image}"]') for image in (before[-1], before[0])]
    places[0].drag_to(places[1])
    gallery.told("1 picture moved")
    assert order(gallery) == [before[-1], *before[:-1]]


def test_pictures_of_an_album_are_put_in_order_by_a_finger(chromium: Browser, gallery: Gallery, web: Web) -> None:
    gallery.web.post("/api/albums/In%20order/images", {"ids": gallery.ids(3)})
    before = order(gallery)
    with Gallery(chromium, web, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True) as telephone:
        telephone.open("album/In%20order")
        telephone.page.get_by_text("Drag pictures to change their order").wait_for()
        first, *_, last = (telephone.page.locator(f'[data-picture="{image}"]') for image in before)
        handle = first.get_by_role("button", name="Move")
        telephone.touch(handle, last.locator("img"), last)
        telephone.told("1 picture moved")
    assert order(gallery) == [*before[1:], before[0]], "what comes from before a picture goes behind it"


def order(gallery: Gallery, album: str = "In%20order") -> list[str]:
    return [hit["id"] for hit in gallery.web.get(f"/api/albums/{album}").json["hits"]]


@gesture("save", "The bookmark beside a search, or the page Saved searches")
@gesture("saved", "Open the page Saved searches")
@gesture("saved rename", "On the page Saved searches, the pencil beside one")
@gesture("saved remove", "On the page Saved searches, the bin beside one")
def test_a_search_is_saved_from_the_wall_renamed_and_deleted(gallery: Gallery) -> None:
    gallery.search("type:image/jpeg")
    gallery.page.get_by_role("button", name="Save this search").click()
    gallery.page.get_by_label("Name").fill("All of one kind")
    gallery.page.get_by_role("button", name="Save", exact=True).click()
    gallery.told("Search All of one kind saved")
    gallery.page.get_by_role("button", name="What is new in All of one kind").click()
    gallery.forgiven.append("/changes?since=")  # asked anew in the moment in which the name is another
    gallery.page.get_by_text("pictures left").or_(gallery.page.get_by_text("picture left")).first.wait_for()
    gallery.page.get_by_role("button", name="Edit All of one kind").click()
    gallery.dialog.get_by_label("Name").fill("JPEG")
    gallery.dialog.get_by_role("button", name="Save").click()
    gallery.page.get_by_role("link", name="JPEG").wait_for()
    gallery.page.get_by_role("button", name="Delete JPEG").click()
    gallery.told("JPEG deleted")
    assert "JPEG" not in names(gallery, "/api/saved", "saved")


@gesture("tags", "Open the page Tags")
@gesture("tags create", "On the page Tags, a name and “Create”")
@gesture("tags rename", "On the page Tags, the pencil beside a tag; a slash moves it below another")
@gesture("tags delete", "On the page Tags, the bin beside a tag")
def test_a_tag_is_made_moved_below_another_and_deleted(gallery: Gallery) -> None:
    gallery.open("tags")
    gallery.page.get_by_label("New tag").fill("lonely")
    gallery.page.get_by_role("button", name="Create").click()
    gallery.told("Tag lonely created")
    gallery.page.get_by_role("button", name="Rename lonely").click()
    gallery.dialog.get_by_label("Name").fill("company/together")
    gallery.dialog.get_by_role("button", name="Rename").click()
    gallery.page.get_by_role("link", name="company/together").wait_for()
    gallery.page.get_by_role("button", name="Delete company/together").click()
    gallery.told("Tag company/together deleted")
    assert "company/together" not in names(gallery, "/api/tags", "tags")


def test_two_tags_are_merged_and_their_pictures_have_the_one(gallery: Gallery) -> None:
    ids = gallery.ids(2)
    for image, tag in zip(ids, ("colour", "color"), strict=True):
        gallery.web.post("/api/images/batch", {"ids": [image], "tags": {"add": [tag]}})
    gallery.open("tags")
    for tag in ("colour", "color"):
        gallery.page.get_by_label(f"Mark {tag} for merging", exact=True).check()
    gallery.page.get_by_role("button", name="Merge 2").click()
    gallery.dialog.get_by_label("The tag that stays").fill("colour")
    gallery.dialog.get_by_role("button", name="Merge tags").click()
    gallery.told("merged into colour")
    assert all(gallery.tags_of(image) & {"colour", "color"} == {"colour"} for image in ids)


@gesture("rule add", "On the page Rules, a search and a tag; “What would it do?” tells first")
@gesture("rule list", "Open the page Rules")
@gesture("rule run", "On the page Rules, “Ask all again”")
@gesture("rule remove", "On the page Rules, the bin beside a rule")
def test_a_rule_is_tried_added_run_and_removed(gallery: Gallery) -> None:
    gallery.open("rules")
    gallery.page.get_by_label("Search").fill("type:image/jpeg")
    gallery.page.get_by_label("gets the tag").fill("by rule")
    gallery.page.get_by_role("button", name="What would it do?").click()
    gallery.page.get_by_text("would be tagged by rule").wait_for()
    assert gallery.web.get("/api/rules").json["rules"] == []
    gallery.page.get_by_role("button", name="Add rule").click()
    gallery.told("were tagged by rule")
    gallery.page.get_by_role("button", name="Ask all again").click()
    gallery.told("Nothing changed")
    gallery.page.get_by_role("button", name="Delete type:image/jpeg").click()
    gallery.told("Rule removed")
    assert gallery.web.get("/api/rules").json["rules"] == []


@gesture("log", "Open the page History")
@gesture("undo", "“Undo” in a toast, or beside any action on the page History")
def test_an_earlier_action_is_undone_on_the_history_page_and_later_ones_stay(gallery: Gallery) -> None:
    (image,) = gallery.ids(1)
    for tag in ("first of two", "second of two"):
        gallery.web.post("/api/images/batch", {"ids": [image], "tags": {"add": [tag]}})
    gallery.open("history")
    gallery.page.get_by_role("button", name="first of two").first.click()
    gallery.told("Taken back")
    assert gallery.tags_of(image) & {"first of two", "second of two"} == {"second of two"}


def test_the_history_shows_the_pictures_that_an_action_changed(gallery: Gallery) -> None:
    ids = gallery.ids(8)
    gallery.web.post("/api/images/batch", {"ids": ids, "tags": {"add": ["shown in the history"]}})
    gallery.open("history")
    row = gallery.page.get_by_role("listitem").filter(has_text="shown in the history").first
    row.locator("a img").nth(5).wait_for()
    row.get_by_text("+ 2").wait_for()
    opened = row.locator("a").first.get_attribute("href") or ""
    row.locator("a").first.click()
    gallery.page.wait_for_url(f"**{opened}")
    assert opened.partition("image=")[2] in ids


@pytest.mark.parametrize("width", [360, 412])
def test_on_a_telephone_the_pictures_of_the_history_are_whole_and_nothing_lies_on_them(
    chromium: Browser, web: Web, width: int
) -> None:
    """A German date is short enough to stand beside them."""
    telephone = {"width": width, "height": 640}
    with Gallery(chromium, web, viewport=telephone, has_touch=True, locale="de-DE") as gallery:
        gallery.web.post("/api/images/batch", {"ids": gallery.ids(8), "tags": {"add": ["told on a telephone"]}})
        gallery.open("history")
        row = gallery.page.get_by_role("listitem").filter(has_text="told on a telephone").first
        row.locator("a img").nth(5).wait_for()
        sizes = row.locator("a img").evaluate_all("all => all.map(one => [one.offsetWidth, one.offsetHeight])")
        assert sizes == [[40, 40]] * 6
        assert row.evaluate(LAID_OVER) == []


LAID_OVER = """row => {
    const pictures = [...row.querySelectorAll('a img')].map(one => one.getBoundingClientRect());
    const lies = (one, on) => one.left < on.right && on.left < one.right && one.top < on.bottom && on.top < one.bottom;
    return [...row.querySelectorAll('bdi, .count, button')]
        .filter(told => pictures.some(picture => lies(told.getBoundingClientRect(), picture)))
        .map(told => told.textContent);
}"""
"""The texts of a row that lie on one of its pictures."""


@gesture("history", "Open the page History: “Recent searches”")
@gesture("history list", "Open the page History: “Recent searches”")
@gesture("history forget", "The cross beside a recent search")
@gesture("history clear", "“Forget all”")
def test_recent_searches_are_listed_and_forgotten(gallery: Gallery) -> None:
    for query in ("asked first", "asked second", "asked third"):
        gallery.web.get(f"/api/search?remember=true&q={query.replace(' ', '+')}")
    gallery.open("history")
    gallery.page.get_by_role("button", name="Forget “asked second”").click()
    gallery.page.get_by_text("asked second").wait_for(state="detached")
    assert {one["query"] for one in gallery.web.get("/api/history").json["queries"]} >= {"asked first", "asked third"}
    gallery.page.get_by_role("button", name="Forget all").click()
    gallery.page.get_by_text("No searches are remembered").wait_for()
    assert gallery.web.get("/api/history").json["queries"] == []
