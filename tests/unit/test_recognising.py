"""What surrounds the reading of text: pieces of long pictures, lines in rows, which pictures are like a screen."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from PIL import Image

from support.written import screen
from vaultd.demo.scene import Scene, draw
from vaultd.worker.telling.recognising import Line, in_rows, is_like_a_screen, pieces, without_twice


@pytest.mark.parametrize("size", [(1080, 1920), (130, 720), (400, 2000), (1500, 3000)])
def test_a_picture_that_is_not_too_long_is_read_whole(size: tuple[int, int]) -> None:
    pixels = np.zeros((*size, 3), np.uint8)
    (whole,) = pieces(pixels)
    assert whole is pixels


@pytest.mark.parametrize("axis", [0, 1])
def test_a_long_picture_is_read_in_pieces_that_overlap_and_leave_nothing_out(axis: int) -> None:
    long = np.repeat(np.arange(9000, dtype=np.int64)[:, None, None], 700, axis=1).astype(np.uint16)
    pixels = np.repeat(long if axis == 0 else long.swapaxes(0, 1), 3, axis=2)
    found = [np.unique(piece[:, :1] if axis == 0 else piece[:1]) for piece in pieces(pixels)]  # type: ignore[arg-type]
    assert len(found) > 4
    assert sorted(set(np.concatenate(found).tolist())) == list(range(9000))
    for before, after in pairwise(found):
        assert 0 < len(np.intersect1d(before, after)) < len(before) / 10
    assert max(map(len, found)) < 3 * 700


def test_what_two_pieces_share_is_said_once() -> None:
    before = [Line("one", 1), Line("two", 1), Line("three", 1)]
    assert without_twice(before, [Line("three", 1), Line("four", 1)]) == [Line("four", 1)]
    far = [Line("four", 1), Line("five", 1), Line("six", 1), Line("three", 1)]
    assert without_twice(before, far) == far, "a line may well come again further on"
    assert without_twice([], far) == far


def test_what_stands_beside_each_other_is_one_line() -> None:
    found = [
        Line("39.90", 0.8, left=400, top=52, bottom=70),
        Line("Total", 1.0, left=10, top=50, bottom=72),
        Line("Thank you", 0.9, left=10, top=80, bottom=100),
        Line("Bill", 0.7, left=10, top=10, bottom=30),
    ]
    rows = in_rows(found)
    assert [row.text for row in rows] == ["Bill", "Total 39.90", "Thank you"]
    assert rows[1].sure == pytest.approx(0.9)
    assert in_rows([]) == []


def test_a_screen_is_told_from_a_drawing_and_a_photograph_like_noise() -> None:
    random = Random(2)
    assert all(is_like_a_screen(np.asarray(screen(random).picture)) for _ in range(3))
    scene = draw(Scene("boat", "red", "meadow", 3), (640, 480)).convert("RGB")
    assert not is_like_a_screen(np.asarray(scene))
    assert not is_like_a_screen(np.asarray(Image.new("RGB", (64, 64), "white")))
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    assert not is_like_a_screen(noise)


REACH = """
import socket, sys
from vaultd.worker.telling.offline import stay_offline
stay_offline()
left, right = socket.socketpair()
left.sendall(b"x")
assert right.recv(1) == b"x"
refused = 0
for reach in (
    lambda: socket.create_connection(("127.0.0.1", 9), 1),
    lambda: socket.socket().connect(("127.0.0.1", 9)),
    lambda: socket.getaddrinfo("localhost", 80),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
):
    try:
        reach()
    except PermissionError as error:
        refused += "reached for the network" in str(error)
print(refused)
"""


def test_a_library_that_reaches_for_the_network_is_refused() -> None:
    done = subprocess.run([sys.executable, "-c", REACH], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "4"
