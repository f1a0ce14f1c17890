"""How fast a model is on this machine."""

from __future__ import annotations

from collections.abc import Iterator

from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag, Word
from vaultd.cli.quantities import size
from vaultd.cli.screen import Cell, Screen
from vaultipc.errors import NotFound


def bench(call: Call) -> int:
    def show(screen: Screen, answer: Answer) -> None:
        screen.pairs(_facts(answer))
        if answer["note"]:
            screen.say(answer["note"])

    if call.options.name == "":  # which would ask for the active one
        raise NotFound("There is no model named ''.", hint="`vvault model list` lists them.")
    return call.answer("model.bench", call.given("name", "engine", "threads", "batch"), show)


def _facts(answer: Answer) -> Iterator[tuple[str, Cell]]:
    threads = f", {answer['threads']} threads" if answer["device"] == "cpu" else ""
    yield "model", answer["model"]
    yield "engine", f"{answer['engine']} on {answer['device']}{threads}"
    yield "pictures", f"{answer['images_per_s']:.1f} a second, {answer['batch']} at once"
    yield "query", f"{answer['text_ms']:.2f} ms"
    yield "first", f"picture after {answer['first_image_ms']:.0f} ms, query after {answer['first_text_ms']:.0f} ms"
    yield "memory", f"{size(answer['peak_bytes'])} at most, both towers"


COMMANDS = (
    Command("model bench", "Measure how fast a model is on this machine.", bench,
            (Word("name", "NAME", "A model; the active one if none is named.", times="?"),
             Flag("engine", "Measure it on this engine.", choices=("auto", "onnx", "cuda", "torch")),
             Flag("threads", "Processor threads.", metavar="N", kind=int),
             Flag("batch", "Pictures that go through the model at once.", metavar="N", kind=int)), "model.bench"),
)  # fmt: skip
