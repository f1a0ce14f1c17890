"""`doctor` on what stands in the attributes of files and beside them: can it be read, and is it written if asked?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vaultd.catalog import sidecars
from vaultd.handlers.vault import Vault
from vaultd.ingest.writing_back import Problem, WritingBack
from vaultipc.codec import display
from vaultipc.messages import Check

_SHOWN = 3
"""Reasons that are named; there may be as many as sidecars."""


def checks(vault: Vault) -> Iterator[Check]:
    """Both places of writing, and the sidecars that are there."""
    ingest = vault.ingest
    yield written("attributes of files", ingest.upkeep.writing_back, "in their files, too", "library.write_xattrs")
    yield written("writing sidecars", ingest.upkeep.writing_sidecars, "beside them, too", "library.write_sidecars")
    yield _sidecars(vault)


def written(name: str, writing: WritingBack[Any, Any, Any], where: str, key: str) -> Check:
    """Whether what the user says of pictures stands there, too, where that is asked for."""
    if not writing.enabled:
        return Check(name=name, state="skip", message=f"what you say of pictures is not written {where} ({key})")
    if not writing.problems:
        return Check(name=name, state="ok", message=f"what you say of pictures stands {where}")
    alike: dict[tuple[int, str], list[Problem]] = {}
    for problem in writing.problems:
        alike.setdefault((problem.volume, problem.reason), []).append(problem)
    told = [_told(some) for some in list(alike.values())[:_SHOWN]]
    remedies = dict.fromkeys(some[0].remedy for some in alike.values())
    return Check(
        name=name,
        state="warn",
        message=f"could not be written: {'; '.join(told)}",
        fix=f"{', or '.join(remedies)}; it is tried again every minute, and the catalog keeps it until then",
    )


def _told(alike: list[Problem]) -> str:
    path = display(alike[0].path)[0]
    return f"{alike[0].reason}, of {path}" + (f" and {len(alike) - 1} more" if len(alike) > 1 else "")


def _sidecars(vault: Vault) -> Check:
    """Whether all sidecars can be read."""
    with vault.catalog.read() as sql:
        problems = sidecars.problems(sql)
    if not problems:
        return Check(name="sidecars", state="ok", message="every sidecar can be read")
    told = [f"{reason} ({count}, such as {display(path)[0]})" for reason, count, path in problems[:_SHOWN]]
    return Check(
        name="sidecars",
        state="warn",
        message=f"some cannot be read, what they said before counts on: {'; '.join(told)}",
        fix="save them again with the program that wrote them, or delete them",
    )
