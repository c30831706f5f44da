"""The compiled kernels: finding their library, and checking what is handed to them.

A wrapper declares its kernel once, `_count = kernel("count_colors", POINTER, INT, POINTER)`, and calls it with what
`readable` and `writable` give, which check that an array is what the C code takes it for. The library is loaded at the
first call. ctypes lets go of the GIL for as long as a call lasts.

The library is the one in lib/ that is named for this system, C library and processor; of x86-64's two levels the
processor chooses. In a source tree it is compiled first where it is missing or older than the C files. The environment
variable GIFSOM_KERNELS names another one, which is loaded whatever it is: one that checks memory, or counts lines.
"""

import ctypes
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from gifsom.core.errors import KernelsMissing
from gifsom.native import build

POINTER = ctypes.c_void_p
INT = ctypes.c_int64
FLOAT = ctypes.c_float
DOUBLE = ctypes.c_double
BOOL = ctypes.c_bool

_REBUILD = f"python {build.HERE / 'build.py'}"
_REINSTALL = "pip install --force-reinstall --no-deps gifsom"


@cache
def load() -> ctypes.CDLL:
    """The library for this processor. Raises `KernelsMissing` where there is none, with what makes one."""
    if asked := os.environ.get("GIFSOM_KERNELS"):
        return _open(Path(asked), "GIFSOM_KERNELS names the library")
    return find(build.LIBRARIES)


def find(folder: Path) -> ctypes.CDLL:
    """The library in a folder that this processor can run; in a source tree it is compiled where it must be."""
    command = _REINSTALL
    if build.changed():  # there are sources
        command = _REBUILD
        try:
            if build.missing(folder):
                build.renew(folder)
        except build.BuildFailed as error:
            raise KernelsMissing(f"the kernels are not compiled: {error}; once that is right: {command}") from None
        except OSError as error:
            raise KernelsMissing(
                f"the compiled kernels cannot be written: {error}; once that is right: {command}"
            ) from None
    names, mend = build.here().names(), f"this makes it anew: {command}"
    for name in names.values():
        if not (folder / name).exists():
            raise KernelsMissing(_absent(folder, name, command))
    first, *better = [folder / name for name in names.values()]
    library = _open(first, mend)
    if not better:
        return library
    level = _level(library, first, mend)
    if level < 2:
        raise KernelsMissing("this processor is too old: the kernels need x86-64-v2, which has SSE4.2 and popcnt")
    return _open(better[0], mend) if level == 3 else library


def _absent(folder: Path, name: str, command: str) -> str:
    """A message: a library is not there, though that of another machine may be."""
    others = sorted({path.stem.removeprefix("kernels-") for path in folder.glob("kernels-*") if path.name != name})
    if others and not any(other.startswith(str(build.here())) for other in others):
        return f"the compiled kernels are for {', '.join(others)}, and this is {build.here()}; for this: {command}"
    return f"the compiled kernels are missing: {folder / name}; this makes them: {command}"


def _level(library: ctypes.CDLL, path: Path, mend: str) -> int:
    try:
        return int(library.processor_level())
    except AttributeError:
        raise KernelsMissing(f"{path} is not gifsom's: it has no processor_level; {mend}") from None


def _open(path: Path, mend: str) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(str(path))
    except OSError as error:
        said = " ".join(str(error).split())
        raise KernelsMissing(
            f"the compiled kernels cannot be loaded, damaged or for another machine: {said}; {mend}"
        ) from None


def kernel(name: str, *arguments: Any, gives: Any = None) -> Callable[..., Any]:
    """The kernel `name`, which is looked up in the library when it is first called.

    arguments  ctypes types of what it takes
    gives      ctypes type of what it returns; None: nothing
    """
    function: Any = None

    def call(*values: Any) -> Any:
        nonlocal function
        if function is None:
            function = _named(name, arguments, gives)
        return function(*values)

    return call


def constant(name: str, gives: Any = INT) -> Callable[[], Any]:
    """The value of a constant that stands in C, which the kernel `name` tells."""
    return cache(kernel(name, gives=gives))


def _named(name: str, arguments: tuple[Any, ...], gives: Any) -> Any:
    try:
        found = load()[name]
    except AttributeError:
        made = os.environ.get("GIFSOM_KERNELS") or build.LIBRARIES
        raise KernelsMissing(f"the compiled kernels in {made} have no {name}: they are of another version") from None
    found.argtypes, found.restype = arguments, gives
    return found


def readable(array: np.ndarray, dtype: DTypeLike, *shape: int | None) -> int:
    """The address of an array that a kernel reads: C-contiguous, of exactly this dtype and shape (None: any length).

    Raises `TypeError` for another dtype, `ValueError` for another shape or layout, or an address that is not aligned.
    """
    if array.dtype != dtype:
        raise TypeError(f"an array of {array.dtype} where a kernel takes {np.dtype(dtype)}")
    lengths = array.shape
    if lengths != shape and not _fits(lengths, shape):
        raise ValueError(f"an array of shape {lengths} where a kernel takes {shape}")
    flags = array.flags
    if not (flags.c_contiguous and flags.aligned):
        what = "aligned" if flags.c_contiguous else "C-contiguous"
        raise ValueError(f"an array that is not {what} where a kernel takes one that is")
    if flags.writeable and array.size:
        buffer: Any = array
        return ctypes.addressof(ctypes.c_char.from_buffer(buffer))  # a quarter of the time of what works for all arrays
    return array.ctypes.data


def _fits(lengths: tuple[int, ...], shape: tuple[int | None, ...]) -> bool:
    if len(lengths) != len(shape):
        return False
    for length, asked in zip(lengths, shape, strict=True):  # noqa: SIM110 - a generator takes twice as long
        if asked is not None and length != asked:
            return False
    return True


def writable(array: np.ndarray, dtype: DTypeLike, *shape: int | None) -> int:
    """The address of an array that a kernel writes, checked as `readable` does; `ValueError` if it is read-only."""
    if not array.flags.writeable:
        raise ValueError("an array that is read-only where a kernel writes")
    return readable(array, dtype, *shape)
