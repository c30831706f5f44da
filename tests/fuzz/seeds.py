"""Inputs from which fuzzing begins: small ones that are right, of every kind that a target knows."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, features
from targets import folder

from gifsom.palette import files
from gifsom.spool import SpoolWriter
from gifsom.spool.events import Click, Key, Pointer, Shape

VALUES: list[list[str]] = [
    ["12.5", "1:05", "0:01:05.250", ".5", "5.", "99:59:59"],
    ["750000", "500 kB", "1.5MiB", "10mb", ".5G", "3b"],
    ["red", "#1a2b3c", "#123", "rgb(1,2,3)", "rgb(10%,20%,30%)", "hsl(120,100%,50%)", "hsv(9,9%,9%)", "#11223344"],
    ["800x500+100+50", "1x1-5-5", "20x30+-5+-6"],
    ["640x480", "1X1"],
    ["1-3", "1:05-1:10", "2-"],
    ["200x24+30+40", "9x9+0+0@1:05-", "9x9+0+0@1-2.5"],
    ["3:10@4x", "1:05-1:30@2.5x,badge", "0:1@.5"],
    ["Hello", "one|two|time=1-3|size=32", "a\\nb|position=top|outline=0|color=red"],
]
"""For each of the parsers of `targets.PARSERS`."""

EDITS = [
    "fps=2\nspeed=0.5\nreverse=",
    "width=20\nheight=10\nscale=1.5",
    "fit=20x20\ncrop=auto\ngrayscale=",
    "crop=20x10+3+4\nrotate=90\nflip=horizontal",
    "fast_forward=0:0.5@4x,badge\nboomerang=",
    "fast_forward=0-0.6@2x\nidle_limit=0.2\nhold_last=2",
    "loop_smooth=0.1\ntrim_still=\ndrop_duplicates=",
    "caption=Hi|position=top-left|time=0-0.5|size=9|outline=1|color=red",
    "caption=x|y\\nz\nprogress_bar=",
    "blur=20x12+3+4@0.2-0.7\nbrightness=1.5",
    "contrast=0.5\nsaturation=2\nflip=vertical",
]

DOCUMENTS = [
    '{"gifsom": 1, "sources": ["clip.mp4", "sub/b.gif"], "edits": [{"edit": "crop", "value": "4x4+0+0", "on": false},'
    ' {"edit": "speed", "value": 2}, {"edit": "reverse", "value": true}], "options": {"quality": 70, "start": "1:05"}}',
    '{"gifsom": 1, "sources": ["../../etc/passwd"], "options": {"palette": "/etc/passwd"}}',
    '{"gifsom": 1, "sources": ["https://host/clip.mp4", "*.png", "-"]}',
    '{"gifsom": 1e99, "sources": [NaN], "edits": [{"edit": "scale", "value": -1e999}]}',
]

SETTINGS = [
    '[convert]\nquality = 70\nmax-size = "10MB"\nwidth = 480\nfps = 12.5\ncursor = true\ndither = "none"\n',
    '[record]\nidle-limit = 1.5\npreset = "wiki"\nmonitor = 1\ndelay = 3\nkeep = false\nhold_last = 2\n',
    '[presets.wiki]\nwidth = 720\nmap-size = 256\npalette = "a.gpl"\nloop = 0\nbackground = "#fff"\nseed = 7\n',
    '[convert]\nfit = "640x480"\nmax_size = 750000\ncolors = 64\ntransparent = false\nmax_pixels = 10000\n',
    "[convert]\nfps = 0x10\ncolors = 0b11\nwidth = 1979-05-27\nheight = inf\nseed = nan\n[record]\nfps = [1]\n",
]


def spools() -> list[bytes]:
    """A log of every kind of record, one that was cut off, and one of a picture alone."""
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (3, 9, 12, 4)).astype(np.uint8)
    path = folder() / "seed.gsr"
    path.unlink(missing_ok=True)
    with SpoolWriter(path, (12, 9), 15.0) as writer:
        writer.shape(Shape(7, pictures[0, :4, :3], (1, -2)))
        writer.picture(0.0, pictures[0])
        alone = path.read_bytes()
        writer.pointer(Pointer(0.1, 3, 4, 7))
        writer.picture(0.2, np.where(np.indices((9, 12))[0, ..., None] < 3, pictures[1], pictures[0]))
        writer.click(Click(0.3, 3, 4, 1, True))
        writer.key(Key(0.4, "Ctrl+Ä"))
        writer.gap(0.5, 3)
        writer.click(Click(0.55, 3, 4, 1, False))
        writer.heartbeat(0.9)
        writer.picture(1.2, pictures[2])
        cut = path.read_bytes()[:-5]
        writer.end(2.0)
    return [alone, cut, path.read_bytes()]


def pictures() -> list[bytes]:
    """Every format, mode and animation that Pillow writes and `gifsom.sources.images` reads."""
    random = np.random.default_rng(0)
    noise = Image.fromarray(random.integers(0, 256, (7, 9, 4)).astype(np.uint8))
    others = [noise.rotate(180), noise.transpose(Image.Transpose.FLIP_TOP_BOTTOM)]
    found = []
    for kind in ("GIF", "PNG", "WEBP", "TIFF", "AVIF"):
        if kind == "AVIF" and not features.check("avif"):
            continue
        found.append(saved(noise, kind))
        found.append(saved(noise, kind, save_all=True, append_images=others, duration=[20, 300, 100], loop=2))
    for mode in ("1", "L", "LA", "P", "RGB", "I;16"):
        found.append(saved(noise.convert("L").convert("I").convert(mode) if mode == "I;16" else noise.convert(mode)))
    found += [saved(noise.convert("RGB"), kind) for kind in ("JPEG", "BMP")]
    found += [saved(noise.convert(mode), "JPEG") for mode in ("L", "CMYK")]
    found += [saved(noise.convert(mode), "BMP") for mode in ("1", "L", "P")]
    found += [saved(noise.convert("RGB"), "TIFF", compression=how) for how in ("tiff_lzw", "jpeg", "packbits")]
    found.append(saved(noise.convert("RGB"), "MPO", save_all=True, append_images=[noise.convert("RGB")]))
    found.append(saved(noise.convert("RGB"), "PNG", pnginfo=None, icc_profile=b"no profile", dpi=(3, 3)))
    turned = Image.Exif()
    turned[0x0112] = 6
    found += [saved(noise.convert("RGB"), kind, exif=turned) for kind in ("JPEG", "PNG", "WEBP")]
    return found


def saved(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def palettes() -> list[bytes]:
    """Each kind of file as it is written, and some that other programs write."""
    colors = np.array([[0, 0, 0], [255, 255, 255], [1, 2, 3], [200, 100, 0]], np.uint8)
    written = [files._WRITERS[suffix](colors, "name") for suffix in files.SUFFIXES]
    other = [b"GIMP Palette\n#\n1 2 3\n255 255 255 white\n", bytes(768), saved(Image.new("I;16", (2, 2), 300))]
    other += [b'[[1, 2, 3], "aabbcc"]', saved(Image.new("RGBA", (2, 2), (1, 2, 3, 4)))]
    kinds = [*range(len(written)), 0, 1, 2, 3, 2]
    return [bytes([kind]) + data for kind, data in zip(kinds, written + other, strict=True)]


def seeds(target: str) -> list[bytes]:
    match target:
        case "spool" | "records":
            return spools()
        case "gif":
            return [data for data in pictures() if data.startswith(b"GIF")]
        case "images":
            return pictures()
        case "palettes":
            return palettes()
        case "values":
            return [bytes([kind]) + text.encode() for kind, texts in enumerate(VALUES) for text in texts]
        case "edits":
            return [text.encode() for text in EDITS]
        case "configuration":
            return [text.encode() for text in SETTINGS]
        case "documents":
            return [text.encode() for text in DOCUMENTS]
    raise ValueError(target)


def write(target: str, place: Path) -> None:
    """One file for each seed, as fuzzers want them."""
    place.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(target)):
        (place / f"{number}").write_bytes(data)
