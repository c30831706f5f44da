"""Probe of a video file: the stream that is shown, and what must be known to show it right.

ffmpeg's log is read by its tokens, wherever they stand, and what it says of a picture gives way to the pictures that
are decoded.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Final, Self

from gifsom.core.errors import SettingError, SourceRefused, SourceUnreadable, printable, too_large
from gifsom.sources import edit_lists, fields
from gifsom.sources.ffmpeg import LOG, TELLER, Stream, run, shown, source, trouble

FASTEST: Final = 2000.0
"""Frames a second above which a rate is none, but the clock of the file's times."""

PICTURES: Final = 24
"""Pictures that are decoded to see what they are."""

LATE: Final = 2.0
"""Seconds of a clip above which its midst may be looked at, too."""

MINUTE: Final = 60
"""Seconds in which the pictures of streams are counted."""

FEWER: Final = 0.95
"""Streams have as many pictures as another if they have that part of them."""

FIRST_FPS_MODE: Final = (59, 37)
"""The libavcodec of ffmpeg 5.1, the first that has the option -fps_mode."""

_ALPHA = re.compile(r"rgba|argb|bgra|abgr|yuva|gbrap|^ya\d|pal8")
_YUV = re.compile(r"yuv|nv\d|[py]\d\d\d|uyvy|yvyu|vuy")
_STREAM = re.compile(r"\[info\]\s+Stream #0:(\d+)\S*: (\w+): (.*)")
_SIZED = re.compile(r"(?:, (?P<format>[a-z]\w+)(?:\((?P<color>[^)]*)\))?)?, (?P<width>\d+)x(?P<height>\d+)\b")
_ASPECT = re.compile(r"SAR (\d+):(\d+)")
_RATE = re.compile(r"([\d.]+)(k?) (fps|tbr)")
_DURATION = re.compile(r"\[info\] +(?:Duration: |DURATION +: )(\d+):(\d+):(\d+(?:\.\d+)?)")
_START = re.compile(r", start:? (-?[\d.]+)")
_ROTATION = re.compile(r"\[info\] +display ?matrix: rotation of (-?[\d.]+)", re.IGNORECASE)
_INPUT = re.compile(r"\[info\] Input #0, (\S+), from ")
_LIBRARY = re.compile(r"\[info\] +libavcodec +(\d+)\. *(\d+)\.")
_PICTURE = re.compile(r" fmt:(?P<format>\w+) .*?\bsar:(\d+)/(\d+) s:(\d+)x(\d+) i:(.)")
_PACE = re.compile(rf"\[{TELLER} @ \w+\] \[info\] config in .*frame_rate: (\d+)/(\d+)")
_LIGHT = re.compile(
    rf"\[{TELLER} @ \w+\] \[info\] color_range:.* color_space:(\S+) color_primaries:(\S+) color_trc:(\S+)"
)
_TOO_LARGE = re.compile(r"Picture size (\d+x\d+) exceeds specified max pixel count")
_HDR = ("smpte2084", "arib-std-b67")
_UNSAID = ("unknown", "unspecified", "reserved", "")


@dataclass(frozen=True, slots=True)
class Entry:
    """A stream as the log lists it.

    index  of the stream in the file
    kind   Video, Audio, Data, ...
    rest   of its line
    own    the lines that follow, up to the next stream
    """

    index: int
    kind: str
    rest: str
    own: tuple[str, ...]

    @property
    def is_video(self) -> bool:
        return self.kind == "Video" and not any(f"({what})" in self.rest for what in ("attached pic", "still image"))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as they are stored; 0 where the log does not say."""
        sized = _SIZED.search(self.rest)
        return (int(sized["width"]), int(sized["height"])) if sized else (0, 0)

    @property
    def format(self) -> str:
        sized = _SIZED.search(self.rest)
        return sized["format"] or "" if sized else ""

    @property
    def light(self) -> str:
        """Text in brackets behind the pixel format."""
        sized = _SIZED.search(self.rest)
        return sized["color"] or "" if sized else ""

    @property
    def shape(self) -> tuple[int, int]:
        """The size on a screen of square pixels, after rotation."""
        aspect = _ASPECT.search(self.rest)
        width, height = _square(*self.size, *(map(int, aspect.groups()) if aspect else (1, 1)))
        turns = [float(match[1]) for match in map(_ROTATION.match, self.own) if match]
        return (height, width) if turns and round(abs(turns[0])) % 180 == 90 else (width, height)


@dataclass(frozen=True, slots=True)
class Look:
    """The first pictures of a stream, decoded.

    format  of the pixels; "": nothing could be decoded
    shape   the size on a screen of square pixels, after rotation
    matrix, primaries, curve
            of the colors and of the light by ffmpeg's names
    pace    frames a second in the mean; None where ffmpeg does not know
    fields  see Stream
    still   nothing moves in them, so that they do not tell their fields
    first   see Stream
    """

    format: str = ""
    shape: tuple[int, int] = (0, 0)
    matrix: str = ""
    primaries: str = ""
    curve: str = ""
    pace: Fraction | None = None
    fields: str | None = None
    still: bool = False
    first: float = 0.0

    @classmethod
    def of(cls, lines: list[str]) -> Self:
        times = [time for line in lines if (time := shown(line))]
        pictures = [match for line in lines if shown(line) and (match := _PICTURE.search(line))]
        if not pictures:
            return cls()
        first = pictures[0]
        light = next((match for match in map(_LIGHT.match, lines) if match), None)
        pace = next((match for match in map(_PACE.match, lines) if match), None)
        return cls(
            first["format"],
            _square(*(int(first[place]) for place in (4, 5, 2, 3))),
            light[1] if light else "",
            light[2] if light else "",
            light[3] if light else "",
            Fraction(int(pace[1]), int(pace[2])) if pace and int(pace[1]) and int(pace[2]) else None,
            fields.order([match[6] for match in pictures], lines),
            fields.still(lines),
            max(0.0, times[0].time),
        )


def probe(path: os.PathLike[str], max_pixels: int, demuxer: tuple[str, ...] = (), number: int | None = None) -> Stream:
    """The video stream of a local file that players show: a default one; then the most pictures, then the largest.

    `demuxer` has the options for a file that does not say what it is; `number` chooses a stream by its index.

    Raises `SourceUnreadable` where there is none, `SourceRefused` for a picture of more than `max_pixels`,
    `SettingError` for a number that no video stream has.
    """
    lines = _looked_at(path, max_pixels, demuxer, "0:V:0?" if number is None else f"0:{number}?")
    for line in lines:
        LOG.debug("%s", line)
    listed = _listed(lines)
    videos = [entry for entry in listed if entry.is_video]
    look = Look.of(lines)
    if listed and not videos and any(entry.kind == "Video" for entry in listed):
        raise SourceUnreadable(f"{printable(path)}: there is no video in it, only a picture that is its cover")
    if not look.format and not any(entry.size[0] for entry in videos):
        refused = next((match[1] for match in map(_TOO_LARGE.search, lines) if match), None)
        if refused is not None:
            raise SourceRefused(too_large(path, refused, max_pixels))
        raise SourceUnreadable(f"{printable(path)}: {_why_not(listed, lines)}")
    best = _best(path, max_pixels, demuxer, videos, number)
    if number is None and videos and best is not videos[0]:
        look = Look.of(_looked_at(path, max_pixels, demuxer, f"0:{best.index}"))
    width, height = best.size if best.size[0] else look.shape
    if width * height > max_pixels:
        raise SourceRefused(too_large(path, f"{width}x{height}", max_pixels))
    stream = _described(path, demuxer, best, look, listed, lines)
    return replace(stream, fields=_fields(path, max_pixels, stream, look))


def _looked_at(
    path: os.PathLike[str], max_pixels: int, demuxer: tuple[str, ...], stream: str, entry: tuple[str, ...] = ()
) -> list[str]:
    """The log of the first pictures of a stream, or from an entry on; it begins with what is in the file."""
    graph = ["-map", stream, "-vf", f"{TELLER}=checksum=0,{fields.LOOKER}", "-frames:v", f"{PICTURES}"]
    return run(path, max_pixels, *entry, *source(path, demuxer), *graph, "-f", "null", "-")[2]


def _fields(path: os.PathLike[str], max_pixels: int, stream: Stream, look: Look) -> str | None:
    """See `Stream`. Where nothing moves at first, the midst is looked at; what only looks so is looked at again."""
    found: str | None = look.fields
    entry: tuple[str, ...] = ()
    possible = look.shape[1] <= fields.TALLEST and (stream.pace or 0) <= fields.QUICKEST
    usual = possible and look.shape[1] in fields.HEIGHTS
    if found is None and look.still and usual and (stream.duration or 0) > LATE:
        entry = ("-ss", f"{(stream.duration or 0) / 2:.3f}")
        found = Look.of(_looked_at(path, max_pixels, stream.demuxer, f"0:{stream.index}", entry)).fields
    if found not in fields.CERTAIN:
        return found
    gray = f"scale={fields.WIDTH}:ih,format=gray,{TELLER}=checksum=0"
    graph = ["-map", f"0:{stream.index}", "-vf", gray, "-frames:v", f"{fields.PICTURES}", "-f", "rawvideo", "-"]
    _, raw, lines = run(path, max_pixels, "-noautorotate", *entry, *source(path, stream.demuxer), *graph)
    rows = next((int(match[5]) for line in lines if shown(line) and (match := _PICTURE.search(line))), 0)
    return found if possible and fields.confirmed(raw, rows) else None


def _listed(lines: list[str]) -> list[Entry]:
    """The streams of the file, in the order of the log; what is written of them follows, with the same words."""
    end = next((place for place, line in enumerate(lines) if line.startswith("[info] Output #")), len(lines))
    places = [place for place in range(end) if re.match(r"\[info\]\s+Stream (#|group #)", lines[place])]
    found: dict[int, Entry] = {}
    for place, after in pairwise([*places, end]):
        stream = _STREAM.match(lines[place])
        if stream and int(stream[1]) not in found:
            found[int(stream[1])] = Entry(int(stream[1]), stream[2], stream[3], tuple(lines[place + 1 : after]))
    return [found[index] for index in sorted(found)]


def _best(
    path: os.PathLike[str],
    max_pixels: int,
    demuxer: tuple[str, ...],
    videos: list[Entry],
    number: int | None,
) -> Entry:
    if number is not None:
        chosen = next((entry for entry in videos if entry.index == number), None)
        if chosen is None:
            there = ", ".join(str(entry.index) for entry in videos)
            raise SettingError(f"{printable(path)}: stream {number} is no video; of its streams, those are: {there}")
        return chosen
    if not videos:  # it is there, since it could be decoded, but the log calls it otherwise than any that is known
        return Entry(0, "Video", "", ())
    first = [entry for entry in videos if "(default)" in entry.rest] or videos
    if len(first) == 1:
        return first[0]
    maps = [argument for entry in first for argument in ("-map", f"0:{entry.index}")]
    copy = ["-c", "copy", "-t", f"{MINUTE}", "-f", "framecrc", "-"]
    _, packets, _ = run(path, max_pixels, *source(path, demuxer), *maps, *copy)
    counts = Counter(int(line.split(b",")[0]) for line in packets.splitlines() if re.match(rb"\d+,", line))
    many = [entry for place, entry in enumerate(first) if counts[place] >= FEWER * max(counts.values(), default=0)]
    return max(many, key=lambda entry: entry.size[0] * entry.size[1])


def _why_not(listed: list[Entry], lines: list[str]) -> str:
    words = trouble([line for line in lines if "[out#" not in line and "utput file" not in line])
    if any(entry.kind == "Video" for entry in listed):
        return f"its video cannot be decoded{words}"
    return "there is no video in it" if listed else f"not a video that can be read{words}"


def _described(
    path: os.PathLike[str], demuxer: tuple[str, ...], entry: Entry, look: Look, listed: list[Entry], lines: list[str]
) -> Stream:
    head = next((place for place, line in enumerate(lines) if re.match(r"\[info\]\s+Stream #", line)), len(lines))
    container = next((match[1] for match in map(_INPUT.match, lines) if match), "")
    alone = all(one.kind in ("Data", "Attachment") or one is entry or "(attached pic)" in one.rest for one in listed)

    rates = [(float(value) * (1000 if kilo else 1), name) for value, kilo, name in _RATE.findall(entry.rest)]
    rates = [(rate, name) for rate, name in rates if 0 < rate <= FASTEST]
    of_its_own = [clock for clock in map(_DURATION.match, entry.own) if clock]
    clock = next(iter([*of_its_own, *filter(None, map(_DURATION.match, lines[:head]))]), None)
    declared = int(clock[1]) * 3600 + int(clock[2]) * 60 + float(clock[3]) if clock else 0.0
    if re.search("flv|matroska", container):  # they declare when it ends, not how long it is
        starts = [float(match[1]) for match in map(_START.search, [entry.rest, *lines[:head]]) if match]
        declared -= max(0.0, starts[0]) if starts else 0.0
        own: float | None = declared if alone or of_its_own else None
    else:
        own = edit_lists.shown_seconds(path, entry.index) if "mp4" in container else None
        if own or "avi" in container:  # these are lengths
            declared = look.first + (own or declared)

    hidden = any("alpha_mode" in line and line.rstrip().endswith(": 1") for line in entry.own)
    codec = entry.rest.split(" ", 1)[0].rstrip(",")
    decoder = {"vp8": "libvpx", "vp9": "libvpx-vp9"}.get(codec) if hidden else None  # the native ones drop it
    kind = look.format or entry.format
    curves = [look.curve] if look.curve not in _UNSAID else re.split("[,/ ]+", entry.light)
    hdr = any(curve in _HDR for curve in curves)
    large = entry.size[0] >= 1280 or entry.size[1] > 576
    usual = "bt2020nc" if hdr else "bt709" if large else None
    return Stream(
        index=entry.index,
        decoder=decoder,
        size=look.shape if look.format else entry.shape,
        rate=max((_exact(rate) for rate, _ in rates), default=look.pace),
        duration=declared if declared > 0 else None,
        alpha=hidden or bool(_ALPHA.search(kind)),
        hdr=hdr,
        matrix=usual if usual and _YUV.match(kind) and look.matrix in _UNSAID else None,
        primaries="bt2020" if hdr and look.primaries in _UNSAID else None,
        alone=alone,
        own=own if own and own > 0 else None,
        pace=next((_exact(rate) for rate, name in rates if name == "fps"), look.pace),
        fields=look.fields,
        first=look.first,
        dated=_is_dated(lines),
        sound=any(one.kind == "Audio" for one in listed),
        demuxer=demuxer,
    )


def _is_dated(lines: Iterable[str]) -> bool:
    library = next((match for match in map(_LIBRARY.match, lines) if match), None)
    return library is not None and (int(library[1]), int(library[2])) < FIRST_FPS_MODE


def _square(width: int, height: int, across: int, down: int) -> tuple[int, int]:
    """The size in square pixels of a picture whose pixels have a shape: the wider or higher side grows."""
    if across and down:
        ratio = Fraction(across, down)
        width, height = (round(width * ratio), height) if ratio > 1 else (width, round(height / ratio))
    return max(1, width), max(1, height)


def _exact(rate: float) -> Fraction:
    """The rate that ffmpeg printed with two decimals: 29.97 is 30000/1001."""
    ntsc = Fraction(round(rate) * 1000, 1001)
    return ntsc if rate != round(rate) and abs(float(ntsc) - rate) < 0.006 else Fraction(rate).limit_denominator(1000)
