"""The vocabulary: the words that pictures are tagged with, in groups, from a TOML file that people edit."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from vaultd.domain.names import component
from vaultipc.errors import UserError

SHIPPED = Path(__file__).with_name("vocabulary.toml")
NAME = "vocabulary.toml"
PROMPTS = ("{}", "a photo of {}")
"""What the model is asked where neither a term nor its group says so; {} stands for the word."""
MOST_TERMS = 20_000
_SYNTAX = re.compile(r"^(?P<what>.*) \(at line (?P<line>\d+), column \d+\)$")


class VocabularyError(UserError):
    """The file cannot be used; the sentence says which line and why."""


@dataclass(frozen=True)
class Term:
    """A word, its group, and the texts whose mean is its vector. `threshold`: its own least score, if it has one."""

    name: str
    group: str
    texts: tuple[str, ...]
    threshold: float | None = None


@dataclass(frozen=True)
class Vocabulary:
    """Terms in the order of the file, each name once. `file` is where they were read from."""

    file: Path
    terms: tuple[Term, ...]

    @cached_property
    def names(self) -> list[str]:
        """The terms' names, in order."""
        return [term.name for term in self.terms]

    @cached_property
    def groups(self) -> list[str]:
        """The groups, in order."""
        return list(dict.fromkeys(term.group for term in self.terms))

    @cached_property
    def thresholds(self) -> dict[str, float]:
        """The least scores of terms that have one of their own."""
        return {term.name: term.threshold for term in self.terms if term.threshold is not None}


def shipped() -> Vocabulary:
    """The one that comes with the program."""
    return read(SHIPPED)


def read(file: Path) -> Vocabulary:
    """Reads a vocabulary. Raises VocabularyError with one sentence that names the file and the line."""
    try:
        text = unicodedata.normalize("NFC", file.read_bytes().decode("utf-8"))
    except OSError as error:
        raise VocabularyError(f"The vocabulary {file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise VocabularyError(f"{file}, line {line}: this is not UTF-8.", "Save the file as UTF-8.") from error
    return _Reader(file, text).vocabulary()


class _Reader:
    """One reading of one file. Every mistake ends it with its line."""

    def __init__(self, file: Path, text: str) -> None:
        self._file, self._text = file, text
        self._seen: dict[str, str] = {}

    def vocabulary(self) -> Vocabulary:
        terms = [term for group, entry in self._document().items() for term in self._group(group, entry)]
        if not terms:  # which is how a file looks that is just being written, too
            raise VocabularyError(
                f"{self._file} has no words: `autotags.enabled = false` is the way to have no auto-tags."
            )
        if len(terms) > MOST_TERMS:
            raise VocabularyError(f"{self._file} has {len(terms):,} terms, and {MOST_TERMS:,} is the most.")
        return Vocabulary(self._file, tuple(terms))

    def _document(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            found = _SYNTAX.match(str(error))
            line = int(found["line"]) if found else self._text.count("\n") + 1
            what = found["what"] if found else "it ends too early"
            raise VocabularyError(f"{self._file}, line {line}: this is not TOML: {what}.") from error

    def _group(self, group: str, entry: Any) -> list[Term]:
        header = rf"^\s*\[\s*[\"']?{re.escape(group)}[\"']?\s*\]"
        self._check_name(group, "a group", header)
        if not isinstance(entry, dict) or not isinstance(entry.get("terms"), list):
            self._wrong(rf"{header}|^\s*{re.escape(group)}\s*=", f"“{group}” must be a table with a list `terms`")
        for key in entry.keys() - {"terms", "prompts"}:
            self._wrong(rf"^\s*[\"']?{re.escape(key)}\b", f"the group “{group}” has an unknown key “{key}”")
        prompts = self._texts(entry, "prompts", group) or PROMPTS
        return [self._term(group, prompts, given) for given in entry["terms"]]

    def _term(self, group: str, prompts: tuple[str, ...], given: Any) -> Term:
        told = {"term": given} if isinstance(given, str) else given
        if not isinstance(told, dict) or not isinstance(told.get("term"), str):
            place = rf"(?<![\w.]){re.escape(str(given))}(?![\w.])"
            self._wrong(place, f"a term of “{group}” must be a word in quotes, or a table with a `term`")
        name = told["term"]
        self._check_name(name, "a term", _quoted(name))
        for key in told.keys() - {"term", "prompts", "synonyms", "threshold"}:
            self._wrong(_quoted(name), f"the term “{name}” has an unknown key “{key}”")
        if name.casefold() in self._seen:
            first = self._seen[name.casefold()]
            where = f"the group “{first}” has it already" if first != group else "it stands there twice"
            self._wrong(_quoted(name), f"the term “{name}” can stand in one place only, and {where}", last=True)
        self._seen[name.casefold()] = group
        words = (name, *self._texts(told, "synonyms", name))
        asked = self._texts(told, "prompts", name) or prompts
        texts = tuple(dict.fromkeys(prompt.replace("{}", word) for prompt in asked for word in words))
        return Term(name, group, texts, self._threshold(told, name))

    def _texts(self, table: dict[str, Any], key: str, owner: str) -> tuple[str, ...]:
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(text, str) and text.strip() for text in found):
            self._wrong(rf"\b{key}\s*=", f"`{key}` of “{owner}” must be a list of texts")
        return tuple(found)

    def _threshold(self, table: dict[str, Any], name: str) -> float | None:
        found = table.get("threshold")
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= 1:
            self._wrong(_quoted(name), f"the threshold of “{name}” must be a number from 0 to 1")
        return float(found)

    def _check_name(self, name: str, what: str, pattern: str) -> None:
        """Names become folders, and are looked for in lower and upper case alike."""
        try:
            fits = component(name) == name and not name.startswith(".")
        except UserError:
            fits = False
        if not fits:
            self._wrong(pattern, f"{what} cannot be called “{name}”, because it becomes a folder")

    def _wrong(self, pattern: str, what: str, *, last: bool = False) -> NoReturn:
        """Raises the mistake with the line where a pattern is found first, or last."""
        found = list(re.finditer(pattern, self._text, re.MULTILINE | re.IGNORECASE))
        place = f"{self._file}"
        if found:
            start = found[-1 if last else 0].start()
            skipped = len(self._text[start:]) - len(self._text[start:].lstrip())
            place += f", line {self._text[: start + skipped].count(chr(10)) + 1}"
        raise VocabularyError(f"{place}: {what}.")


def _quoted(name: str) -> str:
    """Where a text of the file stands in quotes, outside a comment."""
    return rf"(?<=[\"']){re.escape(name)}(?=[\"'])"
