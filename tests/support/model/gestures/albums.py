"""What is done with albums, favourites, ratings and texts."""

from __future__ import annotations

from collections.abc import Iterator

from support.model.gestures.kinds import gesture
from support.model.gestures.tagging import tagged
from support.model.said import Model, Said
from support.model.world import World

NAMES = ("Ada", "Bob", "Eve")
KINDS_OF_TEXT = ("title", "description", "caption", "prompt")


def new_albums(m: Model) -> list[tuple[str]]:
    return [(name,) for name in NAMES if name not in m.said.albums]


def absent(m: Model) -> Iterator[tuple[int, str]]:
    """Pictures and albums that they are not in."""
    for album, places in sorted(m.said.albums.items()):
        for one in m.shown:
            if one not in places:
                yield one, album


def members(m: Model) -> Iterator[tuple[int, str]]:
    """Pictures in the folders of their albums."""
    for album in sorted(m.said.albums):
        for one in m.album(album):
            yield one, album


def empty(m: Model) -> list[tuple[str]]:
    return [(album,) for album, places in sorted(m.said.albums.items()) if not m.held & set(places)]


@gesture("mkdir albums/…", new_albums)
def make(w: World, m: Model, album: str) -> None:
    w.do("mkdir", w.mount / "albums" / album)
    m.act(lambda s: s.albums.update({album: {}}))


@gesture("rmdir albums/…", empty)
def remove(w: World, m: Model, album: str) -> None:
    w.do("rmdir", w.mount / "albums" / album)
    m.act(lambda s: s.albums.pop(album))


@gesture("mv albums/… albums/…", lambda m: ((old, new) for old in sorted(m.said.albums) for (new,) in new_albums(m)))
def rename(w: World, m: Model, old: str, new: str) -> None:
    w.do("mv", w.mount / "albums" / old, w.mount / "albums" / new)
    m.act(lambda s: s.albums.update({new: s.albums.pop(old)}))


def _with_pictures(m: Model) -> list[tuple[str]]:
    unclear = {*m.lost, *m.doubtful}
    return [(album,) for album in sorted(m.said.albums) if m.album(album) and not unclear & {*m.said.albums[album]}]


@gesture("rm -r albums/…", _with_pictures)
def remove_all(w: World, m: Model, album: str) -> None:
    w.do("rm -r", w.mount / "albums" / album)
    m.act(lambda s: s.albums.pop(album))


@gesture("ln -s into an album", absent)
def link(w: World, m: Model, number: int, album: str) -> None:
    path = next(path for path, one in sorted(m.files.items()) if one == number)
    w.do("ln -s", w.library / path, w.mount / "albums" / album / f"link-{number}.png")
    m.act(lambda s: s.put(album, number))


@gesture("cp into an album", lambda m: ((album,) for album in sorted(m.said.albums)))
def copy(w: World, m: Model, album: str) -> None:
    number = m.new_picture()
    file = w.new_file(number)
    w.do("cp", file, w.mount / "albums" / album / file.name)
    m.receive(w.in_the_inbox(file), number)
    m.act(lambda s: s.put(album, number))


@gesture(
    "mv from a tag into an album",
    lambda m: ((one, tag, album) for one, tag in tagged(m) for other, album in absent(m) if one == other),
)
def bring(w: World, m: Model, number: int, tag: str, album: str) -> None:
    w.do("mv", w.entry(f"tags/{tag}", number), w.mount / "albums" / album / f"moved-{number}.png")
    m.act(lambda s: s.put(album, number))


def _to_another(m: Model) -> Iterator[tuple[int, str, str]]:
    for one, source in members(m):
        for target in sorted(m.said.albums):
            if target != source:
                yield one, source, target


@gesture("mv from an album to another", _to_another)
def move(w: World, m: Model, number: int, source: str, target: str) -> None:
    w.do("mv", w.entry(f"albums/{source}", number), w.mount / "albums" / target / f"moved-{number}.png")

    def moved(s: Said) -> None:
        if number not in s.albums[target]:
            s.put(target, number)
        del s.albums[source][number]

    m.act(moved)


@gesture(
    "mv over a picture of the same album",
    lambda m: ((one, other, album) for one, album in members(m) for other in m.album(album) if one != other),
)
def move_over(w: World, m: Model, number: int, replaced: int, album: str) -> None:
    m.doubtful.add(replaced)
    w.move_over(f"albums/{album}", number, f"albums/{album}", replaced)

    def moved(s: Said) -> None:
        s.put(album, number, replaced)
        del s.albums[album][replaced]

    m.act(moved)


@gesture("rm from an album", members)
def take_out(w: World, m: Model, number: int, album: str) -> None:
    w.do("rm", w.entry(f"albums/{album}", number))
    m.act(lambda s: s.albums[album].pop(number))


def _orders(m: Model) -> Iterator[tuple[int, int | None, str]]:
    """Pictures that would stand elsewhere before another one of their album, or at its end."""
    for one, album in members(m):
        order = m.said.order(album)
        for before in (*m.album(album), None):  # nobody knows of what the folder does not show
            stays = [other for other in order if other != one]
            at = len(stays) if before is None else stays.index(before) if before in stays else 0
            if before != one and [*stays[:at], one, *stays[at:]] != order:
                yield one, before, album


@gesture("vvault album move", _orders)
def put(w: World, m: Model, number: int, before: int | None, album: str) -> None:
    w.ask("album.move", name=album, images=[w.images[number]], before="" if before is None else w.images[before])
    m.act(lambda s: s.put(album, number, before))


@gesture("vvault album add", lambda m: ((one, before, album) for one, album in absent(m) for before in m.album(album)))
def add(w: World, m: Model, number: int, before: int, album: str) -> None:
    w.ask("album.add", name=album, images=[w.images[number]], before=w.images[before])
    m.act(lambda s: s.put(album, number, before))


# ---- marks -------------------------------------------------------------------------------------------------------


def _no_favourites(m: Model) -> list[tuple[int]]:
    return [(one,) for one in m.shown if one not in m.said.favourites]


@gesture("ln -s into favorites", _no_favourites)
def favour(w: World, m: Model, number: int) -> None:
    path = next(path for path, one in sorted(m.files.items()) if one == number)
    w.do("ln -s", w.library / path, w.mount / "favorites" / f"link-{number}.png")
    m.act(lambda s: s.favourites.add(number))


@gesture("cp of a known picture into favorites", _no_favourites)
def favour_copy(w: World, m: Model, number: int) -> None:
    w.do("cp", w.new_file(number), w.mount / "favorites" / f"copy-{number}.png")
    m.given.add(number)
    m.act(lambda s: s.favourites.add(number))


@gesture("rm from favorites", lambda m: ((one,) for one in m.favourites()))
def unfavour(w: World, m: Model, number: int) -> None:
    w.do("rm", w.entry("favorites", number))
    m.act(lambda s: s.favourites.discard(number))


@gesture("vvault fav", lambda m: ((one,) for one in m.known))
def mark(w: World, m: Model, number: int) -> None:
    w.ask("fav", images=[w.images[number]], remove=number in m.said.favourites)
    m.act(lambda s: s.favourites.symmetric_difference_update({number}))


@gesture(
    "vvault rate",
    lambda m: ((one, stars) for one in m.known for stars in range(6) if stars != m.said.stars.get(one, 0)),
)
def rate(w: World, m: Model, number: int, stars: int) -> None:
    w.ask("rate", images=[w.images[number]], rating=stars)
    m.act(lambda s: s.stars.update({number: stars}) if stars else s.stars.pop(number))


@gesture("vvault edit", lambda m: ((one, kind) for one in m.known for kind in KINDS_OF_TEXT))
def edit(w: World, m: Model, number: int, kind: str) -> None:
    """Writes a text, or takes away the one that is there."""
    text = "" if (number, kind) in m.said.texts else f"the {kind} of {number}"
    w.ask("edit", images=[w.images[number]], **{kind: text})
    m.act(lambda s: s.texts.update({(number, kind): text}) if text else s.texts.pop((number, kind)))
