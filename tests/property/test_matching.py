"""However a query is put together, planning changes nothing about what it matches."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.shelf import Concepts, Shelf, Vector, concept_pack, towards
from vaultd.catalog import embeddings
from vaultd.index.exact import ExactIndex
from vaultd.index.followed import FollowedTexts
from vaultd.index.text import TextIndex
from vaultd.models.pack import Pack
from vaultd.query import And, Field, Like, Node, Not, Or, Part, Phrase, Query, Sum, Term, Words, canonical, parse
from vaultd.query.ast import addition, conjunction, disjunction, negation
from vaultd.search.cut import Kind
from vaultd.search.finding import Finder, Memory
from vaultd.search.likes import Sample
from vaultd.search.match import Matcher
from vaultd.search.meaning import Meaning
from vaultipc.messages import Level

WORDS = ("red", "blue", "car", "dog", "beach", "nothing")
PARTS: st.SearchStrategy[Part] = st.one_of(
    st.sampled_from(WORDS).map(lambda word: Words((word,))),
    st.sampled_from(WORDS).map(Phrase),
    st.sampled_from(["1", "2", "/elsewhere.jpg"]).map(Like),
)
TERMS = st.builds(Term, st.sampled_from([0.5, 1.0, 2.0]), PARTS)
SUMS = st.builds(
    lambda added, taken: addition([*added, *(Term(-term.weight, term.part) for term in taken)]),
    st.lists(TERMS, min_size=1, max_size=2),
    st.lists(TERMS, max_size=1),
)
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.sampled_from(["1", "2", "/elsewhere.jpg"]).map(Like),
    SUMS,
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(lambda words: Words(tuple(words))),
    st.sampled_from(WORDS).map(Phrase),
    st.sampled_from(["red", "pets", "none"]).map(lambda tag: Field("tag", "", tag)),
    st.sampled_from(["png", "jpeg"]).map(lambda kind: Field("type", "", kind)),
    st.sampled_from(["1971", "1972"]).map(lambda year: Field("date", "", year)),
    st.sampled_from(["dog*", "3"]).map(lambda name: Field("name", "", name)),
)
NODES: st.SearchStrategy[Node] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(conjunction),
        st.lists(inner, min_size=1, max_size=3).map(disjunction),
        inner.map(negation),
    ),
    max_leaves=8,
)


@dataclass
class Library:
    """Thirty pictures, of which some are gone."""

    shelf: Shelf
    pack: Pack
    vectors: ExactIndex
    texts: TextIndex
    online: set[int]
    samples: dict[Like, Sample]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("matching")
    shelf = Shelf(folder)
    images = [_picture(shelf, number) for number in range(30)]
    for image in images[::7]:
        shelf.lose(image)
    vectors, texts = ExactIndex(shelf.model.dimension), TextIndex(folder / "text")
    followed = FollowedTexts(texts)
    with shelf.catalog.read() as sql:
        ids, rows = embeddings.of(sql, shelf.model, images)
        vectors.put(ids, rows)
        followed.clear()
        followed.apply(sql, images)
        followed.commit("g", 1)
    samples = {
        Like(str(image)): Sample(row, str(image), int(image)) for image, row in zip(ids[:2], rows[:2], strict=True)
    }
    samples[Like("/elsewhere.jpg")] = Sample(towards("blue", "dog"), "elsewhere")
    online = set(images) - set(images[::7])
    yield Library(shelf, concept_pack(folder), vectors, texts, online, samples)
    texts.close()
    shelf.close()


def _picture(shelf: Shelf, number: int) -> int:
    rng = np.random.default_rng(number)
    means = [word for word in WORDS[:5] if rng.random() < 0.35]
    return shelf.image(
        f"{rng.choice(['dog', 'x'])} {number}.jpg",
        vector=towards(*(means or ["void", str(number)])),
        tags=[tag for tag in ("red", "pets", "pets/dog") if rng.random() < 0.3],
        taken_at=int(rng.choice([0, 40_000_000_000, 70_000_000_000])) or None,
        type_=str(rng.choice(["image/png", "image/jpeg"])),
    )


def _matcher(library: Library, sql: sqlite3.Connection, level: Level = "default") -> Matcher:
    meaning = Meaning(library.pack, Concepts(), library.vectors)
    return Matcher(Finder(sql, meaning, library.texts, Memory(), library.samples, None), level)


def _naive(library: Library, sql: sqlite3.Connection, node: Node) -> set[int]:
    """Set algebra over what each leaf matches alone."""
    match node:
        case Not(part):
            return library.online - _naive(library, sql, part)
        case And(parts):
            return set.intersection(*(_naive(library, sql, part) for part in parts))
        case Or(parts):
            return set.union(*(_naive(library, sql, part) for part in parts))
        case Like() | Sum() if _looks(node):
            return library.online & _near(library, node)
        case leaf:
            return set(_matcher(library, sql).matches(leaf)[0].tolist())


def _looks(node: Like | Sum) -> bool:
    """Whether a part is a matter of meaning alone."""
    return isinstance(node, Like) or any(isinstance(term.part, Like) for term in node.terms)


def _near(library: Library, node: Like | Sum) -> set[int]:
    """Which pictures reach the cut of a vector, each compared by itself."""
    meaning = Meaning(library.pack, Concepts(), library.vectors)
    terms = node.terms if isinstance(node, Sum) else (Term(1.0, node),)
    vector = np.sum([term.weight * _vector(library, term.part) for term in terms], axis=0)
    if np.linalg.norm(vector) < 1e-3:
        return set()
    vector = (vector / np.linalg.norm(vector)).astype(np.float32)
    kind: Kind = "image" if all(isinstance(term.part, Like) for term in terms) else "mixed"
    cut = meaning.threshold(vector, "default", kind).cut
    images, halves = library.vectors.contents()
    return set(images[halves.astype(np.float32) @ vector >= cut].tolist())


def _vector(library: Library, part: Part) -> Vector:
    if isinstance(part, Like):
        return library.samples[part].vector
    return towards(*([part.text] if isinstance(part, Phrase) else part.words))


@settings(max_examples=120, deadline=None)
@given(node=NODES)
def test_a_tree_matches_what_its_parts_say(library: Library, node: Node) -> None:
    with library.shelf.catalog.read() as sql:
        planned, scores = _matcher(library, sql).matches(node)
        expected = _naive(library, sql, node)
    assert planned.tolist() == sorted(expected)
    assert len(scores) == len(planned)


@settings(max_examples=60, deadline=None)
@given(node=NODES)
def test_the_canonical_text_matches_the_same(library: Library, node: Node) -> None:
    again = parse(canonical(Query(node))).root
    assert again is not None
    with library.shelf.catalog.read() as sql:
        first, second = (_matcher(library, sql).matches(one) for one in (node, again))
    assert first[0].tolist() == second[0].tolist()
    np.testing.assert_array_equal(first[1], second[1])


@settings(max_examples=60, deadline=None)
@given(words=st.lists(st.sampled_from((*WORDS, "pets")), min_size=1, max_size=3, unique=True))
def test_a_stricter_level_never_finds_more(library: Library, words: list[str]) -> None:
    with library.shelf.catalog.read() as sql:
        found = [
            set(_matcher(library, sql, level).matches(Words(tuple(words)))[0].tolist()) for level in get_args(Level)
        ]
    assert get_args(Level) == ("strict", "default", "loose", "all")
    assert found[0] <= found[1] <= found[2] <= found[3] == library.online
