"""What `doctor` says of the formats: which are read, what brings the others, and what is left out of the library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from vaultd import extras
from vaultd.worker.formats import NAMES, VIDEO
from vaultd.worker.optional_formats import OPTIONAL, OptionalFormat
from vaultipc.messages import Check


def checks(left_out: Counter[str]) -> Iterator[Check]:
    """One for each format that is not always read. `left_out`: files by kind, as the last scans counted them."""
    yield Check(name="formats", state="ok", message=f"always read: {', '.join(NAMES)}")
    yield from (_optional(one, left_out[one.name]) for one in OPTIONAL)
    videos = left_out[VIDEO]
    yield Check(
        name="videos",
        state="skip",
        message=f"only pictures are read; {_left_out(videos)}" if videos else "only pictures are read",
    )


def _optional(one: OptionalFormat, left_out: int) -> Check:
    name, module = f"format {one.name}", one.module
    if module is not None:
        return Check(name=name, state="ok", message=f"read, by {module}")
    there = f"; {_left_out(left_out)}" if left_out else ""
    return Check(
        name=name,
        state="warn" if left_out else "skip",
        message=f"not read: no package for it is installed{there}",
        fix=f"`{extras.command(one.extra)}`, then restart the daemon",
    )


def _left_out(count: int) -> str:
    """What came or went since then is not counted: nobody watches what is not read."""
    files = "1 file is" if count == 1 else f"{count:,} files are"
    return f"{files} left out, counted when the folders were last looked through (`vvault rescan` counts again)"
