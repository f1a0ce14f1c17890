"""What a person sees of a library that is complete, so that a disturbed run can be held against an undisturbed one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from support.vault import RunningVault

QUERY = "red car"


class Outcome(NamedTuple):
    """What a person sees of a library that is complete."""

    images: int
    files: int
    failed: frozenset[str]
    contents: frozenset[str]
    found: tuple[str, ...]


def outcome(vault: RunningVault) -> Outcome:
    """Settles `vault` and looks at it: counts, what failed, every content, and the answer to a question."""
    status = vault.settle()
    found = vault.call("search", QUERY, "--only", "meaning")
    everything = vault.call("search", "", "--limit", "10000")
    return Outcome(
        images=status["images"],
        files=status["files"],
        failed=frozenset(Path(file["path"]).name for file in vault.call("failed")["files"]),
        contents=frozenset(hit["content"] for hit in everything["hits"]),
        found=tuple(hit["content"] for hit in found["hits"]),
    )


def health(vault: RunningVault) -> list[dict[str, Any]]:
    """What `doctor --deep` has against the vault."""
    checks = vault.call("doctor", "--deep", timeout=60)["checks"]
    return [check for check in checks if check["state"] == "fail"]
