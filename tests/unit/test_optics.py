"""What values of aperture, focal length and exposure mean, and what is refused."""

from __future__ import annotations

import pytest

from vaultd.query import QueryFault, parse
from vaultd.query.optics import aperture, exposure, focal


def test_a_value_means_what_rounds_to_it() -> None:
    assert aperture("2.8") == aperture("f/2.8") == (28, 28)
    assert (focal("35"), focal("35mm"), focal("24.5")) == ((345, 354), (345, 354), (245, 245))
    low, high = exposure("1/125")
    assert low <= 8000 <= high, "as cameras write 10/1250"
    assert low <= 7949 <= high, "and 10/1258"
    assert not low <= 6250 <= high, "the next one, 1/160, is another"
    assert exposure("2.5s") == exposure("2.5")


@pytest.mark.parametrize(
    "query",
    ["aperture:0", "aperture:wide", "aperture:f/", "focal:0", "focal:35cm", "exposure:0", "exposure:1/0",
     "exposure:fast", "aperture:8..2.8", "focal:70..24", "exposure:1/30..1/125"],
)  # fmt: skip
def test_what_is_no_such_number_is_refused(query: str) -> None:
    with pytest.raises(QueryFault):
        parse(query)
