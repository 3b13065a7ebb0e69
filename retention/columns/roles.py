"""What the columns of an order export can be for, and the names that shops give them.

The roles and their names stand in `roles.toml` beside this module.
"""

from dataclasses import dataclass
from typing import Any

from retention.data_files import checked_record, read_data_file

# Accents of Latin letters, once they are taken apart. Those of Thai tell words from each other.


@dataclass(frozen=True, slots=True)
class Role:
    """What a column is for.

    Attributes:
        label: What the app calls the role.
        help: One or two sentences for the person who chooses the column.
        names: Usual column names, best first.
        never: Words that rule out a name that merely contains a usual one.
        required: Whether no orders can be made without the role.
    """

    label: str
    help: str
    names: tuple[str, ...]
    never: tuple[str, ...] = ()
    required: bool = False


def read_roles(entries: dict[str, Any]) -> dict[str, Role]:
    """Return the roles of one group of the data file.

    Args:
        entries: Role -> the keys and values of its table.

    Returns:
        Role -> its record.

    Raises:
        ValueError: If a table has an unknown key or lacks one.
    """
    return {
        role: checked_record(Role, entry, f"The role {role!r} in roles.toml")
        for role, entry in entries.items()
    }


_GROUPS = read_data_file(__file__, "roles.toml")
#: What makes orders of rows.
ORDER_ROLES = read_roles(_GROUPS["order"])
#: Who the customer is and how to reach them. Such a column may also play an order role.
CONTACT_ROLES = read_roles(_GROUPS["contact"])
#: What else a row says of a customer.
SIGNAL_ROLES = read_roles(_GROUPS["signal"])
ROLES: dict[str, Role] = ORDER_ROLES | CONTACT_ROLES | SIGNAL_ROLES
