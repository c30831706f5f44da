"""Twins of the kernels in gifsom.native.canvas."""

from collections.abc import Sequence


def reveal(symbols: Sequence[int], entries: Sequence[int], below: Sequence[int]) -> list[int]:
    """What an image leaves on the canvas."""
    return [entries[symbol] if symbol < len(entries) else there for symbol, there in zip(symbols, below, strict=True)]
