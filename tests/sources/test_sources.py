"""What is no single file: lists, patterns, arrays and images, streams, raw video; and names that mean other things."""

from __future__ import annotations

import gc
import io
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
from conftest import FIXTURES, FrameClip, environment, posix
from numpy.typing import NDArray
from PIL import Image
from strict import check

import gifsom
from gifsom import sources
from gifsom.core.errors import FrameError, SettingError, SourceEmpty, SourceNotFound, SourceRefused, SourceUnreadable
from gifsom.core.source import Source
from gifsom.sources import open_raw
from gifsom.sources.joined import JoinedClip

RED, BLUE, LIME = (200, 30, 40), (10, 90, 200), (40, 200, 60)
FFMPEG = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin"]


def flat(color: tuple[int, ...], width: int = 8, height: int = 6) -> NDArray[np.uint8]:
    return np.full((height, width, len(color)), color, np.uint8)


def video(path: Path, color: str, size: str = "32x24", rate: int = 10, seconds: float = 0.5) -> Path:
    """A video of one color that is coded without loss."""
    source = f"color={color}:size={size}:rate={rate}:duration={seconds},format=gbrp"
    subprocess.run([*FFMPEG, "-f", "lavfi", "-i", source, "-c:v", "ffv1", str(path)], check=True)
    return path


def starts(clip: Source) -> list[float]:
    return [frame.start for frame in clip.frames()]


def middles(clip: Source) -> list[tuple[int, ...]]:
    """The color in the middle of each frame."""
    return [tuple(frame.pixels[clip.size[1] // 2, clip.size[0] // 2].tolist()) for frame in clip.frames()]


def line(raised: pytest.ExceptionInfo[BaseException]) -> str:
    """The message, which is one clean line."""
    text = str(raised.value)
    assert text.isprintable()
    return text


# --- Joined clips ---------------------------------------------------------------------------------------------------


def test_clips_follow_each_other_and_keep_their_times(tmp_path: Path) -> None:
    one, two = video(tmp_path / "1.mkv", "red", rate=10), video(tmp_path / "2.mkv", "blue", rate=25, seconds=0.2)
    Image.new("RGB", (32, 24), "lime").save(tmp_path / "3.png")
    clip = gifsom.open([one, str(two), tmp_path / "3.png", gifsom.open(one)])
    times = [*np.arange(5) / 10, *(0.5 + np.arange(5) / 25), 0.7, *(0.8 + np.arange(5) / 10)]
    assert starts(clip) == pytest.approx(times)
    assert middles(clip) == [(255, 0, 0)] * 5 + [(0, 0, 255)] * 5 + [(0, 255, 0)] + [(255, 0, 0)] * 5
    assert clip.duration == pytest.approx(1.3)
    assert (clip.size, clip.rate, clip.count, clip.plays, clip.source.native) == ((32, 24), 25, 16, None, False)
    assert (clip.shortfall, clip.name) == (None, f"{one} and 3 more")


def test_a_join_of_animations_keeps_their_delays_and_their_masks(tmp_path: Path) -> None:
    sprite = gifsom.open(FIXTURES / "sprite.gif")
    clip = gifsom.open([FIXTURES / "sprite.gif"] * 2)
    assert clip.source.native
    frames = [*clip.frames()]
    for expected, first, second in zip(sprite.frames(), frames[:12], frames[12:], strict=True):
        assert expected.mask is not None
        for frame in (first, second):
            assert frame.mask is not None
            assert np.array_equal(expected.pixels, frame.pixels)
            assert np.array_equal(expected.mask, frame.mask)
        assert first.start + sprite.duration == pytest.approx(second.start)
    gifsom.convert(clip, tmp_path / "out.gif")
    gif = check((tmp_path / "out.gif").read_bytes())
    assert [frame.delay for frame in gif.frames] == [12, 8, 5, 5, 5, 8, 8, 5, 5, 5, 8, 12] * 2


def test_one_source_in_a_list_is_that_source() -> None:
    clip = gifsom.open([FIXTURES / "sprite.gif"])
    assert (clip.plays, clip.source.native, clip.name) == (0, True, str(FIXTURES / "sprite.gif"))


def test_a_clip_is_given_back_as_it_is() -> None:
    clip = gifsom.open(FIXTURES / "sprite.gif").width(20)
    assert gifsom.open(clip).source is sources.open(clip) is clip.source


@pytest.mark.parametrize(
    ("size", "bars"), [("64x24", (6, 6, 0, 0)), ("12x24", (0, 0, 10, 10)), ("64x48", (0, 0, 0, 0))]
)
def test_a_video_of_another_shape_has_black_bars(tmp_path: Path, size: str, bars: tuple[int, ...]) -> None:
    one, two = video(tmp_path / "1.mkv", "red"), video(tmp_path / "2.mkv", "white", size, seconds=0.1)
    *_, last = gifsom.open([one, two]).frames()
    assert last.mask is None
    expected = np.pad(np.full((24, 32), 255)[bars[0] : 24 - bars[1], bars[2] : 32 - bars[3]], (bars[:2], bars[2:]))
    assert np.array_equal(expected, last.pixels[..., 1])


def test_what_is_free_is_the_background_that_is_asked_or_transparent(tmp_path: Path) -> None:
    parts = [video(tmp_path / "1.mkv", "red"), video(tmp_path / "2.mkv", "white", "64x24", seconds=0.1)]
    *_, last = gifsom.open(parts, background="navy").frames()
    assert (last.mask, last.pixels[0, 0].tolist()) == (None, [0, 0, 128])
    *_, last = gifsom.open(parts, transparent=True).frames()
    assert last.mask is not None
    assert np.flatnonzero(last.mask.all(axis=1)).tolist() == [*range(6), *range(18, 24)]


def test_pictures_among_videos_keep_their_holes_and_have_black_bars(tmp_path: Path) -> None:
    *_, last = gifsom.open(
        [video(tmp_path / "1.mkv", "red"), np.pad(flat(BLUE, 20, 8), ((0, 0), (0, 0), (0, 1)))]
    ).frames()
    assert last.mask is not None
    assert np.argwhere(last.mask)[[0, -1]].tolist() == [[5, 0], [17, 31]]
    assert (last.pixels[0] == 0).all()


def test_a_join_is_scaled_part_by_part(tmp_path: Path) -> None:
    """Once, and by ffmpeg where it can: a video of the very size that is asked is not touched."""
    noise = np.random.default_rng(0).integers(0, 256, (3, 24, 32, 3)).astype(np.uint8)
    command = [*FFMPEG[:3], "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "32x24", "-r", "10", "-i", "-"]
    target = [*["-c:v", "ffv1", "-pix_fmt", "gbrp"], str(tmp_path / "2.mkv")]
    subprocess.run([*command, *target], input=noise.tobytes(), check=True)
    clip = gifsom.open([video(tmp_path / "1.mkv", "red", "64x48"), tmp_path / "2.mkv"]).width(32)
    assert isinstance(clip.source, JoinedClip)
    assert clip.size == (32, 24)
    frames = [*clip.frames()]
    assert np.array_equal(noise, np.stack([frame.pixels for frame in frames[5:]]))


def test_a_join_takes_edits() -> None:
    clip = gifsom.open([FIXTURES / "cards.mkv", FIXTURES / "odd.mp4", FIXTURES / "still.png"])
    edited = clip.trim(1.5, 2.55).fps(5).width(48).crop("20x10+2+4")
    assert edited.size == (20, 10)
    assert edited.duration == pytest.approx(1.05)
    assert starts(edited) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])
    assert all(frame.pixels.shape == (10, 20, 3) for frame in edited.frames())


def test_what_is_missing_of_a_part_is_told_of_the_whole() -> None:
    clip = gifsom.open([FIXTURES / "cards.mkv", FIXTURES / "truncated.mp4", FIXTURES / "cards.mkv"])
    count = len(starts(clip))
    assert clip.duration == pytest.approx(6.0, abs=0.01)
    assert count == 20 + 50 + 20
    assert clip.shortfall is not None
    assert clip.shortfall.amount == "6.0 of 8.0 s"
    assert clip.shortfall.cause.startswith(f" of {FIXTURES / 'truncated.mp4'} (ffmpeg: ")


def test_a_part_without_a_duration_is_as_long_as_it_is() -> None:
    clip = gifsom.open([FIXTURES / "noduration.webm", FIXTURES / "cards.mkv"])
    assert clip.count is None
    assert starts(clip)[15:] == pytest.approx(1 + np.arange(20) / 10, abs=0.01)
    assert clip.duration == pytest.approx(3.0, abs=0.01)


def test_a_clip_of_unknown_rate_makes_a_join_of_unknown_rate() -> None:
    unknown = FrameClip([flat(RED), flat(BLUE)], [0, 0.3], 1.0)
    clip = gifsom.open([unknown, unknown])
    assert (clip.rate, starts(clip)) == (None, pytest.approx([0, 0.3, 1, 1.3]))


def test_lists_and_folders_can_be_parts(tmp_path: Path) -> None:
    for n, color in enumerate((RED, BLUE)):
        Image.fromarray(flat(color)).save(tmp_path / f"{n}.png")
    clip = gifsom.open([tmp_path, [flat(LIME), flat(RED)], str(tmp_path / "*.png")])
    assert middles(clip) == [RED, BLUE, LIME, RED, RED, BLUE]


def test_an_empty_list_is_told() -> None:
    with pytest.raises(SourceEmpty) as raised:
        gifsom.open([])
    assert line(raised) == "a list of sources: there is nothing in it"


@pytest.mark.parametrize("thing", [5, None, 2.5, object(), [FIXTURES / "still.png", 7]])
def test_what_is_no_source_is_told(thing: Any) -> None:
    with pytest.raises(FrameError, match="is no source: give a path"):
        gifsom.open(thing)


# --- Patterns -------------------------------------------------------------------------------------------------------


def shots(folder: Path, *names: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for n, name in enumerate(names):
        Image.fromarray(flat((n, n, n))).save(folder / name)
    return [folder / name for name in names]


def test_a_pattern_means_its_files_in_natural_order(tmp_path: Path) -> None:
    shots(tmp_path / "a", "shot10.png", "shot2.png", "shot1.png", "other.png")
    clip = gifsom.open(str(tmp_path / "a/shot*.png"))
    assert [pixel[0] for pixel in middles(clip)] == [2, 1, 0]
    assert clip.name == str(tmp_path / "a/shot*.png")
    assert [pixel[0] for pixel in middles(gifsom.open(tmp_path / "a/shot?.png", fps=2))] == [2, 1]


def test_a_pattern_reaches_into_folders_and_means_files_only(tmp_path: Path) -> None:
    shots(tmp_path / "x10", "1.png")
    shots(tmp_path / "x9", "2.png", "1.png")
    (tmp_path / "x9/3.png").mkdir()
    clip = sources.open(str(tmp_path / "**/*.png"))
    assert isinstance(clip, JoinedClip)
    found = [os.path.relpath(part.name, tmp_path) for part in clip.sources]
    assert found == [str(Path(*path)) for path in (("x9", "1.png"), ("x9", "2.png"), ("x10", "1.png"))]


def test_a_pattern_of_videos_joins_them(tmp_path: Path) -> None:
    video(tmp_path / "2.mkv", "blue", seconds=0.1)
    video(tmp_path / "1.mkv", "red", seconds=0.1)
    assert middles(gifsom.open(str(tmp_path / "*.mkv"))) == [(255, 0, 0), (0, 0, 255)]


@pytest.mark.parametrize("name", ["a[1].png", "what?.png", "*.png"])
def test_a_file_that_has_the_very_name_of_a_pattern_is_that_file(tmp_path: Path, name: str) -> None:
    if os.name != "posix" and set("*?") & set(name):
        pytest.skip("needs POSIX")
    shots(tmp_path, "a1.png", "whats.png", name)
    assert [pixel[0] for pixel in middles(gifsom.open(str(tmp_path / name)))] == [2]


def test_a_pattern_without_a_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound) as raised:
        gifsom.open(str(tmp_path / "a\n*.png"))
    assert line(raised).startswith(f"{tmp_path}/a\\n*.png: there is no such file, and none that this pattern")


def test_a_file_of_a_pattern_that_cannot_be_read_is_told_by_its_own_name(tmp_path: Path) -> None:
    shots(tmp_path, "1.png")
    (tmp_path / "2.png").write_text("no picture")
    with pytest.raises(SourceUnreadable, match=r"2\.png: not a video that can be read"):
        gifsom.open(str(tmp_path / "*.png"))


# --- Names ----------------------------------------------------------------------------------------------------------

ODD = [
    "-i",
    "-leading.gif",
    "a:b.gif",
    "%03d.gif",
    "naïve — 日本 & 'q' $x.gif",
    "new\nline.gif",
    "concat:x|y",
    "pipe:0",
]


@posix
@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("source", ["sprite.gif", "cards.mkv"])
@pytest.mark.parametrize("listed", [False, True])
def test_a_name_is_nothing_but_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, source: str, listed: bool
) -> None:
    (tmp_path / name).write_bytes((FIXTURES / source).read_bytes())
    monkeypatch.chdir(tmp_path)
    clip = gifsom.open([name, name] if listed else name)
    assert len(starts(clip)) == (2 if listed else 1) * (12 if source == "sprite.gif" else 20)


@pytest.mark.parametrize(
    "address", ["https://host/x.mp4", "http://host/*.png", "s3://bucket/a?.gif", "file:///etc/passwd"]
)
@pytest.mark.parametrize("listed", [False, True])
def test_an_address_is_refused_wherever_it_stands(address: str, listed: bool) -> None:
    with pytest.raises(SourceRefused) as raised:
        gifsom.open([FIXTURES / "still.png", address] if listed else address)
    assert line(raised) == f"{address}: that is a remote address, and only local files are read"


@pytest.mark.parametrize("name", ["", "no\0thing", "x" * 5000, "*" + "x" * 5000, "no/where/x.gif"])
def test_a_name_that_no_file_has_is_told(name: str) -> None:
    with pytest.raises((SourceNotFound, SourceUnreadable, SourceEmpty)) as raised:
        gifsom.open(name or "none/")
    line(raised)


def test_standard_input_is_not_reached_by_name() -> None:
    with pytest.raises(SourceRefused, match=r"^-: standard input is a stream, sys\.stdin\.buffer"):
        gifsom.open("-")


# --- Arrays and images ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fps", "each"), [(None, 0.1), (4, 0.25), (60, 1 / 60)])
def test_an_array_of_pictures_is_a_clip(fps: float | None, each: float) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (5, 6, 8, 3)).astype(np.uint8)
    for source in (noise, [*noise], iter(noise), [noise[:2], *noise[2:]]):
        clip = gifsom.open(source, fps=fps)
        assert np.array_equal(noise, np.stack([frame.pixels for frame in clip.frames()]))
        assert starts(clip) == pytest.approx(each * np.arange(5))
        assert (clip.duration, clip.size, clip.source.native) == (pytest.approx(5 * each), (8, 6), True)


def test_one_array_or_image_is_a_still() -> None:
    assert middles(gifsom.open(flat(RED))) == [RED]
    assert middles(gifsom.open(Image.fromarray(flat(BLUE)), fps=1)) == [BLUE]
    assert gifsom.open(Image.fromarray(flat(BLUE)), fps=1).duration == 1


def test_images_of_every_mode_and_arrays_mix() -> None:
    picture = Image.fromarray(flat((255, 255, 255)))
    pictures = [picture.convert(mode) for mode in ("1", "L", "P", "RGB", "RGBA", "CMYK", "I;16")]
    clip = gifsom.open([*pictures[:-1], flat((255, 255, 255))])
    assert middles(clip) == [(255, 255, 255)] * 7


def test_alpha_of_arrays_is_kept_or_laid_over_the_background() -> None:
    rgba = np.dstack([flat(RED), np.full((6, 8), 255, np.uint8)])
    rgba[2, 3, 3] = 100
    first, second = gifsom.open([rgba, flat(BLUE)]).frames()
    assert first.mask is not None
    assert np.argwhere(first.mask).tolist() == [[2, 3]]
    assert second.mask is None
    first, _ = gifsom.open([rgba, Image.fromarray(rgba)], background=(0, 0, 0)).frames()
    assert first.mask is None
    assert first.pixels[2, 3].tolist() == [78, 12, 16]


def test_a_picture_of_another_size_is_fitted_into_the_first() -> None:
    first, second = gifsom.open([flat(RED, 20, 20), flat(BLUE, 40, 20)]).frames()
    assert first.mask is None
    assert second.mask is not None
    assert np.flatnonzero(~second.mask.any(axis=1)).tolist() == [*range(5, 15)]
    assert second.pixels[10, 10].tolist() == [*BLUE]


def test_pictures_are_taken_one_by_one() -> None:
    alive: list[int] = []

    class Big(np.ndarray[Any, np.dtype[np.uint8]]):
        def __del__(self) -> None:
            alive.append(-1)

    def make() -> Iterator[NDArray[np.uint8]]:
        for n in range(50):
            alive.append(1)
            yield np.full((50, 50, 3), n, np.uint8).view(Big)
            assert sum(alive) < 8

    assert gifsom.open(make()).count == 50


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((4, 4)), np.zeros((4, 4, 3)), np.zeros((0, 4, 4, 3), np.uint8), np.zeros((4, 0, 3), np.uint8)],
)
def test_an_array_that_is_no_picture_is_told(wrong: NDArray[Any]) -> None:
    with pytest.raises((FrameError, SourceEmpty)) as raised:
        gifsom.open(wrong)
    line(raised)


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_told(fps: float) -> None:
    with pytest.raises(SettingError, match=r"^fps is .*: give frames a second, above 0$"):
        gifsom.open(flat(RED), fps=fps)


# --- Videos that stay transparent -----------------------------------------------------------------------------------


def cut_out(path: Path) -> NDArray[np.uint8]:
    """A video of a white disc with a soft edge on a hidden black ground."""
    y, x = np.mgrid[:48, :64]
    alpha = np.clip(18 - np.hypot(x - 32, y - 24), 0, 6) / 6 * 255
    rgba = np.dstack([np.where(alpha > 0, 255, 0)] * 3 + [alpha]).astype(np.uint8)
    command = [
        *FFMPEG[:3],
        *[
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgba",
            "-s",
            "64x48",
            "-r",
            "10",
            "-i",
            "-",
            "-c:v",
            "qtrle",
            "-pix_fmt",
            "argb",
        ],
        str(path),
    ]
    subprocess.run(command, input=rgba.tobytes() * 3, check=True)
    return rgba


def test_a_video_stays_transparent_where_that_is_asked(tmp_path: Path) -> None:
    rgba = cut_out(tmp_path / "in.mov")
    for frame in gifsom.open(tmp_path / "in.mov", transparent=True).frames():
        assert frame.mask is not None
        assert np.array_equal(rgba[..., 3] < 128, frame.mask)
        assert int(frame.pixels[~frame.mask].min()) >= 252
        assert (frame.pixels[rgba[..., 3] == 255] == 255).all()
    assert all(frame.mask is None for frame in gifsom.open(tmp_path / "in.mov").frames())


@pytest.mark.parametrize("width", [40, 31, 17])
def test_a_video_that_is_cut_out_and_scaled_has_no_dark_fringe(tmp_path: Path, width: int) -> None:
    cut_out(tmp_path / "in.mov")
    clip = gifsom.open(tmp_path / "in.mov", transparent=True).width(width)
    for frame in clip.frames():
        assert frame.mask is not None
        assert 0.1 < frame.mask.mean() < 0.9
        assert int(frame.pixels[~frame.mask].min()) >= 250


def test_a_frame_that_is_shown_again_is_the_same_array(tmp_path: Path) -> None:
    cut_out(tmp_path / "in.mov")
    first, second, _ = gifsom.open(tmp_path / "in.mov", transparent=True).frames()
    assert first.pixels is second.pixels
    assert first.mask is second.mask


def test_a_transparent_webm_becomes_a_transparent_gif(tmp_path: Path) -> None:
    gifsom.convert(gifsom.open(FIXTURES / "alpha.webm", transparent=True), tmp_path / "out.gif")
    for canvas in check((tmp_path / "out.gif").read_bytes()).canvases():
        assert 0.05 < (canvas[..., 3] == 0).mean() < 0.95


def test_background_and_transparent_exclude_each_other() -> None:
    for name in ("alpha.webm", "still.png"):
        with pytest.raises(SettingError, match="background and transparent exclude each other"):
            gifsom.open(FIXTURES / name, background="red", transparent=True)


# --- Motion JPEG ----------------------------------------------------------------------------------------------------


def jpeg(color: tuple[int, ...], size: tuple[int, int] = (32, 24), **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.mark.parametrize("streamed", [False, True])
def test_jpegs_behind_each_other_are_a_video(tmp_path: Path, streamed: bool) -> None:
    previewed = jpeg(BLUE, comment=jpeg(RED) * 2)
    path = tmp_path / "camera"
    path.write_bytes(jpeg(RED) + previewed + jpeg(LIME, (64, 48), progressive=True))
    clip = gifsom.open(io.BytesIO(path.read_bytes()) if streamed else path)
    assert clip.size == (32, 24)
    assert np.abs(np.array(middles(clip)) - [RED, BLUE, LIME]).max() < 4
    assert starts(clip) == pytest.approx([0, 0.04, 0.08])
    assert clip.shortfall is None


def test_a_damaged_picture_of_a_stream_does_not_make_a_rate_of_its_clock(tmp_path: Path) -> None:
    path = tmp_path / "camera.mjpeg"
    path.write_bytes(jpeg(RED).replace(b"\xff\xc0", b"\xff\xef") + jpeg(BLUE))  # no start of a frame in it
    clip = gifsom.open(path)
    assert clip.rate == 25
    assert len(starts(clip)) == 1
    assert clip.shortfall is not None


@pytest.mark.parametrize("what", ["preview", "others behind it", "something behind it"])
def test_a_jpeg_of_one_picture_is_a_still(tmp_path: Path, what: str) -> None:
    path = tmp_path / "photo.mjpeg"
    if what == "others behind it":
        Image.new("RGB", (32, 24), RED).save(path, "MPO", save_all=True, append_images=[Image.new("RGB", (32, 24))])
    else:
        preview = {"comment": jpeg(BLUE) * 2} if what == "preview" else {}
        path.write_bytes(jpeg(RED, **preview) + (b"\0\0\0\x18ftypmp42" if what == "something behind it" else b""))
    clip = gifsom.open(path)
    assert (clip.count, clip.duration) == (1, 0.1)


# --- Streams --------------------------------------------------------------------------------------------------------


@pytest.fixture
def spools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, empty."""
    folder = tmp_path / "spools"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("name", ["sprite.gif", "still.png", "cards.mkv", "scene.mp4", "late.ts", "alpha.webm"])
def test_a_stream_is_read_as_its_file_is(spools: Path, name: str) -> None:
    expected, clip = gifsom.open(FIXTURES / name), gifsom.open(io.BytesIO((FIXTURES / name).read_bytes()))
    for one, other in zip(expected.frames(), clip.frames(), strict=True):
        assert one.start == other.start
        assert np.array_equal(one.pixels, other.pixels)
    assert (clip.duration, clip.name, clip.plays) == (expected.duration, "the stream", expected.plays)


def test_y4m_comes_through_a_stream(spools: Path) -> None:
    command = [*FFMPEG, "-i", str(FIXTURES / "cards.mkv"), *["-pix_fmt", "yuv444p", "-f", "yuv4mpegpipe", "-"]]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    clip = gifsom.open(io.BytesIO(data))
    assert (clip.size, len(starts(clip)), clip.duration) == ((96, 64), 20, pytest.approx(2.0))


def test_streams_can_be_joined_with_files(spools: Path) -> None:
    clip = gifsom.open([FIXTURES / "cards.mkv", io.BytesIO((FIXTURES / "sprite.gif").read_bytes())])
    assert len(starts(clip)) == 32


def test_what_a_stream_left_goes_with_the_last_clip_of_it(spools: Path) -> None:
    clip = gifsom.open(io.BytesIO((FIXTURES / "cards.mkv").read_bytes()))
    edited = clip.trim(0.5).width(48)
    del clip
    gc.collect()
    assert len(list(spools.iterdir())) == 1
    assert len(starts(edited)) == 15
    del edited
    gc.collect()
    assert list(spools.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "the stream: nothing came"), (b"no video at all", "the stream: not a video that can be read")],
)
def test_a_stream_that_is_no_clip_is_told_and_leaves_nothing(spools: Path, data: bytes, message: str) -> None:
    with pytest.raises(SourceUnreadable) as raised:
        gifsom.open(io.BytesIO(data))
    assert line(raised).startswith(message)
    del raised
    gc.collect()
    assert list(spools.iterdir()) == []


def test_damage_in_a_stream_is_told_by_its_name(spools: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"^the stream: the picture is damaged"):
        gifsom.open(io.BytesIO((FIXTURES / "still.png").read_bytes()[:400]))
    clip = gifsom.open(io.BytesIO((FIXTURES / "truncated.mp4").read_bytes()))
    starts(clip)
    assert clip.shortfall is not None


def test_a_stream_of_text_is_told(spools: Path) -> None:
    with pytest.raises(SettingError, match=r"gives text: hand over its bytes, such as sys\.stdin\.buffer$"):
        gifsom.open(io.StringIO("text"))  # type: ignore[arg-type]
    assert list(spools.iterdir()) == []


def test_a_full_disk_is_one_line_and_leaves_nothing(spools: Path) -> None:
    class Endless(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if size == 0:
                return b""
            raise OSError(28, "No space left on device")

    with pytest.raises(SourceUnreadable) as raised:
        gifsom.open(Endless())
    assert line(raised) == f"the stream: it cannot be kept in {spools}: No space left on device"
    assert list(spools.iterdir()) == []


def test_a_recording_is_not_read_from_a_stream(spools: Path) -> None:
    from gifsom.spool import SpoolWriter

    path = spools.parent / "x.gsr"
    with SpoolWriter(path, (4, 4), 10) as log:
        log.picture(0, np.zeros((4, 4, 4), np.uint8))
    with pytest.raises(SourceRefused, match="that is a recording"):
        gifsom.open(io.BytesIO(path.read_bytes()))


SCRIPT = """
import sys, gifsom
clip = gifsom.open(sys.stdin.buffer)
print(clip.name, sum(1 for _ in clip.frames()), flush=True)
{end}
"""


@posix
@pytest.mark.parametrize(
    ("end", "status"),
    [("", 0), ("sys.exit(3)", 3), ("raise ValueError", 1), ("import time; time.sleep(60)", -signal.SIGINT)],
    ids=["end", "exit", "error", "interrupt"],
)
def test_standard_input_leaves_nothing_however_the_process_ends(tmp_path: Path, end: str, status: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(end=end)],
        env=environment(TMPDIR=str(tmp_path)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write((FIXTURES / "sprite.gif").read_bytes())
    process.stdin.close()
    assert process.stdout.readline() == b"standard input 12\n"
    if status < 0:
        assert len(list(tmp_path.iterdir())) == 1
        process.send_signal(-status)
    assert process.wait(120) == status
    process.stdout.close()
    assert list(tmp_path.iterdir()) == []


# --- Raw video ------------------------------------------------------------------------------------------------------

NOISE = np.random.default_rng(2).integers(0, 256, (7, 6, 10, 3)).astype(np.uint8)


@pytest.mark.parametrize("fps", [10, 12.5, 7.333, 30000 / 1001, 240, 0.5])
def test_raw_frames_are_exact(tmp_path: Path, fps: float) -> None:
    (tmp_path / "in.raw").write_bytes(NOISE.tobytes())
    for source in (tmp_path / "in.raw", str(tmp_path / "in.raw"), io.BytesIO(NOISE.tobytes())):
        clip = open_raw(source, size=(10, 6), fps=fps)
        assert np.array_equal(NOISE, np.stack([frame.pixels for frame in clip.frames()]))
        assert starts(clip) == pytest.approx(np.arange(7) / fps, rel=1e-4)
        assert clip.duration == pytest.approx(7 / fps, abs=0.011)
        assert clip.shortfall is None


@pytest.mark.parametrize(("name", "order"), [("bgr24", [2, 1, 0]), ("rgb0", [0, 1, 2, 0]), ("gray", [0])])
def test_pixel_formats_are_those_of_ffmpeg(name: str, order: list[int]) -> None:
    clip = open_raw(io.BytesIO(NOISE[..., order].tobytes()), size="10x6", fps=10, pixel_format=name)
    expected = NOISE[..., [0, 0, 0]] if name == "gray" else NOISE
    assert np.abs(np.stack([frame.pixels for frame in clip.frames()]).astype(int) - expected).max() <= 1


def test_raw_alpha_is_laid_over_white_or_kept() -> None:
    rgba = np.dstack([flat(RED), np.full((6, 8), 255, np.uint8)])
    rgba[2, 3] = 0
    [over] = open_raw(io.BytesIO(rgba.tobytes()), size=(8, 6), fps=10, pixel_format="rgba").frames()
    assert (over.mask, over.pixels[2, 3].tolist()) == (None, [255, 255, 255])
    [kept] = open_raw(io.BytesIO(rgba.tobytes()), size=(8, 6), fps=10, pixel_format="rgba", transparent=True).frames()
    assert kept.mask is not None
    assert np.argwhere(kept.mask).tolist() == [[2, 3]]


def test_half_a_frame_at_the_end_is_a_shortfall() -> None:
    clip = open_raw(io.BytesIO(NOISE.tobytes()[:-100]), size=(10, 6), fps=10)
    assert np.array_equal(NOISE[:6], np.stack([frame.pixels for frame in clip.frames()]))
    assert clip.duration == pytest.approx(0.6)
    assert clip.shortfall is not None


def test_raw_bytes_that_are_less_than_a_frame_are_empty() -> None:
    with pytest.raises((SourceEmpty, SourceUnreadable)) as raised:
        starts(open_raw(io.BytesIO(bytes(100)), size=(10, 6), fps=10))
    assert line(raised).startswith("the stream: ")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"size": "10"}, "is not a size"),
        ({"size": (0, 6)}, "width is 0"),
        ({"size": (10,)}, "is not a size"),
        ({"size": (1, 2, 3)}, "is not a size"),
        ({"fps": 0}, "fps is 0"),
        ({"fps": float("nan")}, "fps is nan"),
        ({"pixel_format": "rgb25"}, "'rgb25' is no pixel format"),
        ({"pixel_format": "-i"}, "'-i' is no pixel format"),
        ({"pixel_format": "vaapi"}, "'vaapi' is no pixel format"),
        ({"background": "red", "transparent": True}, "exclude each other"),
    ],
)
def test_what_is_wrong_with_raw_settings_is_told(spools: Path, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message) as raised:
        open_raw(io.BytesIO(NOISE.tobytes()), **({"size": (10, 6), "fps": 10} | wrong))
    line(raised)
    assert list(spools.iterdir()) == []


def test_raw_pictures_that_are_too_large_are_refused() -> None:
    with pytest.raises(SourceRefused, match="10x6 pixels"):
        open_raw(io.BytesIO(NOISE.tobytes()), size=(10, 6), fps=10, max_pixels=59)


def test_a_raw_file_that_is_missing_or_remote_is_told() -> None:
    with pytest.raises(SourceNotFound):
        open_raw("none.raw", size=(10, 6), fps=10)
    with pytest.raises(SourceRefused):
        open_raw("https://host/x.raw", size=(10, 6), fps=10)
