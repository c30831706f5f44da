"""Sizes: the best GIF that fits a limit, what is expected of one before it is made, and smaller GIFs of GIFs."""

from __future__ import annotations

import shutil
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import strict
from conftest import FIXTURES, FrameClip, gifsom, listing, names, one_line
from PIL import Image

import gifsom as package
from gifsom.conversion import stages
from gifsom.conversion.rate_control import FLOOR, NARROWEST, RATES
from gifsom.conversion.run_sampler import COUNTED, LENGTH, SHORT, WARM, RunSampler
from gifsom.core.errors import (
    SettingError,
    SourceNotFound,
    SourceUnreadable,
    TargetExists,
    TargetTooLarge,
    TargetUnwritable,
)
from gifsom.core.values import QUALITY, parse_size
from gifsom.gif.reader import read_info
from gifsom.options.conversion import ConvertOptions

SCENE = FIXTURES / "scene.mp4"


def moving(frames: int = 48, seed: int = 3) -> FrameClip:
    """A soft picture that moves by two pixels a frame under noise that never stands still, at 12 frames a second."""
    rng = np.random.default_rng(seed)
    large = Image.fromarray(rng.integers(0, 256, (20, 30, 3), np.uint8)).resize((400, 200))
    pictures = [
        (np.asarray(large)[20:116, 2 * i : 2 * i + 160] // 2 + rng.integers(0, 24, (96, 160, 3))).astype(np.uint8)
        for i in range(frames)
    ]
    return FrameClip(pictures, [i / 12 for i in range(frames)], frames / 12, rate=12.0)


def spinning(frames: int = 30) -> FrameClip:
    """A transparent clip: a square of noise goes around."""
    rng = np.random.default_rng(4)
    pictures, masks = [], []
    for i in range(frames):
        mask = np.ones((80, 120), np.bool_)
        mask[20:60, 2 * i : 2 * i + 40] = False
        pictures.append(rng.integers(0, 4, (80, 120, 1), np.uint8).repeat(3, 2) * 60)
        masks.append(mask)
    return FrameClip(pictures, [i / 20 for i in range(frames)], frames / 20, masks, rate=20.0)


@cache
def moved() -> FrameClip:
    """What `moving` gives, drawn once for all tests."""
    return moving()


@cache
def without_limit(name: str = "moving", quality: float | None = None) -> tuple[package.Result, bytes]:
    """A conversion of `moved`, or of a fixture, that need not fit: done once for all tests."""
    clip = moved() if name == "moving" else package.open(FIXTURES / name).width(240)
    stream = BytesIO()
    return package.convert(clip, stream, quality=quality), stream.getvalue()


# --- A limit --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (750000, 750_000),
        ("750000", 750_000),
        ("500 kB", 500_000),
        ("10MB", 10_000_000),
        ("10m", 10_000_000),
        ("1.5MiB", 1_572_864),
        (" .5 GB ", 500_000_000),
        ("2048b", 2048),
    ],
)
def test_sizes_are_read(text: int | str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "x", "10 TB", "-5", 0, -1, "0.2", True, "1e6", "10MB!", "MB", "1,5MB", "9" * 30])
def test_what_is_no_size_is_refused_and_said(text: object, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"is not a size: give bytes or a unit, such as 750000, 500kB, 10MB"):
        package.convert(SCENE, tmp_path / "out.gif", max_size=text)
    assert names(tmp_path) == []


@pytest.mark.parametrize(("part", "lowered"), [(0.7, False), (0.25, True)])
@pytest.mark.parametrize("name", ["scene.mp4", "screen.mkv", "moving"])
def test_the_gif_takes_85_to_100_per_cent_of_the_limit(name: str, part: float, lowered: bool, tmp_path: Path) -> None:
    clip = moved() if name == "moving" else package.open(FIXTURES / name).width(240)
    plain, _ = without_limit(name)
    limit = int(part * plain.bytes)
    result = package.convert(clip, tmp_path / "out.gif", max_size=limit)
    data = (tmp_path / "out.gif").read_bytes()
    assert len(data) == result.bytes
    assert 0.85 * limit <= result.bytes <= limit
    assert result.fit is not None
    assert result.fit.quality is not None
    gif = strict.check(data)
    assert gif.width == result.size[0] == (result.fit.width or plain.size[0])
    assert result.fit.fps in (None, *RATES)
    if not lowered and name != "screen.mkv":  # text loses little with its quality
        assert (result.fit.fps, result.fit.width) == (None, None)
    assert sum(frame.delay for frame in gif.frames) == pytest.approx(100 * clip.duration, abs=2)


def test_quality_is_lowered_to_its_floor_before_rate_and_width(tmp_path: Path) -> None:
    floor = without_limit(quality=FLOOR)[0].bytes
    above = package.convert(moved(), tmp_path / "above.gif", max_size=int(1.2 * floor)).fit
    below = package.convert(moved(), tmp_path / "below.gif", max_size=int(0.8 * floor)).fit
    assert above is not None
    assert below is not None
    assert (above.fps, above.width) == (None, None)
    assert below.fps in RATES
    for found in (above, below):
        assert found.quality is not None
        assert found.quality >= FLOOR


def test_rate_and_width_that_are_asked_stay_and_quality_goes_down_instead(tmp_path: Path) -> None:
    floor = without_limit(quality=FLOOR)[0].bytes
    options = {"fps": 12, "width": 160, "max_size": int(0.8 * floor)}
    result = package.convert(moved(), tmp_path / "out.gif", **options)
    assert result.fit is not None
    assert (result.fit.fps, result.fit.width, result.size[0]) == (None, None, 160)
    assert result.fit.quality is not None
    assert 1 <= result.fit.quality < FLOOR
    assert result.bytes <= options["max_size"]
    narrower = package.convert(moved(), tmp_path / "narrower.gif", fps=12, max_size=int(0.5 * floor)).fit
    assert narrower is not None
    assert narrower.fps is None
    assert narrower.width is not None
    assert NARROWEST <= narrower.width < 160


def test_what_fits_anyway_is_as_good_as_can_be_or_as_is_asked(tmp_path: Path) -> None:
    usual = package.convert(moved(), tmp_path / "usual.gif", max_size="10MB")
    best = package.convert(moved(), tmp_path / "best.gif", max_size="10MB", quality=100)
    asked = package.convert(moved(), tmp_path / "asked.gif", max_size="10MB", quality=60)
    assert (tmp_path / "usual.gif").read_bytes() == without_limit()[1]
    assert (tmp_path / "best.gif").read_bytes() == without_limit(quality=100)[1]
    assert (tmp_path / "asked.gif").read_bytes() == without_limit(quality=60)[1]
    assert best.fit is not None
    assert asked.fit is not None
    assert usual.fit is not None
    assert (usual.fit.quality, best.fit.quality, asked.fit.quality) == (QUALITY, 100, 60)


@pytest.mark.parametrize("part", [1.0, 1.03, 1.2, 2.0])
def test_the_usual_quality_stays_where_it_fits_however_closely(part: float, tmp_path: Path) -> None:
    plain, data = without_limit()
    result = package.convert(moved(), tmp_path / "out.gif", max_size=int(part * plain.bytes))
    assert (tmp_path / "out.gif").read_bytes() == data
    assert result.quality == QUALITY
    preset = {**package.preset("github"), "max_size": int(part * plain.bytes)}
    package.convert(moved(), tmp_path / "preset.gif", **preset)
    assert (tmp_path / "preset.gif").read_bytes() == data


@pytest.mark.parametrize("part", [0.99, 0.95, 0.9])
def test_where_the_usual_quality_just_does_not_fit_the_space_is_filled(part: float, tmp_path: Path) -> None:
    limit = int(part * without_limit()[0].bytes)
    result = package.convert(moved(), tmp_path / "out.gif", max_size=limit)
    assert 0.85 * limit <= result.bytes <= limit
    assert result.fit is not None
    assert (result.fit.fps, result.fit.width) == (None, None)


def test_who_asks_for_the_best_quality_fills_the_space(tmp_path: Path) -> None:
    limit = int(1.3 * without_limit()[0].bytes)
    result = package.convert(moved(), tmp_path / "out.gif", max_size=limit, quality=100)
    assert 0.85 * limit <= result.bytes <= limit
    assert result.quality is not None
    assert result.quality > QUALITY


def test_few_colors_are_exact_where_that_fits_else_scaled_without_a_claim(tmp_path: Path) -> None:
    plain = package.convert(FIXTURES / "cards.mkv", tmp_path / "plain.gif")
    fits = package.convert(FIXTURES / "cards.mkv", tmp_path / "fits.gif", max_size=plain.bytes * 2)
    assert fits.exact
    assert (tmp_path / "fits.gif").read_bytes() == (tmp_path / "plain.gif").read_bytes()
    scrolling = np.random.default_rng(1).integers(0, 9, (120, 400, 1), np.uint8).repeat(3, 2) * 20
    clip = FrameClip(
        [scrolling[:, 4 * i : 4 * i + 200].copy() for i in range(40)], [i / 10 for i in range(40)], 4.0, rate=10.0
    )
    exact = package.convert(clip, tmp_path / "exact.gif")
    assert exact.exact
    small = package.convert(clip, tmp_path / "small.gif", max_size=exact.bytes // 4, fps=10)
    assert not small.exact
    assert small.bytes <= exact.bytes // 4
    assert small.size[0] < 200


def test_a_transparent_clip_stays_transparent_and_gives_rate_and_width(tmp_path: Path) -> None:
    plain = package.convert(spinning(), tmp_path / "plain.gif")
    result = package.convert(spinning(), tmp_path / "out.gif", max_size=plain.bytes // 2)
    assert result.bytes <= plain.bytes // 2
    assert result.fit is not None
    assert result.fit.quality is None
    assert result.fit.fps in RATES
    canvases = strict.check((tmp_path / "out.gif").read_bytes()).canvases()
    assert all((canvas[..., 3] == 0).any() for canvas in canvases)


@pytest.mark.parametrize("options", [{}, {"quality": 10}, {"fps": 12, "width": 160}])
def test_what_cannot_fit_is_an_error_with_the_smallest_size_and_nothing_is_written(
    options: dict[str, object], tmp_path: Path
) -> None:
    with pytest.raises(TargetTooLarge) as error:
        package.convert(moved(), tmp_path / "out.gif", max_size=1000, **options)
    assert names(tmp_path) == []
    smallest = int(str(error.value).partition(" takes ")[2].split()[0])
    assert f"the smallest GIF of it takes {smallest} bytes" in str(error.value)
    assert str(error.value).endswith("the limit is 1000")
    assert package.convert(moved(), tmp_path / "out.gif", max_size=smallest, **options).bytes <= smallest


@pytest.mark.parametrize("frames", [1, 2, SHORT, SHORT + 1, SHORT + 2])
def test_clips_of_few_frames_fit(frames: int, tmp_path: Path) -> None:
    plain = package.convert(moving(frames), tmp_path / "plain.gif")
    limit = int(0.8 * plain.bytes)
    assert package.convert(moving(frames), tmp_path / "out.gif", max_size=limit).bytes <= limit


def test_a_writer_takes_a_limit(tmp_path: Path) -> None:
    with package.Writer(tmp_path / "out.gif", fps=12, max_size="60 kB") as gif:
        for frame in moving(24).frames():
            gif.append(frame.pixels)
    assert gif.result is not None
    assert (tmp_path / "out.gif").stat().st_size <= 60_000


# --- What is expected -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"quality": 40}, {"width": 200, "fps": 10}])
def test_the_size_is_expected_within_ten_per_cent_and_lower_quality_errs_more(
    options: dict[str, object], tmp_path: Path
) -> None:
    expected = package.estimate(SCENE, **{"width": 320, **options})
    real = package.convert(SCENE, tmp_path / "out.gif", **{"width": 320, **options})
    assert expected.bytes == pytest.approx(real.bytes, rel=0.1)
    assert expected.size == real.size
    assert expected.seconds == real.seconds
    assert 0 < expected.error < package.estimate(SCENE, **{"width": 320, **options, "quality": 5}).error


def test_what_is_exact_errs_by_nothing_and_is_told_as_what_it_is(tmp_path: Path) -> None:
    expected = package.estimate(FIXTURES / "cards.mkv")
    assert (expected.error, expected.quality) == (0, None)
    assert expected.bytes == pytest.approx(package.convert(FIXTURES / "cards.mkv", tmp_path / "a.gif").bytes, rel=0.2)


def test_an_estimate_of_what_is_to_fit_says_what_a_conversion_does(tmp_path: Path) -> None:
    expected = package.estimate(moved(), max_size=60_000)
    real = package.convert(moved(), tmp_path / "out.gif", max_size=60_000)
    assert expected.fit is not None
    assert real.fit is not None
    assert (expected.fit.limit, expected.size) == (60_000, real.size)
    assert expected.fit.quality == pytest.approx(real.fit.quality, abs=8)
    with pytest.raises(TargetTooLarge, match="the smallest GIF of it takes"):
        package.estimate(moved(), max_size=500)


def test_runs_lie_apart_within_the_clip_and_the_same_seed_keeps_the_same() -> None:
    clip = moving(100)

    def changes(seed: int) -> list[float]:
        sampler = RunSampler(clip, seed)
        assert len([*sampler.watch(clip.frames())]) == 100
        found = sampler.sample()
        assert len(found.starts) == len(found.changes) == 100
        assert found.changes[0] == 0
        assert found.opening.clip.count is None
        assert len([*found.opening.clip.frames()]) == LENGTH
        for run in found.runs:
            frames = [*run.clip.frames()]
            assert len(frames) == LENGTH
            assert frames[0].start == 0
            assert run.since == pytest.approx(frames[WARM].start)
            assert run.until == pytest.approx(frames[WARM + COUNTED].start)
        return [run.change for run in found.runs]

    assert len(changes(0)) == 4
    assert changes(0) == changes(0)
    assert changes(0) != changes(1)


def test_where_nothing_moves_nothing_but_the_first_picture_is_expected() -> None:
    clip = FrameClip([moving(1).kept[0].pixels] * 60, [i / 10 for i in range(60)], 6.0, rate=10.0)
    found = stages.analyze(clip, ConvertOptions.of({}), lambda stage, done, of: None, spacing=25)
    assert found.runs is not None
    assert found.runs.rest() == 0
    assert package.estimate(clip).bytes > 1000
    assert found.clip.duration == 6.0


# --- Smaller GIFs of GIFs -------------------------------------------------------------------------------------------


@cache
def data_of_big(quality: float) -> bytes:
    stream = BytesIO()
    package.convert(moving(24), stream, quality=quality, loop=3)
    return stream.getvalue()


def big(folder: Path, quality: float = 100) -> Path:
    (folder / "big.gif").write_bytes(data_of_big(quality))
    return folder / "big.gif"


def test_a_smaller_gif_keeps_timing_loop_and_size(tmp_path: Path) -> None:
    source = big(tmp_path)
    result = package.optimize(source, tmp_path / "small.gif", quality=50)
    old, new = read_info(source), read_info(tmp_path / "small.gif")
    assert result.bytes == new.bytes < 0.8 * old.bytes == 0.8 * (result.source_bytes or 0)
    assert (new.width, new.height, new.duration, new.plays) == (old.width, old.height, old.duration, old.plays)
    assert [frame.delay for frame in new.frames] == [frame.delay for frame in old.frames]
    assert not result.copied


def test_a_gif_never_grows_and_is_copied_where_it_would(tmp_path: Path) -> None:
    source = big(tmp_path, quality=5)
    result = package.optimize(source, tmp_path / "small.gif", quality=100)
    assert result.copied
    assert (tmp_path / "small.gif").read_bytes() == source.read_bytes()
    twice = package.optimize(FIXTURES / "sprite.gif", tmp_path / "once.gif")
    assert twice.bytes < (twice.source_bytes or 0)
    assert package.optimize(tmp_path / "once.gif", tmp_path / "twice.gif").copied


def test_transparency_stays(tmp_path: Path) -> None:
    package.optimize(FIXTURES / "sprite.gif", tmp_path / "small.gif")
    old, new = (strict.check(path.read_bytes()) for path in (FIXTURES / "sprite.gif", tmp_path / "small.gif"))
    assert [frame.delay for frame in old.frames] == [frame.delay for frame in new.frames]
    for before, after in zip(old.canvases(), new.canvases(), strict=True):
        assert np.array_equal(before[..., 3], after[..., 3])


def test_a_limit_lowers_only_the_quality_of_a_gif(tmp_path: Path) -> None:
    source = big(tmp_path)
    limit = int(0.6 * source.stat().st_size)
    result = package.optimize(source, tmp_path / "small.gif", max_size=limit)
    assert 0.85 * limit <= result.bytes <= limit
    assert result.fit is not None
    assert (result.fit.fps, result.fit.width) == (None, None)
    with pytest.raises(TargetTooLarge, match=r"big\.gif: the smallest GIF of it takes"):
        package.optimize(source, tmp_path / "tiny.gif", max_size=1000)
    assert names(tmp_path) == ["big.gif", "small.gif"]


def test_what_is_no_gif_or_no_other_file_is_refused(tmp_path: Path) -> None:
    source = big(tmp_path)
    before = listing(tmp_path)
    for wrong, error in [
        (SCENE, SourceUnreadable),
        (tmp_path / "none.gif", SourceNotFound),
        (tmp_path, SourceUnreadable),
    ]:
        with pytest.raises(error):
            package.optimize(wrong, tmp_path / "small.gif")
    with pytest.raises(TargetUnwritable, match="that is the source itself"):
        package.optimize(source, source, overwrite=True)
    shutil.copy(source, tmp_path / "there.gif")
    with pytest.raises(TargetExists):
        package.optimize(source, tmp_path / "there.gif")
    (tmp_path / "there.gif").unlink()
    with pytest.raises(TypeError, match="there is no option 'width': there are quality, max_size"):
        package.optimize(source, tmp_path / "small.gif", width=20)
    assert listing(tmp_path) == before


# --- The commands ---------------------------------------------------------------------------------------------------


def test_the_closing_line_says_aloud_what_was_lowered(tmp_path: Path) -> None:
    run = gifsom("convert", SCENE, "out.gif", "--max-size", "100 kB", cwd=tmp_path)
    assert (run.status, run.err) == (0, "")
    assert 85_000 <= (tmp_path / "out.gif").stat().st_size <= 100_000
    width = read_info(tmp_path / "out.gif").width
    assert "; to fit 100.0 kB: quality " in run.out
    assert f" fps, {width} wide\n" in run.out


def test_an_estimate_is_printed_and_nothing_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir(mode=0o555)
    run = gifsom("convert", SCENE, "--estimate", "--width", "160", "--duration", "1", cwd=folder)
    assert (run.status, run.err) == (0, "")
    assert ": about " in run.out
    assert "from its source, estimated in " in run.out
    run = gifsom("convert", SCENE, "none/out.gif", "--estimate", "--width", "160", "--max-size", "90kB", cwd=folder)
    assert (run.status, run.err) == (0, "")
    assert "; to fit 90.0 kB: quality " in run.out
    assert names(folder) == []


def test_the_commands_fail_with_one_line_and_write_nothing(tmp_path: Path) -> None:
    run = gifsom("convert", FIXTURES / "cards.mkv", "out.gif", "--max-size", "100", cwd=tmp_path)
    assert (run.status, run.out) == (1, "")
    assert "the smallest GIF of it takes" in one_line(run.err)
    run = gifsom("convert", SCENE, "--max-size", "much", cwd=tmp_path)
    assert (run.status, run.out) == (2, "")
    assert one_line(run.err).startswith("'much' is not a size")
    run = gifsom("optimize", FIXTURES / "still.png", "out.gif", cwd=tmp_path)
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err).endswith("that is not a GIF")
    assert names(tmp_path) == []


def test_optimize_says_how_much_smaller_or_that_it_is_a_copy(tmp_path: Path) -> None:
    run = gifsom("optimize", FIXTURES / "sprite.gif", "small.gif", cwd=tmp_path)
    assert (run.status, run.err) == (0, "")
    assert run.out.startswith("small.gif: 2.97 kB, 71 % of 4.17 kB, exact, made in ")
    run = gifsom("optimize", "small.gif", "again.gif", cwd=tmp_path)
    assert run.out == "again.gif: 2.97 kB, a copy of small.gif: what was made of it is no smaller\n"
