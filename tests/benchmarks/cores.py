"""Figures of a conversion on several processors: of a clip of a minute at 640, and the replay of its tasks.

python tests/benchmarks/cores.py FOLDER [--runs N]   FOLDER holds the shared clips

First the tasks of one run are recorded (`tasks.py`), each as long as its thread used one of two processors, and are
done anew on 1, 2, 4, 8 and 16 (`replay.py`); CPU time of which nothing was recorded is printed, too. Then come the
median of runs in turns on one processor and on two (Linux only), of each ratio, and how far the replay is from these
walls. Other programs at work on the machine make walls longer, and tasks a little.
"""

import argparse
import pickle
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from common import QUIET, Cost, run, with_gifsom
from replay import FIRST, SECOND, replay

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


def replayed(clip: Path, folder: Path) -> dict[int, float]:
    """Print the replay of one run's tasks; the seconds that it takes on so many processors."""
    file = folder / "tasks.pickle"
    script = [sys.executable, str(Path(__file__).with_name("tasks.py")), str(file)]
    command = with_gifsom(clip, folder / "tasks.gif", WIDTH, FPS)
    cost = run("gifsom", [["taskset", "-c", "0,1", *script, *command[3:]]])
    found, spent = pickle.loads(file.read_bytes())
    found.alone["end"] = cost.cpu - spent
    kinds = [f"{kind} {found.seconds(kind):.2f}" for kind in dict.fromkeys((*FIRST, *SECOND))]
    print(", ".join([*(f"{stage} {seconds:.2f}" for stage, seconds in found.alone.items()), *kinds]) + " s of CPU")
    print(f"{max(found.segments) + 1} segments; CPU {cost.cpu:.2f} s, in no task {1 - found.total / cost.cpu:.1%}")
    walls = {}
    for processors in MANY:
        stages = replay(found, processors)
        walls[processors] = sum(stages.values())
        listed = ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in stages.items())
        print(f"on {processors:2}: {walls[processors]:6.2f} s, {walls[1] / walls[processors]:5.2f} times ({listed})")
    return walls


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = folder / "minute.mp4"
        make_clip(arguments.clips, clip)
        command = with_gifsom(clip, folder / "out.gif", WIDTH, FPS)
        walls = replayed(clip, folder)
        one, two = [], []
        for _ in range(arguments.runs):
            one.append(timed(command, "0"))
            two.append(timed(command, "0,1"))
        for processors, costs in ((1, one), (2, two)):
            wall, cpu = (statistics.median(getattr(cost, what) for cost in costs) for what in ("wall", "cpu"))
            peak = max(cost.peak for cost in costs) / 1024
            off = walls[processors] / wall - 1
            print(f"{processors}: wall {wall:.2f} s, the replay {off:+.1%}; CPU {cpu:.2f} s, peak {peak:.0f} MB")
        pairs = list(zip(one, two, strict=True))
        wall = statistics.median(b.wall / a.wall for a, b in pairs)
        cpu = statistics.median(b.cpu / a.cpu for a, b in pairs)
        print(f"two against one, median of {len(pairs)} in turns: wall {wall:.2f}, CPU {cpu:.2f}")


if __name__ == "__main__":
    main()
