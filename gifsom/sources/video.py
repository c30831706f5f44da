"""A video file as a Source: rate, time span, scaling and tone mapping happen in ffmpeg.

Alpha is laid over a background, or becomes a mask. The source is a description; each pass over its frames starts an
ffmpeg of its own.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from gifsom.core.errors import SourceEmpty, printable
from gifsom.core.frame import Frame, Mask, Pixels, Rect, Shortfall
from gifsom.core.source import Source
from gifsom.core.timing import slots
from gifsom.core.values import WHITE, Color
from gifsom.sources import ffmpeg, fields
from gifsom.sources.ffmpeg import DEFAULT_RATE
from gifsom.sources.images import cut_out, flatten
from gifsom.sources.probe import probe

DIRECT = 60.0
"""Seconds up to which a start is reached by decoding from the beginning, which is exact for every file."""

ROUNDED = 0.0055
"""Seconds by which a length that the file declares may be rounded."""

# PQ and HLG light to SDR: linear light with 1.0 at the reference white of ITU-R BT.2408 (203 cd/m2), the BT.709
# primaries, a curve that keeps the lower 70 % as they are and bends what is brighter, and the sRGB curve of the screens
# that a GIF is seen on.
TONE_MAP = (
    "zscale=transfer=linear:npl=203,format=gbrpf32le,zscale=primaries=bt709,tonemap=tonemap=mobius:param=0.7:desat=0,"
    "zscale=transfer=iec61966-2-1:matrix=gbr:range=pc,format=gbrp"
)


@dataclass(slots=True)
class _Reading:
    """Facts about the file that the last complete pass over the frames found."""

    end: float | None = None
    shortfall: Shortfall | None = None


@dataclass(frozen=True)
class VideoClip(Source):
    """A part of a video at a certain rate and size.

    path        of the file
    stream      its video stream
    max_pixels  of a picture, checked again in every frame by ffmpeg
    background  behind a transparent picture; None masks pixels less than half opaque
    start, end  of the part in seconds of the file; end None: its own end
    fps         frames a second
    steps       filters from a decoded picture, the first to square pixels, to a frame
    shape       width and height of a frame
    deinterlace  "auto", "on" or "off": whether fields are made whole pictures
    """

    path: os.PathLike[str]
    stream: ffmpeg.Stream
    max_pixels: int
    background: Color | None
    start: float
    end: float | None
    fps: Fraction
    steps: tuple[str, ...]
    shape: tuple[int, int]
    deinterlace: str = "auto"
    _reading: _Reading = field(default_factory=_Reading, compare=False, repr=False)

    @property
    def name(self) -> str:
        return printable(self.path)

    @property
    def files(self) -> tuple[os.PathLike[str], ...]:
        return (self.path,)

    @property
    def size(self) -> tuple[int, int]:
        return self.shape

    @property
    def rate(self) -> float:
        return float(self.fps)

    @property
    def duration(self) -> float:
        if self._known_end is None:
            for _ in self.frames():  # the only way to know
                pass
        assert self._known_end is not None
        return self._known_end - self.start

    @property
    def declared(self) -> float | None:
        """Seconds of the whole file by its header; None where it does not say."""
        return self.stream.duration

    @property
    def _known_end(self) -> float | None:
        """End of the part in seconds of the file, as exactly as known."""
        return min((end for end in (self.end, self._reading.end or self.declared) if end is not None), default=None)

    @property
    def count(self) -> int | None:
        return None if self._known_end is None else slots(self._known_end - self.start, self.rate)

    @property
    def sound(self) -> bool:
        return self.stream.sound

    @property
    def shortfall(self) -> Shortfall | None:
        return self._reading.shortfall

    def trimmed(self, start: float, end: float | None) -> "VideoClip":
        first = self.start + start
        last = self.end if end is None else min(self.start + end, self.end or float("inf"))
        over = self.declared if last is None or self.declared is None else min(last, self.declared)
        if over is not None and first >= over:
            raise SourceEmpty(f"{self.name}: the start, {first:g} s, is past the end: it is {over:.2f} s long")
        return replace(self, start=first, end=last, _reading=_Reading())

    def resampled(self, fps: float) -> "VideoClip":
        return (
            self if self.fps <= fps else replace(self, fps=Fraction(fps).limit_denominator(10_000), _reading=_Reading())
        )

    def cropped(self, rect: Rect) -> "VideoClip | None":
        if rect.left % 2 or rect.top % 2:  # there a picture with half the colors has no pixel that begins
            return None
        step = f"crop={rect.width}:{rect.height}:{rect.left}:{rect.top}:exact=1"
        return self._altered((*self.steps, step), (rect.width, rect.height))

    def scaled(self, size: tuple[int, int]) -> "VideoClip":
        before = self.steps[:-1] if self.steps[-1].startswith("scale") else self.steps
        return self._altered((*before, _scale(size)), size)

    def flattened(self, background: Color) -> "VideoClip | None":
        return replace(self, background=background, _reading=_Reading()) if self.stream.alpha else None

    def _altered(self, steps: tuple[str, ...], shape: tuple[int, int]) -> "VideoClip":
        return replace(self, steps=steps, shape=shape, _reading=_Reading())

    def frames(self) -> Iterator[Frame]:
        width, height = self.shape
        channels, pixel_format = (4, "rgba") if self.stream.alpha else (3, "rgb24")
        wanted = None if self.end is None else slots(self.end - self.start, self.rate)
        seek = self._seek()
        size = width * height * channels
        before = b""
        shown: tuple[Pixels, Mask | None] | None = None
        waiting: list[
            Frame
        ] = []  # the newest picture, as often as it has come: some of its places may lie past the end
        count = 0
        with ffmpeg.Reader(
            self.path, self.stream, self._filters(seek), size, pixel_format, self.max_pixels, seek
        ) as reader:
            for raw in reader.frames():
                # The same array again, so that later stages skip an unchanged frame.
                if shown is None or raw != before:
                    yield from waiting
                    waiting.clear()
                    picture = np.frombuffer(raw, np.uint8).reshape(height, width, channels)
                    shown = self._shown(picture) if self.stream.alpha else (picture, None)
                    before = raw
                waiting.append(Frame(shown[0], float(count / self.fps), shown[1]))
                count += 1
                if count == wanted:
                    yield from waiting
                    return
            if not waiting:
                raise SourceEmpty(f"{self.name}: {self._emptiness(reader)}")
            self._learn(reader)
            # ffmpeg was asked for one frame too many, and guesses how long the last picture is: a place counts if the
            # end is nearer to the next one.
            spare = max(0, count - slots(self.duration, self.rate))
            yield from waiting[: max(0, len(waiting) - spare)]

    def _seek(self) -> float:
        """Seconds at which to enter the file: its beginning, or just before a late start where that can be trusted."""
        if self.start <= DIRECT or self.declared is None:
            return 0.0
        entry = self.start - 5.0
        return entry if ffmpeg.can_enter(self.path, self.stream, entry, self.start, self.max_pixels) else 0.0

    def _filters(self, seek: float) -> str:
        # With a start, `fps` drops what is before it and begins with the frame that is on the screen then.
        start = self.start
        if self.declared is not None:  # within the last picture, that picture still has to come
            start = max(0.0, min(start, self.declared - 1 / (self.stream.rate or self.fps)))
        begin = f":start_time={start - seek:.6f}" if start else ""
        # With "pass" it gives every picture a place, so that even a clip that is shorter than one gives a frame.
        steps = fields.filters(self.stream.fields, self.deinterlace)
        told = {"colorspace": self.stream.matrix, "color_primaries": self.stream.primaries}
        steps += [f"setparams={name}={value}" for name, value in told.items() if value]
        steps.append(f"fps={self.fps.numerator}/{self.fps.denominator}:eof_action=pass{begin}")
        if self.stream.alpha:  # so that colors of hidden pixels do not bleed; 8 bits would make white darker
            steps += ["format=gbrap16le", "premultiply=inplace=1", *self.steps, "unpremultiply=inplace=1"]
        elif self.stream.hdr:  # all colors in all pixels: zscale takes no odd sides otherwise
            steps += ["format=yuv444p10|yuv444p12|gbrp10|gbrp12", *self.steps]
        else:
            steps += self.steps
        if self.stream.hdr:
            steps.append(TONE_MAP)
        return ",".join(steps)

    def _shown(self, rgba: Pixels) -> tuple[Pixels, Mask | None]:
        return cut_out(rgba) if self.background is None else (flatten(rgba, self.background), None)

    def _emptiness(self, reader: ffmpeg.Reader) -> str:
        if reader.first is not None and self.start:
            return f"the start, {self.start:g} s, is past the end: it is {reader.end:.2f} s long"
        return f"not one frame of it can be decoded{reader.trouble}"

    def _shown_until(self, reader: ffmpeg.Reader) -> float:
        """Where the pictures end in seconds of the file: a track may show its first or last one in part."""
        frame, own = float(1 / (self.stream.pace or self.fps)), self.stream.own
        if own is None or reader.first is None or reader.trouble:
            return reader.end
        end = reader.first + own
        return end if ROUNDED < abs(end - reader.end) <= 1.5 * frame else reader.end

    def _learn(self, reader: ffmpeg.Reader) -> None:
        """Note the true end of the file, and the seconds missing from its declared length or its packets."""
        frame = float(1 / (self.stream.rate or self.fps))
        end = self._shown_until(reader)
        self._reading.end = max(end, self.start + 0.01)  # some streams have pictures without a duration
        self._reading.shortfall = None
        due = min((t for t in (self.declared, self.end) if t is not None), default=end)
        # Another stream may outlast the pictures; without a complaint of the decoder that is no loss.
        slack = max(0.1, 1.5 * frame) if self.stream.alone or reader.trouble else float("inf")
        if reader.trouble or end < due - slack:
            read = min(end, (reader.first or 0.0) + reader.length) if reader.trouble else end
            declared = None if self.declared is None else due - self.start
            self._reading.shortfall = Shortfall(read - self.start, declared, reader.trouble)


def open_video(
    path: os.PathLike[str],
    max_pixels: int,
    background: Color | None = WHITE,
    demuxer: tuple[str, ...] = (),
    number: int | None = None,
    deinterlace: str = "auto",
) -> VideoClip:
    """The video in a local file, whole and at its own rate and size.

    Args:
        path: of the file; messages call it by its `str`.
        max_pixels: a picture with more is refused.
        background: behind transparent pixels; None keeps them.
        demuxer: options of ffmpeg for a file that is nothing but pixels.
        number: index of the stream, where there are several; None: the one that players show.
        deinterlace: "auto", "on" or "off".

    Raises `SourceUnreadable`, `SourceRefused` or `SettingError` (see `probe`).
    """
    stream = probe(path, max_pixels, demuxer, number)
    rate = stream.rate or DEFAULT_RATE
    steps = (_scale(stream.size),)
    return VideoClip(path, stream, max_pixels, background, stream.first, None, rate, steps, stream.size, deinterlace)


def _scale(size: tuple[int, int]) -> str:
    """The filter that makes pictures of a size."""
    return f"scale={size[0]}:{size[1]}:flags=lanczos"
