"""What a test has shown, and what that is worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pandas as pd

from retention.campaigns.economics import Range
from retention.display import displayed
from retention.errors import DataError
from retention.experiments.by_segment import SegmentDifferences, compare_segments
from retention.experiments.metrics import Metric
from retention.models.checks import Check
from retention.periods import Window

State = Literal["planned", "running", "finished"]
Verdict = Literal["worked", "did_not", "unclear", "no_holdout", "too_early"]


def state_of_days(start: date, end: date, known_until: date) -> State:
    """Return where a test stands.

    It is finished once orders hold its last day whole: once there is an order of a later day.

    Args:
        start: Its first day.
        end: Its last day.
        known_until: The last day of the orders.

    >>> state_of_days(date(2026, 10, 1), date(2026, 10, 30), date(2026, 10, 30))
    'running'
    """
    if known_until < start:
        return "planned"
    return "finished" if Window(start, end).is_held_by(known_until) else "running"


#: What a verdict is called.
VERDICTS: dict[Verdict, str] = {
    "worked": "Worked",
    "did_not": "Did not work",
    "unclear": "Cannot be told",
    "no_holdout": "No holdout, no proof",
    "too_early": "Too early to tell",
}


@displayed
@dataclass(frozen=True, slots=True)
class Range95:
    """A measured value and its 95 % interval.

    Attributes:
        value: As measured.
        low: The lower end of the interval.
        high: The upper end of the interval.
    """

    value: float
    low: float
    high: float


@displayed
@dataclass(frozen=True, slots=True)
class Gain:
    """What a campaign gained after its cost, with 80 % ranges, in money.

    Attributes:
        per_customer: For each customer addressed.
        total: For all of them.
    """

    per_customer: Range
    total: Range


@displayed
@dataclass(frozen=True, slots=True, eq=False)
class GroupResult:
    """One group that got the campaign, beside the one that did not.

    Attributes:
        group: Its name.
        customers: How many customers it has.
        metrics: A row a metric: `metric`, `addressed`, `held_out`, `difference`, `low`, `high`
            (95 %), `p_value`, `adjusted` (by the forecast), `by_draws` (the draw itself is the
            test, because few customers bought) and `standard_error`. Before the end of the test
            the interval holds on every day, and there is no `p_value`.
        unadjusted: The same without the forecast.
        capped: The row of revenue with the largest buyers cut; empty without amounts.
        gain: Within the window, after offers and messages; None without amounts.
        year_gain: Over a year from the start, continued by the model from before the campaign; None
            where there is none.
        verdict: What that proves.
    """

    group: str
    customers: int
    metrics: pd.DataFrame
    unadjusted: pd.DataFrame
    capped: pd.DataFrame
    gain: Gain | None
    year_gain: Gain | None
    verdict: Verdict

    def row(self, metric: Metric) -> pd.Series:
        """Return the row of a metric.

        Args:
            metric: Its key.

        Raises:
            DataError: The orders do not have it.
        """
        rows = self.metrics[self.metrics["metric"] == metric]
        if rows.empty:
            raise DataError(f"This test has no metric {metric!r}: the orders have no amounts.")
        return rows.iloc[0]

    def extra(self, metric: Metric = "orders") -> Range95:
        """Return what would not have come without the campaign, of all customers addressed.

        Args:
            metric: Its key, such as "orders", "bought" or "revenue".
        """
        row = self.row(metric)
        return Range95(
            *(float(row[name]) * self.customers for name in ("difference", "low", "high"))
        )


@displayed
@dataclass(frozen=True, slots=True, eq=False)
class CampaignResult:
    """What a controlled test has shown.

    Attributes:
        start: The first day that counts.
        end: The last day that counts, named before.
        until: The last day that is known so far.
        state: "planned" (no day of it is known), "running" or "finished".
        control: The name of the group that got nothing; "" without one.
        customers: Customers of each group, by its name.
        groups: The groups that got the campaign, each beside the control. Empty without a control.
        checks: What can spoil the test.
        days: A row for each group and day: `group`, `day` (1 is the first), `date`, `customers`,
            `bought` (share so far) with `low` and `high` (95 %).
        outcomes: A row a customer, indexed by `customer_id`: `group`, the metrics, and what was
            expected of them.
        expected: What the model from before expected of each group: `group`, `bought`, `orders`,
            `revenue` that came and `expected_bought`, `expected_orders`, `expected_revenue`, per
            customer. It proves nothing.
        explained: The share of the variance of orders that the forecast takes off; 0 without one.
        without_forecast: Why no forecast adjusts the metrics; "" where one does.
        strangers: Customers of the groups without a valid order up to `until`. A cancelled order
            is none.
        assumptions: What was taken for granted, in sentences.
    """

    start: date
    end: date
    until: date
    state: State
    control: str
    customers: dict[str, int]
    groups: tuple[GroupResult, ...]
    checks: tuple[Check, ...]
    days: pd.DataFrame
    outcomes: pd.DataFrame = field(repr=False)
    expected: pd.DataFrame
    explained: float
    without_forecast: str
    strangers: int
    assumptions: tuple[str, ...] = ()

    @property
    def day(self) -> int:
        """How many days of the test are known."""
        return max((self.until - self.start).days + 1, 0)

    @property
    def window(self) -> Window:
        """The days of the test."""
        return Window(start=self.start, end=self.end)

    @property
    def total_days(self) -> int:
        """How many days the test has."""
        return self.window.days

    @property
    def verdict(self) -> Verdict:
        """What the test proves; of several groups, what the best of them does."""
        if not self.groups:
            return "no_holdout" if self.state == "finished" else "too_early"
        verdicts = [group.verdict for group in self.groups]
        order: tuple[Verdict, ...] = ("worked", "too_early", "unclear", "did_not")
        return next(verdict for verdict in order if verdict in verdicts)

    @property
    def metrics(self) -> pd.DataFrame:
        """The metrics of the first group that got the campaign, as `GroupResult` has them."""
        return self._first.metrics

    @property
    def gain(self) -> Gain | None:
        """What the first group gained."""
        return self._first.gain

    @property
    def _first(self) -> GroupResult:
        if not self.groups:
            raise DataError(
                "Nobody was held out, so that nothing can be measured. Hold out some customers "
                "next time."
            )
        return self.groups[0]

    def by_segment(
        self, labels: pd.Series, metric: Metric = "bought", group: str | None = None
    ) -> SegmentDifferences:
        """Return the difference in each segment, as measured and shrunk.

        Args:
            labels: The segment of each customer before the start, by `customer_id`.
            metric: "bought", "orders", "revenue" or "margin".
            group: Which group beside the control; the first one unless given.

        Returns:
            The differences, with the test of whether they differ at all.

        Raises:
            DataError: Nobody was held out, or the orders do not have the metric.
        """
        chosen = self._first.group if group is None else group
        if metric not in self.outcomes:
            raise DataError(f"This test has no metric {metric!r}: the orders have no amounts.")
        frame = self.outcomes[self.outcomes["group"].isin([chosen, self.control])]
        return compare_segments(
            labels.reindex(frame.index), frame["group"] == chosen, frame[metric]
        )
