"""Sources of frames: videos, pictures and animations, recordings, arrays. `open` chooses by content."""

from math import inf
from typing import TYPE_CHECKING

from gifsom.core.errors import SettingError, printable
from gifsom.core.source import Source
from gifsom.core.values import DEINTERLACE, MAX_PIXELS, Color
from gifsom.sources.images import STILL
from gifsom.sources.opener import Opener, behind
from gifsom.sources.plugins import reader_named
from gifsom.sources.raw import open_raw

if TYPE_CHECKING:
    from gifsom.sources.opener import SourceLike

__all__ = ["open", "open_raw"]


def open(
    source: "SourceLike",
    *,
    background: str | Color | None = None,
    transparent: bool = False,
    max_pixels: int = MAX_PIXELS,
    fps: float | None = None,
    reader: str | None = None,
    stream: int | None = None,
    deinterlace: str = "auto",
) -> Source:
    """A source as a `Clip`, by content, whatever its name says.

    Args:
        source: one of these.
            The path of a video, picture, animation or recording; of a folder, whose pictures follow each other in
            natural order; or a pattern such as "shots/*.png" where no file has that very name. A remote address is
            refused; so is a playlist, whatever it is called.
            A picture: an array (h, w, 3) or (h, w, 4) of uint8 or a PIL image; an array (n, h, w, 3 or 4) is n of them.
            A binary stream, such as `sys.stdin.buffer`, which is read to its end.
            A `Clip`, which is given back.
            A list, or anything else that gives such sources one by one: they follow each other in one clip, fitted to
            the size of the first and never distorted. What that leaves free is transparent where all of them are
            pictures, and black where there is a video.
        background: what lies behind transparent pixels (a CSS name, "#rrggbb", three numbers); None: white behind a
            video, and pictures stay transparent.
        transparent: a video stays transparent, too: what is less than half opaque is hidden.
        max_pixels: a picture with more pixels is refused.
        fps: how many pictures without a time of their own are shown in a second, above 0; None: 10. Others keep theirs.
        reader: the plugin of imageio that reads every file: FITS, pydicom, rawpy or tifffile, each with a package of
            its own; None: by what is in a file, where neither ffmpeg nor Pillow reads it.
        stream: index of the stream of a video that has several, as ffmpeg counts them, from 0; None: the one that
            players show.
        deinterlace: whether the fields of interlaced video are made whole pictures: auto, where it is, on or off.

    Raises:
        SourceNotFound, SourceRefused, SourceUnreadable, SourceEmpty: with one line that names the file and the cause.
        SettingError: for a background that is no color, no rate or no reader, no such stream, or background and
            transparent together.
        PackageMissing: where a package that reads such a picture is not installed.
        FrameError: for an array that is no picture, or what is no source at all.

    >>> clip = open(["fixtures/sprite.gif", "fixtures/still.png"], fps=2)
    >>> clip.size, round(clip.duration, 2)
    ((64, 48), 1.36)
    """
    if fps is not None and not 0 < fps < inf:
        raise SettingError(f"fps is {printable(fps)}: give frames a second, above 0")
    if deinterlace not in DEINTERLACE:
        raise SettingError(f"deinterlace is {printable(deinterlace)}: give one of {', '.join(DEINTERLACE)}")
    still = 1 / fps if fps else STILL
    shown = behind(background, transparent)
    opener = Opener(shown, transparent, max_pixels, still, reader_named(reader), stream, deinterlace)
    return opener.open(source)
