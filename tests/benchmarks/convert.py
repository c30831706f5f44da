"""Times and sizes of `gifsom convert` beside ffmpeg, gifsicle and gifski, whichever are there.

    python tests/benchmarks/convert.py CLIP ... [--width 480] [--fps 15] [--runs 5]

Every command is run once to warm up and then in turn with the others, as a whole process; the median counts, and
ratios are taken run by run, since machines are noisy. CPU is user plus system time with all children, memory that of
the largest single process. Quality is the mean SSIMULACRA2 of ten frames against the frames that ffmpeg makes with
`fps=F,scale=W:-2:flags=lanczos`, where the packages of the extra "benchmark" are installed.

gifski is given those frames as PNG files; making them is not counted against it.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from PIL import Image, ImageSequence

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


@dataclass
class Peer:
    """A way to make a GIF: commands that run one after the other, and what its runs took."""

    name: str
    commands: list[list[str]]
    gif: Path
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    peak: int = 0  # KiB

    def run(self) -> None:
        cpu, began = 0.0, time.perf_counter()
        for command in self.commands:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode not in (0, 1):  # gifsicle warns with 1
                raise SystemExit(f"{self.name}: {' '.join(command)} ended with {process.returncode}")
            cpu += usage.ru_utime + usage.ru_stime
            self.peak = max(self.peak, usage.ru_maxrss)
        self.cpu.append(cpu)
        self.wall.append(time.perf_counter() - began)


def peers(clip: Path, width: int, fps: float, folder: Path) -> list[Peer]:
    """gifsom first, then every peer that is installed."""
    frames = f"fps={fps:g},scale={width}:-2:flags=lanczos"

    def ffmpeg(gif: Path, dither: str) -> list[str]:
        graph = f"{frames},split[a][b];[a]palettegen[p];[b][p]paletteuse{dither}"
        return [FFMPEG, "-nostdin", "-y", "-v", "error", "-i", str(clip), "-lavfi", graph, str(gif)]

    def gifsom(gif: Path, *options: str) -> list[str]:
        size = ["--width", str(width), "--fps", f"{fps:g}", "--overwrite"]
        return [sys.executable, "-m", "gifsom", "convert", str(clip), str(gif), *size, *options]

    names = ("gifsom", "lower", "ffmpeg", "bare", "small", "gifski")
    ours, lower, plain, bare, small, ski = (folder / f"{name}.gif" for name in names)
    found = [
        Peer("gifsom", [gifsom(ours)], ours),
        Peer("gifsom --quality 80", [gifsom(lower, "--quality", "80")], lower),
        Peer("ffmpeg (its default)", [ffmpeg(plain, "")], plain),
    ]
    if gifsicle := shutil.which("gifsicle"):
        commands = [ffmpeg(bare, "=dither=none"), [gifsicle, "-O3", str(bare), "-o", str(small)]]
        found.append(Peer("ffmpeg without dither, gifsicle -O3", commands, small))
    if gifski := shutil.which("gifski"):
        pattern = folder / "%06d.png"
        subprocess.run([FFMPEG, "-nostdin", "-v", "error", "-i", clip, "-vf", frames, pattern], check=True)
        pictures = [str(path) for path in sorted(folder.glob("*.png"))]
        command = [gifski, "-q", "-Q", "80", "--fps", f"{fps:g}", "--width", str(width), "-o", str(ski), *pictures]
        found.append(Peer("gifski -Q 80", [command], ski))
    return found


def reference(clip: Path, width: int, fps: float) -> np.ndarray:
    """The true-color frames (n, h, w, 3) that every peer starts from."""
    graph = f"fps={fps:g},scale={width}:-2:flags=lanczos"
    command = [FFMPEG, "-nostdin", "-v", "error", "-i", str(clip), "-vf", graph]
    raw = subprocess.run([*command, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], capture_output=True, check=True).stdout
    frames = np.frombuffer(raw, np.uint8)
    still = subprocess.run([*command, "-frames:v", "1", "-f", "image2pipe", "-c:v", "ppm", "-"], capture_output=True)
    height = int(still.stdout.split()[2])
    return frames.reshape(-1, height, width, 3)


def quality(gif: Path, frames: np.ndarray, fps: float) -> float | None:
    """Mean SSIMULACRA2 over ten frames; None where the package is not installed."""
    try:
        from ssimulacra2 import compute_ssimulacra2
    except ImportError:
        return None
    shown: list[tuple[float, np.ndarray]] = []
    end = 0.0
    with Image.open(gif) as image:
        for frame in ImageSequence.Iterator(image):
            end += frame.info.get("duration", 100) / 1000
            shown.append((end, np.asarray(frame.convert("RGB"))))
    scores = []
    with tempfile.TemporaryDirectory() as folder:
        source, result = f"{folder}/source.png", f"{folder}/result.png"
        for k in np.unique(np.linspace(0, len(frames) - 1, 10).round().astype(int)):
            picture = next((p for end, p in shown if (k + 0.5) / fps < end), shown[-1][1])
            if np.array_equal(picture, frames[k]):
                scores.append(100.0)
                continue
            Image.fromarray(frames[k]).save(source, compress_level=1)
            Image.fromarray(picture).save(result, compress_level=1)
            scores.append(compute_ssimulacra2(source, result))
    return statistics.fmean(scores)


def compare(clip: Path, width: int, fps: float, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = peers(clip, width, fps, Path(folder))
        frames = reference(clip, width, fps)
        for turn in range(runs + 1):
            for peer in found:
                peer.run()
                if not turn:  # the warm-up, in which kernels may be compiled
                    peer.cpu.clear(), peer.wall.clear()
        print(f"\n{clip.name}, {width} wide, {fps:g} fps, {runs} runs")
        print(f"{'':36}{'kB':>8}{'SS2':>7}{'CPU s':>8}{'wall s':>8}{'MB':>6}   gifsom's part of it: bytes, CPU, wall")
        ours = found[0]
        for peer in found:
            score = quality(peer.gif, frames, fps)
            size = peer.gif.stat().st_size
            line = f"{peer.name:36}{size / 1000:8.0f}" + (f"{score:7.1f}" if score is not None else f"{'-':>7}")
            line += f"{statistics.median(peer.cpu):8.2f}{statistics.median(peer.wall):8.2f}{peer.peak / 1024:6.0f}"
            if peer is not ours:
                cpu = statistics.median(a / b for a, b in zip(ours.cpu, peer.cpu, strict=True))
                wall = statistics.median(a / b for a, b in zip(ours.wall, peer.wall, strict=True))
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
