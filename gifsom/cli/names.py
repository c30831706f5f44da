"""The names of the command line: which are sources, and which is OUT, so that no clip is taken for OUT by mistake."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gifsom.core.errors import PaletteError, SettingError, SourceError, printable

STREAM: Final = "-"
"""Standard input as IN, and standard output as OUT."""

ANIMATIONS: Final = (".gif", ".webp", ".apng", ".avif", ".mp4", ".webm")
"""Endings of what several clips may be joined to."""

VIDEO: Final = "video"
STILL: Final = "picture"

_HEADS: Final = (b"\x1aE\xdf\xa3", b"OggS", b"FLV", b"\0\0\x01\xba", b"\0\0\x01\xb3", b"\x30\x26\xb2\x75", b"G@")
"""How Matroska, Ogg, FLV, MPEG program and video streams, ASF and MPEG transport streams begin."""


def sources_and_target(names: Sequence[str], output: str | None) -> tuple[list[str], str | None]:
    """IN and OUT, of which `output` was given by an option of its own; None: it is named after IN.

    Raises `SettingError` where the last name is a file that rather is a source: as a shell makes of 'clips/*.mp4'.
    """
    if output is not None or len(names) == 1:
        return [*names], output
    sources, target = [*names[:-1]], names[-1]
    kind = _kind(target)
    others = {_kind(name) for name in sources}
    alike = {Path(name).suffix.lower() for name in sources} == {Path(target).suffix.lower()}
    pair = len(sources) == 1 and kind != STILL
    if kind == VIDEO or (kind is not None and not pair and (alike or others == {kind})):
        shown = printable(target)
        raise SettingError(
            f"{shown}: that is there, and may be a source, too: say -o {shown} if it is what is to be written,"
            " and --overwrite if it is to be replaced"
        )
    return sources, target


def check_joined(target: str) -> None:
    """Raise `SettingError` for an OUT that several clips cannot become."""
    if Path(target).suffix.lower() not in ANIMATIONS:
        raise SettingError(
            f"{printable(target)}: several clips become one {', '.join(ANIMATIONS[:-1])} or {ANIMATIONS[-1]}, which is"
            " named last, or a GIF each in a folder/"
        )


def check_palette(target: Path) -> None:
    """Raise `SettingError` where a picture is there, and no palette: as a shell makes of 'photos/*.png'."""
    if target.suffix.lower() != ".png" or _kind(str(target)) is None:
        return
    from gifsom.palette.palette import Palette

    try:
        Palette.load(target)
    except (PaletteError, SourceError):
        raise SettingError(
            f"{printable(target)}: that is there, and no palette: it may be a source, too, and is not replaced"
        ) from None


def _kind(name: str) -> str | None:
    """A word for what is in a file: a video, a still picture, or the format of an animation; None: nothing known.

    Empty files and those whose name says so are videos as well.
    """
    from gifsom.batch.plan import VIDEOS
    from gifsom.sources.formats import is_picture, read_head

    path = Path(name)
    try:
        if not path.is_file():
            return None
        head = read_head(path)
    except (OSError, ValueError):  # told where it is opened
        return None
    if is_picture(head):
        return _picture(path)
    return VIDEO if path.suffix.lower() in VIDEOS or _is_video(head) else None


def _is_video(head: bytes) -> bool:
    from gifsom.spool import is_recording

    return head[4:8] == b"ftyp" or head[8:12] == b"AVI " or head.startswith(_HEADS) or is_recording(head)


def _picture(path: Path) -> str:
    """The format of an animation, and of each GIF; a word for all still pictures."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            if picture.format == "GIF" or getattr(picture, "is_animated", False):
                return picture.format or STILL
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # damaged: told where it is opened
        pass
    return STILL
