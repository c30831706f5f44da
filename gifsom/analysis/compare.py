"""Distance of a GIF, or any clip, from the clip that it was made of: `gifsom compare`.

At each picture of the output, the source's picture of that time is brought to the output's size, and both are compared
by the mean distance in OKLab, by PSNR, and by SSIM (Z. Wang, A. Bovik, H. Sheikh, E. Simoncelli, "Image quality
assessment: from error visibility to structural similarity", IEEE Transactions on Image Processing 13, 2004), here on
luma with uniform windows. An output has a rate of its own, so "that time" is half of its shortest delay wide: the
nearest of the source's pictures in it counts. Transparent parts are compared as white.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, log10
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gifsom import edit, sources
from gifsom.core.errors import SettingError, SourceEmpty
from gifsom.core.files import check_picture, check_source, save_picture
from gifsom.core.frame import Pixels
from gifsom.core.html import report
from gifsom.core.progress import Progress, silent
from gifsom.core.source import Holder, Source
from gifsom.core.values import WHITE, Color, Seconds, parse_seconds
from gifsom.edit.base import scale_to
from gifsom.export import opaque
from gifsom.palette.color import oklab

WINDOW: Final = 8
"""Side of SSIM's windows in pixels; a smaller picture is one window."""

SHAPE: Final = 0.03
"""Relative difference that two pictures' aspect ratios may have: sides are rounded, by some to even numbers."""

SLACK: Final = 0.05
"""Seconds by which a picture of the output may differ in time from the source's, at most."""

AMPLIFIED: Final = 8
"""Amplification in the picture of the differences."""

NARROW: Final = 200
"""Smallest width of each picture in pixels, so that text fits above."""

INK: Final[Color] = (32, 33, 36)
FAINT: Final[Color] = (95, 99, 104)


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A picture of the output, and the source's.

    number  of the picture in the output, from 1
    time    seconds at which it appears in the output
    source  (h, w, 3) uint8
    output  (h, w, 3) uint8
    error   mean OKLab distance, times 100
    square  mean squared difference of levels, 0 to 65025
    ssim    -1 to 1, 1 where both are the same
    """

    number: int
    time: float
    source: Pixels
    output: Pixels
    error: float
    square: float
    ssim: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison:
    """Distance of an output from its source. Means are weighted by the duration of each picture.

    error         mean OKLab distance of pixels, times 100: 1 is hardly visible
    psnr          dB, of the mean squared difference; infinite where there is none
    ssim          mean, 1 where there is no difference
    worst         the picture with the largest error
    middle        the picture in the middle of the output's time
    frames        pictures that were compared
    size          width and height of the output in pixels
    source_size   those of the source
    bytes         size of the output's file, or None where it is none
    source_bytes  size of the source's file, likewise
    """

    error: float
    psnr: float
    ssim: float
    worst: Pair
    middle: Pair
    frames: int
    size: tuple[int, int]
    source_size: tuple[int, int]
    bytes: int | None
    source_bytes: int | None

    def __repr__(self) -> str:
        return f"<Comparison: {', '.join(f'{name} {value}' for name, value in self._rows())}>"

    def _repr_html_(self) -> str:
        """For a notebook: the figures, and the picture of `draw`."""
        return report(self.draw(), self._rows())

    def _rows(self) -> list[tuple[str, str]]:
        return [
            ("frames", str(self.frames)),
            ("mean error", f"{self.error:.2f}"),
            ("worst error", f"{self.worst.error:.2f} at {self.worst.time:.2f} s"),
            ("PSNR", f"{self.psnr:.1f} dB"),
            ("SSIM", f"{self.ssim:.4f}"),
        ]

    def draw(self) -> Image.Image:
        """Draw the worst picture and the middle one, each beside its source and the differences, AMPLIFIED times."""
        return draw([("worst", self.worst), ("middle", self.middle)])

    def save(self, path: "str | Path", overwrite: bool = False) -> None:
        """Write that picture as a PNG. Raises `TargetError`."""
        save_picture(self.draw(), Path(path), overwrite)


def compare(
    source: "str | Path | Source | Holder",
    output: "str | Path | Source | Holder",
    start: Seconds = 0.0,
    *,
    picture: "str | Path | None" = None,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Comparison:
    """Say how far a GIF is from its source.

    Args:
        source: the clip that it was made of.
        output: the GIF, or what else was made, of the same shape, and as fast.
        start: seconds (or a clock) into the source at which the output begins.
        picture: a PNG to write, of the worst picture and the middle one beside their source.
        overwrite: replace the PNG where it is there.
        progress: called often with stage, done, of.

    Raises:
        SettingError: where source and output have different shapes.
        SourceError, TargetError: with one line that says what and why.

    >>> compare("fixtures/sprite.gif", "fixtures/sprite.gif").psnr
    inf
    """
    if picture is not None:
        check_picture(Path(picture), overwrite)
        for one in (source, output):
            check_source(Path(picture), one)
    before, after = _opened(source), _opened(output)
    if picture is not None:
        check_source(Path(picture), [before, after])
    _check_shapes(before, after)
    began = parse_seconds(start)
    original = scale_to(edit.trim(before, began) if began else before, after.size)
    found = _Tally()
    for pair, seconds in _pairs(original, after):
        found.add(pair, seconds, after.duration / 2)
        progress("Comparing", pair.number, after.count)
    if found.worst is None or found.middle is None:
        raise SourceEmpty(f"{after.name}: there is no picture in it")
    square = found.square / found.seconds
    result = Comparison(
        error=found.error / found.seconds,
        psnr=10 * log10(255**2 / square) if square else inf,
        ssim=found.ssim / found.seconds,
        worst=found.worst,
        middle=found.middle,
        frames=found.frames,
        size=after.size,
        source_size=before.size,
        bytes=_bytes(output),
        source_bytes=_bytes(source),
    )
    if picture is not None:
        result.save(picture, overwrite)
    return result


def _opened(clip: "str | Path | Source | Holder") -> Source:
    return sources.open(clip, background=WHITE)


def _bytes(clip: "str | Path | Source | Holder") -> int | None:
    return None if isinstance(clip, Source | Holder) or not Path(clip).is_file() else Path(clip).stat().st_size


def _check_shapes(before: Source, after: Source) -> None:
    width, height = after.size
    due = width * before.size[1] / before.size[0]
    if abs(due - height) > max(2.0, SHAPE * due):
        raise SettingError(
            f"{after.name} has {width}x{height} pixels, another shape than {before.size[0]}x{before.size[1]}"
            f" of {before.name}: they cannot be compared"
        )


class _Tally:
    """Sums over pairs, weighted by seconds, and the two pairs that are kept."""

    def __init__(self) -> None:
        self.error = self.square = self.ssim = self.seconds = 0.0
        self.frames = 0
        self.worst: Pair | None = None
        self.middle: Pair | None = None

    def add(self, pair: Pair, seconds: float, middle: float) -> None:
        self.frames += 1
        self.seconds += seconds
        self.error += seconds * pair.error
        self.square += seconds * pair.square
        self.ssim += seconds * pair.ssim
        if self.worst is None or pair.error > self.worst.error:
            self.worst = pair
        if self.middle is None or pair.time <= middle:
            self.middle = pair


def _pairs(source: Source, output: Source) -> Iterator[tuple[Pair, float]]:
    """Each picture of the output with the source's of its time, and its duration in seconds."""
    slack = min(SLACK, 0.5 / (output.rate or 1 / SLACK))
    coming = ((frame.start, opaque(frame)) for frame in source.frames())
    ahead = next(coming, None)
    around: deque[tuple[float, Pixels]] = deque()
    held: tuple[Pair, float] | None = None
    for number, frame in enumerate(output.frames(), 1):
        while ahead is not None and ahead[0] <= frame.start + slack:
            around.append(ahead)
            ahead = next(coming, None)
        while len(around) > 1 and around[1][0] <= frame.start - slack:
            around.popleft()
        shown = opaque(frame)
        nearest = min((_square(pixels, shown), i) for i, (_, pixels) in enumerate(around))
        pixels = around[nearest[1]][1]
        if held is not None:
            yield held[0], frame.start - held[1]
        pair = Pair(number, frame.start, pixels, shown, 100 * distance(pixels, shown), nearest[0], ssim(pixels, shown))
        held = pair, frame.start
    if held is not None:
        yield held[0], output.duration - held[1]


def _square(a: Pixels, b: Pixels) -> float:
    """Mean squared difference of two pictures (h, w, 3)."""
    differ = a.astype(np.int32) - b
    return float(np.vdot(differ, differ)) / differ.size


def distance(a: Pixels, b: Pixels) -> float:
    """Mean OKLab distance of the pixels of two pictures (h, w, 3)."""
    return float(np.sqrt(((oklab(a) - oklab(b)) ** 2).sum(axis=2)).mean())


def ssim(a: Pixels, b: Pixels) -> float:
    """Mean structural similarity of two pictures (h, w, 3) uint8, over all windows: -1 to 1.

    >>> ssim(np.zeros((9, 9, 3), np.uint8), np.zeros((9, 9, 3), np.uint8))
    1.0
    """
    x, y = (pixels @ np.array([0.299, 0.587, 0.114]) for pixels in (a, b))
    mean_x, mean_y = _means(x), _means(y)
    var_x = _means(x * x) - mean_x**2
    var_y = _means(y * y) - mean_y**2
    covariance = _means(x * y) - mean_x * mean_y
    low, high = (0.01 * 255) ** 2, (0.03 * 255) ** 2  # the paper's constants, for dark and flat windows
    alike = (2 * mean_x * mean_y + low) * (2 * covariance + high)
    return float((alike / ((mean_x**2 + mean_y**2 + low) * (var_x + var_y + high))).mean())


def _means(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of every window of a plane (h, w)."""
    height, width = (min(WINDOW, side) for side in plane.shape)
    sums = np.pad(plane, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    total = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width] + sums[:-height, :-width]
    means: NDArray[np.float64] = total / (height * width)
    return means


def draw(pairs: list[tuple[str, Pair]]) -> Image.Image:
    """Rows of source, output and their differences, with a line of text above each; small ones are enlarged."""
    height, width = pairs[0][1].source.shape[:2]
    zoom = -(-NARROW // width) if width < NARROW else 1
    width, height = zoom * width, zoom * height
    gap, line = 16, 22
    font = ImageFont.load_default(13)
    row = line + height + gap
    sheet = Image.new("RGB", (3 * width + 4 * gap, gap + line + len(pairs) * row), WHITE)
    pen = ImageDraw.Draw(sheet)
    for i, head in enumerate(("source", "output", f"difference x {AMPLIFIED}")):
        pen.text((gap + i * (width + gap), gap - 4), head, INK, font)
    for j, (name, pair) in enumerate(pairs):
        top = gap + line + j * row
        what = f"{name}: picture {pair.number} at {pair.time:.2f} s, error {pair.error:.2f}, SSIM {pair.ssim:.3f}"
        pen.text((gap, top), what, FAINT, font)
        differ = np.abs(pair.source.astype(np.int16) - pair.output)
        for i, pixels in enumerate((pair.source, pair.output, np.minimum(AMPLIFIED * differ, 255).astype(np.uint8))):
            picture = Image.fromarray(pixels).resize((width, height), Image.Resampling.NEAREST)
            sheet.paste(picture, (gap + i * (width + gap), top + line))
    return sheet
