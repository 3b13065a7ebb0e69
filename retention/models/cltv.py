"""Customer lifetime value: fit the purchase and the spend model, then score every customer."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, Protocol

import numpy as np
import pandas as pd

from retention import wording
from retention.daily_repeats import DailyRepeats, carried
from retention.errors import DataError, ModelError
from retention.models.checks import model_checks
from retention.models.file_start.fit import (
    FROM_THE_FIRST_DAY,
    FileStart,
    fit_alike,
    fit_file_start,
)
from retention.models.forecast import forecast
from retention.models.histories import Histories, group_histories
from retention.models.intervals import history_intervals, whole_orders
from retention.models.misses import PastMisses
from retention.models.model import CltvModel, check_days, check_settings, last_day_of
from retention.models.purchases import PURCHASE_MODELS, PurchaseModel, fit_purchases
from retention.models.season.clock import Clock
from retention.models.season.fit import fit_season
from retention.models.season.index import PLAIN, SeasonIndex
from retention.models.spend import StoreAverage, fit_spend, spend_columns
from retention.validation import all_unknown, check_number

#: Log-likelihood by which a model must be ahead to be called the better fit.
CLEARLY_LIKELIER = 2.0


class ComparedModels(Protocol):
    """What "auto" needs of a backtest that compared both purchase models."""

    @property
    def purchase_model(self) -> str:
        """The model that predicted the hidden orders better."""

    @property
    def reason(self) -> str:
        """A sentence on why; empty where nothing was compared."""


def fit_cltv(
    customers: pd.DataFrame,
    purchase_model: str = "bg_nbd",
    *,
    backtest: ComparedModels | None = None,
    season: SeasonIndex | Literal["auto"] | None = "auto",
    file_start: Literal["auto"] | None = "auto",
    misses: PastMisses | None = None,
) -> CltvModel:
    """Fit the purchase model and the spend model to customers.

    Customers of a store with seasons buy faster at one time of the year than at another. The models
    then run on a clock that ticks with the season, and all that looks ahead follows it.

    Args:
        customers: As `summarise_customers` returns; needed are `frequency`, `recency`, `T` and
            `monetary_value`. Or as `summarise_histories` returns. With `initial_spend`, first
            orders tell of later ones, where the two go together.
        purchase_model: "bg_nbd", "mbg_nbd" (customers may leave right after the first purchase
            too), or "auto": the one that predicted these orders better in a backtest.
        backtest: From `backtest(orders, purchase_model="auto")`, for "auto". Without it the model
            of the higher likelihood is taken, which is no measure of how well it predicts.
            `choice` says so.
        season: The season to take, from `season_index`. With "auto" it is fitted to the repeat
            purchases of each day, which the table of `summarise_customers` carries. It is taken
            where it stands out from chance and the history shows it more than once. None is for
            the plain model.
        file_start: With "auto", customers who came before the file are looked for. Where there are
            any, as in an export of the last year, the models allow for them. None takes every
            customer to be new on the first day in the table.
        misses: From `past_misses(orders)`: how far forecasts of the store's past were off. The
            ranges of totals allow for it. Without it they hold chance, the fit and the season.

    Returns:
        The model. Its `season` says which season it took, or why none, its `file_start` whether
        the file begins in the middle of the shop's life. Its `checks` say what is
        doubtful. Where the Gamma-Gamma model cannot be had, its `spend_model` is "store_average"
        and the checks say why. Where the customers' `monetary_value` is NaN, the orders have no
        amounts and its `spend` is None.

    Raises:
        DataError: The table is not a customer table.
        ModelError: There is nothing to learn from (a single customer, nobody who came back, all
            customers alike), or the likelihood has no maximum. Or there is a season, and the
            customers do not say on which day their histories end.

    Source: Fader, Hardie and Lee (2005), Marketing Science 24 (BG/NBD); Batislam, Denizel and
    Filiztekin (2007) (MBG/NBD); Fader and Hardie, note 025 (Gamma-Gamma).
    """
    first_kind = "bg_nbd" if purchase_model == "auto" else purchase_model
    model, plain, histories = _without_companion(customers, first_kind, season, file_start)
    purchases = companion = model.purchases
    choice = ""
    if first_kind != "mbg_nbd":
        # It may raise a ModelError: without it, nothing true could be said of one-time buyers'
        # p_alive.
        companion = fit_purchases(histories, "mbg_nbd", start=plain, clock=plain.clock)
        companion = fit_alike(histories, purchases, companion)
    if purchase_model == "auto":
        kind, choice = _chosen(purchases, companion, backtest)
        purchases = companion if kind == "mbg_nbd" else purchases
    return replace(
        model,
        purchases=purchases,
        companion=companion,
        choice=choice,
        checks=model_checks(customers, purchases, model.spend, companion, model.file_start),
        misses=misses,
    )


def fit_for_totals(customers: pd.DataFrame, purchase_model: str) -> CltvModel:
    """Fit the models for forecasts of totals alone, in half the time of `fit_cltv`.

    Args:
        customers: As for `fit_cltv`.
        purchase_model: "bg_nbd" or "mbg_nbd".

    Returns:
        The model without checks. Its companion is the purchase model itself.

    Raises:
        DataError: The table is not a customer table.
        ModelError: There is nothing to learn from, or the likelihood has no maximum.
    """
    return _without_companion(customers, purchase_model, "auto", "auto")[0]


def _without_companion(
    customers: pd.DataFrame,
    kind: str,
    season: SeasonIndex | Literal["auto"] | None,
    file_start: Literal["auto"] | None,
) -> tuple[CltvModel, PurchaseModel, Histories]:
    """The model of one kind, its purchase model as if all customers were new, and the histories."""
    if isinstance(customers, pd.DataFrame) and customers.empty:
        raise ModelError("There are no customers to learn from. Load orders first.")
    histories = group_histories(customers, counted=True)
    index, plain = _on_clock(customers, histories, kind, season)
    start, purchases = _from_file_start(customers, histories, plain, file_start)
    model = CltvModel(
        purchases=purchases,
        companion=purchases,
        spend=None if all_unknown(customers["monetary_value"]) else fit_spend(customers),
        customers=int(histories.counts.sum()),
        repeaters=int(histories.counts[histories.frequency > 0].sum()),
        observation_days=int(customers["T"].max()),
        checks=(),
        season=index,
        file_start=start,
        today=_known_today(customers, purchases),
    )
    return model, plain, histories


def _from_file_start(
    customers: pd.DataFrame,
    histories: Histories,
    plain: PurchaseModel,
    file_start: Literal["auto"] | None,
) -> tuple[FileStart, PurchaseModel]:
    """What the file's first days show, and the purchase model that allows for it."""
    if file_start not in ("auto", None):
        raise ModelError(f'The start of the file is {file_start!r}. Give "auto" or None.')
    if file_start is None:
        return FROM_THE_FIRST_DAY, plain
    try:
        last_day_of(customers)
    except DataError:
        # Histories that end on different days do not say when the file begins.
        return FROM_THE_FIRST_DAY, plain
    return fit_file_start(histories, plain)


#: Why there is no season, where the customers do not tell.
_NO_DAYS = "the customers come without the days of their purchases"
_NOT_ALL = "these are not all customers of the orders"


def _on_clock(
    customers: pd.DataFrame,
    histories: Histories,
    kind: str,
    season: SeasonIndex | Literal["auto"] | None,
) -> tuple[SeasonIndex, PurchaseModel]:
    """The season asked for, and the purchase model on its clock."""
    if season is None:
        return PLAIN, fit_purchases(histories, kind)
    if isinstance(season, SeasonIndex):
        if season.is_plain:
            return season, fit_purchases(histories, kind)
        return season, fit_purchases(histories, kind, clock=Clock(season, _today(customers)))
    if season != "auto":
        raise ModelError(
            f'The season is {season!r}. Give "auto", None, or a SeasonIndex from season_index.'
        )
    repeats = carried(customers)
    if repeats is None:
        return SeasonIndex(reason=_NO_DAYS), fit_purchases(histories, kind)
    if not _are_of(repeats, histories):
        # The customers' own purchases are not known by day. Those of others would mislead.
        return SeasonIndex(reason=_NOT_ALL), fit_purchases(histories, kind)
    return fit_season(histories, repeats, kind)


def _are_of(repeats: DailyRepeats, histories: Histories) -> bool:
    """Whether the repeat purchases of each day are those of these customers, and in days."""
    in_days = histories.T.dtype.kind in "iu" and histories.recency.dtype.kind in "iu"
    return bool(
        in_days
        and histories.T.max() < len(repeats.counts)
        and repeats.counts.sum() == histories.counts @ histories.frequency
    )


def _known_today(customers: pd.DataFrame, purchases: PurchaseModel) -> int | None:
    """The day that the model needs to know: by which a season or the start of a file is told."""
    if purchases.clock is not None:
        return purchases.clock.today
    return None if purchases.elders is None else last_day_of(customers)


def _today(customers: pd.DataFrame) -> int:
    """The day that the customers' histories end on."""
    today = last_day_of(customers)
    if today is None:
        raise ModelError(
            "There is a season, and the customers do not say on which day their histories end. "
            "Give a table of summarise_customers, or fit the model with season=None."
        )
    return today


def with_order_value(model: CltvModel, order_value: float) -> CltvModel:
    """Return the model with an average order value of one's own, for orders without amounts.

    Every customer is expected to spend it on a purchase day, as far as nothing is known of the
    customer's own spend. It is taken as known, and orders vary as much as customers of one mean
    usually do: with a standard deviation as large as the mean.

    Args:
        model: From `fit_cltv`.
        order_value: The average order value, in money, above 0.

    Returns:
        The same model with a spend model of its own: a "store_average" of this order value.

    Raises:
        ModelError: The order value is not above 0.
    """
    check_number(
        "The average order value", order_value, "an amount above 0", above=0, error=ModelError
    )
    reason = "The average order value was given."
    return replace(
        model,
        spend=StoreAverage(mean=float(order_value), customers=0, reason=reason, variation=1.0),
    )


def _chosen(
    bg_nbd: PurchaseModel, mbg_nbd: PurchaseModel, backtest: ComparedModels | None
) -> tuple[str, str]:
    if backtest is not None:
        if not backtest.reason:
            raise ModelError('This backtest compared no models. Run it with purchase_model="auto".')
        return backtest.purchase_model, backtest.reason
    better = max(bg_nbd, mbg_nbd, key=lambda model: model.log_likelihood)
    ahead = abs(bg_nbd.log_likelihood - mbg_nbd.log_likelihood)
    untested = "Without a backtest nothing is known of which one predicts better."
    if ahead < CLEARLY_LIKELIER:
        return "bg_nbd", (
            "BG/NBD, the usual model: MBG/NBD fits these customers as well (log-likelihoods differ "
            f"by {wording.decimal(ahead, 1)}). {untested}"
        )
    return better.kind, (
        f"{PURCHASE_MODELS[better.kind]}: it fits these customers better (log-likelihood higher by "
        f"{wording.decimal(ahead, 1)}). {untested}"
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

        - `p_alive`: probability that the customer has not left for good. For one-time buyers the
          MBG/NBD model of the same customers gives it, because BG/NBD takes every one-time buyer to
          be active; it is never below `p_purchase`. All other columns are the purchase model's own;
        - `p_purchase`: probability of at least one order within `horizon_days`;
        - `p_purchase_30d` (named by `soon_days`): the same within `soon_days`;
        - `expected_orders`: expected purchase days within the horizon;
        - `orders_low`, `orders_high`: whole numbers between which the purchase days lie with a
          probability of 80 % or more: the 10th and the 90th percentile, widened where the expected
          number lies outside;
        - `expected_order_value`: expected spend of the next purchase day, in the currency of the
          orders;
        - `cltv`: a sum over months of 30.4375 days, the last one cut at the horizon. Each adds its
          expected orders x expected order value x margin / (1 + annual_discount_rate) ** (days to
          the month's end / 365.25);
        - `cltv_low`, `cltv_high`: the same interval of the value.

        A model without spend (`model.spend` is None) gives no `expected_order_value` and no `cltv`.

        The intervals of single customers take the parameters as known. Those of
        `value_uncertainty` do not.

    Raises:
        DataError: The table is not a customer table.
        ModelError: A setting is out of range; the message says which.

    Source: eq. 10 in Fader, Hardie and Lee (2005); Fader and Hardie, note 025, eq. 5.
    """
    check_settings(horizon_days, annual_discount_rate, margin)
    check_days("soon_days", soon_days)
    model = model.seen_with(customers)
    ahead = forecast(
        model.purchases, group_histories(customers), horizon_days, annual_discount_rate
    )
    histories, active = ahead.histories, ahead.active
    frequency, age, codes = histories.frequency, histories.T, histories.codes
    one_time = frequency == 0
    p_alive = active.copy()
    p_alive[one_time] = model.companion.probability_active(0, 0, age[one_time])

    def purchase(days: float) -> np.ndarray:
        if_active = model.purchases.probability_purchase_if_active(frequency, age, days)
        return np.asarray(active * if_active)

    p_purchase, p_soon = purchase(horizon_days), purchase(soon_days)
    # Who orders again has not left. Of one-time buyers two models speak, which need not agree.
    p_alive = np.maximum(p_alive, np.maximum(p_purchase, p_soon))
    scores = {
        "p_alive": p_alive[codes],
        "p_purchase": p_purchase[codes],
        f"p_purchase_{soon_days:g}d": p_soon[codes],
        "expected_orders": ahead.orders[codes],
    }
    spend = spend_columns(customers)
    if model.spend is not None:
        scores["expected_order_value"] = model.spend.expected_order_value(*spend)
        scores["cltv"] = ahead.discounted_orders[codes] * scores["expected_order_value"] * margin
    if intervals:
        ranges = history_intervals(model.purchases, model.spend, ahead)
        orders_low, orders_high = whole_orders(ahead, ranges)
        scores |= {"orders_low": orders_low[codes], "orders_high": orders_high[codes]}
    if intervals and model.spend is not None:
        unit = model.spend.scale(*spend) * margin
        scores["cltv_low"] = np.minimum(ranges.spend_low[codes] * unit, scores["cltv"])
        scores["cltv_high"] = np.maximum(ranges.spend_high[codes] * unit, scores["cltv"])
    return pd.DataFrame(scores, index=customers.index, copy=False)


def purchase_probability(model: CltvModel, customers: pd.DataFrame, days: float) -> pd.Series:
    """Return every customer's probability of at least one order within the next `days`.

    It is a closed form on the distinct histories, cheap enough for a slider.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`.
        days: How far to look ahead, in days, 1 to 3650.

    Returns:
        A series of probabilities with the customers' index, named `p_purchase_{days}d`.

    Raises:
        DataError: The table is not a customer table.
        ModelError: `days` is out of range.

    Source: follows from the BG/NBD assumptions; an active customer's next order comes at a gamma
    rate.
    """
    check_days("days", days)
    model = model.seen_with(customers)
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
