"""What is passed over, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaultd.config.definition import KEYS
from vaultd.domain.globs import compiled
from vaultd.ingest.ignore import FILE, Rules, is_candidate


def rules(*lines: str) -> Rules:
    return Rules(b"/p", compiled(lines))


@pytest.mark.parametrize("name", [b"a.jpg", b"A.JPG", b"x.jpeg", b"b.webp", b"c.avif", b"d.TIF", b"odd \xff.png"])
def test_names_of_pictures_are_candidates(name: bytes) -> None:
    assert is_candidate(name)


@pytest.mark.parametrize("name", [b"a.txt", b"jpg", b".jpg", b"a.jpg.part", b"a.jpg~", b""])
def test_other_names_are_not(name: bytes) -> None:
    assert not is_candidate(name)


@pytest.mark.parametrize(
    "path",
    [
        b"/p/.hidden",
        b"/p/a/.stfolder",
        b"/p/@eaDir",
        b"/p/#recycle",
        b"/p/a/$RECYCLE.BIN",
        b"/p/node_modules",
        b"/p/x.part",
        b"/p/x.crdownload",
        b"/p/x.tmp",
        b"/p/.~lock.a.odt#",
    ],
)
def test_the_default_patterns_pass_over_what_no_person_means(path: bytes) -> None:
    defaults = KEYS["library"]["ignore"].default
    assert isinstance(defaults, list)
    assert Rules(b"/p", compiled(defaults)).ignores(path, is_folder=True)
    assert not Rules(b"/p", compiled(defaults)).ignores(b"/p/dog.jpg", is_folder=False)


def test_a_pattern_without_a_slash_is_matched_against_names_at_any_depth() -> None:
    assert rules("raw*").ignores(b"/p/a/b/raw1.jpg", is_folder=False)
    assert not rules("raw*").ignores(b"/p/raw/b/one.jpg", is_folder=False)


def test_a_pattern_with_a_slash_is_matched_against_the_path_below_its_folder() -> None:
    assert rules("/a/*.png").ignores(b"/p/a/x.png", is_folder=False)
    assert not rules("/a/*.png").ignores(b"/p/b/a/x.png", is_folder=False)
    assert not rules("a/*.png").ignores(b"/p/a/b/x.png", is_folder=False)
    assert rules("a/**/x.png").ignores(b"/p/a/b/c/x.png", is_folder=False)
    assert rules("a/**/x.png").ignores(b"/p/a/x.png", is_folder=False)


def test_a_slash_at_the_end_means_folders_only() -> None:
    assert rules("old/").ignores(b"/p/old", is_folder=True)
    assert not rules("old/").ignores(b"/p/old", is_folder=False)


def test_blank_lines_mean_nothing_and_the_last_match_wins() -> None:
    found = rules("", "*.png", "!keep.png")
    assert found.ignores(b"/p/a.png", is_folder=False)
    assert not found.ignores(b"/p/keep.png", is_folder=False)


def test_a_comment_in_a_file_of_rules_means_nothing_and_a_name_may_begin_like_one(tmp_path: Path) -> None:
    (tmp_path / FILE.decode()).write_text("# all pngs\n *.png \n  #*.gif\n\\#old\n")
    found = Rules(bytes(tmp_path), ()).within(bytes(tmp_path))
    assert found.ignores(bytes(tmp_path / "a.png"), is_folder=False)
    assert not found.ignores(bytes(tmp_path / "#a.gif"), is_folder=False)
    assert found.ignores(bytes(tmp_path / "#old"), is_folder=True)


def test_an_unclosed_bracket_is_itself() -> None:
    assert rules("a/[x").ignores(b"/p/a/[x", is_folder=False)


def test_a_file_of_rules_holds_below_its_folder_and_may_take_back_what_is_passed_over_above(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / FILE.decode()).write_text("*.gif\n!*.png\n")
    top = Rules(bytes(tmp_path), compiled(["*.png"]))
    sub = top.within(bytes(tmp_path / "sub"))
    assert sub.ignores(bytes(tmp_path / "sub/a.gif"), is_folder=False)
    assert not sub.ignores(bytes(tmp_path / "sub/a.png"), is_folder=False)
    assert top.ignores(bytes(tmp_path / "a.png"), is_folder=False)
    assert not top.ignores(bytes(tmp_path / "a.gif"), is_folder=False)
    assert top.within(bytes(tmp_path)) is top, "a folder without the file has the rules of the one above"
