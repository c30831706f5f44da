"""Videos through ffmpeg: rate, size, time and color of what comes out, and that no child is left."""

from __future__ import annotations

import gc
import logging
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from conftest import FIXTURES
from numpy.typing import NDArray
from strict import Gif, check

import gifsom
from gifsom.core.errors import SettingError, SourceEmpty, SourceNotFound, SourceRefused, SourceUnreadable
from gifsom.core.source import Source
from gifsom.sources import video

Frames = NDArray[np.uint8]  # (n, h, w, 3)

FFMPEG = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin"]
WHITE = (255, 255, 255)
VFR_COLORS = [(200, 40, 40), (40, 160, 60), (40, 80, 200), (220, 190, 40), (150, 60, 170), (40, 170, 180)]
VFR_TIMES = [0, 0.04, 0.08, 1.00, 1.04, 2.50]


def pixels(clip: Source) -> Frames:
    return np.stack([frame.pixels for frame in clip.frames()])


def by_ffmpeg(path: Path, size: tuple[int, int], filters: str, *before: str) -> Frames:
    """The frames that ffmpeg alone makes of a video, as a person would ask it for them."""
    command = [*FFMPEG, *before, "-i", str(path), "-vf", filters, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, size[1], size[0], 3)


def encode(path: Path, pictures: Sequence[NDArray[np.uint8]], fps: float, *options: str) -> Path:
    """Make a video of pictures (h, w, 3) with ffmpeg."""
    height, width, _ = pictures[0].shape
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(fps), "-i", "-"]
    command = [arg for arg in FFMPEG if arg != "-nostdin"] + source + [*options, str(path)]
    subprocess.run(command, input=b"".join(picture.tobytes() for picture in pictures), check=True)
    return path


def converted(source: Path | Source, folder: Path, **options: object) -> Gif:
    gifsom.convert(source, folder / "out.gif", overwrite=True, **options)
    return check((folder / "out.gif").read_bytes())


def seconds(gif: Gif) -> float:
    return sum(frame.delay for frame in gif.frames) / 100


def near(expected: Sequence[int], actual: NDArray[np.uint8], within: int = 3) -> None:
    assert np.abs(actual.astype(int) - expected).max() <= within, f"{actual} is not {expected}"


def bar_at(picture: NDArray[np.uint8]) -> int:
    """Where the white bar of a sweep begins."""
    return int(np.argmax(picture.min(axis=2).mean(axis=0) > 230))


# --- Rate and size: what ffmpeg's own filters give ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "fps", "width", "height"),
    [
        ("scene.mp4", 15, 320, 180),
        ("scene.mp4", 10, 222, 125),  # 124.9 by the shape
        ("scene.mp4", 12.5, 101, 57),
        ("scene.mp4", 7, 50, 28),
        ("screen.mkv", 4, 300, 188),
        ("late.ts", 15, 64, 48),
        ("late.ts", 24, 31, 23),
        ("vfr.mkv", 15, 64, 48),
        ("vfr.mkv", 3, 40, 30),
        ("odd.mp4", 8, 20, 13),
        ("noduration.webm", 12, 64, 48),
        ("truncated.mp4", 15, 48, 32),
    ],
)
def test_frames_are_those_of_ffmpegs_fps_and_scale(name: str, fps: float, width: int, height: int) -> None:
    clip = gifsom.open(FIXTURES / name)
    unscaled = clip.size[0] <= width
    clip = clip.fps(fps).width(width)
    assert clip.size == (width, height)
    scale = "null" if unscaled else f"scale={width}:{height}:flags=lanczos"
    expected = by_ffmpeg(FIXTURES / name, clip.size, f"fps={fps},{scale}")
    actual = pixels(clip)
    assert len(expected) == len(actual)
    assert np.array_equal(expected, actual)
    assert [frame.start for frame in clip.frames()] == pytest.approx([n / fps for n in range(len(expected))])


@pytest.mark.parametrize(
    ("name", "start", "duration"),
    [
        ("scene.mp4", 0.4, 1.2),
        ("scene.mp4", 1.0, 1.0),
        ("scene.mp4", 1.04, 0.6),
        ("scene.mp4", 2.6, 0.4),
        ("screen.mkv", 2.0, 1.4),
        ("noduration.webm", 0.4, 0.4),
    ],
)
def test_a_part_is_what_ffmpeg_gives_for_ss_and_t(name: str, start: float, duration: float) -> None:
    clip = gifsom.open(FIXTURES / name).trim(start, start + duration).fps(15).width(32)
    expected = by_ffmpeg(
        FIXTURES / name,
        clip.size,
        f"fps=15,scale=32:{clip.size[1]}:flags=lanczos",
        "-ss",
        f"{start}",
        "-t",
        f"{duration}",
    )
    actual = pixels(clip)
    assert len(expected) == len(actual)
    assert np.array_equal(expected, actual)
    assert clip.duration == pytest.approx(duration)


@pytest.mark.parametrize(("start", "end"), [(0.2, 0.8), (0.48, 1.0)])
def test_a_part_of_a_transport_stream_is_what_ffmpeg_gives_for_trim(start: float, end: float) -> None:
    """Where ffmpeg's -ss finds nothing, since the only key frame lies before it."""
    clip = gifsom.open(FIXTURES / "late.ts").trim(start, end)
    filters = f"trim=start={start}:end={end}"
    assert np.array_equal(by_ffmpeg(FIXTURES / "late.ts", clip.size, filters), pixels(clip))


def test_convert_takes_the_rate_and_width_of_the_issues_example(tmp_path: Path) -> None:
    result = gifsom.convert(FIXTURES / "scene.mp4", tmp_path / "clip.gif", fps=15, width=480)
    assert (result.size, result.frames, result.seconds) == ((480, 270), 45, 3.0)
    assert result.shortfall is None
    gif = check((tmp_path / "clip.gif").read_bytes())
    assert [delay for delay in {frame.delay for frame in gif.frames} if delay not in (6, 7)] == []


def test_a_clip_slower_than_asked_keeps_its_rate(tmp_path: Path) -> None:
    clip = gifsom.open(FIXTURES / "cards.mkv").fps(15)
    assert clip.rate == 10
    assert [frame.start for frame in clip.frames()] == pytest.approx([n / 10 for n in range(20)])
    assert {frame.delay for frame in converted(FIXTURES / "cards.mkv", tmp_path).frames} == {10}
    assert {frame.delay for frame in converted(FIXTURES / "cards.mkv", tmp_path, fps=30).frames} == {10}


def test_a_clip_narrower_than_asked_keeps_its_size(tmp_path: Path) -> None:
    gif = converted(FIXTURES / "odd.mp4", tmp_path, width=5000)
    assert (gif.width, gif.height) == (33, 21)


def test_a_flat_clip_is_exact_in_every_pixel(tmp_path: Path) -> None:
    gif = converted(FIXTURES / "cards.mkv", tmp_path)
    for expected, canvas in zip(pixels(gifsom.open(FIXTURES / "cards.mkv")), gif.canvases(), strict=True):
        assert np.array_equal(expected, canvas[..., :3])


# --- Shape: rotation, pixels that are not square, odd sizes ---------------------------------------------------------


def test_a_rotated_video_stands_upright() -> None:
    clip = gifsom.open(FIXTURES / "rotated.mp4")
    assert clip.size == (64, 96)
    first = next(iter(clip.frames())).pixels
    near((40, 180, 60), first[2, 2])
    near((230, 210, 50), first[2, -3])
    near((220, 40, 40), first[-3, 2])
    near((40, 70, 220), first[-3, -3])


@pytest.mark.parametrize(
    "turn",
    [
        pytest.param(90),
        180,
        pytest.param(270),
    ],
)
def test_every_turn_comes_out_as_ffmpeg_shows_it(tmp_path: Path, turn: int) -> None:
    turned = tmp_path / "turned.mp4"
    copy = ["-display_rotation", str(turn), "-i", str(FIXTURES / "odd.mp4"), "-c", "copy", str(turned)]
    subprocess.run([*FFMPEG, *copy], check=True)
    clip = gifsom.open(turned)
    assert clip.size == ((33, 21) if turn == 180 else (21, 33))
    assert np.array_equal(by_ffmpeg(turned, clip.size, "null"), pixels(clip))


def test_pixels_that_are_not_square_are_shown_in_their_shape() -> None:
    clip = gifsom.open(FIXTURES / "anamorphic.mp4")
    assert clip.size == (105, 56)
    disc = next(iter(clip.frames())).pixels @ [0.299, 0.587, 0.114] > 125  # yellow on blue
    assert int(disc[:, 52].sum()) == pytest.approx(40, abs=1)
    assert int(disc[28].sum()) == pytest.approx(41, abs=1)


def test_the_height_follows_the_shown_shape() -> None:
    assert gifsom.open(FIXTURES / "anamorphic.mp4").width(50).size == (50, 27)


def test_odd_sizes_are_kept() -> None:
    clip = gifsom.open(FIXTURES / "odd.mp4")
    assert clip.size == (33, 21)
    frames = pixels(clip)
    assert frames.shape == (5, 21, 33, 3)
    assert [bar_at(picture) for picture in frames] == pytest.approx([0, 7, 14, 22, 29], abs=1)


# --- Time -----------------------------------------------------------------------------------------------------------


def shown_at(gif: Gif, time: float) -> tuple[int, ...]:
    """The color of the lower right pixel at a moment."""
    clock = 0
    color: tuple[int, ...] = ()
    for canvas, frame in zip(gif.canvases(), gif.frames, strict=True):
        if clock > round(time * 100):
            break
        color = tuple(canvas[-1, -1, :3].tolist())
        clock += frame.delay
    return color


@pytest.mark.parametrize("fps", [None, 50, 25, 10])
def test_uneven_times_are_kept(tmp_path: Path, fps: float | None) -> None:
    gif = converted(FIXTURES / "vfr.mkv", tmp_path, **({} if fps is None else {"fps": fps}))
    assert seconds(gif) == pytest.approx(3.0, abs=0.01)
    half = 0.5 / min(fps or 15, 25)
    ends = [*VFR_TIMES[1:], 3.0]
    for color, start, end in zip(VFR_COLORS, VFR_TIMES, ends, strict=True):
        if end - start > 2 * half + 0.02:
            assert shown_at(gif, start + half + 0.01) == color
            assert shown_at(gif, end - half - 0.01) == color


def test_uneven_times_are_known_to_the_frame_at_the_clips_own_rate() -> None:
    clip = gifsom.open(FIXTURES / "vfr.mkv")
    changes = {}
    for frame in clip.frames():
        changes.setdefault(tuple(frame.pixels[-1, -1].tolist()), frame.start)
    assert list(changes) == VFR_COLORS
    assert list(changes.values()) == pytest.approx(VFR_TIMES, abs=0.5 / 25 + 1e-9)
    assert clip.duration == pytest.approx(3.0, abs=0.01)


def test_a_clip_that_starts_at_one_hour_begins_at_0() -> None:
    clip = gifsom.open(FIXTURES / "late.ts")
    frames = list(clip.frames())
    assert [frame.start for frame in frames] == pytest.approx([n / 25 for n in range(25)])
    assert [bar_at(frame.pixels) for frame in frames[::8]] == pytest.approx([0, 20, 40, 60], abs=1)
    assert clip.duration == pytest.approx(1.0, abs=0.01)


def test_a_start_counts_from_the_clips_beginning_not_from_its_clock() -> None:
    clip = gifsom.open(FIXTURES / "late.ts").trim(0.8)
    assert [bar_at(picture) for picture in pixels(clip)] == pytest.approx([50, 52, 55, 58, 60], abs=1)


def test_a_clip_without_a_duration_is_known_once_it_has_been_read(tmp_path: Path) -> None:
    clip = gifsom.open(FIXTURES / "noduration.webm")
    assert clip.count is None
    assert len(pixels(clip)) == 15
    assert clip.duration == pytest.approx(1.0, abs=0.01)
    assert clip.count == 15
    assert clip.shortfall is None
    assert seconds(converted(FIXTURES / "noduration.webm", tmp_path)) == 1.0


def test_the_duration_of_a_clip_without_one_can_be_asked_first() -> None:
    assert gifsom.open(FIXTURES / "noduration.webm").duration == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("name", ["scene.mp4", "screen.mkv", "cards.mkv", "ramp.mkv", "late.ts", "odd.mp4"])
def test_the_delays_add_up_to_the_clips_duration(tmp_path: Path, name: str) -> None:
    lengths = {"scene.mp4": 3, "screen.mkv": 4, "cards.mkv": 2, "ramp.mkv": 1, "late.ts": 1, "odd.mp4": 0.5}
    assert seconds(converted(FIXTURES / name, tmp_path, width=32)) == pytest.approx(lengths[name], abs=0.01)


@pytest.mark.parametrize("fps", [7, 11, 13, 24, 30])
def test_delays_do_not_drift_at_rates_that_no_centisecond_divides(tmp_path: Path, fps: float) -> None:
    """A frame that changes nothing worth a picture makes the one before it longer."""
    gif = converted(FIXTURES / "scene.mp4", tmp_path, fps=fps, width=32, end=2.5)
    edges = np.cumsum([0] + [frame.delay for frame in gif.frames])
    assert edges[-1] == 250
    rate = min(fps, 25)
    places = edges[:-1] * rate / 100
    assert len(places) > 0.9 * 2.5 * rate
    assert np.abs(places - np.round(places)).max() <= 0.5 * rate / 100 + 1e-9


# --- Light and transparency -----------------------------------------------------------------------------------------


def test_hdr_is_not_washed_out() -> None:
    picture = next(iter(gifsom.open(FIXTURES / "hdr.mp4").frames())).pixels
    greys = picture[16, 6::12].astype(int)
    assert (np.ptp(greys, axis=1) <= 2).all()
    levels = greys[:, 1]
    assert (np.diff(levels) > 0).all()
    assert levels[0] <= 1  # black
    assert levels[6] >= 235  # 203 cd/m2, the white of a page
    linear = np.array([1, 5, 20, 50, 100]) / 203
    srgb = 255 * np.where(linear < 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert np.abs(levels[1:6] - srgb).max() <= 6


def test_hdr_colors_keep_their_hue() -> None:
    picture = next(iter(gifsom.open(FIXTURES / "hdr.mp4").frames())).pixels
    patches = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (1, 0, 1)]
    for expected, actual in zip(patches, picture[48, 6::12], strict=False):
        on = np.array(expected, bool)
        assert actual[on].min() >= 225
        assert actual[~on].max() <= 45
        assert np.ptp(actual[on].astype(int)) <= 4
    near((188, 137, 99), picture[48, 90], 8)


def test_ten_bits_give_the_color_of_eight(tmp_path: Path) -> None:
    colors = [(230, 57, 70), (42, 157, 143), (0, 0, 0), (255, 255, 255), (38, 70, 83)]
    flat = [np.full((16, 16, 3), color, np.uint8) for color in colors]
    path = encode(tmp_path / "ten.mkv", flat, 10, "-c:v", "ffv1", "-pix_fmt", "yuv444p10le")
    for expected, actual in zip(colors, pixels(gifsom.open(path)), strict=True):
        near(expected, actual, 2)


@pytest.mark.parametrize("background", [None, "white", "#204060", (0, 0, 0)])
def test_alpha_is_laid_over_the_background(background: str | tuple[int, int, int] | None) -> None:
    behind = np.array({"#204060": (32, 64, 96), (0, 0, 0): (0, 0, 0)}.get(background or "", WHITE))
    clip = gifsom.open(FIXTURES / "alpha.webm", background=background)
    frames = pixels(clip)
    assert len(frames) == 10
    for n, picture in enumerate(frames):
        near((220, 30, 40), picture[32, 24 + 5 * n])
        near(behind.tolist(), picture[2, 2], 0)
        near(behind.tolist(), picture[-2, -2], 0)
        near(((np.array((220, 30, 40)) + behind) / 2).astype(int).tolist(), picture[32 + 18, 24 + 5 * n], 16)
    assert all(frame.mask is None for frame in clip.frames())


def test_the_color_of_what_is_hidden_does_not_bleed_into_the_edge(tmp_path: Path) -> None:
    """A white square on a hidden black surround, over white, scaled down: all white."""
    rgba = np.zeros((40, 40, 4), np.uint8)
    rgba[10:30, 11:31] = 255
    source = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", "40x40", "-r", "10", "-i", "-"]
    command = [*FFMPEG[:3], *source, "-c:v", "qtrle", "-pix_fmt", "argb", str(tmp_path / "alpha.mov")]
    subprocess.run(command, input=rgba.tobytes() * 2, check=True)
    frames = pixels(gifsom.open(tmp_path / "alpha.mov").width(17))
    assert int(frames.min()) >= 254


# --- Damage ---------------------------------------------------------------------------------------------------------


def test_a_truncated_video_says_what_is_missing(tmp_path: Path) -> None:
    result = gifsom.convert(FIXTURES / "truncated.mp4", tmp_path / "out.gif")
    assert result.shortfall is not None
    assert result.shortfall.amount == "2.0 of 4.0 s"


def test_a_truncated_video_gives_what_is_there() -> None:
    clip = gifsom.open(FIXTURES / "truncated.mp4")
    assert len(pixels(clip)) == 50
    assert clip.duration == pytest.approx(2.0, abs=0.01)
    assert clip.shortfall is not None
    assert clip.shortfall.read == pytest.approx(2.0, abs=0.05)
    assert clip.shortfall.cause


def test_a_part_of_a_truncated_video_that_lies_behind_the_damage_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceEmpty, match=r"truncated\.mp4: "):
        gifsom.convert(FIXTURES / "truncated.mp4", tmp_path / "out.gif", start=3)
    assert list(tmp_path.iterdir()) == []


def test_a_whole_video_misses_nothing() -> None:
    for name in ("scene.mp4", "cards.mkv", "late.ts", "alpha.webm", "vfr.mkv", "noduration.webm"):
        clip = gifsom.open(FIXTURES / name)
        pixels(clip)
        assert clip.shortfall is None, name


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("audio.m4a", SourceUnreadable),
        ("playlist.mp4", SourceUnreadable),
        ("missing.mp4", SourceNotFound),
        ("https://host/x.mp4", SourceRefused),
    ],
)
def test_what_is_no_local_video_is_an_error_of_its_own(name: str, error: type[Exception]) -> None:
    path = name if "://" in name else str(FIXTURES / name)
    with pytest.raises(error) as raised:
        gifsom.open(path)
    assert str(raised.value).startswith(f"{path}: ")


def test_a_picture_above_the_limit_is_refused_and_one_at_the_limit_is_not() -> None:
    gifsom.open(FIXTURES / "cards.mkv", max_pixels=96 * 64)
    with pytest.raises(SourceRefused, match="max_pixels"):
        gifsom.open(FIXTURES / "cards.mkv", max_pixels=96 * 64 - 1)


# --- Parts: exact to a frame ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0.01, 0.5, [0, 1, 2]),
        (0.04, None, [1, 2, 3, 4, 5]),
        (0.5, 1.0, [2]),
        (0.5, 1.04, [2, 3]),
        (1.01, None, [3, 4, 5]),
        (2.0, None, [4, 5]),
        (2.0, 2.4, [4]),
        (2.7, None, [5]),
    ],
)
def test_a_part_begins_with_what_is_on_the_screen_then(start: float, end: float | None, expected: list[int]) -> None:
    clip = gifsom.open(FIXTURES / "vfr.mkv").trim(start, end)
    frames = list(clip.frames())
    seen = [tuple(frame.pixels[-1, -1].tolist()) for frame in frames]
    kept = [color for before, color in zip([None, *seen], seen, strict=False) if color != before]
    assert [VFR_COLORS.index(color) for color in kept] == expected
    assert frames[0].start == 0
    assert clip.duration == pytest.approx((end or 3.0) - start)


def test_a_change_behind_a_start_within_a_hold_comes_at_its_time() -> None:
    frames = list(gifsom.open(FIXTURES / "vfr.mkv").trim(2.0).frames())
    change = next(frame.start for frame in frames if tuple(frame.pixels[-1, -1].tolist()) == VFR_COLORS[5])
    assert change == pytest.approx(0.5, abs=0.5 / 25 + 1e-9)


@pytest.mark.parametrize(("start", "end"), [("0:00.4", "0:01.2"), ("0.4", 1.2), (0.4, "00:01.200")])
def test_times_may_be_clocks(start: str | float, end: str | float) -> None:
    clip = gifsom.open(FIXTURES / "cards.mkv").trim(start, end)
    assert clip.duration == pytest.approx(0.8)
    expected = pixels(gifsom.open(FIXTURES / "cards.mkv"))[4:12]
    assert np.array_equal(expected, pixels(clip))


def test_a_part_of_a_part_counts_from_the_first_part() -> None:
    clip = gifsom.open(FIXTURES / "cards.mkv").trim(0.5).trim(0.5, 0.8)
    assert np.array_equal(pixels(gifsom.open(FIXTURES / "cards.mkv"))[10:13], pixels(clip))
    again = gifsom.open(FIXTURES / "cards.mkv").trim(0.5, 1.0).trim(0.2, 5)
    assert np.array_equal(pixels(gifsom.open(FIXTURES / "cards.mkv"))[7:10], pixels(again))


def test_a_start_past_the_end_is_an_error_that_names_both() -> None:
    with pytest.raises(SourceEmpty, match=r"cards\.mkv: .*60 s.* 2\.00 s"):
        gifsom.open(FIXTURES / "cards.mkv").trim("1:00")


def test_a_start_past_the_end_of_a_clip_of_unknown_length_is_an_error_once_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(SourceEmpty, match=r"noduration\.webm.*past the end"):
        gifsom.convert(FIXTURES / "noduration.webm", tmp_path / "out.gif", start=5)


def test_an_end_past_the_end_is_the_end(tmp_path: Path) -> None:
    result = gifsom.convert(FIXTURES / "cards.mkv", tmp_path / "out.gif", start=1, end=100)
    assert (result.seconds, result.frames, result.shortfall) == (1.0, 10, None)


@pytest.mark.parametrize("bad", [{"start": "1:75"}, {"end": -1}, {"start": 3, "end": 2}, {"duration": 0}])
def test_a_time_that_makes_no_sense_is_an_error(bad: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(SettingError):
        gifsom.convert(FIXTURES / "cards.mkv", tmp_path / "out.gif", **bad)


# --- A late start seeks ---------------------------------------------------------------------------------------------


def counted(n: int) -> NDArray[np.uint8]:
    """A flat picture that tells its number, robustly: three digits to the base 10, as levels 25 apart."""
    return np.full((16, 16, 3), [10 + 25 * (n // 10**digit % 10) for digit in (2, 1, 0)], np.uint8)


def number(picture: NDArray[np.uint8]) -> int:
    digits = np.rint((picture.mean(axis=(0, 1)) - 10) / 25).astype(int).tolist()
    return digits[0] * 100 + digits[1] * 10 + digits[2]


def make_counting(folder: Path, ending: str) -> Path:
    """70 s of numbered frames at 10 a second, a key frame every 10 s; the .ts starts at one hour, with B-frames."""
    options = {
        "mkv": ["-c:v", "libx264rgb", "-qp", "0", "-preset", "ultrafast"],
        "mp4": ["-c:v", "libx264", "-bf", "2", "-pix_fmt", "yuv444p"],
        "ts": ["-c:v", "libx264", "-bf", "2", "-pix_fmt", "yuv444p", "-output_ts_offset", "3600"],
    }[ending]
    return encode(folder / f"counting.{ending}", [counted(n) for n in range(700)], 10, *options, "-g", "100")


@pytest.fixture(scope="module", params=["mkv", "mp4", "ts"])
def counting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_counting(tmp_path_factory.mktemp("counting"), request.param)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (59.9, 60.2, [599, 600, 601]),
        (60.1, 60.4, [601, 602, 603]),
        (63.7, 64.0, [637, 638, 639]),
        (63.75, 64.05, [637, 638, 639]),  # what is on the screen at 63.75
        (69.7, None, [697, 698, 699]),
    ],
)
def test_a_late_start_is_exact_to_a_frame(
    counting: Path, start: float, end: float | None, expected: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "gifsom.ffmpeg")
    clip = gifsom.open(counting).trim(start, end)
    assert [number(picture) for picture in pixels(clip)] == expected
    assert clip.duration == pytest.approx((end or 70) - start)
    assert any(" -ss " in record.getMessage() for record in caplog.records) == (start > 60)


@pytest.mark.parametrize(
    "ending",
    [
        "mkv",
        "mp4",
        pytest.param("ts"),
    ],
)
def test_a_late_start_is_exact_where_the_file_is_entered_behind_a_key_frame(tmp_path: Path, ending: str) -> None:
    clip = gifsom.open(make_counting(tmp_path, ending))
    for start in (65.04, 66.0, 68.3):
        assert number(next(iter(clip.trim(start).frames())).pixels) == int(start * 10)


@pytest.mark.parametrize("fps", [4, 7])
def test_a_late_start_at_a_lower_rate_chooses_as_from_the_beginning(
    counting: Path, fps: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = gifsom.open(counting).trim(62.3, 64.3).fps(fps)
    sought = [number(picture) for picture in pixels(clip)]
    monkeypatch.setattr(video, "DIRECT", 1000.0)
    assert [number(picture) for picture in pixels(clip)] == sought


@pytest.mark.parametrize("start", [67.0, 75.0, 89.6])
def test_a_late_start_within_a_long_hold_shows_what_is_held(tmp_path: Path, start: float) -> None:
    pictures = [counted(n) for n in range(5)]
    times = [0, 30, 61, 90, 95]
    retime = "setpts='(" + "+".join(f"eq(N,{n})*{t}" for n, t in enumerate(times)) + ")/TB'"
    options = ["-vf", retime, "-fps_mode", "vfr", "-enc_time_base", "1:1000", "-c:v", "ffv1", "-pix_fmt", "bgr0"]
    path = encode(tmp_path / "hold.mkv", pictures, 10, *options)
    clip = gifsom.open(path).trim(start, start + 0.3)
    assert {number(picture) for picture in pixels(clip)} == {2}


@pytest.mark.parametrize("direct", [60.0, 0.0], ids=["decoded from its beginning", "where a seek would be tried"])
def test_a_file_that_cannot_be_entered_late_is_decoded_from_its_beginning(
    shared: Path, monkeypatch: pytest.MonkeyPatch, direct: float
) -> None:
    path = shared / "odd/imageio-cockatoo_yuv444_seekgreen.mp4"
    if not path.exists():
        pytest.skip(f"needs {path}")
    monkeypatch.setattr(video, "DIRECT", direct)
    clip = gifsom.open(path).trim(7.0, 7.5).width(160)
    part = "trim=start=7:end=7.5,setpts=PTS-STARTPTS"
    # It is of HD size and does not say its matrix.
    expected = by_ffmpeg(path, clip.size, f"{part},setparams=colorspace=bt709,scale=160:-1:flags=lanczos")
    assert np.array_equal(expected, pixels(clip))


# --- The child process ----------------------------------------------------------------------------------------------


def children() -> set[int]:
    """The processes that this one has started and that are still there."""
    found = set()
    for tasks in Path("/proc/self/task").iterdir():
        found |= set(map(int, (tasks / "children").read_text().split()))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize("end", ["closed", "forgotten", "exhausted", "failed"])
def test_no_ffmpeg_is_left_after_an_iteration(end: str) -> None:
    before = children()
    frames = gifsom.open(FIXTURES / "scene.mp4").frames()
    next(frames)
    assert len(children() - before) == 1
    match end:
        case "closed":
            frames.close()  # type: ignore[attr-defined]
        case "forgotten":
            del frames
            gc.collect()
        case "exhausted":
            list(frames)
        case _:
            with pytest.raises(ValueError, match="of the one who reads"):
                frames.throw(ValueError("of the one who reads"))  # type: ignore[attr-defined]
    assert children() == before


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_no_ffmpeg_is_left_when_a_part_ends_before_the_file(tmp_path: Path) -> None:
    before = children()
    assert len(pixels(gifsom.open(FIXTURES / "scene.mp4").trim(0, 0.2).width(64))) == 5
    assert children() == before


@pytest.mark.parametrize("make", [lambda path: path, lambda path: str(path)], ids=["Path", "str"])
def test_a_path_may_be_text(make: Callable[[Path], Path | str]) -> None:
    assert gifsom.open(make(FIXTURES / "cards.mkv")).size == (96, 64)
