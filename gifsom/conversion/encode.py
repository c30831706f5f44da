"""The last stage of a conversion: write the GIF, within a size if one is asked, or a copy of its source."""

from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from gifsom.conversion.plan import EncodedGif, Plans, Timeline
from gifsom.conversion.rate_control import Full, Limited, RateControl, encode_to_size
from gifsom.conversion.stages import Analysis, plays
from gifsom.core.progress import Progress
from gifsom.encoder.exact import GifStats
from gifsom.gif.reader import parse
from gifsom.options.conversion import ConvertOptions


def encode(
    stream: BinaryIO,
    analysis: Analysis,
    plans: Plans,
    settings: ConvertOptions,
    progress: Progress,
    *,
    fixed: bool = False,
) -> EncodedGif:
    """Write a GIF, within the size that is asked; `fixed`: rate and width are not lowered for it."""
    if settings.limit is not None:
        control = RateControl(analysis, plans, settings, progress, fixed=fixed)
        return encode_to_size(stream, settings.limit, control)
    timeline = Timeline(analysis.clip, plays(analysis.clip, settings), "Writing", progress)
    return plans.encode(stream, timeline, settings.lossy(plans.exact))


def encode_or_copy(
    stream: BinaryIO,
    original: Path,
    analysis: Analysis,
    plans: Plans,
    settings: ConvertOptions,
    progress: Progress,
    *,
    exact: bool = False,
) -> EncodedGif:
    """Write a GIF of the GIF `original`, at its rate and width, or a copy where that is no smaller.

    `exact`: a copy as well where not every pixel would have its very color.
    """
    data = original.read_bytes()
    if plans.exact or not exact:
        smaller = Limited(len(data) - 1)
        with suppress(Full):
            encoded = encode(smaller, analysis, plans, settings, progress, fixed=True)
            stream.write(smaller.getbuffer())
            return encoded
    stream.write(data)
    images = parse(data).frames
    stats = GifStats(len(data), len(images), sum(image.delay for image in images), 1)
    return EncodedGif(analysis.clip, plans.nearest, stats, copied=True)
