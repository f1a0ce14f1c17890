"""JSON beside a picture whose program is unknown: the keys that many use, at the top or one level below.

For example what Civitai's API calls `meta`, and what galleries and trainers of models save.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vaultd.domain.generation import Generation
from vaultd.prompts.dialects import a1111
from vaultd.prompts.generation import made
from vaultd.prompts.texts import Text, Texts
from vaultd.prompts.values import first, mapping

_INSIDE = ("parameters", "metadata", "meta", "sd-metadata", "image", "input", "params")
"""Keys that hold an object with the others, or text with the settings of A1111."""
_PROMPT = ("prompt", "positive_prompt", "positiveprompt")
_NEGATIVE = ("negative_prompt", "negativeprompt", "uc")


def read(texts: Texts) -> Generation | None:
    """What the first object says that names a prompt; the outer one goes before what is inside."""
    for text, data in texts.objects(lambda each: True):
        outer = _lowered(data)
        within = [outer.get(key) for key in _INSIDE]
        said = [outer, *(_lowered(inner) for inner in map(mapping, within) if inner)]
        found = _made(text.text, {key: value for each in reversed(said) for key, value in each.items() if value})
        written = (a1111.read(Texts.of([Text(a1111.KEY, inner)])) for inner in within if isinstance(inner, str))
        return found or next((each for each in written if each is not None), None)
    return None


def _lowered(data: Mapping[str, Any]) -> dict[str, Any]:
    """With keys of one form, the first of equal ones: `Negative prompt` and `negative_prompt` are the same."""
    found: dict[str, Any] = {}
    for key, value in list(data.items())[:500]:
        found.setdefault(key.lower().replace(" ", "_"), value)
    return found


def _made(raw: str, said: dict[str, Any]) -> Generation | None:
    prompt, negative = _joined(first(said, *_PROMPT)), _joined(first(said, *_NEGATIVE))
    if not prompt and not negative:
        return None
    return made(
        "",
        raw,
        prompt=prompt,
        negative=negative,
        model=first(said, "model", "model_name"),
        seed=said.get("seed"),
        steps=first(said, "steps", "num_inference_steps"),
        cfg=first(said, "cfg_scale", "cfgscale", "guidance_scale", "cfg"),
        sampler=first(said, "sampler", "sampler_name"),
        scheduler=said.get("scheduler"),
        size=said.get("size") or (said.get("width"), said.get("height")),
    )


def _joined(value: Any) -> str:
    """A text, or a list of texts as one."""
    if isinstance(value, list):
        return ", ".join(part.strip() for part in value[:100] if isinstance(part, str) and part.strip())
    return value.strip() if isinstance(value, str) else ""
