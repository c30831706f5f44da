"""The best GIF within a size: quality is lowered first, then, in turns, rate and width.

What each choice takes is forecast from probes; a real run verifies it, and a second one is corrected by the first.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import count, zip_longest
from math import log
from typing import BinaryIO, TypeAlias

import numpy as np

from gifsom.conversion.plan import Coded, Job
from gifsom.conversion.size_model import Outline, Probe, Size
from gifsom.core.errors import TargetTooLarge
from gifsom.core.progress import Progress
from gifsom.core.source import Source
from gifsom.core.values import QUALITY
from gifsom.encoder.rd_encoder import lambda_for_quality
from gifsom.gif.reader import parse
from gifsom.options.conversion import Settings

AIM = 0.94
"""Part of the limit that is aimed at: a forecast is mostly within 6 %."""

LEAST = 0.85
"""Part of the limit below which a second run is worth its time."""

FLOOR = 30
"""Quality below which a lower rate or width looks better: flat areas begin to break into blotches."""

RATES = (25.0, 20.0, 15.0, 12.0, 10.0, 8.0)
"""Frames a second that are tried, those below the clip's own; below 8 it stutters."""

NARROW = 0.8
"""A width as a part of that before."""

NARROWEST = 96
"""Width in pixels below which little can be told."""

CLOSE = 0.15
"""How near, as a part, a probe must be to what is sought, so that no other is worth its time."""

MORE = 1.05
"""What a run that was too large takes at least, as a multiple of what was expected."""

View: TypeAlias = Callable[[float | None, int | None], Source]
"""The clip at another rate and width; None: as it is."""

Write: TypeAlias = Callable[[Job, float | None, BinaryIO, str], Coded]
"""Codes a job at a quality into a stream; the text names the stage for a progress bar."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What was done so that a GIF fits.

    limit    bytes that it may have
    quality  at which it was coded, 1 to 100; None: every pixel with its nearest color
    fps      frames a second where they were lowered, else None
    width    pixels where it was lowered, else None
    """

    limit: int
    quality: float | None
    fps: float | None
    width: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A GIF that fits: its bytes, what it shows, how it was coded, and what was done."""

    data: memoryview
    clip: Source
    coded: Coded
    fit: Fit


class Level:
    """A clip at one rate and width, and the bytes to expect there."""

    def __init__(self, job: Job, outline: Outline, fps: float | None, width: int | None) -> None:
        """A level of a job; fps or width None: as the clip has it."""
        self.job, self.fps, self.width = job, fps, width
        self.probe = Probe(job, outline, fps, width)
        self._outline = outline
        self._known: dict[float | None, Size] = {}

    @property
    def whole(self) -> bool:
        """Neither rate nor width are lowered."""
        return self.fps is None and self.width is None

    def bytes(self, quality: float | None) -> float:
        """To expect at a quality."""
        if quality not in self._known:
            self._known[quality] = self.probe.size_at(quality)
        return self._known[quality].until(self._outline)

    def share(self, quality: float | None, seconds: float) -> float:
        """Which part of the bytes is to be expected within the first `seconds`, 0 < share <= 1."""
        near = min(self._known, key=lambda known: abs((known or 100) - (quality or 100)))
        return self._known[near].until(self._outline, seconds) / self.bytes(near)

    def quality_for(self, size: float, low: float, high: float, final: bool) -> float:
        """The quality between two at which `size` bytes are to be expected; low is known to take less, high more.

        One more probe confirms it, unless what is known is `final`.
        """
        guess, error = self._guess(size, low, high)
        if error < CLOSE or final:
            return guess
        self.bytes(guess)
        return self._guess(size, low, high)[0]

    def _guess(self, size: float, low: float, high: float) -> tuple[float, float]:
        """A quality from the probes on both sides, and how far the nearer one is from `size`, as a part.

        The logarithm of the bytes is nearly a straight line over that of the price.
        """
        known = [quality for quality in self._known if quality is not None and low <= quality <= high]
        below = max(quality for quality in known if self.bytes(quality) <= size)
        above = min(quality for quality in known if quality > below and self.bytes(quality) > size)
        less, more = log(self.bytes(below) / size), log(self.bytes(above) / size)
        first, last = log(lambda_for_quality(below)), log(lambda_for_quality(above))
        price = first + (last - first) * less / (less - more)
        # The way back from a price to a quality: prices fall all the way.
        qualities = np.linspace(below, above, 65)
        prices = [log(lambda_for_quality(quality)) for quality in qualities]
        quality = float(np.interp(-price, -np.array(prices), qualities))
        return quality, min(-less, more)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What to code, and the bytes to expect; `smallest`: nothing smaller can be had."""

    level: Level
    quality: float | None
    bytes: float
    smallest: bool = False

    def fit(self, limit: int) -> Fit:
        """The plan as what was done to fit `limit` bytes."""
        return Fit(limit, self.quality, self.level.fps, self.level.width)

    def too_large(self, size: float, limit: int) -> str:
        """The message for a smallest GIF of `size` bytes that does not fit."""
        width, height = self.level.probe.size
        return (
            f"{self.level.job.clip.name}: the smallest GIF of it takes {size:.0f} bytes ({width}x{height} pixels),"
            f" and the limit is {limit}"
        )


class Forecast:
    """What to expect of a job at lower qualities, rates and widths."""

    def __init__(
        self, job: Job, outline: Outline, settings: Settings, progress: Progress, *, fixed: bool = False
    ) -> None:
        """Forecast a job; `fixed` says that rate and width stay as they are, as those that the settings name do."""
        self._job, self._outline, self._settings, self._progress = job, outline, settings, progress
        self._steps = [(None, None), *([] if fixed else _steps(job, len(outline.starts), settings))]
        self._levels: dict[int, Level] = {}
        self._top = settings.lossy(job.fits) if job.opaque else None

    def usual(self) -> Plan:
        """What is coded where no size is asked."""
        level = self._level(0)
        exact, size = level.bytes(None) if self._job.fits else float("inf"), level.bytes(self._top)
        return Plan(level, self._top, size) if size < exact else Plan(level, None, exact)

    def within(self, size: float, *, final: bool = False) -> Plan:
        """The best of which at most `size` bytes are to be expected; where there is none, the smallest.

        `final`: no more is probed than must be, since a run has told how far the forecast is to be trusted.
        """
        ceiling = self._settings.quality or 100
        usual = min(QUALITY, ceiling)
        first = self._level(0)
        # The best quality takes the most time to probe, and is seldom within reach where the usual one is not.
        if (self._top is None or first.bytes(usual) <= size) and (best := self.usual()).bytes <= size:
            return best
        if self._top is not None and first.bytes(usual) <= size:
            return Plan(first, first.quality_for(size, usual, ceiling, final), size)
        last = len(self._steps) - 1
        floor = min(FLOOR, ceiling) if self._job.opaque else None
        place = 0
        if last and first.bytes(floor) > size:
            place = bisect_left(range(last), True, 1, key=lambda i: self._level(i).bytes(floor) <= size)
        level = self._level(place)
        if level.job.fits and level.bytes(None) <= size:
            return Plan(level, None, level.bytes(None))
        if floor is None:
            return Plan(level, None, level.bytes(None), smallest=place == last)
        low, high = float(floor), float(usual)
        if level.bytes(floor) > size:  # at the last level only
            low, high = 1.0, float(floor)
            if level.bytes(low) > size or floor == 1:
                return Plan(level, low, level.bytes(low), smallest=True)
        elif level.bytes(usual) <= size:
            low, high = float(usual), float(ceiling)
            if level.bytes(high) <= size:
                return Plan(level, high, level.bytes(high))
        return Plan(level, level.quality_for(size, low, high, final), size)

    def _level(self, place: int) -> Level:
        if place not in self._levels:
            self._progress("Probing", len(self._levels), None)
            fps, width = self._steps[place]
            # The palette serves every width. What scaling mixes of few colors is not among them, and so not exact.
            job = self._job if width is None else replace(self._job, fits=False)
            self._levels[place] = Level(job, self._outline, fps, width)
        return self._levels[place]


def _steps(job: Job, frames: int, settings: Settings) -> list[tuple[float | None, int | None]]:
    """Lower rates and widths, one of them lowered at a time; not those that were asked.

    In turns; but what is exact at its own width stays so at every rate.
    """
    width = job.clip.size[0]
    still = settings.own_rate or frames < 2
    rates = [] if still else [rate for rate in RATES if rate < 0.95 * (job.clip.rate or 50)]
    widths: list[int] = []
    while not settings.own_size and (width := round(width * NARROW / 2) * 2) >= NARROWEST:
        widths.append(width)
    steps: list[tuple[float | None, int | None]] = [(None, None)]
    pairs = [*((rate, None) for rate in rates), *((None, wide) for wide in widths)]
    for fps, wide in pairs if job.fits else zip_longest(rates, widths):
        for step in ((fps or steps[-1][0], steps[-1][1]), (fps or steps[-1][0], wide or steps[-1][1])):
            if step != steps[-1]:
                steps.append(step)
    return steps[1:]


class Full(Exception):
    """More was to be written than fits."""


class Limited(BytesIO):
    """Memory for a limited number of bytes."""

    def __init__(self, limit: float) -> None:
        """Take at most `limit` bytes."""
        super().__init__()
        self._limit = limit

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Write, or raise `Full`."""
        if self.tell() + len(data) > self._limit:
            raise Full
        return super().write(data)


def fit(forecast: Forecast, limit: int, view: View, write: Write) -> Fitted:
    """The best GIF of at most `limit` bytes. Raises `TargetTooLarge` where there is none.

    It takes two runs, three at a lower rate or width, which are faster, and more while all of them are too large.
    """
    best: Fitted | None = None
    factor = 1.0  # what a run takes as a part of what was expected
    plan = forecast.within(AIM * limit)
    for run in count():
        level = plan.level
        job = level.job if level.whole else replace(level.job, clip=view(level.fps, level.width))
        # The smallest is written to its end, so that its size is known. What is too large exactly is not tried again.
        stream = Limited(float("inf") if plan.smallest else limit)
        job = replace(job, fits=job.fits and plan.quality is None)
        try:
            coded = write(job, plan.quality, stream, "Writing again" if run else "Writing")
        except Full:
            reached = sum(image.delay for image in parse(stream.getvalue()).frames) / 100
            share = level.share(plan.quality, reached)
            # The less of it was written, the less can what it would have come to be trusted: it is at least the limit.
            factor = max(limit / plan.bytes / share**share, factor * MORE)
        else:
            size = coded.stats.bytes
            if size > limit:
                raise TargetTooLarge(plan.too_large(size, limit))
            if best is None or size > best.coded.stats.bytes:
                best = Fitted(stream.getbuffer(), job.clip, coded, plan.fit(limit))
            factor = size / plan.bytes
            if size >= LEAST * limit:
                break
        if best is not None and run >= (1 if level.whole else 2):
            break
        before, plan = plan, forecast.within(AIM * limit / factor, final=True)
        if best is not None and (plan.level, plan.quality) == (before.level, before.quality):
            break
    assert best is not None
    return best
