"""Pictures that bring down whoever decodes or embeds them, as a mistake in a library does; for real processes.

    environ["PYTHONPATH"] = poisoned(tmp_path)
    poison(folder / "a.png", "worker")

Every Python process that is started with this environment loads `sitecustomize`, which looks at what Pillow opens and
at the batches a worker embeds. A picture that was not poisoned is read as ever.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PIL import Image, PngImagePlugin

Effect = Literal["worker", "hang", "work", "daemon", "words", "words and all"]
"""`work` takes half a second of a processor. The last two are those of a picture that anybody may read, but for a
worker that finds words for it."""

RED = (255, 0, 0)
"""A picture of this colour and no other kills a worker that embeds it, however small."""

SOURCE = """
import os, signal, sys, time
import numpy
from PIL import Image

opened, stacked = Image.open, numpy.stack

def watched(file, *arguments, **named):
    if hasattr(file, "peek"):
        start = file.peek(4096)
        if b"poison: worker" in start:
            os.kill(os.getpid(), signal.SIGSEGV)
        if b"poison: daemon" in start:
            os.kill(os.getppid(), signal.SIGKILL)
            os._exit(0)
        if b"poison: hang" in start:
            time.sleep(600)
        if b"poison: work" in start and b"poison: worker" not in start:
            until = time.process_time() + 0.5
            while time.process_time() < until:
                pass
        if b"poison: words" in start and "vaultd.worker.telling.desk" in sys.modules:
            if b"poison: words and all" in start:
                os.kill(os.getppid(), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGSEGV)
    return opened(file, *arguments, **named)

def looked_at(pixels, *arguments, **named):
    for each in pixels:
        if each.ndim == 3 and each.std(axis=(1, 2)).max() < 1e-3 and each[0, 0, 0] > each[1, 0, 0] + 1:
            os.kill(os.getpid(), signal.SIGSEGV)
    return stacked(pixels, *arguments, **named)

Image.open, numpy.stack = watched, looked_at
"""


def poisoned(folder: Path) -> str:
    """Writes what processes are to load; returns the value of PYTHONPATH."""
    place = folder / "poison"
    place.mkdir()
    (place / "sitecustomize.py").write_text(SOURCE)
    return str(place)


def poison(path: Path, effect: Effect) -> None:
    """Writes a picture that has an effect on whoever opens it."""
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", f"poison: {effect}")
    Image.effect_noise((40, 30), 50).convert("RGB").save(path, "PNG", pnginfo=said)
