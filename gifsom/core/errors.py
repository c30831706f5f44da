"""Every error that gifsom raises on purpose, each with one line that names what and why.

GifsomError                 base of all, never raised itself
├── SettingError            an argument is outside its range (also a ValueError)
├── FrameError              a picture passed in has the wrong shape, dtype or size (also a ValueError)
├── PaletteError            colors passed in are no palette: shape, dtype, number (also a ValueError)
├── PackageMissing          an extra is needed that is not installed (also an ImportError)
├── KernelsMissing          the compiled kernels are missing, damaged, or for another machine (also an ImportError)
├── ClusterUnavailable      no scheduler answers at the address, or its workers cannot do the work
├── RecordingInUse          a recording is being written, or a GIF is being made of it
├── RecordingNotFound       no recording is running, or none has that name
├── ScreenError             base of errors of the screen, never raised itself
│   ├── ScreenUnavailable   there is no display, or one that cannot be recorded
│   └── WindowNotFound      no window has that title, or several have
├── SourceError             base of errors of an input, never raised itself
│   ├── SourceNotFound      there is no such file (also a FileNotFoundError)
│   ├── SourceRefused       a remote address, a playlist, a picture or file that is too large
│   ├── SourceUnreadable    not a video, picture or palette, or damaged beyond use
│   ├── SourceEmpty         it has no frame, or none in the requested part
│   └── SourceIncomplete    only a part could be read, and all of it was demanded
└── TargetError             base of errors of an output, never raised itself
    ├── TargetExists        the file exists and may not be replaced (also a FileExistsError)
    ├── TargetTooLarge      no GIF of the clip is as small as requested
    └── TargetUnwritable    the file cannot be written: folder missing, disk full, no permission (also an OSError)
"""

from collections.abc import Iterator
from contextlib import contextmanager


class GifsomError(Exception):
    """Base of all errors that gifsom raises on purpose."""


class SettingError(GifsomError, ValueError):
    """An argument is outside its range."""


class FrameError(GifsomError, ValueError):
    """A picture passed in has the wrong shape, dtype or size."""


class PaletteError(GifsomError, ValueError):
    """Colors passed in are no palette: their shape, dtype or number is wrong."""


class PackageMissing(GifsomError, ImportError):
    """An extra is needed that is not installed."""


class KernelsMissing(GifsomError, ImportError):
    """The compiled kernels are not there, are damaged, or are not for this machine."""


class ClusterUnavailable(GifsomError):
    """No scheduler answers at the address, or its workers cannot do the work."""


class RecordingInUse(GifsomError):
    """A recording is being written, or a GIF is being made of it."""


class RecordingNotFound(GifsomError):
    """No recording is running, or none has that name."""


class ScreenError(GifsomError):
    """Base of errors of the screen."""


class ScreenUnavailable(ScreenError):
    """There is no display, or one that cannot be recorded."""


class WindowNotFound(ScreenError):
    """No window has that title, or several have."""


class SourceError(GifsomError):
    """Base of errors of an input."""


class SourceNotFound(SourceError, FileNotFoundError):
    """There is no such file."""


class SourceRefused(SourceError):
    """A remote address, a playlist, or a picture or file that is too large."""


class SourceUnreadable(SourceError):
    """Not a video, picture or palette, or damaged beyond use."""


class SourceEmpty(SourceError):
    """It has no frame, or none in the requested part."""


class SourceIncomplete(SourceError):
    """Only a part could be read, and all of it was demanded."""


class TargetError(GifsomError):
    """Base of errors of an output."""


class TargetExists(TargetError, FileExistsError):
    """The file exists and may not be replaced."""


class TargetTooLarge(TargetError):
    """No GIF of the clip is as small as requested."""


class TargetUnwritable(TargetError, OSError):
    """The file cannot be written."""


def printable(text: object) -> str:
    """`text` on one line without control characters, for messages: names come from anywhere.

    A whole number is shown as one, whatever its type.

    >>> printable("a\\nb\\x1b[31m"), printable(45.0)
    ('a\\\\nb\\\\x1b[31m', '45')
    """
    try:
        said = str(int(text)) if isinstance(text, float) and text.is_integer() and abs(text) < 1e15 else str(text)
    except ValueError:  # Python writes no number of more than 4300 digits
        said = "a number of thousands of digits"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in said)


_speech = {"options": False}
"""Whether messages speak to somebody at a command line."""


def speaks_of_options() -> bool:
    """Whether messages name options, such as --overwrite; else arguments, such as overwrite=True."""
    return _speech["options"]


@contextmanager
def speaking_of_options(options: bool = True) -> Iterator[None]:
    """Within the block messages name options, or arguments."""
    before, _speech["options"] = _speech["options"], options
    try:
        yield
    finally:
        _speech["options"] = before


def named(name: str, value: object = None) -> str:
    """An option as who reads the message gives it; None: no value of it.

    >>> named("max_pixels"), named("overwrite", True)
    ('max_pixels', 'overwrite=True')
    >>> with speaking_of_options():
    ...     named("max_pixels"), named("overwrite", True)
    ('--max-pixels', '--overwrite')
    """
    if _speech["options"]:
        return "--" + name.replace("_", "-")
    return name if value is None else f"{name}={value}"


def too_large(path: object, size: str, max_pixels: int) -> str:
    """Message for pictures of `size`, such as "9000x9000", that have more than `max_pixels`."""
    return (
        f"{printable(path)}: its pictures have {size} pixels, and the limit is {max_pixels} in all"
        f" ({named('max_pixels')} lifts it)"
    )
