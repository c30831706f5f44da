"""Undo and redo without end, and journals that survive a process that is killed."""

import json
from pathlib import Path

import pytest

from gifsom.options.document import Document, Step
from gifsom.studio import history
from gifsom.studio.history import History, Journal, forget, left, recovered


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(history, "folder", lambda: tmp_path / "journals")
    return tmp_path / "journals"


def document(*values: float) -> Document:
    return Document(("a.mp4",), tuple(Step("speed", value) for value in values))


def test_every_step_can_be_undone_and_done_again() -> None:
    kept = History(document())
    states = [document(*range(1, n)) for n in range(2, 300)]
    for state in states:
        kept.do(state)
    back = []
    while kept.undo():
        back.append(kept.now)
    assert back == [*reversed(states[:-1]), document()]
    while kept.redo():
        pass
    assert kept.now == states[-1]
    kept.undo()
    kept.do(document(9))
    assert not kept.redo()


def test_a_slider_is_one_step() -> None:
    kept = History(document())
    for value in (1, 2, 3):
        kept.do(document(value), "speed", merge=True)
    kept.do(document(3, 4), "other")
    kept.undo()
    assert kept.now == document(3)
    kept.undo()
    assert kept.now == document()


def test_a_journal_gives_back_all_steps(folder: Path) -> None:
    journal = Journal("a.mp4", document())
    kept = History(document())
    for value in (1, 2, 3):
        kept.do(document(value))
        journal.do(document(value), "", False)
    kept.undo()
    journal.undo()
    assert left() == []  # it is in use
    journal.close(forget=False)
    (found,) = left()
    assert (found.name, found.steps) == ("a.mp4", 1)
    name, again = recovered(found.id) or ("", History(document()))
    assert (name, again.now, again.past, again.future) == ("a.mp4", kept.now, kept.past, kept.future)
    other = Journal("a.mp4", document())
    other.copy(again)
    other.close(forget=False)
    copied = recovered(other.path.stem)
    assert copied is not None
    assert (copied[1].now, copied[1].past, copied[1].future) == (kept.now, kept.past, kept.future)
    forget(found.id)
    forget(other.path.stem)
    assert left() == []


def test_the_last_line_of_a_killed_process_may_be_half(folder: Path) -> None:
    journal = Journal("a.mp4", document())
    journal.do(document(1), "", False)
    journal.do(document(2), "", False)
    journal.close(forget=False)
    journal.path.write_bytes(journal.path.read_bytes()[:-9])
    (found,) = left()
    kept = recovered(found.id)
    assert kept is not None
    assert kept[1].now == document(1)


def test_what_is_saved_is_not_offered(folder: Path) -> None:
    journal = Journal("a.mp4", document())
    journal.close(forget=False)
    assert left() == []  # nothing was done
    journal = Journal("a.mp4", document())
    journal.do(document(1), "", False)
    journal.saved()
    journal.close(forget=False)
    assert left() == []
    assert [*folder.iterdir()] == []


@pytest.mark.parametrize(
    "lines",
    [
        b"",
        b"\n",
        b"[]\n",
        b'{"gifsom-studio": 1}\n',
        b'{"gifsom-studio": 1, "name": 1, "document": "{}"}\n',
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
    ],
)
def test_a_damaged_journal_is_none(folder: Path, lines: bytes) -> None:
    folder.mkdir()
    (folder / "x.journal").write_bytes(lines)
    assert left() == []
    assert recovered("x") is None


def test_a_damaged_action_ends_a_journal(folder: Path) -> None:
    journal = Journal("a.mp4", document())
    journal.do(document(1), "", False)
    journal.close(forget=False)
    with journal.path.open("ab") as file:
        file.write(json.dumps({"do": '{"gifsom": 9}', "label": "", "merge": False}).encode() + b"\n")
    (found,) = left()
    kept = recovered(found.id)
    assert kept is not None
    assert kept[1].now == document(1)
