"""What recording costs and how steady it is: xterm on an X server in memory, in which lines go by.

python tests/benchmarks/record.py [load] [pace] [spool] [finish] [long MINUTES] [kills COUNT] [memory MINUTES]

load    1280x720 at 30 fps for 20 s, every picture another one: drops, and the processor's time
pace    800x500 at 15 fps for 10 s: deviation of the intervals between pictures
spool   the same: kB a picture in the log
finish  `gifsom record` of 10 s of 800x500 at 15 fps: from the signal that ends it to the end of the command
long    the same of MINUTES of 992x696 at 30 fps
kills   `gifsom record` killed COUNT times at random moments: how many are recovered, and what is missing
memory  1920x1080 at 15 fps for MINUTES: peak of the process, and what it grows a minute after the first one

Without a name: the first four. Needs Xvfb, xterm and xdotool.
"""

import os
import random
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from xvfb import Screen, start_screen

from gifsom import Recorder
from gifsom.core.values import MAX_PIXELS
from gifsom.recorder import folder
from gifsom.spool import Picture, Spool

COMMAND = [sys.executable, "-m", "gifsom"]
FONT = 6, 13
"""Width and height in pixels of the letters of xterm's usual font."""


def lines_go_by(screen: Screen, width: int, height: int, pause: float) -> None:
    """A terminal of that size at the upper left, with a line of a long listing every `pause` seconds."""
    slowly = f"import sys, time\nfor line in sys.stdin:\n print(line, end='')\n time.sleep({pause})"
    script = f"while :; do ls -lR '{sys.base_prefix}'; done | '{sys.executable}' -uc \"{slowly}\""
    geometry = f"{width // FONT[0] + 2}x{height // FONT[1] + 2}+0+0"
    screen.show("lines", "xterm", "-b", "0", "-geometry", geometry, "-T", "lines", "-e", "sh", "-c", script)
    time.sleep(3)


def times(path: Path) -> list[float]:
    """When the pictures were grabbed that were stored."""
    return [time for time, event in Spool.open(path, MAX_PIXELS).events() if isinstance(event, Picture)]


def steadiness(path: Path) -> tuple[float, float]:
    """Mean interval between the pictures of a recording, and its standard deviation, in ms."""
    gaps = [1000 * (b - a) for a, b in pairwise(times(path))]
    return statistics.mean(gaps), statistics.pstdev(gaps)


def load(screen: Screen) -> None:
    lines_go_by(screen, 1280, 720, 0.005)
    with Recorder(region=(0, 0, 1280, 720), fps=30) as recorder:
        before = time.process_time()
        recorder.wait(20)
        spent = time.process_time() - before
    stats = recorder.stats
    print(
        f"load    {stats.captured} pictures, {stats.identical} identical, {stats.dropped} dropped,"
        f" {100 * spent / stats.seconds:.1f} % of a core, {stats.bytes / stats.captured / 1000:.1f} kB a picture"
    )


def pace(screen: Screen) -> None:
    lines_go_by(screen, 800, 500, 0.02)
    with Recorder(region=(0, 0, 800, 500), fps=15) as recorder:
        recorder.wait(10)
    print("pace    {:.2f} ms, standard deviation {:.2f} ms".format(*steadiness(recorder.path)))


def spool(screen: Screen) -> None:
    lines_go_by(screen, 800, 500, 0.05)
    with Recorder(region=(0, 0, 800, 500), fps=15) as recorder:
        recorder.wait(10)
    stats = recorder.stats
    stored = stats.captured - stats.identical
    print(f"spool   {stats.bytes / stored / 1000:.1f} kB for each of {stored} pictures")


def recording(gif: Path, *options: str) -> subprocess.Popen[bytes]:
    """`gifsom record`, as soon as it has recorded something."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([*COMMAND, "record", str(gif), *options], stdout=quiet, stderr=quiet, stdin=quiet)
    while not any(path.stat().st_size > 100 for path in folder.recordings()):
        time.sleep(0.005)
    return process


def finish(screen: Screen) -> None:
    lines_go_by(screen, 800, 500, 0.05)
    print_finish("finish", [stop_to_file(10, "800x500+0+0", 15) for _ in range(4)][1:])


def long(screen: Screen, minutes: float) -> None:
    lines_go_by(screen, 992, 696, 0.05)
    print_finish("long", [stop_to_file(60 * minutes, "992x696+0+0", 30)])


@dataclass(frozen=True, slots=True)
class Finish:
    """What came after a recording, and how it went before.

    wall       seconds from its end to the GIF
    cpu        seconds of the processor in that time
    peak       memory in MB of the largest process
    deviation  of the intervals between its pictures, in ms
    dropped    pictures
    """

    wall: float
    cpu: float
    peak: float
    deviation: float
    dropped: int


def stop_to_file(seconds: float, region: str, fps: int) -> Finish:
    """`gifsom record` of so many seconds, ended by a signal."""
    with tempfile.TemporaryDirectory() as place:
        before = spent_by_children()
        process = recording(Path(place, "a.gif"), "--region", region, "--fps", str(fps), "--keep")
        time.sleep(seconds)
        already = spent(process.pid)
        began = time.perf_counter()
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
        wall = time.perf_counter() - began
        kept = Path(place, "a.gsr")
        deviation, dropped = steadiness(kept)[1], Spool.open(kept, MAX_PIXELS).dropped
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    return Finish(wall, spent_by_children() - before - already, peak, deviation, dropped)


def spent_by_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def spent(pid: int) -> float:
    """Seconds of the processor that a process and its children have had."""
    ticks = sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
    children = [
        int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()
    ]
    return ticks / os.sysconf("SC_CLK_TCK") + sum(map(spent, children))


def print_finish(name: str, runs: list[Finish]) -> None:
    middle = {name: statistics.median(getattr(run, name) for run in runs) for name in Finish.__slots__}
    print(
        "{:7} {wall:.2f} s from the end of a recording to its GIF, {cpu:.2f} s of the processor, {peak:.0f} MB;"
        " before, {dropped:.0f} dropped, deviation {deviation:.2f} ms".format(name, **middle)
    )


def kills(screen: Screen, count: int) -> None:
    lines_go_by(screen, 400, 300, 0.02)
    random.seed(0)
    recovered, missing = 0, []
    with tempfile.TemporaryDirectory() as place:
        for _ in range(count):
            process = recording(Path(place, "a.gif"), "--region", "400x300+0+0", "--fps", "30", "--overwrite")
            (path,) = folder.recordings()
            begun = Spool.open(path, MAX_PIXELS).started
            time.sleep(random.uniform(0, 0.5))
            process.kill()
            killed = time.time()
            process.wait()
            log = Spool.open(path, MAX_PIXELS)
            missing.append(killed - begun - log.duration)
            status = subprocess.run(
                [*COMMAND, "recover", path.stem, str(Path(place, "a.gif")), "--overwrite"], stdout=subprocess.DEVNULL
            ).returncode
            recovered += status == 0
    print(f"kills   {recovered} of {count} recovered; at most the last {1000 * max(missing):.0f} ms are missing")


def memory(screen: Screen, minutes: float) -> None:
    lines_go_by(screen, 1920, 1080, 0.02)
    page = os.sysconf("SC_PAGE_SIZE")
    samples = []
    with Recorder(region=(0, 0, 1920, 1080), fps=15) as recorder:
        while not recorder.wait(1) and recorder.stats.seconds < 60 * minutes:
            resident = int(Path("/proc/self/statm").read_text().split()[1]) * page / 1e6
            samples.append((recorder.stats.seconds / 60, resident))
    later = [sample for sample in samples if sample[0] >= 1]
    slope = statistics.linear_regression(*zip(*later, strict=True)).slope if len(later) > 2 else float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(
        f"memory  peak {peak:.0f} MB, {slope:.2f} MB a minute after the first one, {recorder.stats.dropped} dropped,"
        f" {recorder.stats.bytes / 1e6:.0f} MB on the disk"
    )


def main() -> None:
    words = sys.argv[1:] or ["load", "pace", "spool", "finish"]
    plain = {"load": load, "pace": pace, "spool": spool, "finish": finish}
    counted = {"long": long, "kills": kills, "memory": memory}
    with tempfile.TemporaryDirectory() as state:
        os.environ |= {"XDG_STATE_HOME": state}
        for word, value in zip(words, [*words[1:], ""], strict=True):
            if word not in plain | counted:
                continue
            screen = start_screen(size=(1920, 1080))
            os.environ |= {"DISPLAY": screen.name, "WAYLAND_DISPLAY": "", "XDG_SESSION_TYPE": ""}
            try:
                plain[word](screen) if word in plain else counted[word](screen, int(value))
            finally:
                screen.close()
            for path in folder.recordings():
                path.unlink()


if __name__ == "__main__":
    main()
