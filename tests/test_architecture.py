"""The direction of imports: only retention/view draws, and the analysis never looks up to it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ANALYSIS = sorted(path for path in (ROOT / "retention").rglob("*.py") if "view" not in path.parts)


def imported(path: Path) -> set[str]:
    """The dotted names that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", ANALYSIS, ids=lambda path: path.name)
def test_the_analysis_knows_nothing_of_the_view(path):
    drawing = {name for name in imported(path) if name.split(".")[0] in ("streamlit", "altair")}
    assert not drawing
    assert not {name for name in imported(path) if name.startswith("retention.view")}


def test_there_is_something_to_check():
    assert len(ANALYSIS) > 20
    assert "retention.errors.DataError" in imported(ROOT / "retention" / "orders" / "orders.py")
