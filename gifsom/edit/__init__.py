"""Edits of any Source: a Source in, a Source out, nothing read before its frames are asked for.

Where a source can do a step itself, as ffmpeg does for a video, its clip says so by methods of its own.
"""

from gifsom.edit.backdrop import backdrop, border, parse_backdrop, parse_border
from gifsom.edit.bar import parse_style, progress_bar, progress_style
from gifsom.edit.base import trim
from gifsom.edit.blur import blur, parse_blur, parse_pixelate, parse_solid, pixelate, solid
from gifsom.edit.cache import cached
from gifsom.edit.caption import caption, parse_caption, parse_subtitles, subtitles
from gifsom.edit.cinemagraph import still_outside
from gifsom.edit.delays import frame_delay, hold, parse_frame_delay, parse_hold
from gifsom.edit.fade import fade, parse_fade
from gifsom.edit.insert import Plain, insert, insert_with_file, parse_insert, parse_title, title
from gifsom.edit.listed import with_files
from gifsom.edit.loops import boomerang, loop_smooth, reverse
from gifsom.edit.order import duplicate, move, parse_duplicate, parse_move
from gifsom.edit.overlay import overlay, parse_overlay
from gifsom.edit.picture import crop, fit, height, parse_area, parse_side, scale, width
from gifsom.edit.speed import fast_forward, parse_stretch, speed
from gifsom.edit.still import drop_duplicates, idle_limit, trim_still
from gifsom.edit.stillness import check_threshold
from gifsom.edit.stretches import to_stretches
from gifsom.edit.time import fps, hold_last, max_frames
from gifsom.edit.timeline import cut, only, split
from gifsom.edit.tone import brightness, contrast, grayscale, saturation
from gifsom.edit.turn import flip, rotate
from gifsom.edit.zoom import parse_zoom, zoom

__all__ = [
    "Plain",
    "backdrop",
    "blur",
    "boomerang",
    "border",
    "brightness",
    "cached",
    "caption",
    "check_threshold",
    "contrast",
    "crop",
    "cut",
    "drop_duplicates",
    "duplicate",
    "fade",
    "fast_forward",
    "fit",
    "flip",
    "fps",
    "frame_delay",
    "grayscale",
    "height",
    "hold",
    "hold_last",
    "idle_limit",
    "insert",
    "insert_with_file",
    "loop_smooth",
    "max_frames",
    "move",
    "only",
    "overlay",
    "parse_area",
    "parse_backdrop",
    "parse_blur",
    "parse_border",
    "parse_caption",
    "parse_duplicate",
    "parse_fade",
    "parse_frame_delay",
    "parse_hold",
    "parse_insert",
    "parse_move",
    "parse_overlay",
    "parse_pixelate",
    "parse_side",
    "parse_solid",
    "parse_stretch",
    "parse_style",
    "parse_subtitles",
    "parse_title",
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
    "split",
    "still_outside",
    "subtitles",
    "title",
    "to_stretches",
    "trim",
    "trim_still",
    "width",
    "with_files",
    "zoom",
]
