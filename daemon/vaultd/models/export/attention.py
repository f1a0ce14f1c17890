"""Attention in steps that leave the length of a text free.

torch's own takes the number of tokens as a number while it is traced, and so ties the graph to the example's length.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn import functional


@contextmanager
def of_any_length(model: Any) -> Iterator[None]:
    """Within the block every attention of the model's text tower is computed by `_attend`."""
    attentions = [module for module in model.text.modules() if isinstance(module, torch.nn.MultiheadAttention)]
    for attention in attentions:
        attention.forward = _attend.__get__(attention)
    try:
        yield
    finally:
        for attention in attentions:
            del attention.forward


def _attend(self: Any, query: Any, key: Any, value: Any, attn_mask: Any = None, **unused: Any) -> tuple[Any, None]:
    """Self-attention of [n, length, width] with an additive mask [length, length], in the words of torch's module."""
    count, heads, width = query.shape[0], self.num_heads, self.embed_dim
    projected = functional.linear(query, self.in_proj_weight, self.in_proj_bias).chunk(3, dim=-1)
    queries, keys, values = (part.reshape(count, -1, heads, width // heads).transpose(1, 2) for part in projected)
    scores = queries @ keys.transpose(-1, -2) * (width // heads) ** -0.5
    if attn_mask is not None:
        scores = scores + attn_mask
    mixed = (scores.softmax(-1) @ values).transpose(1, 2).reshape(count, -1, width)
    return self.out_proj(mixed), None
