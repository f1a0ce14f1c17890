"""Whether files can have extended attributes here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def need_attributes(folder: Path) -> None:
    """Skip where files in `folder` cannot have attributes of users."""
    probe = folder / "probe"
    probe.touch()
    try:
        os.setxattr(probe, "user.xdg.tags", b"a")
    except OSError as error:
        pytest.skip(f"the file system of {folder} has no extended attributes ({error.strerror})")
