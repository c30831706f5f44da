"""Colors of video: the matrix of what does not say one, and light of high dynamic range."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from conftest import SHARED
from ffmpegs import any_ffmpeg
from numpy.typing import NDArray

import gifsom

__all__ = ["any_ffmpeg"]

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
COLORS = np.array(
    [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [0, 255, 255], [255, 0, 255], [255, 255, 255], [90, 90, 90]]
)


def bars(size: tuple[int, int]) -> NDArray[np.uint8]:
    """Eight upright bars, (h, w, 3)."""
    width, height = size
    row = COLORS[np.arange(width) * 8 // width].astype(np.uint8)
    return np.tile(row, (height, 1, 1))


def video(path: Path, size: tuple[int, int], matrix: str, *tags: str) -> Path:
    """Two pictures of `bars`, coded by a matrix, which the file does not say unless `tags` do."""
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", "2", "-i", "-"]
    coded = ["-vf", f"scale=out_color_matrix={matrix}:out_range=tv,format=yuv444p", "-c:v", "libx264", "-qp", "0"]
    unsaid = ["-bsf:v", "h264_metadata=matrix_coefficients=2:colour_primaries=2:transfer_characteristics=2"]
    command = [FFMPEG, "-v", "error", *raw, *coded, *(tags or unsaid), str(path)]
    subprocess.run(command, input=bars(size).tobytes() * 2, check=True)
    return path


def seen(path: Path) -> NDArray[np.int64]:
    """The colors in the middle of each bar."""
    pixels = next(iter(gifsom.open(path).frames())).pixels.astype(int)
    if pixels.shape[0] > pixels.shape[1]:  # turned
        pixels = pixels.transpose(1, 0, 2)
    height, width = pixels.shape[:2]
    return pixels[height // 2, width * (2 * np.arange(8) + 1) // 16]


@pytest.mark.parametrize(
    ("size", "matrix"),
    [
        ((640, 360), "bt601"),
        ((720, 576), "bt601"),
        ((1024, 576), "bt601"),
        ((1280, 720), "bt709"),
        ((1280, 400), "bt709"),
        ((960, 720), "bt709"),
        ((720, 578), "bt709"),
    ],
)
def test_video_that_says_no_matrix_has_that_of_its_size(tmp_path: Path, size: tuple[int, int], matrix: str) -> None:
    right, wrong = (
        video(tmp_path / f"{one}.mp4", size, one) for one in (matrix, {"bt601", "bt709"}.difference({matrix}).pop())
    )
    assert np.abs(seen(right) - COLORS).max() <= 3
    assert np.abs(seen(wrong) - COLORS).max() > 12


def test_the_size_before_it_is_turned_counts(tmp_path: Path) -> None:
    flat = video(tmp_path / "flat.mp4", (640, 360), "bt601")
    turned = tmp_path / "turned.mp4"
    subprocess.run([FFMPEG, "-v", "error", "-display_rotation", "90", "-i", flat, "-c", "copy", turned], check=True)
    assert gifsom.open(turned).size == (360, 640)
    colors = seen(turned)
    assert min(np.abs(colors - COLORS).max(), np.abs(colors[::-1] - COLORS).max()) <= 3


@pytest.mark.parametrize(("size", "said", "tag"), [((640, 360), "bt709", "bt709"), ((1280, 720), "bt601", "smpte170m")])
def test_a_matrix_that_is_said_counts(tmp_path: Path, size: tuple[int, int], said: str, tag: str) -> None:
    assert np.abs(seen(video(tmp_path / "a.mp4", size, said, "-colorspace", tag)) - COLORS).max() <= 3


def test_a_gif_as_hd_video_keeps_its_colors(tmp_path: Path) -> None:
    source = SHARED / "cases" / "hd.gif"
    if not source.exists():
        pytest.skip("needs shared/cases")
    coded = ["-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv444p", "-c:v", "libx264", "-qp", "0"]
    unsaid = ["-bsf:v", "h264_metadata=matrix_coefficients=2:colour_primaries=2:transfer_characteristics=2"]
    subprocess.run([FFMPEG, "-v", "error", "-i", source, *coded, *unsaid, tmp_path / "hd.mp4"], check=True)
    first, second = (
        next(iter(gifsom.open(path).frames())).pixels.astype(int) for path in (source, tmp_path / "hd.mp4")
    )
    assert np.abs(first - second).max() <= 3


def ramp(path: Path, curve: str, *said: str) -> NDArray[np.int64]:
    """Pixels (512, 3) of a video of grays from black to beyond the nominal white, in light of high dynamic range.

    `said` has the primaries and the matrix that the file names.
    """
    width, height = 512, 16
    luma = np.tile(np.linspace(64, 1019, width).astype("<u2"), (height, 1))
    chroma = np.full((height, width), 512, "<u2").tobytes() * 2
    raw = ["-f", "rawvideo", "-pix_fmt", "yuv444p10le", "-s", f"{width}x{height}", "-r", "2", "-i", "-"]
    tags = f"setparams=range=tv:color_primaries={said[0]}:color_trc={curve}:colorspace={said[1]}"
    command = [FFMPEG, "-v", "error", *raw, "-vf", tags, "-c:v", "ffv1", str(path)]
    subprocess.run(command, input=(luma.tobytes() + chroma) * 2, check=True)
    return next(iter(gifsom.open(path).frames())).pixels[8].astype(int)


@pytest.mark.parametrize("curve", ["arib-std-b67", "smpte2084"])
def test_grays_of_high_dynamic_range_keep_their_order_and_hue(tmp_path: Path, curve: str) -> None:
    """From black to beyond the nominal white: none is darker than one that is darker in the video, none has a tint."""
    row = ramp(tmp_path / "a.mkv", curve, "bt2020", "bt2020nc")
    assert (row == row[:, :1]).all()
    assert (np.diff(row[:, 0]) >= 0).all()
    assert len(np.unique(row[:384, 0])) > 150
    if curve == "arib-std-b67":  # PQ goes on to 10000 cd/m2, which no screen shows
        assert len(np.unique(row[341:470, 0])) > 15


@pytest.mark.parametrize("curve", ["arib-std-b67", "smpte2084"])
@pytest.mark.parametrize("said", [("unknown", "unknown"), ("bt2020", "unknown"), ("unknown", "bt2020nc")], ids=str)
def test_light_that_says_no_more_is_that_of_its_standard(
    tmp_path: Path, any_ffmpeg: str, curve: str, said: tuple[str, str]
) -> None:
    """ITU-R BT.2100, which has the primaries and the matrix of BT.2020."""
    whole, part = (ramp(tmp_path / f"{n}.mkv", curve, *tags) for n, tags in enumerate([("bt2020", "bt2020nc"), said]))
    assert np.array_equal(whole, part)


@pytest.mark.parametrize(("size", "matrix"), [((640, 360), "bt601"), ((1280, 720), "bt709")])
def test_each_ffmpeg_takes_the_same_matrix(tmp_path: Path, any_ffmpeg: str, size: tuple[int, int], matrix: str) -> None:
    assert np.abs(seen(video(tmp_path / "a.mp4", size, matrix)) - COLORS).max() <= 3
