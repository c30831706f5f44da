"""Dither by blue noise and by error diffusion."""

import numpy as np
import pytest
import twins.dither

from gifsom.native import dither

from .zones import Zones, refusals

MASKING = 250.0
EXACT, CARRIED = 1e-4, 0.04


def problem(seed: int, size: tuple[int, int] = (9, 14), entries: int = 12) -> dict[str, np.ndarray]:
    """A gradient with noise, some of it of colors that the map has, and a map of which each entry knows a few."""
    rng = np.random.default_rng(seed)
    colors = (rng.random((entries, 3)) * [1, 0.2, 0.2] - [0, 0.1, 0.1]).astype(np.float32)
    lab = np.linspace(0, 1, size[1])[None, :, None] * [1.0, 0.1, 0.1] + rng.normal(0, 0.02, (*size, 3))
    pixels = np.concatenate([lab, rng.random((*size, 1))], axis=2).astype(np.float32)
    exact = rng.random(size) < 0.1
    pixels[exact, :3] = colors[rng.integers(entries, size=np.count_nonzero(exact))]
    best = ((pixels[:, :, None, :3] - colors) ** 2).sum(axis=3).argmin(axis=2).astype(np.uint16)
    persistence = rng.integers(1, 9, size).astype(np.uint8)
    activity = np.where(rng.random(size) < 0.2, 0, rng.random(size) * 0.02)
    pixels[..., 3] = persistence / (1 + MASKING * activity)
    order = np.argsort(((colors[:, None] - colors) ** 2).sum(axis=2), axis=1)
    near = np.ascontiguousarray(order[:, : min(entries, 64)].astype(np.uint16))
    return {"pixels": pixels, "best": best, "persistence": persistence, "colors": colors, "near": near}


NOISE = np.random.default_rng(5).uniform(-1, 1, (32, 32, 3)).astype(np.float32)
SIZES = pytest.mark.parametrize(("size", "entries"), [((9, 14), 12), ((1, 1), 2), ((2, 1100), 5), ((9, 14), 80)])


@SIZES
@pytest.mark.parametrize(("smooth", "visible"), [(0.012, 0.012), (np.inf, 0.0)])
def test_blue_noise_moves_what_its_twin_does(
    size: tuple[int, int], entries: int, smooth: float, visible: float
) -> None:
    given, zones = problem(1, size, entries), Zones()
    expected, expected_best = given["pixels"].copy(), given["best"].copy()
    tools = given["colors"], given["near"]
    more = (NOISE, smooth, visible)
    twins.dither.move(expected, expected_best, given["persistence"], MASKING, 61, 70, *tools, *more)
    pixels, best, persistence, colors, near = (zones.copy(array) for array in given.values())
    near_colors = zones.copy(dither.gather_near(*tools))
    dither.blue_noise(
        pixels, best, persistence, MASKING, 61, 70, colors, near, near_colors, zones.copy(NOISE), *more[1:]
    )
    assert np.array_equal(expected_best, best)
    assert expected.tobytes() == pixels.tobytes()
    zones.check()


@SIZES
def test_error_diffusion_is_that_of_its_twin(size: tuple[int, int], entries: int) -> None:
    given, zones = problem(2, size, entries), Zones()
    expected, expected_best = given["pixels"].copy(), given["best"].copy()
    tools = given["colors"], given["near"]
    twins.dither.diffuse(expected, expected_best, *tools)
    pixels, best, _, colors, near = (zones.copy(array) for array in given.values())
    dither.diffuse(pixels, best, colors, near, zones.copy(dither.gather_near(*tools)), EXACT, CARRIED)
    assert np.array_equal(expected_best, best)
    assert expected.tobytes() == pixels.tobytes()
    zones.check()


def test_a_map_of_one_color_has_nothing_to_move_to() -> None:
    given = problem(3, entries=1)
    pixels, near_colors = given["pixels"].copy(), dither.gather_near(given["colors"], given["near"])
    dither.blue_noise(
        **given, masking=MASKING, top=0, left=0, near_colors=near_colors, noise=NOISE, smooth=np.inf, visible=0
    )
    assert np.array_equal(pixels, given["pixels"])
    assert not given["best"].any()


def test_the_nearest_entries_are_gathered_by_channels() -> None:
    given = problem(4)
    gathered = dither.gather_near(given["colors"], given["near"])
    assert gathered.shape == (12, 3, 12)
    assert gathered[3, :, 5].tolist() == given["colors"][given["near"][3, 5]].tolist()


def test_what_does_not_fit_is_refused() -> None:
    given = problem(0)
    given["near_colors"] = dither.gather_near(given["colors"], given["near"])
    more = {"masking": MASKING, "top": 0, "left": 0, "smooth": 0.01, "visible": 0.01}
    for arguments, error in refusals(given | {"noise": NOISE}, {"pixels", "best"}):
        with pytest.raises(error):
            dither.blue_noise(**arguments, **more)
    for change in ({"top": -1}, {"left": -1}, {"noise": NOISE[:0]}, {"near": np.zeros((12, 0), np.uint16)}):
        with pytest.raises(ValueError, match="pixels at"):
            dither.blue_noise(**(given | {"noise": NOISE} | more | change))
    del given["persistence"]
    for arguments, error in refusals(given, {"pixels", "best"}):
        with pytest.raises(error):
            dither.diffuse(**arguments, exact=EXACT, carried=CARRIED)
    with pytest.raises(ValueError, match="65 entries near each"):
        dither.diffuse(**(given | {"near": np.zeros((12, 65), np.uint16)}), exact=EXACT, carried=CARRIED)
