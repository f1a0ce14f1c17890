"""One request at a time for one thing."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from vaultfs.tree.flight import Flight


class Desk:
    """Counts the runs and lets each go when told."""

    def __init__(self) -> None:
        self.begun = 0
        self.go = trio.Event()
        self.error: Exception | None = None

    async def run(self) -> int:
        self.begun += 1
        number = self.begun
        await self.go.wait()
        if self.error is not None:
            raise self.error
        return number


async def gather(flight: Flight[int], desk: Desk, count: int, fresh: bool, got: list[int | str]) -> None:
    async def one() -> None:
        try:
            got.append(await flight.share(desk.run, fresh))
        except RuntimeError as error:
            got.append(str(error))

    async with trio.open_nursery() as nursery:
        for _ in range(count):
            nursery.start_soon(one)
        await trio.testing.wait_all_tasks_blocked()
        desk.go.set()


async def test_callers_at_once_share_one_run() -> None:
    got: list[int | str] = []
    await gather(Flight(), Desk(), 5, False, got)
    assert got == [1] * 5


async def test_callers_at_once_share_one_failure() -> None:
    desk, got = Desk(), list[int | str]()
    desk.error = RuntimeError("away")
    await gather(Flight(), desk, 5, True, got)
    assert got == ["away"] * 5
    assert desk.begun == 1


async def test_who_needs_a_fresh_answer_does_not_get_one_asked_for_before() -> None:
    desk, got = Desk(), list[int | str]()
    await gather(Flight(), desk, 5, True, got)
    assert sorted(map(str, got)) == ["1", "2", "2", "2", "2"]


async def test_a_cancelled_run_is_begun_anew_by_who_waited() -> None:
    flight, desk = Flight[int](), Desk()
    async with trio.open_nursery() as nursery:
        scope = trio.CancelScope()

        async def cancelled() -> None:
            with scope:
                await flight.share(desk.run)

        nursery.start_soon(cancelled)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(flight.share, desk.run)
        await trio.testing.wait_all_tasks_blocked()
        scope.cancel()
        await trio.testing.wait_all_tasks_blocked()
        desk.go.set()
    assert desk.begun == 2


async def test_a_new_call_runs_anew() -> None:
    flight, desk = Flight[int](), Desk()
    desk.go.set()
    assert [await flight.share(desk.run), await flight.share(desk.run)] == [1, 2]


def test_an_error_is_not_kept_after_its_run() -> None:
    async def scenario() -> None:
        flight, desk = Flight[int](), Desk()
        desk.go.set()
        desk.error = RuntimeError("away")
        with pytest.raises(RuntimeError):
            await flight.share(desk.run)
        desk.error = None
        assert await flight.share(desk.run) == 2

    trio.run(scenario)
