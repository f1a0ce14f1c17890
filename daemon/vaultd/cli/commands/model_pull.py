"""Fetching a model: the one command that uses the network, in its own process."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentTypeError
from typing import TYPE_CHECKING

from vaultd import extras
from vaultd.cli.call import Call
from vaultd.cli.command import Command, Flag, Word
from vaultd.cli.commands.model_export import pictures
from vaultd.cli.quantities import duration, size
from vaultd.cli.screen import Screen

if TYPE_CHECKING:
    from vaultd.models.hub.wish import Pulled, Teller, Wish


def pull(call: Call) -> int:
    from vaultd.models.hub import pull as hub
    from vaultd.models.hub.remote import Hub

    teller = _teller(call)
    try:
        pulled = hub.pull(_wish(call), teller, Hub())
    except KeyboardInterrupt:
        call.screen.say("Stopped. The same command goes on from here.")
        raise
    finally:
        teller.end()
    return call.result({"model": _told(pulled)}, lambda screen: _show(screen, pulled, call.config.captions.model))


def _wish(call: Call) -> Wish:
    from vaultd.models.hub.reference import read_reference
    from vaultd.models.hub.wish import Wish

    options, config = call.options, call.config
    reference = read_reference(options.name, options.revision or "")
    sha256 = options.sha256 or reference.sha256
    packs, allowed = config.library.data / "models", config.network.enabled
    return Wish(packs, reference, sha256, options.yes, allowed, pictures(call) if reference.repo else ())


def _told(pulled: Pulled) -> dict[str, object]:
    """The model as `model list` tells it."""
    from vaultd.models.captioners import CaptionModel

    told = pulled.manifest
    search = None if isinstance(told, CaptionModel) else told
    return {
        "name": told.name,
        "revision": told.revision,
        "dim": search.dimension if search else 0,
        "state": "bundled" if pulled.bundled else "local",
        "bytes": sum(file.stat().st_size for file in pulled.folder.iterdir() if file.is_file()),
        "licence": told.licence,
        "languages": list(search.languages) if search else ["en"],
        "kind": "search" if search else "caption",
    }


def _show(screen: Screen, pulled: Pulled, captions: str) -> None:
    name = pulled.manifest.name
    screen.line(f"{name} is {'here' if pulled.transferred else 'here already: nothing was transferred'}.")
    if _is_captioner(pulled):
        screen.say(_to_write_captions(name, captions))
    else:
        screen.say(f"`vvault model use {name}` makes it the one that answers.")


def _is_captioner(pulled: Pulled) -> bool:
    from vaultd.models.captioners import CaptionModel

    return isinstance(pulled.manifest, CaptionModel)


def _to_write_captions(name: str, chosen: str) -> str:
    """What is left to do for captions by the model `name`."""
    from vaultd.ingest import tellers

    lacking = tellers.missing("caption")
    if lacking:
        return f"It needs {' and '.join(lacking)}: `{extras.command('caption')}`, then start the daemon again."
    if name != chosen:
        return f"`vvault config set captions.model {name}` lets it write captions from the next start of the daemon."
    return "It writes captions in the background when all else is done; `vvault status` says how far it is."


class _Quiet:
    """Says nothing, and agrees to nothing."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.total = self.here = 0
        self.began = 0.0

    def say(self, text: str) -> None:
        if not self.screen.json:
            self.screen.say(text)

    def confirm(self, question: str) -> bool:
        """Asks where somebody can answer."""
        if self.screen.json or not sys.stdin.isatty():
            return False
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def begin(self, total: int) -> None:
        self.total, self.here, self.began = total, 0, time.monotonic()

    def advance(self, count: int) -> None:
        self.here += count
        if self.total:
            self.shown()

    def end(self) -> None:
        self.total = 0

    def shown(self) -> None:
        """Shows how far it is."""

    @property
    def state(self) -> str:
        """`45 %, 270.1 MiB of 605.0 MiB, 48 s left`."""
        share = self.here / self.total
        passed = time.monotonic() - self.began
        left = f", {duration(passed / share - passed)} left" if passed > 2 and 0 < share < 1 else ""
        return f"{share:4.0%}, {size(self.here)} of {size(self.total)}{left}"


class _Lines(_Quiet):
    """A line at every tenth of the way."""

    tenth = 0

    def shown(self) -> None:
        tenth = 10 * self.here // self.total
        if tenth > self.tenth:
            self.say(self.state.strip())
        self.tenth = tenth


class _Bar(_Quiet):
    """One line of a terminal, written anew ten times a second at most."""

    next_at = 0.0
    is_drawn = False
    WIDTH = 30

    def shown(self) -> None:
        if time.monotonic() < self.next_at and self.here < self.total:
            return
        done = min(self.WIDTH * self.here // self.total, self.WIDTH)
        print(f"\r\x1b[K{'━' * done:<{self.WIDTH}} {self.state}", end="", file=sys.stderr, flush=True)
        self.next_at, self.is_drawn = time.monotonic() + 0.1, True

    def say(self, text: str) -> None:
        self._leave()
        super().say(text)

    def end(self) -> None:
        self._leave()
        super().end()

    def _leave(self) -> None:
        if self.is_drawn:
            print(file=sys.stderr)
        self.is_drawn = False


def _teller(call: Call) -> Teller:
    if call.screen.quiet or call.screen.json:
        return _Quiet(call.screen)
    return _Bar(call.screen) if sys.stderr.isatty() else _Lines(call.screen)


def _sha256(text: str) -> str:
    if len(text) != 64 or not set(text.lower()) <= set("0123456789abcdef"):
        raise ArgumentTypeError(f"{text!r} is no sha256: 64 digits from 0 to f")
    return text.lower()


COMMANDS = (
    Command("model pull", "Fetch a model from the hub, over the network.", pull,
            (Word("name", "NAME", "fast, balanced, multilingual, best; captions, captions-long; or"
                  " owner/repo[@revision] on huggingface.co."),
             Flag("revision", "A branch, tag or commit (the one pulled first; else the newest).", metavar="R"),
             Flag("sha256", "Refuse all but this: of a pack's manifest.json, of a checkpoint's weights.",
                  metavar="H", kind=_sha256),
             Flag("yes", "Agree to the model's licence; never ask."))),
)  # fmt: skip
