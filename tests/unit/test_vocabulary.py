"""The vocabulary's file: what comes with the program, and one sentence with the line for every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaultd.autotags import vocabulary
from vaultd.autotags.vocabulary import VocabularyError


def test_the_shipped_words_are_many_and_each_is_there_once() -> None:
    words = vocabulary.shipped()
    assert len(words.terms) >= 1500
    assert len({name.casefold() for name in words.names}) == len(words.names)
    assert {"animals", "food", "places", "activities", "colours", "styles"} <= set(words.groups)


def test_a_term_is_asked_for_by_its_prompts_with_each_synonym(tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    file.write_text(
        """
[vehicles]
prompts = ["a {}"]
terms = ["car", { term = "truck", synonyms = ["lorry"], threshold = 0.9 }, { term = "bat", prompts = ["the animal"] }]
""",
        encoding="utf-8",
    )
    words = vocabulary.read(file)
    assert [term.texts for term in words.terms] == [("a car",), ("a truck", "a lorry"), ("the animal",)]
    assert words.thresholds == {"truck": 0.9}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[a]\nterms = ["x",\n "x"]\n', "line 3: the term “x” can stand in one place only, and it stands there twice."),
        ('[a]\nterms = ["x"]\n[b]\nterms = ["X"]', "line 4: the term “X” can stand in one place only"),
        ('[a]\nterms = ["x"\n', "line 3: this is not TOML"),
        ("[a]\nterms = [x]", "line 2: this is not TOML"),
        ("x = 3\n", "line 1: “x” must be a table with a list `terms`."),
        ('[a]\nterms = ["x"]\nfoo = 1\n', "line 3: the group “a” has an unknown key “foo”."),
        ('[a]\nterms = ["x",\n {term = "y", thresold = 1}]', "line 3: the term “y” has an unknown key “thresold”."),
        ('[a]\nterms = [{term = "y", threshold = 3}]', "line 2: the threshold of “y” must be a number from 0 to 1."),
        ('[a]\nterms = ["a/b"]', "line 2: a term cannot be called “a/b”, because it becomes a folder."),
        ("[a]\nterms = [3]", "line 2: a term of “a” must be a word in quotes, or a table with a `term`."),
        ("# nothing yet\n", "words.toml has no words"),
        ("[a]\nterms = []\n", "words.toml has no words"),
        ('[a]\nprompts = "x"\nterms = ["x"]', "line 2: `prompts` of “a” must be a list of texts."),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "words.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(VocabularyError) as caught:
        vocabulary.read(file)
    assert said in caught.value.message
    assert str(file) in caught.value.message
    assert "\n" not in caught.value.message


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="cannot be read"):
        vocabulary.read(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_bytes(b'[a]\nterms = ["\xff"]\n')
    with pytest.raises(VocabularyError, match="line 2: this is not UTF-8"):
        vocabulary.read(broken)
