"""Documents: what one says is done, what it may not say is refused, and it reaches nothing outside of its folder."""

import json
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
from conftest import FIXTURES

import gifsom
from gifsom.cli.convert import convert as command
from gifsom.options.document import Document, Step, expanded, read_document, relative
from gifsom.options.table import EDITS, KINDS

SPRITE = FIXTURES / "sprite.gif"
VALUES = {"crop": "32x24+16+12", "reverse": True, "speed": 2, "caption": "Hé|position=top", "grayscale": True}


def written(path: Path, said: object) -> Path:
    path.write_text(said if isinstance(said, str) else json.dumps(said), "utf-8")
    return path


def beside(folder: Path, **said: Any) -> Path:
    """A document in `folder`, beside a copy of the sprite."""
    folder.mkdir(exist_ok=True)
    (folder / "sprite.gif").write_bytes(SPRITE.read_bytes())
    return written(folder / "demo.gifsom", {"gifsom": 1, "sources": ["sprite.gif"]} | said)


def test_a_document_makes_the_gif_that_its_command_line_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edits = [{"edit": name, "value": value} for name, value in VALUES.items()]
    edits.insert(1, {"edit": "rotate", "value": 90, "on": False})
    path = beside(tmp_path, edits=edits, options={"quality": 70, "end": 0.8, "loop": 3})
    monkeypatch.chdir(tmp_path)
    result = gifsom.convert("demo.gifsom")
    assert result.path == Path("demo.gif")
    document = read_document(path)
    asked = shlex.split(shlex.join(document.arguments()))
    with click.Context(command) as context:
        command.parse_args(context, [*asked, "-o", "other.gif"])
    command.main([*asked, "-o", "other.gif", "--quiet"], standalone_mode=False)
    assert Path("demo.gif").read_bytes() == Path("other.gif").read_bytes()
    assert result.size == (32, 24)


def test_what_is_given_beside_a_document_comes_after_it(tmp_path: Path) -> None:
    path = beside(tmp_path, edits=[{"edit": "speed", "value": 2}], options={"quality": 70, "loop": 3})
    source, options = expanded(path, {"quality": 30, "scale": 0.5, "edits": [("reverse", True)]})
    assert Path(source).resolve() == (tmp_path / "sprite.gif").resolve()
    assert options == {
        "quality": 30,
        "loop": 3,
        "edits": [("speed", 2), ("scale", 0.5), ("reverse", True)],
    }


def test_what_is_written_is_read_again() -> None:
    steps = tuple(Step(name, value, on=name != "speed") for name, value in VALUES.items())
    document = Document(("a.mp4", "sub/b.gif"), steps, {"quality": 60, "start": "1:05", "palette": "a.gpl"})
    assert Document.parse(document.text().encode()) == document
    assert document.files() == ["a.mp4", "sub/b.gif", "a.gpl"]


def test_every_edit_and_option_with_a_value_of_its_kind_has_arguments() -> None:
    for name, kinds in KINDS.items():
        value = {bool: True, int: 1, float: 0.5, str: "-x"}[kinds[-1]] if kinds else None
        assert Document((), (), {name: value}).arguments()[:1] != [] or value is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("no json", "Expecting value"),
        ('{"gifsom": 1, "sources": ["sprite.gif"], "options": {"start": NaN}}', "NaN is no number"),
        ("[" * 100_000, "recursion"),
        ("[]", "no document of gifsom"),
        ({"gifsom": 2}, "of version 2"),
        ({"gifsom": True}, "of version True"),
        ({"gifsom": 1, "target": "a.gif"}, "no key 'target'"),
        ({"gifsom": 1, "sources": "sprite.gif"}, "no list of names"),
        ({"gifsom": 1, "sources": ["-"]}, "standard input"),
        ({"gifsom": 1, "sources": ["a"] * 1001}, "more than 1000"),
        ({"gifsom": 1, "edits": [{"edit": "crop"}]}, "not of the form"),
        ({"gifsom": 1, "edits": [{"edit": "quality", "value": 1}]}, "no edit 'quality'"),
        ({"gifsom": 1, "edits": [{"edit": "speed", "value": "fast"}]}, "give a whole number or a number"),
        ({"gifsom": 1, "edits": [{"edit": "speed", "value": -1}]}, "speed"),
        ({"gifsom": 1, "edits": [{"edit": "speed", "value": 2, "on": 1}]}, "neither true nor false"),
        ({"gifsom": 1, "options": {"overwrite": True}}, "no option 'overwrite'"),
        ({"gifsom": 1, "options": {"max_pixels": 10}}, "no option 'max_pixels'"),
        ({"gifsom": 1, "options": {"trust": True}}, "no option 'trust'"),
        ({"gifsom": 1, "options": {"quality": 0}}, "quality"),
        ({"gifsom": 1, "options": {"quality": True}}, "give a whole number"),
    ],
)
def test_a_document_that_says_what_it_cannot_is_refused(tmp_path: Path, said: object, why: str) -> None:
    path = written(tmp_path / "demo.gifsom", said)
    with pytest.raises(gifsom.SourceUnreadable, match=why) as raised:
        gifsom.convert(path, tmp_path / "out.gif")
    assert "\n" not in str(raised.value)
    assert [*tmp_path.iterdir()] == [path]


def test_a_document_that_is_too_large_or_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(gifsom.SourceUnreadable, match="too large"):
        read_document(written(tmp_path / "demo.gifsom", " " * (1 << 20) + "{}"))
    with pytest.raises(gifsom.SourceNotFound, match="no such file"):
        read_document(tmp_path / "none.gifsom")


@pytest.mark.parametrize(
    "name", ["../sprite.gif", "sub/../../sprite.gif", str(SPRITE), "link.gif", "folder/sprite.gif"]
)
@pytest.mark.parametrize("option", [False, True])
def test_files_outside_of_its_folder_are_opened_only_if_it_is_trusted(tmp_path: Path, name: str, option: bool) -> None:
    (tmp_path / "sprite.gif").write_bytes(SPRITE.read_bytes())
    path = beside(tmp_path / "inside")
    (path.parent / "link.gif").symlink_to(tmp_path / "sprite.gif")
    (path.parent / "folder").symlink_to(tmp_path)
    (path.parent / "sub").mkdir()
    said = {"options": {"palette": name}} if option else {"sources": [name]}
    beside(path.parent, **said)
    with pytest.raises(gifsom.SourceRefused, match="outside of its folder"):
        gifsom.convert(path, tmp_path / "out.gif")
    assert not (tmp_path / "out.gif").exists()
    assert read_document(path, trust=True).files()


@pytest.mark.parametrize(
    ("name", "why"), [("https://example.org/a.gif", "address"), ("*.gif", "pattern"), ("concat:a|b://c", "address")]
)
def test_what_is_no_name_of_a_file_is_refused_even_if_it_is_trusted(tmp_path: Path, name: str, why: str) -> None:
    path = beside(tmp_path, sources=[name])
    with pytest.raises(gifsom.SourceRefused, match=why):
        gifsom.convert(path, tmp_path / "out.gif", trust=True)


def test_a_document_is_never_replaced_by_its_gif_nor_are_its_sources(tmp_path: Path) -> None:
    path = beside(tmp_path)
    for target in (path, tmp_path / "sprite.gif"):
        before = target.read_bytes()
        with pytest.raises(gifsom.GifsomError):
            gifsom.convert(path, target, overwrite=True)
        assert target.read_bytes() == before


def test_names_are_relative_to_the_folder_of_a_document(tmp_path: Path) -> None:
    assert relative(str(tmp_path / "a" / "b.mp4"), tmp_path) == "a/b.mp4"
    assert relative(str(tmp_path / "b.mp4"), tmp_path / "a") == "../b.mp4"


def test_a_document_that_is_open_has_its_edits(tmp_path: Path) -> None:
    path = beside(tmp_path, edits=[{"edit": "crop", "value": "32x24+16+12"}], options={"end": 0.2})
    clip = gifsom.open(path)
    assert (clip.size, clip.duration) == ((32, 24), pytest.approx(0.2))


def test_edits_that_name_files_say_so() -> None:
    """A value that is a path must be placed like any other: an entry whose metavar has FILE has `files`."""
    for name, one in EDITS.items():
        if "FILE" in (one.metavar or "").upper():
            assert one.files is not None, name
