"""Presets: those of the package, those of settings files, and the command that lists them."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import FIXTURES

import gifsom
from gifsom.cli import app
from gifsom.cli.presets import presets as command
from gifsom.core.values import parse_size
from gifsom.options.conversion import ConvertOptions
from gifsom.options.presets import presets


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and no settings of the user's."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    monkeypatch.setattr("gifsom.options.config.user_config_path", lambda *_, **__: tmp_path / "user" / "gifsom")
    monkeypatch.delenv("GIFSOM_CONFIG", raising=False)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def test_the_packages_own_are_possible_settings_and_name_a_size() -> None:
    assert [*presets()] == ["discord", "docs", "email", "emoji", "github", "slack", "sticker"]
    for one in presets().values():
        settings = ConvertOptions.of(one.options)
        assert settings.limit is not None
        assert "fps" in one.options
        assert {"fit", "width"} & set(one.options)
        assert one.origin == ()


def test_a_limit_is_not_above_that_of_its_service() -> None:
    limits = {"github": 10_000_000, "slack": 10**9, "discord": 20 << 20, "email": 20_000_000}
    assert all(parse_size(gifsom.preset(name)["max_size"]) <= limit for name, limit in limits.items())


@pytest.mark.parametrize(("name", "limit"), [("emoji", 128_000), ("sticker", 256_000)])
def test_emoji_and_stickers_fit_into_128x128_and_their_bytes(name: str, limit: int, tmp_path: Path) -> None:
    result = gifsom.convert(FIXTURES / "scene.mp4", tmp_path / "out.gif", **gifsom.preset(name))
    assert result.size == (128, 72)
    assert result.bytes <= limit
    assert result.frames <= 50


def test_a_size_that_is_typed_counts_more_than_that_of_a_preset(tmp_path: Path) -> None:
    source, out = str(FIXTURES / "sprite.gif"), str(tmp_path / "out.gif")
    run = CliRunner().invoke(app, ["convert", source, out, "--preset", "emoji", "--scale", "4"])
    assert run.exit_code == 0
    assert gifsom.open(out).size == (256, 192)


def test_a_preset_is_options_of_a_conversion(tmp_path: Path) -> None:
    result = gifsom.convert(FIXTURES / "sprite.gif", tmp_path / "out.gif", **gifsom.preset("email"))
    assert result.bytes <= 1_000_000
    gifsom.preset("email").clear()
    assert gifsom.preset("email")


def test_one_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(
        gifsom.SettingError, match="no preset 'wiki': there are discord, docs, email, emoji, github, slack, sticker"
    ):
        gifsom.preset("wiki")


def test_settings_files_add_and_change_the_project_over_the_user(alone: Path, tmp_path: Path) -> None:
    user = tmp_path / "user" / "gifsom"
    user.mkdir(parents=True)
    (user / "gifsom.toml").write_text('[presets.wiki]\nwidth = 720\nfps = 8\n[presets.email]\nmax-size = "2MB"\n')
    (alone / "gifsom.toml").write_text("[presets.wiki]\nwidth = 700\n")
    assert gifsom.preset("wiki") == {"usual_width": 700, "usual_fps": 8}
    assert gifsom.preset("email") == {"max_size": "2MB", "quality": 80, "usual_width": 600, "usual_fps": 10}
    assert (user / "gifsom.toml", Path("gifsom.toml")) == presets()["wiki"].origin


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[presets.wiki]\nwide = 7", r"gifsom.toml, \[presets.wiki\]: there is no 'wide': did you mean width\?"),
        ("[presets.wiki]\nwidth = 0", r"gifsom.toml, \[presets.wiki\] width: width is 0"),
        ("[presets.wiki]\nquiet = true", r"there is no 'quiet'"),
        ("[presets]\nwiki = 7", r"\[presets.wiki\] is no table"),
    ],
)
def test_a_wrong_one_is_told_with_its_file_and_key(text: str, said: str, alone: Path) -> None:
    (alone / "gifsom.toml").write_text(text)
    with pytest.raises(gifsom.SettingError, match=said):
        gifsom.preset("github")


def test_the_command_lists_them_as_they_are_typed(alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (alone / "gifsom.toml").write_text("[presets.wiki]\nwidth = 720\nstrict = true\n")
    assert command.callback is not None
    command.callback()
    lines = capsys.readouterr().out.splitlines()
    assert "github   --max-size 10MB --quality 80 --width 800 --fps 15" in lines
    assert "wiki     --width 720 --strict (gifsom.toml)" in lines
