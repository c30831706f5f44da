"""Stages that overlap: order, errors and ends are as without a thread, and nothing runs on afterwards."""

import threading
import time
from collections.abc import Iterator

import pytest

from gifsom.core.prefetch import prefetch


def test_items_come_in_order_and_not_too_many_are_made_early() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for n in range(50):
            made.append(n)
            yield n

    for n in prefetch(items(), 2):
        time.sleep(0.001)
        assert len(made) <= n + 5
    assert list(range(50)) == made


def test_error_comes_in_its_turn() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("broken")

    got: list[int] = []
    with pytest.raises(OSError, match="broken"):
        got.extend(prefetch(items(), 1))
    assert got == [1, 2]


def test_whoever_stops_early_ends_the_thread_and_closes_the_items() -> None:
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            yield from range(10**9)
        finally:
            closed.set()

    stream = prefetch(items(), 1)
    assert next(stream) == 0
    stream.close()
    assert closed.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name == "prefetch"]


def test_nothing_is_nothing() -> None:
    assert list(prefetch([], 1)) == []
