"""InvokeAI: PNG `invokeai_metadata` since version 3, `sd-metadata` in version 2, `Dream` before.

Sources: invoke-ai/InvokeAI invokeai/app/invocations/metadata.py (CoreMetadataInvocation),
invokeai/app/services/image_files/image_files_disk.py, and for the older two ldm/invoke/args.py of its version 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from vaultd.domain.generation import Generation, Lora
from vaultd.prompts.generation import lora, made
from vaultd.prompts.texts import Text, Texts
from vaultd.prompts.values import LONGEST_WORDS, first, mapping, objects, words

NAME = "InvokeAI"
_WORKFLOWS = ("invokeai_workflow", "invokeai_graph")
_NEGATIVE = re.compile(r"\[([^\[\]]{1,2000})\]")
_FLAG = re.compile(r"-([sSWHCA])\s{0,4}([^\s-][^\s]{0,60})")


def read(texts: Texts) -> Generation | None:
    """The newest form that is there."""
    return next((found for found in _read(texts) if found is not None), None)


def _read(texts: Texts) -> Iterator[Generation | None]:
    workflow = next((found for key in _WORKFLOWS if (found := texts.get(key))), "")
    for text, data in texts.objects(lambda each: "positive_prompt" in each):
        yield _core(text, data, workflow)
    for text, data in texts.objects(lambda each: "nodes" in each and "edges" in each):
        nodes = mapping(data["nodes"])
        yield from (_core(text, node, workflow) for node in nodes.values() if "positive_prompt" in mapping(node))
    for text, data in texts.objects(lambda each: "model_weights" in each or each.get("app_id") == "invoke-ai/InvokeAI"):
        yield _second(text, data)
    for text in texts.found:
        quote, end = text.text[:1], text.text.rfind('" -')
        if text.key == "Dream" and quote == '"' and end > 0:
            yield _dream(text, end)


def _core(text: Text, said: dict[str, Any], workflow: str) -> Generation | None:
    return made(
        NAME,
        text.text,
        prompt=said.get("positive_prompt"),
        negative=said.get("negative_prompt"),
        model=_model(said.get("model")),
        loras=[each for entry in objects(said.get("loras")) for each in _lora(entry)],
        seed=said.get("seed"),
        steps=said.get("steps"),
        cfg=first(said, "cfg_scale", "guidance"),
        sampler=said.get("scheduler"),
        size=(said.get("width"), said.get("height")),
        workflow=workflow,
    )


def _model(value: Any) -> Any:
    """Version 3 calls it `model_name`, version 4 `name`."""
    return first(mapping(value), "name", "model_name") or value


def _lora(entry: dict[str, Any]) -> Iterator[Lora]:
    """Version 3 keeps it under `lora`, version 4 under `model`."""
    yield from lora(_model(first(entry, "model", "lora")), entry.get("weight"))


def _second(text: Text, data: dict[str, Any]) -> Generation | None:
    said = mapping(data.get("image"))
    prompts = said.get("prompt")
    whole = prompts if isinstance(prompts, str) else [each.get("prompt") for each in objects(prompts)]
    prompt, negative = _parted(words(whole))
    return made(
        NAME,
        text.text,
        prompt=prompt,
        negative=negative,
        model=data.get("model_weights"),
        seed=said.get("seed"),
        steps=said.get("steps"),
        cfg=said.get("cfg_scale"),
        sampler=said.get("sampler"),
        size=(said.get("width"), said.get("height")),
    )


def _dream(text: Text, end: int) -> Generation | None:
    """A line as it was typed: the prompt in quotes up to `end`, then flags."""
    prompt, negative = _parted(text.text[1:end])
    flags = {flag[1]: flag[2] for flag in _FLAG.finditer(text.text[end : end + LONGEST_WORDS])}
    return made(
        NAME,
        text.text,
        prompt=prompt,
        negative=negative,
        seed=flags.get("S"),
        steps=flags.get("s"),
        cfg=flags.get("C"),
        sampler=flags.get("A"),
        size=(flags.get("W"), flags.get("H")),
    )


def _parted(prompt: str) -> tuple[str, str]:
    """Before version 3, what is unwanted stood in the prompt, in square brackets."""
    prompt = prompt[:LONGEST_WORDS]
    unwanted = ", ".join(found.strip() for found in _NEGATIVE.findall(prompt))
    return re.sub(r" {2,}", " ", _NEGATIVE.sub("", prompt)).strip(" ,"), unwanted
