"""Plans as files: what is written is read back, and what is no plan is refused in words."""

import json
import re

import pytest
from hypothesis import given, settings, strategies as st

from retention import (
    Campaign,
    Condition,
    DataError,
    Group,
    Message,
    Offer,
    OwnSegment,
    SavedPlan,
    SegmentRules,
    Terms,
    campaigns_from_json,
    campaigns_to_json,
    usual_campaign,
)
from retention.campaigns.campaign import BEST, EVERYBODY
from retention.campaigns.files import MOST_BYTES
from retention.campaigns.offers import OFFERS

share = st.floats(0, 1)
offers = st.builds(Offer, st.sampled_from(list(OFFERS)), share, share)
words = st.text(max_size=40)
campaigns = st.builds(
    Campaign,
    name=words,
    segments=st.lists(words, max_size=3).map(tuple),
    strategy=words,
    channel=st.sampled_from(["email", "sms", "post"]),
    messages=st.sets(st.integers(1, 59), max_size=4).flatmap(
        lambda days: st.tuples(
            *[
                st.builds(
                    Message, st.just(day), words, st.sampled_from(["", "offer", "opening", "ends"])
                )
                for day in [0, *sorted(days)]
            ]
        )
    ),
    most_messages=st.integers(1, 9),
    window_days=st.integers(60, 365),
    terms=st.builds(
        Terms, share, offers, offers, share, st.floats(0, 9), share, share, st.integers(0, 9)
    ),
    holdout_share=st.floats(0, 0.9),
    size=st.one_of(st.sampled_from([BEST, EVERYBODY]), st.integers(1, 10**6)),
    starts_on=st.none() | st.dates(),
    holdout_key=words,
)


@settings(max_examples=60)
@given(st.lists(campaigns, max_size=3))
def test_what_is_written_is_read_back(plans):
    plan = SavedPlan(tuple(plans), (), SegmentRules(repeat_lapsed=140), 7, True, "TH", "THB")
    assert campaigns_from_json(campaigns_to_json(plan)) == plan


def test_what_came_later_may_be_missing_from_a_file():
    plan = json.loads(campaigns_to_json(SavedPlan((Campaign("Win back"),))))
    for name in ("starts_on", "holdout_key"):
        del plan["campaigns"][0][name]
    for name in ("lift_error", "lift_tests"):
        del plan["campaigns"][0]["terms"][name]
    assert campaigns_from_json(json.dumps(plan)).campaigns == (Campaign("Win back"),)


def test_ready_made_segments_of_older_plans_have_their_present_names():
    older = Campaign("Thanks", segments=("Loyal customers", "Own: Loyal customers", "At risk"))
    (read,) = campaigns_from_json(campaigns_to_json(SavedPlan((older,)))).campaigns
    assert read.segments == (
        "Four orders or more, last 90 days",
        "Own: Loyal customers",
        "At risk",
    )
    assert read.drawn_by == "Thanks"


def test_own_segments_travel_with_the_plan():
    own = OwnSegment("Tea & more", Group("all", (Condition("orders", "at_least", 2),)), "A note")
    content = campaigns_to_json(
        SavedPlan((usual_campaign("reactivation", segments=("Own: Tea & more",)),), (own,))
    )
    assert campaigns_from_json(content).library == (own,)


def changed(**fields):
    plan = json.loads(campaigns_to_json(SavedPlan((Campaign("Win back"),))))
    plan["campaigns"][0] |= fields
    return json.dumps(plan).encode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "names no campaigns"),
        (b'{"retention_campaigns": 99, "campaigns": []}', "version 99"),
        (b'{"retention_campaigns": 1, "campaigns": 3}', "list"),
        (b'{"retention_campaigns": 1, "campaigns": [3]}', "Campaign 1 of the file"),
        (b"x" * (MOST_BYTES + 1), "bytes"),
        (changed(channel="pigeon"), "no channel 'pigeon'"),
        (changed(channel=3), "'channel' needs to be text"),
        (changed(holdout_share="a"), "'holdout_share' needs to be a number"),
        (changed(holdout_share=True), "'holdout_share' needs to be a number"),
        (changed(window_days=1.5), "whole number"),
        (changed(segments="All"), "list of names"),
        (changed(messages=[]), "day 0"),
        (changed(messages=[{"day": 0}]), "'text' is missing"),
        (changed(surprise=1), "'surprise' is not a setting"),
        (changed(size=None), "whole number"),
        (changed(size="most"), "audience size"),
        (changed(terms={}), "'lift' is missing"),
        (changed(name="x" * 501), "'name' needs to be text"),
        (changed(starts_on="soon"), "a day such as 2026-03-31"),
        (changed(starts_on=20260331), "a day such as"),
    ],
)
def test_what_is_no_plan_is_refused_with_what_is_wrong(content, says):
    with pytest.raises(DataError, match=says):
        campaigns_from_json(content)


@pytest.mark.parametrize(
    ("part", "value", "says"),
    [
        ("leave_alone", {"quiet_days": -1, "unknown_consent": False}, "quiet_days"),
        ("leave_alone", {"home_country": "Atlantis"}, "is not a country"),
        ("leave_alone", {"home_country": 3}, "is not a country"),
        ("leave_alone", [], "whom to leave alone"),
        ("segment_rules", {}, "is missing"),
        ("currency", 3, "currency needs to be text"),
        ("segment_rules", None, "settings by name"),
        ("own_segments", 3, "segments"),
    ],
)
def test_rules_that_are_none_are_refused(part, value, says):
    plan = json.loads(campaigns_to_json(SavedPlan(())))
    with pytest.raises(DataError, match=says):
        campaigns_from_json(json.dumps(plan | {part: value}).encode())


def test_whole_numbers_of_other_tools_are_whole():
    content = campaigns_to_json(SavedPlan((Campaign("Win back", size=500),), quiet_days=7))
    # Some tools write every number with a decimal.
    with_decimals = re.sub(rb": (\d+)(?=[,\n])", rb": \1.0", content)
    assert b'"size": 500.0' in with_decimals
    assert b'"retention_campaigns": 1.0' in with_decimals
    assert campaigns_from_json(with_decimals) == campaigns_from_json(content)


@pytest.mark.parametrize("number", ["1" * 400, "-" + "9" * 400])
@pytest.mark.parametrize(
    "name", ["contact_cost", "window_days", "holdout_share", "value", "quiet_days", "loyal_orders"]
)
def test_numbers_without_end_are_refused(name, number):
    content = campaigns_to_json(SavedPlan((Campaign("Win back"),))).decode()
    changed = re.sub(rf'("{name}": )[^,\n}}]+', rf"\g<1>{number}", content)
    assert changed != content
    with pytest.raises(DataError):
        campaigns_from_json(changed)


def test_infinite_and_missing_numbers_are_refused():
    content = campaigns_to_json(SavedPlan((Campaign("Win back"),))).replace(
        b'"contact_cost": 0.0', b'"contact_cost": Infinity'
    )
    with pytest.raises(DataError, match="contact_cost"):
        campaigns_from_json(content)
    content = campaigns_to_json(SavedPlan((Campaign("Win back"),))).replace(
        b'"holdout_share": 0.1', b'"holdout_share": NaN'
    )
    with pytest.raises(DataError, match="held out"):
        campaigns_from_json(content)
