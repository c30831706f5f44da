"""What counts as still: noise and a blinking cursor do, a letter that stays and whatever moves do not."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES, FrameClip
from numpy.typing import NDArray

from gifsom import edit, sources
from gifsom.core.errors import SettingError
from gifsom.core.source import Source
from gifsom.edit.stillness import stretches

FPS = 10
Pixels = NDArray[np.uint8]


def screen(letters: int, cursor: bool, wheel: int = 0) -> Pixels:
    """A dark window, 320x180, with letters of 8x14 in a row, a cursor behind them, and a wheel of 8 positions."""
    picture = np.full((180, 320, 3), 30, np.uint8)
    for n in range(letters):
        picture[20:34:2, 10 + 8 * n : 16 + 8 * n] = 220
    if cursor:
        picture[20:34, 10 + 8 * letters : 18 + 8 * letters] = 200
    if wheel:
        y, x = divmod(wheel * 5 % 9, 3)
        picture[100 + 6 * y : 106 + 6 * y, 100 + 6 * x : 106 + 6 * x] = 160
    return picture


def recorded(pictures: list[Pixels], noise: float = 0.0, scale: int = 1) -> FrameClip:
    rng = np.random.default_rng(7)
    shown = [np.clip(one + rng.normal(0, noise, one.shape), 0, 255).astype(np.uint8) for one in pictures]
    shown = [np.repeat(np.repeat(one, scale, 0), scale, 1) for one in shown]
    return FrameClip(shown, [n / FPS for n in range(len(shown))], len(shown) / FPS, rate=FPS)


def typing() -> list[Pixels]:
    """A still second, two letters at 1.0 and 1.5 s, then 5 s in which a cursor blinks."""
    return [screen(0, True)] * 10 + [screen(1, True)] * 5 + [screen(2, n // 5 % 2 == 0) for n in range(50)]


def begins(clip: Source) -> list[float]:
    return sorted({first.start for _, first in stretches(clip)})


@pytest.mark.parametrize("noise", [0.0, 1.5, 3.0])
@pytest.mark.parametrize("scale", [1, 3])
def test_noise_and_a_blinking_cursor_are_still_and_a_letter_is_not(noise: float, scale: int) -> None:
    clip = recorded(typing(), noise, scale)
    assert begins(clip) == [0.0, 1.0, 1.5]
    assert edit.idle_limit(clip, 0.5).duration == pytest.approx(1.5)
    assert len([*edit.drop_duplicates(clip).frames()]) == 3
    assert edit.trim_still(clip).duration == pytest.approx(0.7)


@pytest.mark.parametrize("change", [lambda clip: edit.width(clip, 240), lambda clip: edit.scale(clip, 2)])
def test_it_is_judged_alike_before_and_after_scaling(change: Callable[[Source], Source]) -> None:
    clip = recorded(typing(), 2.5)
    assert begins(change(clip)) == begins(clip)


@pytest.mark.parametrize("cut", [lambda clip: edit.idle_limit(clip, 0.5), edit.drop_duplicates, edit.trim_still])
def test_a_source_that_scales_does_so_before_it_is_judged(cut: Callable[[Source], Source]) -> None:
    clip = sources.open(FIXTURES / "scene.mp4")
    shown = [(frame.start, frame.pixels.tobytes()) for frame in edit.width(cut(clip), 320).frames()]
    assert shown == [(frame.start, frame.pixels.tobytes()) for frame in cut(edit.width(clip, 320)).frames()]


def test_every_frame_is_told_once_in_order_and_with_its_own_pixels() -> None:
    clip = recorded(typing(), 2.5)
    assert [id(frame) for frame, _ in stretches(clip)] == [id(frame) for frame in clip.kept]


def test_a_spot_that_stays_or_comes_back_too_late_is_a_change() -> None:
    for away in (13, 30):
        clip = recorded([screen(1, True)] * 10 + [screen(1, False)] * away + [screen(1, True)] * 10)
        assert begins(clip) == [0.0, 1.0, 1 + away / FPS]
    assert begins(recorded([screen(1, True)] * 10 + [screen(1, False)] * 8)) == [0.0, 1.0]


def test_a_cursor_that_blinked_may_be_off_at_the_end() -> None:
    assert begins(recorded([screen(2, n // 5 % 2 == 0) for n in range(38)])) == [0.0]


def test_a_wheel_that_turns_is_a_change() -> None:
    clip = recorded([screen(1, True, 1 + n % 8) for n in range(40)])
    assert len([*edit.drop_duplicates(clip).frames()]) == 40
    assert edit.idle_limit(clip, 0.5).duration == pytest.approx(4)


def test_a_threshold_says_how_much_may_change() -> None:
    clip = recorded([screen(1, True, 1 + n % 8) for n in range(40)])
    assert edit.idle_limit(clip, 0.5, "2%").duration == edit.idle_limit(clip, 0.5, 2).duration == 0.5
    assert len([*edit.drop_duplicates(clip, 2).frames()]) == 1
    assert edit.idle_limit(clip, 0.5, threshold=0).duration == pytest.approx(4)


@pytest.mark.parametrize("threshold", [-1, 100, "much", "", float("nan"), True, []])
def test_a_threshold_is_a_percentage(threshold: float) -> None:
    with pytest.raises(SettingError, match=r"^still_threshold is .*: give the percentage"):
        edit.idle_limit(recorded([screen(0, False)]), 1, threshold)


def test_it_is_told_how_much_was_cut() -> None:
    clip = recorded(typing(), 2.5)
    for done, note in [
        (edit.idle_limit(clip, 0.5), "5.0 s of stillness are cut"),
        (edit.idle_limit(clip, 9), "nothing stands still for longer than 9 s"),
        (edit.drop_duplicates(clip), "62 of 65 frames are left out as duplicates"),
        (edit.trim_still(clip), "5.8 s of still beginning and end are cut"),
    ]:
        assert len([*done.frames()])
        assert done.notes == (note,)
        assert edit.hold_last(edit.fps(done, 5), 1).notes == (note,)


def test_a_terminal_on_compressed_video_is_shortened(shared: Path) -> None:
    """37.8 s stay 37.8 s where every pixel counts; ffmpeg's freezedetect finds 27 s of stretches longer than 0.5 s."""
    clip = edit.width(sources.open(shared / "clips/term-starship.mp4"), 480)
    assert edit.idle_limit(clip, 0.5).duration == pytest.approx(24.1, abs=0.2)


@pytest.mark.parametrize("name", ["film-bbb.mp4", "face-carphone.mp4", "gradient-earth.mp4", "film-bw-chaplin.mp4"])
def test_film_is_not_cut(shared: Path, name: str) -> None:
    clip = edit.width(sources.open(shared / "clips" / name), 320)
    assert edit.idle_limit(clip, 0.5).duration == pytest.approx(clip.duration)
