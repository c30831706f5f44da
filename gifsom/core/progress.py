"""Progress: callbacks for how far a stage is, and items that report themselves."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

Progress = Callable[[str, int, int | None], None]
"""Called with the name of a stage, the amount done, and the total (None: unknown)."""


def reported(items: Iterable[Item], stage: str, of: int | None, progress: Progress) -> Iterator[Item]:
    """The items; `progress` is told of each once it has been processed."""
    for done, item in enumerate(items, 1):
        yield item
        progress(stage, done, of)
