"""FITS, DICOM, TIFF of many channels and raw photographs through imageio, and what is promised of that way."""

import gzip
import io
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import COMMAND, FIXTURES, ROOT
from numpy.typing import NDArray

import gifsom
from gifsom.core.values import READERS
from gifsom.sources import plugins, scientific

pytest.importorskip("imageio.v3", reason="needs imageio")

RAMP = np.arange(48 * 64).reshape(48, 64)
MINIMUM = {"photometric": "minisblack"}
GREY = np.floor(RAMP * (255 / RAMP.max()) + 0.5).astype(np.uint8)


def fits(path: Path, array: NDArray[Any] | None = None, **options: Any) -> Path:
    module = pytest.importorskip("astropy.io.fits", reason="needs astropy")
    module.PrimaryHDU(RAMP.astype(np.float32) if array is None else array, **options).writeto(path)
    return path


def dicom(path: Path, array: NDArray[Any] | None = None, **tags: Any) -> Path:
    pytest.importorskip("pydicom", reason="needs pydicom")
    import imageio.v3 as iio

    with iio.imopen(path, "w", plugin="pydicom", extension=".dcm") as file:
        file.instance_metadata = tags
        file.write(RAMP.astype(np.uint16) if array is None else array)
    return path


def tiff(path: Path, array: NDArray[Any] | None = None, **options: Any) -> Path:
    module = pytest.importorskip("tifffile", reason="needs tifffile")
    if array is None:
        array, options = np.stack([RAMP.astype(np.uint16)] * 5, axis=-1), {"planarconfig": "contig", **MINIMUM}
    module.imwrite(path, array, **options)
    return path


def raw(path: Path, array: NDArray[Any] | None = None) -> Path:
    """A raw photograph with the colors' filters in squares of two by two, as DNG."""
    pytest.importorskip("rawpy", reason="needs rawpy")
    one = (1, 1)
    tags = [  # number, type, count, value, in the first directory
        (33421, 3, 2, (2, 2), True),
        (33422, 1, 4, bytes([0, 1, 1, 2]), True),
        (50706, 1, 4, bytes([1, 4, 0, 0]), True),
        (50707, 1, 4, bytes([1, 4, 0, 0]), True),
        (50708, 2, 0, "a camera", True),
        (50717, 4, 1, 4095, True),
        (50721, 10, 9, (*one, 0, 1, 0, 1, 0, 1, *one, 0, 1, 0, 1, 0, 1, *one), True),
        (50728, 5, 3, (*one, *one, *one), True),
    ]
    light = np.full((64, 96), 2000, np.uint16) if array is None else array
    return tiff(path, light, photometric=32803, extratags=tags, metadata=None)


MADE: dict[str, Callable[[Path], Path]] = {"a.fits": fits, "a.dcm": dicom, "a.tif": tiff, "a.dng": raw}
NAMES = [*MADE]


def pictures(path: Path, **options: Any) -> list[NDArray[np.uint8]]:
    return [frame.pixels for frame in gifsom.open(path, **options).frames()]


# --- What is shown --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "count"), [("a.fits", 1), ("a.dcm", 1), ("a.tif", 5), ("a.dng", 1)])
def test_every_kind_is_read_by_what_is_in_it(name: str, count: int, tmp_path: Path) -> None:
    clip = gifsom.open(MADE[name](tmp_path / name), fps=4)
    assert clip.size == ((96, 64) if name == "a.dng" else (64, 48))
    assert (clip.count, clip.duration) == (count, count / 4)
    first, again = ([frame.pixels.tobytes() for frame in clip.frames()] for _ in range(2))
    assert first == again
    assert str(tmp_path / name) == clip.name


def test_a_name_matters_for_raw_photographs_alone(tmp_path: Path) -> None:
    for name in NAMES[:3]:
        renamed = MADE[name](tmp_path / name).rename(tmp_path / f"{name}.txt")
        assert gifsom.open(renamed).size == (64, 48)


def test_values_go_from_the_lowest_to_the_highest(tmp_path: Path) -> None:
    assert np.array_equal(np.stack([GREY] * 3, axis=-1), pictures(dicom(tmp_path / "a.dcm"))[0])
    signed = pictures(dicom(tmp_path / "b.dcm", (RAMP - 1024).astype(np.int16)))[0]
    assert np.array_equal(GREY, signed[..., 0])


def test_all_pictures_of_a_file_have_one_scale(tmp_path: Path) -> None:
    cube = np.stack([np.full((48, 64), value, np.float32) for value in (0, 0.5, 1)])
    assert [int(picture[0, 0, 0]) for picture in pictures(fits(tmp_path / "a.fits", cube))] == [0, 128, 255]


def test_values_that_are_no_number_are_black(tmp_path: Path) -> None:
    array = RAMP.astype(np.float64)
    array[0, :3] = np.nan, np.inf, -np.inf
    array[0, 3] = -500
    shown = pictures(fits(tmp_path / "a.fits", array))[0]
    assert shown[-1, :4, 0].tolist() == [0, 0, 0, 0]
    assert shown.max() == 255


def test_a_flat_picture_is_black(tmp_path: Path) -> None:
    assert not pictures(fits(tmp_path / "a.fits", np.full((8, 8), 7.0)))[0].any()


def test_rows_of_fits_go_up(tmp_path: Path) -> None:
    assert np.array_equal(GREY[::-1], pictures(fits(tmp_path / "a.fits"))[0][..., 0])


def test_bytes_and_bits_are_as_they_are(tmp_path: Path) -> None:
    array = (RAMP % 100).astype(np.uint8)
    assert np.array_equal(array, pictures(dicom(tmp_path / "a.dcm", array))[0][..., 0])
    bits = pictures(tiff(tmp_path / "a.tif", RAMP % 3 == 0, **MINIMUM), reader="tifffile")[0]
    assert np.array_equal(np.where(RAMP % 3 == 0, 255, 0), bits[..., 0])


def test_colors_of_16_bits_lose_the_lower_8_and_alpha_hides(tmp_path: Path) -> None:
    rgba = np.dstack([RAMP * 20, RAMP * 10, RAMP * 5, np.where(RAMP % 2, 0xFFFF, 0)]).astype(np.uint16)
    path = tiff(tmp_path / "a.tif", rgba, photometric="rgb", extrasamples=["unassalpha"])
    [frame] = gifsom.open(path, reader="tifffile").frames()
    assert np.array_equal((rgba[..., :3] >> 8).astype(np.uint8), frame.pixels)
    assert frame.mask is not None
    assert np.array_equal(RAMP % 2 == 0, frame.mask)
    [flat] = gifsom.open(path, reader="tifffile", background="white").frames()
    assert flat.mask is None
    assert flat.pixels[0, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_each_of_many_channels_is_a_picture(planar: str, tmp_path: Path) -> None:
    channels = [(RAMP * n).astype(np.uint16) for n in range(1, 6)]
    array = np.stack(channels, axis=-1 if planar == "contig" else 0)
    path = tiff(tmp_path / "a.tif", array, photometric="minisblack", planarconfig=planar)
    shown = pictures(path, reader="tifffile")
    highest = 5 * RAMP.max()
    assert [round(255 * n * RAMP.max() / highest) for n in range(1, 6)] == [int(picture.max()) for picture in shown]


def test_negatives_are_turned(tmp_path: Path) -> None:
    path = dicom(tmp_path / "a.dcm", RAMP.astype(np.uint16), PhotometricInterpretation="MONOCHROME1")
    assert np.array_equal(255 - GREY, pictures(path)[0][..., 0])
    path = tiff(tmp_path / "a.tif", (RAMP % 256).astype(np.uint8), photometric="miniswhite")
    assert np.array_equal(255 - RAMP % 256, pictures(path, reader="tifffile")[0][..., 0])


def test_colors_of_dicom(tmp_path: Path) -> None:
    array = np.dstack([RAMP % 256, RAMP % 7, RAMP % 100]).astype(np.uint8)
    assert np.array_equal(array, pictures(dicom(tmp_path / "a.dcm", array))[0])


def test_several_units_of_fits_are_fitted_to_the_first_and_tables_passed_over(tmp_path: Path) -> None:
    module = pytest.importorskip("astropy.io.fits", reason="needs astropy")
    table = module.BinTableHDU.from_columns([module.Column("a", "J", array=[1, 2])])
    spectrum = module.ImageHDU(np.arange(9.0))
    small, packed = module.ImageHDU(np.ones((24, 64))), module.CompImageHDU(RAMP.astype(np.int16))
    units = [module.PrimaryHDU(), table, spectrum, module.ImageHDU(RAMP), small, packed]
    module.HDUList(units).writeto(tmp_path / "a.fits")
    clip = gifsom.open(tmp_path / "a.fits")
    assert (clip.size, clip.count) == ((64, 48), 3)
    assert np.array_equal(GREY[::-1], [*clip.frames()][2].pixels[..., 0])


def test_reduced_pages_of_a_tiff_are_passed_over(tmp_path: Path) -> None:
    module = pytest.importorskip("tifffile", reason="needs tifffile")
    with module.TiffWriter(tmp_path / "a.tif") as file:
        file.write(RAMP.astype(np.float32))
        file.write(RAMP[::2, ::2].astype(np.float32), subfiletype=1)
    assert len(pictures(tmp_path / "a.tif", reader="tifffile")) == 1


@pytest.mark.parametrize("back_to", [0, 1])
def test_a_tiff_whose_list_of_pictures_has_no_end_is_refused(tmp_path: Path, back_to: int) -> None:
    module = pytest.importorskip("tifffile", reason="needs tifffile")
    path = tmp_path / "a.tif"
    with module.TiffWriter(path) as file:
        for _ in range(3):
            file.write(RAMP.astype(np.float32))
    with module.TiffFile(path) as tiff:
        offsets = [page.offset for page in tiff.pages]
        last = offsets[-1] + 2 + 12 * len(tiff.pages[-1].tags)
    data = bytearray(path.read_bytes())
    data[last : last + 4] = offsets[back_to].to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(gifsom.SourceUnreadable, match="leads back"):
        gifsom.open(path, reader="tifffile")


def test_a_tiff_of_more_pictures_than_its_bytes_can_hold_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("tifffile", reason="needs tifffile")
    count, start = 200, 8
    data = bytearray(b"II*\0" + start.to_bytes(4, "little"))
    for place in range(count):
        at = start + 18 * place
        data += (
            (1).to_bytes(2, "little") + bytes([0, 1, 3, 0, 1, 0, 0, 0, 9, 0, 0, 0]) + (at + 18).to_bytes(4, "little")
        )
    path = tmp_path / "a.tif"
    path.write_bytes(data + bytes(18))
    with pytest.raises(gifsom.SourceUnreadable, match="in so few bytes"):
        gifsom.open(path, reader="tifffile")


def test_a_tiff_of_more_channels_than_bytes_is_refused(tmp_path: Path) -> None:
    module = pytest.importorskip("tifffile", reason="needs tifffile")
    path = tmp_path / "a.tif"
    module.imwrite(path, np.zeros((1, 1, 60_000), np.float32), planarconfig="contig", metadata=None, **MINIMUM)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(gifsom.SourceRefused, match="more pictures in it than bytes"):
        gifsom.open(path, reader="tifffile")


def test_a_large_tiff_of_pillows_is_read_by_pillow(tmp_path: Path) -> None:
    path = tiff(tmp_path / "a.tif", np.dstack([GREY] * 3), photometric="rgb", bigtiff=True)
    assert np.array_equal(np.dstack([GREY] * 3), pictures(path)[0])


def test_the_command_converts_them_and_folders_have_them(tmp_path: Path) -> None:
    folder = tmp_path / "shots"
    folder.mkdir()
    fits(folder / "1.fits")
    fits(folder / "2.fits", RAMP[::-1])
    subprocess.run([*COMMAND, "convert", "shots", "out.gif", "--fps", "5"], cwd=tmp_path, check=True)
    clip = gifsom.open(tmp_path / "out.gif")
    assert (clip.size, clip.count, clip.duration) == ((64, 48), 2, 0.4)


def test_a_stream_is_read(tmp_path: Path) -> None:
    assert gifsom.open(io.BytesIO(fits(tmp_path / "a.fits").read_bytes())).size == (64, 48)


# --- What is promised -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_imageio_gets_an_open_file_without_a_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import imageio.v3 as iio

    handed: list[tuple[Any, dict[str, Any]]] = []
    opening = iio.imopen

    def imopen(file: Any, mode: str, **options: Any) -> Any:
        handed.append((file, options))
        return opening(file, mode, **options)

    path = MADE[name](tmp_path / name)
    monkeypatch.setattr(iio, "imopen", imopen)
    gifsom.open(path)
    assert handed
    for file, options in handed:
        assert isinstance(file, plugins.Nameless)
        assert not hasattr(file, "name")
        with pytest.raises(OSError, match="fileno"):
            file.fileno()
        assert str(tmp_path) not in str(options)
        assert options["extension"].startswith(".")


WATCHED = """
import json, sys
import gifsom.cli, gifsom.clip, imageio.v3, imageio.plugins, matplotlib
path, package = sys.argv[1:]
__import__(package)
from imageio.config import known_plugins
seen = []
def watch(event, args):
    if event.split(".")[0] in ("socket", "subprocess", "urllib", "ftplib") or event.startswith(("os.exec", "os.system",
            "os.spawn", "os.posix_spawn", "os.fork", "os.startfile", "pty")):
        seen.append(f"{event} {args[:2]}")
    elif event == "open" and isinstance(args[0], (str, bytes)):
        name = str(args[0])
        if not name.startswith((sys.prefix, sys.base_prefix)) and not name.endswith((".py", ".pyc")):
            seen.append(f"open {name}")
sys.addaudithook(watch)
clip = gifsom.open(path)
assert list(clip.frames())
print(json.dumps(seen))
"""


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fetched_run_or_opened_beside(name: str, tmp_path: Path) -> None:
    """Of what a process does, Python tells its hooks: no socket, no program, no camera, and no other file."""
    path = MADE[name](tmp_path / name)
    package = {"a.fits": "astropy.io.fits", "a.dcm": "pydicom", "a.tif": "tifffile", "a.dng": "rawpy"}[name]
    run = subprocess.run([sys.executable, "-c", WATCHED, str(path), package], capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    seen = json.loads(run.stdout)
    assert f"open {path}" in seen
    allowed = ("open /proc/", "open /sys/", "open /etc/", "open /dev/null", "open /tmp/")
    others = [event for event in seen if event != f"open {path}" and not event.startswith(allowed)]
    assert not [event for event in others if "site-packages" not in event]


def test_a_tiff_that_names_another_file_gets_its_own_pages_only(tmp_path: Path) -> None:
    """OME-TIFF may say that a plane lies in another file; one beside it, or in the current folder, is not opened."""
    secret = tiff(tmp_path / "secret.tif", np.full((48, 64), 9.0, np.float32))
    xml = (
        '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:1"><Image'
        ' ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="float" SizeX="64" SizeY="48" SizeZ="2"'
        ' SizeC="1" SizeT="1"><TiffData IFD="0" FirstZ="0" PlaneCount="1"><UUID FileName="a.ome.tif">urn:uuid:1</UUID>'
        '</TiffData><TiffData IFD="0" FirstZ="1" PlaneCount="1"><UUID FileName="secret.tif">urn:uuid:2</UUID>'
        "</TiffData></Pixels></Image></OME>"
    )
    path = tiff(tmp_path / "a.ome.tif", RAMP.astype(np.float32), description=xml, metadata=None)
    assert secret.exists()
    assert len(pictures(path, reader="tifffile")) == 1


@pytest.mark.parametrize(
    "name",
    ["FFMPEG", "pyav", "opencv", "SCREENGRAB", "CLIPBOARDGRAB", "GDAL", "ITK", "DICOM", "SWF", "EPS-PIL", "EXR-FI", ""],
)
def test_no_other_plugin_can_be_chosen(name: str) -> None:
    with pytest.raises(gifsom.SettingError, match=r"give one of FITS, pydicom, rawpy, tifffile"):
        gifsom.open(FIXTURES / "still.png", reader=name)
    with pytest.raises(gifsom.SettingError, match=r"give one of FITS, pydicom, rawpy, tifffile"):
        gifsom.convert(FIXTURES / "still.png", "x.gif", reader=name)


def test_the_list_has_plugins_of_imageio() -> None:
    from imageio.config import known_plugins

    assert [plugins.reader_named(name.upper()).name for name in READERS] == [*READERS]  # type: ignore[union-attr]
    assert set(READERS) <= set(known_plugins)


@pytest.mark.parametrize("name", NAMES)
def test_a_size_is_checked_before_anything_is_decoded(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = MADE[name](tmp_path / name)
    monkeypatch.setattr(scientific, "_decoded", lambda *_: pytest.fail("it is decoded"))
    with pytest.raises(gifsom.SourceRefused, match=r"x\d+ pixels, and the limit is 1000 .*max_pixels lifts it"):
        gifsom.open(path, max_pixels=1000, reader="tifffile" if name == "a.tif" else None)


def test_a_header_that_promises_too_much_is_refused(tmp_path: Path) -> None:
    path = fits(tmp_path / "a.fits")
    card = b"NAXIS1  =                   64"
    assert card in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(card, b"NAXIS1  =             64000000"))
    with pytest.raises(gifsom.SourceRefused, match="64000000x48 pixels"):
        gifsom.open(path)
    (tmp_path / "b.fits").write_bytes(
        fits(tmp_path / "c.fits", np.zeros((2, 48, 64)))
        .read_bytes()
        .replace(b"NAXIS3  =                    2", b"NAXIS3  =               200000")
    )
    with pytest.raises(gifsom.SourceRefused, match="more than 1024 MiB"):
        gifsom.open(tmp_path / "b.fits")


def test_more_frames_than_a_file_has_bytes_are_not_counted(tmp_path: Path) -> None:
    pydicom = pytest.importorskip("pydicom", reason="needs pydicom")
    path = dicom(tmp_path / "a.dcm")
    data = pydicom.dcmread(path)
    data.NumberOfFrames = 2_000_000_000
    data.save_as(path)
    with pytest.raises(gifsom.SourceUnreadable, match="2000000000 frames in so few bytes"):
        gifsom.open(path)


def test_the_tiles_of_a_picture_count_too(tmp_path: Path) -> None:
    path = tiff(tmp_path / "a.tif", np.zeros((16, 16), np.float32), tile=(4096, 4096), compression="zlib")
    with pytest.raises(gifsom.SourceRefused, match="max_pixels"):
        gifsom.open(path, reader="tifffile", max_pixels=1_000_000)


def test_what_is_packed_may_not_become_more_than_the_header_says(tmp_path: Path) -> None:
    """A strip of a TIFF, and a tile of FITS, that need a page of the file become 200 MB."""
    bomb = gzip.compress(bytes(200_000_000), 9, mtime=0)
    module = pytest.importorskip("tifffile", reason="needs tifffile")
    path = tiff(tmp_path / "a.tif", np.zeros((48, 64), np.float32), compression="zlib", rowsperstrip=48)
    with module.TiffFile(path) as file:
        tags = file.pages[0].tags
        places = tags["StripOffsets"].valueoffset, tags["StripByteCounts"].valueoffset
    data = bytearray(path.read_bytes())
    deflated = zlib.compress(bytes(200_000_000), 9)
    for place, value in zip(places, (len(data), len(deflated)), strict=True):
        struct.pack_into("<I", data, place, value)
    path.write_bytes(data + deflated)
    tables = pytest.importorskip("astropy.io.fits", reason="needs astropy")
    packed = tables.CompImageHDU(np.zeros((48, 64), np.float32), compression_type="GZIP_1", tile_shape=(48, 64))
    tables.HDUList([tables.PrimaryHDU(), packed]).writeto(tmp_path / "plain.fits")
    with tables.open(tmp_path / "plain.fits", disable_image_compression=True) as units:
        column = tables.Column("COMPRESSED_DATA", f"1PB({len(bomb)})", array=[np.frombuffer(bomb, np.uint8)])
        table = tables.BinTableHDU.from_columns([column])
        for card in units[1].header.cards:
            if card.keyword.startswith("Z"):
                table.header.append(card)
        tables.HDUList([tables.PrimaryHDU(), table]).writeto(tmp_path / "a.fits")
    assert gifsom.open(tmp_path / "plain.fits").size == (64, 48)
    for source in (path, tmp_path / "a.fits"):
        with pytest.raises(gifsom.SourceRefused, match=rf"{source.name}: what is packed in it becomes more"):
            gifsom.open(source, reader="tifffile" if source is path else None)


def test_a_file_that_cannot_tell_its_size_may_not_be_long(tmp_path: Path) -> None:
    """DICOM that is deflated as a whole: a short one is read, one that may become large is not."""
    pydicom = pytest.importorskip("pydicom", reason="needs pydicom")
    path = tmp_path / "a.dcm"
    data = pydicom.dcmread(dicom(tmp_path / "plain.dcm"))
    data.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    data.save_as(path, enforce_file_format=True)
    assert np.array_equal(GREY, pictures(path)[0][..., 0])
    with pytest.raises(gifsom.SourceRefused, match=r"not known before all of it is unpacked.*max_pixels lifts it"):
        gifsom.open(path, max_pixels=RAMP.size)


def test_importing_imageio_costs_nothing_where_it_is_not_needed() -> None:
    script = (
        "import sys, gifsom; list(gifsom.open('fixtures/sprite.gif').frames()); gifsom.open('fixtures/scene.mp4');"
        "print(*{'imageio', 'astropy', 'pydicom', 'rawpy', 'tifffile'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "\n"


# --- What is told ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "package"), [("a.fits", "astropy"), ("a.dcm", "pydicom"), ("a.dng", "rawpy"), ("a.tif", "tifffile")]
)
def test_a_missing_package_is_named(name: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = MADE[name](tmp_path / name)
    monkeypatch.setattr(plugins, "find_spec", lambda name: None)
    with pytest.raises((gifsom.PackageMissing, gifsom.SourceUnreadable), match=f"{name}: .*pip install {package}$"):
        gifsom.open(path)
    with pytest.raises(gifsom.PackageMissing, match=f"{name}: .* plugin of imageio.*pip install {package}$"):
        gifsom.open(path, reader={"astropy": "fits"}.get(package, package))


def test_a_reader_that_does_not_read_it_says_so() -> None:
    for reader in READERS:
        pytest.importorskip({"fits": "astropy"}.get(reader, reader), reason=f"needs the {reader} reader")
        with pytest.raises(gifsom.SourceUnreadable, match=rf"^[^\n]*sprite.gif: the {reader} plugin of imageio"):
            gifsom.open(FIXTURES / "sprite.gif", reader=reader)


def test_the_command_says_it_in_one_line(tmp_path: Path) -> None:
    command = [*COMMAND, "convert", str(FIXTURES / "still.png"), str(tmp_path / "a.gif"), "--reader"]
    run = subprocess.run([*command, "FFMPEG"], capture_output=True, text=True, cwd=ROOT)
    assert (run.returncode, run.stderr.count("\n")) == (2, 1), run.stderr
    assert "reader is FFMPEG: give one of FITS, pydicom, rawpy, tifffile" in run.stderr
    run = subprocess.run([*command, "tifffile"], capture_output=True, text=True, cwd=ROOT)
    assert (run.returncode, run.stderr.count("\n")) == (1, 1), run.stderr


@pytest.mark.parametrize("name", NAMES)
def test_damage_is_an_error_of_ours(name: str, tmp_path: Path) -> None:
    whole = MADE[name](tmp_path / name).read_bytes()
    rng = np.random.default_rng(0)
    for k in range(24):
        data = bytearray(whole[: int(rng.integers(140, len(whole)))] if k % 2 else whole)
        for place in rng.integers(132, min(len(data), 4000), 8):
            data[place] = rng.integers(256)
        (tmp_path / name).write_bytes(data)
        with suppress(gifsom.SourceError):
            gifsom.open(tmp_path / name, max_pixels=100_000)
