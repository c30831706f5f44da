"""Words: a docstring begins with a noun or a verb, and its spelling is American."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from conftest import ROOT

OPENINGS = re.compile(r"(What|That which|Those which)\b")
"""Beginnings of a docstring that makes its reader wait for the noun."""

BRITISH = re.compile(
    r"\b(?:colour|neighbour|behaviour|grey(?!scale\")|centre|favour|honour|labell|modell|cancelled|"
    r"catalogue|analyse|(?:initial|normal|optim|quant|minim|maxim|organ|recogn|serial|vector)is(?:e|es|ed|ing|ation)\b)",
    re.IGNORECASE,
)

TITLES = re.compile(r'"[^"]*"', re.DOTALL)
"""Titles of papers and values of options keep their spelling."""


def texts() -> Iterator[tuple[str, str]]:
    """Each docstring of the package, and each text below a constant, with its place."""
    for path in sorted(Path(ROOT, "gifsom").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            for child in body if isinstance(body := getattr(node, "body", None), list) else []:
                if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                    text = child.value.value
                    if isinstance(text, str):
                        yield f"{path.relative_to(ROOT)}:{child.lineno}", text


def test_docstrings_begin_with_a_noun_or_a_verb() -> None:
    assert [place for place, text in texts() if OPENINGS.match(text)] == []


def test_spelling_is_american() -> None:
    assert [(place, found[0]) for place, text in texts() if (found := BRITISH.search(TITLES.sub("", text)))] == []


def test_both_rules_find_what_they_forbid() -> None:
    assert OPENINGS.match("What a frame costs.")
    assert BRITISH.search("The neighbours of a colour")
    assert not BRITISH.search(TITLES.sub("", 'A. Dekker, "Neural networks for colour quantization"'))
