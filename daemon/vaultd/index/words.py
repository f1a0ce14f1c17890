"""Text to the words it is searched by. The same for what is indexed and for what is asked.

Case and accents are folded. A word is a run of letters and digits, whatever the script; in scripts that are written
without spaces (Chinese, Japanese, Korean) every character is one, so that any part of a text is found as a phrase.
"""

from __future__ import annotations

import re
import unicodedata

# Kana, Bopomofo, Han with its extensions and compatibility forms, Hangul syllables.
_UNSPACED = (
    "\u3041-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003134f"
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
# The voicing marks of kana tell letters apart; they are no accents.
_VOICING = "\u3099\u309a"


def words_of(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(folded(text))


def folded(text: str) -> str:
    """A text without what sets apart upper and lower case and accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in apart if c in _VOICING or unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFC", bare)
