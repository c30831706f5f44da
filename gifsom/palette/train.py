"""Training a palette: from a clip or pixels, over weights and the map, to colors that are the best ones to have.

The map (gifsom.palette.som) minimizes the mean error, and nothing else is asked for the pixels of one picture. A clip's
palette must also please who looks at it: there, errors count as much as they show, flat colors are had exactly, and
what stands out in any single picture is within reach (gifsom.palette.refine).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame, Pixels
from gifsom.core.source import Holder, Source, held
from gifsom.core.values import check_whole
from gifsom.palette.color import oklab, pack, unpack
from gifsom.palette.palette import MAX_COLORS, Palette, check_pixels
from gifsom.palette.refine import CLIP, PIXELS, Drawn, Finish, Plan, Weights
from gifsom.palette.sample import Sample, take
from gifsom.palette.som import STEPS, STOPS, Tuner, place, unfold

MASKING = 3.0
"""How much less a pixel counts where there is much to see around it, since errors show less there: by 1 / (1 + MASKING
* activity). It raises SSIMULACRA2 of mapped frames of film by 0.3, and of a page with gradients by 0.3 to 0.8."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """The map at one moment of its training.

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
    progress: Callable[[float], None] = lambda done: None,
) -> Palette:
    """Learn a palette from a clip, or from pixels.

    A source with no more distinct colors than asked gives those colors, exactly.

    Args:
        source: a `Clip`, or an array of pixels (n, 3) or (h, w, 3) uint8 sRGB.
        colors: entries that the palette has at most, 1 to 1024; a GIF's table holds 256.
        seed: of the random choices, 0 to 2**63: the same seed gives the same palette.
        weights: "count", every pixel counts alike, or "seen", as much as an error there would show: less where there is
            much to see around it; None: "seen" for a clip, "count" for pixels.
        salience: a color that covers a visible patch of any single picture is within reach of the palette; None: so it
            is for a clip, not for pixels.
        snap: a flat color of an interface, and one that owns its cell, is had exactly; None: so it is for a clip, not
            for pixels.
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
    plan = Plan(
        usual.weights if weights is None else weights,
        usual.salience if salience is None else salience,
        usual.snap if snap is None else snap,
    )
    frames = clip.frames() if clip is not None else [_picture(cast("ArrayLike", source))]
    sample = take(frames, seed, marks=plan.snap or plan.salience)
    return learn(sample, colors, seed, plan, lambda moment: progress(moment.done))


def _picture(pixels: ArrayLike) -> Frame:
    array = check_pixels(pixels)
    return Frame(array if array.ndim == 3 else array[:, None], 0.0)


def learn(
    sample: Sample,
    colors: int,
    seed: int = 0,
    plan: Plan = CLIP,
    watch: Callable[[Moment], None] = lambda moment: None,
    stops: Sequence[int] = STOPS,
) -> Palette:
    """The palette of at most `colors` entries, 1 to 1024, for a sample; the same seed gives the same palette.

    A sample whose clip has no more distinct colors than that is not trained on: its palette is those colors, exactly.
    `watch` is shown the map at each of `stops` (see `unfold`), and after each round of tuning.
    """
    if sample.colors is not None and len(sample.colors) <= colors:
        return Palette(_in_line(sample.colors if len(sample.colors) else np.zeros((1, 3), np.uint8)))
    drawn = _drawn(sample, plan.weights)
    neurons = drawn.lab[:0]
    for step, neurons in unfold(drawn.lab, drawn.counts, colors, seed, stops):
        watch(Moment(neurons, step / STEPS / 2))
    tuner = Tuner(neurons, drawn.lab, drawn.counts)
    finish = Finish(tuner, drawn, sample.marks, plan)
    done = 0.5
    for _ in finish.rounds():
        done += (1 - done) / 16  # how many rounds there will be is not known before
        watch(Moment(tuner.neurons.copy(), done))
    palette = Palette(finish.colors())
    watch(Moment(palette.lab, 1.0))
    return palette


def _drawn(sample: Sample, weights: Weights) -> Drawn:
    packed, place, counts = np.unique(pack(sample.pixels), return_inverse=True, return_counts=True)
    colors = unpack(packed)
    seen = 1 / (1 + MASKING * sample.activity.astype(np.float64))
    counted = counts.astype(np.float64)
    errors = np.bincount(place, weights=seen).astype(np.float64) if weights == "seen" else counted
    return Drawn(colors, counted, oklab(colors), errors)


def _in_line(colors: Pixels) -> Pixels:
    """The same colors (n, 3), neighbours in the table neighbours in color, from the darker end of that line on."""
    lab = oklab(colors)
    by_lightness = np.argsort(lab[:, 0], kind="stable")
    line = by_lightness[place(lab[by_lightness][:1], lab[by_lightness][1:])]
    return colors[line if lab[line[0], 0] <= lab[line[-1], 0] else line[::-1]]
