"""What the customer base would be worth if customers came back more often or stayed longer."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd

from retention.display import displayed
from retention.errors import ModelError
from retention.models.forecast import forecast
from retention.models.model import CltvModel, check_settings
from retention.models.purchases import PurchaseModel, log_slopes
from retention.models.uncertainty import (
    Total,
    Uncertainty,
    interval,
    sample_customers,
    value_uncertainty,
)
from retention.validation import check_number


@displayed
@dataclass(frozen=True, slots=True)
class Levers:
    """Changes from today on, as fractions of today's value: 0.05 is 5 % more.

    Attributes:
        repeat_rate: Change of the orders that active customers place in a given time.
        order_value: Change of the spend of an order.
        margin: Change of the share of revenue kept.
        retention: Change of the share of customers who stay after an order.
    """

    repeat_rate: float = 0.0
    order_value: float = 0.0
    margin: float = 0.0
    retention: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            change = getattr(self, field.name)
            check_number(
                f"The change of {field.name}",
                change,
                "a fraction from -0.9 to 9, such as 0.05",
                low=-0.9,
                high=9,
                error=ModelError,
            )


@displayed
@dataclass(frozen=True, slots=True)
class WhatIf:
    """The value of the customer base as it is, as it would be, and the gain, all in money.

    Attributes:
        today: The value as it is.
        changed: The value if the levers move.
        gain: What the change is expected to bring. Its interval comes from the parameters alone,
            since chance affects both values alike.
        capped: The levers, "retention" or "margin", whose share cannot rise as far as asked:
            nobody leaves any more, or all revenue is kept.
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

    The levers leave each customer's history as it is, and change only the future. A higher repeat
    rate makes the future run faster. Higher retention scales every customer's chance to leave by
    one factor. The mean share who stay after an order, b / (a + b), then rises as asked.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`.
        levers: What changes.
        horizon_days: How far to look ahead, in days, 1 to 3650.
        annual_discount_rate: What money a year from now loses, as a fraction; 0 or more.
        margin: The share of revenue that is profit, above 0 and up to 1.
        uncertainty: `value_uncertainty` of the same customers and settings, where it is at hand.

    Returns:
        Today's value, the changed value and the gain, in money, each with an 80 % interval.

    Raises:
        DataError: The table is not a customer table, or the uncertainty is of other customers.
        ModelError: A setting is out of range; the message says which.

    Source: consider a customer who leaves after each order with probability p. Up to the factor
    1 / p, the expected purchases depend on p and on time only as p x time. See section 4 of Fader,
    Hardie and Lee (2005).
    """
    check_settings(horizon_days, annual_discount_rate, margin)
    known = uncertainty or value_uncertainty(
        model, customers, horizon_days, annual_discount_rate, margin
    )
    known.check(customers)
    model = model.seen_with(customers)
    sample = sample_customers(customers)
    histories = sample.histories
    kept = min(margin * (1 + levers.margin), 1.0)
    value_per_order = np.bincount(histories.codes, weights=sample.order_values(model) * margin)
    price_factor = (1 + levers.order_value) * kept / margin

    def orders(purchases: PurchaseModel) -> tuple[np.ndarray, np.ndarray]:
        """The discounted orders of each history, today and under the levers."""
        ahead = forecast(purchases, histories, horizon_days, annual_discount_rate)
        unchanged = ahead.discounted_orders
        if not (levers.repeat_rate or levers.retention):
            return unchanged, unchanged
        leaving, _ = _leaving(purchases, levers.retention)
        pace = (1 + levers.repeat_rate) * leaving
        _, frequency, age = histories.without_recency()
        # The future runs faster on the season's clock: its months keep their share.
        paced = purchases.on_its_clock.expected_purchases_if_active(
            frequency, purchases.age(age), ahead.elapsed * pace
        )
        until = paced / leaving
        changed = replace(ahead, increments=np.diff(until, axis=1, prepend=0.0))
        return unchanged, changed.discounted_orders

    today_orders, changed_orders = orders(model.purchases)
    before = float(value_per_order @ today_orders)
    # Summed by history: the difference of two large sums would show their rounding as a gain where
    # nothing moves.
    more_orders = float(value_per_order @ (changed_orders - today_orders))
    gained = before * (price_factor - 1) + more_orders * price_factor
    after = before + gained
    today_slope = known.slopes.sum(axis=0)
    by_purchases = log_slopes(
        model.purchases,
        lambda purchases: float(value_per_order @ orders(purchases)[1]) * price_factor,
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
        changed=interval(
            after * scale,
            (today.chance * after / before) ** 2,
            spread,
            (today.store * after / before) ** 2,
            (today.missed * after / before) ** 2,
        ),
        gain=_signed(
            gained * scale,
            float(gain_slope @ known.covariance @ gain_slope),
            # What moves the whole store moves the gain alike.
            (gained * scale) ** 2 * (known.common + known.missed),
        ),
        capped=_capped(model, levers, margin),
    )


def _capped(model: CltvModel, levers: Levers, margin: float) -> tuple[str, ...]:
    too_far = {
        "retention": _leaving(model.purchases, levers.retention)[1],
        "margin": margin * (1 + levers.margin) > 1,
    }
    return tuple(name for name, reached in too_far.items() if reached)


def _leaving(purchases: PurchaseModel, retention: float) -> tuple[float, bool]:
    """The factor on each chance to leave that raises retention, and whether that went too far."""
    leave = purchases.a / (purchases.a + purchases.b)
    wanted = 1 - retention * (1 - leave) / leave
    # Zero would need a limit. With a thousandth of today's chance, practically nobody leaves.
    least = 1e-3
    return max(wanted, least), wanted < least


def _signed(expected: float, spread: float, of_store: float) -> Total:
    """The interval of a gain or, with its ends turned round, of a loss."""
    gain = interval(abs(expected), 0.0, spread, of_store)
    if expected >= 0:
        return gain
    return replace(gain, expected=expected, low=-gain.high, high=-gain.low)
