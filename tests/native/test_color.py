"""Conversion to OKLab, and packing."""

import numpy as np
import pytest
import twins.color

from gifsom.native import color
from gifsom.palette.color import LINEAR, TO_LAB, TO_LMS

from .zones import Zones, refusals

TOOLS = LINEAR, TO_LMS, TO_LAB
COUNTS = pytest.mark.parametrize("count", [0, 1, 2, 5, 6, 7, 255, 256, 257, 1000])


def colors(count: int) -> np.ndarray:
    """Black and white among them."""
    drawn = np.random.default_rng(count).integers(0, 256, (count, 3)).astype(np.uint8)
    drawn[1:2], drawn[3:4] = 0, 255
    return drawn


@COUNTS
def test_oklab_is_that_of_the_twin(count: int) -> None:
    zones = Zones()
    rgb, out = zones.copy(colors(count)), zones.copy(np.full((count, 3), 7, np.float32))
    color.oklab(rgb, *TOOLS, out)
    assert twins.color.oklab(rgb.tolist(), *TOOLS).tobytes() == out.tobytes()
    assert np.array_equal(rgb, colors(count))
    zones.check()


def test_oklab_is_nearly_exact() -> None:
    rgb, out = colors(500), np.empty((500, 3), np.float32)
    color.oklab(rgb, *TOOLS, out)
    true = twins.color.true_oklab(rgb.tolist(), *(tool.tolist() for tool in TOOLS))
    assert out == pytest.approx(np.array(true), abs=1e-7)


@COUNTS
def test_packing_is_that_of_the_twin(count: int) -> None:
    zones = Zones()
    rgb, out = zones.copy(colors(count)), zones.copy(np.full(count, 7, np.uint32))
    color.pack(rgb, out)
    assert twins.color.pack(rgb.tolist()) == out.tolist()
    zones.check()


def test_what_does_not_fit_is_refused() -> None:
    rgb = colors(9)
    tools = {"linear": LINEAR, "to_lms": TO_LMS, "to_lab": TO_LAB}
    for arguments, error in refusals({"rgb": rgb, **tools, "out": np.empty((9, 3), np.float32)}, {"out"}):
        with pytest.raises(error):
            color.oklab(**arguments)
    for arguments, error in refusals({"rgb": rgb, "out": np.empty(9, np.uint32)}, {"out"}):
        with pytest.raises(error):
            color.pack(**arguments)
