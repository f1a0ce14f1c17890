"""A command line that is being typed: the query in it, and what bash, zsh and fish put there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.answering import AnsweringServer
from vaultd.cli.completion import script
from vaultd.cli.registry import COMMANDS
from vaultd.cli.typed import Shell, insertion, name_of, query_of
from vaultipc import messages


def _proposed(*texts: str, start: int) -> messages.Completions:
    found = [messages.Completion(text=text, kind="tag", count=2, about="") for text in texts]
    return messages.Completions(start=start, completions=found)


@pytest.mark.parametrize(
    ("line", "text", "at"),
    [
        ("vvault search tag:pe", "tag:pe", 0),
        ("vvault search red tag:pe", "red tag:pe", 4),
        ("vvault search ", "", 0),
        ("vvault search red ", "red ", 4),
        ("vvault search 'tag:\"my d", 'tag:"my d', 0),
        ("vvault search my\\ d", "my d", 0),
        ("vvault search -tag:a", "-tag:a", 0),
        ("vvault search --level strict be", "be", 0),
        ("cd x; LANG=C /usr/bin/vvault --quiet search a b", "a b", 2),
        ("vvault save Dogs do", "do", 0),
        ("vvault explain do", "do", 0),
        ("vvault search --lev", None, 0),
        ("vvault search --level st", None, 0),
        ("vvault search --levle x be", None, 0),
        ("vvault sea", None, 0),
        ("vvault save Do", None, 0),
        ("vvault explain dog 12", None, 0),
        ("vvault roots x", None, 0),
        ("ls vvau", None, 0),
        ("", None, 0),
    ],
)
def test_a_line_holds_this_query(line: str, text: str | None, at: int) -> None:
    found = query_of(line, COMMANDS)
    assert (None if found is None else (found.text, found.at)) == (None if text is None else (text, at))


@pytest.mark.parametrize(
    ("shell", "line", "start", "proposed", "wanted"),
    [
        ("bash", "vvault search ta", 0, "tag:", "tag:"),
        ("bash", "vvault search tag:pe", 4, "pets/dogs", "pets/dogs"),
        ("bash", "vvault search tag:my", 4, '"my dog"', '\\"my\\ dog\\"'),
        ("bash", "vvault search date:=20", 6, "2023", "2023"),
        ("bash", "vvault search 'tag:my", 4, '"my dog"', 'tag:"my dog"'),
        ("bash", 'vvault search "tag:my', 4, '"my dog"', 'tag:\\"my dog\\"'),
        ("bash", 'vvault search tag:"my', 4, '"my dog"', None),
        ("bash", "vvault search 'tag:my", 4, "it's", None),
        ("bash", "vvault search red be", 0, "red beach", None),
        ("bash", "vvault search été", 0, "Été $HOME", "Été\\ \\$HOME"),
        ("zsh", "vvault search tag:my", 4, '"my dog"', 'tag:"my dog"'),
        ("fish", "vvault search red tag:my", 8, '"my dog"', 'tag:"my dog"'),
        ("fish", "vvault search a", 0, "a\nb", None),
    ],
)
def test_a_shell_inserts_what_it_reads_as_the_proposal(
    shell: Shell, line: str, start: int, proposed: str, wanted: str | None
) -> None:
    query = query_of(line, COMMANDS)
    assert query is not None
    assert insertion(shell, query, start, proposed) == wanted


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("vvault album show Su", ("album", "Su")),
        ("vvault album add 'Summer 2", ("album", "Summer 2")),
        ("vvault album show ", ("album", "")),
        ("vvault tag pets/d", ("tag", "pets/d")),
        ("vvault untag ", ("tag", "")),
        ("vvault album add Sea pic", None),
        ("vvault album add Sea --before x", None),
        ("vvault album create Su", None),
        ("vvault album sho", None),
        ("vvault album show --n", None),
        ("vvault search a", None),
    ],
)
def test_a_line_names_this_of_the_library(line: str, named: tuple[str, str] | None) -> None:
    found = name_of(line, COMMANDS)
    assert (None if found is None else (found[0], found[1].text)) == named


def _in_bash(folder: Path, words: list[str], command: str = "search") -> list[str]:
    """What bash has to choose from after these words of a command, with the daemon at `folder`/s."""
    (folder / "vvault.bash").write_text(script("bash"))
    line = f"vvault {command} " + "".join(words)
    asked = f"""
        source {folder}/vvault.bash
        COMP_WORDS=(vvault {command} {" ".join(f"'{word}'" for word in words)}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}
        _vvault; printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "VVAULT_SOCKET": str(folder / "s"), "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "--norc", "-c", asked], env=environ, capture_output=True, encoding="utf-8", check=True, timeout=30
    )
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


def test_bash_proposes_what_the_daemon_does(short_path: Path) -> None:
    answer = _proposed('"my dog"', "mäh", start=4)
    with AnsweringServer(short_path / "s", {"complete": lambda _: answer}) as server:
        assert _in_bash(short_path, ["tag", ":", "m"]) == ['\\"my\\ dog\\"', "mäh"]
    assert [request.params.text for request in server.requests] == ["tag:m"]  # type: ignore[attr-defined]


def test_bash_proposes_the_names_of_albums(short_path: Path) -> None:
    answer = _proposed('"my \\"trip\\""', "mäh", start=6)
    with AnsweringServer(short_path / "s", {"complete": lambda _: answer}) as server:
        assert _in_bash(short_path, ["m"], "album show") == ['my\\ \\"trip\\"', "mäh"]
    assert [request.params.text for request in server.requests] == ['album:"m']  # type: ignore[attr-defined]


def test_bash_proposes_nothing_and_says_nothing_while_the_daemon_is_away(short_path: Path) -> None:
    assert _in_bash(short_path, ["tag", ":", "m"]) == [""]


def test_a_person_reads_what_may_come_next(short_path: Path) -> None:
    with AnsweringServer(short_path / "s", {"complete": lambda _: _proposed('"my dog"', start=4)}):
        environ = {**os.environ, "VVAULT_SOCKET": str(short_path / "s"), "HOME": str(short_path)}
        vvault = [str(Path(sys.executable).with_name("vvault")), "complete"]
        plain = subprocess.run([*vvault, "-tag:m"], env=environ, capture_output=True, encoding="utf-8", check=True)
        told = subprocess.run([*vvault, "--json"], env=environ, capture_output=True, encoding="utf-8", check=True)
    assert plain.stdout == '"my dog"\ttag\t2\t\n'
    assert json.loads(told.stdout)["start"] == 4
