"""For everybody: screen readers, small screens, other languages, the other direction of reading."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from support.browsing import Gallery
from support.web import Web

AXE = Path(__file__).parents[3] / "web/gallery/node_modules/axe-core/axe.min.js"
BESIDE = ("albums", "saved", "tags", "places", "duplicates", "fetched", "rules", "files", "models", "history", "vault")
PAGES = ("", *BESIDE)
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"target-size": {"enabled": True}},  # of WCAG 2.2, and off unless it is asked for
}


def set_up(gallery: Gallery, **kept: str) -> None:
    """Opens the gallery as somebody who has chosen these settings before."""
    gallery.page.evaluate("kept => localStorage.setItem('vvault', JSON.stringify(kept))", kept)
    gallery.page.reload()


def faults(gallery: Gallery) -> list[str]:
    """What axe finds against WCAG 2.2 AA on the page as it is."""
    # The page's own policy lets no script in; the browser's own channel does.
    gallery.page.evaluate(AXE.read_text() + ";0")
    found = gallery.page.evaluate(f"axe.run({json.dumps(RULES)}).then(result => result.violations)")
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (npm ci in web/gallery)")
@pytest.mark.parametrize("theme", ["dark", pytest.param("light", marks=pytest.mark.long)])
def test_no_page_has_a_fault_of_accessibility(chromium: Browser, web: Web, theme: str) -> None:
    with Gallery(chromium, web) as gallery:
        set_up(gallery, theme=theme)
        found: dict[str, list[str]] = {}
        for page in PAGES:
            gallery.open(page)
            gallery.page.wait_for_timeout(300)
            found[page] = faults(gallery)
        assert not any(found.values()), {page: said for page, said in found.items() if said}


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (npm ci in web/gallery)")
def test_no_dialog_has_a_fault_of_accessibility(gallery: Gallery) -> None:
    (image,) = gallery.select(1)
    assert faults(gallery) == []
    for key in "tax?":
        gallery.page.keyboard.press(key)
        gallery.dialog.wait_for()
        assert faults(gallery) == [], key
        gallery.page.keyboard.press("Escape")
        gallery.dialog.wait_for(state="detached")
    gallery.edit(image)
    assert faults(gallery) == []


def test_all_keys_are_told_wherever_one_is_but_not_to_who_is_typing(gallery: Gallery) -> None:
    (image,) = gallery.ids(1)
    told = gallery.page.get_by_role("dialog", name="Keys")
    gallery.page.get_by_role("combobox", name="Search").fill("")
    gallery.page.keyboard.press("?")
    assert gallery.page.get_by_role("combobox", name="Search").input_value() == "?"
    for place, there in ((f"?image={image}", "dialog[open]"), ("albums", "main")):
        gallery.open(place)
        gallery.page.locator(there).wait_for()
        gallery.page.keyboard.press("?")
        told.get_by_text("What is known of it").wait_for()
        gallery.page.keyboard.press("e")  # is meant for the list, and not for what lies behind it
        assert gallery.page.get_by_role("dialog", name="Edit").count() == 0
        gallery.page.keyboard.press("Escape")
        told.wait_for(state="detached")
    gallery.page.get_by_role("button", name="Keys").click()
    told.wait_for()


@pytest.mark.parametrize("first", ["2024-02", "1985-06"], ids=["months", "years"])
@pytest.mark.parametrize("language", ["en", "en-x-rtl"])
def test_each_bar_of_the_times_is_as_large_as_a_finger_needs_it_and_the_newest_is_shown(
    chromium: Browser, web: Web, first: str, language: str
) -> None:
    """WCAG 2.2, 2.5.8: at least 24 by 24 CSS pixels, however many there are."""
    months = [{"month": month, "count": 3} for month in ("2025-12", "2025-11", first)]
    with Gallery(chromium, web) as gallery:
        set_up(gallery, language=language)
        gallery.page.route("**/api/timeline*", lambda route: route.fulfill(json={"months": months, "undated": 0}))
        gallery.search("name:*")
        gallery.page.get_by_role("button", name="Narrow down").click()
        bars = gallery.page.get_by_role("complementary", name="Narrow down").locator("ol button")
        bars.last.wait_for()
        assert bars.count() > 20
        sizes = bars.evaluate_all("all => all.map(one => [one.offsetWidth, one.offsetHeight])")
        assert min(width for width, _ in sizes) >= 24
        assert min(height for _, height in sizes) >= 24
        edges = "one => [one, one.closest('ol')].map(it => it.getBoundingClientRect()).map(at => [at.left, at.right])"
        (left, right), (start, end) = bars.last.evaluate(edges)
        assert start - 1 <= left < right <= end + 1, "the newest stands where one looks first"
        assert not AXE.is_file() or faults(gallery) == []


def test_nothing_is_wider_than_a_small_telephone(chromium: Browser, web: Web) -> None:
    with Gallery(chromium, web, viewport={"width": 360, "height": 640}, has_touch=True) as gallery:
        for page in PAGES:
            gallery.open(page)
            gallery.page.wait_for_timeout(200)
            assert gallery.page.evaluate("document.documentElement.scrollWidth") <= 360, page


def test_the_page_speaks_german_and_names_itself_so(chromium: Browser, web: Web) -> None:
    with Gallery(chromium, web, locale="de-DE") as gallery:
        gallery.open("tags")
        gallery.page.get_by_role("heading", name="Schlagwörter", exact=True).wait_for()
        assert gallery.page.locator("html").get_attribute("lang") == "de"
        gallery.open("vault")
        gallery.page.get_by_role("combobox", name="Sprache").select_option("en")
        gallery.page.get_by_role("heading", name="The vault").wait_for()


def test_everything_is_mirrored_from_right_to_left(chromium: Browser, web: Web) -> None:
    with Gallery(chromium, web) as gallery:
        set_up(gallery, language="en-x-rtl")
        gallery.ids(2)
        first, second = (gallery.page.locator(f"#tile-{index}").bounding_box() for index in (0, 1))
        menu = gallery.page.get_by_role("navigation", name="Menu").bounding_box()
        assert first is not None
        assert second is not None
        assert menu is not None
        assert first["x"] > second["x"], "the first picture stands on the right"
        assert menu["x"] > 640, "so does the menu"
        gallery.open("albums")
        assert gallery.page.evaluate("document.documentElement.scrollWidth") <= 1280
        heading = gallery.page.get_by_role("heading", name="Albums", exact=True).bounding_box()
        assert heading is not None
        assert heading["x"] + heading["width"] > 900


def test_every_page_is_reached_by_the_keyboard(gallery: Gallery) -> None:
    gallery.ids(1)
    gallery.page.keyboard.press("Tab")
    assert gallery.page.evaluate("document.activeElement.className").startswith("skip")
    gallery.page.get_by_role("link", name="Albums").focus()
    gallery.page.keyboard.press("Enter")
    gallery.page.get_by_role("heading", name="Albums", exact=True).wait_for()
    gallery.page.get_by_label("New album").focus()
    gallery.page.keyboard.type("By keys alone")
    gallery.page.keyboard.press("Enter")
    gallery.told("Album By keys alone created")
    gallery.page.locator(".toast").get_by_role("button", name="Undo").focus()
    gallery.page.keyboard.press("Enter")
    gallery.told("Taken back")


def test_a_page_that_is_older_than_the_server_loads_itself_anew_and_only_once(gallery: Gallery) -> None:
    """The part that is asked for is gone; the server's page is another one until it is loaded, then the same."""
    gallery.forgiven += ["404", "dynamically imported module"]
    loads: list[str] = []

    def upgraded(route: Route) -> None:
        if loads or route.request.is_navigation_request():
            return route.continue_()
        answer = route.fetch()
        return route.fulfill(response=answer, body=answer.text().replace("/assets/index-", "/assets/newer-"))

    gallery.page.on("load", lambda page: loads.append(page.url))
    gallery.page.route("**/assets/ModelsPage*.js", lambda route: route.fulfill(status=404))
    gallery.page.route(gallery.web.origin + "/", upgraded)
    gallery.page.evaluate("location.hash = '#/models'")
    gallery.page.wait_for_event("load")
    again = gallery.page.get_by_role("button", name="Try again")
    again.wait_for()
    gallery.page.wait_for_timeout(500)
    assert len(loads) == 1
    gallery.page.unroute_all()
    again.click()
    gallery.page.get_by_role("heading", name="Models").wait_for()
