"""The figure of a palette: a picture before and after, its pixels on the map, and the map itself.

It is drawn by matplotlib, an extra of this package, without pyplot and the state that it keeps, and from matplotlib's
own defaults: the same picture, palette and title give the same bytes. `Report` defines the numbers in it.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias

import numpy as np
from PIL import Image

from gifsom.core.errors import PackageMissing, TargetUnwritable, printable
from gifsom.core.files import check_target
from gifsom.core.frame import Mask, Pixels
from gifsom.palette.color import histogram, oklab
from gifsom.palette.palette import Palette, check_pixels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, width and height in pixels, from the top left corner of the figure."""

METADATA: Final[dict[str, dict[str, None]]] = {
    ".png": {"Software": None},
    ".pdf": {"Creator": None, "Producer": None, "CreationDate": None},
    ".svg": {"Creator": None, "Date": None},
}
"""Suffixes of figures, each with the metadata that matplotlib would write by default, such as the date."""

WIDTH: Final = 1000
"""Width of the figure in pixels, the unit of all sizes here; DPI of them are a printed inch."""

DPI: Final = 100
MARGIN: Final = 24
GAP: Final = 28
TITLE: Final = 40
NAME: Final = 24
LINE: Final = 15
SCALE: Final = 44

TALL: Final = 1.15
"""Height over width of a picture from which on the panels stand in one row, not in two."""

HIGHEST: Final = 560
"""Largest height of a picture: a taller one gets narrower."""

PLOT: Final = 216
"""Smallest height of the two plots of the palette."""

GUTTER: Final = 1
"""Gap between swatches."""

LONGEST: Final = 84
"""Letters of the title, at most."""

INK, FAINT = "#1c1e21", "#63686f"
EDGE: Final = "#00000030"
"""Color of a line around swatches, which may be white."""

INDEX_COLORS: Final = "viridis"
"""Color scale of the index image, of evenly rising lightness, so that near indices look alike."""


@dataclass(frozen=True, slots=True)
class Report:
    """Effect of a palette on a picture.

    distinct  colors of the picture
    used      entries of the palette that it uses
    distance  mean OKLab distance of a pixel from the original; 0.01 is hardly visible
    rms       root mean square of the difference in sRGB levels, over all channels
    """

    distinct: int
    used: int
    distance: float
    rms: float

    @classmethod
    def of(cls, pixels: Pixels, palette: Palette) -> Self:
        """The report for pixels (h, w, 3) or (n, 3) uint8."""
        if not pixels.size:
            return cls(0, 0, 0.0, 0.0)
        colors, counts = histogram(pixels)
        indices = palette.apply(colors)
        share = counts / counts.sum()
        distance = np.sqrt(((oklab(colors) - palette.lab[indices]).astype(np.float64) ** 2).sum(axis=1))
        squares = ((colors - palette.colors[indices].astype(np.float64)) ** 2).mean(axis=1)
        return cls(len(colors), len(np.unique(indices)), float(share @ distance), float(np.sqrt(share @ squares)))


def check(path: Path, overwrite: bool) -> None:
    """Raise `TargetError` for a path that no figure can be written to, `PackageMissing` without matplotlib."""
    if path.suffix.lower() not in METADATA:
        raise TargetUnwritable(f"{printable(path)}: a figure is written as .png, .pdf or .svg: name such a file")
    check_target(path, overwrite)
    try:
        for part in ("matplotlib.style", "matplotlib.figure"):
            import_module(part)
    except ImportError as error:
        raise PackageMissing("a figure needs matplotlib: pip install 'gifsom[figure]'") from error


def render(pixels: Pixels, palette: Palette, suffix: str, title: str, mask: Mask | None = None) -> bytes:
    """The figure of a picture and a palette, as the content of a file.

    Args:
        pixels: (h, w, 3) uint8 sRGB.
        palette: of 1 to 1024 colors.
        suffix: of the file: .png, .pdf or .svg.
        title: one line above all panels; too long a title is cut.
        mask: (h, w) bool, True where the picture is transparent: such pixels are white, and do not count.

    Raises:
        FrameError: for pixels of another shape or dtype.
    """
    from matplotlib.style import context

    picture = check_pixels(pixels)
    buffer = BytesIO()
    with warnings.catch_warnings(), context(["default", {"svg.hashsalt": "gifsom"}], after_reset=True):
        warnings.filterwarnings("ignore", "Glyph")  # missing letters are drawn as boxes
        figure = _compose(picture if picture.ndim == 3 else picture[:, None], palette, title, mask)
        figure.savefig(buffer, format=suffix[1:], metadata=METADATA[suffix])
    return buffer.getvalue()


def _compose(pixels: Pixels, palette: Palette, title: str, mask: Mask | None) -> "Figure":
    from matplotlib import colormaps
    from matplotlib.figure import Figure

    height, width = pixels.shape[:2]
    tall = height > TALL * width
    hidden = np.zeros((height, width), np.bool_) if mask is None else mask
    texts = _texts(Report.of(pixels[~hidden], palette), palette, (width, height), tall)
    heads = [NAME + LINE * len(lines) + 8 for _, lines in texts]
    total, boxes = (_in_one_row if tall else _in_two_rows)(height / width, heads)
    figure = Figure(figsize=(WIDTH / DPI, total / DPI), dpi=DPI, facecolor="white")
    _write(figure, MARGIN, MARGIN, [_cut(title)], size=13, weight="bold")
    for (name, lines), (left, top, _, _) in zip(texts, boxes, strict=True):
        above = max(head for head, box in zip(heads, boxes, strict=True) if box[1] == top)
        _write(figure, left, top - above, [name], size=11, weight="bold")
        _write(figure, left, top - above + NAME, lines, size=8.5, color=FAINT)
    indices = palette.apply(pixels)
    series = (colormaps[INDEX_COLORS](np.linspace(0, 1, len(palette)))[:, :3] * 255).round().astype(np.uint8)
    for picture, box in zip((pixels, palette.colors[indices], series[indices]), boxes[:3], strict=True):
        _show(figure, box, np.where(hidden[..., None], np.uint8(255), picture))
    left, top, wide, high = boxes[2]
    _scale(figure, (left, top + high + 8, wide, 18), series, palette)
    _swatches(figure, boxes[3], palette)
    _line(figure, boxes[4], palette)
    return figure


def _texts(report: Report, palette: Palette, size: tuple[int, int], tall: bool) -> list[tuple[str, list[str]]]:
    """Name and caption of each panel: input, output, index image, swatches and line."""
    facts = [
        ("Input", [[f"{size[0]} × {size[1]} pixels", f"{report.distinct:,} color{'s' * (report.distinct > 1)}"]]),  # noqa: RUF001
        (
            "Output",
            [
                [f"{report.used} of {len(palette)} colors used", f"RMS error {report.rms:.1f} sRGB levels"],
                [f"mean error {100 * report.distance:.2f} (OKLab × 100)", "about 1 is hardly seen"],  # noqa: RUF001
            ],
        ),
        ("Index image", [["each pixel by its place on the map"]]),
        ("Palette", [["in the order of the map"]]),
        ("", [["as a line in OKLab, light on top"]]),
    ]
    return [
        (name, [fact for line in lines for fact in line] if tall else [" · ".join(line) for line in lines])
        for name, lines in facts
    ]


def _in_two_rows(aspect: float, heads: Sequence[float]) -> tuple[float, list[Box]]:
    """The figure's height, and a box for each panel: pictures of height / width `aspect`, and two plots."""
    cell = (WIDTH - 2 * MARGIN - GAP) / 2
    shown = cell * aspect
    plot = min(max(shown, PLOT), 1.5 * PLOT)
    first = MARGIN + TITLE + max(heads[:2])
    second = first + shown + GAP + max(heads[2:])
    right, half = MARGIN + cell + GAP, (cell - GAP) / 2
    boxes = [(MARGIN, first, cell, shown), (right, first, cell, shown), (MARGIN, second, cell, shown)]
    boxes += [(right, second, half, plot), (right + half + GAP, second, half, plot)]
    return second + max(plot, shown + SCALE) + MARGIN, boxes


def _in_one_row(aspect: float, heads: Sequence[float]) -> tuple[float, list[Box]]:
    """The same with the pictures in one row and the plots one below the other."""
    cell = (WIDTH - 2 * MARGIN - 3 * GAP) / 4
    shown = min(cell * aspect, HIGHEST)
    top = MARGIN + TITLE + max(heads[:4])
    plot = max(PLOT, (shown + SCALE - heads[4]) / 2)
    boxes = [(MARGIN + i * (cell + GAP), top, cell, shown if i < 3 else plot) for i in range(4)]
    boxes.append((boxes[3][0], top + plot + heads[4], cell, plot))
    return top + max(shown + SCALE, 2 * plot + heads[4]) + MARGIN, boxes


def _cut(title: str) -> str:
    line = printable(title)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _write(
    figure: "Figure",
    left: float,
    top: float,
    lines: Sequence[str],
    size: float,
    color: str = INK,
    weight: str = "normal",
    side: Literal["left", "right"] = "left",
) -> None:
    """Draw lines of text downward from a point, to the right of it or ("right") to the left."""
    width, height = figure.get_size_inches() * DPI
    for number, line in enumerate(lines):
        x, y = left / width, 1 - (top + number * LINE) / height
        figure.text(x, y, line, size=size, color=color, weight=weight, ha=side, va="top", parse_math=False)


def _axes(figure: "Figure", box: Box) -> "Axes":
    width, height = figure.get_size_inches() * DPI
    axes = figure.add_axes((box[0] / width, 1 - (box[1] + box[3]) / height, box[2] / width, box[3] / height))
    axes.set_axis_off()
    return axes


def _show(figure: "Figure", box: Box, picture: Pixels) -> None:
    """Draw a picture from the top left of its box; a large one is first reduced to twice the visible resolution."""
    from matplotlib.patches import Rectangle

    factor = max(1, int(min(picture.shape[1] / box[2], picture.shape[0] / box[3]) / 2))
    axes = _axes(figure, box)
    axes.imshow(np.asarray(Image.fromarray(picture).reduce(factor)), interpolation_stage="rgba")
    axes.set_anchor("NW")
    axes.add_patch(Rectangle((0, 0), 1, 1, transform=axes.transAxes, fill=False, edgecolor=EDGE, clip_on=False))


def _scale(figure: "Figure", box: Box, series: Pixels, palette: Palette) -> None:
    """Draw the colors of the index image in order, and below them the colors of the palette."""
    axes = _axes(figure, box)
    axes.imshow(np.stack([series, palette.colors]), aspect="auto", interpolation="nearest")
    _write(figure, box[0], box[1] + box[3] + 4, ["0"], size=8, color=FAINT)
    if len(palette) > 1:
        _write(figure, box[0] + box[2], box[1] + box[3] + 4, [str(len(palette) - 1)], size=8, color=FAINT, side="right")


def _swatches(figure: "Figure", box: Box, palette: Palette) -> None:
    """Draw the colors as squares, row by row from the top left."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    left, top, width, height = box
    even = max(1, round(float(np.sqrt(len(palette) * width / height))))
    columns = min((even, even + 1, max(1, even - 1)), key=lambda number: -len(palette) % number)  # the fewest empty
    rows = -(-len(palette) // columns)
    side = min(width / columns, height / rows)
    axes = _axes(figure, (left, top, side * columns, side * rows))
    axes.set(xlim=(0, columns), ylim=(rows, 0))
    clear = side >= 10 * GUTTER  # smaller ones lie side by side
    wide = 1 - clear * GUTTER / side
    squares = [Rectangle((i % columns, i // columns), wide, wide) for i in range(len(palette))]
    axes.add_collection(
        PatchCollection(squares, facecolors=palette.colors / 255, edgecolors=EDGE, linewidths=0.5 * clear, snap=False)
    )


def _line(figure: "Figure", box: Box, palette: Palette) -> None:
    """Draw the line of the map in OKLab, lightness upward, from the side where its colors are farthest apart."""
    lab = palette.lab.astype(np.float64)
    chroma = lab[:, 1:] - lab[:, 1:].mean(axis=0)
    axis = np.linalg.eigh(chroma.T @ chroma)[1][:, 1]
    x, y = chroma @ axis * (1 if axis[1] > 0 else -1), lab[:, 0]  # yellow rather on the right
    axes = _axes(figure, box)
    for limit, values in ((axes.set_xlim, x), (axes.set_ylim, y)):
        middle, reach = (values.max() + values.min()) / 2, max(0.54 * np.ptp(values), 0.04)
        limit(middle - reach, middle + reach)
    axes.plot(x, y, color="#9aa0a6", linewidth=0.8, zorder=1)
    size = 320 / (6 + np.sqrt(len(palette)))
    axes.scatter(x, y, s=size, c=palette.colors / 255, edgecolors="#00000066", linewidths=0.5, zorder=2)
