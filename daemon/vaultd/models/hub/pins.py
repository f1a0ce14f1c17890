"""What was trusted at the first pull: for each repository its commit, and the sha256 of every file taken from it.

Later pulls of the same repository take that commit, and only those bytes; `--revision` chooses another and is trusted
anew. Kept as `pins.json` beside the packs.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from vaultipc.errors import Refused


class Pin(msgspec.Struct, frozen=True):
    """One repository as it was trusted."""

    commit: str
    name: str
    """Of the pack that came from it."""
    files: dict[str, str]
    """File name to sha256 in hexadecimal."""


class Pins:
    """The pins of one folder of packs."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "pins.json"

    def of(self, repo: str) -> Pin | None:
        """The pin of a repository; None if nothing was pulled from it yet."""
        return self._all().get(repo)

    def set(self, repo: str, pin: Pin) -> None:
        """Trusts `pin` from now on."""
        pins = self._all() | {repo: pin}
        new = self._file.with_suffix(".new")
        new.write_bytes(msgspec.json.format(msgspec.json.encode(pins), indent=2))
        new.replace(self._file)

    def _all(self) -> dict[str, Pin]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, Pin])
        except FileNotFoundError:
            return {}
        except msgspec.MsgspecError as error:
            raise Refused(
                f"{self._file} is damaged: {error}.", "Delete it: the next pull of each model then trusts the hub anew."
            ) from error
