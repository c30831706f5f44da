"""Black bars with noise up to 20 of 255 are found to the pixel; dark pictures without any are left alone."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

from gifsom import sources
from gifsom.core.frame import Rect
from gifsom.edit.borders import borderless

Pixels = NDArray[np.uint8]

WIDTH, HEIGHT, COUNT = 200, 120, 10

NOISES = {
    "up to 20, alike": (0, lambda rng, shape: rng.uniform(0, 20, shape)),
    "of film, on black": (0, lambda rng, shape: rng.normal(0, 4, shape)),
    "of film, on gray": (10, lambda rng, shape: rng.normal(0, 3.3, shape)),
    "gray, on the black of TV": (16, lambda rng, shape: rng.normal(0, 2.5, (*shape[:2], 1))),
    "single spots": (0, lambda rng, shape: 20.0 * (rng.random(shape) < 0.002)),
    "none": (20, lambda rng, shape: np.zeros(shape)),
}


def moving(level: float, strength: float) -> list[NDArray[np.float64]]:
    """Pictures in which waves move."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    waves = [
        np.stack([np.sin((x + 7 * n) / 17), np.cos((y - 5 * n) / 23), np.sin((x + y) / 31 + n)], axis=-1)
        for n in range(COUNT)
    ]
    return [level + strength * wave for wave in waves]


def barred(pictures: list[NDArray[np.float64]], kind: str, bars: tuple[int, int, int, int]) -> list[Pixels]:
    """The pictures between bars (above, below, left, right), with noise over all."""
    rng = np.random.default_rng(3)
    level, noise = NOISES[kind]
    above, below, left, right = bars
    found = []
    for picture in pictures:
        whole = np.full((HEIGHT + above + below, WIDTH + left + right, 3), float(level))
        whole[above : above + HEIGHT, left : left + WIDTH] = picture
        found.append(np.clip(whole + noise(rng, whole.shape), 0, 255).round().astype(np.uint8))
    return found


@pytest.mark.parametrize("bars", [(30, 26, 0, 0), (0, 0, 22, 28), (18, 14, 20, 24), (2, 2, 2, 2)])
@pytest.mark.parametrize("kind", NOISES)
def test_bars_with_noise_are_found_to_the_pixel(kind: str, bars: tuple[int, int, int, int]) -> None:
    clip = sources.open(barred(moving(128, 100), kind, bars))
    assert borderless(clip) == Rect(bars[2], bars[0], WIDTH, HEIGHT)


def test_bars_of_a_single_picture_with_noise_are_found() -> None:
    clip = sources.open(barred(moving(128, 100), "up to 20, alike", (30, 26, 20, 22))[:1])
    assert borderless(clip) == Rect(20, 30, WIDTH, HEIGHT)


@pytest.mark.parametrize("coding", ["-c:v libx264 -crf 23", "-c:v libx264 -crf 32", "-c:v mpeg4 -q:v 8"])
@pytest.mark.parametrize("kind", ["up to 20, alike", "of film, on black", "gray, on the black of TV"])
def test_no_row_that_is_black_is_left_of_compressed_bars(kind: str, coding: str, tmp_path: Path) -> None:
    pictures = barred(moving(128, 100), kind, (30, 26, 20, 22))
    height, width = pictures[0].shape[:2]
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", "10", "-i", "-"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *raw, *coding.split(), "-pix_fmt", "yuv420p"]
    subprocess.run([*command, tmp_path / "a.mp4"], input=b"".join(map(bytes, pictures)), check=True)
    clip = sources.open(tmp_path / "a.mp4")
    rect = borderless(clip)
    high = np.max([frame.pixels for frame in clip.frames()], axis=(0, 3))
    inside = rect.cut(high)
    assert min(inside[0].max(), inside[-1].max(), inside[:, 0].max(), inside[:, -1].max()) > 20
    assert abs(rect.width - WIDTH) <= 6
    assert abs(rect.height - HEIGHT) <= 6


@pytest.mark.parametrize("kind", ["none", "of film, on black", "up to 20, alike"])
def test_a_dark_picture_that_moves_has_no_borders(kind: str) -> None:
    clip = sources.open(barred(moving(22, 14), kind, (0, 0, 0, 0)))
    assert borderless(clip) == Rect(0, 0, WIDTH, HEIGHT)


def test_an_even_row_of_the_picture_is_no_border() -> None:
    """As of a status bar that ends darker than it is."""
    pictures = barred(moving(128, 100), "none", (0, 0, 0, 0))
    rng = np.random.default_rng(5)
    edge = rng.integers(30, 80, (2, WIDTH, 1)).astype(np.uint8)
    for picture in pictures:
        picture[-2:] = edge
    assert borderless(sources.open(pictures)) == Rect(0, 0, WIDTH, HEIGHT)


def test_a_subtitle_in_a_bar_stays() -> None:
    pictures = barred(moving(128, 100), "up to 20, alike", (30, 40, 0, 0))
    pictures[4][160:170, 60:140:3] = 230
    assert borderless(sources.open(pictures)) == Rect(0, 30, WIDTH, 140)
