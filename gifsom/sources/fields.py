"""Interlaced pictures: whether a stream has them, and the filter that makes whole pictures of fields."""

import re
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gifsom.core.frame import Pixels
from gifsom.sources.ffmpeg import TELLER

LOOKER: Final = TELLER.replace("showinfo", "idet")
"""The filter that tells, at the end, how many pictures it takes for interlaced; nothing in a file can imitate it."""

CERTAIN: Final = ("tff", "bff")
"""Orders of fields that were seen, where the file does not flag them."""

TALLEST: Final = 1088
"""Rows of the largest interlaced format."""

HEIGHTS: Final = (480, 486, 576, 1080, 1088)
"""Rows of the formats of television that are interlaced."""

QUICKEST: Final = 31.0
"""Pictures a second of the quickest interlaced format, and a bit."""

PICTURES: Final = 12
"""Pictures that are looked at again."""

WIDTH: Final = 640
"""Columns of them."""

MOVED: Final = 12
"""Levels of gray by which a pixel differs from the picture before where something moves."""

COMBED: Final = 1.4
"""Times as many teeth between rows of both fields as between rows of one: then they are fields, and no texture."""

NEARER: Final = 1.3
"""Times as far from a field as the one that follows it is the one before, where these are one and three fields away."""

TOGETHER: Final = 1.8
"""Times as far as those of one picture are the fields of neighbors where these are of one moment."""

ROLLED: Final = 8
"""Rows by which a picture that scrolls moves at most."""

FEWEST: Final = 5
"""Pictures that look whole, where a flag says that they are not."""

_FOUND = re.compile(
    rf"\[{LOOKER} @ \w+\] \[info\] (Single|Multi) frame detection: TFF: *(\d+) BFF: *(\d+) Progressive: *(\d+)"
)


def order(flags: list[str], lines: list[str]) -> str | None:
    """The order of the fields: "auto" where pictures are flagged, "tff" or "bff" where they only look so, or None.

    Args:
        flags: P, T or B of each picture.
        lines: of the log, in which `LOOKER` tells what it saw.
    """
    seen = _seen(lines)
    top, bottom, whole = seen.get("Single", (0, 0, 0))
    if sum(flag != "P" for flag in flags) * 2 >= len(flags):
        first, second, smooth = seen.get("Multi", (0, 0, 0))
        return None if smooth >= FEWEST and not top + bottom + first + second else "auto"
    if max(top, bottom) < max(4, 4 * whole, 4 * min(top, bottom)):
        return None
    return "tff" if top > bottom else "bff"


def still(lines: list[str]) -> bool:
    """Whether too little moves in the pictures to tell anything."""
    return not any(_seen(lines).get("Multi", ()))


def _seen(lines: list[str]) -> dict[str, tuple[int, ...]]:
    return {match[1]: tuple(map(int, match.groups()[1:])) for match in map(_FOUND.match, lines) if match}


def confirmed(raw: bytes, rows: int) -> bool:
    """Whether pictures that look interlaced are so: grays, `WIDTH` by `rows`. Text that scrolls looks so, too."""
    count = len(raw) // (WIDTH * rows) if rows > 3 * ROLLED else 0
    if count < 3:
        return False
    pictures = np.frombuffer(raw, np.uint8)[: count * rows * WIDTH].reshape(count, rows, WIDTH)
    return teeth(pictures) or (drifts(pictures) and not rolls(pictures))


def teeth(pictures: Pixels) -> bool:
    """Whether pictures (n, h, w) of grays have teeth where something moves, more than their rows have edges."""
    signed = pictures.astype(np.int32)
    moving = np.abs(signed[1:] - signed[:-1])[:, 2:-2] > MOVED
    here, near, far = signed[1:, 2:-2], (1, 3), (0, 4)
    between, same = (
        [(here - signed[1:, shift : signed.shape[1] - 4 + shift]) for shift in shifts] for shifts in (near, far)
    )
    across, along = (int(((a * b > MOVED**2) & (np.sign(a) == np.sign(b)) & moving).sum()) for a, b in (between, same))
    return across > COMBED * along and across * 50 > int(moving.sum()) > 0


def drifts(pictures: Pixels) -> bool:
    """Whether time goes on from field to field in pictures (n, h, w) of grays.

    Then the fields of neighbors are hardly further from each other than those of one picture, on one side, and three
    times as long on the other. Rows are compared with the mean of those above and below, where something moves.
    """
    sums = np.zeros((3, 2), np.int64)  # rows of the picture before, of this one, of the next; odd and even
    for triple in sliding_window_view(pictures, 3, axis=0):
        near = np.moveaxis(triple.astype(np.int32), -1, 0)
        here = near[1]
        moving = np.abs(near - here).max(axis=0)[1:-1] > MOVED
        gaps = np.abs(here[:-2] + here[2:] - 2 * near[:, 1:-1]) * moving
        sums += np.stack([gaps[:, parity::2].sum(axis=(1, 2)) for parity in (0, 1)], axis=1)
    before, own, after = np.maximum(1, sums)
    ratios = np.array([after[0] / before[0], before[1] / after[1]])
    closest = min(before[0] + after[1], after[0] + before[1])
    return bool(closest < TOGETHER * own.sum() and (ratios.min() > NEARER or ratios.max() < 1 / NEARER))


def rolls(pictures: Pixels) -> bool:
    """Whether pictures (n, h, w) of grays are each like the one before, some rows further up or down."""
    signed = pictures.astype(np.int16)
    here, height = signed[1:, ROLLED:-ROLLED], signed.shape[1]
    moving = np.abs(here - signed[:-1, ROLLED:-ROLLED]) > MOVED
    changes = [
        int((np.abs(here - signed[:-1, shift : height - 2 * ROLLED + shift]) * moving).sum(dtype=np.int64))
        for shift in range(2 * ROLLED + 1)
    ]
    return min(changes) * 2 < changes[ROLLED]


def filters(fields: str | None, deinterlace: str) -> list[str]:
    """Filter that makes whole pictures, as `deinterlace` (auto, on or off) asks."""
    if deinterlace == "off" or (deinterlace == "auto" and fields is None):
        return []
    flagged = deinterlace == "auto" and fields == "auto"
    parity = fields if fields in CERTAIN else "auto"
    return [f"bwdif=mode=send_frame:parity={parity}:deint={'interlaced' if flagged else 'all'}"]
