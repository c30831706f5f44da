"""Result: the file that was written, whichever way: converted, optimized, exported."""

from dataclasses import dataclass
from pathlib import Path

from gifsom.core.frame import Shortfall
from gifsom.core.html import embedded


@dataclass(frozen=True, slots=True)
class Fit:
    """The cost of a size limit.

    limit    bytes that the GIF may have
    quality  at which it was coded, 1 to 100; None: every pixel with its nearest color
    fps      frames a second where they were lowered, else None
    width    pixels where it was lowered, else None
    """

    limit: int
    quality: float | None
    fps: float | None
    width: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A file that was written, or a folder of pictures.

    path          of the file or folder; of a stream "-"
    bytes         its size, of all pictures where it is a folder
    size          width and height in pixels
    frames        images in it; a frame that changes nothing needs none
    seconds       that it plays
    exact         every pixel has the very color of its source
    quality       at which it was coded, 1 to 100; None: every pixel has the nearest color, or its very own
    colors        in the palette of a GIF; None: it is none
    tables        color tables in a GIF: more than one where images have their own
    elapsed       seconds that it took
    shortfall     the part of the source that could not be read, or None
    fit           the cost of the size limit, or None where none was asked, or needed by `optimize`
    copied        it has the very bytes of a GIF that it was made of: nothing smaller was found
    source_bytes  size of the GIF that `optimize` was given; else None
    muted         it could have sound, and its source has some that is left out
    full_size     width and height before the usual width made it smaller; None: nothing did, but what was asked
    notes         effects of edits, such as how much was cut, and what could not be done as it was asked
    """

    path: Path
    bytes: int
    size: tuple[int, int]
    frames: int
    seconds: float
    exact: bool
    quality: float | None
    colors: int | None = None
    tables: int = 0
    elapsed: float = 0.0
    shortfall: Shortfall | None = None
    fit: Fit | None = None
    copied: bool = False
    source_bytes: int | None = None
    muted: bool = False
    full_size: tuple[int, int] | None = None
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str | None:
        return embedded(self.path)
