"""How well would the model have done? Hide the end of the history, predict it, compare."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from retention.display import displayed
from retention.errors import DataError, ModelError
from retention.evaluation.accuracy import (
    accuracy,
    calibration,
    expected_by_frequency,
    poisson_deviance,
)
from retention.evaluation.holdout import WEEK, Holdout, hold_out
from retention.evaluation.past_misses import past_misses
from retention.evaluation.weekly import weekly_tracking, weeks_in_gap
from retention.models.checks import model_checks
from retention.models.cltv import fit_cltv
from retention.models.forecast import Forecast, forecast
from retention.models.histories import group_histories
from retention.models.intervals import history_intervals, whole_orders
from retention.models.model import CltvModel
from retention.models.order_moments import mean_square_orders
from retention.models.purchases import PURCHASE_MODELS
from retention.models.spend import spend_columns
from retention.models.uncertainty import (
    Total,
    orders_of_forecast,
    purchase_slopes,
    value_of_forecast,
)
from retention.orders.orders import Orders
from retention.statistics import METRIC_LEVEL, normal_width
from retention.validation import check_number
from retention.wording import count, decimal, deviation_words, percent, plural, rounded_orders

#: The shortest hidden part that can be compared, in days.
MIN_HOLDOUT = 14
#: The longest hidden part by default, in days.
MAX_HOLDOUT = 365
#: Share of the deviance by which a model must be better to be called so.
MIN_GAIN = 0.005
#: Standard errors beyond which a difference is hardly chance: chance exceeds them once in 20.
_CLEAR_DIFFERENCE = normal_width(METRIC_LEVEL)
BASELINES = {"past_rate": "Past rate carried on", "average": "Everybody the average"}


@displayed
@dataclass(frozen=True, slots=True)
class Backtest:
    """A model fitted to the orders up to a cut, compared with what happened after it.

    Attributes:
        cut: The last day that the model has seen.
        end: The last day of the orders.
        holdout_days: Days from the cut to the end.
        purchase_model: The model that the other fields describe: "bg_nbd" or "mbg_nbd".
        reason: Why this model was chosen, in a sentence; empty where the caller chose it.
        model: The model, fitted to the customers known at the cut.
        models: A row for each purchase model and each naive baseline (index: "bg_nbd",
            "mbg_nbd", "past_rate", "average"). `orders`, `actual_orders`, `revenue` and
            `actual_revenue` are totals; `bias` and `revenue_bias` are predicted / actual - 1.
            `mae` and `rmse` are errors in orders a customer. `deviance` is the mean Poisson
            deviance of the orders: lower is better, infinite where an order came that was ruled
            out. `top_10` and `top_20` are the shares of the actual revenue from the customers
            with the highest predictions. `gini` measures their ranking: 1 is as good as
            hindsight, 0 as good as chance. A ranking by lot is above `gini_by_chance` once in 20
            times.
        calibration: Customers in up to ten groups by their predicted probability to buy:
            `customers`, `predicted`, `observed`, `low` and `high` (80 % interval of the observed
            share).
        by_frequency: Customers by repeat purchases before the cut: `frequency` ("0" to "7+"),
            `customers`, `expected` and `actual` (orders a customer after the cut), `low` and
            `high` (80 % interval of the actual mean).
        tracking: Weeks up to the end: `week_end`, `actual`, `expected`, `low` and `high` (80 %,
            after the cut), `part` ("fitted" or "foreseen"). They count repeat orders of the
            customers known at the cut.
        coverage: Share of customers whose orders lay within their 80 % interval.
        orders: Predicted orders after the cut, with their interval.
        revenue: Predicted revenue after the cut, with its interval, in money. None where the
            orders have no amounts; what `models` says of revenue is NaN then.
        customers: Number of customers known at the cut.
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
    revenue: Total | None
    customers: int

    @property
    def figures(self) -> pd.Series:
        """The row of the chosen model in `models`."""
        return self.models.T[self.purchase_model]

    @property
    def gap(self) -> pd.DataFrame:
        """The hidden weeks in or beside a gap in the orders too long to be chance."""
        weeks = self.tracking[self.tracking["part"] == "foreseen"]
        return weeks[weeks_in_gap(weeks)]

    @property
    def bias(self) -> float:
        """Predicted orders / actual - 1, without the weeks of a gap."""
        figures, gap = self.figures, self.gap
        actual = figures["actual_orders"] - gap["actual"].sum()
        if gap.empty or not actual > 0:
            return float(figures["bias"])
        return float((figures["orders"] - gap["expected"].sum()) / actual - 1)

    @property
    def revenue_bias(self) -> float:
        """Predicted revenue / actual - 1, without the weeks of a gap.

        Orders in the gap count as worth what they are elsewhere.
        """
        figures = self.figures
        if self.gap.empty:
            return float(figures["revenue_bias"])
        return float((1 + figures["revenue_bias"]) * (1 + self.bias) / (1 + figures["bias"]) - 1)

    @property
    def ranks_by_chance(self) -> bool:
        """Whether customers came no more in the order of their predictions than by lot."""
        return bool(self.figures["gini"] <= self.figures["gini_by_chance"])

    @property
    def verdict(self) -> str:
        """What the comparison says, in words."""
        figures, weeks_missing = self.figures, len(self.gap)
        if not int(figures["actual_orders"]):
            return (
                f"In the last {self.holdout_days} days none of the {count(self.customers)} "
                "customers "
                f"ordered again, where this model foresaw {count(figures['orders'])} orders."
            )
        foreseen = _orders_foreseen(figures)
        if weeks_missing:
            foreseen += (
                f" (but for {weeks_missing} weeks in or beside a gap in the orders "
                f"{deviation_words(self.bias)})"
            )
        verdict = f"In the last {self.holdout_days} days this model foresaw {foreseen}"
        if self.ranks_by_chance:
            verdict += "; it ranked the customers no better than by lot"
        elif figures["actual_revenue"] > 0:
            share = percent(figures["top_20"], 0)
            verdict += f"; its best 20% of customers brought {share} of the revenue"
        if weeks_missing:  # past rates know no weeks, so the gap cannot be taken out of them
            return f"{verdict}."
        naive_bias = self.models.T["past_rate"]["bias"]
        return (
            f"{verdict}; guessing from past rates was {deviation_words(naive_bias, 'high', 'low')}."
        )


class _Prediction(NamedTuple):
    """What a model predicts: `orders` and `revenue` have an entry for each customer."""

    model: CltvModel
    ahead: Forecast
    orders: np.ndarray
    revenue: np.ndarray


def default_holdout(orders: Orders) -> int:
    """Return the days hidden by default: a third of the history, from 14 days to a year.

    Args:
        orders: The orders.

    Returns:
        The number of days.
    """
    return min(MAX_HOLDOUT, max(MIN_HOLDOUT, (orders.end - orders.start).days // 3))


def backtest(
    orders: Orders,
    holdout_days: int | None = None,
    purchase_model: str = "bg_nbd",
    *,
    season: Literal["auto"] | None = "auto",
    file_start: Literal["auto"] | None = "auto",
    misses: Literal["auto"] | None = "auto",
) -> Backtest:
    """Hide the end of the history, fit a model to the rest, and compare its prediction.

    Args:
        orders: The orders.
        holdout_days: Days to hide, from 14 to the length of the history less 14. The last third
            of the history, at most a year, unless given.
        purchase_model: "bg_nbd", "mbg_nbd", or "auto" for the one that does better here.
        season: "auto" fits the season to the orders before the cut alone, as `fit_cltv` does. None
            tests the plain model.
        file_start: "auto" allows for customers who came before the file, as `fit_cltv` does. None
            takes every customer to be new on the first day in the file.
        misses: "auto" lets the ranges allow for how far forecasts before the cut were off, as
            `past_misses` measures it. None tests the ranges of the model alone.

    Returns:
        The comparison of predicted and actual orders in the hidden days.

    Raises:
        DataError: The history is too short for a hidden part of this length.
        ModelError: There is no such purchase model, or none can be fitted to what comes before the
            cut. The message says why.

    Source: section 4 of Fader, Hardie and Lee (2005), and the comparison of Batislam et al. (2007).
    """
    if purchase_model not in (*PURCHASE_MODELS, "auto"):
        raise ModelError(
            f"There is no purchase model {purchase_model!r}. Choose bg_nbd, mbg_nbd or auto."
        )
    if season not in ("auto", None):
        # An index of all orders would know what the backtest hides.
        raise ModelError(f'The season of a backtest is {season!r}. Give "auto" or None.')
    if misses not in ("auto", None):
        raise ModelError(f'The misses of a backtest are {misses!r}. Give "auto" or None.')
    days = _days_to_hide(orders, holdout_days)
    split, fitted = _fit_before_cut(orders, days, season, file_start)
    predictions = _predict(fitted, split.customers, days)
    kind, reason = purchase_model, ""
    if purchase_model == "auto":
        predicted = {name: prediction.orders for name, prediction in predictions.items()}
        kind, reason = choose_model(predicted, split.later["orders"].to_numpy())
    prediction = predictions[kind]
    if misses == "auto":
        # What was known at the cut, and no later miss.
        known = past_misses(orders, kind, end=orders.end - timedelta(days=days))
        model = replace(prediction.model, misses=known)
        predictions[kind] = prediction._replace(model=model)
    return _compare(orders, days, split, predictions, kind, reason)


def _days_to_hide(orders: Orders, holdout_days: int | None) -> int:
    if holdout_days is None:
        days = default_holdout(orders)
    else:
        check_number("holdout_days", holdout_days, "a number of days, or None")
        days = int(holdout_days)
    span = (orders.end - orders.start).days
    if span < 2 * MIN_HOLDOUT:
        raise DataError(
            f"These orders span {plural(span + 1, 'day')}; a backtest asks for "
            f"{2 * MIN_HOLDOUT + 1} or more. Load a longer period."
        )
    if not MIN_HOLDOUT <= days <= span - MIN_HOLDOUT:
        raise DataError(
            f"Of {count(span + 1)} days, {count(days)} cannot be hidden: hide {MIN_HOLDOUT} to "
            f"{count(span - MIN_HOLDOUT)} days, or load a longer period."
        )
    return days


def _fit_before_cut(
    orders: Orders,
    days: int,
    season: Literal["auto"] | None,
    file_start: Literal["auto"] | None,
) -> tuple[Holdout, CltvModel]:
    cut = orders.end - timedelta(days=days)
    try:
        split = hold_out(orders, cut)
        return split, fit_cltv(split.customers, "bg_nbd", season=season, file_start=file_start)
    except (DataError, ModelError) as error:
        cause = str(error).partition(". ")[0].rstrip(".")
        raise ModelError(
            f"With {days} days hidden there is too little before {cut} to predict them from. "
            f"{cause}. Hide fewer days, or load a longer period."
        ) from error


def _predict(fitted: CltvModel, customers: pd.DataFrame, days: int) -> dict[str, _Prediction]:
    """Predict the hidden days with each purchase model."""
    histories = group_histories(customers)
    order_value = (
        np.full(len(customers), np.nan)
        if fitted.spend is None
        else fitted.spend.expected_order_value(*spend_columns(customers))
    )
    models = {"bg_nbd": fitted, "mbg_nbd": replace(fitted, purchases=fitted.companion)}
    predictions = {}
    for kind, model in models.items():
        ahead = forecast(model.purchases, histories, days)
        orders = ahead.orders[histories.codes]
        predictions[kind] = _Prediction(
            model=model, ahead=ahead, orders=orders, revenue=orders * order_value
        )
    return predictions


def _naive(customers: pd.DataFrame, days: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Guesses without a model: each customer's own past rate, and the average of all."""
    frequency, age, spend = (
        customers[name].to_numpy(dtype=float) for name in ("frequency", "T", "monetary_value")
    )
    rate = frequency / np.maximum(age, 1)
    average = frequency.sum() / max(age.sum(), 1)
    average_spend = (frequency @ spend) / max(frequency.sum(), 1)
    everyone = np.ones(len(customers))
    return {
        "past_rate": (rate * days, rate * days * spend),
        "average": (average * days * everyone, average * days * average_spend * everyone),
    }


def choose_model(predicted: dict[str, np.ndarray], actual: np.ndarray) -> tuple[str, str]:
    """Return the purchase model that predicted customers' orders better, and a sentence on why.

    The usual model stays unless the other one is better by an amount that matters.

    Args:
        predicted: Each customer's orders, by "bg_nbd" and "mbg_nbd".
        actual: The orders that came.
    """
    deviances = {kind: poisson_deviance(orders, actual) for kind, orders in predicted.items()}
    difference = deviances["bg_nbd"] - deviances["mbg_nbd"]
    mean = difference.mean()
    error = difference.std(ddof=1) / np.sqrt(len(difference)) if len(difference) > 1 else np.inf
    least = MIN_GAIN * min(values.mean() for values in deviances.values())
    kind = "mbg_nbd" if mean > max(error, least) else "bg_nbd"
    numbers = " and ".join(
        f"{decimal(deviance.mean(), 4)} with {PURCHASE_MODELS[name]}"
        for name, deviance in deviances.items()
    )
    measured = (
        f"the mean deviance of the hidden orders is {numbers} (standard error of the difference "
        f"{decimal(error, 4)})"
    )
    if abs(mean) <= error:
        tie = "BG/NBD, the usual model: the backtest does not tell the two apart"
        return kind, f"{tie}; {measured}."
    if abs(mean) <= least:
        tie = "BG/NBD, the usual model: the other one is no better by any amount that matters"
        return kind, f"{tie}; {measured}."
    is_clear = abs(mean) > _CLEAR_DIFFERENCE * error
    better = "better" if is_clear else "slightly better, which may be chance"
    return kind, (
        f"{PURCHASE_MODELS[kind]}: it foresaw the orders of single customers {better}; {measured}."
    )


def _compare(
    orders: Orders,
    days: int,
    split: Holdout,
    predictions: dict[str, _Prediction],
    kind: str,
    reason: str,
) -> Backtest:
    """Compare the predictions with the hidden days, the chosen model's in detail."""
    customers = split.customers
    actual_orders = split.later["orders"].to_numpy()
    actual_revenue = split.later["revenue"].to_numpy()
    totals = {
        name: (prediction.orders, prediction.revenue) for name, prediction in predictions.items()
    }
    prediction = predictions[kind]
    model, ahead, histories = prediction.model, prediction.ahead, prediction.ahead.histories
    if kind == "mbg_nbd":
        checks = model_checks(customers, model.purchases, model.spend, model.companion)
        model = replace(model, checks=checks)
    ranges = history_intervals(model.purchases, None, ahead)
    low, high = (ends[histories.codes] for ends in whole_orders(ahead, ranges))
    buying = ahead.active * model.purchases.probability_purchase_if_active(
        histories.frequency, histories.T, days
    )
    square = mean_square_orders(model.purchases, histories, ahead.ends[-1:])[:, 0]
    slopes = purchase_slopes(model, customers, ahead)
    cut = orders.end - timedelta(days=days)
    return Backtest(
        cut=cut,
        end=orders.end,
        holdout_days=days,
        purchase_model=kind,
        reason=reason,
        model=model,
        models=accuracy(totals | _naive(customers, days), actual_orders, actual_revenue),
        calibration=calibration(buying[histories.codes], actual_orders > 0),
        by_frequency=expected_by_frequency(
            customers["frequency"].to_numpy(), prediction.orders, actual_orders
        ),
        tracking=weekly_tracking(
            split.weekly,
            histories,
            model.purchases,
            cut,
            days,
            model.span_variance(np.arange(1, days // WEEK + 1) * float(WEEK), "orders"),
        ),
        coverage=float(((actual_orders >= low) & (actual_orders <= high)).mean()),
        orders=orders_of_forecast(model, customers, ahead, square, slopes).total(),
        revenue=None
        if model.spend is None
        else value_of_forecast(model, customers, ahead, square, slopes=slopes).total(),
        customers=len(customers),
    )


def _orders_foreseen(figures: pd.Series) -> str:
    """How many orders the model predicted and how far off that was, in words."""
    actual = int(figures["actual_orders"])
    orders, deviation = rounded_orders(figures["orders"], actual), deviation_words(figures["bias"])
    if orders == count(actual):
        return f"{orders} repeat orders, as many as came"
    if figures["bias"] > 0:
        return f"{orders} repeat orders where {count(actual)} came, {deviation}"
    return f"{orders} of {count(actual)} repeat orders, {deviation}"
