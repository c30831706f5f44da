"""Salient colors of single frames, however rare in the clip: patches of a color, and flat areas.

A sample of a clip tells what is frequent. A red mark in one frame, three bright specks on a night sky, or the color of
a button are hardly in it, and are the first that a viewer misses. So every pixel of every picture is read: for each
small region of the color cube the picture with most pixels of that region is kept, and for each exact color the one in
which most of its pixels lie inside a flat area.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Mask, Pixels
from gifsom.core.jit import kernel
from gifsom.palette.color import unpack

BITS = 5
"""Bits of a channel that tell regions of the color cube apart: 8 levels, which is hardly visible."""

EDGE = 3
"""Weight of a pixel at the edge of a flat area against one inside: a color is flat only if three quarters of its pixels
are inside. The plateaus of a smooth gradient are not flat, the areas of an interface are."""

EXTENT = 64
"""Pixels inside flat areas of one picture, less those at the edges, from which on a color is flat."""

_REGIONS = 1 << 3 * BITS
_MET = 1 << 14  # initial value of counts, which saturate at the ends of 16 bits


@dataclass(frozen=True, slots=True, eq=False)
class SalientColors:
    """Colors that are salient in single pictures.

    patches   (p, 3) uint8: mean of each region of the color cube, in the picture that has most of it
    areas     (p,) int64: pixels of that region there
    pictures  (p,) int64: number of that picture
    flats     (f, 3) uint8: every color that was flat in some picture
    extents   (f,) int64: pixels inside flat areas, less EDGE for each at their edges, in the picture with most of
              them; at most 16383
    largest   pixels of the largest picture
    """

    patches: Pixels
    areas: NDArray[np.int64]
    pictures: NDArray[np.int64]
    flats: Pixels
    extents: NDArray[np.int64]
    largest: int


@kernel
def _region(color: np.int64) -> np.int64:
    """The region of the color cube that a color, as a number, lies in."""
    shift = 8 - BITS
    low = (1 << BITS) - 1
    return (color >> 16 + shift) << 2 * BITS | (color >> 8 + shift & low) << BITS | (color >> shift & low)


@kernel
def _patches(
    colors: NDArray[np.uint32],
    picture: int,
    count: NDArray[np.int32],
    sums: NDArray[np.int64],
    touched: NDArray[np.int32],
    most: NDArray[np.int64],
) -> None:
    """Keep in `most` (regions, 5) the largest patch of each region: pixels, sums of their channels, and the picture.

    colors (n,) are the pixels of one picture as numbers. `count` (regions,) and `sums` (regions, 3) are zero before and
    after, `touched` (regions,) is room.
    """
    met = 0
    for i in range(colors.shape[0]):
        region = _region(np.int64(colors[i]))
        if count[region] == 0:
            touched[met] = region
            met += 1
        count[region] += 1
    beaten = 0
    for k in range(met):
        region = np.int64(touched[k])
        if count[region] > most[region, 0]:
            beaten += 1
        else:
            count[region] = 0  # from here on only of those that are larger than before
    if beaten:
        for i in range(colors.shape[0]):
            color = np.int64(colors[i])
            region = _region(color)
            if count[region]:
                sums[region, 0] += color >> 16
                sums[region, 1] += color >> 8 & 255
                sums[region, 2] += color & 255
    for k in range(met):
        region = np.int64(touched[k])
        if count[region]:
            most[region, 0] = count[region]
            most[region, 4] = picture
            count[region] = 0
            for channel in range(3):  # an assignment of slices takes two seconds to compile
                most[region, 1 + channel] = sums[region, channel]
                sums[region, channel] = 0


@kernel
def _flats(colors: NDArray[np.uint32], hidden: Mask, extent: NDArray[np.int16], found: NDArray[np.uint32]) -> int:
    """Count in `extent` (2**24) the pixels of each color that are as their left and their upper neighbor.

    A pixel that is as one of the two takes EDGE away again, and so does one at the left or upper border. colors (h, w)
    are numbers; hidden (h, w), or (0, 0) for nothing. `extent` is zero before; the colors that are met are listed in
    `found`, and count from _MET on, within 1 and 32767. How many they are.
    """
    count = 0
    masked = hidden.shape[0] > 0
    for y in range(colors.shape[0]):
        for x in range(colors.shape[1]):
            color = colors[y, x]
            left = x > 0 and color == colors[y, x - 1]
            upper = y > 0 and color == colors[y - 1, x]
            if not (left or upper):
                continue
            if masked and (hidden[y, x] or (left and hidden[y, x - 1]) or (upper and hidden[y - 1, x])):
                continue
            if extent[color] == 0:
                found[count] = color
                count += 1
                extent[color] = _MET
            more = int(extent[color]) + (1 if left and upper else -EDGE)
            extent[color] = min(max(more, 1), 0x7FFF)
    return count


_NOTHING = np.zeros((0, 0), np.bool_)
_NOTHING.flags.writeable = False


class SalienceDetector:
    """Collects the salient colors of a clip's pictures: `add` each, then `salient_colors`."""

    def __init__(self) -> None:
        self._pictures = 0
        self._largest = 0
        self._count = np.zeros(_REGIONS, np.int32)
        self._sums = np.zeros((_REGIONS, 3), np.int64)
        self._touched = np.empty(_REGIONS, np.int32)
        self._most = np.zeros((_REGIONS, 5), np.int64)
        self._extent = np.zeros(1 << 24, np.int16)  # takes memory only where there are flat colors
        self._flats: dict[int, int] = {}

    def add(self, picture: NDArray[np.uint32], mask: Mask | None, visible: NDArray[np.uint32]) -> None:
        """Read a picture (h, w) of colors as numbers, of which `visible` (n,) are those not masked."""
        _patches(visible, self._pictures, self._count, self._sums, self._touched, self._most)
        self._pictures += 1
        self._largest = max(self._largest, picture.size)
        found = np.empty(picture.size, np.uint32)
        found = found[: _flats(picture, _NOTHING if mask is None else mask, self._extent, found)]
        extents = self._extent[found].astype(np.int64) - _MET
        self._extent[found] = 0
        flat = extents >= EXTENT
        for color, extent in zip(found[flat].tolist(), extents[flat].tolist(), strict=True):
            self._flats[color] = max(extent, self._flats.get(color, 0))

    def salient_colors(self) -> SalientColors:
        """Salient colors of the pictures so far, flat ones in the order of their numbers."""
        seen = self._most[self._most[:, 0] > 0]
        flats = np.array(sorted(self._flats.items()), np.int64).reshape(-1, 2)
        return SalientColors(
            patches=((seen[:, 1:4] + seen[:, :1] // 2) // seen[:, :1]).astype(np.uint8),
            areas=seen[:, 0],
            pictures=seen[:, 4],
            flats=unpack(flats[:, 0].astype(np.uint32)),
            extents=flats[:, 1],
            largest=self._largest,
        )
