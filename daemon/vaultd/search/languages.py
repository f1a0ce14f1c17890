"""What a model cannot read of a query, said to whoever asked: names and tags are found in every language, meaning only
in the model's own.

A script that none of its languages is written in can be told for certain. Of words in its own script nobody knows what
language they are of, so that is only offered as a reason where nothing was found and the words are strange to the
model's tokenizer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tokenizers import Tokenizer

from vaultd.models.hub.curated import curated
from vaultd.models.pack import Pack
from vaultd.query import Sum, Words
from vaultd.search.finding import Finder
from vaultd.search.fuse import Found
from vaultd.search.vectors import Leaf
from vaultd.search.writing import Asked

MANY = "mul"
_MOST_SHOWN = 40
_NO_SCRIPT = frozenset({"MODIFIER"})

_KANA = frozenset({"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
_HAN = frozenset({"CJK", "IDEOGRAPHIC"})
_SCRIPTS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "kk", "ky", "mn", "tg"), frozenset({"CYRILLIC"})),
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ug", "sd"), frozenset({"ARABIC"})),
    **dict.fromkeys(("hi", "mr", "ne"), frozenset({"DEVANAGARI"})),
    **dict.fromkeys(("he", "yi"), frozenset({"HEBREW"})),
    "sr": frozenset({"CYRILLIC", "LATIN"}),
    "el": frozenset({"GREEK"}),
    "hy": frozenset({"ARMENIAN"}),
    "ka": frozenset({"GEORGIAN"}),
    "am": frozenset({"ETHIOPIC"}),
    "bn": frozenset({"BENGALI"}),
    "gu": frozenset({"GUJARATI"}),
    "pa": frozenset({"GURMUKHI", "ARABIC"}),
    "ta": frozenset({"TAMIL"}),
    "te": frozenset({"TELUGU"}),
    "kn": frozenset({"KANNADA"}),
    "ml": frozenset({"MALAYALAM"}),
    "si": frozenset({"SINHALA"}),
    "th": frozenset({"THAI"}),
    "lo": frozenset({"LAO"}),
    "km": frozenset({"KHMER"}),
    "my": frozenset({"MYANMAR"}),
    "zh": _HAN | {"BOPOMOFO"},
    "ja": _HAN | _KANA,
    "ko": _HAN | {"HANGUL"},
}
"""What languages are written in, by the first word of the Unicode names of their letters; all others in Latin ones."""

_LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch", "pl": "Polish", "ru": "Russian", "tr": "Turkish", "ar": "Arabic", "zh": "Chinese",
    "ja": "Japanese", "ko": "Korean", "hi": "Hindi",
}  # fmt: skip
_CALLED = {**dict.fromkeys(_HAN, "Chinese characters"), "HANGUL": "Korean", **dict.fromkeys(_KANA, "Japanese")}


class _Reader(NamedTuple):
    """A pack's tokenizer, and the id of what it cannot write (None if it can write anything)."""

    tokenizer: Tokenizer
    unknown: int | None


def notes(finder: Finder, found: Mapping[tuple[Leaf, bool], Found]) -> tuple[str, ...]:
    """A sentence for what of these parts of a query, and what they found, the model cannot read; often none.

    Of a model that names no languages, or such as have no code of two letters (`mul` is one), nothing can be said.
    """
    pack = finder.meaning.pack
    languages = pack.manifest.languages
    if finder.only == "text" or not languages or any(len(language) != 2 for language in languages):
        return ()
    asked = [words for leaf, _ in found for words in _words(leaf)]
    told = [note for words in asked for note in _of_script(finder, pack, words)]
    if not told and not any(len(one.images) for one in found.values()):
        told = list(_of_strange(finder, pack, asked))
    return tuple(dict.fromkeys(told))


def _words(leaf: Leaf) -> Iterator[Words]:
    """What of a part is plain words."""
    parts = [term.part for term in leaf.terms] if isinstance(leaf, Sum) else [leaf]
    yield from (part for part in parts if isinstance(part, Words))


def _of_script(finder: Finder, pack: Pack, words: Words) -> Iterator[str]:
    """What there is to say of the script of some words."""
    asked = finder.asked(words)
    scripts = {one: foreign_script(one.text, pack.manifest.languages) or _sign(pack, one.text) for one in asked}
    unread = {one.text: script for one, script in scripts.items() if script and not _is_written(finder, one)}
    if unread:
        yield (
            f"{_model(pack)}, not {' or '.join(dict.fromkeys(unread.values()))}: {_shown(unread)}"
            f" can only be found where it is written; {_elsewhere()}"
        )


def _of_strange(finder: Finder, pack: Pack, parts: list[Words]) -> Iterator[str]:
    """One sentence for the words of a query that found nothing, where at least half of a part's are strange."""
    strange = list[str]()
    for words in parts:
        some = [one.text for one in finder.asked(words) if is_strange(pack, one.text) and not _is_written(finder, one)]
        strange += some if 2 * len(some) >= len(words.words) else []
    if strange:
        yield (
            f"nothing is written {_shown(dict.fromkeys(strange))}, and {_model(pack)}: is it spelt so?"
            f" For other languages, {_elsewhere()}"
        )


def foreign_script(text: str, languages: tuple[str, ...]) -> str:
    """What the script of a text is called if it is of none of these languages (ISO 639), '' if it is of one.

    A text is foreign if any of its letters is, for a word in two scripts is read by nobody who knows only one.
    """
    known = frozenset[str]().union(*(_SCRIPTS.get(language, frozenset({"LATIN"})) for language in languages))
    for letter in unicodedata.normalize("NFKC", text):
        if unicodedata.category(letter)[0] == "L":
            script = unicodedata.name(letter, "unknown letters").partition(" ")[0]
            if script not in known and script not in _NO_SCRIPT:
                return _CALLED.get(script, script.title())
    return ""


def is_strange(pack: Pack, word: str) -> bool:
    """Whether a model has no token of its own for a word, but must spell it in pieces, or cannot write it at all."""
    pieces, unknown = _pieces(pack, word)
    return len(pieces) > 1 or unknown in pieces


def is_unreadable(pack: Pack, word: str) -> bool:
    """Whether a model's tokenizer knows no part of a word: it writes all of it as unknown, or signs byte by byte."""
    pieces, unknown = _pieces(pack, word)
    signs = not word.isascii() and not any(map(str.isalpha, word))
    in_bytes = signs and len(pieces) >= len(word.encode())
    return bool(pieces) and (in_bytes or set(pieces) == {unknown})


def _sign(pack: Pack, word: str) -> str:
    return "such signs" if is_unreadable(pack, word) else ""


def _pieces(pack: Pack, word: str) -> tuple[list[int], int | None]:
    """The tokens of a word, and the one that stands for what the tokenizer cannot write, if there is one."""
    reader = _reader(pack.tokenizer, pack.manifest.revision)
    if reader is None:
        return [], None
    return reader.tokenizer.encode(word, add_special_tokens=False).ids, reader.unknown


def _is_written(finder: Finder, asked: Asked) -> bool:
    return len(finder.texts.search([asked.sought], 1)[0]) > 0


@lru_cache(maxsize=2)
def _reader(path: Path, revision: str) -> _Reader | None:
    """The tokenizer of a pack of this revision, None for one that has none."""
    if not path.is_file():
        return None
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    unknown = getattr(tokenizer.model, "unk_token", None)
    return _Reader(tokenizer, tokenizer.token_to_id(unknown) if unknown else None)


def _model(pack: Pack) -> str:
    languages = " and ".join(_LANGUAGES.get(code, f"“{code}”") for code in pack.manifest.languages)
    return f"the model {pack.manifest.name} understands {languages}"


def _shown(words: Iterable[str]) -> str:
    text = " ".join(words)
    return f"“{text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + '…'}”"


def _elsewhere() -> str:
    """How to come by a model of many languages."""
    model = next(model for model in curated() if MANY in model.languages)
    return f"{model.name} reads many: `vvault model pull {model.role}`"
