"""Timing: seconds become centiseconds without drift, and players respect every delay."""

import random
from fractions import Fraction
from itertools import accumulate, pairwise
from math import floor

import numpy as np
import pytest
from conftest import FrameClip
from hypothesis import assume, given
from hypothesis import strategies as st

from gifsom.core.frame import Frame
from gifsom.core.timing import MIN_DELAY, nearest, schedule, slots

RATES = [Fraction(7), Fraction(12), Fraction(15), Fraction(24), Fraction(30_000, 1001), Fraction(30), Fraction(50)]


def clip(starts: list[float], duration: float) -> FrameClip:
    """A clip of one pixel; its color is the number of the frame."""
    pictures = [np.array([[[n >> 16, n >> 8 & 255, n & 255]]], np.uint8) for n in range(len(starts))]
    return FrameClip(pictures, starts, duration)


def number(frame: Frame) -> int:
    r, g, b = frame.pixels[0, 0].tolist()
    return int(r << 16 | g << 8 | b)


@pytest.mark.parametrize("fps", RATES, ids=float)
def test_no_edge_drifts_over_a_thousand_frames(fps: Fraction) -> None:
    """Each frame appears within half a centisecond of its time, the last as exactly as the first."""
    count = 1000
    starts = [float(n / fps) for n in range(count)]
    shown = list(schedule(clip(starts, float(count / fps))))
    assert list(range(count)) == [number(frame) for frame, _ in shown]
    delays = [delay for _, delay in shown]
    edges = [0, *accumulate(delays)]
    assert all(abs(edge - 100 * n / fps) <= 0.5 for n, edge in enumerate(edges))
    assert set(delays) <= {floor(100 / fps), floor(100 / fps) + 1}
    assert nearest(float(100 * count / fps)) == sum(delays)


def test_a_frame_that_is_followed_too_soon_gives_its_place_to_the_newer() -> None:
    """At 100 frames a second every other frame is seen, for 2 cs each."""
    shown = list(schedule(clip([n / 100 for n in range(10)], 0.1)))
    assert [(number(frame), delay) for frame, delay in shown] == [(1, 2), (3, 2), (5, 2), (7, 2), (9, 2)]


def test_of_a_burst_the_last_frame_is_seen() -> None:
    shown = schedule(clip([0, 0.5, 0.501, 0.502, 0.503, 1.0], 2))
    assert [(number(frame), delay) for frame, delay in shown] == [(0, 50), (4, 50), (5, 100)]


def test_a_single_frame_lasts_as_long_as_the_clip() -> None:
    shown = schedule(clip([0], 1.234))
    assert [(number(frame), delay) for frame, delay in shown] == [(0, 123)]


@pytest.mark.parametrize("duration", [0.001, 0.014, 0.02])
def test_the_shortest_clip_lasts_two_centiseconds(duration: float) -> None:
    assert [delay for _, delay in schedule(clip([0], duration))] == [MIN_DELAY]


def test_of_no_frames_nothing_is_shown() -> None:
    assert list(schedule(clip([], 1.0))) == []


def test_frames_keep_what_they_are() -> None:
    made = clip([0, 0.1], 0.3)
    assert all(a is b for a, (b, _) in zip(made.kept, schedule(made), strict=True))


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=40, unique=True), st.integers(20, 500))
def test_any_timeline_is_shown_as_exactly_as_players_allow(times: list[int], rest: int) -> None:
    """In milliseconds: each frame that is seen begins within 2.5 cs of its time, and so does the end."""
    starts = sorted(time / 1000 for time in times)
    starts = [start - starts[0] for start in starts]
    duration = starts[-1] + rest / 1000
    shown = list(schedule(clip(starts, duration)))
    delays = [delay for _, delay in shown]
    seen = [number(frame) for frame, _ in shown]
    assert all(delay >= MIN_DELAY for delay in delays)
    assert nearest(duration * 100) == sum(delays)
    assert seen == sorted(set(seen))
    assert seen[-1] == len(starts) - 1
    for edge, frame in zip([0, *accumulate(delays)], seen, strict=False):
        assert 100 * starts[frame] - edge + 1e-6 >= -0.5
        assert 100 * starts[frame] - edge < MIN_DELAY + 0.5


@given(st.lists(st.integers(0, 2000), min_size=2, max_size=30, unique=True))
def test_a_frame_that_stays_long_enough_is_seen(times: list[int]) -> None:
    starts = sorted((time - min(times)) / 1000 for time in times)
    seen = {number(frame) for frame, _ in schedule(clip(starts, starts[-1] + 1))}
    lasting = {n for n, (start, end) in enumerate(pairwise(starts)) if end - start >= 0.03}
    assert lasting <= seen


TOO_LATE = [([0, 0.99], 1.0), ([0, 0.5, 1.0], 1.0), ([n / 50 for n in range(50)], 0.99)]


@pytest.mark.parametrize(("starts", "duration"), TOO_LATE)
def test_a_last_frame_that_is_too_short_does_not_lengthen_the_clip(starts: list[float], duration: float) -> None:
    """The third is a video of 0.99 s at 50 frames a second, of which `slots` makes 50 frames."""
    delays = [delay for _, delay in schedule(clip(starts, duration))]
    assert all(delay >= MIN_DELAY for delay in delays)
    assert nearest(duration * 100) == sum(delays)


def test_a_last_frame_that_comes_earlier_for_the_end_may_take_the_place_of_the_one_before() -> None:
    """The end is at 6 cs: the third frame moves from 5 cs to 4, less than 2 after the second."""
    shown = [(number(frame), delay) for frame, delay in schedule(clip([0, 0.03, 0.05], 0.06))]
    assert shown == [(0, 3), (2, 3)]


@given(st.fractions(0, 10**6))
def test_nearest_rounds_halves_up(value: Fraction) -> None:
    assume(abs(value - floor(value) - Fraction(1, 2)) > Fraction(1, 10**9))
    assert floor(value + Fraction(1, 2)) == nearest(float(value))
    assert floor(value) + 1 == nearest(floor(value) + 0.5)


def test_nearest_rounds_halves_of_a_grid_up() -> None:
    """As ffmpeg does, which counts in fractions: frame times in milliseconds, at the rates that people ask for."""
    for fps in (5, 10, 12.5, 15, 20, 25, 50):
        for milliseconds in range(10_000):
            expected = floor(Fraction(milliseconds, 1000) * Fraction(fps) + Fraction(1, 2))
            assert expected == nearest(milliseconds / 1000 * fps), (milliseconds, fps)


@pytest.mark.parametrize("fps", RATES, ids=float)
def test_slots_are_the_frames_of_a_constant_rate(fps: Fraction) -> None:
    rng = random.Random(1)
    for count in (1, 2, 3, 1000, rng.randrange(10**5)):
        assert count == slots(float(count / fps), float(fps))
        assert count == slots(float((count + Fraction(2, 5)) / fps), float(fps))
        assert count == slots(float((count - Fraction(2, 5)) / fps), float(fps))


def test_there_is_always_a_slot() -> None:
    assert [slots(duration, 10) for duration in (0.0, 0.001, 0.049, 0.05, 0.149)] == [1, 1, 1, 1, 1]
