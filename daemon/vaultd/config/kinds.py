"""The kinds of value a configuration key can have.

A kind checks what stands in the TOML file (`check`), reads the same from one line of text (`parse`, for environment
variables and `config set`), and makes the value the program uses (`resolve`). `check` and `parse` raise ValueError with
the end of the sentence "must be ...".
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

TomlValue = str | int | bool | list[str]
Value = TomlValue | Path | tuple[str, ...] | tuple[Path, ...] | None


class Kind(Protocol):
    """One kind of value."""

    @property
    def wanted(self) -> str:
        """What a value must be, as the end of a sentence: 'a whole number from 1 to 8'."""

    def check(self, value: object) -> TomlValue:
        """The value as it may stand in TOML."""

    def parse(self, text: str) -> TomlValue:
        """The value written as text."""

    def resolve(self, value: TomlValue, environ: Mapping[str, str]) -> Value:
        """The value the program uses."""


class _Plain:
    """A kind whose program value is its TOML value."""

    wanted: str

    def resolve(self, value: TomlValue, environ: Mapping[str, str]) -> Value:
        return value


class Text(_Plain):
    """Any text but the empty one."""

    wanted = "a text, not empty"

    def check(self, value: object) -> TomlValue:
        if not isinstance(value, str) or not value:
            raise ValueError(self.wanted)
        return value

    def parse(self, text: str) -> TomlValue:
        return self.check(text)


class Choice(_Plain):
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        self.words = words
        quoted = [f'"{word}"' for word in words]
        self.wanted = f"one of {', '.join(quoted)}" if len(words) > 1 else quoted[0]

    def check(self, value: object) -> TomlValue:
        if not isinstance(value, str) or value not in self.words:
            raise ValueError(self.wanted)
        return value

    def parse(self, text: str) -> TomlValue:
        return self.check(text)


_FLAGS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class Flag(_Plain):
    """Yes or no."""

    wanted = "true or false"

    def check(self, value: object) -> TomlValue:
        if not isinstance(value, bool):
            raise ValueError(self.wanted)
        return value

    def parse(self, text: str) -> TomlValue:
        try:
            return _FLAGS[text.strip().lower()]
        except KeyError:
            raise ValueError(self.wanted) from None


class Whole(_Plain):
    """A whole number within bounds, both included."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most
        self.wanted = f"a whole number from {least} to {most}"

    def check(self, value: object) -> TomlValue:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise ValueError(self.wanted)
        return value

    def parse(self, text: str) -> TomlValue:
        try:
            return self.check(int(text.strip()))
        except ValueError:
            raise ValueError(self.wanted) from None


class Patterns:
    """A list of texts. As text: separated by commas, or a TOML array when one of them holds a comma."""

    wanted = "a list of texts"

    def check(self, value: object) -> TomlValue:
        if not isinstance(value, list):
            raise ValueError(self.wanted)
        texts = [item for item in value if isinstance(item, str) and item]
        if len(texts) != len(value):
            raise ValueError(self.wanted)
        return texts

    def parse(self, text: str) -> TomlValue:
        if not text.lstrip().startswith("["):
            return self.check([item.strip() for item in text.split(",") if item.strip()])
        import tomllib  # only where it is needed: the command line reads the configuration on every start

        try:
            return self.check(tomllib.loads(f"list = {text}").get("list"))
        except tomllib.TOMLDecodeError:
            raise ValueError(self.wanted) from None

    def resolve(self, value: TomlValue, environ: Mapping[str, str]) -> Value:
        return tuple(value) if isinstance(value, list) else ()


class Folder:
    """An absolute path, which may start with `~` or `$XDG_DATA_HOME`; empty only where that has a meaning."""

    def __init__(self, *, empty: bool = False) -> None:
        self.empty = empty
        self.wanted = "an absolute path, or one that starts with ~" + (", or empty" if empty else "")

    def check(self, value: object) -> TomlValue:
        if not isinstance(value, str) or "\0" in value:
            raise ValueError(self.wanted)
        rooted = value.startswith("/") or value.split("/", 1)[0] in ("~", "$XDG_DATA_HOME")
        if not rooted and not (self.empty and value == ""):
            raise ValueError(self.wanted)
        return value

    def parse(self, text: str) -> TomlValue:
        return self.check(text)

    def resolve(self, value: TomlValue, environ: Mapping[str, str]) -> Value:
        first, _, rest = str(value).partition("/")
        if not value:
            return None
        if first == "~":
            return home(environ) / rest
        if first == "$XDG_DATA_HOME":
            return xdg_folder(environ, "XDG_DATA_HOME", ".local/share") / rest
        return Path(str(value))


class Folders(Patterns):
    """A list of absolute paths."""

    wanted = "a list of absolute paths, or of such as start with ~"
    _one = Folder()

    def check(self, value: object) -> TomlValue:
        texts = super().check(value)
        try:
            return [str(self._one.check(text)) for text in texts] if isinstance(texts, list) else texts
        except ValueError:
            raise ValueError(self.wanted) from None

    def resolve(self, value: TomlValue, environ: Mapping[str, str]) -> Value:
        texts = value if isinstance(value, list) else []
        return tuple(path for text in texts if isinstance(path := self._one.resolve(text, environ), Path))


class Origins(Patterns):
    """A list of origins of web pages: scheme, host and port (RFC 6454)."""

    wanted = "a list of origins such as http://localhost:5173"

    def check(self, value: object) -> TomlValue:
        texts = super().check(value)
        if isinstance(texts, list) and not all(_ORIGIN.fullmatch(text) for text in texts):
            raise ValueError(self.wanted)
        return texts


_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?")


def home(environ: Mapping[str, str]) -> Path:
    """The user's home folder, by HOME if it is set."""
    return Path(environ["HOME"]) if environ.get("HOME") else Path.home()


def xdg_folder(environ: Mapping[str, str], variable: str, below_home: str) -> Path:
    """A base folder of the XDG Base Directory Specification 0.8; a relative value is ignored, as it demands."""
    given = Path(environ.get(variable, ""))
    return given if given.is_absolute() else home(environ) / below_home
