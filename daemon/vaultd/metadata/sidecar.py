"""Reading a sidecar of any kind, by its name's ending."""

from __future__ import annotations

import os

from vaultd.domain.sidecar import Said
from vaultd.metadata import said as properties
from vaultd.metadata import xmp
from vaultd.metadata.generated import json_said, text_said
from vaultd.metadata.xmp import LONGEST, Unreadable

__all__ = ["LONGEST", "Unreadable", "read"]


def read(name: bytes, data: bytes) -> Said:
    """What a file of this name says that holds these bytes. Raises Unreadable."""
    if len(data) > LONGEST:
        raise Unreadable("it is larger than 1 MiB")
    ending = os.path.splitext(name)[1].lower()
    if ending == b".xmp":
        return properties.said(xmp.parse(data))
    return json_said(data) if ending == b".json" else text_said(data)
