"""MP4: H.264 by the ffmpeg that imageio-ffmpeg ships, at a constant rate, over white."""

import subprocess
import tempfile
from collections.abc import Iterable
from fractions import Fraction
from math import ceil
from typing import IO, Final

import imageio_ffmpeg
import numpy as np

from gifsom.core.errors import TargetUnwritable, printable
from gifsom.core.files import replacing_file
from gifsom.core.frame import Frame
from gifsom.core.progress import reported
from gifsom.core.result import Result
from gifsom.core.source import Source
from gifsom.core.timing import nearest, slots
from gifsom.core.values import QUALITY
from gifsom.export.base import Order, opaque

FASTEST: Final = 60.0
"""Highest frame rate of an MP4."""

STEADY: Final = 25.0
"""Lowest frame rate of an MP4: no picture comes more than 20 ms early or late."""


def write_mp4(order: Order) -> Result:
    clip = order.clip
    rate = _steady_rate(clip)
    width, height = (side + side % 2 for side in clip.size)  # chroma is subsampled by 2
    with replacing_file(order.path, order.overwrite) as part, tempfile.TemporaryFile() as log:
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"]
        command += ["-video_size", f"{width}x{height}", "-framerate", str(rate), "-i", "-"]
        command += ["-vf", "scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p", "-c:v", "libx264"]
        for name in ("-colorspace", "-color_primaries", "-color_trc"):
            command += [name, "bt709"]
        command += ["-crf", str(_crf(order.quality or QUALITY)), "-movflags", "+faststart", "-f", "mp4", f"file:{part}"]
        # A new session: Ctrl-C reaches this process alone, which then ends the child in its own order.
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=log, start_new_session=True)
        assert child.stdin is not None
        try:
            shown = _feed(
                child.stdin, reported(clip.frames(), "Writing", clip.count, order.progress), clip, float(rate)
            )
            child.stdin.close()
            status = child.wait()
        except BrokenPipeError:
            status = child.wait() or 1
        finally:
            child.kill()
            child.wait()
        if status:
            log.seek(0)
            words = log.read().decode("utf-8", "replace").strip().splitlines() or [f"status {status}"]
            raise TargetUnwritable(f"{printable(order.path)}: ffmpeg cannot write it ({printable(words[-1])})")
        size = part.stat().st_size
    return order.result(size, shown, exact=False, size=(width, height), seconds=shown / float(rate))


def _feed(pipe: IO[bytes], frames: Iterable[Frame], clip: Source, rate: float) -> int:
    """Write each frame as often as it is shown at a constant rate. Returns the number of frames written."""
    shown = 0
    held = b""
    for frame in frames:
        due = nearest(frame.start * rate)
        for _ in range(shown, due):
            pipe.write(held)
        shown = max(shown, due)
        height, width = frame.pixels.shape[:2]
        held = np.pad(opaque(frame), ((0, height % 2), (0, width % 2), (0, 0)), "edge").tobytes()
    end = max(shown + 1, slots(clip.duration, rate))
    for _ in range(shown, end):
        pipe.write(held)
    return end


def _steady_rate(clip: Source) -> Fraction:
    """The clip's own rate, or a multiple, from STEADY to FASTEST; a picture alone stays one frame."""
    rate = clip.rate or FASTEST
    if clip.count == 1:
        return Fraction(min(FASTEST, rate)).limit_denominator(1001)
    return Fraction(min(FASTEST, rate * ceil(STEADY / rate))).limit_denominator(1001)


def _crf(quality: int) -> int:
    """x264's constant rate factor, 14 to 48; at the default quality 21, which looks like the source."""
    return nearest(14 + 0.34 * (100 - quality))
