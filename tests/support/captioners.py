"""Small models that write captions, with random weights: whole repositories as transformers keeps them."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any

from vaultd.models import captioners
from vaultd.models.captioners import Architecture, CaptionModel

WORDS = ("a", "red", "blue", "car", "dog", "boat", "on", "the", "beach", "street", "near", "two", "trees", "house")
SIDE = 32
MISSING = [
    name for name in ("torch.nn", "transformers", "safetensors") if importlib.util.find_spec(name) is None
]  # torch by a submodule, since a folder of tests has its name


def repository(kind: Architecture, folder: Path, seed: int = 7) -> dict[str, bytes]:
    """The files of a repository, made in `folder`. Each seed writes other captions."""
    import torch

    from vaultd.models.torch import bear_with_torchvision

    bear_with_torchvision()
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    model: Any = _blip(transformers) if kind == "blip" else _florence(transformers)
    for weight in model.parameters():  # as they are drawn, all words are about as likely
        torch.nn.init.normal_(weight, std=0.3)
    model.save_pretrained(folder)
    _tokenizer(folder, kind)
    (folder / "preprocessor_config.json").write_text(
        json.dumps({"do_resize": True, "size": {"height": SIDE, "width": SIDE}, "resample": 3})
    )
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def full_blip(folder: Path) -> Path:
    """A caption model of the size of BLIP base, with random weights, as it lies there after a pull."""
    from vaultd.models.torch import bear_with_torchvision

    bear_with_torchvision()
    import transformers

    transformers.logging.disable_progress_bar()
    transformers.BlipForConditionalGeneration(transformers.BlipConfig()).save_pretrained(folder)
    _tokenizer(folder, "blip")
    (folder / "preprocessor_config.json").write_text("{}")
    return noted(folder, "blip")


def noted(folder: Path, kind: Architecture) -> Path:
    """Makes a folder with a repository's files a caption model, as a pull does."""
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    note = CaptionModel(
        format=captioners.FORMAT, name=folder.name, architecture=kind, revision="1", licence="", origin="", files=files
    )
    captioners.write_note(folder, note)
    return folder


def _blip(transformers: Any) -> Any:
    text = {
        "vocab_size": 6 + len(WORDS), "hidden_size": 32, "encoder_hidden_size": 32, "intermediate_size": 64,
        "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 64, "projection_dim": 32,
        "bos_token_id": 4, "sep_token_id": 3, "eos_token_id": 2, "pad_token_id": 0,
    }  # fmt: skip
    vision = {
        "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
        "image_size": SIDE, "patch_size": 8, "projection_dim": 32,
    }  # fmt: skip
    config = transformers.BlipConfig(
        text_config=text, vision_config=vision, projection_dim=32, image_text_hidden_size=32
    )
    return transformers.BlipForConditionalGeneration(config)


def _florence(transformers: Any) -> Any:
    size = 6 + len(WORDS)
    text = {
        "model_type": "bart", "vocab_size": size, "d_model": 32, "encoder_layers": 2, "decoder_layers": 2,
        "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64,
        "max_position_embeddings": 256, "bos_token_id": 4, "eos_token_id": 3, "pad_token_id": 0,
        "decoder_start_token_id": 3, "forced_eos_token_id": 3,
    }  # fmt: skip
    vision = {
        "depths": (1, 1, 1, 1), "embed_dim": (8, 8, 16, 16), "num_heads": (1, 1, 2, 2), "num_groups": (1, 1, 2, 2),
        "window_size": 2, "projection_dim": 32,
    }  # fmt: skip
    config = transformers.Florence2Config(text_config=text, vision_config=vision, image_token_id=5)
    return transformers.Florence2ForConditionalGeneration(config)


def _tokenizer(folder: Path, kind: str) -> None:
    """Words in pieces for BLIP, as BERT has them, whole words for the other. Ids 0 to 5 are marks."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[DEC]", "<image>"]
    vocabulary = {word: number for number, word in enumerate([*marks, *WORDS])}
    model: Any = models.WordPiece if kind == "blip" else models.WordLevel
    tokenizer = Tokenizer(model(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    if kind == "blip":
        tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(marks)
    tokenizer.save(str(folder / "tokenizer.json"))
