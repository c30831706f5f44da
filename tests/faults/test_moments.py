"""Signals at any moment of any stage, and kills; tests/benchmarks/faults.py does it a hundred times."""

import random
import signal
import time
from pathlib import Path

import pytest
from conftest import linux
from moments import OLD, STAGES, interrupted, killed, long_clip
from strict import check

pytestmark = linux

MOMENTS = [(stage, sent) for sent in (signal.SIGINT, signal.SIGTERM) for stage in STAGES]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return long_clip(tmp_path_factory.mktemp("clip"))


@pytest.mark.parametrize(("stage", "sent"), MOMENTS)
def test_a_signal_ends_every_stage_and_leaves_the_old_output(
    stage: str, sent: signal.Signals, clip: Path, tmp_path: Path
) -> None:
    moment = random.Random(f"{stage} {sent}").random()
    end = interrupted(stage, clip, tmp_path, moment, sent)
    assert end.clean, end
    assert "interrupted" in end.said
    assert end.took < 5  # 1 on a quiet machine: the benchmark tells


@pytest.mark.parametrize("moment", [0.2, 0.9, 1.0])
def test_a_kill_leaves_the_old_output_or_a_whole_new_one(moment: float, clip: Path, tmp_path: Path) -> None:
    """What was being written stays beside it as a hidden file: nothing can remove that when it is killed."""
    began = time.monotonic()
    end = killed(clip, tmp_path, 60 * 0.05 * moment)
    assert end.output == OLD or check(end.output).frames
    assert end.parts <= 1
    assert time.monotonic() - began < 30
