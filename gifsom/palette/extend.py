"""A map larger than a color table: the neurons of a trained map stay, and each gets three more around it.

So the first entries are the global color table, and a frame can take those of the others that it needs.
"""

import numpy as np

from gifsom.palette.color import histogram, oklab, srgb, unique
from gifsom.palette.palette import Palette
from gifsom.palette.sample import Sample
from gifsom.palette.som import Tuner

ROUNDS = 3
"""Rounds of Lloyd's algorithm for the new neurons."""

TURN = 1 << 17
"""Distinct colors of the sample that are used, at most."""


def extend(palette: Palette, sample: Sample, size: int) -> Palette:
    """The palette with more entries after its own, about `size` in all, tuned to the colors of the sample."""
    distinct, counts = histogram(sample.pixels)
    if len(distinct) <= len(palette):
        return palette
    step = -(-len(distinct) // TURN)
    lab, weights = oklab(distinct[::step]), np.sqrt(counts[::step])
    old = palette.lab
    extra = size // len(old) - 1
    tuner = Tuner(old, lab, weights)
    tuner.round()
    off = lab - old[tuner.cell]
    spread = np.sqrt(
        np.stack([np.bincount(tuner.cell, off[:, k] ** 2, len(old)) for k in range(3)], axis=1)
        / np.maximum(np.bincount(tuner.cell, minlength=len(old)), 1)[:, None]
    )
    signs = np.array([[1, 1, 1], [-1, 1, -1], [0, -1, 1], [0, -1, -1], [1, 0, -1]])[:extra]
    new = (old[None] + signs[:, None] * spread[None]).reshape(-1, 3)
    tuner = Tuner(np.concatenate([old, new]).astype(np.float32), lab, weights)
    for _ in range(ROUNDS):
        tuner.round()
        tuner.neurons[: len(old)] = old
    return Palette(unique(np.concatenate([palette.colors, srgb(tuner.neurons[len(old) :])])))
