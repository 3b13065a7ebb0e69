"""A store worked by hand, any small store, and all answers in plain pandas."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count, product as pairs_of

import ibis
import numpy as np
import pandas as pd
from hypothesis import strategies as st

import retention
from retention import Orders
from tests.support.orders_stub import orders_of

LINES = """Order,Email,Date,Total,Product,Category
1,ann@example.com,2024-01-01,30.00,Tea,Drinks
1,ann@example.com,2024-01-01,10.00,Cup,Kitchen
2,bob@example.com,2024-01-02,20.00,Tea,Drinks
3,cid@example.com,2024-01-05,10.00,Cup,Kitchen
4,dee@example.com,2024-01-06,40.00,Pot,Kitchen
5,dee@example.com,2024-01-06,15.00,Tea,Drinks
6,ann@example.com,2024-01-11,30.00,Tea,Drinks
7,dee@example.com,2024-01-20,5.00,,
8,bob@example.com,2024-01-22,20.00,Tea,Drinks
8,bob@example.com,2024-01-22,30.00,Cup,Kitchen
9,ann@example.com,2024-01-31,25.00,Tea,Drinks
9,ann@example.com,2024-01-31,75.00,Pot,Kitchen
"""
ANN, BOB, CID, DEE = (f"{name}@example.com" for name in ("ann", "bob", "cid", "dee"))

#: Lines of Online Retail that are no goods.
NO_GOODS = ("POSTAGE", "DOTCOM POSTAGE", "CARRIAGE", "Next Day Carriage", "Bank Charges")
#: An order: customer, day of the history, products.
Sale = tuple[str, int, Sequence[str]]
_names = (f"items_{number}" for number in count())


def small_orders(**columns: str | None) -> Orders:
    """The store worked by hand, with other columns where they are given."""
    return retention.read_orders(LINES.encode(), {"category": "Category"} | columns)


def store_of(sales: Sequence[Sale], last_day: int = 0) -> Orders:
    """Orders of several lines, each line of 1; the observation ends on `last_day` or later."""
    start = pd.Timestamp("2024-01-01")
    rows = [
        {
            "customer_id": customer,
            "ordered_at": start + pd.Timedelta(days=day),
            "revenue": float(max(len(products), 1)),
            "order_id": f"O{number}",
            "product": products[0] if products else None,
        }
        for number, (customer, day, products) in enumerate(sales)
    ]
    end = start + pd.Timedelta(days=max(last_day, *(day for _, day, _ in sales)))
    orders = orders_of(pd.DataFrame(rows), end=str(end.date()))
    lines = [
        {
            "customer_id": customer,
            "ordered_at": start + pd.Timedelta(days=day),
            "order_id": f"O{number}",
            "product": name,
            "share": 1 / len(products),
        }
        for number, (customer, day, products) in enumerate(sales)
        for name in products
    ]
    frame = pd.DataFrame(
        lines, columns=["customer_id", "ordered_at", "order_id", "product", "share"]
    ).astype({"ordered_at": "datetime64[us]", "share": float})
    text = dict.fromkeys(("customer_id", "order_id", "product"), "string")
    schema = ibis.schema(text | {"ordered_at": "timestamp(6)", "share": "float64"})
    backend = orders.table.get_backend()
    columns = ["customer_id", "order_id", "product", "ordered_at", "share"]
    items = backend.create_table(next(_names), frame[columns], schema=schema)
    return replace(orders, items=items)


@st.composite
def sales(draw: st.DrawFn) -> list[Sale]:
    """Any small store."""
    product = st.sampled_from(["Tea", "Cup", "Pot", "others", "x'; DROP TABLE y; --"])
    sale = st.tuples(
        st.sampled_from("abcd"), st.integers(0, 40), st.lists(product, max_size=3, unique=True)
    )
    drawn = draw(st.lists(sale, min_size=1, max_size=25))
    return [*drawn, ("a", 0, ["Tea"])]


def bought_in_pandas(orders: Orders) -> pd.DataFrame:
    """A row for each customer, product and day: `customer_id`, `product`, `day` and `place`."""
    table = orders.table.to_pandas()
    lines = table if orders.items is None else orders.items.to_pandas()
    start = pd.Timestamp(orders.start)

    def day(frame: pd.DataFrame) -> pd.Series:
        return (frame["ordered_at"].dt.normalize() - start).dt.days

    days = table.assign(day=day(table))[["customer_id", "day"]].drop_duplicates()
    days = days.sort_values(["customer_id", "day"])
    days["place"] = days.groupby("customer_id").cumcount()
    bought = lines.assign(day=day(lines))
    bought = bought[bought["product"].notna() & (bought["product"] != "")]
    bought = bought[~bought["product"].isin(NO_GOODS)]
    bought = bought[["customer_id", "product", "day"]].drop_duplicates()
    return bought.merge(days, on=["customer_id", "day"]).sort_values(
        ["customer_id", "product", "day"], ignore_index=True
    )


def gaps_in_pandas(bought: pd.DataFrame, last_day: int) -> pd.DataFrame:
    """`gap` to the next order of the product (NaN without one) and `follow` to the last day."""
    next_day = bought.groupby(["customer_id", "product"])["day"].shift(-1)
    return bought.assign(gap=next_day - bought["day"], follow=last_day - bought["day"])


def quartiles_in_pandas(gaps: pd.DataFrame, most_weight: float) -> list[float]:
    """The quartiles of one product's intervals, each counted for those that could not be seen."""
    seen = gaps.dropna(subset=["gap"]).sort_values("gap")
    weights = np.array(
        [min(len(gaps) / (gaps["follow"] >= gap).sum(), most_weight) for gap in seen["gap"]]
    )
    if not len(seen):
        return [np.nan] * 3
    reached = np.cumsum(weights) / weights.sum()
    gap = seen["gap"].to_numpy()
    return [float(gap[reached >= share - 1e-9][0]) for share in (0.25, 0.5, 0.75)]


def together_in_pandas(bought: pd.DataFrame) -> pd.Series:
    """Orders with both products, by the pair in alphabetical order."""
    both = bought.merge(bought, on=["customer_id", "day"], suffixes=("", "_other"))
    both = both[both["product"] < both["product_other"]]
    return both.groupby(["product", "product_other"]).size()


def expected_together(bought: pd.DataFrame, first: str, other: str) -> float:
    """Orders with both by chance: the sum over orders of the chances of each pair of places."""
    sizes = bought.groupby(["customer_id", "day"]).size()
    number = bought["product"].value_counts()
    total = len(bought)
    return sum(
        number[first] / total * number[other] / total
        for size in sizes
        for one, two in pairs_of(range(size), repeat=2)
        if one != two
    )
