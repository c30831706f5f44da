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


def test_collecting_is_the_one_of_the_twin() -> None:
    """Some colors are known, some appear several times."""
    pixels, known = random_colors(3000, levels=12), random_colors(300, seed=1, levels=12)
    table = np.zeros(1 << 24, np.uint16)
    table[pack(known)] = 1
    room = np.full(3000 + 64, GUARD, np.uint32)
    count = nearest._collect(pixels, table, room[32:-32])
    expected = reference.collect(pixels.tolist(), set(pack(known).tolist()))
    assert expected == room[32 : 32 + count].tolist()
    assert {GUARD} == {*room[:32].tolist(), *room[32 + count :].tolist()}
    assert len(expected) + len(np.unique(pack(known))) == np.count_nonzero(table)
    assert nearest._collect(pixels, table, room[32:-32]) == 0


@pytest.mark.parametrize(("dtype", "entries"), [(np.uint8, 256), (np.uint16, 1024)])
def test_looking_up_is_the_one_of_the_twin(dtype: type[np.unsignedinteger], entries: int) -> None:
    pixels = random_colors(3000, levels=12)
    numbers = np.unique(pack(pixels))
    drawn = np.random.default_rng(0).integers(0, entries, len(numbers))
    drawn[:2] = 0, entries - 1
    index = dict(zip(numbers.tolist(), drawn.tolist(), strict=True))
    table = np.zeros(1 << 24, np.uint16)
    table[numbers] = np.array(list(index.values()), np.uint16) + 1
    room = np.full(3000 + 64, GUARD, dtype)
    nearest._look_up(pixels, table, room[32:-32])
    assert reference.look_up(pixels.tolist(), index) == room[32:-32].tolist()
    assert {GUARD} == {*room[:32].tolist(), *room[-32:].tolist()}


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
