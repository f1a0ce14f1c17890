"""The things a picture can show, by name.

Each is drawn in units: about two wide or two high, the middle at (0, 0), and what stands, stands on y = 1.
"""

from collections.abc import Callable
from random import Random
from typing import Final

from vaultd.demo.palette import Paint
from vaultd.demo.pen import Pen
from vaultd.demo.things.animals import bird, cat, dog, fish
from vaultd.demo.things.household import ball, chair, cup, guitar, hat, umbrella
from vaultd.demo.things.outdoors import flower, house, star, tree
from vaultd.demo.things.vehicles import airplane, bicycle, boat, car

DrawThing = Callable[[Pen, Paint, Random], None]

THINGS: Final[dict[str, DrawThing]] = {
    "car": car,
    "boat": boat,
    "house": house,
    "tree": tree,
    "ball": ball,
    "star": star,
    "fish": fish,
    "flower": flower,
    "bird": bird,
    "cat": cat,
    "dog": dog,
    "cup": cup,
    "chair": chair,
    "hat": hat,
    "bicycle": bicycle,
    "airplane": airplane,
    "umbrella": umbrella,
    "guitar": guitar,
}

#: Things that hang in the air or the water; all others stand and throw a shadow.
AFLOAT: Final = frozenset({"star", "fish", "airplane"})
