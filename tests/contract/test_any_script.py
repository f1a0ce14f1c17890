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
    ("query", "image"),
    [
        ("ete", 1), ("lodz", 1), ("strasse", 1), ("fish", 1), ('"fish and chips"', 1), ("tag:MADCHEN", 1),
        ("東京", 2), ("タワー", 2), ("京都", 2), ("tag:旅行", 2), ('"桜が咲"', 2), ("name:東京", 2), ("2020", 2),
        ("서울", 3), ("고양이", 3), ("음식", 3), ("caption:한국", 3),
        ("กรุงเทพ", 4), ("สุนัข", 4), ("แมว", 4), ("tag:สุนัข", 4),
        ("कुत्ता", 5), ("यात्रा", 5), ("हिन्दी", 5), ("बिल्ली कुत्ता", 5),
        ("שלום", 6), ("חתול", 6), ("כלב", 6),
        ("احمد", 7), ("2023", 7), ("قطة", 7), ("tag:قطة", 7), ("می خواهم", 7),
        ("isik", 8), ("ışık", 8), ("🐶", 8), ("rex", 8), ("tag:🐶*", 8), ("москва", 8),
    ],
)  # fmt: skip
async def test_what_is_written_in_any_script_is_found(library: Library, query: str, image: int) -> None:
    assert await library.found(query, only="text") == [image]


@pytest.mark.parametrize("query", ["京東", "울서", "कुत्", "बिल", "שלו", "мос", "🐱", "किताब"])
async def test_other_words_of_the_same_letters_are_not_found(library: Library, query: str) -> None:
    assert await library.found(query, only="text") == []
