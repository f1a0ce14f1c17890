"""Whom of several sources is believed: for each fact the first that says something possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from vaultd.domain.details import Details, Taken
from vaultd.metadata import values

Meaning = TypeVar("Meaning")
_MOST_SECONDS, _MOST_F, _MOST_MM = 86_400, 1_000, 20_000


def settled(told: Mapping[str, Details]) -> Taken:
    """What the details of these sources mean together. `told`: by source, the one believed first first."""
    sources: dict[str, str] = {}

    def first(name: str, means: Callable[[Details], Meaning | None]) -> Meaning | None:
        for source, details in told.items():
            meaning = means(details)
            if meaning is not None:
                sources[name] = source
                return meaning
        return None

    taken = first("date", lambda one: values.moment(one.taken, one.zone)) or (None, None)
    north, east = first("place", lambda one: values.position(one.latitude, one.longitude)) or (None, None)
    return Taken(
        taken_at=taken[0],
        zone=taken[1],
        camera=first("camera", lambda one: one.camera or None),
        lens=first("lens", lambda one: one.lens or None),
        iso=first("iso", lambda one: values.scaled(one.iso, 1, values.HIGHEST_ISO)),
        exposure=first("exposure", lambda one: values.scaled(one.exposure, 1_000_000, _MOST_SECONDS)),
        aperture=first("aperture", lambda one: values.scaled(one.aperture, 10, _MOST_F)),
        focal=first("focal", lambda one: values.scaled(one.focal, 10, _MOST_MM)),
        latitude=north,
        longitude=east,
        sources=sources,
    )
