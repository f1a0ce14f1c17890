"""The vault as a person thinks of it: what was said of which picture, and where the pictures' files are.

Pictures are numbers. Nothing here knows of databases, processes or file systems: sets and dictionaries, and undo is a
pile of what was there before.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class Said:
    """What a person said. An album maps pictures to their places in it."""

    tags: set[str] = field(default_factory=set)
    tagged: set[tuple[int, str]] = field(default_factory=set)
    albums: dict[str, dict[int, Fraction]] = field(default_factory=dict)
    favourites: set[int] = field(default_factory=set)
    stars: dict[int, int] = field(default_factory=dict)
    texts: dict[tuple[int, str], str] = field(default_factory=dict)
    saved: dict[str, str] = field(default_factory=dict)
    verdicts: dict[int, str] = field(default_factory=dict)

    # ---- tags ------------------------------------------------------------------------------------------------

    def make_tag(self, name: str) -> None:
        """A tag, and those above it."""
        parts = name.split("/")
        self.tags |= {"/".join(parts[:depth]) for depth in range(1, len(parts) + 1)}

    def tag(self, picture: int, name: str) -> None:
        self.make_tag(name)
        self.tagged.add((picture, name))

    def drop_tag(self, name: str) -> None:
        """A tag that has no subtags goes, off every picture."""
        self.tags.discard(name)
        self.tagged = {(picture, tag) for picture, tag in self.tagged if tag != name}

    def rename_tag(self, old: str, new: str) -> None:
        """A tag moves with all below it."""

        def renamed(tag: str) -> str:
            return new + tag.removeprefix(old) if is_within(tag, old) else tag

        self.tags = {renamed(tag) for tag in self.tags}
        self.tagged = {(picture, renamed(tag)) for picture, tag in self.tagged}

    def tags_of(self, picture: int) -> set[str]:
        return {tag for one, tag in self.tagged if one == picture}

    # ---- albums ----------------------------------------------------------------------------------------------

    def order(self, album: str) -> list[int]:
        """The pictures of an album in its order; the younger of two that share a place stands second."""
        places = self.albums[album]
        return sorted(places, key=lambda picture: (places[picture], picture))

    def put(self, album: str, picture: int, before: int | None = None) -> None:
        """A picture comes, or moves, before another one or to the end."""
        order = [one for one in self.order(album) if one != picture]
        if before is None:
            places = self.albums[album]
            self.albums[album][picture] = max((places[one] for one in order), default=Fraction(0)) + 1
            return
        at = order.index(before)
        low = self.albums[album][order[at - 1]] if at else self.albums[album][before] - 2
        if low == self.albums[album][before]:
            order.insert(at, picture)
            self.albums[album] = {one: Fraction(place) for place, one in enumerate(order)}
        else:
            self.albums[album][picture] = (low + self.albums[album][before]) / 2

    # ---- pictures --------------------------------------------------------------------------------------------

    def inherit(self, new: int, old: int) -> None:
        """What was said of a picture is said of its edited version, too."""
        self.tagged |= {(new, tag) for tag in self.tags_of(old)}
        for places in self.albums.values():
            if old in places:
                places[new] = places[old]
        if old in self.favourites:
            self.favourites.add(new)
        if old in self.stars:
            self.stars[new] = self.stars[old]
        if old in self.verdicts:
            self.verdicts[new] = self.verdicts[old]
        self.texts |= {(new, kind): text for (one, kind), text in self.texts.items() if one == old}


def is_within(tag: str, above: str) -> bool:
    """Whether a tag is another one or below it."""
    return tag == above or tag.startswith(f"{above}/")


@dataclass
class Model:
    """What was said, the files that there are, and those that were deleted. Paths are relative to the library.

    `given`: pictures whose bytes came through the mount; the vault sees to it for a day that they are not lost.
    `doubtful`: pictures whose names may have meant another one: they can be refused, and so can an `rm -r` of them.
    """

    said: Said = field(default_factory=Said)
    files: dict[str, int] = field(default_factory=dict)
    deleted: dict[str, int] = field(default_factory=dict)
    given: set[int] = field(default_factory=set)
    doubtful: set[int] = field(default_factory=set)
    past: list[Said] = field(default_factory=list)
    undone: list[Said] = field(default_factory=list)
    made: int = 0

    # ---- what a person does ----------------------------------------------------------------------------------

    def act(self, change: Callable[[Said], object]) -> None:
        """One action; what changes nothing is none."""
        before = copy.deepcopy(self.said)
        change(self.said)
        assert self.said != before, "a gesture without effect"
        self.past.append(before)
        self.undone.clear()

    def undo(self, count: int) -> None:
        """The newest actions are taken back."""
        for _ in range(count):
            self.undone.append(self.said)
            self.said = self.past.pop()

    def redo(self) -> None:
        """The newest undo is undone."""
        self.past.append(self.said)
        self.said = self.undone.pop()

    def receive(self, path: str, picture: int) -> None:
        """A picture that has no file is given to the mount, and gets one."""
        self.files[path] = picture
        self.given.add(picture)

    def edit(self, path: str, new: int) -> None:
        """Other bytes stand in a file. Undo would not find what is inherited: the past is closed."""
        self.said.inherit(new, self.files[path])
        self.doubtful.add(new)
        self.files[path] = new
        self.past.clear()
        self.undone.clear()

    # ---- what there is ---------------------------------------------------------------------------------------

    @property
    def shown(self) -> list[int]:
        """Pictures that have a file."""
        return sorted(set(self.files.values()))

    @property
    def held(self) -> set[int]:
        """Pictures that have a file, or had one that may come back: tags and albums are not deleted under them."""
        return {*self.files.values(), *self.deleted.values()}

    @property
    def known(self) -> list[int]:
        """Every picture of which something can be seen."""
        return sorted(self.held)

    @property
    def lost(self) -> list[int]:
        """Pictures all of whose files were deleted."""
        return sorted(self.held - set(self.files.values()))

    def is_kept(self, path: str) -> bool:
        """Whether a file is the last one of a picture that the vault would not let go."""
        picture = self.files[path]
        return picture in self.given and list(self.files.values()).count(picture) == 1

    def new_picture(self) -> int:
        """A number that no picture has."""
        self.made += 1
        return self.made

    def entries(self, tag: str) -> list[int]:
        """The pictures that a tag's folder shows."""
        return [picture for picture in self.shown if (picture, tag) in self.said.tagged]

    def album(self, name: str) -> list[int]:
        """The pictures that an album's folder shows, in its order."""
        shown = set(self.shown)
        return [picture for picture in self.said.order(name) if picture in shown]

    def favourites(self) -> list[int]:
        return [picture for picture in self.shown if picture in self.said.favourites]

    def below(self, tag: str) -> list[str]:
        """The subtags of a tag, of any depth."""
        return [other for other in sorted(self.said.tags) if other != tag and is_within(other, tag)]

    def is_free(self, tag: str) -> bool:
        """Whether nothing holds a tag: no subtag, no picture that has or had a file."""
        return not self.below(tag) and not any(tag == other and one in self.held for one, other in self.said.tagged)
