"""The text index finds the words that are written, in any script, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from vaultd.index.documents import Document
from vaultd.index.kept import Unusable
from vaultd.index.text import Sought, TextIndex
from vaultd.index.words import words_of


@pytest.fixture
def index(tmp_path: Path) -> Iterator[TextIndex]:
    made = TextIndex(tmp_path / "text")
    made.clear()
    yield made
    made.close()


def _put(index: TextIndex, *documents: Document) -> None:
    index.put(documents)
    index.commit("g", 1)


def _where(index: TextIndex, image: int, sought: Sought) -> list[str]:
    return [field for field, images in index.where(sought) if image in images]


def _found(index: TextIndex, *texts: str, tags: tuple[int, ...] = ()) -> list[int]:
    images, _ = index.search([Sought(tuple(words_of(text)), tags) for text in texts])
    return [int(image) for image in images]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("IMG_1000 (2)", ["img", "1000", "2"]),
        ("Crème BRÛLÉE", ["creme", "brulee"]),
        ("Straße", ["strasse"]),
        ("Ελλάδα Москва", ["ελλαδα", "москва"]),
        ("東京タワー", ["東", "京", "タ", "ワ", "ー"]),
        ("がか", ["が", "か"]),
        ("한국 cat", ["한", "국", "cat"]),
        ("don't", ["don", "t"]),
        ("नमस्ते कुत्ता বাংলা தமிழ்", ["नमस्ते", "कुत्ता", "বাংলা", "தமிழ்"]),
        ("สวัสดี ไทย๑๒", ["ส", "ว", "ั", "ส", "ด", "ี", "ไ", "ท", "ย", "12"]),
        ("ភ្នំ ລາວ မြန်", ["ភ", "្", "ន", "ំ", "ລ", "າ", "ວ", "မ", "ြ", "န", "်"]),
        ("שָׁלוֹם", ["שלום"]),
        ("مُحَمَّد أحمد ٢٠٢٣", ["محمد", "احمد", "2023"]),
        ("می\u200cخواهم", ["می", "خواهم"]),
        ("İstanbul IŞIK ışık", ["istanbul", "isik", "isik"]),
        ("ﬁsh ＡＢＣ１２ ｶﾞ ①", ["fish", "abc12", "ガ", "1"]),
        ("Łódź Ærø Điện", ["lodz", "aero", "dien"]),
        ("Σίσυφος ΣΊΣΥΦΟΣ", ["σισυφοσ", "σισυφοσ"]),
        ("佐々木", ["佐", "々", "木"]),
        ("東京tower", ["東", "京", "tower"]),
        ("do\u00adg\u200bcat", ["dog", "cat"]),
        ("dog🐶👍🏽❤\ufe0f", ["dog", "🐶", "👍", "❤"]),
        ("© 20°", ["20"]),
        ("!?", []),
    ],
)
def test_a_text_has_these_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_all_words_must_be_there_in_whatever_field(index: TextIndex) -> None:
    _put(index, Document(1, names=["Red"], folders=["cars"]), Document(2, names=["red"]))
    assert _found(index, "red", "CARS") == [1]
    assert _found(index, "red") == [1, 2]
    assert _found(index, "re") == []


def test_what_the_user_wrote_comes_before_what_a_file_says(index: TextIndex) -> None:
    _put(
        index,
        Document(1, texts={"caption": ["a dog"]}),
        Document(2, texts={"caption": ["a dog", "at the sea"]}, said=["a dog"]),
        Document(3, texts={"caption": ["a cat"]}),
    )
    assert _found(index, "dog") == [2, 1]
    assert _where(index, 2, Sought(("dog",))) == ["caption"]


def test_words_written_as_one_must_stand_together(index: TextIndex) -> None:
    _put(index, Document(1, names=["IMG_10_20"]), Document(2, names=["IMG_20_10"], texts={"title": ["10", "20"]}))
    assert _found(index, "10_20") == [1]


def test_part_of_a_text_without_spaces_is_found(index: TextIndex) -> None:
    _put(index, Document(1, texts={"caption": ["夜の東京タワー"]}), Document(2, texts={"caption": ["京東"]}))
    assert _found(index, "東京") == [1]


@pytest.mark.parametrize(
    ("text", "part", "other"),
    [
        ("夜の東京タワー2020", "東京", "京東"),
        ("서울에서 고양이", "서울", "울서"),
        ("ถ่ายที่กรุงเทพ", "กรุงเทพ", "เทพกรุง"),
        ("នៅភ្នំពេញ", "ភ្នំពេញ", "ពេញភ្នំ"),
        ("my कुत्ता 🐶 photo", "कुत्ता", "कुत्ते"),
        ("בַּיִת גדול", "בית", "בת"),
    ],
)
def test_part_of_a_text_in_any_script_is_found(index: TextIndex, text: str, part: str, other: str) -> None:
    _put(index, Document(1, names=[text]))
    assert _found(index, part) == [1]
    assert _found(index, other) == []


def test_what_is_asked_of_some_images_is_answered_of_these_alone(index: TextIndex) -> None:
    _put(index, *(Document(image, names=["dog " + "x " * (image % 7)]) for image in range(300)))
    dog = [Sought(("dog",))]
    every, scores = index.search(dog)
    score = dict(zip(every.tolist(), scores.tolist(), strict=True))
    among = np.array([7, 8, 150, 299, 4000], np.int64)
    images, some = index.search(dog, None, among)
    assert sorted(images.tolist()) == [7, 8, 150, 299]
    assert [score[image] for image in images.tolist()] == pytest.approx(some.tolist())
    assert index.search(dog, 2, among)[0].tolist() == images[:2].tolist()
    assert next(images.tolist() for _, images in index.where(Sought(("dog",)), among[:1])) == [7]


@pytest.mark.parametrize("by_one", [0, 1000])
def test_the_best_of_many_images_are_the_best_of_all_that_are_among_them(
    index: TextIndex, monkeypatch: pytest.MonkeyPatch, by_one: int
) -> None:
    monkeypatch.setattr("vaultd.index.text.BY_ONE", by_one)
    _put(index, *(Document(image, names=["dog " + "x " * (image % 7)]) for image in range(1000)))
    dog, among = [Sought(("dog",))], np.arange(3, 1000, 10)
    every, _ = index.search(dog)
    wanted = [image for image in every.tolist() if image in among]
    assert index.search(dog, None, among)[0].tolist() == wanted
    for most in (1, 20, 99, 100, 101):
        assert index.search(dog, most, among)[0].tolist() == wanted[:most]


def test_an_index_cut_by_other_rules_is_refused(
    index: TextIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(index, Document(1, names=["a"]))
    index.close()
    monkeypatch.setattr("vaultd.index.words.VERSION", "another")
    with pytest.raises(Unusable, match="another version"):
        TextIndex(tmp_path / "text").restore("g")


def test_a_tag_is_found_by_its_id(index: TextIndex) -> None:
    _put(index, Document(1, tags=[7, 12]), Document(2, tags=[1]))
    assert _found(index, "pets", tags=(12, 99)) == [1]
    assert _where(index, 1, Sought(("pets",), (12,))) == ["tags"]


def test_what_a_generator_was_told_to_avoid_is_not_found(index: TextIndex) -> None:
    _put(index, Document(1, texts={"negative": ["blurry"], "prompt": ["a castle"]}))
    assert _found(index, "blurry") == []
    assert _where(index, 1, Sought(("castle",))) == ["prompt"]


def test_putting_again_replaces_and_dropping_removes(index: TextIndex) -> None:
    _put(index, *(Document(image, names=[f"old {image}"]) for image in range(1500)))
    _put(index, Document(3, names=["new"]))
    index.drop([4, 9999])
    index.commit("g", 2)
    assert len(index) == 1499
    assert _found(index, "old", "3") == _found(index, "old", "4") == []
    assert _found(index, "new") == [3]


def test_nothing_is_seen_before_the_commit(index: TextIndex) -> None:
    index.put([Document(1, names=["a"])])
    assert _found(index, "a") == []


def test_rarer_words_count_more(index: TextIndex) -> None:
    _put(index, *(Document(image, names=["common"]) for image in range(50)), Document(99, names=["common rare"]))
    images, scores = index.search([Sought(("common",))])
    assert len(images) == 51
    assert index.search([Sought(("rare",))])[1][0] > scores[0]


def test_it_is_taken_up_where_it_was_left(index: TextIndex, tmp_path: Path) -> None:
    _put(index, Document(1, names=["a"]))
    index.close()
    again = TextIndex(tmp_path / "text")
    assert again.restore("g") == 1
    assert _found(again, "a") == [1]
    _put(again, Document(2, names=["a"]))
    assert _found(again, "a") == [1, 2]
    again.close()


def test_an_index_of_another_catalog_is_refused(index: TextIndex, tmp_path: Path) -> None:
    _put(index, Document(1, names=["a"]))
    with pytest.raises(Unusable, match="another"):
        TextIndex(tmp_path / "text").restore("other")


@pytest.mark.parametrize("suffix", [".idx", ".term", ".pos", ".fast", ".store", ".fieldnorm"])
@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "gone"])
def test_a_damaged_file_is_noticed(index: TextIndex, tmp_path: Path, suffix: str, damage: str) -> None:
    _put(index, Document(1, names=["a b"]))
    index.close()
    torn = next((tmp_path / "text").glob(f"*{suffix}"))
    data = bytearray(torn.read_bytes())
    data[0] ^= 1
    if damage == "gone":
        torn.unlink()
    else:
        torn.write_bytes({"flip": bytes(data), "cut": bytes(data[:-20]), "empty": b""}[damage])
    with pytest.raises(Unusable):
        TextIndex(tmp_path / "text").restore("g")


@pytest.mark.parametrize("name", ["meta.json", "state.json"])
@pytest.mark.parametrize("content", [b"", b"{", b"{}"])
def test_a_damaged_description_is_noticed(index: TextIndex, tmp_path: Path, name: str, content: bytes) -> None:
    _put(index, Document(1, names=["a"]))
    index.close()
    (tmp_path / "text" / name).write_bytes(content)
    with pytest.raises(Unusable):
        TextIndex(tmp_path / "text").restore("g")
