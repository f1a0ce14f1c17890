"""Midjourney: PNG `Description`, as its web page gives the files; those from Discord say nothing.

No source of it is public; the form is known from what people found in their files: the prompt, its flags, a job.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vaultd.domain.generation import Generation
from vaultd.prompts.generation import made
from vaultd.prompts.texts import Texts
from vaultd.prompts.values import LONGEST_WORDS

_JOB = re.compile(r"\bJob ID:\s{0,4}[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_FLAG = re.compile(r"(?:^|\s)(?:--|—)([a-z]{1,12})(?=\s|$)")
_MODELS = {"v": "v", "version": "v", "niji": "niji"}


def read(texts: Texts) -> Generation | None:
    """A text that names a job."""
    for text in texts.found:
        job = _JOB.search(text.text)
        if job:
            prompt, flags = _split(text.text[: job.start()][:LONGEST_WORDS])
            return made(
                "Midjourney",
                text.text,
                prompt=prompt,
                negative=flags.get("no"),
                model=" ".join(next(_models(flags), ())),
                seed=flags.get("seed"),
            )
    return None


def _split(said: str) -> tuple[str, dict[str, str]]:
    """The prompt before the first flag, and what follows each flag."""
    marks = list(_FLAG.finditer(said))
    ends = [found.start() for found in marks[1:]] + [len(said)]
    flags = {found[1]: said[found.end() : end].strip() for found, end in zip(marks, ends, strict=False)}
    return said[: marks[0].start()] if marks else said, flags


def _models(flags: dict[str, str]) -> Iterator[tuple[str, ...]]:
    yield from ((model, flags[flag]) for flag, model in _MODELS.items() if flags.get(flag))
