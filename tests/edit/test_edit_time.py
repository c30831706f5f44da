"""Edits of time: speed, stretches, backward, there and back, loops, and what is still; and frames that are stored."""

import gc
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import FIXTURES, FrameClip, posix
from numpy.typing import NDArray

from gifsom import Clip, edit, sources
from gifsom.core.errors import SettingError, SourceEmpty, TargetUnwritable
from gifsom.core.frame import Frame, Rect, Shortfall
from gifsom.core.source import Source
from gifsom.core.timing import schedule
from gifsom.edit.loops import blend
from gifsom.edit.store import Store
from gifsom.sources.arrays import StoredClip
from gifsom.sources.video import VideoClip

Pixels = NDArray[np.uint8]


def gray(levels: Sequence[int], starts: Sequence[float], duration: float, **options: Any) -> FrameClip:
    """A clip of 4 x 2 pixels, each frame of one level."""
    return FrameClip([np.full((2, 4, 3), level, np.uint8) for level in levels], starts, duration, **options)


def even(count: int, fps: float = 10) -> FrameClip:
    """Frames of a constant rate; the level of each is ten times its number."""
    return gray([10 * n for n in range(count)], [n / fps for n in range(count)], count / fps, rate=fps)


def masked(count: int) -> FrameClip:
    """Frames with a mask each, but for the second one."""
    masks = [None if n == 1 else np.eye(2, 4, n % 3, dtype=bool) for n in range(count)]
    return gray([10 * n for n in range(count)], [n / 10 for n in range(count)], count / 10, masks=masks)


def told(clip: Source) -> list[tuple[int, float]]:
    """Level and start of each frame."""
    return [(int(frame.pixels[-1, 0, 0]), round(frame.start, 9)) for frame in clip.frames()]


def shown(clip: Source, time: float) -> Frame:
    """What is on the screen at a time."""
    return [frame for frame in clip.frames() if frame.start <= time + 1e-9][-1]


EDITS: dict[str, Callable[[Clip], Clip]] = {
    "speed": lambda clip: clip.speed(1.7),
    "fast_forward": lambda clip: clip.fast_forward(0.2, 0.7, 3),
    "reverse": lambda clip: clip.reverse(),
    "boomerang": lambda clip: clip.boomerang(),
    "drop_duplicates": lambda clip: clip.drop_duplicates(),
    "trim_still": lambda clip: clip.trim_still(),
    "loop_smooth": lambda clip: clip.loop_smooth(),
    "loop_smooth, fade": lambda clip: clip.loop_smooth(0.3),
    "all": lambda clip: (
        clip.trim_still().speed(0.5).fast_forward(0.2, 0.5, 2).drop_duplicates().boomerang().reverse().loop_smooth(0.2)
    ),
}


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS.keys())
def test_every_edit_keeps_to_what_a_clip_is(change: Callable[[Clip], Clip]) -> None:
    clip = masked(12)
    clip.plays, clip.native = 3, True
    before = [(frame.pixels.tobytes(), frame.start) for frame in clip.frames()]
    edited = change(Clip(clip)).source
    frames = [*edited.frames()]
    starts = [frame.start for frame in frames]
    assert starts[0] == 0
    assert all(a < b for a, b in pairwise([*starts, edited.duration]))
    assert (edited.plays, edited.native, edited.size) == (3, True, (4, 2))
    assert all(not frame.pixels.flags.writeable and frame.pixels.flags.c_contiguous for frame in frames)
    assert any(frame.mask is not None for frame in frames)
    assert sum(delay for _, delay in schedule(edited)) == pytest.approx(100 * edited.duration, abs=0.51)
    assert before == [(frame.pixels.tobytes(), frame.start) for frame in clip.frames()]


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS.keys())
def test_every_edit_of_one_frame_is_a_clip(change: Callable[[Clip], Clip]) -> None:
    edited = change(Clip(gray([5], [0], 1.0))).source
    assert {level for level, _ in told(edited)} == {5}
    assert edited.duration > 0


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS.keys())
def test_every_edit_passes_on_what_could_not_be_read(change: Callable[[Clip], Clip]) -> None:
    class Damaged(FrameClip):
        shortfall = Shortfall(1.0, 2.0, "")

    clip = Damaged([np.zeros((2, 4, 3), np.uint8)], [0.0], 1.0)
    assert change(Clip(clip)).shortfall is clip.shortfall


def test_speed_divides_times() -> None:
    fast = edit.speed(even(4), 2)
    assert told(fast) == [(0, 0), (10, 0.05), (20, 0.1), (30, 0.15)]
    assert (fast.duration, fast.rate, fast.count) == (0.2, 20, 4)
    slow = edit.speed(even(3), 0.5)
    assert told(slow) == [(0, 0), (10, 0.2), (20, 0.4)]
    assert (slow.duration, slow.rate) == (0.6, 5)


def test_speed_1_is_the_clip() -> None:
    clip = even(3)
    assert edit.speed(clip, 1) is clip


@pytest.mark.parametrize("factor", [0, -1, 0.009, 101, float("nan"), float("inf"), True, "2"])
def test_impossible_factors_are_refused(factor: Any) -> None:
    expected = r"is .*: give a factor from 0\.01 to 100, such as 2 for twice as fast"
    with pytest.raises(SettingError, match=f"speed {expected}"):
        edit.speed(even(3), factor)
    with pytest.raises(SettingError, match=f"fast_forward {expected}"):
        edit.fast_forward(even(3), 0, 1, factor)


def test_a_rate_behind_speed_is_chosen_before_it() -> None:
    """1.5 times as fast at 12 fps: the frames of 8 fps."""
    fast = edit.fps(edit.speed(even(20), 1.5), 12)
    assert [level for level, _ in told(fast)] == [level for level, _ in told(edit.fps(even(20), 8))]
    assert told(fast) == told(edit.fps(edit.speed(even(20), 1.5), 12))
    assert fast.rate == pytest.approx(12)
    same = edit.speed(even(20), 1.5)
    assert edit.fps(same, 15) is same


@pytest.mark.parametrize("change", [edit.reverse, edit.boomerang, lambda clip: edit.speed(clip, 2)])
def test_ffmpeg_still_crops_scales_and_chooses(change: Callable[[Source], Source]) -> None:
    changed = Clip(change(sources.open(FIXTURES / "scene.mp4")))
    clip: Any = changed.crop("400x300+2+10").fps(10).width(100).source
    assert isinstance(clip.source, VideoClip)
    assert clip.size == clip.source.shape == (100, 75)
    assert clip.source.fps == (5 if clip.rate != clip.source.rate else 10)
    assert next(clip.frames()).pixels.shape == (75, 100, 3)


def test_fast_forward_makes_a_stretch_fast() -> None:
    clip = edit.fast_forward(even(10), 0.2, 0.6, 4)
    assert told(clip) == [
        (0, 0),
        (10, 0.1),
        (20, 0.2),
        (30, 0.225),
        (40, 0.25),
        (50, 0.275),
        (60, 0.3),
        (70, 0.4),
        (80, 0.5),
        (90, 0.6),
    ]
    assert clip.duration == pytest.approx(0.7)
    assert (clip.rate, clip.count) == (40, 10)


def test_fast_forward_begins_and_ends_within_frames() -> None:
    clip = edit.fast_forward(gray([0, 10, 20], [0, 1, 4], 5), 0.5, "0:03", 2)
    assert told(clip) == [(0, 0), (10, 0.75), (20, 2.75)]
    assert clip.duration == 3.75


def test_fast_forward_to_past_the_end_goes_to_the_end() -> None:
    assert edit.fast_forward(even(10), 0.5, 99, 5).duration == pytest.approx(0.6)


@pytest.mark.parametrize("start", [1, 1.5, "0:02"])
def test_fast_forward_from_past_the_end_is_an_error(start: float | str) -> None:
    with pytest.raises(SourceEmpty, match=r"^the clip: the stretch begins at \S+ s, and it is 1\.00 s long$"):
        edit.fast_forward(even(10), start, 3, 2)


def test_fast_forward_that_ends_before_it_begins_is_an_error() -> None:
    with pytest.raises(SettingError, match=r"end \(0\.5 s\) is not after start \(0\.5 s\)"):
        edit.fast_forward(even(10), 0.5, 0.5, 2)


def large(starts: Sequence[float], duration: float, masks: Sequence[NDArray[np.bool_]] | None = None) -> FrameClip:
    return FrameClip([np.full((120, 160, 3), 80, np.uint8)] * len(starts), starts, duration, masks)


def test_a_badge_is_there_during_the_stretch_alone() -> None:
    """Frames are added where it comes and goes, and drawn once where the picture stays."""
    frames = [*edit.fast_forward(large([0, 1, 2], 4), 0.5, 3, 2, badge=True).frames()]
    badged = [bool((frame.pixels != 80).any()) for frame in frames]
    assert [(round(frame.start, 9), drawn) for frame, drawn in zip(frames, badged, strict=True)] == [
        (0, False),
        (0.5, True),
        (0.75, True),
        (1.25, True),
        (1.75, False),
    ]
    assert frames[1].pixels is frames[2].pixels is frames[3].pixels


def test_a_badge_is_small_and_in_the_upper_right_corner() -> None:
    frame = shown(edit.fast_forward(large([0], 2), 0, 1, 2, badge=True), 0.1)
    around = Rect.around((frame.pixels != 80).any(axis=2))
    assert around is not None
    assert around.left > 110
    assert around.left + around.width <= 160
    assert around.top + around.height < 25


def test_a_badge_is_cropped_with_the_picture() -> None:
    clip = edit.fast_forward(large([0], 2), 0, 1, 2, badge=True)
    corner = shown(edit.crop(clip, "50x30+110+0"), 0.1)
    assert np.array_equal(corner.pixels, shown(clip, 0.1).pixels[:30, 110:])


def test_a_badge_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(SettingError, match="the picture has 4x2"):
        edit.fast_forward(gray([0, 1], [0, 1], 2), 0, 1, 2, badge=True)


def test_a_badge_is_not_hidden() -> None:
    hidden = np.ones((120, 160), bool)
    frame = shown(edit.fast_forward(large([0], 2, [hidden]), 0, 1, 2, badge=True), 0.1)
    assert frame.mask is not None
    assert 100 < (~frame.mask).sum() < 2000
    assert hidden.all()


@pytest.mark.parametrize(
    ("text", "stretch"),
    [
        ("3:10@4x", (3, 10, 4, False)),
        ("3.5:10@.5", (3.5, 10, 0.5, False)),
        ("3-10@4X,badge", (3, 10, 4, True)),
        (" 1:05-0:01:30@2.5x", (65, 90, 2.5, False)),
    ],
)
def test_stretches_are_read(text: str, stretch: tuple[float, float, float, bool]) -> None:
    assert edit.parse_stretch(text) == stretch


@pytest.mark.parametrize(
    "text", ["", "3:10", "3@4x", "3:10@", "3:10@x", "1:05:1:30@4x", "3:10@4x,bad", "a:b@2x", "10:3@2x", "3:9@0x", "\n"]
)
def test_what_is_no_stretch_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(SettingError) as error:
        edit.parse_stretch(text)
    assert str(error.value).isprintable()


def test_reverse_mirrors_times() -> None:
    clip = gray([0, 10, 20], [0, 0.5, 0.75], 1.75)
    assert told(edit.reverse(clip)) == [(20, 0), (10, 1), (0, 1.25)]
    assert (edit.reverse(clip).duration, edit.reverse(clip).count) == (1.75, 3)


def test_reverse_twice_is_the_clip() -> None:
    clip = even(5)
    assert edit.reverse(edit.reverse(clip)) is clip


def test_boomerang_repeats_no_end() -> None:
    clip = gray([0, 10, 20, 30], [0, 0.5, 0.75, 1.75], 2)
    there = edit.boomerang(clip)
    assert told(there) == [(0, 0), (10, 0.5), (20, 0.75), (30, 1.75), (20, 2), (10, 3)]
    assert (there.duration, there.count) == (3.25, 6)


@pytest.mark.parametrize("count", [1, 2])
def test_boomerang_of_one_or_two_frames_is_as_it_was(count: int) -> None:
    there = edit.boomerang(even(count))
    assert told(there) == told(even(count))
    assert (there.duration, there.count) == (count / 10, count)


@pytest.mark.parametrize("change", [edit.reverse, edit.boomerang])
def test_a_clip_is_read_once_to_be_stored(change: Callable[[Source], Source], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gifsom.edit.store.HELD_BYTES", 100)
    clip = even(9)
    edited = change(clip)
    assert clip.passes == 0
    assert told(edited) == told(edited)
    assert clip.passes == 1


@pytest.mark.parametrize("change", [edit.reverse, edit.boomerang])
def test_a_rate_behind_reverse_chooses_the_frames_of_the_clip_played_forward(
    change: Callable[[Source], Source],
) -> None:
    assert told(edit.fps(change(even(20)), 4)) == told(change(edit.fps(even(20), 4)))


def test_masks_are_stored() -> None:
    clip = masked(5)
    for frame, kept in zip(edit.reverse(clip).frames(), reversed(clip.kept), strict=True):
        assert (frame.mask is None) == (kept.mask is None)
        assert kept.mask is None or np.array_equal(frame.mask, kept.mask)


def noise(count: int, size: tuple[int, int] = (30, 40)) -> list[Frame]:
    pictures = np.random.default_rng(0).integers(0, 256, (count, *size, 3)).astype(np.uint8)
    return [Frame(picture, float(n)) for n, picture in enumerate(pictures)]


@pytest.mark.parametrize("budget", [1 << 20, 1])
def test_a_store_gives_frames_in_any_order(budget: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gifsom.edit.store.HELD_BYTES", budget)
    frames, store = noise(8), Store()
    for frame in frames[:5]:
        store.append(frame)
    assert [*store.read([4, 0])][1].pixels.tobytes() == frames[0].pixels.tobytes()
    for frame in frames[5:]:
        store.append(frame)
    order = [7, 0, 3, 3, 6, 1]
    for number, frame in zip(order, store.read(order), strict=True):
        assert frame.start == number
        assert frame.pixels.tobytes() == frames[number].pixels.tobytes()
        assert frame.mask is None


def test_a_store_keeps_an_unchanged_picture_once() -> None:
    picture, mask = noise(1)[0].pixels, np.eye(30, 40, dtype=bool)
    store = Store()
    for n, hidden in enumerate([None, None, mask, mask]):
        store.append(Frame(picture, n, hidden))
    assert len(set(store._places)) == 2
    frames = [*store.read(range(4))]
    assert frames[0].pixels is frames[1].pixels
    assert frames[2].mask is frames[3].mask is not None


def test_a_store_can_be_read_by_two_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gifsom.edit.store.HELD_BYTES", 1)
    frames, store = noise(20), Store()
    for frame in frames:
        store.append(frame)
    wrong: list[int] = []

    def read(order: Sequence[int]) -> None:
        for number, frame in zip(order, store.read(order), strict=True):
            if frame.pixels.tobytes() != frames[number].pixels.tobytes():
                wrong.append(number)

    threads = [threading.Thread(target=read, args=(order,)) for order in (range(20), range(19, -1, -1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the listing itself opens one, each time


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_no_file_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not while it is used either: it has no name. It is closed with the clip, and when storing is broken off."""
    monkeypatch.setattr("gifsom.edit.store.HELD_BYTES", 1)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    class Broken(FrameClip):
        def frames(self) -> Iterator[Frame]:
            yield from self.kept
            raise KeyboardInterrupt

    gc.collect()
    before = open_files()
    edited = edit.reverse(even(9))
    assert next(edited.frames()).start == 0
    assert open_files() == before + 1
    assert [*tmp_path.iterdir()] == []
    del edited
    with pytest.raises(KeyboardInterrupt):
        next(edit.reverse(Broken([np.zeros((2, 4, 3), np.uint8)], [0], 1)).frames())
    gc.collect()
    assert open_files() == before


@posix
def test_a_full_disk_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the largest file that the process may write is small."""
    import resource

    monkeypatch.setattr("gifsom.edit.store.HELD_BYTES", 1)
    clip = FrameClip([frame.pixels for frame in noise(20)], range(20), 20)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(TargetUnwritable, match=r"^frames cannot be stored in a temporary file: \w[\w ]+$"):
            next(edit.reverse(clip).frames())
        gc.collect()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_pictures_that_were_handed_over_are_stored_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gifsom.edit.store.HELD_BYTES", 1)
    clip, frames = StoredClip(), noise(4)
    for frame in frames:
        clip.append(frame.pixels, 0.5)
        clip.append(frame.pixels.copy(), 0.25)
    assert (clip.count, clip.duration, clip.size) == (8, 3.0, (40, 30))
    read = [*clip.frames()]
    assert [frame.start for frame in read[:3]] == [0, 0.5, 0.75]
    assert all(a.pixels is b.pixels for a, b in zip(read[::2], read[1::2], strict=True))
    assert [frame.pixels.tobytes() for frame in read[::2]] == [frame.pixels.tobytes() for frame in frames]


def test_drop_duplicates_keeps_what_differs_from_the_last_one_kept() -> None:
    """Up to 8 levels count as the same; what drifts is kept at last."""
    clip = gray([100, 108, 104, 109, 117, 118, 118], [0, 0.1, 0.5, 0.6, 1, 1.5, 2], 3)
    dropped = edit.drop_duplicates(clip)
    assert told(dropped) == [(100, 0), (109, 0.6), (118, 1.5)]
    assert (dropped.duration, dropped.count) == (3, 3)


def test_drop_duplicates_compares_masks() -> None:
    assert len([*edit.drop_duplicates(masked(6)).frames()]) == 6


def test_trim_still_begins_before_the_first_change_and_ends_after_the_last() -> None:
    levels = [0, 5, 3, 50, 50, 50, 90, 92, 91, 90]
    clip = gray(levels, [n / 10 for n in range(10)], 1.0, rate=10)
    cut = edit.trim_still(clip)
    assert told(cut) == [(3, 0), (50, 0.1), (50, 0.2), (50, 0.3), (90, 0.4)]
    assert cut.duration == pytest.approx(0.5)


def test_trim_still_leaves_no_frame_for_a_moment() -> None:
    """Whatever becomes of 0.3 when it is 0.2 + 0.1."""
    for fps in (7.0, 10.0, 12.5, 25.0, 29.97, 30.0):
        for last in range(2, 40):
            levels = [0, 60, *[120] * 50]
            levels[last] = 200
            starts = [n / fps for n in range(52)]
            cut = edit.trim_still(gray(levels, starts, 52 / fps, rate=fps))
            edges = [*(frame.start for frame in cut.frames()), cut.duration]
            assert min(np.diff(edges)) > 1e-3


def test_trim_still_shortens_a_long_frame_at_either_end() -> None:
    """A frame is shown for a tenth of a second at most before the first change and after the last one."""
    cut = edit.trim_still(gray([0, 50, 90], [0, 5, 6], 60))
    assert told(cut) == [(0, 0), (50, 0.1), (90, 1.1)]
    assert cut.duration == pytest.approx(1.2)


def test_trim_still_gives_no_more_than_there_is() -> None:
    clip = gray([0, 50, 90], [0, 0.02, 0.04], 0.06, rate=50)
    assert told(edit.trim_still(clip)) == told(clip)
    assert edit.trim_still(clip).duration == 0.06


def test_trim_still_leaves_a_clip_alone_in_which_nothing_changes() -> None:
    clip = gray([100, 104, 98], [0, 1, 2], 3)
    assert told(edit.trim_still(clip)) == told(clip)
    assert edit.trim_still(clip).duration == 3


def test_trim_still_judges_the_picture_as_it_was_there() -> None:
    """A crop that comes later may leave out all that moves; the part stays the same, and is looked for once."""
    pictures = [np.zeros((20, 40, 3), np.uint8) for _ in range(9)]
    for n in range(3, 6):
        pictures[n][0, n] = 255
    clip = FrameClip(pictures, [n / 10 for n in range(9)], 0.9, rate=10)
    cut = edit.trim_still(clip)
    assert cut.duration == pytest.approx(0.5)
    assert edit.crop(cut, "10x10+20+8").duration == pytest.approx(0.5)
    assert edit.scale(cut, 0.5).duration == pytest.approx(0.5)
    assert clip.passes == 1


def turning(phases: Sequence[float], fps: float = 20, starts: Sequence[float] | None = None) -> FrameClip:
    """A soft spot that goes around once in a phase of 1."""
    y, x = np.mgrid[0:48, 0:64]
    pictures = []
    for phase in phases:
        at = 32 + 20 * np.cos(2 * np.pi * phase), 24 + 15 * np.sin(2 * np.pi * phase)
        spot = 255 * np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / 60)
        pictures.append(np.repeat(np.rint(spot).astype(np.uint8)[..., None], 3, axis=2))
    times = [n / fps for n in range(len(pictures))] if starts is None else starts
    return FrameClip(pictures, times, len(pictures) / fps, rate=fps if starts is None else None)


@pytest.mark.parametrize(("frames", "period"), [(35, 30), (45, 30), (31, 30), (50, 37), (95, 30)])
def test_loop_smooth_finds_the_period(frames: int, period: int) -> None:
    """Or as many of them as there are."""
    loop = edit.loop_smooth(turning([n / period for n in range(frames)]))
    whole = frames // period * period
    assert loop.duration == pytest.approx(whole / 20)
    assert len([*loop.frames()]) == whole


@pytest.mark.parametrize("frames", [30, 60])
def test_loop_smooth_leaves_a_clip_alone_that_loops(frames: int) -> None:
    clip = turning([n / 30 for n in range(frames)])
    assert told(edit.loop_smooth(clip)) == told(clip)
    scene = sources.open(FIXTURES / "scene.mp4")
    assert edit.loop_smooth(scene).duration == scene.duration


def test_loop_smooth_finds_how_it_moves_not_only_where() -> None:
    """There and back: every place is passed twice, in two directions."""
    phases = [0.25 + 0.2 * np.sin(2 * np.pi * (n + 3) / 24) for n in range(34)]
    assert edit.loop_smooth(turning(phases)).duration == pytest.approx(24 / 20)


def test_loop_smooth_cuts_off_what_does_not_belong_to_the_loop() -> None:
    phases = [0.1, 0.5, 0.9, 0.4, *(n / 20 for n in range(20)), 0, 0.05, 0.7, 0.35]
    loop = edit.loop_smooth(turning(phases))
    assert loop.duration == pytest.approx(1)
    assert np.array_equal(next(loop.frames()).pixels, turning(phases).kept[4].pixels)


def test_loop_smooth_of_variable_rate() -> None:
    gaps = np.random.default_rng(1).choice([0.03, 0.05, 0.08], 40)
    starts = [0.0, *np.cumsum(gaps[:-1]).tolist()]
    clip = turning([n / 25 for n in range(40)], fps=20, starts=starts)
    clip = FrameClip([frame.pixels for frame in clip.kept], starts, float(gaps.sum()))
    loop = edit.loop_smooth(clip)
    frames = [*loop.frames()]
    assert len(frames) == 25
    first = next(n for n, frame in enumerate(clip.kept) if np.array_equal(frame.pixels, frames[0].pixels))
    assert loop.duration == pytest.approx(starts[first + 25] - starts[first])
    assert np.diff([f.start for f in frames]) == pytest.approx(np.diff(starts[first : first + 25]))


def test_loop_smooth_of_a_real_clip() -> None:
    """Three seconds that loop, seen for 1.4 times: the very three seconds are found."""
    kept = [*edit.width(sources.open(FIXTURES / "scene.mp4"), 160).frames()]
    pictures = [frame.pixels for frame in [*kept, *kept[:30]]]
    clip = FrameClip(pictures, [n / 25 for n in range(105)], 4.2, rate=25)
    assert edit.loop_smooth(clip).duration == pytest.approx(3)


def test_loop_smooth_keeps_half_of_the_clip() -> None:
    clip = turning([n / 10 for n in range(40)])
    assert edit.loop_smooth(clip).duration == pytest.approx(2)
    clip = FrameClip([frame.pixels for frame in noise(40)], [n / 20 for n in range(40)], 2, rate=20)
    assert 1 <= edit.loop_smooth(clip).duration <= 2


@pytest.mark.parametrize("seconds", [0, 0.1])
def test_loop_smooth_of_a_clip_that_is_too_short_is_all_that_is_left_beside_the_fade(seconds: float) -> None:
    clip = even(4)
    assert edit.loop_smooth(clip, seconds).duration == pytest.approx(0.4 - seconds)


def test_loop_smooth_of_a_still_clip_is_the_clip() -> None:
    clip = gray([9] * 20, [n / 10 for n in range(20)], 2, rate=10)
    assert told(edit.loop_smooth(clip)) == told(clip)


def test_loop_smooth_is_found_once_and_by_few_bytes() -> None:
    clip = turning([n / 30 for n in range(45)])
    loop = edit.loop_smooth(clip)
    assert clip.passes == 0
    assert (loop.duration, edit.crop(loop, "30x30+0+0").duration) == (1.5, 1.5)
    assert clip.passes == 1
    assert edit.scale(loop, 0.5).size == (32, 24)


def test_a_fade_ends_where_the_loop_begins() -> None:
    """Levels rise for ever: the last half second goes down to what comes before the first picture."""
    clip = gray([2 * n for n in range(100)], [n / 20 for n in range(100)], 5, rate=20)
    loop = edit.loop_smooth(clip, 0.5)
    frames = told(loop)
    start = next(n for n, frame in enumerate(clip.kept) if frame.pixels[0, 0, 0] == frames[0][0])
    assert start >= 10
    assert loop.duration >= 2.5
    assert loop.duration == pytest.approx(len(frames) / 20)
    clear, fade = frames[:-10], frames[-10:]
    assert clear == [(2 * (start + n), pytest.approx(n / 20)) for n in range(len(clear))]
    for n, (level, time) in enumerate(fade):
        share = n / 10
        own, lead = 2 * (start + len(clear) + n), 2 * (start - 10 + n)
        assert level == pytest.approx((1 - share) * own + share * lead, abs=1)
        assert time == pytest.approx((len(clear) + n) / 20)


def test_a_fade_of_variable_rate_has_frames_of_its_own() -> None:
    """One picture at either side, and still it fades."""
    clip = gray([0, 200, 100, 200], [0, 1, 2, 3], 4)
    frames = told(edit.loop_smooth(clip, 1))
    levels = [level for level, time in frames if time >= frames[-1][1] - 0.9]
    assert len(levels) >= 20
    assert levels == sorted(levels, reverse=levels[0] > levels[-1])


def test_a_fade_of_masks_hides_what_the_larger_share_hides() -> None:
    a = Frame(np.full((1, 3, 3), 100, np.uint8), 0, np.array([[True, False, True]]))
    b = Frame(np.full((1, 3, 3), 200, np.uint8), 1, np.array([[True, False, False]]))
    early, late = blend(a, b, 0.25, 0.5), blend(a, b, 0.75, 0.5)
    assert early.mask is a.mask
    assert late.mask is b.mask
    assert late.pixels[0, :, 0].tolist()[1:] == [175, 200]
    assert early.start == 0.5


@pytest.mark.parametrize("seconds", [-0.1, float("nan"), float("inf"), True, "1"])
def test_a_fade_is_never_negative(seconds: Any) -> None:
    with pytest.raises(SettingError, match=r"loop_smooth is .*: give seconds from 0 on"):
        edit.loop_smooth(even(20), seconds)


def test_a_fade_is_a_third_of_the_clip_at_most() -> None:
    expected = r"^loop_smooth is 0\.7 s: give a third of the clip at most, which is 2\.00 s long$"
    with pytest.raises(SettingError, match=expected):
        edit.loop_smooth(even(20), 0.7)
    assert edit.loop_smooth(even(20), 0.65).duration >= 1


@pytest.mark.parametrize("rate", [None, 10.0])
def test_max_frames_lowers_the_rate_and_tells_it(rate: float | None) -> None:
    clip = FrameClip([np.full((4, 4, 3), n, np.uint8) for n in range(20)], [n / 10 for n in range(20)], 2, rate=rate)
    fewer = edit.max_frames(clip, 7)
    assert len([*fewer.frames()]) == 7
    assert (fewer.duration, fewer.notes) == (2, ("3.5 frames a second, so that there are at most 7 frames",))
    assert edit.max_frames(clip, 20) is clip
    assert len([*edit.max_frames(clip, 1).frames()]) == 1
    with pytest.raises(SettingError, match="max_frames is 0"):
        edit.max_frames(clip, 0)
