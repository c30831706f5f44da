"""Edits of pictures with their references; see edit_reference.py."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from edit_reference import Case, Picture, Shot, Shots, divided, redrawn
from PIL import Image, ImageDraw, ImageFont

GLIDE = 0.5
"""Seconds of a glide in what is checked."""


def logo() -> str:
    """Path of a picture of one color, half transparent."""
    path = Path(tempfile.gettempdir()) / "gifsom-benchmark-logo.png"
    Image.new("RGBA", (24, 16), (200, 40, 90, 128)).save(path)
    return str(path)


def subtitle_file() -> str:
    """Path of a file with one word, from the first second to the second one."""
    path = Path(tempfile.gettempdir()) / "gifsom-benchmark.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:02,000\nHill\n")
    return str(path)


def eased(share: float) -> float:
    """Gathers speed for a third, keeps it, loses it for a third."""
    if share > 0.5:
        return 1 - eased(1 - share)
    return 2.25 * share * share if share < 1 / 3 else 1.5 * (share - 1 / 6)


def zoomed(shots: Shots, factor: float, start: float, end: float, x: int, y: int) -> Shots:
    """Each picture as it is seen at its time, and in the glides 10 times a second, as many as these clips have."""
    height, width = shots[0].picture.shape[:2]
    wide, high = width / factor, height / factor
    left = min(max(0, round(x - wide / 2)), int(width - wide))
    top = min(max(0, round(y - high / 2)), int(height - high))
    found = []
    for shot in shots:
        time = shot.start + 1e-6
        share = 0.0 if not start <= time < end else min(1.0, (time - start) / GLIDE, (end - time) / GLIDE)
        part = eased(round(share, 4))
        box = (left * part, top * part)
        size = (width + (wide - width) * part, height + (high - height) * part)
        image = Image.fromarray(shot.picture)
        view = (*box, box[0] + size[0], box[1] + size[1])
        seen = np.array(image.resize((width, height), Image.Resampling.LANCZOS, view)) if part else shot.picture.copy()
        seen[..., 3] = np.where(seen[..., 3] >= 128, 255, 0)
        seen[seen[..., 3] == 0] = 0
        found.append(Shot(seen, shot.start, shot.end))
    return found


def over(picture: Picture, color: tuple[int, ...], alpha: float, box: tuple[int, int, int, int]) -> Picture:
    """A picture with one color over a part of it: left, top, right and bottom."""
    left, top, right, bottom = box
    drawn = picture.copy()
    for y in range(top, bottom):
        for x in range(left, right):
            hidden = drawn[y, x, 3] == 0
            drawn[y, x, :3] = color if hidden else np.rint(drawn[y, x, :3] * (1 - alpha) + np.array(color) * alpha)
            drawn[y, x, 3] = 255
    return drawn


def framed(picture: Picture, pad: int, color: tuple[int, int, int]) -> Picture:
    """A picture on a ground of one color."""
    height, width = picture.shape[:2]
    ground = np.full((height + 2 * pad, width + 2 * pad, 4), (*color, 255), np.uint8)
    for y in range(height):
        for x in range(width):
            if picture[y, x, 3]:
                ground[y + pad, x + pad] = picture[y, x]
    return ground


def blocks(picture: Picture, box: tuple[int, int, int, int], side: int) -> Picture:
    """A picture whose part consists of blocks of their mean colors, where no pixel is hidden."""
    left, top, right, bottom = box
    drawn = picture.copy()
    for y in range(top, bottom, side):
        for x in range(left, right, side):
            block = picture[y : y + side, x : x + side].astype(float)
            alpha = block[..., 3:] / 255
            mean = (block[..., :3] * alpha).sum(axis=(0, 1)) / max(alpha.sum(), 1e-9)
            shown = alpha.mean() >= 0.5
            drawn[y : y + side, x : x + side] = (*np.rint(mean), 255) if shown else 0
    return drawn


def covered(shots: Shots, start: float, end: float, size: tuple[int, int], way: tuple[int, int, int, int]) -> Shots:
    """One color over all of the way that a place goes while a picture is shown; `way`: left, top, then at the end."""
    found = []
    for shot in divided(shots, (start, end)):
        if not start <= shot.start + 1e-6 < end:
            found.append(shot)
            continue
        box = [10_000, 10_000, 0, 0]
        for time in np.linspace(shot.start, min(shot.end, end), 50):
            share = (time - start) / (end - start)
            left, top = way[0] + (way[2] - way[0]) * share, way[1] + (way[3] - way[1]) * share
            box[0], box[1] = min(box[0], int(left + 1e-6)), min(box[1], int(top + 1e-6))
            right, bottom = int(np.ceil(left - 1e-6)), int(np.ceil(top - 1e-6))
            box[2], box[3] = max(box[2], right + size[0]), max(box[3], bottom + size[1])
        found.append(Shot(over(shot.picture, (0, 0, 255), 1.0, (box[0], box[1], box[2], box[3])), shot.start, shot.end))
    return found


def barred(shots: Shots) -> Shots:
    """A bar of 4 pixels at the top, red as far as the clip has been shown when a picture goes."""
    found = []
    for shot in shots:
        drawn = shot.picture.copy()
        width = drawn.shape[1]
        hidden = bool((shot.picture[..., 3] == 0).any())
        for y in range(4):
            for x in range(width):
                back = 40 if drawn[y, x, :3].astype(float).mean() > 127 else 215
                track = (63, 0, 0) if hidden else np.rint(drawn[y, x, :3] * 0.45 + back * 0.55)
                drawn[y, x, :3] = (255, 0, 0) if x < int(shot.end / shots[-1].end * width + 0.5) else track
                drawn[y, x, 3] = 255
        found.append(Shot(drawn, shot.start, shot.end))
    return found


def lettered(picture: Picture) -> Picture:
    """A word by Pillow."""
    font = ImageFont.truetype("DejaVuSans-Bold.ttf", 30)
    image = Image.new("L", picture.shape[1::-1])
    ImageDraw.Draw(image).text((5, 6), "Hill", 255, font)
    drawn = picture.copy()
    for y, x in np.argwhere(np.asarray(image) > 0):
        alpha = int(np.asarray(image)[y, x]) / 255
        if drawn[y, x, 3]:
            drawn[y, x, :3] = np.rint(drawn[y, x, :3] * (1 - alpha) + 255 * alpha)
        elif alpha >= 0.5:
            drawn[y, x] = 255
    return drawn


def during(shots: Shots, start: float, end: float, draw: Callable[[Picture], Picture]) -> Shots:
    """Pictures drawn over from one time to another."""
    return [
        Shot(draw(shot.picture), shot.start, shot.end) if start <= shot.start + 1e-6 < end else shot
        for shot in divided(shots, (start, end))
    ]


CASES: dict[str, Case] = {
    "zoom": Case(
        {"zoom": "2@3-6+900+500"},
        lambda shots: zoomed(shots, 2, 1, 2.5, 100, 60),
        levels=1,
        check={"zoom": "2@1-2.5+100+60|glide=0.5"},
    ),
    "backdrop": Case(
        {"backdrop": "window"},
        lambda shots: redrawn(shots, lambda picture: framed(picture, 9, (10, 20, 30))),
        check={"backdrop": "plain|background=#0a141e|padding=9|radius=0"},
    ),
    "border": Case(
        {"border": 3}, lambda shots: redrawn(shots, lambda picture: framed(picture, 3, (0, 0, 0))), check={"border": 3}
    ),
    "overlay": Case(
        {"overlay": f"{logo()}|size=20%|opacity=60%|time=0-5"},
        lambda shots: during(shots, 0.5, 2, lambda picture: over(picture, (200, 40, 90), 128 / 255, (5, 6, 29, 22))),
        levels=2,
        check={"overlay": f"{logo()}|x=5|y=6|time=0.5-2"},
    ),
    "solid": Case(
        {"solid": "400x60+100+100@1-6"},
        lambda shots: during(shots, 1, 2, lambda picture: over(picture, (0, 0, 255), 1.0, (10, 20, 70, 50))),
        check={"solid": "60x30+10+20@1-2|color=blue"},
    ),
    "pixelate": Case(
        {"pixelate": "480x240+100+100@1-6"},
        lambda shots: during(shots, 1, 2, lambda picture: blocks(picture, (16, 16, 64, 64), 24)),
        levels=2,
        check={"pixelate": "48x48+16+16@1-2|block=24"},
    ),
    "blur that moves": Case(
        {"blur": "400x60+100+100..500+400@1-6"},
        lambda shots: covered(shots, 1, 2, (40, 20), (10, 10, 80, 50)),
        check={"solid": "40x20+10+10..80+50@1-2|color=blue"},
    ),
    "caption": Case(
        {"caption": "Hello, world|style=pill|time=1-6|fade=0.3"},
        lambda shots: during(shots, 1, 2, lettered),
        levels=2,
        check={"caption": "Hill|x=5|y=6|size=30|outline=0|time=1-2"},
    ),
    "progress_style": Case(
        {"progress_style": "height=8"},
        barred,
        levels=1,
        check={"progress_style": "color=red|height=4|position=top"},
    ),
    "subtitles": Case(
        {"subtitles": subtitle_file()},
        lambda shots: during(shots, 1, 2, lettered),
        levels=2,
        check={"subtitles": f"{subtitle_file()}|style=outline|x=5|y=6|size=30|outline=0"},
    ),
}
