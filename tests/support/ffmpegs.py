"""The ffmpegs that files are read with: the one of this installation, and those that .ci/ffmpegs fetches."""

import os
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

FOLDER = Path(os.environ.get("GIFSOM_FFMPEGS") or Path(__file__).parents[2] / "build" / "ffmpegs")
NAMES = ("imageio-ffmpeg-0.5.1", "debian", "imageio-ffmpeg-0.6.0", "imageio-ffmpeg-0.8.1")


def make(path: Path, *arguments: str | Path) -> Path:
    """Write a file with this installation's ffmpeg."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", *map(str, arguments), str(path)]
    subprocess.run(command, check=True)
    return path


def lavfi(source: str) -> list[str]:
    """Arguments for what one of ffmpeg's generators makes."""
    return ["-f", "lavfi", "-i", source]


@pytest.fixture(params=["installed", *NAMES])
def any_ffmpeg(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the ffmpegs in turn, which gifsom uses within the test; skipped by name where it is missing."""
    if request.param != "installed":
        if not (FOLDER / request.param).exists():
            pytest.skip(f"needs {request.param} of .ci/ffmpegs")
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(FOLDER / request.param))
    return str(request.param)
