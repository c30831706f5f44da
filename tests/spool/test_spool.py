"""The log of a recording: what is written comes back, little is written, and damage costs no more than what follows."""

import os
import stat
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest
import zstandard
from conftest import ROOT, posix
from numpy.typing import NDArray

from gifsom.core.errors import (
    FrameError,
    GifsomError,
    SourceEmpty,
    SourceNotFound,
    SourceRefused,
    SourceUnreadable,
    TargetExists,
    TargetUnwritable,
)
from gifsom.core.frame import Rect
from gifsom.core.values import MAX_PIXELS
from gifsom.native.spool import filter_part
from gifsom.spool import Event, Gap, Heartbeat, Picture, Spool, SpoolWriter, pack, record, writer
from gifsom.spool.events import Click, Key, Pointer, Shape

Pixels = NDArray[np.uint8]
HEAD, RECORD = 40, 40
"""Bytes of a file before its first record, and of a record before its payload."""


def noise(seed: int, height: int = 9, width: int = 12) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4)).astype(np.uint8)


def rgb(bgrx: Pixels) -> bytes:
    return bgrx[..., 2::-1].tobytes()


def canvases(spool: Spool) -> list[tuple[float, bytes]]:
    """The time of each picture, and how the canvas looks then."""
    canvas = np.zeros((*spool.size[::-1], 3), np.uint8)
    found = []
    for time, event in spool.events():
        if isinstance(event, Picture):
            spool.paint(event, canvas)
            found.append((time, canvas.tobytes()))
    return found


def boxes(spool: Spool) -> list[tuple[int, int, int, int]]:
    pictures = [event for _, event in spool.events() if isinstance(event, Picture)]
    return [(p.box.left, p.box.top, p.box.width, p.box.height) for p in pictures]


def said(event: Event) -> object:
    """An event as something that can be compared."""
    if isinstance(event, Picture):
        return event.time, event.box, event.packed
    if isinstance(event, Shape):
        return event.number, event.hot, event.pixels.shape, event.pixels.tobytes()
    return event


def history(path: Path) -> list[object]:
    """All that a log says but for holds, whose one sense is its duration."""
    events = Spool.open(path, MAX_PIXELS).events()
    return [(time, said(event)) for time, event in events if not isinstance(event, Heartbeat)]


def read(path: Path) -> list[object] | None:
    """The same, with every picture unpacked; None where that raises an error of ours, in one clean line."""
    try:
        canvases(Spool.open(path, MAX_PIXELS))
    except GifsomError as error:
        message = str(error)
    else:
        return history(path)
    assert message.isprintable()
    return None


SHAPE = Shape(7, noise(5, 4, 3), (1, -2))
WHOLE: list[Event] = [
    SHAPE,
    Pointer(0.25, -30, 400, 7),
    Click(0.3, 3, -4, 1, True),
    Click(0.35, 3, 4, 1, False),
    Key(0.4, "Ctrl+Ä"),
    Gap(0.5, 3),
    Heartbeat(0.9),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.gsr"


def write(path: Path) -> None:
    """One of each kind of record."""
    with SpoolWriter(path, (12, 9), 10) as log:
        log.picture(0.0, noise(0))
        part = noise(0)
        part[2:5, 3:9] = noise(1)[2:5, 3:9]
        log.picture(0.1, part)
        log.shape(SHAPE)
        log.pointer(Pointer(0.25, -30, 400, 7))
        log.click(Click(0.3, 3, -4, 1, True))
        log.click(Click(0.35, 3, 4, 1, False))
        log.key(Key(0.4, "Ctrl+Ä"))
        log.gap(0.5, 3)
        log.heartbeat(0.9)
        log.end(1.5)
        assert log.bytes == path.stat().st_size


@pytest.mark.parametrize("size", [(1, 1), (1, 30), (30, 1), (33, 21)])
def test_pictures_come_back_exactly(size: tuple[int, int], path: Path) -> None:
    """Whatever part of them changes."""
    rng = np.random.default_rng(0)
    w, h = size
    shown = noise(0, h, w)
    expected = []
    with SpoolWriter(path, size, 20) as log:
        for n in range(40):
            y, x = rng.integers(0, h), rng.integers(0, w)
            shown = shown.copy()
            shown[y : y + rng.integers(1, h + 1), x : x + rng.integers(1, w + 1)] += np.uint8(1)
            assert log.picture(n / 20, shown)
            expected.append((n / 20, rgb(shown)))
    assert expected == canvases(Spool.open(path, MAX_PIXELS))


def test_only_what_changed_is_written(path: Path) -> None:
    first = noise(0, 50, 80)
    second = first.copy()
    second[10:13, 20:27] ^= 1
    unseen = second.copy()
    unseen[..., 3] += 1
    with SpoolWriter(path, (80, 50), 10) as log:
        assert log.picture(0, first)
        before = log.bytes
        assert log.picture(0.1, second)
        assert log.bytes - before < 150
        before = log.bytes
        assert not log.picture(0.2, unseen), "the fourth byte is not seen"
        assert log.bytes == before
    assert boxes(Spool.open(path, MAX_PIXELS)) == [(0, 0, 80, 50), (20, 10, 7, 3)]


def test_whole_pictures_come_again_and_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many parts, and after so many seconds."""
    monkeypatch.setattr(writer, "KEY_EVERY", 3)
    shown = noise(0)
    with SpoolWriter(path, (12, 9), 10) as log:
        for time in [0, 0.1, 0.2, 0.3, 0.4, 0.5, 11, 11.1]:
            shown[0, 0] += np.uint8(1)
            log.picture(time, shown)
    whole, part = (0, 0, 12, 9), (0, 0, 1, 1)
    assert boxes(Spool.open(path, MAX_PIXELS)) == [whole, part, part, part, whole, part, whole, part]


def test_arrays_of_any_kind_are_taken(path: Path) -> None:
    """Read-only, a part of a larger one, not aligned."""
    frozen = noise(1)
    frozen.flags.writeable = False
    odd = np.frombuffer(b"x" + noise(3).tobytes(), np.uint8)[1:].reshape(9, 12, 4)
    pictures = [noise(0), frozen, noise(2, 20, 30)[3:12, 5:17], odd, noise(4)[:, ::-1]]
    with SpoolWriter(path, (12, 9), 10) as log:
        for n, picture in enumerate(pictures):
            log.picture(n, picture)
    assert [rgb(picture) for picture in pictures] == [pixels for _, pixels in canvases(Spool.open(path, MAX_PIXELS))]


WRONG = [noise(0)[1:], noise(0)[..., :3], noise(0, 10), noise(0).astype(np.int16), noise(0).astype(np.bool_)]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_picture_of_another_kind_is_refused(wrong: Pixels, path: Path) -> None:
    with SpoolWriter(path, (12, 9), 10) as log, pytest.raises(FrameError, match=r"a picture is \(9, 12, 4\) of uint8"):
        log.picture(0, wrong)


def test_everything_comes_back(path: Path) -> None:
    write(path)
    spool = Spool.open(path, MAX_PIXELS)
    events = [event for _, event in spool.events()]
    assert [said(event) for event in WHOLE] == [said(event) for event in events[2:]]
    assert (spool.size, spool.fps, spool.until, spool.duration) == ((12, 9), 10, 1.5, 1.5)
    assert (spool.ended, spool.dropped, spool.clicks, spool.keys, spool.unread) == (True, 3, True, True, 0)
    assert abs(spool.started - path.stat().st_mtime) < 60


def test_what_is_too_long_is_cut_or_refused(path: Path) -> None:
    with SpoolWriter(path, (12, 9), 10) as log:
        log.picture(0, noise(0))
        log.key(Key(0, "ä" * 500))
        with pytest.raises(FrameError, match="513x1"):
            log.shape(Shape(1, noise(0, 1, 513), (0, 0)))
        log.key(Key(-1, "early\ud800"))
    keys = [event for _, event in Spool.open(path, MAX_PIXELS).events() if isinstance(event, Key)]
    assert keys == [Key(0, "ä" * 128), Key(0, "early?")]


@posix
def test_the_file_is_its_owners_and_was_not_there(path: Path) -> None:
    before = os.umask(0)
    try:
        SpoolWriter(path, (12, 9), 10).close()
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(TargetExists, match=r"x\.gsr: the file is there already"):
        SpoolWriter(path, (12, 9), 10)
    with pytest.raises(TargetUnwritable, match="No such file or directory"):
        SpoolWriter(path.with_name("no") / "x.gsr", (12, 9), 10)


FULL = """
import resource, sys, pathlib
import numpy as np
from gifsom.core.errors import TargetUnwritable
from gifsom.spool import SpoolWriter, Spool
path = pathlib.Path(sys.argv[1])
def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
rng = np.random.default_rng(0)
first, second = rng.integers(0, 256, (2, 40, 50, 4)).astype(np.uint8)
log = SpoolWriter(path, (50, 40), 10)
log.picture(0, first)
whole = log.bytes
for room in (0, 1, 43, 44, 1000, 5000):
    limit(whole + room)
    try:
        log.picture(0.1, second)
    except TargetUnwritable as error:
        print(error)
    assert path.stat().st_size == log.bytes == whole, room
limit(resource.RLIM_INFINITY)
assert log.picture(0.2, second) and not log.picture(0.3, second)
log.end(0.4)
canvas = np.zeros((40, 50, 3), np.uint8)
spool = Spool.open(path, 10**6)
assert spool.unread == 0
for _, picture in list(spool.events()):
    spool.paint(picture, canvas)
assert (canvas == second[..., 2::-1]).all()
limit(39)
try:
    SpoolWriter(path.with_name("y.gsr"), (50, 40), 10)
except TargetUnwritable as error:
    print(error)
assert not path.with_name("y.gsr").exists()
limit(resource.RLIM_INFINITY)  # whoever counts lines writes at the end
"""


@posix
def test_a_full_disk_is_told_and_leaves_whole_records(path: Path) -> None:
    """However much of the record fits; when there is room again, writing goes on with a whole picture."""
    run = subprocess.run([sys.executable, "-c", FULL, path], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.stderr == ""
    assert [f"{path}: File too large"] * 6 + [f"{path.with_name('y.gsr')}: File too large"] == run.stdout.splitlines()


KILLED = """
import sys, pathlib
import numpy as np
from gifsom.spool import SpoolWriter
log = SpoolWriter(pathlib.Path(sys.argv[1]), (200, 150), 10)
for n in range(1000):
    log.picture(n / 10, np.random.default_rng(n).integers(0, 256, (150, 200, 4)).astype(np.uint8))
    print(n, flush=True)
"""


@posix
@pytest.mark.parametrize("after", [1, 160])
def test_a_writer_that_is_killed_loses_at_most_the_record_in_hand(after: int, path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, path], cwd=ROOT, stdout=subprocess.PIPE, text=True) as writing:
        assert writing.stdout is not None
        while int(writing.stdout.readline()) < after:
            pass
        writing.kill()
        written = max([after, *map(int, writing.stdout.read().split())])
    pictures = canvases(Spool.open(path, MAX_PIXELS))
    assert len(pictures) > written
    assert [(n / 10, rgb(noise(n, 150, 200))) for n in range(len(pictures))] == pictures


def test_a_still_tail_is_kept_by_holds(path: Path) -> None:
    with SpoolWriter(path, (12, 9), 10) as log:
        log.picture(0, noise(0))
        log.picture(0.5, noise(1))
        assert Spool.open(path, MAX_PIXELS).duration == pytest.approx(0.6), "the last picture has a frame's time"
        log.heartbeat(4)
        spool = Spool.open(path, MAX_PIXELS)
        assert (spool.duration, spool.ended, spool.unread) == (4, False, 0)
        log.end(4.7)
    spool = Spool.open(path, MAX_PIXELS)
    assert (spool.duration, spool.ended) == (4.7, True)


def test_what_comes_at_the_end_or_later_does_not_count(path: Path) -> None:
    with SpoolWriter(path, (12, 9), 10) as log:
        for n in range(100):
            log.picture(n / 10, noise(n))
        log.end(0.2)
    spool = Spool.open(path, MAX_PIXELS)
    assert [time for time, _ in canvases(spool)] == [0, 0.1]
    assert spool.duration == 0.2


def test_times_never_fall(path: Path) -> None:
    """A late record counts as of the time before it."""
    with SpoolWriter(path, (12, 9), 10) as log:
        log.picture(3, noise(0))
        log.click(Click(2, 0, 0, 1, True))
        log.key(Key(3.5, "A"))
    assert [time for time, _ in Spool.open(path, MAX_PIXELS).events()] == [3, 3, 3.5]


@pytest.mark.parametrize("end", [None, 0.0])
def test_a_log_without_a_picture_is_empty(end: float | None, path: Path) -> None:
    with SpoolWriter(path, (12, 9), 10) as log:
        log.heartbeat(1)
        if end is not None:
            log.picture(0.5, noise(0))
            log.end(end)
    with pytest.raises(SourceEmpty, match=r"x\.gsr: there is no picture in the recording"):
        Spool.open(path, MAX_PIXELS)


def test_a_log_that_ends_with_its_first_picture_is_empty(path: Path) -> None:
    with SpoolWriter(path, (12, 9), 10) as log:
        log.picture(0.5, noise(0))
        log.end(0.5)
    with pytest.raises(SourceEmpty):
        Spool.open(path, MAX_PIXELS)


def test_a_log_that_is_being_written_can_be_read(path: Path) -> None:
    with SpoolWriter(path, (12, 9), 10) as log:
        log.picture(0, noise(0))
        early = Spool.open(path, MAX_PIXELS)
        log.picture(0.1, noise(1))
        assert len(canvases(early)) == 1
        assert len(canvases(Spool.open(path, MAX_PIXELS))) == 2


def test_a_file_that_changed_after_it_was_opened_is_told(path: Path) -> None:
    write(path)
    spool = Spool.open(path, MAX_PIXELS)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(SourceUnreadable, match="not as it was any more"):
        list(spool.events())
    path.unlink()
    with pytest.raises(SourceUnreadable, match="No such file"):
        list(spool.events())


def sealed(data: bytes, at: int) -> bytes:
    """The file with a right checksum in the record that begins there, or at 0 in its header."""
    if at == 0:
        return data[:36] + struct.pack("<I", crc32(data[:36])) + data[HEAD:]
    length = struct.unpack_from("<I", data, at + 32)[0]
    payload = data[at + RECORD : at + RECORD + length]
    return data[: at + 36] + struct.pack("<I", crc32(payload, crc32(data[at : at + 36]))) + data[at + RECORD :]


def starts(path: Path) -> list[int]:
    """Where each record begins."""
    with path.open("rb") as file:
        return [HEAD, *[at for at, _, _ in record.records(file, (12, 9), path.stat().st_size)][:-1]]


def test_a_cut_anywhere_costs_what_was_not_whole(path: Path) -> None:
    write(path)
    data, ends, whole = path.read_bytes(), [*starts(path)[1:], path.stat().st_size], history(path)
    for length in range(len(data)):
        path.write_bytes(data[:length])
        left = sum(end <= length for end in ends)
        if not left:
            with pytest.raises(GifsomError):
                Spool.open(path, MAX_PIXELS)
            continue
        spool = Spool.open(path, MAX_PIXELS)
        assert whole[:left] == history(path)
        assert (spool.unread, spool.ended) == (length - ends[left - 1], False)
        assert spool.cut == (spool.unread > 0)
        canvases(spool)


def test_a_wrong_byte_anywhere_costs_its_record_and_what_follows(path: Path) -> None:
    write(path)
    data, ends, whole = path.read_bytes(), [*starts(path)[1:], path.stat().st_size], history(path)
    rng = np.random.default_rng(0)
    for place in range(len(data)):
        wrong = bytearray(data)
        wrong[place] ^= int(rng.integers(1, 256))
        path.write_bytes(wrong)
        left = sum(end <= place for end in ends)
        if not left:
            with pytest.raises(GifsomError, match=r"x\.gsr: "):
                Spool.open(path, MAX_PIXELS)
            continue
        assert whole[:left] == history(path)
        assert Spool.open(path, MAX_PIXELS).unread == len(data) - ends[left - 1]


VALUES = [1, 128, 255]


def test_a_wrong_field_under_a_right_checksum_does_no_harm(path: Path) -> None:
    """Of each record and the header each byte: what was before is read, and no error but ours is raised."""
    write(path)
    data, whole = path.read_bytes(), history(path)
    for number, at in enumerate([0, *starts(path)]):
        for place in range(at, at + 36):
            for change in VALUES:
                wrong = bytearray(data)
                wrong[place] ^= change
                path.write_bytes(sealed(bytes(wrong), at))
                found = read(path)
                before = whole[: max(0, number - 1)]
                if found is None:
                    assert number <= 2 or number == len(whole), "only the head, a picture and an end can spoil it all"
                else:
                    assert before[: len(found)] == found[: len(before)]


def test_a_payload_that_is_wrong_under_a_right_checksum_is_told(path: Path) -> None:
    write(path)
    data, at = path.read_bytes(), HEAD
    for place in range(at + RECORD, starts(path)[1]):
        wrong = bytearray(data)
        wrong[place] ^= VALUES[place % len(VALUES)]
        path.write_bytes(sealed(bytes(wrong), at))
        read(path)


def with_payload(path: Path, payload: bytes) -> None:
    """A log whose one picture is packed as this."""
    SpoolWriter(path, (12, 9), 10).close()
    with path.open("ab") as file:
        file.write(record.encode(record.Kind.KEYFRAME, 0.0, 0, 0, 12, 9, payload=payload))


PACKED: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no zstandard": lambda: b"x" * 50,
    "too little": lambda: zstandard.compress(bytes(323)),
    "too much": lambda: zstandard.compress(bytes(325)),
    "a bomb": lambda: zstandard.compress(bytes(1 << 28)),
    "of unknown size": lambda: zstandard.ZstdCompressor(write_content_size=False).compress(bytes(324)),
    "a size that is claimed": lambda: zstandard.compress(bytes(324))[:5] + struct.pack("<I", 1 << 31),
    "two": lambda: zstandard.compress(bytes(324)) * 2,
    "cut": lambda: zstandard.compress(noise(0).tobytes()[:324])[:-9],
}


@pytest.mark.parametrize("make", PACKED.values(), ids=PACKED.keys())
def test_a_picture_unpacks_to_its_size_or_not_at_all(make: Callable[[], bytes], path: Path) -> None:
    with_payload(path, make())
    with pytest.raises((SourceEmpty, SourceUnreadable)):
        canvases(Spool.open(path, MAX_PIXELS))


@pytest.mark.parametrize("before", [b"", record.encode(record.Kind.HEARTBEAT, 0.0)], ids=["first", "after a hold"])
def test_a_part_before_any_picture_is_wrong(before: bytes, path: Path) -> None:
    SpoolWriter(path, (12, 9), 10).close()
    with path.open("ab") as file:
        file.write(before + record.encode(record.Kind.DELTA, 0.0, 0, 0, 1, 1, payload=zstandard.compress(bytes(3))))
    with pytest.raises(SourceEmpty):
        Spool.open(path, MAX_PIXELS)


def test_anything_else_may_come_before_a_picture(path: Path) -> None:
    with SpoolWriter(path, (12, 9), 10) as log:
        log.shape(SHAPE)
        log.pointer(Pointer(0, 1, 2, 7))
        log.picture(0.1, noise(0))
    assert [type(event) for _, event in Spool.open(path, MAX_PIXELS).events()] == [Shape, Pointer, Picture]


def test_nothing_follows_an_end(path: Path) -> None:
    write(path)
    whole = history(path)
    with path.open("ab") as file:
        file.write(record.encode(record.Kind.HEARTBEAT, 1.7))
    spool = Spool.open(path, MAX_PIXELS)
    assert (spool.unread, spool.cut, spool.ended) == (RECORD, False, True)
    assert whole == history(path)


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_no_log(seed: int, path: Path) -> None:
    """Nor behind a good header."""
    rng = np.random.default_rng(seed)
    path.write_bytes(rng.bytes(int(rng.integers(0, 5000))))
    with pytest.raises(SourceUnreadable, match="that is no recording of gifsom"):
        Spool.open(path, MAX_PIXELS)
    path.unlink()
    SpoolWriter(path, (12, 9), 10).close()
    with path.open("ab") as file:
        file.write(b"gsr>" * (seed % 2) + rng.bytes(int(rng.integers(0, 5000))))
    with pytest.raises(SourceEmpty):
        Spool.open(path, MAX_PIXELS)


def headed(path: Path, **changes: object) -> None:
    """A log that says this of itself, with one picture of 12 x 9 pixels in it."""
    given = {"version": 2, "size": (12, 9), "fps": 10.0, "started": 0.0} | changes
    path.write_bytes(record.Header(**given).encode())  # type: ignore[arg-type]
    with path.open("ab") as file:
        file.write(record.encode(record.Kind.KEYFRAME, 0.0, 0, 0, 12, 9, payload=zstandard.compress(bytes(324))))


def test_a_header_says_what_can_be(path: Path) -> None:
    headed(path)
    assert len(canvases(Spool.open(path, MAX_PIXELS))) == 1
    for wrong in (
        *({"fps": fps} for fps in (0.0, -1.0, 1e-300, 1e300, float("nan"), float("inf"))),
        *({"size": size} for size in ((0, 9), (12, 0))),
        {"version": 0},
    ):
        headed(path, **wrong)
        with pytest.raises(SourceUnreadable, match=r"x\.gsr: the recording is damaged at its beginning"):
            Spool.open(path, MAX_PIXELS)


def test_an_older_log_is_read(path: Path) -> None:
    headed(path, version=1)
    assert len(canvases(Spool.open(path, MAX_PIXELS))) == 1


def test_a_newer_log_is_refused_as_such(path: Path) -> None:
    headed(path, version=3)
    with pytest.raises(SourceUnreadable, match="a newer gifsom made it: its format is 3, known is 2"):
        Spool.open(path, MAX_PIXELS)


def test_a_large_canvas_is_refused(path: Path) -> None:
    headed(path, size=(1 << 20, 1 << 19))
    with pytest.raises(SourceRefused, match=r"x\.gsr: its pictures have 1048576x524288 pixels"):
        Spool.open(path, MAX_PIXELS)
    write(path.with_name("small.gsr"))
    with pytest.raises(SourceRefused, match="and the limit is 107 in all"):
        Spool.open(path.with_name("small.gsr"), 107)


def test_a_log_that_is_not_there_or_not_to_be_read_is_told(path: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"x\.gsr: there is no such file"):
        Spool.open(path, MAX_PIXELS)
    with pytest.raises(SourceUnreadable, match="directory"):
        Spool.open(tmp_path, MAX_PIXELS)


def test_times_that_cannot_be_are_wrong(path: Path) -> None:
    """Far too late, and far earlier than what came before."""
    for times in ([0.0, record.LONGEST + 1], [60.0, 50.0], [0.0, 1e12]):
        path.unlink(missing_ok=True)
        with SpoolWriter(path, (12, 9), 10) as log:
            for n, time in enumerate(times):
                log.picture(time, noise(n))
        spool = Spool.open(path, MAX_PIXELS)
        assert len(canvases(spool)) == 1
        assert spool.unread
        assert not spool.cut


def raw(
    kind: int,
    micros: int = 0,
    place: tuple[int, int, int, int] = (0, 0, 0, 0),
    payload: bytes = b"",
    flags: int = 0,
    zero: int = 0,
    mark: bytes = b"gsr>",
) -> bytes:
    """A record by the format's description, with a right checksum."""
    head = struct.pack("<4sBBHqiiIII", mark, kind, flags, zero, micros, *place, len(payload))
    return head + struct.pack("<I", crc32(head + payload)) + payload


def test_the_file_is_laid_out_as_the_format_says(path: Path) -> None:
    write(path)
    data = path.read_bytes()
    started = struct.unpack_from("<q", data, 28)[0]
    head = struct.pack("<8sHHIIdq", b"\x89GSR\r\n\x1a\n", 2, 0, 12, 9, 10.0, started)
    assert head + struct.pack("<I", crc32(head)) == data[:HEAD]
    assert Spool.open(path, MAX_PIXELS).started == started / 1e6
    pictures = [event for _, event in Spool.open(path, MAX_PIXELS).events() if isinstance(event, Picture)]
    expected = [
        raw(1, 0, (0, 0, 12, 9), pictures[0].packed),
        raw(2, 100_000, (3, 2, 6, 3), pictures[1].packed),
        raw(5, 0, (1, -2, 3, 4), struct.pack("<I", 7) + SHAPE.pixels.tobytes()),
        raw(4, 250_000, (-30, 400, 7, 0)),
        raw(6, 300_000, (3, -4, 1, 0), flags=1),
        raw(6, 350_000, (3, 4, 1, 0)),
        raw(7, 400_000, payload="Ctrl+Ä".encode()),
        raw(8, 500_000, (0, 0, 3, 0)),
        raw(3, 900_000),
        raw(9, 1_500_000),
    ]
    assert b"".join(expected) == data[HEAD:]


def test_a_time_is_kept_to_the_microsecond(path: Path) -> None:
    with SpoolWriter(path, (12, 9), 10) as log:
        log.picture(0, noise(0))
        log.heartbeat(1.0000004)
        log.heartbeat(1.0000016)
        log.heartbeat(-1)
    assert raw(3, 1_000_000) + raw(3, 1_000_002) + raw(3, 0) == path.read_bytes()[-3 * RECORD :]


WEEK = 7 * 86_400_000_000
DOT = zstandard.compress(bytes(3))
RGBA = bytes(4 + 4 * 6)

GOOD: dict[str, bytes] = {
    "part at the left and top": raw(2, 0, (0, 0, 1, 1), DOT),
    "part at the right and bottom": raw(2, 0, (11, 8, 1, 1), DOT),
    "the latest time": raw(3, WEEK),
    "pointer anywhere": raw(4, 5, (-(1 << 31), (1 << 31) - 1, (1 << 32) - 1, 0)),
    "smallest shape": raw(5, 0, (0, 0, 1, 1), bytes(8)),
    "widest shape": raw(5, 0, (0, 0, 512, 1), bytes(4 + 4 * 512)),
    "highest shape": raw(5, 0, (0, 0, 1, 512), bytes(4 + 4 * 512)),
    "largest shape": raw(5, 0, (0, 0, 512, 512), bytes(4 + 4 * 512**2)),
    "longest key": raw(7, 5, payload=b"x" * 256),
    "no text": raw(7, 5),
    "many dropped": raw(8, 5, (0, 0, (1 << 32) - 1, 0)),
}
PLACES = [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)]
BAD: dict[str, bytes] = {
    "another mark": raw(3, 5, mark=b"gsr<"),
    "one that is larger": raw(3, 5, mark=b"gsr?"),
    "not zero": raw(3, 5, zero=1),
    "no type": raw(0, 5),
    "unknown type": raw(10, 5),
    "before the start": raw(3, -1),
    "too late": raw(3, WEEK + 1),
    "too far left": raw(2, 0, (-1, 0, 2, 1), zstandard.compress(bytes(6))),
    "too far up": raw(2, 0, (0, -1, 1, 2), zstandard.compress(bytes(6))),
    "no width": raw(2, 0, (0, 0, 0, 1), zstandard.compress(b"")),
    "no height": raw(2, 0, (0, 0, 1, 0), zstandard.compress(b"")),
    "too wide": raw(2, 0, (0, 0, 13, 1), zstandard.compress(bytes(39))),
    "too high": raw(2, 0, (0, 0, 1, 10), zstandard.compress(bytes(30))),
    "too far right": raw(2, 0, (12, 0, 1, 1), DOT),
    "too far down": raw(2, 0, (0, 9, 1, 1), DOT),
    "part that is not packed": raw(2, 0, (0, 0, 1, 1), b"rgb"),
    "part with too little": raw(2, 0, (0, 0, 1, 1), zstandard.compress(bytes(2))),
    "part with too much": raw(2, 0, (0, 0, 1, 1), zstandard.compress(bytes(4))),
    "part with a flag": raw(2, 0, (0, 0, 1, 1), DOT, flags=1),
    "picture with a flag": raw(1, 0, (0, 0, 12, 9), zstandard.compress(bytes(324)), flags=1),
    "keyframe that is a part": raw(1, 0, (0, 0, 12, 8), zstandard.compress(bytes(288))),
    "shape that is too wide": raw(5, 0, (0, 0, 513, 1), bytes(4 + 4 * 513)),
    "shape that is too high": raw(5, 0, (0, 0, 1, 513), bytes(4 + 4 * 513)),
    "shape without width": raw(5, 0, (0, 0, 0, 1), bytes(4)),
    "shape without height": raw(5, 0, (0, 0, 1, 0), bytes(4)),
    "shape with too little": raw(5, 0, (0, 0, 2, 3), RGBA[:-1]),
    "shape with too much": raw(5, 0, (0, 0, 2, 3), RGBA + b"x"),
    "shape with a flag": raw(5, 0, (0, 0, 2, 3), RGBA, flags=1),
    "pointer with a height": raw(4, 5, PLACES[3]),
    "click with a height": raw(6, 5, PLACES[3]),
    "click with another flag": raw(6, 5, flags=2),
    "key outside": raw(7, 5, (-1, 0, 0, 0)),
    "key that is too long": raw(7, 5, payload=b"x" * 257),
    "key that is no text": raw(7, 5, payload=b"\xff"),
    **{f"key at {place}": raw(7, 5, place) for place in PLACES},
    **{f"hold at {place}": raw(3, 5, place) for place in PLACES},
    **{f"end at {place}": raw(9, 5, place) for place in PLACES},
    **{f"gap at {place}": raw(8, 5, place) for place in PLACES if place[2] == 0},
    **{f"type {kind} with a flag": raw(kind, 5, flags=1) for kind in (3, 4, 7, 8, 9)},
    **{f"type {kind} with a payload": raw(kind, 5, payload=b"x") for kind in (3, 4, 6, 8, 9)},
}


def with_records(path: Path, *added: bytes, size: tuple[int, int] = (12, 9)) -> Spool:
    """A log of one picture and these records."""
    with SpoolWriter(path, size, 10) as log:
        log.picture(0, noise(0, *size[::-1]))
    with path.open("ab") as file:
        file.write(b"".join(added))
    return Spool.open(path, MAX_PIXELS)


@pytest.mark.parametrize("added", GOOD.values(), ids=GOOD.keys())
def test_what_can_just_be_is_read(added: bytes, path: Path) -> None:
    spool = with_records(path, added)
    assert (spool.unread, spool.cut, len(list(spool.events()))) == (0, False, 2 - (struct.pack("<q", WEEK) in added))


@pytest.mark.parametrize("added", BAD.values(), ids=BAD.keys())
def test_what_cannot_be_ends_what_is_read(added: bytes, path: Path) -> None:
    spool = with_records(path, added, raw(3, 200_000))
    assert (spool.unread, spool.cut, spool.ended, spool.until) == (len(added) + RECORD, False, False, 0.1)


@pytest.mark.parametrize(("size", "place"), [((400, 1), (300, 0, 0, 1)), ((1, 400), (0, 300, 1, 0))])
def test_nothing_is_no_part_of_a_large_picture(
    size: tuple[int, int], place: tuple[int, int, int, int], path: Path
) -> None:
    assert with_records(path, raw(2, 0, place, zstandard.compress(b"")), size=size).unread


@pytest.mark.parametrize(("late", "unread"), [(55_000_000, 0), (54_999_999, RECORD)])
def test_a_record_may_be_five_seconds_late(late: int, unread: int, path: Path) -> None:
    assert with_records(path, raw(3, 60_000_000), raw(3, late)).unread == unread


def test_a_shape_and_an_end_may_be_of_any_time(path: Path) -> None:
    spool = with_records(path, raw(3, 60_000_000), raw(5, 0, (0, 0, 2, 3), RGBA), raw(9, 50_000))
    assert (spool.unread, spool.ended, spool.until, spool.duration) == (0, True, 0.05, 0.1)


@pytest.mark.parametrize("size", [(12, 9), (701, 601)])
def test_a_payload_is_not_longer_than_a_picture_or_a_shape_can_be(size: tuple[int, int], path: Path) -> None:
    """Behind what is packed anything may stand: unpacking refuses it."""
    most = max(3 * size[0] * size[1] * 65 // 64, 4 * 512**2) + 1024
    packed, place = zstandard.compress(bytes(3 * size[0] * size[1])), (0, 0, *size)
    for length, unread in ((most, 0), (most + 1, RECORD + most + 1)):
        headed(path, size=size)
        head = path.read_bytes()[:HEAD]
        path.write_bytes(head + raw(1, 0, place, packed) + raw(1, 0, place, packed.ljust(length, b"x")))
        assert Spool.open(path, MAX_PIXELS).unread == unread


def test_a_record_that_is_longer_than_the_file_is_cut(path: Path) -> None:
    """By a byte; and one that is there, yet wrong, is not."""
    key = raw(7, 5, payload=b"x" * 60)
    wrong = key[:-1] + b"y"
    for added, cut in (
        (key[:-1], True),
        (wrong, False),
        (key[:RECORD], True),
        (key[:39], True),
        (b"x", True),
        (b"x" * 40, False),
    ):
        path.unlink(missing_ok=True)
        spool = with_records(path, added)
        assert (spool.cut, spool.unread, spool.readable) == (cut, len(added), path.stat().st_size - len(added))


def test_only_so_much_of_a_file_is_read(path: Path) -> None:
    with_records(path, raw(3, 5))
    length = path.stat().st_size
    with path.open("rb") as file:
        assert [len(list(record.records(file, (12, 9), length - less))) for less in (0, 1)] == [2, 1]


def test_rates_and_sizes_end_where_they_can_just_be(path: Path) -> None:
    for fps, fine in ((0.01, True), (1000.0, True), (0.0099, False), (1001.0, False)):
        headed(path, fps=fps)
        assert (record.Header.decode(path.read_bytes()[:HEAD]) is not None) == fine
    for size in ((1, 1), (1, 3), (3, 1)):
        headed(path, size=size)
        decoded = record.Header.decode(path.read_bytes()[:HEAD])
        assert decoded is not None
        assert decoded.size == size


@pytest.mark.parametrize("change", [1, -1])
def test_a_checksum_that_is_too_large_or_too_small_is_wrong(change: int, path: Path) -> None:
    """Of the header, and of a record."""
    headed(path)
    data = path.read_bytes()
    for at, message in ((0, "damaged at its beginning"), (HEAD, "no picture")):
        checksum = struct.unpack_from("<I", data, at + 36)[0] + change
        path.write_bytes(data[: at + 36] + struct.pack("<I", checksum) + data[at + 40 :])
        with pytest.raises(GifsomError, match=message):
            Spool.open(path, MAX_PIXELS)


def test_a_header_with_anything_in_its_empty_place_is_damaged(path: Path) -> None:
    headed(path)
    data = bytearray(path.read_bytes())
    data[10] = 1
    path.write_bytes(sealed(bytes(data), 0))
    with pytest.raises(SourceUnreadable, match="damaged at its beginning"):
        Spool.open(path, MAX_PIXELS)


@pytest.mark.parametrize("length", [8, 20, 39])
def test_a_log_that_ends_within_its_header_was_cut_off(length: int, path: Path) -> None:
    headed(path)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(SourceUnreadable, match=r"x\.gsr: the recording was cut off before its first picture"):
        Spool.open(path, MAX_PIXELS)


def test_the_limit_of_pixels_is_one_that_is_allowed(path: Path) -> None:
    headed(path)
    assert Spool.open(path, 108).size == (12, 9)


def test_a_log_tells_what_there_is(path: Path) -> None:
    plain = with_records(path)
    assert (plain.clicks, plain.keys, plain.dropped, plain.until) == (False, False, 0, 0.1)
    path.unlink()
    clicked = with_records(path, raw(6, 10), raw(8, 20, (0, 0, 3, 0)), raw(8, 30, (0, 0, 4, 0)))
    assert (clicked.clicks, clicked.keys, clicked.dropped, clicked.until) == (True, False, 7, 0.03 / 1000 + 0.1)
    path.unlink()
    typed = with_records(path, raw(7, 10), raw(3, 5))
    assert (typed.clicks, typed.keys, typed.until) == (False, True, 10 / 1e6 + 0.1)


def test_whole_pictures_come_after_150_parts_or_10_seconds(path: Path) -> None:
    shown = noise(0)
    times = [
        n / 1024 for n in [*range(152), 10 * 1024, 10 * 1024 + 150, 10 * 1024 + 151, 20 * 1024 + 150, 20 * 1024 + 151]
    ]
    with SpoolWriter(path, (12, 9), 10) as log:
        for time in times:
            shown[0, 0] += np.uint8(1)
            log.picture(time, shown)
    whole = [n for n, box in enumerate(boxes(Spool.open(path, MAX_PIXELS))) if box == (0, 0, 12, 9)]
    assert whole == [0, 151, 154, 156]


# The canvas grows


def larger(path: Path) -> list[tuple[float, bytes]]:
    """Write a log whose canvas grows from 12 x 9 to 14 x 9; what is to be seen, on the last canvas."""
    small, wide = noise(1), noise(2, 9, 14)
    changed = wide.copy()
    changed[3, 13] ^= 255
    with SpoolWriter(path, (12, 9), 10) as log:
        log.picture(0, small)
        log.grow(0.5, (14, 9))
        assert log.size == (14, 9)
        log.picture(0.5, wide)
        log.picture(1, changed)
        log.end(1.5)
    padded = np.zeros((9, 14, 4), np.uint8)
    padded[:, :12] = small
    return [(0, rgb(padded)), (0.5, rgb(wide)), (1, rgb(changed))]


def test_a_canvas_grows_and_what_was_before_stays_as_it_is(path: Path) -> None:
    expected = larger(path)
    spool = Spool.open(path, MAX_PIXELS)
    assert (spool.begins, spool.size, spool.unread) == ((12, 9), (14, 9), 0)
    assert canvases(spool) == expected
    assert boxes(spool) == [(0, 0, 12, 9), (0, 0, 14, 9), (13, 3, 1, 1)]


def test_a_canvas_that_grows_too_large_is_refused(path: Path) -> None:
    larger(path)
    assert Spool.open(path, 126).size == (14, 9)
    with pytest.raises(SourceRefused, match="14x9"):
        Spool.open(path, 125)


@pytest.mark.parametrize(
    "added",
    [
        raw(10, 5, (0, 0, 11, 9)),
        raw(10, 5, (0, 0, 12, 8)),
        raw(10, 5, (1, 0, 12, 9)),
        raw(10, 5, (0, 0, 12, 9), flags=1),
        raw(10, 5, (0, 0, 12, 9), b"x"),
        raw(10, 5, (0, 0, 13, 9)) + raw(2, 5, (0, 0, 1, 1), zstandard.compress(bytes(3))),
        raw(10, 5, (0, 0, 13, 9)) + raw(1, 5, (0, 0, 12, 9), zstandard.compress(bytes(324))),
    ],
)
def test_a_canvas_that_shrinks_or_has_no_whole_picture_is_wrong(added: bytes, path: Path) -> None:
    assert with_records(path, added).unread


def test_the_largest_pointer_is_written(path: Path) -> None:
    with SpoolWriter(path, (12, 9), 10) as log:
        log.shape(Shape(1, np.zeros((512, 512, 4), np.uint8), (0, 0)))
        with pytest.raises(FrameError, match="1x513"):
            log.shape(Shape(1, np.zeros((513, 1, 4), np.uint8), (0, 0)))


def test_pictures_are_packed_at_the_fastest_usual_level() -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 4, (90, 120, 4)).astype(np.uint8)
    planes = np.empty((3, 90, 120), np.uint8)
    box = Rect(0, 0, 120, 90)
    packed = pack.Packer((120, 90)).pack(picture, box)
    filter_part(pack._numbers(picture), 0, 0, np.zeros((90, 120), np.uint32), planes)
    assert zstandard.ZstdCompressor(level=1).compress(planes.tobytes()) == packed


@pytest.mark.parametrize(
    "value",
    [Heartbeat(1), Gap(1, 2), record.End(1), Picture(1, Rect(0, 0, 1, 1), b""), record.Header(1, (1, 1), 1, 1)],
    ids=lambda value: type(value).__name__,
)
def test_what_a_log_says_are_values(value: Any) -> None:
    """Without a place for anything else."""
    with pytest.raises(FrozenInstanceError):
        setattr(value, fields(value)[0].name, 2)
    assert not hasattr(value, "__dict__")


def test_pictures_are_not_compared_byte_by_byte() -> None:
    assert Picture(1, Rect(0, 0, 1, 1), b"") != Picture(1, Rect(0, 0, 1, 1), b"")


def test_a_log_that_was_read_is_a_value(path: Path) -> None:
    spool = with_records(path)
    with pytest.raises(FrozenInstanceError):
        spool.fps = 2  # type: ignore[misc]
    assert not hasattr(spool, "__dict__")
