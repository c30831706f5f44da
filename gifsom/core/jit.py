"""kernel() and inner(): numba's njit as this project uses it.

Compiled code is kept in numba's cache on disk. A cache that cannot be written is done without, and a damaged entry is
made again: numba itself raises at decoration for the one and at every run for the other.
"""

import logging
import pickle
from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np
from numba.core import event
from numba.core.caching import FunctionCache
from numba.core.runtime import rtsys
from numba.cpython.unsafe.numbers import trailing_zeros
from numba.extending import overload

F = TypeVar("F", bound=Callable[..., Any])

_LOG = logging.getLogger(__name__)

# What unpickling a truncated or overwritten file raises.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
)


class _Cache(FunctionCache):
    _damaged = False

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """As numba's, without the import of all that it can compile: 0.3 s, for nothing where all code is cached.

        What code at run time needs is the memory system alone; a compilation imports the rest itself.
        """
        rtsys.initialize(target_context)
        try:
            with self._guard_against_spurious_io_errors():
                return self._load_overload(sig, target_context)
        except _DAMAGE as error:
            _LOG.info("the cache of %s is damaged and is made again: %s", self._py_func.__name__, error)
            self._damaged = True
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            if self._damaged:
                self.flush()
                self._damaged = False
            super().save_overload(sig, data)
        except OSError as error:
            _LOG.info("compiled code is not kept: %s", error)


def kernel(function: F) -> F:
    """Compile `function` at its first call, without the GIL, and keep the machine code on disk where possible.

    A kernel checks nothing: the function around it does. It calls only kernels and inner functions of its own file,
    since numba's cache does not see a change in another one, and lasts at most some 100 ms, since a signal waits for
    it. It divides as numpy does: a test for zero in every division would keep loops from being vectorized.
    """
    return _compiled(function)


def inner(function: F) -> F:
    """Compile what kernels call in their loops, and what allocates no array, as `kernel` does.

    So numba need not count who holds an array, which it does with atomic operations for each argument of each call: a
    third of the time of a search that is called for every few pixels.
    """
    return _compiled(function, _nrt=False)


def _compiled(function: F, **options: bool) -> F:
    dispatcher = numba.njit(nogil=True, error_model="numpy", **options)(function)
    if hasattr(dispatcher, "_cache"):  # not with NUMBA_DISABLE_JIT=1: then it is the plain function
        try:
            dispatcher._cache = _Cache(function)
        except RuntimeError as error:  # "no locator available": no folder can be written
            _LOG.info("compiled code is not kept: %s", error)
    compiled: F = dispatcher
    return compiled


def lowest(word: np.uint64) -> int:
    """The number of the lowest bit of `word` that is set, 0 to 63; for kernels, where it is one instruction."""
    return (int(word) & -int(word)).bit_length() - 1


def _lowest(word: Any) -> Any:
    def compiled(word: Any) -> Any:
        return np.int64(trailing_zeros(word))

    return compiled


overload(lowest)(_lowest)


class _Listener(event.Listener):
    def __init__(self, callback: Callable[[], None]) -> None:
        self._callback = callback

    def on_start(self, event: Any) -> None:
        self._callback()

    def on_end(self, event: Any) -> None:
        pass


def on_compile(callback: Callable[[], None]) -> None:
    """Call `callback` whenever a kernel is not in the cache and begins to compile, which takes about a second."""
    event.register("numba:compile", _Listener(callback))
