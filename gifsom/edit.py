"""Edits of any Clip: a Clip in, a Clip out, nothing read before its frames are asked for.

A video does these steps in ffmpeg instead (gifsom.sources.video).
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from gifsom.clip import Clip, Frame, Mask, Pixels, Shortfall
from gifsom.errors import SourceEmpty
from gifsom.settings import SHORTEST_IDLE, Seconds, check_seconds, span
from gifsom.timing import nearest, slots

HELD_BYTES = 40 << 20
"""Frames in bytes up to which a clip is kept in memory instead of being read again: some 100 frames of 480x270."""

ALIKE = 8
"""Levels up to which a pixel counts as unchanged: a video's codec leaves no pixel quite alone."""


def even_height(size: tuple[int, int], width: int) -> int:
    """The height for `width` that keeps the shape of `size` (w, h), rounded to an even number, as `scale=W:-2` does."""
    return max(2, nearest(width * size[1] / (2 * size[0])) * 2)


def with_alpha(frame: Frame) -> Image.Image:
    """A frame as a picture whose alpha is 0 where it is hidden, else 255."""
    picture = Image.fromarray(frame.pixels).convert("RGBA")
    if frame.mask is not None:
        picture.putalpha(Image.fromarray(np.where(frame.mask, np.uint8(0), np.uint8(255))))
    return picture


def without_alpha(picture: Image.Image) -> tuple[Pixels, Mask]:
    """Pixels (h, w, 3) of a picture with alpha, and the mask (h, w): hidden is what is less than half opaque."""
    rgba = np.array(picture)
    return np.ascontiguousarray(rgba[..., :3]), rgba[..., 3] < 128


class _Edited(Clip):
    """A clip that passes another one on; each edit changes what it must."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self.plays = clip.plays
        self.native = clip.native

    @property
    def name(self) -> str:
        return self.clip.name

    @property
    def size(self) -> tuple[int, int]:
        return self.clip.size

    @property
    def duration(self) -> float:
        return self.clip.duration

    @property
    def rate(self) -> float | None:
        return self.clip.rate

    @property
    def count(self) -> int | None:
        return self.clip.count

    @property
    def shortfall(self) -> Shortfall | None:
        return self.clip.shortfall

    def frames(self) -> Iterator[Frame]:
        return self.clip.frames()


class _Trimmed(_Edited):
    def __init__(self, clip: Clip, start: float, end: float | None) -> None:
        super().__init__(clip)
        self.start, self.end = start, end

    @property
    def duration(self) -> float:
        end = self.clip.duration if self.end is None else min(self.clip.duration, self.end)
        return end - self.start

    @property
    def count(self) -> int | None:
        whole = self.clip.count
        return None if whole is None else max(1, round(whole * self.duration / self.clip.duration))

    def frames(self) -> Iterator[Frame]:
        before: Frame | None = None  # what is on the screen when the part begins
        for frame in self.clip.frames():
            if self.end is not None and frame.start >= self.end:
                break
            if frame.start <= self.start:
                before = frame
                continue
            if before is not None:
                yield Frame(before.pixels, 0.0, before.mask)
                before = None
            yield Frame(frame.pixels, frame.start - self.start, frame.mask)
        if before is not None:
            yield Frame(before.pixels, 0.0, before.mask)


class _Resampled(_Edited):
    def __init__(self, clip: Clip, fps: float) -> None:
        super().__init__(clip)
        self.fps = fps

    @property
    def rate(self) -> float | None:
        return self.fps

    @property
    def count(self) -> int | None:
        return slots(self.clip.duration, self.fps)

    def frames(self) -> Iterator[Frame]:
        held: Frame | None = None
        slot = 0
        for frame in self.clip.frames():
            now = nearest(frame.start * self.fps) if held is not None else 0
            if held is not None and now > slot:
                yield Frame(held.pixels, slot / self.fps, held.mask)
                slot = now
            held = frame
        if held is not None and slot < slots(self.clip.duration, self.fps):  # exact only now
            yield Frame(held.pixels, slot / self.fps, held.mask)


class _Resized(_Edited):
    def __init__(self, clip: Clip, width: int) -> None:
        super().__init__(clip)
        self._size = (width, even_height(clip.size, width))

    @property
    def size(self) -> tuple[int, int]:
        return self._size

    def frames(self) -> Iterator[Frame]:
        source: Frame | None = None
        pixels: Pixels | None = None
        mask: Mask | None = None
        for frame in self.clip.frames():
            if source is None or frame.pixels is not source.pixels or frame.mask is not source.mask:
                pixels, mask = self._scale(frame)
            assert pixels is not None
            yield Frame(pixels, frame.start, mask)
            source = frame

    def _scale(self, frame: Frame) -> tuple[Pixels, Mask | None]:
        if frame.mask is None:
            return np.array(Image.fromarray(frame.pixels).resize(self._size, Image.Resampling.LANCZOS)), None
        # Pillow weighs colors by their alpha, so that what is hidden does not bleed into the edges.
        return without_alpha(with_alpha(frame).resize(self._size, Image.Resampling.LANCZOS))


class _Retimed(_Edited):
    """An edit whose duration depends on the frames: asked before they have been read, it reads them."""

    def __init__(self, clip: Clip, seconds: float) -> None:
        super().__init__(clip)
        self.seconds = seconds
        self._end: float | None = None

    @property
    def duration(self) -> float:
        if self._end is None:
            for _ in self.frames():
                pass
        assert self._end is not None
        return self._end


class _LimitedIdle(_Retimed):
    _count: int | None = None  # until it is known how many are left out

    @property
    def count(self) -> int | None:
        return self._count

    def frames(self) -> Iterator[Frame]:
        time = 1 / (self.rate or 100)  # of a frame: the next stretch must not follow any sooner
        count = 0
        first: Frame | None = None  # of the stretch; it appears at `start`
        start = 0.0
        for frame in self.clip.frames():
            if first is None:
                first = frame
            elif not _alike(first, frame):
                start += min(frame.start - first.start, self.seconds)
                first = frame
            since = frame.start - first.start
            if frame is first or since + time <= self.seconds + 1e-9:
                count += 1
                yield Frame(frame.pixels, start + since, frame.mask)
        if first is not None:
            self._count = count
            self._end = start + min(self.clip.duration - first.start, self.seconds)


class _HeldLast(_Retimed):
    def frames(self) -> Iterator[Frame]:
        start = 0.0
        for frame in self.clip.frames():
            start = frame.start
            yield frame
        self._end = max(self.clip.duration, start + self.seconds)


def _alike(a: Frame, b: Frame) -> bool:
    """Whether no pixel of two frames differs by more than ALIKE levels, and no mask at all."""
    if a.mask is not b.mask and (a.mask is None or b.mask is None or not np.array_equal(a.mask, b.mask)):
        return False
    if a.pixels is b.pixels:
        return True
    return int((np.maximum(a.pixels, b.pixels) - np.minimum(a.pixels, b.pixels)).max()) <= ALIKE


class _Held(_Edited):
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


def trim(clip: Clip, start: Seconds = 0.0, end: Seconds | None = None) -> Clip:
    """The part of `clip` from `start` to `end`, each in seconds or as a clock; end None: to the clip's own end.

    What is on the screen at `start` is the first frame. Raises `SourceEmpty` where the clip is over before `start`.
    """
    first, last = span(start, end)
    if first >= clip.duration:
        raise SourceEmpty(f"{clip.name}: the start, {first:g} s, is past the end: it is {clip.duration:.2f} s long")
    if first == 0 and (last is None or last >= clip.duration):
        return clip
    return _Trimmed(clip, first, last)


def resample(clip: Clip, fps: float) -> Clip:
    """At most `fps` frames a second: at each 1/fps the newest frame whose time, rounded to the grid, has come.

    This is what ffmpeg's `fps` filter chooses; a clip that is no faster anyway is left alone.
    """
    return clip if clip.rate is not None and clip.rate <= fps else _Resampled(clip, fps)


def resize(clip: Clip, width: int) -> Clip:
    """At most `width` pixels wide, by a Lanczos filter; the height as `even_height` says. Never enlarged."""
    return clip if clip.size[0] <= width else _Resized(clip, width)


def limit_idle(clip: Clip, seconds: float) -> Clip:
    """Stretches in which nothing changes last `seconds` at most, and what follows moves up.

    Such a stretch ends with the first frame that differs by more than ALIKE levels in any pixel from its first one.
    Raises `SettingError` for less than SHORTEST_IDLE.
    """
    check_seconds("idle_limit", seconds, SHORTEST_IDLE)
    return _LimitedIdle(clip, seconds)


def hold_last(clip: Clip, seconds: float) -> Clip:
    """The last frame lasts `seconds` at least. Raises `SettingError` for a negative time."""
    check_seconds("hold_last", seconds, 0)
    return _HeldLast(clip, seconds)
