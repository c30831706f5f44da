"""The seconds that are left of a stage: told from its second report on, and new at every look."""

from gifsom.cli import text
from gifsom.cli.common import Pace


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def test_seconds_left_are_those_of_the_pace_so_far() -> None:
    clock = Clock()
    pace = Pace(100, clock)
    assert str(pace) == "", "nothing is known at the first report"
    clock.now += 0.5
    pace.note(101, 201)
    assert str(pace) == "50 s left"
    clock.now += 1.5
    assert str(pace) == "3 min 20 s left", "nothing was done for a while"
    pace.note(121, 201)
    assert str(pace) == "8 s left"
    pace.note(201, 201)
    assert str(pace) == ""


def test_a_stage_of_unknown_length_has_no_end_to_tell() -> None:
    pace = Pace(0, Clock())
    pace.note(5, None)
    assert str(pace) == ""


def test_seconds_are_rounded_up() -> None:
    assert [text.left(seconds) for seconds in (0.01, 1, 59.2, 60.5)] == [
        "1 s left",
        "1 s left",
        "1 min 0 s left",
        "1 min 1 s left",
    ]
