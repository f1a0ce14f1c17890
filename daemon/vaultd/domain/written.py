"""What the vault writes to the attributes of an original, and which of them are its own writing.

Other programs write there too. So that what they say can always be told from what the user said in the vault, and can
be put back, every file's traces are remembered: what was added, what was taken off, and what stood there before.
"""

from __future__ import annotations

from msgspec import Struct

from vaultd.domain.attached import RATING, Attached, attached


class Wish(Struct, frozen=True):
    """What the user says of the content of a file: full names of tags, and of those taken off that other programs gave;
    a comment, '' for none; stars, 1 to 5, or 0 for none."""

    image: int
    tags: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    comment: str = ""
    rating: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether the user says nothing."""
        return not (self.tags or self.rejected or self.comment or self.rating)


class Traces(Struct, frozen=True):
    """What the vault did to one file: tags as they are written there, and the comment and stars that it wrote, '' and 0
    for none, each with the value that another program had given before."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    comment: str = ""
    comment_before: str = ""
    rating: int = 0
    rating_before: str = ""


UNTOUCHED = Traces()


def by_others(found: Attached, traces: Traces) -> Attached:
    """What a file would say if the vault had never written to it."""
    return Attached(
        tags=(
            *(tag for tag in found.tags if tag not in traces.added),
            *(tag for tag in traces.removed if tag not in found.tags),
        ),
        comment=comment_by_others(found, traces),
        rating=traced_rating(traces) if traces.rating and found.rating == traces.rating else found.rating,
    )


def comment_by_others(found: Attached, traces: Traces) -> str:
    """The comment that another program gave, be it there or overwritten by the vault."""
    return traces.comment_before if traces.comment and found.comment == traces.comment else found.comment


def traced_rating(traces: Traces) -> int:
    """The stars that another program had given before the vault did."""
    return attached({RATING: traces.rating_before.encode()}).rating
