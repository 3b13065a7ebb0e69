"""Purchase days in memory: what was known of customers at any cut, and what came after it."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from retention.customers.summary import customer_table
from retention.daily_repeats import DailyRepeats, carry
from retention.models.season.index import day_number


@dataclass(frozen=True, slots=True)
class PurchaseDays:
    """Every purchase day of customers, sorted by customer and day.

    Attributes:
        customer: The number of the customer, from 0.
        day: The day, in days since 1970.
        revenue: What it brought, in money; NaN where the orders have no amounts.
    """

    customer: np.ndarray
    day: np.ndarray
    revenue: np.ndarray

    @classmethod
    def of(cls, rows: pa.Table) -> "PurchaseDays":
        """Return the purchase days of a table.

        Args:
            rows: `customer_id`, `day` and `revenue`, sorted by `customer_id`.
        """
        names = rows["customer_id"].combine_chunks()
        customer = names.dictionary_encode().indices.to_numpy()
        day = rows["day"].to_numpy().astype("datetime64[D]").astype(np.int64)
        order = np.lexsort((day, customer))
        return cls(
            customer=customer.astype(np.int64)[order],
            day=day[order],
            revenue=rows["revenue"].to_numpy().astype(float)[order],
        )

    def customers(self, cut: date) -> pd.DataFrame:
        """Return the customers as they were known at a cut.

        Args:
            cut: The last day that is known.

        Returns:
            What `hold_out` gives as `customers`, by the customers' numbers.

        Raises:
            DataError: There is no purchase by that day.
        """
        today = day_number(cut)
        known = self.day <= today
        customer, day, revenue = self.customer[known], self.day[known], self.revenue[known]
        begins = np.flatnonzero(np.diff(customer, prepend=-1))
        number = np.diff(begins, append=len(customer))
        first = day[begins]
        rows = {
            "customer_id": customer[begins],
            "days": number,
            "orders": number,
            "age": today - first,
            "silence": today - day[begins + number - 1],
            "revenue": np.add.reduceat(revenue, begins),
            "first_revenue": revenue[begins],
        }
        table = customer_table(pa.table(rows), cut, cut)
        length = table["T"].max() + 1
        repeats = np.bincount(today - day) - np.bincount(today - first, minlength=length)
        return carry(table, DailyRepeats(end=cut, counts=repeats[::-1]))

    def came(self, cut: date, days: int) -> tuple[int, float]:
        """Return what the customers known at a cut did in the days after it.

        Args:
            cut: The last day that is known.
            days: How many days after it.

        Returns:
            Their purchase days, and the revenue of these.
        """
        today = day_number(cut)
        first = self.day[np.searchsorted(self.customer, self.customer)]
        later = (first <= today) & (self.day > today) & (self.day <= today + days)
        return int(later.sum()), float(self.revenue[later].sum())
