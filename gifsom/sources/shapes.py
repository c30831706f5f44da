"""Arrays of other libraries as pictures: what has one meaning is taken, else the call is told that makes it right."""

from typing import TYPE_CHECKING

import numpy as np

from gifsom.core.errors import FrameError, printable
from gifsom.core.frame import Pixels

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

CHANNELS = (1, 3, 4)
"""Numbers of channels that pictures have."""

OVERSHOOT = 2.0
"""Brightest float of pictures of 0 to 1: scaling and sharpening reach beyond 1, where those of 0 to 255 are black."""

SIGNED = -0.25
"""Darkest float of pictures of 0 to 1: those of -1 to 1, as networks give them, are darker somewhere."""

DEPTHS = ((255, 0), (1023, 2), (4095, 4), (65535, 8))
"""Highest whole numbers of pictures with 8, 10, 12 and 16 bits, and how many of the bits are too many."""

WANTED = "a frame is an array (height, width, 3 or 4) of uint8"


def is_picture(thing: object) -> bool:
    """Whether `thing` is an array (or converts to one) or a PIL image; an array of objects along one axis is a list."""
    if isinstance(thing, np.ndarray) and thing.dtype == object and thing.ndim == 1:
        return False
    return hasattr(thing, "__array__") or hasattr(thing, "__array_interface__")


def as_array(thing: object) -> "NDArray[Any]":
    """An array of what converts to one. Raises `FrameError` for what does not, or is no picture."""
    try:
        array = np.asarray(thing)
    except (TypeError, ValueError, RuntimeError) as error:  # such as of a tensor that is elsewhere, or of uneven lists
        raise FrameError(f"{WANTED}, and {_kind(thing)} does not become one: {printable(error)}") from None
    if array.ndim == 0 or (array.dtype == object and array.ndim == 1):
        raise FrameError(f"{WANTED} or a PIL image, not {_kind(thing)} ({printable(repr(thing))[:40]})")
    if isinstance(thing, list | tuple) and array.size and array.dtype not in (np.uint8, np.bool_):
        call = _levels(array).replace("x", "np.array(x)")
        raise FrameError(f"{WANTED}, not {_kind(thing)}" + (f": {call} makes it right" if call else ""))
    return array


def pictures_of(array: "NDArray[Any]") -> "NDArray[Any]":
    """The pictures of an array, one after the other along its first axis.

    Args:
        array: one picture (h, w, 1, 3 or 4), several (n, h, w, 1, 3 or 4), several gray ones (n, h, w), or such with
            axes of one before them; of uint8 or bool.

    Raises:
        FrameError: for channels that come first, for what may be gray pictures or channels, and for another dtype; it
            says what makes it right.
    """
    before = 0
    while array.ndim > 4 and array.shape[0] == 1:
        array, before = array[0], before + 1
    channels = array.ndim > 2 and array.shape[-1] in CHANNELS
    if array.ndim == 4 and not channels and (axes := [axis for axis in (0, 1) if array.shape[axis] in CHANNELS]):
        calls = [f"np.moveaxis(x, {before + axis}, -1)" for axis in axes]
        may_be = " or ".join(
            f"{call} ({array.shape[1 - axis]} pictures)" for call, axis in zip(calls, axes, strict=True)
        )
        right = f"{calls[0]} makes it right" if len(axes) == 1 else f"{may_be} makes it right, as it is meant"
        raise FrameError(f"an array of {array.shape} has its channels before its sides: {right}")
    if array.ndim == 3 and not channels and array.shape[0] in (3, 4) and array.dtype != np.bool_:
        raise FrameError(
            f"an array of {array.shape} may be one picture with its channels first, which np.moveaxis(x, 0, -1) makes"
            f" right, or {array.shape[0]} gray ones, which are x[..., None]"
        )
    several = array.ndim == 4 or (array.ndim == 3 and not channels)
    if several and array.size and array.dtype not in (np.uint8, np.bool_) and (call := _levels(array)):
        raise FrameError(f"{WANTED}, not {array.shape} of {array.dtype}: {call} makes it right")
    return array if several else array[None]


def colored(array: "NDArray[Any]") -> Pixels:
    """An array (h, w), (h, w, 1, 3 or 4) of uint8 or bool as one (h, w, 3 or 4) of uint8.

    Raises `FrameError` for any other, and for an empty one; it says which, and what makes it right.
    """
    frame = array
    if frame.dtype == np.bool_:
        frame = frame * np.uint8(255)
    if frame.ndim == 3 and frame.shape[2] == 1:
        frame = frame[..., 0]
    if frame.ndim == 2 and frame.dtype == np.uint8:
        frame = np.stack([frame] * 3, axis=-1)
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] not in (3, 4) or not frame.size:
        raise FrameError(f"{WANTED}, not {array.shape} of {array.dtype}{_remedy(array)}")
    return frame


def _kind(thing: object) -> str:
    name = type(thing).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def _remedy(array: "NDArray[Any]") -> str:
    """The calls that make a frame of an array, to stand behind the rest; empty where none are known."""
    calls = []
    if array.ndim == 3 and array.shape[2] == 2:
        calls.append("x[..., [0, 0, 0, 1]]")  # gray with alpha
    elif array.ndim == 3 and array.shape[0] in CHANNELS and array.shape[2] not in (3, 4):
        calls.append("np.moveaxis(x, 0, -1)")
    elif array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in CHANNELS):
        return ""
    if not array.size:
        return ""
    if array.dtype not in (np.uint8, np.bool_):
        call = _levels(array)
        if not call:
            return ""
        calls.append(call)
    return f": {', then '.join(calls)} makes it right" if calls else ""


def _levels(array: "NDArray[Any]") -> str:
    """The call that makes levels of uint8 of an array of another dtype, which is not empty; "": none is known."""
    numbers = array
    if array.dtype == object:
        try:
            numbers = array.astype(np.float64)
        except (TypeError, ValueError):
            return ""
        if (numbers == np.rint(numbers)).all() and numbers.max() > 1:
            numbers = numbers.astype(np.int64)
    if np.issubdtype(numbers.dtype, np.floating):
        return _of_floats(numbers)
    if not np.issubdtype(numbers.dtype, np.integer):
        return ""
    low, high = int(numbers.min()), int(numbers.max())
    bits = next((more for limit, more in DEPTHS if high <= limit), high.bit_length() - 8)
    inside = "x" if low >= 0 else "x.clip(0)" if bits else "x.clip(0, 255)"
    return f'({inside} >> {bits}).astype("uint8")' if bits else f'{inside}.astype("uint8")'


def _of_floats(numbers: "NDArray[Any]") -> str:
    finite = numbers[np.isfinite(numbers)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    x = "x" if finite.size == numbers.size else "np.nan_to_num(x)"
    whole = finite.size == numbers.size
    if high > OVERSHOOT:
        return f'{x}.clip(0, 255).astype("uint8")'
    if low < SIGNED:
        inside = x if low >= -1 and high <= 1 and whole else f"{x}.clip(-1, 1)"
        return f'(127.5 * ({inside} + 1)).astype("uint8")'
    inside = x if low >= 0 and high <= 1 and whole else f"{x}.clip(0, 1)"
    return f'(255 * {inside}).astype("uint8")'
