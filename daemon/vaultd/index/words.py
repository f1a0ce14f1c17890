"""Text to the words it is searched by. The same for what is indexed and for what is asked.

Case, accents and the width and style of letters are folded, digits of every script are those of ASCII. A word is a run
of letters, digits and the marks that belong to them, whatever the script. In scripts that are written without spaces
(Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese …) every character is a word, so that any part of a text is found
as a phrase; so is every emoji and other picture sign.
"""

from __future__ import annotations

import re
import unicodedata

VERSION = f"2 {unicodedata.unidata_version}"
"""Of these rules and of the Unicode data behind them: what was indexed by another version must be indexed again."""

# Thai to Tibetan's neighbours, Hangul, Kana, Bopomofo, Han with its marks, extensions and compatibility forms. Korean
# has spaces, but its particles stick to the word: 서울에서 is “in 서울”.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf"
    "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"
    "\u3005-\u3007\u3021-\u302f\u3031-\u3035\u303b\u303c\u3041-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U0001aff0-\U0001b16f\U00020000-\U000323af]"
)
_ASCII_WORD = re.compile("[a-z0-9]+")
# Latin letters that Unicode does not take apart, as people without them on the keyboard write them.
_LETTERS = {"ı": "i", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
_ZERO_WIDTH_SPACE = "\u200b"
_NO_SIGNS = "\xa6\xa9\xae\xb0\u0482\ufffc\ufffd"
"""Signs in name only: they belong to what they stand at, or stand for what could not be read."""
# Within a Persian word a non-joiner stands where others write a space; in other scripts it only shapes letters.
_PERSIAN_SPACE = re.compile("(?<=[\u0600-\u06ff])\u200c")


def words_of(text: str) -> list[str]:
    """The folded words of a text, in order."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return folded(text).translate(_APART).split()


def folded(text: str) -> str:
    """A text without what sets apart upper and lower case, accents, and other forms of the same letters."""
    if text.isascii():
        return text.lower()
    # Capitals may stand within a compatibility form (™) and only then be seen (Unicode, NFKC_Casefold).
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", _PERSIAN_SPACE.sub(" ", plain).translate(_BARE))


class _Bare(dict[int, str]):
    """A letter to the same without its accents; each is thought about once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = _LETTERS.get(character, _bare(character))
        return self[code]


class _Apart(dict[int, str]):
    """A folded character to what takes its place where a text is cut into words at white space."""

    def __missing__(self, code: int) -> str:
        self[code] = _apart(chr(code))
        return self[code]


_BARE, _APART = _Bare(), _Apart()


def _bare(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category in ("Cf", "Me") or _is_variation(character):
        return _ZERO_WIDTH_SPACE if character == _ZERO_WIDTH_SPACE else ""
    return "" if _is_accent(character) else character


def _is_accent(character: str) -> bool:
    """Whether a mark may be left out, as its class tells (Unicode Standard Annex 44, table 15).

    Those at fixed places about a letter are accents (from 200 on), over it (1), or the points of Hebrew, Arabic and
    Syriac (10 to 36). The others are letters of their scripts: vowels of India and Thailand, the voicing of kana.
    """
    place = unicodedata.combining(character)
    return place == 1 or 10 <= place <= 36 or place >= 200


def _is_variation(character: str) -> bool:
    """Whether it only chooses among the looks of the sign before it: variation selectors, tones of skin."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef" or "🏻" <= character <= "🏿"


def _apart(character: str) -> str:
    category = unicodedata.category(character)
    if _UNSPACED.match(character) or (category == "So" and character not in _NO_SIGNS):
        return f" {character} "
    return character if category[0] in "LNM" else " "
