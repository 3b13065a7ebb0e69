"""The session's campaigns that have gone out, and what the finished ones have taught."""

from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from retention.campaigns.campaign import Campaign
from retention.campaigns.plan import CampaignPlan
from retention.display import key_text
from retention.experiments.campaign_test import HELD_OUT, CampaignTest, MeasuredLift
from retention.experiments.groups import experiment_groups
from retention.experiments.result import State, state_of_days
from retention.kept_work.made import NotedTest
from retention.periods import Window

_TESTS = "campaign_tests"
_LIFTS = "measured_lifts"
_DIGESTS, _SENT = "campaign_test_digests", "campaign_sent_lists"
_SIZES = "campaign_test_sizes"
_DRAWN_AGAIN, _READ = "campaign_tests_drawn_again", "campaign_results_read"
_NEXT = "result_open_next"
#: The campaign that the page of results has open: the key of the choice.
OPEN_RESULT = "result_open"
#: The page of results.
RESULTS_PAGE = "pages/results.py"


def tests() -> tuple[CampaignTest, ...]:
    """The campaigns that have gone out, the latest first."""
    return st.session_state.get(_TESTS, ())


def keep_test(test: CampaignTest) -> None:
    """Keep a campaign that has gone out; it takes the place of one of the same name."""
    others = [other for other in tests() if other.name != test.name]
    keep_all_tests((test, *others))


def keep_all_tests(campaign_tests: tuple[CampaignTest, ...]) -> None:
    """Make these the campaigns that have gone out."""
    ordered = sorted(campaign_tests, key=lambda test: test.start, reverse=True)
    st.session_state[_TESTS] = tuple(ordered)


def forget_test(name: str) -> None:
    """Drop a campaign that has gone out, what it taught, and what is noted of it."""
    keep_all_notes(tuple(note for note in notes() if note.name != name))
    keep_all_tests(tuple(test for test in tests() if test.name != name))
    keep_all_lifts(tuple(lift for lift in lifts() if lift.name != name))


def lifts() -> tuple[MeasuredLift, ...]:
    """What finished tests have taught."""
    return st.session_state.get(_LIFTS, ())


def keep_lift(lift: MeasuredLift) -> None:
    """Keep what a finished test has taught; it takes the place of one of the same name."""
    keep_all_lifts((*(other for other in lifts() if other.name != lift.name), lift))


def keep_all_lifts(measured: tuple[MeasuredLift, ...]) -> None:
    """Make these what finished tests have taught."""
    st.session_state[_LIFTS] = tuple(measured)


def test_named(name: str) -> CampaignTest | None:
    """The campaign of this name that has gone out, if there is one."""
    return next((test for test in tests() if test.name == name), None)


def state_of(test: CampaignTest, end: date) -> State:
    """Where a test stands.

    Args:
        test: The test.
        end: The last day of the orders.
    """
    return state_of_days(test.start, test.end, end)


def has_begun(test: CampaignTest, end: date) -> bool:
    """Whether a campaign is out, by the orders or by the calendar: its draw then stays."""
    return end >= test.start or date.today() > test.start


def gone_out(end: date) -> tuple[CampaignTest, ...]:
    """The campaigns that are out, the latest first.

    Args:
        end: The last day of the orders.
    """
    return tuple(test for test in tests() if has_begun(test, end))


def is_out(campaign: Campaign, end: date) -> bool:
    """Whether a campaign is out. Another one that has its name by chance draws by another key.

    Args:
        campaign: A kept campaign, or the one that is planned.
        end: The last day of the orders.
    """
    test = test_named(campaign.name)
    is_it = test is not None and test.campaign.drawn_by == campaign.drawn_by
    return test is not None and is_it and has_begun(test, end)


def waiting_test(name: str, end: date) -> CampaignTest | None:
    """The test of a campaign whose groups are kept and that is not out yet, if there is one.

    Args:
        name: Of the campaign.
        end: The last day of the orders.
    """
    test = test_named(name)
    return None if test is None or has_begun(test, end) else test


def running_on(day: date) -> tuple[CampaignTest, ...]:
    """The tests in whose days a day lies.

    Args:
        day: The day of a plan's first message.
    """
    return tuple(test for test in tests() if day in test.window)


def test_of_plan(plan: CampaignPlan, start: date) -> CampaignTest:
    """Return a planned campaign as a test, with both groups as the plan draws them.

    Args:
        plan: The plan.
        start: The day of the first message.
    """
    window = Window.of_days(start, plan.campaign.window_days)
    return CampaignTest(
        campaign=replace(plan.campaign, starts_on=start),
        groups=experiment_groups(plan),
        start=window.start,
        end=window.end,
        control=HELD_OUT if len(plan.held_out) else "",
    )


def goes_out(plan: CampaignPlan, end: date, *, again: bool = False) -> None:
    """Keep both groups of a campaign that goes out. The groups of one that has begun stay.

    So do those that the plan has taken over from its test.

    Args:
        plan: The plan.
        end: The last day of the orders.
        again: Whether the visitor starts a campaign again that has begun.
    """
    before = test_named(plan.campaign.name)
    stays = before is not None and (plan.reachable.held is not None or has_begun(before, end))
    if stays and not again:
        return
    keep_test(test_of_plan(plan, plan.campaign.first_day(end)))
    st.session_state[_DRAWN_AGAIN] = drawn_again() - {plan.campaign.name}


def keep_drawn_again(test: CampaignTest) -> None:
    """Keep a campaign whose groups were not kept when it went out, and are drawn once more."""
    keep_test(test)
    st.session_state[_DRAWN_AGAIN] = drawn_again() | {test.name}


def drawn_again() -> frozenset[str]:
    """The names of the campaigns whose groups were drawn after the fact."""
    return st.session_state.get(_DRAWN_AGAIN, frozenset())


def digest_of(test: CampaignTest) -> str:
    """Return what tells a test apart from others, for the keys of caches; computed once."""
    known: dict[str, tuple[CampaignTest, str]] = st.session_state.setdefault(_DIGESTS, {})
    kept, digest = known.get(test.name, (None, ""))
    if kept is not test:
        rows = pd.util.hash_pandas_object(test.groups.astype(object), index=False)
        words = key_text((test.campaign, str(test.start), str(test.end), test.control))
        digest = f"{words}{len(rows)} {int(rows.sum())}"
        known[test.name] = test, digest
    return digest


def sizes_of(test: CampaignTest) -> tuple[int, int]:
    """How many customers got a campaign, and how many did not; counted once."""
    known: dict[str, tuple[int, int]] = st.session_state.setdefault(_SIZES, {})
    digest = digest_of(test)
    if digest not in known:
        held_out = int((test.groups["group"] == test.control).sum())
        known[digest] = len(test.groups) - held_out, held_out
    return known[digest]


def keep_sent(name: str, customers: frozenset[str]) -> None:
    """Keep who was really sent a campaign, by a list of the mail tool."""
    sent: dict[str, frozenset[str]] = st.session_state.setdefault(_SENT, {})
    sent[name] = customers


def sent_of(name: str) -> frozenset[str] | None:
    """Who was really sent a campaign; None without a list."""
    return st.session_state.get(_SENT, {}).get(name)


def open_next(name: str) -> None:
    """Let the page of results open this campaign in its next run."""
    st.session_state[_NEXT] = name


def take_next() -> None:
    """Open the campaign that was asked for, if one was, before the choice is drawn."""
    name = st.session_state.pop(_NEXT, None)
    if name is not None:
        st.session_state[OPEN_RESULT] = name


def mark_read(test: CampaignTest) -> None:
    """Remember that the visitor has seen the result of a finished test."""
    st.session_state[_READ] = st.session_state.get(_READ, frozenset()) | {_name_and_end(test)}


def notes() -> tuple[NotedTest, ...]:
    """What is noted of the campaigns that have gone out, of those that have a note."""
    read = st.session_state.get(_READ, frozenset())
    noted = (
        NotedTest(
            name=test.name,
            is_read=_name_and_end(test) in read,
            is_drawn_again=test.name in drawn_again(),
            sent=sent_of(test.name),
        )
        for test in tests()
    )
    return tuple(note for note in noted if note != NotedTest(note.name))


def keep_all_notes(noted: tuple[NotedTest, ...]) -> None:
    """Make these what is noted of the campaigns that have gone out.

    Args:
        noted: The notes, on campaigns that the session has.
    """
    by_name = {test.name: test for test in tests()}
    st.session_state[_READ] = frozenset(
        _name_and_end(by_name[note.name]) for note in noted if note.is_read
    )
    st.session_state[_DRAWN_AGAIN] = frozenset(note.name for note in noted if note.is_drawn_again)
    st.session_state[_SENT] = {note.name: note.sent for note in noted if note.sent is not None}


def unread(end: date) -> tuple[CampaignTest, ...]:
    """The finished tests whose result the visitor has not seen, the latest first.

    Args:
        end: The last day of the orders.
    """
    read = st.session_state.get(_READ, frozenset())
    return tuple(
        test
        for test in tests()
        if state_of(test, end) == "finished" and _name_and_end(test) not in read
    )


def roles_of(customer_id: str) -> dict[str, str]:
    """The role of a customer in each campaign that has gone out to them, by its name.

    Args:
        customer_id: Of the customer.
    """
    roles = {}
    for test in tests():
        groups = test.groups
        rows = groups.loc[groups["customer_id"] == customer_id, "group"]
        if len(rows):
            roles[test.name] = "Held out" if rows.iloc[0] == test.control else "Addressed"
    return roles


def _name_and_end(test: CampaignTest) -> tuple[str, date]:
    return test.name, test.end
