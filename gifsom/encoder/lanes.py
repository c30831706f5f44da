"""Frames of several segments that are coded at the same time, by as many threads as there are.

A frame is pulled from the source, prepared, and coded. Pulling goes frame after frame; any frames can be prepared at
the same time; coding goes frame after frame within a segment, and segments do not wait for each other. A thread that
is free takes up what delays the result most: coding before preparing before pulling, and the oldest segment first.
What comes out is in the order of the frames, and does not depend on the number of threads.
"""

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Frame = TypeVar("Frame")
Ready = TypeVar("Ready")
Buffer = TypeVar("Buffer")
Coded = TypeVar("Coded")

LEAD = 3
"""Frames of a segment that hold a buffer at a time: one that is coded, one that is ready, one that becomes so."""

_PATIENCE = 0.5  # seconds after which the main thread looks around, where a signal does not wake it


class Coder(ABC, Generic[Frame, Buffer, Ready, Coded]):
    """The work that is shared out. Each method may be called by any thread."""

    @abstractmethod
    def begins(self, frame: Frame) -> bool:
        """Whether a segment begins with a frame."""

    @abstractmethod
    def buffer(self) -> Buffer:
        """Room for a frame that is prepared."""

    @abstractmethod
    def prepare(self, frame: Frame, buffer: Buffer) -> Ready:
        """A frame, ready to be coded."""

    @abstractmethod
    def segment(self) -> Callable[[Ready], Coded]:
        """A function that codes the frames of one segment, one after the other."""


@dataclass(slots=True, eq=False)
class _Job(Generic[Frame, Buffer, Ready]):
    """A frame on its way: `buffer` once it is being prepared, `ready` instead of the frame once it is."""

    frame: Frame | None
    buffer: Buffer | None = None
    ready: Ready | None = None


@dataclass(slots=True, eq=False)
class _Lane(Generic[Frame, Buffer, Ready, Coded]):
    """A segment: its frames that wait, whether one is being coded, whether all are known, and what was coded."""

    code: Callable[[Ready], Coded]
    jobs: "deque[_Job[Frame, Buffer, Ready]]" = field(default_factory=deque)
    busy: bool = False
    complete: bool = False
    done: deque[Coded] = field(default_factory=deque)

    @property
    def over(self) -> bool:
        return self.complete and not (self.jobs or self.busy or self.done)


class Lanes(Generic[Frame, Buffer, Ready, Coded]):
    """Codes frames on several threads; iterate over `results` once."""

    def __init__(
        self, frames: Iterator[Frame], coder: "Coder[Frame, Buffer, Ready, Coded]", threads: int, ahead: int, room: int
    ) -> None:
        """Say what is coded, and with how many `threads`.

        Args:
            frames: to be coded, in order; the first one begins a segment.
            coder: the work.
            threads: >= 1.
            ahead: frames that may wait, >= 1.
            room: buffers, >= 1.
        """
        self._frames = frames
        self._coder = coder
        self._threads = threads
        self._ahead = ahead
        self._buffers = [coder.buffer() for _ in range(room)]
        self._lanes: deque[_Lane[Frame, Buffer, Ready, Coded]] = deque()
        self._changed = threading.Condition()
        self._pulling = self._ended = self._stopped = False
        self._error: BaseException | None = None

    def results(self) -> Generator[Coded, None, None]:
        """The coded frames, in order. An error of any thread is raised here; then no thread is left."""
        workers = [threading.Thread(target=self._work, name="lane", daemon=True) for _ in range(self._threads)]
        try:
            for worker in workers:
                worker.start()
            while (coded := self._next_result()) is not None:
                yield from coded
        finally:
            with self._changed:
                self._stopped = True
                self._changed.notify_all()
            for worker in workers:
                if worker.ident is not None:
                    worker.join()

    def _next_result(self) -> list[Coded] | None:
        """The coded frames of the oldest segment, once there is something; None at the end."""
        with self._changed:
            while True:
                if self._error is not None:
                    raise self._error
                while self._lanes and self._lanes[0].over:
                    self._lanes.popleft()
                    self._changed.notify_all()
                if self._lanes and self._lanes[0].done:
                    coded = list(self._lanes[0].done)
                    self._lanes[0].done.clear()
                    return coded
                if self._ended and not self._lanes:
                    return None
                self._changed.wait(_PATIENCE)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and (task := self._task()) is None:
                    self._changed.wait()
                if self._stopped:
                    return
                assert task is not None
            try:
                self.run(*task)
            except BaseException as error:
                with self._changed:
                    self._error, self._stopped = self._error or error, True
                    self._changed.notify_all()

    def run(self, work: Callable[..., None], *arguments: Any) -> None:
        """Do what a thread has taken up."""
        work(*arguments)

    def _task(self) -> tuple[Any, ...] | None:
        """The work to be done first, marked as taken: a method and its arguments. None: there is none at present."""
        for lane in self._lanes:
            if lane.jobs and not lane.busy and lane.jobs[0].ready is not None:
                lane.busy = True
                return self._code, lane, lane.jobs.popleft()
        for place, lane in enumerate(self._lanes):
            held = int(lane.busy)
            for job in lane.jobs:
                if job.buffer is None and len(self._buffers) > (place > 0) and held < LEAD:
                    job.buffer = self._buffers.pop()  # the last one is for the oldest segment: it always goes on
                    return self._prepare, job
                held += 1
                if held >= LEAD:
                    break
        waiting = sum(job.buffer is None for lane in self._lanes for job in lane.jobs)
        if not (self._pulling or self._ended) and waiting < self._ahead:
            self._pulling = True
            return (self._pull,)
        return None

    def _pull(self) -> None:
        frame = next(self._frames, None)
        with self._changed:
            self._pulling = False
            if frame is None or self._coder.begins(frame):
                if self._lanes:
                    self._lanes[-1].complete = True
                self._ended = frame is None
            if frame is not None:
                if self._coder.begins(frame):
                    self._lanes.append(_Lane(self._coder.segment()))
                self._lanes[-1].jobs.append(_Job(frame))
            self._changed.notify_all()

    def _prepare(self, job: "_Job[Frame, Buffer, Ready]") -> None:
        assert job.frame is not None
        assert job.buffer is not None
        ready = self._coder.prepare(job.frame, job.buffer)
        with self._changed:
            job.frame, job.ready = None, ready
            self._changed.notify_all()

    def _code(self, lane: "_Lane[Frame, Buffer, Ready, Coded]", job: "_Job[Frame, Buffer, Ready]") -> None:
        assert job.ready is not None
        assert job.buffer is not None
        coded = lane.code(job.ready)
        with self._changed:
            lane.done.append(coded)
            lane.busy = False
            self._buffers.append(job.buffer)
            self._changed.notify_all()
