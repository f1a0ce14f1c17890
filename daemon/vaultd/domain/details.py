"""What a source tells of how, when and where a picture was taken, as it stands there, and what that means."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from vaultd.domain.provided import PROVIDER

EMBEDDED = ("exif", "xmp", "iptc")
SIDECAR, NAME = "sidecar", "name"
SOURCES = (SIDECAR, *EMBEDDED, PROVIDER, NAME)
"""Who is believed first, first. What the user says is no detail; it stands before all of these."""


class Details(Struct, frozen=True, omit_defaults=True):
    """Each is text as the source has it, '' where it says nothing.

    `taken`: a date, perhaps with a time and a zone; `zone`: that of EXIF, which stands apart. `exposure`: seconds, also
    as a fraction; `aperture`: the f-number; `focal`: millimetres; `latitude`, `longitude`: degrees, of any form.
    """

    taken: str = ""
    zone: str = ""
    camera: str = ""
    lens: str = ""
    iso: str = ""
    exposure: str = ""
    aperture: str = ""
    focal: str = ""
    latitude: str = ""
    longitude: str = ""


def first_told(several: Iterable[Details]) -> Details:
    """Of several, of each fact what the first one says that says it."""
    every = list(several)
    names = Details.__struct_fields__
    return Details(**{name: next((told for one in every if (told := getattr(one, name))), "") for name in names})


class Taken(Struct, frozen=True):
    """What the details of a picture mean, None where nothing says it.

    `taken_at`: milliseconds since 1970 of the local time read as if it were UTC; `zone`: how many minutes that is east
    of UTC. `exposure`: microseconds; `aperture`, `focal`: tenths of an f-number, of a millimetre. `latitude`,
    `longitude`: degrees north and east. `sources`: who said it, by name; a place is of one source.
    """

    taken_at: int | None = None
    zone: int | None = None
    camera: str | None = None
    lens: str | None = None
    iso: int | None = None
    exposure: int | None = None
    aperture: int | None = None
    focal: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    sources: dict[str, str] = {}
