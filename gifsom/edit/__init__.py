"""Edits of any Clip: a Clip in, a Clip out, nothing read before its frames are asked for.

Where a source can do a step itself, as ffmpeg does for a video, its clip says so by methods of its own.
"""

from gifsom.edit.held import hold
from gifsom.edit.picture import crop, fit, resize, scale
from gifsom.edit.time import hold_last, limit_idle, resample, trim

__all__ = [
    "crop",
    "fit",
    "hold",
    "hold_last",
    "limit_idle",
    "resample",
    "resize",
    "scale",
    "trim",
]
