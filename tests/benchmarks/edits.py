"""Figures of edits: right size, length and pixels, and how much of a conversion's time and memory they take.

    python tests/benchmarks/edits.py [NAME ...] [--film CLIP] [--check] [--runs 3]

Each edit of the TABLES, whose shape edit_reference.py tells, is done on a recording, a film, and a GIF with
transparency. Checked are small ones: the size, the length within 10 ms, and all pictures against the slow reference.
Measured are 10 seconds of 1280x720 at 15 frames a second, in processes of their own: CPU of reading all frames, as a
conversion reads them, with the edit less that without it, as a share of the CPU of the conversion without it (0.3 is
allowed); and the highest memory with it less that without it (30 MB). Medians of some runs count.

`--film` says which video is the film; without it one is drawn. `--check` measures nothing.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import picture_cases
import timeline_cases
from common import QUIET, run
from edit_reference import Case, differences, shots

import gifsom
from gifsom import edit
from gifsom.conversion.stages import open_edited, with_default_rate_and_size
from gifsom.options.conversion import ConvertOptions
from gifsom.spool import SpoolWriter

TABLES = [timeline_cases.CASES, picture_cases.CASES]

SHARE, MEMORY = 0.3, 30.0
"""Share of a conversion's CPU, and MB, that an edit may take."""

KINDS = ("recording", "film", "GIF")


def make(kind: str, folder: Path, size: tuple[int, int], seconds: float, fps: int, film: Path | None) -> Path:
    """A clip of a kind."""
    width, height = size
    name = f"{kind}-{width}"
    if kind == "film":
        path = folder / f"{name}.mp4"
        drawn = ["-f", "lavfi", "-i", f"mandelbrot=size={width}x{height}:rate={fps}"]
        graph = f"fps={fps},scale={width}:{height},setsar=1"
        command = [*QUIET, *(drawn if film is None else ["-i", str(film)]), "-t", f"{seconds}", "-vf", graph]
        subprocess.run([*command, "-an", "-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p", path], check=True)
        return path
    pictures = [drawing(number, size) for number in range(round(seconds * fps))]
    if kind == "GIF":
        path = folder / f"{name}.gif"
        with gifsom.Writer(path, fps=fps, overwrite=True) as gif:
            for picture in pictures:
                gif.append(picture)
        return path
    path = folder / f"{name}.gsr"
    with SpoolWriter(path, size, fps) as log:
        for number, picture in enumerate(pictures):
            opaque = picture.copy()
            opaque[..., 3] = 255
            log.picture(number / fps, np.ascontiguousarray(opaque[..., [2, 1, 0, 3]]))
        log.end(seconds)
    return path


def drawing(number: int, size: tuple[int, int]) -> np.ndarray:
    """A picture (h, w, 4) of a page with lines of letters that scrolls, and a window that moves, with a hole in it."""
    width, height = size
    rng = np.random.default_rng(0)
    page = np.full((height * 4, width, 4), 255, np.uint8)
    letters = rng.random((height * 4 // 4, width // 4)) < 0.3
    page[letters.repeat(4, 0).repeat(4, 1), :3] = rng.integers(0, 90, 3)
    page[::9, :, :3] = 240
    shown = page[number * 2 % height :][:height].copy()
    left, top = (number * 5) % (width // 2), height // 4
    shown[top : top + height // 3, left : left + width // 3, :3] = (60, 110, 190)
    shown[top + 4 : top + height // 6, left + 4 : left + width // 6] = 0
    return shown


def read(path: str, options: dict[str, Any]) -> float:
    """Read all frames as a conversion does for the first time, but without its cache; the highest memory in MB."""
    settings = ConvertOptions.of(options)
    clip = with_default_rate_and_size(open_edited(path, settings), settings)
    for _ in (clip.source if isinstance(clip, type(edit.cached(clip))) else clip).frames():
        pass
    words = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(words[1]) / 1024 if words else 0.0


def reading(path: Path, options: dict[str, Any], runs: int) -> tuple[float, float]:
    """Seconds of the processor, and MB, of reading all frames in a process of its own."""
    command = [sys.executable, __file__, "--read", str(path), json.dumps(options)]
    cpu, memory = [], []
    for _ in range(runs):
        before = os.times()
        memory.append(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        after = os.times()
        cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return statistics.median(cpu), statistics.median(memory)


def checked(case: Case, clips: dict[str, Path]) -> list[str]:
    """Words for all that is wrong with an edit."""
    options = case.check or case.options
    wrong = []
    for kind, path in clips.items():
        before = gifsom.open(path).source
        after = open_edited(before, ConvertOptions.of({"edits": [*options.items()]}))
        wrong += [f"{kind}: {words}" for words in differences(case.reference(shots(before)), shots(after), case.levels)]
    return wrong


def main() -> None:
    if sys.argv[1:2] == ["--read"]:
        print(read(sys.argv[2], json.loads(sys.argv[3])))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="edits; without any: all")
    parser.add_argument("--film", type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    cases = {name: case for table in TABLES for name, case in table.items() if not asked.names or name in asked.names}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        small = {kind: make(kind, folder, (160, 90), 3, 10, asked.film) for kind in KINDS}
        failed = False
        for name, case in cases.items():
            wrong = checked(case, small)
            failed |= bool(wrong)
            print(f"{name}: {'; '.join(wrong[:3]) or 'right'}", flush=True)
        if not asked.check:
            measure(cases, {kind: make(kind, folder, (1280, 720), 10, 15, asked.film) for kind in KINDS}, asked.runs)
    sys.exit(failed)


def measure(cases: dict[str, Case], clips: dict[str, Path], runs: int) -> None:
    print(f"\n{'edit':24} {'clip':10} {'CPU s':>7} {'share':>6} {'MB':>6}")
    for kind, path in clips.items():
        convert = [sys.executable, "-m", "gifsom", "convert", str(path), str(path.with_suffix(".out.gif")), "-y"]
        whole = run("gifsom", [convert]).cpu
        cpu, memory = reading(path, {}, runs)
        print(f"{'(none)':24} {kind:10} {cpu:7.2f} {cpu / whole:6.2f} {memory:6.0f}   of {whole:.1f} s", flush=True)
        for name, case in cases.items():
            if case.figures:
                with_it, more = reading(path, {"edits": [*case.options.items()]}, runs)
                share, over = (with_it - cpu) / whole, more - memory
                told = "" if share <= SHARE and over <= MEMORY else "  TOO MUCH"
                print(f"{name:24} {kind:10} {with_it - cpu:7.2f} {share:6.2f} {over:6.0f}{told}", flush=True)


if __name__ == "__main__":
    main()
