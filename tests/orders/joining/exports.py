"""Exports of a shop whose orders are known, for the tests of a newer one beside an older one."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

import pandas as pd

from retention import read_orders
from retention.orders.orders import Orders

FIRST = datetime(2024, 1, 1)
COLUMNS = {
    "order_id": "Number",
    "customer_id": "Buyer",
    "ordered_at": "Placed",
    "revenue": "Paid",
    "refund": "Refunded",
    "status": "Status",
    "channel": "Channel",
    "product": "Product",
}


@dataclass(frozen=True)
class Sale:
    """A row of an export."""

    number: int
    buyer: str = "ann@shop.com"
    minutes: int = 0
    paid: float = 10.0
    refunded: float = 0.0
    status: str = "paid"
    channel: str = "web"
    product: str = "Tea"

    @property
    def placed(self) -> datetime:
        return FIRST + timedelta(minutes=self.minutes)


def export(sales, *, without=(), name="orders.csv", dates="%Y-%m-%d %H:%M", **options) -> Orders:
    """Read sales from a file, without some of the columns."""
    cells = {
        "Number": [f"#{sale.number}" for sale in sales],
        "Buyer": [sale.buyer for sale in sales],
        "Placed": [sale.placed.strftime(dates) for sale in sales],
        "Paid": [f"{sale.paid:.2f}" for sale in sales],
        "Refunded": [f"{sale.refunded:.2f}" for sale in sales],
        "Status": [sale.status for sale in sales],
        "Channel": [sale.channel for sale in sales],
        "Product": [sale.product for sale in sales],
        "Currency": [options.pop("currency", "EUR")] * len(sales),
    }
    frame = pd.DataFrame({c: values for c, values in cells.items() if c not in without})
    columns = tuple((role, c) for role, c in COLUMNS.items() if c in frame)
    file = frame.to_csv(index=False).encode()
    return _read_once(file, columns, name, tuple(sorted(options.items())))


@lru_cache(maxsize=8)
def _read_once(
    file: bytes,
    columns: tuple[tuple[str, str], ...],
    name: str,
    options: tuple[tuple[str, object], ...],
) -> Orders:
    """Read a file; tests share the orders of equal ones, which nothing changes."""
    return read_orders(file, dict(columns), name=name, **dict(options))


def shop(days: int = 60, start: int = 0) -> list[Sale]:
    """Sales of a shop: one a day at noon, of seven customers in turn."""
    return [
        Sale(
            number=1000 + day,
            buyer=f"c{day % 7}@shop.com",
            minutes=day * 1440 + 720,
            paid=20.0 + day,
            channel=("web", "store")[day % 2],
        )
        for day in range(start, start + days)
    ]


def changed(sales, **of_number) -> list[Sale]:
    """Sales of which some are in another state: `n1005={"status": "cancelled"}`."""
    states = {int(number[1:]): state for number, state in of_number.items()}
    return [replace(sale, **states.get(sale.number, {})) for sale in sales]


def rows(orders: Orders, *, numbered: bool = True) -> list[tuple]:
    """The orders as comparable rows."""
    table = orders.table.to_pandas()
    if "refunded" not in table:
        table["refunded"] = 0.0
    names = ["customer_id", "ordered_at", "revenue", "refunded", "channel", "product"]
    names = (["order_id"] if numbered else []) + [c for c in names if c in table]
    table = table[names].round({"revenue": 2, "refunded": 2})
    return sorted(table.itertuples(index=False, name=None))


OLD = shop(60)
LAST_MONTH = changed(
    shop(50, start=40),
    n1041={"refunded": 5.0},
    n1042={"refunded": 62.0},
    n1043={"status": "cancelled"},
    n1044={"paid": 99.0},
)
NOW = OLD[:40] + LAST_MONTH


def refund_row(number: int, of: Sale, amount: float, days: int) -> Sale:
    """A refund on a row of its own."""
    return replace(of, number=number, minutes=of.minutes + days * 1440, paid=-amount)
