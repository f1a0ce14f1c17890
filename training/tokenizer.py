"""The compact tokenizer: byte-pair pieces learnt from WordNet's nouns, the captions and the names of all concepts."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

CONTEXT = 24
VOCABULARY = 8192
PAD, START, END = 0, 1, 2
SPECIAL = {"[PAD]": PAD, "[START]": START, "[END]": END}


def wordnet_nouns(wordnet: Path | None) -> Iterator[str]:
    """The nouns of WordNet's index.noun (format: wndb(5WN)), each as often as it has senses; none without WordNet."""
    if wordnet is None:
        return
    with (wordnet / "index.noun").open(encoding="ascii") as file:
        for line in file:
            if not line.startswith("  "):
                lemma, _, senses = line.split()[:3]
                yield from [lemma.replace("_", " ")] * int(senses)


def train_tokenizer(corpus: Iterable[str]) -> Tokenizer:
    """A lower-casing byte-level tokenizer: whatever is typed has tokens, and nothing is unknown."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase(), normalizers.Strip()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[START] $A [END]", special_tokens=[(name, SPECIAL[name]) for name in ("[START]", "[END]")]
    )
    tokenizer.enable_truncation(CONTEXT)
    tokenizer.enable_padding(pad_id=PAD, pad_token="[PAD]")
    return tokenizer


def words(text: str) -> list[str]:
    """The lower-case words of a caption."""
    return re.findall(r"[a-z]+", text.lower())
