"""What the docstring of a public name says: arguments, results, errors and fields.

The rules read source, so that the tests can feed them functions that break them.
"""

import ast
import dataclasses
import inspect
import re
import textwrap
from types import ModuleType

import pytest

import retention
from retention import validation

ERRORS = {"DataError", "ModelError", "RetentionError", "ValueError", "TypeError"}
SECTION = re.compile(r"(Args|Attributes|Raises|Returns|Yields):")
#: The start of an entry: a name, or several with commas, before a colon.
ENTRY = re.compile(r" {4}([\w*, ]+):")


def sections(docstring: str) -> dict[str, list[str]]:
    """Return the lines below each heading; those before the first heading are the "summary"."""
    name = "summary"
    lines: dict[str, list[str]] = {name: []}
    for line in inspect.cleandoc(docstring).splitlines():
        if SECTION.fullmatch(line):
            name = line.removesuffix(":")
            lines[name] = []
        elif name != "summary" and line and not line.startswith(" "):
            name = "after"
            lines.setdefault(name, []).append(line)
        else:
            lines[name].append(line)
    return lines


def entries(lines: list[str]) -> set[str]:
    """Return the names that a section explains."""
    heads = [entry[1] for line in lines if (entry := ENTRY.match(line))]
    return {name.strip(" *") for head in heads for name in head.split(",")}


def parameters(function: ast.FunctionDef) -> set[str]:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    rest = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return {argument.arg for argument in [*named, *rest]}


def raised(function: ast.FunctionDef) -> set[str]:
    """Return the errors that a function's own statements raise."""
    causes = [node.exc for node in ast.walk(function) if isinstance(node, ast.Raise) and node.exc]
    classes = [cause.func if isinstance(cause, ast.Call) else cause for cause in causes]
    return {ast.unparse(name) for name in classes} & ERRORS


def called(function: ast.FunctionDef) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}


def definition(source: str) -> ast.FunctionDef:
    function = ast.parse(textwrap.dedent(source)).body[0]
    assert isinstance(function, ast.FunctionDef)
    return function


def function_faults(source: str, refusing: set[str]) -> list[str]:
    """Return what a function's docstring leaves unsaid, or says of parameters that do not exist.

    Args:
        source: The function's source.
        refusing: The names by which its module knows functions that refuse an argument.
    """
    function = definition(source)
    parts = sections(ast.get_docstring(function) or "")
    faults = [] if "".join(parts["summary"][:1]) else ["no summary"]
    explained = entries(parts.get("Args", []))
    faults += [f"Args: {name} is missing" for name in sorted(parameters(function) - explained)]
    faults += [f"Args: {name} is unknown" for name in sorted(explained - parameters(function))]
    result = "None" if function.returns is None else ast.unparse(function.returns)
    if result != "None" and not "".join(parts.get("Returns", [])):
        faults.append("Returns is missing")
    errors = entries(parts.get("Raises", []))
    faults += [f"Raises: {name} is missing" for name in sorted(raised(function) - errors)]
    if called(function) & refusing and not errors:
        faults.append("Raises is missing")
    return faults


def record_faults(docstring: str, fields: set[str]) -> list[str]:
    """Return the fields of a record that its docstring does not explain."""
    explained = entries(sections(docstring).get("Attributes", []))
    return [f"Attributes: {name} is missing" for name in sorted(fields - explained)]


def fields_of(record: object) -> set[str]:
    """Return the fields of a dataclass or a named tuple; of everything else none."""
    if not isinstance(record, type):
        return set()
    if dataclasses.is_dataclass(record):
        return {field.name for field in dataclasses.fields(record)}
    return set(getattr(record, "_fields", ()))


def refusing_names(module: ModuleType) -> set[str]:
    """Return the functions of `retention.validation` that raise, as a module names them."""
    return {
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == validation.__name__
        and any(isinstance(n, ast.Raise) for n in ast.walk(definition(inspect.getsource(value))))
    }


PUBLIC = {name: getattr(retention, name) for name in retention.__all__}
FUNCTIONS = {name: inspect.unwrap(value) for name, value in PUBLIC.items() if callable(value)}
FUNCTIONS = {name: value for name, value in FUNCTIONS.items() if inspect.isfunction(value)}
RECORDS = {name: value for name, value in PUBLIC.items() if fields_of(value)}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_functions_docstring_is_complete(name):
    function = FUNCTIONS[name]
    refusing = refusing_names(inspect.getmodule(function))
    assert function_faults(inspect.getsource(function), refusing) == []


@pytest.mark.parametrize("name", RECORDS)
def test_a_public_records_docstring_explains_each_field(name):
    assert record_faults(RECORDS[name].__doc__ or "", fields_of(RECORDS[name])) == []


def test_the_rules_see_functions_records_and_checks():
    assert {"fit_cltv", "lines_of_business"} <= set(FUNCTIONS)
    assert {"CltvModel", "Orders"} <= set(RECORDS)
    assert "check_number" in refusing_names(inspect.getmodule(retention.next_order))


COMPLETE = '''
def share(part: float, *, whole: float = 1.0, **options: int) -> float:
    """Return a share.

    Args:
        part: The part: an amount.
        whole: The whole,
            in the same unit.
        **options: Others.

    Returns:
        A fraction.

    Raises:
        DataError: The whole is 0.

    >>> share(1, whole=2)
    0.5
    """
    check_number("The part", part, "an amount")
    if not whole:
        raise DataError("The whole is 0.")
    return part / whole
'''
#: A part of the complete function, what takes its place, and the fault that shows.
BROKEN = {
    "no summary": ("Return a share.\n", "\n"),
    "Args: part is missing": ("        part: The part: an amount.\n", ""),
    "Args: whole is missing": ("        whole: The whole,\n", ""),
    "Args: options is missing": ("        **options: Others.\n", ""),
    "Args: half is unknown": ("        whole:", "        half: Not there.\n        whole:"),
    "Returns is missing": ("    Returns:\n        A fraction.\n", ""),
    "Raises: DataError is missing": ("DataError: The whole", "ValueError: The whole"),
    "Raises is missing": ("    Raises:\n        DataError: The whole is 0.\n", ""),
}


def test_a_complete_docstring_has_no_fault():
    assert function_faults(COMPLETE, {"check_number"}) == []


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_docstring_is_found(fault):
    part, replacement = BROKEN[fault]
    assert part in COMPLETE
    faults = function_faults(COMPLETE.replace(part, replacement), {"check_number"})
    assert fault in faults


def test_a_function_without_a_docstring_is_found():
    assert function_faults("def clear() -> None:\n    pass\n", set()) == ["no summary"]


def test_what_refuses_nothing_needs_no_section():
    source = 'def clear() -> None:\n    """Clear it."""\n    is_whole(1)\n'
    assert function_faults(source, {"check_number"}) == []
    assert function_faults(source, {"is_whole"}) == ["Raises is missing"]


def test_a_function_that_returns_nothing_needs_no_returns():
    source = 'def clear() -> None:\n    """Clear it."""\n'
    assert function_faults(source, set()) == []
    assert function_faults(source.replace("None", "int"), set()) == ["Returns is missing"]


def test_a_field_without_words_is_found():
    docstring = """A point.

    Attributes:
        x, y: In metres.
        z: Above the sea.
    """
    assert record_faults(docstring, {"x", "y", "z"}) == []
    assert record_faults(docstring, {"x", "time"}) == ["Attributes: time is missing"]
    assert record_faults("A point.", {"x"}) == ["Attributes: x is missing"]
