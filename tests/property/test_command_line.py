"""Whatever is typed, it is understood or refused with a sentence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vaultd.cli.command import GLOBAL_FLAGS
from vaultd.cli.parsing import parse
from vaultd.cli.registry import COMMANDS
from vaultipc.errors import UserError

_known = [word for name in COMMANDS for word in name.split()]
_flags = [name for command in COMMANDS.values() for flag in (*command.flags, *GLOBAL_FLAGS) for name in flag.names]
_anything = st.text(st.characters(codec=None), max_size=8)
_words = st.one_of(
    st.sampled_from(_known),
    st.sampled_from([*_flags, "--", "-", "-h", "--help", "--version", "-7", "--limit=3"]),
    st.sampled_from(_flags).flatmap(lambda flag: _anything.map(lambda value: f"{flag}={value}")),
    _anything,
)


@given(line=st.lists(_words, max_size=7))
def test_any_command_line_is_understood_or_refused(line: list[str]) -> None:
    try:
        asked = parse(line, COMMANDS)
    except UserError:
        return
    assert asked.command in (None, *COMMANDS.values())


@given(words=st.lists(_anything.filter(lambda word: word != "--"), min_size=1, max_size=4))
def test_words_after_two_dashes_are_taken_as_they_are(words: list[str]) -> None:
    assert parse(["search", "--json", "--", *words], COMMANDS).options.query == words


@given(before=st.booleans(), flag=st.sampled_from(["--json", "--quiet", "--verbose", "-q", "-v"]))
def test_global_flags_stand_before_or_after(before: bool, flag: str) -> None:
    line = [flag, "saved", "rename", "a", "b"] if before else ["saved", "rename", "a", flag, "b"]
    options = vars(parse(line, COMMANDS).options)
    long = {"-q": "quiet", "-v": "verbose"}.get(flag, flag.lstrip("-"))
    assert options[long] is True
    assert (options["name"], options["to"]) == ("a", "b")
