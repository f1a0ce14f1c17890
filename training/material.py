"""What a run is told, and what it learns from and is judged on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tokenizers import Tokenizer

from training.concepts import Concepts, build_concepts, names_of, read_classes, read_labels
from training.photos import Photo, Pixels, decode_all, read_held_out, read_index
from training.sources import choose
from training.tokenizer import train_tokenizer, wordnet_nouns


@dataclass(frozen=True)
class Settings:
    """What a run is told."""

    data: Path
    work: Path
    wordnet: Path | None
    pack: Path
    samples: int
    drawn: int
    rounds: int
    batch_photos: int
    batch_drawn: int
    workers: int
    rate: float
    blend: float
    evaluate_every: int
    side: int
    tower: str
    threads: int
    minutes: float
    sources: list[str]
    imitate: int
    """Samples of the image tower's warm-up; 0 for none."""
    pooled: int
    """Rounds of crops whose features the head learns from; 0 to train the whole tower on pixels."""


@dataclass
class Material:
    """What a run learns from and is judged on."""

    photos: list[Photo]
    pixels: Pixels
    concepts: Concepts
    seen: list[int]
    held_out: list[int]
    tokenizer: Tokenizer
    names: list[str] = field(default_factory=list)


def prepare(settings: Settings) -> Material:
    """Reads the data folder, honouring the split and the chosen sources."""
    photos = read_index(settings.data)
    away = read_held_out()
    chosen = [r for r, p in enumerate(photos) if choose(settings.sources, p.source)]
    seen = [r for r in chosen if photos[r].file not in away]
    held_out = [r for r, p in enumerate(photos) if p.file in away]
    concepts = build_concepts(settings.data, photos, seen)
    wnids, classes = read_classes(settings.data)
    labels = read_labels()
    names = [next(iter(names_of(p, wnids, classes, labels)), "") for p in photos]
    tokenizer = _tokenizer(settings, concepts, [photos[r] for r in seen])
    return Material(
        photos, decode_all(settings.data, settings.work, photos), concepts, seen, held_out, tokenizer, names
    )


def _tokenizer(settings: Settings, concepts: Concepts, photos: Sequence[Photo]) -> Tokenizer:
    """The run's tokenizer, trained at its first start and kept."""
    path = settings.work / "tokenizer.json"
    if not path.exists():
        corpus = [c for p in photos for c in p.captions] + concepts.names * 8
        corpus += list(wordnet_nouns(settings.wordnet))
        train_tokenizer(corpus).save(str(path))
    return Tokenizer.from_file(str(path))
