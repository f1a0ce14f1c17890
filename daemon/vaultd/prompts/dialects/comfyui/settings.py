"""What stands nearest before a sampler: of a setting that several nodes have, the one that it was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vaultd.domain.generation import Lora
from vaultd.prompts.dialects.comfyui.graph import Graph, Node
from vaultd.prompts.generation import lora
from vaultd.prompts.values import mapping, number

_MODELS = ("ckpt_name", "unet_name", "base_ckpt_name", "gguf_name")
_OTHER_MODELS = ("model_name",)
"""What other loaders call it, and loaders of other models, too."""
_LORAS = ("lora_name", "lora")
_WEIGHTS = ("strength_model", "lora_strength", "model_weight", "strength", "weight")
_VALUES = ("seed", "noise_seed", "value", "int", "number", "Number", "float", "width", "height")
_NOT_FOR_SIZE = ("model", "clip", "vae", "positive", "negative", "guider", "noise", "sampler", "image", "pixels")


@dataclass(frozen=True)
class Settings:
    """Those of a sampler; without one, of the whole graph."""

    graph: Graph
    node: Node | None

    @cached_property
    def _before(self) -> list[Node]:
        if self.node is None:
            return list(self.graph.nodes.values())
        return list(self.graph.before(self.node))

    @property
    def model(self) -> Any:
        """The name of a checkpoint, or of a diffusion model that is loaded alone."""
        return self._nearest(_MODELS, str) or self._nearest(_OTHER_MODELS, str, _leads_to_model)

    @property
    def seed(self) -> Any:
        """A whole number."""
        return self._nearest(("seed", "noise_seed"), int)

    @property
    def steps(self) -> Any:
        """A whole number."""
        return self._nearest(("steps",), int)

    @property
    def cfg(self) -> Any:
        """The guidance scale, or what models that were distilled from it take instead (FluxGuidance)."""
        found = self._nearest(("cfg",), float)
        return self._nearest(("guidance",), float) if found is None else found

    @property
    def sampler(self) -> Any:
        """The name."""
        return self._nearest(("sampler_name",), str)

    @property
    def scheduler(self) -> Any:
        """The name of the schedule of noise."""
        return self._nearest(("scheduler",), str)

    @property
    def size(self) -> tuple[Any, Any]:
        """Of the empty picture that it began with."""
        for node in self._before if self.node is None else self.graph.before(self.node, _leads_to_size):
            sides = [self._resolved(node, side, int) for side in ("width", "height")]
            if None not in sides:
                return sides[0], sides[1]
        return None, None

    def loras(self) -> list[Lora]:
        """All that lead to the sampler."""
        return [each for node in self._before for each in _loras(node)]

    def _nearest(self, keys: tuple[str, ...], kind: type, through: Callable[[str], bool] | None = None) -> Any:
        nodes = self.graph.before(self.node, through) if self.node and through else self._before
        found = (self._resolved(node, key, kind) for node in nodes for key in keys if key in node.inputs)
        return next((value for value in found if value is not None), None)

    def _resolved(self, node: Node, key: str, kind: type) -> Any:
        """The value of an input; where a node in between gives it, that one's value."""
        for _ in range(20):
            origin = node.links.get(key)
            if origin is None:
                return _fitting(node.inputs.get(key), kind)
            if origin not in self.graph.nodes:
                return None
            node = self.graph.nodes[origin]
            inputs = node.inputs
            key = next((name for name in (key, *_VALUES) if name in inputs), next(iter(inputs), ""))
        return None


def _leads_to_model(key: str) -> bool:
    return key.startswith(("model", "guider", "unet"))


def _leads_to_size(key: str) -> bool:
    return key not in _NOT_FOR_SIZE


def _fitting(value: Any, kind: type) -> Any:
    if kind is str:
        return value if isinstance(value, str) and value.strip() else None
    return value if number(value) is not None else None


def _loras(node: Node) -> Iterator[Lora]:
    """One node loads one, or a numbered stack, or a list of objects that can be switched off (rgthree)."""
    for key, value in node.inputs.items():
        held = mapping(value)
        if held.get("on") is not False and isinstance(held.get("lora"), str):
            yield from lora(held["lora"], held.get("strength"))
        elif isinstance(value, str) and key.startswith(_LORAS):
            number_of = key[len("lora_name") :] if key.startswith("lora_name") else key[len("lora") :]
            weight = next((node.inputs[name + number_of] for name in _WEIGHTS if name + number_of in node.inputs), None)
            yield from lora(value, weight)
