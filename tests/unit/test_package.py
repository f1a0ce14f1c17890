from __future__ import annotations

from importlib import metadata

import vaultd


def test_the_installed_version_is_the_one_the_daemon_reports() -> None:
    assert metadata.version("visionary-vault") == vaultd.__version__
