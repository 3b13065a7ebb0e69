"""The session's campaigns that have gone out, and what the finished ones have taught."""

import streamlit as st

from retention.experiments.campaign_test import CampaignTest, MeasuredLift

_TESTS = "campaign_tests"
_LIFTS = "measured_lifts"


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
    """Drop a campaign that has gone out, and what it taught."""
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
