"""Marks: the largest patch of each color in any single picture, and the colors that are flat in one of them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gifsom.palette.color import pack
from gifsom.palette.salience import EDGE, EXTENT, SalienceDetector, SalientColors

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

GUARD = 0xA5
REGIONS = 32**3
NOTHING = np.zeros((0, 0), bool)
RED = [220, 30, 40]


def noise(height: int = 60, width: int = 80, seed: int = 0, levels: int = 256) -> Pixels:
    return np.random.default_rng(seed).integers(0, levels, (height, width, 3)).astype(np.uint8)


def surveyed(*pictures: Pixels, masks: dict[int, Mask] | None = None) -> SalientColors:
    survey = SalienceDetector()
    for n, picture in enumerate(pictures):
        mask = (masks or {}).get(n)
        numbers = pack(picture)
        survey.add(n, numbers, mask, numbers.ravel() if mask is None else numbers[~mask])
    return survey.salient_colors()


def extents(found: SalientColors) -> dict[tuple[int, ...], int]:
    return dict(zip(map(tuple, found.flats.tolist()), found.extents.tolist(), strict=True))


def areas(found: SalientColors) -> dict[tuple[int, ...], int]:
    return dict(zip(map(tuple, found.patches.tolist()), found.areas.tolist(), strict=True))


def with_rectangle(picture: Pixels, height: int, width: int, color: list[int] = RED, top: int = 5) -> Pixels:
    picture = picture.copy()
    picture[top : top + height, 7 : 7 + width] = color
    return picture


def test_a_patch_is_the_mean_of_its_region_in_the_picture_that_has_most_of_it() -> None:
    """That is the second one. A mean is rounded, at a half upwards."""
    first, second, third = (np.zeros((10, 10, 3), np.uint8) for _ in range(3))
    first[0, :4] = 255
    second[3, :4], second[4, :2] = (248, 250, 255), (251, 251, 252)
    third[:2, :2] = 249
    assert areas(surveyed(first, second, third)) == {(0, 0, 0): 96, (249, 250, 254): 6}


def test_of_two_pictures_with_as_much_the_first_one_says_what_the_patch_is() -> None:
    first, second = (np.zeros((10, 10, 3), np.uint8) for _ in range(2))
    first[0, :4], second[0, :4] = 255, 250
    assert areas(surveyed(first, second)) == {(0, 0, 0): 96, (255, 255, 255): 4}


def test_a_single_pixel_of_one_picture_is_a_patch() -> None:
    pictures = [noise(levels=64, seed=n) for n in range(12)]
    pictures[7][30, 40] = RED
    assert areas(surveyed(*pictures))[*RED] == 1


def test_patches_do_not_add_up_over_pictures() -> None:
    pictures = [with_rectangle(np.zeros((20, 20, 3), np.uint8), 3, n) for n in (2, 4, 3)]
    assert areas(surveyed(*pictures)) == {(0, 0, 0): 400 - 6, (220, 30, 40): 12}


def test_a_patch_says_in_which_picture_it_was_largest() -> None:
    """Of four, the last of which shows it as the third does; the ground is largest in the first."""
    pictures = [with_rectangle(np.zeros((20, 20, 3), np.uint8), 3, n) for n in (1, 2, 4, 4)]
    found = surveyed(*pictures)
    said = dict(zip(map(tuple, found.patches.tolist()), found.pictures.tolist(), strict=True))
    assert said == {(0, 0, 0): 0, (220, 30, 40): 2}


def test_marks_know_how_large_the_largest_picture_is() -> None:
    assert surveyed(noise(30, 40), noise(50, 60), noise(10, 20)).largest == 50 * 60
    assert surveyed().largest == 0


@pytest.mark.parametrize(("height", "width"), [(13, 13), (20, 20), (6, 60), (55, 70)])
def test_a_rectangle_in_noise_is_flat(height: int, width: int) -> None:
    inside, edge = (height - 1) * (width - 1), height - 1 + width - 1
    assert inside - EDGE * edge >= EXTENT, "it is large enough"
    assert {(220, 30, 40): inside - EDGE * edge} == extents(surveyed(with_rectangle(noise(), height, width)))


@pytest.mark.parametrize("corner", ["top left", "bottom right"])
def test_a_rectangle_at_the_border_of_its_picture_is_as_flat_as_elsewhere(corner: str) -> None:
    """A pixel at the left or upper border is at the edge."""
    picture = noise()
    (picture[:20, :30] if corner == "top left" else picture[-20:, -30:])[:] = RED
    assert extents(surveyed(picture)) == {(220, 30, 40): 19 * 29 - EDGE * (19 + 29)}


@pytest.mark.parametrize(("height", "width"), [(1, 1), (6, 6), (12, 12), (3, 70), (50, 2)])
def test_a_rectangle_that_is_small_or_thin_is_not_flat(height: int, width: int) -> None:
    assert extents(surveyed(with_rectangle(noise(), height, width))) == {}


def test_rectangles_beside_each_other_are_flat_each() -> None:
    """On a background that is flat too: six colors of an interface."""
    picture = np.full((200, 300, 3), 250, np.uint8)
    colors = [[30, 30, 30 + 40 * n] for n in range(5)]
    for n, color in enumerate(colors):
        picture[20 : 60 + 20 * n, 20 + 50 * n : 60 + 50 * n] = color
    found = extents(surveyed(picture))
    assert {(250, 250, 250), *map(tuple, colors)} == set(found)
    assert found[30, 30, 190] == 39 * (39 + 20 * 4) - EDGE * (39 + 39 + 20 * 4)


def test_a_flat_color_counts_in_the_picture_that_has_most_of_it() -> None:
    pictures = [with_rectangle(noise(seed=n), 20, 20 + n) for n in (0, 9, 4)]
    assert extents(surveyed(*pictures)) == {(220, 30, 40): 19 * 28 - EDGE * (19 + 28)}


def test_areas_too_small_in_each_picture_do_not_add_up() -> None:
    assert extents(surveyed(*(with_rectangle(noise(seed=n), 12, 12) for n in range(9)))) == {}


def test_a_color_that_is_flat_in_one_picture_of_many_is_found() -> None:
    pictures = [noise(seed=n) for n in range(30)]
    pictures[17] = with_rectangle(pictures[17], 20, 20)
    assert surveyed(*pictures).flats.tolist() == [RED]


def test_flat_colors_are_listed_by_their_numbers() -> None:
    picture = np.zeros((30, 150, 3), np.uint8)
    colors = [[200, 0, 0], [0, 200, 0], [0, 0, 200], [200, 200, 0], [0, 0, 199]]
    for n, color in enumerate(colors):
        picture[:, 30 * n : 30 * n + 30] = color
    found = surveyed(picture)
    numbers = pack(found.flats).tolist()
    assert sorted(pack(np.array(colors, np.uint8)).tolist()) == numbers
    assert (found.patches.dtype, found.flats.dtype, found.areas.dtype) == (np.uint8, np.uint8, np.int64)


@pytest.mark.parametrize("border", [0, 1])
@pytest.mark.parametrize("across", [False, True])
def test_a_smooth_gradient_has_no_flat_color(across: bool, border: int) -> None:
    """Steps of one level, two or three pixels wide, over the whole picture or within a border of noise."""
    picture = noise(300, 500)
    levels = (np.arange(500) / 2.5).astype(np.uint8)[:, None]
    inside = slice(border, -border or None)
    picture[inside, inside] = levels[inside]
    assert extents(surveyed(np.ascontiguousarray(picture.swapaxes(0, 1)) if across else picture)) == {}


@pytest.mark.parametrize("levels", [3, 8, 256])
def test_noise_has_no_flat_color(levels: int) -> None:
    assert extents(surveyed(noise(300, 400, levels=levels))) == {}


def test_what_is_hidden_is_neither_patch_nor_flat() -> None:
    picture = with_rectangle(noise(levels=64), 30, 30)
    mask = np.zeros((60, 80), bool)
    mask[5:35, 7:37] = True
    found = surveyed(picture, masks={0: mask})
    assert extents(found) == {}
    assert (220, 30, 40) not in areas(found)
    assert found.areas.sum() == 60 * 80 - 30 * 30


def test_what_a_mask_leaves_of_an_area_is_flat_where_it_is_large() -> None:
    """The lower half of it; pixels beside hidden ones are neither inside nor at the edge."""
    picture = with_rectangle(noise(), 40, 40)
    mask = np.zeros((60, 80), bool)
    mask[:25] = True
    assert extents(surveyed(picture, masks={0: mask})) == {(220, 30, 40): 19 * 39 - EDGE * 19}


def test_a_survey_of_nothing_marks_nothing() -> None:
    found = surveyed()
    assert tuple(part.shape for part in (found.patches, found.areas, found.flats, found.extents)) == (
        (0, 3),
        (0,),
        (0, 3),
        (0,),
    )
