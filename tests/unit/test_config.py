"""Reading the configuration."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vaultd.config import examine, find, load, shown
from vaultd.config.reference import page
from vaultipc.errors import EXIT_USAGE, ConfigError, NotFound

HOME = {"HOME": "/home/somebody"}


def written(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text)
    return file


def mistake(folder: Path, text: str, **environ: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(written(folder, text), {**HOME, **environ})
    return caught.value


def test_without_a_file_every_key_has_its_default() -> None:
    config = load(None, HOME)
    assert config.library.data == Path("/home/somebody/.local/share/visionary-vault")
    assert config.library.inbox is None
    assert config.mount.path == Path("/home/somebody/vault")
    assert config.search.limit == 10_000
    assert set(config.sources.values()) == {"default"}


def test_xdg_folders_are_honoured_when_absolute() -> None:
    assert load(None, {**HOME, "XDG_DATA_HOME": "/data"}).library.data == Path("/data/visionary-vault")
    assert load(None, {**HOME, "XDG_DATA_HOME": "data"}).library.data.is_relative_to("/home/somebody")
    assert load(None, {**HOME, "XDG_CONFIG_HOME": "/etc/x"}).file == Path("/etc/x/visionary-vault/config.toml")


def test_the_file_wins_over_the_default_and_a_variable_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, '[search]\nlevel = "loose"\nlimit = 7\n[library]\ninbox = "~/In"\nignore = ["a", "b"]\n')
    config = load(file, {**HOME, "VVAULT_SEARCH_LIMIT": "9", "VVAULT_INGEST_THUMBNAILS": "no"})
    assert (config.search.level, config.search.limit, config.ingest.thumbnails) == ("loose", 9, False)
    assert config.library.inbox == Path("/home/somebody/In")
    assert config.library.ignore == ("a", "b")
    assert config.sources["search.level"] == f"{file}:2"
    assert config.sources["search.limit"] == "VVAULT_SEARCH_LIMIT"
    assert config.sources["search.recent"] == "default"


def test_a_list_in_a_variable_is_commas_or_a_toml_array() -> None:
    assert load(None, {**HOME, "VVAULT_LIBRARY_IGNORE": "*.a, *.b"}).library.ignore == ("*.a", "*.b")
    assert load(None, {**HOME, "VVAULT_LIBRARY_IGNORE": '["a,b"]'}).library.ignore == ("a,b",)


def test_a_misspelt_key_is_named_with_file_and_line_and_what_was_meant(tmp_path: Path) -> None:
    error = mistake(tmp_path, '# mine\n[search]\nlimit = 5\nlevle = "loose"\n')
    assert str(error) == f"unknown key search.levle in {tmp_path / 'config.toml'}, line 4"
    assert error.hint == "did you mean search.level?"
    assert error.exit_code == EXIT_USAGE


def test_a_key_in_the_wrong_section_is_sent_to_the_right_one(tmp_path: Path) -> None:
    assert mistake(tmp_path, "[search]\nthumbnails = true\n").hint == "did you mean ingest.thumbnails?"
    assert mistake(tmp_path, 'level = "loose"\n').hint == "put it below [search]"


def test_a_misspelt_section_is_named_with_file_and_line(tmp_path: Path) -> None:
    error = mistake(tmp_path, "\n[ serach ]\nlimit = 5\n")
    assert str(error) == f"unknown section [serach] in {tmp_path / 'config.toml'}, line 2"
    assert error.hint == "did you mean [search]?"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("search.limit = 0", "search.limit in {file}, line 1 must be a whole number from 1 to 10000, not 0"),
        ('search.limit = "9"', "search.limit in {file}, line 1 must be a whole number from 1 to 10000, not '9'"),
        ("search.limit = true", "search.limit in {file}, line 1 must be a whole number from 1 to 10000, not true"),
        ('search."level" = "lose"', "search.level in {file}, line 1 must be one of "),
        ('mount.path = "vault"', "mount.path in {file}, line 1 must be an absolute path, or one that starts with ~"),
        ('mount.path = "~other/vault"', "mount.path in {file}, line 1 must be an absolute path"),
        ("library.ignore = ['a', 1]", "library.ignore in {file}, line 1 must be a list of texts"),
        ("ingest.thumbnails = 1", "ingest.thumbnails in {file}, line 1 must be true or false, not 1"),
        ("search = 3", "search in {file}, line 1 must be a table: [search]"),
        ('search = { limit = "x" }', "search.limit in {file} must be a whole number"),
    ],
)
def test_a_value_of_the_wrong_kind_says_what_it_must_be(tmp_path: Path, line: str, wanted: str) -> None:
    assert str(mistake(tmp_path, line)).startswith(wanted.format(file=tmp_path / "config.toml"))


def test_text_that_is_not_toml_is_named_with_its_line(tmp_path: Path) -> None:
    assert str(mistake(tmp_path, "[search]\nlimit 5\n")).startswith(f"{tmp_path / 'config.toml'}, line 2, column 7: ")
    assert ", line 2, at the end: " in str(mistake(tmp_path, "\n[search"))


def test_text_that_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b"[search]\n# caf\xe9\n")
    with pytest.raises(ConfigError, match="line 2: this is not UTF-8"):
        load(file, HOME)


def test_a_file_somebody_asked_for_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no configuration file"):
        load(tmp_path / "none.toml", HOME)
    with pytest.raises(ConfigError, match="there is no configuration file"):
        load(None, {**HOME, "VVAULT_CONFIG": str(tmp_path / "none.toml")})


def test_a_misspelt_variable_is_an_error_and_a_strangers_is_not(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="VVAULT_SEARCH_LEVLE names no key") as caught:
        load(None, {**HOME, "VVAULT_SEARCH_LEVLE": "loose"})
    assert caught.value.hint == "did you mean VVAULT_SEARCH_LEVEL?"


def test_a_variable_with_a_misspelt_section_is_found_and_a_stranger_is_left_alone() -> None:
    with pytest.raises(ConfigError, match="VVAULT_SERCH_LEVEL names no key") as caught:
        load(None, {**HOME, "VVAULT_SERCH_LEVEL": "loose"})
    assert caught.value.hint == "did you mean VVAULT_SEARCH_LEVEL?"
    load(None, {**HOME, "VVAULT_PYTHON": "python3.12"})
    load(None, {**HOME, "VVAULT_SOCKET": "/s", "VVAULT_OF_MY_OWN": "1", "VVAULT_MODE": "x"})


def test_a_wrong_value_in_a_variable_names_the_variable() -> None:
    with pytest.raises(ConfigError, match=r"search\.limit from the variable VVAULT_SEARCH_LIMIT must be .* not 'many'"):
        load(None, {**HOME, "VVAULT_SEARCH_LIMIT": "many"})


def test_every_mistake_is_found_at_once_and_the_first_counts_the_rest(tmp_path: Path) -> None:
    text = "[search]\nlimit = 0\nlevle = 1\n[modle]\nname = 'x'\n"
    config, problems = examine(written(tmp_path, text), HOME)
    assert config is None
    assert [problem.message.split(" in ")[0] for problem in problems] == [
        "search.limit",
        "unknown key search.levle",
        "unknown section [modle]",
    ]
    assert mistake(tmp_path, text).hint == f"2 more: `vvault config check --config {tmp_path / 'config.toml'}`"


def test_what_is_shown_can_be_sent_as_json_whatever_the_variable_holds() -> None:
    config = load(None, {**HOME, "VVAULT_LIBRARY_DATA": "/d\udcff"})
    value = shown(config)["library.data"]
    assert value.value == "/d�"
    assert value.source == "VVAULT_LIBRARY_DATA"
    assert value.default == "$XDG_DATA_HOME/visionary-vault"


def test_asking_for_an_unknown_key_suggests_one() -> None:
    with pytest.raises(NotFound) as caught:
        find("search.levl")
    assert caught.value.hint == "did you mean search.level?"


def test_the_reference_page_is_current() -> None:
    committed = Path(__file__).parents[2] / "docs" / "configuration.md"
    assert committed.read_text() == page(), "run: python -m vaultd.config.reference > docs/configuration.md"


def test_reading_the_configuration_imports_nothing_slow() -> None:
    script = "import sys, vaultd.config; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    slow = {"dataclasses", "tomllib", "tomli_w", "tempfile", "numpy", "trio", "sqlite3", "asyncio", "rich"}
    assert slow.isdisjoint(output.split())
