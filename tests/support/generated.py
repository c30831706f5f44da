"""GIFs by the real encoders from made-up clips: each seed gives another one, the same at every run."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

import numpy as np
from decoders import Canvas, same_timeline, timeline
from numpy.typing import NDArray
from strict import check

from gifsom.core.frame import Frame
from gifsom.core.values import DITHERS
from gifsom.encoder.exact import GlobalTable, LocalTables, encode, global_table
from gifsom.encoder.rd_encoder import encode_rate_distortion, lambda_for_quality
from gifsom.palette.palette import Palette

Pixels = NDArray[np.uint8]

KINDS = (
    "one table",
    "one table, transparent",
    "own tables",
    "own tables, transparent",
    "weighed",
    "weighed, large map",
)
DELAYS = (2, 2, 3, 4, 7, 10, 50, 4000, 65_535, 65_536, 65_537, 140_000)
"""Centiseconds; a GIF's image ends at 65535."""


@dataclass(frozen=True, slots=True, eq=False)
class Generated:
    """A GIF, what it is, and what the strict validator sees of it: canvases and how long each stays."""

    name: str
    data: bytes
    timeline: list[tuple[Canvas, int | None]]


@cache
def generated(seed: int) -> Generated:
    """The GIF of a seed, of the kinds in turn."""
    rng = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    size = _size(rng)
    colors = _colors(rng, int(rng.choice([300, 1000])) if kind == "weighed, large map" else _count(rng))
    masked = "transparent" in kind
    frames = _frames(rng, size, colors[: 255 if "own" in kind else None], masked)
    plays = int(rng.choice([0, 1, 2, 65_536]))
    stream = io.BytesIO()
    if "weighed" in kind:
        price = lambda_for_quality(float(rng.choice([30, 80, 100])))
        dither = str(rng.choice(DITHERS))
        encode_rate_distortion(stream, size, frames, Palette(colors), plays, lambda_=price, dither=dither)
    elif "own" in kind:
        common = global_table(frames, size)
        assert common is not None
        encode(stream, size, frames, LocalTables(common), plays)
    else:
        still = len(colors) == 256  # leaves no index for "transparent"
        frames = [(Frame(frames[0][0].pixels, 0.0), frames[0][1])] if still else frames
        encode(stream, size, frames, GlobalTable(Palette(colors)), plays)
    gif = check(stream.getvalue())
    assert {0: 0, 1: None, 2: 1, 65_536: 65_535}[plays] == gif.loop
    shown = timeline(gif)
    if "weighed" not in kind:
        same_timeline([(_canvas(frame), 10 * delay) for frame, delay in frames], shown)
    name = f"seed {seed}: {kind}, {size[0]}x{size[1]}, {len(colors)} colors, {len(gif.frames)} images"
    return Generated(name, stream.getvalue(), shown)


def _size(rng: np.random.Generator) -> tuple[int, int]:
    longest = int(rng.choice([1, 2, 9, 40, 120]))
    long, short = (int(rng.integers(1, longest + 1)) for _ in range(2))
    return ((1, 1), (1, long), (long, 1), (long, short), (long, short), (1500 + long, 2))[rng.integers(6)]


def _count(rng: np.random.Generator) -> int:
    return int(rng.choice([1, 2, 3, 4, 5, 15, 16, 17, 64, 200, 254, 255, 256]))


def _colors(rng: np.random.Generator, count: int) -> Pixels:
    numbers = rng.choice(1 << 24, count, replace=False)
    return np.stack([numbers >> 16, numbers >> 8 & 255, numbers & 255], axis=1).astype(np.uint8)


def _frames(rng: np.random.Generator, size: tuple[int, int], colors: Pixels, masked: bool) -> list[tuple[Frame, int]]:
    """Rectangles are painted, with noise, a pattern or flat, single pixels flicker, a frame returns or stays.

    Where `masked`, holes come and go. A few colors at a time are painted with, so that images need several tables, and
    none needs more than a table holds.
    """
    width, height = size
    parts = [colors[rng.choice(len(colors), min(len(colors), 100), replace=False)] for _ in range(3)]

    def rectangle() -> tuple[slice, slice]:
        top, left = int(rng.integers(height)), int(rng.integers(width))
        return slice(top, top + int(rng.integers(1, height + 1))), slice(left, left + int(rng.integers(1, width + 1)))

    def painted(shape: tuple[int, ...]) -> Pixels:
        some = parts[rng.integers(3)]
        numbers = (
            np.full(shape, rng.integers(len(some))),
            rng.integers(len(some), size=shape),
            np.add.outer(np.arange(shape[0]), np.arange(shape[1])) // int(rng.integers(1, 9)) % len(some),
        )[rng.integers(3)]
        return some[numbers]

    picture, hidden = painted((height, width)), None
    frames: list[tuple[Frame, int]] = []
    for _ in range(int(rng.integers(1, 11))):
        picture, hidden = picture.copy(), hidden if hidden is None else hidden.copy()
        event = rng.integers(5)
        if event == 0 and frames:
            before = frames[rng.integers(len(frames))][0]
            picture, hidden = before.pixels, before.mask
        elif event == 1:
            picture[rng.integers(height), rng.integers(width)] = painted((1, 1))[0, 0]
        elif event > 2:
            place = rectangle()
            picture[place] = painted(picture[place].shape[:2])
        if masked and rng.random() < 0.6:
            hidden = np.zeros((height, width), np.bool_) if hidden is None else hidden.copy()
            hidden[rectangle()] = rng.random() < 0.6
        elif masked and rng.random() < 0.3:
            hidden = None
        if hidden is not None and not frames and hidden.all():  # own tables are there for colors
            hidden = None
        frames.append((Frame(picture, 0.0, hidden), int(rng.choice(DELAYS))))
    return frames


def _canvas(frame: Frame) -> Canvas:
    alpha = np.full(frame.pixels.shape[:2], 255, np.uint8)
    if frame.mask is not None:
        alpha[frame.mask] = 0
    return np.dstack([frame.pixels, alpha])
