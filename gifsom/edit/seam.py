"""Search for the best loop of a clip, by comparing small pictures of all its frames."""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifsom.core.frame import Frame
from gifsom.core.source import Source

LOOK = 32
"""Longer side of the small pictures in pixels."""

SHORTEST_LOOP = 0.5
"""Shortest loop in seconds."""

AS_GOOD = 1.1
"""Multiple of the best cost up to which a loop counts as equally good."""

WORTH = 2.0
"""Multiple of the best cost up to which a clip counts as a loop already."""

UNSEEN = 0.05
"""Cost that is invisible, even where the best one is 0."""

SAME = 1e-6
"""Seconds up to which two times are one."""

_BLOCK = 256  # frames that are compared with the others at once

Looks: TypeAlias = NDArray[np.float32]


def find_loop(clip: Source, lead_in: float = 0.0) -> tuple[float, float]:
    """Start and end of the best loop in a clip, in seconds; the clip is read once.

    A loop ends when a frame appears that looks like its first one. Of all pairs of frames that are at least half of the
    clip and SHORTEST_LOOP apart, the one of least cost is taken: the mean square difference, in levels, between the
    two, and between the two that follow. Among equally good pairs (AS_GOOD), it is the one farthest apart, and then the
    first.

    The clip's own end is one of them, judged by an extrapolation, and the clip stays whole unless a cut is WORTH times
    as good.

    Args:
        clip: any clip.
        lead_in: seconds before the loop; if above 0, the clip never stays whole, unless it has a single frame.
    """
    looks, starts = _looks(clip)
    duration = clip.duration
    if len(looks) < 2:
        return 0.0, duration
    times = np.array([*starts, duration])
    least = max(duration / 2, SHORTEST_LOOP)
    best = min((costs.min() for _, _, costs in _costs(looks, times, lead_in, least)), default=None)
    if best is None:  # too few frames
        return lead_in, duration
    if not lead_in and _seam(looks, _model(looks), 0) <= best * WORTH + UNSEEN:
        return 0.0, duration
    found = (0.0, lead_in, duration)
    for first, last, costs in _costs(looks, times, lead_in, least):
        good = np.flatnonzero(costs <= best * AS_GOOD + UNSEEN)
        if good.size:
            start, end = float(times[first]), float(times[last + good[-1]])
            if end - start > found[0] + SAME:
                found = end - start, start, end
    return found[1:]


def _looks(clip: Source) -> tuple[Looks, list[float]]:
    """Each frame as a small picture, (n, values) around 0, and the times at which they appear."""
    looks: list[NDArray[np.uint8]] = []
    starts: list[float] = []
    before: Frame | None = None
    for frame in clip.frames():
        if before is None or frame.pixels is not before.pixels or frame.mask is not before.mask:
            shown = frame.pixels if frame.mask is None else np.where(frame.mask[..., None], np.uint8(128), frame.pixels)
            picture = Image.fromarray(shown)
            picture.thumbnail((LOOK, LOOK), Image.Resampling.BOX)
            look = np.asarray(picture).ravel()
        looks.append(look)
        starts.append(frame.start)
        before = frame
    around = np.array(looks, np.float32)
    around -= 128
    return around, starts


def _costs(
    looks: Looks, times: NDArray[np.float64], lead_in: float, least: float
) -> Iterator[tuple[int, int, NDArray[np.float32]]]:
    """Costs of loops that begin with each frame: its number, the first frame that may follow the loop, and costs.

    Args:
        looks: (n, values).
        times: (n + 1,) seconds; the last one is the clip's end.
        lead_in: seconds before the loop.
        least: shortest loop in seconds.

    There is a cost for each frame from the given one on, and for the clip's end.
    """
    norms, model = np.einsum("ij,ij->i", looks, looks), _model(looks)
    for top in range(int(np.searchsorted(times, lead_in - SAME)), len(looks), _BLOCK):
        left = int(np.searchsorted(times[:-1], times[top] + least - SAME))
        block = slice(top, top + _BLOCK + 1)
        apart = norms[block, None] + norms[left:] - 2 * looks[block] @ looks[left:].T
        for row, first in enumerate(range(top, min(top + _BLOCK, len(looks)))):
            last = int(np.searchsorted(times, times[first] + least - SAME))
            if last == len(times):
                return
            here = apart[row, last - left :]
            after = np.append(apart[row + 1, last - left + 1 :], here[-1:]) if here.size else here
            costs = np.maximum(here + after, 0) / (2 * looks.shape[1])
            yield first, last, np.append(costs, np.float32(_seam(looks, model, first)))


def _model(looks: Looks) -> int:
    """Index of the frame most like the last one whose predecessor is also most like the last one's."""
    norms = np.einsum("ij,ij->i", looks[:-1], looks[:-1])
    last, prior = (norms - 2 * looks[:-1] @ look for look in (looks[-1], looks[-2]))
    return int(np.argmin(last + np.append(prior[:1], prior[:-1])))


def _seam(looks: Looks, model: int, first: int) -> float:
    """Cost of a loop from a frame to the clip's end, which no frame follows: the lower of two measures.

    One is whether the pictures move evenly from the last two to that frame and the next; the other, whether the same
    happens around the `model`.
    """
    prior, last = looks[-2], looks[-1]
    here, after = looks[first], looks[min(first + 1, len(looks) - 1)]
    even = _apart(here, (last + after) / 2) + _apart(last, (prior + here) / 2)
    around = [looks[min(max(number, 0), len(looks) - 1)] for number in range(model - 1, model + 3)]
    seen = sum(map(_apart, (prior, last, here, after), around))
    return min(even, seen) / 2


def _apart(a: Looks, b: Looks) -> float:
    return float(np.square(a - b).mean())
