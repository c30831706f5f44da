"""Training: as good as k-means, in the order of color, nothing lost that stands out, and clear words for bad input."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from conftest import FIXTURES, FrameClip
from numpy.typing import ArrayLike, NDArray
from PIL import Image

import gifsom
from gifsom import FrameError, SettingError
from gifsom.palette import refine
from gifsom.palette.color import oklab, pack, unpack
from gifsom.palette.palette import Palette
from gifsom.palette.sample import take
from gifsom.palette.som import STEPS
from gifsom.palette.train import CLIP, PIXELS, TrainingStep, learn

Pixels = NDArray[np.uint8]
Lab = NDArray[np.float32]
Color = tuple[int, int, int]

WIDTH, HEIGHT, SECONDS, PICTURES = 640, 360, 10.0, 12
REACH = 0.04


def still() -> Pixels:
    with Image.open(FIXTURES / "still.png") as image:
        return np.array(image.convert("RGB"))


PHOTO = still()
PHOTO_LAB = oklab(PHOTO.reshape(-1, 3))


def clip(*pictures: Pixels) -> FrameClip:
    return FrameClip(pictures, np.arange(len(pictures)) * (SECONDS / len(pictures)), SECONDS)


def numbered(count: int) -> Pixels:
    """A picture whose pixels are colors number 0 and on, all different."""
    return unpack(np.arange(count, dtype=np.uint32)).reshape(-1, 1, 3)


def rows(colors: Pixels) -> set[Color]:
    return set(map(tuple, colors.tolist()))


def squares(lab: Lab, entries: Lab) -> Lab:
    """Squared distances of each of lab (n, 3) to each of entries (m, 3)."""
    return (lab**2).sum(axis=1)[:, None] - 2 * (lab @ entries.T) + (entries**2).sum(axis=1)


def error(lab: Lab, entries: Lab) -> float:
    """Mean squared distance to the nearest entry."""
    nearest = entries[squares(lab, entries).argmin(axis=1)]
    return float(((lab - nearest) ** 2).sum(axis=1).mean())


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
        cell = squares(lab, centers).argmin(axis=1)
        mass = np.bincount(cell, minlength=count)
        sums = np.stack([np.bincount(cell, weights=lab[:, k], minlength=count) for k in range(3)], axis=1)
        centers = np.where(mass[:, None] > 0, sums / np.maximum(mass, 1)[:, None], centers).astype(np.float32)
    return centers


def spread(lab: Lab) -> float:
    """Mean distance of neighbours."""
    return float(np.sqrt((np.diff(lab, axis=0) ** 2).sum(axis=1)).mean())


def disorder(lab: Lab) -> float:
    """Mean distance of neighbours as a part of that in a random order."""
    rng = np.random.default_rng(0)
    return spread(lab) / float(np.mean([spread(rng.permutation(lab)) for _ in range(20)]))


def apart(colors: Pixels) -> int:
    """Levels, in the channel where they differ most, between the two entries that are nearest to each other."""
    wide = colors.astype(np.int16)
    levels = np.abs(wide[:, None] - wide[None]).max(axis=2)
    np.fill_diagonal(levels, 255)
    return int(levels.min())


def away(palette: Palette, color: Color) -> float:
    """Distance of a color to the nearest entry."""
    return float(np.sqrt(((palette.lab - oklab(np.array(color, np.uint8))) ** 2).sum(axis=1)).min())


LARGEST = pytest.param(256, 1, marks=pytest.mark.slow)


@pytest.mark.parametrize(("colors", "references"), [(2, 3), (4, 3), (8, 3), (16, 3), (64, 2), LARGEST])
def test_plain_map_is_as_good_as_k_means(colors: int, references: int) -> None:
    """On a photograph, against the best of some runs of k-means; and no entry is one that no pixel uses."""
    palette = gifsom.train(PHOTO, colors)
    assert len(palette) == colors
    assert list(range(colors)) == np.unique(palette.apply(PHOTO)).tolist()
    best = min(error(PHOTO_LAB, k_means(PHOTO_LAB, colors, seed)) for seed in range(references))
    assert error(PHOTO_LAB, palette.lab) <= 1.05 * best


@pytest.mark.parametrize("seed", range(3))
def test_no_two_entries_are_nearly_equal_and_neighbours_are_neighbours_in_color(seed: int) -> None:
    palette = gifsom.train(PHOTO, 256, seed=seed)
    assert apart(palette.colors) >= 2
    assert disorder(palette.lab) <= 0.25


def test_a_clip_has_no_two_entries_that_are_nearly_equal_either() -> None:
    palette = gifsom.train(clip(PHOTO, np.ascontiguousarray(PHOTO[::-1])), 255)
    assert len(palette) >= 250
    assert apart(palette.colors) >= 2
    assert disorder(palette.lab) <= 0.25


@pytest.mark.parametrize(("colors", "part"), [(64, 0.35), (16, 0.55)])
def test_small_maps_are_in_order_too(colors: int, part: float) -> None:
    """A line through few points cannot be as short."""
    assert disorder(gifsom.train(PHOTO, colors).lab) <= part


@pytest.mark.parametrize("colors", [257, 600])
def test_a_map_may_be_larger_than_a_table(colors: int) -> None:
    palette = gifsom.train(PHOTO, colors)
    assert 0.98 * colors <= len(palette) <= colors
    assert len(rows(palette.colors)) == len(palette)
    assert disorder(palette.lab) <= 0.25
    assert palette.apply(PHOTO).dtype == np.uint16


@pytest.mark.parametrize("colors", [1, 3, 17, 255])
def test_palette_has_no_more_entries_than_asked_and_none_twice(colors: int) -> None:
    palette = gifsom.train(PHOTO, colors)
    assert 0.9 * colors <= len(palette) <= colors
    assert len(rows(palette.colors)) == len(palette)
    assert not palette.colors.flags.writeable


def test_same_seed_gives_the_same_palette() -> None:
    for source in (PHOTO, clip(PHOTO, np.ascontiguousarray(PHOTO[::-1]))):
        first, again, other = (gifsom.train(source, 32, seed=seed).colors for seed in (7, 7, 8))
        assert first.tobytes() == again.tobytes()
        assert first.tobytes() != other.tobytes()


def test_pixels_may_come_as_a_list_or_as_a_picture() -> None:
    assert (
        gifsom.train(PHOTO, 8).colors.tolist()
        == gifsom.train(np.asfortranarray(PHOTO), np.int64(8), seed=np.uint8(0)).colors.tolist()
    )
    assert len(gifsom.train(PHOTO.reshape(-1, 3), 8)) == 8


def test_pixels_that_are_given_stay_as_they_are() -> None:
    pixels = PHOTO.copy()
    gifsom.train(pixels, 4)
    assert pixels.flags.writeable
    assert PHOTO.tobytes() == pixels.tobytes()


@pytest.mark.parametrize("source", ["pixels", "clip"])
@pytest.mark.parametrize("count", [1, 2, 100, 256, 1024])
def test_palette_of_few_colors_is_those_colors(count: int, source: str) -> None:
    """Exactly, in a line that is about as short as one can be: that of the blues."""
    picture = np.random.default_rng(0).permutation(numbered(count))
    for colors in {count, min(count + 50, 1024)}:
        palette = gifsom.train(picture if source == "pixels" else clip(picture, picture.copy()), colors)
        assert rows(picture.reshape(-1, 3)) == rows(palette.colors)
        assert len(palette) == count
    if count >= 100:
        assert disorder(palette.lab) <= 0.25


def test_few_random_colors_are_in_a_short_line() -> None:
    colors = np.random.default_rng(0).integers(0, 256, (200, 3)).astype(np.uint8)
    palette = gifsom.train(colors)
    assert rows(colors) == rows(palette.colors)
    assert disorder(palette.lab) <= 0.25


def test_few_colors_are_trained_on_where_fewer_are_asked() -> None:
    assert 8 <= len(gifsom.train(numbered(100), 10)) <= 10


def test_palette_uses_its_entries_where_colors_are_a_few_too_many() -> None:
    """260 colors, some frequent and others rare: a user interface, say."""
    rng = np.random.default_rng(0)
    colors = unpack(rng.choice(1 << 24, 260, replace=False).astype(np.uint32))
    index = np.minimum(rng.geometric(0.03, 40_000) - 1, 259)
    index[:260] = np.arange(260)
    for source in (colors[index], clip(colors[index].reshape(200, 200, 3))):
        palette = gifsom.train(source, 256)
        assert len(palette) > 250
        assert len(rows(palette.colors) & rows(colors)) > 230


@pytest.mark.parametrize("color", [(0, 0, 0), (255, 255, 255), (200, 30, 40)])
@pytest.mark.parametrize("shape", [(1, 3), (1, 1, 3), (500, 3), (40, 50, 3)])
def test_one_color_alone_is_a_palette_of_one(shape: tuple[int, ...], color: Color) -> None:
    pixels = np.empty(shape, np.uint8)
    pixels[:] = color
    for colors in (1, 256):
        assert [list(color)] == gifsom.train(pixels, colors).colors.tolist()


def test_a_clip_that_is_hidden_altogether_has_a_palette_of_one() -> None:
    hidden = FrameClip([numbered(6)], [0.0], 1.0, [np.ones((6, 1), bool)])
    assert gifsom.train(hidden).colors.tolist() == [[0, 0, 0]]


def test_progress_rises_to_one() -> None:
    told: list[float] = []
    gifsom.train(PHOTO, 32, progress=told.append)
    assert len(told) > 10
    assert sorted(told) == told
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_whoever_watches_sees_the_map_at_each_stop_and_then_its_tuning() -> None:
    sample = take(clip(PHOTO).frames())
    seen: list[TrainingStep] = []
    stops = [0, 1000, STEPS]
    copies: list[Lab] = []

    def watch(trained: TrainingStep) -> None:
        seen.append(trained)
        copies.append(trained.neurons.copy())

    palette = learn(sample, 16, 0, PIXELS, watch, stops)
    assert [trained.done for trained in seen[:3]] == [0, 1000 / STEPS / 2, 0.5]
    assert all(trained.neurons.shape == (16, 3) for trained in seen)
    assert all(np.array_equal(copy, trained.neurons) for copy, trained in zip(copies, seen, strict=True)), "it stays"
    assert palette.lab.tolist() == seen[-1].neurons.tolist()
    assert learn(sample, 16, 0, PIXELS).colors.tolist() == palette.colors.tolist()


def test_pixels_are_learned_plainly_and_clips_as_they_are_seen() -> None:
    """What is left to train is what the plan for each says."""
    usual = gifsom.train(clip(PHOTO), 32).colors
    assert usual.tolist() == learn(take(clip(PHOTO).frames()), 32, 0, CLIP).colors.tolist()
    assert usual.tolist() == gifsom.train(PHOTO, 32, weights="seen", salience=True, snap=True).colors.tolist()
    plain = gifsom.train(PHOTO, 32).colors
    assert plain.tolist() == gifsom.train(clip(PHOTO), 32, weights="count", salience=False, snap=False).colors.tolist()
    assert plain.tolist() != usual.tolist()


@pytest.mark.parametrize(
    ("pixels", "said"),
    [
        (np.empty((0, 3), np.uint8), r"\(0, 3\) of uint8"),
        (np.empty((0, 9, 3), np.uint8), r"\(0, 9, 3\) of uint8"),
        (np.full((4, 3), np.nan), r"\(4, 3\) of float64"),
        (np.ones((4, 3), np.float32), r"\(4, 3\) of float32"),
        (np.zeros((4, 3), np.int64), r"\(4, 3\) of int64"),
        (np.zeros((4, 3), bool), r"\(4, 3\) of bool"),
        (np.zeros((5, 7, 4), np.uint8), r"\(5, 7, 4\) of uint8"),
        (np.zeros((5, 7), np.uint8), r"\(5, 7\) of uint8"),
        (np.zeros(3, np.uint8), r"\(3,\) of uint8"),
        (np.zeros((2, 5, 7, 3), np.uint8), r"\(2, 5, 7, 3\) of uint8"),
        ([], r"\(0,\) of float64"),
        (None, r"\(\) of object"),
        ("clip.mp4", r"clip\.mp4: that is a name, not pixels: gifsom\.open"),
        ([[1, 2, 3], [4, 5]], "uint8"),
    ],
)
def test_what_are_no_pixels_is_told_by_shape_and_dtype(pixels: ArrayLike, said: str) -> None:
    with pytest.raises(FrameError, match=said):
        gifsom.train(pixels)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"colors": 0}, "colors is 0: give a whole number from 1 to 1024"),
        ({"colors": 1025}, "colors is 1025"),
        ({"colors": True}, "colors is True"),
        ({"colors": 2.5}, r"colors is 2\.5"),
        ({"colors": "8"}, "colors is "),
        ({"colors": None}, "colors is None"),
        ({"seed": -1}, "seed is -1: give a whole number from 0 to"),
        ({"seed": 2**63 + 1}, "seed is 9223372036854775809"),
        ({"seed": 0.0}, r"seed is 0\.0"),
        ({"weights": "x"}, "weights is .?x.?: give 'count' or 'seen'"),
        ({"weights": ""}, "weights is "),
        ({"weights": True}, "weights is 'True'"),
        ({"weights": np.ones(3)}, "weights is "),
    ],
)
def test_settings_outside_their_range_are_told(options: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingError, match=said):
        gifsom.train(PHOTO, **options)


def test_seeds_go_to_the_end_of_their_range() -> None:
    assert len(gifsom.train(PHOTO, 2, seed=2**63)) == 2


# Clips of 640 x 360 in which every color is tinted and noisy, but for what is drawn into them.

TINTS = {
    "teal": (0.7, 0.95, 1.0),
    "amber": (1.0, 0.8, 0.55),
    "rose": (1.0, 0.72, 0.72),
    "moss": (0.75, 1.0, 0.7),
    "dusk": (0.8, 0.75, 1.0),
}
SKY = (0.55, 0.7, 1.0)
RED, BLUE, WHITE = (225, 30, 35), (40, 80, 225), (255, 246, 226)
STARS = ((255, 250, 240), (170, 200, 255), (255, 180, 120))


def tinted(tint: tuple[float, float, float], darkest: float = 40, lightest: float = 200, seed: int = 0) -> list[Pixels]:
    """Pictures of soft shapes, of more than 5000 colors."""
    rng = np.random.default_rng(seed)
    grain = rng.normal(0, 5, (HEIGHT + 64, WIDTH + 64, 3)).astype(np.float32)
    x, y = np.meshgrid(np.linspace(0, 1, WIDTH), np.linspace(0, 1, HEIGHT))
    light = 0.5 + 0.25 * np.sin(9 * x + 5 * y) + 0.25 * np.cos(7 * y - 3 * x)
    base = ((darkest + (lightest - darkest) * light)[..., None] * np.array(tint)).astype(np.float32)
    corners = rng.integers(0, 64, (PICTURES, 2))
    pictures = [np.clip(base + grain[t : t + HEIGHT, left : left + WIDTH], 0, 255) for t, left in corners]
    return [picture.astype(np.uint8) for picture in pictures]


def learned(pictures: list[Pixels], **options: Any) -> Palette:
    assert len(np.unique(pack(np.stack(pictures[:3])))) > 5000
    return gifsom.train(clip(*pictures), 255, **options)


def marked(
    tint: tuple[float, float, float], noise: float = 0, size: int = 6, seed: int = 0
) -> tuple[list[Pixels], Color]:
    """Four times over, with a red mark in one picture: a sample of these has hardly a pixel of it. And its mean."""
    pictures = tinted(tint, seed=seed) * 4
    mark = np.array(RED) + np.random.default_rng(100 + seed).normal(0, noise, (size, size, 3))
    mark = np.clip(np.rint(mark), 0, 255).astype(np.uint8)
    pictures[7] = pictures[7].copy()
    pictures[7][100 : 100 + size, 200 : 200 + size] = mark
    r, g, b = np.rint(mark.mean(axis=(0, 1))).astype(int).tolist()
    return pictures, (r, g, b)


@pytest.mark.parametrize("tint", TINTS.values(), ids=TINTS)
def test_a_red_mark_of_one_picture_is_within_reach(tint: tuple[float, float, float]) -> None:
    pictures, mean = marked(tint)
    assert mean == RED
    assert away(learned(pictures), RED) <= REACH


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("tint", TINTS.values(), ids=TINTS)
def test_a_red_mark_that_is_as_noisy_as_its_clip_is_within_reach(tint: tuple[float, float, float], seed: int) -> None:
    """In tests with a standard deviation of 8 it is within 0.016."""
    pictures, mean = marked(tint, noise=5, seed=seed)
    assert away(learned(pictures, seed=seed), mean) <= REACH


def test_the_plain_map_does_not_care_for_a_red_mark() -> None:
    """So the tests above have something to lose. Where the sample has a pixel of the mark, it does, by luck."""
    pictures, _ = marked(TINTS["teal"])
    plain = {"weights": "count", "salience": False, "snap": False}
    assert max(away(learned(pictures, seed=seed, **plain), RED) for seed in range(3)) > REACH


def test_a_progress_bar_of_five_rows_is_within_reach() -> None:
    pictures = tinted(TINTS["amber"])
    for n, picture in enumerate(pictures):
        picture[-13:-8, : WIDTH * (n + 1) // PICTURES] = BLUE
    assert away(learned(pictures), BLUE) <= REACH


@pytest.mark.parametrize("specks", [(WHITE,) * 3, STARS], ids=["white", "white, blue and orange"])
def test_bright_specks_on_a_night_sky_are_within_reach(specks: tuple[Color, ...]) -> None:
    """Of 2 x 2 pixels."""
    pictures = tinted(SKY, darkest=8, lightest=45)
    for picture in pictures:
        for (top, left), color in zip([(50, 80), (120, 400), (200, 555)], specks, strict=True):
            picture[top : top + 2, left : left + 2] = color
    palette = learned(pictures)
    assert [max(REACH, away(palette, color)) for color in specks] <= [REACH] * 3


INTERFACE: list[tuple[int, int, int, int, Color]] = [  # left, top, width, height
    (0, 0, 640, 360, (250, 250, 248)),
    (0, 0, 640, 28, (236, 236, 236)),
    (0, 28, 90, 332, (28, 30, 38)),
    (12, 40, 60, 20, (60, 120, 216)),
    (12, 70, 20, 20, (220, 60, 60)),
    (40, 70, 20, 20, (46, 160, 67)),
    (616, 4, 20, 20, (255, 196, 0)),
    (100, 40, 300, 3, (120, 120, 128)),
    (100, 50, 180, 24, (200, 220, 250)),
    (100, 80, 510, 2, (90, 60, 140)),
    (100, 90, 60, 22, (255, 120, 40)),
    (500, 60, 3, 200, (0, 0, 0)),
]


def screenshot(scale: int) -> Pixels:
    picture = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    for left, top, width, height, color in INTERFACE:
        picture[top : top + height, left : left + width] = color
    large = np.asarray(Image.fromarray(PHOTO).resize((160 * scale, 120 * scale), Image.Resampling.BICUBIC))
    picture[118 : 118 + 120 * scale, 110 : 110 + 160 * scale] = large
    return picture


def scrolled(picture: Pixels) -> list[Pixels]:
    """A clip in which the photograph moves."""
    pictures = [picture.copy() for _ in range(6)]
    for n, moved in enumerate(pictures):
        moved[118:358, 110:430] = np.roll(picture[118:358, 110:430], 11 * n, axis=0)
    return pictures


@pytest.mark.parametrize("colors", [255, 64])
@pytest.mark.parametrize(
    "make", [lambda: [screenshot(1)], lambda: [screenshot(2)], lambda: scrolled(screenshot(2))], ids=["1x", "2x", "6"]
)
def test_flat_colors_of_a_screenshot_with_a_photograph_are_exact(make: Callable[[], list[Pixels]], colors: int) -> None:
    """Twelve of them; the smallest area has 20 x 20 pixels, and some bars are 2 and 3 thin."""
    palette = gifsom.train(clip(*make()), colors)
    assert set() == {color for *_, color in INTERFACE} - rows(palette.colors)


@pytest.mark.parametrize("count", [1, 7, 39, 40, 41])
def test_the_largest_are_those_of_a_whole_sort(count: int) -> None:
    """Some are equal: the first of them comes first, and is the one that is taken."""
    values = np.random.default_rng(count).integers(0, 9, 40) / 8
    assert refine._largest(values, count).tolist() == np.argsort(-values, kind="stable")[:count].tolist()


def test_levels_between_colors_are_those_of_the_channel_with_most() -> None:
    a, b = (np.random.default_rng(seed).integers(0, 256, (9 + seed, 3)).astype(np.uint8) for seed in (0, 1))
    expected = [[max(abs(p - q) for p, q in zip(x, y, strict=True)) for y in b.tolist()] for x in a.tolist()]
    assert expected == refine._levels(a, b).tolist()
