"""Processes that work for this one."""

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

GRACE: Final = 0.5
"""Seconds that a process has to end by itself, from one report of its progress to the next, before it is killed."""

SPAWN: Final = multiprocessing.get_context("spawn")
"""How they begin: a fork of a process with threads may hang."""


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Start processes in the block that ignore Ctrl-C, even while Python starts in them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
