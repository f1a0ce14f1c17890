"""Where nothing can be mounted the user is told so in a sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.mounting import BACKENDS
from vaultfs.device import check_device
from vaultipc.errors import EXIT_REFUSED, Refused


def test_a_missing_device_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="No such file") as refused:
        check_device(str(tmp_path / "fuse"))
    assert "--no-mount" in (refused.value.hint or "")


def test_a_device_that_may_not_be_opened_is_named_with_its_rights(tmp_path: Path) -> None:
    device = tmp_path / "fuse"
    device.touch()
    device.chmod(0)
    if os.access(device, os.R_OK):
        pytest.skip("root may open everything")
    with pytest.raises(Refused, match="mode 0000"):
        check_device(str(device))


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_mount_that_is_not_made_ends_with_a_sentence(backend: str, tmp_path: Path) -> None:
    pytest.importorskip("pyfuse3" if backend == "pyfuse3" else "mfusepy", reason=f"the {backend} backend is missing")
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can give up the right to mount, with setpriv")
    command = ["setpriv", "--inh-caps=-sys_admin", "--bounding-set=-sys_admin", sys.executable, "-m", "vaultfs"]
    done = subprocess.run(
        [*command, tmp_path / "m", "--socket", tmp_path / "none", "--backend", backend],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == EXIT_REFUSED, done.stderr
    assert "vvault: Nothing could be mounted on" in done.stderr
    assert "--no-mount" in done.stderr
    assert "Traceback" not in done.stderr
