"""Asking: by words, by a picture, by completion, and why something is there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route

from support.browsing import Gallery
from support.vault import eventually

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
    eventually(lambda: box.input_value().startswith("camera:"), "the proposal is taken")


def test_a_proposal_that_was_chosen_stays_chosen_when_the_list_for_the_last_letter_comes_late(gallery: Gallery) -> None:
    late: list[Route] = []
    last_letter = re.compile(r"/api/complete\?prefix=came\b")
    gallery.page.route(last_letter, lambda route: late.append(route))
    box = gallery.page.get_by_role("combobox", name="Search")
    box.type("cam")
    gallery.page.get_by_role("option", name="camera:").first.wait_for()
    with gallery.page.expect_request(last_letter):
        box.type("e")
    box.press("ArrowDown")
    with gallery.page.expect_response(last_letter):
        late[0].continue_()
    gallery.page.evaluate("() => new Promise(shown => requestAnimationFrame(() => requestAnimationFrame(shown)))")
    box.press("Enter")
    eventually(lambda: box.input_value().startswith("camera:"), "the proposal is taken")


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
    gallery.page.get_by_role("alert").filter(has_text="nofield").wait_for()
    gallery.page.get_by_role("heading", name="This search cannot be read").wait_for()
    assert gallery.page.get_by_text("unknown field").count() == 1, "what is wrong is told once"
    gallery.search("type:jpeg")
    gallery.ids(1)


def test_a_search_is_narrowed_by_a_facet_and_made_stricter(gallery: Gallery) -> None:
    gallery.search("name:*")
    gallery.page.get_by_role("button", name="Narrow down").click()
    facets = gallery.page.get_by_role("complementary", name="Narrow down")
    facets.get_by_role("button", name="jpeg").click()
    gallery.page.get_by_role("button", name="Remove type:image/jpeg").wait_for()
    gallery.page.get_by_role("radio", name="Strict").check(force=True)
    gallery.page.wait_for_url("**level=strict**")
    gallery.page.reload()
    assert gallery.page.get_by_role("radio", name="Strict").is_checked()


def test_a_part_of_a_query_counts_more_or_is_left_out_by_its_chip(gallery: Gallery) -> None:
    gallery.search("red dog")
    box = gallery.page.get_by_role("combobox", name="Search")
    gallery.page.get_by_role("button", name="red: change this part").click()
    gallery.page.get_by_role("button", name="Count it more").click()
    eventually(lambda: box.input_value() == "2:red dog", "it counts twice")
    gallery.page.get_by_role("button", name="dog: change this part").click()
    gallery.page.get_by_role("button", name="Leave it out").click()
    eventually(lambda: box.input_value() == "2:red -dog", "it is left out")


@pytest.mark.parametrize("place", ["?image={image}", "albums"])
def test_who_goes_elsewhere_before_what_was_typed_is_asked_is_not_fetched_back(gallery: Gallery, place: str) -> None:
    (image,) = gallery.ids(1)
    there = f"{gallery.web.origin}/#/{place.format(image=image)}"
    gallery.page.get_by_role("combobox", name="Search").fill("boat")
    gallery.page.evaluate("hash => (location.hash = hash)", f"#/{place.format(image=image)}")
    gallery.page.wait_for_timeout(800)
    assert gallery.page.url == there


def test_who_clicks_on_while_the_query_is_read_means_the_newest_one(gallery: Gallery) -> None:
    gallery.search("red dog")
    box = gallery.page.get_by_role("combobox", name="Search")
    gallery.page.get_by_role("button", name="red: change this part").click()
    gallery.is_far(0.7)
    gallery.page.get_by_role("button", name="Count it more").click()
    gallery.page.get_by_role("button", name="dog: change this part").click()
    gallery.page.get_by_role("button", name="Leave it out").click()
    eventually(lambda: box.input_value() == "2:red -dog", "both were meant")


def test_what_looks_like_a_picture_that_is_dropped_is_found_and_the_picture_is_not_kept(gallery: Gallery) -> None:
    (image,) = gallery.ids(1)
    total = gallery.web.get("/api/layout").json["total"]
    gallery.page.evaluate(
        """async image => {
            const bytes = await (await fetch(`/api/image/${image}/file`)).blob();
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([bytes, new Uint8Array(9)], 'mine.jpg', { type: 'image/jpeg' }));
            for (const type of ['dragenter', 'dragover', 'drop'])
                document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        image,
    )
    gallery.page.get_by_text("mine.jpg").wait_for()
    gallery.page.locator(f'#tile-0[data-id="{image}"]').wait_for()
    assert gallery.web.get("/api/layout").json["total"] == total
    gallery.page.get_by_role("button", name="Clear the search").last.click()
    gallery.page.get_by_text(f"{total} pictures").wait_for()
