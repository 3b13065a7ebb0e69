"""What can be asked about a customer: each feature's name, kind, unit, definition and words.

The list stands in `catalogue.toml` and is the same for every store. Which features a store's
orders bring, `retention.own_segments.features` says.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from retention.data_files import checked_record, read_data_file

Kind = Literal["number", "money", "share", "date", "category", "flag", "products", "list"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What a feature's values are.

A "number" has a unit, "products" asks about any order, and a "list" has several for a customer.
"""

MenuGroup = Literal[
    "Orders",
    "Forecast",
    "First order",
    "Latest order",
    "Bought",
    "Segment",
    "Contact",
    "Signals",
]
GROUPS: tuple[MenuGroup, ...] = get_args(MenuGroup)
"""The groups of the menu, in its order."""

_NEEDS_MODEL = "Needs a model of future purchases, and so enough customers who came back."
_NEEDS_COLUMN = "Appears as soon as the file has a column of {}."
#: Where files of signals are added, as the page calls the place.
ELSEWHERE = "Add what you know elsewhere"
_NEEDS_FILE = f"Appears as soon as a file of {{}} is added on the front page, under “{ELSEWHERE}”."
_NEEDS_EITHER = (
    "Appears as soon as the file has a column of {}, or a file of {} is added on the front page, "
    f"under “{ELSEWHERE}”."
)


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that a condition can ask about.

    Attributes:
        key: The name in saved files and in code.
        label: The name in the menu.
        kind: What the values are, one of `KINDS`.
        group: The heading in the menu, one of `GROUPS`.
        help: The definition, with its period.
        says: What a customer does, with {} for how much, when or what.
        says_not: The opposite of a category, a flag or a purchase.
        unit: What a number counts, such as "orders" or "days".
        whole: Whether numbers are whole.
        needs: What brings the feature, where these orders do not have it.
    """

    key: str
    label: str
    kind: Kind
    group: MenuGroup
    help: str
    says: str
    says_not: str = ""
    unit: str = ""
    whole: bool = False
    needs: str = ""


def _feature(row: dict[str, Any]) -> Feature:
    entry = {name: value for name, value in row.items() if name not in ("column", "file", "model")}
    if row.get("model"):
        entry["needs"] = _NEEDS_MODEL
    elif "column" in row and "file" in row:
        entry["needs"] = _NEEDS_EITHER.format(row["column"], row["file"])
    elif "file" in row:
        entry["needs"] = _NEEDS_FILE.format(row["file"])
    elif "column" in row:
        entry["needs"] = _NEEDS_COLUMN.format(row["column"])
    return checked_record(Feature, entry, f"The feature {row.get('key')!r} in catalogue.toml")


def _read() -> dict[str, Feature]:
    rows = read_data_file(__file__, "catalogue.toml")["feature"]
    return {row["key"]: _feature(row) for row in rows}


FEATURES: dict[str, Feature] = _read()
"""Every feature by its key, in the order of the menu."""
