"""What Python's users read: messages that name arguments, help without addresses, results in a notebook."""

import pydoc
import re
import shutil
from pathlib import Path

import pytest
from conftest import FIXTURES, Inside, one_line

import gifsom
from gifsom.core.errors import GifsomError, speaks_of_options

SPRITE = FIXTURES / "sprite.gif"

EXISTS = "(overwrite=True replaces it)", "(--overwrite replaces it)"
LARGE = "(max_pixels lifts it)", "(--max-pixels lifts it)"
ONLY = (
    "max_size, colors, palette, map_size and dither are",
    "--max-size, --colors, --palette, --map-size and --dither are",
)
SAID = {
    "a file that is there": (["out.gif"], {}, EXISTS),
    "a large picture": (["new.gif"], {"max_pixels": 9}, LARGE),
    "what only a GIF has": (["new.webp"], {"colors": 9}, ONLY),
    "frames that are there": (["frames/"], {}, ("(overwrite=True replaces them)", "(--overwrite replaces them)")),
}


@pytest.mark.parametrize(("names", "options", "said"), SAID.values(), ids=SAID)
def test_messages_speak_of_arguments_or_of_options(
    here: Path, inside: Inside, names: list[str], options: dict[str, int], said: tuple[str, str]
) -> None:
    shutil.copy(SPRITE, here / "out.gif")
    gifsom.convert(SPRITE, f"{here}/frames/")
    typed = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    assert said[1] in one_line(inside("convert", SPRITE, *names, *typed).err)
    with pytest.raises(GifsomError) as error:
        gifsom.convert(SPRITE, *names, **options)  # type: ignore[arg-type]
    assert said[0] in str(error.value)
    assert "--" not in str(error.value)
    assert not speaks_of_options()


def test_processes_of_a_batch_speak_as_who_began_it(here: Path, inside: Inside) -> None:
    shutil.copy(SPRITE, here / "a.gif")
    (failed,) = gifsom.convert_all(SPRITE, here / "out", jobs=1, max_pixels=9).failed
    assert LARGE[0] in (failed.error or "")
    assert LARGE[1] in inside("convert", "a.gif", SPRITE, "gifs/", "--max-pixels", "9").err


@pytest.mark.parametrize("name", [*gifsom.__all__, "ImageioPlugin"])
def test_help_shows_no_address(name: str) -> None:
    shown = pydoc.plain(pydoc.render_doc(getattr(gifsom, name)))
    assert not re.search(r" at 0x[0-9a-f]+", shown)


def test_comparisons_and_explanations_show_themselves(here: Path) -> None:
    gifsom.convert(SPRITE, here / "<b>.gif", colors=4)
    compared = gifsom.compare(SPRITE, here / "<b>.gif")
    explained = gifsom.explain(here / "<b>.gif")
    for one in (compared, explained):
        shown = one._repr_html_()
        assert '<img src="data:image/png;base64,' in shown
        assert len(repr(one)) < 300
        assert "array" not in repr(one)
    assert "SSIM" in compared._repr_html_()
    assert "image data" in explained._repr_html_()
