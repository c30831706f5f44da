"""Bytes against quality: `gifsom convert` at several qualities beside gifski, ffmpeg and gifsicle, whichever are there.

    python tests/benchmarks/size.py CLIP ... [--quality 30 50 65 80 90 100] [--width 480] [--fps 15]
                                    [--start S] [--seconds S] [--out points.json] [--plot size.png]
    python tests/benchmarks/size.py points.json ... --plot size.png

Of every clip a lossless excerpt is made first, so that all encoders start from the same seconds of the same colors. A
.json file of an earlier run stands for the clips in it: so clips of other widths come together in one plot.

kB       1000 bytes
mean     SSIMULACRA2 of ten frames against those that ffmpeg makes with `fps=F,scale=W:-2:flags=lanczos`; 100: identical
worst    the lowest of the ten
flicker  change of a pixel from frame to frame, in levels of its channel that changes most: the mean over all pixels and
         frames where the source stands still, which is changes by at most 2 levels
CPU s    user plus system time of all processes, compiled before; gifski's PNG files are not counted against it

At the end, for every point of a peer with a mean of at least 30: the bytes that gifsom needs for the same mean, as a
part of the peer's (below 1: gifsom's GIF is smaller), the geometric mean of all; between gifsom's points the logarithm
of the bytes is interpolated. Below its lowest point that point counts; points above its reach are counted as "+k". And
by how much gifsom's worst frame and flicker differ at the same mean (better: worst above 0, flicker below), from those
points that lie between gifsom's.
"""

import argparse
import json
import math
import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from common import (
    FFMPEG,
    QUIET,
    demand_ssimulacra2,
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

import gifsom
from gifsom.core.frame import Pixels
from gifsom.core.values import QUALITY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OURS = "gifsom"
QUALITIES = (30, 50, 65, 80, 90, 100)
GIFSKI = (50, 65, 80, 90, 100)
LOSSY = (20, 60, 120)
LEAST = 30.0
"""Mean from which on a peer's point counts: nobody would show a GIF below it."""

STILL = 2
"""Levels by which a pixel of the source may change and still stand."""

PANELS = 4
TICKS = ((50, (1, 3)), (15, (1, 2, 5)), (4, (1, 2, 3, 5, 7)), (0, (1, 1.5, 2, 3, 4, 5, 6, 7, 8)))
"""Marks of a decade for sizes that reach over more than so many times the smallest."""

LABEL = (52, 28)
"""Room that the name of a quality takes in the plot, in pixels."""

INK, FAINT, GRID = "#1c1e21", "#63686f", "#e4e7eb"
LINES = {  # color and marker
    OURS: ("#d1350f", "o"),
    "gifski": ("#1f6fb2", "s"),
    "ffmpeg + gifsicle": ("#2c8a5b", "^"),
    "ffmpeg": ("#7a5aa6", "D"),
    "ffmpeg, bayer": ("#8a8f96", "v"),
}


@dataclass(frozen=True, slots=True)
class Point:
    """One GIF: who made it and how, and what the module's docstring says of each figure."""

    encoder: str
    setting: str
    bytes: int
    mean: float
    worst: float
    flicker: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Trial:
    """All points of a clip; `encoders` has the versions."""

    clip: str
    width: int
    height: int
    fps: float
    seconds: float
    encoders: str
    points: list[Point]

    def of(self, encoder: str) -> list[Point]:
        return [point for point in self.points if point.encoder == encoder]

    @property
    def title(self) -> str:
        return f"{self.clip}, {self.width}x{self.height}, {self.fps:g} fps, {self.seconds:.3g} s"


def excerpt(clip: Path, start: float, seconds: float | None, folder: Path) -> Path:
    """Some seconds of a clip without loss, as RGB with square pixels: nothing is left that encoders read unlike."""
    target = folder / "excerpt.mkv"
    end = [] if seconds is None else ["-t", f"{seconds}"]
    codec = ["-an", "-vf", "scale=iw*sar:ih,setsar=1", "-c:v", "libx264rgb", "-qp", "0", "-preset", "ultrafast"]
    done = subprocess.run(
        [*QUIET, "-ss", f"{start}", *end, "-i", clip, *codec, target], stderr=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise SystemExit(f"{clip}: {done.stderr.strip()}")
    return target


def ours(source: Path, width: int, fps: float, quality: int, folder: Path, *options: str) -> tuple[Path, float]:
    gif = folder / f"gifsom-{quality}.gif"
    command = with_gifsom(source, gif, width, fps, "--quality", str(quality), *options)
    return gif, run(OURS, [command]).cpu


def compile_kernels(clip: Path, qualities: Sequence[int]) -> None:
    """What is compiled at the first conversion on a machine is compiled before anything is timed."""
    with tempfile.TemporaryDirectory() as name:
        for quality in qualities:
            ours(clip, 160, 10, quality, Path(name), "--duration", "0.5")


def made(
    source: Path, width: int, fps: float, qualities: Sequence[int], folder: Path
) -> Iterator[tuple[str, str, Path, float]]:
    """The GIFs of all encoders that are installed: encoder, setting, file and CPU seconds."""
    for quality in qualities:
        yield OURS, f"--quality {quality}", *ours(source, width, fps, quality, folder)
    if gifski := shutil.which("gifski"):
        pictures = write_pictures(source, width, fps, folder)
        for quality in GIFSKI:
            gif = folder / f"gifski-{quality}.gif"
            cpu = run("gifski", [with_gifski(gifski, pictures, gif, width, fps, quality)]).cpu
            yield "gifski", f"-Q {quality}", gif, cpu
    for name, setting, dither in (("ffmpeg", "its default", ""), ("ffmpeg, bayer", "dither=bayer", "dither=bayer")):
        gif = folder / f"{name}.gif"
        yield name, setting, gif, run(name, [with_ffmpeg(source, gif, width, fps, dither)]).cpu
    if gifsicle := shutil.which("gifsicle"):
        bare = folder / "bare.gif"
        before = run("ffmpeg", [with_ffmpeg(source, bare, width, fps, "dither=none")]).cpu
        for lossy in (0, *LOSSY):
            gif = folder / f"gifsicle-{lossy}.gif"
            options = ["-O3", *([f"--lossy={lossy}"] if lossy else [])]
            cpu = run("gifsicle", [[gifsicle, *options, str(bare), "-o", str(gif)]]).cpu
            yield "ffmpeg + gifsicle", " ".join(options), gif, before + cpu


def versions() -> str:
    """All encoders that are installed, with what they say of themselves."""
    found = [f"gifsom {gifsom.__version__}"]
    for name, option in ((FFMPEG, "-version"), ("gifski", "--version"), ("gifsicle", "--version")):
        if path := shutil.which(name):
            said = subprocess.run([path, option], capture_output=True, text=True).stdout
            number = re.search(r"\d+(\.\d+)+", said)
            found.append(f"{'ffmpeg' if name == FFMPEG else name} {number[0] if number else '?'}")
    return ", ".join(found)


def flicker(frames: Sequence[Pixels], pictures: Sequence[Pixels]) -> float:
    """Mean change of what is shown where the frames stand still; 0 where they never do."""
    total = count = 0
    for k in range(1, len(frames)):
        source, result = (np.abs(pair[k].astype(np.int16) - pair[k - 1]).max(axis=2) for pair in (frames, pictures))
        still = source <= STILL
        total += int(result[still].sum())
        count += int(still.sum())
    return total / count if count else 0.0


def measure(clip: Path, width: int, fps: float, qualities: Sequence[int], span: tuple[float, float | None]) -> Trial:
    """The points of a clip from span = (start, seconds) on, printed as they are made."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = excerpt(clip, *span, folder)
        width = min(width, gifsom.open(source).size[0])  # nothing is enlarged
        frames = reference(source, width, fps)
        trial = Trial(clip.stem, width, frames.shape[1], fps, len(frames) / fps, versions(), [])
        print(f"\n{trial.title}\n{'':34}{'kB':>8}{'mean':>8}{'worst':>8}{'flicker':>9}{'CPU s':>8}", flush=True)
        places = scored(len(frames))
        for encoder, setting, gif, cpu in made(source, width, fps, qualities, folder):
            pictures = shown(gif, len(frames), fps)
            if pictures[0].shape != frames[0].shape:
                size = "{1}x{0}".format(*pictures[0].shape)
                raise SystemExit(f"{trial.title}: {encoder} makes it {size}; try another --width")
            scores = ssimulacra2((frames[k] for k in places), (pictures[k] for k in places))
            mean, worst = statistics.fmean(scores), min(scores)
            point = Point(encoder, setting, gif.stat().st_size, mean, worst, flicker(frames, pictures), cpu)
            trial.points.append(point)
            line = f"{encoder:20}{setting:14}{point.bytes / 1000:8.0f}{mean:8.1f}{worst:8.1f}"
            print(f"{line}{point.flicker:9.2f}{cpu:8.2f}", flush=True)
    return trial


def curve(points: Sequence[Point]) -> list[Point]:
    """The points that are worth their bytes, from the smallest on: none is smaller and as good as another."""
    best: list[Point] = []
    for point in sorted(points, key=lambda point: (point.bytes, -point.mean)):
        if not best or point.mean > best[-1].mean:
            best.append(point)
    return best


def between(best: Sequence[Point], mean: float) -> tuple[Point, Point, float] | None:
    """The neighbours of a mean on a curve, and how far it is from one to the other; None beyond both ends."""
    for low, high in zip(best, [*best[1:], best[-1]], strict=True):
        if low.mean <= mean <= high.mean:
            return low, high, (mean - low.mean) / (high.mean - low.mean) if high.mean > low.mean else 0.0
    return None


def bytes_for(best: Sequence[Point], mean: float) -> float | None:
    """Bytes that a curve needs for a mean, or for more than that below its lowest point; None above its reach."""
    if mean < best[0].mean:
        return best[0].bytes
    found = between(best, mean)
    if found is None:
        return None
    low, high, part = found
    return math.exp((1 - part) * math.log(low.bytes) + part * math.log(high.bytes))


@dataclass(slots=True)
class Comparison:
    """gifsom beside points of a peer: ratios of bytes, differences of worst frame and flicker, points out of reach."""

    ratios: list[float] = field(default_factory=list)
    worst: list[float] = field(default_factory=list)
    flicker: list[float] = field(default_factory=list)
    missed: int = 0

    @property
    def ratio(self) -> str:
        mean = f"{statistics.geometric_mean(self.ratios):.3f}" if self.ratios else "-"
        return f"{mean} +{self.missed}" if self.missed else mean

    @classmethod
    def of(cls, best: Sequence[Point], peer: Sequence[Point]) -> Self:
        """gifsom's curve beside the points of a peer on the same clip."""
        result = cls()
        for point in peer:
            if point.mean < LEAST:
                continue
            need = bytes_for(best, point.mean)
            if need is None:
                result.missed += 1
                continue
            result.ratios.append(need / point.bytes)
            if found := between(best, point.mean):
                low, high, part = found
                result.worst.append((1 - part) * low.worst + part * high.worst - point.worst)
                result.flicker.append((1 - part) * low.flicker + part * high.flicker - point.flicker)
        return result

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """All points of several comparisons."""
        return cls(
            [ratio for part in parts for ratio in part.ratios],
            [worst for part in parts for worst in part.worst],
            [flicker for part in parts for flicker in part.flicker],
            sum(part.missed for part in parts),
        )


def summarize(trials: Sequence[Trial]) -> None:
    """The ratios of every clip and peer, and all clips and peers together."""
    peers = list(dict.fromkeys(point.encoder for trial in trials for point in trial.points if point.encoder != OURS))
    everything = "all peers"
    columns: dict[str, list[Comparison]] = {peer: [] for peer in [*peers, everything]}
    for trial in trials:
        best = curve(trial.of(OURS))
        for peer in peers:
            columns[peer].append(Comparison.of(best, trial.of(peer)))
        columns[everything].append(Comparison.joined([columns[peer][-1] for peer in peers]))

    def row(name: str, cells: Iterable[str]) -> None:
        print(f"{name:34}" + "".join(f"{cell:>19}" for cell in cells))

    def mean(values: list[float]) -> str:
        return f"{statistics.fmean(values):+.2f}" if values else "-"

    print("\nbytes of gifsom for the mean of a peer's point / bytes of the peer")
    row("", columns)
    for k, trial in enumerate(trials):
        row(trial.clip, (parts[k].ratio for parts in columns.values()))
    total = {peer: Comparison.joined(parts) for peer, parts in columns.items()}
    row("all clips", (part.ratio for part in total.values()))
    print("gifsom less the peer, at the same mean, over all clips")
    row("worst frame", (mean(part.worst) for part in total.values()))
    row("flicker, levels", (mean(part.flicker) for part in total.values()))


def plot(trials: Sequence[Trial], path: Path) -> None:
    """Size and quality of all points: a panel for each clip, a line for each encoder."""
    from matplotlib.figure import Figure
    from matplotlib.style import context

    trials = trials[:PANELS]
    columns = min(2, len(trials))
    rows = -(-len(trials) // columns)
    with context(["default", {"font.size": 11, "text.color": INK, "axes.labelcolor": INK}], after_reset=True):
        width, height = (10.6 if columns > 1 else 7.6), 1.9 + 3.7 * rows
        figure = Figure(figsize=(width, height), dpi=150, facecolor="white")
        left, right, top = 0.85 / width, 1 - 0.35 / width, 1 - (1.2 if columns > 1 else 1.4) / height
        figure.subplots_adjust(left, 1 / height, right, top, wspace=0.16, hspace=0.27)
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, trial in zip(panels, trials, strict=False):
            panel(axes, trial)
        for axes in panels[len(trials) :]:
            axes.set_axis_off()
        known: dict[str, object] = {}
        for axes in panels:
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
                known.setdefault(label, handle)
        place = {"ha": "left", "va": "top"}
        figure.text(
            0.2 / width,
            1 - 0.15 / height,
            "Size and quality of GIFs: higher and further left is better",
            size=13,
            weight="bold",
            **place,
        )
        figure.legend(
            known.values(),
            known.keys(),
            loc="upper left",
            bbox_to_anchor=(0.1 / width, 1 - 0.45 / height),
            ncols=5 if columns > 1 else 3,
            columnspacing=1.6,
            handlelength=1.8,
            frameon=False,
        )
        figure.supxlabel(
            "size of the GIF (kB, logarithmic)", x=(left + right) / 2, y=0.45 / height, va="center", size=12
        )
        figure.supylabel("SSIMULACRA2 (100: identical)", x=0.2 / width, va="center", size=12)
        said = list(dict.fromkeys(trial.encoders for trial in trials))
        note = f"numbers on the line: --quality · {'; '.join(said)}"
        figure.text(right, 0.12 / height, note, size=9, color=FAINT, ha="right", va="bottom")
        figure.savefig(path)


def panel(axes: "Axes", trial: Trial) -> None:
    """The points of a clip, gifsom's on top and with their qualities."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_title(trial.title, size=11.5, loc="left")
    seen = [point for point in trial.points if point.mean >= LEAST]
    if not seen:
        return
    for encoder in sorted({point.encoder for point in trial.points}, key=list(LINES).index):
        color, marker = LINES[encoder]
        points = sorted((point for point in seen if point.encoder == encoder), key=lambda point: point.bytes)
        bold = encoder == OURS
        axes.plot(
            [point.bytes / 1000 for point in points],
            [point.mean for point in points],
            label=encoder,
            color=color,
            marker=marker,
            markersize=7 if bold or len(points) == 1 else 6,
            linewidth=3 if bold else 1.6,
            linestyle="-" if len(points) > 1 else "none",
            markeredgecolor="white",
            markeredgewidth=0.8,
            zorder=4 if bold else 3,
        )
    sizes, means = [point.bytes / 1000 for point in seen], [point.mean for point in seen]
    reach = max(sizes) / min(sizes)
    margin = reach**0.07 if reach > 1.5 else 1.3
    axes.set(xscale="log", xlim=(min(sizes) / margin**1.6, max(sizes) * margin))
    space = max(2.0, 0.07 * (max(means) - min(means)))
    axes.set_ylim(min(means) - space, max(means) + 1.6 * space)
    ticks = next(ticks for above, ticks in TICKS if reach > above)
    axes.xaxis.set_major_locator(LogLocator(subs=ticks))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 10 else f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(color=FAINT, labelcolor=INK, labelsize=10.5)
    name_qualities(axes, [point for point in seen if point.encoder == OURS])


def name_qualities(axes: "Axes", points: Sequence[Point]) -> None:
    """The quality beside each point, the default first; one that would lie over another is left out."""
    from matplotlib.patheffects import withStroke

    taken: list[np.ndarray] = []
    for point in sorted(points, key=lambda point: point.setting != f"--quality {QUALITY}"):
        spot = axes.transData.transform((point.bytes / 1000, point.mean))
        if all((np.abs(spot - other) > LABEL).any() for other in taken):
            taken.append(spot)
            text, color = point.setting.split()[-1], LINES[OURS][0]
            axes.annotate(
                text,
                (point.bytes / 1000, point.mean),
                (-6, 5),
                textcoords="offset points",
                ha="right",
                size=10.5,
                weight="bold",
                color=color,
                zorder=5,
                path_effects=[withStroke(linewidth=2.5, foreground="white")],
            )


def load(path: Path) -> list[Trial]:
    return [
        Trial(**{**trial, "points": [Point(**point) for point in trial["points"]]})
        for trial in json.loads(path.read_text())
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path, metavar="CLIP")
    parser.add_argument("--quality", nargs="+", type=int, default=QUALITIES, metavar="Q", help="gifsom's")
    parser.add_argument("--width", type=int, default=480)
    parser.add_argument("--fps", type=float, default=15)
    parser.add_argument("--start", type=float, default=0, help="where in each clip to begin, in seconds")
    parser.add_argument("--seconds", type=float, help="of each clip; usually all")
    parser.add_argument("--out", type=Path, metavar="JSON", help="keep all points")
    parser.add_argument("--plot", type=Path, metavar="PNG", help=f"draw the first {PANELS} clips; needs matplotlib")
    asked = parser.parse_args()
    if asked.plot and find_spec("matplotlib") is None:
        raise SystemExit("a plot needs matplotlib: pip install matplotlib")
    for path in asked.paths:
        if not path.is_file():
            parser.error(f"{path}: there is no such file")
    trials: list[Trial] = []
    clips = [path for path in asked.paths if path.suffix != ".json"]
    if clips:
        demand_ssimulacra2()
        print(versions(), flush=True)
        compile_kernels(clips[0], asked.quality)
    for path in asked.paths:
        if path in clips:
            trials.append(measure(path, asked.width, asked.fps, asked.quality, (asked.start, asked.seconds)))
        else:
            trials += load(path)
        if asked.out:
            asked.out.write_text(json.dumps([asdict(trial) for trial in trials], indent=1) + "\n")
    summarize(trials)
    if asked.plot:
        plot(trials, asked.plot)


if __name__ == "__main__":
    main()
