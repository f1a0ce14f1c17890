"""Drawn scenes: the same for the same seed, and showing what they say."""

from __future__ import annotations

import time

import pytest
from PIL import Image

from support.demo_colours import share_of_colour
from vaultd.demo.grounds import GROUNDS
from vaultd.demo.held_out import HELD_OUT_GROUNDS, HELD_OUT_PAIRS, JUDGING_SEEDS
from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene, draw, render
from vaultd.demo.things import THINGS

SMALL = (128, 128)


def _scene(thing: str, colour: str, seed: int = 7) -> Scene:
    grounds = tuple(GROUNDS)
    return Scene(thing, colour, grounds[(len(thing) + len(colour) + seed) % len(grounds)], seed)


@pytest.mark.parametrize("thing", THINGS)
def test_a_thing_shows_its_colour_in_its_box(thing: str) -> None:
    for colour in COLOURS:
        rendered = render(_scene(thing, colour), SMALL)
        assert share_of_colour(rendered.image, rendered.box, colour) > 0.06, colour


def test_a_thing_shows_no_other_strong_colour() -> None:
    strong = ("red", "orange", "yellow", "purple", "pink")
    for thing in THINGS:
        rendered = render(_scene(thing, "blue"), SMALL)
        for other in strong:
            assert share_of_colour(rendered.image, rendered.box, other) < 0.05, (thing, other)


def test_the_same_scene_is_the_same_picture() -> None:
    scene = _scene("boat", "green")
    assert draw(scene, (96, 64)).tobytes() == draw(scene, (96, 64)).tobytes()


def test_another_seed_is_another_picture() -> None:
    assert draw(_scene("boat", "green", 1), SMALL).tobytes() != draw(_scene("boat", "green", 11), SMALL).tobytes()


@pytest.mark.parametrize("size", [(64, 64), (320, 200), (200, 320), (1, 1)])
def test_a_picture_has_the_size_asked_for_and_its_box_inside(size: tuple[int, int]) -> None:
    rendered = render(_scene("dog", "brown"), size)
    left, top, right, bottom = rendered.box
    assert rendered.image.size == size
    assert 0 <= left < right <= size[0]
    assert 0 <= top < bottom <= size[1]


@pytest.mark.parametrize("size", [(160, 90), (90, 160)])
def test_the_middle_square_shows_most_of_the_thing(size: tuple[int, int]) -> None:
    edge = abs(size[0] - size[1]) // 2
    wide = size[0] > size[1]
    for seed in range(20):
        left, top, right, bottom = render(_scene("car", "red", seed), size).box
        start, end = (left, right) if wide else (top, bottom)
        inside = min(end, edge + min(size)) - max(start, edge)
        assert inside >= 0.8 * (end - start)


def test_every_thing_stands_on_every_ground() -> None:
    for ground in GROUNDS:
        for thing in THINGS:
            assert render(Scene(thing, "purple", ground, 3), (48, 48)).image.size == (48, 48)


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        draw(Scene("dragon", "red", "meadow", 1), SMALL)


def test_a_fifth_of_the_pairs_and_two_grounds_are_held_out() -> None:
    assert len(HELD_OUT_PAIRS) >= len(COLOURS) * len(THINGS) / 5
    assert len(HELD_OUT_GROUNDS) == 2
    assert set(GROUNDS) > HELD_OUT_GROUNDS
    assert {("red", "car"), ("blue", "car")}.isdisjoint(HELD_OUT_PAIRS)


def test_every_thing_and_every_colour_is_seen_in_training() -> None:
    for thing in THINGS:
        assert sum((colour, thing) not in HELD_OUT_PAIRS for colour in COLOURS) >= len(COLOURS) // 2
    for colour in COLOURS:
        assert sum((colour, thing) not in HELD_OUT_PAIRS for thing in THINGS) >= len(THINGS) // 2


def test_judging_seeds_leave_room_for_training_below_them() -> None:
    assert JUDGING_SEEDS.start >= 10**9


def test_small_pictures_are_drawn_fast_enough_to_train_on() -> None:
    scenes = [_scene(thing, "red", seed) for seed, thing in enumerate(THINGS)]
    start = time.process_time()
    for scene in scenes:
        assert isinstance(draw(scene, SMALL), Image.Image)
    assert (time.process_time() - start) / len(scenes) < 0.03
