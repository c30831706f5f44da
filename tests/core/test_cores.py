"""Number of threads: as many as there are processors, or fewer where others are at work beside."""

import pytest

from gifsom.core import threads


def test_threads_are_as_many_as_processors_and_at_most_as_many_as_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_most", None)
    assert threads.threads() == threads.cores() >= 1
    monkeypatch.setattr(threads, "cores", lambda: 5)
    for most, expected in ((1, 1), (3, 3), (9, 5)):
        threads.limit_threads(most)
        assert expected == threads.threads()
