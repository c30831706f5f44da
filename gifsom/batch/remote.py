"""Remote files: s3://, https://, and every other system of fsspec. It is an extra, imported when an address is met."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gifsom.core.errors import (
    GifsomError,
    PackageMissing,
    SourceNotFound,
    SourceUnreadable,
    TargetUnwritable,
    printable,
)
from gifsom.sources.opener import is_address

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem


def is_remote(path: str) -> bool:
    """Whether `path` is an address; a local file of that very name takes precedence.

    >>> is_remote("s3://bucket/clip.mp4"), is_remote("clips/clip.mp4")
    (True, False)
    """
    return is_address(path) and not Path(path).exists()


def listed(pattern: str) -> list[str]:
    """Addresses of the files that match a pattern such as "s3://bucket/*.mp4", in alphabetical order.

    Raises `PackageMissing` and `SourceError`, as all reading here does.
    """
    with _read(pattern) as (system, path):
        found = system.glob(path, detail=True)
        return sorted(system.unstrip_protocol(name) for name, about in found.items() if about["type"] != "directory")


def modified(address: str) -> float | None:
    """Modification time of a file, in seconds since 1970; None where it is missing or its system does not say."""
    try:
        with _read(address) as (system, path):
            return float(system.modified(path).timestamp())
    except (SourceNotFound, NotImplementedError):
        return None


def size(address: str) -> int | None:
    """Bytes of a file; None where it is missing or its system does not say."""
    try:
        with _read(address) as (system, path):
            return int(system.size(path))
    except (SourceNotFound, NotImplementedError, TypeError):
        return None


def fetch(address: str, file: Path) -> None:
    """Copy a remote file to a local one."""
    with _read(address) as (system, path), system.open(path, "rb") as source, file.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)


def store(file: Path, address: str) -> None:
    """Copy a local file to a remote one, which appears once complete. Raises `TargetUnwritable`."""
    with _told(address, TargetUnwritable, TargetUnwritable):
        system, path = _system(address)
        system.makedirs(system._parent(path), exist_ok=True)
        system.put_file(str(file), path)


@contextmanager
def _read(address: str) -> "Iterator[tuple[AbstractFileSystem, str]]":
    with _told(address, SourceNotFound, SourceUnreadable):
        yield _system(address)


def _system(address: str) -> "tuple[AbstractFileSystem, str]":
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise PackageMissing(f"{printable(address)}: that needs fsspec: pip install 'gifsom[remote]'") from error
    try:
        found: tuple[AbstractFileSystem, str] = url_to_fs(address)
    except ImportError as error:  # such as "Install s3fs to access S3"
        raise PackageMissing(f"{printable(address)}: {printable(error)}") from error
    return found


@contextmanager
def _told(address: str, missing: Callable[[str], GifsomError], other: Callable[[str], GifsomError]) -> Iterator[Any]:
    """Translate errors of the block into ours."""
    try:
        yield
    except (GifsomError, NotImplementedError):
        raise
    except FileNotFoundError:
        raise missing(f"{printable(address)}: there is no such file or folder") from None
    except Exception as error:  # each of the systems that fsspec knows has errors of its own
        raise other(f"{printable(address)}: {printable(error) or type(error).__name__}") from error
