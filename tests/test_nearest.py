"""Nearest: the search finds the nearest entry from any guess, of equals the lowest, and mapping is the same search."""

import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gifsom.color import oklab, pack
from gifsom.palette import nearest
from gifsom.palette.nearest import Entries, Mapper

Pixels = NDArray[np.uint8]
Lab = NDArray[np.float32]

GUARD = 0xA5


def random_colors(count: int, seed: int = 0, levels: int = 256) -> Pixels:
    """Colors (n, 3), read-only as all frames are; fewer levels give more colors twice."""
    colors = np.random.default_rng(seed).integers(0, levels, (count, 3)).astype(np.uint8)
    colors.flags.writeable = False
    return colors


def random_lab(count: int, seed: int, steps: int | None) -> Lab:
    """Points (n, 3); with `steps`, on a grid that is so coarse that many distances are the same."""
    rng = np.random.default_rng(seed)
    if steps is None:
        return rng.uniform(-0.4, 1, (count, 3)).astype(np.float32)
    return (rng.integers(0, steps, (count, 3)) / 4).astype(np.float32)


def own(entries: Lab) -> NDArray[np.float32]:
    """A squared distance to each entry (n, 3) up to which no other one is nearer: less than half the way to it."""
    apart = ((entries[:, None] - entries[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return np.float32(0.249) * apart.min(axis=1)


def searched(colors: Lab, entries: Lab, guess: NDArray[np.int32], bound: bool = True) -> list[int]:
    """What the kernel finds, as indices into entries that may come in any order; it touches nothing else."""
    rank = np.argsort(entries[:, 0], kind="stable")
    ascending = entries[rank]
    room = np.full(len(colors) + 64, -GUARD, np.int32)
    room[32:-32] = guess
    nearest._search(colors, ascending, rank, own(ascending) if bound else np.zeros_like(rank, np.float32), room[32:-32])
    assert {-GUARD} == {*room[:32].tolist(), *room[-32:].tolist()}
    return rank[room[32:-32]].tolist()


@pytest.mark.parametrize("steps", [None, 2, 4])
@pytest.mark.parametrize("count", [1, 2, 9, 64, 300])
def test_search_is_the_one_of_the_twin_from_any_guess(count: int, steps: int | None) -> None:
    """Of equally near entries, and of equal ones, the lowest index; `own` changes nothing."""
    colors, entries = random_lab(400, count, steps), random_lab(count, 60 + count, steps)
    expected = reference.search(colors, entries)
    guesses = [np.zeros(400), np.full(400, count - 1), np.random.default_rng(count).integers(0, count, 400)]
    for guess in guesses:
        assert expected == searched(colors, entries, guess.astype(np.int32))
        assert expected == searched(colors, entries, guess.astype(np.int32), bound=False)


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=20), st.integers(0, 2**32 - 1))
def test_search_among_any_entries_is_the_one_of_the_twin(points: list[tuple[int, int, int]], seed: int) -> None:
    entries, colors = np.array(points, np.float32), random_lab(20, seed, 16)
    guess = np.random.default_rng(seed).integers(0, len(points), 20).astype(np.int32)
    assert reference.search(colors, entries) == searched(colors, entries, guess)


def test_search_from_the_nearest_entry_stays_there() -> None:
    colors, entries = random_lab(400, 1, None), random_lab(64, 2, None)
    found = np.array(searched(colors, entries, np.zeros(400, np.int32)))
    place = np.argsort(np.argsort(entries[:, 0], kind="stable"))
    assert found.tolist() == searched(colors, entries, place[found].astype(np.int32))


@pytest.mark.parametrize("steps", [None, 2, 4])
@pytest.mark.parametrize("count", [1, 2, 9, 300])
def test_spacing_is_the_one_of_the_twin(count: int, steps: int | None) -> None:
    """Of entries that ascend in lightness, some of them equal; nothing beside the distances is touched."""
    entries = random_lab(count, count, steps)
    entries = entries[np.argsort(entries[:, 0], kind="stable")]
    room = np.full(count + 64, np.float32(GUARD))
    nearest._spacing(entries, room[32:-32])
    assert reference.spacing(entries) == room[32:-32].tolist()
    assert {float(GUARD)} == {*room[:32].tolist(), *room[-32:].tolist()}


@pytest.mark.parametrize("count", [1, 40])
def test_entries_say_how_far_colors_are_from_the_nearest(count: int) -> None:
    colors, entries = random_lab(500, 3, None), random_lab(count, 4, None)
    squared = Entries(entries).squared(colors)
    assert (squared.dtype, squared.shape) == (np.float32, (500,))
    assert [reference.distances(color, entries).min() for color in colors] == pytest.approx(squared)


@pytest.mark.parametrize("steps", [None, 3])
@pytest.mark.parametrize("count", [1, 2, 40, 1024])
def test_entries_are_found_with_and_without_a_guess(count: int, steps: int | None) -> None:
    """Indices are those of the given order, for more colors than one call of the kernel takes."""
    assert nearest._CHUNK < 70_000
    distinct, entries = random_lab(500, 3, steps), random_lab(count, 4, steps)
    colors = np.tile(distinct, (140, 1))
    expected = np.tile(np.array(reference.search(distinct, entries)), 140)
    guess = np.random.default_rng(5).integers(0, count, len(colors)).astype(np.int32)
    given_guess = guess.copy()
    found = Entries(entries)
    assert found.nearest(colors).dtype == np.int32
    assert np.array_equal(expected, found.nearest(colors))
    assert np.array_equal(expected, found.nearest(colors, guess))
    assert np.array_equal(given_guess, guess)


def test_entries_are_found_for_no_color_at_all() -> None:
    assert Entries(random_lab(9, 0, None)).nearest(np.empty((0, 3), np.float32)).tolist() == []


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
    expected, expected_missed, expected_new = reference.look_up(pixels.tolist(), index)
    assert reference.pack(pixels) == numbers[32:-32].tolist()
    assert expected_missed == missed[32 : 32 + misses].tolist()
    assert expected_new == new[32 : 32 + colors].tolist()
    assert all(e is None or e == found for e, found in zip(expected, room[32:-32].tolist(), strict=True))
    for guarded in (room, numbers, missed, new):
        assert {GUARD} == {*guarded[:32].ravel().tolist(), *guarded[-32:].ravel().tolist()}
    assert (table[pack(new[32 : 32 + colors])] == nearest._PENDING).all()


@pytest.mark.parametrize("count", [1, 2, 40, 1024])
def test_what_may_be_nearest_within_a_cell_is_what_the_twin_says(count: int) -> None:
    entries = oklab(random_colors(count, seed=5))
    away, room = np.empty(count, np.float32), np.full(count + 66, GUARD, np.uint16)
    for color in oklab(random_colors(60, seed=6)):
        x, y, z = ((color + np.array([0, 0.5, 0.5])) * nearest.CELLS).astype(int)
        cell = int(x << 12 | y << 6 | z)
        last = nearest._within(cell, np.ascontiguousarray(entries.T), away, room, 32)
        certain, doubtful = (set(reference.within(cell, nearest.CELLS, entries, margin)) for margin in (2e-6, 4e-6))
        found = room[33:last].tolist()
        assert room[32] == len(found)
        assert certain <= set(found) <= doubtful
        assert found == sorted(found)
        assert {GUARD} == {*room[:32].tolist(), *room[33 + count + 1 :].tolist()}


@pytest.mark.parametrize("length", [44, 400, 9000])
@pytest.mark.parametrize("levels", [6, 256])
def test_misses_are_settled_as_by_the_twin(levels: int, length: int) -> None:
    """Some colors come several times; with hardly room for one list, for some, and for all of them."""
    pixels, entries = random_colors(900, levels=levels), oklab(random_colors(42, seed=5))
    missed = np.arange(3, 900, 2).astype(np.int32)
    new = np.array([[*number.to_bytes(3, "big")] for number in dict.fromkeys(pack(pixels[missed]).tolist())], np.uint8)
    table, room = np.zeros(1 << 24, np.uint16), np.full(900 + 64, GUARD, np.uint16)
    table[pack(new)] = nearest._PENDING
    lists, near = np.zeros(1 << 18, np.int32), np.full(length + 64, GUARD, np.uint16)
    cells = np.ascontiguousarray(entries.T), np.empty(42, np.float32), lists, near[32:-32], 1
    used = nearest._settle_misses(pack(pixels), missed, oklab(new), *cells, table, room[32:-32])
    expected = reference.settle_misses(pixels[missed].tolist(), oklab(new), entries)
    assert expected == room[32:-32][missed].tolist()
    assert expected == (table[pack(pixels[missed])] - 1).tolist()
    assert np.count_nonzero(table) == len(new)
    assert 1 < used <= length
    for guarded in (np.delete(room, 32 + missed), near[:32], near[-32:]):
        assert {GUARD} == set(guarded.tolist())


@pytest.mark.parametrize("count", [1, 2, 17, 256, 257, 1024])
def test_mapper_finds_the_nearest_entry(count: int) -> None:
    """More new colors than are searched at once, then colors that are known already."""
    entries = oklab(np.unique(random_colors(count, seed=5), axis=0))
    mapper = Mapper(entries)
    large = random_colors(70_000).reshape(350, 200, 3)
    checked = slice(None, None, 50)
    expected = reference.search(oklab(large.reshape(-1, 3)[checked]), entries)
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
    distances = reference.distances(oklab(grey)[0, 0], entries)
    assert (distances[1:] == distances[1]).sum() > 1, "the test has a tie to decide"
    assert [[int(np.argmin(distances))]] == Mapper(entries).map(grey).tolist()
