"""Sixteen people at one vault: clients of its socket and of its mount, and what their requests leave.

`replayed` does the same requests one after the other on a simple model, in the order of their actions' numbers, which
the daemon gives while it does them; `there_is` tells what the vault holds.
"""

from __future__ import annotations

import errno
import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from support.ingesting import draw
from support.tinypack import write_pack
from support.vault import RunningVault
from vaultipc.blocking import Client
from vaultipc.errors import DaemonAway, UserError

PICTURES = 12
SOCKET_CLIENTS = 12
MOUNT_CLIENTS = 4
TAGS = ("a", "b", "c", "d")
STUCK_S = 10.0
THINK_S = 0.025

State = dict[str, set[str]]


class Done(NamedTuple):
    """A request that changed something, and how much the client was told that it changed."""

    action: int
    method: str
    params: dict[str, Any]
    changed: int


def begin(vault: RunningVault) -> None:
    """Starts and mounts a vault with some pictures and a small model."""
    write_pack(vault.data / "models" / "tiny", "tiny")
    vault.environ |= {"VVAULT_MODEL_NAME": "tiny", "VVAULT_INGEST_WORKERS": "1"}
    for number in range(PICTURES):
        draw(vault.pictures / f"{number}.png", f"rgb({20 * number}, 0, 200)")
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()
    vault.mount()


class Crowd:
    """Clients in threads, until `deadline`; what went wrong in one of them ends the test.

    `stuck_s`: who waits so long for an answer is stuck. `think_s`: seconds that a client takes between two gestures, on
    average, and twice as many in the mount; at THINK_S the crowd is in haste, and takes all that a core has.
    """

    def __init__(
        self, vault: RunningVault, seconds: float, seed: int, stuck_s: float = STUCK_S, think_s: float = THINK_S
    ) -> None:
        self._stuck_s = stuck_s
        self._think_s = think_s
        with Client(vault.socket, timeout=stuck_s) as client:
            self.images = sorted(hit.id for hit in client.call("search", {"query": "width:>0"}).hits)
        self.done: list[Done] = []
        self.took: list[float] = []
        self.left: dict[str, set[str]] = {}
        self.gestures = 0
        self.late = 0
        self._vault = vault
        self._deadline = time.monotonic() + seconds
        self._wrong: list[BaseException] = []
        self._seed = seed

    def run(self) -> None:
        jobs: list[Callable[[random.Random], None]] = [self._over_the_socket] * SOCKET_CLIENTS
        jobs += [self._through_the_mount] * MOUNT_CLIENTS
        threads = [threading.Thread(target=self._work, args=(job, at), daemon=True) for at, job in enumerate(jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, self._deadline - time.monotonic()) + 2 * self._stuck_s)
        assert not any(thread.is_alive() for thread in threads), "somebody still waits: a deadlock"
        if self._wrong:
            raise self._wrong[0]

    def _work(self, job: Callable[[random.Random], None], number: int) -> None:
        try:
            job(random.Random(self._seed + number))
        except BaseException as wrong:
            self._wrong.append(wrong)

    def _over_the_socket(self, dice: random.Random) -> None:
        with Client(self._vault.socket, timeout=self._stuck_s) as client:
            while time.monotonic() < self._deadline:
                method, params = self._wish(dice)
                began = time.monotonic()
                try:
                    result = client.call(method, params)
                except DaemonAway:
                    raise  # whether it was done nobody knows: no order of the requests can be told
                except UserError:
                    continue  # what it named was renamed or deleted by somebody else
                if method in ("tag", "untag"):
                    self.took.append(time.monotonic() - began)
                if getattr(result, "action", None) is not None:
                    self.done.append(Done(int(result.action), method, params, result.changed))
                time.sleep(dice.uniform(0, 2 * self._think_s))

    def _wish(self, dice: random.Random) -> tuple[str, dict[str, Any]]:
        tag, images = dice.choice(TAGS), dice.sample(self.images, dice.randint(1, 4))
        kind = dice.choices(("tag", "untag", "rename", "delete", "search", "rescan"), (40, 20, 5, 3, 20, 1))[0]
        match kind:
            case "rename":
                return "tags.rename", {"name": tag, "to": dice.choice(TAGS)}
            case "delete":
                return "tags.delete", {"tag": tag, "force": True}
            case "search":
                return "search", {"query": dice.choice(("red", f"tag:{tag}", "blue -tag:a"))}
            case "rescan":
                return "rescan", {}
            case _:
                return kind, {"tag": tag, "images": images}

    def _through_the_mount(self, dice: random.Random) -> None:
        """Links and unlinks in a tag of its own, and looks around where others work."""
        name = f"of {dice.random():.6f}"
        folder, linked = self._vault.mountpoint / "tags" / name, set[str]()
        folder.mkdir()
        doubtful = set[str]()  # whose last gesture was late: it was made or not, or will be yet
        while time.monotonic() < self._deadline:
            picture = f"{dice.randrange(PICTURES)}.png"
            self.gestures += 1
            try:
                if picture in linked:
                    os.unlink(folder / picture)
                    linked.remove(picture)
                else:
                    os.symlink(self._vault.pictures / picture, folder / picture)
                    linked.add(picture)
            except OSError as error:
                if picture in doubtful and error.errno in (errno.EEXIST, errno.ENOENT):
                    doubtful.remove(picture)
                else:
                    self._is_late(error)
                    doubtful.add(picture)
                linked = self._made(folder)
            try:
                os.listdir(self._vault.mountpoint / "tags" / dice.choice(TAGS))
            except FileNotFoundError:
                pass  # renamed or deleted by somebody else
            except OSError as error:
                self._is_late(error)
            time.sleep(dice.uniform(0, 4 * self._think_s))
        self.left[name] = linked

    def _is_late(self, error: OSError) -> None:
        """Counts an answer that did not come within the mount's deadline; raises any other error."""
        if error.errno != errno.EIO:
            raise error
        self.late += 1

    def _made(self, folder: Path) -> set[str]:
        """What a folder lists when the daemon has caught up, and the folder has heard of it."""
        until = time.monotonic() + self._stuck_s
        while True:
            try:
                with Client(self._vault.socket, timeout=self._stuck_s) as client:
                    client.call("search", {"query": "width:>0"})
                time.sleep(1.5)
                return set(os.listdir(folder))
            except OSError as error:
                if error.errno != errno.EIO or time.monotonic() > until:
                    raise


def replayed(done: list[Done]) -> State:
    """What the requests leave, one after the other in the order of their actions; each changes what it said."""
    state: State = {}
    for one in sorted(done):
        assert change(state, one) == one.changed, one
    return state


def change(state: State, one: Done) -> int:
    """Does it; returns how many things that changed."""
    match one.method:
        case "tag":
            images = state.setdefault(one.params["tag"], set())
            new = set(one.params["images"]) - images
            images |= new
            return len(new)
        case "untag":
            there = state[one.params["tag"]] & set(one.params["images"])
            state[one.params["tag"]] -= there
            return len(there)
        case "tags.rename":
            state[one.params["to"]] = state.pop(one.params["name"])
            return 1
        case _:
            del state[one.params["tag"]]
            return 1


def there_is(client: Client) -> State:
    named = [tag.name for tag in client.call("tags").tags if tag.name in TAGS]
    return {name: {hit.id for hit in client.call("tags.folder", {"tag": name}).hits} for name in named}


def left_in(vault: RunningVault) -> State:
    """As `there_is`, over a connection of its own."""
    with Client(vault.socket, timeout=60) as client:
        return there_is(client)


def p99(took: list[float]) -> float:
    return sorted(took)[int(0.99 * len(took))]
