"""Origin of a GIF's colors.

They come from the first of these that there is: tables of the images' own around a common one, a palette that is given,
the few colors of the clip, a palette that is learned from its sample. A map larger than a table is grown from the last.
"""

from functools import partial

import numpy as np

from gifsom.core.errors import SettingError
from gifsom.core.progress import Progress, reported
from gifsom.core.source import Source
from gifsom.core.timing import schedule
from gifsom.core.values import ANIMATED, TABLE
from gifsom.encoder.exact import global_table
from gifsom.options.conversion import ConvertOptions
from gifsom.palette.color import pack
from gifsom.palette.extend import extend
from gifsom.palette.palette import Palette
from gifsom.palette.sample import Sample
from gifsom.palette.train import TrainingStep, learn

MAP = 1020
"""Colors of a map that is larger than a table: four times a table of 255."""


def given_palette(settings: ConvertOptions) -> Palette | None:
    """The palette that the settings name, loaded; None: they name none. Raises `SettingError` and `SourceError`."""
    given = settings.palette
    palette = given if given is None or isinstance(given, Palette) else Palette.load(given)
    if palette is not None and len(palette) > TABLE:
        raise SettingError(f"the palette has {len(palette)} colors, and a GIF's table ends at {TABLE}")
    return palette


def common_table(clip: Source, sample: Sample, settings: ConvertOptions, progress: Progress) -> Palette | None:
    """The table that most images of a clip can do with, where each has its very colors with that or one of its own.

    None: one table has all colors, an image has too many, or something else is asked.
    """
    if not (clip.indexed and settings.plain) or (sample.colors is not None and len(sample.colors) <= ANIMATED):
        return None
    colors = global_table(reported(schedule(clip), "Reading colors", clip.count, progress), clip.size)
    return None if colors is None else Palette(colors)


def color_table(sample: Sample, settings: ConvertOptions, given: Palette | None, progress: Progress) -> Palette:
    """The table of all images, with an index to spare where "unchanged" or "transparent" need one."""
    most = TABLE if sample.pictures == 1 and sample.opaque else ANIMATED
    if given is not None:
        return given.reduced(most, sample.pixels)
    return learned(sample, min(settings.colors, most), settings.seed, progress)


def learned(sample: Sample, colors: int, seed: int, progress: Progress) -> Palette:
    """A palette of at most `colors` entries: all colors of the clip, if they are no more, or a trained one."""
    return learn(sample, colors, seed, watch=partial(_report, progress))


def has_all(table: Palette, sample: Sample) -> bool:
    """Whether every color of a clip is in the table."""
    return sample.colors is not None and bool(np.isin(pack(sample.colors), pack(table.colors)).all())


def shared_map(table: Palette, sample: Sample, settings: ConvertOptions) -> Palette:
    """The map that tables of images are taken from: the table with entries behind it, or alone where that will do."""
    if sample.pictures == 1 or settings.one_table or has_all(table, sample):
        return table
    return extend(table, sample, MAP)


def _report(progress: Progress, trained: TrainingStep) -> None:
    progress("Learning colors", round(100 * trained.done), 100)
