"""Queries like "red car" on photographs, where the colour is that of the thing itself.

photo_colours.csv names held-out photographs, what they show and which colours a person would call that thing. It was
read by looking at the photographs, one reader, once; a thing of no one clear colour is not in it. Several colours mean
that either is right (a white and black dog; fruit between red and orange).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.evaluate import Found, HeldOut, Score, Truth, precision
from training.known import Known

LIST = Path(__file__).with_name("photo_colours.csv")
FEWEST = 3
"""A pair is asked for where so many photographs show it, and so many show the thing in other colours."""


@dataclass(frozen=True)
class Seen:
    """What was read off one photograph."""

    things: frozenset[str]
    colours: frozenset[str]


def read_list() -> dict[str, Seen]:
    """File name to what was read."""
    with LIST.open(newline="", encoding="utf-8") as file:
        return {
            row["file"]: Seen(frozenset(row["things"].split("|")), frozenset(row["colours"].split("|")))
            for row in csv.DictReader(file)
        }


@dataclass(frozen=True)
class Asked:
    """One query over the held-out photographs, all [photographs]."""

    text: str
    truth: Truth
    known: Truth
    """Not known: photographs that may show the thing, and whose colour was not read."""
    of_thing: Truth
    """Photographs whose colour was read, of the thing in any colour."""


def questions(held: HeldOut) -> Iterator[Asked]:
    """Every pair of colour and thing with enough photographs of it and against it."""
    seen, known = read_list(), Known(held)
    read = [seen.get(held.photos[row].file) for row in held.rows]
    for thing in sorted({thing for one in seen.values() for thing in one.things}):
        of_thing = np.array([one is not None and thing in one.things for one in read])
        judged = of_thing | (known.truth(thing) < 0) | np.array([one is not None for one in read])
        for colour in sorted({colour for one in seen.values() for colour in one.colours} - {thing}):
            truth = np.array([one is not None and thing in one.things and colour in one.colours for one in read])
            if truth.sum() >= FEWEST and (of_thing & ~truth).sum() >= FEWEST:
                yield Asked(f"{colour} {thing}", truth, judged, of_thing)


def ask(held: HeldOut, score: Score) -> Found:
    """Precision among all held-out photographs whose truth is known."""
    asked = list(questions(held))
    scores = score([one.text for one in asked])
    return precision({one.text: one.truth for one in asked}, scores, {one.text: one.known for one in asked})


def ask_of_things(held: HeldOut, score: Score) -> Found:
    """Precision among the photographs of the thing alone: whether it is told apart by its colour, once it is found."""
    asked = list(questions(held))
    scores = score([one.text for one in asked])
    return precision({one.text: one.truth for one in asked}, scores, {one.text: one.of_thing for one in asked})
