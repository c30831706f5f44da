"""Outlook: how large the GIF of a document will be, and how a stretch of it will look, by the coder that writes it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifsom.analysis import heatmap, palette_film
from gifsom.analysis.replay import walk
from gifsom.conversion import stages
from gifsom.conversion.colors import given_palette
from gifsom.conversion.pipeline import Estimate, expected
from gifsom.conversion.plan import Plans, plan_coding
from gifsom.conversion.run_sampler import COMING, SPACING
from gifsom.conversion.stages import Analysis
from gifsom.core.errors import GifsomError
from gifsom.core.frame import Frame, Mask, Pixels
from gifsom.core.progress import Progress
from gifsom.core.source import Source
from gifsom.core.timing import schedule
from gifsom.gif.reader import IMAGE, dissect, parse
from gifsom.studio.frames import Stage, StepError

LEAD: Final = 4
"""Frames before the stretch that are coded with it, since what stands still is coded once."""

STRETCH: Final = 16
"""Frames of a stretch."""

PIXELS: Final = STRETCH * 640 * 360
"""Pixels of a stretch: of larger pictures, it has fewer frames, so that it is there within a second or two."""


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """The GIF to expect of a document.

    stage     of the document
    estimate  of its size
    analysis  of its clip
    plans     of coding it
    """

    stage: Stage
    estimate: Estimate
    analysis: Analysis
    plans: Plans

    @property
    def quality(self) -> float | None:
        """The quality of its coding, 1 to 100; None: every pixel has its nearest color, or its very own."""
        fit = self.estimate.fit
        return fit.quality if fit is not None else self.stage.opened.settings.lossy(self.plans.exact)

    @property
    def colors(self) -> list[str]:
        """The colors of the map in its order, as "#rrggbb"."""
        return (self.plans.shared_map or self.plans.nearest.palette).hexes


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A frame as the GIF shows it.

    pixels  (h, w, 3) uint8
    mask    (h, w) bool, True where it is transparent; None: nowhere
    bytes   of its image
    heat    (h, w) float32, bits spent on each pixel
    """

    pixels: Pixels
    mask: Mask | None
    bytes: int
    heat: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Frames in a row as the GIF will show them; the first of them has the number `first` in the clip."""

    first: int
    coded: Sequence[Coded]


class _Part(Source):
    """Frames of a clip, from 0 s on."""

    def __init__(self, frames: list[Frame], end: float, size: tuple[int, int]) -> None:
        self._frames, self._end, self._size = frames, end, size

    @property
    def size(self) -> tuple[int, int]:
        return self._size

    @property
    def duration(self) -> float:
        return self._end - self._frames[0].start

    def frames(self) -> Iterator[Frame]:
        for frame in self._frames:
            yield frame.at(frame.start - self._frames[0].start)


def expect(stage: Stage, progress: Progress, before: Outlook | None = None) -> Outlook:
    """Read a document's clip, learn its colors, and estimate its size; what `progress` raises ends it.

    What an outlook from before has learned serves where only the quality or the size has changed since then. Raises
    `StepError`.
    """
    opened, settings = stage.opened, stage.opened.settings
    try:
        if before is not None and _colors_asked(before.stage) == _colors_asked(stage):
            analysis, plans = before.analysis, before.plans
        else:
            palette = given_palette(settings)
            analysis = stages.analyze(opened.edited, settings, progress, spacing=SPACING)
            plans = plan_coding(analysis, palette, settings, progress)
        return Outlook(stage, expected(analysis, plans, settings, progress), analysis, plans)
    except GifsomError as error:
        raise StepError(None, str(error)) from error


def _colors_asked(stage: Stage) -> tuple[object, ...]:
    """All of a document that the colors of its GIF depend on."""
    document = stage.document
    rest = {name: value for name, value in document.options.items() if name not in ("quality", "max_size")}
    return document.sources, [step for step in document.steps if step.on], rest


def stretch(outlook: Outlook, number: int) -> Stretch:
    """Code the frames around one of a clip. Raises `StepError`."""
    stage = outlook.stage
    frames = stage.frames()
    width, height = stage.size
    count = max(1, min(STRETCH, PIXELS // (width * height)))
    first = max(0, min(number - count // 4, len(frames) - count))
    begin, last = max(0, first - LEAD), min(len(frames), first + count)
    until = min(len(frames), last + COMING)
    part = _Part(frames[begin:until], frames[until].start if until < len(frames) else stage.duration, stage.size)
    scheduled = list(schedule(part))
    coded = max(1, len(scheduled) - (until - last))
    data = outlook.plans.at(outlook.quality).encode_prefix(stage.size, scheduled, coded)
    shown = list(_shown(data))
    times = np.cumsum([0, *(delay for _, _, delay, _, _ in shown)])[:-1] / 100
    found = []
    for frame in frames[first:last]:
        at = int(np.searchsorted(times, frame.start - frames[begin].start + 0.006, side="right")) - 1
        pixels, mask, _, size, heat = shown[max(0, at)]
        found.append(Coded(pixels, mask, size, heat))
    return Stretch(first, found)


def _shown(data: bytes) -> Iterator[tuple[Pixels, Mask | None, int, int, NDArray[np.float32]]]:
    """Each image of a GIF as it is seen: pixels, mask, delay in centiseconds, bytes, and the bits of each pixel."""
    info = parse(data)
    width, height, table, blocks = dissect(data, "the preview")
    found = [*blocks]
    spent = np.zeros((height, width), np.float32)
    walked = walk((width, height), table, found)
    assert sum(block.label == IMAGE for block in found) == len(info.frames)
    with Image.open(BytesIO(data)) as gif:
        for number, (image, state) in enumerate(zip(info.frames, walked, strict=True)):
            gif.seek(number)
            rgba = np.array(gif.convert("RGBA"))
            mask = rgba[..., 3] == 0
            heat, spent = state.heat - spent, state.heat.copy()
            shown = np.ascontiguousarray(rgba[..., :3])
            yield shown, mask if mask.any() else None, image.delay, image.bytes, heat


def heat_picture(heat: NDArray[np.float32], most: float) -> Image.Image:
    """The bits of each pixel as a glow whose alpha follows them; `most` are those of the brightest."""
    level = np.sqrt(np.clip(heat / max(most, 1e-9), 0, 1))
    glowing = np.rint(heatmap.glow(level)).astype(np.uint8)
    return Image.fromarray(np.dstack([glowing, np.rint(40 + 170 * level).astype(np.uint8)]))


def film(stage: Stage, progress: Progress) -> bytes:
    """A GIF of the map as it learns the clip's colors. Raises `StepError`."""
    opened = stage.opened
    try:
        sample = stages.first_pass(opened.shown, opened.settings, progress)
        reel = palette_film.shoot(sample, opened.settings.colors, seed=opened.settings.seed, progress=progress)
        with TemporaryDirectory(prefix="gifsom-") as folder:
            path = Path(folder, "film.gif")
            reel.save(path)
            return path.read_bytes()
    except GifsomError as error:
        raise StepError(None, str(error)) from error
