"""Twins of the kernels in gifsom.native.spool."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def changed(before: NDArray[np.uint32], now: NDArray[np.uint32]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what differs in the lower 24 bits; all 0 where nothing does."""
    differ = [(x, y) for y, x in np.ndindex(now.shape) if int(before[y, x]) % (1 << 24) != int(now[y, x]) % (1 << 24)]
    if not differ:
        return 0, 0, 0, 0
    columns, rows = zip(*differ, strict=True)
    return min(columns), min(rows), max(columns) + 1, max(rows) + 1


def filter(part: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Planes (3, h, w) of red, green and blue of numbers (h, w), each row less the one above."""
    planes = np.stack([part // (1 << 16) % 256, part // (1 << 8) % 256, part % 256]).astype(np.int64)
    above = np.concatenate([np.zeros_like(planes[:, :1]), planes[:, :-1]], axis=1)
    return ((planes - above) % 256).astype(np.uint8)


def restore(planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture (h, w, 3) of which these are the planes."""
    return (np.cumsum(planes.astype(np.int64), axis=1) % 256).astype(np.uint8).transpose(1, 2, 0)


def differ(before: Iterable[int], now: Iterable[int]) -> bool:
    """Whether two rows differ in the lower 24 bits."""
    return any(int(a) % (1 << 24) != int(b) % (1 << 24) for a, b in zip(before, now, strict=True))


def same(before: NDArray[np.uint32], now: NDArray[np.uint32]) -> bool:
    """Whether two pictures are alike in the lower 24 bits."""
    return not any(differ(a, b) for a, b in zip(before, now, strict=True))
