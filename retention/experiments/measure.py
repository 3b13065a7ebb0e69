"""Did a campaign work? Both groups' orders in the window, adjusted by what was expected of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from retention import wording
from retention.campaigns.campaign import Campaign
from retention.campaigns.economics import Range
from retention.campaigns.offers import Offer
from retention.campaigns.usual import FIRST_LIFT
from retention.errors import DataError, ModelError
from retention.experiments.always_valid import always_valid_width
from retention.experiments.campaign_test import ADDRESSED, HELD_OUT, CampaignTest
from retention.experiments.checks import (
    check_addressed,
    check_alike,
    check_buyers,
    check_days,
    check_sizes,
)
from retention.experiments.metrics import compare_groups
from retention.experiments.outcomes import (
    COVARIATES,
    customers_until,
    discounts_are_known,
    expected_before,
    expected_later,
    margin_of,
    outcomes_of,
    window_days,
)
from retention.experiments.progress import bought_by_day, came_and_expected, explained_share
from retention.experiments.result import (
    CampaignResult,
    Gain,
    GroupResult,
    State,
    Verdict,
    state_of_days,
)
from retention.models.checks import Check
from retention.models.model import CltvModel
from retention.orders.orders import Orders
from retention.periods import as_date
from retention.statistics import FORECAST_LEVEL, METRIC_LEVEL

#: What messages cost: the same for each customer, by customer, or by the first order's day.
Cost = float | pd.Series | Callable[[pd.Series], pd.Series]
#: Days that count where no end is named.
USUAL_DAYS = 28
#: What is assumed where no message costs anything.
FREE_MESSAGES = "A message is assumed to cost 0 until you set what it costs."
#: What messages cost comes off these metrics.
_AFTER_COST = ("margin", "year_margin")


def measure_campaign(
    orders: Orders,
    groups: pd.DataFrame,
    start: date | str,
    end: date | str | None = None,
    forecast: CltvModel | None = None,
    cost: Cost = 0.0,
    margin: float = 0.4,
    offer: Offer | None = None,
    *,
    control: str = HELD_OUT,
    share_held_out: float | None = None,
    sent: Iterable[str] | None = None,
    others: Iterable[CampaignTest] = (),
    usual: float = FIRST_LIFT,
) -> CampaignResult:
    """Measure what a campaign brought, by the customers whom chance held out.

    Everyone counts in the group of the draw, whether or not the campaign reached them. Before the
    last day there is no verdict, and intervals hold on every day that one looks.

    Args:
        orders: Orders that reach past the start.
        groups: A row a customer: `customer_id` and `group`. From `experiment_groups`, or a list.
        start: The first day that counts: that of the first message.
        end: The last day that counts; 28 days with the first one unless given.
        forecast: From `fit_cltv`, fitted to the orders before the start; fitted here unless given.
        cost: What the messages to one customer addressed cost, in money; or that of each by
            `customer_id`; or a function that returns it from the day of each customer's first order
            (0 is the first day of the test, missing for those without one).
        margin: The share of the price that is left after the goods.
        offer: What was offered to those addressed.
        control: The group that got nothing; "" where nobody was held out.
        share_held_out: The share that was to be held out; None where nobody knows it.
        sent: Customers to whom the campaign went, from a list of the mail tool.
        others: Other campaigns that went out, which may have reached those held out.
        usual: The lift that a campaign to such customers usually has, from 0 to 1. A check says
            whether the test could see it.

    Returns:
        The result: metrics, gain after cost, checks and verdict.

    Raises:
        DataError: The groups have other columns or a customer twice, a group is missing, the test
            ends before it starts, or the forecast knows orders of the window.
    """
    first, last = as_date(start), None if end is None else as_date(end)
    last = first + timedelta(days=USUAL_DAYS - 1) if last is None else last
    _check_groups(groups, control, first, last)
    until = min(last, orders.end)
    offered = Offer() if offer is None else offer
    frame, without_forecast = _outcomes(orders, groups, first, until, forecast)
    in_control = frame["group"] == control
    if orders.has_amounts:
        frame["margin"] = margin_of(frame, margin, offered, addressed=~in_control).fillna(0.0)
        if "expected_revenue" in frame:
            frame["expected_margin"] = frame["expected_revenue"] * margin
            later = margin * frame["later_orders"] * frame["expected_order_value"]
            frame["year_margin"] = frame["margin"] + later
            frame["expected_year_margin"] = frame["expected_year_revenue"] * margin
    costs = _cost_of(cost, frame)
    state = state_of_days(first, last, orders.end)
    share = 1.0 if state == "finished" else max(((until - first).days + 1), 0) / _days(first, last)
    names = [name for name in frame["group"].unique() if name != control]
    results: tuple[GroupResult, ...] = ()
    if control and state != "planned":
        level = 1 - (1 - METRIC_LEVEL) / len(names)
        results = tuple(
            _group_result(frame, name, control, costs, _Look(state, share, level)) for name in names
        )
    return CampaignResult(
        start=first,
        end=last,
        until=until,
        state=state,
        control=control,
        customers={str(name): int(size) for name, size in frame["group"].value_counts().items()},
        groups=results,
        checks=_checks(
            orders, frame, groups, control, share_held_out, (first, last), sent, others, usual
        ),
        days=bought_by_day(frame, first, until),
        outcomes=frame,
        expected=came_and_expected(frame),
        explained=explained_share(frame),
        without_forecast=without_forecast,
        strangers=int((~frame["has_ordered"]).sum()),
        assumptions=_assumptions(frame, offered, margin, orders, costs[~in_control]),
    )


def measure_test(
    orders: Orders,
    test: CampaignTest,
    forecast: CltvModel | None = None,
    *,
    sent: Iterable[str] | None = None,
    others: Iterable[CampaignTest] = (),
    usual: float = FIRST_LIFT,
) -> CampaignResult:
    """Measure a campaign that was kept when it went out, with the costs of its plan.

    A customer who orders leaves the sequence, and costs no further message.

    Args:
        orders: Orders that reach past the start.
        test: The campaign, its groups and its days.
        forecast: As in `measure_campaign`.
        sent: As in `measure_campaign`.
        others: As in `measure_campaign`.
        usual: As in `measure_campaign`.

    Returns:
        The result, as `measure_campaign` returns it.

    Raises:
        DataError: As `measure_campaign`.
    """
    campaign, terms = test.campaign, test.campaign.terms
    return measure_campaign(
        orders,
        test.groups,
        test.start,
        test.end,
        forecast,
        cost=partial(_cost_of_messages, campaign),
        margin=terms.margin,
        offer=terms.offer if terms.offer.kind != "none" else terms.opening,
        control=test.control,
        share_held_out=campaign.holdout_share if test.control == HELD_OUT else None,
        sent=sent,
        others=[other for other in others if other.name != test.name],
        usual=usual,
    )


def _cost_of_messages(campaign: Campaign, first_day: pd.Series) -> pd.Series:
    """Return what a campaign's messages to each customer cost, by the day of the first order."""
    messages = np.array([message.day for message in campaign.sent])
    # A message goes out in the morning of its day: an order of that day comes after it.
    before_order = messages[None, :] <= first_day.fillna(np.inf).to_numpy(dtype=float)[:, None]
    return pd.Series(before_order.sum(axis=1) * campaign.terms.contact_cost, index=first_day.index)


@dataclass(frozen=True, slots=True)
class _Look:
    """When one looks: whether the test is over, what share of it is, and at which level."""

    state: State
    share: float
    level: float


def _check_groups(groups: pd.DataFrame, control: str, start: date, end: date) -> None:
    if not {"customer_id", "group"} <= set(groups.columns):
        raise DataError(
            "The groups need the columns customer_id and group, not "
            f"{', '.join(map(str, groups.columns))}. `experiment_groups` makes them."
        )
    if end < start:
        raise DataError(f"The test ends on {end}, before it starts on {start}. Exchange the days.")
    doubled = int(groups["customer_id"].duplicated().sum())
    if doubled:
        raise DataError(
            f"{wording.plural(doubled, 'customer')} of the groups stand twice. Each customer is in "
            "one group."
        )
    names = set(groups["group"].unique())
    if control and (control not in names or len(names) < 2):
        listed = ", ".join(map(str, sorted(names)))
        raise DataError(
            f"The groups are {listed}: there must be {control!r}, who got nothing, and another one."
        )


def _days(start: date, end: date) -> int:
    return (end - start).days + 1


def _outcomes(
    orders: Orders,
    groups: pd.DataFrame,
    start: date,
    until: date,
    forecast: CltvModel | None,
) -> tuple[pd.DataFrame, str]:
    """Return a row for each customer of the groups, and why there is no forecast."""
    frame = groups.set_index("customer_id")[["group"]].rename_axis("customer_id")
    days = window_days(orders, start, max(until, start))
    came = outcomes_of(days)
    columns = ["bought", "orders", "discount", "first_day", "first_value"]
    columns += ["revenue"] if orders.has_amounts else []
    frame = frame.join(came[columns])
    counted = [name for name in ("bought", "orders", "revenue") if name in frame]
    frame[counted] = frame[counted].fillna(0.0)
    reason = ""
    try:
        known = expected_before(orders, start, _days(start, until), forecast)
    except (DataError, ModelError) as error:
        reason, known = str(error), None
    if known is None:
        frame["has_ordered"] = frame.index.isin(customers_until(orders, max(until, start)))
        return frame, reason
    frame = frame.join(known.customers)
    frame["has_ordered"] = frame["orders_before"].notna() | (frame["bought"] > 0)
    expected = [name for name in frame.columns.astype(str) if name.startswith("expected_")]
    # Nothing was to be expected of somebody without an order.
    value = frame["expected_order_value"].mean() if "expected_order_value" in frame else 0.0
    frame[expected] = frame[expected].fillna({"expected_order_value": value}).fillna(0.0)
    if orders.has_amounts:
        later = expected_later(known, days, start, max(until, start))
        frame["later_orders"] = later.reindex(frame.index).fillna(0.0)
    return frame, reason


def _cost_of(cost: Cost, frame: pd.DataFrame) -> pd.Series:
    """Return what the messages to each customer cost."""
    if callable(cost):
        cost = cost(frame["first_day"])
    if isinstance(cost, pd.Series):
        return cost.reindex(frame.index).fillna(0.0).astype(float)
    return pd.Series(float(cost), index=frame.index)


def _group_result(
    frame: pd.DataFrame, name: str, control: str, costs: pd.Series, look: _Look
) -> GroupResult:
    """Compare one group with the control."""
    pair = frame[frame["group"].isin([name, control])]
    is_addressed = pair["group"] == name
    pair = pair.assign(is_addressed=is_addressed)
    mean_cost = float(costs.loc[pair.index][is_addressed].mean())
    off = {metric: mean_cost for metric in _AFTER_COST if metric in pair}
    compared = compare_groups(pair, off, look.level)
    metrics, unadjusted = compared.metrics, compared.unadjusted
    # The gain's ranges are of another level. Only what comes to money needs them.
    covariates = [COVARIATES[metric] for metric in off if COVARIATES[metric] in pair]
    in_money = pair[["is_addressed", *off, *covariates]]
    ranges = compare_groups(in_money, off, FORECAST_LEVEL).metrics if off else metrics.iloc[:0]
    if look.state == "running":
        metrics = _on_every_day(metrics, look.share, look.level)
        unadjusted = _on_every_day(unadjusted, look.share, look.level)
        ranges = _on_every_day(ranges, look.share, FORECAST_LEVEL)
    customers = int(is_addressed.sum())
    return GroupResult(
        group=name,
        customers=customers,
        metrics=metrics,
        unadjusted=unadjusted,
        capped=compared.capped,
        gain=_gain(ranges, "margin", customers),
        year_gain=_gain(ranges, "year_margin", customers),
        verdict=_verdict(metrics, look.state),
    )


def _on_every_day(metrics: pd.DataFrame, share: float, level: float) -> pd.DataFrame:
    """Return the metrics with intervals that hold whenever one looks, and no p-value."""
    columns = ["standard_error", "low", "high"]
    errors, lows, highs = metrics[columns].to_numpy(dtype=float).T
    sequence = np.array([always_valid_width(error, share, level) for error in errors])
    # Few buyers: no narrower than the draw itself allows.
    by_draws = np.where(metrics["by_draws"], (highs - lows) / 2, 0.0)
    widths = np.fmax(sequence, by_draws)
    return metrics.assign(
        low=metrics["difference"] - widths, high=metrics["difference"] + widths, p_value=np.nan
    )


def _gain(ranges: pd.DataFrame, metric: str, customers: int) -> Gain | None:
    rows = ranges[ranges["metric"] == metric]
    if rows.empty:
        return None
    value, low, high = (float(rows.iloc[0][name]) for name in ("difference", "low", "high"))
    return Gain(
        per_customer=Range(expected=value, low=low, high=high),
        total=Range(expected=value * customers, low=low * customers, high=high * customers),
    )


def _verdict(metrics: pd.DataFrame, state: State) -> Verdict:
    """Return what the metrics prove.

    A campaign worked where it brought orders or buyers beyond chance and did not lose money. It did
    not where it brought fewer, or where even the upper end of its gain is a loss.
    """
    if state != "finished":
        return "too_early"
    ends = metrics.set_index("metric")[["low", "difference", "high"]].astype(float)
    lows, values, highs = (ends[name].to_dict() for name in ends)
    more = max(lows["orders"], lows["bought"]) > 0
    if "margin" not in lows:
        return "worked" if more else "did_not" if highs["orders"] < 0 else "unclear"
    if highs["margin"] < 0 or highs["orders"] < 0:
        return "did_not"
    return "worked" if lows["margin"] > 0 or (more and values["margin"] > 0) else "unclear"


def _checks(
    orders: Orders,
    frame: pd.DataFrame,
    groups: pd.DataFrame,
    control: str,
    share: float | None,
    days: tuple[date, date],
    sent: Iterable[str] | None,
    others: Iterable[CampaignTest],
    usual: float,
) -> tuple[Check, ...]:
    """Return what can spoil the test."""
    checks = [check_days(orders, *days)]
    if not control:
        return tuple(checks)
    is_control = frame["group"] == control
    tested = frame.assign(is_addressed=~is_control)
    held_out = int(is_control.sum())
    if frame["group"].nunique() == 2:
        checks.insert(0, check_sizes(len(frame) - held_out, held_out, share))
    named = groups.assign(group=np.where(groups["group"] == control, HELD_OUT, ADDRESSED))
    return (
        *checks,
        check_alike(tested),
        check_addressed(named, *days, sent, others),
        check_buyers(tested, usual),
    )


def _assumptions(
    frame: pd.DataFrame, offer: Offer, margin: float, orders: Orders, costs: pd.Series
) -> tuple[str, ...]:
    if not orders.has_amounts:
        return (wording.NO_AMOUNTS,)
    words = [f"{wording.percent(margin)} of the price is left after the goods."]
    if offer.kind in ("amount", "percentage") and discounts_are_known(frame):
        words.append("What the offer cost is read from the discounts of the orders.")
    elif offer.kind != "none":
        words.append("Each customer addressed who ordered used the offer, on the first order.")
    if not costs.any():
        words.append(FREE_MESSAGES)
    return tuple(words)
