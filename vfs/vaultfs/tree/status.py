"""`STATUS.txt`: what the vault is doing, and what to do next. Readable while the daemon is away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaultfs.tree.node import Handle, TextFile

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.link import Link
    from vaultipc.messages import Status

_AWAY = "start the daemon with `vvault up`; this folder answers by itself then."


class StatusFile(TextFile):
    """Rendered from the last status; opening it asks for a new one."""

    __slots__ = ("_link",)

    entry_timeout = 300.0

    def __init__(self, inode: int, link: Link) -> None:
        super().__init__(inode)
        self._link = link

    def text(self) -> bytes:
        return render(self._link.status, self._link.connected).encode()

    async def open(self, write: bool, truncate: bool, caller: Caller) -> Handle:
        await self._link.refresh_status()
        return await super().open(write, truncate, caller)


def render(status: Status | None, connected: bool) -> str:
    """Return the text of STATUS.txt; `status` is the last one known, None if there was none yet."""
    if status is None:
        return f"Visionary Vault: the daemon is away.\n\nNext: {_AWAY}\n"
    lines = ["Visionary Vault", ""]
    if not connected:
        lines += ["The daemon is away. What follows was true when it was last heard.", ""]
    lines += [f"{label:<10} {value}" for label, value in _facts(status)]
    lines += ["", f"Next: {_advice(status, connected)}"]
    return "\n".join(lines) + "\n"


def _facts(status: Status) -> list[tuple[str, str]]:
    indexed = status.files - status.pending - status.failed
    facts = [
        ("state", f"{status.state}{f': {status.reason}' if status.reason else ''}"),
        ("indexed", f"{indexed} of {status.files} files, {status.images} pictures"),
    ]
    if status.pending:
        facts.append(("rate", f"{status.rate_per_s:.1f} files a second"))
        facts.append(("time left", "unknown" if status.eta_s is None else _duration(status.eta_s)))
    facts.append(("failed", f"{status.failed} files, failed/.why/ says why" if status.failed else "none"))
    if status.offline:
        facts.append(("offline", f"{status.offline} pictures on disks that are not here"))
    model = status.model
    facts.append(("model", f"{model.name} {model.revision}, {model.dim} dimensions" if model else "none"))
    if model and model.reembed:
        made = f"{model.reembed['done']} of {model.reembed['total']} pictures"
        facts.append(("next model", f"{model.next}, {made}"))
    if status.reread:
        facts.append(
            ("read again", f"{status.reread['done']} of {status.reread['total']} pictures, for colours and lenses")
        )
    for label, words in (("text read", status.ocr), ("captions", status.captions)):
        if words:
            facts.append((label, f"{words.done} of {words.total} pictures"))
    facts += [("folder", f"{root.path} ({root.state}, {root.files} files)") for root in status.roots]
    return facts


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _advice(status: Status, connected: bool) -> str:
    if not connected:
        return _AWAY
    if not status.roots:
        return "say where your pictures are: `vvault add ~/Pictures`."
    if status.state == "paused":
        return "go on with `vvault resume`."
    if status.pending:
        return "open search/<what you look for>/ at any time; it grows as pictures are indexed."
    return "open search/<what you look for>/, for example search/red car/."
