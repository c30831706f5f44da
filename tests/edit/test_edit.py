"""Edits: trim, fps, width and hold give the frames they promise, as often as one asks."""

import subprocess
import weakref
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from conftest import FIXTURES, FrameClip
from numpy.typing import NDArray
from PIL import Image

from gifsom import Clip, edit
from gifsom.core.errors import GifsomError, SettingError, SourceEmpty, TargetUnwritable
from gifsom.core.frame import Frame, Shortfall
from gifsom.core.source import Source
from gifsom.core.timing import schedule, slots
from gifsom.edit.store import Store
from gifsom.options.edits import edited

Pixels = NDArray[np.uint8]


def ffmpeg(*words: str, data: bytes = b"") -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *words]
    return subprocess.run(command, input=data, check=True, capture_output=True).stdout


def numbered(starts: Sequence[float], duration: float, rate: float | None = None) -> FrameClip:
    """A clip of 4 x 2 pixels; the red of a frame is its number."""
    pictures = [np.full((2, 4, 3), (n, 90, 200), np.uint8) for n in range(len(starts))]
    return FrameClip(pictures, starts, duration, rate=rate)


def told(clip: Source) -> list[tuple[int, float]]:
    """Number and start of each frame of a clip that was `numbered`."""
    return [(int(frame.pixels[0, 0, 0]), frame.start) for frame in clip.frames()]


def same_frames(a: Sequence[Frame], b: Sequence[Frame]) -> bool:
    return len(a) == len(b) and all(
        x.start == y.start
        and x.pixels.tobytes() == y.pixels.tobytes()
        and (x.mask is None) == (y.mask is None)
        and (x.mask is None or y.mask is None or x.mask.tobytes() == y.mask.tobytes())
        for x, y in zip(a, b, strict=True)
    )


EDITS: dict[str, Callable[[Source], Source]] = {
    "trim": lambda clip: edit.trim(clip, 0.15, 0.75),
    "fps": lambda clip: edit.fps(clip, 4),
    "width": lambda clip: edit.width(clip, 2),
    "idle_limit": lambda clip: edit.idle_limit(clip, 0.12),
    "hold_last": lambda clip: edit.hold_last(clip, 2),
    "hold": edit.cached,
    "all": lambda clip: edit.cached(
        edit.hold_last(edit.width(edit.idle_limit(edit.fps(edit.trim(clip, "0.15"), 4), 0.2), 2), 2)
    ),
    "all, otherwise": lambda clip: edit.trim(edit.fps(edit.hold_last(edit.idle_limit(clip, 0.12), 2), 4), 0.1, 2),
}


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS.keys())
def test_every_edit_can_be_read_again_and_leaves_its_clip_as_it_was(change: Callable[[Source], Source]) -> None:
    masks = [None if n % 2 else np.eye(2, 4, n, dtype=bool) for n in range(10)]
    pictures = [np.full((2, 4, 3), 25 * n, np.uint8) for n in range(10)]
    clip = FrameClip(pictures, [n / 10 for n in range(10)], 1.0, masks)
    before = list(clip.frames())
    edited = change(clip)
    first = list(edited.frames())
    assert same_frames(first, list(edited.frames()))
    unfinished = edited.frames()
    next(unfinished)
    assert same_frames(first, list(edited.frames())), "a reading that is broken off has no effect on the next"
    assert same_frames(before, list(clip.frames()))


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS.keys())
def test_every_edit_gives_frames_as_a_clip_must(change: Callable[[Source], Source]) -> None:
    """From 0 s on, at rising times within its duration, all of its size, read-only and contiguous."""
    edited = change(numbered([0, 0.1, 0.15, 0.3, 0.31, 0.6, 0.8], 1.0))
    frames = list(edited.frames())
    starts = [frame.start for frame in frames]
    assert starts[0] == 0
    assert sorted(set(starts)) == starts
    assert starts[-1] < edited.duration
    for frame in frames:
        assert edited.size == frame.pixels.shape[1::-1]
        assert frame.pixels.dtype == np.uint8
        assert frame.pixels.flags.c_contiguous
        assert not frame.pixels.flags.writeable


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS.keys())
def test_every_edit_passes_on_what_its_clip_says_of_itself(change: Callable[[Source], Source]) -> None:
    class Damaged(FrameClip):
        shortfall = Shortfall(1.0, 2.0, "")

    clip = Damaged([np.zeros((2, 4, 3), np.uint8)], [0.0], 1.0)
    clip.plays, clip.native = 3, True
    edited = change(clip)
    assert (edited.plays, edited.native, edited.shortfall) == (3, True, clip.shortfall)


def test_clips_have_edits_as_methods() -> None:
    clip = numbered([n / 10 for n in range(20)], 2.0)
    fluent = Clip(clip).trim("0:01").fps(5).width(2).source
    plain = edit.width(edit.fps(edit.trim(clip, 1), 5), 2)
    assert same_frames(list(plain.frames()), list(fluent.frames()))


def test_trim_begins_with_what_is_on_the_screen() -> None:
    clip = numbered([0, 1, 2, 3], 4)
    assert told(edit.trim(clip, 1.5, 3.5)) == [(1, 0), (2, 0.5), (3, 1.5)]
    assert edit.trim(clip, 1.5, 3.5).duration == 2.0


def test_trim_takes_a_frame_that_begins_at_the_start_and_none_that_begins_at_the_end() -> None:
    clip = numbered([0, 1, 2, 3], 4)
    assert told(edit.trim(clip, 1, 3)) == [(1, 0), (2, 1)]


def test_trim_of_a_part_of_one_frame_is_that_frame() -> None:
    clip = numbered([0, 1, 2, 3], 4)
    for start, end, number in [(0, 0.1, 0), (1.2, 1.3, 1), (3.1, None, 3), (3.1, 99, 3)]:
        part = edit.trim(clip, start, end)
        assert told(part) == [(number, 0)]
        assert part.duration == pytest.approx(min(end or 4, 4) - start)


def test_trim_to_the_end_is_as_long_as_what_is_left() -> None:
    part = edit.trim(numbered([0, 1, 2, 3], 4), 1.25)
    assert part.duration == 2.75
    assert told(part) == [(1, 0), (2, 0.75), (3, 1.75)]


def test_trim_keeps_masks() -> None:
    mask = np.eye(2, 4, dtype=bool)
    clip = FrameClip([np.zeros((2, 4, 3), np.uint8)] * 3, [0, 1, 2], 3, [None, mask, None])
    assert [frame.mask is mask for frame in edit.trim(clip, 1.5).frames()] == [True, False]
    assert [frame.mask is mask for frame in edit.trim(clip, 0.5).frames()] == [False, True, False]


def test_trim_of_all_of_a_clip_is_the_clip() -> None:
    clip = numbered([0, 1], 2)
    assert edit.trim(clip) is clip
    assert edit.trim(clip, 0, 2) is clip


def test_trim_of_a_trim_counts_from_its_beginning() -> None:
    clip = numbered([0, 1, 2, 3, 4, 5], 6)
    twice = edit.trim(edit.trim(clip, 1, 5), 1.5, 3)
    assert told(twice) == [(2, 0), (3, 0.5)]
    assert twice.duration == 1.5


def test_trim_reads_no_further_than_its_end() -> None:
    class Endless(FrameClip):
        def frames(self) -> Iterator[Frame]:
            for n in range(30):
                assert n <= 20, "read past the end"
                yield Frame(np.zeros((2, 4, 3), np.uint8), n / 10)

    assert len(list(edit.trim(Endless([np.zeros((2, 4, 3), np.uint8)], [0], 3.0), 0, 2).frames())) == 20


@pytest.mark.parametrize("start", [2, 2.5, "0:03"])
def test_trim_behind_the_end_is_an_error(start: float | str) -> None:
    with pytest.raises(SourceEmpty, match=r"is past the end: it is 2\.00 s long"):
        edit.trim(numbered([0, 1], 2), start)


def test_trim_reads_clocks() -> None:
    clip = numbered([0, 61, 62], 70)
    assert told(edit.trim(clip, "1:01", "0:01:02")) == [(1, 0)]
    with pytest.raises(SettingError, match="not a time"):
        edit.trim(clip, "now")


@pytest.mark.parametrize(("start", "end"), [(1, 0.5), (1, 1), (0, 0)])
def test_trim_that_ends_before_it_begins_is_an_error(start: float, end: float) -> None:
    with pytest.raises(GifsomError):
        edit.trim(numbered([0, 1], 2), start, end)


def shown_in_slots(clip: Source, fps: float) -> list[bytes]:
    """What is on the screen at each 1/fps, as bytes of pixels."""
    frames = list(clip.frames())
    shown = []
    for slot in range(slots(clip.duration, fps)):
        frame = [frame for frame in frames if frame.start <= (slot + 1e-6) / fps][-1]
        shown.append(frame.pixels.tobytes())
    return shown


def shown_by_ffmpeg(path: Path, fps: Fraction, size: int) -> list[bytes]:
    rate = f"fps={fps.numerator}/{fps.denominator}"
    raw = ffmpeg("-i", str(path), "-vf", rate, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    return [raw[at : at + size] for at in range(0, len(raw), size)]


RATES = [Fraction(1), Fraction(2), Fraction(7), Fraction(10), Fraction(12), Fraction(25, 2), Fraction(15), Fraction(24)]
RATES += [Fraction(25), Fraction(30_000, 1001), Fraction(30), Fraction(50)]


@pytest.mark.parametrize("fps", RATES, ids=float)
def test_fps_chooses_the_frames_that_ffmpeg_chooses(fps: Fraction) -> None:
    """On fixtures/vfr.mkv: frames at 0, 0.04, 0.08, 1, 1.04 and 2.5 s, the last until 3 s."""
    path = FIXTURES / "vfr.mkv"
    raw = ffmpeg("-i", str(path), "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    pictures = np.frombuffer(raw, np.uint8).reshape(6, 48, 64, 3)
    clip = FrameClip([picture.copy() for picture in pictures], [0, 0.04, 0.08, 1.0, 1.04, 2.5], 3.0)
    ours = shown_in_slots(edit.fps(clip, float(fps)), float(fps))
    assert shown_by_ffmpeg(path, fps, 48 * 64 * 3) == ours


def irregular(path: Path, times: Sequence[int], end: int) -> None:
    """A lossless video of 4 x 2 pixels as in `numbered`, with frames at these milliseconds and an end."""
    lengths = np.diff([*times, end]).tolist()
    starts, spans = ("+".join(f"eq(N,{n})*{v}" for n, v in enumerate(values)) for values in (times, lengths))
    retime = ["-vf", f"settb=1/1000,setpts='{starts}'", "-fps_mode", "passthrough", "-enc_time_base", "1/1000"]
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "4x2", "-r", "25", "-i", "-"]
    target = ["-c:v", "ffv1", "-bsf:v", f"setts=duration='{spans}'", str(path)]
    data = b"".join(frame.pixels.tobytes() for frame in numbered(times, end).kept)
    ffmpeg(*source, *retime, *target, data=data)


@pytest.mark.parametrize("seed", range(4))
def test_fps_of_any_timeline_chooses_the_frames_that_ffmpeg_chooses(seed: int, tmp_path: Path) -> None:
    """Bursts, long holds, and everything between; the last frame may end in the middle of a slot."""
    rng = np.random.default_rng(seed)
    gaps = rng.choice([1, 3, 10, 17, 33, 40, 67, 100, 250, 777], 25)
    times = [0, *np.cumsum(gaps[:-1]).tolist()]
    end = times[-1] + int(rng.integers(20, 300))
    path = tmp_path / "irregular.mkv"
    irregular(path, times, end)
    clip = numbered([time / 1000 for time in times], end / 1000)
    for fps in (Fraction(2), Fraction(7), Fraction(12), Fraction(15), Fraction(30_000, 1001), Fraction(50)):
        ours = shown_in_slots(edit.fps(clip, float(fps)), float(fps))
        assert shown_by_ffmpeg(path, fps, 24) == ours, float(fps)


def test_fps_gives_a_frame_only_where_something_new_is_shown() -> None:
    clip = numbered([0, 0.01, 0.02, 0.31, 0.9], 1.0)
    assert told(edit.fps(clip, 10)) == [(2, 0), (3, 0.3), (4, 0.9)]


def test_fps_keeps_masks() -> None:
    masks = [np.eye(2, 4, n, dtype=bool) for n in range(10)]
    clip = FrameClip([np.zeros((2, 4, 3), np.uint8)] * 10, [n / 10 for n in range(10)], 1, masks)
    chosen = [frame.mask for frame in edit.fps(clip, 5).frames()]
    assert len(chosen) == 5
    assert all(any(mask is own for own in masks) for mask in chosen)


def test_fps_leaves_a_clip_alone_that_is_no_faster() -> None:
    slow, unknown = numbered([0, 0.1, 0.2], 0.3, rate=10), numbered([0, 0.1, 0.2], 0.3)
    assert edit.fps(slow, 10) is slow
    assert edit.fps(slow, 50) is slow
    assert edit.fps(slow, 9.9) is not slow
    assert told(unknown) == told(edit.fps(unknown, 50))


def test_fps_is_as_long_as_its_clip_and_as_fast_as_asked() -> None:
    clip = edit.fps(numbered([n / 50 for n in range(100)], 2.0), 15)
    assert (clip.duration, clip.rate, clip.count) == (2.0, 15, 30)
    assert len(list(clip.frames())) == 30


@pytest.mark.parametrize(
    ("size", "width", "height"),
    [((1280, 720), 240, 135), ((100, 50), 50, 25), ((33, 21), 22, 14), ((1526, 956), 640, 401), ((1000, 7), 10, 1)],
)
def test_height_keeps_the_aspect_ratio_to_the_nearest_pixel(size: tuple[int, int], width: int, height: int) -> None:
    clip = FrameClip([np.zeros((size[1], size[0], 3), np.uint8)], [0], 1)
    assert edit.width(clip, width).size == (width, height)
    turned = FrameClip([np.zeros((size[0], size[1], 3), np.uint8)], [0], 1)
    assert edit.height(turned, width).size == (height, width)


@pytest.mark.parametrize("written", ["30x90", (30, 90), "30x90px", " 30X90 "])
def test_a_width_or_height_with_both_sides_is_a_box(written: str) -> None:
    clip = FrameClip([np.zeros((60, 80, 3), np.uint8)], [0], 1)
    assert edit.width(clip, written).size == edit.height(clip, written).size == (30, 23)
    assert edit.width(clip, "30").size == edit.width(clip, "30px").size == (30, 23)


@pytest.mark.parametrize(
    ("asked", "size", "notes"),
    [
        ([("width", 81)], (80, 60), ["width 81 is larger than the picture, which stays 80x60"]),
        ([("height", 100)], (80, 60), ["height 100 is larger than the picture, which stays 80x60"]),
        ([("width", "100x100")], (80, 60), ["width 100x100 is larger than the picture, which stays 80x60"]),
        ([("fit", "100x100")], (80, 60), ["fit 100x100 is larger than the picture, which stays 80x60"]),
        ([("width", 40), ("width", 60)], (40, 30), ["width 60 is larger than the picture, which stays 40x30"]),
        ([("width", 80)], (80, 60), []),
        ([("fit", "100x30")], (40, 30), []),
        ([("scale", "50%"), ("speed", "2x")], (40, 30), []),
    ],
)
def test_a_size_larger_than_the_picture_is_told(
    asked: list[tuple[str, object]], size: tuple[int, int], notes: list[str]
) -> None:
    clip = FrameClip([np.zeros((60, 80, 3), np.uint8)] * 20, [n / 20 for n in range(20)], 1)
    done = edited(clip, asked)
    assert (done.size, [*done.notes]) == (size, notes)
    assert [*edit.fps(edit.trim(done, 0, 0.2), 10).notes] == notes
    assert done.duration == (0.5 if ("speed", "2x") in asked else 1)


@pytest.mark.parametrize("width", [4, 5, 16_000])
def test_width_never_enlarges(width: int) -> None:
    clip = numbered([0, 1], 2)
    assert edit.width(clip, width) is clip


def test_width_is_a_lanczos_filter() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8)
    frame = next(edit.width(FrameClip([picture], [0], 1), 30).frames())
    expected = Image.fromarray(picture).resize((30, 23), Image.Resampling.LANCZOS)
    assert np.array(expected).tobytes() == frame.pixels.tobytes()
    assert frame.mask is None


def test_width_of_what_is_hidden_does_not_bleed_into_what_is_seen() -> None:
    """A blue field whose right half is hidden; below the mask it is red."""
    picture = np.zeros((40, 80, 3), np.uint8)
    picture[:, :37], picture[:, 37:] = (0, 0, 255), (255, 0, 0)
    mask = np.zeros((40, 80), bool)
    mask[:, 37:] = True
    frame = next(edit.width(FrameClip([picture], [0], 1, [mask]), 40).frames())
    assert frame.mask is not None
    assert frame.mask.shape == (20, 40)
    assert not frame.mask[:, :18].any()
    assert frame.mask[:, 19:].all()
    assert np.unique(frame.pixels[~frame.mask], axis=0).tolist() == [[0, 0, 255]]


def test_width_scales_an_unchanged_picture_once() -> None:
    """The same array and mask come out as the same ones, so that they cost nothing further on either."""
    picture, other = np.zeros((8, 8, 3), np.uint8), np.full((8, 8, 3), 9, np.uint8)
    mask = np.eye(8, dtype=bool)
    pictures, masks = [picture, picture, other, picture, picture, picture], [None, None, None, mask, mask, None]
    frames = list(edit.width(FrameClip(pictures, range(6), 6, masks), 4).frames())
    assert [a.pixels is b.pixels for a, b in pairwise(frames)] == [True, False, False, True, False]
    assert [frame.mask is None for frame in frames] == [True, True, True, False, False, True]


def leveled(levels: Sequence[int], starts: Sequence[float], duration: float, rate: float | None = None) -> FrameClip:
    """A clip of grey pictures; one pixel of each has another level."""
    pictures = [np.full((2, 4, 3), 100, np.uint8) for _ in levels]
    for picture, level in zip(pictures, levels, strict=True):
        picture[1, 3, 2] = level
    return FrameClip(pictures, starts, duration, rate=rate)


def last_pixel(clip: Source) -> list[tuple[int, float]]:
    return [(int(frame.pixels[1, 3, 2]), round(frame.start, 9)) for frame in clip.frames()]


def test_idle_limit_shortens_what_does_not_change() -> None:
    clip = leveled([0, 50, 90, 130], [0, 0.5, 5, 5.2], 9)
    limited = edit.idle_limit(clip, 1)
    assert last_pixel(limited) == [(0, 0), (50, 0.5), (90, 1.5), (130, 1.7)]
    assert limited.duration == pytest.approx(2.7)


def test_idle_limit_leaves_frames_out_that_look_the_same() -> None:
    """A pixel may differ by 8 levels from the first of the stretch, but no more; drifting ends a stretch, too."""
    levels = [100, 108, 92, 100, 109, 105, 101, 100, 92]
    clip = leveled(levels, [n / 2 for n in range(9)], 4.5)
    assert last_pixel(edit.idle_limit(clip, 0.6)) == [
        (100, 0),
        (108, 0.5),
        (109, 0.6),
        (105, 1.1),
        (100, 1.2),
        (92, 1.7),
    ]


def test_idle_limit_compares_masks() -> None:
    masks = [None, np.zeros((2, 4), bool), np.zeros((2, 4), bool), np.eye(2, 4, dtype=bool), None]
    clip = FrameClip([np.zeros((2, 4, 3), np.uint8)] * 5, range(5), 5, masks)
    assert [frame.start for frame in edit.idle_limit(clip, 0.5).frames()] == [0, 0.5, 1, 1.5]


def test_idle_limit_makes_no_frames_nearer_than_the_clip_has_them() -> None:
    clip = leveled([0] * 30 + [90] * 30, [n / 15 for n in range(60)], 4, rate=15)
    limited = edit.idle_limit(clip, 0.5)
    starts = [frame.start for frame in limited.frames()]
    assert np.diff(starts).min() > 0.99 / 15
    assert (limited.rate, limited.count, limited.duration) == (15, len(starts), 1.0)


def test_idle_limit_leaves_a_clip_as_it_is_in_which_all_moves() -> None:
    clip = numbered([0, 0.1, 0.5, 0.6], 1)
    moving = FrameClip([frame.pixels * np.uint8(20) for frame in clip.kept], [0, 0.1, 0.5, 0.6], 1)
    limited = edit.idle_limit(moving, 0.4)
    assert same_frames(list(moving.frames()), list(limited.frames()))
    assert limited.duration == 1


@pytest.mark.parametrize("seconds", [0, 0.09, -1, float("nan"), float("inf")])
def test_idle_limit_is_a_tenth_of_a_second_at_least(seconds: float) -> None:
    with pytest.raises(SettingError, match=r"idle_limit is .*: give seconds from 0\.1 on"):
        edit.idle_limit(numbered([0], 1), seconds)


def test_hold_last_lasts_as_long_as_asked() -> None:
    clip = numbered([0, 1, 1.9], 2)
    held = edit.hold_last(clip, 2)
    assert told(held) == [(0, 0), (1, 1), (2, 1.9)]
    assert held.duration == 3.9
    assert edit.hold_last(clip, 0.05).duration == 2
    assert edit.hold_last(clip, 0).duration == 2


@pytest.mark.parametrize("seconds", [-0.1, float("nan"), float("inf")])
def test_hold_last_is_never_negative(seconds: float) -> None:
    with pytest.raises(SettingError, match=r"hold_last is .*: give seconds from 0 on"):
        edit.hold_last(numbered([0], 1), seconds)


RETIMED: dict[str, tuple[Callable[[Clip], Clip], float]] = {
    "idle_limit": (lambda clip: clip.idle_limit(0.5), 1.7),
    "hold_last": (lambda clip: clip.hold_last(3), 11.2),
    "both": (lambda clip: clip.idle_limit(0.5).hold_last(3), 4.2),
    "the other way round": (lambda clip: clip.hold_last(3).idle_limit(0.5), 1.7),
    "resampled": (lambda clip: clip.idle_limit(0.5).hold_last(3).fps(10), 4.2),
    "resampled before": (lambda clip: clip.fps(10).idle_limit(0.5).hold_last(3), 4.2),
    "trimmed": (lambda clip: clip.idle_limit(0.5).trim(0.2), 1.5),
}


@pytest.mark.parametrize(("change", "length"), RETIMED.values(), ids=RETIMED.keys())
@pytest.mark.parametrize("asked", [True, False])
def test_durations_are_exact_before_and_after_reading(
    change: Callable[[Clip], Clip], length: float, asked: bool
) -> None:
    """And the delays of a GIF have that sum."""
    clip = change(Clip(leveled([0, 50, 90, 130], [0, 0.2, 4, 8.2], 9))).source
    if asked:
        assert clip.duration == pytest.approx(length)
    assert sum(delay for _, delay in schedule(clip)) == round(length * 100)
    assert clip.duration == pytest.approx(length)
    frames = list(clip.frames())
    assert same_frames(frames, list(clip.frames()))
    assert frames[-1].start < clip.duration


def test_fps_asks_for_the_duration_when_it_is_exact() -> None:
    """A clip that knows its length only once it has been read has the same frames the first time."""

    class Late(FrameClip):
        @property
        def duration(self) -> float:
            return 1.0 if self.passes else 30.0

    kept = numbered([0, 0.5, 0.96], 1.0)
    late = Late([frame.pixels for frame in kept.kept], [0, 0.5, 0.96], 1.0)
    assert told(edit.fps(late, 10)) == told(edit.fps(kept, 10)) == [(0, 0), (1, 0.5)]


def test_hold_reads_a_small_clip_once() -> None:
    clip = numbered([0, 0.5, 1], 2)
    held = edit.cached(clip)
    passes = [list(held.frames()) for _ in range(3)]
    assert all(a is b is c for a, b, c in zip(*passes, strict=True))
    assert same_frames(clip.kept, passes[0])
    assert clip.passes == 1


def test_hold_reads_again_what_was_not_read_to_its_end() -> None:
    clip = numbered([0, 0.5, 1], 2)
    held = edit.cached(clip)
    next(held.frames())
    assert same_frames(clip.kept, list(held.frames()))
    assert same_frames(clip.kept, list(held.frames()))
    assert clip.passes == 2


@pytest.mark.parametrize(
    ("budget", "packed", "passes"), [(3 * 24, 0, 1), (3 * 24 - 1, 3 * 40, 1), (3 * 24 - 1, 40, 3), (3 * 24 - 1, 0, 3)]
)
def test_hold_keeps_no_more_than_its_budget(
    budget: int, packed: int, passes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of three pictures of 24 bytes; a clip that is larger, even packed, is read again, and gives the same frames."""
    monkeypatch.setattr("gifsom.edit.cache.PLAIN_BYTES", budget)
    monkeypatch.setattr("gifsom.edit.cache.PACKED_BYTES", packed)
    clip = numbered([0, 0.5, 1], 2)
    held = edit.cached(clip)
    for _ in range(3):
        assert same_frames(clip.kept, list(held.frames()))
    assert clip.passes == passes


def test_hold_does_without_a_disk_that_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(store: Store, frame: Frame) -> None:
        if frame.start:
            raise TargetUnwritable("full")

    monkeypatch.setattr("gifsom.edit.cache.PLAIN_BYTES", 0)
    monkeypatch.setattr(Store, "append", full)
    clip = numbered([0, 0.5, 1], 2)
    held = edit.cached(clip)
    for _ in range(2):
        assert same_frames(clip.kept, list(held.frames()))
    assert clip.passes == 2


def test_hold_counts_an_unchanged_picture_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gifsom.edit.cache.PLAIN_BYTES", 2 * 24)
    first, second = np.zeros((2, 4, 3), np.uint8), np.ones((2, 4, 3), np.uint8)
    clip = FrameClip([first] * 50 + [second] * 50, range(100), 100)
    held = edit.cached(clip)
    for _ in range(2):
        assert same_frames(clip.kept, list(held.frames()))
    assert clip.passes == 1


def test_hold_counts_masks_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gifsom.edit.cache.PLAIN_BYTES", 3 * 24)
    masks = [np.eye(2, 4, n, dtype=bool) for n in range(3)]
    clip = FrameClip([np.full((2, 4, 3), n, np.uint8) for n in range(3)], range(3), 3, masks)
    held = edit.cached(clip)
    for _ in range(2):
        assert same_frames(clip.kept, list(held.frames()))
    assert clip.passes == 2


def test_hold_lets_go_of_a_clip_that_is_too_large_while_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the frame in hand is alive, not those that had been kept until the budget was passed."""
    monkeypatch.setattr("gifsom.edit.cache.PLAIN_BYTES", 5 * 300)

    class Fresh(FrameClip):
        def frames(self) -> Iterator[Frame]:
            for n in range(20):
                pixels = np.full((10, 10, 3), n, np.uint8)
                alive.append(weakref.ref(pixels))
                yield Frame(pixels, n / 10)

    alive: list[weakref.ref[Pixels]] = []
    held = edit.cached(Fresh([np.zeros((10, 10, 3), np.uint8)], [0], 2))
    most = [sum(ref() is not None for ref in alive) for _ in held.frames()]
    assert max(most) <= 6
    assert most[-1] <= 2
    alive.clear()
    most = [sum(ref() is not None for ref in alive) for _ in held.frames()]
    assert max(most) <= 2, "the second time it is known to be too large"
