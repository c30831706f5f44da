"""The kit for those who carry on: what is beside the code says what is true, and is built in."""

import re
import tomllib

import pytest
from conftest import ROOT

import gifsom

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PAGES = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]


def test_the_package_says_that_it_has_types() -> None:
    assert (ROOT / "gifsom" / "py.typed").read_bytes() == b""
    assert "Typing :: Typed" in PROJECT["project"]["classifiers"]


def test_the_sdist_has_all_that_belongs_to_it() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert {*PAGES, "LICENSE", ".pre-commit-config.yaml", "gifsom", "tests", "fixtures"} <= set(included)
    assert [name for name in included if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_files_that_a_page_links_to_are_there(page: str) -> None:
    links = re.findall(r"\]\(([^):#]+)\)", (ROOT / page).read_text())
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_changelog_has_what_is_not_released_first_and_then_this_version() -> None:
    heads = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert heads[0] == ("Unreleased", "")
    assert heads[1][0] == gifsom.__version__
    assert all(date for _, date in heads[1:])


def test_the_layout_names_every_folder() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    table = text[text.index("## Layout") : text.index("## Rules")]
    folders = {path.name for path in (ROOT / "gifsom").iterdir() if (path / "__init__.py").is_file()}
    assert folders == set(re.findall(r"`(\w+)/`", table))


def test_every_benchmark_is_told_of() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    scripts = {path.name for path in (ROOT / "tests" / "benchmarks").glob("*.py")} - {"common.py"}
    assert [name for name in sorted(scripts) if f"`{name}`" not in text and f"/{name}" not in text] == []


def test_hooks_run_what_is_installed_and_fetch_nothing() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"repo: (\S+)", text) == ["local"]
    assert set(re.findall(r"language: (\S+)", text)) == {"system"}
    assert "://" not in text


def test_an_extra_brings_what_every_reader_needs() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    needed = {re.split(r"[<>=]", name)[0] for name in extras["scientific"]}
    assert needed == {"astropy", "pydicom", "rawpy", "tifffile"}
