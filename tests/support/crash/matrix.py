"""Cycles of a vault's life that end in a kill, each in a phase that is chosen; and what holds after each start."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from support import frozen
from support.crash.ledger import Gesture, Ledger
from support.crash.phases import PHASES
from support.crash.victim import Victim, Zygote
from support.ingesting import draw
from support.tinypack import write_pack
from vaultipc.blocking import Client
from vaultipc.messages import Check

PICTURES = 8
LEAST_CHURNED = 4
PATIENCE_S = 60.0
AIM_S = 8.0
"""So long a phase is waited for; if it does not come, the kill does."""
WITHIN_S = {
    "scan": 0.01, "decode": 0.02, "embed": 0.005, "commit": 0.004, "tag": 0.004, "index commit": 0.03,
    "model switch": 0.2, "migration": 0.004, "compaction": 0.01, "backup": 0.004,
}  # fmt: skip
"""Up to so long after a phase was entered the kill comes: about as long as it takes."""
AS_IT_MAY = ("disk space", "indexes", "held bytes")
"""Checks that say something of this machine, or of this moment; what a frozen catalog holds was never written."""


class Broken(AssertionError):
    """A promise did not hold; says after which kills, and how to see it again."""


class Matrix:
    """One vault, killed in every phase; and for migrations and backups another one, made anew each time."""

    def __init__(self, folder: Path, seed: int, say: Callable[[str], None]) -> None:
        self.seed = seed
        self.story: list[str] = []
        self._say = say
        self._dice = random.Random(seed)
        self._folder = folder
        self._zygote = Zygote()
        self._vault = _library(folder / "a", self._zygote)
        self._older: Victim | None = None
        self._drawn = 0
        self._ledger = Ledger(images=[])
        self._churn = self._vault.home / "Churn"
        self._churn.mkdir()

    def close(self) -> None:
        for vault in (self._vault, self._older):
            if vault is not None:
                vault.close()
        self._zygote.close()

    def run(self, cycles: int) -> Counter[str]:
        """Runs them; returns how many kills landed in each phase. Raises Broken."""
        self._begin()
        for number in range(cycles):
            phase, began = self._aim(number), time.monotonic()
            hit = self._cycle(phase)
            self.story.append(f"{phase}, hit {', '.join(hit) or 'at rest'} ({time.monotonic() - began:.1f} s)")
            self._say(f"{number}: aimed at {self.story[-1]}")
        self._vault.start()
        self._examine(self._vault, settle=True)
        return self.hits

    @property
    def hits(self) -> Counter[str]:
        return self._vault.hit + (self._older.hit if self._older else Counter())

    def _aim(self, number: int) -> str:
        """Every phase in turn, in another order each time; later, the one that was hit least."""
        if number % len(PHASES) == 0:
            self._order = self._dice.sample(PHASES, len(PHASES))
        if number >= 3 * len(PHASES) and number % 2:
            return min(PHASES, key=lambda phase: self.hits[phase])
        return self._order[number % len(PHASES)]

    def _cycle(self, phase: str) -> list[str]:
        if phase in ("migration", "backup"):
            return self._upgrade(phase)
        if not self._vault.pid:
            self._vault.start()
            self._examine(self._vault, settle=phase in ("decode", "embed"))
        kill: Callable[[], list[str]] = getattr(self, "_in_" + phase.replace(" ", "_"))
        return kill()

    # ---- one kill in each phase ----------------------------------------------------------------------------------

    def _in_scan(self) -> list[str]:
        return self._kill_during("scan", "rescan", {"wait": True})

    def _in_tag(self) -> list[str]:
        return self._gesture("tag")

    def _in_commit(self) -> list[str]:
        return self._gesture("commit")

    def _in_index_commit(self) -> list[str]:
        with self._client() as client:
            self._do(client)
            self._vault.forget()
            self._do(client)
        return self._strike("index commit")

    def _in_decode(self) -> list[str]:
        return self._new_pictures("decode")

    def _in_embed(self) -> list[str]:
        return self._new_pictures("embed")

    def _in_model_switch(self) -> list[str]:
        with self._client() as client:
            current = client.call("status").model.name
        return self._kill_during("model switch", "model.use", {"name": "tiny" if current == "other" else "other"})

    def _in_compaction(self) -> list[str]:
        """Forgetting a folder leaves so many dead rows that the index is made anew."""
        with self._client() as client:
            client.call("add", {"paths": [str(self._churn)]})
            for _ in range(LEAST_CHURNED):
                self._draw()
            client.call("wait", {"timeout": PATIENCE_S})
        hit = self._kill_during("compaction", "remove", {"path": str(self._churn), "forget": True})
        for picture in self._churn.iterdir():
            picture.unlink()
        shutil.rmtree(self._vault.home / ".cache/thumbnails", ignore_errors=True)
        return hit

    def _upgrade(self, phase: str) -> list[str]:
        """A catalog of an older schema, opened, killed in that, opened again: its story is as it was told."""
        self._older = self._older or _library(self._folder / "b", self._zygote)
        vault, version = self._older, self._dice.choice(frozen.versions()[:-1])
        catalog = vault.data / "catalog.db"
        for old in [*vault.data.glob("catalog.db*"), vault.data / "backups"]:
            shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
        frozen.restore(version, catalog)
        before, columns = _story(catalog)
        vault.begin()
        vault.reaches(f"+{phase}", PATIENCE_S)
        hit = vault.strike(self._dice.uniform(0, WITHIN_S[phase]))
        vault.start()
        self._expect(_story(catalog, columns)[0] == before, f"the story of schema {version} is another one")
        self._examine(vault, settle=False)
        vault.stop_quietly()
        return hit

    def _gesture(self, phase: str) -> list[str]:
        with self._client() as client:
            for _ in range(self._dice.randint(0, 2)):
                self._do(client)
        gesture = self._ledger.under_way = self._ledger.think_of(self._dice)
        return self._kill_during(phase, gesture.method, gesture.params, gesture)

    def _new_pictures(self, phase: str) -> list[str]:
        """Some are drawn, and the daemon dies of them; or one of its workers does, and it goes on."""
        with self._client() as client:
            client.call("add", {"paths": [str(self._churn)]})
        self._vault.forget()
        for _ in range(2):
            self._draw()
        if self._dice.random() < 0.3 and self._vault.reaches(f"+{phase}", PATIENCE_S):
            hit = self._vault.strike_workers()
            with self._client() as client:
                client.call("wait", {"timeout": PATIENCE_S})
                client.call("failed", {"retry": True})
            return hit
        return self._strike(phase)

    # ---- doing ---------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._vault.start()
        with self._client() as client:
            client.call("add", {"paths": [str(self._vault.pictures)]})
            client.call("wait", {"timeout": PATIENCE_S})
            hits = client.call("search", {"query": "width:>0", "limit": 100}).hits
        assert len(hits) == PICTURES
        self._ledger.images = [hit.id for hit in hits]

    def _do(self, client: Client) -> None:
        gesture = self._ledger.under_way = self._ledger.think_of(self._dice)
        self._ledger.answered(gesture, json.loads(client.call_raw(gesture.method, gesture.params)))

    def _kill_during(
        self, phase: str, method: str, params: dict[str, Any], gesture: Gesture | None = None
    ) -> list[str]:
        """Asks, kills while it is being done, and reads what was still answered."""
        self._vault.forget()
        with socket.socket(socket.AF_UNIX) as wire:
            wire.connect(str(self._vault.socket))
            wire.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode() + b"\n")
            hit = self._strike(phase)
            answer = b""
            with suppress(ConnectionResetError):
                while part := wire.recv(1 << 16):
                    answer += part
        if gesture is not None and answer.endswith(b"\n"):
            told = json.loads(answer)
            self._expect("result" in told, f"{gesture} was answered by {told}")
            self._ledger.answered(gesture, told["result"])
        return hit

    def _strike(self, phase: str) -> list[str]:
        self._vault.reaches(f"+{phase}", AIM_S)
        return self._vault.strike(self._dice.choice((0.0, self._dice.uniform(0, WITHIN_S[phase]))))

    def _draw(self) -> None:
        """A picture that there was never before, where it will be forgotten again."""
        self._drawn += 1
        draw(self._churn / f"{self._drawn}.png", f"rgb({self._drawn % 256}, {self._drawn // 256}, 200)")

    def _client(self) -> Client:
        return Client(self._vault.socket, timeout=2 * PATIENCE_S)

    # ---- looking -------------------------------------------------------------------------------------------------

    def _examine(self, vault: Victim, *, settle: bool) -> None:
        """Every promise, after a start."""
        with Client(vault.socket, timeout=2 * PATIENCE_S) as client:
            if vault is self._vault:
                for wrong in self._ledger.found(client):
                    self._expect(False, wrong)
            if settle:
                self._nothing_lost(client)
            checks: list[Check] = client.call("doctor", {"deep": True}).checks
        bad = [check for check in checks if check.state in ("fail", "warn") and check.name not in AS_IT_MAY]
        away = [check for check in bad if not check.name.startswith("folder ")]
        self._expect(not away, f"doctor says {away}")

    def _nothing_lost(self, client: Client) -> None:
        """Once all is read, every picture there is can be found, and none has failed."""
        status = client.call("wait", {"timeout": PATIENCE_S})
        self._expect(status.pending == 0, f"it did not come to rest: {status}")
        there = sum(len(os.listdir(root.path)) for root in status.roots)
        known = sum(root.files for root in status.roots)
        self._expect(
            (known, status.failed) == (there, 0), f"{known} of {there} files are known, {status.failed} failed"
        )

    def _expect(self, holds: bool, what: str) -> None:
        if not holds:
            told = "\n".join(f"{number}: {line}" for number, line in enumerate(self.story))
            raise Broken(f"{what}\nseed {self.seed}, after these kills:\n{told}\n{self._vault.log('daemon')[-4000:]}")


def _library(folder: Path, zygote: Zygote) -> Victim:
    """A vault that was not started yet, with pictures and two small model packs."""
    folder.mkdir()
    vault = Victim(folder, zygote)
    for name in ("tiny", "other"):
        write_pack(vault.data / "models" / name, name)
    for number in range(PICTURES):
        draw(vault.pictures / f"first {number}.png", f"rgb(255, {20 * number}, 0)")
    vault.environ |= {"VVAULT_MODEL_NAME": "tiny", "VVAULT_INGEST_WORKERS": "1", "VVAULT_INGEST_SETTLE_MS": "50"}
    return vault


Story = dict[str, list[tuple[object, ...]]]


def _story(catalog: Path, columns: dict[str, list[str]] | None = None) -> tuple[Story, dict[str, list[str]]]:
    with closing(sqlite3.connect(catalog)) as sql:
        columns = columns or {table: names for table, names in frozen.columns(sql).items() if table in frozen.SAID}
        return frozen.story(sql, columns), columns
