"""Easy Diffusion: each setting a PNG text of its own, or all of them a JSON object in UserComment or beside the
picture, or lines of a text file; under the names of its API, or under those that its page shows.

Source: easydiffusion/easydiffusion ui/easydiffusion/utils/save_utils.py (TASK_TEXT_MAPPING), easydiffusion/sdkit
sdkit/utils/file_utils.py (save_dicts).
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Any

from vaultd.domain.generation import Generation
from vaultd.prompts.generation import lora, made
from vaultd.prompts.texts import Texts
from vaultd.prompts.values import LONGEST_WORDS, listed

SHOWN = {
    "Prompt": "prompt",
    "Negative Prompt": "negative_prompt",
    "Seed": "seed",
    "Stable Diffusion model": "use_stable_diffusion_model",
    "Sampler": "sampler_name",
    "Width": "width",
    "Height": "height",
    "Steps": "num_inference_steps",
    "Guidance Scale": "guidance_scale",
    "LoRA model": "use_lora_model",
    "LoRA Strength": "lora_alpha",
}
"""As the page calls them, and as the API does."""
_MODEL = "use_stable_diffusion_model"
_LINE = re.compile(r"^([A-Z][A-Za-z ]{1,30}): ", re.MULTILINE)


def read(texts: Texts) -> Generation | None:
    """From whichever of the forms names the model, which only this program does so."""
    for text, data in texts.objects(lambda each: _MODEL in _named(each)):
        return _made(_named(data), text.text)
    chunks = _named({text.key: text.text for text in reversed(texts.found)})
    if _MODEL in chunks:
        return _made(chunks, "\n".join(f"{text.key}: {text.text}" for text in texts.found))
    for text in texts.found:
        if "Stable Diffusion model: " in text.text:
            return _made(_lines(text.text[: 4 * LONGEST_WORDS]), text.text)
    return None


def _named(data: dict[str, Any]) -> dict[str, Any]:
    return {SHOWN.get(key, key): value for key, value in data.items()}


def _lines(text: str) -> dict[str, Any]:
    """`Key: value`; a prompt may go on in lines that begin with no key that is known."""
    marks = [found for found in _LINE.finditer(text) if found[1] in SHOWN]
    ends = [found.start() for found in marks[1:]] + [len(text)]
    said = {SHOWN[found[1]]: text[found.end() : end].strip() for found, end in zip(marks, ends, strict=False)}
    return {key: value if "prompt" in key else value.partition("\n")[0].strip() for key, value in said.items()}


def _made(said: dict[str, Any], raw: str) -> Generation | None:
    names, weights = _each(said.get("use_lora_model")), _each(said.get("lora_alpha"))
    return made(
        "Easy Diffusion",
        raw,
        prompt=said.get("prompt"),
        negative=_unless_none(said.get("negative_prompt")),
        model=said.get(_MODEL),
        loras=[each for named in zip_longest(names, weights[: len(names)]) for each in lora(*named)],
        seed=said.get("seed"),
        steps=said.get("num_inference_steps"),
        cfg=said.get("guidance_scale"),
        sampler=_unless_none(said.get("sampler_name")),
        size=(said.get("width"), said.get("height")),
    )


def _each(value: Any) -> list[Any]:
    """One or several, as a list or as Python prints one."""
    return [value] if isinstance(value, int | float) else listed(_unless_none(value))


def _unless_none(value: Any) -> Any:
    """Python's None as it is printed into a PNG text."""
    return None if value == "None" else value
