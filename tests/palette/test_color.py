"""Color: OKLab as its author defines it, and nothing lost on the way back."""

import numpy as np
import pytest
import twins.color

from gifsom.palette.color import LINEAR, TO_LAB, TO_LMS, oklab, pack, srgb, unpack

# What the author's own code (bottosson.github.io, misc/colorpicker/colorconversion.js) gives.
KNOWN = {
    (0, 0, 0): (0.0, 0.0, 0.0),
    (255, 255, 255): (1.0, 0.0, 0.0),
    (255, 0, 0): (0.62796, 0.22486, 0.12585),
    (0, 255, 0): (0.86644, -0.23389, 0.17950),
    (0, 0, 255): (0.45201, -0.03246, -0.31153),
    (255, 255, 0): (0.96798, -0.07137, 0.19857),
    (0, 255, 255): (0.90540, -0.14944, -0.03940),
    (255, 0, 255): (0.70167, 0.27457, -0.16916),
}

# The table of XYZ values in the article that defines OKLab (bottosson.github.io/posts/oklab), given to 3 digits.
PUBLISHED = [
    ((0.950, 1.000, 1.089), (1.000, 0.000, 0.000)),
    ((1.000, 0.000, 0.000), (0.450, 1.236, -0.019)),
    ((0.000, 1.000, 0.000), (0.922, -0.671, 0.263)),
    ((0.000, 0.000, 1.000), (0.153, -1.415, -0.449)),
]
# IEC 61966-2-1: linear sRGB of XYZ with the white of D65.
FROM_XYZ = np.array(
    [[3.2404542, -1.5371385, -0.4985314], [-0.9692660, 1.8760108, 0.0415560], [0.0556434, -0.2040259, 1.0572252]]
)

GREYS = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)


@pytest.mark.parametrize(("rgb", "lab"), KNOWN.items())
def test_oklab_of_known_colors(rgb: tuple[int, int, int], lab: tuple[float, float, float]) -> None:
    assert oklab(np.array(rgb, np.uint8)) == pytest.approx(lab, abs=1e-5)


@pytest.mark.parametrize(("xyz", "lab"), PUBLISHED)
def test_matrices_give_the_published_table(xyz: tuple[float, float, float], lab: tuple[float, float, float]) -> None:
    assert TO_LAB @ np.cbrt(TO_LMS @ FROM_XYZ @ xyz) == pytest.approx(lab, abs=1e-3)


def test_greys_have_no_color_and_rise_in_lightness() -> None:
    lab = oklab(GREYS)
    assert (np.abs(lab[:, 1:]) < 1e-6).all()
    assert (np.diff(lab[:, 0]) > 0).all()


def test_linear_light_has_both_branches_of_the_curve() -> None:
    """The straight part ends between levels 10 and 11; 188 is half of the light."""
    assert LINEAR[[0, 255]].tolist() == [0, 1]
    assert LINEAR[10] == pytest.approx(10 / 255 / 12.92)
    assert LINEAR[11] == pytest.approx(((11 / 255 + 0.055) / 1.055) ** 2.4)
    assert LINEAR[188] == pytest.approx(0.5, abs=0.005)


def test_all_greys_and_random_colors_come_back_exactly() -> None:
    for colors in (GREYS, np.random.default_rng(0).integers(0, 256, (10_000, 3)).astype(np.uint8)):
        assert colors.tobytes() == srgb(oklab(colors)).tobytes()


def test_what_no_screen_can_show_is_clipped() -> None:
    outside = np.array([[1.2, 0, 0], [-0.2, 0, 0], [0.7, 0.4, 0], [0.9, -0.4, 0.1]], np.float32)
    clipped = srgb(outside)
    assert clipped[:2].tolist() == [[255, 255, 255], [0, 0, 0]]
    assert clipped[2, [0, 1]].tolist() == [255, 0]
    assert clipped[3, [0, 1]].tolist() == [0, 255]


@pytest.mark.parametrize("shape", [(3,), (0, 3), (5, 3), (4, 6, 3)])
def test_pictures_of_any_shape(shape: tuple[int, ...]) -> None:
    colors = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    assert (oklab(colors).dtype, oklab(colors).shape) == (np.float32, shape)
    assert colors.tolist() == srgb(oklab(colors)).tolist()
    assert (pack(colors).dtype, pack(colors).shape) == (np.uint32, shape[:-1])
    assert colors.tolist() == unpack(pack(colors)).tolist()


def test_colors_are_packed_wherever_they_lie_in_memory() -> None:
    """Backwards, every second one, by columns, read-only; and they stay as they are."""
    colors = np.random.default_rng(3).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    expected = [twins.color.pack(row) for row in colors]
    before = colors.tobytes()
    assert expected == pack(colors).tolist()
    assert [row[::-2] for row in expected] == pack(colors[:, ::-2]).tolist()
    assert expected == pack(np.asfortranarray(colors)).tolist()
    assert expected == pack(np.ascontiguousarray(colors[..., ::-1])[..., ::-1]).tolist()
    assert colors.flags.writeable
    assert before == colors.tobytes()
    colors.flags.writeable = False
    assert expected == pack(colors).tolist()


def test_packed_colors_are_numbers_as_one_writes_them() -> None:
    assert pack(np.array([[0x12, 0x34, 0x56], [255, 255, 255], [0, 0, 1]], np.uint8)).tolist() == [
        0x123456,
        0xFFFFFF,
        1,
    ]
    assert unpack(np.array([0x123456, 0xFFFFFF], np.uint32)).tolist() == [[0x12, 0x34, 0x56], [255, 255, 255]]
