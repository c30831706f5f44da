"""What the log of a recording costs: kB and milliseconds of the processor a frame, on contents as screens have them.

python tests/benchmarks/spool.py [FRAMES]
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gifsom.core.frame import Pixels
from gifsom.core.values import MAX_PIXELS
from gifsom.spool import Picture, Spool, SpoolWriter

WORDS = (
    "if",
    "self",
    "return",
    "for",
    "in",
    "def",
    "not",
    "None",
    "path",
    "size",
    "frame",
    "error",
    "while",
    "import",
    "str",
)


def lines(count: int, width: int, height: int, ink: str, paper: str, *, seed: int = 0) -> Pixels:
    """A strip of `count` lines of text, each `height` pixels high, as blue, green, red and a byte more."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (width, count * height), paper)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(height * 0.75)
    for n in range(count):
        text = " ".join(rng.choice(WORDS, int(rng.integers(2, 24))))
        draw.text((8 + 20 * int(rng.integers(4)), n * height), text, ink, font)
    rgb = np.asarray(image)[..., ::-1]
    return np.ascontiguousarray(np.concatenate([rgb, np.full((*rgb.shape[:2], 1), 255, np.uint8)], axis=2))


def terminal(frames: int) -> Iterator[Pixels]:
    """800x500: three new lines a frame."""
    strip = lines(31 + 3 * frames, 800, 16, "#c8d0c8", "#101418")
    for n in range(frames):
        yield strip[48 * n : 48 * n + 500]


def page(frames: int) -> Iterator[Pixels]:
    """720p: a page with pictures of soft gradients, moved by 40 pixels a frame."""
    strip = lines(36 + 2 * frames, 1280, 20, "#202124", "#ffffff")
    y, x = np.mgrid[:240, :400]
    photo = np.stack([128 + 90 * np.sin((x + 2 * y) / 70), 90 + y / 3, x / 2], axis=2)
    photo += np.random.default_rng(1).normal(0, 1, photo.shape)
    for top in range(100, len(strip) - 240, 500):
        strip[top : top + 240, 800:1200, :3] = np.clip(photo, 0, 255)
    for n in range(frames):
        yield strip[40 * n : 40 * n + 720]


def typing(frames: int) -> Iterator[Pixels]:
    """720p: a letter and a cursor a frame."""
    screen = lines(36, 1280, 20, "#202124", "#ffffff")
    letters = lines(1, 1280, 20, "#202124", "#ffffff", seed=7)
    for n in range(frames):
        at = 30 + 9 * (n % 120)
        screen[400:420, at : at + 9] = letters[:, at : at + 9]
        screen[400:420, at + 9 : at + 11] = 0
        yield screen


def noise(frames: int) -> Iterator[Pixels]:
    """720p of nothing that could be packed."""
    rng = np.random.default_rng(0)
    for _ in range(frames):
        yield rng.integers(0, 256, (720, 1280, 4), np.uint8)


def still(frames: int) -> Iterator[Pixels]:
    """720p in which nothing changes."""
    screen = lines(36, 1280, 20, "#202124", "#ffffff")
    for _ in range(frames):
        yield screen


def measure(make: Callable[[int], Iterator[Pixels]], frames: int) -> tuple[float, float, float]:
    """kB, milliseconds to write and milliseconds to read, each of a frame."""
    with tempfile.TemporaryDirectory() as folder:
        path, spent = Path(folder) / "x.gsr", 0.0
        log: SpoolWriter | None = None
        for n, picture in enumerate(make(frames)):
            log = log or SpoolWriter(path, (picture.shape[1], picture.shape[0]), 30)
            began = time.process_time()
            log.picture(n / 30, picture)
            spent += time.process_time() - began
        assert log is not None
        log.close()
        size = log.bytes
        began = time.process_time()
        spool = Spool.open(path, MAX_PIXELS)
        canvas = np.zeros((*spool.size[::-1], 3), np.uint8)
        for _, event in spool.events():
            if isinstance(event, Picture):
                spool.paint(event, canvas)
        return size / frames / 1000, 1000 * spent / frames, 1000 * (time.process_time() - began) / frames


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(f"{'':10} {'kB':>8} {'write ms':>9} {'read ms':>8}")
    for content in (terminal, page, typing, noise, still):
        measure(content, 2)
        print("{:10} {:8.1f} {:9.2f} {:8.2f}".format(content.__name__, *measure(content, count)))
