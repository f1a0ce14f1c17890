"""SwarmUI, once StableSwarmUI: `{"sui_image_params": {...}}` in PNG `parameters`, UserComment, or at first EXIF Model.

Source: mcmonkeyprojects/SwarmUI, src/Text2Image/T2IParamInput.cs and src/Utils/Image.cs.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from vaultd.domain.generation import Generation
from vaultd.prompts.generation import lora, made
from vaultd.prompts.texts import Texts
from vaultd.prompts.values import first, listed, mapping

_KEY = "sui_image_params"


def read(texts: Texts) -> Generation | None:
    """Prompt as it ran: wildcards are replaced in it."""
    for text, data in texts.objects(lambda each: _KEY in each):
        said = mapping(data[_KEY])
        return made(
            "SwarmUI",
            text.text,
            prompt=said.get("prompt"),
            negative=said.get("negativeprompt"),
            model=said.get("model"),
            loras=[each for named in _loras(said) for each in lora(*named)],
            seed=said.get("seed"),
            steps=said.get("steps"),
            cfg=said.get("cfgscale"),
            sampler=first(said, "sampler", "comfyuisampler", "autowebuisampler"),
            scheduler=first(said, "scheduler", "comfyuischeduler"),
            size=(said.get("width"), said.get("height")),
        )
    return None


def _loras(said: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Two lists of one length, or two texts with commas."""
    names, weights = listed(said.get("loras")), listed(said.get("loraweights"))
    return list(zip_longest(names, weights[: len(names)]))
