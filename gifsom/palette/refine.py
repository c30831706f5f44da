"""From a tuned map to a color table: what the mean error ignores and a viewer does not.

Flat colors of an interface become exact entries, colors that are salient in any single picture come within reach, and
no two entries are indistinguishable. The first two pin neurons to colors, the last releases the less needed one of two;
the map is tuned around them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Pixels
from gifsom.palette.color import oklab, pack, srgb, unpack
from gifsom.palette.nearest import ColorIndex
from gifsom.palette.salience import SalientColors
from gifsom.palette.som import Tuner, cheapest_insertion, squared_distances

REACH = 0.04
"""OKLab distance that the entry for a patch may have: two to three times what is visible side by side."""

SALIENT = 150.0
"""Pixels of a patch, weighted by the cube of its distance in units of REACH, from which on it gets an entry: sixteen at
0.085, or a single one at 0.21."""

VISIBLE = 24
"""Pixels of a patch above which more do not count: large patches have their weight in the mean error already."""

MISSED = 512
"""Patches that are considered, the most missed ones first."""

PATCHES = 32
"""One entry in so many, at most, is pinned to a patch."""

FLATS = 8
"""One entry in so many, at most, is pinned to a flat color."""

AREA = 1024
"""One pixel of a picture in so many lies inside flat areas of a color that an entry is pinned to. The plateaus of a
rendered sky are smaller: entries for them cost film a point of SSIMULACRA2."""

FIRST_ROUNDS = 2

LAST_ROUNDS = 3
"""Rounds of Lloyd's algorithm at the end: later ones gain less than 0.2 % each."""

MIN_LEVELS = 2
"""Levels in some channel by which two entries differ at least."""

MIN_LEVELS_FLAT = 1
"""The same for flat colors."""

TRIES = 3
"""Rounds in which near duplicates are released. Those left then are given to single colors."""

FILL_CANDIDATES = 32
"""Colors compared for a spare entry: those of the largest weighted error."""

FILL_WEIGHED = 4096
"""Colors on which these are compared: again those of the largest weighted error."""


Weights: TypeAlias = Literal["count", "seen"]


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """Goals of training beside the least mean error.

    weights   "count": every pixel counts alike; "seen": as much as errors show around it, see `WeightedHistogram`
    salience  colors that are salient in any single picture come within reach
    snap      flat colors, and those that dominate their cell, are exact
    """

    weights: Weights
    salience: bool
    snap: bool


CLIP = TrainingPlan("seen", salience=True, snap=True)
"""The plan for a clip, which is looked at."""

PIXELS = TrainingPlan("count", salience=False, snap=False)
"""The plan for pixels, of which nothing is known: the mean error alone."""


@dataclass(frozen=True, slots=True, eq=False)
class WeightedHistogram:
    """The distinct colors of a sample.

    colors   (m, 3) uint8, ascending as numbers 0xRRGGBB
    counts   (m,) float64: how often each was drawn
    lab      (m, 3) float32: the colors in OKLab
    weights  (m,) float64: how much an error in each counts in the end
    """

    colors: Pixels
    counts: NDArray[np.float64]
    lab: NDArray[np.float32]
    weights: NDArray[np.float64]


class Refiner:
    """Tunes a trained map around the neurons that it pins on the way, and turns it into a color table."""

    def __init__(self, tuner: Tuner, histogram: WeightedHistogram, salient: SalientColors, plan: TrainingPlan) -> None:
        self._tuner = tuner
        self._histogram = histogram
        self._salient = salient
        self._plan = plan

    def rounds(self) -> Iterator[None]:
        """Run all rounds; yields after each.

        First the mean error alone is minimized, and only then with the weights of what shows: with these weights from
        the beginning, palettes differ by chance as much as the weights gain.
        """
        for _ in range(FIRST_ROUNDS):
            self._tuner.round()
            yield
        yield from self._tuner.tune()
        if self._plan.weights == "seen":
            self._tuner.weigh(self._histogram.weights)
            yield from self._tuner.tune()
        if self._plan.snap:
            self._pin_flats()
            self._tuner.round()
            yield
        budget = len(self._tuner.neurons) // PATCHES if self._plan.salience else 0
        for _ in range(TRIES):
            pinned = self._pin_patches(budget)
            budget -= pinned
            spare = self._near_duplicates(self._table())
            self._tuner.release(spare)
            yield from self._tuner.tune(exchanges=1)
            if not pinned and not spare:
                break
        self._pin_patches(budget)  # an exchange may have taken what was within reach
        for _ in range(LAST_ROUNDS):
            self._tuner.round()
            yield

    def colors(self) -> Pixels:
        """The color table, (n, 3) uint8, in the order of the map."""
        table = self._table()
        spare = self._near_duplicates(table)
        return self._fill(np.delete(table, spare, axis=0), len(spare))

    def _fill(self, table: Pixels, count: int) -> Pixels:
        """Add up to `count` colors of the sample to a table (n, 3), those that lower the error most.

        (The greedy heuristic for facility location: A. Kuehn, M. Hamburger, Management Science 9, 1963.)
        """
        histogram = self._histogram
        entries = oklab(table)
        away = ColorIndex(entries).squared(histogram.lab)
        added: list[int] = []
        for _ in range(count):
            worst = _largest(histogram.weights * away, FILL_WEIGHED)
            first = worst[: 16 * FILL_CANDIDATES]
            fits = self._fits(histogram.colors[first], np.concatenate([table, histogram.colors[added]]))
            candidates = first[fits][:FILL_CANDIDATES]
            if not candidates.size or away[candidates[0]] == 0:
                break
            distances = squared_distances(histogram.lab[worst], histogram.lab[candidates])
            gains = histogram.weights[worst] @ np.maximum(away[worst, None] - distances, 0)
            best = candidates[gains.argmax()]
            added.append(int(best))
            away = np.minimum(away, ((histogram.lab - histogram.lab[best]) ** 2).sum(axis=1))
        return np.concatenate([table, histogram.colors[added]])[cheapest_insertion(entries, histogram.lab[added])]

    def _fits(self, colors: Pixels, table: Pixels) -> NDArray[np.bool_]:
        """Mask of the colors (m, 3) that are no near duplicates of an entry of a table (n, 3)."""
        return np.asarray(
            _levels(colors, table).min(axis=1) >= np.where(self._flat(colors), MIN_LEVELS_FLAT, MIN_LEVELS)
        )

    def _flat(self, colors: Pixels) -> NDArray[np.bool_]:
        return np.isin(pack(colors), pack(self._salient.flats)) & self._plan.snap

    def _pin_flats(self) -> None:
        """Pin neurons to the largest flat colors: the neurons whose cells they dominate, or spare ones."""
        tuner, salient = self._tuner, self._salient
        largest = np.argsort(-salient.extents, kind="stable")[: len(tuner.neurons) // FLATS]
        largest = largest[salient.extents[largest] * AREA >= salient.largest]
        if not largest.size:
            return
        flats = salient.flats[largest]
        lab = oklab(flats)
        nearest = ColorIndex(tuner.neurons).nearest(lab)
        owned = self._dominant_colors()[nearest] == pack(flats)
        tuner.fix(nearest[owned], lab[owned])
        tuner.pin(lab[~owned])

    def _pin_patches(self, budget: int) -> int:
        """Pin up to `budget` spare neurons to the patches farthest from the table, for their size. Returns their
        number."""
        tuner, salient = self._tuner, self._salient
        lab = oklab(salient.patches)
        away = ColorIndex(tuner.neurons).squared(lab) / REACH**2
        missed = _largest(np.where(away > 1, salient.areas * away, 0), MISSED)
        missed = missed[away[missed] > 1]
        lab, away, pixels, pictures = lab[missed], away[missed], salient.areas[missed], salient.pictures[missed]
        # Noise spreads a patch over regions: those of one picture that are near each other are one patch.
        near = squared_distances(lab, lab) < REACH**2
        together = near & (pictures[:, None] == pictures[None])
        areas = np.minimum(together @ pixels, VISIBLE)
        pinned: list[NDArray[np.float32]] = []
        while len(pinned) < budget:
            need = np.where(away > 1, areas * away**1.5, 0)
            if not need.size or need.max() < SALIENT:
                break
            neediest = need.argmax()
            part = together[neediest] & (away > 1)
            pinned.append(np.average(lab[part], axis=0, weights=pixels[part]).astype(np.float32))
            away = np.minimum(away, ((lab - pinned[-1]) ** 2).sum(axis=1) / REACH**2)
            away[neediest] = 0  # it has its entry
        if pinned:
            tuner.pin(np.stack(pinned))
        return len(pinned)

    @cached_property
    def _ascending(self) -> NDArray[np.intp]:
        """Indices of the sample's colors by count, ascending."""
        return np.argsort(self._histogram.counts, kind="stable")

    def _dominant_colors(self) -> NDArray[np.int64]:
        """For each neuron the color, as a number, of more than half of its pixels; -1 where there is none."""
        cell, counts = self._tuner.cell, self._histogram.counts
        dominant = np.full(len(self._tuner.neurons), -1)
        total = np.bincount(cell, weights=counts, minlength=len(dominant))
        most = np.zeros(len(dominant), np.int64)
        most[cell[self._ascending]] = self._ascending  # the last write stays, and that is the largest count
        owned = (total > 0) & (2 * counts[most] > total)
        dominant[owned] = pack(self._histogram.colors[most[owned]])
        return dominant

    def _table(self) -> Pixels:
        """The neurons as (n, 3) uint8; with snap, a dominant color replaces its neuron."""
        rounded = srgb(self._tuner.neurons)
        if self._plan.snap:
            dominant = self._dominant_colors()
            owned = (dominant >= 0) & ~self._tuner.pinned
            rounded[owned] = unpack(dominant[owned].astype(np.uint32))
        return rounded

    def _near_duplicates(self, table: Pixels) -> list[int]:
        """Entries that differ from another one by a level at most in each channel: of each two the less needed one.

        Two flat colors may be that near: the steps of a gradient in an interface, say, which nothing but themselves can
        show without noise.
        """
        apart = _levels(table, table)
        np.fill_diagonal(apart, 255)
        flat = self._flat(table)
        dropped: list[int] = []
        for entry in np.lexsort((self._tuner.mass, self._tuner.pinned)):  # the least needed ones first
            if apart[entry].min() < (MIN_LEVELS_FLAT if flat[entry] else MIN_LEVELS):
                dropped.append(int(entry))
                apart[entry] = apart[:, entry] = 255
        return dropped


def _largest(values: NDArray[np.floating], count: int) -> NDArray[np.intp]:
    """Indices of the `count` largest of values (n,), or of all, descending; of equals the first."""
    if count < len(values):
        few = np.flatnonzero(values >= np.partition(values, -count)[-count])
        return few[np.argsort(-values[few], kind="stable")][:count]
    return np.argsort(-values, kind="stable")


def _levels(a: Pixels, b: Pixels) -> NDArray[np.int16]:
    """Largest difference of any channel between each of a (n, 3) and each of b (m, 3): (n, m)."""
    channels = zip(a.T.astype(np.int16), b.T.astype(np.int16), strict=True)
    red, green, blue = (np.abs(np.subtract.outer(*channel)) for channel in channels)
    most: NDArray[np.int16] = np.maximum(np.maximum(red, green), blue)
    return most
