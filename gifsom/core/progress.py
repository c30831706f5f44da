"""Progress: callbacks for how far a stage is, and items that report themselves."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

Item = TypeVar("Item")

Progress = Callable[[str, int, int | None], None]
"""Called with the name of a stage, the amount done, and the total (None: unknown)."""


class _Silent:
    """Told of progress, and says nothing."""

    def __call__(self, *report: object) -> None:
        pass

    def __repr__(self) -> str:
        return "silent"


silent = _Silent()


def reported(items: Iterable[Item], stage: str, of: int | None, progress: Progress) -> Iterator[Item]:
    """The items; `progress` is told of each once it has been processed."""
    for done, item in enumerate(items, 1):
        yield item
        progress(stage, done, of)


PAUSE: Final = 0.1
"""Seconds between two reports of progress that are passed on."""


def throttled(tell: Progress) -> Progress:
    """Pass on the first report of a stage, and then one in `PAUSE` seconds."""
    last: tuple[str, float] = "", 0.0

    def told(stage: str, done: int, of: int | None) -> None:
        nonlocal last
        now = time.monotonic()
        if stage != last[0] or now - last[1] >= PAUSE:
            last = stage, now
            tell(stage, done, of)

    return told
