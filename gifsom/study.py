"""Learning a clip's palette to keep it or to look at it, without making a GIF of the clip: `gifsom palette`."""

import time
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from gifsom import edit, figure, film, pipeline, sources
from gifsom.clip import Clip, Frame, Shortfall
from gifsom.errors import SettingError
from gifsom.output import check_source, replacing, same_file
from gifsom.palette import files
from gifsom.palette.palette import Palette
from gifsom.palette.train import learn
from gifsom.pipeline import Progress
from gifsom.settings import MAX_SIDE, Settings, parse_color


@dataclass(frozen=True, slots=True)
class Study:
    """What was learned.

    palette    in the order of the map
    error      mean OKLab distance, times 100, of the clip's pixels from their entries: 1 is hardly seen
    elapsed    seconds that it took
    shortfall  what could not be read of the source, or None
    """

    palette: Palette
    error: float
    elapsed: float
    shortfall: Shortfall | None


def study(
    source: "str | Path | Clip",
    target: "str | Path | None" = None,
    *,
    figure_path: "str | Path | None" = None,
    film_path: "str | Path | None" = None,
    progress: Progress = lambda stage, done, of: None,
    **options: Any,
) -> Study:
    """Learn a palette as a conversion of the same clip does; of a still, from all of its pixels.

    Args:
        source: a video, a picture, a folder of pictures, or a `Clip`.
        target: the palette file to write, by its ending .gpl, .act, .png, .json or .npy; None: none.
        figure_path: a picture of the clip's middle, in its own colors and in the palette's (see `gifsom.figure`).
        film_path: a GIF of the map as it learns (see `gifsom.film`).
        progress: called often with stage, done, of.
        **options: fields of `gifsom.settings.Settings`: colors, seed, overwrite, and what chooses the part of the clip.

    Raises:
        SettingError, SourceError, TargetError: with one line that says what and why.
        PackageMissing: where a figure is asked and matplotlib is not installed.
    """
    began = time.perf_counter()
    settings = Settings.of(options)
    checks = ((target, files.check), (figure_path, figure.check), (film_path, film.check))
    outputs = [(Path(path), check) for path, check in checks if path is not None]
    for path, check in outputs:
        check(path, settings.overwrite)
        check_source(path, source)
    if any(same_file(one, other) for (one, _), (other, _) in combinations(outputs, 2)):
        raise SettingError("palette, figure and film need a file each")
    behind = None if settings.background is None else parse_color(settings.background)
    clip = (
        source if isinstance(source, Clip) else sources.open(source, background=behind, max_pixels=settings.max_pixels)
    )
    if clip.count == 1:
        settings = Settings.of({"width": MAX_SIDE, **options})  # a still is studied as it is
    clip = edit.hold(pipeline.prepare(clip, settings))
    sample = pipeline.survey(clip, settings, progress)
    colors, seed, overwrite = settings.colors, settings.seed, settings.overwrite
    reel = film.shoot(sample, colors, seed=seed, progress=progress) if film_path is not None else None
    palette = reel.palette if reel else learn(sample, colors, seed, watch=pipeline.watching(progress))
    drawn = b""
    if figure_path is not None:
        shown, suffix = _middle(clip), Path(figure_path).suffix.lower()
        drawn = figure.render(shown.pixels, palette, suffix, Path(clip.name).name, shown.mask)
    # All that takes long is done: whoever interrupts it before finds no file.
    if film_path is not None and reel:
        reel.save(Path(film_path), overwrite)
    if figure_path is not None:
        with replacing(Path(figure_path), overwrite) as stream:
            stream.write(drawn)
    if target is not None:
        palette.save(target, overwrite=overwrite)
    error = figure.Report.of(sample.pixels, palette).distance
    return Study(palette, 100 * error, time.perf_counter() - began, clip.shortfall)


def _middle(clip: Clip) -> Frame:
    """What is shown in the middle of the clip's time."""
    shown = None
    for frame in clip.frames():
        if shown is not None and frame.start > clip.duration / 2:
            break
        shown = frame
    assert shown is not None  # no clip is empty
    return shown
