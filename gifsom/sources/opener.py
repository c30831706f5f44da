"""The opener: from any supported object to a Source, files by their content, whatever their names."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, cast

from PIL import ImageSequence

from gifsom.core.errors import FrameError, SettingError, SourceNotFound, SourceRefused, SourceUnreadable, printable
from gifsom.core.files import address
from gifsom.core.frame_times import FrameTimes
from gifsom.core.source import Holder, Source, held
from gifsom.core.values import WHITE, Color, parse_color
from gifsom.sources import mjpeg, plugins
from gifsom.sources.arrays import StoredClip, to_masked
from gifsom.sources.folder import is_pattern, matches, pictures_in
from gifsom.sources.formats import is_picture as is_picture_file
from gifsom.sources.formats import read_head, unread
from gifsom.sources.images import open_image, shown_for
from gifsom.sources.joined import JoinedClip, join
from gifsom.sources.recording import open_recording
from gifsom.sources.scientific import open_scientific
from gifsom.sources.shapes import as_array, is_picture, pictures_of
from gifsom.sources.stream import Spooled
from gifsom.sources.video import open_video
from gifsom.spool import is_recording

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Picture: TypeAlias = "NDArray[np.uint8] | Image"
    SourceLike: TypeAlias = "str | os.PathLike[str] | Source | Holder | Picture | BinaryIO | Iterable[SourceLike]"

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens sources with one set of options.

    background   behind transparent pixels; None: white behind a video, and pictures keep them
    transparent  videos keep them, too
    max_pixels   of a picture, above which it is refused
    still        seconds that a picture without a time of its own is shown
    reader       plugin of imageio that reads every file; None: by content
    stream       index of the video stream; None: the one that players show
    deinterlace  "auto", "on" or "off"
    """

    background: Color | None
    transparent: bool
    max_pixels: int
    still: float
    reader: plugins.Reader | None = None
    stream: int | None = None
    deinterlace: str = "auto"

    def open(self, source: "SourceLike") -> Source:
        """Any source; see `gifsom.open`."""
        if isinstance(source, str | os.PathLike):
            return self._path(source)
        if isinstance(source, Source | Holder):
            return held(source)
        if hasattr(source, "read"):
            return self._file(Spooled(cast(BinaryIO, source)))
        if is_picture(source):
            return self._list([source])
        if isinstance(source, Iterable):
            return self._list(source)
        given = f"{printable(source)} is no source: give a path, a clip, pictures, a stream or a list of them"
        lists = '; lists of numbers are one as np.array(x).astype("uint8")' if isinstance(source, Real) else ""
        raise FrameError(given + lists)

    def _path(self, name: str | os.PathLike[str]) -> Source:
        if name == "-":
            raise SourceRefused("-: standard input is a stream, sys.stdin.buffer: hand that over, or name a file")
        path = Path(name)
        there = _is_there(path)
        if there and path.is_dir():
            return self._files(pictures_in(path), name)
        if not there and is_pattern(str(name)) and not is_address(name):
            return self._files(matches(str(name)), name)
        return self._file(local_file(name))

    def _files(self, files: list[Path], title: str | os.PathLike[str]) -> Source:
        """Pictures one after the other, each for as long as a frames.json beside them says."""
        times = {folder: FrameTimes.read(folder) for folder in dict.fromkeys(file.parent for file in files)}
        seconds = [times[file.parent].seconds.get(file.name) for file in files]
        clips = [
            (self if length is None else replace(self, still=length))._file(local_file(file))
            for file, length in zip(files, seconds, strict=True)
        ]
        clip = join(clips, background=self.background, transparent=self.transparent, title=printable(title))
        if isinstance(clip, JoinedClip) and len(times) == 1 and None not in seconds:
            (of,) = times.values()
            clip.native, clip.plays = of.native, of.plays
        return clip

    def _file(self, file: Path | Spooled) -> Source:
        head = read_head(file)
        if is_recording(head):
            if isinstance(file, Spooled):
                raise SourceRefused(f"{file}: that is a recording, and one is read from its own file only")
            return open_recording(file, self.max_pixels)
        reader = self.reader or plugins.recognize(head, str(file))
        if reader is not None:
            return self._scientific(file, reader)
        if kind := unread(head):
            raise SourceUnreadable(f"{printable(file)}: that is {kind}, which is not read: save it as a PNG")
        picture = is_picture_file(head)
        if picture and not mjpeg.is_motion_jpeg(file):
            if self.stream is not None:
                raise SettingError(f"{printable(file)}: stream is for videos, and that is a picture")
            return self._picture(file, head)
        demuxer = mjpeg.DEMUXER if picture else ()
        background = None if self.transparent else self.background or WHITE
        return open_video(file, self.max_pixels, background, demuxer, self.stream, self.deinterlace)

    def _picture(self, file: Path | Spooled, head: bytes) -> Source:
        """A source by Pillow, or else by imageio."""
        try:
            return open_image(file, self.max_pixels, self.background, self.still)
        except SourceUnreadable as error:
            reader = plugins.second(head)
            if reader is None:
                raise
            if not reader.installed:
                raise SourceUnreadable(
                    f"{error}; {reader.package} reads more kinds: pip install {reader.package}"
                ) from None
            try:
                return self._scientific(file, reader)
            except SourceUnreadable:
                raise error from None

    def _scientific(self, file: Path | Spooled, reader: plugins.Reader) -> Source:
        return open_scientific(file, reader, self.max_pixels, self.background, self.still)

    def _list(self, items: "Iterable[SourceLike]") -> Source:
        """Sources one after the other; adjacent pictures are kept together, in the size of the first of them."""
        clips: list[Source] = []
        pictures: StoredClip | None = None
        for item, seconds in _one_by_one(items):
            if not is_picture(item):
                pictures = None
                clips.append(self.open(item))
                continue
            if pictures is None:
                pictures = StoredClip()
                clips.append(pictures)
            size = pictures.size if pictures.count else None
            pixels, mask = to_masked(cast("Picture", item), size, self.background)
            pictures.append(pixels, seconds or self.still, mask)
        return join(clips, background=self.background, transparent=self.transparent)


def _one_by_one(items: "Iterable[SourceLike]") -> "Iterator[tuple[SourceLike, float | None]]":
    """The same, with each picture of an array or an animation separate, and the seconds that it declares."""
    for item in items:
        if is_picture(item) and not hasattr(item, "convert"):
            yield from ((picture, None) for picture in pictures_of(as_array(item)))
        elif getattr(item, "n_frames", 1) > 1:
            for frame in ImageSequence.Iterator(cast("Image", item)):
                yield frame, shown_for(float(frame.info.get("duration") or 0) / 1000, frame.format)
        else:
            yield item, None


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # an impossible name, or the folder cannot be searched
        return False


def is_address(name: str | os.PathLike[str]) -> bool:
    """Whether a name looks like a remote address."""
    return _ADDRESS.match(str(name)) is not None


def local_file(name: str | os.PathLike[str]) -> Path:
    """The path of an existing file that is not empty. Raises `SourceError`s that say what is wrong."""
    path = Path(name)
    try:
        if remote := address(name):
            raise SourceRefused(f"{printable(remote)}: that is a remote address, and only local files are read")
        if path.exists() and not path.is_file():
            raise SourceUnreadable(f"{printable(name)}: that is not a regular file")
        if not read_head(path):
            raise SourceUnreadable(f"{printable(name)}: the file is empty")
    except (FileNotFoundError, ValueError):  # the latter for a name with a null byte
        raise SourceNotFound(f"{printable(name)}: there is no such file{_patterns(str(name))}") from None
    except OSError as error:
        raise SourceUnreadable(f"{printable(name)}: {error.strerror}") from None
    return path


def _patterns(name: str) -> str:
    """How a pattern is written, for a name that is one of ffmpeg's, such as "frames/%03d.png"."""
    found = re.search(r"%0?\d*d", name)
    if found is None:
        return ""
    star = f"*{Path(name).suffix or '.png'}"
    whole = re.sub(r"%0?\d*d", "*", name)
    return f"; a pattern is '{star}', such as '{printable(whole)}'"


def behind(background: str | Color | None, transparent: bool) -> Color | None:
    """The requested color behind transparent pixels. Raises `SettingError`."""
    if background is not None and transparent:
        raise SettingError("background and transparent exclude each other: one hides what the other shows")
    return None if background is None else parse_color(background)
