"""The gallery's files as they are sent: small to whoever takes them small, and not again to whoever has them."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path
from typing import Any

import pytest
import trio
from fastapi import Request

from support.web import Web
from vaultweb.assets import Asset, Assets, answer
from vaultweb.problems import ProblemError

SCRIPT = b"const red = 'car';\n" * 100


def asked(asset: Asset, **headers: str) -> Any:
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return answer(Request({"type": "http", "headers": told}), asset, {"Cache-Control": "no-cache"})


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "page.js"
    path.write_bytes(SCRIPT)
    return path


def held(path: Path) -> Asset:
    return trio.run(Assets().get, path)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", None), ("identity", None), ("gzip", "gzip"), ("GZIP;q=0.5, deflate", "gzip"), ("gzip;q=0", None),
        ("gzip, br", "br"), ("br;q=0, gzip", "gzip"), ("*", "br"), ("*;q=0, gzip", "gzip"), ("gzip;q=0.000, *", "br"),
    ],
)  # fmt: skip
def test_a_file_is_sent_in_the_smallest_form_that_the_asker_takes(
    script: Path, accepted: str, encoding: str | None
) -> None:
    script.with_name("page.js.br").write_bytes(b"as it was built")
    sent = asked(held(script), accept_encoding=accepted)
    assert sent.headers.get("content-encoding") == encoding
    assert sent.headers["vary"] == "Accept-Encoding"
    bodies = {None: SCRIPT, "br": b"as it was built"}
    assert (gzip.decompress(sent.body) if encoding == "gzip" else sent.body) == bodies.get(encoding, SCRIPT)
    assert int(sent.headers["content-length"]) == len(sent.body)


def test_each_form_of_a_file_has_a_name_of_its_own_and_is_sent_once(script: Path) -> None:
    asset = held(script)
    plain, small = asked(asset), asked(asset, accept_encoding="gzip")
    assert plain.headers["etag"] != small.headers["etag"]
    for encoding, sent in (("", plain), ("gzip", small)):
        again = asked(asset, accept_encoding=encoding, if_none_match=sent.headers["etag"])
        assert (again.status_code, again.body) == (304, b"")
        assert {"etag", "vary", "cache-control"} <= set(again.headers)
    assert asked(asset, if_none_match=small.headers["etag"]).status_code == 200


def test_what_does_not_get_smaller_is_sent_as_it_is(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(os.urandom(5000))
    assert "content-encoding" not in asked(held(picture), accept_encoding="gzip").headers


def test_a_file_that_was_built_anew_is_sent_anew(script: Path) -> None:
    async def both() -> tuple[Asset, Asset]:
        assets = Assets()
        first = await assets.get(script)
        assert await assets.get(script) is first
        script.write_bytes(b"const red = 'bus';")
        return first, await assets.get(script)

    old, new = trio.run(both)
    assert (old.encoded[""], new.encoded[""]) == (SCRIPT, b"const red = 'bus';")
    script.unlink()
    with pytest.raises(ProblemError):
        held(script)


def test_the_page_and_its_scripts_come_compressed_and_are_kept(web: Web) -> None:
    told = {"Accept-Encoding": "gzip, deflate", "Cookie": web.cookie()}
    page = web.bare("GET", "/", headers=told)
    assert page.headers["content-encoding"] == "gzip"
    assert page.headers["vary"].split(", ") == ["Cookie", "Accept-Encoding", "Origin"]
    assert web.bare("GET", "/", headers={**told, "If-None-Match": page.headers["etag"]}).status == 304
    name = re.search(r'src="(/assets/[^"]+\.js)"', gzip.decompress(page.body).decode())
    assert name is not None
    script = web.bare("GET", name[1], headers={"Accept-Encoding": "gzip"})
    assert len(script.body) < len(web.bare("GET", name[1]).body) / 2
    assert script.headers["content-type"].startswith("text/javascript")
    assert "immutable" in script.headers["cache-control"]
    head = web.bare("HEAD", name[1], headers={"Accept-Encoding": "gzip"})
    assert (head.body, head.headers["content-length"]) == (b"", str(len(script.body)))
