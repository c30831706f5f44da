"""Interlaced pictures: whether a stream has them, and the filter that makes whole pictures of fields."""

import os
import re
from typing import Final

import numpy as np

from gifsom.core.frame import Pixels
from gifsom.sources.ffmpeg import TELLER, run, source

LOOKER: Final = TELLER.replace("showinfo", "idet")
"""The filter that tells, at the end, how many pictures it takes for interlaced; nothing in a file can imitate it."""

CERTAIN: Final = ("tff", "bff")
"""Orders of fields that were seen, where the file does not flag them."""

TALLEST: Final = 1088
"""Rows of the largest interlaced format."""

MOVED: Final = 12
"""Levels of gray by which a pixel differs from the picture before where something moves."""

COMBED: Final = 1.4
"""Times as many teeth between rows of both fields as between rows of one: then they are fields, and no texture."""

_FOUND = re.compile(
    rf"\[{LOOKER} @ \w+\] \[info\] (Single|Multi) frame detection: TFF: *(\d+) BFF: *(\d+) Progressive: *(\d+)"
)


def order(flags: list[str], lines: list[str]) -> str | None:
    """The order of the fields: "auto" where pictures are flagged, "tff" or "bff" where they only look so, or None.

    Args:
        flags: P, T or B of each picture.
        lines: of the log, in which `LOOKER` tells what it saw.
    """
    seen = {match[1]: tuple(map(int, match.groups()[1:])) for match in map(_FOUND.match, lines) if match}
    top, bottom, whole = seen.get("Single", (0, 0, 0))
    if sum(flag != "P" for flag in flags) * 2 >= len(flags):
        return None if whole >= 5 and not top + bottom else "auto"
    if max(top, bottom) < max(4, 4 * whole, 4 * min(top, bottom)):
        return None
    return "tff" if top > bottom else "bff"


def confirmed(
    path: os.PathLike[str], max_pixels: int, demuxer: tuple[str, ...], index: int, shape: tuple[int, int]
) -> bool:
    """Whether pictures that look interlaced have teeth where something moves; text that scrolls looks so, too."""
    if shape[1] > TALLEST:
        return False
    gray = ["-map", f"0:{index}", "-frames:v", "12", "-vf", f"scale={shape[0]}:ih,format=gray", "-f", "rawvideo", "-"]
    raw = run(path, max_pixels, "-noautorotate", *source(path, demuxer), *gray)[1]
    rows = len(raw) // 12 // shape[0]
    if rows < 8:
        return False
    return teeth(np.frombuffer(raw, np.uint8)[: 12 * rows * shape[0]].reshape(12, rows, shape[0]))


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


def filters(fields: str | None, deinterlace: str) -> list[str]:
    """Filter that makes whole pictures, as `deinterlace` (auto, on or off) asks."""
    if deinterlace == "off" or (deinterlace == "auto" and fields is None):
        return []
    flagged = deinterlace == "auto" and fields == "auto"
    parity = fields if fields in CERTAIN else "auto"
    return [f"bwdif=mode=send_frame:parity={parity}:deint={'interlaced' if flagged else 'all'}"]
