"""What is proposed has been tried: no advice that the program refutes."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES, Inside
from PIL import Image

import gifsom

SPRITE, CARDS = FIXTURES / "sprite.gif", FIXTURES / "cards.mkv"


@pytest.fixture(params=["sprite", "optimized", "lossy", "comment"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made = tmp_path / "x.gif"
    if request.param == "lossy":
        gifsom.convert(FIXTURES / "scene.mp4", made, end=0.4, width=200)
    elif request.param == "optimized":
        gifsom.optimize(SPRITE, made)
    else:
        shutil.copy(SPRITE, made)
    if request.param == "comment":
        made.write_bytes(made.read_bytes()[:-1] + b"\x21\xfe" + (b"\xff" + b"c" * 255) * 9 + b"\0\x3b")
    return made


def test_every_proposal_saves_what_it_says(path: Path, tmp_path: Path) -> None:
    size, target = path.stat().st_size, tmp_path / "tried.gif"
    optimized = size - gifsom.optimize(path, target, quality=100).bytes
    for one in gifsom.explain(path).advice:
        if one.options is None:
            assert 0 < one.saves <= optimized
            continue
        option, value = one.options.split()
        options = {option.removeprefix("--"): int(value)}
        assert one.saves == size - gifsom.convert(path, target, overwrite=True, **options).bytes  # type: ignore[arg-type]
        assert one.saves > optimized


def test_what_optimize_copies_is_not_advised_to_be_coded_anew(tmp_path: Path) -> None:
    gifsom.optimize(SPRITE, tmp_path / "x.gif")
    assert gifsom.optimize(tmp_path / "x.gif", tmp_path / "y.gif").copied
    assert all(one.options for one in gifsom.explain(tmp_path / "x.gif").advice)


CASES = {
    "exact anyway": ("convert C out.gif --quality 60", "exact colors take no more bytes"),
    "transparent": ("convert W out.gif --quality 60", "what is transparent gets the nearest colors"),
    "lossless": ("convert S out.png --quality 60", "the format is lossless"),
    "a copy": ("optimize O out.gif --quality 60", "nothing that is smaller was found"),
}


@pytest.mark.parametrize(("line", "why"), CASES.values(), ids=CASES)
def test_a_quality_without_effect_is_told(here: Path, inside: Inside, line: str, why: str) -> None:
    gifsom.optimize(SPRITE, here / "o.gif")
    names = {"C": CARDS, "S": SPRITE, "O": here / "o.gif", "W": here / "noise.png"}
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 4), np.uint8)
    Image.fromarray(noise).save(here / "noise.png")
    words = [names.get(word, word) for word in line.split()]
    run = inside(*words)
    assert (run.status, run.err) == (0, f"gifsom: --quality 60 has no effect here: {why}\n")
    assert inside(*words, "--overwrite", "--quiet").err == ""


def test_a_quality_with_an_effect_or_from_elsewhere_is_not_talked_about(
    here: Path, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["--end", "0.2", "--width", "99", "--quality", "50"]
    assert inside("convert", FIXTURES / "scene.mp4", "a.gif", *options).err == ""
    monkeypatch.setenv("GIFSOM_QUALITY", "60")
    assert inside("convert", CARDS, "b.gif").err == ""
