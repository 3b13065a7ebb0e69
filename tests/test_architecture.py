"""The house plan: what each package may import, and what no module may do.

`LAYERS` is the plan. docs/architecture.md shows the same table.
"""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import retention

ROOT = Path(__file__).parents[1]
MOST_MODULES = 20

#: Open to every package. They import each other in this order only: a module imports earlier ones.
GROUND = (
    "errors",
    "left_over_files",
    "temporary_files",
    "data_files",
    "display",
    "validation",
    "statistics",
    "periods",
    "notation",
    "wording",
    "csv_export",
    "arrow_types",
    "engines",
    "daily_repeats",
    "random_draws",
    "lifetimes_package",
)
#: Every package, and those it may import beside the ground.
LAYERS: dict[str, set[str]] = {
    "models": set(),
    "cells": set(),
    "file_worker": set(),
    "sheets": {"cells", "file_worker"},
    "columns": {"cells", "sheets"},
    "orders": {"cells", "columns", "sheets"},
    "samples": {"orders"},
    "customers": {"orders"},
    "signal_files": {"cells", "columns", "sheets", "orders"},
    "history": {"orders"},
    "evaluation": {"orders", "customers", "history", "models"},
    "segments": {"orders", "customers", "history", "models"},
    "playbook": {"history"},
    "audiences": {"customers"},
    "reports": {"orders", "customers", "history", "models", "playbook"},
    "products": {"cells", "orders", "history", "models", "reports"},
    "own_segments": {"orders", "customers", "models", "segments", "playbook", "products"},
    "campaigns": {"customers", "models", "segments", "own_segments", "playbook"},
    "experiments": {
        *("cells", "sheets", "signal_files"),
        *("orders", "customers", "models", "campaigns"),
    },
    "kept_work": {
        *("cells", "file_worker", "sheets", "columns", "orders", "customers", "signal_files"),
        *("segments", "reports", "own_segments", "campaigns", "experiments"),
    },
    "actions": {
        *("orders", "customers", "history", "models", "segments", "playbook", "reports"),
        *("campaigns", "products", "signal_files"),
    },
}
LAYERS["charts"] = {
    *("orders", "history", "models", "evaluation", "segments", "reports", "products"),
    *("own_segments", "experiments"),
}
LAYERS["view"] = set(LAYERS)
#: What of the view each of its packages and modules may import. A page's package knows no other
#: page.
SHARED = (
    "text",
    "page_table",
    "chart_clicks",
    "row_choice",
    "findings",
    "visitor_notation",
    "live_chart",
    "documents",
    "uploads",
    "session",
    "welcome",
    "widgets",
    "forecast_panels",
    "customer_lists",
    "customer_table",
    "plan_button",
    "save_work",
    "shell",
)
PAGES = (
    "value",
    "customer",
    "scorecard",
    "cohorts",
    "channels",
    "products",
    "segments",
    "own_segments",
    "rfm",
    "movement",
    "campaigns",
    "results",
    "settings",
)
VIEW_LAYERS: dict[str, set[str]] = {
    "text": set(),
    "faults": {"text"},
    "page_table": set(),
    "chart_clicks": set(),
    "row_choice": {"text", "chart_clicks"},
    "findings": set(),
    "visitor_notation": set(),
    "live_chart": {"visitor_notation"},
    "documents": set(),
    "server_memory": set(),
    "session_end": {"server_memory"},
    "uploads": set(),
    "session": {"text", "faults", "page_table"},
    "widgets": {"text", "live_chart", "session"},
    "save_work": {"text", "session", "widgets"},
    "welcome": {"text", "page_table", "session", "widgets"},
    "forecast_panels": {"text", "live_chart", "session", "widgets"},
    "customer_lists": {"text", "session", "widgets"},
    "customer_table": {"text", "live_chart", "session", "widgets", "customer_lists"},
    "shell": {
        *("text", "faults", "page_table", "visitor_notation", "live_chart", "session"),
        *("welcome", "widgets", "save_work", "server_memory", "session_end"),
    },
    **{page: set(SHARED) for page in PAGES},
    "report": {*SHARED, *PAGES},
    "glossary": {*SHARED, *PAGES},
    "front": set(SHARED),
}


#: The one module that imports the archived package lifetimes, or looks for its files.
LIFETIMES_DOOR = "retention.lifetimes_package"
#: What draws, and the packages that may import it.
MAY_IMPORT = {
    "streamlit": ("retention.view",),
    "altair": ("retention.view", "retention.charts"),
}


@dataclass(frozen=True)
class Import:
    """A name that a module takes from another one of the project, and how."""

    module: str
    name: str
    line: int
    only_for_types: bool


@dataclass(frozen=True)
class Module:
    """A file of Python as the rules see it."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def imports(self) -> Iterator[Import]:
        """Everything this module imports, wherever in it the statement stands."""
        for_types = {
            id(inner)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
            for inner in ast.walk(node)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(alias.name, "", node.lineno, id(node) in for_types)
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    yield Import(node.module, alias.name, node.lineno, id(node) in for_types)


def modules_below(folder: Path) -> list[Module]:
    """Every module of a folder and the folders in it, by paths from the folder's parent."""
    return [
        Module(path.relative_to(folder.parent), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(folder.rglob("*.py"))
    ]


def targets(module: Module, known: set[str]) -> Iterator[tuple[str, Import]]:
    """The modules of the project that a module imports, by their whole names."""
    for taken in module.imports():
        whole = f"{taken.module}.{taken.name}"
        target = whole if whole in known else taken.module
        if target in known:
            yield target, taken


def room(name: str) -> str:
    """The package or ground module that a module belongs to: of the view, the part of it."""
    _, *parts = name.split(".")
    if not parts:
        return ""
    return ".".join(parts[:2]) if parts[0] == "view" else parts[0]


def allowed(origin: str, target: str) -> bool:
    """Whether something in the room `origin` may import something in the room `target`."""
    if origin == target or not origin:
        return True
    if origin in GROUND:
        return target in GROUND[: GROUND.index(origin)]
    if target in GROUND:
        return True
    if target.startswith("view"):
        here, there = (name.partition(".")[2] for name in (origin, target))
        return origin.startswith("view") and there in VIEW_LAYERS.get(here, {*VIEW_LAYERS})
    return target in LAYERS[origin.partition(".")[0]]


def layer_faults(modules: list[Module]) -> list[str]:
    known = {module.name for module in modules}
    return [
        f"{module.path}:{taken.line} imports {target}"
        for module in modules
        for target, taken in targets(module, known)
        if not allowed(room(module.name), room(target))
    ]


def circles(modules: list[Module]) -> list[str]:
    """Modules from which their own imports lead back to them, imports for types included."""
    known = {module.name for module in modules}
    graph = {
        module.name: {target for target, _ in targets(module, known)} - {module.name}
        for module in modules
    }

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            for target in graph[waiting.pop()] - seen:
                seen.add(target)
                waiting.append(target)
        return seen

    return sorted(name for name in graph if name in reached(name))


def private_imports(modules: list[Module]) -> list[str]:
    return [
        f"{module.path}:{taken.line} imports {taken.name} of {taken.module}"
        for module in modules
        for taken in module.imports()
        if taken.module.split(".")[0] == "retention"
        and taken.name.startswith("_")
        and not taken.name.startswith("__")
    ]


def drawing_outside_the_view(modules: list[Module]) -> list[str]:
    return [
        f"{module.path}:{taken.line} imports {taken.module}"
        for module in modules
        for taken in module.imports()
        if not module.name.startswith(MAY_IMPORT.get(taken.module.split(".")[0], ""))
    ]


def lifetimes_elsewhere(modules: list[Module]) -> list[str]:
    """Where lifetimes is imported, or named as a text that finds it, but for its one door."""
    imported = [
        f"{module.path}:{taken.line} imports {taken.module}"
        for module in modules
        for taken in module.imports()
        if taken.module.split(".")[0] == "lifetimes" and module.name != LIFETIMES_DOOR
    ]
    named = [
        f"{module.path}:{node.lineno} names {node.value}"
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.split(".")[0] == "lifetimes"
        and " " not in node.value
        and module.name != LIFETIMES_DOOR
    ]
    return imported + named


def types_that_hide_a_circle(modules: list[Module]) -> list[str]:
    known = {module.name for module in modules}
    return [
        f"{module.path}:{taken.line} imports {target} for types only"
        for module in modules
        for target, taken in targets(module, known)
        if taken.only_for_types
    ]


def full_folders(modules: list[Module]) -> list[str]:
    counts: dict[Path, int] = {}
    for module in modules:
        if module.path.name != "__init__.py":
            counts[module.path.parent] = counts.get(module.path.parent, 0) + 1
    return [f"{folder} holds {n}" for folder, n in counts.items() if n > MOST_MODULES]


def named_like_a_function(modules: list[Module]) -> list[str]:
    functions = {name for name in retention.__all__ if inspect.isfunction(getattr(retention, name))}
    return [
        str(module.path)
        for module in modules
        if module.path.parent == Path("retention") and module.path.stem in functions
    ] + [
        str(folder)
        for folder in {module.path.parent for module in modules}
        if folder.parent == Path("retention") and folder.name in functions
    ]


RULES = {
    "imports point down": layer_faults,
    "no circles": circles,
    "private names stay private": private_imports,
    "only the view draws": drawing_outside_the_view,
    "lifetimes has one door": lifetimes_elsewhere,
    "no import for types only": types_that_hide_a_circle,
    "folders are small": full_folders,
    "no module is named like a public function": named_like_a_function,
}
MODULES = modules_below(ROOT / "retention")


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps_the_rule(rule):
    assert RULES[rule](MODULES) == []


def test_pages_and_tests_fill_no_folder():
    folders = [ROOT / "pages", ROOT / "tests", ROOT / "benchmarks"]
    assert [fault for folder in folders for fault in full_folders(modules_below(folder))] == []


#: For each rule a module that breaks it: its path and its source.
BROKEN = {
    "imports point down": ("retention/models/new.py", "from retention.orders.orders import Orders"),
    "no circles": ("retention/errors.py", "from retention.validation import is_number"),
    "private names stay private": (
        "retention/reports/new.py",
        "from retention.wording import _short",
    ),
    "only the view draws": ("retention/reports/new.py", "def draw():\n    import altair"),
    "lifetimes has one door": (
        "retention/models/new.py",
        "def fit():\n    from lifetimes.fitters import BetaGeoFitter",
    ),
    "no import for types only": (
        "retention/reports/new.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
        "    from retention.orders.orders import Orders",
    ),
    "no module is named like a public function": ("retention/scorecard.py", ""),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_found(rule):
    path, source = BROKEN[rule]
    others = [module for module in MODULES if module.path != Path(path)]
    assert RULES[rule]([*others, Module(Path(path), ast.parse(source))]) != []


def test_a_search_for_the_files_of_lifetimes_is_found():
    source = 'path = files("lifetimes") / "datasets"'
    module = Module(Path("retention/samples/new.py"), ast.parse(source))
    assert lifetimes_elsewhere([module]) == ["retention/samples/new.py:1 names lifetimes"]


def test_pages_and_tests_use_the_door_of_lifetimes_too():
    """The benchmarks run it as its documentation does, and this file names it."""
    folders = [ROOT / "pages", ROOT / "tests"]
    modules = [module for folder in folders for module in modules_below(folder)]
    known = {Path(__file__).relative_to(ROOT), Path("tests/dependencies/test_lifetimes_package.py")}
    assert lifetimes_elsewhere([m for m in modules if m.path not in known]) == []


def test_a_full_folder_is_found():
    crowd = [Module(Path(f"retention/reports/new{n}.py"), ast.parse("")) for n in range(21)]
    assert full_folders([*MODULES, *crowd]) != []


def test_pages_know_no_other_page():
    module = Module(
        Path("retention/view/rfm/new.py"), ast.parse("from retention.view.segments import charts")
    )
    assert layer_faults([*MODULES, module]) != []


@pytest.mark.parametrize("package", LAYERS)
def test_a_packages_docstring_says_what_it_may_import(package):
    module = next(m for m in MODULES if m.name == f"retention.{package}")
    docstring = " ".join((ast.get_docstring(module.tree) or "").split())
    if package == "view":
        assert "may import" in docstring
    elif module.path.name == "__init__.py":
        listed = ", ".join(sorted(LAYERS[package])) or "nothing"
        assert f"Beside the ground it may import: {listed}." in docstring


def test_the_documentation_shows_the_same_table():
    lines = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "`" in line]
    shown = {
        cells[0].strip("`"): {name.strip(" `") for name in cells[2].split(",")} - {"nothing"}
        for cells in rows
        if len(cells) == 3 and cells[0].strip("`") in LAYERS
    }
    shown["view"] = LAYERS["view"] if shown.get("view") == {"all of them"} else shown.get("view")
    assert shown == LAYERS
