"""Study: the palette that a conversion would learn, how near the clip's pixels are to it, and what is written."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import FIXTURES, FrameClip
from numpy.typing import NDArray
from PIL import Image
from strict import check

import gifsom
from gifsom.analysis import palette as module
from gifsom.analysis.palette import study
from gifsom.core.errors import (
    PackageMissing,
    SettingError,
    SourceEmpty,
    SourceIncomplete,
    SourceNotFound,
    TargetExists,
    TargetUnwritable,
)
from gifsom.core.source import Source
from gifsom.palette.color import oklab
from gifsom.palette.palette import Palette

Pixels = NDArray[np.uint8]

STILL = FIXTURES / "still.png"
SCREEN = FIXTURES / "screen.mkv"


def photo() -> Pixels:
    return np.array(Image.open(STILL))


def clip(*pictures: Pixels, masks: list[NDArray[np.bool_]] | None = None) -> FrameClip:
    return FrameClip(pictures, np.arange(len(pictures)) / 10, len(pictures) / 10, masks)


def rolling(count: int = 4) -> FrameClip:
    return clip(*(np.roll(photo(), 9 * n, axis=1) for n in range(count)))


def stripes(width: int) -> Pixels:
    """Columns of red and blue, one pixel wide: made smaller, they mix."""
    picture = np.zeros((4, width, 3), np.uint8)
    picture[:, ::2], picture[:, 1::2] = (200, 30, 40), (10, 90, 200)
    return picture


def converted(source: "str | Path | Source", folder: Path, **options: Any) -> list[list[int]]:
    """The table of the GIF that a conversion makes, without what fills it up."""
    result = gifsom.convert(source, folder / "converted.gif", **options)
    table = check(result.path.read_bytes()).global_table
    assert table is not None
    return [[*color] for color in table[: result.colors]]


@pytest.mark.parametrize(
    ("source", "colors"),
    [
        (lambda: STILL, 256),
        (lambda: STILL, 9),
        (lambda: str(FIXTURES / "ramp.mkv"), 40),
        (lambda: FIXTURES / "sprite.gif", 256),
        (lambda: SCREEN, 256),
        (rolling, 255),
    ],
    ids=["still", "still, 9", "video", "GIF", "screen", "clip"],
)
def test_it_is_the_palette_that_a_conversion_learns(
    source: Callable[[], "str | Path | Source"], colors: int, tmp_path: Path
) -> None:
    """With as many colors: where an animation has more than 255, its GIF needs one index for what does not change."""
    found = study(source(), colors=colors, seed=5)
    assert converted(source(), tmp_path, colors=colors, seed=5) == found.palette.colors.tolist()


def test_256_colors_of_a_clip_are_reduced_to_255_of_them_in_its_gif(tmp_path: Path) -> None:
    palette = study(rolling()).palette
    assert len(palette) == 256
    table = converted(rolling(), tmp_path, palette=palette)
    assert len(table) == 255
    assert [color for color in palette.colors.tolist() if color in table] == table


def test_the_error_is_the_mean_distance_of_the_pixels_in_hundredths() -> None:
    """A small picture is sampled whole."""
    found = study(STILL, colors=12)
    lab = oklab(photo())
    away = np.linalg.norm(lab - found.palette.lab[found.palette.apply(photo())], axis=-1)
    assert found.error == pytest.approx(100 * away.mean(), rel=1e-5)
    assert found.elapsed > 0


@pytest.mark.parametrize("source", [SCREEN, FIXTURES / "sprite.gif"], ids=lambda path: path.name)
def test_what_is_exact_has_no_error(source: Path) -> None:
    assert study(source).error == 0


def test_a_clip_that_is_hidden_altogether_has_no_error_either() -> None:
    found = study(clip(photo(), masks=[np.ones(photo().shape[:2], bool)]))
    assert (found.palette.colors.tolist(), found.error) == ([[0, 0, 0]], 0)


def test_more_colors_have_less_error_and_the_seed_decides() -> None:
    first, again, other = (study(STILL, colors=16, seed=seed) for seed in (3, 3, 4))
    assert (first.palette.hexes, first.error) == (again.palette.hexes, again.error)
    assert first.palette.hexes != other.palette.hexes
    assert study(STILL, colors=32).error < first.error


def test_a_part_of_the_clip_may_be_chosen() -> None:
    whole, part = study(SCREEN).palette.hexes, study(SCREEN, start="0:00.1", end=0.7).palette.hexes
    assert set(part) < set(whole)
    assert part == study(SCREEN, start=0.1, duration=0.6).palette.hexes


def test_a_still_is_studied_as_it_is_however_wide_and_a_clip_as_it_is_converted() -> None:
    wide = stripes(1000)
    assert len(study(clip(wide)).palette) == 2
    moving = clip(wide, np.ascontiguousarray(wide[:, ::-1]))
    assert len(study(moving).palette) > 2
    assert len(study(moving, width=1000).palette) == 2
    assert len(study(clip(wide), width=500).palette) > 2


def test_a_folder_of_pictures_is_a_clip(tmp_path: Path) -> None:
    for name in ("still.png", "sprite.gif"):
        shutil.copy(FIXTURES / name, tmp_path)
    found = study(tmp_path, colors=30).palette
    assert gifsom.train(gifsom.open(tmp_path).fps(15), 30).hexes == found.hexes


@pytest.mark.parametrize("name", ["out.gpl", "out.act", "out.png", "out.json", "out.npy"])
def test_the_palette_is_written_where_a_file_is_named(name: str, tmp_path: Path) -> None:
    found = study(SCREEN, tmp_path / name)
    assert found.palette.hexes == Palette.load(tmp_path / name).hexes
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_nothing_is_written_where_no_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    study(SCREEN)
    assert [*tmp_path.iterdir()] == []


def test_the_figure_is_of_the_picture_in_the_middle_of_the_clips_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not of the middle one of the pictures: the second of four is shown for most of the time."""
    pytest.importorskip("matplotlib", reason="needs matplotlib")
    drawn: list[Any] = []
    monkeypatch.setattr(module.palette_figure, "render", lambda *given: (drawn.append(given), b"figure")[1])
    pictures = [np.full((6, 8, 3), 60 * n, np.uint8) for n in range(4)]
    found = study(FrameClip(pictures, [0, 0.1, 0.8, 0.9], 1.0), figure_path=tmp_path / "map.png")
    [(pixels, palette, suffix, title, mask)] = drawn
    assert np.array_equal(pictures[1], pixels)
    assert palette is found.palette
    assert (suffix, title, mask) == (".png", "the clip", None)
    assert (tmp_path / "map.png").read_bytes() == b"figure"


@pytest.mark.parametrize("starts", [[0.0, 0.5], [0.0, 0.6], [0.0, 0.2]])
def test_the_middle_is_what_is_shown_then(starts: list[float]) -> None:
    pictures = [np.full((6, 8, 3), 60 * n, np.uint8) for n in range(2)]
    shown = module._middle(FrameClip(pictures, starts, 1.0))
    assert np.array_equal(pictures[starts[1] <= 0.5], shown.pixels)


def test_progress_is_told_by_stage() -> None:
    told: dict[str, list[tuple[int, int | None]]] = {}
    moving = FrameClip([photo(), photo()[::-1].copy(), photo()], [0, 0.1, 0.2], 0.3, rate=10)
    study(moving, colors=4, progress=lambda stage, done, of: told.setdefault(stage, []).append((done, of)))
    assert [*told] == ["Reading", "Learning colors"]
    assert told["Reading"] == [(1, 3), (2, 3), (3, 3)]
    assert told["Learning colors"][-1] == (100, 100)
    assert sorted(told["Learning colors"]) == told["Learning colors"]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"colors": 1}, SettingError, "colors is 1"),
        ({"colors": 257}, SettingError, "colors is 257"),
        ({"seed": -1}, SettingError, "seed is -1"),
        ({"end": 1, "duration": 1}, SettingError, "exclude"),
        ({"bogus": 1}, TypeError, "no option 'bogus'"),
        ({"start": 100}, SourceEmpty, "past the end"),
    ],
)
def test_an_option_outside_its_range_is_told(options: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        study(SCREEN, **options)


def test_a_source_that_is_missing_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="no such file"):
        study(tmp_path / "none.png")


def test_all_of_a_damaged_clip_may_be_demanded() -> None:
    with pytest.raises(SourceIncomplete, match="could be read"):
        study(FIXTURES / "truncated.mp4", strict=True, width=32)


@pytest.mark.parametrize("argument", ["target", "figure_path", "film_path"])
def test_what_cannot_be_written_is_told_before_the_source_is_opened(argument: str, tmp_path: Path) -> None:
    if argument == "figure_path":
        pytest.importorskip("matplotlib", reason="needs matplotlib")
    ending = {"target": ".gpl", "figure_path": ".png", "film_path": ".gif"}[argument]
    there = tmp_path / f"old{ending}"
    there.write_bytes(b"old")
    for path, error in ((there, TargetExists), (tmp_path / "no" / there.name, TargetUnwritable)):
        with pytest.raises(error, match=path.name):
            study("missing.png", **{argument: path})
    with pytest.raises(TargetUnwritable, match=r"out\.txt"):
        study("missing.png", **{argument: tmp_path / "out.txt"})
    assert [(path, path.read_bytes()) for path in tmp_path.iterdir()] == [(there, b"old")]


def test_two_outputs_are_two_files(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="a file each"):
        study("missing.png", tmp_path / "a.png", figure_path=str(tmp_path / "a.png"))


def test_a_missing_matplotlib_is_told_before_the_source_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("matplotlib", "matplotlib.figure", "matplotlib.style"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(PackageMissing, match=r"pip install 'gifsom\[figure\]'"):
        study("missing.png", tmp_path / "out.gpl", figure_path=tmp_path / "map.png")
    assert [*tmp_path.iterdir()] == []
