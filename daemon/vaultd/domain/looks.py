"""What a picture looks like, as far as that is a handful of numbers."""

from __future__ import annotations

from msgspec import Struct

COLOURS = ("black", "white", "grey", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")
"""The basic colour terms of English (Berlin and Kay, Basic Color Terms, 1969)."""

CELLS = 4
"""`tint` divides a picture into so many columns and rows."""
TINT_UNIT = 0.4 / 127
"""Of a byte of `tint`, in Oklab's a and b; what screens show (sRGB) lies within 0.33."""
PLACEHOLDER = (4, 3)
"""Columns and rows of the tiny picture that stands for one that is not there yet."""
PALETTE = 8
"""So many colours are kept of a picture at most."""


class Looks(Struct, frozen=True, kw_only=True):
    """`phash`, `dhash`: 64 bits as a signed integer. `contrast`: standard deviation of the grey levels, 0 to 127.5.

    `tint`: for each of CELLS x CELLS cells, row by row, the mean a and b of Oklab as signed bytes, in TINT_UNIT.
    `colours`: percent of the picture by name, its middle counting more; names without any are left out. `palette`: at
    most PALETTE colours that most of it has, four bytes each: Oklab's lightness in units of 1 / 255, a and b as in
    `tint`, and percent. `sharpness`, None where nothing has an edge, `brightness` and `colourfulness` are in percent.
    `frames`: of a film, of which this is one; 2 if the file has pages. `placeholder`: the picture as PLACEHOLDER pixels
    of sRGB, three bytes each, row by row; None from a reader of an older version. `was_jpeg`: it is kept without loss,
    and was made of a JPEG.
    """

    phash: int
    dhash: int
    contrast: float
    tint: bytes
    colours: dict[str, int]
    palette: bytes
    sharpness: int | None
    brightness: int
    colourfulness: int
    frames: int = 1
    placeholder: bytes | None = None
    was_jpeg: bool = False
