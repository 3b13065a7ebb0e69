"""Which kept campaigns are still planned, which of them have groups, and whom tests hold.

A campaign whose test has begun is history. One whose groups are kept for a later day goes out to
these groups. So they come before all campaigns that can still choose.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from retention.campaigns.campaign import EVERYBODY, Campaign, soonest_day
from retention.experiments.campaign_test import CampaignTest
from retention.view.session import campaign_tests, campaigns as state
from retention.view.session.loaded import Loaded


def planned(data: Loaded) -> tuple[Campaign, ...]:
    """The kept campaigns that are not out, in their order of priority."""
    end = data.orders.end
    return tuple(campaign for campaign in state.kept() if not campaign_tests.is_out(campaign, end))


def in_turn(data: Loaded) -> tuple[Campaign, ...]:
    """The planned campaigns in the order in which they get customers, each as it goes out."""
    settled = settled_campaigns(data)
    names = {one.name for one in settled}
    return (*settled, *(one for one in planned(data) if one.name not in names))


def settled_campaigns(data: Loaded) -> tuple[Campaign, ...]:
    """The planned campaigns whose groups are kept, each as it goes out to them."""
    end = data.orders.end
    tests = [(one, campaign_tests.waiting_test(one.name, end)) for one in planned(data)]
    return tuple(to_kept_groups(one, test) for one, test in tests if test is not None)


def to_kept_groups(campaign: Campaign, test: CampaignTest) -> Campaign:
    """A campaign as it goes out to the groups of its test, on the test's days.

    Args:
        campaign: As it is planned. Its terms hold, because the store's margin may have changed.
        test: Its test.
    """
    return replace(
        test.campaign,
        segments=campaign.segments,
        terms=campaign.terms,
        size=EVERYBODY,
        starts_on=test.start,
        window_days=test.days,
    )


def test_of(data: Loaded, campaign: Campaign) -> CampaignTest | None:
    """The test of one of `settled_campaigns`; None of any other campaign."""
    if campaign not in settled_campaigns(data):
        return None
    return campaign_tests.test_named(campaign.name)


def taken_over(data: Loaded, campaign: Campaign) -> CampaignTest | None:
    """The test whose groups the campaign on the table has, because nothing of it has changed.

    The terms may change where everybody is addressed: they then decide on no customer.

    Args:
        data: The loaded orders.
        campaign: The campaign on the table.
    """
    test, end = campaign_tests.test_named(campaign.name), data.orders.end
    if test is None or campaign_tests.is_out(campaign, end):
        return test
    before = replace(test.campaign, starts_on=campaign.starts_on)
    if campaign.size == EVERYBODY:
        before = replace(before, terms=campaign.terms)
    same_day = campaign.first_day(end) == test.start
    return test if same_day and campaign == before else None


def holding(data: Loaded, campaign: Campaign, first: date) -> tuple[CampaignTest, ...]:
    """The tests that run when a plan's first message goes out: their customers are left out of it.

    Args:
        data: The loaded orders.
        campaign: What is planned.
        first: The day of its first message.
    """
    # Customers of the settled ones are told of as those of an earlier campaign.
    others = {campaign.name, *(one.name for one in settled_campaigns(data))}
    return tuple(test for test in campaign_tests.running_on(first) if test.name not in others)


def tests_key(data: Loaded, tests: tuple[CampaignTest, ...]) -> tuple[str, ...]:
    """What a plan depends on beside its orders and settings: tests, kept groups and the day.

    Args:
        data: The loaded orders.
        tests: From `holding`.
    """
    settled = [campaign_tests.test_named(one.name) for one in settled_campaigns(data)]
    digests = [campaign_tests.digest_of(test) for test in (*tests, *settled) if test is not None]
    return str(soonest_day(data.orders.end)), *digests
