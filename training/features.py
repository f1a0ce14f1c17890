"""The teacher's features, not only its answers: the same classifier as a float network that runs at any odd size.

What a classifier computes on its way to an answer teaches far more a picture than the answer does: each of its blocks
says something of every place of the picture. The network is read from the teacher's file into memory for as long as
training lasts. The student never sees its weights, only what it makes of pictures.
"""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional


class _Layer(nn.Module):
    """A convolution of the file in float, with its ReLU6 where it has one."""

    weight: Tensor
    bias: Tensor

    def __init__(self, weight: NDArray[np.float32], bias: NDArray[np.float32], stride: int, *, relu: bool) -> None:
        super().__init__()
        self.register_buffer("weight", torch.from_numpy(weight).contiguous())
        self.register_buffer("bias", torch.from_numpy(bias))
        self.stride, self.relu = stride, relu
        self.groups = len(weight) if weight.shape[1] == 1 else 1
        self.padding = weight.shape[2] // 2

    def forward(self, x: Tensor) -> Tensor:
        found = functional.conv2d(x, self.weight, self.bias, self.stride, self.padding, groups=self.groups)
        return functional.relu6(found) if self.relu else found


class TeacherNet(nn.Module):
    """The teacher (a MobileNetV2) as layers: a stem, 17 blocks, the last convolution and the classifier.

    Sides of 32 k + 1 pixels make its padding the same on both sides, as torch has it.
    """

    def __init__(self, model: Path) -> None:
        super().__init__()
        layers = _read(model)
        self.stem, self.top, self.classifier = layers[0], layers[-2], layers[-1]
        self.blocks = nn.ModuleList()
        group: list[nn.Module] = []
        for layer in layers[1:-2]:
            group.append(layer)
            if not layer.relu:  # a block ends in a projection without one
                self.blocks.append(nn.Sequential(*group))
                group = []
        self.eval().requires_grad_(False).to(memory_format=torch.channels_last)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """What the stem, each block and the last convolution make of float pixels [n, 3, side, side] in -1..1."""
        found = [self.stem(pixels)]
        for block in self.blocks:
            out = block(found[-1])
            found.append(found[-1] + out if out.shape == found[-1].shape else out)
        found.append(self.top(found[-1]))
        return found

    def logits(self, pooled: Tensor) -> Tensor:
        """[n, 1000] for the last convolution's means over the picture [n, 1280]."""
        answers: Tensor = self.classifier(pooled[:, :, None, None])[:, 1:, 0, 0]
        return answers


def _read(model: Path) -> list[_Layer]:
    """The file's convolutions in order, dequantised."""
    from ai_edge_litert.interpreter import Interpreter

    run = Interpreter(str(model), num_threads=1, experimental_preserve_all_tensors=True)
    run.allocate_tensors()
    details = {tensor["index"]: tensor for tensor in run.get_tensor_details()}
    layers = []
    for op in run._get_ops_details():
        if op["op_name"] not in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            continue
        source, kernel, bias = (details[index] for index in op["inputs"])
        target = details[op["outputs"][0]]
        deep = op["op_name"] == "DEPTHWISE_CONV_2D"
        # Stored as [out, height, width, in], depthwise as [1, height, width, channels].
        raw = run.get_tensor(kernel["index"]).astype(np.float32)
        axes = (3, 0, 1, 2) if deep else (0, 3, 1, 2)
        weight = raw.transpose(axes) * _scales(kernel)[:, None, None, None]
        stride = max(1, round(source["shape"][1] / target["shape"][1]))
        biases = run.get_tensor(bias["index"]).astype(np.float32) * _scales(bias)
        layers.append(_Layer(weight, biases, stride, relu="relu6" in target["name"].lower()))
    return layers


def _scales(tensor: dict[str, dict[str, NDArray[np.float32]]]) -> NDArray[np.float32]:
    return np.asarray(tensor["quantization_parameters"]["scales"], np.float32)
