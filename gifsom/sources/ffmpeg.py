"""The ffmpeg that imageio-ffmpeg ships, as a child process: streams of a file, and its frames as raw bytes.

ffmpeg is given real containers of local files only. Its `file:` prefix keeps a name from being taken for an address or
an option; the list of containers keeps out playlists and scripts, which would make it open other files; the list of
protocols keeps references inside a container from being fetched.
"""

import logging
import os
import queue
import re
import secrets
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from types import TracebackType
from typing import Final, Self

import imageio_ffmpeg

from gifsom.core.errors import SourceRefused, SourceUnreadable, printable, too_large

LOG = logging.getLogger("gifsom.ffmpeg")

CONTAINERS: Final = (
    "mov,mp4,matroska,webm,avi,mpegts,mpegtsraw,mpeg,mpegvideo,flv,ogg,asf,gxf,mxf,mxf_opatom,nut,rm,wtv,dv,ivf,"
    "obu,av1,h264,hevc,vvc,m4v,mjpeg,yuv4mpegpipe,rawvideo,apng,gif"
)
"""The demuxers that may run: none of them reads a list of other files (as concat, hls, dash, image2 and imf do)."""

PATIENCE: Final = 60.0
"""Seconds without a frame after which ffmpeg is given up."""

QUEUE_BYTES: Final = 8 << 20
"""Frames that may wait between ffmpeg and the reader, in bytes; at least two frames."""

FASTEST: Final = 2000.0
"""Frame rate above which a value is not a rate, but the clock of the file's times."""

_ALPHA = re.compile(r"rgba|argb|bgra|abgr|yuva|gbrap|^ya\d|pal8")
_VIDEO = re.compile(
    r"\[info\]   Stream #0:(?P<index>\d+)\S*: Video: (?P<codec>\w+).*?, (?P<format>[a-z]\w+)(?:\((?P<color>[^)]*)\))?, "
    r"(?P<width>\d+)x(?P<height>\d+)(?P<rest>.*)"
)
_SOUND = re.compile(r"\[info\]   Stream #0:\d+\S*: Audio: ")
_ASPECT = re.compile(r"SAR (\d+):(\d+)")
_RATE = re.compile(r"([\d.]+)(k?) (?:fps|tbr)")
_DURATION = re.compile(r"\[info\] +(?:Duration: |DURATION +: )(\d+):(\d+):(\d+(?:\.\d+)?)")
_ROTATION = re.compile(r"\[info\] +display ?matrix: rotation of (-?[\d.]+)", re.IGNORECASE)
_TELLER: Final = f"showinfo@{secrets.token_hex(8)}"
"""The filter that reports the times of pictures, by a name that nothing in a file can imitate."""

_SHOWN = re.compile(
    rf"\[{_TELLER} @ \w+\] \[info\] n: *\d+ pts:.*?pts_time:(-?[\d.]+)"
    r"(?: +duration: *-?\d+ duration_time:([\d.]+))?"
)
_TOO_LARGE = re.compile(r"Picture size (\d+x\d+) exceeds specified max pixel count")
_OUR_OWN = re.compile("output file must|not on whitelist")  # complaints about our command line, not the file
_TROUBLE = re.compile(r"(?:\[[^\]]* @ \w+\] )*\[(?:error|fatal)\] (.*)")


@dataclass(frozen=True, slots=True)
class Stream:
    """The video stream of a file, as it is meant to be seen.

    index     of the stream in the file
    decoder   to be requested by name, or None for ffmpeg's own choice
    size      width and height on a screen of square pixels, after rotation, in pixels
    rate      frames a second that the stream never exceeds; None where it does not say
    duration  seconds that the file declares; None where it does not say
    alone     there is no other stream that the declared duration could belong to
    alpha     it has transparency
    hdr       it is coded for high dynamic range (SMPTE ST 2084 or ARIB STD-B67)
    sound     there is sound beside it
    demuxer   options that the file itself does not give: those of raw pictures
    """

    index: int
    decoder: str | None
    size: tuple[int, int]
    rate: Fraction | None
    duration: float | None
    alone: bool
    alpha: bool
    hdr: bool
    sound: bool = False
    demuxer: tuple[str, ...] = ()


def _guarded(max_pixels: int) -> list[str]:
    safe = ["-protocol_whitelist", "file", "-format_whitelist", CONTAINERS, "-max_pixels", str(max_pixels)]
    # Its threads write into each other's lines, so a complaint may go unseen; a status for damage does not.
    told = ["-loglevel", "level+info", "-max_error_rate", "0"]
    return [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-nostats", *told, *safe]


def _input(path: os.PathLike[str], demuxer: tuple[str, ...]) -> list[str]:
    return [*demuxer, "-i", f"file:{os.fspath(path)}"]


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    LOG.debug("%s", " ".join(command))
    # A session of its own: Ctrl-C reaches this process alone, which then ends the child in its own order.
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        pipesize=1 << 20 if sys.platform == "linux" else -1,
    )


def probe(path: os.PathLike[str], max_pixels: int, demuxer: tuple[str, ...] = ()) -> Stream:
    """The best video stream of a local file: the largest one that is not a cover picture.

    `demuxer` has the options for a file without a header.

    Raises `SourceUnreadable` where there is none, `SourceRefused` for a picture of more than `max_pixels`.
    """
    process = _start([*_guarded(max_pixels), *_input(path, demuxer)])
    try:
        _, log = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise SourceUnreadable(f"{printable(path)}: ffmpeg does not come to an end with it") from None
    lines = _lines(log, path)
    for line in lines:
        LOG.debug("%s", line)
    found = [stream for stream in map(_VIDEO.match, lines) if stream and "(attached pic)" not in stream["rest"]]
    if not found:
        refused = next((match[1] for match in map(_TOO_LARGE.search, lines) if match), None)
        if refused is not None:
            raise SourceRefused(too_large(path, refused, max_pixels))
        raise SourceUnreadable(f"{printable(path)}: {_why_not(lines)}")
    best = max(found, key=lambda stream: int(stream["width"]) * int(stream["height"]))
    if int(best["width"]) * int(best["height"]) > max_pixels:
        raise SourceRefused(too_large(path, f"{best['width']}x{best['height']}", max_pixels))
    return replace(_describe(best, lines), demuxer=demuxer)


def _lines(log: bytes, path: os.PathLike[str]) -> list[str]:
    """Lines of ffmpeg's log.

    It quotes the file's name, which may have line breaks, and its titles, which may have characters that `splitlines`
    breaks at: they must not pass for lines of its own.
    """
    return log.replace(os.fsencode(path), printable(path).encode()).decode("utf-8", "replace").split("\n")


def _why_not(lines: list[str]) -> str:
    words = _trouble(lines)
    if any("Stream #0:" in line and "Video:" in line for line in lines):
        return f"its video cannot be decoded{words}"
    if any("Stream #0:" in line for line in lines):
        return "there is no video in it"
    return f"not a video that can be read{words}"


def _trouble(lines: list[str]) -> str:
    """ffmpeg's first complaint, in its own words, to be appended to a message."""
    said = [match[1] for match in map(_TROUBLE.match, lines) if match and not _OUR_OWN.search(match[1])]
    return f" (ffmpeg: {printable(said[0].strip())})" if said else ""


def _describe(stream: re.Match[str], lines: list[str]) -> Stream:
    first = lines.index(stream.string)
    others = [i for i, line in enumerate(lines) if re.match(r"\[info\]   Stream #0:", line)]
    own = lines[first : next((i for i in others if i > first), len(lines))]  # the stream's line and its side data

    width, height = int(stream["width"]), int(stream["height"])
    aspect = _ASPECT.search(stream["rest"])
    if aspect and int(aspect[1]) and int(aspect[2]):  # square pixels: the wider or higher side grows
        ratio = Fraction(int(aspect[1]), int(aspect[2]))
        width, height = (round(width * ratio), height) if ratio > 1 else (width, round(height / ratio))
    turns = [float(match[1]) for match in map(_ROTATION.match, own) if match]
    if turns and round(abs(turns[0])) % 180 == 90:
        width, height = height, width

    rates = [float(value) * (1000 if kilo else 1) for value, kilo in _RATE.findall(stream["rest"])]
    clocks = [_DURATION.match(line) for line in [*own, *lines[: others[0]]]]
    spans = [int(c[1]) * 3600 + int(c[2]) * 60 + float(c[3]) for c in clocks if c]

    hidden = any("alpha_mode" in line and line.rstrip().endswith(": 1") for line in own)
    decoder = {"vp8": "libvpx", "vp9": "libvpx-vp9"}.get(stream["codec"]) if hidden else None  # the native ones drop it
    return Stream(
        index=int(stream["index"]),
        decoder=decoder,
        size=(max(1, width), max(1, height)),
        rate=max((_exact(rate) for rate in rates if 0 < rate <= FASTEST), default=None),
        duration=spans[0] if spans and spans[0] > 0 else None,
        alone=len(others) == 1,
        alpha=hidden or bool(_ALPHA.search(stream["format"])),
        hdr=any(curve in (stream["color"] or "") for curve in ("smpte2084", "arib-std-b67")),
        sound=any(_SOUND.match(line) for line in lines),
    )


def _exact(rate: float) -> Fraction:
    """The rate that ffmpeg printed with two decimals: 29.97 is 30000/1001."""
    ntsc = Fraction(round(rate) * 1000, 1001)
    return ntsc if rate != round(rate) and abs(float(ntsc) - rate) < 0.006 else Fraction(rate).limit_denominator(1000)


class Reader:
    """A running ffmpeg that writes raw frames of one size; use it as a context manager.

    Two threads serve it: one reads frames ahead, as bytes in a bounded queue, one drains ffmpeg's log. Once `frames`
    is exhausted these are known: `first` and `end`, the times in seconds at which the decoded pictures begin and end
    in the file; `length`, the seconds that the pictures themselves fill; `trouble`, ffmpeg's own first complaint.
    """

    def __init__(
        self,
        path: os.PathLike[str],
        stream: Stream,
        filters: str,
        frame_bytes: int,
        pixel_format: str,
        max_pixels: int,
        seek: float,
    ) -> None:
        self.path = path
        self.first: float | None = None
        self.end = 0.0
        self.length = 0.0
        self.trouble = ""
        self._offset = seek
        self._bytes = frame_bytes
        self._tail: deque[str] = deque(maxlen=200)
        decoder = [f"-c:{stream.index}", stream.decoder] if stream.decoder else []
        entry = ["-ss", f"{seek:.6f}"] if seek else []
        # Without filter reinit, a stream that changes its size keeps its place in time; the scaler follows by itself.
        options = [*decoder, *entry, "-reinit_filter", "0"]
        source = [*options, *_input(path, stream.demuxer), "-map", f"0:{stream.index}"]
        target = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", pixel_format, "-"]
        graph = ["-vf", f"{_TELLER}=checksum=0,{filters}"]
        self._process = _start([*_guarded(max_pixels), *source, *graph, *target])
        self._ready: queue.Queue[bytes | None] = queue.Queue(maxsize=max(2, QUEUE_BYTES // frame_bytes))
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=t, daemon=True) for t in (self._read_frames, self._read_log)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._process.kill()
        self._process.wait()
        while any(thread.is_alive() for thread in self._threads):
            while not self._ready.empty():
                self._ready.get_nowait()
            for thread in self._threads:
                thread.join(timeout=0.01)
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()

    def frames(self) -> Iterator[bytes]:
        """Each frame's bytes. Raises `SourceUnreadable` when ffmpeg hangs."""
        while True:
            try:
                frame = self._ready.get(timeout=PATIENCE)
            except queue.Empty:
                raise SourceUnreadable(f"{printable(self.path)}: ffmpeg gave no frame for {PATIENCE:g} s") from None
            if frame is None:
                break
            yield frame
        self._threads[1].join()
        status = self._process.wait()
        self.trouble = _trouble([line for line in self._tail if "[rawvideo @" not in line and "[out#" not in line])
        if status and not self.trouble:
            self.trouble = f" (ffmpeg ended with status {status})"

    def _read_frames(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        while not self._closing.is_set():
            frame = pipe.read(self._bytes)
            if len(frame) < self._bytes:
                break  # the end, or ffmpeg died within a frame: then the log and the status tell
            self._ready.put(frame)
        self._ready.put(None)

    def _read_log(self) -> None:
        pipe = self._process.stderr
        assert pipe is not None
        newest = float("-inf")
        for raw in pipe:
            line = raw.decode("utf-8", "replace").rstrip()
            shown = _SHOWN.match(line)
            if shown:
                start, length = float(shown[1]) + self._offset, float(shown[2] or 0)
                self.first = start if self.first is None else self.first
                if start >= newest:  # a time that jumps back does not shorten the clip
                    newest, self.end = start, start + length
                self.length += length
            elif not line.startswith(f"[{_TELLER}"):
                LOG.debug("%s", line)
                self._tail.append(line)


def can_enter(path: os.PathLike[str], stream: Stream, at: float, start: float, max_pixels: int) -> bool:
    """Whether a file may be entered at `at` seconds to show it from `start` on, as if decoded from its beginning.

    Some files decode from their beginning only: entered elsewhere they give green frames, with errors in the log at
    best. In others the decoder comes back to life only behind `start`, or the picture that is on the screen at `start`
    is older than `at`. So two seconds are tried: no complaint, and a picture between `at` and `start`.
    """
    command = [*_guarded(max_pixels), "-xerror", "-ss", f"{at:.6f}", "-t", f"{start - at + 2:.6f}"]
    graph = ["-map", f"0:{stream.index}", "-vf", f"{_TELLER}=checksum=0"]
    process = _start([*command, *_input(path, stream.demuxer), *graph, "-fps_mode", "passthrough", "-f", "null", "-"])
    try:
        _, log = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return False
    lines = _lines(log, path)
    first = next((match for match in map(_SHOWN.match, lines) if match), None)
    in_time = first is not None and at + float(first[1]) <= start
    return process.returncode == 0 and in_time and not _trouble(lines)
