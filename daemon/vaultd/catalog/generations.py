"""How generated pictures were made, as their files (source `generator`) and what stands beside them (`sidecar`) say.

Prompts are texts like others (`texts`), so the user may write others beside them. It follows from the files, so storing
it is no action and there is nothing to undo.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable
from typing import Any, Literal

from vaultd.catalog.store import Transaction
from vaultd.domain.generation import Generation, Lora, Packed
from vaultipc.messages.generations import GenerationOnImage, LoraOnImage

Source = Literal["generator", "sidecar"]
_FIRST = "source = 'user' DESC, source = 'sidecar' DESC, source = 'generator' DESC, source"
"""The user's word goes before that of a file beside the picture, and this before the picture's own."""
_ROWS = f"""SELECT generations.image, generator, model, seed, steps, cfg, sampler, scheduler, width, height
    FROM json_each(?) AS given CROSS JOIN generations ON generations.image = given.value ORDER BY {_FIRST}"""
_TEXTS = f"""SELECT texts.image, kind, text FROM json_each(?) AS given
    CROSS JOIN texts ON texts.image = given.value AND kind IN ('prompt', 'negative') ORDER BY {_FIRST}"""
_LORAS = f"""SELECT loras.image, name, weight FROM json_each(?) AS given
    CROSS JOIN loras ON loras.image = given.value ORDER BY {_FIRST}, position"""
_SIZES = """SELECT generation_texts.image, workflow_size FROM json_each(?) AS given
    CROSS JOIN generation_texts ON generation_texts.image = given.value"""


def replace(tx: Transaction, image: int, source: Source, said: Generation | None) -> None:
    """Makes this all that the source says of how the image was made, but for its prompts."""
    for table in ("generations", "loras"):
        tx.sql.execute(f"DELETE FROM {table} WHERE image = ? AND source = ?", (image, source))
    if said is None:
        return
    width, height = said.size or (None, None)
    tx.sql.execute(
        "INSERT INTO generations (image, source, generator, model, seed, steps, cfg, sampler, scheduler, width, height)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            image, source, said.generator, said.model, "" if said.seed is None else str(said.seed), said.steps,
            said.cfg, said.sampler, said.scheduler, width, height,
        ),
    )  # fmt: skip
    tx.sql.executemany(
        "INSERT INTO loras (image, source, position, name, weight) VALUES (?, ?, ?, ?, ?)",
        [(image, source, position, lora.name, lora.weight) for position, lora in enumerate(said.loras)],
    )


def replace_packed(tx: Transaction, image: int, found: Packed | None) -> None:
    """Makes this all that the image's bytes say of how it was made, but for its prompts."""
    replace(tx, image, "generator", found.said if found else None)
    tx.sql.execute("DELETE FROM generation_texts WHERE image = ?", (image,))
    if found is not None:
        tx.sql.execute(
            "INSERT INTO generation_texts (image, raw, workflow, workflow_size) VALUES (?, ?, ?, ?)",
            (image, found.raw, found.workflow, found.workflow_size),
        )


def stored(sql: sqlite3.Connection, image: int, source: Source) -> list[tuple[object, ...]]:
    """The rows of one source, to be compared."""
    by = "WHERE image = ? AND source = ?"
    made = sql.execute(f"SELECT * FROM generations {by}", (image, source)).fetchall()
    return made + sql.execute(f"SELECT * FROM loras {by} ORDER BY position", (image, source)).fetchall()


def of(sql: sqlite3.Connection, image: int) -> Generation | None:
    """How the image was made: of each fact what goes first, without `raw` and `workflow`.

    Where only the user says something it is a generation of nothing but that prompt; None where nobody does.
    """
    return next((said for _, said, _ in several(sql, [image])), None)


def several(sql: sqlite3.Connection, images: Iterable[int]) -> list[tuple[int, Generation, int]]:
    """Of those of these images of which anything is known, in their order: how they were made, and the bytes of the
    graph, 0 for none."""
    given = json.dumps(list(images))
    found: dict[int, list[tuple[Any, ...]]] = {}
    for image, *row in sql.execute(_ROWS, (given,)):
        found.setdefault(image, []).append(tuple(row))
    texts: dict[int, dict[str, str]] = {}
    for image, kind, text in sql.execute(_TEXTS, (given,)):
        texts.setdefault(image, {}).setdefault(kind, text)
    loras: dict[int, dict[str, Lora]] = {}
    for image, name, weight in sql.execute(_LORAS, (given,)):
        loras.setdefault(image, {}).setdefault(name, Lora(name, weight))
    sizes = dict(sql.execute(_SIZES, (given,)))
    known = [image for image in json.loads(given) if image in found or image in texts]
    return [
        (image, _together(found.get(image, []), texts.get(image, {}), loras.get(image, {})), sizes.get(image, 0))
        for image in known
    ]


def told(sql: sqlite3.Connection, image: int) -> GenerationOnImage | None:
    """How the image was made, for who asks what is known of it; None where nobody but the user says anything."""
    said = of(sql, image)
    if said is None or said == Generation(generator="", prompt=said.prompt, negative=said.negative):
        return None
    width, height = said.size or (None, None)
    return GenerationOnImage(
        generator=said.generator,
        model=said.model,
        loras=[LoraOnImage(name=lora.name, weight=lora.weight) for lora in said.loras],
        seed="" if said.seed is None else str(said.seed),
        steps=said.steps,
        cfg=said.cfg,
        sampler=said.sampler,
        scheduler=said.scheduler,
        width=width,
        height=height,
    )


def _together(rows: list[tuple[Any, ...]], texts: dict[str, str], loras: dict[str, Lora]) -> Generation:
    facts = [next((value for value in column if value not in (None, "")), None) for column in zip(*rows, strict=True)]
    generator, model, seed, steps, cfg, sampler, scheduler, width, height = facts or [None] * 9
    return Generation(
        generator=generator or "",
        prompt=texts.get("prompt", ""),
        negative=texts.get("negative", ""),
        model=model or "",
        loras=tuple(loras.values()),
        seed=int(seed) if seed else None,
        steps=steps,
        cfg=cfg,
        sampler=sampler or "",
        scheduler=scheduler or "",
        size=(width, height) if width and height else None,
    )


def raw(sql: sqlite3.Connection, image: int) -> bytes:
    """The text that all this was read from, in UTF-8; empty for none."""
    return _inflated(sql, "raw", image)


def workflow(sql: sqlite3.Connection, image: int) -> bytes:
    """The graph that ComfyUI or InvokeAI opens again, as JSON; empty for none."""
    return _inflated(sql, "workflow", image)


def _inflated(sql: sqlite3.Connection, column: str, image: int) -> bytes:
    row = sql.execute(f"SELECT {column} FROM generation_texts WHERE image = ?", (image,)).fetchone()
    return zlib.decompress(row[0]) if row and row[0] else b""
