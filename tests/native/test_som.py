"""Training of the map, and means of its cells."""

import itertools

import numpy as np
import pytest
import twins.som

from gifsom.native import som
from gifsom.native.som import most

from .zones import Zones, refusals


def random_lab(count: int, seed: int) -> np.ndarray:
    return (np.random.default_rng(seed).random((count, 3)) * [1, 0.4, 0.4] - [0, 0.2, 0.2]).astype(np.float32)


@pytest.mark.parametrize(("first", "last"), [(0, 400), (30, 430), (256, 257), (300, 300)])
@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_training_is_that_of_the_twin(count: int, first: int, last: int) -> None:
    """For some of 500 steps, over fewer pixels than that."""
    zones = Zones()
    pixels, start = zones.copy(random_lab(90, count)), random_lab(count, 100 + count)
    radius = (max(count / 8, 0.25), 0.25)
    neurons = zones.copy(np.ascontiguousarray(start.T))
    som.train(neurons, pixels, first, last, 500, radius, (0.5, 0.02))
    expected = twins.som.learn(start, pixels, first, last, 500, radius, (0.5, 0.02))
    assert expected.T.tobytes() == neurons.tobytes()
    zones.check()


def test_training_of_the_largest_map_is_that_of_the_twin() -> None:
    start, pixels = random_lab(most(), 1), random_lab(9, 2)
    neurons = np.ascontiguousarray(start.T)
    som.train(neurons, pixels, 0, 3, 500, (most() / 8, 0.25), (0.5, 0.02))
    expected = twins.som.learn(start, pixels, 0, 3, 500, (most() / 8, 0.25), (0.5, 0.02))
    assert expected.T.tobytes() == neurons.tobytes()


@pytest.mark.parametrize("stops", [[2000], [1, 255, 256, 257, 700, 2000], range(0, 2001, 100)])
def test_training_in_parts_is_training_at_once(stops: list[int]) -> None:
    """Radius and rate are those of the block of 256 steps, wherever in it a part begins."""
    pixels, whole = random_lab(300, 1), np.ascontiguousarray(random_lab(24, 2).T)
    parts = whole.copy()
    som.train(whole, pixels, 0, 2000, 2000, (3.0, 0.25), (0.5, 0.02))
    for first, last in itertools.pairwise([0, *stops]):
        som.train(parts, pixels, first, last, 2000, (3.0, 0.25), (0.5, 0.02))
    assert whole.tobytes() == parts.tobytes()


def test_gathering_is_that_of_the_twin() -> None:
    """Added to what is there already."""
    zones = Zones()
    colors, weights = random_lab(300, 1), np.random.default_rng(2).random(300)
    cell = np.random.default_rng(3).integers(0, 9, 300).astype(np.int32)
    sums = zones.copy(np.zeros((9, 4)))
    for part in (slice(0, 200), slice(200, 300), slice(0, 0)):
        som.gather(zones.copy(colors[part]), zones.copy(weights[part]), zones.copy(cell[part]), sums)
    assert twins.som.gather(colors, weights.tolist(), cell.tolist(), 9) == sums.tolist()
    zones.check()


def test_what_does_not_fit_is_refused() -> None:
    given = {"neurons": np.zeros((3, 7), np.float32), "pixels": random_lab(9, 0)}
    more = {"first": 0, "last": 5, "steps": 10, "radius": (1.0, 0.25), "rate": (0.5, 0.02)}
    for arguments, error in refusals(given, {"neurons"}):
        with pytest.raises(error):
            som.train(**arguments, **more)
    wrong = [{"first": -1}, {"last": 11}, {"neurons": np.zeros((3, most() + 1), np.float32)}]
    wrong += [{"neurons": np.zeros((3, 0), np.float32)}, {"pixels": random_lab(0, 0)}]
    wrong += [{"radius": (0.25, 1.0)}, {"rate": (0.5, 0.0001)}]
    for change in wrong:
        with pytest.raises(ValueError, match=r"from|neurons"):
            som.train(**(given | more | change))
    given = {"colors": random_lab(9, 0), "weights": np.ones(9), "cell": np.zeros(9, np.int32), "sums": np.zeros((2, 4))}
    for arguments, error in refusals(given, {"sums"}):
        with pytest.raises(error):
            som.gather(**arguments)
    for cell in (-1, 2):
        with pytest.raises(IndexError, match="of 2"):
            som.gather(**(given | {"cell": np.full(9, cell, np.int32)}))
