"""Tables of orders as shops keep them in a database: typed, and with everything that can be wrong.

Their rows stand in the order in which an engine numbers them, so that a table and its export to a
file tell the same first line of an order.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

ORDERS = 400
PRODUCTS = ("Arabica", "Beans", "Cup", "Darjeeling", "Earl Grey")


def _orders(seed: int) -> tuple[np.random.Generator, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    customers = rng.integers(1, 90, ORDERS)
    minutes = rng.integers(0, 500 * 24 * 60, ORDERS)
    frame = pd.DataFrame(
        {
            "order_id": [f"A{number:05d}" for number in rng.permutation(ORDERS)],
            "customer_id": [f"Buyer{number:03d}@Shop.example" for number in customers],
            "ordered_at": pd.Timestamp("2024-01-05") + pd.to_timedelta(minutes, unit="min"),
            "status": rng.choice(
                ["paid", "shipped", "cancelled", "refunded", "pending payment", "abandoned"],
                ORDERS,
                p=[0.5, 0.3, 0.05, 0.05, 0.05, 0.05],
            ),
            "channel": rng.choice(["Search", "Social", "Mail"], ORDERS),
            "currency": rng.choice(["EUR", "EUR", "EUR", "USD"], ORDERS),
        }
    )
    frame.loc[rng.random(ORDERS) < 0.05, "customer_id"] = "guest"
    return rng, frame


def line_items(seed: int = 1) -> pd.DataFrame:
    """A row for each product, with a price; who and when stand on some rows only."""
    rng, orders = _orders(seed)
    lines = orders.loc[orders.index.repeat(rng.integers(1, 4, ORDERS))].reset_index(drop=True)
    lines["product"] = rng.choice(PRODUCTS, len(lines))
    lines["quantity"] = rng.integers(1, 4, len(lines))
    lines["unit_price"] = rng.choice([0.0, 4.99, 12.5, 19.99], len(lines), p=[0.1, 0.3, 0.3, 0.3])
    again = lines.duplicated("order_id") & (rng.random(len(lines)) < 0.5)
    lines.loc[again, ["customer_id", "channel"]] = None
    amount = lines["quantity"] * lines["unit_price"]
    return _sorted(lines, amount, ["ordered_at", "order_id", "customer_id"])


def repeated_totals(seed: int = 2) -> pd.DataFrame:
    """A row for each product, each with the total of its order, and a refunded amount."""
    lines = line_items(seed)
    total = (lines["quantity"] * lines["unit_price"]).groupby(lines["order_id"]).transform("sum")
    lines["total"] = total.round(2)
    lines["refunded_amount"] = np.where(lines["order_id"] < "A00060", 5.0, 0.0)
    return _sorted(lines, lines["total"], ["ordered_at", "order_id", "customer_id"])


def refund_rows(seed: int = 3) -> pd.DataFrame:
    """A row an order with a number of its own, and refunds as rows below zero."""
    rng, orders = _orders(seed)
    orders["total"] = rng.integers(0, 9000, ORDERS) / 100
    back = rng.random(ORDERS) < 0.12
    orders.loc[back, "total"] = -rng.integers(100, 6000, back.sum()) / 100
    orders.loc[back, "status"] = "paid"
    orders.loc[rng.random(ORDERS) < 0.02, "total"] = None
    orders.loc[rng.random(ORDERS) < 0.02, "ordered_at"] = pd.Timestamp("1970-01-01")
    return _sorted(orders, orders["total"], ["order_id"])


def without_numbers(seed: int = 4) -> pd.DataFrame:
    """Customer, day and amount alone, with equal rows and refunds."""
    frame = refund_rows(seed)[["customer_id", "ordered_at", "total"]]
    frame = pd.concat([frame, frame[:30]])
    frame["ordered_at"] = frame["ordered_at"].dt.normalize()
    return _sorted(frame, frame["total"], ["customer_id", "ordered_at"])


def documents(seed: int = 5) -> pd.DataFrame:
    """Invoices with statuses of order, payment and delivery, tests, and credit notes that name one.

    The customer is a phone.
    """
    rng, orders = _orders(seed)
    orders = orders.drop(columns=["channel", "currency"])
    orders["customer_id"] = [
        f"0{number}" for number in rng.integers(800_000_000, 800_000_070, ORDERS)
    ]
    orders["total"] = rng.integers(500, 9000, ORDERS) / 100
    orders["payment_status"] = rng.choice(["paid", "open", "refunded"], ORDERS, p=[0.8, 0.1, 0.1])
    orders["delivery_status"] = rng.choice(["shipped", "returned", "pending"], ORDERS)
    orders["kind"] = "Invoice"
    orders["refund_of"] = None
    orders["test_order"] = rng.choice(["true", "false"], ORDERS, p=[0.05, 0.95])
    credits = orders[:40].assign(
        refund_of=orders["order_id"],
        kind="Credit note",
        status="paid",
        payment_status="paid",
        delivery_status="shipped",
        order_id=[f"A9{number:04d}" for number in range(40)],
        ordered_at=orders["ordered_at"] + pd.Timedelta(days=3),
    )
    credits.loc[credits.index[:15], "customer_id"] = None
    return _sorted(pd.concat([orders, credits]), orders["total"], ["order_id"])


def unpaid(seed: int = 6) -> pd.DataFrame:
    """A row an order; what was never paid has no day of payment."""
    rng, orders = _orders(seed)
    orders["total"] = rng.integers(500, 9000, ORDERS) / 100
    days = orders["ordered_at"].dt.strftime("%Y-%m-%d")
    orders["paid_at"] = days.where(rng.random(ORDERS) < 0.9, None)
    orders = orders.drop(columns=["status"])
    return _sorted(orders, orders["total"], ["order_id"])


def _sorted(frame: pd.DataFrame, amount: pd.Series, first: list[str]) -> pd.DataFrame:
    others = [name for name in ("channel", "product") if name in frame]
    frame = frame.assign(amount=amount).sort_values([*first, "amount", *others])
    return frame.drop(columns="amount").reset_index(drop=True)


def columns_of(frame: pd.DataFrame) -> dict[str, str]:
    """Return the roles of the columns of these tables."""
    roles = {"total": "revenue", "refunded_amount": "refund"}
    columns = {roles.get(name, name): name for name in frame}
    is_phone = str(frame["customer_id"].iloc[-1]).startswith("0")
    return columns | {"phone": "customer_id"} if is_phone else columns


TABLES: dict[str, Callable[[], pd.DataFrame]] = {
    "line items": line_items,
    "repeated totals": repeated_totals,
    "refund rows": refund_rows,
    "without numbers": without_numbers,
    "documents": documents,
    "unpaid": unpaid,
}
