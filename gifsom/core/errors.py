"""Every error that gifsom raises on purpose, each with one line that names what and why.

GifsomError                 the base of all, never raised itself
├── SettingError            an argument is outside its range (also a ValueError)
├── FrameError              a picture that was handed over has the wrong shape, dtype or size (also a ValueError)
├── PaletteError            colors that were handed over are no palette: shape, dtype, number (also a ValueError)
├── PackageMissing          an extra is asked for that is not installed (also an ImportError)
├── KernelsMissing          the compiled kernels are not there, damaged, or for another machine (also an ImportError)
├── ClusterUnavailable      no scheduler answers at the address, or its workers cannot do the work
├── RecordingInUse          a recording is being written, or a GIF is being made of it
├── RecordingNotFound       no recording runs, or none has the name that is asked for
├── ScreenError             the base of what is wrong with the screen, never raised itself
│   ├── ScreenUnavailable   there is no display, or one that cannot be recorded
│   └── WindowNotFound      no window has the title that is asked for, or several have
├── SourceError             the base of what is wrong with an input, never raised itself
│   ├── SourceNotFound      there is no such file (also a FileNotFoundError)
│   ├── SourceRefused       a remote address, a playlist, a picture or file that is too large
│   ├── SourceUnreadable    not a video, picture or palette, or damaged beyond use
│   ├── SourceEmpty         there is no frame in it, or none in the part that is asked for
│   └── SourceIncomplete    only a part could be read, and all of it was demanded
└── TargetError             the base of what is wrong with an output, never raised itself
    ├── TargetExists        the file is there and may not be replaced (also a FileExistsError)
    ├── TargetTooLarge      no GIF of the clip is as small as is asked
    └── TargetUnwritable    the file cannot be written: folder missing, disk full, no permission (also an OSError)
"""


class GifsomError(Exception):
    """Base of all errors that gifsom raises on purpose."""


class SettingError(GifsomError, ValueError):
    """An argument is outside its range."""


class FrameError(GifsomError, ValueError):
    """A picture that was handed over has the wrong shape, dtype or size."""


class PaletteError(GifsomError, ValueError):
    """Colors that were handed over are no palette: their shape, dtype or number is wrong."""


class PackageMissing(GifsomError, ImportError):
    """An extra is asked for that is not installed."""


class KernelsMissing(GifsomError, ImportError):
    """The compiled kernels are not there, are damaged, or are not for this machine."""


class ClusterUnavailable(GifsomError):
    """No scheduler answers at the address, or its workers cannot do the work."""


class RecordingInUse(GifsomError):
    """A recording is being written, or a GIF is being made of it."""


class RecordingNotFound(GifsomError):
    """No recording runs, or none has the name that is asked for."""


class ScreenError(GifsomError):
    """Base of what is wrong with the screen."""


class ScreenUnavailable(ScreenError):
    """There is no display, or one that cannot be recorded."""


class WindowNotFound(ScreenError):
    """No window has the title that is asked for, or several have."""


class SourceError(GifsomError):
    """Base of what is wrong with an input."""


class SourceNotFound(SourceError, FileNotFoundError):
    """There is no such file."""


class SourceRefused(SourceError):
    """A remote address, a playlist, or a picture or file that is too large."""


class SourceUnreadable(SourceError):
    """Not a video, picture or palette, or damaged beyond use."""


class SourceEmpty(SourceError):
    """There is no frame in it, or none in the part that is asked for."""


class SourceIncomplete(SourceError):
    """Only a part could be read, and all of it was demanded."""


class TargetError(GifsomError):
    """Base of what is wrong with an output."""


class TargetExists(TargetError, FileExistsError):
    """The file is there and may not be replaced."""


class TargetTooLarge(TargetError):
    """No GIF of the clip is as small as is asked."""


class TargetUnwritable(TargetError, OSError):
    """The file cannot be written."""


def printable(text: object) -> str:
    """`text` on one line without control characters, for messages: names come from anywhere.

    >>> printable("a\\nb\\x1b[31m")
    'a\\\\nb\\\\x1b[31m'
    """
    try:
        said = str(text)
    except ValueError:  # Python writes no number of more than 4300 digits
        said = "a number of thousands of digits"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in said)


def too_large(path: object, size: str, max_pixels: int) -> str:
    """The message for pictures of `size`, such as "9000x9000", that have more than `max_pixels`."""
    return (
        f"{printable(path)}: its pictures have {size} pixels, and the limit is {max_pixels} in all"
        " (--max-pixels lifts it)"
    )
