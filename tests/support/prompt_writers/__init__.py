"""Files as each program writes them. One module a program, after its public source where there is one.

Where a case is a reconstruction, because no source says how it is written, its name says so.
"""

from __future__ import annotations

from support.prompt_writers import (
    a1111,
    comfyui,
    drawthings,
    easydiffusion,
    fooocus,
    invokeai,
    midjourney,
    novelai,
    stealth,
    swarmui,
)
from support.prompt_writers.case import Case

WRITERS = (a1111, comfyui, invokeai, novelai, stealth, fooocus, swarmui, easydiffusion, drawthings, midjourney)
CASES: tuple[Case, ...] = tuple(case for writer in WRITERS for case in writer.cases())

__all__ = ["CASES", "Case"]
