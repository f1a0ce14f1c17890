"""Whether this system and this user can mount at all, in words for the user."""

from __future__ import annotations

import os
import stat

from vaultipc.errors import Refused

DEVICE = "/dev/fuse"
_WITHOUT = "`vvault up --no-mount` works without a folder to look into."


def check_device(device: str = DEVICE) -> None:
    """Raise Refused if the kernel's FUSE device is missing or may not be opened."""
    try:
        os.close(os.open(device, os.O_RDWR | os.O_CLOEXEC))
    except PermissionError:
        raise Refused(
            f"{device} may not be opened by this user ({_rights(device)}), and without it nothing can be mounted.",
            hint=f"Ask for permission to read and write {device} (usually mode 0666). {_WITHOUT}",
        ) from None
    except OSError as error:
        raise Refused(
            f"{device} cannot be opened: {error.strerror}. Without it nothing can be mounted.",
            hint=f"Load it with `modprobe fuse`; a container needs `--device {DEVICE}`. {_WITHOUT}",
        ) from None


def not_mounted(place: bytes, said: str) -> Refused:
    """Return the error for a mount that libfuse did not make; fusermount3 has told the cause on stderr if it ran."""
    return Refused(
        f"Nothing could be mounted on {place.decode(errors='replace')}: {said}.",
        hint="The line above names the cause, if fusermount3 told one; it must be installed, the folder must be yours, "
        f"and a container needs the right to mount (SYS_ADMIN). {_WITHOUT}",
    )


def _rights(device: str) -> str:
    """Return mode, owner and group, as numbers: names need not exist in a container."""
    found = os.stat(device)
    return f"mode {stat.S_IMODE(found.st_mode):04o}, owner {found.st_uid}, group {found.st_gid}"
