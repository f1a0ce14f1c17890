"""`vvault model pull` as a person and a program meet it."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import close_session

from support.hub import LoopbackHub, Repo, Trouble
from support.hub_packs import sha256, small_pack
from support.vault import VVAULT, RunningVault, eventually
from vaultd.cli.__main__ import run as vvault
from vaultipc.errors import EXIT_INTERRUPTED, EXIT_REFUSED, EXIT_USAGE

pytestmark = pytest.mark.timeout(180)  # a process that imports the hub's client takes long on a busy machine


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub({"some/pack": Repo(small_pack())}) as hub:
        yield hub


@pytest.fixture
def environ(hub: LoopbackHub, tmp_path: Path) -> dict[str, str]:
    """A home of its own, where the hub is ours and no proxy is set."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "HF_ENDPOINT": hub.endpoint, "LANG": "C.UTF-8"}


def run(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [VVAULT, "model", "pull", *words]
    return subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def packs(environ: dict[str, str]) -> Path:
    return Path(environ["HOME"]) / ".local/share/visionary-vault/models"


def test_a_program_gets_one_object_and_nothing_else(environ: dict[str, str]) -> None:
    for _ in range(2):
        done = run(environ, "some/pack", "--json")
        assert (done.returncode, done.stderr) == (0, "")
        model = json.loads(done.stdout)["model"]
        assert (model["name"], model["state"], model["dim"]) == ("small", "local", 256)
        assert model["bytes"] == sum(len(body) for body in small_pack().values())
    failed = run(environ, "no/such", "--json")
    assert failed.returncode == EXIT_REFUSED
    assert "no/such" in json.loads(failed.stdout)["error"]["message"]


def test_a_pipe_gets_plain_lines_beside_the_answer(environ: dict[str, str]) -> None:
    done = run(environ, "some/pack")
    assert done.stdout == "small is here.\n"
    assert "some/pack at 111111111111: 0.4 MB, licence: apache-2.0." in done.stderr
    assert "100%" in done.stderr
    assert "\r" not in done.stderr + done.stdout
    assert run(environ, "some/pack", "--quiet").stderr == ""


def test_a_terminal_gets_a_bar(environ: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [VVAULT, "model", "pull", "some/pack"], env=environ, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 4096)
        except OSError:  # the other side is closed
            break
    os.close(ours)
    assert done.wait(30) == 0
    assert "━ 100%" in shown.decode()


@pytest.fixture
def here(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of this process is that of the command, for `vvault(...)` without another process."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    yield
    close_session()


@pytest.mark.usefixtures("here")
def test_a_mistake_in_the_words_is_a_sentence(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["some/pack", "--sha256", "abc"],
        ["../../etc"],
        ["owner/repo/more"],
        ["https://example.org/a/b"],
        ["a/b@c", "--revision", "d"],
        ["a/b", "--revision", "../c"],
    ):
        assert vvault(["model", "pull", *words]) == EXIT_USAGE
        assert capsys.readouterr().err.startswith("vvault")
    assert vvault(["model", "pull", "quick"]) == EXIT_REFUSED
    assert "fast, balanced" in capsys.readouterr().err
    assert hub.requests == []


@pytest.mark.usefixtures("here")
def test_nobody_to_ask_means_no(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    hub.repos["some/pack"].licence = "apple-amlr"
    assert vvault(["model", "pull", "some/pack"]) == EXIT_REFUSED
    said = capsys.readouterr().err
    assert "apple-amlr" in said
    assert "--yes" in said
    assert vvault(["model", "pull", "some/pack", "--yes"]) == 0


@pytest.mark.usefixtures("here")
def test_the_configuration_forbids_it(
    hub: LoopbackHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VVAULT_NETWORK_ENABLED", "false")
    assert vvault(["model", "pull", "some/pack"]) == EXIT_REFUSED
    assert "network.enabled" in capsys.readouterr().err
    assert hub.requests == []


def test_the_hubs_own_switch_forbids_it_too(environ: dict[str, str], hub: LoopbackHub) -> None:
    offline = run(environ | {"HF_HUB_OFFLINE": "1"}, "some/pack")
    assert offline.returncode == EXIT_REFUSED
    assert "HF_HUB_OFFLINE" in offline.stderr
    assert hub.requests == []


def test_a_proxy_is_asked_and_its_absence_is_said(environ: dict[str, str], hub: LoopbackHub) -> None:
    behind = environ | {"HF_ENDPOINT": "http://hub.invalid", "HTTP_PROXY": hub.endpoint, "http_proxy": hub.endpoint}
    behind |= {"NO_PROXY": "localhost", "no_proxy": "localhost"}
    assert run(behind, "some/pack").returncode == 0
    assert any(request.target.startswith("http://hub.invalid/api/models/") for request in hub.requests)
    closed = environ | {"HF_ENDPOINT": "http://hub.invalid", "HTTP_PROXY": "http://127.0.0.1:9"}
    done = run(closed, "some/pack@main")
    assert done.returncode == EXIT_REFUSED
    assert "HTTPS_PROXY" in done.stderr


def test_control_c_in_the_middle_costs_nothing_that_is_here(environ: dict[str, str], hub: LoopbackHub) -> None:
    image = f"/lfs/{sha256(small_pack()['image.onnx'])}"
    hub.trouble(image, Trouble(after=100_000, stalls=True))
    process = subprocess.Popen(
        [VVAULT, "model", "pull", "some/pack"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    place = packs(environ) / ".pull"
    eventually(
        lambda: [path for path in place.rglob("image.onnx") if path.stat().st_size > 90_000], "much of it is here"
    )
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == EXIT_INTERRUPTED
    assert said.endswith("Stopped. The same command goes on from here.\n")
    assert not (packs(environ) / "small").exists()
    hub.requests.clear()
    assert run(environ, "some/pack").returncode == 0
    assert [request.range for request in hub.requests if request.path == image] == ["bytes=100000-"]


def test_a_running_daemon_sees_the_new_pack(hub: LoopbackHub, vault: RunningVault) -> None:
    vault.environ["HF_ENDPOINT"] = hub.endpoint
    vault.start()
    assert "small" not in [
        model["name"] for model in vault.call("model", "list")["models"] if model["state"] == "local"
    ]
    vault.call("model", "pull", "some/pack")
    assert "small" in [model["name"] for model in vault.call("model", "list")["models"] if model["state"] == "local"]


def test_other_commands_do_not_even_load_the_hubs_client(environ: dict[str, str]) -> None:
    code = "import sys; from vaultd.cli.__main__ import run; run(['--help']); run(['config', 'path']); "
    code += (
        "sys.exit(any(name.split('.')[0] in ('huggingface_hub', 'httpx', 'httpx2', 'tqdm') for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", code], env=environ, check=True, capture_output=True)
    code = "import sys, vaultd.models.hub.curated, vaultd.models.engines; sys.exit('huggingface_hub' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], env=environ, check=True)


def test_the_hubs_client_reports_nothing_and_uses_no_other_transfer(environ: dict[str, str]) -> None:
    code = "import vaultd.models.hub.pull; from huggingface_hub import constants as c; "
    code += "assert c.HF_HUB_DISABLE_TELEMETRY and c.HF_HUB_DISABLE_XET and c.HF_HUB_DISABLE_PROGRESS_BARS"
    subprocess.run([sys.executable, "-c", code], env=environ, check=True)
