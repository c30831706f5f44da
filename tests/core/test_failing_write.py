"""A disk that fails: whichever write it is, an older file stays as it was, nothing is beside it, and a line says why.

What fails is the file under Python's buffer, so that all that is ours, and Python's own buffering, is what it is.
"""

import builtins
import errno
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES, Inside, Run, listing, one_line

from gifsom.core.errors import TargetUnwritable
from gifsom.core.files import replacing

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@dataclass(slots=True)
class Disk:
    """Files that end in .part, or lie in such a folder, fail at the write of number `last`, half of which is written.

    Writes of all files are counted from 1. `room` is the size of Python's buffer: 1 sends each write to the disk.
    """

    last: int
    room: int = 1
    writes: int = 0

    def open(self, file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if ".part" not in str(file) or not set(mode) & {"w", "x"}:
            return _OPEN(file, mode, *arguments, **options)
        return io.BufferedRandom(_File(file, mode.replace("b", "").replace("+", "") + "+", self), self.room)


class _File(io.FileIO):
    def __init__(self, file: Any, mode: str, disk: Disk) -> None:
        super().__init__(file, mode)
        self._disk = disk

    def write(self, data: Any) -> int:
        self._disk.writes += 1
        if self._disk.writes < self._disk.last:
            return super().write(data)
        if self._disk.writes == self._disk.last and len(data) > 1:
            return super().write(memoryview(data)[: len(data) // 2])
        raise FULL


_OPEN = open


def failing(monkeypatch: pytest.MonkeyPatch, last: int, room: int = 1) -> Disk:
    disk = Disk(last, room)
    monkeypatch.setattr(builtins, "open", disk.open)
    monkeypatch.setattr(io, "open", disk.open)
    return disk


def refuse(*_: Any, **__: Any) -> None:
    raise FULL


CONVERSIONS = {
    "gif": ["ramp.mkv", "out.gif", "--end", "0.3"],  # written as it is made
    "gif of a gif": ["sprite.gif", "out.gif"],  # written at once, since the smaller of several is taken
    "webp": ["sprite.gif", "out.webp"],
    "apng": ["sprite.gif", "out.png", "--end", "0.3"],
}


@pytest.mark.parametrize("conversion", CONVERSIONS)
def test_any_write_of_a_conversion_may_fail(
    conversion: str, inside: Inside, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first, the second and so on, up to one that there is none of any more."""
    source, target, *options = CONVERSIONS[conversion]
    (here / target).write_bytes(b"older")

    def convert(last: int) -> tuple[Run, Disk]:
        disk = failing(monkeypatch, last)
        return inside("convert", FIXTURES / source, target, "--overwrite", *options), disk

    last = 1
    while (done := convert(last))[1].writes >= last:
        assert done[0].status != 0, last
        assert one_line(done[0].err) == f"{target}: {FULL.strerror}", last
        assert listing(here) == {target: b"older"}, last
        last += 1
    assert last > (5 if conversion in ("gif", "apng") else 1)
    assert done[0].status == 0
    assert [*listing(here)] == [target]


def test_any_write_of_a_folder_of_frames_may_fail(inside: Inside, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "frames").mkdir()
    (here / "frames" / "frame-0001.png").write_bytes(b"older")
    before = listing(here)

    def convert(last: int) -> tuple[Run, Disk]:
        disk = failing(monkeypatch, last)
        return inside("convert", FIXTURES / "sprite.gif", "frames/", "--overwrite", "--end", "0.2"), disk

    last = 1
    while (done := convert(last))[1].writes >= last:
        assert done[0].status != 0, last
        assert one_line(done[0].err) == f"frames: {FULL.strerror}", last
        assert listing(here) == before, last
        last += 1
    assert last > 5
    assert done[0].status == 0
    assert {*listing(here)} >= {"frames/frame-0001.png", "frames/frame-0002.png"}
    assert not any(".part" in name for name in listing(here))


STEPS = {
    "flush": lambda monkeypatch: failing(monkeypatch, 1, room=1 << 20),
    "sync": lambda monkeypatch: monkeypatch.setattr(os, "fsync", refuse),
    "close": lambda monkeypatch: monkeypatch.setattr(_File, "close", _close_and_refuse),
    "rename": lambda monkeypatch: monkeypatch.setattr(os, "replace", refuse),
    "open": lambda monkeypatch: monkeypatch.setattr(_File, "__init__", refuse),
}


def _close_and_refuse(self: io.FileIO) -> None:
    if not self.closed:
        io.FileIO.close(self)
        raise FULL


@pytest.mark.parametrize("step", STEPS)
def test_what_comes_after_the_writes_may_fail(
    step: str, inside: Inside, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "out.gif").write_bytes(b"older")
    failing(monkeypatch, 1 << 30)
    STEPS[step](monkeypatch)
    run = inside("convert", FIXTURES / "sprite.gif", "out.gif", "--overwrite")
    assert run.status != 0
    assert one_line(run.err) == f"out.gif: {FULL.strerror}"
    assert listing(here) == {"out.gif": b"older"}


@pytest.mark.parametrize("count", [1, 2, 7])
@pytest.mark.parametrize("room", [1, 100, 1 << 16])
def test_any_write_of_a_stream_may_fail(count: int, room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"older")

    def write() -> None:
        with replacing(path, overwrite=True) as stream:
            for number in range(count):
                stream.write(bytes([number]) * 90)

    last = 1
    while True:
        disk = failing(monkeypatch, last, room)
        if (error := _error_of(write)) is None:
            break
        assert str(error).isprintable()
        assert error.__cause__ is FULL
        assert listing(tmp_path) == {"file": b"older"}
        last += 1
    assert disk.writes == last - 1 > 0
    assert listing(tmp_path) == {"file": b"".join(bytes([number]) * 90 for number in range(count))}


def _error_of(write: Callable[[], None]) -> TargetUnwritable | None:
    try:
        write()
    except TargetUnwritable as error:
        return error
    return None
