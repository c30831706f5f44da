"""Atomic output of a file, or of a folder of pictures: it appears whole, or not at all.

Everything goes to a temporary file in the target's own folder, which is flushed, synced, closed and then renamed. Every
failure leaves an older file as it was and nothing beside it.
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from gifsom.core.errors import GifsomError, TargetError, TargetExists, TargetUnwritable, named, printable
from gifsom.core.frame_times import NAME as TIMES
from gifsom.core.frame_times import is_foreign

if TYPE_CHECKING:
    from PIL.Image import Image

_ADDRESS: Final = re.compile(r"([a-z][a-z0-9+.-]+):/+", re.IGNORECASE)

_FRAME: Final = re.compile(r"frame-\d{4,}\.png")


def address(name: "str | os.PathLike[str]") -> str | None:
    """The address of something remote that a name looks like, and no file is; of a path, which has made one slash of
    two, as it was typed.

    >>> address(Path("https://host/clip.mp4")), address("clips/clip.mp4"), address("C:/clip.mp4")
    ('https://host/clip.mp4', None, None)
    """
    found = _ADDRESS.match(str(name))
    with suppress(OSError, ValueError):
        if found is None or Path(name).exists():
            return None
    if found is None or "://" in str(name):
        return None if found is None else str(name)
    return f"{found[1]}://{str(name)[found.end() :]}"


def with_ending(path: Path) -> Path:
    """An output as it is written: one without an ending is a GIF. Raises `TargetUnwritable` for an ending alone.

    >>> with_ending(Path("out")).name, with_ending(Path("out.webp")).name
    ('out.gif', 'out.webp')
    """
    if path.name.lower() in (".gif", ".png", ".apng", ".webp", ".avif", ".mp4", ".webm"):
        raise TargetUnwritable(f"{printable(path)}: that is an ending without a name")
    name = path.name.rstrip(".")
    if not name or (path.suffix and not path.name.endswith(".")) or str(path) == "-":
        return path
    with suppress(OSError, ValueError):  # told where it is written
        if path.exists() and not path.is_file():  # a folder, or a device
            return path
    return path.with_name(f"{name}.gif") if "." not in name[1:] else path.with_name(name)


def check_target(path: Path, overwrite: bool) -> None:
    """Raise `TargetExists` or `TargetUnwritable` for a path that could not be written; touches nothing."""
    if str(path) == "-":
        raise TargetUnwritable("-: standard output is not written to: name a file")
    check_local(path)
    try:
        if path.is_dir():
            raise TargetUnwritable(f"{printable(path)}: that is a folder: name a file")
        if path.exists() and not path.is_file():
            raise TargetUnwritable(f"{printable(path)}: that is not a regular file, and is not replaced")
        if path.exists() and not overwrite:
            raise TargetExists(f"{printable(path)}: the file is there already ({named('overwrite', True)} replaces it)")
        if not path.parent.is_dir():
            raise TargetUnwritable(f"{printable(path)}: there is no folder {printable(path.parent)}")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise TargetUnwritable(f"{printable(path)}: the folder {printable(path.parent)} cannot be written to")
    except TargetError:
        raise
    except OSError as error:
        raise TargetUnwritable(f"{printable(path)}: {error.strerror}") from None


def check_local(path: Path) -> None:
    """Raise `TargetUnwritable` for an output that is a remote address."""
    if not path.parent.exists() and (remote := address(path)):
        raise TargetUnwritable(f"{printable(remote)}: that is a remote address, and only local files are written")


def check_ending(path: Path, others: Sequence[str] = ()) -> None:
    """Raise `TargetUnwritable` for a name that is more likely a mistake, such as a second video, than an output.

    A name without a suffix is that of a GIF; `others` are the suffixes of other formats that can be written.
    """
    if path.suffix.lower() in ("", ".gif", *others):
        return
    if not others:
        raise TargetUnwritable(f"{printable(path)}: the name of a GIF ends in .gif")
    raise TargetUnwritable(f"{printable(path)}: the name ends in .gif, {', '.join(others[:-1])} or {others[-1]}")


def is_folder(path: "str | Path") -> bool:
    """Whether an output is a folder: its name ends in a slash, or it is an existing folder without a file's suffix.

    >>> is_folder("frames/"), is_folder("frames.gif")
    (True, False)
    """
    if str(path).endswith(("/", os.sep)):
        return True
    with suppress(OSError):  # an impossible name is reported where the file is written
        return Path(path).is_dir() and not Path(path).suffix
    return False


def frame_name(number: int) -> str:
    """File name of a frame in a folder: `number` counts from 1.

    >>> frame_name(7)
    'frame-0007.png'
    """
    return f"frame-{number:04}.png"


def check_folder(path: Path, overwrite: bool, *, alone: bool = False) -> None:
    """Raise `TargetExists` or `TargetUnwritable` for a folder that frames could not be written to; touches nothing.

    `alone`: the folder must also be empty otherwise.
    """
    check_local(path)
    try:
        if path.exists() and not path.is_dir():
            raise TargetUnwritable(f"{printable(path)}: that is a file: name a folder")
        if path.is_dir() and not overwrite and _frames(path):
            raise TargetExists(
                f"{printable(path)}: there are frames in it already ({named('overwrite', True)} replaces them)"
            )
        if path.is_dir() and is_foreign(path):
            raise TargetUnwritable(f"{printable(path / TIMES)}: that is not gifsom's, and is not replaced")
        if alone and path.is_dir() and any(not _is_of_frames(one.name) for one in path.iterdir()):
            raise TargetUnwritable(
                f"{printable(path)}: there are other files in that folder: name a file in it, such as"
                f" {printable(path / 'clip.gif')}, or another folder"
            )
        home = path if path.is_dir() else path.parent
        if not home.is_dir():
            raise TargetUnwritable(f"{printable(path)}: there is no folder {printable(home)}")
        if not os.access(home, os.W_OK | os.X_OK):
            raise TargetUnwritable(f"{printable(path)}: the folder {printable(home)} cannot be written to")
    except TargetError:
        raise
    except OSError as error:
        raise TargetUnwritable(f"{printable(path)}: {error.strerror}") from None


def _is_of_frames(name: str) -> bool:
    return name == TIMES or _FRAME.fullmatch(name) is not None


def _frames(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if _FRAME.fullmatch(path.name)]


def check_picture(path: Path, overwrite: bool) -> None:
    """Raise `TargetError` for a path that no picture can be written to; touches nothing."""
    if path.suffix.lower() != ".png":
        raise TargetUnwritable(f"{printable(path)}: the name of the picture ends in .png")
    check_target(path, overwrite)


def save_picture(picture: "Image", path: Path, overwrite: bool) -> None:
    """Write a PNG. Raises `TargetError`."""
    check_picture(path, overwrite)
    with replacing(path, overwrite) as stream:
        picture.save(stream, "PNG")


def same_file(path: Path, other: "str | os.PathLike[str]") -> bool:
    """Whether two names, which need not exist, are of one file."""
    try:
        return path.samefile(other)
    except (OSError, ValueError):  # a missing file or impossible name is reported where it is opened
        return os.path.realpath(path) == os.path.realpath(other)


def check_source(path: Path, source: object) -> None:
    """Raise `TargetUnwritable` where an output would replace what is read, by whatever name or link.

    `source` is a file, a folder, a stream, a clip, or a list of those; of anything else nothing is known.
    """
    from gifsom.core.source import Holder, Source, held  # here: numpy comes with it

    for one in source if isinstance(source, list | tuple) else [source]:
        if isinstance(one, Source | Holder):
            for file in held(one).files:
                _check_file(path, file)
        elif isinstance(one, str | os.PathLike):
            _check_file(path, one)
        elif _is_stream_of(path, one):
            raise TargetUnwritable(f"{printable(path)}: that is the source itself: name another file")


def _check_file(path: Path, file: "str | os.PathLike[str]") -> None:
    if same_file(path, file):
        raise TargetUnwritable(f"{printable(path)}: that is the source itself: name another file")
    real = Path(os.path.realpath(file))
    if _FRAME.fullmatch(real.name) and same_file(path, real.parent):  # frames that are written there replace it
        raise TargetUnwritable(f"{printable(path)}: {printable(real.name)} in it is a source: name another folder")


def _is_stream_of(path: Path, stream: object) -> bool:
    """Whether a stream, such as standard input, reads the file at a path."""
    try:
        return os.path.samestat(path.stat(), os.fstat(stream.fileno()))  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):  # no stream, or one in memory; or nothing is there
        return False


class _Stream:
    """Forwards writes, and names the file when one fails."""

    def __init__(self, raw: BinaryIO, path: Path) -> None:
        self._raw, self._path = raw, path

    def write(self, data: bytes) -> int:
        try:
            return self._raw.write(data)
        except OSError as error:
            raise TargetUnwritable(f"{printable(self._path)}: {error.strerror}") from error


@contextmanager
def replacing(path: Path, overwrite: bool) -> Iterator[BinaryIO]:
    """A binary stream whose content replaces `path` when the block ends without an error.

    Raises `TargetExists` where a file exists and `overwrite` is false, `TargetUnwritable` for any other failure.
    """
    with replacing_file(path, overwrite) as part:
        try:
            raw = part.open("xb", buffering=1 << 16)
        except OSError as error:
            raise TargetUnwritable(f"{printable(path)}: {error.strerror}") from error
        try:
            yield cast(BinaryIO, _Stream(raw, path))
            try:
                raw.close()  # not left to the garbage collector, which would swallow the error of a full disk
            except OSError as error:
                raise TargetUnwritable(f"{printable(path)}: {error.strerror}") from error
        finally:
            with suppress(OSError):  # after a failed write, the rest of the buffer fails again
                raw.close()


@contextmanager
def replacing_file(path: Path, overwrite: bool) -> Iterator[Path]:
    """Name of a file beside `path`, to be made within the block; it replaces `path` when that ends without an error.

    A file that is replaced hands its permissions on. For programs that write files by name; otherwise use `replacing`.
    Raises the same.
    """
    check_target(path, overwrite)
    part = path.with_name(f".gifsom-{secrets.token_hex(6)}.part")
    try:
        yield part
        check_target(path, overwrite)
        try:
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            if path.exists():
                shutil.copymode(path, part)
            part.replace(path)
        except OSError as error:
            raise TargetUnwritable(f"{printable(path)}: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def filling(path: Path, overwrite: bool) -> Iterator[Path]:
    """An empty folder for frames, which move to the folder `path` when the block ends without an error; created if
    missing.

    Existing frames are replaced, and those beyond the new ones removed. Raises `TargetExists` where there are any and
    `overwrite` is false, `TargetUnwritable` for any other failure.
    """
    check_folder(path, overwrite)
    there = path.is_dir()
    part = (path if there else path.parent) / f".gifsom-{secrets.token_hex(6)}.part"
    try:
        part.mkdir()
        yield part
        check_folder(path, overwrite)
        if not there:
            part.rename(path)
            return
        (path / TIMES).unlink(missing_ok=True)  # no frame has the times of others, whatever happens between
        for old in _frames(path):
            if not (part / old.name).exists():
                old.unlink()
        for new in sorted(part.iterdir(), key=lambda new: new.name == TIMES):
            new.replace(path / new.name)
    except GifsomError:
        raise
    except OSError as error:
        raise TargetUnwritable(f"{printable(path)}: {error.strerror}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
