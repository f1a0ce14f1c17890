"""The cut depends on the query and the background, and on nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from support.shelf import Concepts, concept_pack, direction
from vaultd.models.bundled import open_pack
from vaultd.models.nonsense import nothing
from vaultd.models.pack import Cut, CutLevel, CutLevels, Pack, Vague
from vaultd.search.cut import PICTURES, Background, Kind, levels_of, threshold
from vaultipc.messages import Level

CUT = Cut(
    strict=CutLevel(z=4.0, similarity=0.3, probability=0.9),
    default=CutLevel(z=3.0, similarity=0.2, probability=0.5),
    loose=CutLevel(z=2.0, similarity=0.1, probability=0.1),
)
LEVELS: tuple[Level, ...] = ("strict", "default", "loose", "all")
KINDS: tuple[Kind, ...] = ("text", "image", "mixed")


def test_a_picture_must_stand_out_of_the_background_and_be_believed() -> None:
    spread = np.array([0.0, 0.2] * 50, np.float32)
    limit = threshold(spread, CUT, "default")
    assert (limit.mean, limit.floor) == pytest.approx((0.1, 0.4))
    assert limit.cut == limit.floor
    assert threshold(spread * 0.1, CUT, "default").cut == 0.2


def test_a_match_comes_a_share_of_the_way_from_the_mean_to_the_highest_hundredth() -> None:
    spread = np.array([0.1] * 198 + [0.6, 0.8], np.float32)
    limit = threshold(spread, CUT, "default", "image")
    mean, share = float(spread.mean()), PICTURES.default.reach
    assert limit.cut == limit.floor == pytest.approx(mean + share * (0.7 - mean))


def test_pictures_are_cut_by_the_same_share_whatever_scale_a_model_has() -> None:
    spread = np.random.default_rng(3).normal(size=500).astype(np.float32)
    one, other = threshold(spread, CUT, "default", "image"), threshold(0.03 * spread + 0.6, CUT, "default", "image")
    assert other.cut == pytest.approx(0.03 * one.cut + 0.6, abs=1e-5)


def test_levels_are_ordered_and_all_has_no_cut() -> None:
    spread = np.linspace(-0.2, 0.2, 100, dtype=np.float32)
    strict, default, loose = (threshold(spread, CUT, level).cut for level in ("strict", "default", "loose"))
    assert strict > default > loose
    assert threshold(spread, CUT, "all").cut == -np.inf


@given(some.lists(some.floats(-1, 1, width=32), min_size=1, max_size=300), some.floats(-1, 1))
def test_what_a_stricter_level_keeps_a_looser_one_keeps_too(background: list[float], vagueness: float) -> None:
    cuts = msgspec.structs.replace(CUT, vague=Vague(start=0.4, slope=2.0))
    for kind in KINDS:
        found = [threshold(np.array(background, np.float32), cuts, level, kind, vagueness).cut for level in LEVELS]
        assert found == sorted(found, reverse=True)


def test_words_that_say_nothing_must_reach_more_and_pictures_need_not() -> None:
    spread, cuts = np.zeros(100, np.float32), msgspec.structs.replace(CUT, vague=Vague(start=0.5, slope=2.0))
    assert threshold(spread, cuts, "default", "text", 0.4).cut == 0.2
    assert threshold(spread, cuts, "default", "text", 0.6).cut == pytest.approx(0.4)
    assert threshold(spread, cuts, "default", "image", 0.6).cut == 0.0
    assert threshold(spread, CUT, "default", "text", 0.6).cut == 0.2


def test_a_pack_says_how_pictures_are_cut_or_the_defaults_hold() -> None:
    own = CutLevels(*(CutLevel(0.0, -1.0, 0.0, reach) for reach in (0.9, 0.8, 0.7)))
    assert levels_of(CUT, "image") == levels_of(CUT, "mixed") == PICTURES
    assert levels_of(msgspec.structs.replace(CUT, mixed=own), "mixed") == own
    assert levels_of(CUT, "text") == CUT


def test_a_manifest_written_before_there_were_shares_and_kinds_is_read() -> None:
    level = {"z": 1.5, "similarity": 0.3, "probability": 0.5}
    found = msgspec.json.decode(msgspec.json.encode(dict.fromkeys(("strict", "default", "loose"), level)), type=Cut)
    assert found.default == CutLevel(1.5, 0.3, 0.5, 0.0)
    assert (found.image, found.mixed, found.vague) == (None, None, None)


def test_a_text_without_meaning_lies_near_to_what_other_such_texts_give(tmp_path: Path) -> None:
    pack = concept_pack(tmp_path)
    vague = msgspec.structs.replace(pack.manifest.cut, vague=Vague(start=0.5, slope=1.0))
    strict = Background(Pack(pack.folder, msgspec.structs.replace(pack.manifest, cut=vague)), Concepts())
    plain = Background(pack, Concepts())
    meaningless = nothing(Concepts().embed)
    assert strict.threshold(meaningless, "default").cut == pytest.approx(
        plain.threshold(meaningless, "default").cut + 0.5
    )
    assert strict.threshold(direction("car"), "default") == plain.threshold(direction("car"), "default")


def test_the_bundled_pack_asks_for_no_less_at_a_stricter_level() -> None:
    cuts = open_pack().manifest.cut
    assert cuts.vague is not None
    for kind in KINDS:
        levels = levels_of(cuts, kind)
        for looser, stricter in ((levels.loose, levels.default), (levels.default, levels.strict)):
            assert (looser.z, looser.similarity, looser.reach) <= (stricter.z, stricter.similarity, stricter.reach)
            assert looser.reach <= stricter.reach


def test_no_list_of_words_is_loaded_to_decide_what_means_something() -> None:
    script = "import sys, vaultd.search.engine; print([name for name in sys.modules if 'vocabulary' in name])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
