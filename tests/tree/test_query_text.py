"""saved/<name>/.query: a query and its level, written and read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.planted import PlantedVault
from support.smalldaemon import Saved
from vaultfs.faults import Invalid
from vaultfs.tree.node import File
from vaultfs.writing.question import Question, question
from vaultipc.messages import Level

levels: list[Level] = ["strict", "default", "loose", "all"]


async def read(vault: PlantedVault, path: str) -> str:
    file = await vault.node(path)
    assert isinstance(file, File)
    return (await (await file.open(False, False, vault.caller)).read(0, 65536)).decode()


@pytest.mark.parametrize("level", levels)
async def test_what_is_written_is_read_back(level: Level, vault: PlantedVault) -> None:
    vault.daemon.save("x", "cat")
    text = Question("dog", level).text()
    await vault.copy(text.encode(), "saved/x", ".query")
    assert (vault.daemon.saved["x"].query, vault.daemon.saved["x"].level) == ("dog", level)
    assert await read(vault, "saved/x/.query") == text


async def test_the_level_that_another_client_set_is_shown_and_a_text_without_one_means_the_usual(
    vault: PlantedVault,
) -> None:
    vault.daemon.save("x", "dog")
    vault.daemon.saved["x"].level = "loose"
    assert await read(vault, "saved/x/.query") == "dog\nlevel: loose\n"
    await vault.copy(b"dog\n", "saved/x", ".query")
    assert vault.daemon.saved["x"] == Saved(vault.daemon.saved["x"].id, "x", "dog", "default")


async def test_a_renamed_search_keeps_its_level(vault: PlantedVault) -> None:
    vault.daemon.save("dog", "dog")
    vault.daemon.saved["dog"].level = "strict"
    await vault.move("saved", "dog", "saved", "cat")
    assert (vault.daemon.saved["cat"].query, vault.daemon.saved["cat"].level) == ("cat", "strict")


def test_a_level_that_there_is_not_is_refused() -> None:
    for text in ("dog\nlevel: wild", "dog\nlevel:"):
        with pytest.raises(Invalid):
            question(text)


def test_only_a_last_line_of_its_own_is_a_level() -> None:
    assert question("dog level: loose") == ("dog level: loose", "default")
    assert question("level: loose\ndog") == ("level: loose\ndog", "default")


@given(st.text().map(str.strip).filter(lambda text: text and "level:" not in text), st.sampled_from(levels))
def test_every_question_is_read_as_it_was_written(query: str, level: Level) -> None:
    assert question(Question(query, level).text()) == (query, level)
