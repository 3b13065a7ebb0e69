"""How well would the model have done? Hide the end of the history, predict it, compare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from retention.errors import DataError, ModelError
from retention.evaluation.accuracy import (
    accuracy,
    calibration,
    expected_by_frequency,
    poisson_deviance,
)
from retention.evaluation.holdout import hold_out
from retention.evaluation.weekly import weekly_tracking, weeks_in_gap
from retention.models.checks import model_checks
from retention.models.cltv import fit_cltv
from retention.models.forecast import forecast
from retention.models.histories import group_histories
from retention.models.intervals import history_intervals, whole_orders
from retention.models.model import CltvModel
from retention.models.purchases import PURCHASE_MODELS
from retention.models.uncertainty import (
    Total,
    orders_of_forecast,
    purchase_slopes,
    value_of_forecast,
)
from retention.orders.orders import Orders
from retention.validation import is_number
from retention.wording import off_words, rounded_orders

#: The shortest hidden part that says anything, in days, and the longest taken unless asked for.
MIN_HOLDOUT, MAX_HOLDOUT = 14, 365
#: Standard errors beyond which a difference is hardly chance: 19 times in 20 chance stays below.
_CLEAR = 1.96
BASELINES = {"past_rate": "Past rate carried on", "average": "Everybody the average"}


@dataclass(frozen=True, slots=True)
class Backtest:
    """A model fitted up to `cut` and compared with what happened in the `holdout_days` after it, up to `end`.

    - `purchase_model`: the model that the rest speaks of; `reason`: a sentence on why, where it was picked here.
    - `model`: it, fitted to the customers known at the cut.
    - `models`: one row for each purchase model and each naive baseline (index: "bg_nbd", "mbg_nbd",
      "past_rate", "average"): `orders`, `actual_orders`, `revenue`, `actual_revenue` (totals), `bias`,
      `revenue_bias` (predicted / actual - 1), `mae`, `rmse` (orders a customer), `deviance` (mean Poisson
      deviance of the orders; the lower the better, infinite where an order came that was ruled out),
      `top_10`, `top_20` (share of the actual revenue brought by the customers predicted highest) and `gini`
      (of that ranking; 1 as good as hindsight, 0 as good as chance).
    - `calibration`: customers in up to ten groups by their predicted probability to buy: `customers`,
      `predicted`, `observed`, `low`, `high` (80 % interval of the observed share).
    - `by_frequency`: customers by repeat purchases before the cut: `frequency` ("0" to "7+"), `customers`,
      `expected`, `actual` (orders a customer after the cut), `low`, `high` (80 % interval of the actual mean).
    - `tracking`: weeks up to `end`: `week_end`, `actual`, `expected`, `low`, `high` (80 %, after the cut),
      `part` ("fitted" or "foreseen"), repeat orders of the customers known at the cut.
    - `coverage`: share of customers whose orders lay within their 80 % interval; `orders`, `revenue`: the
      totals foreseen with their intervals.
    """

    cut: date
    end: date
    holdout_days: int
    purchase_model: str
    reason: str
    model: CltvModel
    models: pd.DataFrame
    calibration: pd.DataFrame
    by_frequency: pd.DataFrame
    tracking: pd.DataFrame
    coverage: float
    orders: Total
    revenue: Total
    customers: int

    @property
    def gap(self) -> pd.DataFrame:
        """The hidden weeks that lie in or beside a stretch without orders too long to be chance, as in `tracking`."""
        weeks = self.tracking[self.tracking["part"] == "foreseen"]
        return weeks[weeks_in_gap(weeks)]

    @property
    def bias(self) -> float:
        """Orders foreseen / actual - 1, but for the weeks of a gap: of their orders nothing is known."""
        found, gap = self.models.loc[self.purchase_model], self.gap
        actual = found["actual_orders"] - gap["actual"].sum()
        if gap.empty or not actual > 0:
            return float(found["bias"])
        return float((found["orders"] - gap["expected"].sum()) / actual - 1)

    @property
    def revenue_bias(self) -> float:
        """Revenue foreseen / actual - 1, but for the weeks of a gap, with orders worth what they are elsewhere."""
        found = self.models.loc[self.purchase_model]
        if self.gap.empty:
            return float(found["revenue_bias"])
        return float((1 + found["revenue_bias"]) * (1 + self.bias) / (1 + found["bias"]) - 1)

    @property
    def verdict(self) -> str:
        """What the comparison says, in words."""
        found = self.models.loc[self.purchase_model]
        naive = self.models.loc["past_rate"]
        actual = int(found["actual_orders"])
        if not actual:
            return (
                f"In the last {self.holdout_days} days none of the {self.customers:,} customers ordered again, "
                f"where this model foresaw {found['orders']:,.0f} orders."
            )
        orders, off = rounded_orders(found["orders"], actual), off_words(found["bias"])
        foreseen = f"{orders} of {actual:,} repeat orders, {off}"
        if orders == f"{actual:,}":
            foreseen = f"{orders} repeat orders, as many as came"
        elif found["bias"] > 0:
            foreseen = f"{orders} repeat orders where {actual:,} came, {off}"
        missing = len(self.gap)
        if missing:
            foreseen += f" (but for {missing} weeks in or beside a gap in the orders {off_words(self.bias)})"
        said = f"In the last {self.holdout_days} days this model foresaw {foreseen}"
        if found["actual_revenue"] > 0:
            said += f"; its best 20% of customers brought {found['top_20']:.0%} of the revenue"
        if missing:  # a guess carried on knows no weeks, and so none that are missing
            return f"{said}."
        return f"{said}; guessing from past rates was {off_words(naive['bias'], 'high', 'low')}."


def default_holdout(orders: Orders) -> int:
    """Return the days hidden unless asked otherwise: the last third of the history, within 14 days and a year."""
    return min(MAX_HOLDOUT, max(MIN_HOLDOUT, (orders.end - orders.start).days // 3))


def backtest(
    orders: Orders, holdout_days: int | None = None, purchase_model: str = "bg_nbd"
) -> Backtest:
    """Hide the last `holdout_days` of the history, fit to the rest, and compare the prediction with them.

    Args:
        orders: The orders.
        holdout_days: Days to hide, from 14 to the length of the history less 14; the last third of the
            history, at most a year, unless given.
        purchase_model: "bg_nbd", "mbg_nbd", or "auto" for the one that does better here.

    Raises:
        DataError: The history is too short for a hidden part of this length.
        ModelError: No model can be fitted to what comes before the cut; the message says why.

    Source: the comparison of Fader, Hardie and Lee (2005), section 4, and of Batislam et al. (2007).
    """
    if purchase_model not in (*PURCHASE_MODELS, "auto"):
        raise ModelError(
            f"There is no purchase model {purchase_model!r}. Choose bg_nbd, mbg_nbd or auto."
        )
    if holdout_days is not None and not (is_number(holdout_days) and np.isfinite(holdout_days)):
        raise DataError(f"holdout_days is {holdout_days!r}. Give a number of days, or None.")
    days = default_holdout(orders) if holdout_days is None else int(holdout_days)
    span = (orders.end - orders.start).days
    if span < 2 * MIN_HOLDOUT:
        raise DataError(
            f"These orders span {span + 1:,} day{'s' * (span > 0)}; a backtest asks for {2 * MIN_HOLDOUT + 1} or more. "
            "Load a longer period."
        )
    if not MIN_HOLDOUT <= days <= span - MIN_HOLDOUT:
        raise DataError(
            f"Of {span + 1:,} days, {days:,} cannot be hidden: hide {MIN_HOLDOUT} to {span - MIN_HOLDOUT:,} days, "
            "or load a longer period."
        )
    cut = orders.end - timedelta(days=days)
    try:
        split = hold_out(orders, cut)
        customers = split.customers
        fitted = fit_cltv(customers, "bg_nbd")
    except (DataError, ModelError) as error:
        found = str(error).partition(". ")[0].rstrip(".")
        raise ModelError(
            f"With {days} days hidden there is too little before {cut} to predict them from. {found}. "
            "Hide fewer days, or load a longer period."
        ) from error
    actual_orders, actual_revenue = (
        split.later["orders"].to_numpy(),
        split.later["revenue"].to_numpy(),
    )
    candidates = {"bg_nbd": fitted, "mbg_nbd": replace(fitted, purchases=fitted.companion)}
    histories = group_histories(customers)
    aheads = {
        kind: forecast(model.purchases, histories, days) for kind, model in candidates.items()
    }
    frequency, spend = (customers[name].to_numpy() for name in ("frequency", "monetary_value"))
    order_value = fitted.spend.expected_order_value(frequency, spend)
    predicted = {}
    for kind, ahead in aheads.items():
        orders_each = ahead.orders[histories.codes]
        predicted[kind] = orders_each, orders_each * order_value
    predicted |= _naive(customers, days)
    models = accuracy(predicted, actual_orders, actual_revenue)
    kind, reason = purchase_model, ""
    if kind == "auto":
        kind, reason = _better(*(predicted[one][0] for one in PURCHASE_MODELS), actual_orders)
    model, ahead = candidates[kind], aheads[kind]
    if kind == "mbg_nbd":
        model = replace(
            model, checks=model_checks(customers, model.purchases, model.spend, model.companion)
        )
    ranges = history_intervals(model.purchases, None, ahead)
    low, high = whole_orders(ahead, ranges)
    held = (actual_orders >= low[histories.codes]) & (actual_orders <= high[histories.codes])
    soon = ahead.active * model.purchases.probability_purchase_if_active(
        histories.frequency, histories.T, days
    )
    slopes = purchase_slopes(model, customers, ahead)
    return Backtest(
        cut=cut,
        end=orders.end,
        holdout_days=days,
        purchase_model=kind,
        reason=reason,
        model=model,
        models=models,
        calibration=calibration(soon[histories.codes], actual_orders > 0),
        by_frequency=expected_by_frequency(frequency, predicted[kind][0], actual_orders),
        tracking=weekly_tracking(split.weekly, histories, model.purchases, cut, days),
        coverage=float(held.mean()),
        orders=orders_of_forecast(model, customers, ahead, ranges.orders_square, slopes).total(),
        revenue=value_of_forecast(
            model, customers, ahead, ranges.orders_square, slopes=slopes
        ).total(),
        customers=len(customers),
    )


def _naive(customers: pd.DataFrame, days: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What one would guess without a model: each customer's own past rate, and the average of all."""
    frequency, age = (
        customers["frequency"].to_numpy(dtype=float),
        customers["T"].to_numpy(dtype=float),
    )
    spend = customers["monetary_value"].to_numpy(dtype=float)
    rate = frequency / np.maximum(age, 1)
    average = frequency.sum() / max(age.sum(), 1)
    average_spend = (frequency @ spend) / max(frequency.sum(), 1)
    everyone = np.ones(len(customers))
    return {
        "past_rate": (rate * days, rate * days * spend),
        "average": (average * days * everyone, average * days * average_spend * everyone),
    }


def _better(bg_nbd: np.ndarray, mbg_nbd: np.ndarray, actual: np.ndarray) -> tuple[str, str]:
    """The model whose expected orders of single customers were nearer, and a sentence on why."""
    worse = poisson_deviance(bg_nbd, actual) - poisson_deviance(mbg_nbd, actual)
    error = worse.std(ddof=1) / np.sqrt(len(worse)) if len(worse) > 1 else np.inf
    kind = "mbg_nbd" if worse.mean() > error else "bg_nbd"
    numbers = " and ".join(
        f"{poisson_deviance(expected, actual).mean():.4f} with {PURCHASE_MODELS[name]}"
        for name, expected in (("bg_nbd", bg_nbd), ("mbg_nbd", mbg_nbd))
    )
    measured = f"the mean deviance of the hidden orders is {numbers} (standard error of the difference {error:.4f})"
    if abs(worse.mean()) <= error:
        return (
            kind,
            f"BG/NBD, the usual model: the backtest does not tell the two apart; {measured}.",
        )
    better = (
        "better" if abs(worse.mean()) > _CLEAR * error else "slightly better, which may be chance"
    )
    return (
        kind,
        f"{PURCHASE_MODELS[kind]}: it foresaw the orders of single customers {better}; {measured}.",
    )
