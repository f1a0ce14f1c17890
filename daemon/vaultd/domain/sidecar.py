"""What a sidecar says of its picture: a file beside it, of other programs, and of the vault where it is asked to."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, structs

from vaultd.domain.details import Details, first_told
from vaultd.domain.generation import Generation

TagPath = tuple[str, ...]
"""A tag's names from the top down, as they are written there, not yet fit to be names."""


class Said(Struct, frozen=True):
    """Tags; texts by their kind in the catalog; stars, 1 to 5, or 0 for none; when, where and how it was taken,
    or generated: then its prompts are texts.

    `of`: the file it says it belongs to, in lower case: a whole name, or an ending that begins with a dot; '' for none.
    """

    tags: tuple[TagPath, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    rating: int = 0
    of: str = ""
    details: Details = Details()
    generation: Generation | None = None

    def text(self, kind: str) -> str:
        """Its text of this kind, '' for none."""
        return next((text for one, text in self.texts if one == kind), "")


NOTHING = Said()


class Wish(Struct, frozen=True):
    """What the user says of a content: full names of tags, and of those taken off that a sidecar gave; title and
    description, '' for none; stars, 1 to 5, or 0 for none."""

    image: int
    tags: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    title: str = ""
    description: str = ""
    rating: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether the user says nothing."""
        return not (self.tags or self.rejected or self.title or self.description or self.rating)


class Traces(Struct, frozen=True):
    """What the vault did to the sidecar of one file: tags that it added, tags of others that it took out, the words and
    stars that it wrote, '' and 0 for none, each with what another program had given before.

    `made`: the sidecar was none before, so that nothing of another program's stood in it.
    """

    added: tuple[TagPath, ...] = ()
    removed: tuple[TagPath, ...] = ()
    title: str = ""
    title_before: str = ""
    description: str = ""
    description_before: str = ""
    rating: int = 0
    rating_before: int = 0
    made: bool = False


UNTOUCHED = Traces()


def by_others(said: Said, traces: Traces) -> Said:
    """What a sidecar would say if the vault had never written to it."""
    if traces == UNTOUCHED:
        return said
    before = {
        "title": text_by_others(said, traces, "title"),
        "description": text_by_others(said, traces, "description"),
    }
    texts = {**dict(said.texts), **before}
    return Said(
        tags=(
            *(tag for tag in said.tags if tag not in traces.added),
            *(tag for tag in traces.removed if tag not in said.tags),
        ),
        texts=tuple((kind, text) for kind, text in texts.items() if text),
        rating=rating_by_others(said, traces),
        of=said.of,
        details=said.details,
        generation=said.generation,
    )


def text_by_others(said: Said, traces: Traces, kind: str) -> str:
    """The title or description that another program gave, be it there or overwritten by the vault."""
    ours, before = getattr(traces, kind), getattr(traces, f"{kind}_before")
    return str(before) if ours and said.text(kind) == ours else said.text(kind)


def rating_by_others(said: Said, traces: Traces) -> int:
    """The stars that another program gave, be they there or overwritten by the vault."""
    return traces.rating_before if traces.rating and said.rating == traces.rating else said.rating


def in_order(several: Iterable[Said]) -> Said:
    """What the sidecars of one file say together: all tags, and of each text and of stars the first that there is."""
    every = list(several)
    texts: dict[str, str] = {}
    for one in every:
        for kind, text in one.texts:
            texts.setdefault(kind, text)
    return Said(
        tags=tuple(dict.fromkeys(tag for one in every for tag in one.tags)),
        texts=tuple(texts.items()),
        rating=next((one.rating for one in every if one.rating), 0),
        details=first_told(one.details for one in every),
        generation=next((one.generation for one in every if one.generation), None),
    )


def together(files: Iterable[Said]) -> Said:
    """What the files of one content say: as `in_order`, but the most stars."""
    every = list(files)
    first = in_order(every)
    return structs.replace(first, rating=max((one.rating for one in every), default=0))
