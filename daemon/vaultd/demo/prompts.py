"""Prompts as a picture generator leaves them in its files: they speak of style and mood, never of what is shown."""

from random import Random
from typing import Final

STYLES: Final = (
    "masterpiece, best quality, soft light, 35mm photograph",
    "cinematic lighting, highly detailed, film grain",
    "flat illustration, clean lines, gentle mood",
    "children's book style, storybook, hand drawn",
    "minimalist poster, calm atmosphere, wide angle",
    "vintage print, muted tones, paper texture",
)
MOODS: Final = ("shallow depth of field", "golden hour", "dreamy haze", "sharp focus", "rule of thirds", "low contrast")


def prompt(size: tuple[int, int], rng: Random) -> str:
    """Generation parameters in the layout of the AUTOMATIC1111 web UI; `size` in pixels."""
    return (
        f"{rng.choice(STYLES)}, {rng.choice(MOODS)}\n"
        "Negative prompt: lowres, watermark, jpeg artifacts, signature\n"
        f"Steps: {rng.randint(18, 40)}, Sampler: DPM++ 2M Karras, CFG scale: {rng.choice((5, 6.5, 7))}, "
        f"Seed: {rng.getrandbits(31)}, Size: {size[0]}x{size[1]}, Model: paperlight_v2"
    )
