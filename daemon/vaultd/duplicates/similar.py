"""Pictures that show the like, by the vectors of a model: bursts, variants, pages of one book.

What is the same picture is not told here: of each such group only the kept one is in one of these. So no picture is
ever called a duplicate because a model finds it like another.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import numpy as np

from vaultd.catalog import changes, embeddings
from vaultd.catalog.copies import copies_of, shown_images
from vaultd.catalog.models import Model
from vaultd.catalog.store import position
from vaultd.duplicates import best
from vaultd.duplicates.cells import Kinds, pairs
from vaultd.duplicates.standing import Standing
from vaultd.index.vector import Ids, VectorIndex, Vectors

MANY = 300
"""Where more changed, all is grouped anew."""
CHANCE = 0.99998
"""Like each other are two that are nearer than all but one in fifty thousand pairs of a model's background sample:
pictures of anything, so that it follows the model's own scale.

Of the bundled model that is a cosine of 0.98. Chosen on photographs that it was trained on: four in five shots of a
burst reach it (shifted and cropped by up to 8 %, turned by up to 2 degrees), and one in forty different photographs.
"""

_AT_ONCE, _COMPARED = 1 << 20, 1 << 14


def cut_of(background: Vectors) -> float:
    """From which inner product on two pictures are alike to a model with this background sample [n, dimension]."""
    alike = background @ background.T
    return float(np.quantile(alike[np.triu_indices(len(background), 1)], CHANCE))


def led(vectors: Kinds, cut: float) -> Ids:
    """int64 [n]: of vectors [n, dimension], the first kept row that each is like; its own, if it is kept itself.

    Like are two whose inner product is at least `cut`; vectors are of length one, and in order, the best first. Groups
    are stars, as those of vaultd.duplicates.stars. Of very many some pairs are missed (vaultd.duplicates.cells), and
    what is there in thousands of shots falls apart: groups whose kept ones are alike are put together again.
    """
    leaders = _stars(len(vectors), *pairs(vectors, cut))
    heads = np.unique(leaders[leaders != np.arange(len(vectors))])
    kept = heads[_stars(len(heads), *pairs(vectors[heads], cut))]
    rows = np.flatnonzero(np.isin(leaders, heads))
    wanted = kept[np.searchsorted(heads, leaders[rows])]
    moving = wanted != leaders[rows]
    rows, wanted = rows[moving], wanted[moving]
    for start in range(0, len(rows), _COMPARED):
        some, others = rows[start : start + _COMPARED], wanted[start : start + _COMPARED]
        products = np.einsum("ij,ij->i", vectors[some].astype(np.float32), vectors[others].astype(np.float32))
        leaders[some] = np.where(products >= cut, others, some)
    return leaders


def _stars(count: int, first: Ids, second: Ids) -> Ids:
    """int64 [count]: the first kept row that each is like, by pairs that are in order."""
    leaders = np.arange(count)
    for start in range(0, len(first), _AT_ONCE):  # as objects all of them would take ten times the room
        some = slice(start, start + _AT_ONCE)
        for one, other in zip(first[some].tolist(), second[some].tolist(), strict=True):
            if leaders[one] == one and leaders[other] == other:
                leaders[other] = one
    return leaders


@dataclass(frozen=True, slots=True)
class Seen:
    """How a model sees the library: its vectors, in an index that holds everything up to position `seq`, and those of
    its background sample [n, dimension]."""

    model: Model
    index: VectorIndex
    seq: int
    background: Vectors


class SimilarPictures:
    """Which images show the like, of those that can be opened now, are not private and stand behind no better copy.

    Nothing is held, and nothing done, before somebody asks. To be used by one thread at a time.
    """

    def __init__(self) -> None:
        self._position = 0
        self._title = ""
        self._cut = 1.0
        self._held: set[int] = set()
        self._behind: set[int] = set()
        self._groups: _Like

    def groups(self, sql: sqlite3.Connection, seen: Seen, same: list[list[int]]) -> list[list[int]]:
        """Every group, its best first; the groups by their best's id. `same`: the groups of the same picture."""
        now, known = min(position(sql), seen.seq), self._position
        self._position = 0  # if this fails, what is done by half is worth nothing
        behind = {image for group in same for image in group[1:]}
        moved, self._behind = behind ^ self._behind, behind
        if seen.model.title != self._title:
            known, self._cut = 0, cut_of(seen.background)
        library = _Seen(sql, seen, self._cut)
        if not (known and changes.only_images(sql, known) and self._follow(library, known, moved)):
            self._fill(library)
        self._position, self._title = now, seen.model.title
        return self._groups.groups()

    def _fill(self, library: _Seen) -> None:
        images, vectors = library.seen.index.contents()
        wanted = np.setdiff1d(shown_images(library.sql), np.fromiter(self._behind, np.int64, len(self._behind)))
        rows = np.flatnonzero(np.isin(images, wanted))
        rows = rows[best.order(library.ranks(images[rows]))]
        self._held, self._groups = set(images[rows].tolist()), _Like(self)
        self._groups.take(images[rows], led(vectors[rows], self._cut))

    def _follow(self, library: _Seen, known: int, moved: set[int]) -> bool:
        """Does what the change log says, unless that is much."""
        said = changes.after(library.sql, known, MANY + 1)
        told = {one.entity_id for one in said if one.entity in ("image", "embedding") and one.seq <= library.seen.seq}
        changed = sorted(told | moved)
        if max(len(said), len(changed)) > MANY:
            return False
        self._held.difference_update(changed)
        self._groups.leave(library, *changed)
        shown = shown_images(library.sql, [image for image in changed if image not in self._behind])
        for image in embeddings.of(library.sql, library.seen.model, shown.tolist())[0].tolist():
            self._held.add(image)
            self._groups.join(library, image)
        return True

    def holds(self, image: int) -> bool:
        """Whether an image may be in a group."""
        return image in self._held


class _Seen:
    """The pictures as one committed state of the catalog, and a model, have them."""

    def __init__(self, sql: sqlite3.Connection, seen: Seen, cut: float) -> None:
        self.sql, self.seen, self._cut = sql, seen, cut

    def ranks(self, images: Ids) -> best.Ranks:
        return best.ranks(copies_of(self.sql, images))

    def like(self, image: int) -> list[int]:
        """All that the model finds like an image, itself among them."""
        _, vectors = embeddings.of(self.sql, self.seen.model, [image])
        return self.seen.index.reaching(vectors[0], self._cut)[0].tolist() if len(vectors) else []


class _Like(Standing[_Seen]):
    """Which pictures stand behind which better one that they are like."""

    def __init__(self, among: SimilarPictures) -> None:
        super().__init__()
        self._among = among

    def near(self, library: _Seen, image: int) -> list[int]:
        return [one for one in library.like(image) if one != image and self._among.holds(one)]
