"""The log of a recording: what is written comes back, little is written, and damage costs no more than what follows."""

import os
import stat
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
import reference
import zstandard
from conftest import ROOT, posix
from numpy.typing import NDArray

from gifsom.clip import Rect
from gifsom.errors import (
    FrameError,
    GifsomError,
    SourceEmpty,
    SourceNotFound,
    SourceRefused,
    SourceUnreadable,
    TargetExists,
    TargetUnwritable,
)
from gifsom.events import Click, Key, Pointer, Shape
from gifsom.jit import on_compile
from gifsom.settings import MAX_PIXELS
from gifsom.spool import Event, Gap, Hold, Picture, Spool, SpoolWriter, pack, record, warm, writer

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
    return [(time, said(event)) for time, event in events if not isinstance(event, Hold)]


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
    Hold(0.9),
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
        log.hold(0.9)
        log.end(1.5)
        assert log.bytes == path.stat().st_size


@pytest.mark.parametrize("seed", range(8))
def test_the_changed_box_is_found_as_its_twin_finds_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    h, w = rng.integers(1, 20, 2).tolist()
    before = rng.integers(0, 1 << 32, (h, w), dtype=np.uint32)
    for count in (0, 1, 2, 5):
        now = before ^ (rng.integers(0, 256, (h, w), dtype=np.uint32) << np.uint32(24))
        for _ in range(count):
            now[rng.integers(h), rng.integers(w)] ^= np.uint32(1 << int(rng.integers(32)))
        assert reference.changed(before, now) == pack._changed(before, now)


@pytest.mark.parametrize("seed", range(8))
def test_rows_differ_as_by_their_twin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    row = rng.integers(0, 1 << 32, 9, dtype=np.uint32)
    for bit in range(32):
        other = row.copy()
        other[rng.integers(9)] ^= np.uint32(1 << bit)
        assert reference.differ(row, other) == pack._differ(row, other) == (bit < 24)
    assert not pack._differ(row, row)
    assert not pack._differ(row[:0], row[:0])


def test_pictures_are_the_same_as_by_their_twin() -> None:
    rng = np.random.default_rng(3)
    picture = rng.integers(0, 1 << 32, (5, 7), dtype=np.uint32)
    assert reference.same(picture, picture)
    assert pack._same(picture, picture)
    for _ in range(40):
        other, bit = picture.copy(), int(rng.integers(32))
        other[rng.integers(5), rng.integers(7)] ^= np.uint32(1 << bit)
        assert reference.same(picture, other) == pack._same(picture, other) == (bit >= 24)


@pytest.mark.parametrize("seed", range(8))
def test_a_part_is_filtered_and_restored_as_by_their_twins(seed: int) -> None:
    rng = np.random.default_rng(seed)
    h, w = rng.integers(1, 20, 2).tolist()
    top, left = int(rng.integers(h)), int(rng.integers(w))
    height, width = int(rng.integers(1, h - top + 1)), int(rng.integers(1, w - left + 1))
    now, kept = rng.integers(0, 1 << 32, (2, h, w), dtype=np.uint32)
    box = Rect(left, top, width, height)
    expected = kept.copy()
    box.cut(expected)[:] = box.cut(now)
    planes = np.empty((3, height, width), np.uint8)
    pack._filter(now, left, top, kept, planes)
    assert reference.filter(box.cut(now)).tolist() == planes.tolist()
    assert expected.tolist() == kept.tolist(), "and the part is remembered"
    picture = rng.integers(0, 256, (h, w, 3)).astype(np.uint8)
    after = picture.copy()
    box.cut(after)[:] = reference.restore(planes)
    pack._restore(planes, left, top, picture)
    assert after.tolist() == picture.tolist()


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
    """Read-only, a part of a larger one, not aligned; and nothing is compiled for them once all is warm."""
    warm()
    told: list[int] = []
    on_compile(lambda: told.append(1))
    frozen = noise(1)
    frozen.flags.writeable = False
    odd = np.frombuffer(b"x" + noise(3).tobytes(), np.uint8)[1:].reshape(9, 12, 4)
    pictures = [noise(0), frozen, noise(2, 20, 30)[3:12, 5:17], odd, noise(4)[:, ::-1]]
    with SpoolWriter(path, (12, 9), 10) as log:
        for n, picture in enumerate(pictures):
            log.picture(n, picture)
    assert not told
    assert [rgb(picture) for picture in pictures] == [pixels for _, pixels in canvases(Spool.open(path, MAX_PIXELS))]


@pytest.mark.parametrize("wrong", [noise(0)[1:], noise(0)[..., :3], noise(0).astype(np.int16)])
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
from gifsom.errors import TargetUnwritable
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
        log.hold(4)
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
        log.hold(1)
        if end is not None:
            log.picture(0.5, noise(0))
            log.end(end)
    with pytest.raises(SourceEmpty, match=r"x\.gsr: there is no picture in the recording"):
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


def test_a_part_before_any_picture_is_wrong(path: Path) -> None:
    SpoolWriter(path, (12, 9), 10).close()
    with path.open("ab") as file:
        file.write(record.encode(record.Kind.DELTA, 0.0, 0, 0, 1, 1, payload=zstandard.compress(bytes(3))))
    with pytest.raises(SourceEmpty):
        Spool.open(path, MAX_PIXELS)


def test_nothing_follows_an_end(path: Path) -> None:
    write(path)
    whole = history(path)
    with path.open("ab") as file:
        file.write(record.encode(record.Kind.HOLD, 1.7))
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


def headed(path: Path, **fields: object) -> None:
    """A log that says this of itself, with one picture of 12 x 9 pixels in it."""
    given = {"version": 1, "size": (12, 9), "fps": 10.0, "started": 0.0} | fields
    path.write_bytes(record.Header(**given).encode())  # type: ignore[arg-type]
    with path.open("ab") as file:
        file.write(record.encode(record.Kind.KEYFRAME, 0.0, 0, 0, 12, 9, payload=zstandard.compress(bytes(324))))


def test_a_header_says_what_can_be(path: Path) -> None:
    headed(path)
    assert len(canvases(Spool.open(path, MAX_PIXELS))) == 1
    for fields in (
        *({"fps": fps} for fps in (0.0, -1.0, 1e-300, 1e300, float("nan"), float("inf"))),
        *({"size": size} for size in ((0, 9), (12, 0))),
        {"version": 0},
    ):
        headed(path, **fields)
        with pytest.raises(SourceUnreadable, match=r"x\.gsr: the recording is damaged at its beginning"):
            Spool.open(path, MAX_PIXELS)


def test_a_newer_log_is_refused_as_such(path: Path) -> None:
    headed(path, version=2)
    with pytest.raises(SourceUnreadable, match="a newer gifsom made it: its format is 2, known is 1"):
        Spool.open(path, MAX_PIXELS)


def test_a_large_canvas_is_refused(path: Path) -> None:
    headed(path, size=(1 << 20, 1 << 20))
    with pytest.raises(SourceRefused, match=r"x\.gsr: its pictures have 1048576x1048576 pixels"):
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
