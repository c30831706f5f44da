"""Times of a batch with one job, with two, and without a batch; and on a dask cluster of two workers.

    python tests/benchmarks/batch.py CLIP ... [--clips 60] [--runs 3] [--no-cluster]

Clips of two seconds, 320 pixels wide, are cut from all over those that are given. One job, two, and one command for
each clip on one processor (Linux only) are run in turn, after a warm-up, and ratios are taken run by run, since
machines are noisy. A batch that keeps both processors busy takes half of its seconds of CPU, where no other program is
at work. The workers of the cluster are processes of this machine, with one thread each; one is killed when five GIFs
are there, and its outputs are compared with ours.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from common import QUIET

import gifsom

SECONDS, WIDTH, KILLED_AFTER = 2, 320, 5


def cut(clips: list[Path], count: int, folder: Path) -> None:
    """The first ones begin at 0 s, the next ones half a second later, and so on."""
    for number in range(count):
        turn, place = divmod(number, len(clips))
        span = ["-ss", f"{turn * 0.5}", "-i", str(clips[place]), "-t", str(SECONDS)]
        coding = ["-an", "-vf", f"scale={WIDTH}:-2,fps=25", "-c:v", "libx264", "-crf", "20", "-pix_fmt", "yuv420p"]
        subprocess.run([*QUIET, *span, *coding, str(folder / f"{number}.mp4")], check=True)


def run(clips: Path, out: Path, jobs: int | None = None, cluster: str | None = None) -> float:
    """Seconds of a batch, in which nothing may fail."""
    found = gifsom.convert_all(clips, out, jobs=jobs, cluster=cluster, overwrite=True)
    if found.failed:
        raise SystemExit("\n".join(str(outcome.error) for outcome in found.failed))
    return found.elapsed


def spent() -> float:
    """Seconds of CPU of this process and of those that it has waited for."""
    return sum(os.times()[:4])


def one_by_one(clips: Path, out: Path) -> float:
    """Seconds of CPU of a command for each clip, on one processor."""
    out.mkdir(exist_ok=True)
    before = spent()
    for clip in sorted(clips.iterdir()):
        command = [sys.executable, "-m", "gifsom", "convert", str(clip), str(out / f"{clip.stem}.gif"), "--overwrite"]
        subprocess.run(["taskset", "-c", "0", *command], check=True, stdout=subprocess.DEVNULL)
    return spent() - before


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.gif")}


def kill_later(process: "subprocess.Popen[bytes]", out: Path) -> None:
    while len([*out.glob("*.gif")]) < KILLED_AFTER:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)


def on_cluster(clips: Path, out: Path, folder: Path) -> float:
    """Seconds of a batch on two workers, one of which is killed."""
    dask, file = [sys.executable, "-m", "dask"], folder / "scheduler.json"
    places = ["--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)]
    env = os.environ | {"PYTHONPATH": str(Path(gifsom.__file__).parents[1])}
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": env}
    processes = [subprocess.Popen([*dask, "scheduler", "--no-dashboard", *places], **streams)]
    try:
        while not file.exists() or not file.read_text().endswith("}"):
            time.sleep(0.1)
        address = str(json.loads(file.read_text())["address"])
        worker = [*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        worker += ["--local-directory", str(folder)]
        processes += [subprocess.Popen(worker, **streams) for _ in range(2)]
        threading.Thread(target=kill_later, args=(processes[1], out), daemon=True).start()
        seconds = run(clips, out, cluster=address)
        if processes[1].wait(1) != -signal.SIGKILL:
            raise SystemExit("no worker was killed")
        return seconds
    finally:
        for process in processes:
            process.kill()
            process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("--clips", type=int, default=60)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cluster", action=argparse.BooleanOptionalAction, default=True)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips, one, two, single, far = (folder / part for part in ("clips", "one", "two", "single", "far"))
        clips.mkdir()
        cut(asked.sources, asked.clips, clips)
        run(clips, one, jobs=2)
        ratios, halves = [], []
        for _ in range(asked.runs):
            alone, before = run(clips, one, jobs=1), spent()
            both, cpu = run(clips, two, jobs=2), spent() - before
            half = one_by_one(clips, single) / 2
            ratios.append(alone / both)
            halves.append(both / half)
            print(
                f"{asked.clips} clips: one job {alone:.1f} s, two jobs {both:.1f} s ({ratios[-1]:.2f}),"
                f" half of their CPU {cpu / 2:.1f} s, half of the commands' {half:.1f} s ({halves[-1]:.2f})",
                flush=True,
            )
        same = contents(one) == contents(two) == contents(single)
        print(
            f"two jobs are {statistics.median(ratios):.2f} times as fast, and take {statistics.median(halves):.2f} of"
            f" half of the commands' CPU; outputs {'equal' if same else 'DIFFER'}"
        )
        if asked.cluster:
            seconds = on_cluster(clips, far, folder)
            done, same = len(contents(far)), contents(one) == contents(far)
            print(
                f"cluster, a worker killed after {KILLED_AFTER}: {done} of {asked.clips} in {seconds:.1f} s,"
                f" outputs {'equal' if same else 'DIFFER'}"
            )


if __name__ == "__main__":
    main()
