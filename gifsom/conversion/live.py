"""The GIF of a recording, begun while that goes on.

A process of its own follows the recording's file, so that nothing of it waits for the lock of Python's interpreter in
the process that records. Whatever becomes of it, the recording is there, and the GIF can be made of that.
"""

import signal
import threading
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, Self

from gifsom.conversion.pipeline import convert
from gifsom.core.errors import GifsomError, SourceError
from gifsom.core.processes import SPAWN, uninterrupted, without_script
from gifsom.core.progress import Progress, throttled
from gifsom.core.result import Result
from gifsom.core.source import StillGrowing
from gifsom.core.values import MAX_PIXELS
from gifsom.sources.recording import follow_recording, open_recording

PATIENCE: Final = 2.0
"""Seconds that the process has to end by itself and to take its unfinished file along, before it is killed."""


class LiveConversion:
    """A conversion of a recording that goes on, from its making to `close`."""

    def __init__(self, path: Path, target: Path, options: dict[str, Any]) -> None:
        """Begin, where processes can be begun."""
        self._link, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=_serve, args=(theirs, path, target, options), daemon=True)
        with uninterrupted(), without_script(), suppress(OSError, RuntimeError):
            self._process.start()
        theirs.close()  # or the pipe would not tell that the process has ended

    def finish(self, progress: Progress) -> Result | None:
        """The result, once the recording has ended; None: something went wrong, and nothing was written.

        Raises what `convert` raises, but for a fault of the source, which another reading may not find.
        """
        try:
            self._link.send(None)
            while isinstance(message := self._link.recv(), tuple):
                progress(*message)
        except (EOFError, OSError):
            return None
        if isinstance(message, GifsomError):
            raise message
        return message if isinstance(message, Result) else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if it is still there."""
        self._link.close()
        if self._process.pid is not None:
            self._process.join(PATIENCE)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()


def _serve(link: "Connection[Any, Any]", path: Path, target: Path, options: dict[str, Any]) -> None:
    """Make the GIF in this process; whoever is at the other end of the pipe says when the recording has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ended = threading.Event()
    threading.Thread(target=_listen, args=(link, ended), daemon=True).start()
    try:
        message: object = _convert(path, target, options, ended, throttled(partial(_tell, link, ended)))
    except GifsomError as error:
        message = error
    except KeyboardInterrupt:
        return
    except Exception:
        message = None
    with suppress(OSError):
        link.send(message)


def _convert(path: Path, target: Path, options: dict[str, Any], ended: threading.Event, tell: Progress) -> Result:
    """The conversion; where that asks too early for what only a whole recording has, it begins again at its end."""
    try:
        return convert(follow_recording(path, MAX_PIXELS, ended), target, progress=tell, **options)
    except (StillGrowing, SourceError):
        ended.wait()
        return convert(open_recording(path, MAX_PIXELS), target, progress=tell, **options)


def _listen(link: "Connection[Any, Any]", ended: threading.Event) -> None:
    with suppress(EOFError, OSError):  # then nobody waits for the GIF: `_tell` finds that out
        link.recv()
    ended.set()


def _tell(link: "Connection[Any, Any]", ended: threading.Event, stage: str, done: int, of: int | None) -> None:
    if ended.is_set():  # before, nobody reads it
        try:
            link.send((stage, done, of))
        except OSError:
            raise KeyboardInterrupt from None  # all code is made to leave nothing behind then
