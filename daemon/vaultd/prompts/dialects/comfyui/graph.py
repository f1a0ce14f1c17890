"""A graph of nodes, and ways along its links. It may be of any size, and go in circles: every walk is bounded."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

MOST_NODES = 20_000
FARTHEST = 5_000
"""Nodes that one walk visits."""
MOST_ENDS = 20
_MAKES_NOISE = frozenset({"seed", "noise_seed", "steps", "sampler_name", "latent_image", "noise", "sigmas"})
_SAVES = ("save", "preview", "output")


@dataclass(frozen=True)
class Link:
    """To the output of a node, by number."""

    node: str
    output: int


@dataclass(frozen=True)
class Node:
    """`kind`: ComfyUI's class_type. `inputs`: values, and `links` those that come from other nodes."""

    kind: str
    inputs: dict[str, Any]
    links: dict[str, Link]

    @classmethod
    def of(cls, kind: str, inputs: dict[str, Any]) -> Node:
        """Links are told from values: `[id, number]`."""
        links = {key: Link(str(value[0]), value[1]) for key, value in inputs.items() if _is_link(value)}
        return cls(kind, inputs, links)

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
                nodes[key] = Node.of(value["class_type"], inputs if isinstance(inputs, dict) else {})
            if len(nodes) == MOST_NODES:
                break
        return cls(nodes)

    def before(self, start: str, through: Callable[[str], bool] = lambda _: True) -> Iterator[Node]:
        """The node and all that lead to it, the nearest first, along links whose names `through` holds of."""
        seen, ahead = {start}, deque([start])
        while ahead and len(seen) < FARTHEST:
            node = self.nodes.get(ahead.popleft())
            if node is None:
                continue
            yield node
            for key, link in node.links.items():
                if link.node not in seen and through(key):
                    seen.add(link.node)
                    ahead.append(link.node)

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

    def _ends(self) -> list[str]:
        """Nodes that lead nowhere, those that save first; as many as are worth a walk."""
        used = {link.node for node in self.nodes.values() for link in node.links.values()}
        ends = [key for key in self.nodes if key not in used]
        return sorted(ends, key=lambda key: _rank(self.nodes[key].kind))[:MOST_ENDS]

    def id_of(self, node: Node) -> str:
        """The key of a node of this graph."""
        return next(key for key, each in self.nodes.items() if each is node)


def _rank(kind: str) -> int:
    return next((rank for rank, word in enumerate(_SAVES) if word in kind.lower()), len(_SAVES))


def _is_link(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str | int)
        and isinstance(value[1], int)
        and not isinstance(value[1], bool)
    )
