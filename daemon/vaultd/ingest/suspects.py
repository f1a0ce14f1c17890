"""What was being read when the program was killed, so that a file which brings down all of it does so a few times only.

Before files are given to a worker their ids are written beside the catalog; a run that ends well takes them back. Ids
found there at the start were under way when the last run was killed. That is seldom a file's fault, so they are merely
read last, and each while nothing else is; one that was under way DEATHS times is read no more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from vaultd.catalog.files import File

logger = logging.getLogger(__name__)

DEATHS = 3


class Suspect(msgspec.Struct):
    """A file as it was then. `deaths`: how many runs were killed while it was read."""

    size: int
    mtime_ns: int
    deaths: int = 0
    under_way: bool = False


class Suspects:
    """Kept in the file `place`; nothing else is lost with it, and it is not waited for until it is on the disk."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._known: dict[int, Suspect] = {}

    def load(self) -> None:
        """Learns how the last run ended."""
        try:
            known = msgspec.json.decode(self._place.read_bytes(), type=dict[int, Suspect])
        except FileNotFoundError:
            return
        except (OSError, msgspec.DecodeError) as error:
            logger.warning("it is not known what the last run was reading: %s", error)
            return
        for suspect in known.values():
            suspect.deaths += suspect.under_way
            suspect.under_way = False
        self._known = {file: suspect for file, suspect in known.items() if suspect.deaths}
        self._write()

    @property
    def ids(self) -> list[int]:
        """The files to be read last, the least suspicious first."""
        found = [file for file, suspect in self._known.items() if suspect.deaths and not suspect.under_way]
        return sorted(found, key=lambda file: self._known[file].deaths)

    @property
    def is_one_read(self) -> bool:
        """Whether one of them is under way: if the program ends now, that one is to blame and no other."""
        return any(suspect.deaths and suspect.under_way for suspect in self._known.values())

    def is_guilty(self, file: File) -> bool:
        """Whether it was under way too often, and is the same file still."""
        suspect = self._known.get(file.id)
        if suspect is None or suspect.deaths < DEATHS:
            return False
        return (suspect.size, suspect.mtime_ns) == (file.size, file.mtime_ns)

    @contextmanager
    def reading(self, files: Sequence[File]) -> Iterator[None]:
        """These are being read; if that ends, the program has survived it."""
        self._begin(files)
        survived = False
        try:
            yield
            survived = True
        finally:
            self.forget([file.id for file in files], survived=survived)

    def forget(self, files: Iterable[int], *, survived: bool = True) -> None:
        """These are not being read any more; unless they were `survived`, what is known of them stays."""
        for file in files:
            suspect = self._known.get(file)
            if suspect is not None:
                suspect.under_way = False
                if survived or not suspect.deaths:
                    del self._known[file]
        self._write()

    def _begin(self, files: Iterable[File]) -> None:
        for file in files:
            suspect = self._known.setdefault(file.id, Suspect(file.size, file.mtime_ns))
            if (suspect.size, suspect.mtime_ns) != (file.size, file.mtime_ns):
                suspect.size, suspect.mtime_ns, suspect.deaths = file.size, file.mtime_ns, 0
            suspect.under_way = True
        self._write()

    def _write(self) -> None:
        """On a full disk pictures cannot be stored either, and that is told by who stores them."""
        draft = self._place.with_name(self._place.name + ".new")
        try:
            draft.write_bytes(msgspec.json.encode(self._known))
            draft.replace(self._place)
        except OSError as error:
            logger.debug("what is being read cannot be noted: %s", error)
