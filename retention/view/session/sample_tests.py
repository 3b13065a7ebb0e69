"""The campaigns that the sample store has sent, as tests of the session that loads it."""

import streamlit as st

from retention.campaigns.campaign import Campaign, Message
from retention.campaigns.offers import Offer
from retention.campaigns.terms import MAIN, Terms
from retention.experiments.campaign_test import CampaignTest
from retention.kept_work.store_settings import USUAL_MARGIN
from retention.samples.campaigns import SentCampaign
from retention.samples.data_sets import store_campaigns
from retention.view.session import campaign_tests


@st.cache_resource(show_spinner=False)
def sample_tests() -> tuple[CampaignTest, ...]:
    """Return the sample store's campaigns as tests, made once a server.

    Nothing may change them: every session works on the same ones.
    """
    return tuple(_test_of(sent) for sent in store_campaigns())


def add_sample_tests() -> None:
    """Keep the sample store's campaigns in the session, but for names that it has already."""
    names = {test.name for test in campaign_tests.tests()}
    for test in sample_tests():
        if test.name not in names:
            campaign_tests.keep_test(test)


def own_tests() -> tuple[CampaignTest, ...]:
    """Return the session's tests without those of the sample store."""
    tests = campaign_tests.tests()
    samples = {(test.name, test.start, test.end) for test in sample_tests()} if tests else set()
    return tuple(test for test in tests if (test.name, test.start, test.end) not in samples)


def remove_sample_tests() -> None:
    """Drop the sample store's campaigns from the session, with what they taught."""
    kept = {(test.name, test.start, test.end) for test in campaign_tests.tests()}
    if not kept:
        return
    for test in sample_tests():
        if (test.name, test.start, test.end) in kept:
            campaign_tests.forget_test(test.name)


def _test_of(sent: SentCampaign) -> CampaignTest:
    """Return a campaign of the sample store as its marketer would have planned it."""
    truth = sent.truth
    offer = Offer("points", truth.points) if truth.points else Offer()
    campaign = Campaign(
        name=truth.name,
        segments=truth.segments,
        strategy=truth.strategy,
        channel="email",
        messages=tuple(
            Message(day, text, offer=MAIN if truth.points and not day else "")
            for day, text in truth.messages
        ),
        window_days=truth.days,
        terms=Terms(offer=offer, contact_cost=truth.contact_cost, margin=USUAL_MARGIN),
        holdout_share=truth.holdout_share,
        starts_on=truth.start,
    )
    return CampaignTest(campaign=campaign, groups=sent.groups, start=truth.start, end=truth.end)
