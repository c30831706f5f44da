"""Places of what is laid over a picture: nine of them, or pixels."""

from typing import Final

from gifsom.core.errors import SettingError, printable
from gifsom.core.values import MAX_SIDE, check_whole

POSITIONS: Final = {
    "top-left": (0, 0),
    "top": (1, 0),
    "top-right": (2, 0),
    "left": (0, 1),
    "center": (1, 1),
    "right": (2, 1),
    "bottom-left": (0, 2),
    "bottom": (1, 2),
    "bottom-right": (2, 2),
}
"""Positions: halves of the free space to the left and above."""

MARGIN: Final = 1 / 40
"""Margin at the picture's edges, relative to its shorter side."""


def check_position(position: str) -> None:
    """Raise `SettingError` for a position that is none."""
    if position not in POSITIONS:
        raise SettingError(f"position is {printable(position)}: give one of {', '.join(POSITIONS)}")


def place(
    position: str,
    size: tuple[int, int],
    picture: tuple[int, int],
    margin: int,
    x: int | None = None,
    y: int | None = None,
) -> tuple[int, int]:
    """Left and top of something of width and height `size` in a picture of a size, which holds it.

    `x` and `y` are the left and the top that are asked in place of the position's. Raises `SettingError` where it would
    not lie inside then.
    """
    found = []
    for name, asked, halves, side, whole in zip("xy", (x, y), POSITIONS[position], size, picture, strict=True):
        free = whole - side
        if asked is None:
            edge = min(margin, free // 2)
            found.append(edge + (free - 2 * edge) * halves // 2)
            continue
        check_whole(name, asked, 0, MAX_SIDE)
        if asked > free:
            raise SettingError(f"{name} is {asked}: it takes {side} of {whole} pixels, so give up to {free}")
        found.append(asked)
    return found[0], found[1]
