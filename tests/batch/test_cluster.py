"""A batch on a cluster: real processes of dask.distributed, one of which is killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES, ROOT, environment, listing, posix, wait_for
from xvfb import PATIENCE

import gifsom
from gifsom.batch import cluster
from gifsom.core.errors import ClusterUnavailable, PackageMissing

pytest.importorskip("distributed")

OPTIONS: dict[str, Any] = {"width": 48, "fps": 5}


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Any]:
    """Starts `dask ARGUMENTS` as a process."""
    processes: list[subprocess.Popen[bytes]] = []
    env = environment(PYTHONPATH=os.pathsep.join([str(ROOT), *sys.path[:1]]))

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        log = (tmp_path / f"{len(processes)}.log").open("wb")
        command = [sys.executable, "-m", "dask", *arguments]
        processes.append(subprocess.Popen(command, cwd=tmp_path, env=env, stdout=log, stderr=log))
        log.close()
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


def scheduler(dask: Any, folder: Path) -> str:
    file = folder / "scheduler.json"
    dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    assert wait_for(lambda: file.exists() and file.read_text().endswith("}"), PATIENCE)
    return str(json.loads(file.read_text())["address"])


@posix
def test_a_worker_that_is_killed_loses_nothing(dask: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", PATIENCE)
    address = scheduler(dask, tmp_path)
    worker = ("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path))
    workers = [dask(*worker) for _ in range(2)]
    clips = tmp_path / "clips"
    clips.mkdir()
    for number in range(8):
        shutil.copy(FIXTURES / ("ramp.mkv", "cards.mkv")[number % 2], clips / f"{number}.mkv")
    seen: set[str] = set()

    def progress(source: str, stage: str, done: int, of: int | None) -> None:
        seen.add(source)
        if len(seen) == 3:
            workers[0].send_signal(signal.SIGKILL)

    found = gifsom.convert_all(clips, tmp_path / "out", cluster=address, progress=progress, **OPTIONS)
    assert (len(found.done), found.failed) == (8, [])
    assert workers[0].wait(PATIENCE) == -signal.SIGKILL
    gifsom.convert_all(clips, tmp_path / "alone", jobs=1, **OPTIONS)
    assert listing(tmp_path / "out") == listing(tmp_path / "alone")


def test_a_cluster_without_a_worker_is_told(dask: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    with pytest.raises(ClusterUnavailable, match="the cluster has no worker"):
        gifsom.convert_all(FIXTURES / "ramp.mkv", tmp_path, cluster=scheduler(dask, tmp_path))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "odd://127.0.0.1:9", "tcp://127.0.0.1:x"])
def test_an_address_where_nobody_listens_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with pytest.raises(ClusterUnavailable, match=f"^{address}: no dask scheduler answers there$"):
        gifsom.convert_all(FIXTURES / "ramp.mkv", tmp_path / "out", cluster=address)
    assert listing(tmp_path) == {"out": None}


def test_without_the_package_it_is_told_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(PackageMissing, match=r"a cluster needs dask\.distributed: pip install"):
        gifsom.convert_all(FIXTURES / "ramp.mkv", tmp_path, cluster="tcp://127.0.0.1:9")
