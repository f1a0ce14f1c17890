"""What training never sees, so that the demo library can judge a model honestly."""

from typing import Final

from vaultd.demo.palette import COLOURS
from vaultd.demo.things import THINGS

#: Pairs (colour, thing) that training never draws: a quarter of all, two or three colours of every thing.
HELD_OUT_PAIRS: Final = frozenset(
    (colour, thing)
    for shade, colour in enumerate(COLOURS)
    for shape, thing in enumerate(THINGS)
    if (shade + 3 * shape) % 4 == 3
)

#: Grounds that training never draws.
HELD_OUT_GROUNDS: Final = frozenset({"desert", "room"})

#: Seeds of scenes for judging. Training takes its seeds from below this range.
JUDGING_SEEDS: Final = range(1_000_000_000, 2_000_000_000)
