"""From a map that is tuned to a table: what a mean error does not care for, and a viewer does.

Flat colors of an interface are had exactly, what stands out in any single picture is within reach, and no two entries
are so near that nobody could tell them apart. The first two pin neurons to colors, the last takes the one of two that
is needed less out of use; the map is tuned around them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Pixels
from gifsom.palette.color import oklab, pack, srgb, unpack
from gifsom.palette.nearest import Entries
from gifsom.palette.salience import Marks
from gifsom.palette.som import Tuner, place, squares

REACH = 0.04
"""OKLab distance that the entry for a patch may have: two to three times what can be seen side by side."""

SALIENT = 150.0
"""Pixels of a patch, weighted by the cube of its distance in units of REACH, from which on it gets an entry: sixteen at
0.085, or a single one at 0.21."""

VISIBLE = 24
"""Pixels of a patch above which more do not count: what is large has its weight in the mean error already."""

MISSED = 512
"""Patches that are looked at, those first that are missed most."""

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

NEAR = 2
"""Levels in some channel that two entries differ by at least."""

SAME = 1
"""The same for flat colors."""

TRIES = 3
"""Times that entries which are nearly equal are sent elsewhere. What is left then is given to single colors."""

CANDIDATES = 32
"""Colors that are compared for a spare entry: those that weigh most in the error."""

HEAVY = 4096
"""Colors by which they are compared: those that weigh most, too."""


Weights: TypeAlias = Literal["count", "seen"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What training does beside minimizing the mean error.

    weights   "count": every pixel counts alike; "seen": as much as errors show around it, see `Drawn`
    salience  what stands out in any single picture is within reach
    snap      flat colors, and those that own their cell, are had exactly
    """

    weights: Weights
    salience: bool
    snap: bool


CLIP = Plan("seen", salience=True, snap=True)
"""For a clip, which is looked at."""

PIXELS = Plan("count", salience=False, snap=False)
"""For pixels, of which nothing is known: the mean error alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """The distinct colors of a sample.

    colors   (m, 3) uint8, ascending as numbers 0xRRGGBB
    counts   (m,) float64: how often each was drawn
    lab      (m, 3) float32: they in OKLab
    weights  (m,) float64: how much errors in each count in the end
    """

    colors: Pixels
    counts: NDArray[np.float64]
    lab: NDArray[np.float32]
    weights: NDArray[np.float64]


class Finish:
    """Tunes an unfolded map, around what is pinned on the way, and makes it a table."""

    def __init__(self, tuner: Tuner, drawn: Drawn, marks: Marks, plan: Plan) -> None:
        self._tuner = tuner
        self._drawn = drawn
        self._marks = marks
        self._plan = plan

    def rounds(self) -> Iterator[None]:
        """All of it; yields after each round.

        First the mean error alone is minimized, and from there on what shows is minded: with the weights of what shows
        from the beginning, palettes differ by chance as much as these weights gain.
        """
        for _ in range(FIRST_ROUNDS):
            self._tuner.round()
            yield
        yield from self._tuner.tune()
        if self._plan.weights == "seen":
            self._tuner.weigh(self._drawn.weights)
            yield from self._tuner.tune()
        if self._plan.snap:
            self._pin_flats()
            self._tuner.round()
            yield
        room = len(self._tuner.neurons) // PATCHES if self._plan.salience else 0
        for _ in range(TRIES):
            pinned = self._pin_patches(room)
            room -= pinned
            spare = self._superfluous(self._table())
            self._tuner.free(spare)
            yield from self._tuner.tune(exchanges=1)
            if not pinned and not spare:
                break
        self._pin_patches(room)  # an exchange may have taken what was within reach
        for _ in range(LAST_ROUNDS):
            self._tuner.round()
            yield

    def colors(self) -> Pixels:
        """The table, (n, 3) uint8, in the order of the map."""
        table = self._table()
        spare = self._superfluous(table)
        return self._fill(np.delete(table, spare, axis=0), len(spare))

    def _fill(self, table: Pixels, count: int) -> Pixels:
        """Add up to `count` of the drawn colors to a table (n, 3), those that lower the error most.

        (The greedy heuristic for facility location: A. Kuehn, M. Hamburger, Management Science 9, 1963.)
        """
        drawn = self._drawn
        entries = oklab(table)
        away = Entries(entries).squared(drawn.lab)
        added: list[int] = []
        for _ in range(count):
            worst = _largest(drawn.weights * away, HEAVY)
            first = worst[: 16 * CANDIDATES]
            fits = self._fits(drawn.colors[first], np.concatenate([table, drawn.colors[added]]))
            candidates = first[fits][:CANDIDATES]
            if not candidates.size or away[candidates[0]] == 0:
                break
            distances = squares(drawn.lab[worst], drawn.lab[candidates])
            gains = drawn.weights[worst] @ np.maximum(away[worst, None] - distances, 0)
            best = candidates[gains.argmax()]
            added.append(int(best))
            away = np.minimum(away, ((drawn.lab - drawn.lab[best]) ** 2).sum(axis=1))
        return np.concatenate([table, drawn.colors[added]])[place(entries, drawn.lab[added])]

    def _fits(self, colors: Pixels, table: Pixels) -> NDArray[np.bool_]:
        """Which of colors (m, 3) are not nearly equal to an entry of a table (n, 3)."""
        return np.asarray(_levels(colors, table).min(axis=1) >= np.where(self._flat(colors), SAME, NEAR))

    def _flat(self, colors: Pixels) -> NDArray[np.bool_]:
        return np.isin(pack(colors), pack(self._marks.flats)) & self._plan.snap

    def _pin_flats(self) -> None:
        """Hold neurons at the largest flat colors: those that own their cells, or spare ones."""
        tuner, marks = self._tuner, self._marks
        largest = np.argsort(-marks.extents, kind="stable")[: len(tuner.neurons) // FLATS]
        largest = largest[marks.extents[largest] * AREA >= marks.largest]
        if not largest.size:
            return
        flats = marks.flats[largest]
        lab = oklab(flats)
        nearest = Entries(tuner.neurons).nearest(lab)
        owned = self._owners()[nearest] == pack(flats)
        tuner.hold(nearest[owned], lab[owned])
        tuner.pin(lab[~owned])

    def _pin_patches(self, room: int) -> int:
        """Pin spare neurons to the patches that are farthest from what the table has, for their size: how many."""
        tuner, marks = self._tuner, self._marks
        lab = oklab(marks.patches)
        away = Entries(tuner.neurons).squared(lab) / REACH**2
        missed = _largest(np.where(away > 1, marks.areas * away, 0), MISSED)
        missed = missed[away[missed] > 1]
        lab, away, pixels, pictures = lab[missed], away[missed], marks.areas[missed], marks.pictures[missed]
        # Noise spreads a mark over regions: those of one picture that are near each other are one patch.
        near = squares(lab, lab) < REACH**2
        together = near & (pictures[:, None] == pictures[None])
        areas = np.minimum(together @ pixels, VISIBLE)
        pinned: list[NDArray[np.float32]] = []
        while len(pinned) < room:
            need = np.where(away > 1, areas * away**1.5, 0)
            if not need.size or need.max() < SALIENT:
                break
            neediest = need.argmax()
            part = together[neediest] & (away > 1)
            pinned.append(np.average(lab[part], axis=0, weights=pixels[part]).astype(np.float32))
            away = np.minimum(away, ((lab - pinned[-1]) ** 2).sum(axis=1) / REACH**2)
            away[neediest] = 0  # it has what it can get
        if pinned:
            tuner.pin(np.stack(pinned))
        return len(pinned)

    @cached_property
    def _ascending(self) -> NDArray[np.intp]:
        """The drawn colors, those that were drawn most last."""
        return np.argsort(self._drawn.counts, kind="stable")

    def _owners(self) -> NDArray[np.int64]:
        """For each neuron the color, as a number, that more than half of its pixels have; -1 where there is none."""
        cell, counts = self._tuner.cell, self._drawn.counts
        owners = np.full(len(self._tuner.neurons), -1)
        total = np.bincount(cell, weights=counts, minlength=len(owners))
        most = np.zeros(len(owners), np.int64)
        most[cell[self._ascending]] = self._ascending  # the last one that is written stays, and has the largest count
        owned = (total > 0) & (2 * counts[most] > total)
        owners[owned] = pack(self._drawn.colors[most[owned]])
        return owners

    def _table(self) -> Pixels:
        """The neurons as (n, 3) uint8; where they snap, those with an owner are exactly its color."""
        rounded = srgb(self._tuner.neurons)
        if self._plan.snap:
            owners = self._owners()
            owned = (owners >= 0) & ~self._tuner.pinned
            rounded[owned] = unpack(owners[owned].astype(np.uint32))
        return rounded

    def _superfluous(self, table: Pixels) -> list[int]:
        """Entries that differ from another one by a level at most in each channel: of each two the lesser one.

        Two different ones that are exactly flat colors may be as near as they are: the steps of a gradient in an
        interface, say, which nothing but themselves can show without noise.
        """
        apart = _levels(table, table)
        np.fill_diagonal(apart, 255)
        flat = self._flat(table)
        dropped: list[int] = []
        for entry in np.lexsort((self._tuner.mass, self._tuner.pinned)):  # from the one that is needed least on
            if apart[entry].min() < (SAME if flat[entry] else NEAR):
                dropped.append(int(entry))
                apart[entry] = apart[:, entry] = 255
        return dropped


def _largest(values: NDArray[np.floating], count: int) -> NDArray[np.intp]:
    """The places of the `count` largest of values (n,), or of all, descending; of equals the first."""
    if count < len(values):
        few = np.flatnonzero(values >= np.partition(values, -count)[-count])
        return few[np.argsort(-values[few], kind="stable")][:count]
    return np.argsort(-values, kind="stable")


def _levels(a: Pixels, b: Pixels) -> NDArray[np.int16]:
    """The levels by which each of a (n, 3) differs from each of b (m, 3) in the channel where they differ most."""
    channels = zip(a.T.astype(np.int16), b.T.astype(np.int16), strict=True)
    red, green, blue = (np.abs(np.subtract.outer(*channel)) for channel in channels)
    most: NDArray[np.int16] = np.maximum(np.maximum(red, green), blue)
    return most
