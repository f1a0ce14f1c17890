"""`vvault write-metadata --into files`, as a person types it: shown, written, and taken back by `vvault undo`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from support.metadata_writers import photograph
from support.vault import RunningVault

pytestmark = pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")

COMMAND = ("write-metadata", "--into", "files")
WRITTEN = ("-XMP-dc:Title", "-XMP-lr:HierarchicalSubject", "-XMP-xmp:Rating")
OTHERS = ("-EXIF:all", "-IPTC:all", "-XMP-mwg-rs:all", "-XMP-MP:all", "-XMP-exif:all", "-XMP-dc:Creator")


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[RunningVault]:
    with RunningVault(tmp_path) as running:
        (running.pictures / "a.jpg").write_bytes(photograph())
        Image.effect_noise((96, 64), 60).save(running.pictures / "b.png")
        os.setxattr(running.pictures / "a.jpg", "user.mine", b"kept")
        running.run("config", "set", "library.write_files", "true")
        running.start()
        running.call("add", running.pictures)
        running.settle()
        yield running


def told_by_exiftool(path: Path, *names: str) -> dict[str, object]:
    done = subprocess.run(["exiftool", "-j", *names, path], capture_output=True, check=True, timeout=60)
    found: dict[str, object] = json.loads(done.stdout)[0]
    return {name: said for name, said in found.items() if name != "SourceFile"}


def on_disk(path: Path) -> tuple[bytes, int, int, int, dict[str, bytes]]:
    """Bytes, modification time, inode, mode and attributes."""
    status = path.stat()
    attributes = {name: os.getxattr(path, name) for name in os.listxattr(path)}
    return path.read_bytes(), status.st_mtime_ns, status.st_ino, status.st_mode, attributes


def known(vault: RunningVault, path: Path) -> dict[str, object]:
    """All that the vault tells of a picture, but for `seq`, which counts changes of anything."""
    return vault.call("image", path) | {"seq": None}


def but_for_bytes(known: dict[str, object]) -> dict[str, object]:
    """Without what other bytes of the file change."""
    return {name: told for name, told in known.items() if name not in ("hash", "size", "paths")}


def test_a_person_writes_into_files_what_was_said_and_undo_gives_back_every_byte(vault: RunningVault) -> None:
    paths = [vault.pictures / name for name in ("a.jpg", "b.png")]
    vault.call("tag", "places/Lisbon", *paths)
    vault.call("rate", "5", *paths)
    vault.call("edit", "--title", "By the river", *paths)
    vault.settle()
    were, said = [on_disk(path) for path in paths], [told_by_exiftool(path, *OTHERS) for path in paths]
    pictures, read = [known(vault, path) for path in paths], vault.call("status")["counters"]

    preview = vault.call(*COMMAND, *paths)
    assert [(Path(file["path"]).name, file["tags_added"], file["rating"]) for file in preview["files"]] == [
        ("a.jpg", ["places/Lisbon"], 5),
        ("b.png", ["places/Lisbon"], 5),
    ]
    assert (preview["written"], preview["errors"], preview["action"]) == (0, [], None)
    assert [on_disk(path) for path in paths] == were, "it is only shown"

    done = vault.call(*COMMAND, "--write", *paths)
    assert (done["written"], done["errors"]) == (2, [])
    for path, (data, _, *same), others in zip(paths, were, said, strict=True):
        told = told_by_exiftool(path, *WRITTEN)
        assert (told["Title"], told["Rating"]) == ("By the river", 5)
        assert "places|Lisbon" in str(told["HierarchicalSubject"])
        assert told_by_exiftool(path, *OTHERS) == others, "what is not the user's is what it was"
        now, _, *still = on_disk(path)
        assert (now != data, still) == (True, same), "inode, mode and attributes"
    vault.settle()
    now_known = [known(vault, path) for path in paths]
    assert [but_for_bytes(one) for one in now_known] == [but_for_bytes(one) for one in pictures]
    assert sorted(path.name for path in vault.pictures.iterdir()) == ["a.jpg", "b.png"], "nothing is left beside them"

    (undone,) = vault.call("undo")["actions"]
    assert (undone["kind"], undone["skipped"]) == ("write-files", [])
    assert [on_disk(path) for path in paths] == were
    vault.settle()
    assert [known(vault, path) for path in paths] == pictures, "what was said in the vault stays"
    assert vault.call("status")["counters"] == read, "nothing was decoded or embedded again"
