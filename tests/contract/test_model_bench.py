"""`vvault model bench`: measured by a process of its own, in figures that can be compared."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from support.vault import RunningVault
from vaultd.models.bundled import BUNDLED
from vaultipc.errors import EXIT_REFUSED, EXIT_USAGE


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    with RunningVault(tmp_path_factory.mktemp("b")) as running:
        running.start()
        yield running


def test_the_active_model_is_measured(vault: RunningVault) -> None:
    figures = vault.call("model", "bench", "--batch", "4", "--threads", "1")
    assert figures["model"].startswith("mini ")
    assert figures["images_per_s"] > 1
    assert 0 < figures["text_ms"] < 1000
    assert (figures["engine"], figures["device"]) == ("onnxruntime", "cpu")
    assert (figures["batch"], figures["threads"], figures["note"]) == (4, 1, "")


def test_a_damaged_model_is_one_sentence_that_names_the_file(vault: RunningVault) -> None:
    local = vault.data / "models" / "torn"
    shutil.copytree(BUNDLED / "mini", local)
    (local / "image.onnx").write_bytes(b"torn")
    ended = vault.run("model", "bench", "torn")
    assert ended.returncode == EXIT_USAGE
    assert "image.onnx" in ended.stderr


def test_a_model_that_is_not_there_is_one_sentence(vault: RunningVault) -> None:
    ended = vault.run("model", "bench", "maxi")
    assert ended.returncode == EXIT_REFUSED
    assert "maxi" in ended.stderr
