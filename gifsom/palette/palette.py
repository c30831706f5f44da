"""Palette: the colors that every frame is mapped to."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gifsom.core.errors import FrameError, PaletteError, printable
from gifsom.core.frame import Pixels
from gifsom.palette import files
from gifsom.palette.color import hexes, histogram, oklab, unique
from gifsom.palette.nearest import ColorIndex, Mapper

MAX_COLORS = 1024
"""Entries of the largest map; a GIF's color table holds 256."""


@dataclass(frozen=True, eq=False, repr=False)
class Palette:
    """Colors in the order of the map: neighbors in the table are neighbors in color.

    colors  (n, 3) uint8 sRGB, 1 <= n <= 1024, no two rows equal, read-only

    Raises `PaletteError` for another shape, dtype or number, and where a color is repeated.

    >>> import numpy as np
    >>> palette = Palette(np.array([[0, 0, 0], [255, 0, 0], [255, 255, 255]], np.uint8))
    >>> palette.apply(np.array([[[250, 10, 10], [9, 9, 9]]], np.uint8))
    array([[1, 0]], dtype=uint8)
    """

    colors: Pixels

    def __post_init__(self) -> None:
        given = np.asarray(self.colors)
        if given.dtype != np.uint8 or given.ndim != 2 or given.shape[1] != 3 or not 1 <= len(given) <= MAX_COLORS:
            raise PaletteError(
                f"a palette is an array (1 to {MAX_COLORS}, 3) of uint8, not {given.shape} of {given.dtype}"
            )
        if len(unique(given)) < len(given):
            raise PaletteError("a palette has no color twice")
        colors = np.array(given, order="C")
        colors.flags.writeable = False
        object.__setattr__(self, "colors", colors)

    def __len__(self) -> int:
        return len(self.colors)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Palette) and np.array_equal(self.colors, other.colors)

    def __hash__(self) -> int:
        return hash(self.colors.tobytes())

    def __repr__(self) -> str:
        shown = " ".join(self.hexes[:4]) + (" …" if len(self) > 4 else "")
        return f"<Palette of {self._count}: {shown}>"

    @property
    def _count(self) -> str:
        return f"{len(self)} color{'s' * (len(self) > 1)}"

    def _repr_html_(self) -> str:
        """Swatches for a notebook, in the order of the map."""
        cells = "".join(f'<span title="{i}: {c}" style="background:{c}"></span>' for i, c in enumerate(self.hexes))
        style = (
            ".gifsom-palette{display:grid;grid-template-columns:repeat(32,18px);grid-auto-rows:18px;margin:4px 0}"
            ".gifsom-palette span{display:block}"
        )
        return f'<style>{style}</style><div class="gifsom-palette">{cells}</div><small>{self._count}</small>'

    @cached_property
    def hexes(self) -> list[str]:
        """The colors as "#rrggbb"."""
        return hexes(self.colors)

    @cached_property
    def lab(self) -> NDArray[np.float32]:
        """(n, 3) float32: the colors in OKLab."""
        return oklab(self.colors)

    @cached_property
    def _mapper(self) -> Mapper:
        return Mapper(self.lab)

    def apply(self, pixels: ArrayLike) -> NDArray[np.unsignedinteger]:
        """Index of the nearest color by OKLab distance for each pixel, of equals the lowest.

        Args:
            pixels: (n, 3) or (h, w, 3) uint8 sRGB.

        Returns:
            (n,) or (h, w): uint8 up to 256 entries, else uint16; `palette.colors[indices]` is the picture.

        Raises:
            FrameError: for another shape or dtype; it says which.
        """
        return self._mapper.map(check_pixels(pixels))

    def reduced(self, count: int, pixels: Pixels) -> "Palette":
        """The palette cut to `count` entries: those go whose absence costs pixels (n, 3) uint8 least.

        The cost is the increase of the sum of squared OKLab distances.
        """
        if len(self) <= count:
            return self
        colors, counts = histogram(pixels)
        lab = oklab(colors)
        cell = ColorIndex(self.lab).nearest(lab)
        cost = np.zeros(len(self))
        for entry in np.unique(cell):
            own = np.flatnonzero(cell == entry)
            others = ColorIndex(np.delete(self.lab, entry, axis=0))
            away = others.squared(lab[own]) - ((lab[own] - self.lab[entry]) ** 2).sum(axis=1)
            cost[entry] = counts[own] @ away
        kept = np.sort(np.argsort(-cost, kind="stable")[:count])
        return Palette(self.colors[kept])

    def save(self, path: "str | Path", *, overwrite: bool = False) -> None:
        """Write the palette in the format of the suffix: .gpl, .act, .png, .json or .npy.

        Raises `TargetError`, or `PaletteError` for a map of more than 256 entries, which no such file holds.
        """
        files.write(self.colors, Path(path), overwrite)

    @classmethod
    def load(cls, path: "str | Path") -> Self:
        """Read a palette of 1 to 256 colors: .gpl, .act, .png, .json or .npy. Raises `SourceError`."""
        return cls(files.read(path))


def check_pixels(pixels: ArrayLike) -> Pixels:
    """(n, 3) or (h, w, 3) uint8 as a read-only, C-contiguous array; `FrameError` for another shape or dtype."""
    if isinstance(pixels, str | Path):
        raise FrameError(f"{printable(pixels)}: that is a name, not pixels: gifsom.open makes a clip of a file")
    try:
        array = np.asarray(pixels)
    except ValueError:
        raise FrameError(
            "pixels are an array (n, 3) or (height, width, 3) of uint8, not rows of several lengths"
        ) from None
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or array.shape[-1] != 3 or not array.size:
        raise FrameError(
            f"pixels are an array (n, 3) or (height, width, 3) of uint8, not {array.shape} of {array.dtype}"
        )
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
