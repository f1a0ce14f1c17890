"""Libraries with texts, and what is asked of them: held-out photographs, and the demo library.

The photographs have the texts of somebody's years of pictures, spread by a hash of their names: each lies in a folder
named after a year and a place; one of fifteen has a person's name as keyword; one caption of those that have some is
their description; and of half of the subjects (label names), two of five photographs are tagged with the name.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import demo_seen
import numpy as np
from searched import Item

from training.asked import asked_names
from training.evaluate import HeldOut
from training.halves import Pictures
from training.tokenizer import words
from vaultd.demo.labels import Label

PLACES = ("Lisbon", "Tromsø", "Kyoto", "Galway", "Oaxaca", "Tartu", "Valparaíso", "Ghent", "Samarkand", "Hobart")
PEOPLE = ("Anselm", "Brigid", "Takumi", "Ludmila", "Oyelaran", "Ximena", "Fergus", "Ngozi")
YEARS = tuple(range(2015, 2025))
PERSON, TAGGED = 1 / 15, 2 / 5
RARE, LONG = 2, 5
"""A word of a description is rare that stands in so few and has so many letters."""
AT_LEAST, MANY = 3, 10
MOST = 60
"""Questions of a group at most, taken evenly."""


@dataclass
class Group:
    """A kind of question: the queries, each with the places of its right pictures among the items."""

    name: str
    questions: dict[str, set[int]] = field(default_factory=dict)

    def some(self) -> dict[str, set[int]]:
        """At most MOST of them that have enough right pictures, evenly taken."""
        asked = [(query, right) for query, right in self.questions.items() if right]
        return dict(asked[:: -(-len(asked) // MOST)]) if asked else {}


@dataclass(frozen=True)
class Shelved:
    """The photographs with the texts that they were given."""

    items: list[Item]
    described: dict[int, str]
    """The caption of those that have one."""

    @staticmethod
    def of(half: Pictures) -> Shelved:
        described = {
            place: half.held.photos[row].captions[0]
            for place, row in enumerate(half.held.rows)
            if half.held.photos[row].captions
        }
        items = [_photo(half, place, described.get(place, "")) for place in range(len(half.held.rows))]
        return Shelved(items, described)

    def having(self, word: str) -> set[int]:
        """Those that lie in a folder of this place or year, or have this keyword or tag."""
        return {
            place
            for place, item in enumerate(self.items)
            if word in (*item.path.split("/")[0].split(), *item.keywords, *item.tags)
        }


def _photo(half: Pictures, place: int, description: str) -> Item:
    """A photograph with what somebody may have written about it."""
    file, name = half.held.photos[half.held.rows[place]].file, half.held.names[half.held.rows[place]]
    year = YEARS[int(_dice(file, "year") * len(YEARS))]
    where = PLACES[int(_dice(file, "place") * len(PLACES))]
    person = PEOPLE[int(_dice(file, "who") * len(PEOPLE))]
    taken = datetime(year, 1 + int(12 * _dice(file, "month")), 1 + int(28 * _dice(file, "day")), 12, tzinfo=UTC)
    return Item(
        path=f"{year} {where}/IMG_{place:04}.jpg",
        vector=half.photos[place],
        tags=(name,) if name and is_tagged(name) and _dice(file, "tagged") < TAGGED else (),
        keywords=(person,) if _dice(file, "person") < PERSON else (),
        texts=(("description", description),) if description else (),
        taken_at=1000 * int(taken.timestamp()),
    )


def is_tagged(subject: str) -> bool:
    """Whether some photographs of a subject are tagged with it."""
    return _dice(subject, "subject") < 0.5


def _dice(name: str, what: str) -> float:
    """From 0 to 1, always the same for a name."""
    return int.from_bytes(hashlib.blake2b(f"{what} {name}".encode(), digest_size=6).digest()) / 2**48


def photo_groups(half: Pictures, shelved: Shelved) -> list[Group]:
    """The questions about the photographs."""
    held = half.held
    names = asked_names(held)
    right = {name: set(np.flatnonzero(held.truth(name)).tolist()) for name in names}
    tags = {tag for item in shelved.items for tag in item.tags}
    written_words = {word for text in shelved.described.values() for word in words(text)} | set(words(" ".join(tags)))
    unwritten = {name: true for name, true in right.items() if not set(words(name)) & written_words}
    tagged = {name: true for name, true in right.items() if name in tags}
    subjects = {name: true for name, true in right.items() if len(true) >= MANY}
    return [
        Group("only meaning knows it", unwritten),
        Group("two of five are tagged with it", tagged),
        Group("only texts know it", {word: shelved.having(word) for word in (*PLACES, *PEOPLE)}),
        Group("a rare word of a caption", _rare_words(held, shelved)),
        Group("tag and meaning", _both("tag:{} {}", PEOPLE, subjects, shelved, 1)),
        Group("keyword in quotes and meaning", _both('"{}" {}', PLACES, subjects, shelved)),
        Group("keyword and meaning, bare", _both("{} {}", PLACES, subjects, shelved)),
        Group("filter and meaning", _both("date:{} {}", tuple(map(str, YEARS)), subjects, shelved)),
    ]


def _rare_words(held: HeldOut, shelved: Shelved) -> dict[str, set[int]]:
    """Words of few descriptions; right is also what another caption or the label says it of."""
    counts = Counter(word for text in shelved.described.values() for word in set(words(text)))
    rare = sorted(word for word, count in counts.items() if count <= RARE and len(word) >= LONG)
    said = [set(words(" ".join(held.photos[row].captions))) for row in held.rows]
    return {
        word: {place for place, all_words in enumerate(said) if word in all_words}
        | set(np.flatnonzero(held.truth(word)).tolist())
        for word in rare
    }


def _both(
    form: str, firsts: Sequence[str], subjects: dict[str, set[int]], shelved: Shelved, least: int = AT_LEAST
) -> dict[str, set[int]]:
    """Questions for what both a text or a filter says and a picture shows."""
    having = {first: shelved.having(first) for first in firsts}
    asked = {form.format(first, name): having[first] & right for name, right in subjects.items() for first in firsts}
    return {query: right for query, right in asked.items() if len(right) >= least}


def demo(seen: Sequence[demo_seen.Seen]) -> tuple[list[Item], list[Group]]:
    """The demo library as it is written, and questions about it."""
    items = [_drawn(one) for one in seen]
    labels = [one.label for one in seen]
    pairs = {f"{label.colour} {label.thing}" for label in labels}
    showing = {f"{pair}": _showing(labels, *pair.split(" ", 1)) for pair in sorted(pairs)}
    things = {str(label.thing): _showing(labels, "", str(label.thing)) for label in labels}
    keywords = {word for label in labels for word in label.keywords} - {"holiday", "favourites", "print"}
    occasions = {word: _keyword(labels, word) for word in ("holiday", "favourites", "print")}
    years = {year: {at for at, one in enumerate(seen) if one.taken.year == year} for year in YEARS}
    return items, [
        Group("colour and thing", showing),
        Group("thing, some have it as keyword", {name: right for name, right in things.items() if name in keywords}),
        Group("only keywords know it", occasions),
        Group("tag and meaning", _crossed("tag:{} {}", occasions, things, 1)),
        Group("filter and meaning", _crossed("date:{} {}", {str(y): found for y, found in years.items()}, things, 2)),
    ]


def _drawn(one: demo_seen.Seen) -> Item:
    texts = (("prompt", one.label.prompt),) if one.label.prompt else ()
    return Item(one.path, one.vector, (), one.label.keywords, texts, 1000 * int(one.taken.timestamp()))


def _showing(labels: Sequence[Label], colour: str, thing: str) -> set[int]:
    return {at for at, label in enumerate(labels) if label.thing == thing and colour in ("", label.colour)}


def _keyword(labels: Sequence[Label], word: str) -> set[int]:
    return {at for at, label in enumerate(labels) if word in label.keywords}


def _crossed(form: str, firsts: dict[str, set[int]], things: dict[str, set[int]], least: int) -> dict[str, set[int]]:
    asked = {
        form.format(first, thing): having & right for first, having in firsts.items() for thing, right in things.items()
    }
    return {query: right for query, right in asked.items() if len(right) >= least}
