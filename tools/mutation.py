"""Mutation testing of what computes money, thresholds, discounts and holdouts, by mutmut.

    pip install -r requirements-mutation.txt
    python -m tools.mutation                          # everything, hours
    python -m tools.mutation campaigns.holdout        # one module
    python -m tools.mutation --table                  # what the folder `mutants` holds, as a table
    python -m tools.mutation --survivors              # and the names for `mutmut show`

A mutant is the code with one change. The tests that run it should fail. `[tool.mutmut]` of
pyproject.toml names the modules and the tests. It runs for hours, and is no part of the checks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tools.pins import ROOT

MUTANTS = ROOT / "mutants"
#: The most of a module's mutants that may survive.
MOST_SURVIVORS = 0.10
#: What the exit codes of the tests mean. Other codes are those of a signal: the code hung or fell.
_SURVIVED, _UNTESTED, _UNCHECKED = (0,), (5, 33), (None, 2, 34)


@dataclass(frozen=True, slots=True)
class Score:
    """What became of a module's mutants.

    Attributes:
        module: The module, without "retention.".
        killed: Mutants that a test noticed, by its failure or its time.
        survived: Mutants that no test noticed, those that no test runs included.
        unchecked: Mutants that were made and not tried.
    """

    module: str
    killed: int
    survived: int
    unchecked: int

    @property
    def mutants(self) -> int:
        """Mutants that were tried."""
        return self.killed + self.survived

    @property
    def share(self) -> float:
        """The share that survived; NaN where none was tried."""
        return self.survived / self.mutants if self.mutants else float("nan")


def fate(code: int | None) -> str:
    """Return what became of a mutant.

    Args:
        code: The exit code of its tests; None where they were not run.

    Returns:
        "survived", "unchecked" or "killed".
    """
    if code in _SURVIVED or code in _UNTESTED:
        return "survived"
    return "unchecked" if code in _UNCHECKED else "killed"


def exit_codes(folder: Path) -> dict[str, dict[str, int | None]]:
    """Return the exit code of each mutant of each module.

    Args:
        folder: The folder `mutants`.

    Returns:
        By module, then by mutant.
    """
    codes: dict[str, dict[str, int | None]] = {}
    for path in sorted((folder / "retention").rglob("*.py.meta")):
        kept = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        name = path.relative_to(folder / "retention").as_posix().removesuffix(".py.meta")
        if kept:
            codes[name.replace("/", ".")] = kept
    return codes


def scores(codes: dict[str, dict[str, int | None]]) -> list[Score]:
    """Return what became of the mutants of each module.

    Args:
        codes: From `exit_codes`.

    Returns:
        One score a module that was tried.
    """
    fates = {
        module: Counter(fate(code) for code in kept.values()) for module, kept in codes.items()
    }
    found = [
        Score(module, count["killed"], count["survived"], count["unchecked"])
        for module, count in fates.items()
    ]
    return [score for score in found if score.mutants]


def table(found: list[Score]) -> str:
    """Return the scores as a Markdown table, with a sum.

    Args:
        found: The scores.

    Returns:
        The lines of the table.
    """
    whole = Score(
        "all",
        sum(score.killed for score in found),
        sum(score.survived for score in found),
        sum(score.unchecked for score in found),
    )
    lines = ["| module | mutants | killed | survived | share |", "|---|---|---|---|---|"]
    for score in [*found, whole]:
        name = "**all**" if score is whole else f"`{score.module}`"
        share = f"{score.share:.1%}".replace("%", " %")
        lines.append(f"| {name} | {score.mutants} | {score.killed} | {score.survived} | {share} |")
    if whole.unchecked:
        lines.append(f"\n{whole.unchecked} mutants were not tried.")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Try the mutants and print the table.

    Args:
        arguments: Modules without "retention.", or an option of this module's head.

    Returns:
        The exit code: 1 where more than `MOST_SURVIVORS` of a module's mutants survive.
    """
    modules = [name for name in arguments if not name.startswith("--")]
    if not {"--table", "--survivors"} & {*arguments}:
        patterns = [f"retention.{name}.*" for name in modules]
        command = ["mutmut", "run", "--max-children", str(os.cpu_count() or 1), *patterns]
        subprocess.run(command, cwd=ROOT, check=True)
    codes = exit_codes(MUTANTS)
    if "--survivors" in arguments:
        for module in modules or codes:
            print(
                "\n".join(name for name, code in codes[module].items() if fate(code) == "survived")
            )
    found = scores(codes)
    print(table(found))
    return int(any(score.share > MOST_SURVIVORS for score in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
