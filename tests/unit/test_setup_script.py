"""What `scripts/setup` finds missing on a machine that has nothing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).parents[2] / "scripts/setup"
FOR_TESTS = {"chromium", "libimage-exiftool-perl", "exiv2", "netcat-openbsd"}


@pytest.mark.parametrize("for_tests", ["", "1"])
def test_the_programs_that_tests_ask_are_installed_for_tests_only(tmp_path: Path, for_tests: str) -> None:
    bash, dirname = (shutil.which(name) for name in ("bash", "dirname"))
    assert bash
    assert dirname
    (tmp_path / "dirname").symlink_to(dirname)
    script = f". '{SETUP}'; missing_packages"
    environ = {"PATH": str(tmp_path), "for_tests": for_tests}
    done = subprocess.run([bash, "-c", script], env=environ, capture_output=True, text=True, check=True, timeout=60)
    missing = {line.partition(":")[0] for line in done.stdout.splitlines()}
    assert "fuse3" in missing
    assert missing & FOR_TESTS == (FOR_TESTS if for_tests else set())
