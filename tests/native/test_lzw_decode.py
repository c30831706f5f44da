"""LZW decoding in C: whatever the stream is, it is what the twin makes of it, and nothing beside the arrays changes."""

from typing import Any

import numpy as np
import pytest
import twins.lzw
import twins.lzw_decode

from gifsom.native.lzw import CODES, lzw_encode
from gifsom.native.lzw_decode import lzw_decode

from .zones import Zones, refusals


def same_as_the_twin(data: bytes, min_code_size: int, count: int) -> list[int]:
    zones = Zones()
    stream = zones.copy(np.frombuffer(data, np.uint8))
    symbols, bits = zones.copy(np.full(count, 7, np.uint8)), zones.copy(np.full(count, 7, np.float32))
    done = lzw_decode(stream, min_code_size, symbols, bits)
    zones.check()
    expected, costs = twins.lzw_decode.spend(data, min_code_size, count)
    assert symbols[:done].tolist() == [symbol & 255 for symbol in expected]
    assert np.array_equal(bits[:done], np.array(costs, np.float32))
    assert (symbols[done:] == 7).all()
    assert (bits[done:] == 7).all()
    return expected


def stream(symbols: np.ndarray, min_code_size: int) -> bytes:
    out = np.empty(2 * symbols.size + 16, np.uint8)
    size = lzw_encode(symbols, np.zeros(symbols.size, np.bool_), 0, min_code_size, CODES, 0, out)
    return out[:size].tobytes()


@pytest.mark.parametrize("min_code_size", [2, 5, 8])
@pytest.mark.parametrize("kind", ["noise", "flat", "cut off", "damaged", "asked for less", "never cleared"])
def test_streams_are_decoded_as_the_twin_does(min_code_size: int, kind: str) -> None:
    symbols = np.random.default_rng(min_code_size).integers(0, 1 << min_code_size, 6000).astype(np.uint8)
    if kind == "flat":
        symbols[100:] = 1
    data = bytearray(stream(symbols, min_code_size))
    if kind == "cut off":
        del data[len(data) // 2 :]
    if kind == "damaged":
        data[len(data) // 2] ^= 0xFF
    if kind == "never cleared":  # codes of one symbol each, beyond a full dictionary
        width, codes = min_code_size + 1, [(1 << min_code_size, min_code_size + 1)]
        for number, symbol in enumerate(symbols.tolist()):
            codes.append((symbol, width))
            if (1 << min_code_size) + 2 + number == 1 << width and width < 12:
                width += 1
        data = bytearray(twins.lzw.packed(codes))
    found = same_as_the_twin(bytes(data), min_code_size, 3000 if kind == "asked for less" else 6000)
    if kind in ("noise", "flat", "never cleared"):
        assert found == symbols.tolist()


@pytest.mark.parametrize("min_code_size", range(1, 12))
def test_nonsense_is_decoded_as_the_twin_does(min_code_size: int) -> None:
    """Sizes that no GIF may have too, and asked for as many as a phrase may reach beyond."""
    for seed in range(30):
        rng = np.random.default_rng([min_code_size, seed])
        data = rng.integers(0, 256 if seed % 3 else 4, rng.integers(1, 300)).astype(np.uint8).tobytes()
        same_as_the_twin(data, min_code_size, int(rng.integers(1, 400)))


@pytest.mark.parametrize("count", range(1, 60))
def test_a_phrase_that_reaches_beyond_the_picture_is_cut(count: int) -> None:
    same_as_the_twin(stream(np.zeros(60, np.uint8), 2), 2, count)


def test_nothing_is_decoded_from_nothing() -> None:
    assert lzw_decode(np.empty(0, np.uint8), 2, np.empty(4, np.uint8), np.empty(4, np.float32)) == 0
    assert lzw_decode(np.zeros(4, np.uint8), 2, np.empty(0, np.uint8), np.empty(0, np.float32)) == 0


def test_what_does_not_fit_is_refused() -> None:
    good: dict[str, Any] = {
        "data": np.zeros(9, np.uint8),
        "min_code_size": 2,
        "symbols": np.empty(9, np.uint8),
        "cost_per_pixel": np.empty(9, np.float32),
    }
    lzw_decode(**good)
    for wrong, error in refusals(good, {"symbols", "cost_per_pixel"}):
        with pytest.raises(error):
            lzw_decode(**wrong)
    for wrong in ({"min_code_size": 0}, {"min_code_size": 12}, {"symbols": np.empty(8, np.uint8)}):
        with pytest.raises(ValueError, match=r".+"):
            lzw_decode(**good | wrong)
