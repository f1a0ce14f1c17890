"""What `uninstall --purge` deletes is all that a running vault has made."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from support.vault import RunningVault
from vaultd.autotags.tagger import VECTORS
from vaultd.service.remains import DATA


def test_a_vault_makes_nothing_in_its_data_folder_that_a_purge_would_leave(tmp_path: Path) -> None:
    with RunningVault(tmp_path) as vault:
        Image.new("RGB", (80, 60), "red").save(vault.pictures / "a.jpg")
        vault.start()
        vault.call("add", vault.pictures)
        vault.settle()
        vault.run("backup")
        made = {path.name for path in vault.data.iterdir()}
        assert {"catalog.db", "backups", "index", "holding"} <= made <= set(DATA)
        assert VECTORS in DATA, "which the tests' vault has no time to make"
