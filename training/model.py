"""The dual encoder: open_clip's own classes, built from a custom configuration with random weights."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.tokenizer import CONTEXT, END, PAD, VOCABULARY
from vaultd.models.torch import import_open_clip

EMBED = 256
# A side of 32 k + 1 has the tower and the teacher look at the same places: see training/features.py.
IMAGE_SIDE = 161
TOWER = "mobilenetv2_100"
TEXT_WIDTH = 256
# The start of a sigmoid loss in which most pairs do not match (SigLIP, arXiv 2303.15343, section 3.2).
INITIAL_SCALE, INITIAL_BIAS = 10.0, -6.0


def configuration(side: int = IMAGE_SIDE, tower: str = TOWER) -> dict[str, Any]:
    """The model's configuration in open_clip's own form."""
    return {
        "embed_dim": EMBED,
        "init_logit_bias": INITIAL_BIAS,
        "vision_cfg": {
            "timm_model_name": tower,
            "timm_model_pretrained": False,
            "timm_pool": "avg",
            "timm_proj": "mlp",
            "image_size": side,
        },
        "text_cfg": {
            "context_length": CONTEXT,
            "vocab_size": VOCABULARY,
            "width": TEXT_WIDTH,
            "heads": 4,
            "layers": 2,
            "pad_id": PAD,
            "eos_id": END,
            "pool_type": "eos",
        },
    }


def build(side: int = IMAGE_SIDE, tower: str = TOWER) -> Any:
    """An open_clip CustomTextCLIP with random weights."""
    open_clip = import_open_clip()
    cfg = configuration(side, tower)
    from open_clip.model import CLIPTextCfg, CLIPVisionCfg

    return open_clip.CustomTextCLIP(
        embed_dim=cfg["embed_dim"],
        vision_cfg=CLIPVisionCfg(**cfg["vision_cfg"]),
        text_cfg=CLIPTextCfg(**cfg["text_cfg"]),
        init_logit_scale=float(torch.tensor(INITIAL_SCALE).log()),
        init_logit_bias=cfg["init_logit_bias"],
    )


class Student(nn.Module):
    """The dual encoder, and two heads that help it during training and are dropped at export.

    The heads read pictures and texts alike. One answers like the teacher: a picture's answer is learnt from it, a
    name's answer is the classes it stands for. The other says colour, thing and ground of drawn pictures and of phrases
    about them. So both towers meet on a few simple questions long before they agree on pairs.
    """

    def __init__(self, side: int = IMAGE_SIDE, tower: str = TOWER, classes: int = 1000, traits: int = 1) -> None:
        super().__init__()
        self.clip = build(side, tower)
        self.head = nn.Linear(EMBED, classes, bias=False)
        self.trait_head = nn.Linear(EMBED, traits, bias=False)
        self.head_scale = nn.Parameter(torch.tensor(3.0))
        self._causal: Tensor = self.clip.text.attn_mask

    def image(self, pixels: Tensor) -> Tensor:
        """[n, 256], not normalised, for normalised pixels [n, 3, side, side]."""
        embedded: Tensor = self.clip.encode_image(pixels)
        return embedded

    def pooled(self, features: Tensor) -> Tensor:
        """[n, 256], not normalised, for what the tower's trunk makes of pictures."""
        embedded: Tensor = self.clip.visual.head(features)
        return embedded

    def text(self, tokens: Tensor) -> Tensor:
        """[n, 256] of length one, for tokens [n, at most 24]."""
        length = tokens.shape[1]
        # The tower's causal mask is as long as its context; texts of a batch are mostly far shorter.
        self.clip.text.attn_mask = self._causal.to(tokens.device)[:length, :length]
        return functional.normalize(self.clip.encode_text(tokens), dim=-1)

    def answer(self, embedded: Tensor) -> Tensor:
        """[n, 1000]: the teacher's logits less their mean over photographs, for embeddings of either tower."""
        answers: Tensor = self.head(functional.normalize(embedded, dim=-1)) * self.head_scale.exp()
        return answers

    def traits(self, embedded: Tensor) -> Tensor:
        """[n, traits]: logits of colours, things and grounds, for embeddings of either tower."""
        answers: Tensor = self.trait_head(functional.normalize(embedded, dim=-1)) * self.head_scale.exp()
        return answers

    def logits(self, image: Tensor, text: Tensor) -> Tensor:
        """[images, texts]: the logit of "this text describes this picture"."""
        scale, bias = self.clip.logit_scale.exp(), self.clip.logit_bias
        logits: Tensor = scale * functional.normalize(image, dim=-1) @ text.T + bias
        return logits
