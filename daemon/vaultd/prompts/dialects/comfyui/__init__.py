"""ComfyUI: the graph that ran, as `prompt`, and the one that its editor opens, as `workflow`; in PNG texts, in `comf`
chunks of animated PNG, in EXIF Model and Make of WebP, and in UserComment where other nodes save.

Source: comfyanonymous/ComfyUI comfy_api/latest/_ui.py, nodes.py, execution.py. A graph is
`{id: {"class_type": name, "inputs": {name: value or [id, output]}}}`; nodes are anyone's, so links are followed by what
inputs are called rather than by which node they belong to.
"""

from __future__ import annotations

from vaultd.domain.generation import Generation
from vaultd.prompts.dialects.comfyui.graph import Graph
from vaultd.prompts.dialects.comfyui.prompts import loose, prompt
from vaultd.prompts.dialects.comfyui.settings import Settings
from vaultd.prompts.dialects.comfyui.workflow import as_graph
from vaultd.prompts.generation import made
from vaultd.prompts.texts import Text, Texts, decoded
from vaultd.prompts.values import mapping

NAME = "ComfyUI"


def read(texts: Texts) -> Generation | None:
    """From the graph that ran; or from the editor's, if only that is there."""
    workflow = _workflow(texts)
    for text in texts.found:
        graph = _ran(text)
        if graph.nodes:
            return _of(graph, text.text, workflow)
    return _of(as_graph(decoded(workflow)), workflow, workflow) if workflow else None


def _ran(text: Text) -> Graph:
    """The graph that a text is, or that it holds as `prompt`, as an object or as text."""
    graph = Graph.of(text.data)
    if graph.nodes or "prompt" not in text.data:
        return graph
    inner = text.data["prompt"]
    return Graph.of(decoded(inner) if isinstance(inner, str) else mapping(inner))


def _workflow(texts: Texts) -> str:
    """The editor's graph: nodes that are a list, and links."""
    return next((text.text for text, data in texts.objects(lambda each: isinstance(each.get("nodes"), list))), "")


def _of(graph: Graph, raw: str, workflow: str) -> Generation | None:
    """What the sampler says that began the picture; or, of graphs without one that is known, every longer text."""
    sampler = graph.sampler()
    said = Settings(graph, sampler)
    positive, negative = (prompt(graph, sampler, side) if sampler else "" for side in ("positive", "negative"))
    return made(
        NAME,
        raw,
        prompt=positive or loose(graph),
        negative=negative,
        model=said.model,
        loras=said.loras(),
        seed=said.seed,
        steps=said.steps,
        cfg=said.cfg,
        sampler=said.sampler,
        scheduler=said.scheduler,
        size=said.size,
        workflow=workflow,
    )
