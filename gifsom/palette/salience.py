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
from gifsom.native import salience
from gifsom.palette.color import unpack

EDGE = 3
"""Weight of a pixel at the edge of a flat area against one inside: a color is flat only if three quarters of its pixels
are inside. The plateaus of a smooth gradient are not flat, the areas of an interface are."""

EXTENT = 64
"""Pixels inside flat areas of one picture, less those at the edges, from which on a color is flat."""


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


class SalienceDetector:
    """Collects the salient colors of a clip's pictures: `add` each, then `salient_colors`.

    Several may share out the pictures, each taking its own in their order; they are merged in the end.
    """

    def __init__(self) -> None:
        self._largest = 0
        self._most = np.zeros((salience.regions(), 5), np.int64)
        self._extent = np.zeros(salience.COLORS, np.int16)  # takes memory only where there are flat colors
        self._flats: dict[int, int] = {}

    def add(self, number: int, picture: NDArray[np.uint32], mask: Mask | None, visible: NDArray[np.uint32]) -> None:
        """Read picture `number`, (h, w) colors as numbers, of which `visible` (n,) are those not masked."""
        salience.patches(visible, number, self._most)
        self._largest = max(self._largest, picture.size)
        found = np.empty(picture.size, np.uint32)
        found = found[: salience.flats(picture, mask, EDGE, self._extent, found)]
        extents = self._extent[found].astype(np.int64) - salience.met()
        self._extent[found] = 0
        flat = extents >= EXTENT
        for color, extent in zip(found[flat].tolist(), extents[flat].tolist(), strict=True):
            self._flats[color] = max(extent, self._flats.get(color, 0))

    def merge(self, other: "SalienceDetector") -> None:
        """Add what another one has collected of other pictures. Of equal patches the first picture's stays."""
        (areas, numbers), (more, others) = self._most.T[[0, 4]], other._most.T[[0, 4]]
        taken = (more > areas) | ((more == areas) & (others < numbers))
        self._most[taken] = other._most[taken]
        self._largest = max(self._largest, other._largest)
        for color, extent in other._flats.items():
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
