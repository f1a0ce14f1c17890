"""A person at the gallery: a real browser (Debian's Chromium) on the page of a running `vvault web`.

    with browser() as chromium, Gallery(chromium, web) as gallery:
        gallery.open("albums")
        gallery.page.get_by_label("New album").fill("Summer")

Closing a gallery fails if the page logged an error or broke.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, sync_playwright

from support.vault import PATIENCE_S
from support.web import Web

CHROMIUM = shutil.which("chromium")
PATIENCE_MS = PATIENCE_S * 1000


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser without a window. Its sandbox needs rights that root in a container has not."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"], timeout=PATIENCE_MS
        )
        try:
            yield chromium
        finally:
            chromium.close()


class Gallery:
    """One browser window with its own session. `options` as of Playwright's new_context: viewport, locale …"""

    def __init__(self, chromium: Browser, web: Web, **options: Any) -> None:
        self.web = web
        self.errors: list[str] = []
        self.forgiven: list[str] = []
        options.setdefault("viewport", {"width": 1280, "height": 800})
        self.context = chromium.new_context(locale=options.pop("locale", "en-GB"), reduced_motion="reduce", **options)
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("request", self._asked)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def __enter__(self) -> Self:
        link = self.web.ask("POST", "/api/links").json["path"]
        self.page.goto(self.web.origin + link)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.context.close()
        if kind is None:
            unexpected = [said for said in self.errors if not any(part in said for part in self.forgiven)]
            assert not unexpected, "the page logged errors:\n" + "\n".join(unexpected)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _asked(self, request: Request) -> None:
        """Nothing is asked of anybody but the vault."""
        if not request.url.startswith((f"{self.web.origin}/", "data:", "blob:")):
            self.errors.append(f"asked of somebody else: {request.url}")

    # ---- where one is ----------------------------------------------------------------------------------------

    def open(self, place: str = "") -> None:
        """Goes to a page by the part of its address after `#/`, and waits until it is there."""
        self.page.goto(f"{self.web.origin}/#/{place}")
        self.page.locator("h1").first.wait_for(state="attached")

    def search(self, query: str) -> None:
        box = self.page.get_by_role("combobox", name="Search")
        box.fill(query)
        box.press("Enter")
        self.page.wait_for_url("**q=**")

    def is_far(self, latency_s: float) -> None:
        """From here on every answer comes so much later, as from a vault at the other end of a slow line."""
        line = self.context.new_cdp_session(self.page)
        conditions = {"latency": latency_s * 1000, "downloadThroughput": -1, "uploadThroughput": -1, "offline": False}
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", conditions)

    # ---- pictures --------------------------------------------------------------------------------------------

    @property
    def tiles(self) -> Locator:
        return self.page.locator("#wall .tile:visible")

    def ids(self, count: int) -> list[str]:
        """Of the first pictures of the wall."""
        self.tiles.nth(count - 1).wait_for()
        return [self.page.locator(f"#tile-{index}").get_attribute("data-id") or "" for index in range(count)]

    def select(self, count: int) -> list[str]:
        """Marks the first pictures of the wall with Ctrl; their ids."""
        ids = self.ids(count)
        for index in range(count):
            self.page.locator(f"#tile-{index}").click(modifiers=["Control"])
        self.bar.wait_for()
        return ids

    @property
    def bar(self) -> Locator:
        return self.page.get_by_role("region", name="Selected pictures")

    @property
    def dialog(self) -> Locator:
        return self.page.locator("dialog[open]").last

    def edit(self, image: str) -> Locator:
        """Opens a picture and presses E; the dialog, once what is known of the picture stands in it."""
        self.open(f"?image={image}")
        self.dialog.get_by_role("button", name="Edit …").wait_for()
        self.page.keyboard.press("e")
        self.dialog.get_by_label("Title").wait_for()
        return self.dialog

    # ---- fingers ---------------------------------------------------------------------------------------------

    def touch(self, *places: Locator, rest_s: float = 0.0) -> None:
        """A finger comes down in the middle of the first place, rests there, goes to the others, and is lifted.

        The window needs `has_touch`.
        """
        points = []
        for place in places:
            box = place.bounding_box()
            assert box is not None
            points.append({"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2})
        hand = self.context.new_cdp_session(self.page)
        hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
        self.page.wait_for_timeout(rest_s * 1000)
        for point in points[1:]:
            hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        hand.detach()

    # ---- what it says ----------------------------------------------------------------------------------------

    def told(self, text: str) -> None:
        """Waits for a toast."""
        self.page.locator(".toast", has_text=text).last.wait_for()

    def undo(self) -> None:
        """Takes back what the last toast tells of; the one that can be reached, where a dialog covers the page."""
        covered = self.page.locator("dialog[open] .toast").count() > 0
        toasts = self.page.locator("dialog[open] .toast" if covered else ".toast")
        toasts.get_by_role("button", name="Undo").last.click()
        self.told("Taken back")

    def told_of(self, image: str) -> dict[str, Any]:
        """What the vault knows of a picture."""
        known: dict[str, Any] = self.web.get(f"/api/image/{image}").json
        return known

    def tags_of(self, image: str) -> set[str]:
        return {tag["name"] for tag in self.told_of(image)["tags"] if tag["source"] == "user"}
