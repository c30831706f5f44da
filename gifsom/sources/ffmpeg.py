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
from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import Final, NamedTuple, Self

import imageio_ffmpeg

from gifsom.core.errors import SourceUnreadable, printable

LOG = logging.getLogger("gifsom.ffmpeg")

CONTAINERS: Final = (
    "mov,mp4,matroska,webm,avi,mpegts,mpegtsraw,mpeg,mpegvideo,flv,ogg,asf,gxf,mxf,mxf_opatom,nut,rm,wtv,dv,ivf,"
    "obu,av1,h264,hevc,vvc,m4v,mjpeg,yuv4mpegpipe,rawvideo,apng,gif,flic"
)
"""The demuxers that may run: none of them reads a list of other files (as concat, hls, dash, image2 and imf do)."""

PATIENCE: Final = 60.0
"""Seconds without a frame after which ffmpeg is given up."""

DEFAULT_RATE: Final = Fraction(25)
"""Frames a second of a stream that does not say."""

QUEUE_BYTES: Final = 8 << 20
"""Frames that may wait between ffmpeg and the reader, in bytes; at least two frames."""

UNCHANGED: Final = {"GCONV_PATH": "/nonexistent"}
"""Environment that keeps an ffmpeg that has all libraries in it from loading parts of the system's, which breaks it."""

TELLER: Final = f"showinfo@{secrets.token_hex(8)}"
"""The filter that reports the times of pictures, by a name that nothing in a file can imitate."""

_SHOWN = re.compile(rf"\[{TELLER} @ \w+\] \[info\] n: *\d+ pts:.*?pts_time:(-?[\d.]+(?:e-?\d+)?)")
_LENGTH = re.compile(r" duration_time:([\d.]+)")
_OUR_OWN = re.compile("not on whitelist")  # complaints of how it is called, not of the file
_TROUBLE = re.compile(r"(?:\[[^\]]* @ \w+\] )*\[(?:error|fatal)\] (.*)")


@dataclass(frozen=True, slots=True)
class Stream:
    """The video stream of a file, as it is meant to be seen.

    index       of the stream in the file
    decoder     that must be asked for by name, or None for ffmpeg's own choice
    size        width and height on a screen of square pixels, after rotation, in pixels
    rate        frames a second that the stream never exceeds; None where it does not say
    duration    seconds that the file declares; None where it does not say
    alpha       it has transparency
    hdr         its light is coded for high dynamic range (SMPTE ST 2084 or ARIB STD-B67)
    matrix, primaries
                of the colors by ffmpeg's names, where the file does not say them and they are not its usual ones
    alone       there is no other stream that the declared duration could belong to
    own         seconds that the pictures are to be shown, as their track says; None where it does not
    pace        frames a second in the mean; None where it does not say
    fields      order of the two fields that each picture has: "tff", "bff", "auto" as flagged; None: it has none
    first       seconds at which its first picture appears: others may have begun before
    dated       ffmpeg is older than 5.1
    sound       there is sound beside it
    demuxer     options that say what the file does not: those of raw pictures
    """

    index: int
    decoder: str | None
    size: tuple[int, int]
    rate: Fraction | None
    duration: float | None
    alpha: bool
    hdr: bool
    matrix: str | None
    primaries: str | None
    alone: bool
    own: float | None
    pace: Fraction | None
    fields: str | None
    first: float
    dated: bool
    sound: bool = False
    demuxer: tuple[str, ...] = ()


class Shown(NamedTuple):
    """Times of a picture by the log: when it appears, and for how long, 0 where that is not known."""

    time: float
    length: float


def shown(line: str) -> Shown | None:
    """The picture that a line of the log tells of."""
    time = _SHOWN.match(line)
    length = _LENGTH.search(line, time.end()) if time else None
    return Shown(float(time[1]), float(length[1]) if length else 0.0) if time else None


def _guarded(max_pixels: int) -> list[str]:
    safe = ["-protocol_whitelist", "file", "-format_whitelist", CONTAINERS, "-max_pixels", str(max_pixels)]
    # Its threads write into each other's lines, so a complaint may go unseen; a status for damage does not.
    told = ["-loglevel", "level+info", "-max_error_rate", "0"]
    return [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-nostats", *told, *safe]


def source(path: os.PathLike[str], demuxer: tuple[str, ...]) -> list[str]:
    """The arguments that name a file, and what it does not say of itself."""
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
        env=os.environ | UNCHANGED,
        pipesize=1 << 20 if sys.platform == "linux" else -1,
    )


def run(path: os.PathLike[str], max_pixels: int, *arguments: str) -> tuple[int, bytes, list[str]]:
    """Run ffmpeg on a file to its end: its status, all that it wrote, and its log, line by line.

    Raises `SourceUnreadable` where there is no end.
    """
    process = _start([*_guarded(max_pixels), *arguments])
    try:
        out, log = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise SourceUnreadable(f"{printable(path)}: ffmpeg does not come to an end with it") from None
    # It quotes the file's name, which may have line breaks, and its titles, which may have what `splitlines` takes for
    # such: they must not pass for lines of its own.
    said = log.replace(os.fsencode(path), printable(path).encode()).decode("utf-8", "replace")
    return process.returncode, out, said.split("\n")


def trouble(lines: list[str]) -> str:
    """ffmpeg's first complaint, in its own words, to be appended to a message."""
    said = [match[1] for match in map(_TROUBLE.match, lines) if match and not _OUR_OWN.search(match[1])]
    return f" (ffmpeg: {printable(said[0].strip())})" if said else ""


class Reader:
    """A running ffmpeg that writes raw frames of one size; use it as a context manager.

    Two threads serve it: one reads frames ahead, as bytes in a bounded queue, one drains ffmpeg's log. Once `frames`
    is exhausted these are known: `first` and `end`, the times in seconds at which the decoded pictures begin and end
    in the file, the last one as long as one is in the mean where the file does not say; `length`, the seconds that the
    pictures themselves fill; `trouble`, ffmpeg's own first complaint.
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
        self._pace = float(1 / (stream.pace or stream.rate or DEFAULT_RATE))
        self._bytes = frame_bytes
        self._tail: deque[str] = deque(maxlen=200)
        decoder = [f"-c:{stream.index}", stream.decoder] if stream.decoder else []
        entry = ["-ss", f"{seek:.6f}"] if seek else []
        # Without filter reinit, a stream that changes its size keeps its place in time; the scaler follows by itself.
        options = [*decoder, *entry, "-reinit_filter", "0"]
        entered = [*options, *source(path, stream.demuxer), "-map", f"0:{stream.index}"]
        passed = ["-vsync" if stream.dated else "-fps_mode", "passthrough"]
        target = [*passed, "-f", "rawvideo", "-pix_fmt", pixel_format, "-"]
        graph = ["-vf", f"{TELLER}=checksum=0,{filters}"]
        self._process = _start([*_guarded(max_pixels), *entered, *graph, *target])
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
        self.trouble = trouble([line for line in self._tail if "[rawvideo @" not in line and "[out#" not in line])
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
        unknown = 0.0  # of how long the newest one is shown, as long as the file has not said it
        for raw in pipe:
            line = raw.decode("utf-8", "replace").rstrip()
            picture = shown(line)
            if picture is not None:
                start = picture.time + self._offset
                self.first = start if self.first is None else self.first
                self.length += picture.length + (max(0.0, start - newest) if unknown else 0.0)
                unknown = 0.0 if picture.length else self._pace
                if start >= newest:  # a time that jumps back does not shorten the clip
                    newest, self.end = start, start + (picture.length or self._pace)
            elif not line.startswith(f"[{TELLER}"):
                LOG.debug("%s", line)
                self._tail.append(line)
        self.length += unknown


def can_enter(path: os.PathLike[str], stream: Stream, at: float, start: float, max_pixels: int) -> bool:
    """Whether a file may be entered at `at` seconds to show it from `start` on, as if decoded from its beginning.

    Some files decode from their beginning only: entered elsewhere they give green frames, with errors in the log at
    best. In others the decoder comes back to life only behind `start`, or the picture that is on the screen at `start`
    is older than `at`. So two seconds are tried: no complaint, and a picture between `at` and `start`.
    """
    entry = ["-xerror", "-ss", f"{at:.6f}", "-t", f"{start - at + 2:.6f}", *source(path, stream.demuxer)]
    graph = ["-map", f"0:{stream.index}", "-vf", f"{TELLER}=checksum=0", "-f", "null", "-"]
    try:
        status, _, lines = run(path, max_pixels, *entry, *graph)
    except SourceUnreadable:
        return False
    first = next(filter(None, map(shown, lines)), None)
    return status == 0 and first is not None and at + first.time <= start and not trouble(lines)
