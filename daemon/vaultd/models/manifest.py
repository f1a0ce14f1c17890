"""What a pack's manifest.json holds, and how it is read. The whole format is described in `vaultd.models.pack`.

The bounds are those of sense, not of today's models: a number outside them would only fail later, in a worker, as
memory that cannot be had or as vectors that are no numbers.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from vaultipc.errors import UserError

FORMAT = 2
MANIFEST = "manifest.json"

Precision = Literal["fp32", "fp16", "int8"]

# A name becomes a folder's, and a file's name must not lead out of the pack's folder.
_Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z", max_length=100)]
_Text = Annotated[str, msgspec.Meta(max_length=500)]
_Side = Annotated[int, msgspec.Meta(ge=1, le=4096)]
_Count = Annotated[int, msgspec.Meta(ge=1, le=65536)]
_Mean = Annotated[float, msgspec.Meta(ge=-10, le=10)]
_Std = Annotated[float, msgspec.Meta(ge=1e-3, le=10)]
_Logit = Annotated[float, msgspec.Meta(ge=-1e4, le=1e4)]
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class PackError(UserError):
    """The pack cannot be used; the sentence says which file of which folder and why."""


class CutLevel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a picture counts as a match of a query, at one level of strictness: every condition must hold.

    `z`: the similarity is at least the mean plus z standard deviations of the query's similarities to the background.
    `similarity`: the similarity is at least this.
    `probability`: what the model itself gives a match at this similarity; 0 where it cannot say (no logit bias).
    `reach`: the similarity is at least this share of the way from that mean to the highest hundredth of those
    similarities.
    """

    z: _Logit
    similarity: _Logit
    probability: _Share
    reach: Annotated[float, msgspec.Meta(ge=0, le=2)] = 0.0


class CutLevels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The levels of a cut for one kind of query. A stricter one must not ask for less than a looser one."""

    strict: CutLevel
    default: CutLevel
    loose: CutLevel


class Vague(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much more is asked of words that the model hardly understands.

    Such words lie near the direction that meaningless texts have (`vaultd.models.nonsense`): for a cosine to it beyond
    `start`, `slope` times the difference is added to the cut, at every level.
    """

    start: Annotated[float, msgspec.Meta(ge=-1, le=1)]
    slope: Annotated[float, msgspec.Meta(ge=0, le=100)]


class Cut(CutLevels, frozen=True, forbid_unknown_fields=True):
    """The cut's levels: calibrated on pictures held out from training, or derived as `models/export/cut.py` says.

    Those of words stand at the top. Without those of pictures (`image`) and of sums of both (`mixed`), the defaults of
    `vaultd.search.cut` hold; without `vague`, all words are treated alike.
    """

    image: CutLevels | None = None
    mixed: CutLevels | None = None
    vague: Vague | None = None


class Origin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the weights came from."""

    architecture: _Text
    """open_clip's name of it, or the file that configures it."""
    checkpoint: _Text
    """The hub's name of the weights or their file's; empty for random weights and for our own training."""
    revision: _Text = ""
    """The hub's commit, or the sha256 of the file."""


class Towers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How each tower's weights are stored. fp16 is widened when the file is opened; int8 computes in int8."""

    image: Precision = "fp32"
    text: Precision = "fp32"


class Agreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How well the stored towers agree with the model they were exported from, measured at export."""

    pictures: int
    photographs: bool
    """Whether the pictures were photographs; else they were drawn, which says less."""
    image_cosine: float
    """The lowest cosine of a picture's vector to the model's own."""
    text_cosine: float
    preprocess_cosine: float
    """The lowest cosine of a picture prepared by us to the same prepared by open_clip, through the model itself."""
    top10: float
    """The share of the model's first ten pictures that are among the pack's, over texts and pictures as queries."""


class AutoTags(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a word of the vocabulary becomes a picture's auto-tag, calibrated on pictures held out from training.

    The log odds of a word are z * (standard deviations above the word's noise) + logit * (the model's own logit) + bias
    + what `shift` says of the word; `vaultd.autotags.scoring` has the whole rule.
    """

    z: _Logit
    logit: _Logit
    bias: _Logit
    unseen: _Logit
    """The shift of a word that the calibration could not judge."""
    shift: dict[_Text, _Logit]
    quantile: _Share
    """Of the word's similarities to the background: below it nothing is a match."""
    strict: _Share
    """The least probability at each level."""
    default: _Share
    loose: _Share


class TorchFiles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The model in open_clip's own folder format (`local-dir:`), for the engine torch."""

    architecture: _Text
    config: _Name
    """{"model_cfg": …, "preprocess_cfg": …}"""
    weights: _Name
    """A state dict as safetensors."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What manifest.json holds. Unknown fields belong to another format version and are refused."""

    format: int
    name: _Name
    revision: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    """Another revision means other vectors: those of two revisions are never compared."""
    dimension: _Count
    image_size: tuple[_Side, _Side]
    """Height and width of the image tower's input, in pixels."""
    resize: Literal["shortest", "longest", "squash"]
    """Scale the short side and crop the centre; scale the long side and pad with the mean; or scale each side alone."""
    interpolation: Literal["bilinear", "bicubic"]
    mean: tuple[_Mean, _Mean, _Mean]
    """Of the RGB channels in 0..1, subtracted before the division by `std`."""
    std: tuple[_Std, _Std, _Std]
    context_length: _Count
    """Tokens of a text, start and end included; longer texts are cut, shorter ones padded with `pad_token`."""
    pad_token: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    languages: tuple[_Text, ...]
    """ISO 639 codes; `mul` stands for many."""
    licence: _Text
    logit_scale: _Logit
    """The logit of "this text describes this picture" is logit_scale * cosine + logit_bias."""
    logit_bias: _Logit
    """0 in a model trained with a softmax: it ranks, and knows no probability of a pair by itself."""
    cut: Cut
    files: dict[_Name, _Sha256]
    """File name to sha256 in hexadecimal, of every file but the manifest."""
    background: Literal["photographs", "drawings"] = "photographs"
    """What the background sample shows. Drawings stand in where no photographs were at hand at export."""
    origin: Origin | None = None
    precision: Towers = Towers()
    agreement: Agreement | None = None
    auto_tags: AutoTags | None = None
    """When a word of the vocabulary becomes a picture's auto-tag; without it the auto-tagger's own default holds."""
    torch: TorchFiles | None = None


class _Version(msgspec.Struct):
    """The one field that every format version has."""

    format: int


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a pack, its format version checked before anything else in it is believed.

    Raises PackError with one sentence that names the folder and what is wrong.
    """
    try:
        raw = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise PackError(f"{folder} is no model pack: {MANIFEST} cannot be read ({error.strerror}).") from error
    try:
        version = msgspec.json.decode(raw, type=_Version).format
        if version != FORMAT:
            raise _other_format(folder, version)
        return msgspec.json.decode(raw, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PackError(f"The model pack {folder} has a damaged {MANIFEST}: {error}.", AGAIN) from error


def _other_format(folder: Path, version: int) -> PackError:
    """What is said of a pack written for another version of this program."""
    return PackError(
        f"The model pack {folder} is of format {version}, and this version reads format {FORMAT}.",
        "Update Visionary Vault." if version > FORMAT else AGAIN,
    )


AGAIN = "Fetch or export the pack again (`vvault model pull`, `vvault model export`)."
