"""Every input that once did harm, and those from which fuzzing begins, are taken as they should be."""

from pathlib import Path

import pytest
from conftest import ROOT
from seeds import seeds
from targets import TARGETS, run

CRASHES = ROOT / "tests" / "fuzz" / "crashes"


@pytest.mark.parametrize("target", TARGETS)
def test_seeds_do_no_harm(target: str) -> None:
    for data in seeds(target):
        run(target, data)
        run(target, data[:-3])


@pytest.mark.parametrize("path", sorted(CRASHES.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_once_crashed_does_no_more(path: Path) -> None:
    """`crashes/TARGET/NAME` is an input of that target, named after what was wrong."""
    run(path.parent.name, path.read_bytes())
