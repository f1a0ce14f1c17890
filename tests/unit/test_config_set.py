"""Changing one key in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaultd.config import load, set_key
from vaultipc.errors import ConfigError, NotFound

HOME = {"HOME": "/home/somebody"}


def changed(folder: Path, text: str, key: str, value: str) -> str:
    file = folder / "config.toml"
    file.write_text(text)
    set_key(file, HOME, key, value)
    load(file, HOME)
    return file.read_text()


def test_only_the_line_of_the_key_changes(tmp_path: Path) -> None:
    text = '# mine\n[search] # how\n  level   =   "loose"  # was strict\n\nlimit = 5\n# end\n'
    assert changed(tmp_path, text, "search.level", "strict") == text.replace(
        'level   =   "loose"  # was strict', 'level = "strict"'
    )


def test_a_new_key_joins_its_section(tmp_path: Path) -> None:
    text = "[search]\nlimit = 5\n\n# about models\n[model]\nthreads = 1\n"
    wanted = '[search]\nlimit = 5\nlevel = "all"\n\n# about models\n[model]\nthreads = 1\n'
    assert changed(tmp_path, text, "search.level", "all") == wanted


def test_a_new_section_comes_last(tmp_path: Path) -> None:
    assert changed(tmp_path, "[search]\nlimit = 5", "model.threads", "4") == (
        "[search]\nlimit = 5\n\n[model]\nthreads = 4\n"
    )


def test_a_list_over_several_lines_is_replaced_whole(tmp_path: Path) -> None:
    text = '[library]\nignore = [\n  "a", # first\n  "b",\n]\ninbox = ""\n'
    result = changed(tmp_path, text, "library.ignore", "x")
    assert result == '[library]\nignore = [\n    "x",\n]\ninbox = ""\n'


@pytest.mark.parametrize("text", ["search = {limit = 5}\n", "search.limit = 5 # top\n", '["search"]\n"limit" = 5\n'])
def test_a_file_of_any_layout_reads_as_meant_afterwards(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.toml"
    changed(tmp_path, text, "search.level", "all")
    changed(tmp_path, file.read_text(), "search.limit", "6")
    config = load(file, HOME)
    assert (config.search.level, config.search.limit) == ("all", 6)


def test_a_file_that_does_not_exist_is_made_private(tmp_path: Path) -> None:
    environ = {**HOME, "XDG_CONFIG_HOME": str(tmp_path)}
    config = set_key(None, environ, "search.limit", "3")
    assert config.search.limit == 3
    assert config.file.read_text() == "[search]\nlimit = 3\n"
    assert config.file.stat().st_mode & 0o777 == 0o600


def test_a_link_to_the_file_stays_a_link_and_the_mode_stays(tmp_path: Path) -> None:
    target, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    target.write_text("[search]\nlimit = 5\n")
    target.chmod(0o640)
    link.symlink_to(target)
    set_key(link, HOME, "search.limit", "6")
    assert link.is_symlink()
    assert target.read_text() == "[search]\nlimit = 6\n"
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(("key", "value"), [("search.limit", "none"), ("search.level", "lose"), ("search.limt", "1")])
def test_a_mistake_writes_nothing(tmp_path: Path, key: str, value: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[search]\nlimit = 5\n")
    with pytest.raises((ConfigError, NotFound)):
        set_key(file, HOME, key, value)
    assert file.read_text() == "[search]\nlimit = 5\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["config.toml"]


def test_a_file_with_another_mistake_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[search]\nlevle = 5\n")
    with pytest.raises(ConfigError, match=r"search\.levle"):
        set_key(file, HOME, "search.limit", "3")
    assert file.read_text() == "[search]\nlevle = 5\n"
