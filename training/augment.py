"""Changes to a batch of pictures that keep, or mix, what is true of them."""

import torch
from torch import Tensor

from training.export import MEAN, STD


def to_input(pixels: Tensor) -> Tensor:
    """Normalised float32 [n, 3, side, side] for uint8 [n, side, side, 3]."""
    scaled = pixels.permute(0, 3, 1, 2).float() / 255
    mean, std = (torch.tensor(v, device=pixels.device)[:, None, None] for v in (MEAN, STD))
    return ((scaled - mean) / std).contiguous(memory_format=torch.channels_last)


def vary_light(images: Tensor) -> Tensor:
    """Brightness, contrast and saturation changed a little each; hue never, since colours have names."""
    count = len(images)

    def factor(spread: float) -> Tensor:
        return 1 + spread * (2 * torch.rand(count, 1, 1, 1, device=images.device) - 1)

    grey = images.mean(dim=1, keepdim=True)
    images = grey + (images - grey) * factor(0.25)
    middle = images.mean(dim=(1, 2, 3), keepdim=True)
    return middle * factor(0.2) + (images - middle) * factor(0.3)


def mix_features(features: Tensor, targets: list[Tensor], weights: list[Tensor], share: float) -> None:
    """Mixes a share of the rows [n, F] with others, in place, and what is true of them in the same parts (mixup)."""
    chosen = torch.randperm(len(features), device=features.device)[: int(len(features) * share)]
    if len(chosen) > 1:
        own = torch.rand(len(chosen), 1, device=features.device) * 0.5 + 0.5
        for mixed in [features, *targets]:
            mixed[chosen] = own * mixed[chosen] + (1 - own) * mixed[chosen.roll(1)]
        for weight in weights:
            weight[chosen] = torch.minimum(weight[chosen], weight[chosen.roll(1)])


def blend(images: Tensor, targets: list[Tensor], weights: list[Tensor], share: float) -> None:
    """Mixes a share of the pictures with others, in place: half by transparency, half by a pasted rectangle.

    What is true is mixed in the same parts (mixup, arXiv 1710.09412; CutMix, arXiv 1905.04899); a pair's weight is the
    lesser of the two.
    """
    count = int(len(images) * share)
    if count < 2:
        return
    chosen = torch.randperm(len(images), device=images.device)[:count]
    others = chosen.roll(1)
    own = torch.rand(count, device=images.device) * 0.5 + 0.5
    source = images.clone()
    half = count // 2
    part = own[:half, None, None, None]
    images[chosen[:half]] = part * source[chosen[:half]] + (1 - part) * source[others[:half]]
    side = images.shape[-1]
    for place in range(half, count):
        height = width = max(1, int(side * float((1 - own[place]) ** 0.5)))
        top, left = (int(v) for v in torch.randint(0, side - height + 1, (2,)))
        area = (slice(None), slice(top, top + height), slice(left, left + width))
        images[chosen[place]][area] = source[others[place]][area]
        own[place] = 1 - height * width / side**2
    for target in targets:
        before = target.clone()
        target[chosen] = own[:, None] * before[chosen] + (1 - own[:, None]) * before[others]
    for weight in weights:
        before = weight.clone()
        weight[chosen] = torch.minimum(before[chosen], before[others])
