"""The canvas in C."""

from typing import Any

import numpy as np
import pytest
import twins.canvas

from gifsom.native.canvas import composite

from .zones import Zones, refusals


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
