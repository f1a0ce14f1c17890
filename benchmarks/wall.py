"""The gallery's wall in Debian's Chromium without a window: the first picture, scrolling, the end, the memory."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from nginx import Nginx
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from rows import Row
from support.browsing import PATIENCE_MS, browser
from support.web import Web

LOADS = 7
STILL = 40
"""Pictures of the page that stands for what a browser can do."""
SCROLLED_S = 10.0
WINDOW: ViewportSize = {"width": 1280, "height": 800}
STEP_PX = 40
"""A frame: the speed of a wheel that is turned on and on."""
AIM_FIRST_MS, AIM_FRAME_MS = 500.0, 20.0

_FIRST = """
document.addEventListener('load', (event) => {
  if (event.target instanceof HTMLImageElement && window.firstSeen === undefined) {
    window.firstSeen = -1;
    requestAnimationFrame(() => requestAnimationFrame(() => { window.firstSeen = performance.now(); }));
  }
}, true);
"""
"""Milliseconds from the beginning of the navigation until a frame has a picture in it."""
_SCROLL = """
([seconds, step]) => new Promise((done) => {
  const scroller = document.querySelector('#wall').parentElement;
  const frames = [];
  let last = performance.now(), down = step;
  const end = last + 1000 * seconds;
  const frame = (now) => {
    frames.push(now - last);
    last = now;
    if (scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 1) down = -step;
    if (scroller.scrollTop <= 0) down = step;
    scroller.scrollTop += down;
    if (now < end) requestAnimationFrame(frame); else done(frames.slice(2));
  };
  requestAnimationFrame(frame);
})
"""
_SEEN = """
() => [...document.querySelectorAll('#wall .tile img')].some((image) => {
  const box = image.getBoundingClientRect();
  return image.naturalWidth > 0 && box.top < innerHeight && box.bottom > 0 && image.checkVisibility();
})
"""


def rows(web: Web, folder: Path, minutes: float) -> Iterator[Row]:
    """All that is measured of the wall."""
    with browser() as chromium:
        yield from first_seen(chromium, web, folder)
        yield from scrolled(chromium, web, minutes)


def first_seen(chromium: Browser, web: Web, folder: Path) -> Iterator[Row]:
    """Until the first picture is on the screen, with nothing in the browser's memory, beside a still page."""
    still = Nginx(folder)
    contents = web.get("/api/layout").json["contents"][:STILL]
    for content in contents:
        still.put(f"/{content}.webp", web.get(f"/thumbnails/{content}-256.webp").body)
    shown = "".join(f'<img src="/{content}.webp" width="256">' for content in contents)
    still.put("/index.html", f"<!doctype html><title>Still</title>{shown}".encode())
    with still:
        took = [(_first_ms(_session(chromium, web), web.origin), _first_ms(_plain(chromium), still.origin))
                for _ in range(LOADS)]  # fmt: skip
    ours, theirs = (statistics.median(column) for column in zip(*took, strict=True))
    ratio = statistics.median(mine / other for mine, other in took)
    yield Row("a still page of nginx: first picture visible", theirs, "ms")
    yield Row("first picture visible, beside it", ours, "ms", "still page", ratio)
    yield Row("first picture visible", ours, "ms", f"aim {AIM_FIRST_MS:g}", ours / AIM_FIRST_MS)


def _session(chromium: Browser, web: Web) -> BrowserContext:
    """A window that is logged in. Without the page's policy Playwright may wait for what it evaluates."""
    context = chromium.new_context(viewport=WINDOW, bypass_csp=True)
    name, _, value = web.cookie().partition("=")
    context.add_cookies([{"name": name, "value": value, "url": web.origin}])
    return context


def _plain(chromium: Browser) -> BrowserContext:
    return chromium.new_context(viewport=WINDOW, bypass_csp=True)


def _first_ms(context: BrowserContext, origin: str) -> float:
    page = context.new_page()
    page.add_init_script(_FIRST)
    page.goto(f"{origin}/")
    page.wait_for_function("window.firstSeen > 0", timeout=PATIENCE_MS)
    took: float = page.evaluate("window.firstSeen")
    context.close()
    return took


def scrolled(chromium: Browser, web: Web, minutes: float) -> Iterator[Row]:
    """Frames while it is scrolled, the way to the end, and what it holds after that went on for a while."""
    context = _session(chromium, web)
    page = context.new_page()
    page.goto(f"{web.origin}/")
    page.wait_for_function(_SEEN, timeout=PATIENCE_MS)
    page.wait_for_load_state("networkidle")
    yield from _frames(page, "scrolling")
    yield from _end(page)
    before = _held_mib(page)
    yield Row("held by the page", before, "MiB")
    ending = time.monotonic() + 60 * minutes
    while time.monotonic() < ending:
        page.evaluate(_SCROLL, [SCROLLED_S, 10 * STEP_PX])
    after = _held_mib(page)
    yield Row(f"held after {minutes:g} minutes of scrolling", after, "MiB", "before", after / before)
    yield Row("elements of the page then", page.evaluate("document.querySelectorAll('*').length"), "elements")
    context.close()


def _frames(page: Page, name: str) -> Iterator[Row]:
    still = np.array(page.evaluate(_SCROLL, [SCROLLED_S / 4, 0]))
    moved = np.array(page.evaluate(_SCROLL, [SCROLLED_S, STEP_PX]))
    p95 = float(np.percentile(moved, 95))
    yield Row("frames of a page at rest, p95", float(np.percentile(still, 95)), "ms")
    yield Row(f"{name}: frames, p95", p95, "ms", f"aim {AIM_FRAME_MS:g}", p95 / AIM_FRAME_MS)
    yield Row(f"{name}: frames, median", float(np.median(moved)), "ms")


def _end(page: Page) -> Iterator[Row]:
    """From the key until a picture of the end is there."""
    page.locator("#wall").focus()
    began = time.perf_counter()
    page.keyboard.press("End")
    page.wait_for_function(
        "() => { const s = document.querySelector('#wall').parentElement;"
        " return s.scrollTop + s.clientHeight > s.scrollHeight - 2 * s.clientHeight; }"
    )
    page.wait_for_function(_SEEN, timeout=PATIENCE_MS)
    yield Row("End until a picture there is visible", 1000 * (time.perf_counter() - began), "ms")


def _held_mib(page: Page) -> float:
    """JavaScript's heap, tidied up."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.collectGarbage")
    used = devtools.send("Runtime.getHeapUsage")["usedSize"]
    devtools.detach()
    return float(used) / (1 << 20)
