"""Events: what threads have to tell, sent to every page that listens."""

import asyncio
import json
from collections.abc import AsyncIterator
from threading import Lock
from typing import Any, Final

ALIVE: Final = 15.0
"""Seconds after which a page is told that the studio is there, if nothing else is."""


class Events:
    """Pages that listen, and what they are told."""

    def __init__(self) -> None:
        self._listening: set[asyncio.Queue[str | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = Lock()

    def tell(self, name: str, data: dict[str, Any]) -> None:
        """Tell all pages of an event, from any thread."""
        text = f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
        self._send(text)

    def end(self) -> None:
        """Let all pages go."""
        self._send(None)

    async def stream(self) -> AsyncIterator[str]:
        """All that is told from now on, as server-sent events."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        with self._lock:
            self._loop = asyncio.get_running_loop()
            self._listening.add(queue)
        try:
            yield "event: hello\ndata: {}\n\n"
            while True:
                try:
                    text = await asyncio.wait_for(queue.get(), ALIVE)
                except TimeoutError:
                    yield ": alive\n\n"
                    continue
                if text is None:
                    return
                yield text
        finally:
            with self._lock:
                self._listening.discard(queue)

    @property
    def pages(self) -> int:
        """Number of pages that listen."""
        return len(self._listening)

    def _send(self, text: str | None) -> None:
        with self._lock:
            if self._loop is not None and not self._loop.is_closed():
                for queue in self._listening:
                    self._loop.call_soon_threadsafe(queue.put_nowait, text)
