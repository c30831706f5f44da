"""Plan of the frames to be coded: the rectangle of each, and the hard cuts.

All of it depends on the frames alone, never on what has been coded. At a hard cut a segment begins, which is coded
like a clip of its own: nothing of what is shown may stay. So the segments of a long clip can be coded at the same time,
and the bytes are the same whether they are or not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gifsom.core.frame import Pixels, Rect
from gifsom.encoder.denoise import DenoisedFrame
from gifsom.native import canvas
from gifsom.native.denoise import lookahead
from gifsom.native.perceptual import block
from gifsom.palette.sample import is_cut

SEGMENT = 16
"""Shortest segment in frames: where pictures flash, one may come back."""


@dataclass(frozen=True, slots=True, eq=False)
class PlannedFrame:
    """A frame and what of it is coded.

    view   its pixels, how long they persist, and its delay
    dirty  the rectangle to be coded; None: nothing
    first  a segment begins: nothing that is shown may stay, and `dirty` is the whole picture
    """

    view: DenoisedFrame
    dirty: Rect | None
    first: bool


def plan_frames(views: Iterable[DenoisedFrame], size: tuple[int, int]) -> Iterator[PlannedFrame]:
    """The plan of frames of a size, width and height.

    A frame is coded where it differs from the one before, and at times as a whole: errors that were not worth a repair
    at once, since they would not have lasted, get their chance then.
    """
    whole = Rect(0, 0, *size)
    before: Pixels | None = None
    since = length = 0  # frames since the whole picture was coded, and of the segment so far
    for view in views:
        since, length = since + 1, length + 1
        first = before is None
        dirty: Rect | None = whole
        if before is not None:
            dirty = _changed_blocks(before, view.pixels, whole)
            first = dirty == whole and length > SEGMENT and is_cut(before, view.pixels)
        if before is None or since >= lookahead():
            dirty, since = whole, 0
        if first:
            length = 0
        before = view.pixels
        yield PlannedFrame(view, dirty, first)


def _changed_blocks(before: Pixels, after: Pixels, whole: Rect) -> Rect | None:
    """The smallest rectangle of whole blocks in which two pictures differ; None where they do not."""
    found = canvas.changed_rect(before, after)
    if found is None:
        return None
    top, bottom, left, right = found
    side = block()
    left, top = left // side * side, top // side * side
    right = min(-(-right // side) * side, whole.width)
    bottom = min(-(-bottom // side) * side, whole.height)
    return Rect(left, top, right - left, bottom - top)
