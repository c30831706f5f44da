"""What a sample is drawn from."""

import numpy as np
import pytest
import twins.sample

from gifsom.native import sample
from gifsom.native.sample import SEEN

from .zones import Zones, refusals


def numbers(count: int, seed: int, levels: int) -> np.ndarray:
    """Colors as numbers, each twice."""
    drawn = np.random.default_rng(seed).integers(0, levels, (count, 3))
    return np.repeat(drawn @ [1 << 16, 1 << 8, 1], 2).astype(np.uint32)


@pytest.mark.parametrize("room", [1, 255, 256, 5000])
def test_noting_colors_is_that_of_the_twin(room: int) -> None:
    """Over several pictures, until there is one color more than fits."""
    zones = Zones()
    seen, array = zones.copy(np.zeros(SEEN, np.uint8)), zones.copy(np.full(room, 7, np.uint32))
    found: list[int] = []
    count = 0
    for seed in range(4):
        colors = zones.copy(numbers(200, seed, 7))
        count = sample.note_colors(colors, seen, array, count)
        assert twins.sample.note_colors(colors.tolist(), found, room) == count
        assert found == array[: len(found)].tolist()
        assert (array[len(found) :] == 7).all()
        assert sorted(found) == np.flatnonzero(np.unpackbits(seen, bitorder="little")).tolist()
        if count > room:
            break
    assert (count > room) == (room < 343)
    zones.check()


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 4), (60, 50), (1, 300)])
def test_renewing_is_that_of_the_twin(shape: tuple[int, int]) -> None:
    """Over several pictures, the first of black; some rows stay, and of others some pixels."""
    h, w = shape
    zones, rng = Zones(), np.random.default_rng(0)
    colors, luma = zones.copy(np.zeros(shape, np.uint32)), zones.copy(np.zeros(shape, np.int16))
    picture = np.zeros((*shape, 3), np.uint8)
    for levels in (2, 2, 256, 3, 256):
        before, picture = colors.ravel().tolist(), picture.copy()
        fresh = (rng.random((h, 1)) < 0.7) & (rng.random(shape) < rng.choice([0.02, 0.5, 1.0]))
        picture[fresh] = rng.integers(0, levels, (*shape, 3))[fresh]
        picture[-1, -1] = 255
        changed = zones.copy(np.full(h * w, -7, np.int32))
        count = sample.renew(zones.copy(picture), colors, luma, changed)
        expected = twins.sample.renew(picture.tolist(), before)
        assert expected == (colors.ravel().tolist(), luma.ravel().tolist(), changed[:count].tolist())
    zones.check()


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 4), (6, 6), (20, 30)])
def test_activity_is_that_of_the_twin(shape: tuple[int, int]) -> None:
    """At the borders, too, and for a place that comes twice."""
    size = shape[0] * shape[1]
    zones = Zones()
    luma = zones.copy(np.random.default_rng(size).integers(0, 8 * 255 + 1, shape).astype(np.int16))
    places = zones.copy(np.append(np.random.default_rng(0).permutation(size), 0))
    out = zones.copy(np.full(len(places), 7, np.float32))
    sample.activity(luma, places, out)
    assert twins.sample.activity(luma.tolist(), places.tolist()) == out.tolist()
    zones.check()


def test_no_color_and_no_place_are_nothing() -> None:
    seen, found = np.zeros(SEEN, np.uint8), np.zeros(3, np.uint32)
    assert sample.note_colors(np.empty(0, np.uint32), seen, found, 2) == 2
    sample.activity(np.zeros((2, 2), np.int16), np.empty(0, np.int64), np.empty(0, np.float32))


def test_what_does_not_fit_is_refused() -> None:
    given = {"colors": numbers(3, 0, 9), "seen": np.zeros(SEEN, np.uint8), "found": np.zeros(5, np.uint32)}
    for arguments, error in refusals(given, {"seen", "found"}):
        with pytest.raises(error):
            sample.note_colors(**arguments, count=0)
    for count in (-1, 6):
        with pytest.raises(ValueError, match="colors in an array of 5"):
            sample.note_colors(**given, count=count)
    luma, changed = np.zeros((3, 4), np.int16), np.zeros(12, np.int32)
    given = {"rgb": np.zeros((3, 4, 3), np.uint8), "colors": np.zeros((3, 4), np.uint32)}
    given |= {"luma": luma, "changed": changed}
    for arguments, error in refusals(given, {"colors", "luma", "changed"}):
        with pytest.raises(error):
            sample.renew(**arguments)
    given = {"luma": luma, "places": np.arange(5), "out": np.zeros(5, np.float32)}
    for arguments, error in refusals(given, {"out"}):
        with pytest.raises(error):
            sample.activity(**arguments)
    for place in (-1, 12):
        with pytest.raises(IndexError, match="of a picture of 12 pixels"):
            sample.activity(luma, np.array([3, place]), np.zeros(2, np.float32))
