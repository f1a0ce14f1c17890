"""docs/api-samples: one answer of each route, recorded from the real daemon on the demo library.

    PYTHONPATH=tests python -m support.api_samples

Front-end developers read them, and tests hold them against the OpenAPI document. What differs from machine to machine
(paths of the home, tokens) is replaced; ids, times and scores are those of one recording.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from support.elsewhere import Elsewhere, Post
from support.prompt_writers import CASES
from support.vault import RunningVault
from support.web import Answer, Web
from vaultd.demo import library

FOLDER = Path(__file__).parents[2] / "docs" / "api-samples"
_PROGRAM = Path(__file__).parents[2]
_PYTHON = Path(sys.executable).parent
_EVENTS = 2


class Asked(NamedTuple):
    """One request: a route of the OpenAPI document, `filled` with what the library has, and what is sent with it."""

    method: str
    route: str
    query: str = ""
    body: Any = None

    @property
    def file(self) -> str:
        """The name of its sample."""
        words = re.findall(r"[a-z]+", f"{self.method} {self.route}".replace("{generated}", "{id}").lower())
        return "-".join(words) + ".json"


READ = (
    Asked("GET", "/api/status"),
    Asked("GET", "/api/images", "limit=2&sort=date"),
    Asked("GET", "/api/layout", "q=type:png"),
    Asked("GET", "/api/placeholders", "ids={id},{other}"),
    Asked("GET", "/api/timeline"),
    Asked("GET", "/api/search", "q=red+car&limit=2&facets=true&explain=true"),
    Asked("POST", "/api/search", "limit=1", b"picture"),
    Asked("GET", "/api/parse", "q=2:red car tag:beach -night"),
    Asked("GET", "/api/explain", "q=red car&image={id}"),
    Asked("GET", "/api/facets", "q=car"),
    Asked("GET", "/api/complete", "prefix=type:"),
    Asked("GET", "/api/image/{id}"),
    Asked("GET", "/api/image/{id}/file"),
    Asked("GET", "/api/image/{generated}/workflow"),
    Asked("GET", "/thumbnails/{content}-256.webp"),
    Asked("GET", "/thumbnails/id/{id}-256.webp"),
    Asked("GET", "/api/events"),
    Asked("GET", "/api/duplicates", "level=exact"),
    Asked("GET", "/api/failed"),
    Asked("GET", "/api/offline"),
    Asked("GET", "/api/roots"),
    Asked("GET", "/api/views/recent"),
    Asked("GET", "/api/history"),
    Asked("GET", "/api/models"),
    Asked("GET", "/api/models/mini"),
    Asked("GET", "/api/autotags"),
    Asked("GET", "/api/doctor"),
    Asked("GET", "/api/config"),
    Asked("GET", "/api/export/folders"),
    Asked("GET", "/api/fetch"),
    Asked("GET", "/api/fetch/1/log"),
    Asked("POST", "/api/export", "", {"ids": ["{id}", "{other}"], "sidecars": True}),
    Asked("GET", "/api/export/{word}"),
    Asked("GET", "/api/export/library"),
)
"""What changes nothing."""
CHANGE = (
    Asked("POST", "/api/links"),
    Asked("PATCH", "/api/image/{id}", "", {"tags": {"add": ["beach"]}, "title": "Holiday", "rating": 4}),
    Asked("POST", "/api/images/batch", "", {"ids": ["{id}", "{other}"], "tags": {"add": ["cars"]}, "favourite": True}),
    Asked("POST", "/api/images/batch", "", {"ids": ["{other}"], "hide": {"query": "red car"}}),
    Asked("GET", "/api/feedback"),
    Asked("POST", "/api/tags", "", {"name": "pets/dogs"}),
    Asked("GET", "/api/tags"),
    Asked("PATCH", "/api/tags/pets", "", {"name": "animals"}),
    Asked("POST", "/api/tags/merge", "", {"sources": ["cars"], "into": "vehicles"}),
    Asked("DELETE", "/api/tags/animals/dogs"),
    Asked("POST", "/api/albums", "", {"name": "Summer"}),
    Asked("POST", "/api/albums/Summer/images", "", {"ids": ["{id}", "{other}"]}),
    Asked("GET", "/api/albums"),
    Asked("GET", "/api/albums/Summer"),
    Asked("DELETE", "/api/albums/Summer/images", "", {"ids": ["{other}"]}),
    Asked("PATCH", "/api/albums/Summer", "", {"name": "Winter"}),
    Asked("DELETE", "/api/albums/Winter"),
    Asked("POST", "/api/saved", "", {"name": "Red cars", "query": "red car"}),
    Asked("GET", "/api/saved", "count=true"),
    Asked("GET", "/api/saved/Red cars/changes", "since=7d"),
    Asked("PATCH", "/api/saved/Red cars", "", {"name": "Cars", "query": "car"}),
    Asked("DELETE", "/api/saved/Cars"),
    Asked("POST", "/api/rules", "", {"query": "red car", "tag": "cars"}),
    Asked("GET", "/api/rules"),
    Asked("POST", "/api/rules/run", "", {"dry_run": True}),
    Asked("DELETE", "/api/rules/{rule}"),
    Asked("POST", "/api/duplicates/merge", "", {"images": ["{same}"], "dry_run": True}),
    Asked("POST", "/api/duplicates/trash", "", {"images": ["{exact}"], "level": "exact"}),
    Asked("POST", "/api/write-metadata", "", {"ids": ["{id}"]}),
    Asked("GET", "/api/log", "limit=3"),
    Asked("POST", "/api/undo", "", {"n": 1}),
    Asked("DELETE", "/api/history"),
    Asked("POST", "/api/autotags/run"),
    Asked("POST", "/api/models/use", "", {"name": "mini"}),
    Asked("POST", "/api/models/forget", "", {"name": "mini"}),
    Asked("POST", "/api/failed/retry"),
    Asked("POST", "/api/rescan"),
    Asked("POST", "/api/pause"),
    Asked("POST", "/api/resume"),
    Asked("POST", "/api/backup"),
    Asked("POST", "/api/fetch/1/run"),
    Asked("POST", "/api/fetch/1/pause"),
    Asked("POST", "/api/fetch/1/resume"),
    Asked("DELETE", "/api/fetch/1"),
    Asked("DELETE", "/api/roots/1"),
    Asked("POST", "/api/logout"),
)
"""What does, in an order in which each finds what it needs."""


def record(web: Web) -> Iterator[tuple[str, dict[str, Any]]]:
    """Ask everything of a server whose library is a demo library; (file, sample) of each route once."""
    known = facts(web)
    done: set[str] = set()
    for asked in (*READ, *CHANGE):
        if asked.route == "/api/rules/{rule}":
            known["rule"] = web.get("/api/rules").json["rules"][0]["id"]
        if asked.route == "/api/export/{word}":
            waiting = web.post("/api/export", {"ids": [known["id"]], "as": "download"}).json
            known["word"] = waiting["path"].rpartition("/")[2]
        sample = _sample(web, asked, known)
        if asked.file not in done:
            done.add(asked.file)
            yield asked.file, sample


def facts(web: Web) -> dict[str, str]:
    """What the requests name."""
    shown = web.get("/api/search?q=red+car&limit=2").json["hits"]
    found = {"id": shown[0]["id"], "other": shown[1]["id"], "content": shown[0]["content"]}
    found["path"] = shown[0]["path"]
    for level in ("exact", "same"):
        groups = web.get(f"/api/duplicates?level={level}").json["groups"]
        found[level] = groups[0]["image"]
    (generated,) = web.get("/api/search?q=name:generated.webp").json["hits"]
    return found | {"generated": generated["id"]}


def _sample(web: Web, asked: Asked, known: dict[str, str]) -> dict[str, Any]:
    path = _filled(asked.route, known).replace(" ", "%20")
    query = _filled(asked.query, known).replace(" ", "+")
    where = f"{path}?{query}" if query else path
    if asked.route == "/api/events":
        return _told(web, asked, where, None, _events(web))
    if asked.body == b"picture":
        picture = Path(known["path"])
        headers = {"Content-Type": "image/jpeg" if picture.suffix.lower() in (".jpg", ".jpeg") else "image/png"}
        answer = web.ask(asked.method, where, picture.read_bytes(), headers)
        return _told(web, asked, where, {"content-type": headers["Content-Type"]}, answer)
    body = None if asked.body is None else json.loads(_filled(json.dumps(asked.body), known))
    return _told(web, asked, where, body, web.ask(asked.method, where, body))


def _told(web: Web, asked: Asked, where: str, body: Any, answer: Answer) -> dict[str, Any]:
    response: dict[str, Any] = {"status": answer.status, "content-type": answer.headers.get("content-type", "")}
    if "json" in response["content-type"]:
        response["body"] = _elsewhere(web, answer.json)
    elif response["content-type"].startswith("text/"):
        response["text"] = _elsewhere(web, answer.body.decode())
    else:
        response["bytes"] = len(answer.body)
    request = {"method": asked.method, "path": where} | ({} if body is None else {"body": body})
    return {"request": request, "response": response}


def _events(web: Web) -> Answer:
    """The first events of a stream that never ends."""
    connection = web.connection()
    try:
        connection.request("GET", "/api/events", headers={"Authorization": f"Bearer {web.token}"})
        answer = connection.getresponse()
        body = b""
        while body.count(b"\n\n") < _EVENTS:
            body += answer.read1()
        return Answer(answer.status, {"content-type": answer.getheader("content-type", "")}, body)
    finally:
        connection.close()


def _filled(text: str, known: dict[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _elsewhere(web: Web, value: Any) -> Any:
    """The same as of somebody's home, and without secrets."""
    text = json.dumps(value, ensure_ascii=False)
    roots = [(Path(root["path"]), "/home/me/Pictures") for root in web.get("/api/roots").json["roots"]]
    sites = {one["site"] for one in web.get("/api/fetch").json["subscriptions"]}
    for here, there in (
        *((written, "example.org") for site in sites for written in (site, site.replace(":", "_"))),
        *roots,
        (_PYTHON, "/opt/vvault/.venv/bin"),
        (_PROGRAM, "/opt/vvault"),
        (web.vault.home, "/home/me"),
        (web.vault.runtime, "/run/user/1000"),
    ):
        text = text.replace(str(here), there)
    text = re.sub(r"token=[\w-]+", "token=…", text)
    return json.loads(text)


def _subscribe(vault: RunningVault, site: Elsewhere) -> None:
    """Fetch two pictures from a site that has lost a third."""
    site.fill(2)
    site.posts.append(Post("lost.jpg", b"", source=f"{site.url}/pictures/gone.jpg?signature=0123456789"))
    vault.call("fetch", "add", f"{site.url}/feed.xml?key=0123456789", "--tag", "fetched/example")
    vault.call("fetch", "run", "1", "--wait")


def main() -> None:
    """Draw the demo library, read it, ask, and write the samples."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="vv-") as folder, RunningVault(Path(folder)) as vault, Elsewhere() as site:
        vault.environ |= {"VVAULT_FETCH_DELAY_MS": "0", "VVAULT_FETCH_KEEP_FREE_MB": "0"}
        vault.pictures.rmdir()
        library.write(vault.pictures)
        generated = next(case for case in CASES if case.name == "ComfyUI WEBP")
        (vault.pictures / "generated.webp").write_bytes(generated.content)
        vault.start()
        vault.call("add", vault.pictures)
        _subscribe(vault, site)
        vault.settle(1200)
        with Web(vault) as web:
            recorded = dict(record(web))
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, sample in recorded.items():
        (FOLDER / name).write_text(json.dumps(sample, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
