"""The lock of the vector index."""

import threading
from contextlib import ExitStack

from vaultd.index.shared import SharedLock

PATIENCE_S = 10.0


def test_many_look_at_once() -> None:
    lock, both = SharedLock(), threading.Barrier(2)

    def look() -> None:
        with lock.looking():
            both.wait(PATIENCE_S)

    looking = [threading.Thread(target=look) for _ in range(2)]
    for one in looking:
        one.start()
    for one in looking:
        one.join(PATIENCE_S)
    assert not both.broken


def test_who_changes_is_alone_and_comes_before_those_who_ask_later() -> None:
    lock, order, waits = SharedLock(), list[str](), threading.Event()

    def change() -> None:
        waits.set()
        with lock.changing():
            order.append("changed")

    def look() -> None:
        with lock.looking():
            order.append("looked later")

    with ExitStack() as first:
        first.enter_context(lock.looking())
        changing, later = threading.Thread(target=change), threading.Thread(target=look)
        changing.start()
        assert waits.wait(PATIENCE_S)
        while not lock._door.locked():  # it stands in the door
            pass
        later.start()
        order.append("looked first")
    changing.join(PATIENCE_S)
    later.join(PATIENCE_S)
    assert order == ["looked first", "changed", "looked later"]
