"""Training of a clip's palette, to keep it or to look at it, without a GIF of the clip: `gifsom palette`."""

import time
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Unpack

from gifsom.analysis import palette_figure, palette_film
from gifsom.conversion import stages
from gifsom.conversion.colors import learned
from gifsom.core.errors import SettingError
from gifsom.core.files import check_source, replacing, same_file
from gifsom.core.frame import Frame, Shortfall
from gifsom.core.progress import Progress, silent
from gifsom.core.source import Holder, Source
from gifsom.core.values import MAX_SIDE
from gifsom.options.conversion import ConvertOptions
from gifsom.options.table import Options
from gifsom.palette import files
from gifsom.palette.palette import Palette


@dataclass(frozen=True, slots=True)
class Study:
    """A trained palette with its figures.

    palette    in the order of the map
    error      mean OKLab distance, times 100, of the clip's pixels from their entries: 1 is hardly visible
    elapsed    seconds of the training
    shortfall  unreadable part of the source, or None
    """

    palette: Palette
    error: float
    elapsed: float
    shortfall: Shortfall | None


def study(
    source: "str | Path | Source | Holder",
    target: "str | Path | None" = None,
    *,
    figure_path: "str | Path | None" = None,
    film_path: "str | Path | None" = None,
    progress: Progress = silent,
    **options: Unpack[Options],
) -> Study:
    """Learn a palette as a conversion of the same clip does; of a still, from all of its pixels.

    Args:
        source: a video, a picture, a folder of pictures, or a `Clip`.
        target: the palette file to write, by its ending .gpl, .act, .png, .json or .npy; None: none.
        figure_path: a picture of the clip's middle, in its own colors and in the palette's (see
            `gifsom.analysis.palette_figure`).
        film_path: a GIF of the map as it learns (see `gifsom.analysis.palette_film`).
        progress: called often with stage, done, of.
        **options: of `gifsom.convert`: colors, seed, overwrite, and those that choose the part of the clip.

    Raises:
        SettingError, SourceError, TargetError: with one line that says what and why.
        PackageMissing: where a figure is asked and matplotlib is not installed.
    """
    began = time.perf_counter()
    settings = ConvertOptions.of(options)
    table, drawing, movie = (None if path is None else Path(path) for path in (target, figure_path, film_path))
    outputs = [path for path in (table, drawing, movie) if path is not None]
    for path, check in ((table, files.check), (drawing, palette_figure.check), (movie, palette_film.check)):
        if path is not None:
            check(path, settings.overwrite)
            check_source(path, source)
    if any(same_file(one, other) for one, other in combinations(outputs, 2)):
        raise SettingError("palette, figure and film need a file each")
    clip = stages.opened(source, settings)
    for path in outputs:
        check_source(path, clip)
    if clip.count == 1:
        settings = ConvertOptions.of({"width": MAX_SIDE, **options})  # a still is studied as it is
    clip = stages.with_default_rate_and_size(stages.open_edited(clip, settings), settings)
    sample = stages.first_pass(clip, settings, progress)
    colors, seed, overwrite = settings.colors, settings.seed, settings.overwrite
    reel = None if movie is None else palette_film.shoot(sample, colors, seed=seed, progress=progress)
    palette = reel.palette if reel else learned(sample, colors, seed, progress)
    picture = None if drawing is None else _draw(clip, palette, drawing.suffix.lower())
    # The slow part is done: an interrupt before this point leaves no file.
    if movie and reel:
        reel.save(movie, overwrite)
    if drawing and picture:
        with replacing(drawing, overwrite) as stream:
            stream.write(picture)
    if table:
        palette.save(table, overwrite=overwrite)
    error = palette_figure.Report.of(sample.pixels, palette).distance
    return Study(palette, 100 * error, time.perf_counter() - began, clip.shortfall)


def _draw(clip: Source, palette: Palette, suffix: str) -> bytes:
    shown = _middle(clip)
    return palette_figure.render(shown.pixels, palette, suffix, Path(clip.name).name, shown.mask)


def _middle(clip: Source) -> Frame:
    """The picture in the middle of the clip's time."""
    shown = None
    for frame in clip.frames():
        if shown is not None and frame.start > clip.duration / 2:
            break
        shown = frame
    assert shown is not None  # no clip is empty
    return shown
