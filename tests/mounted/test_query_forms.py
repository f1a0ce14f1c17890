"""Every form of the query language, as its documentation shows it, asked as a folder and as a saved search."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.query_forms import REFUSED, asked_at, forms, library, on_the_socket
from support.vault import RunningVault, eventually
from vaultipc.blocking import Client


@pytest.fixture(scope="module")
def vault() -> Iterator[RunningVault]:
    with library() as made:
        made.mount()
        yield made
        assert "Traceback" not in made.log("mount"), made.log("mount")


def in_a_folder(folder: Path) -> list[str]:
    """Where the entries of a folder lead, in the order of their ranks."""
    try:
        return [os.readlink(folder / name) for name in sorted(os.listdir(folder)) if name != ".query"]
    except OSError:
        return REFUSED


def test_every_documented_form_finds_the_same_as_a_folder_and_as_a_saved_search(vault: RunningVault) -> None:
    found: dict[str, list[str]] = {}
    with Client(vault.socket) as client:
        for form in forms():
            query = asked_at(vault, form)
            found[form], _ = on_the_socket(client, query)
            assert in_a_folder(vault.mountpoint / "search" / query.replace("/", "\u2215")) == found[form], form
            client.call_raw("save", {"name": f"{len(found)}", "query": query})
    eventually(lambda: len(vault.listing("saved")) == len(found), "all of them are listed among the saved searches")
    for number, (form, told) in enumerate(found.items(), start=1):
        assert in_a_folder(vault.mountpoint / "saved" / str(number)) == told, form


def test_what_is_no_query_is_no_folder_that_can_be_listed(vault: RunningVault) -> None:
    for query in ("camra:nikon", 'date:"summer 20x2"', "red + ", "(red", "like:nowhere.jpg", "name:>a"):
        assert in_a_folder(vault.mountpoint / "search" / query) == REFUSED
