"""LZW coding in C: streams are those of the twin, and whatever does not fit is refused."""

from typing import Any

import numpy as np
import pytest
import twins.lzw
from numpy.typing import NDArray
from strict import decode_lzw

from gifsom.native.lzw import CODES, lzw_encode, lzw_replace

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


def replaced(data: bytes, min_code_size: int, symbols: NDArray[np.uint8]) -> bytes:
    """A stream with other symbols, written between guard zones."""
    zones = Zones()
    out = zones.copy(np.full(len(data) + 16, 7, np.uint8))
    size = lzw_replace(zones.copy(np.frombuffer(data, np.uint8)), min_code_size, zones.copy(symbols), out)
    zones.check()
    assert (out[size:] == 7).all()
    return out[:size].tobytes()


def shuffled(min_code_size: int) -> NDArray[np.uint8]:
    """Another symbol for each one that a stream can have."""
    symbols = np.zeros(256, np.uint8)
    symbols[: 1 << min_code_size] = np.random.default_rng(min_code_size).permutation(1 << min_code_size)
    return symbols


@pytest.mark.parametrize("min_code_size", range(2, 9))
@pytest.mark.parametrize(("first_clear", "min_gain_divisor"), [(CODES, 0), (1280, 2)])
def test_other_symbols_give_the_stream_of_the_other_picture(
    min_code_size: int, first_clear: int, min_gain_divisor: int
) -> None:
    symbols = noise(9000, 1 << min_code_size, 2, min_code_size)
    unchanged = np.random.default_rng(5).random(9000) < 0.2
    other = shuffled(min_code_size)
    rest = min_code_size, first_clear, min_gain_divisor
    stream = encoded(symbols, unchanged, 1, *rest)
    codes = twins.lzw.encode(symbols.tolist(), unchanged.tolist(), 1, *rest)
    expected = twins.lzw.packed(twins.lzw.replace(codes, min_code_size, other.tolist()))
    assert replaced(stream, min_code_size, other) == expected
    assert expected == encoded(other[symbols], unchanged, int(other[1]), *rest)


@pytest.mark.parametrize("min_code_size", [2, 8])
@pytest.mark.parametrize("seed", range(20))
def test_symbols_of_a_damaged_stream_are_replaced_within_the_arrays(min_code_size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    replaced(
        rng.integers(0, 256, int(rng.integers(0, 300)), np.uint8).tobytes(), min_code_size, shuffled(min_code_size)
    )


def test_replacements_that_do_not_fit_are_refused() -> None:
    fit: dict[str, Any] = {
        "data": np.zeros(5, np.uint8),
        "min_code_size": 2,
        "symbols": np.zeros(256, np.uint8),
        "out": np.zeros(21, np.uint8),
    }
    lzw_replace(**fit)
    calls = refusals(fit, {"out"})
    calls += [(fit | {name: value}, ValueError) for name, value in (("min_code_size", 1), ("min_code_size", 9))]
    calls += [(fit | {"out": np.zeros(20, np.uint8)}, ValueError)]
    calls += [(fit | {"symbols": np.full(256, 4, np.uint8)}, ValueError)]
    calls += [(fit | {"symbols": np.zeros(255, np.uint8)}, ValueError)]
    for arguments, error in calls:
        with pytest.raises(error):
            lzw_replace(**arguments)
