"""Every page with orders that have no amounts: a customer, a date and, once, a channel."""

import re

import pytest

from retention.view import page_table
from retention.wording import NO_AMOUNTS
from tests.pages.steps import (
    as_read,
    button,
    loaded_app,
    metrics,
    open_app,
    open_part,
    open_tab,
    order_file,
    select,
    upload,
    use_upload,
    words,
)
from tests.support.bare_orders import store_rows

PAGES = [page.path for page in page_table.PAGES if page.path != page_table.FRONT_PAGE]
#: What a page may not show: an amount or a number that nobody knows.
#: The page that says what the words for money mean.
GLOSSARY = "pages/glossary.py"
NEVER = ("nan", "NaN", "Revenue so far", "Expected value")


@pytest.fixture(scope="module")
def orders_file() -> bytes:
    """Customers, days and channels of a simulated store."""
    rows = store_rows(addresses=True).drop(columns="Total")
    return rows.to_csv(index=False).encode()


@pytest.fixture
def loaded(orders_file):
    """A session with such orders in use."""
    return loaded_app(orders_file)


def bodies(at) -> list[str]:
    """The pieces of HTML on the page, without styles, scripts and the list of what is missing."""
    found = [html.proto.body for html in at.get("html")]
    return [body for body in found if not re.match(r"\s*<(style|script|details)", body)]


def unknown_money(at) -> list[str]:
    """What stands on the page in money, or as a number that is none."""
    shown = [words(at), *metrics(at), *metrics(at).values(), *bodies(at)]
    shown += [as_read(str(metric.delta)) for metric in at.metric]
    word = "|".join(NEVER)
    return [found for text in shown for found in re.findall(rf"\b(?:{word})\b", text)]


def test_the_column_check_says_what_is_lost_and_goes_on(orders_file):
    at = upload(open_app().run(), orders_file)
    assert not at.exception
    assert "No column holds amounts" in words(at)
    assert "Revenue" not in metrics(at)
    at = button(at, "Use these orders").click().run()
    assert not at.exception
    assert list(metrics(at)) == [
        *("Customers", "Orders", "Bought again"),
        *("Will order again", "Expected orders"),
    ]
    assert words(at).count(NO_AMOUNTS) == 1


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_and_says_once_why_there_is_no_money(loaded, path):
    at = loaded.switch_page(path).run()
    assert not at.exception
    assert not at.error
    assert words(at).count(NO_AMOUNTS) == 1
    assert path == GLOSSARY or not unknown_money(at)


def test_every_tab_of_the_value_page_opens(loaded):
    at = loaded.switch_page("pages/lifetime_value.py").run()
    names = [tab.label.partition(": ")[2] for tab in at.tabs]
    assert names == ["Can I trust it?", "All customers"]
    for name in names:
        at = open_tab(at, name)
        assert not at.exception
        assert not at.error
        assert not unknown_money(at)


def test_a_campaign_asks_for_an_order_value_and_then_plans(loaded):
    at = loaded.switch_page("pages/campaigns.py").run()
    assert at.number_input[0].label == "Average order value (yours)"
    assert not at.metric
    at = at.number_input[0].set_value(40.0).run()
    assert not at.exception
    assert not at.error
    assert "customers addressed" in " ".join(bodies(at))
    cost = metrics(at)["Cost"]
    for part in ("Size and lift", "Messages", "Money or percent", "Left out"):
        pill = at.pills(key="plan_part")
        at = pill.set_value(next(name for name in pill.options if name.endswith(part))).run()
        assert not at.exception
        assert not at.error
    at = at.number_input[0].set_value(400.0).run()
    assert metrics(at)["Cost"] == cost  # the offers are the campaign's own, and stay


def test_every_part_of_the_campaigns_page_opens(loaded):
    at = loaded.switch_page("pages/campaigns.py").run()
    at = at.number_input[0].set_value(40.0).run()
    at = button(at, "Keep this campaign").click().run()
    at = open_part(at, "plan_place", "Audience files")
    assert not at.exception
    assert not at.error
    at = at.switch_page("pages/campaign_calendar.py").run()
    assert not at.exception
    assert not at.error
    assert "1. Reactivation" in words(at)
    at.session_state["channels_part"] = ":material/person_add: What a new customer may cost"
    at = at.switch_page("pages/channels.py").run()
    assert not at.exception
    assert not at.error


@pytest.mark.parametrize("by", ["Month", "First channel"])
def test_cohorts_add_up_orders(loaded, by):
    at = loaded.switch_page("pages/cohorts.py").run()
    at = at.selectbox(key="cohorts").set_value(by).run()
    at = open_part(at, "cohorts_part", "What a customer brings")
    assert not at.exception
    assert at.segmented_control(key="measure").options == ["Orders"]
    assert not unknown_money(at)


def test_the_grid_is_cut_by_days_and_orders_alone(loaded):
    at = loaded.switch_page("pages/rfm.py").run()
    at = at.segmented_control(key="rfm_cut").set_value("Own cut points").run()
    assert not at.exception
    assert not [slider for slider in at.slider if "revenue" in slider.key]
    at = button(at, "Use as a segment").click().run()
    assert not at.exception
    assert "Kept as the own segment" in words(at)
    at = at.switch_page("pages/ready_made.py").run()
    assert not at.exception
    assert not unknown_money(at)
    at = at.switch_page("pages/own_segments.py").run()
    at = open_part(at, "own_place", "Saved")
    assert not at.exception
    assert not unknown_money(at)


def test_values_in_money_are_off_among_the_segments(loaded):
    at = loaded.switch_page("pages/segments.py").run()
    assert "VIP, Big spender and High order value are off: no amounts." in words(at)
    off = [slider.label for slider in at.slider if slider.disabled]
    assert len(off) == 5  # three values, orders of a VIP, and discounts
    at = at.segmented_control(key="unit").set_value("money").run()
    assert not at.exception
    at = at.pills(key="segment").set_value("big_spender").run()
    assert not at.exception
    assert not unknown_money(at)


def test_a_choice_of_no_column_is_named_before_it_is_used():
    rows = store_rows(customers=60)
    at = upload(open_app().run(), rows.to_csv(index=False).encode())
    assert "Revenue" in metrics(at)
    at = select(at, "Amount paid").set_value("").run()
    assert not at.exception
    assert "Is it Total?" in words(at)
    at = button(at, "Use these orders").click().run()
    assert not at.exception
    assert words(at).count(NO_AMOUNTS) == 1


@pytest.mark.parametrize("path", ["app.py", *PAGES])
def test_few_orders_without_amounts_and_without_a_model_open_every_page(path):
    rows = [
        "ann@example.com,2024-01-02",
        "bob@example.com,2024-01-05",
        "ann@example.com,2024-03-01",
    ]
    at = use_upload(open_app().run(), order_file(rows, header="Email,Date"))
    at = at.switch_page(path).run()
    assert not at.exception
    assert words(at).count(NO_AMOUNTS) == 1
    assert path == GLOSSARY or not unknown_money(at)
