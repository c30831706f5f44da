"""Nearest: the search finds the nearest entry, of equals the lowest, and mapping is the same search."""

import numpy as np
import pytest
import twins.color
import twins.nearest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gifsom.palette import nearest
from gifsom.palette.color import oklab
from gifsom.palette.nearest import CELLS, MANY, ColorIndex, Mapper

Pixels = NDArray[np.uint8]
Lab = NDArray[np.float32]

GUARD = 0xA5


def random_colors(count: int, seed: int = 0, levels: int = 256) -> Pixels:
    """Colors (n, 3), read-only as all frames are; fewer levels give more colors twice."""
    colors = np.random.default_rng(seed).integers(0, levels, (count, 3)).astype(np.uint8)
    colors.flags.writeable = False
    return colors


def random_lab(count: int, seed: int, steps: int | None) -> Lab:
    """Points (n, 3) where colors are; with `steps`, on a grid that is so coarse that many distances are the same."""
    rng = np.random.default_rng(seed)
    lab = rng.random((count, 3)) if steps is None else rng.integers(0, steps + 1, (count, 3)) / steps
    return (lab * [1, 0.5, 0.5] - [0, 0.25, 0.25]).astype(np.float32)


def cell_of(color: Lab, cells: int) -> int:
    x, y, z = ((color + np.array([0, 0.5, 0.5])) * cells).astype(int)
    return int(x << 12 | y << 6 | z)


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=20), st.integers(0, 2**32 - 1))
def test_entries_anywhere_are_found_as_by_the_twin(points: list[tuple[int, int, int]], seed: int) -> None:
    """A map that unfolds is not always where colors are."""
    entries, colors = np.array(points, np.float32) / 4, random_lab(20, seed, 16)
    assert twins.nearest.search(colors, entries) == ColorIndex(entries).nearest(colors).tolist()


def test_the_ends_of_all_that_a_screen_can_show_are_found() -> None:
    """None of them lies outside of the cells."""
    corners = oklab(np.array([[r, g, b] for r in (0, 255) for g in (0, 255) for b in (0, 255)], np.uint8))
    for cells in (CELLS, MANY, 60):
        assert ColorIndex(corners, cells).nearest(corners).tolist() == list(range(8))
        assert min(cell_of(corner, cells) for corner in corners) >= 0
        assert ((corners + np.array([0, 0.5, 0.5])) * cells < 64).all()


@pytest.mark.parametrize("count", [1, 40])
def test_entries_say_how_far_colors_are_from_the_nearest(count: int) -> None:
    colors, entries = random_lab(500, 3, None), random_lab(count, 4, None)
    squared = ColorIndex(entries).squared(colors)
    assert (squared.dtype, squared.shape) == (np.float32, (500,))
    assert [twins.nearest.distances(color, entries).min() for color in colors] == pytest.approx(squared)


@pytest.mark.parametrize("steps", [None, 3])
@pytest.mark.parametrize("count", [1, 2, 40, 1024])
def test_entries_are_found_for_more_colors_than_one_call_of_the_kernel_takes(count: int, steps: int | None) -> None:
    assert nearest._CHUNK < 280_000
    distinct, entries = random_lab(500, 3, steps), random_lab(count, 4, steps)
    found = ColorIndex(entries).nearest(np.tile(distinct, (560, 1)))
    assert found.dtype == np.int32
    assert np.array_equal(np.tile(np.array(twins.nearest.search(distinct, entries)), 560), found)


def test_entries_are_found_for_no_color_at_all() -> None:
    assert ColorIndex(random_lab(9, 0, None)).nearest(np.empty((0, 3), np.float32)).tolist() == []


@pytest.mark.parametrize("count", [1, 2, 17, 256, 257, 1024])
def test_mapper_finds_the_nearest_entry(count: int) -> None:
    """More new colors than are searched at once, then colors that are known already."""
    entries = oklab(np.unique(random_colors(count, seed=5), axis=0))
    mapper = Mapper(entries)
    assert nearest._CHUNK < 280_000
    large = random_colors(280_000).reshape(700, 400, 3)
    checked = slice(None, None, 200)
    expected = twins.nearest.search(oklab(large.reshape(-1, 3)[checked]), entries)
    first, again = mapper.map(large), mapper.map(large)
    assert (first.dtype, first.shape) == (np.uint8 if len(entries) <= 256 else np.uint16, (700, 400))
    assert expected == first.ravel()[checked].tolist()
    assert first.tobytes() == again.tobytes()


def test_mapper_takes_256_entries_as_bytes_and_one_more_as_two() -> None:
    colors = random_colors(400, seed=5)[:257]
    for count, dtype in ((256, np.uint8), (257, np.uint16)):
        index = Mapper(oklab(colors[:count])).map(colors[:count])
        assert index.dtype == dtype
        assert np.array_equal(np.arange(count), index), "each of the palette's own colors is itself"


def test_mapper_keeps_the_shape_of_what_it_maps() -> None:
    mapper, colors = Mapper(oklab(random_colors(9))), random_colors(24, seed=1)
    flat = mapper.map(colors)
    assert flat.shape == (24,)
    assert flat.reshape(4, 6).tolist() == mapper.map(colors.reshape(4, 6, 3)).tolist()


def test_mapper_takes_the_lowest_index_of_equally_near_entries() -> None:
    """Entries that are mirrored around grey."""
    grey = np.full((1, 1, 3), 128, np.uint8)
    grey.flags.writeable = False
    around = np.array([[0, 0.5, 0], [0, 0, 0.25], [0, 0, -0.25], [0, -0.25, 0], [0, 0.25, 0]], np.float32)
    entries = oklab(grey)[0, 0] + around
    distances = twins.nearest.distances(oklab(grey)[0, 0], entries)
    assert (distances[1:] == distances[1]).sum() > 1, "the test has a tie to decide"
    assert [[int(np.argmin(distances))]] == Mapper(entries).map(grey).tolist()
