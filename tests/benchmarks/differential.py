"""Thousands of generated GIFs in every decoder that is installed: the long run of conversion/test_differential.py.

    python tests/benchmarks/differential.py [--count 2000] [--first 0]

Twelve decoders: the test extra, `pip install pygame-ce skia-python`, Debian's gifsicle, webp, imagemagick, golang-go
and nodejs, and the two npm packages of tests/programs/README.md. Ends with 1 where a pixel or a delay differs, or where
there are fewer decoders than twelve.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import decoders  # noqa: E402 - from tests
from generated import generated  # noqa: E402

WANTED = 12


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=2000, help="how many GIFs")
    parser.add_argument("--first", type=int, default=0, help="seed of the first")
    given = parser.parse_args()

    found = decoders.available()
    faults: dict[str, list[str]] = {name: [] for name in found}
    seconds = dict.fromkeys(found, 0.0)
    images = size = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(given.first, given.first + given.count):
            gif = generated.__wrapped__(seed)
            images, size = images + len(gif.timeline), size + len(gif.data)
            path = Path(folder, f"{seed}.gif")
            path.write_bytes(gif.data)
            for name, decoder in found.items():
                began = time.perf_counter()
                try:
                    decoders.same_timeline(gif.timeline, decoder(path))
                except Exception as fault:  # whatever it is, it is counted, and told below
                    faults[name].append(f"{gif.name}: {type(fault).__name__}: {fault}")
                seconds[name] += time.perf_counter() - began
            path.unlink()

    print(f"{given.count} GIFs, {images} images, {size / 1e6:.1f} MB, {len(found)} decoders")
    print("\n| decoder | GIFs that differ | seconds |\n|---|---:|---:|")
    for name in found:
        print(f"| {name} | {len(faults[name])} | {seconds[name]:.0f} |")
    for name, told in faults.items():
        print(*(f"{name}: {fault}" for fault in told[:5]), sep="\n", end="\n" if told else "")
    if len(found) < WANTED:
        print(f"missing: {', '.join(decoders.DECODERS.keys() - found.keys())}")
    sys.exit(any(faults.values()) or len(found) < WANTED)


if __name__ == "__main__":
    main()
