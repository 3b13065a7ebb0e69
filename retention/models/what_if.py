"""What would the base be worth if customers came back more often, spent more, stayed longer?"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd

from retention.errors import ModelError
from retention.models.forecast import forecast
from retention.models.histories import group_histories
from retention.models.model import CltvModel, check_settings
from retention.models.purchases import PurchaseModel, log_slopes
from retention.models.uncertainty import Total, Uncertainty, interval, sample_of, value_uncertainty


@dataclass(frozen=True, slots=True)
class Levers:
    """Changes from today on, as fractions of what is: 0.05 is 5 % more.

    `repeat_rate`: orders that active customers place in a time; `order_value`: spend an order; `margin`: share of
    revenue kept; `retention`: share of customers who stay after an order.
    """

    repeat_rate: float = 0.0
    order_value: float = 0.0
    margin: float = 0.0
    retention: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            change = getattr(self, field.name)
            if not -0.9 <= change <= 9:
                raise ModelError(
                    f"{field.name} changes by {change!r}. Give a fraction from -0.9 to 9, such as 0.05."
                )


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The value of the base as it is, as it would be, and the gain.

    `gain` is what the change is expected to bring; its interval comes from the parameters alone, since chance
    meets both worlds alike. `capped` names the levers, "retention" or "margin", whose share cannot rise as far as
    asked: nobody leaves any more, or all revenue is kept.
    """

    today: Total
    changed: Total
    gain: Total
    capped: tuple[str, ...]


def what_if(
    model: CltvModel,
    customers: pd.DataFrame,
    levers: Levers,
    horizon_days: float = 365,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
    uncertainty: Uncertainty | None = None,
) -> WhatIf:
    """Return what the customers' value becomes when the levers move.

    What is known of each customer today stays as it is; only what is to come changes. A higher repeat rate makes
    the future run faster. Higher retention scales every customer's chance to leave by one factor, such that the
    mean share who stay after an order, b / (a + b), rises as asked.

    Args:
        model, customers, horizon_days, annual_discount_rate, margin: As in `predict_cltv`.
        levers: What changes.
        uncertainty: `value_uncertainty` of the same customers and settings, where it is at hand.

    Raises:
        DataError, ModelError: As `predict_cltv`.

    Source: the expected purchases of a customer who leaves after each order with probability p depend on p and
    on time through p x time alone, up to the factor 1 / p (section 4 of Fader, Hardie and Lee, 2005).
    """
    check_settings(horizon_days, annual_discount_rate, margin)
    known = uncertainty or value_uncertainty(
        model, customers, horizon_days, annual_discount_rate, margin
    )
    known.check(customers)
    sample = sample_of(len(customers))
    picked = customers.iloc[sample]
    histories = group_histories(picked)
    spent = picked["frequency"].to_numpy(), picked["monetary_value"].to_numpy()
    kept = min(margin * (1 + levers.margin), 1.0)
    worth = np.bincount(histories.codes, weights=model.spend.expected_order_value(*spent) * margin)
    money = (1 + levers.order_value) * kept / margin

    def orders(purchases: PurchaseModel) -> tuple[np.ndarray, np.ndarray]:
        """The discounted orders of each history, today and under the levers: the same array where neither moves it."""
        today = forecast(purchases, histories, horizon_days, annual_discount_rate)
        as_they_are = today.discounted_orders
        if not (levers.repeat_rate or levers.retention):
            return as_they_are, as_they_are
        leaving, _ = _leaving(purchases, levers.retention)
        pace = (1 + levers.repeat_rate) * leaving
        _, frequency, age = histories.without_recency()
        ahead = purchases.expected_purchases_if_active(frequency, age, today.ends * pace) / leaving
        return as_they_are, replace(
            today, increments=np.diff(ahead, axis=1, prepend=0.0)
        ).discounted_orders

    today_orders, changed_orders = orders(model.purchases)
    before = float(worth @ today_orders)
    # Summed by history: the difference of two large sums would show their rounding as a gain where nothing moves.
    gained = before * (money - 1) + float(worth @ (changed_orders - today_orders)) * money
    after = before + gained
    today_slope = known.slopes.sum(axis=0)
    by_purchases = log_slopes(
        model.purchases, lambda purchases: float(worth @ orders(purchases)[1]) * money
    )
    # The spend parameters move both values by the same share.
    changed_slope = np.concatenate(
        [by_purchases, today_slope[len(by_purchases) :] * (after / before)]
    )
    today = known.total()
    scale = today.expected / before
    spread = float(changed_slope @ known.covariance @ changed_slope) * scale**2
    gain_slope = (changed_slope - today_slope) * scale
    return WhatIf(
        today=today,
        changed=interval(after * scale, (today.chance * after / before) ** 2, spread),
        gain=_signed(gained * scale, float(gain_slope @ known.covariance @ gain_slope)),
        capped=tuple(
            name
            for name, reached in (
                ("retention", _leaving(model.purchases, levers.retention)[1]),
                ("margin", margin * (1 + levers.margin) > 1),
            )
            if reached
        ),
    )


def _leaving(purchases: PurchaseModel, retention: float) -> tuple[float, bool]:
    """By what to multiply each chance to leave so that retention rises as asked; whether that went too far."""
    leave = purchases.a / (purchases.a + purchases.b)
    wanted = 1 - retention * (1 - leave) / leave
    # Zero would ask for a limit; a chance a thousandth of today's is as good as nobody leaving.
    least = 1e-3
    return max(wanted, least), wanted < least


def _signed(expected: float, spread: float) -> Total:
    """The interval of a gain or, with its ends turned round, of a loss."""
    found = interval(abs(expected), 0.0, spread)
    if expected >= 0:
        return found
    return Total(expected, -found.high, -found.low, found.chance, found.parameters)
