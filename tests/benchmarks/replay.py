"""The tasks of a recorded conversion, done anew by any number of processors, each as long as it was.

Two passes over the clip follow each other; what comes before, between and after them is done by one thread. In each
pass a frame goes from ffmpeg's threads to ours. Where one may be ahead of the next by so many frames only, a task waits
for one of an earlier frame. Frames of segments are taken up by the rules of gifsom.encoder.lanes.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from gifsom.encoder.lanes import LEAD
from gifsom.encoder.rd_encoder import bounds
from gifsom.native.denoise import lookahead
from gifsom.palette.sample import DETECTORS
from gifsom.sources.ffmpeg import QUEUE_BYTES

Task: TypeAlias = tuple[str, int]
"""Its kind, and the number of the frame."""

FFMPEG_QUEUE = 8
"""Frames that wait between two of ffmpeg's threads, at most: its own choice."""

FIRST = ("decode", "filter", "deliver", "read", "sample", "salience")
SECOND = ("decode", "filter", "deliver", "pull", "prepare", "code", "write")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A conversion, in seconds of a processor.

    size      width and height in pixels
    alone     what is done while nothing else can be: start, training, end
    first     tasks of the first pass, of the kinds FIRST
    second    tasks of the second one, of the kinds SECOND
    segments  the segment of each frame, as ascending numbers
    scenes    that the first pass found
    """

    size: tuple[int, int]
    alone: dict[str, float]
    first: dict[Task, float]
    second: dict[Task, float]
    segments: list[int]
    scenes: int

    @property
    def total(self) -> float:
        return sum(sum(part.values()) for part in (self.alone, self.first, self.second))

    def seconds(self, kind: str) -> float:
        return sum(seconds for part in (self.first, self.second) for task, seconds in part.items() if task[0] == kind)


class Policy(Protocol):
    """What may be done next."""

    def pick(self) -> Task | None:
        """A task that is begun now; None: there is none at present."""

    def finish(self, task: Task) -> None:
        """A task is done."""


def elapsed(policy: Policy, seconds: dict[Task, float], processors: int) -> float:
    """Seconds until nothing is left to be done."""
    running: list[tuple[float, Task]] = []
    now = 0.0
    while True:
        while len(running) < processors and (task := policy.pick()) is not None:
            heapq.heappush(running, (now + seconds.get(task, 0.0), task))
        if not running:
            return now
        now, task = heapq.heappop(running)
        policy.finish(task)


class Graph:
    """Tasks each of which waits for others, those of the oldest frame first."""

    def __init__(self, waits: dict[Task, list[Task]]) -> None:
        self._left = {task: len(others) for task, others in waits.items()}
        self._next = defaultdict(list)
        for task, others in waits.items():
            for other in others:
                self._next[other].append(task)
        self._ready = [(task[1], task) for task, left in self._left.items() if not left]
        heapq.heapify(self._ready)

    def pick(self) -> Task | None:
        return heapq.heappop(self._ready)[1] if self._ready else None

    def finish(self, task: Task) -> None:
        for other in self._next[task]:
            self._left[other] -= 1
            if not self._left[other]:
                heapq.heappush(self._ready, (other[1], other))


def _waits(count: int, rules: dict[str, list[tuple[str, int]]]) -> dict[Task, list[Task]]:
    """What each task of `count` frames waits for, by kind: a kind, and how many frames later or earlier."""
    return {
        (kind, n): [(other, min(n + away, count - 1)) for other, away in others if n + away >= 0]
        for kind, others in rules.items()
        for n in range(count)
    }


def _input(size: tuple[int, int], processors: int, user: str, later: int) -> dict[str, list[tuple[str, int]]]:
    """The rules of what ffmpeg does, whose frames `user` takes, `later` frames before its own at the latest."""
    waiting = max(2, QUEUE_BYTES // (3 * size[0] * size[1]))
    return {
        "decode": [("decode", -min(processors, 16)), ("filter", -FFMPEG_QUEUE)],
        "filter": [("filter", -1), ("decode", 0), ("deliver", -FFMPEG_QUEUE)],
        "deliver": [("deliver", -1), ("filter", 0), (user, -waiting - later)],
    }


def first_pass(run: Recorded, processors: int) -> Graph:
    """The first pass, as `first_pass` and `Sampler` do it."""
    detectors = max(1, min(DETECTORS, processors - 1))
    return Graph(
        _waits(
            len(run.segments),
            _input(run.size, processors, "read", 1)
            | {
                "read": [("deliver", 0), ("read", -1), ("sample", -3)],
                "sample": [("read", 0), ("sample", -1), ("salience", -detectors)],
                "salience": [("sample", 0), ("salience", -detectors)],
            },
        )
    )


class SecondPass:
    """The second pass: ffmpeg's part and writing as a graph, and the rest as `Lanes._task` takes it up."""

    def __init__(self, run: Recorded, processors: int) -> None:
        count = len(run.segments)
        rules = _input(run.size, processors, "pull", lookahead())
        self._graph = Graph(_waits(count, rules | {"write": [("code", 0), ("write", -1)]}))
        self._segments = run.segments
        self._room, self._ahead = bounds(run.size[0] * run.size[1], processors, run.scenes)
        self._lanes: dict[int, list[int]] = defaultdict(list)  # frames that were pulled and are not coded
        self._state: dict[int, str] = {}
        self._busy: set[int] = set()
        self._delivered = self._pulled = 0
        self._pulling = False

    def pick(self) -> Task | None:
        return self._graph.pick() or self._lane_task()

    def finish(self, task: Task) -> None:
        kind, frame = task
        if kind == "deliver":
            self._delivered += 1
        elif kind == "pull":
            self._pulling = False
            self._state[frame] = "waiting"
            self._lanes[self._segments[frame]].append(frame)
        elif kind == "prepare":
            self._state[frame] = "ready"
        elif kind == "code":
            self._busy.discard(self._segments[frame])
            self._room += 1
        self._graph.finish(task)

    def _lane_task(self) -> Task | None:
        alive = [lane for lane in sorted(self._lanes) if self._lanes[lane] or lane in self._busy]
        for lane in alive:
            if lane not in self._busy and self._state[self._lanes[lane][0]] == "ready":
                self._busy.add(lane)
                return "code", self._lanes[lane].pop(0)
        for place, lane in enumerate(alive):
            for held, frame in enumerate(self._lanes[lane], lane in self._busy):
                if held < LEAD and self._state[frame] == "waiting" and self._room > (place > 0):
                    self._room -= 1
                    self._state[frame] = "prepared"
                    return "prepare", frame
        return self._next_pull()

    def _next_pull(self) -> Task | None:
        count = len(self._segments)
        waiting = sum(self._state[frame] == "waiting" for lane in self._lanes.values() for frame in lane)
        there = self._delivered >= min(self._pulled + lookahead(), count)
        if self._pulling or self._pulled == count or waiting >= self._ahead or not there:
            return None
        self._pulling = True
        self._pulled += 1
        return "pull", self._pulled - 1


def replay(run: Recorded, processors: int) -> dict[str, float]:
    """Seconds that each stage takes on so many processors."""
    return {
        **run.alone,
        "first pass": elapsed(first_pass(run, processors), run.first, processors),
        "second pass": elapsed(SecondPass(run, processors), run.second, processors),
    }


def evenly(kind: str, seconds: float, count: int) -> Iterator[tuple[Task, float]]:
    """Tasks that take the same time for each frame."""
    return (((kind, n), seconds / count) for n in range(count))


def ascending(segments: Iterable[int]) -> list[int]:
    """Segments numbered in the order in which they begin."""
    listed = list(segments)
    number = {name: place for place, name in enumerate(dict.fromkeys(listed))}
    return [number[name] for name in listed]
