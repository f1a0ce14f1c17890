"""A1111's web UI, Forge, SD.Next, and all who write as they do: prompt, `Negative prompt: …`, a line of settings.

Source: AUTOMATIC1111/stable-diffusion-webui modules/processing.py (create_infotext), modules/infotext_utils.py (quote,
parse_generation_parameters). A value with a comma, colon or line end is quoted as JSON; extensions write bare JSON,
too, and lines of their own after the settings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from vaultd.domain.generation import Generation, Lora
from vaultd.prompts.generation import lora, made
from vaultd.prompts.texts import Text, Texts
from vaultd.prompts.values import words

KEY = "parameters"
_DECODER = json.JSONDecoder()
_NEGATIVE = "Negative prompt:"
_SETTINGS = re.compile(r"^[ \t]{0,8}Steps: {0,4}\d", re.MULTILINE)
_INLINE = re.compile(r"\bSteps: \d{1,6}, ")
_NAME = re.compile(r"[\s,]{0,64}([\w(][\w \-/().+]{0,63}):[ \t]{0,8}")
_BARE_END = re.compile(r",|\n|$")
_LONGEST_SETTINGS, _MOST_SETTINGS = 262_144, 400
_FEW = 3
"""Settings that a line must hold to be one, as in A1111's own reader."""
_KNOWN = frozenset({"Seed", "Sampler", "CFG scale", "Size", "Model", "Model hash"})
_PROGRAMS = (
    (re.compile(r"ComfyUI"), "ComfyUI"),
    (re.compile(r"Fooocus"), "Fooocus"),
    (re.compile(r"RuinedFooocus"), "RuinedFooocus"),
    (re.compile(r"stable-diffusion\.cpp"), "stable-diffusion.cpp"),
    (re.compile(r"(f\d|neo|classic)"), "Forge"),
)


def read(texts: Texts) -> Generation | None:
    """The text with settings; or else what stands under A1111's key, or has its mark: prompts alone."""
    for text in texts.found:
        if text.data:  # a graph, in which looking for lines takes longer than all else
            continue
        said, settings = split(text.text)
        if settings:
            return _made(text, said, settings)
    alone = next((text for text in texts.found if _prompt_alone(text)), None)
    return _made(alone, alone.text, {}) if alone else None


def _prompt_alone(text: Text) -> bool:
    """Whether it is one; what would be JSON, and is damaged, is none."""
    return text.text.lstrip()[:1] not in ("{", '"') and (text.key == KEY or "\n" + _NEGATIVE in text.text)


def _made(text: Text, said: str, settings: dict[str, str]) -> Generation | None:
    prompt, negative = _parted(said)
    return made(
        _program(settings),
        text.text,
        prompt=prompt,
        negative=negative,
        model=settings.get("Model") or settings.get("Model hash"),
        loras=_weighed(settings.get("Lora weights", "")),
        seed=settings.get("Seed"),
        steps=settings.get("Steps"),
        cfg=settings.get("CFG scale") or settings.get("CFG Scale"),
        sampler=settings.get("Sampler"),
        scheduler=settings.get("Schedule type") or settings.get("Scheduler"),
        size=settings.get("Size"),
    )


def split(text: str) -> tuple[str, dict[str, str]]:
    """What stands before the settings, and these; none if the text has none."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    at = _where(text)
    found = dict(_settings(text[at : at + _LONGEST_SETTINGS])) if at is not None else {}
    if at is None or (len(found) < _FEW and not _KNOWN & found.keys()):
        return text, {}
    return text[:at], found


def _where(text: str) -> int | None:
    """Where the settings begin: with the last line that begins with the steps, or where they stand in a text that lost
    its line ends; or else with a last line that speaks of seed and sampler, as some write it."""
    for pattern in (_SETTINGS, _INLINE):
        starts = [found.start() for found in pattern.finditer(text)]
        if starts:
            return starts[-1]
    last = text.rstrip().rfind("\n") + 1
    found = dict(_settings(text[last : last + _LONGEST_SETTINGS]))
    return last if len(found) >= _FEW and len(_KNOWN & found.keys()) >= 2 else None


def _settings(text: str) -> Iterator[tuple[str, str]]:
    """Names and values of the first line; a value may be quoted or be JSON, and then holds commas."""
    at = 0
    for _ in range(_MOST_SETTINGS):
        found = _NAME.match(text, at)
        if found is None:
            following = text.find(",", at)
            newline = text.find("\n", at)
            if following < 0 or 0 <= newline < following:
                return
            at = following + 1
            continue
        if at and "\n" in found[0]:  # the settings are over; extensions write below them
            return
        value, at = _value(text, found.end())
        yield found[1].strip(), value


def _value(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] in ('"', "{", "["):
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):  # a value that only begins as if it were quoted
            pass
        else:
            return (value if isinstance(value, str) else text[at:end]), end
    found = _BARE_END.search(text, at)
    end = found.start() if found else len(text)
    return text[at:end].strip(), end


def _parted(said: str) -> tuple[str, str]:
    """Prompt and negative prompt, which begins a line; or not even that, where the line ends were lost."""
    at = 0 if said.startswith(_NEGATIVE) else said.find("\n" + _NEGATIVE)
    if at < 0 and "\n" not in said.strip():
        at = said.find(_NEGATIVE)
    if at < 0:
        return said, ""
    return said[:at], said[at:].lstrip("\n").removeprefix(_NEGATIVE)


def _weighed(said: str) -> list[Lora]:
    """Fooocus: `name: weight, name: weight`."""
    pairs = [part.rpartition(":") for part in words(said).split(",")]
    return [each for called, _, weight in pairs for each in lora(called, weight.strip())]


def _program(settings: dict[str, str]) -> str:
    app, version = settings.get("App", ""), settings.get("Version", "")
    if app.startswith("SD.Next"):
        return "SD.Next"
    return next((program for pattern, program in _PROGRAMS if pattern.match(version)), "A1111")
