"""The canvas in C."""

from typing import Any

import numpy as np
import pytest
import twins.canvas
from numpy.typing import NDArray

from gifsom.native.canvas import changed_rect, composite, count_near

from .zones import Zones, refusals

Pixels = NDArray[np.uint8]


@pytest.mark.parametrize("count", [0, 1, 8, 255, 256])
def test_what_an_image_leaves_on_the_canvas_is_that_of_the_twin(count: int) -> None:
    rng = np.random.default_rng(count)
    for n in (0, 1, 33, 1000):
        symbols, below = rng.integers(256, size=n).astype(np.uint8), rng.integers(1 << 16, size=n).astype(np.uint16)
        entries = rng.integers(1 << 16, size=count).astype(np.uint16)
        zones = Zones()
        out = zones.copy(np.zeros(n, np.uint16))
        composite(zones.copy(symbols), zones.copy(entries), zones.copy(below), out)
        zones.check()
        expected = twins.canvas.reveal(symbols.tolist(), entries.tolist(), below.tolist())
        assert out.tolist() == expected
        composite(symbols, entries, below, below)
        assert below.tolist() == expected


def test_what_does_not_fit_is_refused() -> None:
    good: dict[str, Any] = {
        "symbols": np.zeros(9, np.uint8),
        "entries": np.zeros(5, np.uint16),
        "below": np.zeros(9, np.uint16),
        "out": np.empty(9, np.uint16),
    }
    composite(**good)
    for wrong, error in refusals(good, {"out"}):
        with pytest.raises(error):
            composite(**wrong)
    for wrong in (
        {"entries": np.zeros(257, np.uint16)},
        {"below": np.zeros(8, np.uint16)},
        {"out": np.zeros(10, np.uint16)},
    ):
        with pytest.raises(ValueError, match=r".+"):
            composite(**good | wrong)


def pictures(seed: int, levels: int) -> tuple[Pixels, Pixels]:
    """Two pictures that differ in some pixels, by up to so many levels."""
    rng = np.random.default_rng(seed)
    h, w = rng.integers(1, 40, 2)
    before = rng.integers(0, 256, (h, w, 3)).astype(np.uint8)
    after = before.copy()
    for _ in range(rng.integers(0, 4)):
        y, x, channel = rng.integers(h), rng.integers(w), rng.integers(3)
        after[y, x, channel] = np.clip(int(after[y, x, channel]) + rng.integers(-levels, levels + 1), 0, 255)
    return before, after


def test_what_changed_is_found_as_the_twin_does() -> None:
    for seed in range(300):
        before, after = pictures(seed, 60)
        zones = Zones()
        found = changed_rect(zones.copy(before), zones.copy(after))
        zones.check()
        ys, xs = np.nonzero((before != after).any(axis=2))
        expected = (ys.min(), ys.max() + 1, xs.min(), xs.max() + 1) if len(ys) else None
        assert expected == found


def test_near_pixels_are_counted_as_the_twin_does() -> None:
    rng = np.random.default_rng(5)
    for shape in ((1, 1), (3, 7), (50, 61)):
        before = rng.integers(0, 256, (*shape, 3)).astype(np.uint8)
        after = np.clip(before + rng.integers(-40, 41, (*shape, 3)), 0, 255).astype(np.uint8)
        for limit in (0, 20, 39, 255):
            near = np.abs(before.astype(int) - after).max(axis=2) <= limit
            assert near.sum() == count_near(before, after, limit, before.size)
            assert count_near(before, after, limit, 3) > 3 or near.sum() <= 3


def test_counting_goes_on_where_there_are_just_enough_so_far() -> None:
    """Half of the pixels are near, and they come first: more may come behind them, and one does."""
    before = np.zeros((1, 8192, 3), np.uint8)
    after = before.copy()
    after[0, 4096:-1] = 99
    assert count_near(before, after, 20, 4095) > 4095
    assert count_near(before, after, 20, 4096) == 4097
    assert count_near(before, after, 20, 4097) == 4097


def test_pictures_that_do_not_fit_are_refused() -> None:
    good: dict[str, Any] = {"before": np.zeros((4, 5, 3), np.uint8), "after": np.zeros((4, 5, 3), np.uint8)}
    for kernel, more in ((changed_rect, {}), (count_near, {"limit": 3, "enough": 9})):
        for wrong, error in refusals(good, set()):
            with pytest.raises(error):
                kernel(**wrong, **more)
        with pytest.raises(ValueError, match="shape"):
            kernel(**good | {"after": np.zeros((4, 6, 3), np.uint8)}, **more)
