"""The model card and the page about the bundled model say what the figures say."""

import json
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2]))

from training import card
from training.sources import SOURCES


def test_the_written_card_and_page_are_current() -> None:
    for path, text in card.written():
        assert path.read_text(encoding="utf-8") == text, "run python -m training.card"


def test_the_card_names_every_source_with_its_terms_and_what_is_not_known() -> None:
    text = card.CARD.read_text(encoding="utf-8")
    for source in SOURCES:
        assert f"| {source.name} | {source.photographs:,} |" in text
        assert f"| {source.stated} | {source.unknown} |" in text


def test_the_card_and_the_licence_file_name_the_licence_of_the_manifest() -> None:
    licence = json.loads((card.PACK / "manifest.json").read_text(encoding="utf-8"))["licence"]
    assert f"| licence | {licence} |" in card.CARD.read_text(encoding="utf-8")
    assert licence.replace("-", "") in (card.PACK / "LICENSE").read_text(encoding="utf-8").replace(" ", "").replace(
        "-", ""
    )


def test_nouns_are_listed_the_best_first_and_named_good_or_bad_by_their_figures() -> None:
    def row(name: str, value: float, unit: str) -> dict[str, dict[str, object]]:
        return {name: {"name": name, "value": value, "unit": unit, "rival": "chance 0.0100"}}

    quality = {
        **row("noun cat: precision@10", 0.1, "33 positives, best possible 1"),
        **row("noun dog: precision@10", 0.9, "126 positives, best possible 1"),
        **row("noun hat: precision@8", 0.5, "8 positives, best possible 1"),
        **row("cut default, photos: nothing found", 0.25, "2 queries"),
    }
    assert [line.split(" | ")[0] for line in card.nouns(quality).splitlines()[2:]] == ["| dog", "| hat", "| cat"]
    text = card.good_and_bad(quality)
    assert "(at least 0.6): dog." in text
    assert "(at most 0.2): cat." in text
    assert "0.250" in text


def test_auto_tags_become_one_line_for_each_threshold() -> None:
    names = [f"auto-tags {score}: {what}" for score in ("0.5", "0.9") for what in ("precision", "coverage")]
    rows = {name: {"value": place / 10} for place, name in enumerate(names)}
    lines = card.auto_tags(rows).splitlines()
    assert lines[0] == "| least score | precision | coverage |"
    assert lines[2:] == ["| 0.5 | 0.000 | 0.100 |", "| 0.9 | 0.200 | 0.300 |"]


def test_a_page_without_its_marks_is_left_alone() -> None:
    with pytest.raises(ValueError, match="lacks a mark"):
        card.page("# Models\n", "text")


def test_only_the_part_between_the_marks_is_written_anew() -> None:
    page = f"# Models\n\n{card.START}\nold\n{card.END}\n\n## Other\n"
    assert card.page(page, "new") == f"# Models\n\n{card.START}\n\nnew\n\n{card.END}\n\n## Other\n"
