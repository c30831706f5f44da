"""Times and sizes of `gifsom convert` beside ffmpeg, gifsicle and gifski, whichever are there.

    python tests/benchmarks/convert.py CLIP ... [--width 480] [--fps 15] [--runs 5]

Every command is run once to warm up and then in turn with the others, as a whole process; the median counts, and
ratios are taken run by run, since machines are noisy. CPU is user plus system time with all children, memory that of
the largest single process. Quality is the mean SSIMULACRA2 of ten frames against the frames that ffmpeg makes with
`fps=F,scale=W:-2:flags=lanczos`, where the packages of the extra "benchmark" are installed.

gifski is given those frames as PNG files; making them is not counted against it.
"""

import argparse
import shutil
import statistics
import tempfile
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from common import (
    Cost,
    reference,
    run,
    scored,
    shown,
    ssimulacra2,
    with_ffmpeg,
    with_gifski,
    with_gifsom,
    write_pictures,
)

from gifsom.core.frame import Pixels


@dataclass
class Peer:
    """A way to make a GIF: commands that run one after the other, and what its runs took."""

    name: str
    commands: list[list[str]]
    gif: Path
    costs: list[Cost] = field(default_factory=list)
    peak: int = 0  # KiB, the warm-up's too

    def run(self) -> None:
        self.costs.append(run(self.name, self.commands))
        self.peak = max(self.peak, self.costs[-1].peak)


def peers(clip: Path, width: int, fps: float, folder: Path) -> list[Peer]:
    """gifsom first, then every peer that is installed."""
    names = ("gifsom", "best", "ffmpeg", "bare", "small", "gifski")
    ours, best, plain, bare, small, ski = (folder / f"{name}.gif" for name in names)
    found = [
        Peer("gifsom", [with_gifsom(clip, ours, width, fps)], ours),
        Peer("gifsom --quality 100", [with_gifsom(clip, best, width, fps, "--quality", "100")], best),
        Peer("ffmpeg (its default)", [with_ffmpeg(clip, plain, width, fps)], plain),
    ]
    if gifsicle := shutil.which("gifsicle"):
        commands = [with_ffmpeg(clip, bare, width, fps, "dither=none"), [gifsicle, "-O3", str(bare), "-o", str(small)]]
        found.append(Peer("ffmpeg without dither, gifsicle -O3", commands, small))
    if gifski := shutil.which("gifski"):
        pictures = write_pictures(clip, width, fps, folder)
        found.append(Peer("gifski -Q 80", [with_gifski(gifski, pictures, ski, width, fps, 80)], ski))
    return found


def quality(gif: Path, frames: Pixels, fps: float) -> float | None:
    """Mean SSIMULACRA2 over ten frames; None where the package is not installed."""
    if find_spec("ssimulacra2") is None:
        return None
    pictures, places = shown(gif, len(frames), fps), scored(len(frames))
    return statistics.fmean(ssimulacra2((frames[k] for k in places), (pictures[k] for k in places)))


def compare(clip: Path, width: int, fps: float, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = peers(clip, width, fps, Path(folder))
        frames = reference(clip, width, fps)
        for turn in range(runs + 1):
            for peer in found:
                peer.run()
                if not turn:  # the warm-up, in which kernels may be compiled
                    peer.costs.clear()
        print(f"\n{clip.name}, {width} wide, {fps:g} fps, {runs} runs")
        print(f"{'':36}{'kB':>8}{'SS2':>7}{'CPU s':>8}{'wall s':>8}{'MB':>6}   gifsom's part of it: bytes, CPU, wall")
        ours = found[0]
        for peer in found:
            score = quality(peer.gif, frames, fps)
            size = peer.gif.stat().st_size
            line = f"{peer.name:36}{size / 1000:8.0f}" + (f"{score:7.1f}" if score is not None else f"{'-':>7}")
            cpu = statistics.median(cost.cpu for cost in peer.costs)
            wall = statistics.median(cost.wall for cost in peer.costs)
            line += f"{cpu:8.2f}{wall:8.2f}{peer.peak / 1024:6.0f}"
            if peer is not ours:
                both = list(zip(ours.costs, peer.costs, strict=True))
                cpu = statistics.median(mine.cpu / other.cpu for mine, other in both)
                wall = statistics.median(mine.wall / other.wall for mine, other in both)
                line += f"   {ours.gif.stat().st_size / size:.3f}, {cpu:.2f}, {wall:.2f}"
            print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--width", type=int, default=480)
    parser.add_argument("--fps", type=float, default=15)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    for clip in asked.clips:
        compare(clip, asked.width, asked.fps, asked.runs)


if __name__ == "__main__":
    main()
