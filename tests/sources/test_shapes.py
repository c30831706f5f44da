"""Arrays as other libraries have them: the call that a message tells makes the very pictures of them."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import gifsom
from gifsom.sources.shapes import colored

Array = NDArray[Any]

GRAY = np.random.default_rng(1).integers(0, 256, (5, 12, 20)).astype(np.uint8)
GRAY[:, 0, :2] = 0, 255  # so that a share of the brightest is known
PICTURES = np.stack([GRAY, GRAY[:, ::-1], GRAY[..., ::-1]], axis=-1)
UNIT = PICTURES / 255

WRONG: dict[str, tuple[Any, str]] = {
    "float of 0 to 1": (UNIT, '(255 * x).astype("uint8")'),
    "32 bits": (UNIT.astype(np.float32), '(255 * x).astype("uint8")'),
    "a little beyond 0 and 1": (1.02 * UNIT - 0.01, '(255 * x.clip(0, 1)).astype("uint8")'),
    "a little above 1": (1.01 * UNIT, '(255 * x.clip(0, 1)).astype("uint8")'),
    "float of -1 to 1": (2 * UNIT - 1, '(127.5 * (x + 1)).astype("uint8")'),
    "a little beyond -1 and 1": (2.04 * UNIT - 1.02, '(127.5 * (x.clip(-1, 1) + 1)).astype("uint8")'),
    "not a number": (np.where(UNIT > 0.99, np.nan, UNIT), '(255 * np.nan_to_num(x).clip(0, 1)).astype("uint8")'),
    "float of 0 to 255": (PICTURES.astype(float), 'x.clip(0, 255).astype("uint8")'),
    "whole numbers": (PICTURES.astype(np.int64), 'x.astype("uint8")'),
    "beyond 0": (PICTURES.astype(np.int16) - 3, 'x.clip(0, 255).astype("uint8")'),
    "10 bits": (PICTURES.astype(np.uint16) << 2, '(x >> 2).astype("uint8")'),
    "12 bits": (PICTURES.astype(np.uint16) << 4, '(x >> 4).astype("uint8")'),
    "16 bits": (PICTURES.astype(np.uint16) * 257, '(x >> 8).astype("uint8")'),
    "24 bits": (PICTURES.astype(np.uint32) << 16, '(x >> 16).astype("uint8")'),
    "objects": (PICTURES.astype(object), 'x.astype("uint8")'),
    "objects of 0 to 1": (UNIT.astype(object), '(255 * x).astype("uint8")'),
    "channels first": (np.moveaxis(PICTURES, -1, 1), "np.moveaxis(x, 1, -1)"),
    "channels first, and an axis of one": (np.moveaxis(PICTURES, -1, 1)[None], "np.moveaxis(x, 2, -1)"),
    "channels before all": (np.moveaxis(PICTURES, -1, 0), "np.moveaxis(x, 0, -1)"),
    "nested lists": (PICTURES.tolist(), 'np.array(x).astype("uint8")'),
    "nested lists of 0 to 1": (UNIT.tolist(), '(255 * np.array(x)).astype("uint8")'),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_call_that_is_told_makes_the_very_pictures(name: str, tmp_path: Path) -> None:
    x, call = WRONG[name]
    with pytest.raises(gifsom.FrameError) as raised:
        gifsom.save(x, tmp_path / "out.gif")
    assert f": {call} makes it right" in str(raised.value)
    shown = eval(call, {"np": np, "x": x})
    error = np.abs(shown.astype(int) - PICTURES)
    assert np.median(error) <= 3
    assert gifsom.save(shown, tmp_path / "out.gif").frames == 5


@pytest.mark.parametrize("count", [3, 4])
def test_a_call_for_each_meaning(count: int) -> None:
    """Three or four of what may be pictures or channels: both are told, with what comes of them."""
    x = np.zeros((count, 4, 12, 20), np.uint8)
    with pytest.raises(gifsom.FrameError) as raised:
        gifsom.open(x)
    told = dict(re.findall(r"(np\.moveaxis\(x, \d, -1\)) \((\d) pictures\)", str(raised.value)))
    assert told == {"np.moveaxis(x, 0, -1)": "4", "np.moveaxis(x, 1, -1)": str(count)}
    for call, pictures in told.items():
        assert gifsom.open(eval(call, {"np": np, "x": x})).count == int(pictures)
    gray = x[:, 0]
    with pytest.raises(gifsom.FrameError, match=rf"np\.moveaxis\(x, 0, -1\) makes right, or {count} gray ones"):
        gifsom.open(gray)
    assert gifsom.open(np.moveaxis(gray, 0, -1)).count == 1
    assert gifsom.open(gray[..., None]).count == count


def test_a_list_of_arrays_is_one_whatever_holds_it() -> None:
    objects = np.empty(5, object)
    objects[:] = [*PICTURES]
    for given in (objects, [*PICTURES], (*PICTURES,), iter(PICTURES), [[*PICTURES[:2]], [*PICTURES[2:]]]):
        assert gifsom.open(given).count == 5
    assert gifsom.save(objects, io.BytesIO()).frames == 5


def test_gray_with_alpha_is_told() -> None:
    x = np.stack([GRAY[0], GRAY[1]], axis=-1)
    with pytest.raises(gifsom.FrameError, match=r"x\[\.\.\., \[0, 0, 0, 1\]\] makes it right$"):
        colored(x)
    assert np.array_equal(np.stack([GRAY[0]] * 3 + [GRAY[1]], axis=-1), colored(x[..., [0, 0, 0, 1]]))


class Elsewhere:
    """A tensor on another device, or one that is being differentiated."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        raise RuntimeError("use tensor.detach()")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Elsewhere(), "an Elsewhere does not become one: use tensor.detach()"),
        (None, "None is none, and no list of them"),
        (5, "5 is none, and no list of them"),
        ([None], "not a NoneType (None)"),
        (["a.png"], "not a str ('a.png')"),
        ({"a": 1}, "not a str ('a')"),
        ([[[1, 2], [3]]], "a list does not become one"),
        ([PICTURES[0], [["a"]]], "not a list"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_picture_is_named(given: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(gifsom.FrameError) as raised:
        gifsom.save(given, tmp_path / "out.gif")
    assert said in str(raised.value)
    assert [*tmp_path.iterdir()] == []


def test_numbers_in_lists_are_told_to_be_made_an_array() -> None:
    with pytest.raises(gifsom.FrameError, match=r'np\.array\(x\)\.astype\("uint8"\)'):
        gifsom.open(PICTURES[0].tolist())
