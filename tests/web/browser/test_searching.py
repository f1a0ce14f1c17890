"""Asking: by words, by a picture, by completion, and why something is there."""

from __future__ import annotations

import pytest

from support.browsing import Gallery

gesture = pytest.mark.gesture


@gesture("search", "Type into the search bar, Enter")
def test_a_query_is_typed_and_its_parts_are_shown_as_chips(gallery: Gallery) -> None:
    gallery.search("type:jpeg")
    gallery.page.get_by_role("button", name="Remove type:jpeg").wait_for()
    found = gallery.web.get("/api/search?q=type:jpeg").json["total"]
    gallery.page.get_by_text(f"{found} pictures").wait_for()
    gallery.page.get_by_role("button", name="Remove type:jpeg").click()
    gallery.page.wait_for_url(lambda url: "q=" not in url)


@gesture("complete", "Type in the search bar; arrow keys and Enter take a proposal")
def test_a_query_is_completed(gallery: Gallery) -> None:
    box = gallery.page.get_by_role("combobox", name="Search")
    box.type("came")
    gallery.page.get_by_role("option", name="camera:").first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    assert box.input_value().startswith("camera:")


@gesture("similar", "Right-click a picture, “Find what looks like it”")
def test_what_looks_like_a_picture_is_found_by_its_menu(gallery: Gallery) -> None:
    (image,) = gallery.ids(1)
    gallery.page.locator("#tile-0").click(button="right")
    gallery.page.get_by_role("menuitem", name="Find what looks like it").click()
    gallery.page.wait_for_url(lambda url: f"like%3A{image}" in url or f"like:{image}" in url)


@gesture("explain", "In a search, right-click a picture, “Why is it here?”")
def test_why_a_picture_is_there_is_told(gallery: Gallery) -> None:
    gallery.search("type:image/")
    gallery.ids(1)
    gallery.page.locator("#tile-0").click(button="right")
    gallery.page.get_by_role("menuitem", name="Why is it here?").click()
    gallery.page.get_by_text("Meets type:image/").wait_for()


def test_a_mistake_in_a_query_is_shown_and_breaks_nothing(gallery: Gallery) -> None:
    gallery.forgiven.append("400")
    gallery.search("nofield:x")
    gallery.page.get_by_text("nofield").nth(0).wait_for()
    gallery.search("type:jpeg")
    gallery.ids(1)
