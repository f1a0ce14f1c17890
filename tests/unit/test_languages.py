"""A query that the model cannot read says so, unless it was found where it is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from support.searching import Library
from support.shelf import towards
from vaultd.models.bundled import open_pack
from vaultd.models.pack import Pack
from vaultd.search.languages import foreign_script, is_strange, is_unreadable

PULL = "vvault model pull multilingual"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    made.shelf.image("dog.jpg", vector=towards("dog"), tags=["кошка"])
    yield made
    made.shelf.close()


@pytest.mark.parametrize(
    ("text", "languages", "script"),
    [
        ("dog Été ½ ① °", ("en",), ""),
        ("собака", ("en",), "Cyrillic"),
        ("dog собака", ("en",), "Cyrillic"),
        ("собака", ("en", "ru"), ""),
        ("dog", ("ru",), "Latin"),
        ("東京", ("en",), "Chinese characters"),
        ("佐々木タワー", ("ja",), ""),
        ("ﾀﾜｰ", ("en",), "Japanese"),
        ("강아지", ("en", "de"), "Korean"),
        ("कुत्ता", ("en",), "Devanagari"),
        ("สุนัข", ("en",), "Thai"),
        ("שָׁלוֹם", ("en",), "Hebrew"),
        ("ＤＯＧ 2023 🐶", ("en",), ""),
        ("", ("en",), ""),
    ],
)
def test_a_script_that_no_language_of_the_model_has_is_told(text: str, languages: tuple[str, ...], script: str) -> None:
    assert foreign_script(text, languages) == script


async def test_a_script_that_the_model_does_not_read_is_noted(library: Library) -> None:
    await library.fresh()
    [note] = (await library.ask("собака")).notes
    assert "English, not Cyrillic" in note
    assert "собака" in note
    assert PULL in note


@pytest.mark.parametrize("query", ["кошка", "dog", '"собака"', "name:собака", ""])
async def test_what_is_found_or_not_asked_of_the_model_is_not_noted(library: Library, query: str) -> None:
    await library.fresh()
    assert (await library.ask(query)).notes == []


async def test_what_is_asked_as_text_alone_is_not_noted(library: Library) -> None:
    await library.fresh()
    assert (await library.ask("собака", only="text")).notes == []


@pytest.mark.parametrize("languages", [(), ("mul",), ("en", "zho")])
async def test_of_a_model_whose_languages_are_not_known_nothing_is_said(
    library: Library, monkeypatch: pytest.MonkeyPatch, languages: tuple[str, ...]
) -> None:
    await library.fresh()
    pack = library.engine._meaning.pack
    manifest = msgspec.structs.replace(pack.manifest, languages=languages)
    monkeypatch.setattr(library.engine._meaning, "_pack", Pack(pack.folder, manifest))
    assert (await library.ask("собака")).notes == []


@pytest.mark.parametrize("word", ["weihnachtsbaum", "été", "собака", "🐶"])
def test_a_word_of_another_language_is_strange_to_the_bundled_model(word: str) -> None:
    assert is_strange(open_pack(), word)


@pytest.mark.parametrize("word", ["🐶", "👨\u200d👩\u200d👧", "☂"])
def test_a_sign_that_the_bundled_model_never_learned_is_unreadable(word: str) -> None:
    assert is_unreadable(open_pack(), word)


@pytest.mark.parametrize("word", ["dog", "weihnachtsbaum", "été", "naïve", "xqzvj"])
def test_a_word_in_letters_that_the_bundled_model_knows_is_readable(word: str) -> None:
    assert not is_unreadable(open_pack(), word)


@pytest.mark.parametrize("word", ["dog", "beach", "Christmas"])
def test_an_everyday_word_is_not_strange_to_the_bundled_model(word: str) -> None:
    assert not is_strange(open_pack(), word)
