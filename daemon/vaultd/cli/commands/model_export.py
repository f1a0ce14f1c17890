"""Making a model pack of any open_clip model, in the command's own process and without the network."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag, Word
from vaultd.cli.quantities import size
from vaultd.cli.screen import Cell, Screen
from vaultipc.errors import DaemonAway, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vaultd.models.export.order import Exported, Order


def export(call: Call) -> int:
    from vaultd.models.export import exporting

    # Before anything else is looked at: nothing can be mended while torch is missing.
    exporting.check_installed()
    done = exporting.export(_order(call), call.screen.say if not call.screen.json else _nothing)
    return call.result(_answer(done), lambda screen: _show(screen, done))


def _order(call: Call) -> Order:
    from vaultd.models.export.order import Order

    options = call.options
    name = options.name or default_name(options.architecture, options.pretrained or "")
    folder = Path(options.to).expanduser() if options.to else call.config.library.data / "models"
    return Order(
        architecture=options.architecture,
        target=folder.absolute() / name,
        name=name,
        pretrained=options.pretrained or "",
        random_weights=options.random_weights,
        tokenizer=Path(options.tokenizer).expanduser() if options.tokenizer else None,
        images=pictures(call),
        precision=options.precision or "auto",
        keep_torch=options.torch,
        replace=options.yes,
        licence=options.licence or "unknown",
    )


def default_name(architecture: str, pretrained: str) -> str:
    """The name of a pack that was given none: `vit-b-32-laion2b_s34b_b79k`; of files and repositories the last part."""
    parts = [Path(part.removeprefix("hf-hub:").rstrip("/")).name for part in (architecture, pretrained) if part]
    stems = [re.sub(r"\.(json|pt|pth|bin|safetensors|npz)$", "", part) for part in parts]
    return re.sub(r"[^a-z0-9._-]+", "-", "-".join(stems).lower()).strip(".-_")[:100] or "model"


def pictures(call: Call) -> tuple[Path, ...]:
    """The folders that the model is tried on: the one named, else those the daemon watches, if one answers."""
    named = getattr(call.options, "images", None)
    if named:
        folder = Path(named).expanduser()
        if not folder.is_dir():
            raise NotFound(f"There is no folder {folder}.", "Give --images a folder of pictures.")
        return (folder,)
    try:
        answer: Answer = msgspec.json.decode(call.ask("roots"))
    except DaemonAway:
        return ()
    return tuple(Path(_decoded(root)) for root in answer["roots"])


def _decoded(root: Answer) -> str:
    raw = base64.b64decode(root["path_b64"]) if root.get("path_b64") else root["path"].encode()
    return raw.decode(errors="surrogateescape")


def _answer(done: Exported) -> Answer:
    manifest = done.manifest
    return {
        "model": {
            "name": manifest.name,
            "revision": manifest.revision,
            "dim": manifest.dimension,
            "state": "local",
            "bytes": done.size,
            "licence": manifest.licence,
            "languages": list(manifest.languages),
        },
        "path": bytes(done.folder).decode(errors="replace"),
        "precision": msgspec.to_builtins(manifest.precision),
        "agreement": msgspec.to_builtins(done.agreement),
        "background": manifest.background,
        "notes": done.notes,
    }


def _show(screen: Screen, done: Exported) -> None:
    screen.pairs(_facts(done))
    for note in done.notes:
        screen.say(note)
    if not done.agreement.photographs:
        screen.say("It was tried on drawn pictures only; --images DIR tries it on photographs, which says more.")
    screen.say(f"`vvault model use {done.manifest.name}` makes it the one that answers.")


def _facts(done: Exported) -> Iterator[tuple[str, Cell]]:
    manifest, agreement = done.manifest, done.agreement
    yield "model", f"{manifest.name}, revision {manifest.revision}"
    yield "folder", bytes(done.folder)
    yield "size", f"{size(done.size)}, image tower {manifest.precision.image}, text tower {manifest.precision.text}"
    yield "pictures", f"cosine {agreement.image_cosine:.4f} to torch at least, of {agreement.pictures} tried"
    yield "texts", f"cosine {agreement.text_cosine:.4f} to torch at least"
    yield "ranking", f"{agreement.top10:.1%} of the first ten pictures are the same"


def _nothing(line: str) -> None:
    """Progress is not said where JSON is read."""


COMMANDS = (
    Command("model export", "Make a model pack of any open_clip model.", export,
            (Word("architecture", "ARCH", "open_clip's name, a configuration file, or a folder with both."),
             Flag("pretrained", "Weights: a file; or, of the hub's cache, a tag or owner/name.", "CHECKPOINT"),
             Flag("random-weights", "Export it untrained, for a test."),
             Flag("name", "Name the pack NAME.", metavar="NAME"),
             Flag("images", "Try it on the pictures in DIR instead of the library's.", metavar="DIR"),
             Flag("precision", "int8 where it agrees (auto), or one of the two.", choices=("auto", "fp32", "int8")),
             Flag("tokenizer", "Take this tokenizer.json instead of the one the model names.", metavar="FILE"),
             Flag("torch", "Also store the weights for the engine torch."),
             Flag("licence", "Note the terms of the weights.", metavar="TEXT"),
             Flag("to", "Put the pack's folder into DIR instead of the library's models.", metavar="DIR"),
             Flag("yes", "Replace a pack of that name."))),
)  # fmt: skip
