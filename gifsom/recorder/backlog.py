"""The queue between the thread that grabs and the one that stores."""

import os
import threading
from collections import deque
from dataclasses import dataclass
from typing import Final, TypeAlias

from gifsom.core.frame import Pixels
from gifsom.spool import Gap, Heartbeat
from gifsom.spool.events import Click, Key, Pointer, Shape

WAITING_BYTES: Final = 256 << 20
WAITING_SHARE: Final = 0.15
WAITING_PICTURES: Final = 3
"""Limits of the queue: so many bytes, or that share of the memory, but always so many pictures."""


@dataclass(frozen=True, slots=True, eq=False)
class Grab:
    """A picture (h, w, 4) of the screen, and the time at which it was grabbed."""

    time: float
    pixels: Pixels


Item: TypeAlias = Grab | Pointer | Shape | Click | Key | Heartbeat | Gap


class Backlog:
    """A queue of items to be stored, bounded in bytes of pictures."""

    def __init__(self, limit: int) -> None:
        """Hold at most `limit` bytes, see `backlog_bytes`."""
        self._limit = limit
        self._items: deque[Item | None] = deque()
        self._bytes = 0
        self._changed = threading.Condition()

    def offer(self, item: Item | None) -> bool:
        """Add an item; False: the queue is full for this picture. None: nothing will follow."""
        size = item.pixels.nbytes if isinstance(item, Grab) else 0
        with self._changed:
            if size and self._bytes + size > self._limit:
                return False
            self._bytes += size
            self._items.append(item)
            self._changed.notify()
        return True

    def take(self) -> Item | None:
        """The next item, as soon as there is one."""
        with self._changed:
            while not self._items:
                self._changed.wait()
            item = self._items.popleft()
            self._bytes -= item.pixels.nbytes if isinstance(item, Grab) else 0
        return item


def backlog_bytes(picture: int) -> int:
    """Limit in bytes for pictures of that many bytes each."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else None
    limit = WAITING_BYTES if memory is None else min(WAITING_BYTES, int(WAITING_SHARE * memory))
    return max(limit, WAITING_PICTURES * picture)
