"""What the tagger follows at one time: a vocabulary, a model and the settings, and the scoring made of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

import msgspec

from vaultd.autotags.scoring import Scoring, Vectors, prepare
from vaultd.autotags.vocabulary import Vocabulary
from vaultd.catalog.autotags import Word
from vaultd.catalog.models import Model
from vaultd.config.definition import AutoTags as Settings
from vaultd.models.encoder import TextEncoder
from vaultd.models.manifest import Manifest
from vaultd.models.pack import Pack

VERSION = 1
"""Raised when the same vocabulary, model and settings would give other tags than before."""


class Answering(Protocol):
    """The model that answers, as whoever switches models has it."""

    @property
    def model(self) -> Model: ...
    @property
    def pack(self) -> Pack: ...
    @property
    def text(self) -> TextEncoder: ...


@dataclass(frozen=True)
class Plan:
    """`name` stands for everything that the tags depend on: two plans of one name give the same tags.

    `scoring` is None where no picture has tags, because tagging is off.
    """

    name: str
    model: Model
    words: tuple[Word, ...]
    scoring: Scoring | None

    def tags(self, pictures: Vectors) -> list[dict[Word, float]]:
        """The words of each picture with their scores, for vectors [pictures, dimension]."""
        if self.scoring is None or not self.words:
            return [{} for _ in pictures]
        scores = self.scoring.scores(pictures)
        found: list[dict[Word, float]] = [{} for _ in pictures]
        rows, terms = self.scoring.accepted(scores).nonzero()
        for row, term, score in zip(rows.tolist(), terms.tolist(), scores[rows, terms].tolist(), strict=True):
            found[row][self.words[term]] = score
        return found


def name_of(settings: Settings, vocabulary: Vocabulary, manifest: Manifest, model: Model) -> str:
    """The name of the plan made of these."""
    terms = [(term.group, term.name, term.texts, term.threshold) for term in vocabulary.terms]
    told = [VERSION, settings.level, settings.most, terms, model.id, model.title, manifest.auto_tags]
    return hashlib.blake2b(msgspec.json.encode(told), digest_size=16).hexdigest()


def made(settings: Settings, vocabulary: Vocabulary, vectors: Vectors, pack: Pack, model: Model) -> Plan:
    """The plan of a vocabulary whose terms have these vectors, [terms, dimension]."""
    manifest = pack.manifest
    scoring = prepare(
        vocabulary.names,
        vectors,
        pack.background,
        (manifest.logit_scale, manifest.logit_bias),
        manifest.auto_tags,
        settings.level,
        settings.most,
        vocabulary.thresholds,
    )
    words = tuple(Word(term.group, term.name) for term in vocabulary.terms)
    return Plan(name_of(settings, vocabulary, manifest, model), model, words, scoring)


def none(name: str, model: Model) -> Plan:
    """The plan that no picture has tags."""
    return Plan(name, model, (), None)
