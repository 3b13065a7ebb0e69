"""What is in an order of the sample store: its main item, and the coupon that was used."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.samples import world
from retention.samples.demand import sale_weekend


def with_baskets(
    orders: pd.DataFrame,
    people: pd.DataFrame,
    opening: np.ndarray,
    first: np.datetime64,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return orders with their coupons and main items.

    Args:
        orders: The orders: `who` (place in `people`), `day`, `total`.
        people: The store's customers: `channel`, `loyalty`, `coupons`.
        opening: Whether an order is its customer's first one.
        first: The store's first day.
        rng: The source of chance.
    """
    calendar = pd.DatetimeIndex(first + np.floor(orders["day"].to_numpy()).astype(int))
    orders["coupon"], orders["discount"] = _coupons(orders, people, opening, calendar, rng)
    orders["category"], orders["product"], orders["quantity"] = _items(
        orders, people, opening, calendar, rng
    )
    return orders


def _coupons(
    orders: pd.DataFrame,
    people: pd.DataFrame,
    opening: np.ndarray,
    calendar: pd.DatetimeIndex,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    who = orders["who"].to_numpy()
    habit = people["coupons"].to_numpy()[who]
    referral = np.array([each.name == "Referral" for each in world.CHANNELS])[
        people["channel"].to_numpy()[who]
    ]
    sale = sale_weekend(calendar)
    occasions = [
        (sale, "BLACKFRIDAY30", 0.30),
        (opening & referral, "FRIEND20", 0.20),
        (opening, "WELCOME15", 0.15),
        (calendar.month.isin([11, 12]), "WINTER20", 0.20),
        (calendar.month.isin([7, 8]), "SUMMER25", 0.25),
    ]
    when = [occasion for occasion, _, _ in occasions]
    code = np.select(when, [code for _, code, _ in occasions], "THANKS15")
    share = np.select(when, [share for _, _, share in occasions], 0.15)
    chance = np.where(sale, np.sqrt(habit), np.where(opening, habit**0.7, habit))
    used = rng.random(len(orders)) < chance
    discount = np.where(used, np.round(orders["total"] * share / (1 - share), 2), 0.0)
    return np.where(used, code, ""), discount


def _items(
    orders: pd.DataFrame,
    people: pd.DataFrame,
    opening: np.ndarray,
    calendar: pd.DatetimeIndex,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Choose each order's main item: a popular one whose price suits the order.

    Before Christmas gifts are more popular.
    """
    price = np.array([each.price for each in world.PRODUCTS])
    category = np.array([each.category for each in world.PRODUCTS])
    value = (orders["total"] + orders["discount"]).to_numpy()[:, None]
    liking = (
        np.log([each.popularity for each in world.PRODUCTS])
        - 0.5 * ((np.log(value / price) - 0.3) / 0.6) ** 2
    )
    used_up = np.isin(category, ["Coffee", "Tea"])
    loyalty = people["loyalty"].to_numpy()[orders["who"]]
    liking += np.where(opening, 0.7 * loyalty, 0.5)[:, None] * np.where(used_up, 1.0, -1.0)
    liking += np.where(calendar.month.isin([11, 12]), 1.3, -0.7)[:, None] * (category == "Gifts")
    choice = np.argmax(liking + rng.gumbel(size=liking.shape), axis=1)
    quantity = np.maximum(np.round(value[:, 0] / price[choice]), 1).astype(np.int64)
    return category[choice], np.array([each.name for each in world.PRODUCTS])[choice], quantity
