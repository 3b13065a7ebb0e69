"""What the marketer says of the store: what is refused, and what a channel's customer costs."""

import pytest

from retention.errors import DataError
from retention.kept_work.store_settings import StoreSettings, is_currency
from retention.view.session.choices import Plan


def test_a_new_session_assumes_what_every_page_has():
    settings, plan = StoreSettings(), Plan()
    assert settings.margin == plan.margin == 0.4
    assert settings.annual_discount_rate == plan.annual_discount_rate == 0.1
    assert settings.purchase_model == plan.purchase_model
    assert not settings.margin_is_known


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"margin": 0}, "margin is 0"),
        ({"margin": 1.2}, "margin is 1.2"),
        ({"annual_discount_rate": -0.1}, "annual_discount_rate"),
        ({"purchase_model": "crystal_ball"}, "purchase_model"),
        ({"line_of_business": "Moon dust"}, "line_of_business"),
        ({"home_country": "Thailand"}, "home_country"),
        ({"currency": "euro"}, "currency"),
        ({"cost_to_win": -1.0}, "cost_to_win"),
        ({"cost_to_win_by_channel": {"Search": float("nan")}}, "Search"),
        ({"cost_to_win_by_channel": {"": 1.0}}, "needs a name"),
        ({"contact_costs": {"fax": 1.0}}, "fax"),
        ({"contact_costs": {"sms": -0.1}}, "contact_costs of sms"),
    ],
)
def test_what_cannot_be_is_refused_by_name(wrong, says):
    with pytest.raises(DataError, match=says):
        StoreSettings(**wrong)


def test_a_channel_costs_its_own_and_the_average_otherwise():
    settings = StoreSettings(cost_to_win=9.0, cost_to_win_by_channel={"Search": 0.0})
    assert settings.cost_of_winning("Search") == 0.0
    assert settings.cost_of_winning("Social") == settings.cost_of_winning(None) == 9.0
    assert StoreSettings().cost_of_winning("Social") is None


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("EUR", True), ("eur", False), ("EU", False), ("ÄÖÜ", False), ("E1R", False)],
)
def test_a_currency_is_three_capital_letters(text, is_one):
    assert is_currency(text) is is_one
