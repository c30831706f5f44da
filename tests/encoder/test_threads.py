"""Work that is shared out among threads: the same bytes with any number of them, and none is left at the end."""

import io
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest

from gifsom.core import threads
from gifsom.core.frame import Frame, Pixels
from gifsom.encoder.exact import GlobalTable, LocalTables, encode
from gifsom.encoder.lanes import Coder, Lanes
from gifsom.encoder.rd_encoder import encode_rate_distortion
from gifsom.palette.palette import Palette
from gifsom.palette.sample import take

SIZE = (72, 40)
COUNTS = (1, 2, 5)


def use(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(threads, "_most", None)
    monkeypatch.setattr(threads, "cores", lambda: count)


def scenes(count: int, length: int) -> list[Pixels]:
    """Pictures that pan slowly over a texture, which is another one in each scene."""
    rng = np.random.default_rng(7)
    pictures = []
    for scene in range(count):
        wide = rng.integers(0, 90, (SIZE[1], SIZE[0] + length, 3)) + 150 * (scene % 2)
        pictures += [np.ascontiguousarray(wide[:, n // 2 : n // 2 + SIZE[0]].astype(np.uint8)) for n in range(length)]
    return pictures


def gif(pictures: list[Pixels], dither: str = "auto") -> bytes:
    stream = io.BytesIO()
    colors = np.unique(np.concatenate([p.reshape(-1, 3) for p in pictures[::9]])[::37], axis=0)[:600]
    frames = ((Frame(p, n / 15), 7) for n, p in enumerate(pictures))
    encode_rate_distortion(stream, SIZE, frames, Palette(colors), lambda_=2e-4, dither=dither)
    return stream.getvalue()


@pytest.mark.parametrize("dither", ["none", "auto", "floyd-steinberg"])
def test_the_same_bytes_with_any_number_of_threads(monkeypatch: pytest.MonkeyPatch, dither: str) -> None:
    pictures = scenes(3, 20)
    made = set()
    for count in COUNTS:
        use(monkeypatch, count)
        made.add(gif(pictures, dither))
    assert len(made) == 1


def test_exact_images_are_the_same_bytes_with_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    palette = Palette(np.random.default_rng(2).permutation(1 << 24)[:200, None].view(np.uint8)[:, :3].copy())
    frames = [(Frame(picture, 0.0), 5) for picture in palette.colors[np.arange(SIZE[0] * 30) % 200].reshape(30, -1, 3)]
    frames = [(Frame(np.tile(frame.pixels[None], (40, 1, 1)), 0.0), delay) for frame, delay in frames]
    for tables in (GlobalTable(palette), LocalTables(palette.colors)):
        made = set()
        for count in COUNTS:
            use(monkeypatch, count)
            stream = io.BytesIO()
            encode(stream, SIZE, frames, tables)
            made.add(stream.getvalue())
        assert len(made) == 1


def test_the_same_sample_with_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = scenes(4, 9)
    for n, picture in enumerate(pictures):
        picture[n % 7 : n % 7 + 30, 3:40] = n % 5 * 50  # flat, and as large in several pictures
    found = []
    for count in COUNTS:
        use(monkeypatch, count)
        found.append(take((Frame(picture, 0.0) for picture in pictures), 3))
    assert len(found[0].salient.flats)
    assert found[0].scenes >= 4
    for one, other in pairwise(found):
        for name in ("pixels", "activity"):
            assert np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("patches", "areas", "pictures", "flats", "extents", "largest"):
            assert np.array_equal(getattr(one.salient, name), getattr(other.salient, name))


class Numbers(Coder[int, list[int], int, tuple[int, int]]):
    """Frames that are numbers; a segment begins at each multiple of `length`; what is coded is (frame, sum so far)."""

    def __init__(self, length: int, fails: Callable[[str, int], bool] = lambda stage, frame: False) -> None:
        self.length = length
        self.fails = fails
        self.buffers = self.used = 0
        self.order = threading.Lock()

    def begins(self, frame: int) -> bool:
        return frame % self.length == 0

    def buffer(self) -> list[int]:
        self.buffers += 1
        return []

    def prepare(self, frame: int, buffer: list[int]) -> int:
        assert not buffer, "a buffer belongs to one frame at a time"
        if self.fails("prepare", frame):
            raise ValueError(f"prepare {frame}")
        buffer.append(frame)
        self._held = buffer
        buffer.clear()
        return frame

    def segment(self) -> Callable[[int], tuple[int, int]]:
        total = 0

        def code(frame: int) -> tuple[int, int]:
            nonlocal total
            if self.fails("code", frame):
                raise ValueError(f"code {frame}")
            total += frame
            return frame, total

        return code


def lanes_left() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "lane"]


@pytest.mark.parametrize("count", [1, 2, 7])
@pytest.mark.parametrize(("ahead", "room"), [(1, 1), (3, 2), (50, 8)])
def test_frames_come_out_in_order_and_segments_are_on_their_own(count: int, ahead: int, room: int) -> None:
    coder = Numbers(9)
    found = list(Lanes(iter(range(100)), coder, count, ahead, room).results())
    assert [(n, sum(range(n // 9 * 9, n + 1))) for n in range(100)] == found
    assert coder.buffers == room
    assert not lanes_left()


def test_nothing_is_nothing() -> None:
    assert list(Lanes(iter([]), Numbers(9), 3, 2, 2).results()) == []


def test_few_frames_are_pulled_ahead() -> None:
    pulled = []

    def frames() -> Iterator[int]:
        for n in range(60):
            pulled.append(n)
            yield n

    gate = threading.Semaphore(0)

    def hold(stage: str, frame: int) -> bool:
        return stage == "code" and not gate.acquire(timeout=30)

    results = Lanes(frames(), Numbers(1000, hold), 3, 4, 3).results()
    for n in range(60):
        assert len(pulled) <= n + 4 + 3 + 1
        gate.release()
        assert next(results)[0] == n
    results.close()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("stage", ["pull", "prepare", "code"])
def test_an_error_of_any_thread_is_raised_and_no_thread_is_left(count: int, stage: str) -> None:
    def frames() -> Iterator[int]:
        yield from range(20)
        if stage == "pull":
            raise ValueError("pull 20")
        yield from range(20, 10**9)

    coder = Numbers(9, lambda at, frame: at == stage and frame == 20)
    with pytest.raises(ValueError, match=f"{stage} 20"):
        list(Lanes(frames(), coder, count, 3, 2).results())
    assert not lanes_left()


def test_whoever_stops_early_leaves_no_thread() -> None:
    results = Lanes(iter(range(10**9)), Numbers(9), 3, 3, 2).results()
    assert next(results) == (0, 0)
    results.close()
    assert not lanes_left()
