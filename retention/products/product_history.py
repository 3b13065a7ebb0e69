"""Each day on which a customer bought a product, from which all questions on products follow."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

import ibis
import ibis.expr.types as ir
import pandas as pd

from retention.display import displayed
from retention.engines import keep, keeping, let_go
from retention.errors import DataError
from retention.history.order_history import NEVER
from retention.orders.orders import Orders
from retention.periods import as_date
from retention.products.fees import fee_names
from retention.validation import check_choice

#: What is counted: single products, or their categories.
By = Literal["product", "category"]
BY: tuple[By, ...] = get_args(By)
_PLURALS: dict[str, str] = {"product": "products", "category": "categories"}


@displayed
@dataclass(frozen=True, slots=True, eq=False)
class ProductHistory:
    """Who bought what on which day; made by `product_history`.

    An order of a product is a day on which a customer bought it. Days are counted from `start`.
    Customers and products are numbered by their places in `customers` and `products`.

    Attributes:
        table: An Ibis table with a row for each customer, product and day. Its columns:

            - `customer`, `product`: their numbers;
            - `day`: the day;
            - `place`: which purchase day of the customer it is, 0 for the first;
            - `nth`: which order of the product it is, 0 for the customer's first of it;
            - `next_day`: the day of the customer's next order of the product, `NEVER` without one;
            - `revenue`: what the product cost, in money; NULL without amounts;
            - `share`: its part of the day, where an order is 1;
            - `units`: how many were bought; NULL where the file says it of whole orders alone.
        days: An Ibis table with a row for each customer and purchase day: `customer`, `day` and
            `place`. Days on which no product is named are among them.
        customers: The customers' ids.
        products: The names of products or categories, the most customers first.
        by: What `products` are.
        start: The day of the first order.
        end: The last day that counts.
        has_amounts: Whether the orders have amounts.
        fees: Names that are no goods, such as postage, and are not among `products`.
    """

    table: ir.Table
    days: ir.Table
    customers: pd.Index
    products: pd.Index
    by: By
    start: date
    end: date
    has_amounts: bool = True
    fees: tuple[str, ...] = ()

    @property
    def last_day(self) -> int:
        """The last day that counts, in days since `start`."""
        return (self.end - self.start).days

    def release(self) -> None:
        """Drop the tables from the database, where the history is not needed any more."""
        for table in (self.table, self.days):
            let_go(table)


def product_history(
    orders: Orders, by: str = "product", as_of: date | str | pd.Timestamp | None = None
) -> ProductHistory:
    """Read who bought what on which day.

    The functions of this package make it themselves where they are given orders. Made once, it
    serves all of them.

    Args:
        orders: The orders, e.g. from `read_orders`. Where the file has several lines an order, each
            of them counts.
        by: "product" or "category".
        as_of: The last day that counts; the last day of the orders unless given.

    Returns:
        The history. Release it after use.

    Raises:
        DataError: The orders name no products or categories, `by` is neither, or there is no order
            by that day.
    """
    kind = _checked(orders, by)
    end = orders.end if as_of is None else as_date(as_of)
    if end < orders.start:
        raise DataError(
            f"There is no order up to {end}: the orders begin on {orders.start}. Pick a later day."
        )
    cut = end < orders.end
    with keeping() as keep_for_now:
        lines = line_query(orders, kind, end, cut)
        fees = _fees_of(lines)
        if fees:
            lines = lines.filter(~lines.name.isin(fees))
        lines = keep_for_now(lines)
        placed = keep_for_now(day_query(orders.table, orders.start, end, cut))
        ids = keep_for_now(_numbered_customers(placed))
        names = keep_for_now(_numbered_products(lines))
        table = keep(bought_query(lines, placed, ids, names, orders.start))
        days = keep(placed.inner_join(ids, "customer_id").select("customer", "day", "place"))
        customers = ids.order_by("customer").to_pyarrow()["customer_id"].to_pandas()
        products = names.order_by("product").to_pyarrow()["name"].to_pandas()
    return ProductHistory(
        table=table,
        days=days,
        customers=pd.Index(customers, name="customer_id"),
        products=pd.Index(products, name=kind),
        by=kind,
        start=orders.start,
        end=end,
        has_amounts=orders.has_amounts,
        fees=fees,
    )


@contextmanager
def products_of(source: Orders | ProductHistory, by: str = "product") -> Iterator[ProductHistory]:
    """Provide the history of the orders and release it afterwards; a given history stays.

    Args:
        source: The orders, or their history.
        by: "product" or "category"; a history has its own.

    Yields:
        The history.

    Raises:
        DataError: As `product_history`.
    """
    if isinstance(source, ProductHistory):
        yield source
        return
    history = product_history(source, by)
    try:
        yield history
    finally:
        history.release()


def line_query(orders: Orders, by: str, end: date, cut: bool = True) -> ir.Table:
    """Return what was bought in each order as an Ibis expression, for any engine.

    Args:
        orders: The orders.
        by: "product" or "category".
        end: The last day that counts.
        cut: Whether there may be orders after it to leave out.

    Returns:
        `customer_id`, `ordered_at`, `name`, `share`, `revenue` and `units`; rows without a name are
        left out.
    """
    table = orders.table
    if orders.items is None:
        units = table.quantity if "quantity" in table.columns else ibis.null("float64")
        lines = table.select(
            "customer_id",
            "ordered_at",
            name=table[by],
            share=ibis.literal(1.0),
            revenue=table.revenue,
            units=units.cast("float64"),
        )
    else:
        key = ["order_id", "customer_id"]
        lines = orders.items.inner_join(table.select(*key, "revenue"), key)
        lines = lines.select(
            "customer_id",
            "ordered_at",
            "share",
            name=lines[by],
            revenue=lines.revenue * lines.share,
            units=ibis.null("float64"),
        )
    lines = lines.filter(lines.name.nullif("").notnull())
    return lines.filter(lines.ordered_at.date() <= ibis.literal(end)) if cut else lines


def day_query(table: ir.Table, start: date, end: date, cut: bool = True) -> ir.Table:
    """Return the purchase days of each customer as an Ibis expression, for any engine.

    Args:
        table: The canonical order table.
        start: The day from which days are counted.
        end: The last day that counts.
        cut: Whether there may be orders after it to leave out.

    Returns:
        `customer_id`, `day` and `place`, 0 for the first purchase day.
    """
    kept = table.filter(table.ordered_at.date() <= ibis.literal(end)) if cut else table
    days = kept.select("customer_id", day=_day(kept, start)).distinct()
    of_customer = ibis.window(group_by=days.customer_id, order_by=days.day)
    return days.mutate(place=ibis.row_number().over(of_customer).cast("int32"))


def bought_query(
    lines: ir.Table, placed: ir.Table, ids: ir.Table, names: ir.Table, start: date
) -> ir.Table:
    """Return the `table` of a `ProductHistory` as an Ibis expression, for any engine.

    Args:
        lines: From `line_query`.
        placed: From `day_query`.
        ids: `customer_id` and its number `customer`.
        names: `name` and its number `product`.
        start: The day from which days are counted.

    Returns:
        The columns of `ProductHistory.table`.
    """
    bought = lines.group_by("customer_id", "name", day=_day(lines, start)).agg(
        revenue=lines.revenue.sum(), share=lines.share.sum(), units=lines.units.sum()
    )
    bought = bought.inner_join(placed, ["customer_id", "day"])
    bought = bought.inner_join(ids, "customer_id").inner_join(names, "name")
    of_product = ibis.window(group_by=[bought.customer, bought["product"]], order_by=bought.day)
    return bought.select(
        "customer",
        "product",
        "day",
        "place",
        "revenue",
        "share",
        "units",
        nth=ibis.row_number().over(of_product).cast("int32"),
        next_day=bought.day.lead().over(of_product).fill_null(NEVER),
    )


def _checked(orders: Orders, by: str) -> By:
    """What is counted, refused where the orders do not name it."""
    check_choice("What to count by", by, BY)
    kind: By = "product" if by == "product" else "category"
    if kind in orders.table.columns:
        return kind
    others = [other for other in BY if other in orders.table.columns]
    instead = f" They name {_PLURALS[others[0]]}: by={others[0]!r} counts those." if others else ""
    raise DataError(
        f"The orders name no {_PLURALS[kind]}. A column of {_PLURALS[kind]}, or a row for each "
        f'product of an order, would bring them: columns={{"{kind}": "..."}} names it.{instead}'
    )


def _fees_of(lines: ir.Table) -> tuple[str, ...]:
    """The names among the lines that are no goods."""
    names = lines.select("name").distinct().to_pyarrow()["name"].to_pylist()
    return fee_names(sorted(names))


def _day(table: ir.Table, start: date) -> ir.IntegerValue:
    return table.ordered_at.date().delta(ibis.literal(start), unit="day").cast("int32")


def _numbered_customers(placed: ir.Table) -> ir.Table:
    ids = placed.select("customer_id").distinct()
    order = ibis.window(order_by=ids.customer_id)
    return ids.mutate(customer=ibis.row_number().over(order).cast("int32"))


def _numbered_products(lines: ir.Table) -> ir.Table:
    names = lines.group_by("name").agg(customers=lines.customer_id.nunique())
    order = ibis.window(order_by=[names.customers.desc(), names.name])
    return names.select("name", product=ibis.row_number().over(order).cast("int32"))
