"""The daemon is killed under the server, and comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PIL import Image

from support.vault import RunningVault, eventually
from support.web import Web


@pytest.fixture
def own(vault: RunningVault) -> Iterator[Web]:
    """A server whose daemon may be killed."""
    Image.new("RGB", (64, 48), "red").save(vault.pictures / "one.png")
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()
    scratch = vault.home / "scratch"
    scratch.mkdir()
    vault.environ["TMPDIR"] = str(scratch)
    with Web(vault) as web:
        yield web


def test_a_server_whose_daemon_is_killed_says_so_and_finds_the_next_one(own: Web) -> None:
    cookie = {"Cookie": own.cookie()}
    assert own.get("/api/images").json["total"] == 1
    own.vault.kill_daemon()
    answer = own.get("/api/images")
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-type"] == "application/problem+json"
    assert own.post("/api/images/batch", {"ids": ["1"], "rating": 3}).status == 503
    assert own.post("/api/search", b"x", Content_Type="image/png").status == 503
    assert own.get("/api/export/library").status == 503
    assert list((own.vault.home / "scratch").iterdir()) == []
    assert own.bare("GET", "/", headers=cookie).status == 200
    own.vault.start()
    eventually(lambda: own.get("/api/images").status == 200, "the server has found the daemon")
    assert own.get("/api/status").json["web"]["url"] == f"{own.origin}/"


def test_a_server_that_starts_first_waits_for_its_daemon(vault: RunningVault) -> None:
    vault.socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with Web(vault) as web:
        assert web.get("/api/status").status == 503
        vault.start()
        eventually(lambda: web.get("/api/status").status == 200, "the server has found the daemon")
