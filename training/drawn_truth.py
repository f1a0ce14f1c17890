"""What is true of a drawn picture, and of a photograph when asked in the same words."""

from collections.abc import Sequence

import numpy as np

from training import phrases
from training.concepts import Array, Concepts
from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene
from vaultd.demo.things import THINGS

# A ground in the words that are true of it; the first is the one said in phrases.
GROUND_NAMES = {
    "meadow": ("meadow", "grass", "field", "nature"),
    "beach": ("beach", "sand", "sea", "seaside", "ocean", "seashore", "nature"),
    "city": ("city", "town", "street", "buildings", "road"),
    "snow": ("snow", "nature", "mountain", "mountains", "landscape"),
    "night": ("night",),
    "water": ("water", "lake", "sea", "nature"),
    "plain": ("plain background",),
    "forest": ("forest", "woods", "woodland", "nature", "trees"),
}
# Words that a ground makes neither true nor false.
GROUND_UNSURE = {
    "forest": ("tree", "plant", "landscape"),
    "meadow": ("landscape", "plant", "hills", "mountain"),
    "city": ("building", "house", "architecture", "home", "villa", "place", "scene"),
    "beach": ("water", "landscape", "rock", "place"),
    "snow": ("ice", "glacier", "hills", "alp"),
    "water": ("ocean", "lakeside", "landscape", "seaside"),
}
# Words for a drawn thing beyond its name and the names above it.
ALSO = {
    "car": ("automobile", "motor vehicle", "vehicle"),
    "boat": ("ship", "vehicle"),
    "house": ("home", "building"),
    "tree": ("plant",),
    "ball": ("toy",),
    "star": (),
    "fish": ("animal",),
    "flower": ("blossom", "plant"),
    "bird": ("animal",),
    "cat": ("animal", "pet"),
    "dog": ("animal", "pet"),
    "cup": ("mug",),
    "chair": ("furniture",),
    "hat": ("clothing",),
    "bicycle": ("bike", "vehicle"),
    "airplane": ("plane", "aircraft", "aeroplane", "vehicle"),
    "umbrella": (),
    "guitar": ("musical instrument", "instrument"),
}
# Colours that grounds and details show as well: a picture without them as its thing's colour may still have them.
PALE = {"green", "blue", "grey", "white", "brown", "black"}
THING_NAMES, PLACE_NAMES = list(THINGS), list(GROUND_NAMES)
TRAITS = (len(COLOURS), len(THING_NAMES), len(PLACE_NAMES))
# The colour of a thing whose picture had its channels exchanged.
UNKNOWN = ""
Kind = tuple[str | None, str | None, str | None, bool]


class DrawnTruth:
    """Truth for drawn pictures, over the names of the photographs' concepts."""

    def __init__(self, concepts: Concepts) -> None:
        self._names = concepts.names
        row = {name: i for i, name in enumerate(concepts.names)}
        self._row = row
        self._thing = {t: self._thing_row(t, concepts, row) for t in THINGS}
        self._ground = {g: [row[n] for n in names if n in row] for g, names in GROUND_NAMES.items()}
        self._unsure = {g: [row[n] for n in GROUND_UNSURE.get(g, ()) if n in row] for g in GROUND_NAMES}
        self._drawing = [row[n] for n in ("drawing", "cartoon") if n in row]

    def _thing_row(self, thing: str, concepts: Concepts, row: dict[str, int]) -> tuple[Array, Array]:
        """[N] truth and [N] weight of all names for a thing."""
        truth, weight = np.zeros(len(row), np.float32), np.ones(len(row), np.float32)
        for name in (thing, *ALSO[thing]):
            if name not in row:
                continue
            classes = concepts.under[:, row[name]] > 0
            if classes.any():
                # Names of kinds of the thing, a convertible for a car, are neither true nor false of its drawing.
                weight[concepts.under[classes].any(axis=0)] = 0
                truth[concepts.under[classes].all(axis=0)] = 1
            truth[row[name]] = 1
        return truth, np.maximum(weight, truth)

    def name_rows(self, scenes: Sequence[Scene], random: np.random.Generator) -> list[int]:
        """One true name for each picture."""
        found = []
        for scene in scenes:
            draw = random.random()
            options = np.flatnonzero(self._thing[scene.thing][0]) if draw < 0.6 else self._ground[scene.ground]
            if draw > 0.9:
                options = self._drawing
            if len(options):
                found.append(int(random.choice(options)))
        return found

    def names(self, scenes: Sequence[Scene], columns: np.ndarray) -> tuple[Array, Array]:
        """[pictures, columns] truth and weight of names."""
        truth = np.stack([self._thing[s.thing][0] for s in scenes])
        weight = np.stack([self._thing[s.thing][1] for s in scenes])
        for place, scene in enumerate(scenes):
            weight[place, self._unsure[scene.ground]] *= 0.1
            for rows in (self._ground[scene.ground], self._drawing):
                truth[place, rows] = weight[place, rows] = 1
        return truth[:, columns], weight[:, columns]

    def of_photos(
        self, colour: str | None, thing: str | None, place: str | None, is_drawn: bool, named: Array, shares: Array
    ) -> Array:
        """[2, photographs]: truth and weight of a phrase; what is unsure weighs little."""
        truth = np.ones(len(named), np.float32)
        weight = np.full(len(named), 0.5, np.float32)
        if thing is not None:
            truth *= named[:, self._row[thing]] if thing in self._row else 0
            weight = np.where(truth < 0.02, 1, weight).astype(np.float32)
        if colour is not None:
            truth = truth * np.clip((shares[:, COLOURS.index(colour)] - 0.05) / 0.3, 0, 1)
        if is_drawn or place is not None:
            weight = np.where(truth > 0.05, 0.1, weight).astype(np.float32)
            truth = np.zeros_like(truth)
        return np.stack([truth, weight])


def say_phrase(
    scenes: Sequence[Scene],
    random: np.random.Generator,
    pairs: Sequence[tuple[str, str]],
    places: Sequence[str],
) -> tuple[str, Kind]:
    """A text about colour, thing and ground, half of the time true of one of the pictures."""
    if random.random() < 0.6:
        scene = scenes[int(random.integers(len(scenes)))]
        colour, thing, ground = scene.colour or _other_colour(scene.thing, pairs, random), scene.thing, scene.ground
    else:
        colour, thing = pairs[int(random.integers(len(pairs)))]
        ground = places[int(random.integers(len(places)))]
    if random.random() < 0.12:
        return str(random.choice([colour, f"something {colour}", f"a {colour} thing"])), (colour, None, None, False)
    what = f"{colour} {thing}" if random.random() < 0.85 else thing
    kind = (colour if what != thing else None, thing)
    draw = random.random()
    if draw < 0.15:
        where = GROUND_NAMES[ground][0]
        pattern = phrases.PLACED[random.integers(len(phrases.PLACED))]
        return pattern.format(what, where), (*kind, ground, False)
    if draw < 0.25:
        return str(random.choice(phrases.DRAWN)).format(what), (*kind, None, True)
    return phrases.say(what, random), (*kind, None, False)


def _other_colour(thing: str, pairs: Sequence[tuple[str, str]], random: np.random.Generator) -> str:
    """A colour in which training shows the thing."""
    return str(random.choice([c for c, t in pairs if t == thing]))


def truth_of_drawn(colour: str | None, thing: str | None, place: str | None, scenes: Sequence[Scene]) -> Array:
    """[2, pictures]: truth and weight of a phrase."""
    found = []
    for scene in scenes:
        rest = thing in (None, scene.thing) and place in (None, scene.ground)
        unsure = rest and colour is not None and scene.colour == UNKNOWN
        truth = rest and colour in (None, scene.colour)
        pale = thing is None and colour in PALE and not truth
        found.append((truth, 0.0 if unsure else 0.3 if pale else 1.0))
    return np.array(found, np.float32).T


def traits(colour: str | None, thing: str | None, place: str | None) -> tuple[int, int, int]:
    """The number of each trait within its own kind, -1 for none or unknown."""
    return (
        -1 if colour in (None, UNKNOWN) else COLOURS.index(colour),
        -1 if thing is None else THING_NAMES.index(thing),
        -1 if place is None else PLACE_NAMES.index(place),
    )
