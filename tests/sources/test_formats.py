"""Still formats: what Pillow reads is shown right, and what nothing here reads is called by its name."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import SHARED
from numpy.typing import NDArray
from PIL import Image

import gifsom
from gifsom.sources.formats import is_picture, unread

RAMP = np.linspace(0, 1, 64 * 48).reshape(48, 64)
GRAY = np.rint(RAMP * 255).astype(np.uint8)
COLOR = np.dstack([GRAY, GRAY[::-1], GRAY[:, ::-1]])


def saved(path: Path, array: NDArray[Any], **options: Any) -> Path:
    Image.fromarray(array).save(path, **options)
    return path


def shown(path: Path) -> NDArray[np.uint8]:
    return next(iter(gifsom.open(path).frames())).pixels


@pytest.mark.parametrize(
    "array",
    [RAMP, RAMP * 255, RAMP * 1000 - 300, RAMP * 65535, RAMP * 1e9 - 1e8],
    ids=["0 to 1", "0 to 255", "-300 to 700", "0 to 65535", "large"],
)
@pytest.mark.parametrize("kind", ["f4", "i4"])
def test_gray_of_32_bits_has_all_its_levels(tmp_path: Path, array: NDArray[np.float64], kind: str) -> None:
    if kind == "i4" and array.max() <= 1:
        pytest.skip("whole numbers have no levels from 0 to 1")
    gray = shown(saved(tmp_path / "a.tif", array.astype(kind)))
    assert np.abs(gray[..., 0].astype(int) - GRAY).max() <= 1
    assert (gray == gray[..., :1]).all()


def test_a_picture_of_the_issue(tmp_path: Path) -> None:
    path = SHARED / "cases" / "float01.tif"
    if not path.exists():
        pytest.skip("needs shared/cases")
    expected = np.rint(np.asarray(Image.open(path)) * 255)
    assert np.abs(shown(path)[..., 0] - expected).max() <= 1


def test_pages_of_floats_share_their_levels(tmp_path: Path) -> None:
    dark, light = (Image.fromarray(np.full((4, 4), level, np.float32)) for level in (-10.0, 30.0))
    dark.save(tmp_path / "a.tif", save_all=True, append_images=[light, Image.fromarray(np.zeros((4, 4), np.float32))])
    levels = [int(frame.pixels[0, 0, 0]) for frame in gifsom.open(tmp_path / "a.tif").frames()]
    assert levels == [0, 255, 64]


def test_what_is_no_number_is_black(tmp_path: Path) -> None:
    array = RAMP.astype(np.float32).copy()
    array[0, :3] = [np.nan, np.inf, -np.inf]
    gray = shown(saved(tmp_path / "a.tif", array))
    assert (gray[0, :3] == 0).all()
    assert gray[-1, -1, 0] == 255


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.pgm"])
def test_gray_of_16_bits(tmp_path: Path, name: str) -> None:
    """Also where all of it is dark: 16 bits are a range of their own."""
    for most in (65535, 200):
        array = np.rint(RAMP * most).astype(np.uint16)
        gray = shown(saved(tmp_path / name, array))
        assert np.abs(gray[..., 0].astype(int) - array / 257).max() <= 1


def test_a_negative_is_shown_as_it_is_meant(tmp_path: Path) -> None:
    """A TIFF in which white is zero."""
    saved(tmp_path / "a.tif", 65535 - GRAY.astype(np.uint16) * 257, tiffinfo={262: 0})
    assert np.abs(shown(tmp_path / "a.tif")[..., 0].astype(int) - GRAY).max() <= 1


def test_a_transparent_gray_of_16_bits_stays_so(tmp_path: Path) -> None:
    array = np.rint(RAMP * 65535).astype(np.uint16)
    array[:10] = 1234
    path = saved(tmp_path / "a.png", array, transparency=1234)
    frame = next(iter(gifsom.open(path).frames()))
    assert frame.mask is not None
    assert frame.mask.tolist() == (array == 1234).tolist()
    assert (next(iter(gifsom.open(path, background="red").frames())).pixels[0, 0] == [255, 0, 0]).all()
    assert next(iter(gifsom.open([Image.open(path)]).frames())).mask is not None


@pytest.mark.parametrize("name", ["a.ppm", "a.bmp", "a.qoi", "a.jp2", "a.tif"])
def test_color_without_loss(tmp_path: Path, name: str) -> None:
    lossless = {"irreversible": False} if name == "a.jp2" else {}
    path = saved(tmp_path / "a", COLOR, format={"jp2": "JPEG2000", "tif": "TIFF"}.get(name[2:], name[2:]), **lossless)
    assert np.array_equal(shown(path), COLOR)


def test_portable_maps(tmp_path: Path) -> None:
    assert np.array_equal(shown(saved(tmp_path / "a.pbm", GRAY > 99))[..., 0], np.where(GRAY > 99, 255, 0))
    assert np.array_equal(shown(saved(tmp_path / "a.pgm", GRAY))[..., 0], GRAY)
    (tmp_path / "text.ppm").write_text("P3\n# a comment\n2 1\n255\n255 0 0  0 0 255\n")
    assert shown(tmp_path / "text.ppm").tolist() == [[[255, 0, 0], [0, 0, 255]]]
    (tmp_path / "a.pfm").write_bytes(b"Pf\n64 48\n-1.0\n" + RAMP[::-1].astype("<f4").tobytes())
    assert np.abs(shown(tmp_path / "a.pfm")[..., 0].astype(int) - GRAY).max() <= 1


def photoshop(layers: bytes = bytes(4)) -> bytes:
    """A file of Photoshop: version, channels, sides, depth, mode; color data, resources, layers; the whole picture."""
    head = b"8BPS\0\x01" + bytes(6) + b"\0\x03" + (48).to_bytes(4) + (64).to_bytes(4) + b"\0\x08\0\x03"
    return head + bytes(8) + layers + b"\0\0" + COLOR.transpose(2, 0, 1).tobytes()


def test_a_file_of_photoshop_is_one_picture(tmp_path: Path) -> None:
    (tmp_path / "a.psd").write_bytes(photoshop())
    clip = gifsom.open(tmp_path / "a.psd")
    assert clip.count == 1
    assert np.array_equal(shown(tmp_path / "a.psd"), COLOR)


def flic(frames: int, kind: int = 0xAF12, pause: int = 70) -> bytes:
    """An animation of Autodesk: each frame a chunk of a palette and one of pixels as they are (FLI_COPY)."""
    chunks = b""
    for number in range(frames):
        colors = b"\x01\0\0\0" + bytes([number * 60, 0, 200]) * 256
        palette = (6 + len(colors)).to_bytes(4, "little") + b"\x04\0" + colors
        pixels = (6 + 16 * 8).to_bytes(4, "little") + b"\x10\0" + bytes(16 * 8)
        body = palette + pixels
        chunks += (16 + len(body)).to_bytes(4, "little") + b"\xfa\xf1\x02\0" + bytes(8) + body
    head = kind.to_bytes(2, "little") + frames.to_bytes(2, "little") + b"\x10\0\x08\0\x08\0\x03\0"
    head += pause.to_bytes(4, "little")
    return (128 + len(chunks)).to_bytes(4, "little") + head + bytes(128 - 4 - len(head)) + chunks


def test_an_animation_of_autodesk_plays_in_its_own_time(tmp_path: Path) -> None:
    (tmp_path / "a.flc").write_bytes(flic(4))
    clip = gifsom.open(tmp_path / "a.flc")
    assert (clip.size, clip.duration) == ((16, 8), pytest.approx(0.28))
    assert [int(frame.pixels[0, 0, 0]) for frame in clip.frames()] == pytest.approx([0, 60, 120, 180], abs=2)


def pillow(kind: str, mode: str, **options: str) -> bytes:
    """The first bytes of a picture as Pillow writes it."""
    stream = BytesIO()
    Image.linear_gradient("L").resize((24, 10)).convert(mode).save(stream, kind, **options)
    return stream.getvalue()[:132]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\x76\x2f\x31\x01\x02\0\0\0", "an OpenEXR picture"),
        (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 4 +X 4\n", "a Radiance picture (HDR)"),
        (b"P7\nWIDTH 4\n", "a PAM picture"),
        (b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>', "a drawing (SVG)"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC photograph"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"PF\n4 4\n-1.0\n", "a PFM picture with colors"),
        (b"8BPS\0\x02" + bytes(20), "a large file of Photoshop (PSB)"),
        (photoshop()[:22] + b"\0\x10\0\x03", "a file of Photoshop with more than 8 bits"),
        (b"\xff\x0a\x00\x10", "a JPEG XL picture"),
        (b"\0\0\x01\0\x01\0\x20\x20\0\0", "an icon or a cursor"),
        (b"II\xbc\x01\x08\0\0\0", "a JPEG XR picture"),
        (b"\x59\xa6\x6a\x95\0\0\0\x04", "a Sun raster picture"),
        (b"/* XPM */\nstatic char *a[] = {", "an X pixmap (XPM)"),
        (pillow("XBM", "1"), "an X bitmap (XBM)"),
        (pillow("DIB", "RGB"), "a bitmap without its file's header (DIB)"),
        (pillow("TGA", "RGB"), "a Targa picture (TGA)"),
        (pillow("TGA", "RGBA"), "a Targa picture (TGA)"),
        (pillow("TGA", "L"), "a Targa picture (TGA)"),
        (pillow("TGA", "P"), "a Targa picture (TGA)"),
        (pillow("TGA", "RGB", compression="tga_rle"), "a Targa picture (TGA)"),
    ],
)
def test_what_is_not_read_is_called_by_its_name(tmp_path: Path, head: bytes, name: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(head + bytes(64))
    with pytest.raises(gifsom.SourceUnreadable, match="which is not read: save it as a PNG") as raised:
        gifsom.open(path)
    assert f"that is {name}, " in str(raised.value)


@pytest.mark.parametrize(
    "text",
    ["BMW makes cars. " * 20, "BM", "P6 is a processor. " * 9, "P5\n# of 3 pages\nsee below", "PSD", "8BPS", "II*"],
)
def test_a_text_is_no_picture(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text)
    with pytest.raises(gifsom.SourceUnreadable) as raised:
        gifsom.open(path)
    assert "\n" not in str(raised.value)
    assert not is_picture(text.encode())
    assert unread(text.encode()) is None
