"""A model's tokenizer as one file of the `tokenizers` library, which the default install reads.

open_clip cleans a text in Python before it is tokenized (ftfy, HTML entities, white space, case); here the same is said
in the file's normalizer, so that no cleaning code must travel with the pack. ftfy's repair of text that was decoded
wrongly cannot be said there: such a query is searched as it stands.
"""

from __future__ import annotations

import json
import string
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from vaultd.models.export.hubcache import cached_repository
from vaultd.models.export.order import ExportError
from vaultd.models.export.source import Plan

Cleaning = Literal["lower", "whitespace", "canonicalize"]
FILE = "tokenizer.json"
_START, _END = "<start_of_text>", "<end_of_text>"
# The words of CLIP's tokenizer: contractions, runs of letters, single digits, runs of anything else but space.
_WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+"
_ENTITIES = {"&quot;": '"', "&#39;": "'", "&apos;": "'", "&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&amp;": "&"}
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ſt", "ﬆ": "st", "Ĳ": "IJ", "ĳ": "ij"}


@dataclass(frozen=True)
class Words:
    """A tokenizer and what fills a text up to the context length.

    `cleaning`: what open_clip does before it. `plain`: the tokenizer without that. `file`: where it came from, None for
    CLIP's own.
    """

    tokenizer: Tokenizer
    pad: int
    length: int
    cleaning: Cleaning | None
    file: Path | None = None
    plain: Tokenizer | None = None

    def without_cleaning(self) -> Words:
        """The tokenizer as its file has it."""
        return replace(self, tokenizer=self.plain or self.tokenizer)


def load_words(plan: Plan, given: Path | None) -> Words:
    """The tokenizer of a model. `given` is a tokenizer.json, or a folder with one, that goes before any other.

    Raises ExportError where it is not at hand, does not fit the text tower, or pads in a way packs do not know.
    """
    config = plan.text_config
    length = int(config.get("context_length", 77))
    settings = dict(config.get("tokenizer_kwargs") or {})
    name = str(config.get("hf_tokenizer_name") or "")
    if config.get("tokenizer_mode"):
        raise ExportError(f"Tokenizers of the mode {config['tokenizer_mode']!r} cannot be stored in a pack.")
    if given is None and not name:
        words = Words(_clip_tokenizer(settings.get("clean", "lower")), 0, length, settings.get("clean", "lower"))
    else:
        path = _file(given or _beside(plan) or cached_repository(name))
        cleaning = settings.get("clean", "whitespace" if name else None)
        plain, tokenizer = (
            _of_file(path, before, strip_separator=bool(settings.get("strip_sep_token"))) for before in (None, cleaning)
        )
        words = Words(tokenizer, _padding(path, tokenizer, config), length, cleaning, path, plain)
    _check_vocabulary(words, int(config.get("vocab_size") or 0))
    return words


def _clip_tokenizer(cleaning: Cleaning) -> Tokenizer:
    """CLIP's byte-level BPE, from the vocabulary that open_clip brings along."""
    from open_clip.tokenizer import SimpleTokenizer

    simple = SimpleTokenizer()
    merges = sorted(simple.bpe_ranks, key=simple.bpe_ranks.__getitem__)
    tokenizer = Tokenizer(models.BPE(simple.encoder, merges, end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence(_cleaning(cleaning))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])  # fmt: skip
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in (_START, _END)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{_START} $A {_END}", special_tokens=[(t, simple.encoder[t]) for t in (_START, _END)]
    )
    return tokenizer


def _of_file(path: Path, cleaning: Cleaning | None, *, strip_separator: bool) -> Tokenizer:
    """A tokenizer of the hub's library, behind open_clip's cleaning."""
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library's errors are plain Exceptions
        raise ExportError(f"The tokenizer {path} cannot be read: {error}.") from error
    own = [tokenizer.normalizer] if tokenizer.normalizer is not None else []
    if cleaning is not None:
        tokenizer.normalizer = normalizers.Sequence([*_cleaning(cleaning), *own])
    tokenizer.no_truncation()
    tokenizer.no_padding()
    _end_as_configured(tokenizer, _settings(path), strip_separator=strip_separator)
    return tokenizer


def _end_as_configured(tokenizer: Tokenizer, settings: dict[str, Any], *, strip_separator: bool) -> None:
    """Adds the marks around a text that are set beside the file and not in it."""
    template, special = ["$A"], []
    for flag, key, place in (("add_bos_token", "bos_token", 0), ("add_eos_token", "eos_token", len(template))):
        token = _content(settings.get(key))
        if settings.get(flag) and token:
            template.insert(place if place == 0 else len(template), token)
            special.append((token, tokenizer.token_to_id(token)))
    wanted = [tokenizer.token_to_id(token) for token in template if token != "$A"]
    if special and not set(wanted) <= set(tokenizer.encode("a").ids):
        tokenizer.post_processor = processors.TemplateProcessing(single=" ".join(template), special_tokens=special)
    if strip_separator:
        first, blank = tokenizer.encode("a").tokens[0], tokenizer.id_to_token(0)
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{first} $A {blank}", special_tokens=[(first, tokenizer.token_to_id(first)), (blank, 0)]
        )


def _cleaning(kind: Cleaning) -> list[normalizers.Normalizer]:
    """open_clip's cleaning of a text, step for step: ftfy's, HTML's twice, then the tokenizer's own."""
    replacements = {chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)} | _LIGATURES
    steps: list[normalizers.Normalizer] = []
    steps += [normalizers.Replace(entity, meant) for _ in range(2) for entity, meant in _ENTITIES.items()]
    steps += [normalizers.Replace(character, meant) for character, meant in replacements.items()]
    steps += [
        normalizers.Replace(Regex("[\u02bc\u2018-\u201b]"), "'"),
        normalizers.Replace(Regex("[\u201c-\u201f]"), '"'),
        normalizers.Replace(Regex(r"\x1b\[[0-9;]*[a-zA-Z]"), ""),
        normalizers.Replace(Regex(r"[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]"), ""),
        normalizers.NFC(),
    ]
    if kind == "canonicalize":
        steps += [normalizers.Replace("_", " "), normalizers.Replace(Regex(_any_of(string.punctuation)), "")]
    if kind != "whitespace":
        # Python gives a sigma at a word's end its own small letter, this library does not.
        steps += [normalizers.Replace(Regex(r"(?<=\p{L})Σ(?!\p{L})"), "ς"), normalizers.Lowercase()]
    return [*steps, normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]


def _any_of(characters: str) -> str:
    return "[" + "".join("\\" + character for character in characters) + "]"


def _beside(plan: Plan) -> Path | None:
    """The folder of the configuration, if a tokenizer lies in it."""
    return plan.beside if plan.beside is not None and (plan.beside / FILE).is_file() else None


def _file(place: Path) -> Path:
    path = place / FILE if place.is_dir() else place
    if not path.is_file():
        raise ExportError(f"There is no {path}.", "Name the model's tokenizer.json with --tokenizer.")
    return path


def _padding(path: Path, tokenizer: Tokenizer, config: dict[str, Any]) -> int:
    """The token that fills a text, by the model's configuration, the tokenizer's file, or the settings beside it."""
    if "pad_id" in config:
        return int(config["pad_id"])
    inside = (json.loads(path.read_text(encoding="utf-8")) or {}).get("padding")
    if inside:
        return int(inside["pad_id"])
    token = _content(_settings(path).get("pad_token"))
    found = tokenizer.token_to_id(token) if token else None
    if found is None:
        raise ExportError(
            f"{path} does not say which token fills a short text.", "Put the model's tokenizer_config.json beside it."
        )
    return int(found)


def _settings(path: Path) -> dict[str, Any]:
    """The tokenizer_config.json beside a tokenizer's file, if there is one."""
    beside = path.with_name("tokenizer_config.json")
    settings: dict[str, Any] = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else {}
    return settings


def _content(token: Any) -> str:
    """A token's text, which the hub's files give bare or in an object."""
    return str(token.get("content", "")) if isinstance(token, dict) else str(token or "")


def _check_vocabulary(words: Words, size: int) -> None:
    """Raises ExportError if the tokenizer can say a token that the text tower has no row for."""
    highest = max(words.tokenizer.get_vocab().values(), default=0)
    if size and highest >= size:
        raise ExportError(
            f"The tokenizer has {highest + 1} tokens, but the text tower only {size}.",
            "Name the model's own tokenizer.json with --tokenizer.",
        )
