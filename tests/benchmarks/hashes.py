"""SHA-256 of every GIF that a fixed list of conversions makes: what tells whether a change keeps all bytes.

python tests/benchmarks/hashes.py --write                 the list as it is now, into hashes.txt
python tests/benchmarks/hashes.py [--only fixtures gifs]  made again and compared; exits with 1 where one differs
python tests/benchmarks/hashes.py --shared FOLDER ...     with the clips and GIFs that lie there

Fixtures are converted with many options, clips at qualities 30, 80 and 100, GIFs as they are and optimized. A
conversion that fails is listed with the class of its error.
"""

import argparse
import hashlib
import sys
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import gifsom

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_suffix(".txt")
QUALITIES = (30, 80, 100)

FIXTURES: dict[str, list[dict[str, Any]]] = {
    "alpha.webm": [{}, {"background": "teal"}, {"transparent": True}],
    "anamorphic.mp4": [{}],
    "cards.mkv": [{}, {"dither": "floyd-steinberg"}, {"drop_duplicates": True}, {"colors": 4}],
    "hdr.mp4": [{}],
    "late.ts": [{}],
    "learning.gif": [{}, {"quality": 50}],
    "noduration.webm": [{}],
    "odd.mp4": [{}],
    "ramp.mkv": [{}, {"dither": "none"}, {"dither": "blue-noise"}, {"dither": "floyd-steinberg"}, {"map_size": 256}],
    "rotated.mp4": [{}],
    "scene.mp4": [
        {},
        {"max_size": "300kB"},
        {"colors": 16, "dither": "blue-noise"},
        {"speed": 2, "caption": "Hello|time=0-1", "progress_bar": True},
        {"crop": "200x100+40+60", "boomerang": True},
        {"loop_smooth": 0.5},
        {"blur": "100x60+20+20"},
    ],
    "screen.mkv": [{}, {"quality": 60}, {"map_size": 256, "quality": 60}, {"crop": "auto"}, {"trim_still": True}],
    "sprite.gif": [{}, {"scale": 4}, {"reverse": True}, {"quality": 40}, {"grayscale": True}],
    "still.png": [{}, {"width": 160}, {"colors": 64}],
    "truncated.mp4": [{}],
    "vfr.mkv": [{}],
}


def jobs(shared: Path | None) -> list[tuple[str, Path, dict[str, Any]]]:
    """All conversions: a label, the source, the options. The longest come first."""
    found = []
    if shared is not None:
        clips = sorted((path for path in (shared / "clips").iterdir() if path.suffix != ".md"), key=_length)
        found += [("clips", path, {"quality": quality}) for path in clips for quality in QUALITIES]
        found += [("gifs", path, {}) for path in sorted((shared / "gifs").glob("*.*g*")) if path.is_file()]
    found += [
        ("fixtures", ROOT / "fixtures" / name, options) for name, all_of in FIXTURES.items() for options in all_of
    ]
    return [(f"{group}/{path.name} {_shown(options)}".strip(), path, options) for group, path, options in found]


def made(job: tuple[str, Path, dict[str, Any]]) -> tuple[str, str]:
    """The label of a conversion and the hash of what it makes."""
    label, source, options = job
    stream = BytesIO()
    try:
        gifsom.convert(source, stream, max_pixels=4_000_000, **options)
    except gifsom.GifsomError as error:
        return label, type(error).__name__
    return label, hashlib.sha256(stream.getvalue()).hexdigest()


def _length(path: Path) -> int:
    return -path.stat().st_size


def _shown(options: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in options.items()).replace("\n", " ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--only", nargs="*", default=["clips", "gifs", "fixtures"])
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    wanted = [job for job in jobs(arguments.shared) if job[0].split("/")[0] in arguments.only]
    with ProcessPoolExecutor(arguments.jobs) as pool:
        found = dict(pool.map(made, wanted))
    if arguments.write:
        LIST.write_text("".join(f"{found[label]}  {label}\n" for label in sorted(found)))
        return
    listed = {label: digest for digest, label in (line.split("  ", 1) for line in LIST.read_text().splitlines())}
    differ = [label for label in found if found[label] != listed.get(label)]
    print("\n".join(f"differs: {label}" for label in differ))
    print(f"{len(found) - len(differ)} of {len(found)} are the same")
    sys.exit(bool(differ))


if __name__ == "__main__":
    main()
