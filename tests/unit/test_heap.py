"""Memory that was freed in small pieces is given back to the system."""

from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import trio
from vaultd.app import heap
from vaultd.domain.memory import resident_bytes

pieces = [bytes(1024) for _ in range(100_000)]
kept = pieces[::64]
del pieces
heap.LOOK_S = 0.01
before = resident_bytes()

async def main():
    with trio.move_on_after(20):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(heap.give_back)
            while resident_bytes() > before / 2:
                await trio.sleep(0.01)
            nursery.cancel_scope.cancel()
    print(before, resident_bytes(), len(kept))

trio.run(main)
"""


def test_gaps_between_what_is_kept_are_given_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    before, after, _ = map(int, done.stdout.split())
    assert before > 100 << 20
    assert after < before / 2
