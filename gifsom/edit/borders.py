"""Borders of one color around the pictures of a clip, judged over all of them, with the noise of a codec."""

from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifsom.core.frame import Frame, Rect
from gifsom.core.source import Source
from gifsom.edit.frames import with_alpha

Levels: TypeAlias = NDArray[np.uint8]
Values: TypeAlias = NDArray[np.float32]

NOISE = 24
"""Levels by which a pixel of a border may differ from its color at any time: black bars were seen to reach 20."""

RUN = 64
"""Pixels of a row or column, next to each other, whose mean is judged in each picture: there noise evens out."""

SWAY = 8
"""Levels by which such a mean may differ: a codec turns noise into blocks that differ by as much."""

WINDOW = 25
"""Pixels of a row or column, next to each other, whose mean over all pictures is judged."""

TINGE = 6
"""Levels by which that mean, and that of a whole row, may differ: what stays in dark pictures is told by it."""

BLOCK = 16
"""Rows or columns next to the picture in which a codec's noise may be stronger: a block of it reaches that far."""

RINGING = 64
"""Levels by which a pixel of these may differ at any time: H.264 at crf 35 and MPEG-4 at q 8 were seen to reach 56."""

EDGE = 4
"""Rows or columns over which the edge of a picture is smeared at most."""


class _Range:
    """The least and the greatest level (h, w, 4) at any time."""

    def __init__(self, low: Levels, high: Levels | None = None) -> None:
        self.low = low
        self.high = low.copy() if high is None else high

    def add(self, levels: Levels) -> None:
        np.minimum(self.low, levels, out=self.low)
        np.maximum(self.high, levels, out=self.high)

    def turned(self) -> Self:
        return type(self)(self.low[::-1, ::-1], self.high[::-1, ::-1])

    def most(self, color: Values) -> Values:
        """The largest difference (h, w) from a color."""
        most: Values = np.maximum(color - self.low, self.high - color).max(axis=2)
        return most


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    """The pictures of a clip, laid over each other.

    pixels  their levels
    runs    levels of means over RUN pixels of a row, and of a column
    mean    the mean (h, w, 4) of all pictures
    """

    pixels: _Range
    runs: tuple[_Range, _Range]
    mean: Values

    def turned(self) -> Self:
        """The same by half a turn, so that what is below and to the right comes first."""
        rows, columns = self.runs
        return type(self)(self.pixels.turned(), (rows.turned(), columns.turned()), self.mean[::-1, ::-1])

    def color(self) -> Values:
        """The color (4,) of the border above, or to the left: of the first row or column, whichever is more even."""
        first = min((self.mean[0], self.mean[:, 0]), key=lambda edge: float(edge.std(axis=0).max()))
        color: Values = np.median(first, axis=0).astype(np.float32)
        return color

    def plain(self, color: Values) -> list[int]:
        """Numbers of the first rows, and of the first columns, that are of one color but for noise."""
        quiet, tinge = self.pixels.most(color) <= NOISE, self.mean - color
        calm = [runs.most(color) <= SWAY for runs in self.runs]
        return [
            _first(quiet.all(axis=along) & calm[axis].all(axis=along) & _even(tinge, along))
            for axis, along in ((0, 1), (1, 0))
        ]

    def ringing(self, color: Values, rect: Rect) -> list[int]:
        """Numbers of the first rows, and of the first columns, of a part that are so but for a codec's stronger noise.

        They are fewer than BLOCK, and none where no edge follows that such noise comes of, as in a dark picture, or
        where neither a border comes before them nor their color is black.
        """
        most = rect.cut(self.pixels.most(color))
        usual = np.abs(rect.cut(self.mean) - color).max(axis=2)
        black = color[:3].max() <= NOISE
        found = []
        for before, along in ((rect.top, 1), (rect.left, 0)):
            peaks = most.max(axis=along)
            count = _first((peaks <= RINGING) & (usual.mean(axis=along) <= TINGE))
            edge = peaks[count : count + EDGE]
            found.append(count if (before or black) and count < BLOCK and (edge > RINGING).any() else 0)
        return found


def borderless(clip: Source) -> Rect:
    """The rectangle of a clip without borders: rows and columns of one color, the same in all pictures.

    The borders above and to the left have one color, those below and to the right the same or another one, and hidden
    pixels count as one. Reads the whole clip. A clip that is nothing but border is left as it is.
    """
    laid = _laid_over(clip)
    turned = laid.turned()
    first, last = laid.color(), turned.color()
    (top, left), (bottom, right) = laid.plain(first), turned.plain(last)
    width, height = clip.size
    wide, high = width - left - right, height - top - bottom
    if min(wide, high) <= 0:
        return Rect(0, 0, width, height)
    (above, before) = laid.ringing(first, Rect(left, top, wide, high))
    (below, behind) = turned.ringing(last, Rect(right, bottom, wide, high))
    if min(wide - before - behind, high - above - below) <= 0:
        return Rect(left, top, wide, high)
    return Rect(left + before, top + above, wide - before - behind, high - above - below)


def _laid_over(clip: Source) -> _Laid:
    ranges: list[_Range] = []
    total: NDArray[np.uint32] | None = None
    count = 0
    for frame in clip.frames():
        picture = _picture(frame)
        runs = _runs(picture)
        count += 1
        if total is None:
            ranges, total = [*map(_Range, (picture, *runs))], picture.astype(np.uint32)
        else:
            for one, levels in zip(ranges, (picture, *runs), strict=True):
                one.add(levels)
            total += picture
    assert total is not None  # no clip is empty
    pixels, rows, columns = ranges
    return _Laid(pixels, (rows, columns), (total / count).astype(np.float32))


def _runs(picture: Levels) -> list[Levels]:
    """Means over runs of a picture's rows (h, runs, 4), and of its columns (runs, w, 4); RUN pixels or more each."""
    height, width = picture.shape[:2]
    image = Image.frombuffer("CMYK", (width, height), picture)  # four channels alike: none weighs the others
    sizes = (max(1, width // RUN), height), (width, max(1, height // RUN))
    return [np.array(image.resize(size, Image.Resampling.BOX)) for size in sizes]


def _even(tinge: Values, axis: int) -> NDArray[np.bool_]:
    """Whether no WINDOW along an axis of differences (h, w, 4) is tinged in the mean, for each row or column."""
    length = tinge.shape[axis]
    side = min(WINDOW, length)
    sums = np.insert(np.cumsum(tinge, axis=axis, dtype=np.float64), 0, 0.0, axis=axis)
    windows = np.take(sums, range(side, length + 1), axis) - np.take(sums, range(length + 1 - side), axis)
    even: NDArray[np.bool_] = (np.abs(windows).max(axis=2) <= TINGE * side).all(axis=axis)
    return even


def _first(plain: NDArray[np.bool_]) -> int:
    """Number of the first entries that are True."""
    return int(np.argmin([*plain, False]))


def _picture(frame: Frame) -> Levels:
    """A frame (h, w, 4) uint8 with alpha, the same color wherever it is hidden."""
    picture = np.array(with_alpha(frame))
    if frame.mask is not None:
        picture[frame.mask] = 0
    return picture
