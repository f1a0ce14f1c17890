"""Captions by a model of the library transformers (extra `[caption]`), from its folder alone.

Pictures are prepared and words are put together by us, as the model's own files say: transformers' processors would
need torchvision, which often does not fit the torch beside it. Nothing is drawn by lot: a picture has one caption.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vaultd.models import captioners
from vaultd.models.captioners import CaptionModel
from vaultd.models.manifest import PackError
from vaultd.models.torch import bear_with_torchvision
from vaultd.worker.messages import Told

LONGEST = {"blip": 40, "florence2": 100}
"""Tokens of a caption."""
REPEATS = 3
"""A run of so many tokens does not come twice: small models fall into loops."""
PROMPT = "Describe in detail what is shown in the image."
"""Florence-2's question of its task <DETAILED_CAPTION> (Florence2Processor.task_prompts_without_inputs)."""


class Preparation(msgspec.Struct, frozen=True):
    """What preprocessor_config.json says of pictures. What it leaves out is CLIP's, as the library has it."""

    size: dict[str, int] = {}
    resample: int = 3
    rescale_factor: float = 1 / 255
    image_mean: tuple[float, float, float] = (0.48145466, 0.4578275, 0.40821073)
    image_std: tuple[float, float, float] = (0.26862954, 0.26130258, 0.27577711)

    def shape(self, usual: int) -> tuple[int, int]:
        """Height and width of the model's input."""
        edge = self.size.get("shortest_edge", usual)
        return self.size.get("height", edge), self.size.get("width", edge)


class Captioner:
    """Describes pictures by the model in a folder. Raises PackError where it cannot be used."""

    def __init__(self, folder: Path, threads: int) -> None:
        self._note = captioners.load_note(folder)
        self._tokenizer = _tokenizer(folder)
        self._preparation = _preparation(folder)
        self._model, self._device = _loaded(folder, self._note, threads)
        shape = self._preparation.shape({"blip": 384, "florence2": 768}[self._note.architecture])
        self._shape = shape
        self.side = max(shape)
        try:
            self._asked = self._question()
            self.find(Image.new("RGB", (self.side, self.side), "white"))  # its memory is not the first picture's
        except Exception as error:  # torch and transformers raise what they like
            raise PackError(f"The caption model {folder} cannot be used: {_reason(error)}.") from error

    def find(self, picture: Image.Image) -> Told:
        """The caption of a picture in RGB, and how likely the model finds its words: the geometric mean."""
        import torch

        try:
            with torch.inference_mode():
                chosen, likely = self._generated(torch.from_numpy(self._pixels(picture)[None]).to(self._device))
        except RuntimeError as error:
            if "allocate" in str(error) or "out of memory" in str(error):
                raise MemoryError(str(error)) from error
            raise
        known = self._tokenizer.get_vocab_size()
        text: str = self._tokenizer.decode([token for token in chosen if token < known], skip_special_tokens=True)
        text = " ".join(text.split())
        if not any(letter.isalnum() for letter in text):
            return Told("nothing")
        return Told("told", text, likely)

    def _generated(self, pixels: Any) -> tuple[list[int], float]:
        """The tokens of the caption, without what they follow, and the mean of their likelihoods."""
        answer = self._model.generate(
            pixel_values=pixels,
            **self._asked,
            max_new_tokens=LONGEST[self._note.architecture],
            num_beams=1,
            do_sample=False,
            no_repeat_ngram_size=REPEATS,
            return_dict_in_generate=True,
            output_scores=True,
        )
        count = len(answer.scores)
        chosen = answer.sequences[0, -count:].tolist()
        logs = [float(scores[0].log_softmax(-1)[token]) for scores, token in zip(answer.scores, chosen, strict=True)]
        return chosen, float(np.exp(np.mean(logs)))

    def _question(self) -> dict[str, Any]:
        """What the model is given beside the pixels: BLIP nothing, Florence-2 a place for each part of the picture, and
        its question (Florence2Processor.prepare_inputs_layout)."""
        if self._note.architecture == "blip":
            return {}
        import torch

        config, blank = self._model.config, np.zeros((1, 3, *self._shape), np.float32)
        with torch.inference_mode():
            seen = self._model.get_image_features(torch.from_numpy(blank).to(self._device)).pooler_output
        parts = seen.numel() // seen.shape[-1]
        words = self._tokenizer.encode(PROMPT, add_special_tokens=False).ids
        said = [config.text_config.bos_token_id, *words, config.text_config.eos_token_id]
        tokens = torch.tensor([[config.image_token_id] * parts + said], device=self._device)
        return {"input_ids": tokens, "attention_mask": torch.ones_like(tokens)}

    def _pixels(self, picture: Image.Image) -> NDArray[np.float32]:
        """float32 [3, height, width]: both models see the whole picture, squeezed into a square."""
        height, width = self._shape
        made = self._preparation
        sized = picture.resize((width, height), Image.Resampling(made.resample))
        pixels = np.asarray(sized, np.float32) * made.rescale_factor
        scaled = (pixels - np.asarray(made.image_mean)) / np.asarray(made.image_std)
        return np.ascontiguousarray(scaled.transpose(2, 0, 1), np.float32)


def _loaded(folder: Path, note: CaptionModel, threads: int) -> tuple[Any, str]:
    """The model and where it computes. Raises PackError."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        bear_with_torchvision()
        import torch
        import transformers

        torch.set_num_threads(threads)
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        kind: Any = {
            "blip": transformers.BlipForConditionalGeneration,
            "florence2": transformers.Florence2ForConditionalGeneration,
        }[note.architecture]
        device = "cuda" if torch.cuda.is_available() else "cpu"
        model = kind.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=note.weights == captioners.SAFE,
            weights_only=True,
            trust_remote_code=False,
            dtype=torch.float32,
        )
        return model.eval().to(device), device
    except Exception as error:  # torch and transformers raise what they like
        raise PackError(f"The caption model {folder} cannot be opened: {_reason(error)}.") from error


def _tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(folder / captioners.TOKENIZER))
    except Exception as error:  # tokenizers raises bare Exceptions
        raise PackError(f"The caption model {folder} has a damaged {captioners.TOKENIZER}: {error}.") from error


def _preparation(folder: Path) -> Preparation:
    try:
        return msgspec.json.decode((folder / captioners.PREPROCESSOR).read_bytes(), type=Preparation)
    except (OSError, msgspec.MsgspecError) as error:
        raise PackError(f"The caption model {folder} has a damaged {captioners.PREPROCESSOR}: {error}.") from error


def _reason(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")[:300]
