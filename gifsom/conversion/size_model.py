"""The bytes to expect of a clip, and its error, from coding some short runs of its frames.

`Probe` codes the runs that `gifsom.conversion.run_sampler` kept. The bytes of the opening count as they are; those of
the other runs are taken for the rest of the clip in proportion to the change (a ratio estimate: W. G. Cochran,
"Sampling Techniques", 1977, 9A).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifsom import edit
from gifsom.conversion.plan import Plans
from gifsom.conversion.run_sampler import COUNTED, ClipSample
from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.core.timing import nearest, schedule
from gifsom.gif.reader import parse
from gifsom.palette.color import oklab


@dataclass(frozen=True, slots=True)
class ExpectedBytes:
    """The bytes of a clip: of its opening, and of the rest for each unit of change."""

    opening: float
    rate: float

    def until(self, sample: ClipSample, seconds: float = float("inf")) -> float:
        """Bytes of the clip, or of its part before `seconds`."""
        return self.opening + self.rate * sample.rest(seconds)


class Probe:
    """The runs of a clip, coded at one rate and size."""

    def __init__(self, plans: Plans, sample: ClipSample, fps: float | None, width: int | None) -> None:
        """Take fps or width None as the clip has it."""
        self._plans, self._sample, self._fps, self._width = plans, sample, fps, width
        self._runs = [sample.opening, *sample.runs]
        self._coded: dict[tuple[int, float | None], bytes] = {}

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._clip(0).size

    def size_at(self, quality: float | None) -> ExpectedBytes:
        """The bytes to expect of the clip at a quality (see `Plans.at`)."""
        opening, *others = [self._counted(i, quality) for i in range(len(self._runs))]
        change = sum(run.change for run in self._sample.runs)
        return ExpectedBytes(
            opening, sum(others) / change if change else 0.0
        )  # no change: nothing moves, or all is opening

    def error(self, quality: float | None) -> float:
        """Mean OKLab distance, times 100, of what is shown from what should be."""
        total = pixels = 0.0
        for i in range(len(self._runs)):
            frames, coded = self._frames(i)
            shown = iter(_decoded(self._prefix(i, quality)))
            picture, end = next(shown)
            at = 0
            for frame, delay in frames[:coded]:
                while at >= end:
                    picture, length = next(shown)
                    end += length
                seen = slice(None, None, 3)  # every third row tells as much
                distance = np.sqrt(((oklab(picture[seen]) - oklab(frame.pixels[seen])) ** 2).sum(axis=-1))
                visible = distance if frame.mask is None else distance[~frame.mask[seen]]
                total += float(visible.sum())
                pixels += visible.size
                at += delay
        return 100 * total / max(pixels, 1)

    def _clip(self, i: int) -> Source:
        clip: Source = self._runs[i].clip
        clip = clip if self._fps is None else edit.fps(clip, self._fps)
        return clip if self._width is None else edit.width(clip, self._width)

    def _frames(self, i: int) -> tuple[list[tuple[Frame, int]], int]:
        """The frames of a run with their delays, and how many of them are to be coded; made anew, to save memory."""
        frames = list(schedule(self._clip(i)))
        return frames, _before(self._runs[i].until, [delay for _, delay in frames])

    def _prefix(self, i: int, quality: float | None) -> bytes:
        if (i, quality) not in self._coded:
            self._coded[i, quality] = self._plans.at(quality).encode_prefix(self.size, *self._frames(i))
        return self._coded[i, quality]

    def _counted(self, i: int, quality: float | None) -> float:
        """The bytes of a run that count: those of images that appear from its `since` on; of the opening, all."""
        run, data = self._runs[i], self._prefix(i, quality)
        if i == 0:
            return len(data)
        images = parse(data).frames
        first = _before(run.since, [image.delay for image in images])
        size = sum(image.bytes for image in images[first:])
        if self._fps is None:
            return size
        # A lower rate has, on the mean, so many frames there, and happens to have so many.
        delays = [delay for _, delay in schedule(self._clip(i))]
        there = _before(run.until, delays) - _before(run.since, delays)
        return size * min((run.until - run.since) * self._fps, COUNTED) / max(there, 1)


def _before(seconds: float, delays: list[int]) -> int:
    """The number of pictures with these delays in centiseconds that appear before a time."""
    starts = np.cumsum([0, *delays[:-1]])
    return int((starts < nearest(seconds * 100)).sum())


def _decoded(data: bytes) -> Iterator[tuple[NDArray[np.uint8], int]]:
    """The pictures (h, w, 3) of a GIF and their delays in centiseconds, by a decoder that others wrote."""
    with Image.open(BytesIO(data)) as gif:
        for number in range(getattr(gif, "n_frames", 1)):
            gif.seek(number)
            yield np.array(gif.convert("RGB")), round(gif.info["duration"] / 10)
