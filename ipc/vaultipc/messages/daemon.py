"""The daemon itself: greeting, waiting, subscribing, stopping; mounts; model, configuration, health."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from vaultipc.messages.shared import NonNegative, Params, Whole


class HelloParams(Params, kw_only=True):
    """Optional greeting: refuses early when `protocol` differs.

    With `paths` false pictures cannot be named by the paths of files on this connection any more, neither in parameters
    nor in a query's `like:`: for clients that pass on what others say.
    """

    protocol: Whole = 1
    client: str = ""
    paths: bool = True


class Hello(Struct, kw_only=True):
    version: str
    protocol: int
    generation: str


class WaitParams(Params, kw_only=True):
    """`timeout` in seconds; 0 waits for ever."""

    timeout: float = 0.0


class SubscribeParams(Params, kw_only=True):
    """`topics`: any of images, tags, saved, feedback, history, roots, status; empty means all."""

    topics: list[str] = []


class Subscribed(Struct, kw_only=True):
    seq: int


class Changed(Struct, kw_only=True):
    """Notification `changed`: everything of these topics may differ from what was read before `seq`."""

    topics: list[str]
    seq: int


class MountParams(Params, kw_only=True):
    """A mount announces itself; it is listed in the status while this connection lasts."""

    path: str
    backend: str
    entries: str
    pid: NonNegative


class MountWelcome(Struct, kw_only=True):
    """`holding`: the folder for bytes written into the mount. `library` is a stable random id of the catalog. `asked`:
    queries were opened before and are remembered. `thumbnails`: the mount should tell what its opened folders show."""

    holding: str
    library: str
    version: str
    asked: bool = False
    thumbnails: bool = False


class ShownPicture(Struct, kw_only=True):
    """An entry of a folder: its name there, the picture, and the modification time that stat tells of it."""

    name: str
    image: str
    mtime_ns: int
    name_b64: str | UnsetType = UNSET


class MountThumbnailsParams(Params, kw_only=True):
    """A mount tells what a folder of it shows, once it was opened and whenever that changes; no entries: forget it.

    Thumbnails for these names are copied from those of the originals, in the background. `folder` is absolute.
    """

    folder: str
    folder_b64: str | UnsetType = UNSET
    entries: list[ShownPicture] = []


class MountThumbnails(Struct, kw_only=True):
    """`entries`: how many of them are taken; none where thumbnails are switched off."""

    entries: int


class ConfigValue(Struct, kw_only=True):
    value: Any
    default: Any
    source: str


class ConfigValues(Struct, kw_only=True):
    values: dict[str, ConfigValue]


class DoctorParams(Params, kw_only=True):
    deep: bool = False


class Check(Struct, kw_only=True):
    name: str
    state: Literal["ok", "warn", "fail", "skip"]
    message: str
    fix: str = ""


class Doctor(Struct, kw_only=True):
    ok: bool
    checks: list[Check]


class Stopping(Struct, kw_only=True):
    pid: int
