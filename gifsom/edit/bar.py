"""A progress bar: how much of a clip has been shown."""

from collections.abc import Iterator
from typing import Final

from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.core.timing import nearest
from gifsom.core.values import Color, check_whole, parse_color
from gifsom.draw.stamp import contrasting
from gifsom.edit.base import Drawn
from gifsom.edit.frames import with_ends

BAR: Final = 1 / 100
"""Height of a progress bar relative to the picture's."""


class _Barred(Drawn):
    def __init__(self, clip: Source, color: Color, height: int) -> None:
        super().__init__(clip)
        self.color, self.height = color, height
        # Dark below a bright bar and bright below a dark one, so that both are seen on any picture.
        self.track = tuple((level + 3 * back) // 4 for level, back in zip(color, contrasting(color), strict=True))
        self._whole: float | None = None  # the same at each pass, though the clip may turn out shorter

    def frames(self) -> Iterator[Frame]:
        if self._whole is None:
            self._whole = self.source.duration
        width = self.size[0]
        source: Frame | None = None
        drawn: Frame | None = None
        length = 0
        for frame, end in with_ends(self.source):
            share = 1.0 if end >= self.source.duration else min(1.0, end / self._whole)
            same_picture = source is not None and frame.pixels is source.pixels and frame.mask is source.mask
            if drawn is None or not same_picture or length != nearest(share * width):
                source, length = frame, nearest(share * width)
                drawn = self._barred(frame, length)
            yield Frame(drawn.pixels, frame.start, drawn.mask)

    def _barred(self, frame: Frame, length: int) -> Frame:
        pixels, mask = frame.pixels.copy(), None
        pixels[-self.height :] = self.track
        pixels[-self.height :, :length] = self.color
        if frame.mask is not None:
            mask = frame.mask.copy()
            mask[-self.height :] = False
        return Frame(pixels, frame.start, mask)


def progress_bar(clip: Source, color: str | Color = "white", height: int | None = None) -> Source:
    """A bar along the bottom, as long as the part of the clip that has been shown when a frame ends.

    Args:
        color: of the bar, a CSS name, "#rrggbb" or three numbers; the rest is dark, or bright below a dark bar.
        height: pixels, up to those of the picture; None: a hundredth of them, but at least 2.

    Raises:
        SettingError: for an invalid color or height.

    >>> next(gifsom.open("fixtures/scene.mp4").progress_bar("#ffcc00").frames()).pixels[-1, 0].tolist()
    [255, 204, 0]
    """
    if height is None:
        height = min(clip.size[1], max(2, round(clip.size[1] * BAR)))
    check_whole("height", height, 1, clip.size[1])
    return _Barred(clip, parse_color(color), height)
