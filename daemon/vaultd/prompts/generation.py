"""Making a generation of values as programs write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from vaultd.domain.generation import Generation, Lora
from vaultd.prompts.values import LONGEST_NAME, name, number, pair, whole, words

PARSER_VERSION = 2
"""Grows when something is read that was not, or was read otherwise; what an older one found may be read again."""

MOST_LORAS = 64
_SEEDS, _STEPS, _PIXELS = 1 << 64, 100_000, 1 << 20
_LORA_TAG = re.compile(r"<lora:([^<>:]{1,200})(?::([^<>]{0,40}))?>")


def made(
    generator: str,
    raw: str,
    *,
    prompt: Any = None,
    negative: Any = None,
    model: Any = None,
    loras: Iterable[Lora] = (),
    seed: Any = None,
    steps: Any = None,
    cfg: Any = None,
    sampler: Any = None,
    scheduler: Any = None,
    size: Any = None,
    workflow: str = "",
) -> Generation | None:
    """A generation from values as they were found, of any type; None if they say nothing that can be searched for."""
    positive = words(prompt)
    steps = whole(steps, _STEPS)
    found = Generation(
        generator=generator,
        prompt=positive,
        negative=words(negative),
        model=name(model),
        loras=_distinct([*loras, *tagged(positive)]),
        seed=whole(seed, _SEEDS),
        steps=steps or None,
        cfg=number(cfg),
        sampler=words(sampler, LONGEST_NAME),
        scheduler=words(scheduler, LONGEST_NAME),
        size=_size(size),
        raw=raw,
        workflow=workflow,
    )
    return found if found.prompt or found.negative or found.model or found.seed is not None else None


def lora(called: Any, weight: Any = None) -> Iterator[Lora]:
    """A lora, if the name is one."""
    found = name(called)
    if found:
        yield Lora(found, number(weight))


def tagged(prompt: str) -> Iterator[Lora]:
    """The loras that a prompt names as `<lora:name:weight>`."""
    for found in _LORA_TAG.finditer(prompt):
        yield from lora(found[1], (found[2] or "").partition(":")[0])


def _distinct(loras: Iterable[Lora]) -> tuple[Lora, ...]:
    """Each name once, as it was said first."""
    named: dict[str, Lora] = {}
    for each in loras:
        named.setdefault(each.name, each)
    return tuple(named.values())[:MOST_LORAS]


def _size(value: Any) -> tuple[int, int] | None:
    width, height = (whole(side, _PIXELS) for side in (value if isinstance(value, tuple) else pair(value))[:2])
    return (width, height) if width and height else None
