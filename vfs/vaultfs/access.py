"""Who gets into the mount, and what they may do there.

Without `allow_other` the kernel lets in nobody but the user who mounted, and not even root. With it the kernel checks
mode bits (`default_permissions`), and here is decided what bits cannot tell: only the owner changes anything, and
others read an original only where they could have read it in its own place.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import trio

from vaultfs.attributes import UID, Attributes
from vaultfs.caller import Caller
from vaultfs.faults import Denied
from vaultfs.permission import may_read
from vaultfs.tree.inodes import ROOT
from vaultipc.errors import Refused

Share = Literal["none", "group", "world"]

_ROOT_MODES: dict[Share, int] = {"none": 0o700, "group": 0o750, "world": 0o755}
_FUSE_CONF = Path("/etc/fuse.conf")
_ALLOWED = b"user_allow_other"


@dataclass(frozen=True, slots=True)
class Access:
    """What a mount is made for: `share` with whom, and whether the kernel lets in programs of others at all."""

    share: Share = "none"
    allow_other: bool = False

    @property
    def others(self) -> bool:
        """Whether anybody but the owner gets as far as the root of the mount."""
        return self.allow_other or self.share != "none"

    @property
    def options(self) -> frozenset[str]:
        """Options of mount(8) that go with it."""
        return frozenset({"allow_other", "default_permissions"} if self.others else ())

    def owns(self, caller: Caller) -> bool:
        """Return whether `caller` is the owner. Where nobody else gets in the kernel has seen to that."""
        return not self.others or caller.uid == UID

    def check_change(self, caller: Caller) -> None:
        """Raise Denied unless `caller` may change things: root, whom mode bits do not stop, is stopped here."""
        if not self.owns(caller):
            raise Denied(f"only the owner changes anything, and not uid {caller.uid}")

    async def check_read(self, caller: Caller, descriptor: int) -> None:
        """Raise Denied unless `caller` could open, in its own place, the original that is open as `descriptor`."""
        if self.owns(caller):
            return
        if not await trio.to_thread.run_sync(may_read, caller, descriptor):
            raise Denied(f"uid {caller.uid} cannot read the original in its own place")

    def mode(self, attributes: Attributes) -> int:
        """Return the mode that the kernel is told. What it checks must let the owner through, to be answered here."""
        if not self.others or not stat.S_ISDIR(attributes.mode):
            return attributes.mode
        if attributes.inode == ROOT:
            return stat.S_IFDIR | _ROOT_MODES[self.share]
        return attributes.mode | stat.S_IWUSR


PRIVATE = Access()
"""Nobody but the owner."""


def check_sharing(access: Access, configuration: Path = _FUSE_CONF) -> None:
    """Raise Refused if this system does not let this user admit others: fusermount3 would only refuse the mount."""
    if not access.others or UID == 0:
        return
    try:
        lines = configuration.read_bytes().splitlines()
    except OSError:
        lines = []
    if _ALLOWED not in (line.strip() for line in lines):
        raise Refused(
            f"Others may be let into a mount only where {configuration} has the line `{_ALLOWED.decode()}`, "
            "and it has not.",
            hint=f"Have an administrator add it (`echo {_ALLOWED.decode()} | sudo tee -a {configuration}`), or keep "
            'the mount to yourself: `mount.share = "none"`, `mount.allow_other = false`.',
        )
