"""Each program's way of writing. A dialect looks at all texts of a file and says what it recognises, or None."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import asdict

from vaultd.domain.generation import Generation
from vaultd.prompts.dialects import (
    a1111,
    comfyui,
    drawthings,
    easydiffusion,
    fooocus,
    invokeai,
    midjourney,
    novelai,
    plain,
    swarmui,
)
from vaultd.prompts.texts import Texts

__all__ = ["plain", "read"]

Dialect = Callable[[Texts], Generation | None]

UNMISTAKABLE: tuple[Dialect, ...] = (
    swarmui.read,
    invokeai.read,
    drawthings.read,
    novelai.read,
    fooocus.read,
    easydiffusion.read,
)
"""Those whose keys no other program uses."""


def read(texts: Texts) -> Generation | None:
    """What the first dialect says that recognises anything."""
    if not texts.found:
        return None
    found = (dialect(texts) for dialect in (*UNMISTAKABLE, _comfyui_or_a1111, midjourney.read))
    return next((each for each in found if each is not None), None)


def _comfyui_or_a1111(texts: Texts) -> Generation | None:
    """Nodes that save for ComfyUI write A1111's text beside the graph: it says what came out, the graph only how."""
    graph, plain = comfyui.read(texts), a1111.read(texts)
    if graph is None or plain is None:
        return graph or plain
    said = {key: value for key, value in asdict(plain).items() if value not in (None, "", ()) and key != "generator"}
    return Generation(**(asdict(graph) | said))
