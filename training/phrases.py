"""How things are said: templates around names, plurals, and nonsense that no picture matches."""

import string

import numpy as np

TEMPLATES = (
    "a {}",
    "the {}",
    "a photo of a {}",
    "photo of a {}",
    "a photo of the {}",
    "a picture of a {}",
    "picture of {}",
    "an image of a {}",
    "my {}",
    "one {}",
    "a small {}",
    "a big {}",
    "a close-up of a {}",
    "photos of {}",
    "some {}",
)
DRAWN = ("a drawing of a {}", "drawing of a {}", "a cartoon of a {}", "a painted {}", "an illustration of a {}")
PLACED = ("{} on a {}", "a {} in front of a {}", "{} in the {}", "a {} and a {}", "{} {}")
LETTERS = np.array(list(string.ascii_lowercase))
VOWELS, CONSONANTS = "aeiouy", "bcdfghjklmnpqrstvwxz"


def say(name: str, random: np.random.Generator) -> str:
    """The name alone, mostly; else in a template or the plural."""
    draw = random.random()
    if draw < 0.55:
        return name
    if draw < 0.67:
        return plural(name)
    return TEMPLATES[random.integers(len(TEMPLATES))].format(name)


def plural(name: str) -> str:
    """The English plural, by rule."""
    if name.endswith(("s", "x", "ch", "sh")):
        return name if name.endswith("s") else name + "es"
    if name.endswith("y") and len(name) > 1 and name[-2] not in "aeiou":
        return name[:-1] + "ies"
    return name + "s"


def nonsense(random: np.random.Generator, known: list[str]) -> str:
    """Random letters, words that could be and are not, or a known word's letters in another order."""
    kind = random.random()
    if kind < 0.55:
        return _letters(random)
    if kind < 0.75:
        return " ".join(_letters(random) for _ in range(random.integers(2, 4)))
    if kind < 0.9:
        pieces = (CONSONANTS[random.integers(20)] + VOWELS[random.integers(6)] for _ in range(random.integers(2, 6)))
        return "".join(pieces)
    word = list(known[random.integers(len(known))].replace(" ", ""))
    return "".join(random.permutation(word)) if len(word) > 5 else _letters(random)


def _letters(random: np.random.Generator) -> str:
    return "".join(LETTERS[random.integers(0, 26, random.integers(3, 21))])
