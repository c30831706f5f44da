"""Distribution of a GIF's bytes, and proposals that make it smaller: `gifsom explain`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifsom.analysis import advice, heatmap
from gifsom.analysis.advice import Advice
from gifsom.analysis.replay import NOTHING, ImageCost, Walk, walk
from gifsom.core.errors import SourceRefused, SourceUnreadable, printable
from gifsom.core.files import check_picture, check_source, save_picture
from gifsom.core.frame import Pixels, Rect
from gifsom.core.html import report
from gifsom.core.progress import Progress, silent
from gifsom.gif.reader import COMMENT, CONTROL, IMAGE, TRAILER, Block, dissect, read_bytes
from gifsom.palette.color import unpack

__all__ = ["Advice", "Explanation", "ImageCost", "explain"]

GRID: Final = 12
"""Cells a side of the grid in which the busiest part is searched."""

LARGEST: Final = 1 << 24
"""Pixels of a canvas that is explained, at most: each takes some forty bytes of memory."""

HEAD: Final = 13
"""Bytes of a GIF's signature and screen descriptor."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Explanation:
    """Distribution of a GIF's bytes.

    path      of the file
    bytes     its size
    size      width and height in pixels
    seconds   its duration
    complete  it ends with a trailer, and all of it could be read
    parts     bytes of each kind of content, which add up to all bytes
    images    cost and time of each image
    entries   of the global color table, 0 where there is none
    used      of these, how many a pixel has
    tables    local color tables
    colors    (k, 3) uint8, the colors in use, the most used first
    uses      (k,) int64, pixels that were stored in each
    heat      (h, w) float32, bits spent on each pixel, over all images
    busiest   the smallest rectangle of a GRID's cells that has half of these bits
    still     (h, w, 3) uint8, the picture in the middle
    advice    proposals that make it smaller, the largest saving first
    """

    path: Path
    bytes: int
    size: tuple[int, int]
    seconds: float
    complete: bool
    parts: dict[str, int]
    images: tuple[ImageCost, ...]
    entries: int
    used: int
    tables: int
    colors: Pixels
    uses: NDArray[np.int64]
    heat: NDArray[np.float32]
    busiest: Rect
    still: Pixels
    advice: tuple[Advice, ...]

    def __repr__(self) -> str:
        size = f"{self.size[0]}x{self.size[1]} pixels"
        return f"<Explanation of {printable(self.path)}: {self.bytes} bytes, {size}, {len(self.images)} frames>"

    def _repr_html_(self) -> str:
        """For a notebook: the parts, the advice, and the picture of `draw`."""
        parts = sorted(self.parts.items(), key=lambda item: -item[1])
        rows = [(name, f"{size} bytes, {100 * size / self.bytes:.1f} %") for name, size in parts if size]
        return report(self.draw(), rows, (f"{one.text}: {one.saves} bytes less" for one in self.advice))

    def draw(self) -> Image.Image:
        """Draw a map of the bits in the picture, a bar for each image, and the colors by use."""
        sizes = [image.bytes for image in self.images]
        starts = [image.start for image in self.images]
        return heatmap.draw(self.heat, self.still, self.busiest, sizes, starts, self.colors, self.uses)

    def save(self, path: "str | Path", overwrite: bool = False) -> None:
        """Write that picture as a PNG. Raises `TargetError`."""
        save_picture(self.draw(), Path(path), overwrite)


def explain(
    path: "str | Path",
    *,
    picture: "str | Path | None" = None,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Explanation:
    """Explain where the bytes of a GIF are, and what would make it smaller.

    Args:
        path: a GIF; of a damaged one, the readable part is explained.
        picture: a PNG to write, see `Explanation.draw`.
        overwrite: replace an existing PNG.
        progress: called often with stage, done, of.

    Raises:
        SourceError, TargetError: with one line that says what and why.

    >>> explain("fixtures/sprite.gif").parts["header and end"]
    14
    """
    origin = Path(path)
    if picture is not None:
        check_picture(Path(picture), overwrite)
        check_source(Path(picture), origin)
    data = read_bytes(origin)
    width, height, table, coming = dissect(data, origin)
    if width * height > LARGEST:
        raise SourceRefused(
            f"{printable(origin)}: its canvas has {width}x{height} pixels, and the limit is {LARGEST} in all"
        )
    blocks = [*coming]
    total = sum(block.label == IMAGE for block in blocks)
    found, still = _walk_all(origin, (width, height), table, blocks, progress)
    parts = _parts(len(data), table, blocks)
    entries = len(table or b"") // 3
    proposed = [*advice.tried(origin, [*advice.counted(found, parts, entries)], len(data), progress)]
    whole = all(block.complete for block in blocks) and len(found.images) == total and not found.short
    result = Explanation(
        path=origin,
        bytes=len(data),
        size=(width, height),
        seconds=found.seconds,
        complete=whole and bool(blocks) and blocks[-1].label == TRAILER,
        parts=parts,
        images=tuple(found.images),
        entries=entries,
        used=int(np.count_nonzero(found.common)),
        tables=sum(block.table is not None for block in blocks),
        colors=unpack(np.array([color for color, _ in found.uses.most_common()], np.uint32)),
        uses=np.array([count for _, count in found.uses.most_common()], np.int64),
        heat=found.heat,
        busiest=busiest(found.heat),
        still=unpack(np.where(still == NOTHING, np.uint32(0xFFFFFF), still)),
        advice=advice.ranked(proposed, len(data)),
    )
    if picture is not None:
        result.save(picture, overwrite)
    return result


def _walk_all(
    origin: Path, size: tuple[int, int], table: bytes | None, blocks: list[Block], progress: Progress
) -> tuple[Walk, NDArray[np.uint32]]:
    """The state after all images, and the canvas in the middle of them. Raises `SourceUnreadable` for no image."""
    total = sum(block.label == IMAGE for block in blocks)
    found = Walk.begin(size)
    still = found.canvas
    for found in walk(size, table, blocks):
        progress("Reading", len(found.images), total)
        if len(found.images) == (total + 1) // 2:
            still = found.canvas.copy()
    if not found.images:
        raise SourceUnreadable(f"{printable(origin)}: there is no picture in it that can be read")
    return found, still


def _parts(size: int, table: bytes | None, blocks: list[Block]) -> dict[str, int]:
    """Bytes by purpose."""
    parts = dict.fromkeys(
        (
            "image data",
            "palettes of frames",
            "common palette",
            "heads of images",
            "header and end",
            "loop",
            "comments",
            "other extensions",
            "unreadable",
        ),
        0,
    )
    parts["header and end"] = HEAD
    parts["common palette"] = len(table or b"")
    for block in blocks:
        if block.label == IMAGE:
            own = len(block.table or b"")
            head = 2 + len(block.descriptor)  # its label, and the minimum code size
            parts["palettes of frames"] += own
            parts["heads of images"] += head
            parts["image data"] += block.size - own - head
        elif block.label == CONTROL:
            parts["heads of images"] += block.size
        elif block.label == TRAILER:
            parts["header and end"] += block.size
        else:
            name = "loop" if block.loops else "comments" if block.label == COMMENT else "other extensions"
            parts[name] += block.size
    parts["unreadable"] = size - sum(parts.values())
    return parts


def busiest(heat: NDArray[np.float32]) -> Rect:
    """The smallest rectangle of a grid's cells that has half of the sum of a plane (h, w).

    >>> busiest(np.pad(np.ones((4, 4), np.float32), 4))
    Rect(left=4, top=4, width=4, height=2)
    """
    height, width = heat.shape
    ys, xs = (np.unique(np.linspace(0, side, GRID + 1).astype(int)) for side in (height, width))
    cells = np.add.reduceat(np.add.reduceat(heat.astype(np.float64), ys[:-1], axis=0), xs[:-1], axis=1)
    sums = np.pad(cells, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    best = Rect(0, 0, width, height)
    for i in range(len(ys) - 1):
        for k in range(i + 1, len(ys)):
            bands = sums[k] - sums[i]
            held = bands[None, :] - bands[:, None]  # from one column to another
            for left, right in np.argwhere(held >= 0.5 * sums[-1, -1] - 1e-6).tolist():
                found = Rect(int(xs[left]), int(ys[i]), int(xs[right] - xs[left]), int(ys[k] - ys[i]))
                if left < right and found.width * found.height < best.width * best.height:
                    best = found
    return best
