"""What stands out in single pictures."""

import numpy as np
import pytest
import twins.salience

from gifsom.native import salience
from gifsom.native.salience import COLORS, met, regions

from .zones import Zones, refusals

EDGE = 3


def noise(height: int = 60, width: int = 80, seed: int = 0, levels: int = 256) -> np.ndarray:
    """A picture of colors as numbers."""
    drawn = np.random.default_rng(seed).integers(0, levels, (height, width, 3))
    return (drawn @ [1 << 16, 1 << 8, 1]).astype(np.uint32)


def test_patches_are_those_of_the_twin() -> None:
    """Over several pictures, one of them of a single pixel."""
    zones = Zones()
    largest = zones.copy(np.zeros((regions(), 5), np.int64))
    expected: dict[int, list[int]] = {}
    for number, (levels, count) in enumerate([(30, 4800), (40, 4799), (256, 4800), (20, 1), (5, 4800), (256, 0)]):
        colors = zones.copy(noise(seed=number, levels=levels).ravel()[:count])
        salience.patches(colors, number, largest)
        expected = twins.salience.patches(colors.tolist(), number, expected)
        found = np.flatnonzero(largest[:, 0])
        assert expected == dict(zip(found.tolist(), largest[found].tolist(), strict=True))
        zones.check()
    assert {0, 1, 2} <= {picture for *_, picture in expected.values()}


def assert_flats_are_those_of_the_twin(picture: np.ndarray, hidden: np.ndarray | None) -> None:
    zones, extent = Zones(), np.zeros(COLORS, np.int16)
    mask = None if hidden is None else zones.copy(hidden)
    room = zones.copy(np.full(picture.size, 7, np.uint32))
    count = salience.flats(zones.copy(picture), mask, EDGE, extent, room)
    expected = twins.salience.flats(picture.tolist(), hidden, EDGE)
    found = room[:count]
    assert list(expected) == found.tolist()
    assert expected == dict(zip(found.tolist(), (extent[found].astype(int) - met()).tolist(), strict=True))
    extent[found] = 0
    assert not extent.any()
    zones.check()


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("levels", [1, 2, 3, 256])
def test_flats_are_those_of_the_twin(levels: int, masked: bool) -> None:
    hidden = noise(seed=9) % 256 < 40
    assert_flats_are_those_of_the_twin(noise(seed=levels, levels=levels), hidden if masked else None)


def test_what_is_flat_all_over_counts_as_much_as_16_bits_hold() -> None:
    assert_flats_are_those_of_the_twin(np.zeros((150, 150), np.uint32), None)


def test_what_is_only_edges_counts_as_little_as_16_bits_hold() -> None:
    """Two columns of each color: pixels are as their left or upper neighbor, never as both."""
    picture = np.tile(np.array([[1, 2], [2, 1]], np.uint32).repeat(2, axis=1), (60, 60))
    assert_flats_are_those_of_the_twin(picture, None)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_flats_of_rectangles_are_those_of_the_twin(seed: int, masked: bool) -> None:
    """Areas begin with their edges: what is counted is below zero at first, and above it later."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((60, 80), np.uint32)
    for color in rng.integers(0, COLORS, 30):
        top, left, height, width = rng.integers(0, (60, 80, 30, 30))
        picture[top : top + height, left : left + width] = color
    assert_flats_are_those_of_the_twin(picture, noise(seed=9) % 256 < 10 if masked else None)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("shape", [(1, 1), (1, 90), (90, 1), (2, 2), (2, 511), (3, 513), (2, 1100)])
def test_flats_of_narrow_and_of_wide_pictures_are_those_of_the_twin(shape: tuple[int, int], masked: bool) -> None:
    """Wide ones are cut into strips."""
    picture = np.full(shape, 0xFFFFFF, np.uint32)
    picture[:, 40:45] = 9
    assert_flats_are_those_of_the_twin(picture, noise(*shape) % 256 < 20 if masked else None)


def test_what_does_not_fit_is_refused() -> None:
    given = {"colors": noise().ravel(), "largest": np.zeros((regions(), 5), np.int64)}
    for arguments, error in refusals(given, {"largest"}):
        with pytest.raises(error):
            salience.patches(**arguments, picture=0)
    given = {"colors": noise(), "hidden": np.zeros((60, 80), np.bool_), "extent": np.zeros(COLORS, np.int16)}
    for arguments, error in refusals(given | {"found": np.zeros(4800, np.uint32)}, {"extent", "found"}):
        with pytest.raises(error):
            salience.flats(**arguments, edge=EDGE)
