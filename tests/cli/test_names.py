"""Which name is OUT: no clip is taken for it by mistake, and nothing that is read is replaced."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES, Inside, gifsom, listing, one_line, posix
from PIL import Image

import gifsom as package
from gifsom.batch.plan import plan
from gifsom.core.errors import TargetUnwritable

CARDS, SPRITE, STILL = (FIXTURES / name for name in ("cards.mkv", "sprite.gif", "still.png"))


def put(folder: Path, *names: str) -> None:
    """Clips of the kinds that names say; what ends in .gif and is no GIF has "video" in its name."""
    for name in names:
        kind = Path(name).suffix if "video" not in name else ".mkv"
        shutil.copy({".gif": SPRITE, ".png": STILL, ".jpg": STILL}.get(kind, CARDS), folder / name)


TAKEN = [
    ["a.mkv", "b.mp4"],
    ["a.mkv", "b.mkv"],
    ["a.gif", "b.mp4"],
    ["a.mkv", "video.gif"],
    ["a.mkv", "b.mkv", "c.mp4"],
    ["a.gif", "b.gif", "c.gif"],
    ["a.png", "b.png"],
    ["a.png", "b.jpg", "c.png"],
    ["*.mkv", "b.mp4"],
]


@pytest.mark.parametrize("taken", TAKEN, ids=" ".join)
@pytest.mark.parametrize("how", ["", "--overwrite", "variable", "settings"])
def test_a_last_name_that_may_be_a_source_is_never_replaced(
    here: Path, inside: Inside, monkeypatch: pytest.MonkeyPatch, taken: list[str], how: str
) -> None:
    put(here, *(name.replace("*", "a") for name in taken))
    if how == "variable":
        monkeypatch.setenv("GIFSOM_OVERWRITE", "1")
    if how == "settings":
        (here / "gifsom.toml").write_text("[convert]\noverwrite = true\n")
    before = listing(here)
    run = inside("convert", *taken, *([how] if how.startswith("--") else []))
    assert (run.status, run.out) == (2, "")
    assert f"-o {taken[-1]}" in one_line(run.err)
    assert listing(here) == before


def test_an_out_with_a_name_of_its_own_is_replaced_where_that_is_asked(here: Path, inside: Inside) -> None:
    put(here, "a.mkv", "b.mp4")
    before = listing(here)
    run = inside("convert", "a.mkv", "-o", "b.mp4")
    assert (run.status, listing(here)) == (1, before)
    assert inside("convert", "a.mkv", "-o", "b.mp4", "--overwrite").status == 0
    assert listing(here)["b.mp4"] != before["b.mp4"]
    assert inside("convert", "-o", "both.gif", "a.mkv", "b.mp4").status == 0
    assert package.open(here / "both.gif").duration == pytest.approx(2 * package.open(here / "a.mkv").duration)


@pytest.mark.parametrize("names", [["a.gif", "b.gif"], ["a.mkv", "a.mkv", "b.gif"], ["a.mkv", "out.gif"]])
def test_a_gif_is_replaced_as_it_was(here: Path, inside: Inside, names: list[str]) -> None:
    put(here, *names[:-1])
    (here / names[-1]).write_bytes(b"old")
    assert inside("convert", *names, "--overwrite").status == 0
    assert (here / names[-1]).read_bytes().startswith(b"GIF89a")


@posix
@pytest.mark.parametrize("arguments", ["d/*.gif d/x.gif", "d/ d/x.gif", "d/x.gif s.gif", "d/x.gif -o h.gif"])
def test_what_is_read_is_not_replaced_however_it_was_found(here: Path, inside: Inside, arguments: str) -> None:
    (here / "d").mkdir()
    put(here / "d", "x.gif")
    (here / "s.gif").symlink_to("d/x.gif")
    (here / "h.gif").hardlink_to(here / "d/x.gif")
    before = listing(here)
    run = inside("convert", *arguments.split(), "--overwrite")
    assert run.status == 1
    assert "that is the source itself" in one_line(run.err)
    assert listing(here) == before


def test_standard_input_is_not_replaced(here: Path) -> None:
    put(here, "a.gif")
    run = gifsom("convert", "-", "a.gif", "--overwrite", cwd=here, stdin=(here / "a.gif").open("rb"))
    assert run.status == 1
    assert "that is the source itself" in one_line(run.err)


def test_a_clip_is_not_saved_over_its_file(here: Path) -> None:
    put(here, "a.gif", "b.png")
    clip = package.open([here / "b.png", here / "a.gif"]).speed(2)
    for save in (clip.save, lambda path, **options: package.convert(here.glob("*.gif"), path, **options)):
        with pytest.raises(TargetUnwritable, match="that is the source itself"):
            save(here / "a.gif", overwrite=True)


@pytest.mark.parametrize("name", ["frames/*.png", "frames"])
def test_frames_do_not_replace_those_that_are_read(here: Path, inside: Inside, name: str) -> None:
    assert inside("frames", SPRITE, "frames").status == 0
    before = listing(here)
    run = inside("frames", name, "frames", "--overwrite", "--fps", "2")
    assert (run.status, listing(here)) == (1, before)


@posix
def test_no_gif_of_a_batch_replaces_a_source_of_another(here: Path) -> None:
    (here / "out").mkdir()
    put(here, "a.mkv")
    put(here / "out", "a.gif")
    (here / "b.gif").symlink_to("out/a.gif")
    with pytest.raises(TargetUnwritable, match="that is a source, too"):
        plan([here / "a.mkv", here / "b.gif"], here / "out", overwrite=True)


def test_a_photo_is_not_replaced_by_a_palette_but_swatches_are(here: Path, inside: Inside) -> None:
    put(here, "a.png", "b.png")
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(here / "b.png")
    before = listing(here)
    run = inside("palette", "a.png", "b.png", "--overwrite")
    assert (run.status, listing(here)) == (2, before)
    for _ in range(2):
        assert inside("palette", "a.png", "swatches.png", "--overwrite").status == 0
