"""How many answers are kept."""

import numpy as np
import pytest

from vaultd.query import Query
from vaultd.search import snapshots
from vaultd.search.snapshots import Answered, Snapshot, Snapshots
from vaultipc.errors import NotFound


def answer_of(size: int, key: str = "") -> Snapshot:
    images = np.arange(size)
    answered = Answered(images, np.zeros(size, np.int64), images)
    return Snapshot((key,), 0, "", Query(None), None, "default", "", answered, None, None, ())


def test_large_answers_push_old_ones_out_before_small_ones_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "MOST_IMAGES", 100)
    monkeypatch.setattr(snapshots, "FEWEST", 2)
    kept = Snapshots()
    small = [answer_of(10) for _ in range(5)]
    large = answer_of(70)
    for snapshot in (*small, large):
        kept.keep(snapshot)
    assert [kept.get(one.name) for one in (*small[2:], large)] == [*small[2:], large]
    for gone in small[:2]:
        with pytest.raises(NotFound):
            kept.get(gone.name)


def test_the_last_answers_are_kept_however_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "MOST_IMAGES", 100)
    monkeypatch.setattr(snapshots, "FEWEST", 2)
    kept = Snapshots()
    large = [answer_of(90) for _ in range(3)]
    for snapshot in large:
        kept.keep(snapshot)
    assert [kept.get(one.name) for one in large[1:]] == large[1:]
    with pytest.raises(NotFound):
        kept.get(large[0].name)


def test_a_question_asked_again_after_a_hundred_others_has_its_answer_still() -> None:
    kept = Snapshots()
    for number in range(101):
        kept.keep(answer_of(1000, str(number)))
    found = kept.fresh(("0",), 0)
    assert found is not None
    assert found.key == ("0",)
