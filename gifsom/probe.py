"""How large a clip will be, and how far from its source, told from some short runs of its frames.

While a clip is read for the first time, `Scout` keeps its opening and a few runs of consecutive frames, one from each
stretch of it, chosen at random: a run in which much changes is as much likelier as more changes there. `Probe` codes
these runs. The bytes of the opening count as they are; those of the other runs are taken for the rest of the clip in
proportion to the change (a ratio estimate from samples drawn with probability proportional to size: W. G. Cochran,
"Sampling Techniques", 1977, 9A).
"""

import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifsom.clip import Clip, Frame
from gifsom.color import oklab
from gifsom.info import parse
from gifsom.job import Job
from gifsom.timing import nearest, schedule

WARM = 2
"""Frames of a run that do not count: the first is a whole picture, and repairs of it follow."""

COUNTED = 5
"""Frames of a run that count."""

COMING = 7
"""Frames of a run that are only known to come, as many as the coder looks ahead: as if they would stay for ever, the
last ones before an end take up to twice their bytes."""

LENGTH = WARM + COUNTED + COMING
SHORT = LENGTH + COUNTED
"""Frames up to which a clip is one run."""

SPACING = 25
"""Frames of the clip for each run: coding all runs costs about a quarter of coding the clip."""

MAX_RUNS = 12
HELD_BYTES = 96 << 20
"""Frames in bytes that all runs may hold; two there are in any case. A clip that is held in memory shares them."""

NOISE = 2
"""Largest change of a pixel's luma, in levels, that is not counted."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Some consecutive frames of a clip.

    clip          they alone, from 0 s on
    since, until  seconds between which what is coded counts
    change        how much changes there, see `Scout`
    """

    clip: Clip
    since: float
    until: float
    change: float


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A clip by its runs.

    opening  its beginning, all of which counts
    runs     from its rest
    starts   (n,) seconds at which each of its frames appears
    changes  (n,) how much each changes, see `Scout`; the first one's, which changes all, is 0
    """

    opening: Run
    runs: list[Run]
    starts: NDArray[np.float64]
    changes: NDArray[np.float64]

    def rest(self, until: float = float("inf")) -> float:
        """How much changes after the opening and before `until` seconds."""
        return float(self.changes[(self.starts >= self.opening.until) & (self.starts < until)].sum())


@dataclass(frozen=True, slots=True)
class Size:
    """The bytes of a clip: of its opening, and of the rest for each unit of change."""

    opening: float
    rate: float

    def until(self, outline: Outline, seconds: float = float("inf")) -> float:
        """Bytes of the clip, or of its part before `seconds`."""
        return self.opening + self.rate * outline.rest(seconds)


class _Part(Clip):
    """Frames in memory, shifted to 0 s."""

    def __init__(self, frames: list[Frame], end: float, native: bool) -> None:
        self._frames, self._end = frames, end
        self.native = native

    @property
    def size(self) -> tuple[int, int]:
        height, width = self._frames[0].pixels.shape[:2]
        return width, height

    @property
    def duration(self) -> float:
        return self._end - self._frames[0].start

    def frames(self) -> Iterator[Frame]:
        for frame in self._frames:
            yield Frame(frame.pixels, frame.start - self._frames[0].start, frame.mask)


class Scout:
    """Keeps runs of a clip while its frames pass by.

    How much a frame changes is told by the bytes that zlib, in a hurry, needs for what is not as in the frame before:
    on films and on screens that goes with the bytes of a GIF (correlations of 0.55 to 0.96).
    """

    def __init__(self, clip: Clip, seed: int) -> None:
        """Watch a clip; the same seed keeps the same runs."""
        self._clip = clip
        self._rng = np.random.default_rng(seed)
        # A stream that does not say how long it is tells it once it has been read.
        self._expected = clip.count or sum(1 for _ in clip.frames())
        width, height = clip.size
        room = HELD_BYTES // (3 * width * height * LENGTH)
        self._kept: list[Run | None] = [None] * int(np.clip(self._expected // SPACING, 2, np.clip(room, 2, MAX_RUNS)))
        self._passed = [0.0] * len(self._kept)  # change of all the runs that each was chosen from
        self._head: list[Frame] = []
        self._last: deque[Frame] = deque(maxlen=LENGTH + 1)
        self._luma = np.zeros((height, width), np.int16)
        self._starts: list[float] = []
        self._changes: list[float] = []

    def watch(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The same frames."""
        for frame in frames:
            self._note(frame)
            yield frame

    def _note(self, frame: Frame) -> None:
        self._changes.append(self._change(frame))
        self._starts.append(frame.start)
        self._last.append(frame)
        if len(self._head) <= SHORT:
            self._head.append(frame)
        first = len(self._starts) - len(self._last)
        if first >= COUNTED and first % COUNTED == 0:
            self._consider(first)

    def _change(self, frame: Frame) -> float:
        if self._last and frame.mask is None and frame.pixels is self._last[-1].pixels:
            return 0.0
        red, green, blue = (frame.pixels[..., channel].astype(np.int16) for channel in range(3))
        luma = (2 * red + 5 * green + blue) >> 3
        if frame.mask is not None:
            luma[frame.mask] = -1 - NOISE
        before, self._luma = self._luma, luma
        if not self._last:
            return 0.0
        changed = np.where(np.abs(luma - before) > NOISE, (luma >> 1) + 2, 0).astype(np.uint8)
        return float(len(zlib.compress(changed.tobytes(), 1))) if changed.any() else 0.0

    def _consider(self, first: int) -> None:
        """Keep the run that begins with frame `first`, or the one that is kept from the same part of the clip."""
        change = sum(self._changes[first + WARM : first + WARM + COUNTED])
        place = min(first * len(self._kept) // self._expected, len(self._kept) - 1)
        self._passed[place] += change
        if self._rng.random() * self._passed[place] < change:
            frames = list(self._last)
            self._kept[place] = self._run(frames[:-1], frames[-1].start, WARM, change)

    def _run(self, frames: list[Frame], end: float, warm: int, change: float) -> Run:
        times = [frame.start - frames[0].start for frame in frames] + [end - frames[0].start]
        return Run(_Part(frames, end, self._clip.native), times[warm], times[WARM + COUNTED], change)

    def outline(self) -> Outline:
        """What was kept of the clip, all of which has been watched."""
        starts, changes = np.array(self._starts), np.array(self._changes)
        end = self._clip.duration
        if len(starts) <= SHORT:
            opening = Run(_Part(self._head, end, self._clip.native), 0.0, end, float(changes.sum()))
        else:
            opening = self._run(
                self._head[:LENGTH], self._head[LENGTH].start, 0, float(changes[: WARM + COUNTED].sum())
            )
        return Outline(opening, [run for run in self._kept if run is not None], starts, changes)


class Probe:
    """A job's outline at a certain rate and size."""

    def __init__(self, job: Job, outline: Outline, fps: float | None, width: int | None) -> None:
        """Probe a job; fps or width None: as the clip has it."""
        self._job, self._outline = job, outline
        self._sketches: dict[tuple[int, float | None], bytes] = {}
        self._runs = [(run, _schedule(run.clip, fps, width)) for run in (outline.opening, *outline.runs)]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self._runs[0][1][0][0].pixels.shape[:2]
        return width, height

    def size_at(self, quality: float | None) -> Size:
        """The bytes to expect of the clip at a quality (see `Job.code`)."""
        opening, *others = [_counted(self._sketch(i, quality), run) for i, (run, _) in enumerate(self._runs)]
        change = sum(run.change for run in self._outline.runs)
        return Size(opening, sum(others) / change if change else 0.0)  # no change: nothing moves, or all is opening

    def error(self, quality: float | None) -> float:
        """Mean OKLab distance, times 100, of what is shown from what should be."""
        total = pixels = 0.0
        for i, (_, frames) in enumerate(self._runs):
            shown = iter(_decoded(self._sketch(i, quality)))
            picture, end = next(shown)
            at = 0
            for frame, delay in frames[: self._shown(i)]:
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

    def _shown(self, i: int) -> int:
        run, frames = self._runs[i]
        ends = np.cumsum([delay for _, delay in frames])
        return 1 + int((ends[:-1] < nearest(run.until * 100)).sum())

    def _sketch(self, i: int, quality: float | None) -> bytes:
        if (i, quality) not in self._sketches:
            self._sketches[i, quality] = self._job.sketch(self.size, self._runs[i][1], self._shown(i), quality)
        return self._sketches[i, quality]


def _schedule(clip: Clip, fps: float | None, width: int | None) -> list[tuple[Frame, int]]:
    clip = clip if fps is None else clip.resample(fps)
    return list(schedule(clip if width is None else clip.resize(width)))


def _counted(data: bytes, run: Run) -> int:
    """The bytes of a run's GIF that count: those of images from its `since` on, or all of them from 0 s on."""
    if run.since == 0:
        return len(data)
    images = parse(data).frames
    starts = np.cumsum([0, *(image.delay for image in images[:-1])])
    return sum(image.bytes for image, start in zip(images, starts, strict=True) if start >= nearest(run.since * 100))


def _decoded(data: bytes) -> Iterator[tuple[NDArray[np.uint8], int]]:
    """The pictures (h, w, 3) of a GIF and their delays in centiseconds, by a decoder that others wrote."""
    with Image.open(BytesIO(data)) as gif:
        for number in range(getattr(gif, "n_frames", 1)):
            gif.seek(number)
            yield np.array(gif.convert("RGB")), round(gif.info["duration"] / 10)
