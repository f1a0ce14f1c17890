"""What was being read when the program was killed is remembered, and nothing that was not."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaultd.catalog.files import File
from vaultd.ingest.suspects import DEATHS, Suspects


def file(number: int, mtime_ns: int = 1) -> File:
    return File(number, 1, 1, b"a.png", number, mtime_ns, mtime_ns, 100, "present", None, None, 0)


def after(place: Path) -> Suspects:
    """What the next run knows."""
    suspects = Suspects(place)
    suspects.load()
    return suspects


def die(place: Path, *files: File) -> None:
    """A run that is killed while it reads these: nothing of it is tidied up."""
    suspects = after(place)
    noted = b""
    with suspects.reading(files):
        noted = place.read_bytes()
    place.write_bytes(noted)


def test_a_file_is_guilty_once_it_was_under_way_at_enough_deaths(tmp_path: Path) -> None:
    place = tmp_path / "reading"
    for deaths in range(DEATHS):
        assert not after(place).is_guilty(file(1)), deaths
        die(place, file(1))
    assert after(place).is_guilty(file(1))
    assert not after(place).is_guilty(file(1, mtime_ns=2)), "it is another file by now"


def test_who_is_read_without_harm_is_no_suspect_any_more(tmp_path: Path) -> None:
    place = tmp_path / "reading"
    die(place, file(1), file(2))
    suspects = after(place)
    assert suspects.ids == [1, 2]
    with suspects.reading([file(1)]):
        assert suspects.is_one_read
        assert suspects.ids == [2]
    assert not suspects.is_one_read
    assert after(place).ids == [2]


def test_the_least_suspicious_comes_first(tmp_path: Path) -> None:
    place = tmp_path / "reading"
    die(place, file(1), file(2))
    die(place, file(1))
    assert after(place).ids == [2, 1]


def test_a_run_that_is_ended_while_it_reads_leaves_no_suspect_and_clears_none(tmp_path: Path) -> None:
    place = tmp_path / "reading"
    die(place, file(1))
    suspects = after(place)
    with pytest.raises(KeyboardInterrupt), suspects.reading([file(1), file(2)]):
        raise KeyboardInterrupt
    assert after(place).ids == [1]


@pytest.mark.parametrize("content", [b"", b"{", b'{"1": 3}', b"\xff"])
def test_a_torn_note_is_no_note(tmp_path: Path, content: bytes, expect_log: object) -> None:
    assert callable(expect_log)
    expect_log("not known what the last run was reading")
    place = tmp_path / "reading"
    place.write_bytes(content)
    assert after(place).ids == []


def test_where_nothing_can_be_noted_reading_goes_on(tmp_path: Path) -> None:
    suspects = Suspects(tmp_path / "no such folder" / "reading")
    with suspects.reading([file(1)]):
        assert not suspects.is_one_read
