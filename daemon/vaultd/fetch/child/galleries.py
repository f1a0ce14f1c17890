"""Sites that gallery-dl knows. It is a program of its own (GPL-2.0): it is run, never imported.

It keeps its own archive against fetching twice, and writes what a site tells beside each file. Both are done before it
goes on, so a kill loses nothing: what lies in its folder with a note beside it is whole.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

from vaultd import extras
from vaultd.fetch.child.credentials import private
from vaultd.fetch.child.desk import Desk, Stop
from vaultd.fetch.child.gallery_log import GalleryLog
from vaultd.fetch.child.gallery_parts import Parts
from vaultd.fetch.child.telling import told
from vaultd.fetch.order import Order
from vaultd.worker.formats import PICTURES

OLDEST = (1, 26)
LOOK_S = 0.1
KNOWN_IN_A_ROW = 20
"""After so many known pictures nothing new is expected, but where all is to be seen."""
_ENDINGS = sorted(ending.decode()[1:] for ending in PICTURES)


class Galleries:
    """Runs gallery-dl on one address, and takes in what it brings."""

    def __init__(self, order: Order, desk: Desk) -> None:
        self._order, self._desk = order, desk
        self._folder = desk.work / "gallery"
        self._parts = Parts(desk.work / "parts", order)
        self._seen = desk.work / "seen.jsonl"
        self._read_to = 0

    def run(self) -> bool:
        """Runs it until it ends, or is ended as there is enough."""
        program = found(self._order.gallery_dl)
        settings = self._settings()
        self._folder.mkdir(exist_ok=True)
        self._take_in()  # what was whole when an earlier run was killed
        shutil.rmtree(self._folder)  # and what was not: gallery-dl would take a file that is there for one it has had
        self._folder.mkdir()
        self._desk.check()
        self._seen.unlink(missing_ok=True)
        self._read_to = 0
        said = self._desk.work / "gallery-dl.log"
        with said.open("wb") as log:
            heard = GalleryLog(said, self._desk)
            process = subprocess.Popen(
                [*program, "--config-ignore", *(word for file in settings for word in ("--config", file)),
                 "--", self._order.url],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, cwd=self._folder,
            )  # fmt: skip
            try:
                while process.poll() is None:
                    self._look()
                    heard.listen()
                    self._parts.watch()
                    time.sleep(LOOK_S)
            finally:
                process.kill()
                process.wait()
        self._look()
        return heard.judge(process.returncode) and self._order.whole

    def _look(self) -> None:
        """Takes in what came, and notes what was known. Raises Capped."""
        self._take_in()
        for item in self._skipped():
            self._desk.known(item)
        self._desk.check()

    def _skipped(self) -> Iterator[str]:
        with suppress(FileNotFoundError), self._seen.open("rb") as file:
            file.seek(self._read_to)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._read_to += len(line)
                yield _item(json.loads(line))

    def _take_in(self) -> None:
        for note in sorted(self._folder.rglob("*.vault-note"), key=lambda path: path.stat().st_mtime_ns):
            self._desk.check()
            with suppress(ValueError):  # it is still being written
                facts = json.loads(note.read_bytes())
                picture = note.with_suffix("")
                if picture.is_file() and not picture.is_symlink():
                    self._desk.take(picture, _item(facts), picture.name, told(facts))
                note.unlink()

    def _settings(self) -> list[str]:
        """Files of settings, each over the one before: ours, the user's own, and what must hold whatever that says."""
        ours, last = self._desk.work / "ours.json", self._desk.work / "last.json"
        ours.write_text(json.dumps(_usual(self._order)))
        last.write_text(json.dumps(self._fixed()))
        middle = []
        if self._order.gallery_config:
            private(Path(self._order.gallery_config), "gallery-dl's settings")
            middle = [self._order.gallery_config]
        return [str(ours), *middle, str(last)] if middle else [str(ours), str(last)]

    def _fixed(self) -> dict[str, Any]:
        order = self._order
        note = {
            "name": "metadata",
            "event": "after",
            "mode": "json",
            "private": True,
            "extension-format": "{extension}.vault-note",
        }
        seen = {
            "name": "metadata",
            "event": "skip",
            "mode": "jsonl",
            "private": True,
            "base-directory": str(self._desk.work),
            "filename": self._seen.name,
        }
        return {
            "extractor": {
                "base-directory": str(self._folder),
                "parent-directory": False,
                "archive": order.archive,
                "archive-event": "after",
                "skip": True if order.whole else f"abort:{KNOWN_IN_A_ROW}",
                "url-metadata": "vault_url",
                "image-filter": f"extension.lower() in {_ENDINGS!r} or not extension",
                "path-restrict": "unix",
                "postprocessors": [note, seen],
            },
            "downloader": {
                "part": True,
                "part-directory": str(self._parts.folder),
                "mtime": True,
                "http": {"filesize-max": str(order.file_bytes)},
                "ytdl": {"enabled": False},
            },
            "output": {"mode": "null", "progress": False, "log": "[{name}][{levelname}] {message}", "ansi": False},
        }


def _usual(order: Order) -> dict[str, Any]:
    """What a user's own settings may say otherwise."""
    pause = f"{order.delay_s:g}-{order.delay_s * 1.5:g}"
    return {
        "extractor": {
            "user-agent": order.agent,
            "sleep-request": pause,
            "sleep": pause,
            "sleep-429": max(order.delay_s * 30, 1.0),
            "timeout": order.timeout_s,
            "retries": 3,
            "retry-codes": [429],
        },
        "downloader": {"timeout": order.timeout_s, "retries": 3},
        "cache": {"file": str(Path(order.archive).with_name("gallery-dl.cache"))},
    }


def _item(facts: dict[str, Any]) -> str:
    """What a picture is called, for good: the key of gallery-dl's archive."""
    key = facts.get("_archive_key") or facts.get("vault_url") or "?"
    return f"{facts.get('category', '')}{key}" if not str(key).startswith(str(facts.get("category", " "))) else str(key)


def found(program: str) -> list[str]:
    """The command of gallery-dl: as configured, beside this Python, or on PATH. Raises Stop if it is missing or old."""
    beside = os.path.join(sysconfig.get_path("scripts"), program)
    path = beside if os.access(beside, os.X_OK) else shutil.which(os.path.expanduser(program))
    if path is None:
        raise Stop(f"{program} is not installed: {extras.command('fetch')}, or your system's package of it")
    command = [sys.executable, path] if path == beside else [path]
    said = _version(command)
    version = re.match(r"(\d+)\.(\d+)", said)
    if version is None or (int(version[1]), int(version[2])) < OLDEST:
        raise Stop(f"gallery-dl {'.'.join(map(str, OLDEST))} or newer is needed, {path} is {said.strip()[:40]!a}")
    return command


def _version(command: list[str]) -> str:
    """What it says; one of this Python's is not started for that, which takes a second."""
    with suppress(metadata.PackageNotFoundError):
        if len(command) > 1:
            return metadata.version("gallery-dl")
    return subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=60, check=False).stdout
