"""The picture of an explanation, drawn by Pillow: a map of the bits, a bar for each frame, and the palette by use."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gifsom.core.frame import Pixels, Rect
from gifsom.core.values import WHITE, Color

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, width and height in pixels."""

MAP_SIDES: Final = (640, 480)
"""Largest width and height of the map; small pictures are enlarged."""

CHART: Final = 420
"""Width of the charts beside the map."""

GAP, LINE, BARS = 28, 20, 200
"""Pixels between parts, height of a line of text, and height of the bars."""

LEGEND: Final = 10
SWATCHES: Final = 256
"""Colors that are shown, at most."""

INK: Final[Color] = (32, 33, 36)
FAINT: Final[Color] = (128, 134, 139)
BAR: Final[Color] = (66, 99, 171)
MOST: Final[Color] = (217, 72, 32)

GLOW: Final = np.array([[20, 16, 40], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]], np.float64)
"""Color scale from no bits to the most."""


def draw(
    heat: NDArray[np.float32],
    still: Pixels,
    busiest: Rect,
    sizes: list[int],
    starts: list[float],
    colors: Pixels,
    uses: NDArray[np.int64],
) -> Image.Image:
    """Draw the whole picture; see `Explanation` for the arguments, which have at least one image."""
    height, width = heat.shape
    scale = min(MAP_SIDES[0] / width, MAP_SIDES[1] / height)
    scale = max(1, int(scale)) if scale >= 1 else scale
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    column = max(wide, 300)
    tall = max(high + 2 * LINE, BARS + 2 * LINE + GAP + LINE + 180)
    sheet = Image.new("RGB", (3 * GAP + column + CHART, 2 * GAP + LINE + tall), WHITE)
    pen = ImageDraw.Draw(sheet)
    pen.font = ImageFont.load_default(13)
    _map(sheet, pen, (GAP, GAP, wide, high), heat, still, busiest, scale)
    left = 2 * GAP + column
    _bars(pen, (left, GAP, CHART, BARS), sizes, starts)
    top = GAP + BARS + 2 * LINE + GAP
    _palette(pen, (left, top, CHART, sheet.height - GAP - LINE - top), colors, uses)
    return sheet


def _map(
    sheet: Image.Image,
    pen: ImageDraw.ImageDraw,
    box: Box,
    heat: NDArray[np.float32],
    still: Pixels,
    busiest: Rect,
    scale: float,
) -> None:
    """The bits, glowing over the gray picture, with a frame around the part that has half of them."""
    left, top, wide, high = box
    pen.text((left, top), "Where in the picture the bytes go", INK)
    top += LINE
    spent = heat[heat > 0]
    most = max(float(np.quantile(spent, 0.995)) if spent.size else 0.0, 1e-9)
    level = np.sqrt(np.clip(heat / most, 0, 1))
    gray = np.asarray(Image.fromarray(still).convert("L"), np.float64)[..., None]
    part = 0.25 + 0.7 * level[..., None]  # where no bits are spent, the picture shows through
    mixed = part * glow(level) + (1 - part) * (0.55 * gray + 40)
    picture = Image.fromarray(np.rint(mixed).astype(np.uint8))
    sampling = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.BOX
    sheet.paste(picture.resize((wide, high), sampling), (left, top))
    corner = left + busiest.left * scale, top + busiest.top * scale
    far = corner[0] + max(0, busiest.width * scale - 1), corner[1] + max(0, busiest.height * scale - 1)
    pen.rectangle((*corner, *far), outline=WHITE, width=2)
    scale_top = top + high + 8
    ramp = np.repeat(glow(np.linspace(0, 1, 120))[None], LEGEND, axis=0)
    sheet.paste(Image.fromarray(np.rint(ramp).astype(np.uint8)), (left, scale_top))
    pen.text((left + 128, scale_top - 3), f"0 to {most:.3g} bits a pixel; half of all are in the frame", FAINT)


def glow(level: NDArray[np.floating]) -> NDArray[np.float64]:
    """Colors (..., 3) of levels from 0 to 1."""
    at = np.linspace(0, 1, len(GLOW))
    return np.stack([np.interp(level, at, GLOW[:, channel]) for channel in range(3)], axis=-1)


def _bars(pen: ImageDraw.ImageDraw, box: Box, sizes: list[int], starts: list[float]) -> None:
    """A bar for each image, the largest in another color; where there are too many, one for several."""
    left, top, wide, high = box
    largest = int(np.argmax(sizes))
    pen.text((left, top), f"Bytes of each frame: {sizes[largest]:,} at most, at {starts[largest]:.2f} s", INK)
    top += LINE
    number = min(len(sizes), wide)
    bounds = np.linspace(0, len(sizes), number + 1).astype(int)
    edges = np.linspace(left, left + wide, number + 1).round().astype(int)
    for first, last, x0, x1 in zip(bounds[:-1], bounds[1:], edges[:-1], edges[1:], strict=True):
        tall = max(1, round(high * max(sizes[first:last]) / sizes[largest]))
        gap = 1 if x1 - x0 > 3 else 0
        pen.rectangle(
            (int(x0), top + high - tall, int(x1) - 1 - gap, top + high), MOST if first <= largest < last else BAR
        )
    pen.line((left, top + high + 1, left + wide, top + high + 1), FAINT)
    pen.text((left, top + high + 4), f"{starts[0]:.2f} s", FAINT)
    pen.text((left + wide, top + high + 4), f"{starts[-1]:.2f} s", FAINT, anchor="ra")


def _palette(pen: ImageDraw.ImageDraw, box: Box, colors: Pixels, uses: NDArray[np.int64]) -> None:
    """The colors, the most used first; below each a bar on a scale of powers."""
    left, top, wide, high = box
    shown = min(SWATCHES, len(colors))
    rest = f", the {shown} most used" if shown < len(colors) else ""
    pen.text((left, top), f"Colors by use: {len(colors)}{rest}", INK)
    if not shown:
        return
    top += LINE
    columns = min(32, max(8, shown))
    rows = -(-shown // columns)
    across, down = wide / columns, min(34.0, high / max(1, rows))
    logs = np.log10(np.maximum(uses[:shown], 1))
    grown = (logs - logs.min() + 0.3) / (logs.max() - logs.min() + 0.3)
    for i in range(shown):
        x, y = left + i % columns * across, top + i // columns * down
        bar = 0.35 * down * float(grown[i])
        middle = y + 0.55 * down
        pen.rectangle((x, y, x + across - 2, middle - 1), tuple(colors[i].tolist()), (218, 220, 224))
        pen.rectangle((x, middle + 1, x + across - 2, middle + 1 + bar), BAR)
    text = f"{int(uses[0]):,} pixels to {int(uses[shown - 1]):,}; the bars grow with the powers of ten"
    pen.text((left, min(top + rows * down, box[1] + LINE + high) + 2), text, FAINT)
