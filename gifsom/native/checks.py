"""Checks of the values that kernels use as places in other arrays."""

from typing import Any

from numpy.typing import NDArray


def below(limit: int, name: str, numbers: NDArray[Any]) -> None:
    """Raise `ValueError` unless all of some numbers are below a limit."""
    if numbers.size and int(numbers.max()) >= limit:
        raise ValueError(f"{name} up to {int(numbers.max())}, where they must be below {limit}")
