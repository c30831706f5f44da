"""The studio in the package: what others wrote is as they wrote it, and nothing else needs it."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import FIXTURES, ROOT

STATIC = ROOT / "gifsom" / "studio" / "static"
VENDOR = STATIC / "vendor"


def test_libraries_of_the_page_are_those_that_are_named() -> None:
    named = dict(
        re.findall(r"^\| (\S+\.js) \|.*\| ([0-9a-f]{64}) \|$", (VENDOR / "README.md").read_text(), re.MULTILINE)
    )
    assert named == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.glob("*.js")}
    assert {path.name for path in VENDOR.glob("LICENSE*")} == {"LICENSE.htm", "LICENSE.preact"}


def test_the_page_is_small_and_its_modules_are_a_screen_long() -> None:
    files = [path for path in STATIC.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 400_000
    assert [path.name for path in STATIC.glob("*.js") if len(path.read_text().splitlines()) > 330] == []


def test_the_page_fetches_its_own_files_alone() -> None:
    for path in STATIC.glob("*.*"):
        text = path.read_text()
        assert set(re.findall(r"https?://[^\s\"'`)]+", text)) <= {"http://www.w3.org/2000/svg"}, path.name
        for name in re.findall(r'(?:from|src=|href=)\s*"(/static/[^"$]+)"', text):
            assert (STATIC / name.removeprefix("/static/")).is_file(), (path.name, name)


@pytest.mark.parametrize(
    "code", ["import gifsom", f"import gifsom; gifsom.convert({str(FIXTURES / 'sprite.gif')!r}, 'a.gif')"], ids=len
)
def test_nothing_else_imports_the_studio(code: str, tmp_path: Path) -> None:
    names = (
        "{name for name in sys.modules if name.split('.')[0] in ('starlette', 'uvicorn') or 'gifsom.studio' in name}"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; print({names})"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout.strip() == "set()", done.stderr
