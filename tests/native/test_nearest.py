"""The nearest of a palette's entries."""

import numpy as np
import pytest
import twins.color
import twins.nearest

from gifsom.native import nearest
from gifsom.native.nearest import CANDIDATE, COLORS, most_cells
from gifsom.palette.color import oklab

from .zones import Zones, refusals

CELLS = 32
PENDING = 0xFFFF


def random_colors(count: int, seed: int = 0, levels: int = 256) -> np.ndarray:
    steps = np.random.default_rng(seed).integers(0, levels, (count, 3))
    return (steps * 255 // (levels - 1)).astype(np.uint8)


def place_of(colors: np.ndarray | list[int]) -> np.ndarray:
    """Where colors as numbers stand in the table: first the upper halves of their channels, then the lower ones."""
    digits = [f"{color:06x}" for color in colors]
    return np.array([int(color[::2] + color[1::2], 16) for color in digits])


def random_lab(count: int, seed: int, steps: int | None) -> np.ndarray:
    """Of so many steps in each channel only, where that is said: many are equal, or equally near."""
    lab = oklab(random_colors(count, seed))
    return lab if steps is None else np.round(lab * np.float32(steps)) / np.float32(steps)


def searched(colors: np.ndarray, entries: np.ndarray, length: int, cells: int = CELLS) -> list[int]:
    """What the kernel finds, with room for lists of such a length."""
    zones, n = Zones(), len(entries)
    channels, away = zones.copy(np.ascontiguousarray(entries.T)), zones.copy(np.zeros(n, np.float32))
    cell_lists, lists = zones.copy(np.zeros(most_cells(), np.int32)), zones.copy(np.zeros(length, CANDIDATE))
    out = zones.copy(np.full(len(colors), -7, np.int32))
    used = nearest.search(zones.copy(colors), channels, cells, away, cell_lists, lists, 1, out)
    assert 1 < used <= length
    last = zones.copy(out[-1:])
    assert used == nearest.search(colors[-1:], channels, cells, away, cell_lists, lists, used, last)
    assert last[0] == out[-1]
    zones.check()
    return out.tolist()


@pytest.mark.parametrize("steps", [None, 2, 4, 16])
@pytest.mark.parametrize("count", [1, 2, 9, 64, 300])
def test_search_is_that_of_the_twin(count: int, steps: int | None) -> None:
    """Of equally near entries, and of equal ones, the lowest."""
    colors, entries = random_lab(100, count, steps), random_lab(count, 60 + count, steps)
    expected = twins.nearest.search(colors, entries)
    for cells in (1, CELLS, 60):
        assert expected == searched(colors, entries, 100 * (count + 1) + 2, cells)


@pytest.mark.parametrize("length", [11, 34])
def test_search_with_room_for_a_few_lists_is_that_of_the_twin(length: int) -> None:
    colors, entries = random_lab(12, 1, None), random_lab(9, 2, None)
    assert twins.nearest.search(colors, entries) == searched(colors, entries, length)


@pytest.mark.parametrize("cells", [20, CELLS, 50, 60])
@pytest.mark.parametrize("count", [1, 2, 40, 1024])
def test_what_may_be_nearest_within_a_cell_is_what_the_twin_says(count: int, cells: int) -> None:
    """As far as numbers are not rounded. They ascend, and have their colors beside them."""
    entries, channels = random_lab(count, 5, None), np.ascontiguousarray(random_lab(count, 5, None).T)
    for color in random_lab(10, 6, None):
        cell_lists, lists = np.zeros(most_cells(), np.int32), np.zeros(count + 2, CANDIDATE)
        away, out = np.zeros(count, np.float32), np.zeros(1, np.int32)
        used = nearest.search(color[None], channels, cells, away, cell_lists, lists, 1, out)
        (cell,) = np.flatnonzero(cell_lists)
        certain, doubtful = (set(twins.nearest.within(int(cell), cells, entries, margin)) for margin in (2e-6, 4e-6))
        found = lists["index"][2:used].tolist()
        assert lists["index"][1] == len(found)
        assert certain <= set(found) <= doubtful
        assert found == sorted(found)
        assert np.array_equal(entries[found], lists["color"][2:used])


def test_a_color_that_no_screen_shows_reads_no_list_beside_the_others() -> None:
    colors = np.array([[-3, -2, 7], [1e6, 40, 2]], np.float32)
    assert set(searched(colors, random_lab(9, 2, None), 200)) <= set(range(9))


@pytest.mark.parametrize(("dtype", "entries"), [(np.uint8, 256), (np.uint16, 1024)])
def test_looking_up_is_that_of_the_twin(dtype: type[np.unsignedinteger], entries: int) -> None:
    """Some colors are known, some appear several times; those that are not known are pending from then on."""
    zones, pixels = Zones(), random_colors(3000, levels=12)
    known = np.unique(twins.color.pack(random_colors(900, seed=1, levels=12)))
    drawn = np.random.default_rng(0).integers(0, entries, len(known))
    drawn[:2] = 0, entries - 1
    index = dict(zip(known.tolist(), drawn.tolist(), strict=True))
    table = np.zeros(COLORS, np.uint16)
    table[place_of(known)] = drawn + 1
    out, missed = zones.copy(np.full(3000, 7, dtype)), zones.copy(np.full(3000, 7, np.int32))
    new = zones.copy(np.full((3000, 3), 7, np.uint8))
    misses, colors = nearest.look_up(zones.copy(pixels), table, out, missed, new)
    expected, expected_missed, expected_new = twins.nearest.look_up(pixels.tolist(), index)
    assert expected_missed == missed[:misses].tolist()
    assert expected_new == new[:colors].tolist()
    assert all(e is None or e == found for e, found in zip(expected, out.tolist(), strict=True))
    assert (table[place_of(twins.color.pack(new[:colors]))] == PENDING).all()
    zones.check()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_was_missed_is_completed_as_by_the_twin(dtype: type[np.unsignedinteger]) -> None:
    """Some colors come several times; nothing else is touched."""
    zones, rgb, missed = Zones(), random_colors(900, levels=6), np.arange(3, 900, 2).astype(np.int32)
    colors = np.array(twins.color.pack(rgb))[missed].tolist()
    new = np.array(list(dict.fromkeys(colors)))
    found = np.random.default_rng(0).integers(0, 256, len(new)).astype(np.int32)
    table, out = np.zeros(COLORS, np.uint16), zones.copy(np.full(900, 7, dtype))
    table[place_of(new)] = PENDING
    nearest.complete(zones.copy(rgb), zones.copy(missed), zones.copy(found), table, out)
    assert twins.nearest.complete(colors, found.tolist()) == out[missed].tolist()
    assert found.tolist() == (table[place_of(new)] - 1).tolist()
    assert np.count_nonzero(table) == len(new)
    assert {7} == set(np.delete(out, missed).tolist())
    zones.check()


def test_what_does_not_fit_is_refused() -> None:
    lab = random_lab(9, 0, None)
    given = {"colors": lab, "entries": np.ascontiguousarray(lab.T), "away": np.zeros(9, np.float32)}
    given |= {"cell_lists": np.zeros(most_cells(), np.int32), "out": np.zeros(9, np.int32)}
    lists = np.zeros(20, CANDIDATE)
    for arguments, error in refusals(given, {"away", "cell_lists", "out"}):
        with pytest.raises(error):
            nearest.search(**arguments, cells=CELLS, lists=lists, used=1)
    for wrong, cells, used in ((lists[:10], 32, 1), (lists, 0, 1), (lists, 61, 1), (lists, 32, 0), (lists, 32, 21)):
        with pytest.raises(ValueError, match="9 entries"):
            nearest.search(**given, cells=cells, lists=wrong, used=used)
    with pytest.raises(TypeError):
        nearest.search(**given, cells=CELLS, lists=np.zeros(20, np.float32), used=1)
    rgb, table, missed = random_colors(9), np.zeros(COLORS, np.uint16), np.zeros(9, np.int32)
    given = {"rgb": rgb, "table": table, "out": np.zeros(9, np.uint8)}
    more = {"missed": missed, "new": np.zeros((9, 3), np.uint8)}
    for arguments, error in refusals(given | more, {"table", "out", "missed", "new"}):
        with pytest.raises(error):
            nearest.look_up(**arguments)
    with pytest.raises(ValueError, match="room for 8 of 9 pixels"):
        nearest.look_up(**given, missed=missed[:8], new=np.zeros((8, 3), np.uint8))
    for arguments, error in refusals(given | {"missed": missed, "found": missed}, {"table", "out"}):
        with pytest.raises(error):
            nearest.complete(**arguments)
