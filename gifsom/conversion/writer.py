"""Writer: a GIF of pictures that are handed over one by one."""

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self, Unpack

from numpy.typing import ArrayLike

from gifsom.conversion.pipeline import convert
from gifsom.core.errors import FrameError, SettingError
from gifsom.core.files import check_target
from gifsom.core.result import Result
from gifsom.core.values import check_rate, parse_color
from gifsom.options.conversion import ConvertOptions
from gifsom.options.table import WriterOptions
from gifsom.sources.arrays import StoredClip, to_masked

if TYPE_CHECKING:
    from PIL.Image import Image


class Writer:
    """Collects frames and writes them as one GIF when the block ends; nothing is written when it ends in an error.

    >>> import numpy as np
    >>> with gifsom.Writer("plot.gif", fps=20) as gif:
    ...     for level in range(0, 250, 25):
    ...         gif.append(np.full((24, 32, 3), level, np.uint8))
    >>> gif.result.seconds
    0.5
    """

    def __init__(self, path: "str | Path | BinaryIO", fps: float = 10.0, **options: Unpack[WriterOptions]) -> None:
        """Begin a GIF.

        Args:
            path: of the GIF, or a binary stream that it is written to.
            fps: frames a second, above 0, for frames without a time of their own. A GIF plays 50 at most: of more,
                some are left out, and those that stay keep their times.
            **options: as for `gifsom.convert`, but those about time: colors, loop, background, overwrite, seed, width.

        Raises:
            SettingError, TargetError: before any frame is taken.
        """
        for name in ("start", "end", "duration"):
            if name in options:
                raise SettingError(f"{name} is for clips: append the frames that are wanted")
        check_rate(fps)
        settings = ConvertOptions.of({**options})
        self.result: Result | None = None
        self._closed = False
        self._path = path
        self._seconds = 1 / fps
        self._options = options
        self._background = None if settings.background is None else parse_color(settings.background)
        if isinstance(path, str | Path):
            check_target(Path(path), settings.overwrite)
        self._clip = StoredClip()

    def append(self, picture: "ArrayLike | Image", seconds: float | None = None) -> None:
        """Add a frame.

        Args:
            picture: an array (h, w, 3) or (h, w, 4) uint8, or a PIL image; all of one size. What is less than half
                opaque is transparent, unless there is a background.
            seconds: how long it is shown, above 0; None: 1 / fps.

        Raises:
            FrameError: for another shape, dtype or size; it says which. Also after `close`.
            SettingError: for a time that is not above 0, or without end.
        """
        if self._closed:
            raise FrameError("the GIF is written: a frame cannot come after its end")
        if seconds is not None and not 0 < seconds < float("inf"):
            raise SettingError(f"a frame cannot be shown for {seconds:g} s: give a time above 0")
        pixels, mask = to_masked(picture, None, self._background)
        self._clip.append(pixels, seconds or self._seconds, mask)

    def close(self) -> Result:
        """Write the GIF and say what it is, as `gifsom.convert` does. Raises `FrameError` where there is no frame."""
        if self.result is None:
            self._closed = True
            try:
                self.result = convert(self._clip, self._path, **self._options)
            finally:
                self._clip.close()
        return self.result

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._clip.close()
