"""Progress: who is told how far a stage is, and items that tell it as they are dealt with."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

Progress = Callable[[str, int, int | None], None]
"""Called with the name of a stage, how much of it is done, and of how much (None: unknown)."""


def reported(items: Iterable[Item], stage: str, of: int | None, progress: Progress) -> Iterator[Item]:
    """The items; `progress` hears of each once it has been dealt with."""
    for done, item in enumerate(items, 1):
        yield item
        progress(stage, done, of)
