"""Reading stops when the user says so, or when the machine has better to do and the configuration asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from support.ingesting import Library, ingesting
from vaultd.ingest import machine, pausing
from vaultipc.errors import Paused


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pausing, "LOOK_S", 0.05)


@pytest.fixture
def status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the kernel tells of the only battery."""
    battery = tmp_path / "supplies" / "BAT0"
    battery.mkdir(parents=True)
    (battery / "type").write_text("Battery\n")
    (battery / "status").write_text("Full\n")
    monkeypatch.setattr(pausing, "on_battery", lambda: machine.on_battery(tmp_path / "supplies"))
    return battery / "status"


async def is_not_read(library: Library, name: str) -> None:
    library.draw(name, "red")
    await library.until(lambda: library.ingest.pending > 0, "it is noticed")
    await trio.sleep(0.3)
    assert library.image(name) is None


async def test_a_pause_holds_over_a_restart_until_somebody_says_otherwise(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.ingest.pause()
    async with ingesting(tmp_path) as library:
        assert library.ingest.state == "paused"
        await is_not_read(library, "a.png")
        library.ingest.resume()
        await library.until(lambda: library.image("a.png") is not None, "it is read")
    async with ingesting(tmp_path) as library:
        assert library.ingest.state != "paused"


async def test_nothing_is_read_on_battery_where_that_is_configured(tmp_path: Path, status: Path) -> None:
    async with ingesting(tmp_path, ingest_pause_on_battery="true") as library:
        status.write_text("Discharging\n")
        await library.until(lambda: library.ingest.state == "paused", "the battery is noticed")
        assert "pause_on_battery" in library.ingest.problem
        await is_not_read(library, "a.png")
        with pytest.raises(Paused, match="battery"):
            await library.ingest.settled()
        status.write_text("Charging\n")
        await library.until(lambda: library.image("a.png") is not None, "it is read when the machine is plugged in")
        assert library.ingest.problem == ""


async def test_the_battery_is_no_matter_unless_that_is_configured(tmp_path: Path, status: Path) -> None:
    status.write_text("Discharging\n")
    async with ingesting(tmp_path) as library:
        library.draw("a.png", "red")
        await library.until(lambda: library.image("a.png") is not None, "it is read")


async def test_resume_overrules_the_battery_until_the_next_time(tmp_path: Path, status: Path) -> None:
    status.write_text("Discharging\n")
    async with ingesting(tmp_path, ingest_pause_on_battery="true") as library:
        await library.until(lambda: library.ingest.state == "paused", "the battery is noticed")
        library.ingest.resume()
        library.draw("a.png", "red")
        await library.until(lambda: library.image("a.png") is not None, "it is read all the same")
        status.write_text("Full\n")
        await trio.sleep(0.3)
        status.write_text("Discharging\n")
        await library.until(lambda: library.ingest.state == "paused", "the next time it pauses")


async def test_a_pause_of_the_users_outlasts_that_of_the_battery(tmp_path: Path, status: Path) -> None:
    status.write_text("Discharging\n")
    async with ingesting(tmp_path, ingest_pause_on_battery="true") as library:
        await library.until(lambda: library.ingest.state == "paused", "the battery is noticed")
        library.ingest.pause()
        status.write_text("Full\n")
        await library.until(lambda: library.ingest.problem == "", "the battery is no reason any more")
        assert library.ingest.state == "paused"


async def test_reading_gives_way_to_load_and_goes_on_when_it_is_clearly_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = tmp_path / "stat"
    ticks = [0, 0]

    def spend(percent: int) -> None:
        ticks[0] += percent
        ticks[1] += 100 - percent
        stat.write_text(f"cpu  {ticks[0]} 0 0 {ticks[1]} 0 0 0 0 0 0\n")

    async def state_under(percent: int) -> str:
        for _ in range(10):
            spend(percent)
            await trio.sleep(0.06)
        return library.ingest.state

    spend(0)
    monkeypatch.setattr(pausing, "Processors", lambda: machine.Processors(stat))
    async with ingesting(tmp_path, ingest_pause_above_load=60) as library:
        await library.settled()
        assert await state_under(50) == "idle"
        assert await state_under(70) == "paused"
        assert "pause_above_load" in library.ingest.problem
        assert await state_under(50) == "paused", "a little less is not enough"
        assert await state_under(40) == "idle"
