"""GIF decoders that others wrote, behind one signature, and comparisons of what they show.

A writer and a reader by the same hands share their mistakes, so what the writer makes is shown to these as well. Each
gives the composited canvases, in order, and how long each stays:

| name        | code base                      | package                             |
|-------------|--------------------------------|-------------------------------------|
| pillow      | Pillow's own                   | pillow                              |
| ffmpeg      | libavcodec                     | imageio-ffmpeg                      |
| cv2         | OpenCV's own                   | opencv-python-headless              |
| vips        | libnsgif (NetSurf), in libvips | pyvips, pyvips-binary               |
| gifsicle    | gifsicle's own                 | Debian gifsicle                     |
| gif2webp    | giflib, libwebp's compositing  | Debian webp                         |
| imagemagick | ImageMagick's own              | Debian imagemagick                  |
| sdl         | SDL_image's own                | pygame-ce                           |
| skia        | Wuffs, in Skia                 | skia-python                         |
| go          | Go's image/gif                 | Debian golang-go                    |
| omggif      | omggif                         | Debian nodejs, npm omggif           |
| gifuct-js   | gifuct-js                      | Debian nodejs, npm gifuct-js        |

A decoder whose package is missing is skipped by name: `@pytest.mark.parametrize("decoder", decoders.params())`.

All agree with the strict validator on what this project writes, and on transparent canvases with two conditions:
- Disposal 2 leaves transparency behind only where each frame has a transparent index. A frame without one is replaced
  by the opaque background colour (in Pillow also where only the first frame has none); browsers ignore that colour.
- OpenCV gives an alpha channel only where the last frame has a transparent index.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest
from numpy.typing import NDArray
from strict import Gif, check

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
    """Raw video has no times, so that these go to stderr. Delays of 0 and 1 cs are given as 10."""
    imageio_ffmpeg: Any = importlib.import_module("imageio_ffmpeg")
    times = ["-fps_mode", "passthrough", "-enc_time_base", "1:100"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-f", "gif", "-i", str(path)]
    command += [*times, "-f", "rawvideo", "-pix_fmt", "rgba", "pipe:1", *times, "-f", "framecrc", "pipe:2"]
    done = subprocess.run(command, check=True, capture_output=True)
    width, height = np.frombuffer(path.read_bytes()[6:10], "<u2").tolist()
    canvases = np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 4)
    lines = [line.split(",") for line in done.stderr.decode().splitlines() if not line.startswith("#")]
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


def gifsicle(path: Path) -> list[tuple[Canvas, int | None]]:
    """Rewritten, as whole canvases where they are opaque (it cannot do so with others), and shown by Pillow."""
    opaque = all(canvas[..., 3].all() for canvas in check(path.read_bytes()).canvases())
    with tempfile.TemporaryDirectory() as folder:
        rewritten = Path(folder, "rewritten.gif")
        subprocess.run(["gifsicle", "-w", "-U" if opaque else "--careful", path, "-o", rewritten], check=True)
        return pillow(rewritten)


def gif2webp(path: Path) -> list[tuple[Canvas, int | None]]:
    """Rewritten without loss, and shown by Pillow.

    Without the loop count, at which it fails where several images show the same, so that it writes but one. And with
    the flag for transparency, which it leaves out where only disposal leaves something transparent.
    """
    with tempfile.TemporaryDirectory() as folder:
        once, rewritten = Path(folder, "once.gif"), Path(folder, "rewritten.webp")
        loop = rb"\x21\xff\x0bNETSCAPE2\.0\x03\x01..\0"
        once.write_bytes(re.sub(loop, b"", path.read_bytes(), count=1, flags=re.DOTALL))
        options = ["-quiet", "-loop_compatibility", "-q", "0", "-m", "0"]
        subprocess.run(["gif2webp", *options, once, "-o", rewritten], check=True)
        data = bytearray(rewritten.read_bytes())
        if data[12:16] == b"VP8X":
            data[20] |= 0x10
            rewritten.write_bytes(data)
        return pillow(rewritten)


def imagemagick(path: Path) -> list[tuple[Canvas, int | None]]:
    """Delays go to stderr."""
    command = [_program("magick", "convert-im6.q16") or "", path, "-coalesce", "-depth", "8", "-format", r"%T\n"]
    done = subprocess.run([*command, "-write", "info:fd:2", "rgba:-"], check=True, capture_output=True)
    width, height = np.frombuffer(path.read_bytes()[6:10], "<u2").tolist()
    canvases = np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 4)
    return list(zip(canvases, [10 * int(delay) for delay in done.stderr.split()], strict=True))


def sdl(path: Path) -> list[tuple[Canvas, int | None]]:
    pygame: Any = importlib.import_module("pygame")
    frames = pygame.image.load_animation(str(path))
    canvases = [pygame.image.tobytes(surface, "RGBA") for surface, _ in frames]
    shapes = [(surface.get_height(), surface.get_width(), 4) for surface, _ in frames]
    pixels = [np.frombuffer(data, np.uint8).reshape(shape) for data, shape in zip(canvases, shapes, strict=True)]
    return [(canvas, int(delay)) for canvas, (_, delay) in zip(pixels, frames, strict=True)]


def skia(path: Path) -> list[tuple[Canvas, int | None]]:
    library: Any = importlib.import_module("skia")
    data = path.read_bytes()  # the codec reads from it, and doesn't keep it
    codec = library.Codec.MakeFromData(data)
    size = codec.dimensions()
    info = library.ImageInfo.Make(size, library.kRGBA_8888_ColorType, library.kUnpremul_AlphaType)
    delays = [frame.fDuration for frame in codec.getFrameInfo()] or [0]  # a still has no frames
    frames: list[tuple[Canvas, int | None]] = []
    for index, delay in enumerate(delays):
        canvas = np.zeros((size.height(), size.width(), 4), np.uint8)
        options = library.Codec.Options()
        options.fFrameIndex = index
        result = codec.getPixels(info, canvas, canvas.strides[0], options)
        if result != library.Codec.kSuccess:
            raise ValueError(f"Skia cannot read {path}: {library.Codec.ResultToString(result)}")
        frames.append((canvas, delay))
    return frames


@cache
def _process(*command: str) -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output of a program of tests/programs, which ends when they are closed with this process."""
    process = subprocess.Popen(command, cwd=PROGRAMS, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def _ask(path: Path, *command: str) -> list[tuple[Canvas, int | None]]:
    """Have one of tests/programs decode a file."""
    into, out = _process(*command)
    into.write(os.fsencode(path) + b"\n")
    into.flush()

    def take(shape: tuple[int, ...], kind: str) -> NDArray[Any]:
        values = np.empty(shape, kind)
        if out.readinto(memoryview(values).cast("B")) != values.nbytes:  # type: ignore[attr-defined]
            _process.cache_clear()
            raise ValueError(f"{command[-1]} cannot read {path}")
        return values

    count, width, height = take((3,), "<u4").tolist()
    delays_and_canvases = [(int(take((1,), "<u4")[0]), take((height, width, 4), "u1")) for _ in range(count)]
    return [(canvas, delay) for delay, canvas in delays_and_canvases]


def go(path: Path) -> list[tuple[Canvas, int | None]]:
    return _ask(path, "go", "run", "frames.go")


def omggif(path: Path) -> list[tuple[Canvas, int | None]]:
    return _ask(path, "node", "frames.js", "omggif")


def gifuct(path: Path) -> list[tuple[Canvas, int | None]]:
    return _ask(path, "node", "frames.js", "gifuct-js")


def _alpha(pixels: Canvas) -> Canvas:
    """The fourth channel, or opaque where there is none."""
    return pixels[..., 3] if pixels.shape[-1] == 4 else np.full(pixels.shape[:2], 255, np.uint8)


PROGRAMS = Path(__file__).parent / "programs"

DECODERS: dict[str, Decoder] = {
    "pillow": pillow,
    "ffmpeg": ffmpeg,
    "cv2": cv2,
    "vips": vips,
    "gifsicle": gifsicle,
    "gif2webp": gif2webp,
    "imagemagick": imagemagick,
    "sdl": sdl,
    "skia": skia,
    "go": go,
    "omggif": omggif,
    "gifuct-js": gifuct,
}


def _module(name: str) -> object:
    return importlib.util.find_spec(name)


def _program(*names: str) -> str | None:
    """The first of some programs that there is."""
    return next(filter(None, map(shutil.which, names)), None)


def _npm(name: str) -> bool:
    return any(Path(folder, name).is_dir() for folder in os.environ.get("NODE_PATH", "").split(os.pathsep) if folder)


# What must be there before a decoder can run, under the package that brings it.
_NEEDS: dict[str, dict[str, Callable[[], object]]] = {
    "pillow": {"pillow": lambda: _module("PIL")},
    "ffmpeg": {"imageio-ffmpeg": lambda: _module("imageio_ffmpeg")},
    "cv2": {"opencv-python-headless": lambda: _module("cv2")},
    "vips": {"pyvips": lambda: _module("pyvips"), "pyvips-binary": lambda: _module("_libvips")},
    "gifsicle": {"gifsicle": lambda: _program("gifsicle")},
    "gif2webp": {"webp": lambda: _program("gif2webp")},
    "imagemagick": {"imagemagick": lambda: _program("magick", "convert-im6.q16")},
    "sdl": {"pygame-ce": lambda: _module("pygame")},
    "skia": {"skia-python": lambda: _module("skia")},
    "go": {"golang-go": lambda: _program("go")},
    "omggif": {"nodejs": lambda: _program("node"), "omggif": lambda: _npm("omggif")},
    "gifuct-js": {"nodejs": lambda: _program("node"), "gifuct-js": lambda: _npm("gifuct-js")},
}


def _missing(name: str) -> list[str]:
    return [package for package, found in _NEEDS[name].items() if not found()]


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
