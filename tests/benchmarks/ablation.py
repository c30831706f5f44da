"""Bytes and quality with other values of a constant: is the reason beside it, which is a measurement, still true?

    python tests/benchmarks/ablation.py NAME VALUE ... [--clips CLIP ...] [--quality 50 80 95] [--width 480] [--fps 15]
                                        [--start S] [--seconds S]
    python tests/benchmarks/ablation.py native.distortion.CONVEXITY 5e4f 2e5f --clips film.mp4 screen.mkv

NAME is a constant of the package by its module, such as palette.train.MASKING, or of the kernels in C by the file in
native/src that defines it, such as native.distortion.CONVEXITY. VALUE is written as it would stand there.

For every value a copy of the package is made in which the constant has that value; so it has it wherever it is imported
or compiled in. Where it is one of C, the copy compiles its own kernels. The value of now comes first.

kB     1000 bytes
mean   SSIMULACRA2 of ten frames against those of the source, as in size.py; 100: identical
worst  the lowest of the ten

At the end, for every value, all against the value of now: the bytes at the same --quality, the difference of the means,
and the bytes for the same mean, interpolated between the points of now, all of them over all clips; below 1 is smaller.
"""

import argparse
import ast
import math
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from common import demand_ssimulacra2, reference, scored, shown, ssimulacra2, with_gifsom
from size import Point, bytes_for, curve, excerpt

import gifsom
from gifsom.core.frame import Pixels

ROOT = Path(__file__).parents[2]
CLIPS = (ROOT / "fixtures/scene.mp4", ROOT / "fixtures/screen.mkv")
QUALITIES = (50, 80, 95)
NATIVE = "native"


def home(name: str, package: Path) -> Path:
    """The file that defines the constant of a name. Raises `SystemExit` where there is none."""
    *folders, module, constant = name.split(".") if name.count(".") else ("", "", name)
    tries = [package.joinpath(*folders, f"{module}.py")]
    if folders == [NATIVE]:
        tries += [package / NATIVE / "src" / f"{module}.{ending}" for ending in ("h", "c")]
    found = [path for path in tries if path.is_file()]
    for path in found:  # a wrapper has the name of what it wraps
        if path is found[-1] or list((_spans if path.suffix == ".py" else _spans_in_c)(path.read_text(), constant)):
            return path
    raise SystemExit(f"{name}: there is no such module: name a constant as encoder.rd_lzw.STEEP")


def altered(text: str, constant: str, value: str | None, in_c: bool) -> tuple[str, str]:
    """The text of a file in which a constant has another value, and the value that it has; None: nothing is changed.

    Raises `SystemExit` where the file gives it no value, or more than one.
    """
    spans = [*(_spans_in_c if in_c else _spans)(text, constant)]
    if len(spans) != 1:
        raise SystemExit(f"{constant} is given a value {len(spans)} times in its file")
    [(begin, end)] = spans
    now = text[begin:end]
    return (text if value is None else text[:begin] + value + text[end:]), now


def _spans(text: str, constant: str) -> Iterator[tuple[int, int]]:
    """Where the values of a constant stand in a module of Python."""
    data = text.encode()
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in ast.parse(text).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if value is not None and any(isinstance(target, ast.Name) and target.id == constant for target in targets):
            begin, end = (
                starts[value.lineno - 1] + value.col_offset,
                starts[value.end_lineno - 1] + value.end_col_offset,
            )
            yield len(data[:begin].decode()), len(data[:end].decode())


def _spans_in_c(text: str, constant: str) -> Iterator[tuple[int, int]]:
    """Where they stand in a file of C: behind #define, in an enum, or as a constant."""
    name = re.escape(constant)
    forms = rf"^[ \t]*#define[ \t]+{name}[ \t]+(.+?)[ \t]*(?:/\*|//|$)|\b{name}\s*=(?!=)\s*([^,;}}/]+?)\s*(?=[,;}}/])"
    for found in re.finditer(forms, text, re.MULTILINE):
        yield found.span(1 if found[1] is not None else 2)


def variant(name: str, value: str | None, folder: Path) -> str:
    """Make a copy of the package in a folder, with another value of a constant; returns the one that it has now."""
    package = folder / "gifsom"
    shutil.copytree(ROOT / "gifsom", package, ignore=shutil.ignore_patterns("__pycache__"))
    path = home(name, package)
    text, now = altered(path.read_text(), name.rpartition(".")[2], value, path.suffix != ".py")
    path.write_text(text)
    if (value is not None and path.suffix != ".py") or not (package / NATIVE / "lib").is_dir():
        subprocess.run(
            [sys.executable, package / NATIVE / "build.py"], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
    return now


@dataclass(frozen=True, slots=True)
class Clip:
    """An excerpt without loss, and the frames that all GIFs of it are scored against."""

    name: str
    path: Path
    width: int
    fps: float
    frames: Pixels


def prepared(path: Path, width: int, fps: float, span: tuple[float, float | None], folder: Path) -> Clip:
    folder.mkdir()
    source = excerpt(path, *span, folder)
    width = min(width, gifsom.open(source).size[0])
    return Clip(path.stem, source, width, fps, reference(source, width, fps))


def measured(clip: Clip, quality: int, folder: Path, value: str) -> Point:
    """A GIF by the package in a folder, as `Point`; its encoder is the value, and its time is not taken."""
    gif = folder / "out.gif"
    command = with_gifsom(clip.path, gif, clip.width, clip.fps, "--quality", str(quality))
    # The package in the current folder comes before any that is installed.
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{clip.name} with {value}: {done.stderr.strip()}")
    places = scored(len(clip.frames))
    pictures = shown(gif, len(clip.frames), clip.fps)
    scores = ssimulacra2((clip.frames[k] for k in places), (pictures[k] for k in places))
    mean, worst = statistics.fmean(scores), min(scores)
    return Point(value, f"--quality {quality}", gif.stat().st_size, mean, worst, 0.0, 0.0)


def summary(now: Sequence[Sequence[Point]], other: Sequence[Sequence[Point]]) -> str:
    """What another value changes: the points of every clip, both in the order of their qualities."""
    pairs = [pair for before, after in zip(now, other, strict=True) for pair in zip(before, after, strict=True)]
    plain = statistics.geometric_mean(after.bytes / before.bytes for before, after in pairs)
    better = statistics.fmean(after.mean - before.mean for before, after in pairs)
    ratios = []
    for before, after in zip(now, other, strict=True):
        best = curve(before)
        lowest = best[0].mean
        found = [(point.bytes, bytes_for(best, point.mean)) for point in after if point.mean >= lowest]
        ratios += [count / needed for count, needed in found if needed]
    same = f"{math.exp(statistics.fmean(map(math.log, ratios))):.4f}" if ratios else "-"
    return f"bytes {plain:.4f}   mean {better:+.2f}   bytes for the same mean {same} ({len(ratios)} of {len(pairs)})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("values", nargs="+", metavar="VALUE")
    parser.add_argument("--clips", nargs="+", type=Path, default=CLIPS, metavar="CLIP", help="usually two fixtures")
    parser.add_argument("--quality", nargs="+", type=int, default=QUALITIES, metavar="Q")
    parser.add_argument("--width", type=int, default=480)
    parser.add_argument("--fps", type=float, default=15)
    parser.add_argument("--start", type=float, default=0, help="where in each clip to begin, in seconds")
    parser.add_argument("--seconds", type=float, help="of each clip; usually all")
    asked = parser.parse_args()
    for path in asked.clips:
        if not path.is_file():
            parser.error(f"{path}: there is no such file")
    demand_ssimulacra2()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folders = [folder / f"value-{k}" for k in range(1 + len(asked.values))]
        now, *_ = [
            variant(asked.name, value, place) for value, place in zip((None, *asked.values), folders, strict=True)
        ]
        span = (asked.start, asked.seconds)
        clips = [
            prepared(path, asked.width, asked.fps, span, folder / f"clip-{k}") for k, path in enumerate(asked.clips)
        ]
        points: list[list[list[Point]]] = []
        print(
            f"{asked.name}, now {now}\n{'value':20}{'clip':24}{'quality':>8}{'kB':>9}{'mean':>8}{'worst':>8}",
            flush=True,
        )
        for value, place in zip((now, *asked.values), folders, strict=True):
            points.append([])
            for clip in clips:
                points[-1].append([])
                for quality in sorted(asked.quality):
                    point = measured(clip, quality, place, value)
                    points[-1][-1].append(point)
                    line = f"{value:20}{clip.name:24}{quality:8}{point.bytes / 1000:9.1f}"
                    print(f"{line}{point.mean:8.2f}{point.worst:8.2f}", flush=True)
    for value, of_value in zip(asked.values, points[1:], strict=True):
        print(f"{value:20}{summary(points[0], of_value)}")


if __name__ == "__main__":
    main()
