"""Customer lifetime value: fit the purchase and the spend model, then score every customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention.errors import ModelError, is_number
from retention.models.checks import Check, model_checks
from retention.models.forecast import forecast
from retention.models.histories import group_histories
from retention.models.intervals import history_intervals, whole_orders
from retention.models.purchases import PURCHASE_MODELS, PurchaseModel, fit_purchases
from retention.models.spend import SpendModel, fit_spend

if TYPE_CHECKING:
    from retention.evaluation.backtest import Backtest

#: The longest horizon, in days.
MAX_HORIZON_DAYS = 3650


@dataclass(frozen=True, slots=True)
class CltvModel:
    """A fitted model of purchases and spend.

    `purchases` gives the purchase probabilities, the expected orders and the value. `companion` is the
    MBG/NBD model of the same customers, used for one thing only: see `predict_cltv` on `p_alive`. `spend`
    gives the expected order values. `customers` and `repeaters` (bought on a second day) were seen over
    `observation_days`. `checks` say how far to trust the model.
    """

    purchases: PurchaseModel
    companion: PurchaseModel
    spend: SpendModel
    customers: int
    repeaters: int
    observation_days: int
    checks: tuple[Check, ...]
    choice: str = ""

    @property
    def purchase_model(self) -> str:
        """Which purchase model: "bg_nbd" or "mbg_nbd"."""
        return self.purchases.kind

    @property
    def spend_model(self) -> str:
        """Which spend model: "gamma_gamma", or "store_average" where that could not be had."""
        return self.spend.kind

    @property
    def r(self) -> float:
        """Shape of the purchase rates."""
        return self.purchases.r

    @property
    def alpha(self) -> float:
        """Scale of the purchase rates, in days."""
        return self.purchases.alpha

    @property
    def a(self) -> float:
        """First shape of the chance to leave after a purchase."""
        return self.purchases.a

    @property
    def b(self) -> float:
        """Second shape of the chance to leave after a purchase."""
        return self.purchases.b

    @property
    def log_likelihood(self) -> float:
        """Log-likelihood of the purchase model, with time in days."""
        return self.purchases.log_likelihood

    @property
    def p(self) -> float | None:
        """Gamma-Gamma p: shape of a customer's spends; None for the store average."""
        return self.spend.p

    @property
    def q(self) -> float | None:
        """Gamma-Gamma q: shape of the differences between customers; None for the store average."""
        return self.spend.q

    @property
    def v(self) -> float | None:
        """Gamma-Gamma v, in money; None for the store average."""
        return self.spend.v

    @property
    def spend_log_likelihood(self) -> float | None:
        """Log-likelihood of the Gamma-Gamma model; None for the store average."""
        return self.spend.log_likelihood


def fit_cltv(
    customers: pd.DataFrame, purchase_model: str = "bg_nbd", *, backtest: Backtest | None = None
) -> CltvModel:
    """Fit the purchase model and the spend model to customers.

    Args:
        customers: As `summarise_customers` returns; needed are `frequency`, `recency`, `T` and
            `monetary_value`.
        purchase_model: "bg_nbd", "mbg_nbd" (customers may leave right after the first purchase too), or "auto": the
            one that foresaw these orders better in a backtest.
        backtest: From `backtest(orders, purchase_model="auto")`, for "auto". Without it the model of the higher
            likelihood is taken, which knows nothing of how well it predicts; `choice` says so.

    Returns:
        The model. Its `checks` say what is doubtful; where the Gamma-Gamma model cannot be had, its
        `spend_model` is "store_average" and the checks say why.

    Raises:
        DataError: The table is not a customer table.
        ModelError: There is nothing to learn from (a single customer, nobody who came back, all customers
            alike), or the likelihood has no maximum.

    Source: Fader, Hardie and Lee (2005), Marketing Science 24 (BG/NBD); Batislam, Denizel and Filiztekin
    (2007) (MBG/NBD); Fader and Hardie, note 025 (Gamma-Gamma).
    """
    if isinstance(customers, pd.DataFrame) and customers.empty:
        raise ModelError("There are no customers to learn from. Load orders first.")
    histories = group_histories(customers)
    if purchase_model == "auto":
        purchases = fit_purchases(histories, "bg_nbd")
        companion = fit_purchases(histories, "mbg_nbd", start=purchases)
        kind, choice = _chosen(purchases, companion, backtest)
        purchases = companion if kind == "mbg_nbd" else purchases
    else:
        choice = ""
        purchases = companion = fit_purchases(histories, purchase_model)
        if purchase_model != "mbg_nbd":
            # Fails only with a ModelError: without it nothing true could be said of one-time buyers' p_alive.
            companion = fit_purchases(histories, "mbg_nbd", start=purchases)
    spend = fit_spend(customers)
    frequency = customers["frequency"].to_numpy()
    return CltvModel(
        purchases=purchases,
        companion=companion,
        spend=spend,
        customers=len(customers),
        repeaters=int((frequency > 0).sum()),
        observation_days=int(customers["T"].max()),
        choice=choice,
        checks=model_checks(customers, purchases, spend, companion),
    )


def _chosen(
    bg_nbd: PurchaseModel, mbg_nbd: PurchaseModel, backtest: Backtest | None
) -> tuple[str, str]:
    if backtest is not None:
        if not backtest.reason:
            raise ModelError('This backtest compared no models. Run it with purchase_model="auto".')
        return backtest.purchase_model, backtest.reason
    better = max(bg_nbd, mbg_nbd, key=lambda model: model.log_likelihood)
    ahead = abs(bg_nbd.log_likelihood - mbg_nbd.log_likelihood)
    return better.kind, (
        f"{PURCHASE_MODELS[better.kind]}: it fits these customers better (log-likelihood higher by {ahead:,.1f}). "
        "Without a backtest nothing is known of which one predicts better."
    )


def predict_cltv(
    model: CltvModel,
    customers: pd.DataFrame,
    horizon_days: float = 365,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
    soon_days: int = 30,
    *,
    intervals: bool = True,
) -> pd.DataFrame:
    """Score every customer: who will come back, how often, and what it is worth.

    Args:
        model: From `fit_cltv`.
        customers: The customers to score, as `summarise_customers` returns.
        horizon_days: How far to look ahead, in days, 1 to 3650.
        annual_discount_rate: What money a year from now loses, as a fraction; 0 or more.
        margin: The share of revenue that is profit, above 0 and up to 1. Revenue is not value.
        soon_days: The days of the second purchase probability, 1 to 3650.
        intervals: Whether to add the four interval columns, which take about as long as all others.

    Returns:
        A frame with the customers' index and, always finite,

        - `p_alive`: probability that the customer has not left for good. For one-time buyers it is that of
          the MBG/NBD model fitted to the same customers, because BG/NBD takes every one-time buyer to be
          active; all other columns are the purchase model's own.
        - `p_purchase`: probability of at least one order within `horizon_days`;
        - `p_purchase_30d` (named by `soon_days`): the same within `soon_days`;
        - `expected_orders`: expected purchase days within the horizon;
        - `orders_low`, `orders_high`: whole numbers between which the purchase days lie with a probability of
          80 % or more: the 10th and the 90th percentile, widened where the expected number lies outside;
        - `expected_order_value`: expected spend of the next purchase day, in the currency of the orders;
        - `cltv`: the sum over months of 30.4375 days, the last one cut at the horizon, of the month's
          expected orders x expected order value x margin / (1 + annual_discount_rate) ** (days to the
          month's end / 365.25);
        - `cltv_low`, `cltv_high`: the same interval of the value.

        The intervals of single customers take the parameters as known: `value_uncertainty` joins both.

    Raises:
        DataError: The table is not a customer table.
        ModelError: A setting is out of range; the message says which.

    Source: eq. 10 in Fader, Hardie and Lee (2005); Fader and Hardie, note 025, eq. 5.
    """
    check_settings(horizon_days, annual_discount_rate, margin)
    _check_days("soon_days", soon_days)
    ahead = forecast(
        model.purchases, group_histories(customers), horizon_days, annual_discount_rate
    )
    histories, active = ahead.histories, ahead.active
    frequency, age, codes = histories.frequency, histories.T, histories.codes
    one_time = frequency == 0
    p_alive = active.copy()
    p_alive[one_time] = model.companion.probability_active(0, 0, age[one_time])
    spend = customers["frequency"].to_numpy(), customers["monetary_value"].to_numpy()
    order_value = model.spend.expected_order_value(*spend)
    value = ahead.discounted_orders[codes] * order_value * margin

    def purchase(days: float) -> np.ndarray:
        return active * model.purchases.probability_purchase_if_active(frequency, age, days)

    scores = {
        "p_alive": p_alive[codes],
        "p_purchase": purchase(horizon_days)[codes],
        f"p_purchase_{soon_days:g}d": purchase(soon_days)[codes],
        "expected_orders": ahead.orders[codes],
        "expected_order_value": order_value,
        "cltv": value,
    }
    if intervals:
        ranges = history_intervals(model.purchases, model.spend, ahead)
        orders_low, orders_high = whole_orders(ahead, ranges)
        unit = model.spend.scale(*spend) * margin
        scores |= {
            "orders_low": orders_low[codes],
            "orders_high": orders_high[codes],
            "cltv_low": np.minimum(ranges.spend_low[codes] * unit, value),
            "cltv_high": np.maximum(ranges.spend_high[codes] * unit, value),
        }
    return pd.DataFrame(scores, index=customers.index)


def purchase_probability(model: CltvModel, customers: pd.DataFrame, days: float) -> pd.Series:
    """Return every customer's probability of at least one order within the next `days` (1 to 3650).

    The series is named `p_purchase_{days}d` and has the customers' index. It is a closed form on the distinct
    histories, cheap enough for a slider.

    Raises:
        DataError: The table is not a customer table.
        ModelError: `days` is out of range.

    Source: follows from the BG/NBD assumptions; an active customer's next order comes at a gamma rate.
    """
    _check_days("days", days)
    histories = group_histories(customers)
    probability = model.purchases.probability_active(
        histories.frequency, histories.recency, histories.T
    )
    probability *= model.purchases.probability_purchase_if_active(
        histories.frequency, histories.T, days
    )
    return pd.Series(
        probability[histories.codes], index=customers.index, name=f"p_purchase_{days:g}d"
    )


def expected_by_month(
    model: CltvModel,
    customers: pd.DataFrame,
    horizon_days: float = 365,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
) -> pd.DataFrame:
    """Add up what all customers are expected to bring, month by month of the horizon.

    Arguments and errors as in `predict_cltv`, whose customers' scores add up to the same totals.

    Returns:
        A frame with a row a month of 30.4375 days, the last one cut at the horizon: `month` (from 1),
        `start_day`, `end_day`, `expected_orders`, `expected_revenue` and `expected_value` (revenue x margin,
        discounted from the month's end).
    """
    check_settings(horizon_days, annual_discount_rate, margin)
    ahead = forecast(
        model.purchases, group_histories(customers), horizon_days, annual_discount_rate
    )
    histories, active, pairs, increments = (
        ahead.histories,
        ahead.active,
        ahead.pairs,
        ahead.increments,
    )
    ends = ahead.ends
    order_value = model.spend.expected_order_value(
        customers["frequency"].to_numpy(), customers["monetary_value"].to_numpy()
    )
    value_by_history = np.bincount(histories.codes, weights=order_value, minlength=len(active))
    orders = (
        np.bincount(pairs, weights=active * histories.counts, minlength=len(increments))
        @ increments
    )
    revenue = (
        np.bincount(pairs, weights=active * value_by_history, minlength=len(increments))
        @ increments
    )
    return pd.DataFrame(
        {
            "month": np.arange(1, len(ends) + 1),
            "start_day": np.concatenate([[0.0], ends[:-1]]),
            "end_day": ends,
            "expected_orders": orders,
            "expected_revenue": revenue,
            "expected_value": revenue * margin * ahead.discount,
        }
    )


def check_settings(
    horizon_days: float, annual_discount_rate: float = 0.0, margin: float = 1.0
) -> None:
    """Raise a ModelError that names the setting that is out of range."""
    _check_days("horizon_days", horizon_days)
    if not (is_number(annual_discount_rate) and 0 <= annual_discount_rate < np.inf):
        raise ModelError(
            f"The annual discount rate is {annual_discount_rate!r}. Give 0 or more, such as 0.10 for 10 %."
        )
    if not (is_number(margin) and 0 < margin <= 1):
        raise ModelError(
            f"The margin is {margin!r}. Give the share of revenue kept, above 0 and up to 1, such as 0.35."
        )


def _check_days(name: str, days: float) -> None:
    if not (is_number(days) and 1 <= days <= MAX_HORIZON_DAYS):
        raise ModelError(
            f"{name} is {days!r}. Give a number of days from 1 to {MAX_HORIZON_DAYS:,}."
        )
