"""Where clips come from: videos, pictures and animations, recordings, arrays. `open` chooses by what is in the file."""

import re
from pathlib import Path

from gifsom.clip import Clip
from gifsom.errors import SourceNotFound, SourceRefused, SourceUnreadable, printable
from gifsom.settings import MAX_PIXELS, Color, parse_color
from gifsom.sources.folder import open_folder
from gifsom.sources.images import is_picture, open_image, read_head
from gifsom.sources.recording import open_recording
from gifsom.sources.video import open_video
from gifsom.spool import is_recording

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def open(path: str | Path, *, background: str | Color | None = None, max_pixels: int = MAX_PIXELS) -> Clip:
    """A video, picture, animation, recording or folder of pictures as a `Clip`, by content, whatever the name says.

    Args:
        path: a local file or folder. A remote address is refused; so is a playlist, whatever it is called.
        background: what lies behind transparent pixels (a CSS name, "#rrggbb", three numbers); None: white, and a GIF
            stays transparent.
        max_pixels: a picture with more pixels is refused.

    Raises:
        SourceNotFound, SourceRefused, SourceUnreadable, SourceEmpty: with one line that names the file and the cause.
        SettingError: for a background that is no color.
    """
    file = Path(path)
    behind = None if background is None else parse_color(background)
    if str(path) == "-":
        raise SourceRefused("-: standard input is not read: name a file")
    try:
        if _ADDRESS.match(str(path)) and not file.exists():
            raise SourceRefused(f"{printable(path)}: that is a remote address, and only local files are read")
        if file.is_dir():
            return open_folder(file, max_pixels, behind)
        if file.exists() and not file.is_file():
            raise SourceUnreadable(f"{printable(path)}: that is not a regular file")
        head = read_head(file)
    except FileNotFoundError:
        raise SourceNotFound(f"{printable(path)}: there is no such file") from None
    except OSError as error:
        raise SourceUnreadable(f"{printable(path)}: {error.strerror}") from None
    if not head:
        raise SourceUnreadable(f"{printable(path)}: the file is empty")
    if is_recording(head):
        return open_recording(file, max_pixels)
    return (open_image if is_picture(head) else open_video)(file, max_pixels, behind)
