"""Number of threads that share out the work of one process."""

import os

_most: int | None = None


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads() -> int:
    """How many threads a stage may use, >= 1. The same bytes come out with any number."""
    return max(1, min(cores(), _most or cores()))


def limit_threads(most: int) -> None:
    """Let each stage use at most so many threads: processes beside this one use the other processors."""
    global _most
    _most = most
