"""Whether the stored tokenizer reads texts as the model's own does."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence

from vaultd.models.export.order import ExportError
from vaultd.models.export.sample import TEXTS
from vaultd.models.export.source import Plan
from vaultd.models.export.tokenizer import Words

TRICKY = (
    "", "   spaces   on  both sides ", "tab\tnew\nline\r\nend", "A Photo of a DOG!", "ÉCOLE École e\u0301cole",
    "it's  the dogs' ball, isn't it? WE'LL see they'Re I'M", "l’été à “Nice” — naïve café", "1234 4x4 3.14 ½ ² Ⅳ",
    "日本語のテキスト 犬", "한국어 강아지", "नमस्ते दुनिया", "ภาษาไทย", "привет мир", "مرحبا بالعالم", "Straße ΟΔΟΣ σας",
    "emoji 🐕‍🦺 🎉", "tom &amp; jerry &lt;3 &quot;x&quot; &#39;y&#39; &amp;amp;", "ＦＵＬＬ ｗｉｄｔｈ！", "ﬁne ﬂow",
    "a_b-c.d/e", "$5,000 100% #hashtag @user", "...---...", "C++ & C#", "a\u00a0b\u3000c red\u200bcar", "x" * 300,
    "word " * 100, "’s ‘s", "the quick brown fox jumps over the lazy dog", "IMG_20240131_123456.jpg",
)  # fmt: skip
"""Texts with what cleaning and splitting may trip over."""

Read = Callable[[str], Sequence[int]]


def check_tokens(words: Words, plan: Plan) -> int:
    """How many texts were compared. Raises ExportError with the first that is read otherwise.

    The measure is open_clip's own tokenizer; for one of the hub's, where its library is not installed, the file itself
    behind open_clip's cleaning.
    """
    read, expected = _reader(words), _own(words, plan)
    texts = [*TEXTS, *TRICKY]
    for text in texts:
        if list(read(text)) != list(expected(text)):
            raise ExportError(f"The stored tokenizer reads {text[:40]!r} otherwise than the model's own.")
    return len(texts)


def _reader(words: Words) -> Read:
    """The tokenizer as a pack's engine uses it."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(words.tokenizer.to_str())
    tokenizer.enable_truncation(words.length)
    tokenizer.enable_padding(length=words.length, pad_id=words.pad)
    return lambda text: tokenizer.encode(text).ids


def _own(words: Words, plan: Plan) -> Read:
    """The tokenizer as open_clip uses it."""
    from open_clip.tokenizer import HFTokenizer, SimpleTokenizer, get_clean_fn

    settings = dict(plan.text_config.get("tokenizer_kwargs") or {})
    if words.file is None:
        simple = SimpleTokenizer(context_length=words.length, **settings)
        return lambda text: simple(text)[0].tolist()
    if plan.text_config.get("hf_tokenizer_name") and importlib.util.find_spec("transformers") is not None:
        theirs = HFTokenizer(str(words.file.parent), context_length=words.length, **settings)
        return lambda text: theirs(text)[0].tolist()
    clean = get_clean_fn(words.cleaning) if words.cleaning else str
    plain = _reader(words.without_cleaning())
    return lambda text: plain(clean(text))
