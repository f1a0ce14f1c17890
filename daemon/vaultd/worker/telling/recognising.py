"""What is written in pictures, by rapidocr (extra `[ocr]`), with the models that come inside its wheel.

Two looks: its detector on a small copy, and only where that sees lines the whole of it. The small look takes a
fraction of the time and is what most pictures get; docs/captions.md says what it misses and what it lets through.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vaultd.models.manifest import PackError
from vaultd.worker.messages import Told

SIDE = 1500
"""The shorter side that a picture keeps: rapidocr itself looks at no more than 2,000 pixels."""
GLANCE_PX, GLANCE_SURE = 320, 0.62
"""The longer side of the copy that is looked at first, and how sure the detector must be of a line in it."""
EVEN, NOISE = 0.9, 2
EDGED, EDGE = 0.008, 50
"""Screens hold text that is too small for such a copy. They are even: so many neighbours are equal, but for NOISE of
255 grey levels. And they are full of letters: so many differ by EDGE, which drawings without text do not come near."""
LOOK_PX = 736
"""The longer side at which lines are looked for; they are read at the picture's own size."""
SURE = 0.6
"""What is read with less confidence is no text."""
LEAST = 2
"""Letters and digits in all; a lone one is mostly a lamp post."""
LONGEST = 65_536
"""Characters that are kept, as many as a person's own text may have."""
LONG, WHOLE_PX = 2.5, 2000
"""A picture this many times as long as wide, as screenshots of whole pages are, is read piece by piece, unless it is
so small that rapidocr reads it as it is."""
OVERLAP = 0.06
"""Of a piece: what it shares with the next, so that a line on the seam is whole in one of them."""


class Line(NamedTuple):
    """One line of text, and how sure the reader is of it. `left`, `top`, `bottom`: where it stands, in pixels."""

    text: str
    sure: float
    left: float = 0.0
    top: float = 0.0
    bottom: float = 0.0


class Recogniser:
    """Reads pictures. Raises PackError where the library, or a model of it, is missing."""

    side = SIDE

    def __init__(self, threads: int) -> None:
        os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")
        try:
            self._glance = _engine(threads, GLANCE_PX, {"Det.box_thresh": GLANCE_SURE, "Global.use_rec": False})
            self._look = _engine(threads, LOOK_PX, {"Global.text_score": SURE})
            self.lines(np.full((self.side, self.side, 3), 255, np.uint8))
        except PackError:
            raise
        except Exception as error:  # rapidocr, OpenCV and ONNX Runtime raise what they like
            raise PackError(f"Text in pictures cannot be read: {error}.") from error

    def find(self, picture: Image.Image) -> Told:
        """The lines of a picture in RGB, from top to bottom; the confidence is the mean of their letters'."""
        looks_written, found = False, list[Line]()
        for piece in pieces(np.asarray(picture)[:, :, ::-1]):
            if not self.looks_written(piece):
                continue
            looks_written = True
            found += without_twice(found, self.lines(piece))
        if letters(found) < LEAST:
            return Told("nothing" if looks_written else "unlike")
        weights = [len(line.text) for line in found]
        confidence = float(np.average([line.sure for line in found], weights=weights))
        return Told("told", "\n".join(line.text for line in found)[:LONGEST], confidence)

    def looks_written(self, pixels: NDArray[np.uint8]) -> bool:
        """Whether it is like a screen, or the detector sees a line on a small copy. uint8 [height, width, 3], blue
        first."""
        return is_like_a_screen(pixels) or self._glance(np.ascontiguousarray(pixels)).boxes is not None

    def lines(self, pixels: NDArray[np.uint8]) -> list[Line]:
        """What is read in it, whatever it looks like. uint8 [height, width, 3], blue first."""
        answer = self._look(np.ascontiguousarray(pixels))
        if not answer.txts:
            return []
        read = zip(answer.txts, answer.scores, answer.boxes, strict=True)
        return in_rows(_line(text, sure, box) for text, sure, box in read if text.strip())


def letters(found: Iterable[Line]) -> int:
    """Letters and digits in all lines."""
    return sum(letter.isalnum() for line in found for letter in line.text)


def in_rows(found: Iterable[Line]) -> list[Line]:
    """The lines from top to bottom; what stands beside each other is one line, as on a bill."""
    rows: list[list[Line]] = []
    for line in sorted(found, key=lambda line: line.top):
        last = rows[-1][0] if rows else None
        if last is not None and last.top <= (line.top + line.bottom) / 2 <= last.bottom:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_joined(sorted(row, key=lambda line: line.left)) for row in rows]


def _joined(row: list[Line]) -> Line:
    sure = float(np.average([line.sure for line in row], weights=[len(line.text) for line in row]))
    top, bottom = min(line.top for line in row), max(line.bottom for line in row)
    return Line(" ".join(line.text for line in row), sure, row[0].left, top, bottom)


def _line(text: str, sure: float, box: NDArray[np.float32]) -> Line:
    """`box`: the four corners, x and y."""
    (left, top), bottom = box.min(axis=0), box[:, 1].max()
    return Line(text.strip(), float(sure), float(left), float(top), float(bottom))


def is_like_a_screen(pixels: NDArray[np.uint8]) -> bool:
    """Whether there is even ground with many hard edges on it. uint8 [height, width, 3]."""
    steps = np.abs(np.diff(pixels[:, :, 1].astype(np.int16), axis=1))
    return bool((steps <= NOISE).mean() > EVEN and (steps > EDGE).mean() > EDGED)


def pieces(pixels: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """A picture, or what a long one is cut into along its longer side, a little of each in the next."""
    height, width = pixels.shape[:2]
    short, long, axis = min(height, width), max(height, width), int(width > height)
    if long <= max(LONG * short, WHOLE_PX):
        yield pixels
        return
    count = -(-long // (2 * short))
    step = long / count
    for number in range(count):
        begin, end = int(number * step), min(long, int((number + 1) * step + OVERLAP * step))
        yield pixels[begin:end] if axis == 0 else pixels[:, begin:end]


def without_twice(before: list[Line], found: list[Line]) -> list[Line]:
    """The lines that the piece before did not end with: what both saw of their seam is said once."""
    last = {line.text for line in before[-3:]}
    return [line for place, line in enumerate(found) if place >= 3 or line.text not in last]


def _engine(threads: int, side: int, more: Mapping[str, object]) -> Any:
    """rapidocr with its own models, named by their paths: for a missing one it would go and fetch it."""
    from rapidocr import RapidOCR

    params: dict[str, object] = {
        "Det.model_path": _model("det"),
        "Rec.model_path": _model("rec"),
        "Det.limit_type": "max",
        "Det.limit_side_len": side,
        "Global.use_cls": False,
        "Global.log_level": "critical",
        "EngineConfig.onnxruntime.intra_op_num_threads": threads,
    }
    return RapidOCR(params=params | dict(more))


def _model(task: str) -> str:
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise PackError("Text in pictures cannot be read: rapidocr is not installed.")
    found = sorted((Path(spec.origin).parent / "models").glob(f"*_{task}_*.onnx"))
    if not found:
        raise PackError(f"Text in pictures cannot be read: rapidocr came without its model *_{task}_*.onnx.")
    return str(found[0])
