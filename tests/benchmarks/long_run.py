"""Memory, descriptors and disk of a long recording and of a conversion of a long clip, as they go on.

    python tests/benchmarks/long_run.py [record] [convert] [--minutes 30] [--clip-minutes 60] [--every 30]

record   `gifsom record` of a terminal that scrolls, 1920x1080 at 15 fps, for --minutes. It is killed in the end: what
         is measured is the recording, and what makes a GIF of it is the same as what converts a clip.
convert  `gifsom convert --width 320` of a clip of --clip-minutes, 640x360 at 15 fps, which ffmpeg makes.

Both by default. Memory is what the command and its children (ffmpeg) have resident, descriptors are those of the
command, disk is its output so far. The closing line has the peak, and what memory grows a minute in its second half.
Needs Linux; record needs Xvfb, xterm and xdotool.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from common import QUIET
from record import COMMAND, lines_go_by, start_screen

SIZE = 1920, 1080
PAUSE = 0.02
"""Seconds between two lines of the terminal."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a command has after some minutes: MB of memory and of files, and descriptors."""

    minutes: float
    memory: float
    descriptors: int
    disk: float

    def __str__(self) -> str:
        return f"{self.minutes:7.1f} min {self.memory:8.1f} MB {self.descriptors:4d} descriptors {self.disk:9.1f} MB"


def resident(pid: int) -> int:
    """Bytes of a process and of all below it."""
    own = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    below = [tasks.read_text().split() for tasks in Path(f"/proc/{pid}/task").glob("*/children")]
    return own + sum(resident(int(child)) for children in below for child in children)


def sample(process: "subprocess.Popen[bytes]", minutes: float, folder: Path) -> Sample | None:
    """None where a child ended just now."""
    try:
        memory = resident(process.pid) / 1e6
        descriptors = len([*Path(f"/proc/{process.pid}/fd").iterdir()])
        disk = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    except (OSError, IndexError):
        return None
    return Sample(minutes, memory, descriptors, disk)


def watch(command: Sequence[str], folder: Path, minutes: float, every: float) -> list[Sample]:
    """Run a command until its end, or for so many minutes; its samples, one a second, of which some are printed."""
    samples: list[Sample] = []
    env = os.environ | {"XDG_STATE_HOME": str(folder)}
    began, told = time.monotonic(), -every
    with subprocess.Popen([*COMMAND, *command], cwd=folder, env=env, stdin=subprocess.DEVNULL) as process:
        while process.poll() is None and (now := time.monotonic() - began) < 60 * minutes:
            if found := sample(process, now / 60, folder):
                samples.append(found)
                if now >= told + every:
                    told = now
                    print(found, flush=True)
            time.sleep(1)
        if process.poll() is None:
            process.kill()
        elif process.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return samples


def summary(name: str, samples: list[Sample]) -> str:
    later = [found for found in samples if found.minutes >= samples[-1].minutes / 2]
    slope = statistics.linear_regression([s.minutes for s in later], [s.memory for s in later]).slope
    descriptors = sorted({found.descriptors for found in later})
    return (
        f"{name:8} {samples[-1].minutes:.1f} min, memory at most {max(s.memory for s in samples):.0f} MB,"
        f" {slope:+.2f} MB a minute, descriptors {descriptors[0]} to {descriptors[-1]}, disk {samples[-1].disk:.0f} MB"
    )


def record(folder: Path, minutes: float, every: float) -> list[Sample]:
    screen = start_screen(size=SIZE)
    os.environ |= {"DISPLAY": screen.name, "WAYLAND_DISPLAY": "", "XDG_SESSION_TYPE": ""}
    try:
        lines_go_by(screen, *SIZE, PAUSE)
        return watch(["record", "long.gif", "--quiet"], folder, minutes, every)
    finally:
        screen.close()


def convert(folder: Path, minutes: float, every: float) -> list[Sample]:
    with tempfile.TemporaryDirectory() as place:
        clip = Path(place, "long.mp4")
        picture = f"testsrc=size=640x360:rate=15:duration={60 * minutes}"
        subprocess.run([*QUIET, "-f", "lavfi", "-i", picture, "-c:v", "mpeg4", "-q:v", "5", str(clip)], check=True)
        return watch(["convert", str(clip), "long.gif", "--width", "320", "--quiet"], folder, float("inf"), every)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", choices=["record", "convert", []], metavar="record|convert")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--clip-minutes", type=float, default=60.0)
    parser.add_argument("--every", type=float, default=30.0, help="seconds between two lines")
    asked = parser.parse_args()
    for name in asked.what or ["record", "convert"]:
        with tempfile.TemporaryDirectory() as folder:
            run, minutes = (record, asked.minutes) if name == "record" else (convert, asked.clip_minutes)
            print(name, flush=True)
            print(summary(name, run(Path(folder), minutes, asked.every)), flush=True)


if __name__ == "__main__":
    main()
