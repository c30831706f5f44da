"""Palette: it is checked and read-only, shows itself, maps pixels to its nearest colors, and comes back from files."""

import re
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import twins.nearest
from numpy.typing import ArrayLike, NDArray

from gifsom import FrameError, PaletteError, TargetExists
from gifsom.palette.color import oklab, unpack
from gifsom.palette.palette import MAX_COLORS, Palette

Pixels = NDArray[np.uint8]


def numbered(count: int, first: int = 0) -> Pixels:
    """Colors (n, 3) number `first` and on, all different."""
    return unpack(np.arange(first, first + count, dtype=np.uint32))


def random_colors(count: int, seed: int = 0) -> Pixels:
    """Colors (n, 3), all different, in any order."""
    return unpack(np.random.default_rng(seed).choice(1 << 24, count, replace=False).astype(np.uint32))


@pytest.mark.parametrize(
    ("colors", "said"),
    [
        (np.zeros((0, 3), np.uint8), r"\(0, 3\) of uint8"),
        (np.zeros((MAX_COLORS + 1, 3), np.uint8), r"\(1025, 3\) of uint8"),
        (np.zeros((4, 4), np.uint8), r"\(4, 4\) of uint8"),
        (np.zeros((2, 2, 3), np.uint8), r"\(2, 2, 3\) of uint8"),
        (np.zeros(3, np.uint8), r"\(3,\) of uint8"),
        (np.zeros((4, 3)), r"\(4, 3\) of float64"),
        (np.zeros((4, 3), np.int8), r"\(4, 3\) of int8"),
        ([[1, 2, 3]], r"\(1, 3\) of int64"),
        (None, r"\(\) of object"),
        (np.zeros((2, 3), np.uint8), "no color twice"),
        (np.array([[1, 2, 3], [3, 2, 1], [1, 2, 3]], np.uint8), "no color twice"),
    ],
)
def test_what_is_no_palette_is_told(colors: Any, said: str) -> None:
    with pytest.raises(PaletteError, match=said):
        Palette(colors)


@pytest.mark.parametrize("count", [1, 2, 256, 257, MAX_COLORS])
def test_palettes_have_1_to_1024_colors_in_the_order_that_is_given(count: int) -> None:
    colors = random_colors(count)
    palette = Palette(colors)
    assert len(palette) == count
    assert colors.tolist() == palette.colors.tolist()
    assert oklab(colors).tolist() == palette.lab.tolist()
    assert palette.lab.dtype == np.float32


def test_a_palette_is_a_copy_and_read_only() -> None:
    given = np.asfortranarray(numbered(7))
    palette = Palette(given)
    given[0] = 9
    assert numbered(7).tolist() == palette.colors.tolist()
    assert given.flags.writeable
    assert palette.colors.flags.c_contiguous
    with pytest.raises(ValueError, match="read-only"):
        palette.colors[0] = 1
    with pytest.raises(AttributeError):
        palette.colors = given  # type: ignore[misc]


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (1, "<Palette of 1 color: #000000>"),
        (4, "<Palette of 4 colors: #000000 #000001 #000002 #000003>"),
        (300, "<Palette of 300 colors: #000000 #000001 #000002 #000003 …>"),
    ],
)
def test_a_palette_shows_its_first_colors(count: int, shown: str) -> None:
    assert shown == repr(Palette(numbered(count)))


@pytest.mark.parametrize("count", [1, 33, 256, MAX_COLORS])
def test_a_palette_shows_a_swatch_for_each_color_in_a_notebook(count: int) -> None:
    """In its order, with its index and color as the title."""
    colors = random_colors(count)
    html = Palette(colors)._repr_html_()
    hexes = ["#" + bytes(color).hex() for color in colors]
    swatches = re.findall(r'<span title="(\d+): (#[0-9a-f]{6})" style="background:(#[0-9a-f]{6})"></span>', html)
    assert [(str(n), color, color) for n, color in enumerate(hexes)] == swatches
    assert html.count("<span") == count
    assert f"{count} color{'s' * (count > 1)}" in html


@pytest.mark.parametrize(("count", "dtype"), [(1, np.uint8), (256, np.uint8), (257, np.uint16), (1024, np.uint16)])
@pytest.mark.parametrize("shape", [(60, 3), (6, 10, 3)])
def test_pixels_are_mapped_to_the_nearest_colors(shape: tuple[int, ...], count: int, dtype: type) -> None:
    palette = Palette(random_colors(count))
    pixels = random_colors(60, seed=1).reshape(shape)
    index = palette.apply(pixels)
    assert (dtype, shape[:-1]) == (index.dtype, index.shape)
    assert twins.nearest.search(oklab(pixels.reshape(-1, 3)), palette.lab) == index.ravel().tolist()
    assert np.arange(count).tolist() == palette.apply(palette.colors).tolist()


def test_pixels_that_are_mapped_may_have_any_strides_and_stay_as_they_are() -> None:
    palette, pixels = Palette(random_colors(20)), random_colors(600, seed=1).reshape(20, 30, 3)
    expected = palette.apply(pixels)
    assert pixels.flags.writeable
    assert expected[::-1, ::2].tolist() == palette.apply(pixels[::-1, ::2]).tolist()
    assert expected.tolist() == palette.apply(np.asfortranarray(pixels)).tolist()
    bgr = np.ascontiguousarray(pixels[..., ::-1])
    assert expected.tolist() == palette.apply(bgr[..., ::-1]).tolist()


@pytest.mark.parametrize(
    ("pixels", "said"),
    [
        (np.zeros((0, 3), np.uint8), r"\(0, 3\) of uint8"),
        (np.zeros((4, 4, 4), np.uint8), r"\(4, 4, 4\) of uint8"),
        (np.zeros((4, 4), np.uint8), r"\(4, 4\) of uint8"),
        (np.zeros(3, np.uint8), r"\(3,\) of uint8"),
        (np.zeros((1, 4, 4, 3), np.uint8), r"\(1, 4, 4, 3\) of uint8"),
        (np.full((4, 3), np.nan, np.float32), r"\(4, 3\) of float32"),
        ([[1, 2, 3]], r"\(1, 3\) of int64"),
        (None, r"\(\) of object"),
    ],
)
def test_what_are_no_pixels_is_told_by_shape_and_dtype(pixels: ArrayLike, said: str) -> None:
    with pytest.raises(FrameError, match=said):
        Palette(numbered(3)).apply(pixels)


def grey(*levels: int) -> Pixels:
    return np.repeat(np.array(levels, np.uint8)[:, None], 3, axis=1)


def test_the_color_that_costs_least_is_dropped_and_the_order_kept() -> None:
    """100 and 104 are near each other, and 104 has fewer pixels."""
    palette = Palette(grey(250, 104, 0, 100, 60))
    pixels = grey(*[250] * 9, *[104] * 4, *[0] * 9, *[100] * 9, *[60] * 9)
    assert grey(250, 0, 100, 60).tolist() == palette.reduced(4, pixels).colors.tolist()


def test_what_a_color_costs_is_how_much_farther_its_pixels_would_be() -> None:
    """One pixel that would have nothing near outweighs many that would hardly see a difference."""
    palette = Palette(grey(0, 100, 101, 255))
    pixels = grey(*[0] * 9, *[100] * 2000, *[101] * 1000, 255)
    assert grey(0, 100, 255).tolist() == palette.reduced(3, pixels).colors.tolist()


def test_colors_that_no_pixel_uses_are_dropped_first() -> None:
    palette = Palette(np.concatenate([grey(10, 200), [[255, 0, 0], [0, 255, 0]], grey(90, 92)]).astype(np.uint8))
    pixels = grey(10, 200, 90, 92, 92)
    assert grey(10, 200, 90, 92).tolist() == palette.reduced(4, pixels).colors.tolist()


@pytest.mark.parametrize("count", [5, 6, 1000])
def test_a_palette_that_is_small_enough_is_not_reduced(count: int) -> None:
    palette = Palette(grey(1, 2, 3, 4, 5))
    assert palette.reduced(count, grey(1)) is palette


def test_of_256_colors_the_255_best_are_left() -> None:
    """Compared with all 256 ways to drop one."""
    colors, pixels = random_colors(256), random_colors(4000, seed=1)
    lab = oklab(pixels)
    away = ((lab[:, None] - oklab(colors)[None]) ** 2).sum(axis=2)
    errors = [np.delete(away, n, axis=1).min(axis=1).sum(dtype=np.float64) for n in range(256)]
    reduced = Palette(colors).reduced(255, pixels)
    left = ((lab[:, None] - reduced.lab[None]) ** 2).sum(axis=2).min(axis=1).sum(dtype=np.float64)
    assert len(reduced) == 255
    assert left == pytest.approx(min(errors))


def test_a_flat_background_of_a_whole_sample_takes_little_memory_to_reduce() -> None:
    """As the sample of a screen recording has it: 131072 pixels, most of them of one color."""
    pixels = np.full((1 << 17, 3), 9, np.uint8)
    pixels[::20] = np.random.default_rng(0).integers(0, 256, (len(pixels[::20]), 3))
    palette = Palette(random_colors(256))
    tracemalloc.start()
    try:
        assert len(palette.reduced(255, pixels)) == 255
        assert tracemalloc.get_traced_memory()[1] <= 100e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("ending", [".gpl", ".act", ".png", ".json", ".npy"])
@pytest.mark.parametrize("count", [1, 255, 256])
def test_a_palette_comes_back_from_its_file(ending: str, count: int, tmp_path: Path) -> None:
    """What the files look like is tested with gifsom.palette.files."""
    palette = Palette(random_colors(count))
    path = tmp_path / f"palette{ending}"
    palette.save(path)
    loaded = Palette.load(str(path))
    assert isinstance(loaded, Palette)
    assert palette.colors.tolist() == loaded.colors.tolist()


def test_a_file_that_is_there_is_replaced_only_where_that_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "a.gpl"
    Palette(numbered(3)).save(path)
    with pytest.raises(TargetExists):
        Palette(numbered(4)).save(path)
    assert len(Palette.load(path)) == 3
    Palette(numbered(4)).save(path, overwrite=True)
    assert len(Palette.load(path)) == 4


def test_a_map_that_is_larger_than_a_table_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(PaletteError, match="257"):
        Palette(numbered(257)).save(tmp_path / "a.gpl")
    assert list(tmp_path.iterdir()) == []
