"""Work in the background: threads that get what others leave of the processor."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

Value = TypeVar("Value")

_NICE = 10
"""Niceness on Linux that is added: a tenth of a core that another thread wants, so that what is begun gets done."""


def lower_priority() -> None:
    """Give this thread a low priority, where the system has such; it cannot be raised again everywhere."""
    with suppress(OSError):
        if sys.platform == "linux":
            thread = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, thread, min(19, os.getpriority(os.PRIO_PROCESS, thread) + _NICE))
        elif sys.platform == "win32":
            import ctypes

            ctypes.windll.kernel32.SetThreadPriority(ctypes.windll.kernel32.GetCurrentThread(), -2)
        elif hasattr(os, "PRIO_DARWIN_THREAD"):
            os.setpriority(os.PRIO_DARWIN_THREAD, 0, os.PRIO_DARWIN_BG)


def in_background(work: Callable[[], Value]) -> "Future[Value]":
    """Begin `work` in a thread of low priority; the future has what it gives, or raises."""
    future: Future[Value] = Future()
    threading.Thread(target=_run, args=(work, future), name="background", daemon=True).start()
    return future


def _run(work: Callable[[], Value], future: "Future[Value]") -> None:
    lower_priority()
    try:
        future.set_result(work())
    except BaseException as error:
        future.set_exception(error)
