"""Base of edits that lay a stamp over pictures for a while: captions and overlays, which may fade and move."""

from abc import abstractmethod
from collections.abc import Iterator

import numpy as np
from PIL import Image

from gifsom.core.errors import SettingError
from gifsom.core.frame import Frame, Pixels, Rect
from gifsom.core.source import Source
from gifsom.core.values import Seconds, check_seconds
from gifsom.draw.stamp import faded, lay
from gifsom.edit.base import Drawn, scale_to
from gifsom.edit.frames import memoized
from gifsom.edit.pace import pace, paced, steady
from gifsom.edit.span import NEAR, Timespan

LEVELS = 16
"""Steps of a fade: more are not seen, and each is a picture."""


class Stamped(Timespan):
    """Stamps over each picture from `start` to `end`, which come and go in `fade` seconds.

    Attributes:
        corner: x and y of the upper left corner of the stamps, which lie inside of the picture.
        animated: whether there is more than one stamp.
    """

    animated = False

    def __init__(
        self, clip: Source, start: Seconds, end: Seconds | None, corner: tuple[int, int], fade: float = 0.0
    ) -> None:
        super().__init__(clip, start, end)
        self.corner, self.fade = corner, fade
        self._made_for = clip.size  # that of pictures for which the stamps are made
        check_seconds("fade", fade, 0)
        seconds = self.end - self.start
        if 2 * fade > seconds:
            raise SettingError(f"two fades of {fade:g} s do not fit into {seconds:g} s: give fade={seconds / 4:.2g}")

    @abstractmethod
    def stamps(self) -> Iterator[tuple[float, Pixels]]:
        """Stamps of one size (h, w, 4), each with the second after `start` at which it appears; the first at 0."""

    @property
    def rate(self) -> float | None:
        return super().rate if self._still else None

    @property
    def count(self) -> int | None:
        return super().count if self._still else None

    @property
    def _still(self) -> bool:
        """Whether it needs no frames besides those that there are."""
        return not (self.fade or self.animated) or steady(self.source)

    def scaled(self, size: tuple[int, int]) -> Source | None:
        return smaller(self, size)

    def _fitted(self) -> Iterator[tuple[float, Pixels, tuple[int, int]]]:
        """The stamps with their times and corners in these pictures."""
        for time, stamp in self.stamps():
            yield time, *fitted(stamp, self.corner, self._made_for, self.size)

    def opacity(self, time: float) -> float:
        """The part of its own opacity that a stamp has at a time, 0 to 1."""
        if not self.fade:
            return 1.0
        share = min(time - self.start, self.end - time) / self.fade
        return round(LEVELS * min(max(share, 0.0), 1.0)) / LEVELS

    def frames(self) -> Iterator[Frame]:
        fades = [(self.start, self.start + self.fade), (self.end - self.fade, self.end)] if self.fade else []
        step = 1 / pace(self.source)
        reel = self._fitted()
        (_, stamp, corner), due = next(reel), next(reel, None)
        draw = memoized(stamped)
        for frame, end in paced(self.cuts, [(self.start, self.end)] if self.animated else fades, 1 / step):
            if not self.holds(frame.start):
                yield frame
                continue
            while due is not None and due[0] <= frame.start - self.start + NEAR:
                (_, stamp, corner), due = due, next(reel, None)
            opacity = self.opacity((frame.start + min(end, frame.start + step)) / 2)
            yield draw(frame, stamp, corner, opacity)


def smaller(edit: Drawn, size: tuple[int, int]) -> Source | None:
    """The same edit of smaller pictures, which their source may scale itself; None where they would not be smaller."""
    if size[0] > edit.size[0] or size[1] > edit.size[1]:
        return None
    return edit.again(scale_to(edit.source, size))


def fitted(
    stamp: Pixels, corner: tuple[int, int], made_for: tuple[int, int], size: tuple[int, int]
) -> tuple[Pixels, tuple[int, int]]:
    """A stamp and its corner in pictures of one size (w, h) as they are in those of another one."""
    if made_for == size:
        return stamp, corner
    across, down = (new / old for new, old in zip(size, made_for, strict=True))
    wide, high = (max(1, round(side * ratio)) for side, ratio in ((stamp.shape[1], across), (stamp.shape[0], down)))
    picture = Image.frombytes("RGBa", stamp.shape[1::-1], stamp.tobytes()).resize(
        (wide, high), Image.Resampling.LANCZOS
    )
    scaled = np.array(picture)
    scaled[..., :3] = np.minimum(scaled[..., :3], scaled[..., 3:])  # the filter overshoots
    left = min(round(corner[0] * across), size[0] - wide)
    return scaled, (left, min(round(corner[1] * down), size[1] - high))


def stamped(frame: Frame, stamp: Pixels, corner: tuple[int, int], opacity: float = 1.0) -> Frame:
    """A frame with a stamp (h, w, 4) over its picture, at a corner that leaves all of it inside.

    `opacity`, 0 to 1, is a part of the stamp's own.

    Hidden pixels have no color to blend a smooth edge with: there the stamp is shown where it is half opaque.
    """
    pixels, mask = frame.pixels.copy(), None
    stamp = stamp if opacity == 1 else faded(stamp, opacity)
    lay(pixels, stamp, *corner)
    if frame.mask is not None:
        mask = frame.mask.copy()
        colors, alpha = stamp[..., :3].astype(np.int32), stamp[..., 3:]
        below = Rect(*corner, *alpha.shape[1::-1])
        opaque = alpha[..., 0] >= 128
        bare = below.cut(mask) & opaque
        below.cut(pixels)[bare] = np.minimum(colors[bare] * 255 // alpha[bare], 255)
        below.cut(mask)[opaque] = False
    return Frame(pixels, frame.start, mask)
