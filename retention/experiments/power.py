"""What a test can show before it is sent: the smallest difference, by metric, size, share and days.

The share of customers who order is compared on the arcsine scale, as in
`retention.campaigns.holdout`. Orders and revenue are compared by their means. With a customers
addressed and h held out, four of five tests show a difference of z x sqrt(V (1/a + 1/h)).

V is the variance of what a customer brings. It is the variance of the expected values between
customers, plus the mean of each customer's own variance under the model. Adjusted by the forecast,
V loses the part between customers: the explained share is between / (between + within).

The campaign is taken to leave the variance as it is.

Source: Cohen (1988), chapters 2 and 6; Deng, Xu, Kohavi and Walker (2013), WSDM 6, for the
adjustment.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from retention.campaigns.arrays import Floats
from retention.campaigns.holdout import (
    HoldoutPower,
    Z,
    detectable_lift,
    holdout_power,
    share_needed,
)
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.pool import WEEK_DAYS, CampaignPool, campaign_pool
from retention.display import displayed
from retention.errors import DataError
from retention.models.cltv import with_order_value
from retention.models.model import CltvModel
from retention.validation import check_number

#: What is compared: the share who order, orders and revenue of a customer.
TestMetric = Literal["bought", "orders", "revenue"]

#: The shares held out, and the days, that are looked at unless others are asked for.
SHARES = (0.1, 0.2, 0.3, 0.5)
DAYS = (14, 28, 60, 90)
#: The largest share that is proposed to hold out.
LARGEST_SHARE = 0.5
#: Tests of a half held out that are worth waiting for; where it takes more, none is proposed.
MOST_TESTS = 12
#: A share held out that is larger than this is proposed to be smaller, where less would do. A
#: smaller one shows the lift of the plan, and little else.
ENOUGH_SHARE = 0.1
#: A share held out that is larger than needed by less than this is left as it is.
LITTLE_SHARE = 0.05


@displayed
@dataclass(frozen=True, slots=True)
class ProposedTest:
    """The share to hold out and the days to count that show a plan's lift at the least cost.

    Attributes:
        share: The share to hold out: the smallest that shows the lift, at most a half. A share that
            shows it already is lowered no further than to `ENOUGH_SHARE`.
        days: The days on which orders count: whole weeks, with two for answers to the last message.
        held_out: Customers held out.
        power: What it shows.
        forgone: What addressing those held out would gain, in money; NaN where the days are others
            than the plan's, whose gain is not known.
    """

    share: float
    days: int
    held_out: int
    power: HoldoutPower
    forgone: float


def experiment_power(
    audience: CampaignPlan | pd.DataFrame,
    model: CltvModel | None = None,
    *,
    days: Sequence[int] | None = None,
    shares: Sequence[float] = SHARES,
    sizes: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Return the smallest differences that a test shows in four of five cases, at 5 % two-sided.

    Args:
        audience: A plan, whose customers and window count, or customers from
            `summarise_customers`.
        model: From `fit_cltv`; needed for customers.
        days: The days on which orders count; `DAYS` unless given. A plan has its own window alone.
        shares: The shares of customers to hold out, as fractions.
        sizes: Numbers of customers, those held out included; those of the audience unless given.
            Others are taken to be alike.

    Returns:
        A row for each metric, number of customers, share, days, and with or without adjustment by
        the forecast. The columns:

        - `metric`: "bought" (the share who order), "orders" or "revenue" (of a customer). Without
          amounts there is no revenue.
        - `customers`, `share_held_out`, `days`, `adjusted`, `addressed`, `held_out`
        - `expected`: what a customer held out is expected to bring, in the metric's unit.
        - `deviation`: its standard deviation.
        - `explained`: the share of the variance that the forecast takes off.
        - `difference`: the smallest difference that shows, in the metric's unit; NaN where none.
        - `relative`: `difference` / `expected`.

    Raises:
        DataError: Customers come without a model, a plan is asked for other days than its window,
            or a share or a size is out of range.
        ModelError: The days are out of range.

    Source: see the module.
    """
    for share in shares:
        check_number("The share held out", share, "a share between 0 and 1", low=0, high=1, above=0)
    rows = []
    for window, outcomes in _outcomes_by_days(audience, model, days):
        for size in _sizes(audience) if sizes is None else sizes:
            check_number("The number of customers", size, "2 or more", low=2, whole=True)
            for share in shares:
                held_out = round(share * size)
                groups = _Groups(addressed=size - held_out, held_out=held_out)
                for outcome in outcomes:
                    rows += [
                        {
                            "metric": outcome.metric,
                            "customers": int(size),
                            "share_held_out": float(share),
                            "days": int(window),
                            "adjusted": adjusted,
                            "addressed": groups.addressed,
                            "held_out": groups.held_out,
                            "expected": outcome.expected,
                            "deviation": outcome.variance**0.5,
                            "explained": outcome.explained,
                            "difference": _difference(outcome, groups, adjusted=adjusted),
                        }
                        for adjusted in (False, True)
                    ]
    frame = pd.DataFrame(rows)
    expected = frame["expected"].where(frame["expected"] > 0)
    return frame.assign(relative=frame["difference"] / expected)


def proposed_test(plan: CampaignPlan) -> ProposedTest | None:
    """Return the share to hold out and the days that a plan's test should have.

    At one lift the shortest window is the best: each further day adds orders that come anyway. So
    the days are whole weeks that leave two weeks after the last message. A window that is within a
    week of them stays. The share is the smallest that shows the plan's lift in four of five tests.

    Args:
        plan: The plan.

    Returns:
        The proposal; None where the plan is as good already, or nothing near it shows the lift.
    """
    campaign, ledger = plan.campaign, plan.reachable.ledger
    if not plan.size:
        return None
    sums, lift = ledger.sums(plan.chosen), campaign.terms.lift
    days, buyers = campaign.window_days, sums.buys
    if abs(ledger.pool.test_days - days) > WEEK_DAYS:
        days, buyers = ledger.pool.test_days, sums.test_buys
    buys = float(buyers / sums.customers)
    share = share_needed(plan.size, lift, buys)
    if math.isnan(share):
        if holdout_power(plan.size, 0, buys, lift).campaigns_needed > MOST_TESTS:
            return None
        share = LARGEST_SHARE
    share = math.ceil(round(share * 100, 6)) / 100
    present = campaign.holdout_share
    if share <= present:
        share = min(max(share, ENOUGH_SHARE), present)
        share = present if present - share < LITTLE_SHARE else share
    if (share, days) == (present, campaign.window_days):
        return None
    held_out = round(share * plan.size)
    return ProposedTest(
        share=share,
        days=days,
        held_out=held_out,
        power=holdout_power(plan.size - held_out, held_out, buys, lift),
        forgone=share * float((plan.chosen * ledger.customers) @ plan.gains)
        if days == campaign.window_days
        else math.nan,
    )


class _Groups(NamedTuple):
    addressed: int
    held_out: int


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a customer brings in the window without the campaign, in a metric's unit.

    `between` is the variance of the expected values, and `within` the mean of customers' own
    variances.
    """

    metric: TestMetric
    expected: float
    between: float
    within: float

    @property
    def variance(self) -> float:
        return self.between + self.within

    @property
    def explained(self) -> float:
        """The share of the variance that the forecast knows; 0 where nothing varies."""
        return self.between / self.variance if self.variance > 0 else 0.0


def _sizes(audience: CampaignPlan | pd.DataFrame) -> tuple[int]:
    return (audience.size if isinstance(audience, CampaignPlan) else len(audience),)


def _outcomes_by_days(
    audience: CampaignPlan | pd.DataFrame, model: CltvModel | None, days: Sequence[int] | None
) -> Iterator[tuple[int, list[_Outcome]]]:
    """The outcomes of every metric, for each number of days."""
    if isinstance(audience, CampaignPlan):
        ledger = audience.reachable.ledger
        window = ledger.pool.window_days
        if days is not None and list(days) != [window]:
            raise DataError(
                f"The plan knows its window of {window} days alone. Give the customers and the "
                "model to look at other days."
            )
        yield window, _outcomes(ledger.pool, audience.chosen[ledger.cell], has_amounts=True)
        return
    if model is None:
        raise DataError("Customers need a model beside them: give one from fit_cltv.")
    has_amounts = model.spend is not None
    # Orders and their variance do not depend on what an order is worth.
    priced = model if has_amounts else with_order_value(model, 1.0)
    for window in DAYS if days is None else days:
        pool, _ = campaign_pool(priced, audience, window_days=window)
        yield window, _outcomes(pool, np.ones(len(pool)), has_amounts=has_amounts)


def _outcomes(pool: CampaignPool, weights: Floats, *, has_amounts: bool) -> list[_Outcome]:
    """What the customers of a pool bring; `weights` say how much each of them counts."""
    if not weights.any():
        raise DataError("Nobody is addressed, so there is nothing to compare.")

    def outcome(metric: TestMetric, expected: Floats, variance: Floats) -> _Outcome:
        mean = float(np.average(expected, weights=weights))
        return _Outcome(
            metric=metric,
            expected=mean,
            between=float(np.average((expected - mean) ** 2, weights=weights)),
            within=float(np.average(variance, weights=weights)),
        )

    outcomes = [
        outcome("bought", pool.buys, pool.buys * (1 - pool.buys)),
        outcome("orders", pool.orders.expected, pool.orders.variance),
    ]
    if has_amounts:
        outcomes.append(outcome("revenue", pool.revenue.expected, pool.revenue.variance))
    return outcomes


def _difference(outcome: _Outcome, groups: _Groups, *, adjusted: bool) -> float:
    """The smallest difference that shows; NaN where no difference does."""
    left = 1 - outcome.explained if adjusted else 1.0
    if min(groups) < 2 or left <= 0:
        return math.nan
    if outcome.metric == "bought":
        # What the adjustment takes off is worth as many more customers.
        addressed, held_out = (round(number / left) for number in groups)
        lift = detectable_lift(addressed, held_out, outcome.expected)
        return lift * (1 - outcome.expected)
    variance = outcome.variance * left
    return float(Z * (variance * (1 / groups.addressed + 1 / groups.held_out)) ** 0.5)
