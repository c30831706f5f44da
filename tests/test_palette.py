"""Palette: the sample stands for the whole clip, the map learns its colors, and mapping finds the nearest one."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pytest
import reference
from conftest import FIXTURES, FrameClip
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from gifsom.clip import Frame
from gifsom.color import oklab, pack, unpack
from gifsom.palette import nearest, sample, som
from gifsom.palette.nearest import Mapper
from gifsom.palette.palette import Palette
from gifsom.palette.sample import FEW, SIZE, take
from gifsom.palette.som import train

Pixels = NDArray[np.uint8]
Lab = NDArray[np.float32]

GUARD = 0xA5


def still() -> Pixels:
    with Image.open(FIXTURES / "still.png") as image:
        return np.array(image.convert("RGB"))


def frames(*pictures: Pixels, masks: Sequence[NDArray[np.bool_] | None] | None = None) -> list[Frame]:
    return FrameClip(pictures, range(len(pictures)), len(pictures), masks).kept


def numbered(count: int, first: int = 0, width: int = 1) -> Pixels:
    """A picture whose pixels are colors number `first` and on, all different."""
    return unpack(np.arange(first, first + count, dtype=np.uint32)).reshape(-1, width, 3)


def read_only(array: Pixels) -> Pixels:
    array.flags.writeable = False
    return array


def random_colors(count: int, seed: int = 0, levels: int = 256) -> Pixels:
    """Colors (n, 3), read-only as all frames are; fewer levels give more colors twice."""
    return read_only(np.random.default_rng(seed).integers(0, levels, (count, 3)).astype(np.uint8))


def random_lab(count: int, seed: int, steps: int | None) -> Lab:
    """Points (n, 3); with `steps`, on a grid that is so coarse that many distances are the same."""
    rng = np.random.default_rng(seed)
    if steps is None:
        return rng.uniform(-0.4, 1, (count, 3)).astype(np.float32)
    return (rng.integers(0, steps, (count, 3)) / 4).astype(np.float32)


def test_sample_takes_one_pixel_of_each_stretch_of_each_picture() -> None:
    """60 pictures with 10000 pixels are more than fit: in the end each gives a quarter of them."""
    share, count = 2500, 10_000
    drawn = take(frames(*(numbered(count, first=n * count, width=100) for n in range(60))))
    numbers = pack(drawn.pixels).astype(np.int64)
    assert len(numbers) == 60 * share
    picture, pixel = np.divmod(numbers, count)
    assert np.repeat(np.arange(60), share).tolist() == picture.tolist()
    assert np.tile(np.arange(share), 60).tolist() == (pixel // 4).tolist()


def test_sample_is_drawn_at_random_within_its_stretches() -> None:
    """A picture of 40000 pixels gives 2500: none of the 16 places in a stretch is preferred."""
    drawn = take(frames(*(numbered(40_000) for _ in range(60))))
    places = np.bincount(pack(drawn.pixels) % 16)
    assert places.sum() == 60 * 2500
    assert places == pytest.approx(60 * 2500 / 16, rel=0.05)


def test_sample_has_every_pixel_once_where_they_are_few() -> None:
    pictures = [numbered(500, first=1000 * n) for n in range(5)]
    assert (
        np.concatenate([picture.reshape(-1, 3) for picture in pictures]).tolist()
        == take(frames(*pictures)).pixels.tolist()
    )


def test_sample_depends_on_the_seed_alone() -> None:
    clip = frames(*(random_colors(9000, seed=n).reshape(90, 100, 3) for n in range(40)))
    first, again, other = (take(clip, seed).pixels for seed in (3, 3, 4))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


@pytest.mark.parametrize("count", [1, 2, 255, 256])
def test_sample_knows_all_colors_of_a_clip_that_has_few(count: int) -> None:
    """Exactly, sorted, though some appear in one pixel of one picture alone."""
    colors = np.random.default_rng(count).choice(1 << 24, count, replace=False).astype(np.uint32)
    pictures = [np.repeat(unpack(colors[:1]), 9000, axis=0).reshape(90, 100, 3) for _ in range(count)]
    for n, picture in enumerate(pictures):
        picture[n % 90, n % 100] = unpack(colors[n : n + 1])
    found = take(frames(*pictures)).colors
    assert found is not None
    assert unpack(np.sort(colors)).tolist() == found.tolist()


@pytest.mark.parametrize("pictures", [1, FEW + 1])
def test_sample_of_more_colors_lists_none(pictures: int) -> None:
    """257, in one picture or one in each."""
    colors = numbered(FEW + 1)
    assert take(frames(*np.split(colors, pictures))).colors is None


def test_sample_ignores_what_is_hidden() -> None:
    picture, mask = numbered(1000, width=10), np.zeros((100, 10), bool)
    mask[20:] = True
    drawn = take(frames(picture, picture.copy(), masks=[mask, mask]))
    assert drawn.colors is not None
    assert numbered(200).reshape(-1, 3).tolist() == drawn.colors.tolist()
    assert set(range(200)) == set(pack(drawn.pixels).tolist())
    assert not drawn.opaque


def test_sample_of_a_clip_that_is_hidden_altogether_is_empty() -> None:
    drawn = take(frames(numbered(6), masks=[np.ones((6, 1), bool)]))
    assert drawn.colors is not None
    assert (len(drawn.pixels), len(drawn.colors), drawn.opaque) == (0, 0, False)
    assert len(train(drawn, 255)) == 1


def test_sample_of_a_held_picture_is_drawn_once() -> None:
    first, second = numbered(700), numbered(700, first=5000)
    held = take(frames(first, first, first, second, second))
    assert (held.pictures, held.opaque) == (2, True)
    assert take(frames(first, second)).pixels.tolist() == held.pixels.tolist()


def test_sample_of_a_clip_of_unknown_length_is_thinned() -> None:
    """2.1 million pixels in 700 pictures: less than twice the usual sample, still of all pictures alike."""
    clip = frames(*(np.full((50, 60, 3), (n >> 8, n & 255, 0), np.uint8) for n in range(700)))
    drawn = take(clip)
    assert 0.99 * SIZE <= len(drawn.pixels) <= 2 * SIZE
    counts = np.bincount(pack(drawn.pixels) >> 8)
    assert len(counts) == 700
    assert counts.max() - counts.min() <= 1


def test_sample_is_as_large_where_a_picture_is_hidden_nearly_altogether() -> None:
    """Of the third picture 2 pixels are seen; the ones behind it give as many as the ones before."""
    pictures = [np.full((512, 512, 3), n, np.uint8) for n in range(20)]
    mask = np.ones((512, 512), bool)
    mask[0, :2] = False
    drawn = take(frames(*pictures, masks=[mask if n == 2 else None for n in range(20)]))
    counts = np.bincount(drawn.pixels[:, 0], minlength=20)
    counts[2] = counts[0]
    assert counts.max() <= 2 * counts.min()


def test_sample_sees_a_picture_whose_mask_is_gone() -> None:
    picture, mask = numbered(4), np.array([[True], [False], [False], [False]])
    colors = take(frames(picture, picture, masks=[mask, None])).colors
    assert colors is not None
    assert numbered(4).reshape(-1, 3).tolist() == colors.tolist()


def test_sample_of_a_clip_that_mostly_stands_still_is_not_smaller() -> None:
    """Four pictures of 100000 pixels, of which the last is held for 3000 frames."""
    pictures = [numbered(100_000, first=100_000 * n, width=100) for n in range(4)]
    clip = frames(*pictures, *[pictures[-1]] * 2996)
    assert len(take(clip).pixels) > SIZE / 2


PHOTO = still()
PHOTO_SAMPLE = take(frames(PHOTO))


def spread(lab: Lab) -> float:
    """Mean distance of neighbours."""
    return float(np.sqrt((np.diff(lab, axis=0) ** 2).sum(axis=1)).mean())


def error(lab: Lab, entries: Lab) -> float:
    """Mean squared distance to the nearest entry."""
    return float(((lab[:, None] - entries[None]) ** 2).sum(axis=2).min(axis=1).mean())


def k_means(lab: Lab, count: int, seed: int) -> Lab:
    """Centers by k-means++ and 30 rounds."""
    rng = np.random.default_rng(seed)
    centers = lab[rng.integers(len(lab), size=1)]
    away = ((lab - centers[0]) ** 2).sum(axis=1)
    for _ in range(count - 1):
        chosen = lab[rng.choice(len(lab), p=away / away.sum())]
        away = np.minimum(away, ((lab - chosen) ** 2).sum(axis=1))
        centers = np.concatenate([centers, chosen[None]])
    for _ in range(30):
        cell = ((lab[:, None] - centers[None]) ** 2).sum(axis=2).argmin(axis=1)
        for n in np.unique(cell):
            centers[n] = lab[cell == n].mean(axis=0)
    return centers


@pytest.fixture(scope="module")
def best() -> float:
    lab = oklab(PHOTO.reshape(-1, 3))
    return min(error(lab, k_means(lab, 64, seed)) for seed in range(3))


def test_palette_is_as_good_as_k_means(best: float) -> None:
    """Its error with 64 colors of a photograph against that of the best of three runs of k-means."""
    lab = oklab(PHOTO.reshape(-1, 3))
    for seed in range(3):
        assert error(lab, train(PHOTO_SAMPLE, 64, seed).lab) <= 1.10 * best


@pytest.mark.parametrize(("colors", "part"), [(255, 0.25), (64, 0.35), (16, 0.55)])
def test_neighbours_in_the_table_are_neighbours_in_color(colors: int, part: float) -> None:
    """Their mean distance is a part of that in a random order; a line through few points cannot be as short."""
    lab = train(PHOTO_SAMPLE, colors).lab
    rng = np.random.default_rng(0)
    at_random = np.mean([spread(rng.permutation(lab)) for _ in range(20)])
    assert spread(lab) <= part * at_random


def test_same_seed_gives_the_same_palette() -> None:
    first, again, other = (train(PHOTO_SAMPLE, 32, seed).colors for seed in (7, 7, 8))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


@pytest.mark.parametrize("colors", [1, 2, 3, 16, 17, 255, 256])
def test_palette_has_no_more_entries_than_asked_and_none_twice(colors: int) -> None:
    palette = train(PHOTO_SAMPLE, colors)
    assert 0.9 * colors <= len(palette) <= colors
    assert len(np.unique(palette.colors, axis=0)) == len(palette)
    assert not palette.colors.flags.writeable


def a_few_colors_too_many() -> tuple[Pixels, Pixels]:
    """260 colors, and 40000 pixels of them, of which some are frequent and others rare: a user interface, say."""
    rng = np.random.default_rng(0)
    colors = unpack(rng.choice(1 << 24, 260, replace=False).astype(np.uint32))
    index = np.minimum(rng.geometric(0.03, 40_000) - 1, 259)
    index[:260] = np.arange(260)
    return colors, colors[index].reshape(200, 200, 3)


def test_of_neurons_that_round_to_one_color_the_first_stays() -> None:
    colors = np.array([[9, 9, 9], [1, 2, 3], [9, 9, 9], [0, 0, 0], [1, 2, 3]], np.uint8)
    assert som._once(colors).tolist() == [[9, 9, 9], [1, 2, 3], [0, 0, 0]]


def test_a_color_counts_for_a_hundredth_of_all_pixels_at_most() -> None:
    """Each of these has a region of the color cube for itself, and counts less than in proportion there."""
    colors = np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0]], np.uint8)
    weights = som._weigh(colors, np.array([9900, 90, 10]))
    assert weights == pytest.approx(np.array([100, 90, 10]) ** (1 - som.EVENNESS))


def test_colors_of_one_region_are_evened_out_together() -> None:
    """Two neighbours weigh as their counts do to each other, and together as one color with both counts."""
    far_apart = 16 * np.stack(np.unravel_index(np.arange(1, 300), (16, 16, 16)), axis=1)
    colors = np.concatenate([[[1, 1, 1], [2, 2, 2]], far_apart]).astype(np.uint8)
    counts = np.array([3, 5, *[8] * len(far_apart)])
    first, second, *others = som._weigh(colors, counts).tolist()
    assert first / second == pytest.approx(3 / 5)
    assert [first + second] * len(others) == pytest.approx(others)


def test_palette_uses_its_entries_where_colors_are_a_few_too_many() -> None:
    colors, picture = a_few_colors_too_many()
    palette = train(take(frames(picture)), 256)
    assert len(palette) > 250
    kept = set(map(tuple, palette.colors.tolist())) & set(map(tuple, colors.tolist()))
    assert len(kept) > 230


@pytest.mark.parametrize("count", [1, 2, 100, 255, 256])
def test_palette_of_a_clip_with_few_colors_is_those_colors(count: int) -> None:
    picture = numbered(count)
    for colors in (count, 256):
        palette = train(take(frames(picture)), colors)
        assert picture.reshape(-1, 3).tolist() == palette.colors.tolist()


def test_few_colors_are_trained_on_where_fewer_are_asked() -> None:
    palette = train(take(frames(numbered(100))), 10)
    assert len(palette) <= 10


def test_training_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    train(PHOTO_SAMPLE, 4, on_progress=lambda done, steps: told.append((done, steps)))
    assert [(step, som.STEPS) for step in range(0, som.STEPS + 1, som.CHUNK)] == told
    assert told[-1] == (som.STEPS, som.STEPS)


def test_a_round_of_tuning_moves_each_neuron_to_the_weighted_mean_of_its_cell() -> None:
    """An idle one stays where it is, and so does the order of the map."""
    colors = np.array([[0.5, 0, 0], [0.7, 0, 0], [0.1, 0, 0], [0.1, 0.1, 0]], np.float32)
    neurons = np.array([[0.65, 0, 0], [5, 5, 5], [0.1, 0, 0]], np.float32)
    tuner = som.Tuner(neurons, colors, np.array([1.0, 3.0, 1.0, 1.0]))
    tuner.round()
    assert tuner.neurons == pytest.approx(np.array([[0.65, 0, 0], [5, 5, 5], [0.1, 0.05, 0]], np.float32))
    assert tuner.cell.tolist() == [0, 0, 2, 2]
    assert tuner.mass.tolist() == [4.0, 0.0, 2.0]


def test_an_exchange_moves_an_idle_neuron_to_the_cell_that_needs_two_and_beside_it_on_the_line() -> None:
    colors = np.array([[0.1, 0, 0], [0.2, 0, 0], [0.8, 0, 0], [0.8, 0.2, 0]], np.float32)
    neurons = np.array([[5, 5, 5], [0.15, 0, 0], [0.8, 0.1, 0]], np.float32)
    tuner = som.Tuner(neurons, colors, np.ones(4))
    tuner.round()
    assert tuner.exchange()
    tuner.round()
    assert tuner.neurons[0] == pytest.approx([0.15, 0, 0])
    assert {tuple(np.round(neuron, 4).tolist()) for neuron in tuner.neurons[1:]} == {
        tuple(np.round(color, 4).tolist()) for color in colors[2:]
    }


def test_no_exchange_is_made_where_none_pays() -> None:
    colors = np.array([[0.1, 0, 0], [0.5, 0, 0], [0.9, 0, 0]], np.float32)
    tuner = som.Tuner(colors.copy(), colors, np.ones(3))
    tuner.round()
    assert not tuner.exchange()


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_learning_is_the_one_of_the_twin(count: int) -> None:
    """From step 30 to 430 of 500, over fewer pixels than that; nothing beside the neurons is touched."""
    pixels = random_lab(90, count, None)
    start = random_lab(count, 100 + count, None)
    radius = (max(count / 8, 0.25), 0.25)
    room = np.full(3 * count + 64, np.float32(GUARD))
    neurons = room[32:-32].reshape(3, count)
    neurons[:] = start.T
    som._learn(neurons, pixels, 30, 430, 500, radius, (0.5, 0.02))
    expected = reference.learn(start, pixels, 30, 430, 500, radius, (0.5, 0.02))
    assert expected.T.tobytes() == neurons.tobytes()
    assert {float(GUARD)} == {*room[:32].tolist(), *room[-32:].tolist()}


@pytest.mark.parametrize("steps", [None, 2, 4])
@pytest.mark.parametrize("count", [1, 2, 9, 64])
def test_assignment_is_the_one_of_the_twin(count: int, steps: int | None) -> None:
    colors = random_lab(400, count, steps)
    neurons = random_lab(count, 50 + count, steps)
    neurons = neurons[np.argsort(neurons[:, 0], kind="stable")]
    guesses = np.random.default_rng(count).integers(0, count, 400)
    cell = np.full(400 + 64, -GUARD, np.int32)
    cell[32:-32] = guesses
    som._assign(colors, neurons, cell[32:-32])
    assert reference.assign(colors, neurons, guesses.tolist()) == cell[32:-32].tolist()
    assert {-GUARD} == {*cell[:32].tolist(), *cell[-32:].tolist()}


def test_gathering_is_the_one_of_the_twin() -> None:
    colors, weights = random_lab(300, 1, None), np.random.default_rng(2).random(300)
    cell = np.random.default_rng(3).integers(0, 9, 300).astype(np.int32)
    sums = np.zeros((9, 4))
    som._gather(colors, weights, cell, sums)
    assert reference.gather(colors, weights.tolist(), cell.tolist(), 9) == sums.tolist()


@pytest.mark.parametrize("steps", [None, 2, 4])
@pytest.mark.parametrize("count", [1, 2, 9, 64, 256])
def test_search_is_the_one_of_the_twin(count: int, steps: int | None) -> None:
    """Of equally near entries, and of equal ones, the lowest index; nothing beside the output is touched."""
    colors, entries = random_lab(400, count, steps), random_lab(count, 60 + count, steps)
    rank = np.argsort(entries[:, 0], kind="stable")
    room = np.full(400 + 64, GUARD, np.uint16)
    nearest._search(colors, entries[rank], rank, room[32:-32])
    assert reference.search(colors, entries) == (room[32:-32].astype(int) - 1).tolist()
    assert {GUARD} == {*room[:32].tolist(), *room[-32:].tolist()}


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=20), st.integers(0, 2**32 - 1))
def test_search_among_any_entries_is_the_one_of_the_twin(points: list[tuple[int, int, int]], seed: int) -> None:
    entries, colors = np.array(points, np.float32), random_lab(20, seed, 16)
    rank = np.argsort(entries[:, 0], kind="stable")
    found = np.empty(20, np.uint16)
    nearest._search(colors, entries[rank], rank, found)
    assert reference.search(colors, entries) == (found.astype(int) - 1).tolist()


def test_collecting_is_the_one_of_the_twin() -> None:
    """Some colors are known, some appear several times."""
    pixels, known = random_colors(3000, levels=12), random_colors(300, seed=1, levels=12)
    table = np.zeros(1 << 24, np.uint16)
    table[pack(known)] = 1
    room = np.full(3000 + 64, GUARD, np.uint32)
    count = nearest._collect(pixels, table, room[32:-32])
    expected = reference.collect(pixels.tolist(), set(pack(known).tolist()))
    assert expected == room[32 : 32 + count].tolist()
    assert {GUARD} == {*room[:32].tolist(), *room[32 + count :].tolist()}
    assert len(expected) + len(np.unique(pack(known))) == np.count_nonzero(table)
    assert nearest._collect(pixels, table, room[32:-32]) == 0


def test_looking_up_is_the_one_of_the_twin() -> None:
    pixels = random_colors(3000, levels=12)
    numbers = np.unique(pack(pixels))
    index = dict(zip(numbers.tolist(), np.random.default_rng(0).integers(0, 256, len(numbers)).tolist(), strict=True))
    table = np.zeros(1 << 24, np.uint16)
    table[numbers] = np.array(list(index.values()), np.uint16) + 1
    room = np.full(3000 + 64, GUARD, np.uint8)
    nearest._look_up(pixels, table, room[32:-32])
    assert reference.look_up(pixels.tolist(), index) == room[32:-32].tolist()
    assert {GUARD} == {*room[:32].tolist(), *room[-32:].tolist()}


@pytest.mark.parametrize("room", [1, 255, 256, 5000])
def test_noting_colors_is_the_one_of_the_twin(room: int) -> None:
    """Over several pictures, until there is one color more than fits; nothing beside the list is touched."""
    seen = np.zeros(1 << 21, np.uint8)
    array = np.full(room + 64, GUARD, np.uint32)
    found: list[int] = []
    count = 0
    for seed in range(4):
        pixels = random_colors(200, seed, levels=7)
        count = sample._note_colors(pixels, seen, array[32:-32], count)
        assert reference.note_colors(pixels.tolist(), found, room) == count
        assert found == array[32 : 32 + len(found)].tolist()
        assert {GUARD} == {*array[:32].tolist(), *array[32 + len(found) :].tolist()}
        assert sorted(found) == np.flatnonzero(np.unpackbits(seen, bitorder="little")).tolist()
        if count > room:
            break
    assert (count > room) == (room < 343)


@pytest.mark.parametrize("count", [1, 2, 17, 256])
def test_mapper_finds_the_nearest_entry(count: int) -> None:
    """More new colors than are searched at once, then colors that are known already."""
    palette = Palette(np.unique(random_colors(count, seed=5), axis=0))
    mapper = Mapper(palette)
    assert nearest._CHUNK < 70_000
    large = random_colors(70_000).reshape(350, 200, 3)
    colors, inverse = np.unique(large.reshape(-1, 3), axis=0, return_inverse=True)
    expected = np.array([np.argmin(reference.distances(lab, palette.lab)) for lab in oklab(colors)])[inverse]
    for _ in range(2):
        index = mapper.map(large)
        assert (index.dtype, index.shape) == (np.uint8, (350, 200))
        assert expected.tolist() == index.ravel().tolist()
    own = read_only(palette.colors[None].copy())
    assert list(range(len(palette))) == mapper.map(own)[0].tolist()


def test_mapper_takes_the_lowest_index_of_equally_near_entries() -> None:
    """Entries that are mirrored around grey, in a palette that says so of itself."""

    class Mirrored(Palette):
        @cached_property
        def lab(self) -> Lab:
            grey = oklab(np.array([128, 128, 128], np.uint8))
            return grey + np.array([[0, 0.5, 0], [0, 0, 0.25], [0, 0, -0.25], [0, -0.25, 0], [0, 0.25, 0]], np.float32)

    palette = Mirrored(np.zeros((5, 3), np.uint8))
    grey = read_only(np.full((1, 1, 3), 128, np.uint8))
    distances = reference.distances(oklab(grey)[0, 0], palette.lab)
    assert (distances[1:] == distances[1]).sum() > 1, "the test has a tie to decide"
    assert Mapper(palette).map(grey).tolist() == [[int(np.argmin(distances))]]


def test_palettes_are_read_only_and_know_their_length() -> None:
    palette = Palette(numbered(7).reshape(-1, 3))
    assert len(palette) == 7
    assert oklab(palette.colors).tolist() == palette.lab.tolist()
    with pytest.raises(ValueError, match="read-only"):
        palette.colors[0] = 1
