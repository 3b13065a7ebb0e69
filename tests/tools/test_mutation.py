"""The table of mutation testing counts what no test noticed, and nothing as killed by default."""

import json
import tomllib
from pathlib import Path

import pytest

from tools.mutation import Score, exit_codes, fate, scores, table
from tools.pins import ROOT


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (1, "killed"),
        (24, "killed"),
        (-11, "killed"),
        (0, "survived"),
        (5, "survived"),
        (33, "survived"),
        (None, "unchecked"),
        (2, "unchecked"),
    ],
)
def test_a_mutant_survives_where_no_test_fails_or_none_runs_it(code, word):
    assert fate(code) == word


@pytest.fixture
def mutants(tmp_path: Path) -> Path:
    for name, codes in {
        "campaigns/holdout": {"a": 1, "b": 0, "c": 33, "d": 24},
        "models/forecast": {"e": 1, "f": None},
        "models/untried": {"g": None},
        "models/none": {},
    }.items():
        path = tmp_path / "retention" / f"{name}.py.meta"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"exit_code_by_key": codes}))
    return tmp_path


def test_modules_are_counted_each_and_together(mutants):
    found = scores(exit_codes(mutants))
    assert found == [Score("campaigns.holdout", 2, 2, 0), Score("models.forecast", 1, 0, 1)]
    assert table(found).splitlines() == [
        "| module | mutants | killed | survived | share |",
        "|---|---|---|---|---|",
        "| `campaigns.holdout` | 4 | 2 | 2 | 50.0 % |",
        "| `models.forecast` | 1 | 1 | 0 | 0.0 % |",
        "| **all** | 5 | 3 | 2 | 40.0 % |",
        "",
        "1 mutants were not tried.",
    ]


def test_the_modules_and_tests_it_names_exist():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
    paths = settings["only_mutate"] + settings["pytest_add_cli_args_test_selection"]
    named = [path for path in paths if not path.startswith("-")]
    assert [path for path in named if not (ROOT / path).exists()] == []
