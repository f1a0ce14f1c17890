"""Random gestures through the mount and the socket do to the vault what they do to a simple model of it.

What fails is told as a list of gestures, made as short as hypothesis can; the same gestures come again in every
everyday run. `--long` makes more of them, and shows that planted bugs are found.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from support.model.bugs import BUGS
from support.model.gestures import KINDS, Kind
from support.model.said import Model
from support.model.world import MeansAnother, World
from support.mounting import BACKENDS
from support.mounting import KINDS as ENTRIES
from support.vault import RunningVault

pytestmark = pytest.mark.expects_log("the daemon does not answer", "the text index failed")

STEPS = 100
"""In one example."""
PICTURES = 4
"""With which an example begins."""
RARELY = 0.01
"""The share of all steps that each gesture has at least."""
ENOUGH = 10_000
"""Steps from which on shares are no matter of chance."""
WHERE = {"rm untags two": "tags", "mv loses": "tags", "undo skips": "undo"}
"""What of the vault is not as the model says when a planted bug is found."""


class VaultAgainstModel(RuleBasedStateMachine):
    """One example. `world` lives through all of them."""

    world: ClassVar[World]
    counts: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        try:
            self.world.reset(self.model, PICTURES)
            self.world.furnish(self.model)
        except AssertionError as error:
            print(f"no new example: {error}")  # hypothesis would only tell that two examples differ
            raise
        self.here: Counter[str] = Counter()
        self.script: list[str] = []

    @rule(data=st.data())
    def gesture(self, data: st.DataObject) -> None:
        """One of those that are possible now and were made least often."""
        possible = {kind.name: (kind, list(kind.options(self.model))) for kind in KINDS if self._may(kind)}
        possible = {name: found for name, found in possible.items() if found[1]}
        least = min(self.here[name] for name in possible)
        kind, options = possible[data.draw(st.sampled_from([n for n in possible if self.here[n] <= least]), "gesture")]
        arguments = data.draw(st.sampled_from(options), "of")
        self.here[kind.name] += 1
        self.script.append(f"{kind.name}: {', '.join(map(str, arguments))}")
        try:
            self._do(kind, arguments)
        except BaseException as error:
            error.add_note("after\n" + "\n".join(self.script))
            print(f"{error!r}", *error.__notes__)  # of what fails only now and then hypothesis tells nothing but that
            raise

    def _do(self, kind: Kind, arguments: tuple[Any, ...]) -> None:
        try:
            kind.doing(self.world, self.model, *arguments)
            self.counts[kind.name] += 1
        except MeansAnother:
            self.script[-1] += " (refused)"
            self.counts["refused, as the name meant another picture"] += 1
        self.world.check(self.model)

    def _may(self, kind: Kind) -> bool:
        return self.here[kind.name] < kind.at_most


def run(world: World, examples: int, *, shrink: bool = True) -> Counter[str]:
    """Makes so many examples in one vault and has it look at itself; returns how often each gesture was made."""
    counts: Counter[str] = Counter()
    machine = type("Machine", (VaultAgainstModel,), {"world": world, "counts": counts})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=STEPS, database=None, deadline=None, report_multiple_bugs=False,
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    world.sound()
    return counts


@contextmanager
def opened(backend: str, entries: str, bug: str = "") -> Iterator[World]:
    """A vault in which everything runs, the daemon with this bug planted."""
    with RunningVault(Path(tempfile.mkdtemp(prefix=""))) as vault:
        world = World(vault, backend, entries)
        if bug:
            world.plant(bug)
        with world:
            yield world


def check_share(counts: Counter[str], steps: int, screen: pytest.CaptureFixture[str]) -> None:
    """So many steps were made in all, and no gesture seldom; how often each was made is always printed."""
    total = counts.total()
    with screen.disabled():
        print(f"\n{total} random gestures, each with effect:")
        for name, count in counts.most_common():
            print(f"{count:6} {100 * count / total:5.1f} %  {name}")
    assert total >= steps
    if steps >= ENOUGH:
        assert [kind.name for kind in KINDS if counts[kind.name] < RARELY * total] == []


@pytest.mark.timeout(600)
def test_three_hundred_random_gestures_do_what_the_model_says(capsys: pytest.CaptureFixture[str]) -> None:
    with opened("pyfuse3", "symlink") as world:
        check_share(run(world, 300 // STEPS), 300, capsys)


@pytest.mark.long
@pytest.mark.timeout(10_800)
def test_ten_thousand_random_gestures_do_what_the_model_says(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    for backend, entries in product(BACKENDS, ENTRIES):
        with opened(backend, entries) as world:
            counts += run(world, 2_500 // STEPS)
    check_share(counts, 10_000, capsys)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("bug", sorted(BUGS))
def test_a_planted_bug_is_found_within_ten_thousand_gestures(bug: str) -> None:
    with opened("pyfuse3", "symlink", bug) as world, pytest.raises(AssertionError, match=WHERE[bug]):
        run(world, 10_000 // STEPS, shrink=False)
