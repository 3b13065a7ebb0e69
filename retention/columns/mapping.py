"""How a sheet is to be read: which column plays which role."""

from dataclasses import dataclass, field, replace
from typing import Literal

from retention.cells.statuses import State
from retention.columns.roles import ROLES
from retention.display import displayed
from retention.errors import DataError


@displayed
@dataclass(frozen=True, slots=True)
class Mapping:
    """How a sheet is to be read; every field is the marketer's to correct.

    Attributes:
        columns: Role -> column name.
        layout: The recognised platform.
        day_first: How 05/04/2024 is read; None decides from the column.
        decimal: "," or "." where 1.234 fits both; None decides from the column.
        currency: The currency to keep; None keeps the most frequent one.
        per_order: Whether amounts stand once an order (True) or on each line (False); None
            decides from the rows.
        repeats: Whether rows that stand twice count: "once" or "keep"; None decides from the rows.
        discounted: Whether amounts are after a discount given as a share (True) or before it; None
            takes a column of amounts as after it, and unit prices as before it.
        statuses: Status -> what it means, for those that the marketer or the platform settles. A
            key that ends with * holds for all statuses that begin so.
        no_customer: Why a file of this layout may lack the customer.
        caveat: What to know about orders that are read from a file of this layout.
        guessed: Roles whose column was taken by its cells, since no name was known.
    """

    columns: dict[str, str]
    layout: str | None = None
    day_first: bool | None = None
    decimal: str | None = None
    currency: str | None = None
    per_order: bool | None = None
    repeats: Literal["once", "keep"] | None = None
    discounted: bool | None = None
    statuses: dict[str, State] = field(default_factory=dict)
    no_customer: str = field(default="", repr=False)
    caveat: str = field(default="", repr=False)
    guessed: tuple[str, ...] = field(default=(), repr=False)

    def with_columns(self, **columns: str | None) -> "Mapping":
        """Return the mapping with some roles set to other columns.

        Args:
            **columns: A column name for each role to set; None takes the role away.

        Returns:
            The changed mapping.

        Raises:
            DataError: There is no such role.
        """
        unknown = set(columns) - set(ROLES)
        if unknown:
            raise DataError(f"Unknown role {sorted(unknown)[0]!r}. Roles are: {', '.join(ROLES)}.")
        merged = self.columns | columns
        return replace(
            self,
            columns={role: name for role, name in merged.items() if name},
            guessed=tuple(role for role in self.guessed if role not in columns),
        )

    @property
    def has_amounts(self) -> bool:
        """Whether some column holds amounts, on its own or as the price of a piece."""
        return bool({"revenue", "unit_price"} & set(self.columns))

    def missing(self) -> tuple[str, ...]:
        """Return the needed roles that no column fills.

        A file without amounts lacks nothing. A price without the number of pieces is no amount.
        """
        is_priced = "revenue" in self.columns or "quantity" in self.columns
        needed = {
            "customer_id": "customer_id" in self.columns,
            "ordered_at": "ordered_at" in self.columns,
            "revenue": is_priced or not self.has_amounts,
        }
        return tuple(role for role, is_filled in needed.items() if not is_filled)
