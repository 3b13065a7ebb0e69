"""The kinds of files that say something of customers, and an empty form of each to fill in.

The kinds and the names of their columns stand in `kinds.toml` beside this module.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import pandas as pd

from retention.csv_export import to_csv
from retention.data_files import checked_record, read_data_file
from retention.display import displayed
from retention.errors import DataError

KindKey = Literal["nps", "csat", "reviews", "points", "subscriptions", "engagement", "carts"]
RoleValue = Literal["customer", "score", "number", "date", "text", "unsubscribed", "recovered"]
#: Which of several values of one day counts.
Ties = Literal["lowest", "highest"]


@dataclass(frozen=True, slots=True)
class SignalRole:
    """What a column of a file of signals is for.

    Attributes:
        key: The name in code.
        label: The name for readers.
        value: What its cells are.
        names: Usual column names, plain and the best first.
        within: Words that tell the column where they stand inside a longer name.
        required: Whether the file says nothing without it.
        scale: The lowest and the highest answer; empty where the file's own values say them.
    """

    key: str
    label: str
    value: RoleValue
    names: tuple[str, ...]
    within: tuple[str, ...] = ()
    required: bool = False
    scale: tuple[float, ...] = ()


@displayed
@dataclass(frozen=True, slots=True)
class SignalKind:
    """A kind of file that says something of customers.

    Attributes:
        key: The name in code.
        label: The name for readers.
        icon: The icon's name.
        about: What stands in it, in a sentence or two.
        tools: Tools that export it, as the page names them.
        roles: What its columns are for, the customer first.
        ties: Which of several values of one day counts, or of values without a date.
        template: The column names and the example rows of its form.
    """

    key: KindKey
    label: str
    icon: str
    about: str
    tools: str
    roles: tuple[SignalRole, ...]
    ties: Ties
    template: tuple[tuple[str, ...], ...]

    def role(self, key: str) -> SignalRole:
        """Return the role with this key.

        Args:
            key: The key.

        Returns:
            The role.

        Raises:
            DataError: The kind has no such role; the message names those that it has.
        """
        for role in self.roles:
            if role.key == key:
                return role
        known = ", ".join(role.key for role in self.roles)
        raise DataError(f"A file of kind {self.key!r} has no role {key!r}. It has {known}.")


def _role(entry: dict[str, Any], key: str) -> SignalRole:
    return checked_record(SignalRole, {"key": key, **entry}, f"The role {key!r} in kinds.toml")


def _kind(entry: dict[str, Any], customer: SignalRole) -> SignalKind:
    where = f"The kind {entry.get('key')!r} in kinds.toml"
    template = entry["template"]
    roles = [_role(role, role["key"]) for role in entry["role"]]
    values = {name: value for name, value in entry.items() if name not in ("role", "template")}
    values |= {
        "roles": [customer, *roles],
        "ties": entry.get("ties", "highest"),
        "template": [tuple(row) for row in (template["columns"], *template["rows"])],
    }
    return checked_record(SignalKind, values, where)


def _read() -> dict[KindKey, SignalKind]:
    content = read_data_file(__file__, "kinds.toml")
    customer = _role(content["customer"], "customer")
    kinds = {entry["key"]: _kind(entry, customer) for entry in content["kind"]}
    if tuple(kinds) != get_args(KindKey):
        raise ValueError(f"kinds.toml has the kinds {', '.join(kinds)}, not those of the code.")
    return kinds


#: Every kind by its key, in the order of the page.
SIGNAL_KINDS: dict[KindKey, SignalKind] = _read()


def kind_of(key: str) -> SignalKind:
    """Return the kind with this key.

    Args:
        key: A key of `SIGNAL_KINDS`.

    Returns:
        The kind.

    Raises:
        DataError: There is no such kind; the message names those that there are.
    """
    for kind in SIGNAL_KINDS.values():
        if kind.key == key:
            return kind
    raise DataError(
        f"There is no kind of signals {str(key)[:80]!r}. Choose: {', '.join(SIGNAL_KINDS)}."
    )


def signal_template(kind: str) -> bytes:
    """Return a form for a file of signals: its header and two rows as an example.

    Args:
        kind: "nps", "csat", "reviews", "points", "subscriptions", "engagement" or "carts".

    Returns:
        A CSV file. Replace its rows; other columns may stand beside.

    Raises:
        DataError: There is no such kind.

    >>> signal_template("points").decode("utf-8-sig").splitlines()[:2]
    ['email,points,tier,date', 'ann@example.com,1250,Gold,2026-03-14']
    """
    columns, *rows = kind_of(kind).template
    return to_csv(pd.DataFrame(rows, columns=list(columns)), index=False)
