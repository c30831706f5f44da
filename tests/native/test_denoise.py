"""What stands still, and its mean."""

from collections.abc import Iterator
from itertools import pairwise, permutations

import numpy as np
import pytest
import twins.denoise

from gifsom.native import denoise
from gifsom.native.denoise import batch, lookahead

from .zones import Zones, refusals


def noisy(count: int, size: tuple[int, int]) -> Iterator[np.ndarray]:
    """A picture with noise, of which a part changes now and then, and some rows stand still altogether."""
    rng = np.random.default_rng(9)
    drawn = rng.integers(0, 256, (*size, 3))
    noise = rng.integers(-2, 3, (*size, 3))
    for n in range(count):
        if n % 5 == 3:
            drawn[: size[0] // 2, : size[1] // 3] = rng.integers(0, 256, 3)
        rows = np.arange(size[0]) % 25 < (25 if n % 4 else 4)
        noise[rows] = rng.integers(-2, 3, (*size, 3))[rows]
        yield np.clip(drawn + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", [(1, 1), (3, 20), (23, 12), (60, 9), (2, 511), (3, 517), (11, 514)])
def test_movement_is_that_of_the_twin(size: tuple[int, int]) -> None:
    """Of wide pictures, too, which are cut into strips."""
    frames = list(noisy(12 if size[1] < 100 else 5, size))
    zones = Zones()
    moves = zones.copy(np.zeros(size, np.uint8))
    for place, (before, after) in enumerate([*pairwise(frames), (frames[0], frames[0])]):
        bit = 1 << place % 8
        moves &= ~np.uint8(bit)
        expected = moves | twins.denoise.movement(before, after) * np.uint8(bit)
        denoise.movement(zones.copy(before), zones.copy(after), place % 8, moves)
        assert np.array_equal(expected, moves)
    zones.check()


def test_movement_is_that_of_the_twin_where_pictures_differ_most() -> None:
    """All sums as large as they can be, and of both signs."""
    black, white = np.zeros((14, 30, 3), np.uint8), np.full((14, 30, 3), 255, np.uint8)
    half = black.copy()
    half[:, 15:] = 255
    for before, after in permutations((black, white, half), 2):
        moves = np.zeros((14, 30), np.uint8)
        denoise.movement(before, after, 0, moves)
        assert np.array_equal(twins.denoise.movement(before, after), moves)


@pytest.mark.parametrize("change", range(1, 6))
def test_movement_is_that_of_the_twin_where_changes_are_near_to_what_is_allowed(change: int) -> None:
    """Each pixel changes by little, and by more or less of them in the same way."""
    rng = np.random.default_rng(change)
    for share in np.linspace(0.5, 1.0, 12):
        before = rng.integers(20, 230, (12, 40, 3))
        after = before + rng.integers(0, change + 1, (12, 40, 3)) * np.where(rng.random((12, 40, 3)) < share, 1, -1)
        moves = np.zeros((12, 40), np.uint8)
        pictures = before.astype(np.uint8), after.astype(np.uint8)
        denoise.movement(*pictures, 0, moves)
        assert np.array_equal(twins.denoise.movement(*pictures), moves)


def test_whole_numbers_say_of_a_drift_what_its_part_of_the_mean_change_says() -> None:
    """For all sums that are not too large anyway."""
    drift = np.arange(81 * 255 + 1)
    for change in range(51):
        expected = drift > max(np.float32(0.3 * 81), np.float32(change) * np.float32(0.5 * 81 / 25))
        assert np.array_equal((drift > 24) & (50 * drift > 81 * change), expected)


@pytest.mark.parametrize("n", [60, 300, 700])
def test_averages_are_those_of_the_twin(n: int) -> None:
    """Of some pixels that stand still without noise, too, but for a change now and then."""
    zones, rng = Zones(), np.random.default_rng(10)
    means, counts = zones.copy(np.zeros((1, n, 3), np.float32)), zones.copy(np.zeros((1, n), np.uint8))
    levels, settled = np.empty((1, n, 3), np.uint8), zones.copy(np.zeros(-(-n // batch()), np.bool_))
    still, stood = np.full((1, n, 3), rng.integers(0, 256, (1, n, 3)), np.uint8), 0
    for turn in range(40):
        known = int(rng.integers(1, 9)) if turn % 4 == 3 else lookahead()
        frames = [zones.copy(rng.integers(0, 256, (1, n, 3)).astype(np.uint8)) for _ in range(known)]
        moved = rng.random((n, 8)) < 0.1
        moved[:, 0] = rng.random(n) < (1 if turn == 0 else 0.3)
        moved[:, known:] = False
        if turn:
            moved[256:] = turn == 20  # these come back, elsewhere
            still[:, 256:] += turn % 15 == 9  # slower than what moves
        for frame in frames if turn else []:
            frame[:, 256:] = still[:, 256:]
        moves = zones.copy(np.packbits(moved, axis=1, bitorder="little").reshape(1, n))
        stood += settled.sum()
        out, persistence = zones.copy(np.full((1, n, 3), 7, np.uint8)), zones.copy(np.full((1, n), 7, np.uint8))
        expected = [
            twins.denoise.average(
                [frame[0, i].tolist() for frame in frames], moved[i, 0], moved[i, 1:], means[0, i], int(counts[0, i])
            )
            for i in range(n)
        ]
        denoise.average(frames, moves, means, counts, zones.copy(levels), settled, out, persistence)
        levels = out
        assert np.array_equal(np.packbits(moved[:, 1:], axis=1, bitorder="little").reshape(1, n), moves)
        for i, twin in enumerate(expected):
            assert twin == (list(means[0, i]), counts[0, i], out[0, i].tolist(), persistence[0, i])
    zones.check()
    assert (stood > 0) == (n > 256)


def test_what_does_not_fit_is_refused() -> None:
    rgb, byte = np.zeros((20, 40, 3), np.uint8), np.zeros((20, 40), np.uint8)
    for arguments, error in refusals({"before": rgb, "after": rgb, "moves": byte}, {"moves"}):
        with pytest.raises(error):
            denoise.movement(**arguments, place=0)
    means = np.zeros((20, 40, 3), np.float32)
    given = {"moves": byte, "means": means, "counts": byte, "out": rgb, "persistence": byte}
    given |= {"levels": rgb, "settled": np.zeros(4, np.bool_)}
    for arguments, error in refusals(given, set(given) - {"levels"}):
        with pytest.raises(error):
            denoise.average([rgb], **arguments)
    for arguments, error in refusals({"frame": rgb}, set()):
        with pytest.raises(error):
            denoise.average([rgb, *arguments.values()], **given)
    for place in (-1, 8):
        with pytest.raises(ValueError, match="bit"):
            denoise.movement(rgb, rgb, place, byte)
    for count in (0, 9):
        with pytest.raises(ValueError, match="frames"):
            denoise.average([rgb] * count, **given)
