"""Do the latest cohorts come back more often than those before them?"""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from retention.history.changes import DOWN, ENOUGH, NOISE, THIN, UP, ChangeVerdict
from retention.statistics import difference_interval, wilson

#: Cohorts that make the latest ones: about a quarter's customers.
LATEST_COHORTS = {"week": 12, "month": 3, "quarter": 1}
#: Days of `second_orders` within which customers may come back.
WaitDays = Literal[30, 60, 90, 180]


@dataclass(frozen=True, slots=True)
class ShareBack:
    """The share of several cohorts' customers who came back within some days.

    Attributes:
        cohorts: Rows of `second_orders`, oldest first.
        customers: Customers whose first order is that long ago.
        share: Share of them who came back; NaN without customers.
        low: Lower end of its 95 % interval.
        high: Upper end of its 95 % interval.
    """

    cohorts: pd.DataFrame
    customers: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ShareChange:
    """How the latest cohorts' share of customers who came back differs from that of earlier ones.

    Attributes:
        latest: The latest cohorts that were observed for long enough.
        before: As many cohorts right before them.
        change: Difference of the two shares, in points (a fraction).
        low: Lower end of its 95 % interval.
        high: Upper end of its 95 % interval.
        verdict: "up", "down", "no clear change" where the interval holds zero, or "too little
            data" below 30 customers in either.
    """

    latest: ShareBack
    before: ShareBack
    change: float
    low: float
    high: float
    verdict: ChangeVerdict


def share_back(second: pd.DataFrame, days: WaitDays) -> ShareBack:
    """Return the share of all customers of these cohorts who came back within some days.

    Args:
        second: Rows of `second_orders`.
        days: Days after the first order.

    Returns:
        The share and its 95 % interval.

    Source: Wilson (1927) for the interval of a share.
    """
    within, observed = (int(second[f"{name}_{days}"].sum()) for name in ("within", "observed"))
    low, high = wilson(within, observed)
    return ShareBack(
        cohorts=second,
        customers=observed,
        share=within / observed if observed else float("nan"),
        low=float(low),
        high=float(high),
    )


def latest_change(second: pd.DataFrame, number: int, days: WaitDays) -> ShareChange:
    """Return how the latest cohorts differ from those before them.

    Cohorts with customers who were not observed for long enough are left out.

    Args:
        second: From `second_orders`, with cohorts by period.
        number: How many cohorts make the latest ones; see `LATEST_COHORTS`.
        days: Days after the first order within which customers come back.

    Returns:
        Both shares, and their difference with its 95 % interval.

    Source: the method of variance estimates recovery, Zou and Donner (2008), Statistics in
    Medicine 27.
    """
    observed = second[second[f"observed_{days}"] == second["customers"]]
    latest = share_back(observed.iloc[-number:], days)
    before = share_back(observed.iloc[-2 * number : -number], days)
    low, high = difference_interval(
        latest.share, (latest.low, latest.high), before.share, (before.low, before.high)
    )
    verdict: ChangeVerdict = UP if low > 0 else DOWN if high < 0 else NOISE
    if min(latest.customers, before.customers) < ENOUGH:
        verdict = THIN
    return ShareChange(
        latest=latest,
        before=before,
        change=latest.share - before.share,
        low=float(low),
        high=float(high),
        verdict=verdict,
    )
