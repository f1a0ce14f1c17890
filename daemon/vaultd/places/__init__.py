"""Which town, region and country a point on earth lies in or near: offline, from the data of GeoNames (CC BY 4.0).

Knows nothing else of ours. `towns.npz` is made by scripts/gazetteer.py.
"""

from vaultd.places.gazetteer import Place, place

__all__ = ["Place", "place"]
