"""The evaluation of a run, and its pack."""

import json
import time
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training import calibrate, evaluate, photo_colours
from training.export import write_pack
from training.run import Run
from training.sources import licence_of
from vaultd.demo.scene import Scene

BACKGROUND = 2048


def judge(run: Run, scenes: list[Scene], drawn: NDArray[np.uint8]) -> tuple[calibrate.Pictures, evaluate.Vectors]:
    """The held-out pictures' vectors, and the background sample's."""
    material = run.material
    photos = run.embed_images("held out", [material.pixels[r] for r in material.held_out])
    step = max(1, len(material.seen) // BACKGROUND)
    background = run.embed_images("background", [material.pixels[r] for r in material.seen[::step][:BACKGROUND]])
    held = evaluate.HeldOut(material.photos, material.held_out, material.concepts, material.names)
    return calibrate.Pictures(held, photos, scenes, run.embed_images("drawn", list(drawn))), background


def figures(pictures: calibrate.Pictures, embed: evaluate.EmbedTexts) -> dict[str, Any]:
    """The rows of `benchmarks/quality.py` that need no other model."""
    photos = evaluate.score_by(pictures.photos, embed)
    nouns = evaluate.nouns(pictures.held, photos)
    drawn = evaluate.drawn_pairs(pictures.scenes, evaluate.score_by(pictures.drawn, embed))
    return {
        "class to photograph": asdict(evaluate.class_to_photo(pictures.held, photos)),
        "nouns": nouns.each,
        "nouns mean": nouns.mean,
        "nouns chance": nouns.chance,
        "captions": asdict(evaluate.captions(pictures.held, photos)),
        "drawn pairs": {kind: found.mean for kind, found in drawn.items()},
        "photo colours": photo_colours.ask(pictures.held, photos).mean,
    }


def levels(run: Run, pictures: calibrate.Pictures, background: evaluate.Vectors) -> dict[str, calibrate.Level]:
    """The levels of the cut, chosen on the half that does not judge."""
    asked = calibrate.questions(pictures, False, background, run.embed_texts)
    clip = run.average.clip
    return calibrate.choose_levels(asked, float(clip.logit_scale.detach().exp()), float(clip.logit_bias.detach()))


def evaluate_and_export(run: Run, scenes: list[Scene], drawn: NDArray[np.uint8]) -> str:
    """The figures in JSON, which are also added to figures.jsonl in the work folder; writes the pack."""
    pictures, background = judge(run, scenes, drawn)
    cut = levels(run, pictures, background)
    asked = calibrate.questions(pictures, True, background, run.embed_texts)
    found = {
        "samples": run.samples,
        **figures(pictures, run.embed_texts),
        "cut": {
            name: {"z": level.z, "p": level.probability}
            | {kind: calibrate.at_the_cut(some, level) for kind, some in asked.items()}
            for name, level in cut.items()
        },
    }
    line = json.dumps(found)
    with (run.settings.work / "figures.jsonl").open("a", encoding="utf-8") as out:
        out.write(line + "\n")
    write_pack(
        run.average,
        run.settings.work / "tokenizer.json",
        background,
        cut,
        run.settings.pack,
        name="mini",
        revision=f"{time.strftime('%Y-%m-%d')}.{run.samples}",
        side=run.settings.side,
        resize="squash",
        licence=licence_of(run.settings.sources),
    )
    return line
