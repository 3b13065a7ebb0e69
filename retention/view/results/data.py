"""What the page of results computes: where each campaign stands, and what its test has shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite
from typing import NamedTuple

import pandas as pd

from retention import wording
from retention.campaigns.campaign import Campaign
from retention.campaigns.usual import usual_lift
from retention.customers.summary import summarise_customers
from retention.display import key_text
from retention.errors import DataError, RetentionError
from retention.experiments.by_segment import SegmentDifferences
from retention.experiments.campaign_test import CampaignTest, MeasuredLift
from retention.experiments.learning import measured_lift
from retention.experiments.measure import measure_test
from retention.experiments.metrics import Metric
from retention.experiments.outcomes import window_offers
from retention.experiments.result import CampaignResult, GroupResult, State
from retention.experiments.words import best_group, result_state_words, state_words
from retention.models.cltv import fit_cltv, predict_cltv
from retention.models.model import CltvModel
from retention.periods import Window
from retention.segments.labels import LABELS, STAGE_LABELS
from retention.segments.rules import SegmentRules
from retention.segments.stages import assign_segments
from retention.view.results import frames
from retention.view.session import campaign_tests, campaigns
from retention.view.session.cache import kept
from retention.view.session.choices import segment_rules
from retention.view.session.loaded import Loaded

#: Customers in all finished tests up to which the list measures each of them.
MOST_AT_ONCE = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A campaign in the list.

    Attributes:
        name: Of the campaign.
        state: Of its test; "kept" for a campaign whose groups are not kept.
        words: Where it stands, in a few words.
        window: The days that count; None where they are not known.
        test: Its test; None for a campaign whose groups are not kept.
        campaign: What was planned.
    """

    name: str
    state: State | str
    words: str
    window: Window | None
    test: CampaignTest | None
    campaign: Campaign

    @property
    def first(self) -> date | None:
        """The first day that counts."""
        return None if self.window is None else self.window.start

    @property
    def can_be_drawn_again(self) -> bool:
        """Whether it began within the orders, so that its groups can be drawn once more."""
        return self.test is None and self.first is not None


class Drawn(NamedTuple):
    """What the charts of both groups draw.

    Attributes:
        groups: A frame for each metric, with a row a group.
        days: The share of each group that has bought by each day.
    """

    groups: dict[Metric, pd.DataFrame]
    days: pd.DataFrame


class Discounts(NamedTuple):
    """What the orders of those addressed say of money off within a test's days.

    Attributes:
        orders: Their orders.
        discounted: Those with a discount.
        discount: What was off, in money.
        with_coupon: Orders that name a coupon.
        are_known: Whether an order of either group has a discount, so that the gain reads them.
    """

    orders: int
    discounted: int
    discount: float
    with_coupon: int
    are_known: bool


class _Before(NamedTuple):
    """The customers on the day before a test, and the model of them; None where there is none."""

    customers: pd.DataFrame
    model: CltvModel | None


def entries_of(data: Loaded) -> tuple[Entry, ...]:
    """Return the campaigns of the session: those that have gone out first, the latest first."""
    tests = campaign_tests.tests()
    known = {test.name for test in tests}
    listed = [_entry_of_test(data, test, _few(data, tests)) for test in tests]
    waiting = [
        _entry_of_campaign(data, campaign)
        for campaign in campaigns.kept()
        if campaign.name not in known
    ]
    return (*listed, *waiting)


def opens_on(entries: tuple[Entry, ...]) -> str:
    """Return the name of the campaign that is open at first: the latest finished one."""
    finished = [entry for entry in entries if entry.state == "finished"]
    running = [entry for entry in entries if entry.state == "running"]
    latest = max(finished, key=_last_day, default=None)
    chosen = latest or next(iter((*running, *entries)), None)
    return "" if chosen is None else chosen.name


def _last_day(entry: Entry) -> date:
    return date.min if entry.window is None else entry.window.end


def result_for(data: Loaded, test: CampaignTest) -> CampaignResult:
    """Return what a test has shown, kept for the session.

    Raises:
        DataError: As `measure_test`.
    """
    others = _others_of(test)
    sent = campaign_tests.sent_of(test.name)
    return _result(data, _key_of(test), _test=test, _sent=sent, _others=others)


def drawn_for(data: Loaded, test: CampaignTest) -> Drawn:
    """Return what the charts of both groups draw, kept for the session.

    Raises:
        DataError: As `measure_test`.
    """
    return _drawn(data, _key_of(test), _result=result_for(data, test))


def discounts_for(
    data: Loaded, addressed: Iterable[str], everybody: Iterable[str], first: date, last: date
) -> Discounts:
    """Return what the orders of those addressed say of money off.

    Args:
        data: The session's data.
        addressed: Customers who got the campaign.
        everybody: Those and the customers who did not.
        first: The first day that counts.
        last: The last day that counts.
    """
    offers = _offers(data, first, last)
    theirs = offers[offers.index.isin(list(addressed))].sum()
    of_all = offers[offers.index.isin(list(everybody))]
    return Discounts(
        orders=int(theirs["orders"]),
        discounted=int(theirs["discounted"]),
        discount=float(theirs["discount"]),
        with_coupon=int(theirs["with_coupon"]),
        are_known=bool(of_all["discounted"].any()),
    )


def by_segment_for(
    data: Loaded, test: CampaignTest, metric: Metric, group: str
) -> SegmentDifferences:
    """Return the difference by lifecycle stage before the start, kept for the session.

    Args:
        data: The session's data.
        test: The test.
        metric: What is compared.
        group: The group that got the campaign.

    Raises:
        DataError: There is no order before the start.
    """
    labels, rules = labels_for(data, test), segment_rules()
    result = result_for(data, test)
    return _by_segment(
        data, _key_of(test), metric, group, key_text(rules), _result=result, _labels=labels
    )


def _others_of(test: CampaignTest) -> tuple[CampaignTest, ...]:
    return tuple(other for other in campaign_tests.tests() if other.name != test.name)


def _key_of(test: CampaignTest) -> tuple[str, ...]:
    """What a test's result depends on beside the orders."""
    sent = campaign_tests.sent_of(test.name)
    return (
        campaign_tests.digest_of(test),
        "" if sent is None else f"{len(sent)} {hash(sent)}",
        *(campaign_tests.digest_of(other) for other in _others_of(test)),
    )


def labels_for(data: Loaded, test: CampaignTest) -> pd.Series:
    """Return the lifecycle stage of each customer on the day before a test, by `customer_id`.

    Raises:
        DataError: There is no order before it.
    """
    return _labels(data, test.start, segment_rules())


def learn(data: Loaded, test: CampaignTest, result: CampaignResult) -> None:
    """Keep what a finished test teaches, for the plans that come."""
    group = best_group(result)
    lift = None if group is None else lift_of(data, test, result, group)
    if lift is not None and isfinite(lift.lift) and lift not in campaign_tests.lifts():
        campaign_tests.keep_lift(lift)


def lift_of(
    data: Loaded, test: CampaignTest, result: CampaignResult, group: GroupResult
) -> MeasuredLift | None:
    """Return what a finished test teaches; None where it can teach nothing.

    A test whose groups chance did not make teaches nothing. Nor does the best of several groups:
    that it is the best of them is partly luck.

    Args:
        data: The session's data.
        test: The test.
        result: What it has shown.
        group: The group that got the campaign.
    """
    if result.state != "finished" or len(result.groups) != 1 or is_spoiled(result):
        return None
    is_bought = group.unadjusted["metric"] == "bought"
    shares = group.unadjusted[is_bought].to_dict("records")[0]
    try:
        return measured_lift(
            test.name,
            strategy=test.campaign.strategy,
            stages=_kind_of(data, test),
            addressed=group.customers,
            held_out=result.customers[result.control],
            bought_addressed=float(shares["addressed"]),
            bought_held_out=float(shares["held_out"]),
            end=test.end,
        )
    except DataError:
        return None


def is_spoiled(result: CampaignResult) -> bool:
    """Return whether a check says not to trust a result."""
    return any(check.status == "bad" for check in result.checks)


def _kind_of(data: Loaded, test: CampaignTest) -> list[str]:
    """The stages and traits that a test addressed; else the stage that most of its people were in.

    So the planner tells kinds of customers apart, too.
    """
    names = {label: key for key, label in LABELS.items()}
    addressed = [names[name] for name in test.campaign.segments if name in names]
    if addressed:
        return addressed
    stages = labels_for(data, test).reindex(test.groups["customer_id"]).dropna()
    return [names[str(stages.mode().iloc[0])]] if len(stages) else []


def _few(data: Loaded, tests: tuple[CampaignTest, ...]) -> bool:
    """Whether the finished tests are small enough for the list to measure each."""
    finished = [
        test for test in tests if campaign_tests.state_of(test, data.orders.end) == "finished"
    ]
    return sum(len(test.groups) for test in finished) <= MOST_AT_ONCE


def standing_of(data: Loaded, test: CampaignTest) -> str:
    """Return where a test stands in a few words; of a finished one, what it has proved.

    Args:
        data: The session's data.
        test: The test.
    """
    return _standing(data, test, _few(data, campaign_tests.tests()))[0]


def _standing(data: Loaded, test: CampaignTest, measure: bool) -> tuple[str, CampaignResult | None]:
    """Where a test stands, and what a finished one has shown if it is measured."""
    end = data.orders.end
    state = campaign_tests.state_of(test, end)
    if state == "planned" and campaign_tests.has_begun(test, end):
        return f"Gone out on {wording.day(test.start)}: no newer orders yet", None
    words = state_words(state, test.start, test.end, min(end, test.end))
    if state != "finished" or not measure:
        return words, None
    try:
        result = result_for(data, test)
    except RetentionError:
        return "Finished: cannot be measured", None
    return result_state_words(result), result


def _entry_of_test(data: Loaded, test: CampaignTest, measure: bool) -> Entry:
    words, result = _standing(data, test, measure)
    if result is not None:
        learn(data, test, result)
    return Entry(
        name=test.name,
        state=campaign_tests.state_of(test, data.orders.end),
        words=words,
        window=test.window,
        test=test,
        campaign=test.campaign,
    )


def _entry_of_campaign(data: Loaded, campaign: Campaign) -> Entry:
    first = campaign.starts_on
    went_out = first is not None and data.orders.start < first <= data.orders.end
    window = Window.of_days(first, campaign.window_days) if first and went_out else None
    return Entry(
        name=campaign.name,
        state="kept",
        words="Went out, groups not kept" if went_out else "Planned: not gone out",
        window=window,
        test=None,
        campaign=campaign,
    )


@kept(max_entries=12, spinner="Measuring the campaign…")
def _result(
    data: Loaded,
    key: tuple[str, ...],  # noqa: ARG001 - tells the tests and lists apart
    *,
    _test: CampaignTest,
    _sent: frozenset[str] | None,
    _others: tuple[CampaignTest, ...],
) -> CampaignResult:
    model = _before(data, _test.start).model if data.orders.start < _test.start else None
    if not data.customers.index.isin(_test.groups["customer_id"]).any():
        raise DataError(
            f"None of the {wording.plural(len(_test.groups), 'customer')} of this campaign is in "
            f"{data.name}. Load the orders of the shop that sent it."
        )
    usual = _usual_lift(data, _test)
    return measure_test(data.orders, _test, model, sent=_sent, others=_others, usual=usual)


def _usual_lift(data: Loaded, test: CampaignTest) -> float:
    """The lift that a campaign to a test's customers usually has: lower where many had lapsed."""
    if data.orders.start >= test.start:
        return usual_lift(0.0)
    stages = labels_for(data, test).reindex(test.groups["customer_id"]).dropna()
    return usual_lift(float((stages == STAGE_LABELS["lapsed"]).mean()) if len(stages) else 0.0)


@kept(max_entries=4)
def _offers(data: Loaded, first: date, last: date) -> pd.DataFrame:
    return window_offers(data.orders, first, last)


@kept(max_entries=12)
def _drawn(data: Loaded, key: tuple[str, ...], *, _result: CampaignResult) -> Drawn:  # noqa: ARG001
    currency = data.orders.currency
    shown = [metric for metric in frames.CHARTED if metric in _result.outcomes]
    return Drawn(
        groups={metric: frames.groups_frame(_result, metric, currency) for metric in shown},
        days=frames.days_frame(_result),
    )


@kept(max_entries=24)
def _by_segment(
    data: Loaded,  # noqa: ARG001 - a part of the key, as the test and the thresholds
    key: tuple[str, ...],  # noqa: ARG001
    metric: Metric,
    group: str,
    rules: str,  # noqa: ARG001
    *,
    _result: CampaignResult,
    _labels: pd.Series,
) -> SegmentDifferences:
    return _result.by_segment(_labels, metric, group)


@kept(max_entries=4, spinner="Looking at the customers before the start…")
def _before(data: Loaded, start: date) -> _Before:
    customers = summarise_customers(data.orders, as_of=start - timedelta(days=1))
    try:
        return _Before(customers, fit_cltv(customers))
    except RetentionError:
        return _Before(customers, None)


@kept(max_entries=4, spinner="Looking at the customers before the start…")
def _labels(data: Loaded, start: date, rules: SegmentRules) -> pd.Series:
    before = _before(data, start)
    scores = None
    if before.model is not None:
        scores = predict_cltv(
            before.model, before.customers, soon_days=rules.ready_days, intervals=False
        )
    stages = assign_segments(before.customers, scores, rules)["stage"]
    return stages.astype("str").map(STAGE_LABELS)
