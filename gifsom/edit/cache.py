"""A cache for clips that are small, or small once packed, so that they are decoded once."""

from collections.abc import Iterator

from gifsom.core.errors import TargetUnwritable
from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.edit.base import Edited
from gifsom.edit.store import Store

PLAIN_BYTES = 40 << 20
"""Size of all frames in bytes up to which they are kept unpacked: some 100 frames of 480x270."""

PACKED_BYTES = 128 << 20
"""Bytes up to which a larger clip is kept packed instead of being decoded again: a fifth of the time for film that is
scaled down, a half for a screen."""


class _Cached(Edited):
    def __init__(self, clip: Source) -> None:
        super().__init__(clip)
        self._kept: list[Frame] | Store | None = None
        self._small = True  # as far as is known

    def frames(self) -> Iterator[Frame]:
        if self._kept is not None:
            yield from self._kept
        elif not self._small:
            yield from self.source.frames()
        elif (self.count or 0) * self.size[0] * self.size[1] * 3 <= PLAIN_BYTES:
            yield from self._plain()
        else:
            yield from self._packed()

    def _plain(self) -> Iterator[Frame]:
        kept: list[Frame] = []
        size = 0
        for frame in self.source.frames():
            if not kept or frame.pixels is not kept[-1].pixels or frame.mask is not kept[-1].mask:
                size += frame.pixels.nbytes + (0 if frame.mask is None else frame.mask.nbytes)
            if size <= PLAIN_BYTES:
                kept.append(frame)
            else:
                kept.clear()
            yield frame
        self._small = size <= PLAIN_BYTES
        if self._small:
            self._kept = kept

    def _packed(self) -> Iterator[Frame]:
        kept = Store()
        for frame in self.source.frames():
            if self._small:
                try:
                    kept.append(frame)
                    self._small = kept.bytes <= PACKED_BYTES
                except TargetUnwritable:  # the disk is full
                    self._small = False
                if not self._small:
                    kept.close()
            yield frame
        if self._small:
            self._kept = kept


def cached(clip: Source) -> Source:
    """The same clip; one that is small, or small once packed, is read once and kept from then on."""
    return _Cached(clip)
