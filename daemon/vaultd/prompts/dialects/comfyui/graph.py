"""A graph of nodes, and ways along its links. It may be of any size, and go in circles: every walk is bounded."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

MOST_NODES = 20_000
FARTHEST = 5_000
"""Nodes that one walk visits."""
MOST_ENDS = 20
_MAKES_NOISE = frozenset({"seed", "noise_seed", "steps", "sampler_name", "latent_image", "noise", "sigmas"})
_SAVES = ("save", "preview", "output")


class Node(Struct, frozen=True):
    """`kind`: ComfyUI's class_type. `inputs`: all of them. `links`: of those that come from a node, its id.

    Which of a node's outputs it is says nothing that the input's own name does not say better.
    """

    id: str
    kind: str
    inputs: dict[str, Any]
    links: dict[str, str]

    @classmethod
    def of(cls, key: str, kind: str, inputs: dict[str, Any]) -> Node:
        """Links are told from values: `[id, number]`."""
        links = {name: str(value[0]) for name, value in inputs.items() if isinstance(value, list) and _is_link(value)}
        return cls(key, kind, inputs, links)

    @property
    def samples(self) -> bool:
        """Whether it turns noise into a picture: it is told what to make, and how."""
        return "guider" in self.links or (self.guided and not _MAKES_NOISE.isdisjoint(self.inputs))

    @property
    def guided(self) -> bool:
        """Whether it is told what to make."""
        return "positive" in self.links or isinstance(self.inputs.get("positive"), str)


@dataclass(frozen=True)
class Graph:
    """Nodes by id."""

    nodes: dict[str, Node] = field(default_factory=dict)

    @classmethod
    def of(cls, data: dict[str, Any]) -> Graph:
        """The nodes among an object's values; other programs that run ComfyUI put more into it."""
        nodes = {}
        for key, value in data.items():
            if isinstance(value, dict) and isinstance(value.get("class_type"), str):
                inputs = value.get("inputs")
                nodes[key] = Node.of(key, value["class_type"], inputs if isinstance(inputs, dict) else {})
            if len(nodes) == MOST_NODES:
                break
        return cls(nodes)

    def before(self, start: Node, through: Callable[[str], bool] = lambda _: True) -> Iterator[Node]:
        """The node and all that lead to it, the nearest first, along links whose names `through` holds of."""
        seen, ahead = {start.id}, deque([start])
        while ahead and len(seen) < FARTHEST:
            node = ahead.popleft()
            yield node
            for key, origin in node.links.items():
                if origin not in seen and origin in self.nodes and through(key):
                    seen.add(origin)
                    ahead.append(self.nodes[origin])

    def sampler(self) -> Node | None:
        """The one that began the picture: farthest from the first end of the graph that any leads to.

        Those nearer to the end refine and enlarge what it made. If none is known as one, whatever has a positive side.
        """
        for end in self._ends():
            found = [node for node in self.before(end) if node.samples]
            if found:
                return found[-1]
        others = [node for node in self.nodes.values() if node.guided]
        return next((node for node in others if node.samples), next(iter(others), None))

    def _ends(self) -> list[Node]:
        """Nodes that lead nowhere, those that save first; as many as are worth a walk."""
        used = {origin for node in self.nodes.values() for origin in node.links.values()}
        ends = [node for node in self.nodes.values() if node.id not in used]
        return sorted(ends, key=lambda node: _rank(node.kind))[:MOST_ENDS]


def _rank(kind: str) -> int:
    return next((rank for rank, word in enumerate(_SAVES) if word in kind.lower()), len(_SAVES))


def _is_link(value: list[Any]) -> bool:
    return (
        len(value) == 2
        and isinstance(value[0], str | int)
        and isinstance(value[1], int)
        and not isinstance(value[1], bool)
    )
