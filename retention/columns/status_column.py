"""Which columns hold statuses: of the order, of its payment and of its delivery."""

from collections.abc import Iterable
from typing import Literal

from retention.cells.names import plain_name
from retention.cells.statuses import State, order_state
from retention.columns.column_scores import is_plausible, name_score
from retention.columns.profiles import Profile
from retention.sheets.sheet import Sheet

#: The roles of columns that hold statuses, that of the order last.
StatusRole = Literal["payment_status", "delivery_status", "status"]
STATUS_ROLES: tuple[StatusRole, ...] = ("payment_status", "delivery_status", "status")
#: At least this share of a further column's cells must be known statuses.
KNOWN = 0.5

#: Columns with more different pairs of statuses are not compared.
MOST_PAIRS = 1_000
#: At least this share of the rows that the usual status leaves out are left out by the other.
COVERED = 0.95


def tells_more(sheet: Sheet, usual: str, other: str) -> bool:
    """Return whether a column leaves out what the usual one leaves out, and further rows.

    Args:
        sheet: The file.
        usual: The column that is taken as the status as a rule.
        other: Another column whose texts are statuses.
    """
    table = sheet.table
    cells = table.select(
        usual=table[sheet.column(usual)].fill_null("").strip(),
        other=table[sheet.column(other)].fill_null("").strip(),
    )
    pairs = cells.group_by("usual", "other").agg(rows=cells.count())
    frame = pairs.limit(MOST_PAIRS + 1).to_pandas()
    if len(frame) > MOST_PAIRS:
        return False
    left_by_usual = frame["usual"].map(order_state) != State.ORDER
    left_by_other = frame["other"].map(order_state) != State.ORDER
    rows = frame["rows"]
    covered = rows[left_by_usual & left_by_other].sum()
    is_covered = covered >= COVERED * rows[left_by_usual].sum()
    return bool(is_covered and rows[left_by_other].sum() > rows[left_by_usual].sum())


def status_role(column: str) -> StatusRole | None:
    """Return what a column's status is one of, by its name; None where it names no status.

    >>> status_role("Financial Status"), status_role("Shipping status"), status_role("Status")
    ('payment_status', 'delivery_status', 'status')
    """
    name = plain_name(column)
    return next((role for role in STATUS_ROLES if name_score(name, role)), None)


def status_columns(
    sheet: Sheet, roles: dict[str, str], profiles: dict[str, Profile], columns: Iterable[str]
) -> dict[str, str]:
    """Return role -> column for the statuses of orders, payments and deliveries.

    Shops write them beside each other, and each may say that there is no order.

    Args:
        sheet: The file.
        roles: The roles found so far; a `status` is the column that is taken as a rule.
        profiles: What the cells of all columns look like.
        columns: The columns that may hold a further status.

    Returns:
        The roles of statuses, none where the file has none.
    """
    usual = roles.get("status")
    of_role: dict[StatusRole, list[str]] = {role: [] for role in STATUS_ROLES}
    for column in columns:
        role = status_role(column)
        if role is not None and column != usual and _tells(role, profiles[column], column):
            of_role[role].append(column)
    chosen: dict[str, str] = {
        role: _best_named(names, role) for role, names in of_role.items() if names
    }
    if usual is None:
        return chosen
    usual_role = status_role(usual) or "status"
    if usual_role == "status":
        orders = [usual, *of_role["status"]]
        return chosen | {"status": _telling(sheet, orders)}
    # The only status of the file is the order's.
    return chosen | ({usual_role: usual} if "status" in chosen else {"status": usual})


def _tells(role: StatusRole, profile: Profile, column: str) -> bool:
    """Return whether a column named as a status holds statuses, or says whether it was paid."""
    if not is_plausible(role, profile, column):
        return False
    if role == "payment_status":
        return max(profile.understood, profile.answers) >= KNOWN
    # Of a parcel it is enough to know that it arrived: an order to be paid on delivery was paid.
    tells = profile.states or (role == "delivery_status" and profile.arrived)
    return profile.understood >= KNOWN and tells


def _best_named(names: list[str], role: StatusRole) -> str:
    return max(names, key=lambda name: name_score(plain_name(name), role))


def _telling(sheet: Sheet, names: list[str]) -> str:
    """Return the first name, or a later one that tells all that it tells, and more."""
    return next((other for other in names[1:] if tells_more(sheet, names[0], other)), names[0])
