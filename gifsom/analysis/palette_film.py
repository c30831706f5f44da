"""The film of a palette: training of the map, from the line of grays to the palette, in color space.

Every frame shows OKLab from the side, lightness upward: the colors of the clip as faint dots, the neurons as discs of
their own color, and the line that joins neighbors on the map. Chroma is spread to fill the picture. The view turns
about the axis of lightness, so that depth is visible, and ends where the colors are farthest apart. Below is the color
table of that step, in order.

Pillow draws the frames, and `gifsom.conversion.writer` makes a GIF of them. It would train a palette for these
drawings; the frames come with one that has the palette's own colors first, so that the film shows them exactly.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gifsom.conversion.writer import Writer
from gifsom.core.errors import TargetUnwritable, printable
from gifsom.core.files import check_target
from gifsom.core.frame import Pixels
from gifsom.core.progress import Progress, silent
from gifsom.core.values import ANIMATED, Color
from gifsom.palette import som
from gifsom.palette.color import histogram, oklab, srgb
from gifsom.palette.nearest import ColorIndex
from gifsom.palette.palette import Palette
from gifsom.palette.refine import CLIP, TrainingPlan
from gifsom.palette.sample import Sample
from gifsom.palette.train import TrainingStep, learn, train

Lab: TypeAlias = NDArray[np.float32]

WIDTH, HEIGHT = 512, 384
"""Size of the film in pixels: each of 256 entries has two columns of the strip."""

STRIP, CAPTION, MARGIN = 28, 26, 18
"""Height of the table, height of the line of text, and margin around the colors."""

FPS: Final = 15
FIRST, LAST = 0.8, 2.0
"""Seconds for which the line of grays and the palette stand."""

EARLY, LATE = 16, 40
"""Frames of the map's training: until SETTLED ever farther apart, by a constant factor, and from there on evenly."""

SETTLED: Final = 1 / 40
"""Part of all steps by which the line has found the cloud: from there on it folds as the neighborhood shrinks."""

EACH: Final = 2
"""Rounds of tuning in a frame."""

SHARP: Final = 3
"""Supersampling of a frame, so that edges are smooth."""

DOTS: Final = 2400
"""Colors of the clip that are shown: their cost grows as the view turns, 0.1 MB a thousand."""

TURN: Final = np.pi / 2
"""Radians that the view turns."""

GROUND: Final[Color] = (34, 36, 41)
INK: Final[Color] = (214, 217, 222)
LINE: Final[Color] = (120, 125, 133)
"""The ground is lighter than black, which must be seen on it."""

EXACT, GRAYS = 180, 24
"""Of the film's ANIMATED colors, the largest number of the palette's own, and that of grays, for the line at the
start."""

MISSED: Final = 0.01
"""OKLab distance from which on a color of the frames is missed: the rest of the table is for these."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """Content of one frame.

    lab      (n, 3) float32 OKLab: the neurons in the order of the line
    colors   (n, 3) uint8: the same as displayed
    caption  name of the stage
    seconds  its duration
    """

    lab: Lab
    colors: Pixels
    caption: str
    seconds: float


def check(path: Path, overwrite: bool) -> None:
    """Raise `TargetError` for a path that no film can be written to; touches nothing."""
    if path.suffix.lower() != ".gif":
        raise TargetUnwritable(f"{printable(path)}: the film is a GIF, and its name ends in .gif")
    check_target(path, overwrite)


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """A film: the trained palette, frames (HEIGHT, WIDTH, 3) uint8, and their durations."""

    palette: Palette
    frames: list[Pixels]
    seconds: list[float]
    seed: int

    def save(self, path: Path, overwrite: bool = False) -> None:
        """Write the film as a GIF. Raises `TargetError`."""
        table = _table(self.frames, self.palette, self.seed)
        with Writer(path, fps=FPS, palette=table, quality=100, dither="none", overwrite=overwrite) as gif:
            for frame, seconds in zip(self.frames, self.seconds, strict=True):
                gif.append(frame, seconds)


def shoot(
    sample: Sample,
    colors: int,
    *,
    seed: int = 0,
    plan: TrainingPlan = CLIP,
    progress: Progress = silent,
) -> Film:
    """Train a palette of at most `colors` entries, 1 to 1024, as `learn` does, and film the training.

    A sample of so few colors that nothing is trained gives a film of the palette alone.
    """
    trained: list[Lab] = []

    def watch(now: TrainingStep) -> None:
        trained.append(now.neurons)
        progress("Learning colors", round(100 * now.done), 100)

    steps = stops()
    palette = learn(sample, colors, seed, plan, watch, steps)
    shots = _shots(trained, steps, palette)
    stage = Stage(sample, palette, seed)
    frames = []
    for number, shot in enumerate(shots, 1):
        frames.append(stage.draw(shot, number / len(shots)))
        progress("Drawing", number, len(shots))
    return Film(palette, frames, [shot.seconds for shot in shots], seed)


def stops() -> list[int]:
    """Steps of `train_som` at which a frame is taken, from 0 to STEPS."""
    settled = max(1.0, SETTLED * som.STEPS)
    early = np.geomspace(1, settled, EARLY, endpoint=False)
    late = np.linspace(settled, som.STEPS, LATE)
    return [0, *np.unique(np.rint(np.concatenate([early, late])).astype(int)).tolist()]


def _shots(trained: list[Lab], steps: list[int], palette: Palette) -> list[Shot]:
    """The line of grays, the map in training, rounds of tuning, and the palette."""
    tuning = len(trained) - len(steps) - 1  # the last is the palette
    told = [f"unfolding: {step:,} of {steps[-1]:,} pixels shown" for step in steps]
    told += [f"tuning: round {number + 1} of {tuning}" for number in range(tuning)]
    shown = [*range(len(steps)), *range(len(steps), len(trained) - 1, EACH)] if trained else []
    shots = [Shot(trained[i], srgb(trained[i]), told[i], 1 / FPS if i else FIRST) for i in shown]
    return [*shots, Shot(palette.lab, palette.colors, f"{len(palette)} color{'s' * (len(palette) > 1)}", LAST)]


class Stage:
    """Draws shots: the cloud of the sample's colors and the viewpoint are the same for all of them."""

    def __init__(self, sample: Sample, palette: Palette, seed: int) -> None:
        colors, _ = histogram(np.concatenate([sample.pixels, palette.colors]))
        lab = oklab(colors)
        some = np.random.default_rng(seed).permutation(len(colors))[:DOTS]
        self._cloud, self._dots = lab[some], _mix(colors[some], GROUND, 0.4)
        corners = np.concatenate([lab, [[lab[0, 0], 0, 0]]]).astype(np.float64)  # the grays are in view as well
        low, high = corners.min(axis=0), corners.max(axis=0)
        self._middle = (low + high) / 2
        chroma = (corners - self._middle)[:, 1:]
        axis = np.linalg.eigh(chroma.T @ chroma)[1][:, 1]
        axis *= 1 if axis[1] > 0 else -1  # yellow rather on the right, in the end
        self._last = float(np.arctan2(-axis[1], axis[0]))
        self._tall = (HEIGHT - STRIP - CAPTION - 2 * MARGIN) / max(float(high[0] - low[0]), 0.1)
        self._wide = (WIDTH / 2 - MARGIN) / max(float(np.hypot(*chroma.T).max()), 0.04)
        self._font = ImageFont.load_default(13 * SHARP)

    def _place(self, lab: Lab, angle: float) -> NDArray[np.float64]:
        """Projection of colors (n, 3): pixels from the left and the top, and depth, (n, 3)."""
        away = lab - self._middle
        across = away[:, 1] * np.cos(angle) - away[:, 2] * np.sin(angle)
        near = away[:, 1] * np.sin(angle) + away[:, 2] * np.cos(angle)
        x = WIDTH / 2 + self._wide * across
        y = (CAPTION + HEIGHT - STRIP) / 2 - self._tall * away[:, 0]
        return np.stack([x, y, near], axis=1)

    def draw(self, shot: Shot, part: float) -> Pixels:
        """The frame of a shot at `part`, 0 to 1, of the film: (HEIGHT, WIDTH, 3) uint8."""
        angle = self._last - (1 - part) * TURN
        ground = np.full((HEIGHT, WIDTH, 3), GROUND, np.uint8)
        x, y, _ = self._place(self._cloud, angle).T.astype(np.intp)
        ground[y, x] = self._dots
        image = Image.fromarray(ground).resize((WIDTH * SHARP, HEIGHT * SHARP), Image.Resampling.NEAREST)
        draw = ImageDraw.Draw(image)
        place = SHARP * self._place(shot.lab, angle)
        points: list[tuple[float, float]] = [(x, y) for x, y, _ in place.tolist()]
        draw.line(points, LINE, SHARP, joint="curve")
        radius = SHARP * (2.2 + 12 / np.sqrt(6 + len(points)))
        fills, edges, rings = (list(map(tuple, _mix(shot.colors, LINE, part).tolist())) for part in (0, 0.2, 0.6))
        order = np.argsort(place[:, 2], kind="stable").tolist()
        for i in order:  # below all discs, so that crowded ones look like a ribbon, not like a heap of rings
            draw.circle(points[i], radius + 0.6 * SHARP, rings[i])
        for i in order:
            draw.circle(points[i], radius, fills[i], edges[i], SHARP)
        draw.text((12 * SHARP, 8 * SHARP), shot.caption, INK, self._font)
        return np.concatenate([np.asarray(image.reduce(SHARP))[:-STRIP], _strip(shot.colors)])


def _strip(colors: Pixels) -> Pixels:
    """The table from left to right, (STRIP, WIDTH, 3); in several rows where it has more than 256 entries."""
    rows = -(-len(colors) // WIDTH)
    columns = -(-len(colors) // rows)
    index = np.arange(STRIP)[:, None] * rows // STRIP * columns + np.arange(WIDTH) * columns // WIDTH
    strip: Pixels = colors[np.minimum(index, len(colors) - 1)]
    return strip


def _mix(colors: Pixels, other: Color, part: float) -> Pixels:
    return np.rint(colors * (1 - part) + np.array(other) * part).astype(np.uint8)


def _table(frames: list[Pixels], palette: Palette, seed: int) -> Palette:
    """The film's palette of at most ANIMATED colors: the palette's own as far as they fit, and grays.

    The rest is trained on the colors that every fourth frame has beside these.
    """
    own = palette.colors[_apart(palette.lab, EXACT)]
    grays = srgb(np.linspace([0, 0, 0], [1, 0, 0], GRAYS))
    fixed = Palette(np.unique(np.concatenate([own, grays, np.array([GROUND], np.uint8)]), axis=0))
    colors, counts = histogram(np.stack(frames[::-4]))
    missed = ColorIndex(fixed.lab).squared(oklab(colors)) > MISSED**2
    if not missed.any():
        return fixed
    more = train(np.repeat(colors[missed], counts[missed], axis=0), ANIMATED - len(fixed), seed=seed)
    return Palette(np.unique(np.concatenate([fixed.colors, more.colors]), axis=0))


def _apart(lab: Lab, count: int) -> NDArray[np.intp]:
    """Indices of at most `count` of the colors (n, 3), ascending: each is the one farthest from those chosen before.

    (T. Gonzalez, "Clustering to minimize the maximum intercluster distance", Theoretical Computer Science 38, 1985.)
    """
    chosen = [0]
    away = ((lab - lab[0]) ** 2).sum(axis=1)
    while len(chosen) < min(count, len(lab)):
        chosen.append(int(away.argmax()))
        away = np.minimum(away, ((lab - lab[chosen[-1]]) ** 2).sum(axis=1))
    return np.sort(np.array(chosen, np.intp))
