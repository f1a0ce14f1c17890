"""Words to images: a Tantivy index of everything that is written about them.

A field holds words already folded by `words_of`, separated by spaces, so that index and query can never disagree.
Integers are i64: deleting by a term of an unsigned field silently deletes nothing in tantivy-py. An image has one
document; putting it again replaces it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import msgspec
import numpy as np
import tantivy
from numpy.typing import NDArray

from vaultd.index import words
from vaultd.index.documents import KINDS, Document
from vaultd.index.kept import Unusable
from vaultd.index.segments import check_segments
from vaultd.index.vector import Ids
from vaultd.index.words import words_of

FORMAT = 4
HEAP_BYTES = 32_000_000
WORD_FIELDS = ("names", "folders", *(kind for kind in KINDS if kind != "negative"))
SAID = "said"
"""The field that repeats what the user wrote: it counts twice, and so comes before what files say."""
BY_ONE = 12
"""To look up one image by its id costs as much as to read so many that bear a word."""
TAG_SCORE = 3.0
"""What bearing a tag of that name counts, in the unit of BM25: about a rare word in a short text."""

T = TypeVar("T")
Scores: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sought:
    """One thing that must be found: these words next to each other in one field, or any of these tags."""

    words: tuple[str, ...]
    tags: tuple[int, ...] = ()


class _State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`words`: of the rules by which texts were cut into words."""

    format: int
    words: str
    generation: str
    position: int


class TextIndex:
    """The words of every image. One thread may change it while others ask; they see the last commit."""

    def __init__(self, folder: Path) -> None:
        """Starts empty and without touching the disk: `restore` or `clear` comes first."""
        self._folder = folder
        self._schema = _schema()
        self._index: tantivy.Index = tantivy.Index(self._schema)
        self._writer: Any = None
        self._dirty = False
        self._kept: int | None = None

    def __len__(self) -> int:
        return int(self._index.searcher().num_docs)

    def restore(self, generation: str) -> int:
        """Opens what is on disk; returns its position. Raises Unusable where it must be rebuilt."""
        state = _read_state(self._folder)
        if (state.format, state.words, state.generation) != (FORMAT, words.VERSION, generation):
            raise Unusable("the text index is of another version or catalog")
        check_segments(self._folder)
        self._open()
        return state.position

    def clear(self) -> None:
        """Starts again with an empty folder."""
        with suppress(Unusable):
            self.close()
        self._index = tantivy.Index(self._schema)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True, mode=0o700)
        self._kept = None
        self._open()

    def put(self, documents: Iterable[Document]) -> None:
        """Sets what is written about these images. Seen after `commit`."""
        for document in documents:
            self._writing().delete_documents_by_term("id", document.image)
            self._writing().add_document(_tantivy_document(document))

    def drop(self, images: Iterable[int]) -> None:
        """Forgets these images. Seen after `commit`."""
        for image in images:
            self._writing().delete_documents_by_term("id", image)

    def commit(self, generation: str, position: int) -> None:
        """Makes all changes durable and seen, then notes the position that they reach."""
        if self._writer is not None and self._dirty:
            _guarded(self._writer.commit)
            _guarded(self._index.reload)
            self._dirty = False
        elif position == self._kept:
            return
        self._kept = position
        partial = self._folder / "state.json.partial"
        partial.write_bytes(msgspec.json.encode(_State(FORMAT, words.VERSION, generation, position)))
        partial.replace(self._folder / "state.json")

    def close(self) -> None:
        """Ends the writer and its threads, dropping what was not committed."""
        writer, self._writer = self._writer, None
        if writer is not None:
            _guarded(writer.wait_merging_threads)

    def search(self, sought: Sequence[Sought], most: int | None = None, among: Ids | None = None) -> tuple[Ids, Scores]:
        """The images of which all this is found, and their BM25 scores, best first, equal ones by image.

        `most`: only so many of the best, which of a common word is far cheaper than all. `among`: only these images.
        """
        if not sought:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        query = _all([_anywhere(self._schema, one) for one in sought])
        if among is None or BY_ONE * len(among) <= self._at_most(sought):
            return self._run(query, most, among)
        return self._best_among(query, most, among)

    def count(self, sought: Sequence[Sought]) -> int:
        """Of how many images all this is found, which is far cheaper than which."""
        if not sought:
            return 0
        query, searcher = _all([_anywhere(self._schema, one) for one in sought]), self._index.searcher()
        found: Any = _guarded(lambda: searcher.search(query, limit=1, count=True))
        return int(found.count)

    def is_in_names(self, words: Sequence[str]) -> bool:
        """Whether file names, or else folders, hold each of these words somewhere."""
        searcher = self._index.searcher()
        return any(all(searcher.doc_freq(name, word) for word in words) for name in ("names", "folders"))

    def named(self, words: Sequence[str], most: int) -> Ids:
        """At most so many images whose file names hold some of these words, those that hold most of them first."""
        held = [(tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "names", word)) for word in words]
        return self._run(tantivy.Query.boolean_query(held), most)[0]

    def where(self, sought: Sought, among: Ids | None = None) -> list[tuple[str, Ids]]:
        """Each field, and the images in whose field this stands, of these where some are given; `tags` is one."""
        places = _places(self._schema, sought)
        return [(name, self._run(query, None, among)[0]) for name, query in places if name != SAID]

    def digests(self) -> dict[int, int]:
        """Every image, and the `digest` of the document that it was given."""
        searcher = self._index.searcher()
        everything = tantivy.Query.all_query()
        found = _guarded(lambda: searcher.search(everything, limit=max(1, searcher.num_docs), count=False).hits)
        addresses = [address for _, address in found]
        columns = (searcher.fast_field_values(name, addresses) for name in ("id", "digest"))
        return dict(zip(*columns, strict=True))

    def _at_most(self, sought: Sequence[Sought]) -> int:
        """Of how many images all this is found at most, which costs nothing to say."""
        frequency = self._index.searcher().doc_freq

        def one(thing: Sought) -> int:
            words = sum(min(frequency(name, word) for word in thing.words) for name in WORD_FIELDS if thing.words)
            return words + sum(frequency("tags", str(tag)) for tag in thing.tags)

        return min(map(one, sought))

    def _best_among(self, query: tantivy.Query, most: int | None, among: Ids) -> tuple[Ids, Scores]:
        """What a query finds among many images: of its best, more and more, until enough of these are there."""
        count = None if most is None else 2 * most * max(1, len(self) // len(among))
        while True:
            images, scores = self._run(query, count)
            kept = np.isin(images, among, kind="table")
            if count is None or len(images) < count or (most is not None and kept.sum() >= most):
                return images[kept][:most], scores[kept][:most]
            count *= 4

    def _run(self, query: tantivy.Query, most: int | None = None, among: Ids | None = None) -> tuple[Ids, Scores]:
        searcher = self._index.searcher()
        limit = searcher.num_docs if most is None else most
        if among is not None:
            limit = min(limit, len(among))
            query = _all([query, _one_of(self._schema, among)])
        limit = max(1, min(limit, searcher.num_docs))
        found = _guarded(lambda: searcher.search(query, limit=limit, count=False).hits)
        images = np.array(searcher.fast_field_values("id", [address for _, address in found]), np.int64)
        scores = np.array([score for score, _ in found], np.float32)
        order = np.lexsort((images, -scores))
        return images[order], scores[order]

    def _open(self) -> None:
        index = _guarded(lambda: tantivy.Index(self._schema, path=str(self._folder), reuse=True))
        index.config_reader("manual")
        index.reload()
        self._index = index

    def _writing(self) -> Any:
        if self._writer is None:
            self._writer = _guarded(lambda: self._index.writer(HEAP_BYTES, 1))
        self._dirty = True
        return self._writer


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_integer_field("digest", indexed=False, fast=True)
    builder.add_text_field("tags", tokenizer_name="raw", index_option="basic")
    for name in ("names", "folders", *KINDS, SAID):
        builder.add_text_field(name, tokenizer_name="whitespace")
    return builder.build()


def digest(document: Document) -> int:
    """64 bits, signed, of all that a document says, by which it is told whether the index holds this very one."""
    texts = {kind: sorted(said) for kind, said in sorted(document.texts.items())}
    lists = (sorted(document.names), sorted(document.folders), sorted(document.tags), texts, sorted(document.said))
    return int.from_bytes(blake2b(msgspec.json.encode(lists), digest_size=8).digest(), signed=True)


def _tantivy_document(document: Document) -> tantivy.Document:
    texts = {"names": document.names, "folders": document.folders, **document.texts, SAID: document.said}
    made = tantivy.Document()
    made.add_integer("id", document.image)
    made.add_integer("digest", digest(document))
    for tag in document.tags:
        made.add_text("tags", str(tag))
    for name, values in texts.items():
        for value in values:
            made.add_text(name, " ".join(words_of(value)))
    return made


def _places(schema: tantivy.Schema, sought: Sought) -> list[tuple[str, tantivy.Query]]:
    """Each field, and the query for this thing in it."""
    found: list[tuple[str, tantivy.Query]] = []
    if sought.tags:
        bears = tantivy.Query.term_set_query(schema, "tags", [str(tag) for tag in sought.tags])
        found.append(("tags", tantivy.Query.const_score_query(bears, TAG_SCORE)))
    if sought.words:
        found.extend((name, _adjacent(schema, name, sought.words)) for name in (*WORD_FIELDS, SAID))
    return found


def _adjacent(schema: tantivy.Schema, name: str, words: tuple[str, ...]) -> tantivy.Query:
    if len(words) == 1:
        return tantivy.Query.term_query(schema, name, words[0])
    return tantivy.Query.phrase_query(schema, name, list(words))


def _anywhere(schema: tantivy.Schema, sought: Sought) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for _, query in _places(schema, sought)])


def _one_of(schema: tantivy.Schema, images: Ids) -> tantivy.Query:
    """The query for these very images; it adds nothing to a score."""
    return tantivy.Query.const_score_query(tantivy.Query.term_set_query(schema, "id", images.tolist()), 0.0)


def _all(queries: list[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])


def _read_state(folder: Path) -> _State:
    try:
        return msgspec.json.decode((folder / "state.json").read_bytes(), type=_State)
    except OSError as error:
        raise Unusable(f"the text index cannot be read ({error.strerror})") from error
    except msgspec.MsgspecError as error:
        raise Unusable(f"the state of the text index is damaged ({error})") from error


def _guarded(run: Callable[[], T]) -> T:
    """Turns Tantivy's panics, which no `except Exception` would catch, into Unusable."""
    try:
        return run()
    except BaseException as error:
        if type(error).__name__ == "PanicException" or isinstance(error, ValueError | OSError):
            raise Unusable(f"the text index failed: {error}") from error
        raise
