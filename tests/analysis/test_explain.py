"""explain: where the bytes of a GIF are, found by a decoder of its own, and what would make it smaller."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import decoders
import numpy as np
import pytest
from conftest import FIXTURES, Inside, listing, names, one_line
from PIL import Image

import gifsom
from gifsom.analysis import replay
from gifsom.analysis.explain import busiest
from gifsom.gif.lzw import compress
from gifsom.gif.reader import dissect

SPRITE = FIXTURES / "sprite.gif"


def test_the_bits_of_the_pixels_are_those_of_the_code_stream() -> None:
    symbols = np.random.default_rng(0).integers(0, 16, 2000).astype(np.uint8)
    data = compress(symbols, 4)
    _, bits = replay.decode(data, 4, 2000)
    assert float(bits.sum()) == pytest.approx(8 * len(data), abs=32)  # but for a clear, an end, and what fills a byte


def seen(path: Path) -> list[np.ndarray]:
    width, height, table, blocks = dissect(path.read_bytes(), path)
    return [found.canvas.copy() for found in replay.walk((width, height), table, [*blocks])]


def same_as_pillow(path: Path) -> None:
    expected = [canvas.astype(np.uint32) for canvas, _ in decoders.pillow(path)]
    found = seen(path)
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        packed = theirs[..., 0] << 16 | theirs[..., 1] << 8 | theirs[..., 2]
        opaque = theirs[..., 3] > 0
        assert np.array_equal(ours != replay.NOTHING, opaque)
        assert np.array_equal(ours[opaque], packed[opaque])


@pytest.mark.parametrize("name", ["sprite.gif", "learning.gif"])
def test_what_is_walked_through_is_what_is_seen(name: str) -> None:
    same_as_pillow(FIXTURES / name)


def test_interlaced_rows_are_put_in_their_places(tmp_path: Path) -> None:
    path = tmp_path / "x.gif"
    pixels = np.random.default_rng(0).integers(0, 256, (21, 17)).astype(np.uint8)
    Image.fromarray(pixels).save(path, interlace=1)
    assert np.array_equal(seen(path)[0] & 255, pixels)


@pytest.mark.parametrize("name", ["pil-dispose_prev.gif", "pil-dispose_none.gif", "pil-chi.gif"])
def test_disposals_are_done(shared: Path, name: str) -> None:
    same_as_pillow(shared / "gifs" / name)


def test_the_parts_add_up_to_the_file() -> None:
    found = gifsom.explain(SPRITE)
    assert sum(found.parts.values()) == found.bytes == SPRITE.stat().st_size
    assert found.complete
    assert (found.size, len(found.images), found.entries, found.tables) == ((64, 48), 12, 16, 11)
    data = 8 * (found.parts["image data"])
    assert 0.8 * data < found.heat.sum() < data
    assert sum(image.bytes for image in found.images) < found.bytes
    assert [one.saves for one in found.advice] == sorted((one.saves for one in found.advice), reverse=True)


def wasteful(path: Path) -> None:
    """Eight frames of noise in which only a few pixels change, all of them stored again and again."""
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 64, (60, 80)).astype(np.uint8)
    table = rng.integers(0, 256, 768).astype(np.uint8).tobytes()
    frames = []
    for n in range(8):
        pixels[10:14, 5 * n : 5 * n + 5] = n
        picture = Image.fromarray(pixels.copy(), "P")
        picture.putpalette(table)
        frames.append(picture)
    stream = BytesIO()
    single = []
    for picture in frames:
        picture.save(one := BytesIO(), "GIF", optimize=False)
        single.append(one.getvalue())
    body = [image[13 + 768 : -1] for image in single]
    stream.write(b"GIF89a" + single[0][6:13] + single[0][13 : 13 + 768] + b"".join(body) + b"\x3b")
    path.write_bytes(stream.getvalue())


def test_pixels_that_are_stored_and_do_not_change_are_found_and_priced(tmp_path: Path) -> None:
    wasteful(tmp_path / "x.gif")
    found = gifsom.explain(tmp_path / "x.gif")
    assert all(image.unchanged > 0.99 * image.stored for image in found.images[1:])
    assert found.images[0].unchanged == 0
    (advice,) = [one for one in found.advice if one.text.startswith("make transparent")]
    data = found.parts["image data"]
    assert 0.8 * data < advice.saves < 0.9 * data  # seven of eight frames


def test_frames_that_change_nothing_and_comments_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.gif"
    data = SPRITE.read_bytes()
    comment = b"\x21\xfe\x64" + b"c" * 100 + b"\0"
    empty = b"\x21\xf9\x04\x05\x0a\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0"
    path.write_bytes(data[:-1] + comment + empty * 3 + data[-1:])
    found = gifsom.explain(path)
    assert found.parts["comments"] == len(comment)
    assert [image.same for image in found.images].count(True) >= 2  # the first one clears what the sprite's last leaves
    assert any(one.text.startswith("leave out comments") and one.saves == len(comment) for one in found.advice)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut within a picture": lambda data: data[: len(data) // 2],
    "without an end": lambda data: data[:-1],
    "rubbish in the middle": lambda data: data[:2000] + b"\x99" * 40 + data[2040:],
    "more behind the end": lambda data: data + b"rubbish",
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_of_a_damaged_file_what_can_be_read_is_explained(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x.gif"
    path.write_bytes(DAMAGE[kind](SPRITE.read_bytes()))
    found = gifsom.explain(path)
    assert sum(found.parts.values()) == found.bytes == path.stat().st_size
    assert found.images
    assert found.complete == (kind == "more behind the end")


def test_no_damage_is_more_than_one_line(tmp_path: Path) -> None:
    data = SPRITE.read_bytes()[:900]
    rng = np.random.default_rng(3)
    path = tmp_path / "x.gif"
    for _ in range(30):
        broken = bytearray(data)
        for at in rng.integers(6, len(data), 5):
            broken[at] = rng.integers(0, 256)
        path.write_bytes(broken)
        width, height, table, blocks = dissect(path.read_bytes(), path)
        for state in replay.walk((min(width, 500), min(height, 500)), table, [*blocks]):
            assert state.images


def test_the_busiest_part_has_half_of_all(tmp_path: Path) -> None:
    heat = np.random.default_rng(2).random((50, 70)).astype(np.float32) ** 8
    heat[30:40, 20:40] += 5
    rect = busiest(heat)
    assert rect.cut(heat).sum() >= 0.5 * heat.sum()
    assert rect.width * rect.height < 0.15 * heat.size


def test_the_picture_shows_where_the_bits_are(tmp_path: Path) -> None:
    gifsom.explain(SPRITE, picture=tmp_path / "x.png")
    with Image.open(tmp_path / "x.png") as picture:
        assert picture.format == "PNG"
        shown = np.asarray(picture.convert("RGB")).astype(int)
    found = gifsom.explain(SPRITE)
    high, low = (np.unravel_index(int(at), found.heat.shape) for at in (found.heat.argmax(), found.heat.argmin()))
    bright = [shown[28 + 20 + 10 * y + 4, 28 + 10 * x + 4].sum() for y, x in (high, low)]
    assert bright[0] > bright[1]
    with pytest.raises(gifsom.TargetExists):
        gifsom.explain(SPRITE, picture=tmp_path / "x.png")


@pytest.mark.parametrize("kind", ["hidden", "narrow", "wide"])
def test_odd_pictures_are_drawn_as_well(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x.gif"
    size = {"hidden": (5, 5), "narrow": (1, 5000), "wide": (3000, 2)}[kind]
    picture = Image.fromarray((np.arange(size[0] * size[1]).reshape(size[::-1]) % 7).astype(np.uint8) * 30)
    if kind == "hidden":
        picture = Image.new("RGBA", size)
    picture.save(path)
    found = gifsom.explain(path)
    assert len(found.colors) == (0 if kind == "hidden" else 7)
    assert found.draw().width < 1200


@pytest.mark.parametrize("name", ["still.png", "odd.mp4", "README.md", "missing.gif"])
def test_what_is_no_gif_is_refused_by_name(here: Path, inside: Inside, name: str) -> None:
    run = inside("explain", FIXTURES / name)
    assert (run.status, run.out) == (1, "")
    assert name in one_line(run.err)


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.gif"
    path.write_bytes(b"GIF89a\xff\xff\xff\xff\0\0\0" + SPRITE.read_bytes()[13:])
    with pytest.raises(gifsom.SourceRefused, match="65535x65535"):
        gifsom.explain(path)


def test_the_command_says_all_of_it(here: Path, inside: Inside) -> None:
    run = inside("explain", SPRITE, "map.png", "-q")
    assert (run.status, run.err, names(here)) == (0, "", ["map.png"])
    for words in ("image data", "12 frames", "11 of 16 entries", "smaller, each by itself", "map.png"):
        assert words in run.out
    assert max(map(len, run.out.splitlines())) <= 120
    before = listing(here)
    assert inside("explain", SPRITE, "map.png", "-q").status == 1
    assert inside("explain", SPRITE, "map.gif").status == 1
    assert listing(here) == before
