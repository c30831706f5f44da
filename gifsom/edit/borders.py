"""Borders of one color around the pictures of a clip, judged over all of them, with the noise of a codec."""

import numpy as np

from gifsom.core.frame import Frame, Rect
from gifsom.core.source import Source
from gifsom.edit.frames import with_alpha

PLAIN = 16
"""Levels by which a border may vary anywhere and still be one color."""

BLOCK = 16
"""Rows or columns next to the picture in which a codec's noise may be stronger: a block of it reaches that far."""

RINGING = 64
"""Levels by which a pixel of these may vary at any time: H.264 at crf 35 and MPEG-4 at q 8 were seen to reach 56."""

TINGE = 6
"""Levels by which they may differ in the mean over a row and all pictures: 5 were seen, where a picture has 100."""


def borderless(clip: Source) -> Rect:
    """The rectangle of a clip without borders: rows and columns of one color, the same in all pictures.

    Each side's border may have a color of its own, and hidden pixels count as one. Reads the whole clip. A clip that is
    nothing but border is left as it is.
    """
    low = high = total = None
    count = 0
    for frame in clip.frames():
        picture = _picture(frame)
        count += 1
        if low is None or high is None or total is None:
            low, high, total = picture, picture.copy(), picture.astype(np.uint32)
        else:
            np.minimum(low, picture, out=low)
            np.maximum(high, picture, out=high)
            total += picture
    assert low is not None
    assert high is not None
    assert total is not None  # no clip is empty
    mean = total / np.float32(count)
    corners = low[0, 0].astype(np.int16), low[-1, -1].astype(np.int16)
    # Without the color of the top and left, and without that of the bottom and right.
    most = [np.maximum(np.abs(low - color), np.abs(high - color)).max(axis=2) for color in corners]
    first, last = (Rect.around(one > PLAIN) for one in most)
    if first is None or last is None:
        return Rect(0, 0, *clip.size)
    usual = [np.abs(mean - color).max(axis=2) for color in corners]
    right, bottom = last.left + last.width, last.top + last.height
    if right <= first.left or bottom <= first.top:
        return Rect(0, 0, *clip.size)
    rows, columns = slice(first.top, bottom), slice(first.left, right)
    top, left = (_noisy(most[0][rows, columns], usual[0][rows, columns], axis) for axis in (0, 1))
    low_end, right_end = (
        _noisy(most[1][rows, columns][::-1, ::-1], usual[1][rows, columns][::-1, ::-1], axis) for axis in (0, 1)
    )
    width, height = right - first.left - left - right_end, bottom - first.top - top - low_end
    if min(width, height) <= 0:
        return Rect(first.left, first.top, right - first.left, bottom - first.top)
    return Rect(first.left + left, first.top + top, width, height)


def _noisy(most: np.ndarray, usual: np.ndarray, axis: int) -> int:
    """Number of the first rows (axis 0) or columns (1) that are a border with noise: at most BLOCK.

    Args:
        most: (h, w) largest difference of each pixel from the border's color, at any time.
        usual: (h, w) the mean's.
    """
    plain = (most.max(axis=1 - axis) <= RINGING) & (usual.mean(axis=1 - axis) <= TINGE)
    return int(np.argmin([*plain[:BLOCK], False]))


def _picture(frame: Frame) -> np.ndarray:
    """A frame (h, w, 4) uint8 with alpha, the same color wherever it is hidden."""
    picture = np.array(with_alpha(frame))
    if frame.mask is not None:
        picture[frame.mask] = 0
    return picture
