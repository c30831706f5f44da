"""Recording of Wayland: what is lost of a test card with a clock, and what it costs.

python tests/benchmarks/wayland.py [sway] [mutter] [kills]

sway, mutter  5 s at 15 fps, and 10 s at 30 fps, of 1280x720: exact colors, ticks that the compositor has drawn and the
              recording lacks, how far their times are apart, length, and the processor's time of the recorder
kills         20 recordings each that end by kill -9 of the recorder, the compositors, and PipeWire, by a monitor that
              is unplugged, and by "stop sharing": how many are kept

Without a name: sway and mutter. Ticks are counted by the program that draws the card: those of which the compositor
says that they were drawn. At 30 fps the figure counts where the compositor has drawn 29 a second.
"""

import os
import random
import resource
import signal
import statistics
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / part) for part in ("", "support", "recorder")]
import card  # noqa: E402
import numpy as np  # noqa: E402
from test_wayland import Recording, drawn, say  # noqa: E402
from wayland_stage import SIZE, Stage, start_copy_server, start_mutter, start_sway, stop_sharing  # noqa: E402

STARTS = {"sway": start_sway, "mutter": start_mutter}


def measure(name: str, fps: int, seconds: float) -> None:
    stage = STARTS[name]()
    try:
        clock = stage.card(fps, 10_000)
        clock.run()
        clock.wait(2 * fps)  # all is warm
        recording = Recording(stage, "--fps", str(fps), "--duration", str(seconds), "--no-cursor").begin()
        while recording.process.poll() is None and recording.recorded < seconds - 1:
            time.sleep(0.5)
        cpu = spent(recording.process.pid)
        at = recording.recorded
        status, err = recording.end()
        assert status == 0, err
        report(f"{name} {fps} fps", recording, clock.moments("shown"), cpu / at)
    finally:
        stage.close()


def report(name: str, recording: Recording, shown: dict[int, float], cpu: float) -> None:
    frames = recording.frames()
    ticks = [card.tick(frame.pixels) for frame in frames]
    exact = sum(np.array_equal(frame.pixels, card.expected(SIZE, n)) for frame, n in zip(frames, ticks, strict=True))
    sent = [number for number in drawn(shown) if ticks[0] < number < ticks[-1]]
    lost = set(sent) - set(ticks)
    offsets = [1000 * (shown[n] - frame.start) for frame, n in zip(frames[1:], ticks[1:], strict=True) if n in shown]
    length = recording.duration
    rate = len(sent) / (shown[sent[-1]] - shown[sent[0]])
    print(
        f"{name}: {exact} of {len(frames)} pictures exact, {len(lost)} of {len(sent)} ticks lost ({rate:.1f} a second"
        f" were drawn), times deviate by {statistics.pstdev(offsets):.1f} ms, {length:.3f} s long,"
        f" {100 * cpu:.1f} % of a core",
        flush=True,
    )


def spent(pid: int) -> float:
    """Seconds of the processor that a process has had, without its children."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


ENDS = {
    "recorder": start_sway,
    "sway": start_sway,
    "monitor": start_copy_server,
    "sharing": start_mutter,
    "pipewire": start_mutter,
    "mutter": start_mutter,
}
"""Ends of a recording, and the desktop for each."""


def kills(count: int = 20) -> None:
    random.seed(0)
    for how, start in ENDS.items():
        kept = 0
        for _ in range(count):
            stage = start()
            try:
                recording = Recording(stage).begin()
                time.sleep(random.uniform(0, 0.5))
                kept += ends(how, stage, recording)
            finally:
                stage.close()
        print(f"{how}: {kept} of {count} kept", flush=True)


def ends(how: str, stage: Stage, recording: Recording) -> bool:
    """End a recording in that way; whether it was kept."""
    if how == "recorder":
        recording.end(signal.SIGKILL)
        run = stage.run(sys.executable, "-m", "gifsom", "recover", "--all", cwd=recording.here)
        return run.returncode == 0 and any(recording.here.glob("*.gif"))
    if how == "sharing":
        stop_sharing(stage)
    elif how == "monitor":
        say(stage, "unplug")
    else:
        stage.programs[how].kill()
    status, _ = recording.end()
    return status == 0 and recording.duration > 0


def main() -> None:
    for name in sys.argv[1:] or STARTS:
        if name == "kills":
            kills()
            continue
        measure(name, 15, 5)
        measure(name, 30, 10)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    print(f"memory: {peak:.0f} MB of the largest process")


if __name__ == "__main__":
    main()
