"""`gifsom record` as a process, and a folder for its recordings."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import COMMAND, environment, wait_for
from xvfb import PATIENCE

from gifsom.core.errors import SourceError
from gifsom.spool import Event, Spool


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which recordings are kept, for this test alone."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "gifsom"


class Running:
    """`gifsom record` as a process; what it has stored so far tells how it goes.

    It records once this is made; with `wait=False`, once `begin` has returned.
    """

    def __init__(self, cwd: Path, *arguments: str, state: Path, wait: bool = True, **options: Any) -> None:
        self._state = state
        command = [*COMMAND, "record", *arguments]
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        self.began = time.monotonic()
        self.process = subprocess.Popen(command, cwd=cwd, env=environment(), **streams)
        if wait:
            self.begin()

    def begin(self) -> None:
        """Wait until it records."""
        begun = wait_for(lambda: any(path.stat().st_size > 100 for path in self._state.glob("*.gsr")), PATIENCE)
        assert begun, self.process.communicate(timeout=5)
        (self.spool,) = self._state.glob("*.gsr")

    @property
    def recorded(self) -> float:
        """Seconds that are stored by now."""
        try:
            return Spool.open(self.spool, 1 << 24).until
        except SourceError:  # not even a picture yet
            return 0.0

    @property
    def age(self) -> float:
        """Seconds since it was started: no recording is longer."""
        return time.monotonic() - self.began

    def reach(self, until: float) -> None:
        """Wait until so many seconds are stored."""
        assert wait_for(lambda: self.recorded >= until, PATIENCE), f"{self.recorded} s are recorded"

    def go_on(self, more: float) -> None:
        """Wait until so many seconds more are stored."""
        self.reach(self.recorded + more)

    def note(self, which: Callable[[Event], object]) -> float:
        """Wait until such an event is stored; its time."""

        def found() -> list[float]:
            try:
                return [event.time for _, event in Spool.open(self.spool, 1 << 24).events() if which(event)]
            except SourceError:
                return []

        assert wait_for(found, PATIENCE), "no such event is recorded"
        return found()[0]

    def end(self, number: signal.Signals | None = None, timeout: float = 120) -> tuple[int, str, str]:
        if number is not None:
            self.process.send_signal(number)
        out, err = self.process.communicate(timeout=timeout)
        return self.process.returncode, (out or b"").decode(), (err or b"").decode()


@pytest.fixture
def record(here: Path, state: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(*arguments: str, **options: Any) -> Running:
        started.append(Running(here, *arguments, state=state, **options))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()
