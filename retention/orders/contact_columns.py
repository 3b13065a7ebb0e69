"""Which column of a file holds which contact detail or signal, by the column's name.

The roles of the orders themselves are found before.
"""

from collections.abc import Iterable

from retention.orders.column_scores import is_plausible, name_score
from retention.orders.profiles import Profile
from retention.orders.roles import CONTACT_ROLES, SIGNAL_ROLES, plain_name

_ROLES = CONTACT_ROLES | SIGNAL_ROLES
# A column of the first kind may hold the contact detail as well.
_SHARES = {
    "customer_id": ("email", "phone", "full_name"),
    "region": ("country", "state", "city"),
}
#: What a platform's layout does not name and a shop may have added to its export.
ADDED = ("consent", *SIGNAL_ROLES)


def find_contacts(
    columns: Iterable[str],
    profiles: dict[str, Profile],
    order_columns: dict[str, str],
    roles: Iterable[str] = tuple(_ROLES),
) -> dict[str, str]:
    """Return role -> column for the contact roles and signals that the names give away.

    Args:
        columns: The file's column names.
        profiles: What their cells look like.
        order_columns: role -> column of the roles found before, which stay as they are.
        roles: Which roles to look for.
    """
    columns = tuple(columns)
    scores = [
        (name_score(plain_name(column), role), -position, role, column)
        for role in roles
        for position, column in enumerate(columns)
        if _is_free(column, role, order_columns)
    ]
    contacts: dict[str, str] = {}
    for score, _, role, column in sorted(scores, reverse=True):
        if score == 0:
            break
        is_taken = role in contacts or column in contacts.values()
        if not is_taken and is_plausible(role, profiles[column], column):
            contacts[role] = column
    return contacts


def _is_free(column: str, role: str, order_columns: dict[str, str]) -> bool:
    """Return whether every role that the column plays already shares it with this one."""
    return all(
        role in _SHARES.get(order_role, ())
        for order_role, taken in order_columns.items()
        if taken == column
    )
