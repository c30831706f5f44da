"""Edits of any Clip: a Clip in, a Clip out, nothing read before its frames are asked for.

Where a source can do a step itself, as ffmpeg does for a video, its clip says so by methods of its own.
"""

from gifsom.edit.held import hold
from gifsom.edit.loops import boomerang, loop_smooth, reverse
from gifsom.edit.picture import crop, fit, resize, scale
from gifsom.edit.speed import fast_forward, parse_stretch, speed
from gifsom.edit.still import drop_duplicates, limit_idle, trim_still
from gifsom.edit.time import hold_last, resample, trim

__all__ = [
    "boomerang",
    "crop",
    "drop_duplicates",
    "fast_forward",
    "fit",
    "hold",
    "hold_last",
    "limit_idle",
    "loop_smooth",
    "parse_stretch",
    "resample",
    "resize",
    "reverse",
    "scale",
    "speed",
    "trim",
    "trim_still",
]
