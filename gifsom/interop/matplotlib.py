"""Animations of matplotlib as GIFs: `animation.save("x.gif", writer=gifsom.MatplotlibWriter(fps=20))`.

matplotlib has no entry points for writers: importing this module tells it the name "gifsom", for whoever can give a
name only, as in `matplotlib.rcParams["animation.writer"]`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, Self, Unpack

import numpy as np

from gifsom.core.errors import PackageMissing
from gifsom.options.table import WriterOptions

try:
    from matplotlib import rc_context
    from matplotlib.animation import AbstractMovieWriter, writers
except ImportError as error:
    raise PackageMissing("gifsom.MatplotlibWriter needs matplotlib: pip install 'gifsom[figure]'") from error

if TYPE_CHECKING:
    from gifsom.conversion.writer import Writer


@writers.register("gifsom")
class MatplotlibWriter(AbstractMovieWriter):
    """Writes an animation of matplotlib as a GIF; an existing file is replaced, as by matplotlib's own writers.

    >>> animation.save("plot.gif", writer=gifsom.MatplotlibWriter(fps=20))  # doctest: +SKIP
    >>> animation.save("plot.gif", writer=gifsom.MatplotlibWriter(fps=20, quality=70))  # doctest: +SKIP
    """

    _gif: "Writer"

    def __init__(
        self,
        fps: float = 5,
        *,
        metadata: dict[str, str] | None = None,
        codec: str | None = None,
        bitrate: int | None = None,
        extra_args: list[str] | None = None,
        **options: Unpack[WriterOptions],
    ) -> None:
        """Configure a writer.

        Args:
            fps: frames a second, above 0; of more than 50, a GIF shows some.
            metadata, codec, bitrate, extra_args: of other writers; ignored, since a GIF has none of it.
            **options: as for `gifsom.Writer`: quality, max_size, colors, loop, …
        """
        super().__init__(fps, metadata)  # type: ignore[arg-type]
        self._options: WriterOptions = {"overwrite": True, **options}

    @classmethod
    def isAvailable(cls) -> bool:  # noqa: N802 - matplotlib's name
        return True

    def setup(self, fig: Any, outfile: Any, dpi: float | None = None) -> None:
        """Begin a GIF of `fig` at `outfile`. Raises `SettingError` and `TargetError` before anything is drawn."""
        from gifsom.conversion.writer import (
            Writer,  # here: who imports matplotlib.animation does not wait for all of gifsom
        )

        super().setup(fig, outfile, dpi)
        self._gif = Writer(outfile, self.fps, **self._options)

    @contextmanager
    def saving(self, fig: Any, outfile: Any, dpi: float | None, *args: Any, **kwargs: Any) -> Iterator[Self]:
        """Context between `setup` and `finish`, as matplotlib's. An error in the block leaves no file."""
        self.setup(fig, outfile, dpi, *args, **kwargs)
        with rc_context({"savefig.bbox": None}), self._gif:
            yield self

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        """Add the figure as it is; all frames have its size in pixels, so format and dpi cannot be chosen."""
        stream = BytesIO()
        self.fig.savefig(stream, **{**savefig_kwargs, "format": "rgba", "dpi": self.dpi})
        width, height = self.frame_size
        self._gif.append(np.frombuffer(stream.getbuffer(), np.uint8).reshape(height, width, 4))

    def finish(self) -> None:
        self._gif.close()
