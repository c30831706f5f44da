"""The best GIF within a size: quality is lowered first, then, in turns, rate and width.

What each choice takes is forecast from probes; a real run verifies it, and a second one is corrected by the first.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import count, zip_longest
from math import log
from typing import BinaryIO

import numpy as np

from gifsom.conversion.plan import EncodedGif, GlobalTablePlan, Plans, Timeline
from gifsom.conversion.run_sampler import ClipSample
from gifsom.conversion.size_model import ExpectedBytes, Probe
from gifsom.conversion.stages import Analysis, plays, with_default_rate_and_size
from gifsom.core.errors import TargetTooLarge
from gifsom.core.progress import Progress
from gifsom.core.result import Fit
from gifsom.core.values import QUALITY
from gifsom.encoder.rd_encoder import lambda_for_quality
from gifsom.gif.reader import parse
from gifsom.options.conversion import ConvertOptions

AIM = 0.94
"""Part of the limit that is aimed at: a forecast is mostly within 6 %."""

HOPE = 1.1
"""Multiple of the limit up to which it is tried whether the usual quality fits: a forecast is seldom further off."""

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
"""Least size of a run that was too large, as a multiple of what was expected."""


class OperatingPoint:
    """A clip at one rate and width, and the bytes to expect there."""

    def __init__(self, plans: Plans, runs: ClipSample, fps: float | None, width: int | None) -> None:
        """Take fps or width None as the clip has it."""
        self.plans, self.fps, self.width = plans, fps, width
        self.probe = Probe(plans, runs, fps, width)
        self._runs = runs
        self._known: dict[float | None, ExpectedBytes] = {}

    @property
    def whole(self) -> bool:
        """Neither rate nor width are lowered."""
        return self.fps is None and self.width is None

    def bytes(self, quality: float | None) -> float:
        """The bytes to expect at a quality."""
        if quality not in self._known:
            self._known[quality] = self.probe.size_at(quality)
        return self._known[quality].until(self._runs)

    def share(self, quality: float | None, seconds: float) -> float:
        """The part of the bytes to expect within the first `seconds`, 0 < share <= 1."""
        near = min(self._known, key=lambda known: abs((known or 100) - (quality or 100)))
        return self._known[near].until(self._runs, seconds) / self.bytes(near)

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

        The logarithm of the bytes is nearly a straight line over that of lambda.
        """
        known = [quality for quality in self._known if quality is not None and low <= quality <= high]
        below = max(quality for quality in known if self.bytes(quality) <= size)
        above = min(quality for quality in known if quality > below and self.bytes(quality) > size)
        less, more = log(self.bytes(below) / size), log(self.bytes(above) / size)
        first, last = log(lambda_for_quality(below)), log(lambda_for_quality(above))
        log_lambda = first + (last - first) * less / (less - more)
        # The way back from lambda to a quality: it falls all the way.
        qualities = np.linspace(below, above, 65)
        lambdas = [log(lambda_for_quality(quality)) for quality in qualities]
        quality = float(np.interp(-log_lambda, -np.array(lambdas), qualities))
        return quality, min(-less, more)


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """An operating point with a quality, and the bytes to expect; `smallest`: nothing smaller can be had."""

    point: OperatingPoint
    quality: float | None
    bytes: float
    smallest: bool = False

    def fit(self, limit: int) -> Fit:
        """The choice as the cost of fitting `limit` bytes."""
        return Fit(limit, self.quality, self.point.fps, self.point.width)


class RateControl:
    """Chooses quality, rate and width of a clip by the bytes to expect of them."""

    def __init__(
        self, analysis: Analysis, plans: Plans, settings: ConvertOptions, progress: Progress, *, fixed: bool = False
    ) -> None:
        """Control a conversion; `fixed`: rate and width stay as they are, as those that the settings name do."""
        assert analysis.runs is not None
        self._analysis, self._plans, self._settings, self._progress = analysis, plans, settings, progress
        self._runs = analysis.runs
        self._steps = [(None, None), *([] if fixed else _steps(analysis, plans, settings))]
        self._points: dict[int, OperatingPoint] = {}
        self._top = settings.lossy(plans.exact) if plans.lossy else None

    def usual(self) -> Choice:
        """The choice where no size is asked."""
        point = self._point(0)
        exact, size = point.bytes(None) if self._plans.exact else float("inf"), point.bytes(self._top)
        return Choice(point, self._top, size) if size < exact else Choice(point, None, exact)

    def first(self, limit: float, hope: float = HOPE) -> Choice:
        """The choice to try first: the usual one where at most `hope` times the limit are to be expected of it."""
        usual = min(QUALITY, self._settings.quality or QUALITY)
        # The best quality takes the most time to probe, and is seldom within reach where the usual one is not.
        if (self._top is None or self._point(0).bytes(usual) <= hope * limit) and (
            best := self.usual()
        ).bytes <= hope * limit:
            return best
        return self.within(AIM * limit)

    def within(self, size: float, *, final: bool = False) -> Choice:
        """The best choice of which at most `size` bytes are to be expected; where there is none, the smallest.

        `final`: no more is probed than must be, since a run has told how far the forecast is to be trusted.
        """
        ceiling = self._settings.quality or 100
        usual = min(QUALITY, ceiling)
        first = self._point(0)
        if (self._top is None or first.bytes(usual) <= size) and (best := self.usual()).bytes <= size:
            return best
        if self._top is not None and first.bytes(usual) <= size:
            return Choice(first, first.quality_for(size, usual, ceiling, final), size)
        last = len(self._steps) - 1
        floor = min(FLOOR, ceiling) if self._plans.lossy else None
        place = 0
        if last and first.bytes(floor) > size:
            place = bisect_left(range(last), True, 1, key=lambda i: self._point(i).bytes(floor) <= size)
        point = self._point(place)
        if point.plans.exact and point.bytes(None) <= size:
            return Choice(point, None, point.bytes(None))
        if floor is None:
            return Choice(point, None, point.bytes(None), smallest=place == last)
        low, high = float(floor), float(usual)
        if point.bytes(floor) > size:  # at the last point only
            low, high = 1.0, float(floor)
            if point.bytes(low) > size or floor == 1:
                return Choice(point, low, point.bytes(low), smallest=True)
        elif point.bytes(usual) <= size:
            low, high = float(usual), float(ceiling)
            if point.bytes(high) <= size:
                return Choice(point, high, point.bytes(high))
        return Choice(point, point.quality_for(size, low, high, final), size)

    def encode(self, stream: BinaryIO, choice: Choice, stage: str) -> EncodedGif:
        """Write a GIF as chosen."""
        clip, point = self._analysis.clip, choice.point
        if not point.whole:
            clip = with_default_rate_and_size(self._analysis.edited, self._settings, point.fps, point.width)
        timeline = Timeline(clip, plays(clip, self._settings), stage, self._progress)
        return point.plans.at(choice.quality).encode(stream, timeline)

    def too_large(self, choice: Choice, size: float, limit: int) -> TargetTooLarge:
        """The error for a smallest GIF of `size` bytes that does not fit."""
        width, height = choice.point.probe.size
        return TargetTooLarge(
            f"{self._analysis.clip.name}: the smallest GIF of it takes {size:.0f} bytes ({width}x{height} pixels),"
            f" and the limit is {limit}"
        )

    def _point(self, place: int) -> OperatingPoint:
        if place not in self._points:
            self._progress("Probing", len(self._points), None)
            fps, width = self._steps[place]
            plans = self._plans
            if width is not None:  # the palette serves every width, but colors that scaling mixes are not in it
                plans = replace(plans, nearest=GlobalTablePlan(plans.nearest.palette, exact=False))
            self._points[place] = OperatingPoint(plans, self._runs, fps, width)
        return self._points[place]


def _steps(analysis: Analysis, plans: Plans, settings: ConvertOptions) -> list[tuple[float | None, int | None]]:
    """Lower rates and widths, one of them lowered at a time; not those that were asked.

    In turns; but what is exact at its own width stays so at every rate.
    """
    clip, runs = analysis.clip, analysis.runs
    width = clip.size[0]
    still = settings.own_rate or runs is None or len(runs.starts) < 2
    rates = [] if still else [rate for rate in RATES if rate < 0.95 * (clip.rate or 50)]
    widths: list[int] = []
    while not settings.own_size and (width := round(width * NARROW / 2) * 2) >= NARROWEST:
        widths.append(width)
    steps: list[tuple[float | None, int | None]] = [(None, None)]
    pairs = [*((rate, None) for rate in rates), *((None, wide) for wide in widths)]
    for fps, wide in pairs if plans.exact else zip_longest(rates, widths):
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


def encode_to_size(stream: BinaryIO, limit: int, control: RateControl) -> EncodedGif:
    """Write the best GIF of at most `limit` bytes, no better than the usual one. Raises `TargetTooLarge` where there is
    none.

    It takes two runs, three at a lower rate or width, which are faster, and more while all of them are too large.
    """
    best: EncodedGif | None = None
    data = BytesIO()  # of the best
    factor = 1.0  # bytes of a run as a part of what was expected
    choice = control.first(limit)
    hopes = int(choice.bytes > AIM * limit and not choice.smallest)  # runs of which more was expected than is aimed at
    for run in count(-hopes):
        # The smallest is written to its end, so that its size is known.
        memory = Limited(float("inf") if choice.smallest else limit)
        try:
            encoded = control.encode(memory, choice, "Writing again" if run > -hopes else "Writing")
        except Full:
            reached = sum(image.delay for image in parse(memory.getvalue()).frames) / 100
            share = choice.point.share(choice.quality, reached)
            # The less of it was written, the less can what it would have come to be trusted: it is at least the limit.
            factor = max(limit / choice.bytes / share**share, factor * MORE)
        else:
            size = encoded.stats.bytes
            if size > limit:
                raise control.too_large(choice, size, limit)
            if best is None or size > best.stats.bytes:
                best, data = replace(encoded, fit=choice.fit(limit)), memory
            factor = size / choice.bytes
            if size >= LEAST * limit:
                break
        if best is not None and run >= (1 if choice.point.whole else 2):
            break
        before, choice = choice, control.within(AIM * limit / factor, final=True)
        if best is not None and (choice.point, choice.quality) == (before.point, before.quality):
            break
    assert best is not None
    stream.write(data.getbuffer())
    return best
