"""The figure of a palette: its panels and what is written beside them, for pictures and palettes of every size."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gifsom.analysis import palette_figure
from gifsom.core.errors import FrameError, PackageMissing, TargetExists, TargetUnwritable
from gifsom.core.files import replacing
from gifsom.core.frame import Mask, Pixels
from gifsom.palette.color import oklab
from gifsom.palette.palette import Palette

WHITE = 255


def picture(height: int, width: int) -> Pixels:
    """Slopes of red and green, and some noise."""
    y, x = np.mgrid[:height, :width]
    noise = np.random.default_rng(1).integers(0, 40, (height, width))
    return np.stack([x * 255 // width, y * 255 // height, 100 + noise], axis=2).astype(np.uint8)


def palette(size: int) -> Palette:
    numbers = np.arange(size) * 10007 % (1 << 24)  # far apart: 10007 is prime
    return Palette(np.stack([numbers * 5 & 255, numbers >> 8 & 255, numbers & 255], axis=1).astype(np.uint8))


@pytest.fixture
def matplotlib() -> Any:
    return pytest.importorskip("matplotlib", reason="needs matplotlib")


def draw(pixels: Pixels, colors: Palette, path: Path, *, title: str, overwrite: bool, mask: Mask | None = None) -> None:
    """Checked, rendered and written, as `gifsom palette` does."""
    palette_figure.check(path, overwrite)
    data = palette_figure.render(pixels, colors, path.suffix.lower(), title, mask)
    with replacing(path, overwrite) as stream:
        stream.write(data)


def drawn(path: Path, pixels: Pixels, colors: Palette, title: str = "picture.png") -> bytes:
    draw(pixels, colors, path, title=title, overwrite=True)
    return path.read_bytes()


@pytest.mark.usefixtures("matplotlib")
def test_the_panels_show_input_output_indices_and_palette(tmp_path: Path) -> None:
    pixels, colors = picture(60, 100), palette(9)
    drawn(tmp_path / "map.png", pixels, colors)
    image = np.asarray(Image.open(tmp_path / "map.png").convert("RGB")).astype(int)
    total, boxes = palette_figure._in_two_rows(
        0.6, [palette_figure.NAME + n * palette_figure.LINE + 8 for n in (1, 2, 1, 1, 1)]
    )
    assert image.shape == (int(total), palette_figure.WIDTH, 3)
    panels = [image[round(y + 2) : round(y + h - 2), round(x + 2) : round(x + w - 2)] for x, y, w, h in boxes]
    output = colors.colors[colors.apply(pixels)]
    for shown, panel in zip((pixels, output), panels, strict=False):
        scaled = Image.fromarray(shown).resize((panel.shape[1], panel.shape[0]), Image.Resampling.BILINEAR)
        assert np.abs(np.asarray(scaled) - panel).mean() < 4
    assert len(np.unique(panels[2].reshape(-1, 3), axis=0)) >= len(np.unique(colors.apply(pixels)))
    _, _, width, height = boxes[3]
    side = min(width, height) / 3
    middles = [(round(row * side + side / 2), round(x * side + side / 2)) for row in range(3) for x in range(3)]
    assert np.array_equal(colors.colors, [panels[3][place] for place in middles])
    line = panels[4].reshape(-1, 3)
    assert all((np.abs(line - color).max(axis=1) <= 2).any() for color in colors.colors)
    assert (line == WHITE).all(axis=1).mean() > 0.8


@pytest.mark.usefixtures("matplotlib")
@pytest.mark.parametrize("size", [(1, 1), (40, 60), (60, 40), (3, 300), (300, 3), (1, 2000), (2000, 1)])
@pytest.mark.parametrize("entries", [1, 1024])
def test_no_text_is_cut_or_lies_over_another(size: tuple[int, int], entries: int) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    made = palette_figure._compose(picture(*size), palette(entries), palette_figure._cut("W" * 45), None)
    renderer = FigureCanvasAgg(made).get_renderer()
    boxes = [text.get_window_extent(renderer) for text in made.texts if text.get_text()]
    assert len(boxes) > 8
    width, height = renderer.get_canvas_width_height()
    assert all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height for box in boxes)
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
    axes = [part.get_window_extent(renderer) for part in made.axes]
    assert not [(text, part) for text in boxes for part in axes if text.overlaps(part)]


@pytest.mark.usefixtures("matplotlib")
@pytest.mark.parametrize(("suffix", "magic"), [(".png", b"\x89PNG"), (".PDF", b"%PDF"), (".svg", b"<?xml")])
def test_the_ending_says_the_format_and_the_same_figure_has_the_same_bytes(
    suffix: str, magic: bytes, tmp_path: Path
) -> None:
    once, again = (drawn(tmp_path / f"{name}{suffix}", picture(20, 30), palette(5)) for name in ("once", "again"))
    assert once.startswith(magic)
    assert once == again
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"again{suffix}", f"once{suffix}"]


def test_what_a_user_set_in_matplotlib_neither_shows_nor_changes(matplotlib: Any, tmp_path: Path) -> None:
    usual = drawn(tmp_path / "map.png", picture(20, 30), palette(5))
    with matplotlib.rc_context({"font.size": 30, "figure.facecolor": "black", "savefig.bbox": "tight"}):
        assert drawn(tmp_path / "map.png", picture(20, 30), palette(5)) == usual
        assert matplotlib.rcParams["font.size"] == 30
    assert "matplotlib.pyplot" not in sys.modules


@pytest.mark.usefixtures("matplotlib")
@pytest.mark.parametrize("title", ["", "$x^2$ and $", "two\nlines", "漢字", "long " * 99])
def test_a_title_is_any_text(title: str, tmp_path: Path) -> None:
    assert drawn(tmp_path / "map.png", picture(8, 8), palette(3), title).startswith(b"\x89PNG")
    assert len(palette_figure._cut(title)) <= palette_figure.LONGEST


def test_the_report_counts_colors_and_measures_every_pixel() -> None:
    pixels, colors = picture(13, 17), palette(6)
    indices = colors.apply(pixels)
    output = colors.colors[indices]
    report = palette_figure.Report.of(pixels, colors)
    assert report.distinct == len(np.unique(pixels.reshape(-1, 3), axis=0))
    assert report.used == len(np.unique(indices))
    assert report.distance == pytest.approx(np.linalg.norm(oklab(pixels) - oklab(output), axis=2).mean())
    assert report.rms == pytest.approx(np.sqrt(((pixels.astype(float) - output) ** 2).mean()))
    exact = palette_figure.Report.of(output, colors)
    assert (exact.distance, exact.rms) == (0, 0)


def test_what_is_transparent_is_white_and_does_not_count(matplotlib: Any, tmp_path: Path) -> None:
    """Magenta below it is neither seen nor told of."""
    pixels = picture(40, 60)
    mask = np.zeros((40, 60), np.bool_)
    mask[:, 30:] = True
    hidden = np.where(mask[..., None], np.uint8([255, 0, 255]), pixels)
    colors = Palette(np.unique(pixels[:, :30].reshape(-1, 3), axis=0)[:20])
    path, title = tmp_path / "out.png", "picture.png"
    draw(hidden, colors, path, title=title, overwrite=False, mask=mask)
    shown = np.asarray(Image.open(path).convert("RGB")).reshape(-1, 3)
    assert not (shown == [255, 0, 255]).all(axis=1).any()
    draw(np.where(mask[..., None], np.uint8(0), pixels), colors, path, title=title, overwrite=True, mask=mask)
    assert np.array_equal(np.asarray(Image.open(path).convert("RGB")).reshape(-1, 3), shown)


def test_a_missing_matplotlib_is_said_with_its_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("matplotlib", "matplotlib.figure", "matplotlib.style"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(PackageMissing, match=r"pip install 'gifsom\[figure\]'"):
        draw(picture(4, 4), palette(2), tmp_path / "map.png", title="", overwrite=False)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("name", ["map", "map.gif", "map.jpg", "map.png.txt"])
def test_another_ending_is_refused_by_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(TargetUnwritable, match=rf"{name}: a figure is written as .png, .pdf or .svg"):
        draw(picture(4, 4), palette(2), tmp_path / name, title="", overwrite=True)
    assert [*tmp_path.iterdir()] == []


def test_a_file_that_is_there_stays_and_a_folder_must_be(tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    path.write_bytes(b"old")
    with pytest.raises(TargetExists):
        draw(picture(4, 4), palette(2), path, title="", overwrite=False)
    with pytest.raises(TargetUnwritable):
        draw(picture(4, 4), palette(2), tmp_path / "none" / "map.png", title="", overwrite=False)
    assert path.read_bytes() == b"old"


@pytest.mark.usefixtures("matplotlib")
def test_a_figure_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    path.write_bytes(b"old")
    wrong: Any = np.zeros((4, 4), np.uint8)
    with pytest.raises(FrameError, match=r"\(4, 4\)"):
        draw(wrong, palette(2), path, title="", overwrite=True)
    assert [(found, found.read_bytes()) for found in tmp_path.iterdir()] == [(path, b"old")]
