"""What a new customer is worth, by where the first order came from, and what may therefore be spent to win one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.errors import DataError, ModelError
from retention.models.cltv import fit_cltv
from retention.models.model import CltvModel, check_settings
from retention.models.purchases import log_slopes
from retention.periods import DAYS_PER_MONTH, DAYS_PER_YEAR
from retention.statistics import FORECAST_LEVEL, normal_width

#: A group needs so many customers, and so many who came back, for a model of its own.
FEWEST_CUSTOMERS, FEWEST_REPEATERS = 100, 30
#: The usual floor of value to acquisition cost (Barilliance 2021).
USUAL_RATIO = 3.0
ALL = "All customers"


@dataclass(frozen=True, slots=True)
class Acquisition:
    """What new customers are worth.

    - `groups`: a row a value of the column, the largest first, and `ALL` on top: `customers`, `repeaters`,
      `first_order` (mean spend on the first purchase day), `value` (margin of a new customer over the horizon,
      discounted, the first order included) with its 80 % range `value_low`, `value_high`; `allowed`, the most to spend
      on winning one: value / ratio; `payback_days`: until the margin of a customer adds up to `allowed`, undiscounted;
      `problem`: why there are no numbers, empty where there are.
    - `curves`: `group`, `day`, `margin`: what a new customer has brought by then, undiscounted.
    """

    groups: pd.DataFrame
    curves: pd.DataFrame


def acquisition(
    customers: pd.DataFrame,
    column: str | None = "first_channel",
    *,
    margin: float = 0.4,
    ratio: float = USUAL_RATIO,
    horizon_days: int = 365,
    annual_discount_rate: float = 0.10,
    purchase_model: str = "bg_nbd",
    most: int = 12,
) -> Acquisition:
    """Return what a new customer is worth and may cost, for all and for each value of a column.

    Args:
        customers: From `summarise_customers`; needed are its history columns and `revenue`.
        column: Such as "first_channel"; only all customers together if None.
        margin: Share of revenue kept.
        ratio: Value to acquisition cost; 3 is the usual floor.
        horizon_days, annual_discount_rate: As in `predict_cltv`.
        purchase_model: "bg_nbd" or "mbg_nbd"; fitted to each group by itself.
        most: Groups, the largest by customers.

    Raises:
        DataError: There is no such column, or the ratio is not above 0.
        ModelError: A setting is out of range.

    Source: eq. 9 in Fader, Hardie and Lee (2005) for the repeat orders of a new customer. The range joins what the fit
    of the group leaves open (delta method) with the spread of its first orders; it is of the group's mean.
    """
    check_settings(horizon_days, annual_discount_rate, margin)
    if not ratio > 0:
        raise DataError(
            f"The ratio of value to cost is {ratio!r}. Give a number above 0, such as 3."
        )
    groups = {ALL: customers}
    if column is not None:
        if column not in customers:
            raise DataError(
                f"The customers have no column {column!r}, because the orders have none."
            )
        sizes = customers[column].value_counts().head(most)
        groups |= {name: customers[customers[column] == name] for name in sizes.index}
    rows, curves = [], []
    for name, group in groups.items():
        row, curve = _group(
            group, margin, ratio, horizon_days, annual_discount_rate, purchase_model
        )
        rows.append({"group": name} | row)
        if curve is not None:
            curves.append(curve.assign(group=name))
    columns = ["group", "day", "margin"]
    found = (
        pd.concat(curves, ignore_index=True)[columns] if curves else pd.DataFrame(columns=columns)
    )
    return Acquisition(pd.DataFrame(rows).set_index("group"), found)


def _group(
    group: pd.DataFrame,
    margin: float,
    ratio: float,
    horizon_days: int,
    rate: float,
    purchase_model: str,
) -> tuple[dict[str, object], pd.DataFrame | None]:
    repeaters = int((group["frequency"] > 0).sum())
    first = (
        (group["revenue"] - group["frequency"] * group["monetary_value"]).clip(lower=0).to_numpy()
    )
    row = {
        "customers": len(group),
        "repeaters": repeaters,
        "first_order": float(first.mean()) if len(first) else np.nan,
    }
    unknown = dict.fromkeys(["value", "value_low", "value_high", "allowed", "payback_days"], np.nan)
    if len(group) < FEWEST_CUSTOMERS or repeaters < FEWEST_REPEATERS:
        wanted = f"{FEWEST_CUSTOMERS} customers are needed, and {FEWEST_REPEATERS} who came back"
        return row | unknown | {"problem": f"Too little data: {wanted}."}, None
    try:
        model = fit_cltv(group, purchase_model)
    except ModelError as error:
        return row | unknown | {"problem": str(error)}, None
    value, deviation = _value(model, first, horizon_days, rate)
    days = np.arange(horizon_days + 1.0)
    brought = margin * (first.mean() + model.spend.mean * _orders(model, days))
    allowed = margin * value / ratio
    reached = brought >= allowed
    width = normal_width(FORECAST_LEVEL) * deviation
    row |= {
        "value": margin * value,
        "value_low": margin * max(value - width, 0.0),
        "value_high": margin * (value + width),
        "allowed": allowed,
        "payback_days": float(days[np.argmax(reached)]) if reached.any() else np.nan,
        "problem": "",
    }
    shown = np.unique(np.append(np.arange(0, horizon_days + 1, 7), horizon_days))
    return row, pd.DataFrame({"day": shown, "margin": brought[shown]})


def _orders(model: CltvModel, days: np.ndarray) -> np.ndarray:
    """Expected repeat purchases of a new customer by each day, ascending."""
    return np.concatenate([np.zeros(1), model.purchases.expected_purchases_of_new(days[1:])])


def _value(
    model: CltvModel, first: np.ndarray, horizon_days: int, rate: float
) -> tuple[float, float]:
    """Revenue of a new customer over the horizon, discounted by month, and the standard error of that mean."""
    ends = np.minimum(
        np.arange(1, np.ceil(horizon_days / DAYS_PER_MONTH) + 1) * DAYS_PER_MONTH, horizon_days
    )
    discount = (1 + rate) ** (-ends / DAYS_PER_YEAR)

    def orders(purchases) -> float:
        return float(np.diff(purchases.expected_purchases_of_new(ends), prepend=0.0) @ discount)

    expected, spend = orders(model.purchases), model.spend.mean
    slopes = log_slopes(model.purchases, orders)
    by_orders = spend**2 * float(slopes @ np.array(model.purchases.covariance) @ slopes)
    of_spend = model.spend.log_slopes(np.zeros(1), np.zeros(1))[0]
    known = (
        np.array(model.spend.covariance)
        if model.spend.covariance
        else np.zeros((len(of_spend),) * 2)
    )
    by_spend = (spend * expected) ** 2 * float(of_spend @ known @ of_spend)
    by_first = first.var(ddof=1) / len(first)
    return float(first.mean() + spend * expected), float((by_orders + by_spend + by_first) ** 0.5)
