"""Which model understands the pictures: model list, use, info, forget."""

from __future__ import annotations

import os
from collections.abc import Iterator

from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag, Word
from vaultd.cli.quantities import count, size
from vaultd.cli.screen import Cell, Screen

NAME = Word("name", "NAME", "A model, as `vvault model list` names it, or the folder of its pack.")
MEANWHILE = (
    "Searching goes on with the model that answered before; `vvault status` tells how far it is, and"
    " `vvault model use` with that one's name goes back."
)
_BLOCKS = ("origin", "precision", "agreement", "background")


def models(call: Call) -> int:
    columns = ("name", "revision", ">dim", "state", ">size", ">vectors", "licence", "languages", "for")

    def show(screen: Screen, answer: Answer) -> None:
        screen.table(columns, map(_row, answer["models"]))
        for model in answer["models"]:
            if model.get("problem"):
                screen.say(f"{model['name']}: {model['problem']}")

    return call.answer("model.list", None, show)


def info(call: Call) -> int:
    def show(screen: Screen, answer: Answer) -> None:
        model = answer["model"]
        screen.pairs(_facts(model))
        if model["state"] == "remote":
            screen.say(f"It is not here: `vvault model pull {model['name']}` downloads it.")

    return call.answer("model.info", _named(call), show)


def use(call: Call) -> int:
    def show(screen: Screen, answer: Answer) -> None:
        name = f"{answer['model']['name']} {answer['model']['revision']}"
        if answer["model"]["state"] == "building":
            made = answer["reembed"]
            so_far = f" ({made['done']:,} of {made['total']:,} pictures)" if made["total"] else ""
            screen.say(f"The vectors of {name} are being made{so_far}. {MEANWHILE}")
        else:
            screen.say(f"{name} answers now.")
        if answer["away"]:
            screen.say(f"{answer['away']:,} files are on drives that are not here; theirs are made when these return.")

    try:
        return call.answer("model.use", {**_named(call), **call.given("wait")}, show)
    except KeyboardInterrupt:
        call.screen.say(f"No longer waiting; its vectors go on being made. {MEANWHILE}")
        raise


def forget(call: Call) -> int:
    def show(screen: Screen, answer: Answer) -> None:
        if "texts" in answer:
            screen.say(f"The words that {answer['model']} found for {count(answer['texts'], 'picture')} are gone.")
        else:
            screen.say(f"{answer['vectors']:,} vectors of {answer['model']} freed ({size(answer['bytes'])}).")

    return call.answer("model.forget", {**_named(call), **call.given("yes")}, show)


def _named(call: Call) -> Answer:
    """The daemon stands elsewhere, so a folder is told from the root."""
    name = call.options.name
    return {"name": os.path.abspath(os.path.expanduser(name)) if "/" in name else name}


def _row(model: Answer) -> list[str]:
    state = "damaged" if model.get("problem") and not model["revision"] else model["state"]
    writes = model["kind"] == "caption"
    facts = [model["name"], model["revision"], "" if writes else str(model["dim"])]
    made = f"{model['texts']:,} captions" if writes else f"{model['vectors']:,}"
    facts += [state, size(model["bytes"]), made, model["licence"], ", ".join(model["languages"])]
    return [*facts, "captions" if writes else "search"]


def _facts(model: Answer) -> Iterator[tuple[str, Cell]]:
    for name in ("name", "revision", "state", "problem", "licence"):
        if model.get(name):
            yield name, model[name]
    yield "languages", ", ".join(model["languages"])
    if model["kind"] == "search":
        yield "dimensions", str(model["dim"])
    yield "pack", f"{model['folder'] or 'not here'} ({size(model['bytes'])})"
    if model["kind"] == "search":
        yield "vectors", f"{model['vectors']:,} ({size(model['vector_bytes'])})"
    else:
        yield "captions", f"{model['texts']:,}"
    manifest = model["manifest"]
    if "image_size" in manifest:
        height, width = manifest["image_size"]
        yield "pictures", f"{width} × {height}, {manifest['resize']}, {manifest['interpolation']}"
        yield "words", f"at most {manifest['context_length']} tokens"
    for block in _BLOCKS:
        if manifest.get(block):
            yield block, _block(manifest[block])
    for name, digest in manifest.get("files", {}).items():
        yield name, digest


def _block(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {told}" for name, told in value.items() if told not in ("", None))
    return str(value)


COMMANDS = (
    Command("model list", "List the models.", models, (), "model.list"),
    Command("model use", "Choose the model that answers; searching goes on meanwhile.", use,
            (NAME, Flag("wait", "Return when it answers.")), "model.use"),
    Command("model info", "Say everything about one model.", info, (NAME,), "model.info"),
    Command("model forget", "Free the vectors of a model that does not answer.", forget,
            (NAME, Flag("yes", "Really free them.")), "model.forget"),
)  # fmt: skip
