"""The map: it learns its pixels in the order of its line, and is tuned without losing that order."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gifsom.palette import som
from gifsom.palette.color import oklab
from gifsom.palette.nearest import ColorIndex
from gifsom.palette.som import STEPS, STOPS, Tuner, cheapest_insertion, squared_distances, train_som

Lab = NDArray[np.float32]

GUARD = 0xA5


def random_lab(count: int, seed: int) -> Lab:
    return np.random.default_rng(seed).uniform(-0.4, 1, (count, 3)).astype(np.float32)


def screen_lab(count: int, seed: int) -> Lab:
    """Colors that a screen can show."""
    return oklab(np.random.default_rng(seed).integers(0, 256, (count, 3)).astype(np.uint8))


def rows(lab: Lab) -> list[tuple[float, ...]]:
    return [tuple(row) for row in lab.tolist()]


def length(lab: NDArray[np.floating]) -> float:
    return float(np.sqrt((np.diff(lab.astype(np.float64), axis=0) ** 2).sum(axis=1)).sum())


def error(lab: Lab, neurons: Lab) -> float:
    """Mean squared distance to the nearest neuron."""
    return float(((lab - neurons[ColorIndex(neurons).nearest(lab)]) ** 2).sum(axis=1).mean())


def unfolded(colors: Lab, weights: NDArray[np.float64], size: int, seed: int = 0) -> Lab:
    """A map that has been shown all of its pixels."""
    [(_, neurons)] = train_som(colors, weights, size, seed, [STEPS])
    return neurons


def tuned(neurons: int = 32, colors: int = 3000, seed: int = 0) -> tuple[Tuner, Lab, NDArray[np.float64]]:
    """A tuner of a map after two rounds, its colors and their weights."""
    lab, weights = random_lab(colors, seed), np.random.default_rng(seed).uniform(0.1, 4, colors)
    tuner = Tuner(random_lab(neurons, seed + 1), lab, weights)
    tuner.round()
    tuner.round()
    return tuner, lab, weights


def test_unfolding_tells_of_the_map_at_each_stop() -> None:
    """The first is the line of greys, from the darkest to the lightest color; each is a copy."""
    colors = random_lab(500, 0)
    told = list(train_som(colors, np.ones(500), 9, 0))
    assert list(STOPS) == [step for step, _ in told]
    assert told[0][1][:, 1:].tolist() == [[0, 0]] * 9
    assert np.linspace(colors[:, 0].min(), colors[:, 0].max(), 9) == pytest.approx(told[0][1][:, 0])
    assert len({neurons.tobytes() for _, neurons in told}) == len(told)
    assert all(neurons.shape == (9, 3) and neurons.dtype == np.float32 for _, neurons in told)


def test_stops_change_nothing_of_what_is_learned() -> None:
    colors, weights = random_lab(500, 0), np.random.default_rng(1).random(500)
    expected = None
    for stops in (STOPS, [STEPS], [0, 1, 255, 300, 77_777, STEPS], [123_456, 123_457, STEPS]):
        told = list(train_som(colors, weights, 24, 5, stops))
        assert list(stops) == [step for step, _ in told]
        expected = expected or told[-1][1].tobytes()
        assert expected == told[-1][1].tobytes()


def test_unfolding_depends_on_the_seed_alone() -> None:
    colors = random_lab(500, 0)
    first, again, other = (unfolded(colors, np.ones(500), 9, seed) for seed in (3, 3, 4))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_unfolding_shows_colors_as_often_as_they_weigh() -> None:
    """A single neuron ends near the mean; a color that weighs nothing is never shown."""
    colors = np.array([[0.2, 0, 0], [0.6, 0, 0], [0.9, 0.3, 0.3]], np.float32)
    neurons = np.mean([unfolded(colors, np.array([1, 3, 0]), 1, seed) for seed in range(5)], axis=0)
    assert neurons[0] == pytest.approx([0.5, 0, 0], abs=0.05)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_maps_of_any_size_unfold_to_where_the_colors_are(size: int) -> None:
    colors = random_lab(50, 0)
    neurons = unfolded(colors, np.ones(50), size, 0)
    assert neurons.shape == (size, 3)
    assert (neurons.min(axis=0) >= colors.min(axis=0) - 1e-6).all()
    assert (neurons.max(axis=0) <= colors.max(axis=0) + 1e-6).all()


def inserted(line: Lab, newcomers: Lab) -> list[int]:
    """Brute force: each newcomer is tried everywhere, and stays where the whole line is the shortest."""
    both = np.concatenate([line, newcomers])
    order = list(range(len(line)))
    for index in range(len(line), len(both)):
        tried = [[*order[:at], index, *order[at:]] for at in range(len(order) + 1)]
        order = min(tried, key=lambda candidate: length(both[candidate]))
    return order


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("there", "new"), [(1, 1), (1, 9), (2, 3), (12, 6), (7, 0)])
def test_newcomers_are_put_where_they_lengthen_the_line_least(there: int, new: int, seed: int) -> None:
    line, newcomers = random_lab(there, seed), random_lab(new, 50 + seed)
    assert inserted(line, newcomers) == cheapest_insertion(line, newcomers).tolist()


def test_newcomers_find_their_places_before_between_and_behind() -> None:
    line, newcomers = np.zeros((3, 3), np.float32), np.zeros((3, 3), np.float32)
    line[:, 0], newcomers[:, 0] = (0.2, 0.4, 0.6), (0.7, 0.1, 0.5)
    assert cheapest_insertion(line, newcomers).tolist() == [4, 0, 1, 5, 2, 3]


def test_a_round_of_tuning_moves_each_neuron_to_the_weighted_mean_of_its_cell() -> None:
    """An idle one stays where it is, and so does the order of the map."""
    colors = np.array([[0.5, 0, 0], [0.7, 0, 0], [0.1, 0, 0], [0.1, 0.1, 0]], np.float32)
    neurons = np.array([[0.65, 0, 0], [5, 5, 5], [0.1, 0, 0]], np.float32)
    tuner = Tuner(neurons, colors, np.array([1.0, 3.0, 1.0, 1.0]))
    tuner.round()
    assert tuner.neurons == pytest.approx(np.array([[0.65, 0, 0], [5, 5, 5], [0.1, 0.05, 0]], np.float32))
    assert tuner.neurons.dtype == np.float32
    assert tuner.cell.tolist() == [0, 0, 2, 2]
    assert tuner.mass.tolist() == [4.0, 0.0, 2.0]


def test_a_round_gathers_more_colors_than_one_call_of_the_kernel_takes() -> None:
    colors = np.tile(random_lab(500, 0), (220, 1))
    assert len(colors) > 2 * som.CHUNK
    few, many = (Tuner(random_lab(9, 1), lab, np.ones(len(lab))) for lab in (colors[:500], colors))
    few.round()
    many.round()
    assert many.neurons == pytest.approx(few.neurons, abs=1e-6)
    assert (220 * few.mass).tolist() == many.mass.tolist()


def test_colors_may_be_weighed_anew_from_the_next_round_on() -> None:
    colors = np.array([[0.5, 0, 0], [0.7, 0, 0]], np.float32)
    tuner = Tuner(np.array([[0.1, 0, 0]], np.float32), colors, np.ones(2))
    tuner.round()
    tuner.weigh(np.array([1.0, 3.0]))
    assert tuner.neurons == pytest.approx(np.array([[0.6, 0, 0]], np.float32))
    tuner.round()
    assert tuner.neurons == pytest.approx(np.array([[0.65, 0, 0]], np.float32))
    assert tuner.mass.tolist() == [4.0]


def test_rounds_lower_the_error() -> None:
    tuner, lab, _ = tuned()
    errors = [error(lab, tuner.neurons)]
    for _ in range(6):
        tuner.round()
        errors.append(error(lab, tuner.neurons))
    assert errors[-1] < errors[0]


def test_an_exchange_moves_an_idle_neuron_to_the_cell_that_needs_two_and_beside_it_on_the_line() -> None:
    colors = np.array([[0.1, 0, 0], [0.2, 0, 0], [0.8, 0, 0], [0.8, 0.2, 0]], np.float32)
    neurons = np.array([[5, 5, 5], [0.15, 0, 0], [0.8, 0.1, 0]], np.float32)
    tuner = Tuner(neurons, colors, np.ones(4))
    tuner.round()
    assert tuner.exchange()
    tuner.round()
    assert tuner.neurons[0] == pytest.approx([0.15, 0, 0])
    assert {tuple(np.round(neuron, 4).tolist()) for neuron in tuner.neurons[1:]} == {
        tuple(np.round(color, 4).tolist()) for color in colors[2:]
    }


def test_no_exchange_is_made_where_none_pays() -> None:
    colors = np.array([[0.1, 0, 0], [0.5, 0, 0], [0.9, 0, 0]], np.float32)
    tuner = Tuner(colors.copy(), colors, np.ones(3))
    tuner.round()
    assert not tuner.exchange()
    assert list(tuner.tune()) == []


@pytest.mark.parametrize("count", [1, 2])
def test_maps_too_small_for_an_exchange_are_left_alone(count: int) -> None:
    tuner, _, _ = tuned(neurons=count)
    before = tuner.neurons.copy()
    assert not tuner.exchange()
    assert before.tolist() == tuner.neurons.tolist()


def test_an_exchange_moves_at_most_one_neuron_in_eight() -> None:
    """Which leaves at least five of eight where they were: one left, one was joined, one was split."""
    tuner, _, _ = tuned(neurons=64)
    before = rows(tuner.neurons)
    assert tuner.exchange()
    assert len(set(before) & set(rows(tuner.neurons))) >= 64 * 5 / 8


def test_an_exchange_keeps_the_order_of_those_that_it_leaves_where_they_are() -> None:
    """And each color's neuron is the one that it was, wherever that is on the line now."""
    tuner, _, _ = tuned()
    before, cells = rows(tuner.neurons), tuner.cell.copy()
    assert tuner.exchange()
    after = rows(tuner.neurons)
    kept = set(before) & set(after)
    assert [row for row in before if row in kept] == [row for row in after if row in kept]
    for was, now in zip(cells.tolist(), tuner.cell.tolist(), strict=True):
        assert before[was] == after[now] or before[was] not in kept


def test_a_pinned_neuron_is_at_its_color_and_stays_there() -> None:
    tuner, lab, _ = tuned()
    colors = np.stack([random_lab(1, 7)[0], np.array([3, 3, 3], np.float32), lab[9], random_lab(1, 8)[0]])
    tuner.pin(colors[:2])
    tuner.round()
    tuner.fix(ColorIndex(tuner.neurons).nearest(colors[2:3]), colors[2:3])
    for _ in tuner.tune():
        pass
    tuner.pin(colors[3:])
    tuner.round()
    assert sorted(rows(colors)) == sorted(rows(tuner.neurons[tuner.pinned]))
    assert (tuner.neurons.shape, tuner.mass.shape, tuner.pinned.sum()) == ((32, 3), (32,), 4)


def test_neurons_that_are_held_keep_their_places_on_the_line() -> None:
    tuner, _, _ = tuned()
    before, cells = tuner.neurons.copy(), tuner.cell.tolist()
    before[[20, 3]] = random_lab(2, 7)
    tuner.fix([20, 3], random_lab(2, 7))
    assert before.tolist() == tuner.neurons.tolist()
    assert np.flatnonzero(tuner.pinned).tolist() == [3, 20]
    assert cells == tuner.cell.tolist()


@pytest.mark.parametrize("color", [(0.5, 0.1, 0), (5, 5, 5)])
def test_an_idle_neuron_is_pinned_before_one_that_is_used(color: tuple[float, float, float]) -> None:
    tuner = Tuner(np.array([[5, 5, 5], [0.2, 0, 0], [0.8, 0, 0]], np.float32), random_lab(200, 0), np.ones(200))
    tuner.round()
    used = rows(tuner.neurons[1:])
    tuner.pin(np.array([color], np.float32))
    assert used == [row for row in rows(tuner.neurons) if row in used]
    assert rows(np.array([color], np.float32)) == rows(tuner.neurons[tuner.pinned])


def test_the_neuron_that_is_pinned_is_the_one_that_is_needed_least() -> None:
    """The lighter one of a near pair, which has less than the other."""
    colors = np.array([[0.1, 0, 0], [0.5, 0, 0], [0.52, 0, 0], [0.9, 0, 0]], np.float32)
    tuner = Tuner(colors.copy(), colors, np.array([5.0, 5.0, 4.0, 5.0]))
    tuner.round()
    tuner.pin(np.array([[0.6, 0.3, 0]], np.float32))
    kept = tuner.neurons[~tuner.pinned]
    assert pytest.approx([kept[0, 0], kept[-1, 0]]) == [0.1, 0.9]
    assert kept[1, 0] in (np.float32(0.5), np.float32(0.52))


def test_of_two_neurons_that_would_join_each_other_one_is_pinned_and_of_colors_the_first_ones() -> None:
    """Of three near pairs, each of which is needed; what is pinned already is no spare one."""
    colors = np.array([[0.1, 0, 0], [0.11, 0, 0], [0.5, 0, 0], [0.52, 0, 0], [0.9, 0, 0], [0.93, 0, 0]], np.float32)
    tuner = Tuner(colors.copy(), colors, np.ones(6))
    tuner.round()
    wanted = random_lab(7, 3)
    tuner.pin(wanted)
    assert sorted(rows(wanted[:3])) == sorted(rows(tuner.neurons[tuner.pinned]))
    assert [len({*rows(tuner.neurons)} & {*rows(pair)}) for pair in np.split(colors, 3)] == [1, 1, 1]
    tuner.fix(np.flatnonzero(~tuner.pinned), tuner.neurons[~tuner.pinned])
    before = tuner.neurons.tolist()
    tuner.pin(random_lab(2, 4))
    assert before == tuner.neurons.tolist()


def test_no_color_at_all_is_pinned_without_a_change() -> None:
    tuner, _, _ = tuned()
    before = tuner.neurons.tolist()
    tuner.pin(np.empty((0, 3), np.float32))
    tuner.fix([], np.empty((0, 3), np.float32))
    assert before == tuner.neurons.tolist()
    assert not tuner.pinned.any()


def test_a_pinned_neuron_takes_its_place_on_the_line_and_the_others_keep_theirs() -> None:
    tuner, _, _ = tuned()
    before, cells = rows(tuner.neurons), tuner.cell.copy()
    tuner.pin(np.array([[0.5, 0.1, 0.2]], np.float32))
    at = int(np.flatnonzero(tuner.pinned)[0])
    others = np.delete(tuner.neurons, at, axis=0)
    [spare] = [index for index, row in enumerate(before) if row not in rows(others)]
    assert before[:spare] + before[spare + 1 :] == rows(others)
    shortest = min(length(np.insert(others, place, tuner.neurons[at], axis=0)) for place in range(32))
    assert shortest == pytest.approx(length(tuner.neurons))
    assert (cells == spare).tolist() == (tuner.cell == at).tolist()


def test_a_pinned_neuron_that_is_idle_is_not_moved_by_an_exchange() -> None:
    """The same one is, where it is not pinned."""
    for pinned in (False, True):
        colors = np.array([[0.1, 0, 0], [0.2, 0, 0], [0.8, 0, 0], [0.8, 0.2, 0]], np.float32)
        tuner = Tuner(np.array([[5, 5, 5], [0.15, 0, 0], [0.8, 0.1, 0]], np.float32), colors, np.ones(4))
        tuner.pinned[0] = pinned
        for _ in range(4):
            tuner.round()
            tuner.exchange()
        assert ((5, 5, 5) in rows(tuner.neurons)) == pinned


def test_a_second_neuron_joins_a_pinned_one_on_the_side_where_the_others_are() -> None:
    """Its cell is cut; it stays at its color."""
    around = np.linspace(0.5, 0.7, 9)
    colors = np.zeros((10, 3), np.float32)
    colors[:9, 0], colors[9] = around, [0.9, 0.4, 0.4]
    tuner = Tuner(np.array([[0.5, 0, 0], [0.9, 0.4, 0.4], [0.9, 0.4, 0]], np.float32), colors, np.ones(10))
    tuner.pinned[0] = True
    tuner.round()
    assert tuner.exchange()
    for _ in range(3):
        tuner.round()
    assert (0.5, 0, 0) in rows(tuner.neurons)
    assert sorted(tuner.neurons[:, 0].tolist())[1] == pytest.approx(0.65, abs=0.03)


def test_every_neuron_pinned_leaves_none_to_move() -> None:
    tuner, _, _ = tuned(neurons=16)
    tuner.pinned[:] = True
    before = tuner.neurons.tolist()
    tuner.round()
    assert not tuner.exchange()
    assert before == tuner.neurons.tolist()


def test_a_neuron_that_is_freed_goes_to_where_one_is_needed() -> None:
    """Two at the same spot: one of them is out of use, and splits the only cell that is wide."""
    colors = np.array([[0.1, 0, 0], [0.8, 0, 0], [0.8, 0.2, 0]], np.float32)
    tuner = Tuner(np.array([[0.1, 0, 0], [0.101, 0, 0], [0.8, 0.1, 0]], np.float32), colors, np.ones(3))
    tuner.round()
    tuner.release([1])
    assert tuner.mass[1] == 0
    for _ in tuner.tune(exchanges=1):
        pass
    assert colors == pytest.approx(tuner.neurons[np.lexsort(tuner.neurons.T[[1, 0]])])


def test_tuning_yields_after_each_round_and_ends_where_no_exchange_pays() -> None:
    tuner, lab, weights = tuned()
    before = error(lab, tuner.neurons)
    assert sum(1 for _ in tuner.tune(exchanges=1)) == som.ROUNDS
    assert error(lab, tuner.neurons) < before
    assert sum(1 for _ in tuner.tune()) <= som.EXCHANGES * som.ROUNDS
    assert sum(1 for _ in tuner.tune(exchanges=0)) == 0
    assert tuner.mass.sum() == pytest.approx(weights.sum())


def test_tuning_keeps_neighbours_on_the_line_neighbours_in_color() -> None:
    """From a map that is unfolded, the line grows by little."""
    lab = screen_lab(3000, 0)
    neurons = unfolded(lab, np.ones(3000), 64, 0)
    tuner = Tuner(neurons, lab, np.ones(3000))
    tuner.round()
    before = length(tuner.neurons)
    tuner.pin(screen_lab(4, 9))
    for _ in tuner.tune():
        pass
    assert length(tuner.neurons) <= 1.25 * before
    at_random = np.mean([length(np.random.default_rng(n).permutation(tuner.neurons)) for n in range(20)])
    assert length(tuner.neurons) <= 0.4 * at_random


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_squares_are_those_of_each_to_each(dtype: type[np.floating]) -> None:
    """To the last bit, so that a palette does not depend on how they are worked out."""
    a, b = (np.random.default_rng(seed).random((9 + seed, 3)).astype(np.float32) for seed in (0, 1))
    expected = ((a[:, None] - b) ** 2).sum(axis=2, dtype=dtype)
    assert squared_distances(a, b, dtype).dtype == dtype
    assert np.array_equal(expected, squared_distances(a, b, dtype))
