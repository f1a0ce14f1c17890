"""What one part of a query finds: by meaning, as text, or as both together."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np

from vaultd.index.text import TextIndex
from vaultd.index.vector import Ids
from vaultd.query import Like, Phrase, Sum, Term, Words
from vaultd.search.beside import Beside
from vaultd.search.cut import Threshold
from vaultd.search.fuse import NO_BELIEFS, NOTHING, UNMIXED, Found, Mixture, beliefs, fuse
from vaultd.search.likes import Samples
from vaultd.search.meaning import Meaning, Meant
from vaultd.search.mixed import Labels, mixture
from vaultd.search.online import Mask, Online
from vaultd.search.vectors import Leaf, Sense, kind_of, sense
from vaultd.search.writing import UNWRITTEN, Asked, TagWords, Written, demanded, written
from vaultipc.messages import Level, Side

CLEAR = 1 / 3
"""Where no more of what is meant is at the strict level, it is vague."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is kept from one question to the next: it is true of the catalog, and was read from it."""

    tags: TagWords = field(default_factory=TagWords)
    labels: Labels = field(default_factory=Labels)
    online: Online = field(default_factory=Online)


@dataclass(frozen=True)
class Finder:
    """Asks both indexes. `samples` holds the pictures that the likes of the query mean; `only` asks one side alone.

    `private`: private pictures are asked for, too. `alone`: only these are asked about, each by itself, which costs
    no more than they are many.
    """

    sql: sqlite3.Connection
    meaning: Meaning
    texts: TextIndex
    memory: Memory
    samples: Samples
    only: Side | None
    private: bool = False
    alone: Ids | None = None

    @cached_property
    def shown(self) -> Mask:
        """bool [largest id + 1]: which images are shown; private ones are if that is asked for."""
        return self.memory.online.of(self.sql, private=self.private)

    def find(self, leaf: Leaf, level: Level, most: int | None, among: Ids | None) -> Found:
        """What a part finds at a level; at most about `most` images on either side.

        Where everything passes, none but `among` is looked at; otherwise no filter has a say in what is found.
        """
        among = self.alone if self.alone is not None else among if level == "all" else None
        if self.only == "text" or (isinstance(leaf, Phrase) and self.only != "meaning"):
            return fuse(None, NO_BELIEFS, self._text(leaf, most, among))
        if self.only == "meaning":
            return self._both(leaf, level, UNWRITTEN, UNMIXED, self._seen(leaf, level, most, among))
        if among is None:
            # The model and its index work outside of Python, on a core of their own if there is one, and ask nothing of
            # the catalog: neither side waits for the other.
            see = Beside(lambda: self._seen(leaf, level, most, None)).result
        else:
            see = partial(self._seen, leaf, level, most, among)
        text, mixed = self._text(leaf, most, among), UNMIXED
        if isinstance(leaf, Words) and level != "all":
            mixed = mixture(self, self.asked(leaf), level, text.images)
        if mixed.demanded:
            return fuse(None, NO_BELIEFS, text, mixed)
        return self._both(leaf, level, text, mixed, see())

    def _seen(self, leaf: Leaf, level: Level, most: int | None, among: Ids | None) -> tuple[Sense, Meant]:
        """What a part means, and the pictures in which that is seen."""
        said, limit = self.meant(leaf, level)
        if said.empty:
            return said, Meant(NOTHING, np.empty(0, np.float32), limit)
        return said, self.meaning.meant(self.sql, said.vector, limit, among, most)

    def _both(self, leaf: Leaf, level: Level, text: Written, mixed: Mixture, seen: tuple[Sense, Meant]) -> Found:
        """What is written and what is seen, together."""
        said, meant = seen
        if said.empty:
            return fuse(None, NO_BELIEFS, text)
        if isinstance(leaf, Like):
            meant = meant.led_by(self.samples[leaf].image)
        usual = meant.threshold if level == "default" else self.meaning.threshold(said.vector, "default", said.kind)
        if len(text.images) and level != "all" and self.alone is None:
            meant = self._without_vague(meant, said, usual)
        return fuse(meant, beliefs(meant.similarities, usual), text, mixed)

    def _without_vague(self, meant: Meant, said: Sense, usual: Threshold) -> Meant:
        """What is meant, beside something written: where hardly anything of it is at the strict level, only that.

        A word that the model knows is seen clearly somewhere; likenesses that are all vague say less than a text.
        """
        strict = self.meaning.threshold(said.vector, "strict", said.kind)
        clear = meant.similarities >= strict.cut
        if clear.sum() > CLEAR * (meant.similarities >= usual.cut).sum():
            return meant
        return Meant(meant.images[clear], meant.similarities[clear], strict)

    def asked(self, leaf: Words | Phrase) -> list[Asked]:
        """What must be written for these words."""
        found = self.memory.tags.asked(self.sql, leaf)
        return demanded(found) if isinstance(leaf, Words) else found

    def sides(self, leaf: Leaf) -> tuple[list[Asked], list[Asked]]:
        """What must be written for a part, and of what nothing may be. A sum with pictures is of meaning alone."""
        terms = leaf.terms if isinstance(leaf, Sum) else (Term(1.0, leaf),)
        sides: tuple[list[Asked], list[Asked]] = ([], [])
        if kind_of(leaf) == "text":
            for term in terms:
                if not isinstance(term.part, Like):
                    sides[term.weight < 0].extend(self.asked(term.part))
        return sides

    def meant(self, leaf: Leaf, level: Level) -> tuple[Sense, Threshold]:
        """What a part means, and the similarity from which on a picture is meant by it."""
        said = sense(self.meaning, self.samples, leaf)
        return said, self.meaning.threshold(said.vector, level, said.kind)

    def _text(self, leaf: Leaf, most: int | None, among: Ids | None) -> Written:
        wanted, unwanted = self.sides(leaf)
        found = written(self.texts, wanted, most, among)
        for one in unwanted if len(found.images) else ():
            found = found.without(written(self.texts, [one], None, found.images).images)
        return found
