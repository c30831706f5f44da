"""Local tables in C: demand, pruning and laying out are those of the twins."""

from typing import Any

import numpy as np
import pytest
import twins.local_tables
from numpy.typing import NDArray

from gifsom.native.local_tables import convexity, entry_demand, lay_table, prune_entries

from .zones import Zones, refusals


def colors(n: int, digits: int, known: int, seed: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """A map of n colors, their distances, and the `known` nearest of each. With few digits many are as near."""
    lab = np.random.default_rng(seed).random((n, 3)).astype(np.float32).round(digits)
    square = ((lab[:, None] - lab[None]) ** 2).sum(axis=2)
    return lab, square, np.argsort(square, axis=1, kind="stable")[:, :known].astype(np.uint16)


@pytest.mark.parametrize("digits", [7, 1])
@pytest.mark.parametrize("n", [1, 1023, 1024, 1025, 2500])
def test_demand_is_that_of_the_twin(digits: int, n: int) -> None:
    rng = np.random.default_rng(n)
    lab, _, _ = colors(60, digits, 4, n)
    best, pixels = rng.integers(60, size=n).astype(np.uint16), rng.random((n, 4)).astype(np.float32)
    shown = np.where(rng.random(n) < 0.3, best, rng.integers(60, size=n)).astype(np.uint16)
    shown[1024:2048] = best[1024:2048]  # a whole stretch is well as it is
    zones = Zones()
    count, weight = zones.copy(np.zeros(60)), zones.copy(np.zeros(60))
    entry_demand(*map(zones.copy, (best, pixels, lab, shown)), 100.0, count, weight)
    zones.check()
    assert np.array_equal(twins.local_tables.demand(best.tolist(), pixels, lab, shown.tolist(), 100.0), [count, weight])
    assert n == 1 or n / 10 < count.sum() < n * 2 / 3


@pytest.mark.parametrize("digits", [7, 1])
@pytest.mark.parametrize("n", [5, 63, 64, 65, 130])
@pytest.mark.parametrize("known", [1, 4])
def test_entries_are_pruned_as_the_twin_does(digits: int, n: int, known: int) -> None:
    rng = np.random.default_rng([n, known])
    _, square, order = colors(n, digits, known, n)
    count = np.where(rng.random(n) < 0.8, rng.integers(1, 50, n), 0).astype(np.float64)
    weight = count * rng.random(n)
    asked = np.flatnonzero(count).tolist()
    for size in (1, 2, len(asked) // 2, len(asked) - 1, len(asked), n):
        zones = Zones()
        alive = zones.copy(count > 0)
        prune_entries(*map(zones.copy, (square, order, count, weight)), size, alive)
        zones.check()
        left = twins.local_tables.slice(square, count.tolist(), weight.tolist(), size, asked)
        assert sorted(left) == np.flatnonzero(alive).tolist()


@pytest.mark.parametrize("strange", [np.nan, np.inf])
def test_distances_that_are_no_numbers_do_no_harm(strange: float) -> None:
    square, order = np.full((9, 9), strange, np.float32), np.arange(9, dtype=np.uint16)[:, None]
    alive = np.ones(9, np.bool_)
    prune_entries(square, order, np.ones(9), np.ones(9), 3, alive)
    assert alive.sum() >= 3
    to_local, sq_error = np.empty(9, np.uint8), np.empty(9, np.float32)
    place = np.where(np.arange(9) == 5, 0, -1)
    lay_table(square, order, place, np.empty((1, 1), np.uint8), to_local, sq_error)
    assert not to_local.any()


@pytest.mark.parametrize("count", [1, 5, 40, 80])
@pytest.mark.parametrize("digits", [7, 1])
def test_tables_are_laid_as_the_twin_does(count: int, digits: int) -> None:
    rng = np.random.default_rng(12)
    _, square, order = colors(80, digits, 9, count)
    entries = np.sort(rng.permutation(80)[:count])
    place = np.full(80, -1)
    place[entries] = np.arange(count)
    zones = Zones()
    candidates = zones.copy(np.empty((count, min(4, count)), np.uint8))
    to_local, sq_error = zones.copy(np.empty(80, np.uint8)), zones.copy(np.empty(80, np.float32))
    lay_table(*map(zones.copy, (square, order, place)), candidates, to_local, sq_error)
    zones.check()
    near, nearest, away = twins.local_tables.lay(square, order, entries.tolist(), candidates.shape[1])
    assert near == candidates.tolist()
    assert away == sq_error.tolist()
    if digits == 7:  # else several are as near
        assert nearest == to_local.tolist()


def test_what_does_not_fit_is_refused() -> None:
    lab, square, order = colors(6, 7, 3, 0)
    ones, few, far = np.ones(6), np.zeros(9, np.uint16), np.full(9, 6, np.uint16)
    demanded: dict[str, Any] = {
        "best": few,
        "pixels": np.zeros((9, 4), np.float32),
        "colors": lab,
        "shown": few,
        "limit": 1.0,
        "count": ones.copy(),
        "weight": ones.copy(),
    }
    pruned: dict[str, Any] = {
        "sq_distance": square,
        "order": order,
        "count": ones,
        "weight": ones,
        "size": 2,
        "alive": np.ones(6, np.bool_),
    }
    laid: dict[str, Any] = {
        "sq_distance": square,
        "order": order,
        "place": np.arange(6) - 4,
        "candidates": np.empty((2, 2), np.uint8),
        "to_local": np.empty(6, np.uint8),
        "sq_error": np.empty(6, np.float32),
    }
    for call, good, written, wrongs in (
        (entry_demand, demanded, {"count", "weight"}, [{"best": far}, {"shown": far}, {"count": np.ones(5)}]),
        (prune_entries, pruned, {"alive"}, [{"order": order + np.uint16(6)}, {"size": 0}, {"weight": np.ones(7)}]),
        (
            lay_table,
            laid,
            {"candidates", "to_local", "sq_error"},
            [{"order": order + np.uint16(6)}, {"place": np.arange(6) - 3}, {"sq_error": np.empty(5, np.float32)}],
        ),
    ):
        call(**good)  # type: ignore[operator]
        for wrong, error in refusals(good, written):
            with pytest.raises(error):
                call(**wrong)  # type: ignore[operator]
        for wrong in wrongs:
            with pytest.raises(ValueError, match=r".+"):
                call(**good | wrong)  # type: ignore[operator]


def test_tables_are_weighed_by_the_convexity_of_the_twins() -> None:
    assert convexity() == twins.local_tables.STEEP
