"""Batches on a cluster of dask.distributed, whose scheduler reassigns the work of a worker that dies.

It is an extra, imported when a cluster is requested. Its workers need gifsom, and the files under the same names.
"""

import asyncio
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final, TypeVar

from gifsom.batch.pool import Lost, Tell
from gifsom.core.errors import ClusterUnavailable, PackageMissing, printable
from gifsom.core.progress import throttled

if TYPE_CHECKING:
    from distributed import Client, Future

Item = TypeVar("Item")
Value = TypeVar("Value")

PATIENCE: Final = 5.0
"""Seconds within which a scheduler answers, and has a worker."""


def run(
    function: Callable[[Item, Tell], Value],
    items: Sequence[Item],
    address: str,
    tell: Callable[[int, str, int, int | None], None],
    prepare: Callable[[Tell], object],
) -> Generator[tuple[int, Value | Lost], None, None]:
    """Run as `gifsom.batch.pool.run` does, at the scheduler with this address, such as "tcp://10.0.0.1:8786".

    Raises:
        PackageMissing: distributed is not installed.
        ClusterUnavailable: no scheduler answers there, it has no worker, or its workers cannot run gifsom.
    """
    topic = f"gifsom-{token_hex(6)}"
    news: SimpleQueue[Future[Value] | tuple[int, str, int, int | None]] = SimpleQueue()
    with _connected(address) as client:
        _run_alone(client, address, prepare)
        client.subscribe_topic(topic, lambda event: news.put(event[1]))
        futures: dict[str, tuple[int, Future[Value]]] = {}
        for number, item in enumerate(items):
            future = client.submit(_serve, function, item, number, topic, key=f"{topic}-{number}", pure=False)
            futures[future.key] = number, future
            future.add_done_callback(news.put)
        while futures:
            message = news.get()
            if isinstance(message, tuple):
                tell(*message)
                continue
            # Forgotten at once: a result that is kept would be computed again when its worker dies.
            number, future = futures.pop(message.key)
            yield number, _value(future)


def _serve(function: Callable[[Item, Tell], Value], item: Item, number: int, topic: str) -> Value:
    """Process an item on a worker."""
    from distributed import get_worker

    worker = get_worker()
    return function(item, throttled(lambda *report: worker.log_event(topic, (number, *report))))


def _connected(address: str) -> "Client":
    try:
        from distributed import Client
    except ImportError as error:
        raise PackageMissing("a cluster needs dask.distributed: pip install 'gifsom[cluster]'") from error
    with ThreadPoolExecutor(1) as thread:  # a thread without an event loop, unlike a notebook's
        try:
            thread.submit(asyncio.run, _greet(address)).result()
        except Exception:  # a peer that is no scheduler makes distributed fail in many ways, up to a MemoryError
            raise ClusterUnavailable(f"{printable(address)}: no dask scheduler answers there") from None
    client = Client(address, timeout=PATIENCE, set_as_default=False)
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        client.close()
        raise ClusterUnavailable(f"{printable(address)}: the cluster has no worker") from None
    return client


async def _greet(address: str) -> None:
    """Connect once: a Client that cannot takes some 10 s to give up, and complains on stderr."""
    from distributed.core import connect
    from distributed.security import Security

    arguments = Security().get_connection_args("client")
    comm = await asyncio.wait_for(connect(address, timeout=PATIENCE, **arguments), PATIENCE)
    await comm.close()


def _run_alone(client: "Client", address: str, prepare: Callable[[Tell], object]) -> None:
    error = client.submit(prepare, _ignore, pure=False).exception()
    if error is not None:
        raise ClusterUnavailable(f"{printable(address)}: its workers cannot run gifsom: {printable(error)}")


def _ignore(stage: str, done: int, of: int | None) -> None:
    pass


def _value(future: "Future[Any]") -> Any:
    if future.status == "finished":
        return future.result()
    error = future.exception() if future.status == "error" else None
    return Lost(f"the cluster gave it up ({future.status if error is None else printable(error)})")
