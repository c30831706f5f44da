"""Keeping a small clip in memory, so that it is decoded once."""

from collections.abc import Iterator

from gifsom.clip import Clip, Frame
from gifsom.edit.base import Edited

HELD_BYTES = 40 << 20
"""Frames in bytes up to which a clip is kept in memory instead of being read again: some 100 frames of 480x270."""


class _Held(Edited):
    def __init__(self, clip: Clip) -> None:
        super().__init__(clip)
        self._kept: list[Frame] | None = None
        self._small = True  # as far as is known

    def frames(self) -> Iterator[Frame]:
        if self._kept is not None:
            yield from self._kept
            return
        if not self._small:
            yield from self.clip.frames()
            return
        kept: list[Frame] = []
        size = 0
        for frame in self.clip.frames():
            if not kept or frame.pixels is not kept[-1].pixels or frame.mask is not kept[-1].mask:
                size += frame.pixels.nbytes + (0 if frame.mask is None else frame.mask.nbytes)
            if size <= HELD_BYTES:
                kept.append(frame)
            else:
                kept.clear()
            yield frame
        self._small = size <= HELD_BYTES
        if self._small:
            self._kept = kept


def hold(clip: Clip) -> Clip:
    """The same clip; a small one (at most HELD_BYTES) is read once and kept in memory from then on."""
    return _Held(clip)
