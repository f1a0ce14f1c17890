"""The command line against a daemon made up for the test: what it asks, prints, and ends with."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from msgspec import Struct

from support.answering import Answer, AnsweringServer
from vaultd.cli.__main__ import run
from vaultd.cli.call import usual_config_file
from vaultd.cli.registry import COMMANDS
from vaultd.config import default_file
from vaultipc import errors, messages
from vaultipc.codec import display
from vaultipc.messages import METHODS

ODD = b"/p/\xff\n.jpg"


def hits(*paths: bytes) -> messages.SearchResult:
    def hit(path: bytes) -> messages.Hit:
        text, encoded = display(path)
        return messages.Hit(
            id="1", name="a", path=text, path_b64=encoded, rank=1, score=0.9, state="online", tags=["pets"],
            width=4, height=3, date=None, size=5, blocks=8, mtime_ns=0, mode=0o100644, uid=0, gid=0, content="00",
        )  # fmt: skip

    return messages.SearchResult(
        query="q", canonical="q", level="default", total=len(paths), took_ms=1.0, model="mini", cut=None, notes=[],
        hits=[hit(path) for path in paths], snapshot="", seq=1,
    )  # fmt: skip


def status(state: messages.DaemonState, images: int, pending: int, failed: int = 0) -> messages.Status:
    return messages.Status(
        version="1", schema=1, state=state, reason="", socket="/s", pid=1, uptime_s=1.0, images=images, files=images,
        pending=pending, failed=failed, offline=0, rate_per_s=0.0, eta_s=None, seq=1, vector_seq=1, text_seq=1,
        roots=[], mounts=[], model=None, rss_bytes=1, counters=messages.Counters(),
    )  # fmt: skip


def changed(changed: int, failed: int = 0) -> messages.ActionResult:
    lost = [messages.ItemError(item="x", message="gone")] * failed
    return messages.ActionResult(action="1", changed=changed, unchanged=0, errors=lost)


class Ended(NamedTuple):
    code: int
    out: bytes
    err: bytes
    asked: list[Any]


Vvault = Callable[..., Ended]


class Missing:
    """In the place of an answer: nobody is there to give one."""


NO_DAEMON = Missing()


@pytest.fixture
def vvault(short_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Vvault:
    """Runs one command line; `answer` is what the daemon answers to anything (none: there is no daemon)."""
    socket = short_path / "s"
    for name in list(os.environ):
        if name.startswith(("VVAULT_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(short_path))
    monkeypatch.setenv("VVAULT_SOCKET", str(socket))

    def call(*arguments: str, answer: Answer | Missing = NO_DAEMON) -> Ended:
        if isinstance(answer, Missing):
            code, asked = run(arguments), []
        else:
            with AnsweringServer(socket, dict.fromkeys(METHODS, lambda _: answer)) as server:
                code = run(arguments)
            asked = [(request.method, request.params) for request in server.requests]
            socket.unlink()
        told = capfdbinary.readouterr()
        return Ended(code, told.out, told.err, asked)

    return call


# ---- help and usage ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda command: command.name)
def test_every_command_explains_itself(vvault: Vvault, command: Any) -> None:
    ended = vvault(*command.name.split(), "--help")
    assert ended.code == 0
    text = " ".join(ended.out.decode().split())
    assert " ".join(command.summary.split()) in text
    assert all(name in text for flag in command.flags for name in flag.names)


def test_the_help_lists_every_command(vvault: Vvault) -> None:
    ended = vvault("--help")
    assert ended.code == 0
    assert all(f"  {name} " in ended.out.decode() for name in COMMANDS)


@pytest.mark.parametrize("first", ["config", "model", "service"])
def test_a_word_that_only_begins_commands_explains_them(vvault: Vvault, first: str) -> None:
    ended = vvault(first, "--help")
    assert ended.code == 0
    assert all(name in ended.out.decode() for name in COMMANDS if name.startswith(f"{first} "))


def test_every_command_asks_a_method_that_exists() -> None:
    assert {command.method for command in COMMANDS.values()} - {""} <= set(METHODS)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["serch"],
        ["search"],
        ["search", "x", "--levle"],
        ["search", "x", "--level", "lose"],
        ["search", "x", "--limit"],
        ["search", "x", "--limit", "many"],
        ["search", "x", "--limit", "0"],
        ["search", "x", "--offset", "-1"],
        ["config"],
        ["--nonsense"],
        ["roots", "-x"],
        ["tag", "pets"],
        ["hide", "red"],
        ["saved", "--since", "7d"],
        ["search", "\udcff"],
        ["status", "--socket", "/" + "a" * 120],
    ],
)
def test_a_wrong_command_line_ends_with_2_and_a_sentence(vvault: Vvault, arguments: list[str]) -> None:
    ended = vvault(*arguments)
    assert ended.code == errors.EXIT_USAGE
    assert ended.out == b""
    assert ended.err
    assert b"Traceback" not in ended.err


def test_a_misspelt_command_and_flag_get_a_suggestion(vvault: Vvault) -> None:
    assert b"Did you mean search?" in vvault("serch").err
    assert b"Did you mean --level?" in vvault("search", "x", "--levle").err


def test_a_flag_that_is_like_no_other_gets_no_suggestion(vvault: Vvault) -> None:
    told = vvault("up", "--bogus").err
    assert told.startswith(b"vvault up has no flag --bogus.\n  See ")
    assert told.endswith(b"vvault up --help`.\n")


def test_a_misspelt_command_below_another_gets_a_suggestion(vvault: Vvault) -> None:
    for line in ("autotags acept dog", "tags delet pets", "saved remov x", "model lst"):
        ended = vvault(*line.split())
        assert ended.code == errors.EXIT_USAGE
        assert ended.out == b""
        assert b"Did you mean" in ended.err
    assert b"vvault autotags accept`?" in vvault("autotags", "acept", "dog").err


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda command: command.name)
def test_no_command_drops_a_word_that_it_does_not_take(vvault: Vvault, command: Any) -> None:
    if any(word.times in ("*", "+") for word in command.words):
        return  # takes as many words as there are
    ended = vvault(*command.name.split(), *["1"] * len(command.words), "typo")
    assert ended.code == errors.EXIT_USAGE
    assert ended.out == b""
    assert b"does not take 'typo'" in ended.err


def test_the_version_is_printed(vvault: Vvault) -> None:
    assert vvault("--version").out == vvault("search", "--version").out == b"vvault 0.1.0\n"


# ---- what is asked -------------------------------------------------------------------------------------------------


def asked(method: str, params: Struct) -> tuple[str, Struct]:
    return method, params


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (["search", "red", "car"], asked("search", messages.SearchParams(query="red car", limit=10_000))),
        (["search", "car", "-red"], asked("search", messages.SearchParams(query="car -red", limit=10_000))),
        (["search", "--", "--x"], asked("search", messages.SearchParams(query="--x", limit=10_000))),
        (
            ["search", "--level", "all", "a", "--limit=3", "--only", "text", "--sort=-date", "b", "--explain"],
            asked("search", messages.SearchParams(
                query="a b", level="all", limit=3, only="text", sort="-date", explain=True)),
        ),
        (["similar", "12"], asked("similar", messages.SimilarParams(image="12", limit=10_000))),
        (["similar", "/a/../b.jpg"], asked("similar", messages.SimilarParams(image="/b.jpg", limit=10_000))),
        (["image", "/a/\udcff"], asked("image", messages.ImageParams(image_b64=base64.b64encode(b"/a/\xff").decode()))),
        (["image", "/v/.originals/7/a.jpg"], asked("image", messages.ImageParams(image="7"))),
        (["explain", "red car", "3"], asked("explain", messages.ExplainParams(query="red car", image="3"))),
        (["add", "/a", "/b/"], asked("add", messages.FoldersParams(paths=["/a", "/b"]))),
        (["remove", "/a", "--forget"], asked("remove", messages.RemoveParams(path="/a", forget=True))),
        (["rescan", "/a", "--wait"], asked("rescan", messages.RescanParams(path="/a", wait=True))),
        (["failed", "--retry"], asked("failed", messages.FailedParams(retry=True))),
        (["wait", "--timeout", "1.5"], asked("wait", messages.WaitParams(timeout=1.5))),
        (["tags", "--prefix", "a", "--source", "xmp"], asked("tags", messages.TagsParams(prefix="a", source="xmp"))),
        (["log", "--limit", "3"], asked("log", messages.LogParams(limit=3))),
        (["undo", "2", "--dry-run"], asked("undo", messages.UndoParams(count=2, dry_run=True, origin="cli"))),
        (["feedback"], asked("feedback", messages.FeedbackParams())),
        (["feedback", "red", "car"], asked("feedback", messages.FeedbackParams(query="red car"))),
        (["history", "clear"], asked("history.clear", messages.Empty())),
        (["history", "list"], asked("history", messages.Empty())),
        (["saved", "sea"], asked("saved", messages.SavedParams(name="sea"))),
        (["saved", "s", "--since", "7d"], asked("saved.changes", messages.SavedChangesParams(name="s", since="7d"))),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_what_is_typed_is_what_the_daemon_is_asked(
    vvault: Vvault, line: list[str], expected: tuple[str, Struct]
) -> None:
    assert vvault(*line, answer=errors.NotFound("nothing")).asked == [expected]


def test_a_change_is_one_group_of_its_own(vvault: Vvault) -> None:
    [(method, params)] = vvault("tag", "pets", "1", "--json", "/p/a.jpg", answer=changed(2)).asked
    assert (method, params.tag, params.images, params.origin) == ("tag", "pets", ["1", "/p/a.jpg"], "cli")
    assert params.group


def test_pictures_are_hidden_from_a_query_of_one_word(vvault: Vvault) -> None:
    [(method, params)] = vvault("hide", "red -car", "1", "/p/a.jpg", "--remove", answer=changed(2)).asked
    assert (method, params.query, params.images, params.remove) == ("hide", "red -car", ["1", "/p/a.jpg"], True)


def test_a_search_is_saved_with_its_order_and_limit(vvault: Vvault) -> None:
    line = ["save", "sea", "red", "car", "--sort", "date", "--limit", "3", "--level=loose", "--replace"]
    [(_, params)] = vvault(*line, "--keep-feedback", answer=changed(1)).asked
    told = {name: getattr(params, name) for name in ("name", "query", "sort", "limit", "level", "replace")}
    assert told == {"name": "sea", "query": "red car", "sort": "date", "limit": 3, "level": "loose", "replace": True}
    assert params.keep_feedback


def test_a_relative_path_is_sent_absolute(vvault: Vvault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.jpg").symlink_to("123")
    for given in ("./123", "link.jpg"):
        [(_, params)] = vvault("image", given, answer=errors.NotFound("x")).asked
        assert params.image == f"{tmp_path}/123"


# ---- what is printed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [True, False])
def test_json_is_the_result_and_nothing_else(vvault: Vvault, before: bool) -> None:
    arguments = ["--json", "search", "x"] if before else ["search", "x", "--json"]
    ended = vvault(*arguments, answer=b'{"id":1,"result":{"hits":[{"a":1.50}],"notes":[],"future":[]}}\n')
    assert ended.out == b'{"hits":[{"a":1.50}],"notes":[],"future":[]}\n'
    assert ended.err == b""


def test_paths_in_a_pipe_are_their_bytes(vvault: Vvault) -> None:
    assert vvault("search", "x", answer=hits(b"/p/a.jpg", ODD)).out == b"/p/a.jpg\n" + ODD + b"\n"
    assert vvault("search", "x", "-0", answer=hits(b"/p/a.jpg", ODD)).out == b"/p/a.jpg\0" + ODD + b"\0"


def test_a_terminal_gets_a_table_without_control_characters(vvault: Vvault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    ended = vvault("search", "x", answer=hits(ODD, b"/p/\x1b[2J[bold]b.jpg"))
    text = ended.out.decode()
    assert "score" in text
    assert "/p/\\xff\\n.jpg" in text
    assert "/p/\\x1b[2J[bold]b.jpg" in text
    assert b"2 pictures" in ended.err


def test_a_terminal_is_told_of_pictures_on_drives_that_are_away_and_of_nothing_where_none_is(
    vvault: Vvault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    found = hits(b"/p/here.jpg", b"/p/away.jpg")
    assert b"state" not in vvault("search", "x", answer=found).out
    found.hits[1].state = "offline"
    head, here, away = vvault("search", "x", answer=found).out.decode().splitlines()
    assert "state" in head
    assert [line.split()[-2:] for line in (here, away)] == [["online", "/p/here.jpg"], ["offline", "/p/away.jpg"]]
    monkeypatch.setattr("sys.stdout.isatty", lambda: False)
    assert vvault("search", "x", answer=found).out == b"/p/here.jpg\n/p/away.jpg\n", "what reads paths gets paths"


def test_a_path_is_never_broken_to_fit_a_terminal(vvault: Vvault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    long = b"/p/" + b"holiday " * 20 + b".jpg"
    lines = vvault("search", "x", answer=hits(long, b"/p/a.jpg")).out.splitlines()
    assert [line.endswith(path) for line, path in zip(lines[1:], (long, b"/p/a.jpg"), strict=True)] == [True, True]


def test_why_a_picture_matched_stands_below_its_path_in_a_pipe_and_not_among_paths_for_xargs(vvault: Vvault) -> None:
    why = messages.Explanation(
        matched=True, score=0.5, similarity=None, floor=None, cut=None, words=[], tags=["pets"], filters=[],
        fused=messages.Fused(semantic_rank=None, text_rank=1),
    )  # fmt: skip
    found = hits(b"/p/a.jpg", b"/p/b.jpg")
    for hit in found.hits:
        hit.explain = why
    lines = vvault("search", "x", "--explain", answer=found).out.splitlines()
    of_one = [b"\tmatched\tyes", b"\tscore\t0.500", b"\ttext rank\t1", b"\ttag\tpets"]
    assert lines == [b"/p/a.jpg", *of_one, b"/p/b.jpg", *of_one]
    assert vvault("search", "x", "--explain", "-0", answer=found).out == b"/p/a.jpg\0/p/b.jpg\0"


def test_groups_of_duplicates_are_kept_apart_in_a_pipe(vvault: Vvault) -> None:
    def group(*paths: str) -> messages.DuplicateGroup:
        members = [messages.FilePlace(path=path, state="online", size=1, mtime_ns=0) for path in paths]
        return messages.DuplicateGroup(level="exact", image="1", best=paths[0], members=members, images=["1"] * 2)

    found = messages.Duplicates(groups=[group("/a", "/b"), group("/c", "/d")])
    assert vvault("duplicates", answer=found).out == b"/a\n/b\n\n/c\n/d\n"
    assert vvault("duplicates", "-0", answer=found).out == b"/a\0/b\0/c\0/d\0"


def test_merged_copies_are_named_by_their_paths(vvault: Vvault) -> None:
    other = messages.FilePlace(path="/p/small.jpg", state="online", size=1, mtime_ns=0)
    merged = messages.Merged(
        action="1",
        changed=1,
        unchanged=0,
        errors=[],
        image="7",
        best="/p/a.jpg",
        copies=["183"],
        gains=[],
        others=[other],
    )
    told = vvault("duplicates", "merge", "7", answer=merged).err
    assert b"1 other marked as copies of it:\n  /p/small.jpg\n" in told
    assert b"183" not in told


def test_one_saved_search_is_told_line_by_line(vvault: Vvault) -> None:
    info = messages.SavedInfo(id="1", name="sea", query="beach sort:date", level="loose", count=3, sort="date")
    ended = vvault("saved", "sea", "--count", answer=messages.Saved(saved=[info]))
    assert ended.out == b"name\tsea\nquery\tbeach sort:date\nlevel\tloose\nsort\tdate\ncount\t3\n"


def test_news_of_a_saved_search_are_told_with_their_paths(vvault: Vvault) -> None:
    (hit,) = hits(ODD).hits
    changes = messages.SavedChanges(name="sea", since="2026-05-01T00:00:00Z", entered=[hit], left=[])
    ended = vvault("saved", "sea", "--since", "7d", answer=changes)
    assert ended.out == b"entered\t1\t\t/p/\xff\\n.jpg\n"
    assert ended.err == b"since 2026-05-01T00:00:00Z\n"


def test_a_search_without_news_says_since_when_or_what_to_wait_for(vvault: Vvault) -> None:
    changes = messages.SavedChanges(name="sea", since="2026-05-01T00:00:00Z", entered=[], left=[])
    told = vvault("saved", "sea", "--since", "7d", answer=changes)
    assert told.err == b"Nothing entered or left it since 2026-05-01T00:00:00Z.\n"
    changes.since = None
    assert b"wait`, then ask again" in vvault("saved", "sea", "--since", "7d", answer=changes).err


def test_an_empty_query_says_so_in_a_pipe_too(vvault: Vvault) -> None:
    ended = vvault("search", " ", answer=hits())
    assert (ended.code, ended.out) == (errors.EXIT_NOTHING, b"")
    assert ended.err.startswith(b"The query is empty")
    assert vvault("search", "x", answer=hits()).err == b""


def test_waiting_ends_with_what_was_reached(vvault: Vvault) -> None:
    reached = status(state="idle", images=12, pending=0, failed=1)
    ended = vvault("wait", answer=reached)
    assert (ended.code, ended.out) == (errors.EXIT_DONE, b"")
    assert ended.err == b"12 pictures searchable, 1 file unreadable (idle)\n"
    ended = vvault("wait", "--timeout", "1", answer=status(state="ingesting", images=12, pending=30))
    assert (ended.code, ended.err) == (errors.EXIT_NOTHING, b"Gave up; ingesting: 12 pictures in 12 files, 30 to go\n")


def test_restoring_what_is_not_there_names_the_backups_that_are(vvault: Vvault, short_path: Path) -> None:
    ended = vvault("restore", "--from", "/nowhere.db")
    assert ended.code == errors.EXIT_REFUSED
    assert ended.err.startswith(b"vvault: There is no /nowhere.db.\n  There is no backup yet.")
    shelf = short_path / ".local/share/visionary-vault/backups"
    shelf.mkdir(parents=True)
    for number in range(1, 6):
        (shelf / f"daily-{number:06}-20260501T00000{number}Z.db").touch()
    hint = vvault("restore", "--from", "/nowhere.db").err.decode().splitlines()[1]
    assert hint.startswith(f"  The newest backups: {shelf}/daily-000005-")
    assert hint.endswith("and 2 more beside them")


def test_verdicts_are_told_in_one_line_each(vvault: Vvault) -> None:
    one = messages.FeedbackEntry(query="red car", id="7", name="a.jpg", verdict="hide", time="2026-05-01T00:00:00Z")
    ended = vvault("feedback", answer=messages.Feedback(feedback=[one]))
    assert ended.out == b"hide\tred car\t7\t2026-05-01T00:00:00Z\ta.jpg\n"


def wrote(*does: str, done: int = 0) -> messages.WrittenMetadata:
    files = [messages.SidecarWritten(path="/p/a.jpg", sidecar="/p/a.jpg.xmp", does=one) for one in does]  # type: ignore[arg-type]
    return messages.WrittenMetadata(files=files, written=done, unchanged=0, errors=[])


def test_what_was_written_beside_pictures_says_how_it_is_taken_back(vvault: Vvault) -> None:
    told = vvault("write-metadata", "1", "--write", answer=wrote("make", "change", done=2)).err.decode()
    assert "2 sidecars written, 0 as before." in told
    assert "`vvault write-metadata … --take-back --write` takes it back; `vvault undo` does not." in told


def test_a_sidecar_that_went_is_not_told_as_written(vvault: Vvault) -> None:
    line = ["write-metadata", "1", "--take-back"]
    assert b"1 sidecar would be removed. Add" in vvault(*line, answer=wrote("remove")).err
    ended = vvault(*line, "--write", answer=wrote("remove", "change", done=2))
    assert ended.err == b"1 sidecar written and 1 sidecar removed, 0 as before.\n"


def test_an_export_without_news_says_nothing_of_undoing(vvault: Vvault, tmp_path: Path) -> None:
    def taken(changed: int) -> messages.TakenIn:
        return messages.TakenIn(
            path="/e", bytes=1, images=1, tags=1, sha256="", action=None, changed=changed, errors=[]
        )

    assert b"undo" not in vvault("restore", "--from", str(tmp_path), answer=taken(0)).err
    assert b"2 changes, taken back by `vvault undo`." in vvault("restore", "--from", str(tmp_path), answer=taken(2)).err


def test_an_error_names_the_program_and_a_path_once(vvault: Vvault) -> None:
    assert vvault("search").err.startswith(b"vvault search: the following arguments are required")
    lost = messages.ItemError(item="/p/a.jpg", message="/p/a.jpg is not a picture of the library")
    answer = messages.WrittenMetadata(files=[], written=0, unchanged=0, errors=[lost])
    assert vvault("write-metadata", "1", answer=answer).err.count(b"/p/a.jpg") == 1


def test_a_backup_says_whose_tags_it_counts(vvault: Vvault) -> None:
    kept = messages.Kept(path="/b", bytes=1, images=3, tags=4, sha256="")
    assert b"4 tags of yours" in vvault("backup", answer=kept).out


def test_an_error_is_a_sentence_and_what_to_do(vvault: Vvault) -> None:
    ended = vvault("search", "x", answer=errors.QueryError("Odd.", hint="Mend it.", position=4))
    assert ended.err == b"vvault: Odd. (at character 5)\n  Mend it.\n"
    assert ended.out == b""


def test_with_json_an_error_is_an_object(vvault: Vvault) -> None:
    ended = vvault("search", "x", "--json", answer=errors.QueryError("Odd.", hint="Mend it.", position=0))
    error = {"code": 1001, "message": "Odd.", "hint": "Mend it.", "position": 0}
    assert json.loads(ended.out) == {"error": error}
    assert ended.err == b""
    assert set(json.loads(vvault("serch", "--json").out)["error"]) == {"code", "message", "hint"}


# ---- how it ends ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "answer", "code"),
    [
        (["search", "x"], hits(b"/a"), 0),
        (["search", "x"], hits(), 1),
        (["similar", "1"], hits(), 1),
        (["duplicates"], messages.Duplicates(groups=[]), 1),
        (["feedback"], messages.Feedback(feedback=[]), 1),
        (["saved", "a", "--since", "7d"], messages.SavedChanges(name="a", since=None, entered=[], left=[]), 1),
        (["search", "x"], errors.QueryError("?"), 2),
        (["search", "x"], errors.VersionMismatch("?"), 3),
        (["search", "x"], None, 3),
        (["image", "1"], errors.NotFound("?"), 4),
        (["image", "1"], errors.Refused("?"), 4),
        (["add", "/a"], errors.Held("?"), 5),
        (["search", "x"], errors.Paused("?"), 5),
        (["tag", "a", "1", "2"], changed(1, failed=1), 6),
        (["tag", "a", "1"], changed(0, failed=1), 4),
        (["tag", "a", "1"], changed(1), 0),
        (["status"], KeyError("x"), 70),
        (["status"], b"what?\n", 3),
    ],
)
def test_the_exit_code_tells_how_it_went(vvault: Vvault, line: list[str], answer: Answer, code: int) -> None:
    assert vvault(*line, answer=answer).code == code
    assert vvault(*line, "--json", answer=answer).code == code


def test_without_a_daemon_it_ends_with_3_and_says_how_to_start_one(vvault: Vvault) -> None:
    ended = vvault("status")
    assert ended.code == errors.EXIT_AWAY
    assert b"vvault up" in ended.err


def test_ctrl_c_ends_it_with_130(vvault: Vvault, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("vaultd.cli.call.Call.ask", interrupted)
    assert vvault("status").code == errors.EXIT_INTERRUPTED


def test_a_bug_is_one_line_and_its_place_only_on_request(vvault: Vvault, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("vaultd.cli.call.Call.ask", broken)
    ended = vvault("status")
    assert ended.code == errors.EXIT_BUG
    assert b"Traceback" not in ended.err
    assert b"Traceback" in vvault("status", "-v").err
    assert json.loads(vvault("status", "--json").out)["error"]["code"] == -32603


def test_a_file_in_the_way_is_named_and_no_bug(vvault: Vvault, short_path: Path) -> None:
    (short_path / "file").touch()
    ended = vvault("daemon", "--socket", f"{short_path}/file/s")
    assert ended.code == errors.EXIT_REFUSED
    assert f"{short_path}/file" in ended.err.decode()


# ---- without a daemon ----------------------------------------------------------------------------------------------


def test_configuration_is_read_and_written_without_a_daemon(vvault: Vvault, short_path: Path) -> None:
    file = short_path / ".config" / "visionary-vault" / "config.toml"
    assert vvault("config", "path").out == os.fsencode(file) + b"\n"
    ended = vvault("config", "set", "search.limit", "77")
    assert ended.code == 0
    assert b"Ctrl-C where `" in ended.err
    installed = short_path / ".config/systemd/user/vvault.service"
    installed.parent.mkdir(parents=True)
    installed.touch()
    assert b"`systemctl --user restart vvault.service`" in vvault("config", "set", "search.limit", "77").err
    assert vvault("config", "get", "search.limit").out == b"77\n"
    shown = json.loads(vvault("config", "show", "--json").out)["values"]["search.limit"]
    assert (shown["value"], shown["default"]) == (77, 10_000)
    assert vvault("config", "check").code == 0


@pytest.mark.parametrize("arguments", [("roots",), ("search", "red"), ("tag", "pets", "1"), ("status", "--follow")])
def test_a_command_that_asks_the_daemon_notices_a_wrong_configuration(
    vvault: Vvault, short_path: Path, arguments: tuple[str, ...]
) -> None:
    file = short_path / ".config" / "visionary-vault" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("[search]\nlimt = 3\n")
    ended = vvault(*arguments, answer=messages.Roots(roots=[]))
    assert (ended.code, ended.out, ended.asked) == (errors.EXIT_USAGE, b"", [])
    assert f"unknown key search.limt in {file}, line 2".encode() in ended.err
    assert ended.err == vvault("config", "show").err
    missing = short_path / "missing.toml"
    file.unlink()
    assert f"no configuration file {missing}".encode() in vvault("roots", "--config", str(missing)).err


def test_a_command_looks_for_the_configuration_where_it_is_read_from(monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("", "relative", "/etc/xdg"):
        monkeypatch.setenv("XDG_CONFIG_HOME", folder)
        assert usual_config_file() == default_file(os.environ)


def test_a_shell_that_completes_hears_of_no_wrong_configuration(
    vvault: Vvault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VVAULT_SEARCH_LIMIT", "many")
    assert vvault("complete", "--line", "bash", "vvault search re") == (errors.EXIT_DONE, b"", b"", [])
    assert vvault("roots").code == errors.EXIT_USAGE


def test_a_configuration_with_a_typo_is_named(vvault: Vvault, short_path: Path) -> None:
    file = short_path / "c.toml"
    file.write_text("[search]\nlimmit = 3\n")
    ended = vvault("config", "check", "--config", str(file))
    assert ended.code == errors.EXIT_USAGE
    assert b"limmit" in ended.err
    assert b"c.toml" in ended.err
    assert vvault("config", "set", "search.limit", "none").code == errors.EXIT_USAGE
    assert vvault("config", "get", "search.limmit").code == errors.EXIT_REFUSED


def test_doctor_works_while_the_daemon_is_away(vvault: Vvault) -> None:
    ended = vvault("doctor", "--json")
    assert ended.code == errors.EXIT_NOTHING
    found = {check["name"]: check["state"] for check in json.loads(ended.out)["checks"]}
    assert found["configuration"] == found["socket"] == "ok"
    assert found["daemon"] == "fail"


def test_doctor_adds_what_the_daemon_finds(vvault: Vvault) -> None:
    told = messages.Doctor(ok=True, checks=[messages.Check(name="catalog", state="warn", message="old", fix="wait")])
    checks = json.loads(vvault("doctor", "--json", answer=told).out)["checks"]
    assert checks[-1] == {"name": "catalog", "state": "warn", "message": "old", "fix": "wait"}


def test_the_completion_of_bash_is_a_script(vvault: Vvault) -> None:
    script = vvault("completion", "bash").out
    assert b"search" in script
    assert subprocess.run(["bash", "-n"], input=script, check=False).returncode == 0
    assert vvault("completion", "cmd").code == errors.EXIT_USAGE
    assert b"powershell" not in vvault("completion", "cmd").err


def told_model(**facts: Any) -> dict[str, Any]:
    told = {"name": "clip", "revision": "1", "dim": 8, "state": "local", "bytes": 2**20, "licence": "MIT"}
    return {**told, "languages": ["en", "de"], "vectors": 1234, **facts}


def test_a_damaged_model_is_listed_as_such_and_hides_no_other(vvault: Vvault) -> None:
    whole = messages.ModelInfo(**told_model())
    damaged = messages.ModelInfo(**told_model(name="bad", revision="", problem="text.onnx is cut short."))
    ended = vvault("model", "list", answer=messages.Models(models=[whole, damaged]))
    rows = [line.split(b"\t") for line in ended.out.splitlines()]
    assert [row[3] for row in rows] == [b"local", b"damaged"]
    assert rows[0][5:] == [b"1,234", b"MIT", b"en, de", b"search"]
    assert b"bad: text.onnx is cut short." in ended.err


def test_choosing_a_model_says_what_happens_now(vvault: Vvault) -> None:
    building = messages.ModelUsed(
        model=messages.ModelInfo(**told_model(state="building")), reembed={"done": 3, "total": 1000}, away=7
    )
    ended = vvault("model", "use", "clip", answer=building)
    assert b"3 of 1,000 pictures" in ended.err
    assert b"7 files are on drives" in ended.err
    assert ended.out == b""
    active = messages.ModelUsed(model=messages.ModelInfo(**told_model(state="active")))
    assert b"clip 1 answers now" in vvault("model", "use", "clip", "--wait", answer=active).err


def test_a_models_folder_is_told_from_the_root(vvault: Vvault, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    active = messages.ModelUsed(model=messages.ModelInfo(**told_model(state="active")))
    ((_, asked),) = vvault("model", "use", "./packs/clip", answer=active).asked
    assert asked.name == str(tmp_path / "packs" / "clip")


def test_everything_about_a_model_is_told(vvault: Vvault) -> None:
    manifest = {
        "image_size": [224, 224], "resize": "shortest", "interpolation": "bicubic", "context_length": 77,
        "origin": {"architecture": "ViT-B-32", "checkpoint": "", "revision": None},
        "precision": {"image": "int8", "text": "int8"}, "files": {"text.onnx": "ab" * 32},
    }  # fmt: skip
    details = messages.ModelDetails(**told_model(), folder="/packs/clip", vector_bytes=16 * 1234, manifest=manifest)
    told = dict(
        line.split(b"\t")
        for line in vvault("model", "info", "clip", answer=messages.ModelTold(model=details)).out.splitlines()
    )
    assert told[b"origin"] == b"architecture ViT-B-32"
    assert told[b"precision"] == b"image int8, text int8"
    assert told[b"pictures"].startswith("224 × 224".encode())
    assert told[b"text.onnx"] == b"ab" * 32
    assert b"/packs/clip" in told[b"pack"]
