"""Weights and keep costs of pixels."""

import numpy as np
import pytest
import twins.perceptual

from gifsom.native import perceptual
from gifsom.palette.color import LINEAR, TO_LAB, TO_LMS

from .zones import Zones, refusals

TOOLS = tuple(tool.astype(np.float32) for tool in (LINEAR, TO_LMS, TO_LAB))
MASKING = 250.0
SIZES = pytest.mark.parametrize("size", [(1, 1), (1, 9), (4, 3), (17, 21), (9, 130)])


def picture(size: tuple[int, int], levels: int) -> np.ndarray:
    """Black and white among its colors; some rows are as the ones above."""
    drawn = np.random.default_rng(levels).integers(0, levels, (*size, 3)).astype(np.uint8)
    drawn[0, 0], drawn[-1, -1] = 0, 255
    for y in range(2, size[0], 3):
        drawn[y] = drawn[y - 1]
    return drawn


@pytest.mark.parametrize("levels", [2, 256])
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (4, 3), (17, 21), (1, 511), (3, 513), (2, 515), (7, 2)])
def test_weights_are_those_of_the_twin(size: tuple[int, int], levels: int) -> None:
    """Of wide pictures, too, which are cut into strips."""
    zones = Zones()
    rgb, pixels = zones.copy(picture(size, levels)), zones.copy(np.full((*size, 4), 7, np.float32))
    persistence = zones.copy(np.random.default_rng(7).integers(1, 9, size).astype(np.uint8))
    perceptual.weights(rgb, persistence, *TOOLS, MASKING, pixels)
    assert np.array_equal(twins.perceptual.look(rgb, persistence, TOOLS, MASKING), pixels)
    zones.check()


@pytest.mark.parametrize("first", [True, False])
def test_keep_costs_are_those_of_the_twin(first: bool) -> None:
    """The table has entries in another order than the map, and not all of them."""
    zones, rng = Zones(), np.random.default_rng(8)
    pixels, colors, table = (rng.random((count, k)).astype(np.float32) for count, k in ((500, 4), (9, 3), (5, 3)))
    best, shown = rng.integers(9, size=(2, 500)).astype(np.uint16)
    slot = rng.integers(5, size=9).astype(np.uint8)
    shown[:200], colors[:3], slot[:3] = best[:200], table[:3], range(3)
    costs, symbols = zones.copy(np.full((500, 2), 7, np.float32)), zones.copy(np.full(500, 7, np.uint8))
    rooms = [zones.copy(array) for array in (pixels, best, slot, table, shown, colors)]
    perceptual.fill_costs(*rooms, first, costs, symbols)
    expected = twins.perceptual.compare(pixels, best.tolist(), table[slot], shown.tolist(), colors, first)
    assert np.array_equal(expected, costs)
    assert symbols.tolist() == slot[best].tolist()
    zones.check()


@SIZES
@pytest.mark.parametrize("share", [0.0, 0.01, 0.2, 1.0])
def test_blocks_that_are_skipped_are_those_of_the_twin(size: tuple[int, int], share: float) -> None:
    rng = np.random.default_rng(7)
    costs = rng.random((*size, 2)).astype(np.float32)
    costs[..., 1] *= rng.random(size) < share
    for limit in (0.0, 0.5, 3.0, 30.0, 1e9):
        zones = Zones()
        given = zones.copy(costs)
        keep, bounds = twins.perceptual.settle(costs[..., 1], limit)
        assert bounds == perceptual.skip_blocks(given, limit)
        assert np.array_equal(keep, given[..., 1])
        assert np.array_equal(costs[..., 0], given[..., 0])
        zones.check()


def test_more_blocks_are_summed_than_at_a_time() -> None:
    costs = np.random.default_rng(3).random((9, 1100, 2)).astype(np.float32)
    costs[..., 1] *= np.repeat(np.random.default_rng(4).random(1100) ** 4, 1)
    keep, bounds = twins.perceptual.settle(costs[..., 1], 4.0)
    assert bounds == perceptual.skip_blocks(costs, 4.0)
    assert np.array_equal(keep, costs[..., 1])
    assert 0 < np.count_nonzero(keep) < keep.size


def test_nothing_can_be_skipped_of_a_first_picture() -> None:
    costs = np.full((5, 4, 2), np.inf, np.float32)
    assert perceptual.skip_blocks(costs, 1e9) == (0, 5, 0, 4)
    assert np.isinf(costs).all()


@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize("rect", [(0, 0, 7, 9), (3, 2, 4, 5), (0, 6, 1, 9), (8, 0, 7, 1), (2, 1, 6, 7), (4, 4, 0, 0)])
def test_a_part_is_moved_to_the_beginning(rect: tuple[int, int, int, int], size: int) -> None:
    top, left, width, height = rect
    zones = Zones()
    known = zones.copy(np.random.default_rng(14).random((9, 7, size)).astype(np.float32))
    expected = known[top : top + height, left : left + width].copy()
    perceptual.crop_in_place(known, *rect)
    assert expected.tobytes() == known.reshape(-1, size)[: width * height].tobytes()
    zones.check()


@pytest.mark.parametrize(
    "rect", [(-1, 0, 1, 1), (0, -1, 1, 1), (0, 0, 8, 1), (0, 0, 1, 10), (9, 0, 1, 1), (0, 0, -1, 1)]
)
def test_a_part_that_is_not_inside_is_refused(rect: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="pixels at"):
        perceptual.crop_in_place(np.zeros((9, 7, 4), np.float32), *rect)


def test_what_does_not_fit_is_refused() -> None:
    pixels, rgb, persistence = np.zeros((4, 5, 4), np.float32), picture((4, 5), 256), np.ones((4, 5), np.uint8)
    tools = dict(zip(("linear", "to_lms", "to_lab"), TOOLS, strict=True))
    given = {"rgb": rgb, "persistence": persistence, **tools, "masking": MASKING, "pixels": pixels}
    for arguments, error in refusals(given, {"pixels"}):
        with pytest.raises(error):
            perceptual.weights(**arguments)
    best, slot, colors = np.zeros(20, np.uint16), np.zeros(3, np.uint8), np.zeros((3, 3), np.float32)
    given = {"pixels": pixels.reshape(20, 4), "best": best, "slot": slot, "table": colors, "shown": best}
    given |= {"colors": colors, "first": False, "symbols": np.zeros(20, np.uint8)}
    given |= {"costs": np.zeros((20, 2), np.float32)}
    for arguments, error in refusals(given, {"costs", "symbols"}):
        with pytest.raises(error):
            perceptual.fill_costs(**arguments)
    for arguments, error in refusals({"costs": np.zeros((4, 5, 2), np.float32)}, {"costs"}):
        with pytest.raises(error):
            perceptual.skip_blocks(**arguments, limit=1.0)
    for arguments, error in refusals({"known": pixels}, {"known"}):
        with pytest.raises(error):
            perceptual.crop_in_place(**arguments, top=0, left=0, width=1, height=1)


def test_a_slot_that_the_table_does_not_have_is_refused() -> None:
    colors, best = np.zeros((3, 3), np.float32), np.zeros(20, np.uint16)
    arrays = np.zeros((20, 4), np.float32), best, np.array([0, 2, 1], np.uint8), colors[:2], best, colors
    with pytest.raises(ValueError, match="slot 2 of a table of 2"):
        perceptual.fill_costs(*arrays, False, np.zeros((20, 2), np.float32), np.zeros(20, np.uint8))


def test_blocks_are_as_large_as_those_of_the_twin() -> None:
    assert perceptual.block() == twins.perceptual.BLOCK
