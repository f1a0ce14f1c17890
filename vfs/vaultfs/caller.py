"""Who asks: the process behind a gesture, so that everything it does within seconds is one action to undo.

And its user, to whom not everything need be allowed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from vaultfs.attributes import GID, UID

_START_TIME = 19
"""Index of `starttime` among the fields after the command's closing parenthesis: proc(5), /proc/PID/stat, field 22."""
_LEADER = re.compile(rb"^Tgid:\s*(\d+)", re.MULTILINE)
_GROUPS = re.compile(rb"^Groups:([\s\d]*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Caller:
    """A thread as the kernel names it (FUSE says `pid`); 0 if it lives in a PID namespace that we do not see.

    `uid` and `gid` are those by which file systems know it (fsuid and fsgid); its own user unless told otherwise.
    """

    pid: int
    uid: int = UID
    gid: int = GID

    def groups(self) -> frozenset[int] | None:
        """Return all groups it is in; None if that is not to be seen."""
        try:
            found = _GROUPS.search(Path(f"/proc/{self.pid}/status").read_bytes())
        except OSError:
            return None
        return None if found is None else frozenset((self.gid, *map(int, found[1].split())))

    def group(self) -> str:
        """Return `pid-starttime` of the thread's process: unlike the pid alone never used twice.

        The process and not the thread, because programs delete and copy with several. Empty if it is not to be seen.
        """
        try:
            leader = _LEADER.search(Path(f"/proc/{self.pid}/status").read_bytes())
            process = self.pid if leader is None else int(leader[1])
            stat = Path(f"/proc/{process}/stat").read_bytes()
        except OSError:
            return ""
        started = stat[stat.rfind(b")") + 2 :].split()[_START_TIME].decode()
        return f"{process}-{started}"
