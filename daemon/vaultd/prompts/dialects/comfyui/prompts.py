"""From a sampler back along its conditioning to the texts that were encoded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vaultd.prompts.dialects.comfyui.graph import FARTHEST, Graph, Node
from vaultd.prompts.values import LONGEST_WORDS

_TEXT = re.compile(
    r"(?!system|instruction)"
    r"(?:(?:text|string|prompt|value|str|caption|tags|content|t5xxl|llama|qwen\w{0,12}|clip_[lgh])(?:_?[a-z\d]{1,2})?"
    r"|\w{0,20}_(?:text|prompt|string))",
    re.IGNORECASE,
)
_ANY = re.compile(r"any_?\d{1,3}")
_NO_WAY = re.compile(
    r"(?:model|clip|vae|images?|latent\w{0,20}|pixels|mask|control_net|samples|noise|sigmas|seed)\d{0,2}"
)
_SWITCHES = ("switch", "boolean", "condition")
_UNWANTED = {"positive": "negative", "negative": "positive"}
_NOTHING = "ConditioningZeroOut"
_LOOSE = 15
"""Characters from which on a text of an unknown node may be a prompt."""


def prompt(graph: Graph, sampler: Node, side: str) -> str:
    """The texts that lead into the positive or negative side of a sampler, or of the guider in its place."""
    guiding = sampler.links.get("guider")
    start = graph.nodes.get(guiding) if guiding else sampler
    found: list[str] = []
    if start is not None and not (guiding and side == "negative" and "negative" not in start.inputs):
        found = list(dict.fromkeys(_texts(graph, start, side)))
    return "\n".join(found)


def loose(graph: Graph) -> str:
    """Every longer text that has words: low in weight, and better than nothing."""
    texts = (value for node in graph.nodes.values() for value in node.inputs.values() if isinstance(value, str))
    longer = dict.fromkeys(text for text in texts if len(text) > _LOOSE and " " in text.strip())
    return "\n".join(longer)[:LONGEST_WORDS]


def _texts(graph: Graph, start: Node, side: str) -> Iterator[str]:
    """Depth first, so texts that are put together come in their order; each node once."""
    seen: set[str] = set()
    ahead: list[Node | str] = [start]
    while ahead and len(seen) < FARTHEST:
        node = ahead.pop()
        if isinstance(node, str):
            yield node
            continue
        if node.kind == _NOTHING:
            continue
        following: list[Node | str] = []
        for key in _ways(node, side):
            value, origin = node.inputs[key], node.links.get(key)
            if isinstance(value, str) and value.strip():
                following.append(value.strip())
            elif origin in graph.nodes and origin not in seen:
                seen.add(origin)
                following.append(graph.nodes[origin])
        ahead.extend(reversed(following))


def _ways(node: Node, side: str) -> list[str]:
    """Which inputs lead on: those of the side; or else the texts; or else every link that may carry conditioning.

    What a wildcard became (`populated_text`) counts, not the wildcard.
    """
    for own in ("populated_text", f"text_{side}", f"{side}_prompt", side):
        if own in node.inputs:
            return [own]
    chosen = _chosen(node)
    if chosen:
        return chosen
    other = _UNWANTED[side]
    texts = [key for key in node.inputs if _TEXT.fullmatch(key) and other not in key]
    return texts or [key for key in node.links if other not in key and not _NO_WAY.fullmatch(key)]


def _chosen(node: Node) -> list[str]:
    """Of nodes that choose, the input that was: by a switch that is known, or the first that is connected (rgthree)."""
    switch = next((node.inputs[key] for key in _SWITCHES if isinstance(node.inputs.get(key), bool)), None)
    if switch is not None and "on_true" in node.inputs:
        return [key for key in ("on_true" if switch else "on_false",) if key in node.inputs]
    return sorted(key for key in node.links if _ANY.fullmatch(key))[:1]
