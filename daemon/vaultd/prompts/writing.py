"""A generation as text, in the lines of A1111: what most programs read, and people know.

Source of the form: AUTOMATIC1111/stable-diffusion-webui modules/processing.py (create_infotext) and
modules/infotext_utils.py (quote, parse_generation_parameters); `Lora weights` as Fooocus writes them
(modules/meta_parser.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from vaultd.domain.generation import Generation
from vaultd.prompts.generation import tagged

FEWEST = 3
"""Settings in a line; one of fewer its readers take for more of the prompt that stands above it."""


def as_text(said: Generation) -> str:
    """Prompt, negative prompt and settings, as far as there are any, and enough; each on its line, and ended by a line
    end."""
    found = [f"{name}: {_quoted(value)}" for name, value in _settings(said)]
    settings = ", ".join(found) if len(found) >= FEWEST or not said.prompt + said.negative else ""
    negative = f"Negative prompt: {said.negative}" if said.negative else ""
    return "".join(f"{line}\n" for line in (said.prompt, negative, settings) if line)


def _settings(said: Generation) -> Iterator[tuple[str, str]]:
    numbers = {"Steps": said.steps, "CFG scale": said.cfg, "Seed": said.seed}
    named = {
        "Steps": "",
        "Sampler": said.sampler,
        "Schedule type": said.scheduler,
        "CFG scale": "",
        "Seed": "",
        "Size": "{}x{}".format(*said.size) if said.size else "",
        "Model": said.model,
        "Lora weights": _loras(said),
        "Version": said.generator,
    }
    for name, text in named.items():
        number = numbers.get(name)
        value = text if number is None else f"{number:.15g}" if isinstance(number, float) else str(number)
        if value:
            yield name, value


def _loras(said: Generation) -> str:
    """Those that the prompt does not name itself."""
    named = {lora.name for lora in tagged(said.prompt)}
    rest = [lora for lora in said.loras if lora.name not in named]
    return ", ".join(f"{lora.name}: {1.0 if lora.weight is None else lora.weight:.15g}" for lora in rest)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if any(letter in value for letter in ",:\n") else value
