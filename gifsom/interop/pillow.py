"""`save`: pictures to a GIF, in one call with the arguments of Pillow's `Image.save`."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, repeat
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from numpy.typing import ArrayLike
from PIL import Image, ImageSequence

from gifsom.conversion.writer import Writer
from gifsom.core.errors import FrameError, SettingError, printable
from gifsom.core.values import check_rate, check_whole
from gifsom.interop.arguments import for_gif, warn_once
from gifsom.sources.images import shown_for
from gifsom.sources.shapes import WANTED, as_array, is_picture, pictures_of

if TYPE_CHECKING:
    from gifsom.core.result import Result

DURATION = 100.0
"""Milliseconds of a picture without a duration of its own."""

Picture = ArrayLike | Image.Image


def save(
    images: "Picture | Iterable[Picture]",
    path: "str | Path | BinaryIO",
    *,
    append_images: "Iterable[Picture] | None" = (),
    save_all: bool = True,
    duration: float | Sequence[float] | None = None,
    fps: float | None = None,
    loop: int | None = 0,
    **options: Any,
) -> "Result":
    """Write pictures as one GIF.

    Args:
        images: a PIL image, with all of its frames; an array (h, w), (h, w, 3) or (h, w, 4) uint8; or an iterable
            of these, as a list, an array (n, h, w, 3), or moviepy's `clip.iter_frames()`; all of one size.
        path: of the GIF, or a binary stream. A file that is there is replaced, as Pillow does, unless
            `overwrite=False` is given.
        append_images: pictures that come after `images`.
        save_all: False: the first picture only.
        duration: milliseconds that each picture is shown, or a list with those of each; None: an image's own, else 100,
            which 0 means, too, and what is less than 1, where a warning tells it. Of pictures that are shown for less
            than 20, some are left out, and the others keep their times.
        fps: frames a second, instead of `duration`.
        loop: how often it is repeated, 0 for ever; None: it plays once. Pillow without `loop` plays once; this is for
            ever.
        **options: as for `gifsom.Writer`: quality, max_size, colors, width, background, … What else Pillow takes for a
            GIF (disposal, optimize, format, interlace, comment, transparency, a background that is a number, …) may be
            given, and changes nothing but that a warning tells so, once: each picture is shown as it is, and coded as
            small as can be.

    Raises:
        FrameError: for what is no picture, or one of another size.
        SettingError, TargetError: with one line that says what and why; then nothing has been written.
        TypeError: for an option that does not exist.

    >>> pictures = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    >>> gifsom.save(pictures, "blink.gif", duration=[400, 80]).seconds
    0.48
    """
    options = for_gif(options)
    more = () if append_images is None else append_images
    frames = islice(chain(pictures(images), pictures(more)), None if save_all else 1)
    with Writer(path, loop=plays(loop), **{"overwrite": True, **options}) as gif:
        for picture, seconds in timed(frames, duration, fps):
            gif.append(picture, seconds)
    assert gif.result is not None
    return gif.result


def plays(loop: int | None) -> int:
    """Number of times that a GIF plays when it is repeated `loop` times (0: for ever, None: not at all), as gifsom
    counts."""
    if loop is not None:
        check_whole("loop", loop, 0, 65_535)
    return 1 if loop is None else loop + 1 if loop else 0


def pictures(images: "Picture | Iterable[Picture]") -> Iterator[Picture]:
    """Single pictures: the frames of images, and those of arrays, as `gifsom.sources.shapes.pictures_of` has them.

    Raises `FrameError` for the name of a file, for what holds no pictures, and for arrays of which none are made.
    """
    if isinstance(images, str | Path):
        raise FrameError(f"{printable(images)}: that is a name, not a picture: gifsom.convert is for files")
    if is_picture(images):
        images = [images]  # type: ignore[list-item]
    elif not isinstance(images, Iterable):
        raise FrameError(f"{WANTED} or a PIL image, and {printable(repr(images))[:40]} is none, and no list of them")
    for image in images:
        if isinstance(image, Image.Image):
            yield from ImageSequence.Iterator(image)
        else:
            yield from pictures_of(as_array(image))


def timed(
    frames: Iterable[Picture], duration: float | Sequence[float] | None, fps: float | None
) -> Iterator[tuple[Picture, float]]:
    """Pictures with their durations in seconds, from `duration` in milliseconds or from `fps`, as `save` takes them.

    Raises `SettingError` for both together, and where the numbers of pictures and times differ.
    """
    if fps is not None:
        if duration is not None:
            raise SettingError("duration and fps exclude each other")
        check_rate(fps)
        duration = 1000 / fps
    several = isinstance(duration, Iterable) and not isinstance(duration, str)
    times: Iterator[Any] = iter(duration) if several else repeat(duration)  # type: ignore[arg-type]
    number = 0
    for number, frame in enumerate(frames, 1):
        try:
            time = next(times)
        except StopIteration:
            raise SettingError(f"duration has {number - 1} times, and there are more pictures") from None
        yield frame, _seconds(time, frame)
    if several and (left := sum(1 for _ in times)):
        raise SettingError(f"duration has {number + left} times, and there are {number} pictures")


def _seconds(duration: float | None, picture: Picture) -> float:
    if duration is None:
        own = float(getattr(picture, "info", {}).get("duration") or 0)
        return shown_for(own / 1000, getattr(picture, "format", None)) or DURATION / 1000
    if isinstance(duration, bool) or not isinstance(duration, Real):
        raise SettingError(f"duration is {printable(duration)}: give milliseconds, such as 100")
    if not 0 < duration < 1:
        return float(duration or DURATION) / 1000
    warn_once(
        ["milliseconds"],
        f"duration is {duration:g} milliseconds, which no GIF can show, and taken as {DURATION:g}: {duration:g} seconds"
        f" are {1000 * duration:g}",
    )
    return DURATION / 1000
