"""The town at a point: the nearest one, and the city in whose reach it lies.

The nearest of 155,000 towns is often a quarter of a city or a village beside it (Alfama, Mitte), and nobody looks for
that. So a city reaches as far as its number of people says; in its reach it is the city, and the nearest town the
location in it. A town reaches REACH_KM times the square root of its people: 0.4 km for 1,000, 22 km for 3.4 million.
"""

from __future__ import annotations

import math
from functools import cache
from importlib import resources

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

NEAR_KM = 30.0
"""Beyond, no town is named; the region and the country still are, up to FAR_KM."""
FAR_KM = 100.0
REACH_KM = 0.012
_KM_A_DEGREE = 111.2
_WINDOW = FAR_KM / _KM_A_DEGREE


class Place(Struct, frozen=True):
    """Names as GeoNames spells them, '' for what is not near. `location`: a place in or at the city."""

    location: str = ""
    city: str = ""
    region: str = ""
    country: str = ""


class _Towns:
    """All towns, sorted by their latitude. `reach`: square kilometres; `region`: the number of one, which is of one
    country; `country`: the first region of that."""

    def __init__(self) -> None:
        source = resources.files("vaultd.places").joinpath("towns.npz")
        with source.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            self.latitude: NDArray[np.float32] = stored["latitude"]
            self.longitude: NDArray[np.float32] = stored["longitude"]
            self.reach = (REACH_KM**2 * stored["population"]).astype(np.float32)
            self.region: NDArray[np.uint16] = stored["region"]
            self.names: bytes = stored["names"].tobytes()
            self.regions = stored["regions"].tobytes().decode().split("\n")
            self.countries = stored["countries"].tobytes().decode().split("\n")
        firsts = [self.countries.index(country) for country in self.countries]
        self.country: NDArray[np.uint16] = np.array(firsts, np.uint16)[self.region]
        ends = np.flatnonzero(np.frombuffer(self.names, np.uint8) == ord("\n"))
        self.ends: NDArray[np.int32] = np.append(ends, len(self.names)).astype(np.int32)

    def name(self, town: int) -> str:
        start = int(self.ends[town - 1]) + 1 if town else 0
        return self.names[start : int(self.ends[town])].decode()


def place(latitude: float, longitude: float) -> Place | None:
    """What is at a point, in degrees north and east; None far from everything, as at sea."""
    towns = _towns()
    edges = np.array([latitude - _WINDOW, latitude + _WINDOW], np.float32)
    low, high = map(int, towns.latitude.searchsorted(edges))
    if low == high:
        return None
    near = slice(low, high)
    east = towns.longitude[near] - np.float32(longitude)
    east -= 360 * np.rint(east / 360)
    east *= np.float32(math.cos(math.radians(latitude)))
    north = towns.latitude[near] - np.float32(latitude)
    square = (north * north + east * east) * np.float32(_KM_A_DEGREE**2)
    nearest = int(square.argmin())
    if square[nearest] > FAR_KM**2:
        return None
    area = int(towns.region[near][nearest])
    within = (square <= towns.reach[near]) & (towns.country[near] == towns.country[near][nearest])
    reaching = np.flatnonzero(within)
    city = int(reaching[towns.reach[near][reaching].argmax()]) if len(reaching) else nearest
    if square[nearest] > NEAR_KM**2 and not len(reaching):
        return Place(region=towns.regions[area], country=towns.countries[area])
    area = int(towns.region[near][city])
    names = towns.name(near.start + nearest), towns.name(near.start + city)
    return Place(names[0] if names[0] != names[1] else "", names[1], towns.regions[area], towns.countries[area])


@cache
def _towns() -> _Towns:
    return _Towns()
