"""`generation` and `generated`: the texts of generated pictures, whole, or only which there are."""

from __future__ import annotations

import trio

from vaultd.catalog import generations
from vaultd.domain.generation import Generation
from vaultd.handlers import references
from vaultd.handlers.images import image_id
from vaultd.handlers.vault import Vault
from vaultd.prompts.writing import as_text
from vaultipc.messages import Generated, GeneratedImage, GeneratedParams, GenerationTexts, ImageParams

_NOTHING = Generation(generator="")


async def generation(vault: Vault, params: ImageParams) -> GenerationTexts:
    """What is said of how one picture was made; empty texts where nothing is."""
    image = references.one(vault, params.image, params.image_b64)

    def read() -> GenerationTexts:
        with vault.catalog.read() as sql:
            raw, workflow = generations.raw(sql, image), generations.workflow(sql, image)
            said = generations.of(sql, image) or _NOTHING
        return GenerationTexts(prompt=as_text(said), raw=raw.decode(), workflow=workflow.decode())

    return await trio.to_thread.run_sync(read)


async def generated(vault: Vault, params: GeneratedParams) -> Generated:
    """Which of these pictures such texts are known of, and how long they are."""
    given = [image_id(text) for text in params.images]

    def read() -> Generated:
        with vault.catalog.read() as sql:
            found = [
                GeneratedImage(image=str(image), prompt=len(as_text(said).encode()), workflow=size)
                for image, said, size in generations.several(sql, given)
            ]
        return Generated(images=found)

    return await trio.to_thread.run_sync(read)


HANDLERS = {"generation": generation, "generated": generated}
