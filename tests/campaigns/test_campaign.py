"""A campaign as it is set: its frequency cap and its bounds."""

from dataclasses import replace
from datetime import date

import pytest

from retention import (
    Campaign,
    DataError,
    Message,
    Offer,
    Terms,
    plan_campaign,
)


def test_the_cap_drops_messages_and_an_offer_that_is_not_sent_costs_nothing(store):
    model, customers = store
    messages = (Message(0, offer=""), Message(2, offer=""), Message(4))
    campaign = Campaign(
        "Win back", messages=messages, most_messages=2, terms=Terms(0.1, Offer("amount", 5))
    )
    assert [message.day for message in campaign.sent] == [0, 2]
    found = plan_campaign(model, customers, campaign).economics
    assert found.offers_anyway == found.offers_persuaded == 0
    long = Campaign(
        "Win back", messages=(Message(0), Message(29), Message(30)), most_messages=2, window_days=60
    )
    assert [message.day for message in long.sent] == [0, 29, 30]
    assert [message.day for message in replace(long, most_messages=1).sent] == [0, 30]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"channel": "pigeon"}, "no channel 'pigeon'"),
        ({"holdout_share": 1.2}, "0 to 0.9"),
        ({"size": 0}, "audience size"),
        ({"messages": (Message(1),)}, "day 0"),
        ({"messages": (Message(0), Message(40))}, "day 40"),
        ({"window_days": 0}, "window"),
        ({"most_messages": 0}, "At most"),
    ],
)
def test_a_wrong_setting_is_named(wrong, says):
    with pytest.raises(DataError, match=says):
        Campaign("Win back", **wrong)


def test_a_campaign_starts_today_or_later_and_after_the_last_order():
    end, today = date(2011, 12, 9), date(2026, 3, 1)
    assert Campaign("Win back").first_day(end, today) == today
    assert Campaign("Win back", starts_on=date(2011, 12, 24)).first_day(end, today) == today
    later = date(2026, 4, 1)
    assert Campaign("Win back", starts_on=later).first_day(end, today) == later
    assert Campaign("Win back").first_day(today, today) == date(2026, 3, 2)
    assert Campaign("Win back").first_day(end) >= date.today()
