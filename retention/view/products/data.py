"""What the products page computes, each kept for the session."""

from typing import NamedTuple

import pandas as pd

from retention.errors import DataError, ModelError
from retention.products.due import THIS_WEEK
from retention.products.due_backtest import due_hit_rates
from retention.products.journey import order_journey
from retention.products.next_backtest import NextProductsBacktest, next_products_backtest
from retention.products.pairs import bought_next, bought_together
from retention.products.product_history import ProductHistory, product_history
from retention.products.table import product_table
from retention.products.value import ProductValue, product_value
from retention.view.session.cache import kept
from retention.view.session.choices import Plan, standard_plan
from retention.view.session.loaded import Loaded
from retention.view.session.results import uncertainty_for

OWN, PRODUCT = "own", "product"


class Brought(NamedTuple):
    """Whom products bring.

    Attributes:
        products: As `product_value` returns.
        problem: Why it is no expected value; None where it is one.
    """

    products: ProductValue
    problem: str | None


class Links(NamedTuple):
    """What goes together.

    Attributes:
        together: As `bought_together` returns.
        following: As `bought_next` returns.
    """

    together: pd.DataFrame
    following: pd.DataFrame


@kept(
    max_entries=2,
    spinner="Counting who bought what…",
    on_release=lambda history: history.release(),
)
def history_for(data: Loaded, by: str) -> ProductHistory:
    """Return each day on which a customer bought a product."""
    return product_history(data.orders, by)


@kept(max_entries=2, spinner="Measuring how soon products are bought again…", by_orders_alone=True)
def table_for(data: Loaded, by: str) -> pd.DataFrame:
    """Return `product_table`."""
    return product_table(history_for(data, by))


def names_for(data: Loaded, by: str) -> list[str]:
    """Return the names of all products or categories, as `table_for` lists them."""
    return table_for(data, by).index.astype(str).tolist()


@kept(max_entries=2, spinner="Checking this against the last two weeks…", by_orders_alone=True)
def hit_rates_for(data: Loaded, by: str) -> dict[str, float]:
    """Return the share that bought what was due this week, by whose interval it was.

    Orders too short to hide a part of them have none.
    """
    try:
        rates = due_hit_rates(data.orders, by)
    except DataError:
        return {}
    due = rates[rates["week"] == THIS_WEEK]
    return dict(zip(due["basis"], due["rate"], strict=True))


def brought_for(data: Loaded, by: str) -> Brought:
    """Return whom products bring: by expected value, or by what there is where there is none."""
    plan = standard_plan()
    if not data.orders.has_amounts:
        return Brought(_brought(data, by, None), None)
    try:
        uncertainty_for(data, plan)
    except ModelError as error:
        return Brought(_brought(data, by, None), str(error))
    return Brought(_brought(data, by, plan), None)


@kept(
    max_entries=4,
    spinner="Comparing products by their customers…",
    by_model=True,
    by_orders_alone=True,
)
def _brought(data: Loaded, by: str, plan: Plan | None) -> ProductValue:
    uncertainty = None if plan is None else uncertainty_for(data, plan)
    return product_value(history_for(data, by), data.customers, uncertainty)


@kept(max_entries=2, spinner="Looking for what goes together…", by_orders_alone=True)
def links_for(data: Loaded, by: str) -> Links:
    """Return what is bought together, and what the second order holds."""
    history = history_for(data, by)
    return Links(together=bought_together(history), following=bought_next(history))


@kept(max_entries=2, spinner="Following customers through their orders…", by_orders_alone=True)
def journey_for(data: Loaded, by: str) -> pd.DataFrame:
    """Return `order_journey`."""
    return order_journey(history_for(data, by))


@kept(
    max_entries=2,
    spinner="Hiding the last orders and naming what comes next…",
    by_orders_alone=True,
)
def backtest_for(data: Loaded, by: str) -> NextProductsBacktest | str:
    """Return `next_products_backtest`, or why there is none."""
    try:
        return next_products_backtest(data.orders, by=by)
    except DataError as error:
        return str(error)
