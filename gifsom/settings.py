"""Settings: every default and every check of an argument of a conversion, once, for the API and the command line.

Nothing here opens a file: a value that is wrong only for a certain clip (a start past its end) is noticed where the
clip is known.
"""

import re
from dataclasses import dataclass, fields
from math import inf, isfinite
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from PIL import ImageColor

from gifsom.errors import SettingError, printable

if TYPE_CHECKING:
    from gifsom.palette.palette import Palette

MAX_SIDE = 16_000
"""Longest side of a GIF that every known decoder still shows, in pixels (libwebp ends at 16383)."""

MAX_PIXELS = 35_389_440
"""Pixels of a picture, 8192 x 4320, above which a source is refused unless the limit is lifted."""

MAX_FPS = 50.0
"""Frames per second at the shortest delay that players respect, 2 centiseconds."""

VIDEO_FPS = 15.0
"""Rate of a GIF made from a video where none is asked: at most this."""

RECORD_FPS = 15.0
"""Rate of a recording where none is asked."""

SHORTEST_IDLE = 0.1
"""Seconds to which a stretch in which nothing changes can be limited."""

MAP_SIZES = ("auto", "256", "1024")
"""Sizes of the shared map."""

QUALITY = 80
"""Quality where none is asked: on film it looks like the source, unless one is laid over the other."""

DITHERS = ("auto", "none", "blue-noise", "floyd-steinberg")
"""Ways to show colors that the palette does not have."""

VIDEO_WIDTH = 640
"""Width in pixels of a GIF made from a video where none is asked: at most this."""

TABLE = 256
"""Entries of a GIF's color table."""

ANIMATED = TABLE - 1
"""Entries that an animation's table holds: one index is left for "as it is"."""

Color: TypeAlias = tuple[int, int, int]
Seconds: TypeAlias = float | int | str

WHITE: Color = (255, 255, 255)
"""What lies behind transparent pictures where nothing else is asked."""

_TIME = re.compile(r"(?:(?:(?P<h>\d+):)?(?P<m>\d+):)?(?P<s>\d+(?:\.\d*)?|\.\d+)", re.ASCII)

_SIZE = re.compile(r"(?P<n>\d+(?:\.\d*)?|\.\d+)\s*(?P<unit>b|[kmg]i?b?)?", re.ASCII | re.IGNORECASE)
_UNITS = {"b": 1} | {
    f"{letter}{end}": base**power
    for power, letter in enumerate("kmg", 1)
    for end, base in (("", 1000), ("b", 1000), ("i", 1024), ("ib", 1024))
}


def parse_seconds(value: Seconds) -> float:
    """Seconds from a number or from text such as "12.5", "1:05" or "0:01:05.250"; never negative.

    >>> parse_seconds("0:01:05.250")
    65.25
    """
    if isinstance(value, Real) and isfinite(value) and value >= 0:
        return float(value)
    match = _TIME.fullmatch(str(value).strip())
    if not match:
        raise SettingError(
            f"'{printable(value)}' is not a time: give seconds from 0 on or a clock, such as 12.5, 1:05, 0:01:05.250"
        )
    hours, minutes, seconds = int(match["h"] or 0), int(match["m"] or 0), float(match["s"])
    if (match["h"] and minutes > 59) or (match["m"] and seconds >= 60):
        raise SettingError(f"'{printable(value)}' is not a time: minutes and seconds of a clock end at 59")
    return hours * 3600.0 + minutes * 60.0 + seconds


def parse_size(value: int | str) -> int:
    """Bytes from a number or from text such as "10MB", "500 kB" or "1.5MiB": 1 MB is 1000000 bytes, 1 MiB 1048576.

    >>> parse_size("1.5 MiB")
    1572864
    """
    match = _SIZE.fullmatch(str(value).strip())
    size = 0.0 if isinstance(value, bool) or not match else float(match["n"]) * _UNITS[(match["unit"] or "b").lower()]
    if not 1 <= size < 2**63:
        raise SettingError(f"'{printable(value)}' is not a size: give bytes or a unit, such as 750000, 500kB, 10MB")
    return int(size)


def parse_color(value: str | Color) -> Color:
    """Red, green and blue, 0 to 255 each, from a CSS name, "#rrggbb", or three numbers.

    >>> parse_color("rebeccapurple")
    (102, 51, 153)
    """
    if isinstance(value, str):
        try:
            return ImageColor.getrgb(value)[:3]
        except ValueError:
            raise SettingError(f"'{printable(value)}' is not a color: give a name or #rrggbb") from None
    if len(value) != 3 or not all(isinstance(v, int) and 0 <= v <= 255 for v in value):
        raise SettingError(f"{printable(value)} is not a color: give three whole numbers from 0 to 255")
    return value


def span(start: Seconds, end: Seconds | None) -> tuple[float, float | None]:
    """Start and end in seconds; end None stays None. Raises `SettingError` where the end is not after the start."""
    first, last = parse_seconds(start), None if end is None else parse_seconds(end)
    if last is not None and last <= first:
        raise SettingError(f"end ({last:g} s) is not after start ({first:g} s)")
    return first, last


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a conversion is asked to do. Raises `SettingError` for a value outside its range.

    fps         frames per second, 0 < fps <= 50; None: at most 15 for a video, an animation keeps its own delays
    width       pixels, 1 to 16000, never enlarged; None: at most 640 for a video, an animation keeps its own size
    start       seconds (or "1:05") into the clip at which the GIF begins
    end         seconds into the clip at which it ends; None: the clip's own end
    duration    length of the GIF in seconds, instead of `end`
    colors      visible colors, 2 to 256
    palette     a `Palette` of up to 256 colors, or the path of a palette file, instead of learning one
    quality     1 to 100: bytes are weighed against visible errors, the lower, the smaller the file; 100 is as good as
                the colors allow. None: 80; but a clip whose colors all fit is exact. A transparent one gets the nearest
                colors, whatever the quality. With max_size: at most this one, and None is 100
    map_size    colors of the shared map, 256, 1024 or "auto": more than 256 let a frame take a table of its own where
                that pays; "auto" is 1024 unless colors or a palette are given
    dither      patterns for colors that are missing: "none"; "blue-noise", locked to the screen, everywhere;
                "floyd-steinberg", finer, and larger and restless in a clip; "auto": blue noise where bands would show
    max_size    bytes, or "10MB", "500 kB", "1.5MiB", that the GIF may have: quality is lowered for that, and then fps
                and width, unless they are given; None: as many as it takes
    idle_limit  seconds that a stretch lasts at most in which nothing changes; None: as long as it does
    hold_last   seconds that the last frame lasts at least; None: as long as it does
    cursor      of a recording: the pointer is drawn; None: it is
    clicks      of a recording: rings are drawn where buttons are pressed; None: where there are any
    keys        of a recording: keys are drawn as a caption; None: where there are any
    loop        how many times the GIF plays, 0 for ever, up to 65536; None: as an animation says, else for ever
    background  what lies behind a transparent clip (CSS name, "#rrggbb" or three numbers); None: white, and a GIF
                stays transparent
    overwrite   replace a file that is there
    strict      a clip of which only a part can be read is an error
    max_pixels  pixels of a source's picture above which it is refused
    seed        start of the random choice of the training sample: the same seed gives the same bytes
    """

    fps: float | None = None
    width: int | None = None
    start: Seconds = 0.0
    end: Seconds | None = None
    duration: Seconds | None = None
    colors: int = TABLE
    palette: "Palette | str | Path | None" = None
    quality: int | None = None
    map_size: str | int = "auto"
    dither: str = "auto"
    max_size: int | str | None = None
    idle_limit: float | None = None
    hold_last: float | None = None
    cursor: bool | None = None
    clicks: bool | None = None
    keys: bool | None = None
    loop: int | None = None
    background: str | Color | None = None
    overwrite: bool = False
    strict: bool = False
    max_pixels: int = MAX_PIXELS
    seed: int = 0

    def __post_init__(self) -> None:
        if self.fps is not None:
            check_fps(self.fps)
        if self.width is not None:
            check_whole("width", self.width, 1, MAX_SIDE)
        check_whole("colors", self.colors, 2, TABLE)
        if self.palette is not None and self.colors != TABLE:
            raise SettingError("palette and colors exclude each other: a palette has as many as it has")
        if self.quality is not None:
            check_whole("quality", self.quality, 1, 100)
        if str(self.map_size) not in MAP_SIZES:
            raise SettingError(f"map_size is {printable(self.map_size)}: give one of {', '.join(MAP_SIZES)}")
        if self.dither not in DITHERS:
            raise SettingError(f"dither is {printable(self.dither)}: give one of {', '.join(DITHERS)}")
        if self.max_size is not None:
            parse_size(self.max_size)
        check_whole("max_pixels", self.max_pixels, 1, 2**31 - 1)
        check_whole("seed", self.seed, 0, 2**63)
        if self.idle_limit is not None:
            check_seconds("idle_limit", self.idle_limit, SHORTEST_IDLE)
        if self.hold_last is not None:
            check_seconds("hold_last", self.hold_last, 0)
        if self.loop is not None:
            check_whole("loop", self.loop, 0, 65_536)
        if self.end is not None and self.duration is not None:
            raise SettingError("end and duration exclude each other")
        if self.duration is not None and parse_seconds(self.duration) == 0:
            raise SettingError("duration is 0: the GIF would be empty")
        span(self.start, self.end)
        if self.background is not None:
            parse_color(self.background)

    def lossy(self, fits: bool) -> int | None:
        """The best quality at which a clip is coded, of which it is known whether all colors fit; None: exactly."""
        if fits and self.quality in (None, 100):
            return None
        if self.quality is None:
            return QUALITY if self.max_size is None else 100
        return self.quality

    @property
    def limit(self) -> int | None:
        """Bytes that the GIF may have, or None."""
        return None if self.max_size is None else parse_size(self.max_size)

    @property
    def one_table(self) -> bool:
        """Whether all frames share one color table, whatever another would gain."""
        return str(self.map_size) == "256" or self.colors != TABLE or self.palette is not None

    @property
    def span(self) -> tuple[float, float | None]:
        """Start and end in seconds of the part that is converted; the end is None for the clip's own."""
        start = parse_seconds(self.start)
        if self.duration is not None:
            return start, start + parse_seconds(self.duration)
        return start, None if self.end is None else parse_seconds(self.end)

    @classmethod
    def of(cls, options: dict[str, Any]) -> Self:
        """Settings from keyword arguments; a name that does not exist is a TypeError that lists those that do."""
        names = [field.name for field in fields(cls)]
        for name in options:
            if name not in names:
                raise TypeError(f"there is no option {name!r}: there are {', '.join(names)}")
        return cls(**options)


def check_fps(fps: float) -> None:
    """Raise `SettingError` for a rate that no GIF can play."""
    if not 0 < fps <= MAX_FPS:
        raise SettingError(f"fps is {fps:g}: a GIF can play more than 0 and at most {MAX_FPS:g} frames a second")


def check_seconds(name: str, value: float, low: float) -> None:
    """Raise `SettingError` for what is no number of seconds from `low` on."""
    if isinstance(value, bool) or not isinstance(value, Real) or not low <= value < inf:
        raise SettingError(f"{name} is {printable(value)}: give seconds from {low:g} on")


def check_whole(name: str, value: int, low: int, high: int) -> None:
    """Raise `SettingError` for what is no whole number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or not low <= value <= high:
        raise SettingError(f"{name} is {printable(value)}: give a whole number from {low} to {high}")
