"""What a person sees of a library that is complete, so that a disturbed run can be held against an undisturbed one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from support.vault import RunningVault


class Outcome(NamedTuple):
    """What a person sees of a library that is complete."""

    images: int
    files: int
    failed: frozenset[str]
    contents: frozenset[str]
    meant: frozenset[str]


def outcome(vault: RunningVault) -> Outcome:
    """Settles `vault` and looks at it: counts, what failed, every content, and every content with a meaning."""
    status = vault.settle()
    everything = vault.call("search", "width:>0", "--limit", "10000")
    meant = vault.call("search", "red car", "--only", "meaning", "--level", "all", "--limit", "10000")
    return Outcome(
        images=status["images"],
        files=status["files"],
        failed=frozenset(Path(file["path"]).name for file in vault.call("failed")["files"]),
        contents=frozenset(hit["content"] for hit in everything["hits"]),
        meant=frozenset(hit["content"] for hit in meant["hits"]),
    )


def health(vault: RunningVault) -> list[dict[str, Any]]:
    """What `doctor --deep` has against the vault; that this machine cannot mount is not the vault's fault."""
    checks = json.loads(vault.run("doctor", "--deep", "--json", timeout=60).stdout)["checks"]
    return [check for check in checks if check["state"] == "fail" and not check["name"].startswith("fuse")]
