"""What finished tests teach: the lift that the next plan of the same kind starts from.

The lifts of campaigns of one kind differ around a mean. A test measures the lift of one campaign,
with an error. The mean and the differences are estimated from the tests and from a normal prior
around the lift that is assumed without any.

Source: the random-effects model of DerSimonian and Laird (1986), Controlled Clinical Trials 7. The
range is that of the next campaign, as in Higgins, Thompson and Spiegelhalter (2009), Journal of the
Royal Statistical Society A 172.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal, NamedTuple

import numpy as np

from retention.campaigns.arrays import Floats
from retention.campaigns.usual import LIFT_SPREAD, LiftSource, StartingLift, usual_lift
from retention.display import displayed
from retention.errors import DataError
from retention.experiments.campaign_test import MeasuredLift
from retention.statistics import FORECAST_LEVEL, normal_width
from retention.validation import check_number, is_whole

#: What a lift rests on: tests of the same strategy on the same kind of customers, tests of the same
#: strategy on others, or none.
LiftBasis = Literal["same strategy and stages", "same strategy", "assumption"]

#: How much of the prior's variance lies between campaigns of one strategy and kind of customers.
#: An assumption, which the tests' own differences replace.
BETWEEN = 0.25
#: The same between campaigns to different kinds of customers: a test of others says less.
BETWEEN_KINDS = 0.5
#: How many tests the prior on the differences between campaigns counts for.
PRIOR_TESTS = 2


class LiftPrior(NamedTuple):
    """What is believed of the lift of a campaign before any test: a normal variable.

    Attributes:
        lift: Its mean, as in `Terms`.
        spread: Its standard deviation.
    """

    lift: float
    spread: float


@displayed
@dataclass(frozen=True, slots=True)
class LearnedLift:
    """The lift to expect of the next campaign, and what it rests on.

    Attributes:
        lift: The expected lift. It is negative where tests say that such a campaign drives away.
        low: The lower end of the 80 % range of the next campaign's lift.
        high: The upper end.
        error: The standard deviation of the next campaign's lift.
        tests: How many tests it rests on.
        source: "same strategy and stages", "same strategy", or "assumption" where no test counts.
    """

    lift: float
    low: float
    high: float
    error: float
    tests: int
    source: LiftBasis

    @property
    def start(self) -> StartingLift:
        """The lift as `Terms` take it: from 0 to 1, to a tenth of a customer in a hundred."""
        error = min(round(self.error, 4), 1.0) if self.tests else 0.0
        return StartingLift(
            lift=round(min(max(self.lift, 0.0), 1.0), 3), error=error, tests=self.tests
        )


def usual_prior(lapsed: float = 0.0) -> LiftPrior:
    """Return what is believed of a lift before any test.

    Args:
        lapsed: The share of the customers who have lapsed.

    Returns:
        The lift of `usual_campaign`, with a standard deviation of `LIFT_SPREAD` times the lift.

    >>> usual_prior()
    LiftPrior(lift=0.05, spread=0.05)
    """
    return _prior_around(usual_lift(lapsed))


def learned_lift(
    lifts: Sequence[MeasuredLift],
    strategy: str,
    stages: Sequence[str] = (),
    prior: LiftPrior | None = None,
) -> LearnedLift:
    """Return the lift to expect of the next campaign of a strategy, from finished tests.

    Tests of the same strategy on the same stages count. Where there are none, those of the same
    strategy count. An own campaign, whose strategy is "", learns from the same stages alone. Where
    no test counts, the prior is returned.

    Args:
        lifts: What finished tests measured. A test whose lift or error is not known does not count.
        strategy: A key of the playbook.
        stages: Keys of the stages and traits that it will address.
        prior: What is believed before any test; `usual_prior()` unless given.

    Returns:
        The expected lift with the 80 % range of the next campaign's.

    Raises:
        DataError: The prior has a spread of 0 or less.

    Source: the posterior of a normal mean. The variance between campaigns is DerSimonian and
    Laird's estimate, joined with the prior one by the number of tests.
    """
    prior = usual_prior() if prior is None else prior
    if not prior.spread > 0:
        raise DataError(f"The prior's spread is {prior.spread!r}. Give a number above 0.")
    known = [
        lift
        for lift in lifts
        if lift.strategy == strategy
        and np.isfinite([lift.lift, lift.standard_error]).all()
        and lift.standard_error >= 0
    ]
    same_kind = [lift for lift in known if stages and set(lift.stages) == set(stages)]
    if same_kind:
        return _posterior(same_kind, prior, BETWEEN, "same strategy and stages")
    if known and strategy:
        return _posterior(known, prior, BETWEEN_KINDS, "same strategy")
    return _learned(prior.lift, prior.spread, 0, "assumption")


def lift_source(lifts: Sequence[MeasuredLift]) -> LiftSource:
    """Return what `usual_campaign` and `next_actions` take to start from what was learned.

    Args:
        lifts: What finished tests measured.

    Returns:
        A function that says which lift a plan starts from.
    """
    return partial(_starting_lift, tuple(lifts))


def measured_lift(
    name: str,
    *,
    strategy: str,
    stages: Sequence[str],
    addressed: int,
    held_out: int,
    bought_addressed: float,
    bought_held_out: float,
    end: date,
) -> MeasuredLift:
    """Return what a finished test says of the lift, from the shares who ordered in both groups.

    Args:
        name: Of the campaign.
        strategy: A key of the playbook; "" for an own campaign.
        stages: Keys of the stages and traits that it addressed.
        addressed: Customers who got the campaign.
        held_out: Customers who did not.
        bought_addressed: The share of those addressed who ordered, as a fraction.
        bought_held_out: The share of those held out who ordered.
        end: The last day that counted.

    Returns:
        The lift: the share who ordered of those who would not have done so. Both are NaN where all
        of the held out ordered.

    Raises:
        DataError: A group is empty, or a share is not from 0 to 1.

    Source: the standard error by the delta method. A share of 0 or 1 counts there as half a buyer
    more, or less, in one customer more.

    >>> test = measured_lift("Spring", strategy="deals", stages=["vip"], addressed=900,
    ...     held_out=100, bought_addressed=0.15, bought_held_out=0.10, end=date(2026, 3, 1))
    >>> round(test.lift, 4), round(test.standard_error, 4)
    (0.0556, 0.0341)
    """
    for group, number in (("addressed", addressed), ("held out", held_out)):
        if not (is_whole(number) and number > 0):
            raise DataError(f"{number!r} customers were {group}. Give a whole number above 0.")
    for group, share in (("addressed", bought_addressed), ("held out", bought_held_out)):
        check_number(
            f"The share of those {group} who ordered", share, "a share from 0 to 1", low=0, high=1
        )
    stayed = 1 - bought_held_out
    lift = error = float("nan")
    if stayed > 0:
        ratio = (1 - bought_addressed) / stayed
        lift = 1 - ratio
        variance = _share_variance(bought_addressed, addressed)
        variance += ratio**2 * _share_variance(bought_held_out, held_out)
        error = variance**0.5 / stayed
    return MeasuredLift(
        name=name,
        strategy=strategy,
        stages=tuple(stages),
        lift=lift,
        standard_error=error,
        addressed=addressed,
        held_out=held_out,
        end=end,
    )


def _share_variance(share: float, customers: int) -> float:
    """The variance of a share; that of a share inside 0 to 1 where nobody or everybody did it."""
    if share in (0, 1):
        customers += 1
        share = abs(share - 0.5 / customers)
    return share * (1 - share) / customers


def _starting_lift(
    lifts: tuple[MeasuredLift, ...], strategy: str, stages: tuple[str, ...], assumed: float
) -> StartingLift:
    return learned_lift(lifts, strategy, stages, _prior_around(assumed)).start


def _prior_around(lift: float) -> LiftPrior:
    return LiftPrior(lift=lift, spread=max(LIFT_SPREAD * lift, 1e-6))


def _posterior(
    lifts: list[MeasuredLift], prior: LiftPrior, between: float, source: LiftBasis
) -> LearnedLift:
    """The next campaign's lift, from the tests that count.

    `between` is the share of the prior's variance that lies between campaigns. The rest is that of
    their mean, so that the next campaign has the prior's whole variance before any test.
    """
    values = np.array([lift.lift for lift in lifts])
    variances = np.array([lift.standard_error**2 for lift in lifts])
    differ = _differences(values, variances, between * prior.spread**2)
    of_mean = (1 - between) * prior.spread**2
    weights = 1 / (variances + differ)
    precision = weights.sum() + 1 / of_mean
    mean = (weights @ values + prior.lift / of_mean) / precision
    return _learned(float(mean), float((1 / precision + differ) ** 0.5), len(lifts), source)


def _differences(values: Floats, variances: Floats, prior: float) -> float:
    """The variance between campaigns: that of the prior, joined with the tests' own estimate."""
    free = len(values) - 1
    if free == 0:
        return prior
    weights = 1 / np.maximum(variances, 1e-12)
    whole = weights.sum()
    scatter = weights @ (values - weights @ values / whole) ** 2
    estimate = max(scatter - free, 0.0) / (whole - (weights**2).sum() / whole)
    return float((PRIOR_TESTS * prior + free * estimate) / (PRIOR_TESTS + free))


def _learned(lift: float, error: float, tests: int, source: LiftBasis) -> LearnedLift:
    half = normal_width(FORECAST_LEVEL) * error
    return LearnedLift(
        lift=lift, low=lift - half, high=lift + half, error=error, tests=tests, source=source
    )
