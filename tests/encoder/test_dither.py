"""Dither: what is moved, what is left alone, and what it is for."""

from pathlib import Path

import numpy as np
import pytest
import strict
from conftest import FIXTURES
from numpy.typing import NDArray
from PIL import Image

import gifsom
from gifsom.core.errors import SettingError
from gifsom.core.frame import Rect
from gifsom.encoder.dither import SIDE, apply_dither, blue_noise
from gifsom.encoder.local_tables import TableChooser
from gifsom.encoder.perceptual import MASKING
from gifsom.palette.color import oklab
from gifsom.palette.palette import Palette

SKY = (60, 110, 200), (190, 210, 240)


def gradient(height: int = 60, width: int = 80) -> NDArray[np.uint8]:
    """From one color at the top to another at the bottom, with a flat box in it."""
    low, high = np.array(SKY, np.float64)
    rows = low + (high - low) * np.linspace(0, 1, height)[:, None]
    picture = np.round(np.repeat(rows[:, None], width, axis=1) + np.linspace(0, 4, width)[None, :, None])
    picture[10:30, 20:50] = (40, 44, 52)
    return np.clip(picture, 0, 255).astype(np.uint8)


def problem(
    seed: int, entries: int = 12
) -> tuple[NDArray[np.float32], NDArray[np.uint16], NDArray[np.uint8], TableChooser]:
    rng = np.random.default_rng(seed)
    lab = oklab(gradient(9, 14))
    steps = np.linspace(SKY[0], SKY[1], entries - 1).round()
    known = TableChooser(Palette(np.concatenate([steps, [(40, 44, 52)]]).astype(np.uint8)))
    pixels = np.concatenate([lab, rng.random((9, 14, 1), np.float32)], axis=2)
    best = ((lab[:, :, None] - known.lab) ** 2).sum(axis=3).argmin(axis=2).astype(np.uint16)
    lasting = rng.integers(1, 9, (9, 14), np.uint8)
    pixels[..., 3] = lasting / (1 + MASKING * np.where(rng.random((9, 14)) < 0.2, 0, rng.random((9, 14)) * 0.02))
    return pixels, best, lasting, known


def test_mask_has_every_value_once_and_no_low_frequencies() -> None:
    noise = blue_noise()
    assert noise.shape == (SIDE, SIDE, 3)
    for channel in np.moveaxis(noise, 2, 0):
        assert np.array_equal(np.sort(channel.ravel()), np.sort(noise[..., 0].ravel()))
        power = np.abs(np.fft.fft2(channel)) ** 2
        frequency = np.hypot(*np.meshgrid(*[np.minimum(np.arange(SIDE), SIDE - np.arange(SIDE))] * 2))
        assert power[frequency < SIDE / 8].mean() < 0.01 * power.mean()
    assert len(np.unique(noise[..., 0])) == SIDE * SIDE
    assert abs(np.corrcoef(noise.reshape(-1, 3).T) - np.eye(3)).max() < 0.1


def test_what_is_done_in_an_area_is_what_is_done_there_in_the_whole() -> None:
    """Locked to the screen: an area that is coded alone gets the same pattern."""
    pixels, best, lasting, known = problem(3)
    part, part_best = pixels[3:8, 5:12].copy(), best[3:8, 5:12].copy()
    apply_dither("blue-noise", pixels, best, lasting, Rect(0, 0, 14, 9), known)
    apply_dither("blue-noise", part, part_best, lasting[3:8, 5:12].copy(), Rect(5, 3, 7, 5), known)
    assert np.array_equal(part, pixels[3:8, 5:12])
    assert np.array_equal(part_best, best[3:8, 5:12])


def shown(picture: NDArray[np.uint8], tmp_path: Path, how: str, colors: int = 12) -> NDArray[np.uint8]:
    Image.fromarray(picture).save(tmp_path / "in.png")
    gifsom.convert(tmp_path / "in.png", tmp_path / "out.gif", colors=colors, dither=how, quality=95, overwrite=True)
    canvas = next(iter(strict.check((tmp_path / "out.gif").read_bytes()).canvases()))
    return canvas[..., :3].copy()


def blurred(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Means of squares of 5x5 pixels, as an eye sees them from afar."""
    h, w = picture.shape[0] // 5, picture.shape[1] // 5
    return oklab(picture[: 5 * h, : 5 * w]).reshape(h, 5, w, 5, 3).mean(axis=(1, 3))


@pytest.mark.parametrize("how", ["auto", "blue-noise", "floyd-steinberg"])
def test_from_afar_a_gradient_of_few_colors_is_nearer_to_what_it_was(how: str, tmp_path: Path) -> None:
    picture = gradient(height=160)

    def error(how: str) -> float:
        return float(((blurred(shown(picture, tmp_path, how, colors=8)) - blurred(picture)) ** 2).mean())

    assert error(how) < 0.6 * error("none")


@pytest.mark.parametrize("how", ["none", "auto", "blue-noise", "floyd-steinberg"])
def test_a_flat_area_stays_flat(how: str, tmp_path: Path) -> None:
    assert (shown(gradient(), tmp_path, how)[10:30, 20:50] == (40, 44, 52)).all()


def test_auto_leaves_an_interface_alone(tmp_path: Path) -> None:
    """Flat areas of more colors than there are entries: a pattern there would be noise."""
    picture = np.zeros((64, 64, 3), np.uint8)
    for k, (y, x) in enumerate(np.ndindex(4, 4)):
        picture[16 * y : 16 * y + 16, 16 * x : 16 * x + 16] = (20 * (k % 5), 15 * k, 255 - 12 * k)
    result = shown(picture, tmp_path, "auto", colors=8)
    inner = result.reshape(4, 16, 4, 16, 3).transpose(0, 2, 1, 3, 4).reshape(16, 16, 16, 3)[:, 4:-4, 4:-4]
    assert (inner == inner[:, :1, :1]).all()


def test_a_still_part_of_a_dithered_clip_stays_still(tmp_path: Path) -> None:
    with gifsom.Writer(tmp_path / "out.gif", colors=16, dither="blue-noise", quality=90) as gif:
        for k in range(6):
            picture = gradient()
            picture[40:50, 5 * k : 5 * k + 10] = (250, 40, 30)
            gif.append(picture)
    pictures = [canvas[:40, :, :3].copy() for canvas in strict.check((tmp_path / "out.gif").read_bytes()).canvases()]
    assert len(pictures) == 6
    assert all(np.array_equal(picture, pictures[0]) for picture in pictures)


def test_an_unknown_way_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="dither is bayer: give one of auto, none, blue-noise, floyd-steinberg"):
        gifsom.convert(FIXTURES / "scene.mp4", tmp_path / "out.gif", dither="bayer")
