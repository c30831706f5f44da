"""The plugin of imageio: `imageio.v3.imwrite("x.gif", frames, plugin=gifsom.ImageioPlugin)`.

It reads whatever `gifsom.open` does, as RGB, transparent pixels over a color, and writes GIFs. imageio has no entry
points: importing this module tells it the name "gifsom", for whoever can give a name only.
"""

import operator
from collections import deque
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from types import EllipsisType, TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from imageio.config import PluginConfig, known_plugins
from imageio.core.request import RETURN_BYTES, InitializationError, IOMode
from imageio.core.v3_plugin_api import ImageProperties, PluginV3
from PIL import Image

from gifsom import sources
from gifsom.conversion.writer import Writer
from gifsom.core.errors import FrameError, GifsomError, SettingError, printable
from gifsom.core.frame import Pixels
from gifsom.core.source import Source
from gifsom.interop.arguments import READING, for_gif, with_meaning
from gifsom.interop.pillow import pictures, plays, timed

if TYPE_CHECKING:
    from imageio.core.request import Request

FORMATS = {"rgb24": "RGB", "rgba": "RGBA", "gray": "L"}
"""Modes of Pillow for formats that imageio's reader of videos takes."""

Index = int | EllipsisType | None
"""Index of a picture; ... or None: all."""


class ImageioPlugin(PluginV3):  # type: ignore[misc]
    """Reads clips and writes GIFs for imageio.

    >>> import imageio.v3 as iio
    >>> iio.imread("fixtures/sprite.gif", plugin=gifsom.ImageioPlugin).shape
    (12, 48, 64, 3)
    >>> iio.imwrite("x.gif", frames, plugin=gifsom.ImageioPlugin, fps=15, quality=70)  # doctest: +SKIP
    """

    _clip: Source | None = None
    _gif: Writer | None = None

    def __init__(self, request: "Request", **options: Any) -> None:
        """Open a source, or begin a GIF.

        Args:
            request: imageio's.
            **options: to read, those of `gifsom.open`: background ("white" by default), max_pixels, reader; to write,
                those of `write`. What other plugins take without a meaning here is passed over, with a warning, once.
        """
        super().__init__(request)
        self._options = options
        self._path = Path(request.get_local_filename())
        if request.mode.io_mode is IOMode.write:
            if request.extension not in (None, ".gif"):
                raise InitializationError(f"gifsom writes .gif, not {request.extension}")
            return
        try:
            self._clip = self._open({})
        except GifsomError as error:
            raise InitializationError(str(error)) from error

    def read(self, *, index: Index = None, mode: str | None = None, **options: Any) -> Pixels:
        """One picture (h, w, 3) uint8, or all of them, (n, h, w, 3).

        Args:
            index: of the picture, from 0, or from the end where it is negative; None or ...: all.
            mode: Pillow's name of another kind of picture, such as "L" or "RGBA"; other plugins' pilmode, as_gray and
                format (rgb24, rgba, gray) say it, too.
            **options: as for `__init__`.

        Raises:
            FrameError: for an index that is no whole number, or out of range, and a mode that does not exist.
        """
        if index is None or index is ...:
            return np.stack([*self.iter(mode=mode, **options)])
        place = _whole(index)
        source, mode = self._asked_for(mode, options)
        frames = source.frames()
        if place >= 0:
            frame = next(islice(frames, place, None), None)
        else:
            last = deque(frames, -place)
            frame = last[0] if len(last) == -place else None
        if frame is None:
            raise _missing(source, place)
        return _in_mode(frame.pixels, mode)

    def iter(self, *, mode: str | None = None, **options: Any) -> Iterator[Pixels]:
        """The pictures, (h, w, 3) uint8 each; `mode` and others as for `read`."""
        source, mode = self._asked_for(mode, options)
        for frame in source.frames():
            yield _in_mode(frame.pixels, mode)

    def properties(self, index: Index = None) -> ImageProperties:
        """Shape and dtype of the result of `read`. For all pictures, the source is read to count them."""
        width, height = self._source.size
        count = len(self._durations()) if index is None or index is ... else None
        shape = (height, width, 3) if count is None else (count, height, width, 3)
        return ImageProperties(shape, np.dtype(np.uint8), n_images=count, is_batch=count is not None)

    def metadata(self, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Durations of pictures, as `write` takes them.

        duration  milliseconds of the picture, or a list with those of all; the source is read for that
        fps       mean number of pictures a second; only of all
        loop      number of repetitions, 0 for ever, None: none; only of all, where the source says it
        """
        durations = self._durations()
        if index is not None and index is not ...:
            place = _whole(index)
            if not -len(durations) <= place < len(durations):
                raise _missing(self._source, place)
            return {"duration": durations[place]}
        found: dict[str, Any] = {"duration": durations}
        found["fps"] = 1000 * len(durations) / sum(durations)
        if self._source.plays is not None:
            found["loop"] = {0: 0, 1: None}.get(self._source.plays, self._source.plays - 1)
        return found

    def write(
        self,
        ndimage: Any,
        *,
        is_batch: bool | None = None,
        duration: float | list[float] | None = None,
        fps: float | None = None,
        **options: Any,
    ) -> bytes | None:
        """Add pictures; the GIF is written when the block ends. A file that is there is replaced.

        Args:
            ndimage: an array (h, w), (h, w, 1), (h, w, 3) or (h, w, 4) uint8 or bool; an array or a list of several.
            is_batch: True: there are several; None: seen by the shape.
            duration: milliseconds that a picture is shown, or a list with those of each; None: 100.
            fps: pictures a second, instead of `duration`.
            **options: loop, how often it is repeated (0 for ever, None: it plays once), and those of `gifsom.Writer`:
                quality, max_size, colors, …; with the first picture, or where the file is opened. What imageio's own
                plugins take (optimize, disposal, subrectangles, mode, …) is passed over, with a warning, once.

        Returns:
            The GIF, where "<bytes>" is written to.

        Raises:
            FrameError, SettingError, TargetError: with one line that says what and why; then nothing is written.
        """
        asked = {"duration": duration, "fps": fps} | for_gif(options)
        begun = for_gif(self._options)
        asked = begun | {name: value for name, value in asked.items() if value is not None or name == "loop"}
        times = asked.pop("duration", None), asked.pop("fps", None)
        if self._gif is None:
            self._asked = asked
            self._gif = Writer(self._path, **{"overwrite": True, **asked, "loop": plays(asked.get("loop", 0))})
        elif asked != self._asked:
            raise SettingError("options of a GIF are given with its first picture")
        for picture, seconds in timed(pictures([*ndimage] if is_batch else ndimage), *times):
            self._gif.append(picture, seconds)
        if self.request.raw_uri != RETURN_BYTES:
            return None
        self._finish()
        return self._path.read_bytes()

    def close(self) -> None:
        """Write the GIF, if one was begun."""
        try:
            self._finish()
        finally:
            super().close()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and self._gif is not None:
            self._gif.__exit__(kind, value, trace)
            self._gif = None
        self.close()

    def _finish(self) -> None:
        gif, self._gif = self._gif, None
        if gif is not None:
            gif.close()

    @property
    def _source(self) -> Source:
        if self._clip is None:
            raise FrameError("the file was opened to be written, not to be read")
        return self._clip

    def _open(self, options: dict[str, Any]) -> Source:
        """The clip, with options of `gifsom.open` besides those that the file was opened with."""
        meant = with_meaning({**self._options, **options}, READING)
        return sources.open(self._path, **{"background": "white", **meant})

    def _asked_for(self, mode: str | None, options: dict[str, Any]) -> tuple[Source, str | None]:
        """The clip and the mode that a reader's arguments ask for."""
        asked = dict(options)
        mode = asked.pop("pilmode", None) or mode
        if asked.get("format") in FORMATS:
            mode = mode or FORMATS[asked.pop("format")]
        if asked.pop("as_gray", False):
            mode = "F"
        source = self._source
        return (self._open(asked) if with_meaning(asked, READING) else source), mode

    def _durations(self) -> list[float]:
        """Milliseconds of each picture; the clip's duration is exact once it has been read."""
        starts = [frame.start for frame in self._source.frames()]
        return [round(1000 * (end - start), 3) for start, end in pairwise([*starts, self._source.duration])]


def _whole(index: object) -> int:
    """An index of a picture. Raises `FrameError` for what is no whole number."""
    try:
        return operator.index(index)  # type: ignore[arg-type]
    except TypeError:
        raise FrameError(f"index is {printable(index)}: give a whole number, or ... for all pictures") from None


def _missing(source: Source, index: int) -> FrameError:
    return FrameError(f"{source.name}: there is no picture {index}: they are counted from 0")


def _in_mode(pixels: Pixels, mode: str | None) -> Pixels:
    """A copy of a picture (h, w, 3), in one of Pillow's modes if one is given."""
    if mode in (None, "RGB"):
        return pixels.copy()
    try:
        return np.array(Image.fromarray(pixels).convert(mode))
    except (ValueError, KeyError):
        raise FrameError(f"mode is {printable(mode)}: give one of Pillow's, such as RGB, RGBA or L") from None


known_plugins["gifsom"] = PluginConfig("gifsom", "ImageioPlugin", __name__)
