"""Requests a second, by wrk, of a gallery and of nginx in turns, so that both have what the machine gives just then."""

from __future__ import annotations

import re
import statistics
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote_plus

from invented import CONCEPTS
from nginx import Nginx

from rows import Row
from support.web import Web

SCREENFUL = 200
UNSEEN = 1_000
QUESTIONS = 50
CONNECTIONS = 6
"""As a browser has to one host."""
SECONDS, TURNS = 4, 5
AIM = 0.3

_SCRIPT = """
local paths = {{}}
for line in io.lines("{paths}") do paths[#paths + 1] = line end
local at = 0
local headers = {{
  ["Host"] = "{host}", ["Cookie"] = "{cookie}", ["Accept"] = "image/avif,image/webp,image/apng,*/*;q=0.8",
  ["Accept-Encoding"] = "gzip, deflate, br", ["Accept-Language"] = "en-GB,en;q=0.9", ["Connection"] = "keep-alive",
  ["Sec-Fetch-Site"] = "same-origin", ["Sec-Fetch-Mode"] = "no-cors", ["Sec-Fetch-Dest"] = "image",
  ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0",
}}
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], headers)
end
"""


def rows(web: Web, folder: Path) -> Iterator[Row]:
    """Thumbnails of one screenful, thumbnails that were not sent yet, and searches that were asked before."""
    contents = web.get("/api/layout").json["contents"]
    paths = [f"/thumbnails/{content}-256.webp" for content in contents]
    yield from beside(web, folder, "thumbnails, a screenful again and again", paths[:SCREENFUL], AIM)
    yield from unseen(web, folder, paths[SCREENFUL:][:UNSEEN])
    searches = [f"/api/search?q={quote_plus(concept)}&limit=50" for concept in CONCEPTS[:QUESTIONS]]
    yield from beside(web, folder, "searches asked before", searches, None)


def unseen(web: Web, folder: Path, paths: list[str]) -> Iterator[Row]:
    """Thumbnails that were made, and that the web's process never sent; asked from here, which takes its time, too."""
    theirs = Nginx(folder)
    body = web.get(paths[0]).body
    for path in paths:
        theirs.put(path, body)
    with theirs:
        nginx = _asked(theirs.address, paths, {})
        ours = _asked((web.host, web.port), paths, {"Authorization": f"Bearer {web.token}"})
    yield Row("nginx: thumbnails, each once", nginx, "requests/s")
    yield Row("thumbnails, each once", ours, "requests/s", "nginx", ours / nginx)


def _asked(address: tuple[str, int], paths: list[str], headers: dict[str, str]) -> float:
    """Requests a second over as many connections as a browser has."""

    def some(first: int) -> None:
        with closing(HTTPConnection(*address, timeout=60)) as connection:
            for path in paths[first::CONNECTIONS]:
                connection.request("GET", path, headers=headers)
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200, path

    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        list(threads.map(some, range(CONNECTIONS)))
    return len(paths) / (time.perf_counter() - began)


def beside(web: Web, folder: Path, name: str, paths: list[str], aim: float | None) -> Iterator[Row]:
    """Ours and nginx's, in turns; the ratio in the middle of those of all turns."""
    theirs = Nginx(folder)
    names = [_file_name(path, number) for number, path in enumerate(paths)]
    for path, file in zip(paths, names, strict=True):
        answer = web.get(path)
        assert answer.status == 200, (path, answer.body)
        theirs.put(file, answer.body)
    with theirs:
        ours_script = _script(folder / "ours.lua", paths, f"{web.host}:{web.port}", web.cookie())
        their_script = _script(folder / "theirs.lua", names, f"{web.host}:{web.port}", "a=b")
        took = [(_a_second(web.origin, ours_script), _a_second(theirs.origin, their_script)) for _ in range(TURNS)]
    ours, nginx = (statistics.median(column) for column in zip(*took, strict=True))
    ratio = statistics.median(mine / other for mine, other in took)
    yield Row(f"nginx: {name}", nginx, "requests/s")
    yield Row(name, ours, "requests/s", "nginx" if aim is None else f"nginx, aim {aim:g}", ratio)


def _file_name(path: str, number: int) -> str:
    return path if "?" not in path else f"/{number}.json"


def _script(file: Path, paths: list[str], host: str, cookie: str) -> Path:
    listed = file.with_suffix(".paths")
    listed.write_text("".join(f"{path}\n" for path in paths))
    file.write_text(_SCRIPT.format(paths=listed, host=host, cookie=cookie))
    return file


def _a_second(origin: str, script: Path) -> float:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script), origin]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found is not None, said
    return float(found[1])
