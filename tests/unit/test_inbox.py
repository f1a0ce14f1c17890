"""Names that the inbox gives."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from vaultd.ingest.ignore import is_candidate
from vaultd.ingest.inbox import ENDINGS, _copy, _names, fitting
from vaultd.worker.formats import EXTENSIONS, TYPES

READ = sorted(kind for kind, ending in ENDINGS.items() if ending in EXTENSIONS)
"""Types for which what reads them is installed."""


@given(st.binary(max_size=400).filter(lambda name: b"\0" not in name), st.sampled_from(READ))
def test_whatever_the_user_wrote_becomes_a_name_that_is_found_again(name: bytes, kind: str) -> None:
    made = fitting(name, kind)
    assert is_candidate(made)
    assert not made.startswith(b".")
    assert b"/" not in made
    assert all(len(numbered) <= 255 for numbered in itertools.islice(_names(made), 20))


def test_every_type_that_is_read_has_an_ending() -> None:
    assert set(TYPES.values()) == set(ENDINGS)


def test_a_good_name_is_left_as_it_is_and_numbers_go_before_the_ending() -> None:
    assert fitting(b"Dog.JPG", "image/png") == b"Dog.JPG"
    assert list(itertools.islice(_names(b"a.b.jpg"), 3)) == [b"a.b.jpg", b"a.b (2).jpg", b"a.b (3).jpg"]


def test_a_file_keeps_its_permissions_whatever_the_umask_of_the_daemon(tmp_path: Path) -> None:
    held = tmp_path / "held"
    held.write_bytes(b"picture")
    held.chmod(0o644)
    before = os.umask(0o077)
    try:
        received = _copy(os.fsencode(held), os.fsencode(tmp_path / "inbox"), b"a.jpg")
    finally:
        os.umask(before)
    assert os.stat(received.path).st_mode & 0o777 == 0o644
