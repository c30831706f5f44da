"""The script that fetches older ffmpegs for the tests: where it cannot, it says so, and the run goes on."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import ROOT
from ffmpegs import NAMES


@pytest.mark.skipif(find_spec("pip") is None, reason="needs pip")
def test_what_cannot_be_fetched_is_told_and_left_out(tmp_path: Path) -> None:
    """Nor is a file kept that does not run."""
    tools, folder = tmp_path / "tools", tmp_path / "ffmpegs"
    for where in (tools, folder):
        where.mkdir()
    for path, text in ((tools / "apt-get", "#!/bin/sh\nexit 100\n"), (folder / NAMES[0], "torn")):
        path.write_text(text)
        path.chmod(0o755)
    nowhere = {"PIP_NO_INDEX": "1", "GIFSOM_FFMPEGS": str(folder), "PATH": f"{tools}:{os.environ['PATH']}"}
    done = subprocess.run(
        [ROOT / ".ci" / "ffmpegs"], check=False, capture_output=True, text=True, env=os.environ | nowhere
    )
    assert done.returncode == 0
    assert [name for name in NAMES if f"{name} cannot be fetched" not in done.stderr] == []
    assert not any((folder / name).exists() for name in NAMES)
