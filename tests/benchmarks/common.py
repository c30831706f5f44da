"""What several benchmarks need: commands and what they take, frames from ffmpeg and as a GIF shows them, scores.

Every encoder starts from the frames of `graph`, and is scored against them.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from gifsom.core.frame import Pixels

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
QUIET = [FFMPEG, "-nostdin", "-y", "-v", "error"]
SCORED = 10
"""Frames of a clip that are scored."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What commands took: seconds of the processor with all children, seconds, and KiB of the largest process."""

    cpu: float
    wall: float
    peak: int


def run(name: str, commands: Iterable[Sequence[str]]) -> Cost:
    """Run commands one after the other; `name` is for the message when one fails.

    Python keeps its bytecode, as an installed gifsom has it: without, each start compiles all modules again.
    """
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    cpu, peak, began = 0.0, 0, time.perf_counter()
    for command in commands:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):  # gifsicle warns with 1
            raise SystemExit(f"{name}: {' '.join(command)} ended with {process.returncode}")
        cpu += usage.ru_utime + usage.ru_stime
        peak = max(peak, usage.ru_maxrss)
    return Cost(cpu, time.perf_counter() - began, peak)


def graph(width: int, fps: float) -> str:
    """The filters that make the frames."""
    return f"fps={fps:g},scale={width}:-2:flags=lanczos"


def with_gifsom(clip: Path, gif: Path, width: int, fps: float, *options: str) -> list[str]:
    size = ["--width", str(width), "--fps", f"{fps:g}", "--overwrite"]
    return [sys.executable, "-m", "gifsom", "convert", str(clip), str(gif), *size, *options]


def with_ffmpeg(clip: Path, gif: Path, width: int, fps: float, dither: str = "") -> list[str]:
    """`dither` is the options of paletteuse; without them: ffmpeg's default, sierra2_4a."""
    use = f"paletteuse={dither}" if dither else "paletteuse"
    filters = f"{graph(width, fps)},split[a][b];[a]palettegen[p];[b][p]{use}"
    return [*QUIET, "-i", str(clip), "-lavfi", filters, str(gif)]


def with_gifski(gifski: str, pictures: Sequence[str], gif: Path, width: int, fps: float, quality: int) -> list[str]:
    size = ["--fps", f"{fps:g}", "--width", str(width)]
    return [gifski, "-q", "-Q", str(quality), *size, "-o", str(gif), *pictures]


def write_pictures(clip: Path, width: int, fps: float, folder: Path) -> list[str]:
    """The frames as PNG files, for gifski."""
    subprocess.run([*QUIET, "-i", clip, "-vf", graph(width, fps), folder / "%06d.png"], check=True)
    return [str(path) for path in sorted(folder.glob("*.png"))]


def reference(clip: Path, width: int, fps: float) -> Pixels:
    """The frames (n, h, w, 3)."""
    command = [*QUIET, "-i", str(clip), "-vf", graph(width, fps)]
    raw = subprocess.run([*command, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], capture_output=True, check=True).stdout
    still = subprocess.run([*command, "-frames:v", "1", "-f", "image2pipe", "-c:v", "ppm", "-"], capture_output=True)
    height = int(still.stdout.split()[2])
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


def shown(gif: Path, count: int, fps: float) -> list[Pixels]:
    """What a viewer sees of a GIF in the middle of each of `count` frames; its last picture stays."""
    pictures: list[Pixels] = []
    ends: list[float] = []
    end = 0.0
    with Image.open(gif) as image:
        for frame in ImageSequence.Iterator(image):
            end += frame.info.get("duration", 100) / 1000
            ends.append(end)
            pictures.append(np.asarray(frame.convert("RGB")))
    places: NDArray[np.intp] = np.searchsorted(ends, (np.arange(count) + 0.5) / fps, side="right")
    return [pictures[place] for place in places.clip(max=len(pictures) - 1)]


def scored(count: int) -> list[int]:
    """Ten of `count` frames, or all that there are, from the first to the last."""
    return np.unique(np.linspace(0, count - 1, SCORED).round().astype(int)).tolist()


def demand_ssimulacra2() -> None:
    """End the program, before anything that takes long, where the package is not installed."""
    if find_spec("ssimulacra2") is None:
        raise SystemExit("quality is measured with SSIMULACRA2: pip install ssimulacra2")


def ssimulacra2(sources: Iterable[Pixels], results: Iterable[Pixels]) -> list[float]:
    """The score of each result against its source: 100 where they are the same."""
    from ssimulacra2 import compute_ssimulacra2

    scores = []
    with tempfile.TemporaryDirectory() as folder:
        before, after = f"{folder}/source.png", f"{folder}/result.png"
        for source, result in zip(sources, results, strict=True):
            if np.array_equal(source, result):
                scores.append(100.0)
                continue
            Image.fromarray(source).save(before, compress_level=1)
            Image.fromarray(result).save(after, compress_level=1)
            scores.append(float(compute_ssimulacra2(before, after)))
    return scores
