"""Quality: what a GIF is like when bytes are weighed against visible errors, from the whole conversion."""

from itertools import pairwise
from pathlib import Path

import decoders
import numpy as np
import pytest
import strict
from conftest import FIXTURES, gifsom

import gifsom as package
from gifsom.core.errors import SettingError
from gifsom.palette.color import oklab

SCENE = FIXTURES / "scene.mp4"


def converted(source: Path, folder: Path, name: str = "out.gif", **options: object) -> tuple[package.Result, bytes]:
    result = package.convert(source, folder / name, **options)
    data = (folder / name).read_bytes()
    assert len(data) == result.bytes
    return result, data


def shown(data: bytes) -> list[np.ndarray]:
    return [canvas[..., :3].copy() for canvas in strict.check(data).canvases()]


@pytest.mark.parametrize("source", [SCENE, FIXTURES / "ramp.mkv"])
def test_lower_quality_is_smaller_and_worse(source: Path, tmp_path: Path) -> None:
    """The first picture against its source; the times do not depend on the quality."""
    clip = package.open(source).fps(10).width(160).trim(0, 0.8)
    first = next(iter(clip.frames())).pixels
    sizes, errors, ends = [], [], set()
    for quality in (20, 50, 80, 100):
        name = f"{quality}.gif"
        result, data = converted(clip, tmp_path, name, quality=quality, dither="none")  # type: ignore[arg-type]
        sizes.append(result.bytes)
        errors.append(float(((oklab(shown(data)[0]) - oklab(first)) ** 2).sum(axis=2).mean()))
        ends.add(sum(frame.delay for frame in strict.check(data).frames))
    assert sizes == sorted(sizes)
    assert errors == sorted(errors, reverse=True)
    assert sizes[0] < 0.7 * sizes[-1]
    assert len(ends) == 1


@pytest.mark.parametrize("decoder", decoders.params())
def test_decoders_that_others_wrote_see_the_same_with_tables_of_frames_own(
    decoder: decoders.Decoder, tmp_path: Path
) -> None:
    result, data = converted(SCENE, tmp_path, quality=95, width=240, duration=0.6)
    assert result.tables > 1
    decoders.same_timeline(decoders.timeline(strict.check(data)), decoder(tmp_path / "out.gif"))


@pytest.mark.parametrize("options", [{"map_size": 256}, {"map_size": "256"}, {"colors": 64}])
def test_one_table_serves_all_frames_where_that_is_asked(options: dict[str, object], tmp_path: Path) -> None:
    result, data = converted(SCENE, tmp_path, quality=95, width=160, duration=0.6, **options)
    assert (result.tables, [frame.table for frame in strict.check(data).frames if frame.table is not None]) == (1, [])


def test_a_clip_whose_colors_all_fit_is_exact_unless_a_lower_quality_is_asked(tmp_path: Path) -> None:
    plain, exact = converted(FIXTURES / "cards.mkv", tmp_path, "plain.gif")
    best, same = converted(FIXTURES / "cards.mkv", tmp_path, "best.gif", quality=100)
    lower, other = converted(FIXTURES / "cards.mkv", tmp_path, "lower.gif", quality=20)
    assert exact == same
    assert plain.exact
    assert best.exact
    assert len(other) <= len(exact)
    assert lower.exact == (len(other) == len(exact))


def test_a_lower_quality_of_few_colors_is_smaller_where_errors_are_worth_it(tmp_path: Path) -> None:
    noise = np.random.default_rng(5).integers(0, 8, (4, 48, 64, 1), np.uint8) * 2 + 100
    results = []
    for quality in (None, 50):
        with package.Writer(tmp_path / f"{quality}.gif", quality=quality) as gif:
            for picture in noise.repeat(3, axis=3):
                gif.append(picture)
        results.append(gif.close())
    exact, lower = results
    assert (exact.exact, lower.exact) == (True, False)
    assert lower.bytes < 0.8 * exact.bytes


def test_a_transparent_clip_is_coded_exactly_whatever_the_quality(tmp_path: Path) -> None:
    _, exact = converted(FIXTURES / "sprite.gif", tmp_path, "plain.gif")
    _, same = converted(FIXTURES / "sprite.gif", tmp_path, "lower.gif", quality=40)
    assert exact == same


def test_still_pixels_of_a_terminal_stay_still(tmp_path: Path) -> None:
    _, data = converted(FIXTURES / "screen.mkv", tmp_path, quality=60)
    pictures = shown(data)
    kept = [*package.open(FIXTURES / "screen.mkv").frames()]
    source = [kept[0].pixels, *(b.pixels for a, b in pairwise(kept) if (a.pixels != b.pixels).any())]
    still = np.all([(picture == source[0]).all(axis=2) for picture in source], axis=0)
    assert still.any()
    assert all(np.array_equal(picture[still], pictures[0][still]) for picture in pictures)


@pytest.mark.parametrize("quality", [0, 101, True, 50.5, "80"])
def test_quality_out_of_range_is_refused(quality: object, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"quality is .*: give a whole number from 1 to 100"):
        package.convert(SCENE, tmp_path / "out.gif", quality=quality)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("size", ["512", 1000, "all"])
def test_size_of_the_map_is_one_of_three(size: object, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=f"map_size is {size}: give one of auto, 256, 1024"):
        package.convert(SCENE, tmp_path / "out.gif", map_size=size)


def test_the_command_says_how_many_tables_were_written(tmp_path: Path) -> None:
    run = gifsom(
        "convert", SCENE, "out.gif", "--verbose", "--quality", "95", "--width", "240", "--duration", "0.6", cwd=tmp_path
    )
    assert run.status == 0
    own = sum(frame.table is not None for frame in strict.check((tmp_path / "out.gif").read_bytes()).frames)
    assert f" colors in {own + 1} tables, " in run.out
