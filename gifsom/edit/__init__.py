"""Edits of any Source: a Source in, a Source out, nothing read before its frames are asked for.

Where a source can do a step itself, as ffmpeg does for a video, its clip says so by methods of its own.
"""

from gifsom.edit.backdrop import backdrop, border, parse_backdrop, parse_border
from gifsom.edit.bar import parse_style, progress_bar, progress_style
from gifsom.edit.base import trim
from gifsom.edit.blur import blur, parse_blur, parse_pixelate, parse_solid, pixelate, solid
from gifsom.edit.cache import cached
from gifsom.edit.caption import caption, parse_caption, parse_subtitles, subtitles
from gifsom.edit.loops import boomerang, loop_smooth, reverse
from gifsom.edit.overlay import overlay, parse_overlay
from gifsom.edit.picture import crop, fit, height, parse_area, scale, width
from gifsom.edit.speed import fast_forward, parse_stretch, speed
from gifsom.edit.still import drop_duplicates, idle_limit, trim_still
from gifsom.edit.time import fps, hold_last
from gifsom.edit.tone import brightness, contrast, grayscale, saturation
from gifsom.edit.turn import flip, rotate
from gifsom.edit.zoom import parse_zoom, zoom

__all__ = [
    "backdrop",
    "blur",
    "boomerang",
    "border",
    "brightness",
    "cached",
    "caption",
    "contrast",
    "crop",
    "drop_duplicates",
    "fast_forward",
    "fit",
    "flip",
    "fps",
    "grayscale",
    "height",
    "hold_last",
    "idle_limit",
    "loop_smooth",
    "overlay",
    "parse_area",
    "parse_backdrop",
    "parse_blur",
    "parse_border",
    "parse_caption",
    "parse_overlay",
    "parse_pixelate",
    "parse_solid",
    "parse_stretch",
    "parse_style",
    "parse_subtitles",
    "parse_zoom",
    "pixelate",
    "progress_bar",
    "progress_style",
    "reverse",
    "rotate",
    "saturation",
    "scale",
    "solid",
    "speed",
    "subtitles",
    "trim",
    "trim_still",
    "width",
    "zoom",
]
