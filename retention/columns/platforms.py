"""The platforms' order exports: how to recognise each, and which of its columns plays which role.

The platforms stand in `platforms.toml` beside this module.
"""

from dataclasses import dataclass, field
from typing import Any

from retention.cells.names import plain_name
from retention.cells.statuses import State
from retention.data_files import checked_record, read_data_file


@dataclass(frozen=True, slots=True)
class Layout:
    """A platform's export.

    Attributes:
        label: What the app calls the platform.
        signature: Column names that only this export has together.
        columns: Role -> the column names that it may have, best first.
        day_first: How 05/04/2024 is read; None where the rows decide.
        per_order: Whether an amount is the order's, on its first row or on each of its rows,
            rather than the line's; None where the rows decide.
        no_customer: What to do where the file names no customer.
        statuses: Status -> what it means, for those that mean another thing here than elsewhere.
        also_one_of: Beside the signature, at least one of these must be there.
        caveat: What to know about orders that are read from this export.
        no_role: Columns with a usual name that say something else here.
    """

    label: str
    signature: tuple[str, ...]
    columns: dict[str, tuple[str, ...]]
    day_first: bool | None = None
    per_order: bool | None = None
    no_customer: str = ""
    statuses: dict[str, State] = field(default_factory=dict)
    also_one_of: tuple[str, ...] = ()
    caveat: str = ""
    no_role: tuple[str, ...] = ()


def read_layouts(entries: list[dict[str, Any]]) -> tuple[Layout, ...]:
    """Return the platforms of the data file.

    Args:
        entries: The keys and values of each platform's table.

    Returns:
        The platforms, in the file's order.

    Raises:
        ValueError: If a table has an unknown key or lacks one.
    """
    return tuple(_read_layout(entry) for entry in entries)


def _read_layout(entry: dict[str, Any]) -> Layout:
    where = f"The platform {entry.get('label')!r} in platforms.toml"
    columns = {role: tuple(names) for role, names in entry.get("columns", {}).items()}
    statuses = {text: State(meaning) for text, meaning in entry.get("statuses", {}).items()}
    return checked_record(Layout, entry | {"columns": columns, "statuses": statuses}, where)


LAYOUTS = read_layouts(read_data_file(__file__, "platforms.toml")["platform"])


def find_layout(columns: tuple[str, ...]) -> Layout | None:
    """Return the platform whose signature the columns carry.

    Args:
        columns: The file's column names.

    Returns:
        The platform with the longest signature; None where none fits.
    """
    present = {plain_name(column) for column in columns}
    candidates = [layout for layout in LAYOUTS if _is_signed(layout, present)]
    return max(candidates, key=lambda layout: len(layout.signature), default=None)


def _is_signed(layout: Layout, present: set[str]) -> bool:
    signature = {plain_name(name) for name in layout.signature}
    alternatives = {plain_name(name) for name in layout.also_one_of}
    return signature <= present and (not alternatives or bool(alternatives & present))
