"""Batches: what is done and what is left, failures, processes that die, interrupts, remote files."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES, ROOT, environment, listing, names, one_line, posix, wait_for

import gifsom
from gifsom.batch import memory, remote
from gifsom.batch.plan import Task, plan
from gifsom.batch.pool import Lost, Tell, run
from gifsom.cli.batch import convert_batch, is_batch
from gifsom.cli.common import FAILED, INTERRUPTED, Ended
from gifsom.core.errors import PackageMissing, SettingError, SourceNotFound, SourceUnreadable, TargetUnwritable

OPTIONS: dict[str, Any] = {"width": 48, "fps": 5}


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A folder with three clips, and in it a folder with another one."""
    folder = tmp_path / "clips"
    (folder / "more").mkdir(parents=True)
    for number, name in ((2, "ramp.mkv"), (10, "cards.mkv"), (1, "vfr.mkv")):
        shutil.copy(FIXTURES / name, folder / f"clip{number}.mkv")
    shutil.copy(FIXTURES / "cards.mkv", folder / "more" / "deep.mkv")
    return folder


def sources(tasks: Sequence[Task], folder: Path) -> list[str]:
    return [Path(task.source).relative_to(folder).as_posix() for task in tasks]


def test_a_pattern_is_planned_in_natural_order(clips: Path, here: Path) -> None:
    tasks = plan(f"{clips}/*.mkv", here / "out")
    assert sources(tasks, clips) == ["clip1.mkv", "clip2.mkv", "clip10.mkv"]
    assert [task.target for task in tasks] == [str(here / "out" / f"clip{n}.gif") for n in (1, 2, 10)]
    assert not (here / "out").exists()


def test_folders_below_end_up_in_one(clips: Path, here: Path) -> None:
    assert [Path(task.target).name for task in plan(f"{clips}/**/d*.mkv", here)] == ["deep.gif"]


def test_a_folder_stands_for_its_videos_and_else_for_its_pictures(clips: Path, here: Path) -> None:
    assert sources(plan(clips, here), clips) == ["clip1.mkv", "clip2.mkv", "clip10.mkv"]
    pictures = clips.parent / "pictures"
    pictures.mkdir()
    shutil.copy(FIXTURES / "still.png", pictures)
    assert plan([pictures], here) == [Task(str(pictures), str(here / "pictures.gif"))]


def test_a_clip_that_is_named_twice_is_made_once(clips: Path, here: Path) -> None:
    assert len(plan([clips / "clip1.mkv", f"{clips}/clip*.mkv"], here)) == 3


def test_a_file_with_the_name_of_a_pattern_is_itself(here: Path) -> None:
    odd = here / "a[1].mkv"
    shutil.copy(FIXTURES / "ramp.mkv", odd)
    assert plan(str(odd), here)[0].source == str(odd)


def test_a_pattern_that_matches_nothing_is_an_error(clips: Path, here: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"\*\.avi: no file has such a name$"):
        plan(f"{clips}/*.avi", here)


def test_a_clash_of_names_is_told_before_anything_is_done(clips: Path, here: Path) -> None:
    (clips / "clip1.mp4").touch()
    with pytest.raises(SettingError, match=r"clip1\.mkv and .*clip1\.mp4 would both become .*clip1\.gif"):
        gifsom.convert_all([clips / "clip1.mkv", clips / "clip1.mp4"], here / "out")
    assert listing(here) == {}


def test_a_source_is_not_replaced_by_its_gif(here: Path) -> None:
    shutil.copy(FIXTURES / "sprite.gif", here)
    with pytest.raises(TargetUnwritable, match=r"sprite\.gif: that is the source itself"):
        plan(f"{here}/*.gif", here)


@pytest.mark.parametrize(("age", "fresh"), [(10, True), (0, False), (-10, False)])
def test_a_gif_is_fresh_when_it_is_newer_than_its_source(clips: Path, here: Path, age: int, fresh: bool) -> None:
    made = here / "clip1.gif"
    made.touch()
    os.utime(clips / "clip1.mkv", (1000, 1000))
    os.utime(made, (1000 + age, 1000 + age))
    assert plan(clips / "clip1.mkv", here)[0].fresh == fresh
    assert not plan(clips / "clip1.mkv", here, overwrite=True)[0].fresh


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"jobs": 0}, "jobs is 0"),
        ({"jobs": 2, "cluster": "tcp://127.0.0.1:9"}, "exclude each other"),
        ({"quality": 101}, "quality is 101"),
    ],
)
def test_wrong_options_are_told_before_anything_is_done(
    clips: Path, here: Path, options: dict[str, Any], line: str
) -> None:
    with pytest.raises(SettingError, match=line):
        gifsom.convert_all(clips, here / "out", **options)
    assert listing(here) == {}


def test_a_folder_that_is_a_file_is_told(clips: Path, here: Path) -> None:
    (here / "out").touch()
    with pytest.raises(TargetUnwritable, match="out: that is no folder"):
        gifsom.convert_all(clips, here / "out")


def test_clips_become_what_convert_makes_of_them_and_a_failure_stops_nothing(clips: Path, here: Path) -> None:
    (clips / "clip3.mkv").write_text("no video")
    out, reports = here / "new" / "out", []
    found = gifsom.convert_all(clips, out, jobs=2, progress=lambda *report: reports.append(report[:2]), **OPTIONS)
    assert [Path(outcome.source).name for outcome in found.done] == ["clip1.mkv", "clip2.mkv", "clip10.mkv"]
    (failed,) = found.failed
    assert failed.error is not None
    assert failed.error.startswith(f"{clips}/clip3.mkv: not a video")
    assert names(out) == [memory.NAME, "clip1.gif", "clip10.gif", "clip2.gif"]
    for outcome in found.done:
        assert outcome.result is not None
        alone = gifsom.convert(outcome.source, here / "alone.gif", overwrite=True, **OPTIONS)
        assert Path(outcome.target).read_bytes() == alone.path.read_bytes()
        assert outcome.result.path == Path(outcome.target)
        assert (outcome.source, "Writing") in reports
    again = gifsom.convert_all(clips, out, jobs=1, **OPTIONS)
    assert (len(again.skipped), len(again.failed), again.done) == (3, 1, [])


def record(name: Path, tell: Tell) -> int:
    """Work for a pool: die once, or always, if the file says so."""
    tell("Working", 0, None)
    if name.exists() and (orders := name.read_text()):
        name.write_text(orders[1:])
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def nothing(tell: Tell) -> None:
    tell("Preparing", 0, None)


def die(tell: Tell) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@posix
@pytest.mark.parametrize("prepare", [nothing, die])
def test_what_a_killed_process_had_in_hand_is_done_by_another(here: Path, prepare: Any) -> None:
    items = [here / str(number) for number in range(6)]
    items[1].write_text("x")
    items[4].write_text("xxx")
    heard: list[Any] = []
    made = dict(run(record, items, 2, lambda *report: heard.append(report), prepare))
    assert sorted(made) == [*range(6)]
    assert made.pop(4) == Lost("its process ended 2 times in mid-work (killed by SIGKILL)")
    assert all(isinstance(value, int) for value in made.values())
    assert heard.count((1, "Working", 0, None)) == 2
    assert not active_children()


@pytest.mark.parametrize("how", ["file", "module", "input", "command"])
def test_a_script_needs_no_guard_and_is_run_once(clips: Path, here: Path, how: str) -> None:
    script = (
        f"import gifsom\nprint('run')\nprint(len(gifsom.convert_all({str(clips)!r}, 'out', jobs=2, width=32).done))\n"
    )
    (here / "script.py").write_text(script)
    ways = {"file": ["script.py"], "module": ["-m", "script"], "input": ["-"], "command": ["-c", script]}
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, *ways[how]],
        input=script,
        cwd=here,
        capture_output=True,
        text=True,
        timeout=120,
        env=environment(PYTHONPATH=path),
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "run\n3\n", "")


def wait_long(item: int, tell: Tell) -> None:
    for step in range(1000):
        time.sleep(0.02)
        tell("Working", step, 1000)


def test_processes_end_with_the_iterator() -> None:
    working = run(wait_long, [0, 1, 2], 2, lambda *report: working.throw(KeyboardInterrupt), nothing)
    with pytest.raises(ValueError, match="already executing"):  # raised where the report came, as an interrupt would be
        next(working)
    assert not active_children()


def test_the_command_lists_failures_at_the_end(
    clips: Path, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(here)
    with pytest.raises(Ended) as end:
        convert_batch([str(clips / "clip2.mkv"), "missing.mp4"], "out/", OPTIONS)
    said = capsys.readouterr()
    assert end.value.status == FAILED
    assert one_line(said.err) == "missing.mp4: there is no such file"
    first, last = said.out.splitlines()
    assert first.startswith("out/clip2.gif: ")
    assert last.startswith("out/: 1 GIF, ")
    assert last.endswith("; 1 failed")
    convert_batch([str(clips / "clip2.mkv")], "out/", OPTIONS)
    assert "; 1 newer than the source" in capsys.readouterr().out
    convert_batch([str(clips / "clip2.mkv")], "out/", OPTIONS | {"overwrite": True}, quiet=True)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("sources", "target", "batch"),
    [
        (["a.mp4", "b.mp4"], "new/", True),
        (["a.mp4", "b.mp4"], ".", True),
        (["*.mp4"], "new/", True),
        (["a.mp4"], "s3://bucket/new", True),
        (["s3://bucket/a.mp4"], "new/", True),
        (["a.mp4", "b.mp4"], "joined.gif", False),
        (["a.mp4"], "frames/", False),
        (["*.png"], "shots.gif", False),
        (["a.mp4"], None, False),
    ],
)
def test_several_sources_and_a_folder_are_a_batch(sources: list[str], target: str | None, batch: bool) -> None:
    assert is_batch(sources, target) == batch


SCRIPT = """
import sys
from gifsom.cli.batch import convert_batch
from gifsom.cli.common import Ended
try:
    convert_batch(sys.argv[1:], "out", {}, jobs=2)
except Ended as end:
    sys.exit(end.status)
"""


@posix
def test_an_interrupt_ends_all_processes_and_leaves_whole_files_only(long_clip: Path, clips: Path, here: Path) -> None:
    """Ctrl-C reaches all processes of a terminal's foreground."""
    other = clips / "other.mp4"
    other.symlink_to(long_clip)
    command = [sys.executable, "-c", SCRIPT, str(clips / "clip2.mkv"), str(long_clip), str(other)]
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=here, env=environment(), start_new_session=True, **streams) as process:
        assert wait_for((here / "out" / "clip2.gif").exists, 120)
        time.sleep(0.5)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert process.returncode == INTERRUPTED
    assert one_line(err).startswith("interrupted: 1 of 3 are done")
    assert names(here / "out") == [memory.NAME, "clip2.gif"]


def test_a_local_path_is_no_address(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here)
    assert remote.is_remote("s3://clip.mp4")
    (here / "s3:").mkdir()
    (here / "s3:" / "clip.mp4").touch()
    assert not remote.is_remote("s3://clip.mp4")


def test_remote_clips_become_remote_gifs(clips: Path, here: Path) -> None:
    pytest.importorskip("fsspec")
    found = gifsom.convert_all(f"file://{clips}/clip*2.mkv", f"file://{here}/out", jobs=1, **OPTIONS)
    assert [(outcome.source, outcome.target) for outcome in found.done] == [
        (f"file://{clips}/clip2.mkv", f"file://{here}/out/clip2.gif")
    ]
    alone = gifsom.convert(clips / "clip2.mkv", here / "alone.gif", **OPTIONS)
    assert names(here / "out") == [memory.NAME, "clip2.gif"]
    assert (here / "out/clip2.gif").read_bytes() == alone.path.read_bytes()
    assert len(gifsom.convert_all(f"file://{clips}/clip*2.mkv", f"file://{here}/out", **OPTIONS).skipped) == 1


def test_remote_files_are_listed_fetched_and_stored(here: Path) -> None:
    pytest.importorskip("fsspec")
    (here / "a").write_bytes(b"content")
    began = time.time()
    remote.store(here / "a", "memory://batch/b.mp4")
    remote.store(here / "a", "memory://batch/a.mp4")
    assert remote.listed("memory://batch/*.mp4") == ["memory:///batch/a.mp4", "memory:///batch/b.mp4"]
    remote.fetch("memory://batch/a.mp4", here / "b")
    assert (here / "b").read_bytes() == b"content"
    assert remote.modified("memory://batch/a.mp4") == pytest.approx(began, abs=60)
    assert remote.modified("memory://batch/none.mp4") is None
    with pytest.raises(SourceNotFound, match=r"^memory://batch/none\.mp4: there is no such file"):
        remote.fetch("memory://batch/none.mp4", here / "c")
    with pytest.raises(SourceUnreadable, match=r"^nosuch://a: Protocol not known: nosuch"):
        remote.fetch("nosuch://a", here / "c")


def test_without_fsspec_an_address_is_told_how_to_get_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(PackageMissing, match=r"^s3://bucket/\*\.mp4: that needs fsspec: pip install"):
        gifsom.convert_all("s3://bucket/*.mp4", here)
