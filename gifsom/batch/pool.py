"""A pool of processes that survives their deaths: the work of one that died is done by another.

Each process has a pipe of its own. A pool of concurrent.futures breaks as a whole when one dies, and does not say whose
work it was; a queue that all of them write to stays locked for ever when one is killed while it writes.
"""

import signal
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Final, Generic, TypeAlias, TypeVar

from gifsom.core.processes import GRACE, SPAWN, uninterrupted, without_script
from gifsom.core.progress import Progress, throttled

Item = TypeVar("Item")
Value = TypeVar("Value")
Tell: TypeAlias = Progress

TRIES: Final = 2
"""Processes that an item may kill."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A result that could not be made; `why` gives the reason in a few words."""

    why: str


@dataclass(frozen=True, slots=True)
class _Done(Generic[Value]):
    value: Value


def run(
    function: Callable[[Item, Tell], Value],
    items: Sequence[Item],
    jobs: int,
    tell: Callable[[int | None, str, int, int | None], None],
    prepare: Callable[[Tell], object],
) -> Generator[tuple[int, Value | Lost], None, None]:
    """Yield the number of each item with its result from `function`, in the order in which they are done.

    Args:
        function: picklable; called with an item and a callback for its progress. An exception ends its process.
        items: picklable.
        jobs: number of processes, at least 1.
        tell: called with progress, the number of the item first; None while `prepare` runs.
        prepare: picklable; one process runs it before any of them begins.

    Raises `RuntimeError` where processes cannot start. When the iterator is closed, no process is left.
    """
    waiting, deaths = deque(range(len(items))), Counter[int]()
    workers = [_Worker(function) for _ in range(min(jobs, len(items)))]
    try:
        if workers:
            _run_alone(workers[0], prepare, lambda *report: tell(None, *report))
        while waiting or any(worker.busy for worker in workers):
            for place, worker in enumerate(workers):
                if not worker.busy and waiting:
                    if not worker.process.is_alive():
                        worker.end(0)
                        workers[place] = worker = _Worker(function)
                    worker.give(waiting.popleft(), items)
            for worker in _with_news(workers):
                number = worker.number
                assert number is not None
                try:
                    message = worker.link.recv()
                except (EOFError, OSError):
                    worker.end(GRACE)
                    deaths[number] += 1
                    if deaths[number] < TRIES:
                        waiting.appendleft(number)
                    else:
                        yield number, Lost(f"its process ended {TRIES} times in mid-work ({worker.cause})")
                    continue
                if isinstance(message, _Done):
                    worker.number = None
                    yield number, message.value
                else:
                    tell(number, *message)
    finally:
        _end(workers)


class _Worker:
    """A process, the pipe to it, and the number of its current item."""

    def __init__(self, function: Callable[[Any, Tell], Any]) -> None:
        self.link, theirs = SPAWN.Pipe()
        self.process = SPAWN.Process(target=_serve, args=(theirs, function), daemon=True)
        self.number: int | None = None
        with uninterrupted(), without_script():
            self.process.start()
        theirs.close()  # or the pipe would not report the end of the process

    @property
    def busy(self) -> bool:
        return self.number is not None

    @property
    def cause(self) -> str:
        code = self.process.exitcode or 0
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"

    def give(self, number: int, items: Sequence[object]) -> None:
        self.number = number
        with suppress(OSError):  # it has just died: its pipe says so when it is read
            self.link.send((None, items[number]))

    def end(self, grace: float) -> None:
        """Wait at most `grace` seconds for its end, then kill it."""
        self.link.close()
        self.number = None
        self.process.join(max(0.0, grace))
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def _run_alone(worker: _Worker, prepare: Callable[[Tell], object], tell: Tell) -> None:
    """Run `prepare` in one process. Raises `RuntimeError` where processes cannot start; if it is killed, go on
    without."""
    try:
        worker.link.send((prepare, None))
        while not isinstance(message := worker.link.recv(), _Done):
            tell(*message)
    except (EOFError, OSError):
        worker.end(GRACE)
        if (worker.process.exitcode or 0) > 0:
            raise RuntimeError(f"the first process ended at once ({worker.cause}): it cannot import gifsom") from None


def _with_news(workers: Sequence[_Worker]) -> list[_Worker]:
    links = wait([worker.link for worker in workers if worker.busy])
    return [worker for worker in workers if worker.link in links]


def _end(workers: Sequence[_Worker]) -> None:
    """End all workers at once: a process whose pipe is closed ends when idle, or at its next progress report."""
    for worker in workers:
        worker.link.close()
    deadline = time.monotonic() + GRACE
    for worker in workers:
        worker.end(deadline - time.monotonic())


def _serve(link: "Connection[Any, Any]", function: Callable[[Any, Tell], Any]) -> None:
    """Process items one after the other, until the other end of the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def tell(stage: str, done: int, of: int | None) -> None:
        try:
            link.send((stage, done, of))
        except OSError:
            raise KeyboardInterrupt from None  # all code is made to leave nothing behind then

    try:
        while True:
            try:
                prepare, item = link.recv()
            except (EOFError, OSError):
                return
            report = throttled(tell)
            done = _Done(function(item, report) if prepare is None else prepare(report))
            with suppress(OSError):  # then it is told by the next recv
                link.send(done)
    except KeyboardInterrupt:
        return
