"""A GIF that is made smaller in its place: whole, in one step, or not at all."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES, Inside, names, one_line, posix

import gifsom


@pytest.fixture
def big(here: Path) -> Path:
    """A GIF that is larger than it must be."""
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 4, (60, 80, 1)).astype(np.uint8) * 80
    with gifsom.Writer(here / "big.gif", fps=10, quality=100) as gif:
        for n in range(6):
            gif.append(np.roll(picture, 7 * n, axis=1).repeat(3, axis=2))
    data = (here / "big.gif").read_bytes()
    (here / "big.gif").write_bytes(data[:-1] + b"!\xfe\xff" + b"x" * 255 + b"\xff" + b"y" * 255 + b"\0;")  # a comment
    return here / "big.gif"


def pictures(path: Path) -> list[bytes]:
    return [frame.pixels.tobytes() for frame in gifsom.open(path).frames()]


def test_it_replaces_the_file(big: Path, inside: Inside) -> None:
    before, size = pictures(big), big.stat().st_size
    run = inside("optimize", big.name, "--in-place")
    assert (run.status, run.err, names(big.parent)) == (0, "", ["big.gif"])
    assert run.out.startswith("big.gif: ")
    assert big.stat().st_size < size - 400
    assert pictures(big) == before


@posix
def test_permissions_and_links_stay(big: Path) -> None:
    big.chmod(0o640)
    (big.parent / "link.gif").symlink_to("big.gif")
    size = big.stat().st_size
    result = gifsom.optimize(big.parent / "link.gif", in_place=True)
    assert result.path == big.parent / "link.gif"
    assert (big.parent / "link.gif").is_symlink()
    assert (big.stat().st_mode & 0o777, big.stat().st_size) == (0o640, result.bytes)
    assert result.bytes < size


def test_a_file_that_is_small_enough_is_left_as_it_was(here: Path, inside: Inside) -> None:
    small = here / "small.gif"
    gifsom.optimize(FIXTURES / "sprite.gif", small)
    os.utime(small, (1e9, 1e9))
    data = small.read_bytes()
    run = inside("optimize", "small.gif", "--in-place")
    assert (run.status, run.err) == (0, "")
    assert "left as it was: what was made of it is no smaller" in run.out
    assert (small.read_bytes(), small.stat().st_mtime) == (data, 1e9)


def test_a_failure_leaves_the_file(big: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = big.read_bytes()

    def broken(stage: str, done: int, of: int | None) -> None:
        if stage == "Writing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gifsom.optimize(big, in_place=True, progress=broken)
    assert (big.read_bytes(), names(big.parent)) == (data, ["big.gif"])


@pytest.mark.parametrize(("arguments", "words"), [((), "not neither"), (("x.gif", "--in-place"), "not both")])
def test_one_of_both_is_asked(arguments: tuple[str, ...], words: str, here: Path, inside: Inside) -> None:
    shutil.copy(FIXTURES / "sprite.gif", here / "a.gif")
    run = inside("optimize", "a.gif", *arguments)
    assert (run.status, one_line(run.err)) == (2, f"give a target or --in-place, {words}")
    assert names(here) == ["a.gif"]
