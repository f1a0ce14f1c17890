"""The evaluation of a run, and its pack."""

import json
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training import calibrate, evaluate
from training.export import write_pack
from training.run import Run
from vaultd.demo.scene import Scene

BACKGROUND = 2048
KINDS = ("photos", "drawn", "nonsense")


def judge(run: Run, scenes: list[Scene], drawn: NDArray[np.uint8]) -> tuple[evaluate.Judged, evaluate.Vectors]:
    """The held-out pictures' vectors, and the background sample's."""
    material = run.material
    photos = run.embed_images([material.pixels[r] for r in material.held_out])
    step = max(1, len(material.seen) // BACKGROUND)
    background = run.embed_images([material.pixels[r] for r in material.seen[::step][:BACKGROUND]])
    judged = evaluate.Judged(material.photos, material.held_out, photos, scenes, run.embed_images(list(drawn)))
    return judged, background


def report(run: Run, judged: evaluate.Judged, background: evaluate.Vectors) -> dict[str, Any]:
    """All figures, and the levels of the cut."""
    concepts, embed = run.material.concepts, run.embed_texts
    found = evaluate.nouns(judged, concepts, embed)
    asked = calibrate.questions(judged, concepts, background, embed)
    clip = run.average.clip
    levels = calibrate.choose_levels(asked, float(clip.logit_scale.detach().exp()), float(clip.logit_bias.detach()))
    return {
        "samples": run.samples,
        "class to photograph": evaluate.class_to_photo(judged, concepts, run.material.names, embed),
        "nouns": found,
        "nouns mean": float(np.mean([v[0] for v in found.values()])),
        "nouns chance": float(np.mean([v[2] for v in found.values()])),
        "captions": evaluate.captions(judged, embed),
        "drawn pairs": evaluate.drawn_pairs(judged, embed),
        "cut": {
            name: {
                "z": level.z,
                "p": level.probability,
                **{k: calibrate.at_the_cut(a, level) for k, a in zip(KINDS, asked, strict=True)},
            }
            for name, level in levels.items()
        },
        "levels": levels,
    }


def evaluate_and_export(run: Run, scenes: list[Scene], drawn: NDArray[np.uint8]) -> str:
    """The figures in JSON, which are also added to figures.jsonl in the work folder; writes the pack."""
    judged, background = judge(run, scenes, drawn)
    figures = report(run, judged, background)
    levels = figures.pop("levels")
    line = json.dumps(figures)
    with (run.settings.work / "figures.jsonl").open("a", encoding="utf-8") as out:
        out.write(line + "\n")
    write_pack(
        run.average,
        run.settings.work / "tokenizer.json",
        background,
        levels,
        run.settings.pack,
        name="mini",
        revision=f"{time.strftime('%Y-%m-%d')}.{run.samples}",
        side=run.settings.side,
        resize="squash",
    )
    return line
