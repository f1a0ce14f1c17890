"""An open_clip model becomes a pack: the way through.

Everything is made in a hidden folder beside the target, which takes the target's name when the pack in it has been
read back and found whole. One tower is in the works at a time.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from vaultd import extras
from vaultd.models.export.agreement import top_agreement, worst_cosine
from vaultd.models.export.cut import levels, nonsense_texts
from vaultd.models.export.describing import described, drafted, store_weights
from vaultd.models.export.order import Exported, ExportError, Order, Say
from vaultd.models.export.place import in_place, need_space
from vaultd.models.export.sample import PARITY, TEXTS, Sample, sample_of
from vaultd.models.export.trial import TOP10_INT8, OnnxTower, Tower, Trial, Vectors, try_model, try_preprocessing
from vaultd.models.manifest import Agreement, Manifest, Towers
from vaultd.models.onnx import OnnxImageEncoder, OnnxTextEncoder
from vaultd.models.pack import BACKGROUND, TOKENIZER, Pack, load_pack
from vaultd.models.tokens import PackTokenizer

if TYPE_CHECKING:
    from vaultd.models.export.source import Source

NEEDED = ("torch", "torchvision", "open_clip", "onnx")
TOWERS: tuple[Tower, ...] = ("image", "text")
SMALLER = 0.75
"""The share of its size in float32 that an int8 tower may have to be worth what it loses; convolutions stay larger."""


def check_installed() -> None:
    """Raises ExportError with the command that installs it where something of the extra is missing. Imports nothing."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ExportError(
            f"Exporting a model needs {', '.join(missing)}, which the default install leaves out.",
            f"Install the extra: `{extras.command('torch')}` (docs/models.md has the smaller CPU-only way).",
        )


def export(order: Order, say: Say) -> Exported:
    """Makes the pack. Raises ExportError, Conflict, DiskFull or PackError with a sentence, and leaves nothing then."""
    check_installed()
    with in_place(order.target, replace=order.replace) as folder:
        work = folder / ".work"
        work.mkdir()
        return _Export(order, folder, work, sample_of(order.images), say).run()


@dataclass
class _Stored:
    """A tower as the pack will have it, and how it answers on the trial."""

    path: Path
    vectors: Vectors
    precision: str


class _Export:
    """One export, in its hidden folder."""

    def __init__(self, order: Order, folder: Path, work: Path, sample: Sample, say: Say) -> None:
        self._order = order
        self._folder = folder
        self._work = work
        self._sample = sample
        self._say = say
        self._notes: list[str] = []

    def run(self) -> Exported:
        source, draft = self._prepared()
        trial = self._tried(source, draft)
        preprocessing = try_preprocessing(source.model, _transform(source), trial, self._sample)
        plain = {tower: self._written(source.model, tower, trial) for tower in TOWERS}
        agreed = trial.check_ranking({tower: stored.vectors for tower, stored in plain.items()})
        self._say(f"Both towers answer as in torch; {agreed:.1%} of the first ten pictures are the same.")
        del source.model
        stored = {tower: self._chosen(tower, plain, trial) for tower in TOWERS}
        for tower in TOWERS:
            self._keep(tower, stored[tower])
        agreement = self._agreement(trial, plain, stored, preprocessing)
        return self._finished(draft, agreement, stored)

    def _prepared(self) -> tuple[Source, Manifest]:
        """The model, its tokenizer stored, and what is known of the pack before anything was measured."""
        from vaultd.models.export.source import build_source, plan_source
        from vaultd.models.export.tokenizer import load_words
        from vaultd.models.export.tokenparity import check_tokens

        order = self._order
        self._say(f"Building {order.architecture} ...")
        plan = plan_source(order)
        self._notes += plan.notes
        words = load_words(plan, order.tokenizer)
        words.tokenizer.save(str(self._folder / TOKENIZER))
        check_tokens(words, plan)
        source = build_source(plan, order.architecture, self._work)
        size = sum(weight.numel() for weight in source.model.parameters()) * 4
        need_space(self._folder, 3 * size + size * order.keep_torch)
        draft = drafted(order, plan, source, words, photographs=self._sample.photographs)
        if order.keep_torch:
            draft = msgspec.structs.replace(draft, torch=store_weights(plan, source, self._folder))
        return source, draft

    def _tried(self, source: Source, draft: Manifest) -> Trial:
        """What torch answers."""
        from vaultd.models.export.towers import any_length

        kind = "pictures" if self._sample.photographs else "drawn pictures"
        self._say(f"Asking torch about {PARITY} {kind} and {PARITY} texts ...")
        tokenizer = PackTokenizer(Pack(self._folder, draft))
        trial = try_model(source.model, draft, self._sample, tokenizer.tokens(TEXTS))
        if any_length(source.model):
            trial.tokens = tokenizer.tokens(TEXTS, whole=False)
        return trial

    def _written(self, model: Any, tower: Tower, trial: Trial) -> _Stored:
        """A tower in float32 that answers as torch does."""
        from vaultd.models.export.towers import reparameterise, write_tower

        self._say(f"Writing the {tower} tower ...")
        if tower == "image":
            reparameterise(model)
        path = self._work / f"{tower}.onnx"
        write_tower(model, tower, trial.feed(tower)[:2], path)
        vectors = OnnxTower(path).embed(trial.feed(tower))
        trial.check(tower, vectors)
        return _Stored(path, vectors, "fp32")

    def _chosen(self, tower: Tower, plain: dict[Tower, _Stored], trial: Trial) -> _Stored:
        """The tower in int8 where that is wanted, answers alike, is no slower and clearly smaller; else as it was."""
        if self._order.precision == "fp32":
            return plain[tower]
        from vaultd.models.export.quantise import quantise

        self._say(f"Trying the {tower} tower in int8 ...")
        path = self._work / f"{tower}.int8.onnx"
        quantise(plain[tower].path, path)
        narrow = OnnxTower(path)
        vectors = narrow.embed(trial.feed(tower))
        answers = {name: stored.vectors for name, stored in plain.items()} | {tower: vectors}
        agreement = top_agreement(plain["text"].vectors, answers["text"], plain["image"].vectors, answers["image"])
        some = trial.feed(tower)[: 4 if tower == "image" else 1]
        gain = OnnxTower(plain[tower].path).seconds(some) / narrow.seconds(some)
        size = _size(path) / _size(plain[tower].path)
        figures = (
            f"{agreement:.1%} of the first ten pictures are the same, {gain:.1f} times as fast, {size:.0%} the size"
        )
        if self._order.precision == "int8" and agreement < TOP10_INT8:
            raise ExportError(f"The {tower} tower does not bear int8: {figures}.", "Use --precision auto or fp32.")
        worth = gain >= 1 and size <= SMALLER
        kept = agreement >= TOP10_INT8 and (worth or self._order.precision == "int8")
        self._say(f"The {tower} tower {'becomes int8' if kept else 'stays float32'}: in int8 {figures}.")
        return _Stored(path, vectors, "int8") if kept else plain[tower]

    def _keep(self, tower: Tower, stored: _Stored) -> None:
        """Moves a tower's files from the work folder into the pack."""
        from vaultd.models.export.towers import move

        move(stored.path, self._folder / f"{tower}.onnx")

    def _agreement(
        self, trial: Trial, plain: dict[Tower, _Stored], stored: dict[Tower, _Stored], preprocessing: float
    ) -> Agreement:
        """What the pack promises, measured on what it stores."""
        found = {tower: stored[tower].vectors for tower in TOWERS}
        return Agreement(
            pictures=len(trial.pixels),
            photographs=self._sample.photographs,
            image_cosine=round(worst_cosine(trial.image, found["image"][: len(trial.image)]), 6),
            text_cosine=round(worst_cosine(trial.text, found["text"]), 6),
            preprocess_cosine=round(preprocessing, 6),
            top10=round(top_agreement(plain["text"].vectors, found["text"], plain["image"].vectors, found["image"]), 4),
        )

    def _finished(self, draft: Manifest, agreement: Agreement, stored: dict[Tower, _Stored]) -> Exported:
        """The background sample, the cut, and the manifest last of all."""
        self._say("Finding what counts as a match ...")
        pack, threads = Pack(self._folder, draft), len(os.sched_getaffinity(0))
        image = OnnxImageEncoder(pack, threads)
        background = np.concatenate([image.embed(batch) for batch in self._sample.batches(draft)])
        image.unload()
        np.save(self._folder / BACKGROUND, background.astype(np.float16))
        nonsense = OnnxTextEncoder(pack, threads).embed(nonsense_texts())
        precision = msgspec.convert({tower: stored[tower].precision for tower in TOWERS}, Towers)
        cut = levels(nonsense, background, draft.logit_scale, draft.logit_bias)
        shutil.rmtree(self._work)
        manifest = described(
            self._folder, msgspec.structs.replace(draft, cut=cut, precision=precision, agreement=agreement)
        )
        load_pack(self._folder)
        size = sum(path.stat().st_size for path in self._folder.iterdir())
        return Exported(self._order.target, manifest, agreement, size, self._notes)


def _transform(source: Source) -> Any:
    """open_clip's own preparation of a picture."""
    from open_clip.transform import PreprocessCfg, image_transform_v2

    return image_transform_v2(PreprocessCfg(**source.preprocess), is_train=False)


def _size(tower: Path) -> int:
    """Bytes of a tower's files."""
    from vaultd.models.export.towers import files_of

    return sum(file.stat().st_size for file in files_of(tower))
