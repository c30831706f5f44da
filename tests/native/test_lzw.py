"""LZW coding in C: streams are those of the twin, and whatever does not fit is refused."""

from typing import Any

import numpy as np
import pytest
import twins.lzw
from numpy.typing import NDArray
from strict import decode_lzw

from gifsom.native.lzw import CODES, lzw_encode

from .zones import Zones, refusals


def noise(n: int, symbols: int, run: int, seed: int) -> NDArray[np.uint8]:
    return np.repeat(np.random.default_rng(seed).integers(symbols, size=-(-n // run)), run)[:n].astype(np.uint8)


def encoded(
    symbols: NDArray[np.uint8],
    unchanged: NDArray[np.bool_],
    transparent: int,
    min_code_size: int,
    first_clear: int = CODES,
    min_gain_divisor: int = 0,
) -> bytes:
    """A stream that is written between guard zones."""
    zones = Zones()
    out = zones.copy(np.full(2 * symbols.size + 16, 7, np.uint8))
    given = zones.copy(symbols), zones.copy(unchanged)
    size = lzw_encode(*given, transparent, min_code_size, first_clear, min_gain_divisor, out)
    zones.check()
    assert (out[size:] == 7).all()
    assert np.array_equal(given[0], symbols)
    assert np.array_equal(given[1], unchanged)
    return out[:size].tobytes()


def twin(symbols: NDArray[np.uint8], unchanged: NDArray[np.bool_], *rest: int) -> bytes:
    return twins.lzw.packed(twins.lzw.encode(symbols.tolist(), unchanged.tolist(), *rest))


@pytest.mark.parametrize("min_code_size", range(2, 9))
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize(("run", "min_gain_divisor"), [(1, 0), (5, 2), (9, 8)])
def test_streams_are_those_of_the_twin(min_code_size: int, share: float, run: int, min_gain_divisor: int) -> None:
    symbols = noise(900, 1 << min_code_size, run, min_code_size)
    unchanged = np.repeat(np.random.default_rng(run).random(-(-900 // run)) < share, run)[:900]
    for transparent in (0, (1 << min_code_size) - 1):
        rest = transparent, min_code_size, CODES, min_gain_divisor
        assert encoded(symbols, unchanged, *rest) == twin(symbols, unchanged, *rest)


@pytest.mark.parametrize("min_code_size", [2, 5, 8])
@pytest.mark.parametrize("min_gain_divisor", [0, 2])
def test_dictionary_is_cleared_as_the_twin_does(min_code_size: int, min_gain_divisor: int) -> None:
    clear = 1 << min_code_size
    symbols = noise(9000, clear, 1, 3)
    unchanged = np.random.default_rng(4).random(9000) < 0.05
    for first_clear in (clear + 3, 2 * clear + 1, CODES):
        rest = 1, min_code_size, first_clear, min_gain_divisor
        data = encoded(symbols, unchanged, *rest)
        assert data == twin(symbols, unchanged, *rest)
        decoded = np.frombuffer(decode_lzw(min_code_size, data)[0], np.uint8)
        assert ((decoded == symbols) | (unchanged & (decoded == 1))).all()


def test_every_short_string_with_every_choice_is_that_of_the_twin() -> None:
    for length in range(1, 5):
        shifts = np.arange(length)
        for string in (np.arange(4**length)[:, None] >> 2 * shifts & 3).astype(np.uint8):
            for unchanged in (np.arange(2**length)[:, None] >> shifts & 1).astype(bool):
                assert encoded(string, unchanged, 3, 2) == twin(string, unchanged, 3, 2)


def arguments() -> dict[str, Any]:
    return {
        "symbols": np.zeros(9, np.uint8),
        "unchanged": np.zeros(9, np.bool_),
        "transparent": 3,
        "min_code_size": 2,
        "first_clear": CODES,
        "min_gain_divisor": 0,
        "out": np.empty(34, np.uint8),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"symbols": np.full(9, 4, np.uint8)},
        {"symbols": np.empty(0, np.uint8), "unchanged": np.empty(0, np.bool_)},
        {"unchanged": np.zeros(8, np.bool_)},
        {"transparent": 4},
        {"transparent": -1},
        {"min_code_size": 1},
        {"min_code_size": 9},
        {"first_clear": 6},
        {"first_clear": CODES + 1},
        {"min_gain_divisor": -1},
        {"out": np.empty(33, np.uint8)},
    ],
)
def test_values_that_do_not_fit_are_refused(wrong: dict[str, Any]) -> None:
    lzw_encode(**arguments())
    with pytest.raises(ValueError, match=r".+"):
        lzw_encode(**arguments() | wrong)


def test_arrays_that_do_not_fit_are_refused() -> None:
    for wrong, error in refusals(arguments(), {"out"}):
        with pytest.raises(error):
            lzw_encode(**wrong)
