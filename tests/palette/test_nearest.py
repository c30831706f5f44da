"""Nearest: the search finds the nearest entry, of equals the lowest, and mapping is the same search."""

import numpy as np
import pytest
import twins.color
import twins.nearest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gifsom.palette import nearest
from gifsom.palette.color import oklab, pack
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


@pytest.mark.parametrize("cells", [20, CELLS, MANY, 60])
@pytest.mark.parametrize("count", [1, 2, 40, 1024])
def test_what_may_be_nearest_within_a_cell_is_what_the_twin_says(count: int, cells: int) -> None:
    """As far as numbers are not rounded. They ascend, and nothing beside them is touched."""
    entries = random_lab(count, 5, None)
    away, room = np.empty(count, np.float32), np.full(count + 66, GUARD, np.uint16)
    for color in random_lab(10, 6, None):
        cell = cell_of(color, cells)
        last = nearest._within(cell, cells, np.ascontiguousarray(entries.T), away, room, 32)
        certain, doubtful = (set(twins.nearest.within(cell, cells, entries, margin)) for margin in (2e-6, 4e-6))
        found = room[33:last].tolist()
        assert room[32] == len(found)
        assert certain <= set(found) <= doubtful
        assert found == sorted(found)
        assert {GUARD} == {*room[:32].tolist(), *room[33 + count + 1 :].tolist()}


def searched(colors: Lab, entries: Lab, length: int) -> list[int]:
    """What the kernel finds, with room for lists of such a length; it touches nothing else."""
    lists, away, turned = (
        np.zeros(1 << 18, np.int32),
        np.empty(len(entries), np.float32),
        np.ascontiguousarray(entries.T),
    )
    near, room = np.full(length + 64, GUARD, np.uint16), np.full(len(colors) + 64, -GUARD, np.int32)
    used = nearest._search(colors, turned, CELLS, away, lists, near[32:-32], 1, room[32:-32])
    assert 1 < used <= length
    assert {-GUARD} == {*room[:32].tolist(), *room[-32:].tolist()}
    assert {GUARD} == {*near[:32].tolist(), *near[-32:].tolist()}
    assert used == nearest._search(colors[-1:], turned, CELLS, away, lists, near[32:-32], used, room[-33:-32])
    return room[32:-32].tolist()


@pytest.mark.parametrize("steps", [None, 2, 4, 16])
@pytest.mark.parametrize("count", [1, 2, 9, 64, 300])
def test_search_is_the_one_of_the_twin(count: int, steps: int | None) -> None:
    """Of equally near entries, and of equal ones, the lowest."""
    colors, entries = random_lab(100, count, steps), random_lab(count, 60 + count, steps)
    assert twins.nearest.search(colors, entries) == searched(colors, entries, 100 * (count + 1) + 1)


@pytest.mark.parametrize("length", [11, 34])
def test_search_with_room_for_a_few_lists_is_the_one_of_the_twin(length: int) -> None:
    colors, entries = random_lab(12, 1, None), random_lab(9, 2, None)
    assert twins.nearest.search(colors, entries) == searched(colors, entries, length)


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
    assert nearest._CHUNK < 70_000
    distinct, entries = random_lab(500, 3, steps), random_lab(count, 4, steps)
    found = ColorIndex(entries).nearest(np.tile(distinct, (140, 1)))
    assert found.dtype == np.int32
    assert np.array_equal(np.tile(np.array(twins.nearest.search(distinct, entries)), 140), found)


def test_entries_are_found_for_no_color_at_all() -> None:
    assert ColorIndex(random_lab(9, 0, None)).nearest(np.empty((0, 3), np.float32)).tolist() == []


@pytest.mark.parametrize(("dtype", "entries"), [(np.uint8, 256), (np.uint16, 1024)])
def test_looking_up_is_the_one_of_the_twin(dtype: type[np.unsignedinteger], entries: int) -> None:
    """Some colors are known, some appear several times; those that are not known are pending from then on."""
    pixels, known = random_colors(3000, levels=12), np.unique(pack(random_colors(900, seed=1, levels=12)))
    drawn = np.random.default_rng(0).integers(0, entries, len(known))
    drawn[:2] = 0, entries - 1
    index = dict(zip(known.tolist(), drawn.tolist(), strict=True))
    table = np.zeros(1 << 24, np.uint16)
    table[known] = drawn + 1
    room, missed = np.full(3000 + 64, GUARD, dtype), np.full(3000 + 64, GUARD, np.int32)
    numbers, new = np.full(3000 + 64, GUARD, np.uint32), np.full((3000 + 64, 3), GUARD, np.uint8)
    rooms = numbers[32:-32], missed[32:-32], new[32:-32]
    misses, colors = nearest._look_up(pixels.reshape(-1), table, room[32:-32], *rooms)
    expected, expected_missed, expected_new = twins.nearest.look_up(pixels.tolist(), index)
    assert twins.color.pack(pixels) == numbers[32:-32].tolist()
    assert expected_missed == missed[32 : 32 + misses].tolist()
    assert expected_new == new[32 : 32 + colors].tolist()
    assert all(e is None or e == found for e, found in zip(expected, room[32:-32].tolist(), strict=True))
    for guarded in (room, numbers, missed, new):
        assert {GUARD} == {*guarded[:32].ravel().tolist(), *guarded[-32:].ravel().tolist()}
    assert (table[pack(new[32 : 32 + colors])] == nearest._PENDING).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_was_missed_is_completed_as_by_the_twin(dtype: type[np.unsignedinteger]) -> None:
    """Some colors come several times; nothing else is touched."""
    colors, missed = pack(random_colors(900, levels=6)), np.arange(3, 900, 2).astype(np.int32)
    new = np.array(list(dict.fromkeys(colors[missed].tolist())))
    found = np.random.default_rng(0).integers(0, 256, len(new)).astype(np.int32)
    table, room = np.zeros(1 << 24, np.uint16), np.full(900 + 64, GUARD, dtype)
    table[new] = nearest._PENDING
    nearest._complete(colors, missed, found, table, room[32:-32])
    assert twins.nearest.complete(colors[missed].tolist(), found.tolist()) == room[32:-32][missed].tolist()
    assert found.tolist() == (table[new] - 1).tolist()
    assert np.count_nonzero(table) == len(new)
    assert {GUARD} == set(np.delete(room, 32 + missed).tolist())


@pytest.mark.parametrize("count", [1, 2, 17, 256, 257, 1024])
def test_mapper_finds_the_nearest_entry(count: int) -> None:
    """More new colors than are searched at once, then colors that are known already."""
    entries = oklab(np.unique(random_colors(count, seed=5), axis=0))
    mapper = Mapper(entries)
    large = random_colors(70_000).reshape(350, 200, 3)
    checked = slice(None, None, 50)
    expected = twins.nearest.search(oklab(large.reshape(-1, 3)[checked]), entries)
    first, again = mapper.map(large), mapper.map(large)
    assert (first.dtype, first.shape) == (np.uint8 if len(entries) <= 256 else np.uint16, (350, 200))
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
