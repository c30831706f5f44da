"""The rate-distortion coder in C: symbols, streams and distortions are those of the twin."""

from typing import Any

import numpy as np
import pytest
import twins.lzw
import twins.rd_lzw
from numpy.typing import NDArray
from strict import decode_lzw

from gifsom.native.rd_lzw import rd_encode

from .zones import Zones, refusals

Problem = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.uint8], NDArray[np.float32], NDArray[np.uint8]]


def problem(
    n: int, entries: int, seed: int, *, kept: bool, run: int = 3, alike: bool = False, reach: int = 16
) -> Problem:
    """Pixels near the entries of a table, costs, best entries, the table, its neighbors. `run` in a row are alike.

    kept   they may stay as they are, half of them for nothing
    alike  entries beside each other in the table are, as in a table that is sorted
    """
    rng = np.random.default_rng([seed, n, entries])
    table = rng.random((entries, 3)).astype(np.float32) * np.float32(0.3)
    if alike:
        table = table[np.lexsort(table.T)]
    best = np.repeat(rng.integers(entries, size=-(-n // run)), run)[:n].astype(np.uint8)
    pixels, costs = np.empty((n, 4), np.float32), np.empty((n, 2), np.float32)
    pixels[:, :3] = table[best] + rng.normal(0, 0.01, (n, 3))
    pixels[:, 3] = rng.uniform(0.1, 8, n)
    square = ((table[best] - pixels[:, :3]) ** 2).sum(axis=1)
    costs[:, 0] = square * rng.choice(np.array([0.5, 1], np.float32), n)
    costs[:, 1] = np.where(rng.random(n) < 0.5, 0, rng.exponential(0.05, n)) if kept else np.inf
    if kept:
        costs[rng.random(n) < 0.05, 1] = np.inf
    apart = ((table[:, None] - table[None]) ** 2).sum(axis=2)
    return pixels, costs, best, table, np.argsort(apart, axis=1, kind="stable")[:, :reach].astype(np.uint8)


def same_as_the_twin(
    made: Problem, transparent: int | None, min_code_size: int, lambda_: float
) -> list[tuple[int, int]]:
    """The codes and their widths."""
    pixels, costs, best, table, candidates = made
    zones, n = Zones(), len(best)
    given = [zones.copy(array) for array in made]
    symbols, out = zones.copy(np.zeros(n, np.uint8)), zones.copy(np.full(2 * n + 16, 7, np.uint8))
    size, total = rd_encode(*given, transparent, min_code_size, lambda_, symbols, out)
    zones.check()
    assert (out[size:] == 7).all()
    assert all(np.array_equal(array, before) for array, before in zip(given, made, strict=True))
    none = twins.rd_lzw.NONE if transparent is None else transparent
    expected, codes, distortion = twins.rd_lzw.choose(
        np.hstack([pixels, costs]), best.tolist(), table, candidates, none, min_code_size, lambda_
    )
    assert expected == symbols.tolist()
    assert twins.lzw.packed(codes) == out[:size].tobytes()
    assert total == distortion
    assert decode_lzw(min_code_size, out[:size].tobytes())[0] == symbols.tobytes()
    return codes


@pytest.mark.parametrize("lambda_", [1e-7, 1e-4, 1e-2])
@pytest.mark.parametrize(("entries", "min_code_size"), [(3, 2), (60, 6), (255, 8)])
@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("alike", [True, False])
def test_symbols_and_stream_are_those_of_the_twin(
    lambda_: float, entries: int, min_code_size: int, kept: bool, alike: bool
) -> None:
    made = problem(1000, entries, 1, kept=kept, alike=alike)
    same_as_the_twin(made, entries if kept else None, min_code_size, lambda_)


@pytest.mark.parametrize("reach", [1, 3, 7, 8, 9, 40])
def test_there_may_be_few_candidates_or_many(reach: int) -> None:
    same_as_the_twin(problem(600, 60, 2, kept=True, reach=reach), 60, 6, 1e-3)


def test_nodes_may_have_many_children() -> None:
    """Of 256 entries, so that classes wrap around, and none is left for "as it is"."""
    same_as_the_twin(problem(3000, 256, 3, kept=False, run=1, alike=True), None, 8, 1e-5)


@pytest.mark.parametrize(("lambda_", "cut"), [(1e-7, True), (1e-4, False)])
def test_phrases_are_cut_for_the_sake_of_the_next_ones_as_the_twin_does(
    monkeypatch: pytest.MonkeyPatch, lambda_: float, cut: bool
) -> None:
    """Colors are those of the table, so that phrases are long and without distortion; none is cut where bytes count."""
    made = problem(6000, 20, 4, kept=True, run=40)
    pixels, costs, best, table, _ = made
    pixels[:, :3] = table[best]
    costs[:, 0] = 0
    lengths, shorten = [], twins.rd_lzw.shorten

    def noted(*given: Any) -> Any:
        lengths.append((given[4], shorten(*given)))
        return lengths[-1][1]

    monkeypatch.setattr(twins.rd_lzw, "shorten", noted)
    same_as_the_twin(made, 20, 5, lambda_)
    assert any(taken[1] < length for length, taken in lengths) == cut


def test_dictionary_is_cleared_when_it_is_full_as_the_twin_does() -> None:
    codes = same_as_the_twin(problem(14_000, 255, 2, kept=True), 255, 8, 1e-6)
    assert sum(code == 256 for code, _ in codes) > 1


@pytest.mark.parametrize("n", [1, 2, 3])
def test_pictures_may_be_tiny(n: int) -> None:
    same_as_the_twin(problem(n, 3, 5, kept=True), 3, 2, 1e-4)


def test_a_picture_that_stays_is_one_run() -> None:
    made = problem(500, 7, 6, kept=True)
    made[1][:, 1] = 0
    same_as_the_twin(made, 7, 3, 1e-4)


def arguments() -> dict[str, Any]:
    pixels, costs, best, table, candidates = problem(9, 3, 0, kept=True)
    return {
        "pixels": pixels,
        "costs": costs,
        "best": best,
        "table": table,
        "candidates": candidates,
        "transparent": 3,
        "min_code_size": 2,
        "lambda_": 1e-3,
        "symbols": np.empty(9, np.uint8),
        "out": np.empty(34, np.uint8),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"best": np.full(9, 3, np.uint8)},
        {"candidates": np.full((3, 3), 3, np.uint8)},
        {"candidates": np.empty((3, 0), np.uint8)},
        {"candidates": np.zeros((2, 3), np.uint8)},
        {"table": np.zeros((5, 3), np.float32)},
        {"table": np.zeros((0, 3), np.float32)},
        {"transparent": 2},
        {"transparent": 4},
        {"transparent": -1},
        {"min_code_size": 1},
        {"min_code_size": 9},
        {"symbols": np.empty(8, np.uint8)},
        {"out": np.empty(33, np.uint8)},
        {"pixels": np.zeros((8, 4), np.float32)},
        {"costs": np.zeros((8, 2), np.float32)},
        {"pixels": np.zeros((0, 4), np.float32), "costs": np.zeros((0, 2), np.float32), "best": np.zeros(0, np.uint8)},
    ],
)
def test_values_that_do_not_fit_are_refused(wrong: dict[str, Any]) -> None:
    rd_encode(**arguments())
    with pytest.raises(ValueError, match=r".+"):
        rd_encode(**arguments() | wrong)


def test_arrays_that_do_not_fit_are_refused() -> None:
    for wrong, error in refusals(arguments(), {"symbols", "out"}):
        with pytest.raises(error):
            rd_encode(**wrong)
