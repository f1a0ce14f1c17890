"""Every form of the query language, as its documentation shows it, asked over the socket and on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from support.query_forms import REFUSED, asked_at, forms, library, on_the_command_line, on_the_socket
from support.vault import RunningVault
from vaultd.query.fields import FIELDS
from vaultipc.blocking import Client

WITHOUT = {"auto", "album", "caption", "ocr", "prompt", "negative", "model", "lora", "sampler", "seed",
           "source", "group"}  # fmt: skip
"""What nothing in the library has, or what says nothing of pictures."""


@pytest.fixture(scope="module")
def vault() -> Iterator[RunningVault]:
    with library() as made:
        yield made


def test_every_documented_form_finds_the_same_over_the_socket_and_on_the_command_line(
    vault: RunningVault, capfd: pytest.CaptureFixture[str]
) -> None:
    found: dict[str, list[str]] = {}
    with Client(vault.socket) as client:
        for form in forms():
            query = asked_at(vault, form)
            found[form], canonical = on_the_socket(client, query)
            assert found[form] != REFUSED, form
            assert on_the_socket(client, canonical) == (found[form], canonical), form
            assert on_the_command_line(vault, capfd, query) == found[form], form
    having = {name for form, paths in found.items() if paths for name in re.findall(r"([a-z]+):", form)}
    assert having >= set(FIELDS) - WITHOUT
    assert all(found[form] for form in ("red car", '"red car"', "beach -people", "(dog OR cat) garden", "2:red car"))


@pytest.mark.parametrize(
    "query", ["camra:nikon", 'date:"summer 20x2"', "red + ", "(red", "like:nowhere.jpg", "name:>a"]
)
def test_what_is_no_query_is_refused_wherever_it_is_said(
    vault: RunningVault, capfd: pytest.CaptureFixture[str], query: str
) -> None:
    with Client(vault.socket) as client:
        assert on_the_socket(client, query)[0] == REFUSED
    assert on_the_command_line(vault, capfd, query) == REFUSED
