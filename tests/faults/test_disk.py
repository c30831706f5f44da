"""A disk that is full, whatever is written: one line, the old output, nothing left."""

from pathlib import Path

import pytest
from conftest import FIXTURES, gifsom, listing, one_line, posix

resource = pytest.importorskip("resource")

pytestmark = posix

CLIP = str(FIXTURES / "scene.mp4")
SHORT = ("--end", "0.3", "--width", "160", "--overwrite")
WRITING: dict[str, tuple[str, ...]] = {
    "gif": ("convert", CLIP, "out.gif", *SHORT),
    "gif of a size": ("convert", CLIP, "out.gif", "--max-size", "100kB", *SHORT),
    "webp": ("convert", CLIP, "out.webp", *SHORT),
    "apng": ("convert", CLIP, "out.apng", *SHORT),
    "mp4": ("convert", CLIP, "-o", "out.mp4", *SHORT),
    "frames": ("frames", CLIP, "out", "--end", "0.2", "--overwrite"),
    "optimize": ("optimize", str(FIXTURES / "sprite.gif"), "out.gif", "--overwrite"),
    "palette": ("palette", str(FIXTURES / "sprite.gif"), "out.png", "--overwrite"),
    "film": ("palette", str(FIXTURES / "sprite.gif"), "--film", "out.gif", "--overwrite"),
    "batch": ("convert", CLIP, str(FIXTURES / "sprite.gif"), "out/", *SHORT),
}


def output(folder: Path, arguments: tuple[str, ...]) -> Path:
    """The old output of a command; of a folder its first file."""
    name = next(word for word in arguments if word.startswith("out"))
    if "." in name:
        return folder / name
    (folder / "out").mkdir()
    return folder / "out" / ("frame-0001.png" if arguments[0] == "frames" else "scene.gif")


@pytest.mark.parametrize("what", WRITING)
def test_a_full_disk_is_one_line_and_leaves_the_old_output(what: str, here: Path) -> None:
    """A limit of the size of files stands for it."""
    arguments = WRITING[what]
    old = output(here, arguments)
    old.write_bytes(b"precious")
    before = listing(here)

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    run = gifsom(*arguments, cwd=here, preexec_fn=small_files, timeout=120)
    assert run.status == 1
    assert listing(here) == before
    lines = run.err.splitlines(keepends=True)
    assert len(lines) == (2 if what == "batch" else 1), run.err  # one a clip
    for line in lines:
        assert one_line(line).startswith("out")
    assert "Traceback" not in run.err


@pytest.mark.parametrize("what", ["gif", "webp", "apng", "mp4", "frames", "optimize", "palette"])
def test_a_device_is_never_written_to(what: str, here: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    link = here / next(word for word in WRITING[what] if word.startswith("out"))
    link.symlink_to("/dev/full")
    run = gifsom(*WRITING[what], cwd=here)
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err).startswith(f"{link.name}: that is ")
    assert link.is_symlink()
    assert len(list(here.iterdir())) == 1
