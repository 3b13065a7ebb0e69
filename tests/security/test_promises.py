"""Every promise of docs/security.md names tests that hold the app to it, and they exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def promises(text: str) -> list[str]:
    """Return the entries below the heading of what is promised."""
    section = text.partition("## What is promised")[2].partition("\n## ")[0]
    return [" ".join(entry.split()) for entry in re.split(r"^- ", section, flags=re.MULTILINE)[1:]]


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def missing(text: str) -> list[str]:
    """Return the named tests that are not there."""
    return [
        f"{path}::{name}"
        for path, name in TEST.findall(text)
        if not (ROOT / path).is_file() or name not in names_in(ROOT / path)
    ]


def test_there_are_promises():
    assert len(promises(TEXT)) > 20


@pytest.mark.parametrize("promise", promises(TEXT), ids=lambda promise: promise[:40])
def test_a_promise_names_tests_that_exist(promise):
    assert TEST.findall(promise), "no test is named"
    assert missing(promise) == []
    assert all(name.startswith("test_") for _, name in TEST.findall(promise))


def test_a_test_that_is_not_there_is_found():
    text = "`tests/security/test_promises.py::test_of_nothing` `tests/nowhere.py::test_that`"
    assert missing(text) == [
        "tests/security/test_promises.py::test_of_nothing",
        "tests/nowhere.py::test_that",
    ]


def test_the_page_says_what_is_not_promised_and_how_to_report():
    assert "## What is not promised" in TEXT
    assert "## How to report a problem" in TEXT
