"""Tags, names and texts are found in every script, by words, by phrases and by fields."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.searching import Library


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    made = Library(tmp_path)
    for name, tag, caption in WRITTEN:
        made.shelf.image(name, tags=[tag], texts={"caption": caption})
    await made.fresh()
    yield made
    made.shelf.close()


WRITTEN = [
    ("Été à Łódź.jpg", "Mädchen/Straße", "ﬁsh and CHIPS"),
    ("夜の東京タワー2020.jpg", "旅行/京都", "桜が咲いている"),
    ("서울에서.jpg", "고양이", "한국 음식"),
    ("ถ่ายที่กรุงเทพ.jpg", "สุนัข", "แมวดำ"),
    ("कुत्ता और बिल्ली.jpg", "यात्रा", "हिन्दी में"),
    ("שָׁלוֹם.jpg", "חתול", "כֶּלֶב"),
    ("أحمد ٢٠٢٣.jpg", "قِطّة", "می‌خواهم"),
    ("IŞIK.jpg", "🐶 Rex", "Москва ночью"),
]


@pytest.mark.parametrize(
    ("image", "queries"),
    [
        (1, ["ete", "lodz", "strasse", "fish", '"fish and chips"', "tag:MADCHEN"]),
        (2, ["東京", "タワー", "京都", "tag:旅行", '"桜が咲"', "name:東京", "2020"]),
        (3, ["서울", "고양이", "음식", "caption:한국"]),
        (4, ["กรุงเทพ", "สุนัข", "แมว", "tag:สุนัข"]),
        (5, ["कुत्ता", "यात्रा", "हिन्दी", "बिल्ली कुत्ता"]),
        (6, ["שלום", "חתול", "כלב"]),
        (7, ["احمد", "2023", "قطة", "tag:قطة", "می خواهم"]),
        (8, ["isik", "ışık", "🐶", "rex", "tag:🐶*", "москва"]),
    ],
)
async def test_what_is_written_in_any_script_is_found(library: Library, image: int, queries: list[str]) -> None:
    found = {query: await library.found(query, only="text") for query in queries}
    assert found == {query: [image] for query in queries}


async def test_other_words_of_the_same_letters_are_not_found(library: Library) -> None:
    for query in ("京東", "울서", "कुत्", "बिल", "שלו", "мос", "🐱", "किताब"):
        assert await library.found(query, only="text") == []
