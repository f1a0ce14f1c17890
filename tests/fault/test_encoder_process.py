"""An encoder in a process of its own: what it cannot do is said, and losing it loses nothing.

No accelerator is needed: an engine that cannot be used here is asked for, and the process falls back to the processor.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.vault import RunningVault, eventually
from vaultd.demo.scene import Scene, draw
from vaultd.demo.things import THINGS
from vaultd.models import cuda

pytestmark = [
    pytest.mark.skipif(not cuda.problem(), reason="CUDA can be used here: nothing falls back"),
    pytest.mark.timeout(180),
    pytest.mark.expects_log("CUDA cannot be used"),
]


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[RunningVault]:
    with RunningVault(tmp_path) as running:
        running.environ["VVAULT_MODEL_ENGINE"] = "cuda"
        running.start()
        yield running


def put(vault: RunningVault, seeds: range) -> None:
    for seed in seeds:
        scene = Scene(sorted(THINGS)[seed % len(THINGS)], "red", "meadow", seed)
        draw(scene, (160, 120)).save(vault.pictures / f"{seed}.jpg")


def towers(vault: RunningVault) -> list[int]:
    """Processes that run an image tower for the workers."""
    return [pid for pid in vault.workers() if b"vaultd.worker.apart" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_what_cuda_lacks_is_said_and_the_processor_does_its_work(vault: RunningVault) -> None:
    put(vault, range(5))
    assert vault.call("status")["model"]["device"] == ""
    vault.call("add", vault.pictures)
    assert vault.settle()["counters"]["embedded"] == 5
    model = vault.call("status")["model"]
    assert (model["engine"], model["device"]) == ("onnxruntime", "cpu")
    assert "CUDA cannot be used" in model["note"]
    (check,) = [check for check in vault.call("doctor")["checks"] if check["name"] == "engine"]
    assert check["state"] == "warn"
    assert "CUDA cannot be used" in vault.log("daemon")
    assert len(towers(vault)) == 1


def test_a_killed_encoder_is_started_anew_and_no_picture_is_lost(vault: RunningVault) -> None:
    put(vault, range(5))
    vault.call("add", vault.pictures)
    vault.settle()
    (first,) = towers(vault)
    os.kill(first, signal.SIGKILL)
    put(vault, range(5, 12))
    eventually(lambda: vault.settle()["counters"]["embedded"] == 12, "the pictures after the kill were embedded")
    assert vault.call("status")["failed"] == 0
    assert towers(vault) != [first]


def test_the_encoder_ends_with_the_daemon(vault: RunningVault) -> None:
    put(vault, range(2))
    vault.call("add", vault.pictures)
    vault.settle()
    (tower,) = towers(vault)
    vault.kill_daemon()
    eventually(lambda: not Path(f"/proc/{tower}").exists() or _is_zombie(tower), "the encoder ended", 20)


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
