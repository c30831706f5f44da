"""Figures of a conversion on several processors: of a clip of a minute at 640, and the replay of its tasks.

python tests/benchmarks/cores.py FOLDER [--runs N]   FOLDER holds the shared clips

Prints the median of runs in turns on one processor and on two (Linux only), and of each ratio. Then one run's tasks
are recorded (what, start, length, what it waited for), each as long as its thread used a processor, and scheduled anew
by the same rules on 1, 2, 4, 8 and 16 processors. What is in no task (start, training, what threads wait for) is
printed, too. Other programs at work on the machine make walls longer: a row of CPU says what was computed.
"""

import argparse
import heapq
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import QUIET, Cost, run, with_gifsom

CLIPS = [
    "film-bbb.mp4",
    "sport-juggle.mp4",
    "street-bikes.mp4",
    "nature-flower.mp4",
    "game-doom.mp4",
    "film-bw-chaplin.mp4",
    "screen-page.mkv",
    "gradient-earth.mp4",
    "film-bbb.mp4",
]
WIDTH, FPS = 640, 15
MANY = (1, 2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work: its kind ("pull", "prepare" or "code"), the frame, the segment, and seconds of a processor."""

    kind: str
    frame: int
    segment: int
    seconds: float


def make_clip(clips: Path, target: Path) -> None:
    """Join clips to one of a minute."""
    inputs = [part for name in CLIPS for part in ("-i", str(clips / name))]
    scaled = [f"[{n}:v]fps=24,scale=640:360:flags=lanczos,setsar=1,format=yuv420p[v{n}]" for n in range(len(CLIPS))]
    joined = "".join(f"[v{n}]" for n in range(len(CLIPS))) + f"concat=n={len(CLIPS)}:v=1[all]"
    graph = ["-filter_complex", ";".join([*scaled, joined]), "-map", "[all]", "-t", "60"]
    codec = ["-c:v", "libx264", "-crf", "20", "-preset", "veryfast"]
    subprocess.run([*QUIET, *inputs, *graph, *codec, str(target)], check=True)


def timed(command: list[str], processors: str) -> Cost:
    return run("gifsom", [["taskset", "-c", processors, *command]])


def record(clip: Path, gif: Path) -> tuple[list[Task], dict[str, float]]:
    """The tasks of one conversion, and the seconds of what comes before them, and of all of it."""
    import gifsom
    from gifsom.encoder import lanes, rd_encoder

    tasks: list[Task] = []
    numbers: dict[int, int] = {}
    segments: dict[int, int] = {}
    began: list[float] = []

    class Recorded(lanes.Lanes[Any, Any, Any, Any]):
        def run(self, work: Callable[..., None], *arguments: Any) -> None:
            began.append(time.perf_counter())
            before = time.thread_time()
            super().run(work, *arguments)
            seconds = time.thread_time() - before
            kind = work.__name__.strip("_")
            if kind == "pull":
                if self._ended:
                    return
                job, lane = self._lanes[-1].jobs[-1], self._lanes[-1]
                numbers[id(job)] = len(numbers)
                keep.append((job, lane))
                segments[id(job)] = id(lane)
            else:
                job = arguments[-1]
            tasks.append(Task(kind, numbers[id(job)], segments[id(job)], seconds))

    keep: list[Any] = []  # so that no two have one id
    rd_encoder.Lanes = Recorded  # type: ignore[misc]
    start, cpu = time.perf_counter(), sum(os.times()[:4])
    gifsom.convert(clip, gif, fps=FPS, width=WIDTH, overwrite=True)
    end = time.perf_counter()
    return tasks, {"before": began[0] - start, "all": end - start, "cpu": sum(os.times()[:4]) - cpu}


def replay(tasks: list[Task], processors: int, ahead: int, room: int) -> float:
    """Seconds that the tasks take on so many processors, taken up by the rules of gifsom.encoder.lanes."""
    seconds = {(task.kind, task.frame): task.seconds for task in tasks}
    segment = {task.frame: task.segment for task in tasks if task.kind == "pull"}
    order = {name: place for place, name in enumerate(dict.fromkeys(segment[n] for n in sorted(segment)))}
    lanes: dict[int, list[int]] = defaultdict(list)  # frames that were pulled and are not coded
    state: dict[int, str] = {}
    busy: set[int] = set()
    pulled, free, pulling, now = 0, room, False, 0.0
    running: list[tuple[float, str, int]] = []

    def pick() -> tuple[str, int] | None:
        nonlocal free, pulling, pulled
        alive = [lane for lane in sorted(lanes) if lanes[lane] or lane in busy]
        for lane in alive:
            if lane not in busy and state[lanes[lane][0]] == "ready":
                busy.add(lane)
                return "code", lanes[lane].pop(0)
        for place, lane in enumerate(alive):
            for held, frame in enumerate(lanes[lane], lane in busy):
                if held < 3 and state[frame] == "waiting" and free > (place > 0):
                    free, state[frame] = free - 1, "prepared"
                    return "prepare", frame
        waiting = sum(value == "waiting" for value in state.values())
        if not pulling and pulled < len(segment) and waiting < ahead:
            pulling, pulled = True, pulled + 1
            return "pull", pulled - 1
        return None

    while True:
        while len(running) < processors and (task := pick()) is not None:
            heapq.heappush(running, (now + seconds.get(task, 0.0), *task))
        if not running:
            return now
        now, kind, frame = heapq.heappop(running)
        if kind == "pull":
            pulling, state[frame] = False, "waiting"
            lanes[order[segment[frame]]].append(frame)
        elif kind == "prepare":
            state[frame] = "ready"
        else:
            busy.discard(order[segment[frame]])
            state[frame], free = "done", free + 1


def replayed(clip: Path, folder: Path) -> None:
    """Print the replay of one run's tasks."""
    script = [sys.executable, str(Path(__file__)), "--record", str(clip), "--into", str(folder / "tasks.json")]
    subprocess.run(["taskset", "-c", "0", *script], check=True)
    found = json.loads((folder / "tasks.json").read_text())
    tasks = [Task(*task) for task in found["tasks"]]
    total = sum(task.seconds for task in tasks)
    kinds = {kind: sum(t.seconds for t in tasks if t.kind == kind) for kind in ("pull", "prepare", "code")}
    segments = len({task.segment for task in tasks})
    print(f"{segments} segments; " + ", ".join(f"{k} {s:.2f} s" for k, s in kinds.items()))
    print(f"before the tasks: {found['before']:.2f} s of {found['all']:.2f} s; CPU {found['cpu']:.2f} s")
    from gifsom.encoder.rd_encoder import _bounds

    alone = None
    for processors in MANY:
        room, ahead = _bounds(WIDTH * 360, processors, segments)
        seconds = replay(tasks, processors, ahead, room)
        alone = alone or seconds
        print(f"tasks on {processors:2}: {seconds:6.2f} s, {alone / seconds:5.2f} times; all in tasks: {total:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path, nargs="?")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--record", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.record:
        tasks, rest = record(arguments.record, arguments.into.with_suffix(".gif"))
        listed = [(t.kind, t.frame, t.segment, t.seconds) for t in tasks]
        arguments.into.write_text(json.dumps({"tasks": listed, **rest}))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = folder / "minute.mp4"
        make_clip(arguments.clips, clip)
        command = with_gifsom(clip, folder / "out.gif", WIDTH, FPS)
        replayed(clip, folder)
        one, two = [], []
        for _ in range(arguments.runs):
            one.append(timed(command, "0"))
            two.append(timed(command, "0,1"))
        for label, costs in (("one", one), ("two", two)):
            wall, cpu = (statistics.median(getattr(cost, what) for cost in costs) for what in ("wall", "cpu"))
            print(f"{label}: wall {wall:.2f} s, CPU {cpu:.2f} s, peak {max(c.peak for c in costs) / 1024:.0f} MB")
        pairs = list(zip(one, two, strict=True))
        wall = statistics.median(b.wall / a.wall for a, b in pairs)
        cpu = statistics.median(b.cpu / a.cpu for a, b in pairs)
        print(f"two against one, median of {len(pairs)} in turns: wall {wall:.2f}, CPU {cpu:.2f}")


if __name__ == "__main__":
    main()
