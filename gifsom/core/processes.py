"""Processes that work for this one."""

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import spawn
from threading import Lock, get_ident
from typing import Any, Final

GRACE: Final = 0.5
"""Seconds that a process has to end by itself, from one report of its progress to the next, before it is killed."""

SPAWN: Final = multiprocessing.get_context("spawn")
"""How they begin: a fork of a process with threads may hang."""


_STARTING: Final = Lock()
"""Held while a process is started."""


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


@contextmanager
def without_script() -> Iterator[None]:
    """A process that this thread starts in the block does not import the script: what it runs is all in modules.

    So a script needs no `if __name__ == "__main__":`, and nothing in it is run twice.
    """
    thread = get_ident()
    with _STARTING:
        prepare = spawn.get_preparation_data

        def prepared(name: str) -> dict[str, Any]:
            data = prepare(name)
            if get_ident() == thread:
                data.pop("init_main_from_name", None)
                data.pop("init_main_from_path", None)
            return data

        spawn.get_preparation_data = prepared
        try:
            yield
        finally:
            spawn.get_preparation_data = prepare
