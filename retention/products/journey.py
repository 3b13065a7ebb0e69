"""The way of customers through their first four orders, as a flow between a few products."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from retention.orders.orders import Orders
from retention.products.product_history import ProductHistory, products_of
from retention.validation import check_number

#: Orders of a customer that the flow shows.
ORDERS_SHOWN = 4
#: Products with a place of their own in it.
MOST_PRODUCTS = 7
#: All other products, and orders that name none.
OTHERS = "others"
#: Customers who have not ordered again so far.
NO_FURTHER_ORDER = "no further order"
# Codes beside the numbers of products.
_OTHERS, _NONE = 2**30, 2**30 + 1


def order_journey(
    orders: Orders | ProductHistory, by: str = "product", *, most: int = MOST_PRODUCTS
) -> pd.DataFrame:
    """Return how customers move from product to product over their first four orders.

    An order is a purchase day. It stands at the product that cost most of it, at the one with more
    customers where two cost the same.

    Args:
        orders: The orders, or their `product_history`.
        by: "product" or "category"; a history has its own.
        most: Products with a place of their own: those at which most of these orders stand. The
            rest is "others", and so are orders without any product named.

    Returns:
        A row a link, ready to draw:

        - `step`: 1 from the first order to the second, 2 and 3 after that;
        - `from` and `to`: a product, "others", or at the end "no further order" so far. A product
          of one of these names has an asterisk;
        - `customers` who went this way, and `share`: of all at `from` in this step.

        Steps ascend. Within one, products are in the order of how many orders stand at them.

    Raises:
        DataError: The orders name no products or categories, or `most` is out of range.
    """
    check_number("The number of products", most, "a whole number of 1 or more", low=1, whole=True)
    with products_of(orders, by) as history:
        stops = _stops(history)
        sizes = stops.group_by("product").agg(orders=stops.count())
        sizes = sizes.filter(sizes["product"] != _OTHERS)
        top = sizes.order_by([sizes.orders.desc(), sizes["product"]]).limit(most)
        shown = top.to_pandas()["product"].tolist()
        links = _links(stops, shown).to_pandas()
        products = history.products
    rank = {code: place for place, code in enumerate([*shown, _OTHERS, _NONE])}
    names = {code: _name(str(products[code])) for code in shown}
    names |= {_OTHERS: OTHERS, _NONE: NO_FURTHER_ORDER}
    links = links.assign(
        rank_from=links["start"].map(rank), rank_to=links["goal"].map(rank)
    ).sort_values(["step", "rank_from", "rank_to"], ignore_index=True)
    leaving = links.groupby(["step", "start"])["customers"].transform("sum")
    return pd.DataFrame(
        {
            "step": links["step"].astype(int),
            "from": links["start"].map(names).astype(object),
            "to": links["goal"].map(names).astype(object),
            "customers": links["customers"].astype(int),
            "share": links["customers"] / leaving,
        }
    )


def _stops(history: ProductHistory) -> ir.Table:
    """The product at which each of the first orders of a customer stands."""
    early = history.table.filter(history.table.place < ORDERS_SHOWN)
    cost = early.revenue.fill_null(0.0) if history.has_amounts else early.share
    of_order = ibis.window(
        group_by=[early.customer, early.place],
        order_by=[cost.desc(), early.share.desc(), early["product"]],
    )
    ranked = early.mutate(rank=ibis.row_number().over(of_order))
    main = ranked.filter(ranked["rank"] == 0).select("customer", "place", "product")
    days = history.days.filter(history.days.place < ORDERS_SHOWN).select("customer", "place")
    stops = days.left_join(main, ["customer", "place"])
    return stops.select("customer", "place", product=stops["product"].fill_null(_OTHERS))


def _links(stops: ir.Table, shown: list[int]) -> ir.Table:
    """How many customers go from where to where at each step."""
    if shown:
        is_shown = stops["product"].isin(shown)
        stops = stops.mutate(product=ibis.ifelse(is_shown, stops["product"], _OTHERS))
    of_customer = ibis.window(group_by=stops.customer, order_by=stops.place)
    moves = stops.mutate(
        step=stops.place + 1,
        start=stops["product"],
        goal=stops["product"].lead().over(of_customer).fill_null(_NONE),
    )
    moves = moves.filter(moves.step < ORDERS_SHOWN)
    return moves.group_by("step", "start", "goal").agg(customers=moves.count())


def _name(product: str) -> str:
    return f"{product}*" if product in (OTHERS, NO_FURTHER_ORDER) else product
