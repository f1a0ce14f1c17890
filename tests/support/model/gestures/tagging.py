"""What is done with tags."""

from __future__ import annotations

from collections.abc import Iterator

from support.model.gestures.kinds import gesture
from support.model.said import Model, Said, is_within
from support.model.world import World

NAMES = "pqrs"
MOST = 8
"""Tags that there are at once, so that pictures meet in them."""


def new_tags(m: Model) -> Iterator[tuple[str]]:
    """Names that a tag could get: at the top, and below those that there are."""
    if len(m.said.tags) < MOST:
        for above in ["", *sorted(m.said.tags)]:
            if above.count("/") < 2:
                for name in NAMES:
                    tag = f"{above}/{name}".lstrip("/")
                    if tag not in m.said.tags:
                        yield (tag,)


def untagged(m: Model, pictures: list[int] | None = None) -> Iterator[tuple[int, str]]:
    """Pictures and tags that they do not have."""
    for tag in sorted(m.said.tags):
        for one in m.shown if pictures is None else pictures:
            if (one, tag) not in m.said.tagged:
                yield one, tag


def tagged(m: Model) -> Iterator[tuple[int, str]]:
    """Pictures in the folders of their tags."""
    for tag in sorted(m.said.tags):
        for one in m.entries(tag):
            yield one, tag


def free(m: Model) -> list[tuple[str]]:
    """Tags that can be deleted."""
    return [(tag,) for tag in sorted(m.said.tags) if m.is_free(tag)]


@gesture("mkdir tags/…", new_tags)
def make(w: World, m: Model, tag: str) -> None:
    above = tag.rpartition("/")[0]
    assert not above or above in m.said.tags
    w.do("mkdir", w.mount / "tags" / tag)
    m.act(lambda s: s.make_tag(tag))


@gesture("rmdir tags/…", free)
def remove(w: World, m: Model, tag: str) -> None:
    w.do("rmdir", w.mount / "tags" / tag)
    m.act(lambda s: s.drop_tag(tag))


def _renames(m: Model) -> Iterator[tuple[str, str]]:
    for old in sorted(m.said.tags):
        for above in ["", *sorted(m.said.tags)]:
            for name in NAMES:
                new = f"{above}/{name}".lstrip("/")
                if not is_within(new, old) and new not in m.said.tags and new.count("/") < 3:
                    yield old, new


@gesture("mv tags/… tags/…", _renames)
def rename(w: World, m: Model, old: str, new: str) -> None:
    w.do("mv", w.mount / "tags" / old, w.mount / "tags" / new)
    m.act(lambda s: s.rename_tag(old, new))


def _onto_free(m: Model) -> Iterator[tuple[str, str]]:
    for (new,) in free(m):
        for old in sorted(m.said.tags):
            if not is_within(old, new) and not is_within(new, old):
                yield old, new


@gesture("rename of a tag onto a free one", _onto_free)
def rename_onto(w: World, m: Model, old: str, new: str) -> None:
    """As rename(2) does with empty folders; mv would put the one into the other."""
    w.do("rename", w.mount / "tags" / old, w.mount / "tags" / new)

    def renamed(s: Said) -> None:
        s.drop_tag(new)
        s.rename_tag(old, new)

    m.act(renamed)


def _with_pictures(m: Model) -> list[tuple[str]]:
    """Tags with a picture in them, and nothing that `rm -r` does not see."""
    tags = [tag for tag in sorted(m.said.tags) if any(m.entries(one) for one in (tag, *m.below(tag)))]
    unclear = {*m.lost, *m.doubtful}
    return [(tag,) for tag in tags if not any(one in unclear and is_within(other, tag) for one, other in m.said.tagged)]


@gesture("rm -r tags/…", _with_pictures)
def remove_all(w: World, m: Model, tag: str) -> None:
    w.do("rm -r", w.mount / "tags" / tag)

    def emptied(s: Said) -> None:
        for other in [tag, *m.below(tag)]:
            s.drop_tag(other)

    m.act(emptied)


@gesture("ln -s of a file into a tag", untagged)
def link(w: World, m: Model, number: int, tag: str) -> None:
    path = next(path for path, one in sorted(m.files.items()) if one == number)
    w.do("ln -s", w.library / path, w.mount / "tags" / tag / f"link-{number}.png")
    m.act(lambda s: s.tag(number, tag))


def _from_another(m: Model) -> Iterator[tuple[int, str, str]]:
    for one, source in tagged(m):
        for target in sorted(m.said.tags):
            if target != source:
                yield one, source, target


def _to_be_linked(m: Model) -> Iterator[tuple[int, str, str]]:
    return ((one, source, target) for one, source, target in _from_another(m) if (one, target) not in m.said.tagged)


@gesture("ln -s of an entry into a tag", _to_be_linked)
def link_entry(w: World, m: Model, number: int, source: str, target: str) -> None:
    w.do("ln -s", w.entry(f"tags/{source}", number), w.mount / "tags" / target / f"link-{number}.png")
    m.act(lambda s: s.tag(number, target))


@gesture("cp of a known picture into a tag", lambda m: untagged(m, m.shown))
def copy_known(w: World, m: Model, number: int, tag: str) -> None:
    w.do("cp", w.new_file(number), w.mount / "tags" / tag / f"copy-{number}.png")
    m.given.add(number)
    m.act(lambda s: s.tag(number, tag))


@gesture("cp of a new picture into a tag", lambda m: ((tag,) for tag in sorted(m.said.tags)))
def copy_new(w: World, m: Model, tag: str) -> None:
    number = m.new_picture()
    file = w.new_file(number)
    w.do("cp, by a file manager", file, w.mount / "tags" / tag / file.name)
    m.receive(w.in_the_inbox(file), number)
    m.act(lambda s: s.tag(number, tag))


@gesture("mv of a new picture into a tag", lambda m: ((tag,) for tag in sorted(m.said.tags)))
def take(w: World, m: Model, tag: str) -> None:
    number = m.new_picture()
    file = w.new_file(number)
    w.do("mv", file, w.mount / "tags" / tag / file.name)
    assert not file.exists()
    assert (w.library / w.in_the_inbox(file)).read_bytes() == w.picture(number)
    m.receive(w.in_the_inbox(file), number)
    m.act(lambda s: s.tag(number, tag))


@gesture("mv from a tag to another", _from_another)
def move(w: World, m: Model, number: int, source: str, target: str) -> None:
    w.do("mv", w.entry(f"tags/{source}", number), w.mount / "tags" / target / f"moved-{number}.png")

    def moved(s: Said) -> None:
        s.tag(number, target)
        s.tagged.discard((number, source))

    m.act(moved)


def _over(m: Model) -> Iterator[tuple[int, str, int, str]]:
    for one, source, target in _from_another(m):
        for other in m.entries(target):
            if other != one:
                yield one, source, other, target


@gesture("mv from a tag over a picture of another", _over)
def move_over(w: World, m: Model, number: int, source: str, replaced: int, target: str) -> None:
    m.doubtful.add(replaced)
    w.move_over(f"tags/{source}", number, f"tags/{target}", replaced)

    def moved(s: Said) -> None:
        s.tag(number, target)
        s.tagged -= {(number, source), (replaced, target)}

    m.act(moved)


@gesture("rm from a tag", tagged)
def untag(w: World, m: Model, number: int, tag: str) -> None:
    w.do("rm", w.entry(f"tags/{tag}", number))
    m.act(lambda s: s.tagged.discard((number, tag)))


@gesture("mv out of a tag", tagged)
def take_out(w: World, m: Model, number: int, tag: str) -> None:
    w.do("mv", w.entry(f"tags/{tag}", number), w.new_file(number).with_suffix(".out"))
    m.act(lambda s: s.tagged.discard((number, tag)))


def _tag_lists(m: Model) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Pictures, a tag that shows them, and what they are to be tagged with: one more, or another."""
    for one, tag in tagged(m):
        for name in [*sorted(m.said.tags), *NAMES]:
            if (one, name) not in m.said.tagged:
                yield one, tag, (name,)
                yield one, tag, (*sorted(m.said.tags_of(one)), name)


@gesture("setfattr user.xdg.tags", _tag_lists)
def set_tags(w: World, m: Model, number: int, tag: str, names: tuple[str, ...]) -> None:
    w.do("setfattr", w.entry(f"tags/{tag}", number), ",".join(names))

    def retagged(s: Said) -> None:
        s.tagged = {(one, other) for one, other in s.tagged if one != number or other in names}
        for name in names:
            s.tag(number, name)

    m.act(retagged)


# ---- over the socket ---------------------------------------------------------------------------------------------


@gesture("vvault tag", lambda m: ((one, tag) for (tag,) in new_tags(m) for one in m.known))
def tag_by_name(w: World, m: Model, number: int, tag: str) -> None:
    w.ask("tag", tag=tag, images=[w.images[number]])
    m.act(lambda s: s.tag(number, tag))


@gesture("vvault tag, of several", lambda m: ((tag,) for one, tag in untagged(m)))
def tag_several(w: World, m: Model, tag: str) -> None:
    w.ask("tag", tag=tag, images=[w.images[one] for one in m.shown])
    m.act(lambda s: s.tagged.update((one, tag) for one in m.shown))


@gesture("vvault untag", lambda m: ((one, tag) for one, tag in sorted(m.said.tagged) if one in m.held))
def untag_by_name(w: World, m: Model, number: int, tag: str) -> None:
    w.ask("untag", tag=tag, images=[w.images[number]])
    m.act(lambda s: s.tagged.discard((number, tag)))
