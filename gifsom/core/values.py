"""Limits, defaults and how values are read and checked, once, for the API and the command line.

Nothing here opens a file: a value that is wrong only for a certain clip (a start past its end) is noticed where the
clip is known.
"""

import re
from numbers import Integral, Real
from typing import Any, TypeAlias

from gifsom.core.errors import SettingError, printable

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

LATEST = 1e9
"""Seconds, some 30 years, past which nothing can be asked for."""

SHORTEST_IDLE = 0.1
"""Seconds to which a stretch in which nothing changes can be limited."""

DAY = 86_400.0
"""Seconds to which an option can lengthen or limit anything."""

READERS = ("FITS", "pydicom", "rawpy", "tifffile")
"""Plugins of imageio that may read files, by imageio's names: none fetches, runs a program or opens a camera."""

DEINTERLACE = ("auto", "on", "off")
"""Whether the fields of interlaced video are made whole pictures."""

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
"""Default color behind transparent pictures."""

BLACK: Color = (0, 0, 0)
"""Default color around pictures of another shape, where a video is among them."""

_TIME = re.compile(r"(?:(?:(?P<h>\d+):)?(?P<m>\d+):)?(?P<s>\d+(?:\.\d*)?|\.\d+)", re.ASCII)

_UNITED = re.compile(  # such as "90s", "500 ms", "1m5s" or "2 min"
    r"(?=.*[hms])(?:(?P<h>\d+)\s*h)?\s*(?:(?P<m>\d+(?:\.\d*)?|\.\d+)\s*m(?:in)?)?\s*"
    r"(?:(?P<s>\d+(?:\.\d*)?|\.\d+)\s*s(?:ec)?)?\s*(?:(?P<ms>\d+(?:\.\d*)?|\.\d+)\s*ms)?",
    re.ASCII | re.IGNORECASE,
)

_RATE = re.compile(r"(?P<n>\d+(?:\.\d*)?|\.\d+)(?:\s*/\s*(?P<of>\d*[1-9]\d*))?\s*(?:fps)?", re.ASCII | re.IGNORECASE)

_SIZE = re.compile(r"(?P<n>\d+(?:\.\d*)?|\.\d+)\s*(?P<unit>b|[kmg]i?b?)?", re.ASCII | re.IGNORECASE)
_UNITS = {"b": 1} | {
    f"{letter}{end}": base**power
    for power, letter in enumerate("kmg", 1)
    for end, base in (("", 1000), ("b", 1000), ("i", 1024), ("ib", 1024))
}


def parse_seconds(value: Seconds) -> float:
    """Seconds from a number or from text such as "12.5", "1:05", "0:01:05.250", "500ms" or "1m5s"; never negative.

    >>> parse_seconds("0:01:05.250"), parse_seconds("500 ms"), parse_seconds("1m5s")
    (65.25, 0.5, 65.0)
    """
    if isinstance(value, Real) and 0 <= value <= LATEST:
        return float(value)
    written = str(value).strip()
    match = _TIME.fullmatch(written)
    if united := _UNITED.fullmatch(written):
        parts = ((3600, "h"), (60, "m"), (1, "s"), (0.001, "ms"))
        return parse_seconds(sum(length * float(united[name] or 0) for length, name in parts))
    if not match:
        raise SettingError(
            f"'{printable(value)}' is not a time: give seconds from 0 on or a clock, such as 12.5, 1:05, 0:01:05.250"
        )
    hours, minutes, seconds = (float(match[name] or 0) for name in ("h", "m", "s"))
    if (match["h"] and minutes > 59) or (match["m"] and seconds >= 60):
        raise SettingError(f"'{printable(value)}' is not a time: minutes and seconds of a clock end at 59")
    total = hours * 3600 + minutes * 60 + seconds
    if total > LATEST:
        raise SettingError(f"'{printable(value)}' is too late a time: no clip lasts longer than {LATEST:.0f} seconds")
    return total


def parse_size(value: int | str) -> int:
    """Bytes from a number or from text such as "10MB", "500 kB" or "1.5MiB": 1 MB is 1000000 bytes, 1 MiB 1048576.

    >>> parse_size("1.5 MiB")
    1572864
    """
    match = _SIZE.fullmatch(printable(value).strip())
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
        from PIL import ImageColor  # here: `gifsom --help` waits for no pictures

        try:
            color: Color | None = ImageColor.getrgb(value)[:3]
        except ValueError:
            color = None
        if color is None or max(color) > 255:  # Pillow takes rgb(999,0,0)
            raise SettingError(f"'{printable(value)}' is not a color: give a name or #rrggbb")
        return color
    if len(value) != 3 or not all(isinstance(v, int) and 0 <= v <= 255 for v in value):
        raise SettingError(f"{printable(value)} is not a color: give three whole numbers from 0 to 255")
    return value


def span(start: Seconds, end: Seconds | None) -> tuple[float, float | None]:
    """Start and end in seconds; end None stays None. Raises `SettingError` where the end is not after the start."""
    first, last = parse_seconds(start), None if end is None else parse_seconds(end)
    if last is not None and last <= first:
        raise SettingError(f"end ({last:g} s) is not after start ({first:g} s)")
    return first, last


def rate_in(value: object) -> Any:
    """The number of a rate that is text, such as "15", "15fps" or "30000/1001"; all else as it is.

    >>> rate_in("12.5 fps"), round(rate_in("30000/1001"), 2), rate_in("fast")
    (12.5, 29.97, 'fast')
    """
    match = _RATE.fullmatch(value.strip()) if isinstance(value, str) else None
    return float(match["n"]) / float(match["of"] or 1) if match else value


def parse_fps(value: float | str) -> float:
    """Frames a second, as `rate_in` reads them. Raises `SettingError` as `check_rate`."""
    fps = rate_in(value)
    check_rate(fps)
    return float(fps)


def check_fps(fps: float) -> None:
    """Raise `SettingError` for a rate that no GIF can play."""
    if isinstance(fps, bool) or not isinstance(fps, Real) or not 0 < fps <= MAX_FPS:
        raise SettingError(
            f"fps is {printable(fps)}: a GIF can play more than 0 and at most {MAX_FPS:g} frames a second"
        )


def check_rate(fps: float) -> None:
    """Raise `SettingError` for a rate of pictures that is none; of one above `MAX_FPS`, some are shown."""
    if isinstance(fps, bool) or not isinstance(fps, Real) or not 0 < fps <= LATEST:
        raise SettingError(f"fps is {printable(fps)}: give frames a second, above 0")


def check_seconds(name: str, value: float, low: float) -> None:
    """Raise `SettingError` for what is no number of seconds from `low` to a day."""
    if isinstance(value, bool) or not isinstance(value, Real) or not low <= value <= DAY:
        raise SettingError(f"{name} is {printable(value)}: give seconds from {low:g} on, at most a day")


def check_share(name: str, value: float) -> None:
    """Raise `SettingError` for what is no number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value <= 1:
        raise SettingError(f"{name} is {printable(value)}: give a part, from 0 to 1 or in percent")


def check_whole(name: str, value: int, low: int, high: int) -> None:
    """Raise `SettingError` for what is no whole number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or not low <= value <= high:
        said = str(value) if isinstance(value, float) else printable(value)  # 80.0 is no whole number, and 80 is one
        raise SettingError(f"{name} is {said}: give a whole number from {low} to {high}")
