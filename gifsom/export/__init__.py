"""Other formats than GIF: animated WebP, animated PNG, animated AVIF, MP4, WebM, and a folder of PNGs.

Frames are streamed: memory holds a few of them, and the compressed file where an encoder needs that. A clip is read
twice where the header of a format describes its content.
"""

from collections.abc import Callable
from itertools import islice
from operator import sub
from pathlib import Path
from typing import Final, TypeAlias

from PIL import Image

from gifsom.core.errors import TargetUnwritable, printable
from gifsom.core.files import check_target, filling, frame_name, is_folder
from gifsom.core.frame_times import FrameTimes
from gifsom.core.progress import Progress, reported, silent
from gifsom.core.result import Result
from gifsom.core.source import Source, held
from gifsom.core.values import check_whole
from gifsom.edit.frames import with_alpha
from gifsom.export.apng import write_apng
from gifsom.export.avif import write_avif
from gifsom.export.base import Order, opaque
from gifsom.export.video import write_mp4, write_webm
from gifsom.export.webp import write_webp

SHORTEST: Final = 1e-3
"""Seconds that a picture in a folder is shown at least."""

__all__ = ["ENDINGS", "export", "opaque", "write_frames"]


def export(
    clip: Source,
    path: "str | Path",
    *,
    quality: int | None = None,
    plays: int = 0,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Result:
    """Write a clip in another format than GIF, chosen by the suffix; the source's timing is kept.

    Args:
        clip: any clip.
        path: .webp; .png or .apng, both animated and lossless; .avif; .mp4, which is H.264 over white; .webm, which is
            VP9; or a folder, which exists or whose name ends in a slash, for frame-0001.png and so on, all frames of
            the clip.
        quality: 1 to 100, but for PNGs; None: 80, and a WebP of at most 256 colors is lossless, as it is at 100.
        plays: number of times that a WebP or a PNG runs, 0 for ever.
        overwrite: replace the file, or the frames in the folder.
        progress: called often with stage, done, of.

    Raises:
        SettingError, SourceError, TargetError: with one line that says what and why; then nothing has been written.

    >>> import gifsom
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     export(gifsom.open("fixtures/sprite.gif"), f"{folder}/sprite.webp").frames
    12
    """
    if quality is not None:
        check_whole("quality", quality, 1, 100)
    check_whole("plays", plays, 0, 65_535)
    order = Order(held(clip), Path(path), quality, plays, overwrite, progress)
    if is_folder(path):
        return write_frames(clip, path, overwrite=overwrite, progress=progress)
    write = _WRITERS.get(order.path.suffix.lower())
    if write is None:
        raise TargetUnwritable(f"{printable(path)}: the name ends in {', '.join(ENDINGS)}, or in / for a folder")
    check_target(order.path, overwrite)
    return write(order)


def write_frames(
    clip: Source,
    folder: "str | Path",
    *,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Result:
    """Write all frames of a clip as frame-0001.png and so on, with alpha where they are transparent; and their times.

    Args:
        clip: any clip.
        folder: created if missing; its other files stay. frames.json in it says how long each is shown, so that
            `gifsom.open` of the folder has the clip's times again.
        overwrite: replace the frames in the folder; those beyond the new ones are removed.
        progress: called often with stage, done, of.

    Raises:
        SourceError, TargetError: with one line that says what and why; then nothing has been written.
    """
    clip = held(clip)
    order = Order(clip, Path(folder), None, 0, overwrite, progress)
    size = number = 0
    starts: dict[str, float] = {}
    with filling(order.path, overwrite) as part:
        for number, frame in enumerate(reported(clip.frames(), "Writing", clip.count, progress), 1):
            file = part / frame_name(number)
            starts[file.name] = frame.start
            (Image.fromarray(frame.pixels) if frame.mask is None else with_alpha(frame)).save(file)
            size += file.stat().st_size
        lengths = map(sub, [*islice(starts.values(), 1, None), clip.duration], starts.values())
        seconds = {name: round(max(SHORTEST, length), 9) for name, length in zip(starts, lengths, strict=True)}
        FrameTimes(seconds, clip.native, clip.plays).write(part)
    return order.result(size, number, exact=True)


_Writer: TypeAlias = Callable[[Order], Result]

_WRITERS: Final[dict[str, _Writer]] = {
    ".webp": write_webp,
    ".png": write_apng,
    ".apng": write_apng,
    ".avif": write_avif,
    ".mp4": write_mp4,
    ".webm": write_webm,
}

ENDINGS: Final = tuple(_WRITERS)
"""Suffixes of the files that can be written."""
