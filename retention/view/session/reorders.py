"""Who is due to buy a product again, found once a session."""

import pandas as pd

from retention.orders.orders import Orders
from retention.products.due import reorders_due
from retention.products.product_history import BY, By
from retention.view.session.cache import kept
from retention.view.session.loaded import Loaded


def kinds_of(orders: Orders) -> list[By]:
    """Return what products can be counted by: "product", "category", or both."""
    return [kind for kind in BY if kind in orders.table.columns]


# Of the orders and not of a product history: one that is kept holds tables in a warehouse.
@kept(max_entries=2, spinner="Finding who is due…", by_orders_alone=True)
def reorders_for(data: Loaded, by: str) -> pd.DataFrame:
    """Return `reorders_due` of this week and the next."""
    return reorders_due(data.orders, by)
