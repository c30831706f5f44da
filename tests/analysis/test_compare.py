"""compare: how far an output is from its source, by numbers that others know, picture by picture of the same time."""

from math import inf, log10
from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES, FrameClip, Inside, listing, names, one_line
from PIL import Image

import gifsom
from gifsom import edit
from gifsom.analysis.compare import distance, ssim

SPRITE = FIXTURES / "sprite.gif"


def noise(count: int, seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [*rng.integers(0, 200, (count, 24, 36, 3)).astype(np.uint8)]


def clip(pictures: list[np.ndarray], fps: float) -> FrameClip:
    return FrameClip(pictures, [n / fps for n in range(len(pictures))], len(pictures) / fps, rate=fps)


def test_a_clip_is_like_itself() -> None:
    found = gifsom.compare(SPRITE, SPRITE)
    assert (found.error, found.psnr, found.frames) == (0, inf, 12)
    assert found.ssim == pytest.approx(1)
    assert found.bytes == found.source_bytes == SPRITE.stat().st_size


def test_psnr_and_error_are_what_their_formulas_say() -> None:
    pictures = noise(4)
    found = gifsom.compare(clip(pictures, 10), clip([picture + np.uint8(5) for picture in pictures], 10))
    assert found.psnr == pytest.approx(10 * log10(255**2 / 25))
    expected = np.mean([100 * distance(picture, picture + np.uint8(5)) for picture in pictures])
    assert found.error == pytest.approx(expected)


def windows(plane: np.ndarray) -> np.ndarray:
    return np.lib.stride_tricks.sliding_window_view(plane, (8, 8)).reshape(-1, 64)


def test_ssim_is_what_the_paper_says() -> None:
    """Written out window by window, with the paper's constants."""
    rng = np.random.default_rng(1)
    a = rng.integers(0, 256, (20, 30, 3)).astype(np.uint8)
    b = np.clip(a + rng.normal(0, 30, a.shape), 0, 255).astype(np.uint8)
    x, y = (windows(pixels @ np.array([0.299, 0.587, 0.114])) for pixels in (a, b))
    mx, my = x.mean(axis=1), y.mean(axis=1)
    covariance = ((x - mx[:, None]) * (y - my[:, None])).mean(axis=1)
    top = (2 * mx * my + 6.5025) * (2 * covariance + 58.5225)
    expected = top / ((mx**2 + my**2 + 6.5025) * (x.var(axis=1) + y.var(axis=1) + 58.5225))
    assert ssim(a, b) == pytest.approx(expected.mean())


@pytest.mark.parametrize("size", [(1, 1), (3, 40), (8, 8)])
def test_small_pictures_are_one_window(size: tuple[int, int]) -> None:
    a = np.random.default_rng(0).integers(0, 256, (*size, 3)).astype(np.uint8)
    assert ssim(a, a) == pytest.approx(1)


def test_means_are_weighed_by_time() -> None:
    pictures = noise(2)
    other = [pictures[0], pictures[1] + np.uint8(10)]
    short = gifsom.compare(FrameClip(pictures, [0, 0.9], 1.0), FrameClip(other, [0, 0.9], 1.0))
    long = gifsom.compare(FrameClip(pictures, [0, 0.1], 1.0), FrameClip(other, [0, 0.1], 1.0))
    assert long.error == pytest.approx(9 * short.error)


def test_the_worst_picture_and_the_middle_one_are_named() -> None:
    pictures = noise(9)
    other = [picture.copy() for picture in pictures]
    other[6][:] = 255
    found = gifsom.compare(clip(pictures, 10), clip(other, 10))
    assert (found.worst.number, found.worst.time) == (7, pytest.approx(0.6))
    assert found.middle.number == 5
    assert np.array_equal(found.worst.source, pictures[6])


@pytest.mark.parametrize(("fps", "of"), [(10, 10), (15, 30), (10, 24), (15, 24)])
def test_a_slower_output_is_compared_with_the_pictures_that_it_shows(fps: int, of: int) -> None:
    source = clip(noise(2 * of), of)
    assert gifsom.compare(source, edit.fps(source, fps)).psnr == inf


def test_delays_in_centiseconds_are_no_error(tmp_path: Path) -> None:
    colors = [np.full((20, 30, 3), 8 * n, np.uint8) for n in range(30)]
    gifsom.Clip(clip(colors, 30)).save(tmp_path / "x.gif", fps=15)
    assert gifsom.compare(clip(colors, 30), tmp_path / "x.gif").psnr == inf


def test_an_output_that_begins_later_is_compared_from_there_on() -> None:
    source = clip(noise(20), 10)
    assert gifsom.compare(source, edit.trim(source, 0.7), 0.7).psnr == inf
    assert gifsom.compare(source, edit.trim(source, 0.7)).psnr < 20


def test_what_is_transparent_is_white() -> None:
    pictures = noise(1)
    mask = np.zeros((24, 36), np.bool_)
    mask[:, 10:] = True
    white = np.where(mask[..., None], np.uint8(255), pictures[0])
    masked = FrameClip(pictures, [0], 1, [mask])
    assert gifsom.compare(masked, FrameClip([white], [0], 1)).psnr == inf


def test_a_smaller_output_is_compared_at_its_size(tmp_path: Path) -> None:
    gifsom.convert(FIXTURES / "scene.mp4", tmp_path / "x.gif", width=160, end=0.5)
    found = gifsom.compare(FIXTURES / "scene.mp4", tmp_path / "x.gif", picture=tmp_path / "x.png")
    assert (found.size, found.source_size[0] > 160) == ((160, 90), True)
    assert 0.1 < found.error < 2.5
    assert found.psnr > 28
    assert 0.9 < found.ssim < 1
    with Image.open(tmp_path / "x.png") as picture:
        assert picture.width > 3 * 160


def test_another_shape_cannot_be_compared() -> None:
    with pytest.raises(gifsom.SettingError, match="another shape"):
        gifsom.compare(FIXTURES / "scene.mp4", SPRITE)


def test_the_picture_has_source_output_and_difference_side_by_side() -> None:
    dark, light = np.full((30, 200, 3), 50, np.uint8), np.full((30, 200, 3), 60, np.uint8)
    shown = np.asarray(gifsom.compare(clip([dark], 10), clip([light], 10)).draw())
    found = [shown[60, 16 + i * 216 + 100].tolist() for i in range(3)]
    assert found == [[50] * 3, [60] * 3, [80] * 3]


def test_the_command_says_all_of_it(here: Path, inside: Inside) -> None:
    run = inside("compare", SPRITE, SPRITE, "x.png")
    assert (run.status, run.err, names(here)) == (0, "", ["x.png"])
    for words in ("12 compared", "infinite", "SSIM    1.0000", "worst   frame 1", "x.png"):
        assert words in run.out


def test_nothing_is_written_where_it_fails(here: Path, inside: Inside) -> None:
    (here / "x.png").write_bytes(b"mine")
    before = listing(here)
    for arguments, status in (
        ((SPRITE, SPRITE, "x.png"), 1),
        ((SPRITE, SPRITE, "y.jpg"), 1),
        ((SPRITE, "missing.gif", "y.png"), 1),
        ((SPRITE, SPRITE, "y.png", "--start", "60"), 1),
        ((SPRITE, SPRITE, "y.png", "--start", "soon"), 2),
        ((FIXTURES / "scene.mp4", SPRITE, "y.png"), 2),
    ):
        run = inside("compare", *arguments)
        assert (run.status, run.out) == (status, "")
        assert one_line(run.err)
    assert listing(here) == before
