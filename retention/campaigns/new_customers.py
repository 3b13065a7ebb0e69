"""What a new customer is worth, by where the first order came from, and what one may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from retention.campaigns.arrays import Floats
from retention.display import displayed
from retention.errors import DataError, ModelError
from retention.models.cltv import fit_cltv, with_order_value
from retention.models.groups import FEWEST_CUSTOMERS as FEWEST_CUSTOMERS, GroupModels, fit_groups
from retention.models.model import CltvModel, check_settings
from retention.models.purchases import PurchaseModel, log_slopes
from retention.models.uncertainty import spend_covariance
from retention.periods import DAYS_PER_MONTH, DAYS_PER_YEAR
from retention.statistics import FORECAST_LEVEL, normal_width
from retention.validation import all_unknown
from retention.wording import NO_AMOUNTS

#: Customers who came back that the store needs; its groups lean on it.
FEWEST_REPEATERS = 30
#: The usual floor of value to acquisition cost (Barilliance 2021).
USUAL_RATIO = 3.0
ALL = "All customers"
_CURVE = ["group", "day", "margin"]


@displayed
@dataclass(frozen=True, slots=True)
class Acquisition:
    """What new customers are worth.

    Attributes:
        groups: A row for each value of the column, the largest first, and `ALL` on top:
            `customers`; `repeaters`; `first_order` (mean spend on the first purchase day);
            `value` (margin of a new customer over the horizon, discounted, first order included)
            with its 80 % range `value_low`, `value_high`; `allowed`, the most to spend on winning
            one: value / ratio; `payback_days`: until the margin of a customer adds up to
            `allowed`, undiscounted; `problem`: why there are no numbers, "" where there are.
        curves: `group`, `day`, `margin`: what a new customer has brought by then, undiscounted.
    """

    groups: pd.DataFrame
    curves: pd.DataFrame


class _Settings(NamedTuple):
    margin: float
    ratio: float
    horizon_days: int
    annual_discount_rate: float
    purchase_model: str
    order_value: float | None


class _Models(NamedTuple):
    """The models of all customers and of the groups, or why there are none."""

    store: CltvModel | None
    groups: GroupModels | None
    problem: str


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
    order_value: float | None = None,
    model: CltvModel | None = None,
    groups: GroupModels | None = None,
) -> Acquisition:
    """Return what a new customer is worth and may cost, for all and for each value of a column.

    Args:
        customers: From `summarise_customers`. Its history columns and `revenue` are needed.
        column: Such as "first_channel"; only all customers together if None.
        margin: Share of revenue kept.
        ratio: Value to acquisition cost; 3 is the usual floor.
        horizon_days: As in `predict_cltv`.
        annual_discount_rate: As in `predict_cltv`.
        purchase_model: "bg_nbd" or "mbg_nbd", where no `model` is given.
        most: The number of groups, the largest by customers.
        order_value: The average order value, in money, for orders without amounts.
        model: From `fit_cltv`, of these customers; fitted here unless given.
        groups: From `fit_groups`, of the model and the column; fitted here unless given. Every
            group has its own parameters, and the fewer its customers are the more it leans on the
            store.

    Returns:
        The groups and the curves of what a customer brings.

    Raises:
        DataError: There is no such column, or the ratio is not above 0.
        ModelError: A setting is out of range.

    Source: eq. 9 in Fader, Hardie and Lee (2005) for the repeat orders of a new customer. The range
    describes the group's mean. It joins the uncertainty of the group's fit (delta method) with the
    spread of its first orders.
    """
    check_settings(horizon_days, annual_discount_rate, margin)
    if not ratio > 0:
        raise DataError(
            f"The ratio of value to cost is {ratio!r}. Give a number above 0, such as 3."
        )
    settings = _Settings(
        margin=margin,
        ratio=ratio,
        horizon_days=horizon_days,
        annual_discount_rate=annual_discount_rate,
        purchase_model=purchase_model,
        order_value=order_value,
    )
    parts = _groups(customers, column, most)
    models = _models(customers, column, settings, model, groups)
    rows, curves = [], []
    for name, group in parts.items():
        row, curve = _group(group, _model_of(models, name), models.problem, settings)
        rows.append({"group": name} | row)
        if curve is not None:
            curves.append(curve.assign(group=name))
    return Acquisition(
        groups=pd.DataFrame(rows).set_index("group"),
        curves=pd.concat(curves, ignore_index=True)[_CURVE]
        if curves
        else pd.DataFrame(columns=_CURVE),
    )


def _models(
    customers: pd.DataFrame,
    column: str | None,
    settings: _Settings,
    store: CltvModel | None,
    groups: GroupModels | None,
) -> _Models:
    repeaters = int((customers["frequency"] > 0).sum())
    if len(customers) < FEWEST_CUSTOMERS or repeaters < FEWEST_REPEATERS:
        wanted = f"{FEWEST_CUSTOMERS} customers are needed, and {FEWEST_REPEATERS} who came back"
        return _Models(store=None, groups=None, problem=f"Too little data: {wanted}.")
    try:
        fitted = fit_cltv(customers, settings.purchase_model) if store is None else store
        if groups is None and column is not None:
            groups = fit_groups(fitted, customers, customers[column])
        if fitted.spend is None and settings.order_value is None:
            raise ModelError(f"{NO_AMOUNTS} Give an average order value.")
    except ModelError as error:
        return _Models(store=None, groups=None, problem=str(error))
    return _Models(store=fitted, groups=groups, problem="")


def _model_of(models: _Models, name: str) -> CltvModel | None:
    if name == ALL or models.groups is None:
        return models.store
    return models.groups.model_of(name)


def _groups(customers: pd.DataFrame, column: str | None, most: int) -> dict[str, pd.DataFrame]:
    """All customers, and those of each value of a column, by their names."""
    groups = {ALL: customers}
    if column is None:
        return groups
    if column not in customers:
        raise DataError(f"The customers have no column {column!r}, because the orders have none.")
    sizes = customers[column].value_counts().head(most)
    return groups | {name: customers[customers[column] == name] for name in sizes.index}


def _group(
    group: pd.DataFrame, model: CltvModel | None, problem: str, settings: _Settings
) -> tuple[dict[str, Any], pd.DataFrame | None]:
    """A group's row of `Acquisition.groups`, and its curve; None where there are no numbers."""
    repeaters = int((group["frequency"] > 0).sum())
    first = _first_spend(group, settings.order_value)
    row: dict[str, Any] = {
        "customers": len(group),
        "repeaters": repeaters,
        "first_order": float(first.mean()) if len(first) else np.nan,
    }
    unknown = dict.fromkeys(["value", "value_low", "value_high", "allowed", "payback_days"], np.nan)
    if model is not None and len(group) < FEWEST_CUSTOMERS:
        problem = f"Too little data: {FEWEST_CUSTOMERS} customers are needed."
    if model is None or problem:
        return row | unknown | {"problem": problem}, None
    if model.spend is None and settings.order_value is not None:
        model = with_order_value(model, settings.order_value)
    # A new customer may come at any time of the year, so that the season evens out.
    model = model.without_season()
    margin = settings.margin
    value, deviation = _value(model, first, settings)
    days = np.arange(settings.horizon_days + 1.0)
    brought = margin * (first.mean() + model.known_spend.mean * _orders(model, days))
    allowed = margin * value / settings.ratio
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
    every_week = np.arange(0, settings.horizon_days + 1, 7)
    shown = np.unique(np.append(every_week, settings.horizon_days))
    return row, pd.DataFrame({"day": shown, "margin": brought[shown]})


def _first_spend(group: pd.DataFrame, order_value: float | None) -> Floats:
    """What each customer spent on the first purchase day."""
    if order_value is not None and all_unknown(group["revenue"]):
        return np.full(len(group), float(order_value))
    later = group["frequency"] * group["monetary_value"]
    first: Floats = (group["revenue"] - later).clip(lower=0).to_numpy()
    return first


def _orders(model: CltvModel, days: Floats) -> Floats:
    """Expected repeat purchases of a new customer by each day, ascending."""
    return np.concatenate([np.zeros(1), model.purchases.expected_purchases_of_new(days[1:])])


def _value(model: CltvModel, first: Floats, settings: _Settings) -> tuple[float, float]:
    """Revenue of a new customer over the horizon, discounted by month, and its standard error."""
    months = np.arange(1, np.ceil(settings.horizon_days / DAYS_PER_MONTH) + 1)
    ends = np.minimum(months * DAYS_PER_MONTH, settings.horizon_days)
    discount = (1 + settings.annual_discount_rate) ** (-ends / DAYS_PER_YEAR)

    def orders(purchases: PurchaseModel) -> float:
        return float(np.diff(purchases.expected_purchases_of_new(ends), prepend=0.0) @ discount)

    expected, spend = orders(model.purchases), model.known_spend.mean
    slopes = log_slopes(model.purchases, orders)
    by_orders = spend**2 * float(slopes @ np.array(model.purchases.covariance) @ slopes)
    spend_slopes = model.known_spend.log_slopes(np.zeros(1), np.zeros(1))[0]
    covariance = spend_covariance(model, len(spend_slopes))
    by_spend = (spend * expected) ** 2 * float(spend_slopes @ covariance @ spend_slopes)
    by_first = first.var(ddof=1) / len(first)
    later = spend * expected
    alone = (by_orders + by_spend) / max(later, 1e-150) ** 2
    by_store = later**2 * sum(model.store_variance("revenue", settings.horizon_days, alone))
    return float(first.mean() + later), float((by_orders + by_spend + by_first + by_store) ** 0.5)
