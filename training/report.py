"""The evaluation of a run, and its pack."""

import json
import time
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training import asked, calibrate, evaluate, photo_colours
from training.asked import Space
from training.export import write_pack
from training.halves import Pictures
from training.run import Run
from training.sources import licence_of
from vaultd.demo.scene import Scene
from vaultd.models.manifest import Cut
from vaultd.models.nonsense import nothing

BACKGROUND = 2048


def judge(run: Run, scenes: list[Scene], drawn: NDArray[np.uint8]) -> tuple[Pictures, evaluate.Vectors]:
    """The held-out pictures' vectors, and the background sample's."""
    material = run.material
    photos = run.embed_images("held out", [material.pixels[r] for r in material.held_out])
    step = max(1, len(material.seen) // BACKGROUND)
    background = run.embed_images("background", [material.pixels[r] for r in material.seen[::step][:BACKGROUND]])
    held = evaluate.HeldOut(material.photos, material.held_out, material.concepts, material.names)
    return Pictures(held, photos, scenes, run.embed_images("drawn", list(drawn))), background


def figures(pictures: Pictures, embed: evaluate.EmbedTexts) -> dict[str, Any]:
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


def cut_of(run: Run, pictures: Pictures, space: Space) -> Cut:
    """The cut, chosen on the half that does not judge."""
    clip = run.average.clip
    scale, bias = float(clip.logit_scale.detach().exp()), float(clip.logit_bias.detach())
    return calibrate.calibrate(pictures.half(judging=False), space, scale, bias)


def at_the_levels(half: Pictures, space: Space, cut: Cut) -> dict[str, Any]:
    """What each level keeps of the half that judges."""
    judged = {"photos": asked.photographs(half, space), "drawn": asked.drawings(half, space)}
    return {
        name: {kind: asdict(calibrate.at_the_cut(some, getattr(cut, name), cut.vague)) for kind, some in judged.items()}
        for name in calibrate.BETAS
    }


def evaluate_and_export(run: Run, scenes: list[Scene], drawn: NDArray[np.uint8]) -> str:
    """The figures in JSON, which are also added to figures.jsonl in the work folder; writes the pack."""
    pictures, background = judge(run, scenes, drawn)
    space = Space(background, nothing(run.embed_texts), run.embed_texts)
    cut = cut_of(run, pictures, space)
    found = {
        "samples": run.samples,
        **figures(pictures, run.embed_texts),
        "cut": at_the_levels(pictures.half(judging=True), space, cut),
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
