"""Arguments of Pillow's and imageio's own readers and writers: what has a meaning here, and what is passed over."""

import warnings
from collections.abc import Container, Iterable
from pathlib import Path
from typing import Any

from gifsom.core.errors import SettingError, printable
from gifsom.palette.palette import Palette

WRITING = frozenset(
    [
        "allow_mixed",
        "alpha_quality",
        "audio_codec",
        "audio_path",
        "bbox",
        "bitrate",
        "bits",
        "blend",
        "chroma_subsampling",
        "codec",
        "comment",
        "compress_level",
        "compression",
        "default_image",
        "description",
        "disposal",
        "dpi",
        "exif",
        "extension",
        "extents",
        "ffmpeg_log_level",
        "ffmpeg_params",
        "ffmpeg_timeout",
        "filter_graph",
        "filter_sequence",
        "force_keyframes",
        "icc_profile",
        "in_pixel_format",
        "include_color_table",
        "input_params",
        "interlace",
        "is_batch",
        "kmax",
        "kmin",
        "lossless",
        "macro_block_size",
        "max_keyframe_interval",
        "metadata",
        "method",
        "minimize_size",
        "mode",
        "optimize",
        "out_pixel_format",
        "output_params",
        "params",
        "pilmode",
        "pixelformat",
        "pnginfo",
        "program",
        "progressive",
        "quantizer",
        "subrectangles",
        "subsampling",
        "transparency",
        "version",
        "xmp",
    ]
)
"""Arguments of writers, of GIFs and of what is written in their place, that change nothing here: pictures are shown as
they are, and coded as small as can be."""

READING = frozenset(
    [
        "apply_gamma",
        "constant_framerate",
        "exifrotate",
        "exclude_applied",
        "filter_graph",
        "filter_sequence",
        "format",
        "is_batch",
        "rotate",
        "thread_count",
        "thread_type",
        "writeable_output",
    ]
)
"""Arguments of imageio's readers that change nothing here."""

_told: set[str] = set()
"""Subjects of warnings: each is told once."""


def for_gif(options: dict[str, Any]) -> dict[str, Any]:
    """The options of writers that have a meaning here, as `with_meaning`; imageio's palettesize is `colors`.

    Raises `SettingError` for another format than GIF.
    """
    format = options.get("format")
    if str(format or "GIF").upper().lstrip(".") != "GIF":
        raise SettingError(f"format is {printable(format)}: gifsom writes GIF")
    names = {"palettesize": "colors"}
    return with_meaning({names.get(name, name): value for name, value in options.items() if name != "format"})


def with_meaning(options: dict[str, Any], known: Container[str] = WRITING) -> dict[str, Any]:
    """The options that have a meaning here; one of `known` is passed over, and a warning tells so, once.

    So is a color table, and an index of one, which Pillow's palette and background are.
    """
    left, passed = {}, []
    for name, value in options.items():
        table = name == "background" and isinstance(value, int)
        table = table or (name == "palette" and not isinstance(value, str | Path | Palette))
        if table or name in known:
            passed += [name] if value is not None else []
        else:
            left[name] = value
    if new := [name for name in passed if name not in _told]:
        warn_once(new, f"{', '.join(new)}: without a meaning for gifsom, and passed over")
    return left


def warn_once(subjects: Iterable[str], message: str) -> None:
    """Warn whoever called gifsom, unless a warning told of all these before."""
    if not _told.issuperset(subjects):
        _told.update(subjects)
        warnings.warn(message, stacklevel=5)  # of `save`, which calls for_gif, and that with_meaning, and that this
