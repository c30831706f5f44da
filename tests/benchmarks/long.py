"""Peak memory of conversions of a long clip: minutes of 1920x1080 pixels at 30 frames a second.

    python tests/benchmarks/long.py [CLIP] [--minutes 10] [--only WORD ...]

CLIP is enlarged to that size and repeated; without one, ffmpeg's moving test card is. What counts is the memory that
is resident in the process and in the ffmpeg that it runs, looked at twenty times a second. Needs psutil.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from common import QUIET

SIZE, RATE, PART = (1920, 1080), 30, 20
"""Width and height, frames a second, and seconds after which it begins again."""

LIMIT = 300
"""MB that the first one may take, with its ffmpeg."""

RUNS = {
    "plain": ["--width", "480"],
    "reverse": ["--width", "480", "--end", "2:00", "--reverse"],
    "edits": ["--width", "480", "--crop", "auto", "--speed", "2", "--caption", "Hi"],
    "large": ["--crop", "auto", "--speed", "2", "--caption", "Hi", "--width", "480"],
}
"""Options; in the last one the caption is drawn on the large pictures."""


@dataclass(slots=True)
class Peak:
    """MB: of the process, of its children, of both at the same moment."""

    own: float = 0.0
    others: float = 0.0
    both: float = 0.0

    def look(self, process: psutil.Process) -> None:
        own = _resident(process)
        others = sum(map(_resident, process.children(recursive=True)))
        self.own, self.others, self.both = max(self.own, own), max(self.others, others), max(self.both, own + others)


def _resident(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / 1e6
    except psutil.NoSuchProcess:
        return 0.0


def make(clip: Path | None, minutes: float, folder: Path) -> Path:
    """A clip of so many minutes, most of it copied."""
    part, whole = folder / "part.mp4", folder / "long.mp4"
    card = ["-f", "lavfi", "-i", f"testsrc2=size={SIZE[0]}x{SIZE[1]}:rate={RATE}"]
    source = card if clip is None else ["-stream_loop", "-1", "-i", str(clip)]
    filters = f"scale={SIZE[0]}:{SIZE[1]},fps={RATE},format=yuv420p"
    coding = ["-an", "-vf", filters, "-c:v", "libx264", "-preset", "veryfast", "-crf", "28"]
    subprocess.run([*QUIET, *source, "-t", str(PART), *coding, str(part)], check=True)
    again = ["-stream_loop", "-1", "-i", str(part), "-t", f"{60 * minutes:g}", "-c", "copy", str(whole)]
    subprocess.run([*QUIET, *again], check=True)
    return whole


def measure(source: Path, options: list[str], folder: Path) -> tuple[Peak, float, int]:
    """The peak of a conversion, its seconds, and the bytes of its GIF."""
    gif, peak, began = folder / "out.gif", Peak(), time.perf_counter()
    command = [sys.executable, "-m", "gifsom", "convert", str(source), str(gif), "--quiet", "--overwrite", *options]
    with psutil.Popen(command) as process:
        while process.poll() is None:
            peak.look(process)
            time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return peak, time.perf_counter() - began, gif.stat().st_size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", nargs="?", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--only", nargs="+", choices=[*RUNS], default=[*RUNS])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = make(asked.clip, asked.minutes, folder)
        for word in asked.only:
            peak, seconds, size = measure(source, RUNS[word], folder)
            print(
                f"{' '.join(RUNS[word])}: {peak.own:.0f} MB and ffmpeg {peak.others:.0f} MB,"
                f" together {peak.both:.0f} MB ({LIMIT} are allowed); {seconds:.0f} s, a GIF of {size / 1e6:.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
