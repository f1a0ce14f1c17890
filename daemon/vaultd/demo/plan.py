"""What the library shows: which scenes, which of them twice, which broken."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

from vaultd.demo.grounds import GROUNDS
from vaultd.demo.held_out import JUDGING_SEEDS
from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene
from vaultd.demo.things import THINGS

Role = Literal["plain", "keywords", "prompt", "copy", "near", "truncated", "text"]

#: The two pairs that a first search asks for; they stay free of keywords and copies, so that only meaning finds them.
ASKED_FOR = frozenset({("red", "car"), ("blue", "car")})


@dataclass(frozen=True)
class Planned:
    """One file to come. A copy or near copy has the scene of the file at index `of`; a text file has none."""

    role: Role
    scene: Scene | None
    of: int | None = None


def plan(seed: int, count: int) -> list[Planned]:
    """`count` files; those at an index named by `of` come before the ones that name it.

    At 120 files every thing appears in at least five pictures, "red car" in six and "blue car" in five.
    """
    rng = Random(f"plan {seed}")
    copies = count // 20
    broken = 2 if count >= 20 else 0
    pairs = _pairs(rng)
    scenes = [_scene(*next(pairs), rng) for _ in range(count - 2 * copies - broken)]
    rng.shuffle(scenes)
    files = _with_roles(scenes, keywords=count // 15, prompts=count // 20)
    sources = [at for at, file in enumerate(files) if file.role == "plain" and _free(file)]
    chosen = rng.sample(sources, 2 * copies)
    files += [Planned("copy", files[at].scene, at) for at in chosen[:copies]]
    files += [Planned("near", files[at].scene, at) for at in chosen[copies:]]
    if broken:
        thing = rng.choice([thing for thing in THINGS if thing != "car"])
        files += [Planned("truncated", _scene(rng.choice(COLOURS), thing, rng)), Planned("text", None)]
    return files


def _pairs(rng: Random) -> Iterator[tuple[str, str]]:
    """Colour and thing, in rounds through all things; cars come more often and mostly in red and blue."""
    turns = {thing: rng.sample(COLOURS, len(COLOURS)) for thing in THINGS}
    other_cars = [colour for colour in turns["car"] if colour not in ("red", "blue")]
    for turn in range(10**9):
        yield "red", "car"
        if turn % 6 < 5:
            yield "blue", "car"
        if turn % 2:
            yield other_cars[turn // 2 % len(other_cars)], "car"
        for thing in THINGS:
            if thing != "car":
                yield turns[thing][turn % len(COLOURS)], thing


def _scene(colour: str, thing: str, rng: Random) -> Scene:
    return Scene(thing, colour, rng.choice(tuple(GROUNDS)), rng.choice(JUDGING_SEEDS))


def _with_roles(scenes: list[Scene], *, keywords: int, prompts: int) -> list[Planned]:
    """The first scenes that are not asked for get keywords, then prompts; all others stay plain."""
    roles: list[Role] = ["keywords" if at < keywords else "prompt" for at in range(keywords + prompts)]
    files = []
    for scene in scenes:
        special = bool(roles) and (scene.colour, scene.thing) not in ASKED_FOR
        files.append(Planned(roles.pop(0) if special else "plain", scene))
    return files


def _free(file: Planned) -> bool:
    return file.scene is not None and (file.scene.colour, file.scene.thing) not in ASKED_FOR
