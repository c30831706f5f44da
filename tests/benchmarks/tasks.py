"""Records the tasks of a conversion: what, start, length of each, and what it waited for, as cores.py replays them.

    python tests/benchmarks/tasks.py FILE convert CLIP OUT [OPTIONS]

It imports nothing that the command would not, since its start is a task, too.
"""

import os
import pickle
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from replay import Recorded, ascending, evenly


class Recorder:
    """Tasks of a conversion in this process, with the time that each one's thread had a processor since the one before.

    What ffmpeg did is known for each of its threads at the end of a pass: all frames take the same part of it.
    """

    def __init__(self) -> None:
        self.run = Recorded((0, 0), {}, {}, {}, [], 1)
        self._part = self.run.first
        self._counts: Counter[str] = Counter()
        self._jobs: dict[int, tuple[int, int]] = {}  # number and segment of each frame in a lane
        self._kept: list[Any] = []  # so that no two have one id
        self._delivery = 0.0
        self._thread = threading.local()
        self._decoding: dict[Path, tuple[str, float]] = {}
        self._cpu = self._children = 0.0
        self.spent = 0.0

    def next(self, kind: str) -> None:
        """The next frame's task of a kind is done."""
        self._part[kind, self._counts[kind]] = self._since()
        self._counts[kind] += 1

    def _since(self) -> float:
        """Seconds that this thread had a processor since it was asked before."""
        before, self._thread.mark = getattr(self._thread, "mark", 0.0), time.thread_time()
        return float(self._thread.mark - before)

    def alone(self, stage: str) -> None:
        """A stage is over in which one thread worked, and ffmpeg beside it or not at all."""
        cpu, children = time.process_time(), sum(os.times()[2:4])
        self.run.alone[stage] = cpu - self._cpu + children - self._children

    def begin(self) -> None:
        """What is done from here on is no part of the tasks before."""
        self._cpu, self._children = time.process_time(), sum(os.times()[2:4])
        self._counts.clear()
        self._decoding.clear()
        self._delivery = 0.0
        self._since()

    def decoded(self, count: int) -> None:
        """A pass is over: share out what ffmpeg did, and the threads that read from it."""
        whole = sum(os.times()[2:4]) - self._children
        found = sum(seconds for _, seconds in self._decoding.values()) or 1.0  # where frames have been kept: none
        frames = sum(seconds for name, seconds in self._decoding.values() if name.startswith("av:"))
        filters = max((seconds for name, seconds in self._decoding.values() if name.startswith("vf")), default=0.0)
        decode, filtered = whole * frames / found, whole * filters / found
        self._part.update(evenly("decode", decode, count))
        self._part.update(evenly("filter", filtered, count))
        self._part.update(evenly("deliver", whole - decode - filtered + self._delivery, count))

    def watch(self) -> None:
        """Look ten times a second what ffmpeg's threads have done; never ends."""
        while True:
            time.sleep(0.1)
            for listed in Path("/proc/self/task").glob("*/children"):
                for child in listed.read_text().split():
                    for thread in Path(f"/proc/{child}/task").glob("*"):
                        with suppress(OSError):
                            seconds = int((thread / "schedstat").read_text().split()[0]) / 1e9
                            self._decoding[thread] = (thread / "comm").read_text(), seconds

    def lane(self, lanes: Any, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        """Do what a thread of `Lanes` has taken up."""
        work(*arguments)
        seconds = self._since()
        kind = work.__name__.strip("_")
        if kind == "pull":
            if lanes._ended:
                return
            job, lane = lanes._lanes[-1].jobs[-1], lanes._lanes[-1]
            self._kept.append((job, lane))
            self._jobs[id(job)] = len(self.run.segments), id(lane)
            self.run.segments.append(id(lane))
        self._part[kind, self._jobs[id(arguments[-1] if arguments else job)][0]] = seconds

    def timed(self, kind: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """A function that does the same, and is the next frame's task of a kind."""

        def measured(*arguments: Any) -> Any:
            found = work(*arguments)
            self.next(kind)
            return found

        return measured

    def delivered(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """The work of a thread that reads from ffmpeg."""

        def measured(*arguments: Any) -> None:
            work(*arguments)
            self._delivery += self._since()

        return measured

    def reading(self, items: Iterable[Any]) -> Iterator[Any]:
        """The same items, each of which is a task."""
        for item in items:
            self.next("read")
            yield item

    def analyze(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """The first pass, between the start and the training."""

        def measured(*arguments: Any) -> Any:
            self.alone("start")
            self.begin()
            found = work(*arguments)
            self.decoded(self._counts["read"])
            self.begin()
            self.run = replace(self.run, size=found.clip.size, scenes=found.sample.scenes)
            self._part = self.run.second
            return found

        return measured

    def encode(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """The second pass, after the training."""

        def measured(*arguments: Any) -> Any:
            self.alone("training")
            self.begin()
            found = work(*arguments)
            self.decoded(len(self.run.segments))
            self.spent = sum(os.times()[:4])
            return found

        return measured


def record(arguments: list[str]) -> tuple[Recorded, float]:
    """The tasks of a command that converts a video, done in this process; and all seconds of CPU up to its end."""
    from gifsom.cli import main
    from gifsom.conversion import pipeline, stages
    from gifsom.encoder import lanes, rd_encoder
    from gifsom.palette import sample
    from gifsom.sources import ffmpeg

    recorder = Recorder()

    class RecordedLanes(lanes.Lanes[Any, Any, Any, Any]):
        def run(self, work: Callable[..., None], *arguments: Any) -> None:
            recorder.lane(self, work, arguments)

    ahead = stages.prefetch
    stages.prefetch = lambda items, size: ahead(recorder.reading(items), size)  # type: ignore[assignment]
    sample.Sampler.add = recorder.timed("sample", sample.Sampler.add)  # type: ignore[method-assign]
    sample._Salience._read = recorder.timed("salience", sample._Salience._read)  # type: ignore[method-assign]
    ffmpeg.Reader._read_frames = recorder.delivered(ffmpeg.Reader._read_frames)  # type: ignore[method-assign]
    ffmpeg.Reader._read_log = recorder.delivered(ffmpeg.Reader._read_log)  # type: ignore[method-assign]
    rd_encoder.Lanes = RecordedLanes  # type: ignore[misc]
    rd_encoder._Joiner.add = recorder.timed("write", rd_encoder._Joiner.add)  # type: ignore[method-assign]
    pipeline.analyze = recorder.analyze(pipeline.analyze)
    pipeline.encode = recorder.encode(pipeline.encode)
    threading.Thread(target=recorder.watch, daemon=True).start()
    sys.argv = ["gifsom", *arguments]
    with suppress(SystemExit):
        main()
    return replace(recorder.run, segments=ascending(recorder.run.segments)), recorder.spent


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(pickle.dumps(record(sys.argv[2:])))
