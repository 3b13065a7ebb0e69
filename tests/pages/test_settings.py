"""The store settings page, and that every page goes by it."""

import json
import re

import pytest

from retention import SavedPlan, campaigns_to_json, fit_cltv, usual_campaign
from retention.segments.rules import STAGES
from retention.view.session import results
from retention.view.session.store_settings import StoreSettings
from tests.pages.steps import (
    ROOT,
    button,
    loaded_app,
    metrics,
    open_page,
    open_tab,
    order_file,
    set_for_the_store,
    words,
)

PAGE = "pages/settings.py"
VALUE, CAMPAIGNS = "pages/lifetime_value.py", "pages/campaigns.py"


def kept(at) -> StoreSettings:
    return at.session_state["store_settings"]


def load(at, content: dict | str):
    """The page with a file of settings chosen."""
    text = content if isinstance(content, str) else json.dumps(content)
    loader = next(box for box in at.file_uploader if box.key == "set_load")
    loader.set_value([("store-settings.json", text.encode(), "application/json")])
    return at.run()


@pytest.fixture
def page(cdnow):
    """The page with CDNOW loaded."""
    return cdnow.switch_page(PAGE).run()


@pytest.fixture(scope="module")
def dated():
    """A shop's orders by channel, without a currency."""
    return order_file(
        [
            f"{n}-{turn},c{n}@x.com,2024-{1 + 2 * turn + n % 2:02d}-{1 + n % 27:02d},{20 + n},"
            f"{('Search', 'Social', 'E-mail')[n % 3]}"
            for n in range(240)
            for turn in range(1 + n % 5)
        ],
        "Order,Email,Date,Total,Channel",
    )


def test_before_any_orders_everything_can_be_set_that_needs_none():
    at = open_page(PAGE)
    assert not at.exception
    assert not at.metric
    assert at.slider(key="set_margin").value == 40
    assert "40% is an assumption until you set yours" in words(at)
    at = at.slider(key="set_margin").set_value(55).run()
    assert "is an assumption" not in words(at)
    at = button(at.switch_page("app.py").run(), "Open CDNOW").click().run()
    assert "Margin 55%, discount 10% a year." in words(at)
    at = at.switch_page(PAGE).run()
    assert at.slider(key="set_margin").value == 55


def test_the_browser_is_told_a_setting_also_where_it_missed_that_it_was_set(page):
    # A run that ends another one says only the defaults: of these a fresh control is made.
    change = {"margin": 63, "discount_rate": 7}
    for name, percent in change.items():
        page = page.slider(key=f"set_{name}").set_value(percent).run()
    page = page.switch_page(VALUE).run().switch_page(PAGE).run().run()
    for name, percent in change.items():
        assert page.slider(key=f"set_{name}").proto.default == [percent]


def test_the_margin_counts_on_every_page(cdnow):
    assert "Margin 40% (assumed until you set yours), discount 10% a year." in words(cdnow)
    at = set_for_the_store(cdnow, "app.py", margin=20, discount_rate=0)
    low = metrics(at)["Expected value"]
    for page in (ROOT / "pages").glob("*.py"):
        at = at.switch_page(f"pages/{page.name}").run()
        assert not at.exception, page.name
        assert not [
            box.label for box in at.slider if box.label == "Margin" and page.name != "settings.py"
        ]
    at = at.switch_page(VALUE).run()
    assert metrics(at)["Expected value"] == low
    assert "Margin 20%, discount 0% a year." in words(at)
    at = at.switch_page("pages/segments.py").run()
    assert "At 20% margin, not discounted." in words(at)
    at = at.switch_page(CAMPAIGNS).run()
    assert at.session_state["campaign_on_table"].terms.margin == 0.2
    assert "Margin 20%." in words(at)


def test_a_customer_has_one_expected_value_on_every_page(cdnow):
    total = metrics(cdnow)["Expected value"]
    at = open_tab(cdnow.switch_page(VALUE).run(), "All customers")
    assert metrics(at)["Expected value"] == total
    best = at.dataframe[-1].value.set_index("customer_id")["cltv"]
    customer = best.index[0]
    data = at.session_state["loaded_orders"]
    everybody = at.session_state["loaded_orders"].customers
    each = metrics(at)["Value per customer"]

    at = at.switch_page(PAGE).run()
    assert metrics(at)["Expected value"] == total
    assert metrics(at)["Value per customer"] == each

    at = at.switch_page("pages/customer.py").run()
    at = at.text_input(key="customer_query").set_value(customer).run()
    shown = float(metrics(at)["Expected value"].replace(",", ""))
    assert shown == pytest.approx(best.iloc[0], rel=0.01)
    assert "at 40% margin, discounted 10% a year" in words(at)

    at = at.switch_page("pages/cohorts.py").run()
    listed = at.dataframe[-1].value
    row = listed.set_index("customer_id")["cltv"]
    same = row.index.intersection(best.index)
    assert len(same)
    assert row[same].tolist() == pytest.approx(best[same].tolist())
    assert f"{float(each):.2f}" == each
    assert len(everybody) == len(data.customers)


def test_segments_sum_up_to_the_front_pages_expected_value(cdnow):
    total = metrics(cdnow)["Expected value"]
    at = cdnow.switch_page("pages/rfm.py").run()
    groups = next(table.value for table in at.dataframe if "expected_value" in table.value)
    assert round(groups["expected_value"].sum() / 1000, 1) == float(total.removesuffix("k"))
    at = at.switch_page("pages/segments.py").run()
    rows = [body for html in at.get("html") for body in html.proto.body.split("<tr ")]
    worth = [re.search(r'data-name="Expected value">([\d.,]+k?)<', row) for row in rows]
    amounts = [match[1].replace(",", "") for match in worth if match][: len(STAGES)]
    numbers = [float(text.removesuffix("k")) * (1000 if "k" in text else 1) for text in amounts]
    assert round(sum(numbers) / 1000) == round(float(total.removesuffix("k")))


def test_another_margin_fits_no_model_again(page, monkeypatch):
    fits = []
    monkeypatch.setattr(
        results, "fit_cltv", lambda *args, **kw: fits.append(1) or fit_cltv(*args, **kw)
    )
    before = metrics(page)["Expected value"]
    at = page.slider(key="set_margin").set_value(80).run()
    assert metrics(at)["Expected value"] != before
    for other in ("app.py", VALUE, "pages/segments.py", CAMPAIGNS):
        at = at.switch_page(other).run()
        assert not at.exception
    assert not fits


@pytest.mark.parametrize(
    ("path", "query", "name", "value"),
    [
        (VALUE, {"margin": "35"}, "margin", 0.35),
        (VALUE, {"discount_rate": "0"}, "annual_discount_rate", 0.0),
        (VALUE, {"purchase_model": "MBG/NBD"}, "purchase_model", "mbg_nbd"),
        ("pages/scorecard.py", {"line": "Tea"}, "line_of_business", "Tea"),
        (PAGE, {"margin": "35"}, "margin", 0.35),
    ],
)
def test_an_old_links_settings_are_taken_over(path, query, name, value):
    at = open_page(path, **query)
    assert not at.exception
    assert getattr(kept(at), name) == value
    at = button(at.switch_page("app.py").run(), "Open CDNOW").click().run()
    assert not at.exception
    assert getattr(kept(at), name) == value
    assert next(iter(query)) not in at.query_params


@pytest.mark.parametrize("query", [{"margin": "0"}, {"margin": "140"}, {"line": "Moon"}])
def test_what_no_setting_can_be_is_passed_over(query):
    at = open_page(VALUE, **query)
    assert not at.exception
    assert "store_settings" not in at.session_state


def test_the_settings_come_back_from_their_file(page):
    at = page.slider(key="set_margin").set_value(33).run()
    at = at.selectbox(key="set_country").set_value("TH").run()
    at = at.number_input(key="set_cost").set_value(12.5).run()
    saved = kept(at)
    content = {
        "retention_store_settings": 1,
        "margin": 0.33,
        "margin_is_known": True,
        "home_country": "TH",
        "cost_to_win": 12.5,
    }
    fresh = load(open_page(PAGE), content)
    assert not fresh.exception
    assert kept(fresh) == saved
    assert fresh.slider(key="set_margin").value == 33
    assert fresh.selectbox(key="set_country").value == "TH"
    assert "in force on every page" in fresh.success[0].value


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("nothing", "is not JSON"),
        ({"margin": 0.3}, "holds no store settings"),
        ({"retention_store_settings": 2}, "version 2"),
        ({"retention_store_settings": 1, "margin": 3}, "margin is 3"),
        ({"retention_store_settings": 1, "margin": "high"}, "'margin' cannot be read"),
        ({"retention_store_settings": 1, "taste": 1}, "'taste' is not a setting"),
        ({"retention_store_settings": 1, "home_country": "Moon"}, "home_country is 'Moon'"),
        ({"retention_store_settings": 1, "contact_costs": {"fax": 1}}, "contact_costs"),
        ({"retention_store_settings": 1, "cost_to_win": -1}, "cost_to_win"),
    ],
)
def test_a_wrong_file_changes_nothing_and_says_why(content, says):
    at = load(open_page(PAGE), content)
    assert not at.exception
    assert says in words(at)
    assert "store_settings" not in at.session_state


def test_orders_without_a_currency_take_the_one_that_is_set(dated):
    at = loaded_app(dated).switch_page(PAGE).run()
    assert not at.exception
    assert "€" not in metrics(at)["Expected value"]
    at = at.text_input(key="set_currency").set_value("eur").run()
    assert not at.exception
    assert metrics(at)["Expected value"].startswith("€")
    at = at.text_input(key="set_currency").set_value("e1").run()
    assert "code of three letters" in words(at)
    at = at.switch_page("app.py").run()
    assert metrics(at)["Revenue"].startswith("€")


def test_orders_that_name_a_currency_keep_it():
    at = button(open_page(PAGE).switch_page("app.py").run(), "Open the sample store").click().run()
    at = at.switch_page(PAGE).run()
    assert "of these orders" in words(at)
    assert "set_currency" not in [box.key for box in at.text_input]


def test_costs_of_messages_and_of_winning_reach_the_campaigns(dated):
    at = loaded_app(dated).switch_page(CAMPAIGNS).run()
    channel = at.session_state["campaign_on_table"].channel
    at = set_for_the_store(
        at, CAMPAIGNS, **{f"cost_of_{channel}": 0.5, "cost": 9.0, "cost_Search": 4.0}
    )
    assert not at.exception
    assert at.session_state["campaign_on_table"].terms.contact_cost == 0.5
    number = next(box for box in at.number_input if box.label.startswith("Cost of a message"))
    assert number.value == 0.5
    at = number.set_value(0.7).run()
    assert "For this campaign alone: the store settings say" in words(at)
    at.session_state["channels_part"] = ":material/person_add: What a new customer may cost"
    at = at.switch_page("pages/channels.py").run()
    assert not at.exception
    costs = at.dataframe[-1].value.set_index("group")["cost"]
    assert costs["Search"] == 4.0
    assert costs.drop("Search").unique().tolist() == [9.0]


def test_a_loaded_plan_brings_its_margin_unless_one_is_set(dated):
    plan = campaigns_to_json(SavedPlan((usual_campaign("reactivation", margin=0.55),)))

    def load_plan(at):
        at = at.switch_page("pages/campaign_calendar.py").run()
        loader = next(box for box in at.file_uploader if box.key == "plan_load")
        loader.set_value([("campaigns.json", plan, "application/json")])
        return at.run()

    at = load_plan(loaded_app(dated).switch_page(CAMPAIGNS).run())
    assert not at.exception
    assert kept(at).margin == 0.55
    at = set_for_the_store(at, CAMPAIGNS, margin=30)
    assert at.session_state["campaigns_kept"][0].terms.margin == 0.3
    at = load_plan(at)
    assert not at.exception
    assert at.session_state["campaigns_kept"][0].terms.margin == 0.3
    assert "its campaigns now have the 30% of the store settings" in words(at)
