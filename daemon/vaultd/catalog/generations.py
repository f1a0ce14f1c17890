"""How generated pictures were made, as their files (source `generator`) and what stands beside them (`sidecar`) say.

Prompts are texts like others (`texts`), so the user may write others beside them. It follows from the files, so storing
it is no action and there is nothing to undo.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from vaultd.catalog.store import Transaction
from vaultd.domain.generation import Generation, Lora, Packed

Source = Literal["generator", "sidecar"]
PROMPTS = ("prompt", "negative")
"""Kinds of text, and the fields of a generation that hold them."""

_FIRST = "source = 'user' DESC, source = 'sidecar' DESC, source"
"""The user's word goes before that of a file beside the picture, and this before the picture's own."""


@dataclass(frozen=True, slots=True)
class Held:
    """What can be read of an image: its prompts in Unicode characters, and the bytes of its graph, 0 for none."""

    image: int
    has_prompt: bool
    workflow_size: int


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
    told = sql.execute("SELECT * FROM generations WHERE image = ? AND source = ?", (image, source)).fetchall()
    return (
        told
        + sql.execute(
            "SELECT * FROM loras WHERE image = ? AND source = ? ORDER BY position", (image, source)
        ).fetchall()
    )


def of(sql: sqlite3.Connection, image: int) -> Generation | None:
    """How the image was made: of each fact what goes first; the prompts are those that the user wrote, if any.

    None where only the user says something, or nobody. Without `raw` and `workflow`.
    """
    rows = sql.execute(
        "SELECT source, generator, model, seed, steps, cfg, sampler, scheduler, width, height FROM generations"
        " WHERE image = ? ORDER BY source = 'sidecar' DESC",
        (image,),
    ).fetchall()
    if not rows:
        return None
    generator, model, seed, steps, cfg, sampler, scheduler, width, height = (
        next((value for value in column if value not in (None, "")), None)
        for column in list(zip(*rows, strict=True))[1:]
    )
    return Generation(
        generator=generator or "",
        model=model or "",
        loras=_loras(sql, image),
        seed=int(seed) if seed else None,
        steps=steps,
        cfg=cfg,
        sampler=sampler or "",
        scheduler=scheduler or "",
        size=(width, height) if width and height else None,
        **{kind: _text(sql, image, kind) for kind in PROMPTS},
    )


def held(sql: sqlite3.Connection, images: Iterable[int]) -> list[Held]:
    """Those of these images that a program or a person says a prompt of, or that hold a graph, in their order."""
    rows = sql.execute(
        "SELECT given.value, EXISTS (SELECT 1 FROM texts WHERE texts.image = given.value AND kind = 'prompt')"
        " OR EXISTS (SELECT 1 FROM generations WHERE generations.image = given.value) AS has_prompt,"
        " coalesce(workflow_size, 0) AS size FROM json_each(?) AS given"
        " LEFT JOIN generation_texts ON generation_texts.image = given.value"
        " WHERE has_prompt OR size > 0 ORDER BY given.key",
        (json.dumps(list(images)),),
    )
    return [Held(image, bool(has_prompt), size) for image, has_prompt, size in rows]


def raw(sql: sqlite3.Connection, image: int) -> bytes:
    """The text that all this was read from, in UTF-8; empty for none."""
    return _inflated(sql, "raw", image)


def workflow(sql: sqlite3.Connection, image: int) -> bytes:
    """The graph that ComfyUI or InvokeAI opens again, as JSON; empty for none."""
    return _inflated(sql, "workflow", image)


def _inflated(sql: sqlite3.Connection, column: str, image: int) -> bytes:
    row = sql.execute(f"SELECT {column} FROM generation_texts WHERE image = ?", (image,)).fetchone()
    return zlib.decompress(row[0]) if row and row[0] else b""


def _loras(sql: sqlite3.Connection, image: int) -> tuple[Lora, ...]:
    """Each name once, as the source says that goes first."""
    rows = sql.execute(
        "SELECT name, weight FROM loras WHERE image = ? ORDER BY source = 'sidecar' DESC, position", (image,)
    )
    named: dict[str, Lora] = {}
    for name, weight in rows:
        named.setdefault(name, Lora(name, weight))
    return tuple(named.values())


def _text(sql: sqlite3.Connection, image: int, kind: str) -> str:
    row = sql.execute(
        f"SELECT text FROM texts WHERE image = ? AND kind = ? ORDER BY {_FIRST} LIMIT 1", (image, kind)
    ).fetchone()
    return str(row[0]) if row else ""
