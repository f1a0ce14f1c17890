"""The rows of quality, on cases small enough to be worked out by hand."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[2]))

from training import calibrate, evaluate, photo_colours
from training.asked import Asked, read_nonsense
from training.concepts import build_concepts
from training.evaluate import HeldOut
from training.halves import judges
from training.known import Known
from training.photos import Photo, choose_held_out, read_held_out
from training.rival import WordMatching
from training.sources import SOURCES, choose
from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene
from vaultd.models.manifest import CutLevel, Vague
from vaultd.search.cut import Chance

CLASSES = """index,wnid,names,hypernyms
0,n1,beagle,hound|dog|carnivore|animal
1,n2,tabby cat|tabby,cat|carnivore|animal
2,n3,pizza,dish|food
3,n4,hot dog,dish|food
4,n5,electric guitar,guitar|musical instrument
5,n6,sports car,car|vehicle
6,n7,gown,dress|clothing
7,n8,poodle,dog|carnivore|animal
"""
IMAGENET, PACS, INTEL = "imagenet-sample", "MachineLearning2020/Homework3-PACS", "afroozsheikh/Intel-Image-Classifier"
SAID = ("a man with his dog", "a dog in a field", "a man walks", "grass and a bench", "two friends")
PHOTOS = [
    Photo("0.webp", IMAGENET, "n1", ()),
    Photo("1.webp", IMAGENET, "n3", ()),
    Photo("2.webp", PACS, "dog", ()),
    Photo("3.webp", INTEL, "street", ()),
    Photo("4.webp", "flickr8k", "", SAID),
    Photo("5.webp", "caltech-101", "BACKGROUND_Google", ()),
]


@pytest.fixture
def held(tmp_path: Path) -> HeldOut:
    (tmp_path / "imagenet_classes.csv").write_text(CLASSES, encoding="utf-8")
    names = ["beagle", "pizza", "dog", "street", "", ""]
    return HeldOut(PHOTOS, list(range(len(PHOTOS))), build_concepts(tmp_path, PHOTOS, []), names)


def fixed(scores: dict[str, list[float]]) -> evaluate.Score:
    return lambda texts: np.array([scores[text] for text in texts], np.float32)


def test_precision_counts_the_best_and_pictures_of_equal_score_share_their_places() -> None:
    scores, truth = np.array([3, 1, 1, 1], np.float32), np.array([True, True, False, False])
    assert evaluate.precision_at(scores, truth, 1) == 1
    assert evaluate.precision_at(scores, truth, 2) == pytest.approx((1 + 1 / 3) / 2)
    assert evaluate.precision_at(scores, truth, 9) == 0.5


def test_a_score_that_says_nothing_is_as_precise_as_chance() -> None:
    truth = np.arange(40) < 6
    found = evaluate.precision({"dog": truth}, np.zeros((1, 40), np.float32))
    assert found.mean == pytest.approx(found.chance) == pytest.approx(6 / 40)


def test_precision_is_of_the_first_ten_or_of_as_many_as_are_right() -> None:
    scores = np.arange(30, 0, -1, dtype=np.float32)
    few, many = np.isin(np.arange(30), [0, 2]), np.isin(np.arange(30), range(0, 30, 2))
    found = evaluate.precision({"few": few, "many": many}, np.stack([scores, scores]))
    assert found.each == {"few": (0.5, 2, 2 / 30), "many": (0.5, 15, 0.5)}


def test_what_is_not_known_counts_neither_as_right_nor_as_wrong() -> None:
    scores = np.array([[4, 3, 2, 1]], np.float32)
    truth, known = np.array([False, True, False, True]), np.array([False, True, True, True])
    found = evaluate.precision({"dog": truth}, scores, {"dog": known})
    assert found.each == {"dog": (0.5, 2, 2 / 3)}


def test_recall_counts_what_comes_before_the_one_right_picture() -> None:
    scores = np.array([[9, 1, 5], [9, 1, 5], [2, 2, 2]], np.float32)
    own = np.array([0, 1, 2])
    assert evaluate.ranks(scores, own).tolist() == [0, 2, 1]
    found = evaluate.recall(scores, own)
    assert found.first == pytest.approx(1 / 3)
    assert (found.ten, found.asked, found.pictures) == (1.0, 3, 3)


def test_a_class_is_asked_for_among_one_photograph_of_each_class(held: HeldOut) -> None:
    asked = {name: [float(place == own) for place in range(6)] for own, name in enumerate(held.names) if name}
    found = evaluate.class_to_photo(held, fixed(asked))
    assert (found.first, found.pictures) == (1.0, 4)


def test_a_caption_is_asked_for_among_the_photographs_that_have_captions(held: HeldOut) -> None:
    found = evaluate.captions(held, fixed({text: [0, 0, 0, 0, 1, 0] for text in SAID}))
    assert (found.asked, found.pictures) == (5, 1)


def test_drawn_pairs_that_training_never_shows_are_judged_apart() -> None:
    scenes = [Scene("car", colour, "beach", 1) for colour in COLOURS]

    def told_by_colour(texts: Sequence[str]) -> evaluate.Vectors:
        return np.array([[float(text == f"{s.colour} {s.thing}") for s in scenes] for text in texts], np.float32)

    found = evaluate.drawn_pairs(scenes, told_by_colour)
    assert {kind: one.mean for kind, one in found.items()} == {"seen pairs": 1.0, "held-out pairs": 1.0}
    assert len(found["seen pairs"].each) + len(found["held-out pairs"].each) == len(COLOURS)
    assert len(found["held-out pairs"].each) >= 2


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("dog", [1, -1, 1, -1, 1, 0]),
        ("animal", [1, -1, 1, -1, 1, 0]),
        ("cat", [-1, -1, -1, -1, -1, 0]),
        ("beagle", [1, -1, 0, -1, 0, 0]),
        ("pizza", [-1, 1, -1, -1, -1, 0]),
        ("person", [0, 0, 0, 0, 1, 0]),
        ("bench", [0, 0, 0, 0, 0, 0]),
        ("car", [-1, -1, -1, 0, -1, 0]),
        ("red", [0, 0, 0, 0, 0, 0]),
    ],
)
def test_a_word_is_true_false_or_not_known_of_a_photograph(held: HeldOut, word: str, expected: list[int]) -> None:
    assert Known(held).truth(word).tolist() == expected


def test_a_word_that_no_label_has_is_judged_by_its_kind_and_its_synonyms(held: HeldOut) -> None:
    known = Known(held, {"puppy": "animal"})
    assert known.truth("puppy").tolist() == [0, -1, 0, -1, 0, 0]
    assert known.truth("doggy", ["dog"]).tolist() == known.truth("dog").tolist()


def test_the_teacher_is_asked_for_the_longest_names_in_a_text(held: HeldOut) -> None:
    certain = np.eye(8, dtype=np.float32)
    score = WordMatching(certain, held.concepts)
    assert score(["dogs"])[0].tolist() == [1, 0, 0, 0, 0, 0, 0, 1]
    assert score(["a hot dog"])[0].tolist() == [0, 0, 0, 1, 0, 0, 0, 0]
    assert score(["a cat beside a car"])[0].tolist() == [0, 1, 0, 0, 0, 1, 0, 0]
    assert score(["freedom"])[0].sum() == 0


def test_a_photograph_is_right_for_a_colour_only_where_its_thing_was_read_so(
    held: HeldOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    white, black = (photo_colours.Seen(frozenset({"dog"}), frozenset({c})) for c in ("white", "black"))
    monkeypatch.setattr(photo_colours, "FEWEST", 1)
    monkeypatch.setattr(photo_colours, "read_list", lambda: {"0.webp": white, "2.webp": black})
    asked = {one.text: one for one in photo_colours.questions(held)}
    assert set(asked) == {"white dog", "black dog"}
    assert asked["white dog"].truth.tolist() == [True, False, False, False, False, False]
    assert asked["white dog"].of_thing.tolist() == [True, False, True, False, False, False]
    # The captioned photograph shows a dog whose colour nobody read; of the last one nothing is known.
    assert asked["white dog"].known.tolist() == [True, True, True, True, False, False]


def test_every_photograph_whose_colour_was_read_is_held_out() -> None:
    seen = photo_colours.read_list()
    assert len(seen) >= 200
    assert set(seen) <= read_held_out()
    used = {colour for one in seen.values() for colour in one.colours}
    assert used <= set(COLOURS)
    assert len(used) >= 8


def test_the_halves_of_the_held_out_photographs_stay_and_keep_a_subject_together() -> None:
    pairs = [(f"caltech_{kind}_{n:04}.webp", kind) for n in range(300) for kind in ("Faces", "Faces_easy")]
    photos = [Photo(file, "caltech-101", label, ()) for file, label in pairs]
    side = [judges(photo) for photo in photos]
    assert side[::2] == side[1::2]
    assert 0.4 < np.mean(side) < 0.6
    held_out = set(choose_held_out(photos))
    assert 0.3 < np.mean([judging for judging, photo in zip(side, photos, strict=True) if photo.file in held_out]) < 0.7


def questions(similarity: list[list[float]], truth: list[list[bool]], known: list[list[bool]] | None = None) -> Asked:
    """Queries whose background has the mean 0, the highest hundredth 1 and no vagueness."""
    zeros, ones = np.zeros(len(truth)), np.ones(len(truth))
    right = np.array(truth)
    sure = np.ones_like(right) if known is None else np.array(known)
    return Asked("text", np.array(similarity, np.float32), Chance(zeros, ones, ones, -ones), right, sure)


def test_the_cut_keeps_what_passes_all_of_its_conditions() -> None:
    some = questions([[0.9, 0.6, 0.2], [0.5, 0.1, 0.1]], [[True, True, False], [False, False, True]])
    found = calibrate.at_the_cut(some, CutLevel(0.0, 0.55, 0.5, reach=0.8), None)
    assert (found.precision, found.recall, found.empty, found.few) == (1.0, 0.25, 0.5, 1.0)
    assert found.f1 == pytest.approx(1 / 3)
    assert calibrate.at_the_cut(some, CutLevel(0.0, 0.15, 0.5), Vague(-1.0, 0.0)).recall == 0.5


def test_no_cut_passes_the_best_possible_one_and_a_ranking_without_fault_allows_all() -> None:
    some = questions(
        [[0.9, 0.6, 0.2, 0.1], [0.9, 0.6, 0.2, 0.1]], [[True, True, False, False], [False, True, False, True]]
    )
    assert calibrate.best_f(some).tolist() == pytest.approx([1.0, 2 / 3])
    for cut in np.arange(0, 1, 0.05):
        assert (calibrate.f_scores(some, calibrate.fixed(some, cut)) <= calibrate.best_f(some) + 1e-9).all()


def test_what_is_not_known_to_be_right_or_wrong_counts_neither_way() -> None:
    some = questions([[0.9, 0.8, 0.7]], [[False, True, False]], [[False, True, True]])
    assert calibrate.f_scores(some, calibrate.fixed(some, 0.75)).tolist() == [1.0]
    assert calibrate.best_f(some).tolist() == [1.0]
    assert calibrate.first(some, 1).tolist() == pytest.approx([0.8])


def test_a_share_of_the_way_is_chosen_for_each_level_and_a_stricter_one_asks_for_no_less() -> None:
    some = questions([[0.9, 0.7, 0.6, 0.4, 0.3]], [[True, True, False, True, False]])
    levels = calibrate.of_pictures(some)
    assert levels.strict.reach >= levels.default.reach >= levels.loose.reach
    assert calibrate.at_the_cut(some, levels.strict, None).precision == 1.0
    assert calibrate.at_the_cut(some, levels.loose, None).recall == 1.0


def test_the_nonsense_that_judges_is_of_four_kinds_and_none_of_it_chose_the_cut() -> None:
    chosen, judging = (
        read_nonsense(calibrate.NONSENSE),
        read_nonsense(Path(__file__).parents[2] / "benchmarks/nonsense.txt"),
    )
    assert chosen.keys() == judging.keys()
    assert [len(texts) for texts in judging.values()] == [50] * 4
    assert not {t for texts in chosen.values() for t in texts} & {t for texts in judging.values() for t in texts}


def test_sources_are_chosen_by_name_or_by_their_terms() -> None:
    clear = {source.name for source in SOURCES if choose(["clear"], source.name)}
    assert clear == {"marcusklasson/GroceryStoreDataset", "alexeygrigorev/clothing-dataset-small"}
    assert all(choose([], source.name) and choose(["all"], source.name) for source in SOURCES)
    assert choose(["clear", "flickr8k"], "flickr8k")
    with pytest.raises(ValueError, match="MIT"):
        choose(["MIT"], "flickr8k")
    with pytest.raises(KeyError, match="its terms"):
        choose([], "somewhere")
