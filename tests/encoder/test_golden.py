"""Goldens: the bytes of GIFs made of raw frames. They change with the writer, the coder, the timing, and the order of
the table.

The clips have few colors, which are had exactly, and no video is decoded, since decoders differ by build. Floating
point only puts the colors of the table in a line, and errors in its last bits do not turn that. After an intended
change: look at the GIFs, see that they are not larger without a reason, then put in the new
sums that the failing test prints.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import strict

import gifsom

GRAY, RED, BLUE = (40, 44, 52), (224, 108, 117), (97, 175, 239)


def sliding_block() -> list[np.ndarray]:
    """A block that slides over a plain ground, stands still for three frames, and goes back."""
    pictures = []
    for at in [*range(0, 40, 4), 36, 36, *range(36, -1, -6)]:
        picture = np.full((30, 50, 3), GRAY, np.uint8)
        picture[8:20, at : at + 10] = RED
        pictures.append(picture)
    return pictures


def growing_bar() -> list[np.ndarray]:
    """A dithered ground on which a bar grows."""
    rows, columns = np.indices((24, 64))
    ground = np.where(((rows + columns) % 2 == 0)[..., None], GRAY, BLUE).astype(np.uint8)
    pictures = [ground.copy() for _ in range(16)]
    for n, picture in enumerate(pictures):
        picture[10:14, : 4 * n] = RED
    return pictures


def many_colors() -> list[np.ndarray]:
    """All 255 colors that fit, in one picture, which then turns upside down."""
    index = np.arange(60 * 80).reshape(60, 80) * 7 % 255
    picture = np.stack([index, 255 - index, index * 5 % 256], axis=-1).astype(np.uint8)
    return [picture, picture[::-1].copy()]


GOLDEN = {
    sliding_block: "7216c3f5397a44a9dbaad2042401bf87f691c6267201a4d818fb17abe16fcec0",
    growing_bar: "6a51c0d51826313988bcd69f95bf6f00ec87c84581f53333bb27d92a0a5de98d",
    many_colors: "3816c6c1356316534de004e742badd8a042641261a79cc31af5cc93789f163cd",
}


@pytest.mark.parametrize(("make", "expected"), GOLDEN.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_gif_has_the_same_bytes_as_ever(make: Callable[[], list[np.ndarray]], expected: str, tmp_path: Path) -> None:
    with gifsom.Writer(tmp_path / "golden.gif", fps=12) as gif:
        for picture in make():
            gif.append(picture)
    data = (tmp_path / "golden.gif").read_bytes()
    strict.check(data)
    assert expected == hashlib.sha256(data).hexdigest()
