"""The daemon itself: greeting, waiting, subscribing, stopping; mounts; model, configuration, health."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from vaultipc.messages.shared import Params


class HelloParams(Params, kw_only=True):
    """Optional greeting: refuses early when `protocol` differs."""

    protocol: int = 1
    client: str = ""


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
    pid: int


class MountWelcome(Struct, kw_only=True):
    """`holding`: the folder for bytes written into the mount. `library` is a stable random id of the catalog. `asked`:
    queries were opened before and are remembered."""

    holding: str
    library: str
    version: str
    asked: bool = False


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
