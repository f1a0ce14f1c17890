"""Which files of a repository are wanted: those of a ready pack, of an open_clip checkpoint, or of a caption model.

A pack is told by its `manifest.json`, a checkpoint by its `open_clip_config.json`, a caption model by the files that
the library transformers keeps of one; which kind of model it is, its `config.json` says. Only files at the top of a
repository with plain names are ever written; everything else in it is left where it is.
"""

from __future__ import annotations

from typing import Literal

from vaultd.models import captioners
from vaultd.models.hub.listing import Listing, RemoteFile
from vaultd.models.manifest import MANIFEST, Manifest
from vaultipc.errors import NotFound, Refused

CONFIG = "open_clip_config.json"
# What open_clip looks for on the hub, in its order: the safe format first.
WEIGHTS = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
BESIDE = ("README.md", "LICENSE")
GENERATION = "generation_config.json"
TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.json",
    "merges.txt",
    "config.json",
)
SMALL = 16 << 20
"""A manifest, a configuration or a text beside them is at most so large, in bytes."""

Kind = Literal["pack", "checkpoint", "captioner"]


def kind_of(listing: Listing) -> Kind:
    """Raises NotFound where the repository holds neither."""
    if MANIFEST in listing.files:
        return "pack"
    if CONFIG in listing.files and any(name in listing.files for name in WEIGHTS):
        return "checkpoint"
    weighs = captioners.SAFE in listing.files or captioners.PICKLE in listing.files
    if weighs and all(name in listing.files for name in captioners.NEEDED):
        return "captioner"
    raise NotFound(
        f"{listing.repo} holds neither a model pack nor an open_clip checkpoint.",
        f"A pack has a {MANIFEST}, a checkpoint {CONFIG} and {WEIGHTS[0]}; of transformers only models that write "
        f"captions are understood ({', '.join((*captioners.NEEDED, captioners.SAFE))}), of timm none.",
    )


def captioner_config(listing: Listing) -> RemoteFile:
    """What says which kind of model a repository of transformers holds."""
    return _bounded(listing, captioners.CONFIG)


def captioner_files(listing: Listing, weights: RemoteFile) -> list[RemoteFile]:
    """The files that a caption model is loaded from; the weights come last."""
    wanted = [*captioners.NEEDED, GENERATION, *BESIDE]
    return [*(_bounded(listing, name) for name in wanted if name in listing.files), weights]


def captioner_weights(listing: Listing, sha256: str) -> RemoteFile:
    """The weights; a pickle only where the `sha256` to be had was said before. Raises Refused."""
    if captioners.SAFE in listing.files:
        return listing.files[captioners.SAFE]
    if not sha256:
        raise Refused(
            f"{listing.repo} has its weights as a pickle only ({captioners.PICKLE}), which is not taken unseen.",
            f"Name the sha256 that you trust (`--sha256`), or choose a model or revision with {captioners.SAFE}.",
        )
    return listing.files[captioners.PICKLE]


def manifest_file(listing: Listing) -> RemoteFile:
    """The manifest of a pack."""
    return _bounded(listing, MANIFEST)


def pack_files(listing: Listing, manifest: Manifest) -> list[RemoteFile]:
    """The files that a pack's manifest names, and the texts beside them. Raises NotFound where one is missing."""
    missing = [name for name in manifest.files if name not in listing.files]
    if missing:
        raise NotFound(f"The model pack {listing.repo} is not complete: it lacks {', '.join(missing)}.", _TELL_OWNER)
    for name, sha256 in manifest.files.items():
        file = listing.files[name]
        if file.kind == "sha256" and file.digest != sha256:
            raise Refused(
                f"The model pack {listing.repo} does not fit together: {name} is not its manifest's.", _TELL_OWNER
            )
    beside = [name for name in BESIDE if name in listing.files and name not in manifest.files]
    return [listing.files[name] for name in manifest.files] + [_bounded(listing, name) for name in beside]


def checkpoint_files(listing: Listing) -> list[RemoteFile]:
    """The weights and all that open_clip reads with them; the weights come last."""
    small = [CONFIG, *TOKENIZER, *BESIDE]
    return [_bounded(listing, name) for name in small if name in listing.files] + [weights_file(listing)]


def weights_file(listing: Listing) -> RemoteFile:
    """The checkpoint's weights, in the safer of the formats that are there."""
    return listing.files[next(name for name in WEIGHTS if name in listing.files)]


def _bounded(listing: Listing, name: str) -> RemoteFile:
    file = listing.files[name]
    if file.size > SMALL + 32 * (1 << 20) * (name in TOKENIZER):
        raise Refused(f"{name} of {listing.repo} is {file.size:,} bytes, which no such file is.", _TELL_OWNER)
    return file


_TELL_OWNER = "Only its owner can mend that; choose another revision or model."
