"""Videos by the ffmpeg that imageio-ffmpeg ships, at a constant rate and without sound.

MP4 is H.264 over white, WebM is VP9, with alpha where the clip is transparent.
"""

import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Final

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
from gifsom.edit.frames import with_alpha
from gifsom.export.base import Order, opaque

FASTEST: Final = 60.0
"""Highest frame rate of a video."""

STEADY: Final = 25.0
"""Lowest frame rate of a video: no picture comes more than 20 ms early or late."""


def write_mp4(order: Order) -> Result:
    crf = nearest(14 + 0.34 * (100 - _quality(order)))  # 14 to 48; 21 at the default quality looks like the source
    coding = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-crf", f"{crf}", "-movflags", "+faststart", "-f", "mp4"]
    return _write(order, coding, alpha=False)


def write_webm(order: Order) -> Result:
    alpha = any(
        frame.mask is not None for frame in reported(order.clip.frames(), "Reading", order.clip.count, order.progress)
    )
    crf = nearest(18 + 0.45 * (100 - _quality(order)))  # 18 to 63; 27 at the default quality looks like the source
    coding = ["-pix_fmt", "yuva420p" if alpha else "yuv420p", "-c:v", "libvpx-vp9", "-crf", f"{crf}", "-b:v", "0"]
    coding += ["-deadline", "good", "-cpu-used", "3", "-row-mt", "1", "-f", "webm"]
    return _write(order, [*coding, *(["-auto-alt-ref", "0"] if alpha else [])], alpha)  # VP9 cannot do both


def _quality(order: Order) -> int:
    return QUALITY if order.quality is None else order.quality


def _write(order: Order, coding: list[str], alpha: bool) -> Result:
    """Write a video with options of ffmpeg; without `alpha` over white."""
    clip = order.clip
    rate = _steady_rate(clip)
    width, height = (side + side % 2 for side in clip.size)  # chroma is subsampled by 2
    head = ["-f", "rawvideo", "-pix_fmt", "rgba" if alpha else "rgb24", "-video_size", f"{width}x{height}"]
    colors = ["-vf", "scale=out_color_matrix=bt709:out_range=tv"]
    for name in ("-colorspace", "-color_primaries", "-color_trc"):
        colors += [name, "bt709"]
    with replacing_file(order.path, order.overwrite) as part:
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *head, "-framerate", str(rate), "-i", "-"]
        frames = reported(clip.frames(), "Writing", clip.count, order.progress)
        shown = _run([*command, *colors, *coding, f"file:{part}"], _raw(frames, clip, float(rate), alpha), order.path)
        size = part.stat().st_size
    return order.result(
        size, shown, exact=False, size=(width, height), seconds=shown / float(rate), muted=order.clip.sound
    )


def _run(command: list[str], pictures: Iterable[bytes], path: Path) -> int:
    """Feed ffmpeg. Returns the number of pictures; raises `TargetUnwritable` with its own words."""
    with tempfile.TemporaryFile() as log:
        # A new session: Ctrl-C reaches this process alone, which then ends the child in its own order.
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=log, start_new_session=True)
        assert child.stdin is not None
        count = 0
        try:
            for picture in pictures:
                child.stdin.write(picture)
                count += 1
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
            raise TargetUnwritable(f"{printable(path)}: ffmpeg cannot write it ({printable(words[-1])})")
    return count


def _raw(frames: Iterable[Frame], clip: Source, rate: float, alpha: bool) -> Iterator[bytes]:
    """Each frame's bytes, with even sides, as often as it is shown at a constant rate."""
    shown = 0
    held = b""
    for frame in frames:
        due = nearest(frame.start * rate)
        for _ in range(shown, due):
            yield held
        shown = max(shown, due)
        height, width = frame.pixels.shape[:2]
        picture = np.asarray(with_alpha(frame)) if alpha else opaque(frame)
        held = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), "edge").tobytes()
    for _ in range(shown, max(shown + 1, slots(clip.duration, rate))):
        yield held


def _steady_rate(clip: Source) -> Fraction:
    """The clip's own rate, or a multiple, from STEADY to FASTEST; a picture alone stays one frame."""
    rate = clip.rate or FASTEST
    if clip.count == 1:
        return Fraction(min(FASTEST, rate)).limit_denominator(1001)
    return Fraction(min(FASTEST, rate * ceil(STEADY / rate))).limit_denominator(1001)
