"""The plugin of imageio: `imageio.v3.imwrite("x.gif", frames, plugin=gifsom.ImageioPlugin)`.

It reads whatever `gifsom.open` does, as RGB, transparent pixels over a color, and writes GIFs. imageio has no entry
points: importing this module tells it the name "gifsom", for whoever can give a name only.
"""

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
from gifsom.interop.pillow import pictures, plays, timed, with_meaning

if TYPE_CHECKING:
    from imageio.core.request import Request

READING = frozenset(
    [
        "apply_gamma",
        "as_gray",
        "constant_framerate",
        "exifrotate",
        "exclude_applied",
        "filter_graph",
        "filter_sequence",
        "format",
        "is_batch",
        "pilmode",
        "rotate",
        "thread_count",
        "thread_type",
        "writeable_output",
    ]
)
"""Arguments of imageio's readers that change nothing here."""

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
            self._clip = sources.open(self._path, **{"background": "white", **with_meaning(options, READING)})
        except GifsomError as error:
            raise InitializationError(str(error)) from error

    def read(self, *, index: Index = None, mode: str | None = None, **options: Any) -> Pixels:
        """One picture (h, w, 3) uint8, or all of them, (n, h, w, 3).

        Args:
            index: of the picture, from 0, or from the end where it is negative; None or ...: all.
            mode: Pillow's name of another kind of picture, such as "L" or "RGBA".
            **options: those that other plugins take, as for `__init__`.

        Raises:
            FrameError: for an index out of range, and a mode that does not exist.
        """
        if index is None or index is ...:
            return np.stack([*self.iter(mode=mode, **options)])
        with_meaning(options, READING)
        frames = self._source.frames()
        if index >= 0:
            frame = next(islice(frames, index, None), None)
        else:
            last = deque(frames, -index)
            frame = last[0] if len(last) == -index else None
        if frame is None:
            raise FrameError(f"{self._source.name}: there is no picture {index}: they are counted from 0")
        return _in_mode(frame.pixels, mode)

    def iter(self, *, mode: str | None = None, **options: Any) -> Iterator[Pixels]:
        """The pictures, (h, w, 3) uint8 each; `mode` and others as for `read`."""
        with_meaning(options, READING)
        for frame in self._source.frames():
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
            return {"duration": durations[index]}
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
        asked = {"duration": duration, "fps": fps} | with_meaning(options)
        begun = with_meaning(self._options)
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

    def _durations(self) -> list[float]:
        """Milliseconds of each picture; the clip's duration is exact once it has been read."""
        starts = [frame.start for frame in self._source.frames()]
        return [round(1000 * (end - start), 3) for start, end in pairwise([*starts, self._source.duration])]


def _in_mode(pixels: Pixels, mode: str | None) -> Pixels:
    """A copy of a picture (h, w, 3), in one of Pillow's modes if one is given."""
    if mode in (None, "RGB"):
        return pixels.copy()
    try:
        return np.array(Image.fromarray(pixels).convert(mode))
    except (ValueError, KeyError):
        raise FrameError(f"mode is {printable(mode)}: give one of Pillow's, such as RGB, RGBA or L") from None


known_plugins["gifsom"] = PluginConfig("gifsom", "ImageioPlugin", __name__)
