"""GIF decoders that others wrote, behind one signature, and comparisons of what they show.

A writer and a reader by the same hands share their mistakes, so what the writer makes is shown to these as well. Each
gives the composited canvases, in order, and how long each stays:

| name   | code base                      | package                |
|--------|--------------------------------|------------------------|
| pillow | Pillow's own                   | pillow                 |
| ffmpeg | libavcodec                     | imageio-ffmpeg         |
| cv2    | OpenCV's own                   | opencv-python-headless |
| vips   | libnsgif (NetSurf), in libvips | pyvips, pyvips-binary  |

A decoder whose package is missing is skipped by name: `@pytest.mark.parametrize("decoder", decoders.params())`.

All four agree with the strict validator on what this project writes, and on transparent canvases with two conditions:
- Disposal 2 leaves transparency behind only where each frame has a transparent index. A frame without one is replaced
  by the opaque background colour (in Pillow also where only the first frame has none); browsers ignore that colour.
- OpenCV gives an alpha channel only where the last frame has a transparent index.
"""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from strict import Gif

Canvas = NDArray[np.uint8]  # (height, width, 4) RGBA
Timeline = Sequence[tuple[Canvas, int | None]]  # a canvas and its milliseconds; None where a decoder cannot tell
Decoder = Callable[[Path], list[tuple[Canvas, int | None]]]


def pillow(path: Path) -> list[tuple[Canvas, int | None]]:
    """A delay of 0 is left as it is."""
    from PIL import Image

    frames: list[tuple[Canvas, int | None]] = []
    with Image.open(path) as image:
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            frames.append((np.array(image.convert("RGBA")), int(image.info.get("duration", 0))))
    return frames


def ffmpeg(path: Path) -> list[tuple[Canvas, int | None]]:
    """Decodes twice, since raw video has no times. Delays of 0 and 1 cs are given as 10."""
    imageio_ffmpeg: Any = importlib.import_module("imageio_ffmpeg")

    def run(*arguments: str) -> bytes:
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-f", "gif", "-i", str(path)]
        command += ["-fps_mode", "passthrough", "-enc_time_base", "1:100", *arguments, "-"]
        return subprocess.run(command, check=True, capture_output=True).stdout

    width, height = np.frombuffer(path.read_bytes()[6:10], "<u2").tolist()
    canvases = np.frombuffer(run("-f", "rawvideo", "-pix_fmt", "rgba"), np.uint8).reshape(-1, height, width, 4)
    lines = [line.split(",") for line in run("-f", "framecrc").decode().splitlines() if not line.startswith("#")]
    delays = [10 * int(duration) for _stream, _dts, _pts, duration, *_rest in lines]
    return list(zip(canvases, delays, strict=True))


def cv2(path: Path) -> list[tuple[Canvas, int | None]]:
    """All frames have an alpha channel or none has, as the last one has a transparent index or not."""
    opencv: Any = importlib.import_module("cv2")
    read, animation = opencv.imreadanimation(str(path))
    if not read:
        raise ValueError(f"OpenCV cannot read {path}")
    canvases = [np.dstack([frame[..., 2::-1], _alpha(frame)]) for frame in animation.frames]
    return list(zip(canvases, map(int, animation.durations), strict=True))


def vips(path: Path) -> list[tuple[Canvas, int | None]]:
    """All canvases come as one tall image, which libvips would keep under its path if it weren't told to look again."""
    pyvips: Any = importlib.import_module("pyvips")
    image = pyvips.Image.new_from_file(str(path), n=-1, revalidate=True)
    tall = image.colourspace("srgb").numpy()
    pages = image.get("n-pages")
    canvases = np.dstack([tall[..., :3], _alpha(tall)]).reshape(pages, -1, image.width, 4)
    return list(zip(canvases, map(int, image.get("delay")), strict=True))


def _alpha(pixels: Canvas) -> Canvas:
    """The fourth channel, or opaque where there is none."""
    return pixels[..., 3] if pixels.shape[-1] == 4 else np.full(pixels.shape[:2], 255, np.uint8)


DECODERS: dict[str, Decoder] = {"pillow": pillow, "ffmpeg": ffmpeg, "cv2": cv2, "vips": vips}

# What find_spec must know before a decoder can run, with the distribution that brings it.
_NEEDS = {
    "pillow": {"PIL": "pillow"},
    "ffmpeg": {"imageio_ffmpeg": "imageio-ffmpeg"},
    "cv2": {"cv2": "opencv-python-headless"},
    "vips": {"pyvips": "pyvips", "_libvips": "pyvips-binary"},
}


def _missing(name: str) -> list[str]:
    return [package for module, package in _NEEDS[name].items() if importlib.util.find_spec(module) is None]


def available() -> dict[str, Decoder]:
    """The decoders whose packages are installed."""
    return {name: decoder for name, decoder in DECODERS.items() if not _missing(name)}


def params() -> list[Any]:
    """All decoders for `pytest.mark.parametrize`, each under its name; those that miss a package are skipped."""
    return [
        pytest.param(decoder, id=name, marks=pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}"))
        for name, decoder in DECODERS.items()
        for missing in [_missing(name)]
    ]


def timeline(gif: Gif) -> list[tuple[Canvas, int | None]]:
    """What the strict validator read, in the form of the other decoders."""
    return [(canvas, 10 * image.delay) for canvas, image in zip(gif.canvases(), gif.frames, strict=True)]


def same_canvas(a: Canvas, b: Canvas) -> None:
    """Fail unless both look alike: fully transparent pixels have no colour."""
    assert a.shape == b.shape, f"a canvas of shape {a.shape} against {b.shape}"
    if (differs := _differs(a, b)).any():
        y, x = np.argwhere(differs)[0]
        raise AssertionError(f"{differs.sum()} pixels differ, first ({x}, {y}): {a[y, x]} against {b[y, x]}")


def same_timeline(a: Timeline, b: Timeline) -> None:
    """Fail unless both show the same at every moment, in however many frames.

    Frames that change nothing are merged, and frames of no length left out, since decoders may do so. The delay of a
    still doesn't count, and no time is compared where one of the two cannot tell it: then only the order is.
    """
    left, right = _holds(a), _holds(b)
    timed = len(a) > 1 and len(b) > 1 and not any(delay is None for _, delay in (*left, *right))
    clock = 0
    for index, ((canvas, delay), (other, other_delay)) in enumerate(zip(left, right, strict=False)):
        where = f"hold {index} at {clock} ms" if timed else f"hold {index}"
        try:
            same_canvas(canvas, other)
        except AssertionError as fault:
            raise AssertionError(f"{where}: {fault}") from None
        assert not timed or delay == other_delay, f"{where}: lasts {delay} ms against {other_delay} ms"
        clock += delay or 0
    assert len(left) == len(right), f"{len(left)} different canvases in a row against {len(right)}"


def _holds(frames: Timeline) -> list[tuple[Canvas, int | None]]:
    """Each canvas that differs from the one before it, and how long it stays."""
    holds: list[tuple[Canvas, int | None]] = []
    for canvas, delay in frames:
        if delay == 0 and len(frames) > 1:
            continue
        if holds and not _differs(holds[-1][0], canvas).any():
            before = holds[-1][1]
            holds[-1] = canvas, None if before is None or delay is None else before + delay
        else:
            holds.append((canvas, delay))
    return holds


def _differs(a: Canvas, b: Canvas) -> NDArray[np.bool_]:
    differs: NDArray[np.bool_] = (a != b).any(axis=-1) & ((a[..., 3] != 0) | (b[..., 3] != 0))
    return differs
