"""A model pack that cannot be used is told in a sentence, whenever it is noticed."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from support.vault import RunningVault
from vaultd.models.bundled import BUNDLED


@pytest.mark.parametrize("hash_fits", [False, True], ids=["noticed by its hash", "noticed when it is opened"])
def test_a_damaged_pack_ends_the_daemon_with_a_sentence_and_no_traceback(vault: RunningVault, hash_fits: bool) -> None:
    pack = _damaged_copy(vault.home / "pack", hash_fits)
    vault.environ["VVAULT_MODEL_NAME"] = str(pack)
    done = vault.run("daemon")
    assert done.returncode == 2
    assert "text.onnx" in done.stderr
    assert "Traceback" not in done.stderr


def _damaged_copy(folder: Path, hash_fits: bool) -> Path:
    shutil.copytree(BUNDLED / "mini", folder)
    text = folder / "text.onnx"
    text.write_bytes(text.read_bytes()[:1000])
    if hash_fits:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        manifest["files"]["text.onnx"] = hashlib.sha256(text.read_bytes()).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder
