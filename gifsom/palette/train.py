"""Training of a palette: from a clip or pixels, over weights and the map, to the best colors to have.

The map (gifsom.palette.som) minimizes the mean error, and the pixels of one picture ask for nothing else. A clip's
palette must also please whoever looks at it: there, errors count as much as they show, flat colors are exact, and
salient colors of any single picture are within reach (gifsom.palette.refine).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame, Pixels
from gifsom.core.progress import silent
from gifsom.core.source import Holder, Source, held
from gifsom.core.values import check_whole
from gifsom.palette.color import oklab, pack, unpack
from gifsom.palette.palette import MAX_COLORS, Palette, check_pixels
from gifsom.palette.refine import CLIP, PIXELS, Refiner, TrainingPlan, WeightedHistogram, Weights
from gifsom.palette.sample import Sample, take
from gifsom.palette.som import STEPS, STOPS, Tuner, cheapest_insertion, train_som

MASKING = 3.0
"""Masking of errors by activity: a pixel's weight is 1 / (1 + MASKING * activity), since errors show less where there
is much to see. It raises SSIMULACRA2 of mapped frames of film by 0.3, and of a page with gradients by 0.3 to 0.8."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingStep:
    """The map within its training.

    neurons  (n, 3) float32 OKLab, in the order of the line
    done     part of the training that is over, 0 to 1
    """

    neurons: NDArray[np.float32]
    done: float


def train(
    source: "Source | Holder | ArrayLike",
    colors: int = 256,
    *,
    seed: int = 0,
    weights: Weights | None = None,
    salience: bool | None = None,
    snap: bool | None = None,
    progress: Callable[[float], None] = silent,
) -> Palette:
    """Train a palette on a clip, or on pixels.

    A source with no more distinct colors than asked gives exactly those colors.

    Args:
        source: a `Clip`, or an array of pixels (n, 3) or (h, w, 3) uint8 sRGB.
        colors: entries of the palette, at most, 1 to 1024; a GIF's color table holds 256.
        seed: of the random choices, 0 to 2**63: the same seed gives the same palette.
        weights: "count", every pixel counts alike, or "seen", as much as an error there would show: less where there is
            much activity around it; None: "seen" for a clip, "count" for pixels.
        salience: a color that covers a visible patch of any single picture is within reach of the palette; None: true
            for a clip, false for pixels.
        snap: a flat color of an interface, and one that dominates its cell, is exact; None: true for a clip, false for
            pixels.
        progress: called often with the part that is done, 0 to 1.

    Raises:
        FrameError: for pixels of another shape or dtype; it says which. A clip raises what its reading raises.
        SettingError: for an argument outside its range.

    >>> import numpy as np
    >>> train(np.array([[9, 9, 9], [255, 0, 0], [9, 9, 9]], np.uint8))
    <Palette of 2 colors: #090909 #ff0000>
    """
    check_whole("colors", colors, 1, MAX_COLORS)
    check_whole("seed", seed, 0, 2**63)
    if weights is not None and (not isinstance(weights, str) or weights not in ("count", "seen")):
        raise SettingError(f"weights is '{printable(weights)}': give 'count' or 'seen'")
    clip = held(source) if isinstance(source, Source | Holder) else None
    usual = PIXELS if clip is None else CLIP
    plan = TrainingPlan(
        usual.weights if weights is None else weights,
        usual.salience if salience is None else salience,
        usual.snap if snap is None else snap,
    )
    frames = clip.frames() if clip is not None else [_picture(cast("ArrayLike", source))]
    sample = take(frames, seed, salience=plan.snap or plan.salience)
    return learn(sample, colors, seed, plan, lambda trained: progress(trained.done))


def _picture(pixels: ArrayLike) -> Frame:
    array = check_pixels(pixels)
    return Frame(array if array.ndim == 3 else array[:, None], 0.0)


def learn(
    sample: Sample,
    colors: int,
    seed: int = 0,
    plan: TrainingPlan = CLIP,
    watch: Callable[[TrainingStep], None] = lambda trained: None,
    stops: Sequence[int] = STOPS,
) -> Palette:
    """The palette of at most `colors` entries, 1 to 1024, for a sample; the same seed gives the same palette.

    A sample whose clip has no more distinct colors than that needs no training: its palette is exactly those colors.
    `watch` is shown the map at each of `stops` (see `train_som`), and after each round of tuning.
    """
    if sample.colors is not None and len(sample.colors) <= colors:
        return Palette(_in_line(sample.colors if len(sample.colors) else np.zeros((1, 3), np.uint8)))
    histogram = _weighted_histogram(sample, plan.weights)
    neurons = histogram.lab[:0]
    for step, neurons in train_som(histogram.lab, histogram.counts, colors, seed, stops):
        watch(TrainingStep(neurons, step / STEPS / 2))
    tuner = Tuner(neurons, histogram.lab, histogram.counts)
    refiner = Refiner(tuner, histogram, sample.salient, plan)
    done = 0.5
    for _ in refiner.rounds():
        done += (1 - done) / 16  # the number of rounds is not known in advance
        watch(TrainingStep(tuner.neurons.copy(), done))
    palette = Palette(refiner.colors())
    watch(TrainingStep(palette.lab, 1.0))
    return palette


def _weighted_histogram(sample: Sample, weights: Weights) -> WeightedHistogram:
    packed, inverse, counts = np.unique(pack(sample.pixels), return_inverse=True, return_counts=True)
    colors = unpack(packed)
    seen = 1 / (1 + MASKING * sample.activity.astype(np.float64))
    counted = counts.astype(np.float64)
    errors = np.bincount(inverse, weights=seen).astype(np.float64) if weights == "seen" else counted
    return WeightedHistogram(colors, counted, oklab(colors), errors)


def _in_line(colors: Pixels) -> Pixels:
    """The same colors (n, 3), neighbors in the table neighbors in color, from the darker end of that line on."""
    lab = oklab(colors)
    by_lightness = np.argsort(lab[:, 0], kind="stable")
    line = by_lightness[cheapest_insertion(lab[by_lightness][:1], lab[by_lightness][1:])]
    return colors[line if lab[line[0], 0] <= lab[line[-1], 0] else line[::-1]]
