"""One browser, one vault with a part of the demo library and one web server for all tests of this folder.

What a test leaves in the library others may see: each uses names of its own.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Browser

from support.browsing import CHROMIUM, Gallery, browser
from support.prompt_writers import comfyui
from support.tinypack import write_pack
from support.vault import RunningVault
from support.web import Web
from vaultd.demo.library import Written

HERE = Path(__file__).parent
PICTURES = 40
LISBON = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="Lisbon" photoshop:State="Lisboa"
 photoshop:Country="Portugal"/></rdf:RDF></x:xmpmeta>"""
VOCABULARY = """
[things]
terms = ["dog", "car", "tree", "flower", "boat", "house", "person"]
"""
STATIC = HERE.parents[2] / "web/vaultweb/static/index.html"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None or not STATIC.is_file():
        missing = "chromium" if CHROMIUM is None else "the built gallery (npm run build in web/gallery)"
        for item in items:
            if item.path.is_relative_to(HERE):
                item.add_marker(pytest.mark.skip(reason=f"{missing} is not there"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="session")
def demo_vault(demo: Written, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    """Pictures of the demo library and others that want something of their own; a second model; a few words."""
    folder = Path(tempfile.mkdtemp(prefix="b", dir=tmp_path_factory.getbasetemp().parent))
    with RunningVault(folder) as vault:
        found = [path for path in sorted(demo.dir.rglob("*")) if path.suffix in (".jpg", ".png", ".webp")]
        for picture in found[:PICTURES]:
            shutil.copy2(picture, vault.pictures / picture.name)
        furnish(vault.pictures, found[0], next(path for path in found if path.suffix == ".jpg"))
        write_pack(vault.data / "models" / "colours", "colours")
        words = folder / "vocabulary.toml"
        words.write_text(VOCABULARY)
        vault.environ |= {
            "VVAULT_AUTOTAGS_ENABLED": "true",
            "VVAULT_AUTOTAGS_LEVEL": "loose",
            "VVAULT_AUTOTAGS_VOCABULARY": str(words),
            "VVAULT_WEB_EXPORT_FOLDERS": "~/Export",
            "VVAULT_FETCH_DELAY_MS": "0",
            "VVAULT_FETCH_KEEP_FREE_MB": "0",
        }
        vault.start()
        vault.call("add", vault.pictures)
        vault.settle()
        yield vault


def furnish(folder: Path, first: Path, photo: Path) -> None:
    """A picture twice, one in half its size, one from a place, a generated one with its graph, and one that is none."""
    shutil.copy2(first, folder / "twice.jpg")
    with Image.open(photo) as whole:
        small = whole.convert("RGB").resize((whole.width // 2, whole.height // 2))
    small.save(folder / "half.jpg")
    small.rotate(180).save(folder / "lisbon.jpg", xmp=LISBON.encode())
    texts = PngInfo()
    texts.add_text("prompt", json.dumps(comfyui.basic()))
    texts.add_text("workflow", json.dumps(comfyui.WORKFLOW))
    small.rotate(90).save(folder / "generated.png", pnginfo=texts)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 this is no picture")


@pytest.fixture(scope="session")
def web(demo_vault: RunningVault) -> Iterator[Web]:
    with Web(demo_vault) as running:
        yield running


@pytest.fixture
def gallery(chromium: Browser, web: Web) -> Iterator[Gallery]:
    """A window on the wall of pictures. The test fails if the page logs an error."""
    with Gallery(chromium, web) as opened:
        yield opened
