"""Fuzz every target of tests/fuzz for a fixed time, some side by side, and tell what was done and what was found.

    python tests/benchmarks/fuzz.py [TARGET ...] [--minutes 2] [--jobs 2] [--seed N] [--found found]

--minutes is of the clock, in all: with two jobs and nine targets each runs for two ninths of it. With a --seed the
inputs are the same each time, as far as the time goes. Of each target a line tells the inputs that were tried, how many
there were in a second, the edges of the code that they reached, how many of them reached something new, and the peak of
memory. Inputs that do harm, see tests/fuzz/run.py, are put into the folder --found, their tracebacks are printed, and
the status is 1. One that is understood is kept, cut down, in tests/fuzz/crashes, where the test suite tries it for ever
after.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
TARGETS = ["spool", "records", "gif", "images", "palettes", "values", "edits", "configuration", "documents"]
START = 5.0
"""Seconds until a target has been imported and instrumented."""

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""A folder that is in memory, if there is one."""

LINE = "{:14} {:>10} {:>8} {:>7} {:>7} {:>8}  {}"


def number(pattern: str, text: str) -> str:
    """The last one in the fuzzer's words."""
    found = re.findall(pattern, text)
    return found[-1] if found else "-"


def fuzz(target: str, seconds: float, seed: int, found: Path) -> str:
    """Fuzz one target; what it tells of where harm was done, else nothing. Prints its line."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gifsom-fuzz-", dir=MEMORY) as place:
        paths = os.pathsep.join([str(TESTS.parent), os.environ.get("PYTHONPATH", "")])
        env = {"TMPDIR": place, "PYTHONPATH": paths, "PYTHONHASHSEED": "0"}
        run = str(TESTS / "fuzz" / "run.py")
        command = [sys.executable, run, target, f"{max(1.0, seconds - START):.0f}", str(seed), str(found)]
        done = subprocess.run(command, env=os.environ | env, capture_output=True, text=True, errors="replace")
    told = done.stderr + done.stdout
    print(
        LINE.format(
            target,
            number(r"#(\d+)\t", told),
            number(r"exec/s: (\d+)", told),
            number(r"cov: (\d+)", told),
            number(r"corp: (\d+)", told),
            number(r"peak_rss_mb:\s+(\d+)", told),
            f"{time.monotonic() - began:.0f} s" + (f", HARM, status {done.returncode}" if done.returncode else ""),
        ),
        flush=True,
    )
    return "\n".join([f"{target}:", *told.splitlines()[-60:]]) if done.returncode else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0, help="0: another each time")
    parser.add_argument("--found", type=Path, default=Path("found"))
    asked = parser.parse_args()
    targets = asked.targets or TARGETS
    asked.found.mkdir(parents=True, exist_ok=True)
    seconds = 60 * asked.minutes * asked.jobs / len(targets)
    print(LINE.format("target", "inputs", "a second", "edges", "corpus", "MB", ""))
    with ThreadPoolExecutor(asked.jobs) as pool:
        tried = pool.map(lambda target: fuzz(target, seconds, asked.seed, asked.found.resolve()), targets)
        harm = [told for told in tried if told]
    print(*harm, sep="\n\n")
    sys.exit(bool(harm))


if __name__ == "__main__":
    main()
