"""Generated GIFs look the same, pixel by pixel and moment by moment, in decoders that others wrote.

tests/benchmarks/differential.py is the long run.
"""

from pathlib import Path

import decoders
import pytest
from generated import generated
from strict import check

COUNT = 200
FEW = 36
"""GIFs of all kinds, six of each."""


@pytest.mark.parametrize(
    "seeds", [range(FEW), pytest.param(range(FEW, COUNT), marks=pytest.mark.slow)], ids=["few", "others"]
)
@pytest.mark.parametrize("decoder", decoders.params())
def test_generated_gifs_look_the_same(decoder: decoders.Decoder, seeds: range, tmp_path: Path) -> None:
    for seed in seeds:
        gif = generated(seed)
        path = tmp_path / f"{seed}.gif"
        path.write_bytes(gif.data)
        try:
            decoders.same_timeline(gif.timeline, decoder(path))
        except AssertionError as fault:
            raise AssertionError(f"{gif.name}: {fault}") from None
        path.unlink()


@pytest.mark.slow
def test_generated_gifs_have_all_that_gifs_of_this_project_have() -> None:
    """Whole and partial images, tables of their own, disposal, longest delays, stills, single pixels."""
    gifs = [check(generated(seed).data) for seed in range(COUNT)]
    images = [image for gif in gifs for image in gif.frames]
    assert {gif.loop for gif in gifs} == {None, 0, 1, 65_535}
    assert {image.disposal for image in images} == {1, 2}
    assert {image.min_code_size for image in images} == set(range(2, 9))
    assert {image.transparent is None for image in images} == {True, False}
    assert {image.table is None for image in images} == {True, False}
    assert {min(image.delay for image in images), max(image.delay for image in images)} == {2, 65_535}
    assert any(len(gif.frames) == 1 for gif in gifs)
    assert any(gif.width == gif.height == 1 and len(gif.frames) > 1 for gif in gifs)
