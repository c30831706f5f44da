"""Overlapping stages: the items of one wait in a bounded queue while it makes the next."""

import threading
from collections.abc import Generator, Iterable
from queue import Full, Queue
from typing import TypeVar

Item = TypeVar("Item")

_PATIENCE = 0.1  # seconds after which a blocked stage checks whether its consumer is still there


def prefetch(items: Iterable[Item], size: int) -> Generator[Item, None, None]:
    """The same items, made by a separate thread, at most `size` ahead of their use.

    An error of the thread is raised here, in its turn. The thread ends, and closes `items`, when this is closed.
    """
    queue: Queue[tuple[Item | None, BaseException | None]] = Queue(size)
    over = threading.Event()

    def put(item: Item | None, error: BaseException | None = None) -> bool:
        while not over.is_set():
            try:
                queue.put((item, error), timeout=_PATIENCE)
                return True
            except Full:
                pass
        return False

    def work() -> None:
        source = iter(items)
        try:
            for item in source:
                if not put(item):
                    return
            put(None, StopIteration())
        except BaseException as error:
            put(None, error)
        finally:
            if isinstance(source, Generator):
                source.close()

    thread = threading.Thread(target=work, name="prefetch", daemon=True)
    thread.start()
    try:
        while True:
            item, error = queue.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]
    finally:
        over.set()
        thread.join()
