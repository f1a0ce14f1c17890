"""What is done with saved searches and with results."""

from __future__ import annotations

from collections.abc import Iterator

from support.model.gestures.kinds import gesture
from support.model.gestures.tagging import tagged
from support.model.said import Model, Said
from support.model.world import World

NAMES = ("red", "green", "blue", "white")
QUERIES = ("red", "green", "blue", "white", "yellow limit:3", "tag:p")


def new_names(m: Model) -> list[tuple[str]]:
    return [(name,) for name in NAMES if name not in m.said.saved]


def saved(m: Model) -> list[tuple[str]]:
    return [(name,) for name in sorted(m.said.saved)]


@gesture("mkdir saved/…", new_names)
def make(w: World, m: Model, name: str) -> None:
    w.do("mkdir", w.mount / "saved" / name)
    m.act(lambda s: s.saved.update({name: name}))


@gesture("mv search/… saved/…", lambda m: ((query, name) for query in QUERIES for (name,) in new_names(m)))
def keep(w: World, m: Model, query: str, name: str) -> None:
    w.do("mv", w.mount / "search" / query, w.mount / "saved" / name)
    m.act(lambda s: s.saved.update({name: query}))


@gesture("mv saved/… saved/…", lambda m: ((old, new) for (old,) in saved(m) for (new,) in new_names(m)))
def rename(w: World, m: Model, old: str, new: str) -> None:
    """A search that asks its name asks its new name."""
    w.do("mv", w.mount / "saved" / old, w.mount / "saved" / new)

    def renamed(s: Said) -> None:
        query = s.saved.pop(old)
        s.saved[new] = new if query == old else query

    m.act(renamed)


def _other_queries(m: Model) -> Iterator[tuple[str, str]]:
    for name, query in sorted(m.said.saved.items()):
        for other in QUERIES:
            if other != query:
                yield name, other


@gesture("write saved/…/.query", _other_queries)
def write(w: World, m: Model, name: str, query: str) -> None:
    w.do("write", w.mount / "saved" / name / ".query", query)
    m.act(lambda s: s.saved.update({name: query}))


@gesture("rmdir saved/…", saved)
def remove(w: World, m: Model, name: str) -> None:
    w.do("rmdir", w.mount / "saved" / name)
    m.act(lambda s: s.saved.pop(name))


@gesture("rm -r saved/…", saved)
def remove_all(w: World, m: Model, name: str) -> None:
    w.do("rm -r", w.mount / "saved" / name)
    m.act(lambda s: s.saved.pop(name))


@gesture("vvault save", _other_queries)
def save(w: World, m: Model, name: str, query: str) -> None:
    w.ask("save", name=name, query=query, replace=True)
    m.act(lambda s: s.saved.update({name: query}))


# ---- results -----------------------------------------------------------------------------------------------------


@gesture("rm from results", lambda m: ((one,) for one in m.shown if m.said.verdicts.get(one) != "hide"))
def hide(w: World, m: Model, number: int) -> None:
    w.do("rm", w.entry(w.results(), number))
    m.act(lambda s: s.verdicts.update({number: "hide"}))


def _not_preferred(m: Model) -> list[tuple[int]]:
    return [(one,) for one in m.shown if m.said.verdicts.get(one) != "prefer"]


@gesture("ln -s into results", _not_preferred)
def prefer(w: World, m: Model, number: int) -> None:
    path = next(path for path, one in sorted(m.files.items()) if one == number)
    w.do("ln -s", w.library / path, w.mount / w.results() / f"link-{number}.png")
    m.act(lambda s: s.verdicts.update({number: "prefer"}))


def _tagged_not_preferred(m: Model) -> Iterator[tuple[int, str]]:
    wanted = set(_not_preferred(m))
    return ((one, tag) for one, tag in tagged(m) if (one,) in wanted)


@gesture("mv from a tag into results", _tagged_not_preferred)
def bring(w: World, m: Model, number: int, tag: str) -> None:
    w.do("mv", w.entry(f"tags/{tag}", number), w.mount / w.results() / f"moved-{number}.png")
    m.act(lambda s: s.verdicts.update({number: "prefer"}))


def _tag_of_results(m: Model) -> Iterator[tuple[int, str]]:
    for tag in sorted(m.said.tags):
        for one in m.shown:
            if m.said.verdicts.get(one) != "hide" and (one, tag) not in m.said.tagged:
                yield one, tag


@gesture("mv from results into a tag", _tag_of_results)
def tag_result(w: World, m: Model, number: int, tag: str) -> None:
    w.do("mv", w.entry(w.results(), number), w.mount / "tags" / tag / f"found-{number}.png")
    m.act(lambda s: s.tag(number, tag))


@gesture("vvault hide --remove", lambda m: ((one, said) for one, said in m.said.verdicts.items() if one in m.held))
def take_back(w: World, m: Model, number: int, verdict: str) -> None:
    w.ask(verdict, query=w.query, images=[w.images[number]], remove=True)
    m.act(lambda s: s.verdicts.pop(number))
