"""The movement page: its settings, headline and files, and orders with little in them."""

import pytest

from retention import movement, to_csv
from retention.segments.movement import turns
from retention.view.movement.frames import movers_list
from tests.pages.steps import (
    button,
    explained,
    loaded_app,
    metrics,
    open_page,
    order_file,
    select,
    words,
)
from tests.support.sample_store import shared_sample

PAGE = "pages/movement.py"


@pytest.fixture
def page(cdnow):
    """The page with CDNOW loaded."""
    return cdnow.switch_page(PAGE).run()


def test_opened_cold_it_offers_the_sample_store_there_and_then():
    at = open_page(PAGE)
    assert not at.exception
    assert not at.metric
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert at.title[0].value == "Segments"
    assert all(int(value.replace(",", "")) > 0 for value in metrics(at).values())
    assert "From the evening of 2 Aug 2026 to the evening of 31 Oct 2026: 90 days" in words(at)


def test_cdnow_reads_from_the_sentence_to_the_table(page):
    assert not page.exception
    orders = shared_sample("cdnow")
    data = page.session_state["loaded_orders"]
    moves = page.dataframe[0].value
    assert (moves["origin"] != moves["target"]).all()
    # VIPs come from the model, so only what they have no part in can be counted without it.
    plain = turns(movement(orders, orders.end - (orders.end - orders.start) // 6, orders.end))
    assert list(metrics(page)) == ["Came in", "Came back", "Fell to at risk", "Fell to lapsed"]
    assert metrics(page)["Came in"] == str(plain.loc["came", "customers"])
    assert explained(page)
    assert f"{metrics(page)['Fell to at risk']} customers worth" in words(page)
    stayed = len(data.customers) - moves["customers"].sum()
    assert f"who moved. {stayed:,} are in the same stage on both days." in words(page)
    page.toggle(key="movement_stayed").set_value(True).run()
    assert page.dataframe[0].value["customers"].sum() == len(data.customers)


def test_a_movement_has_its_customers(page):
    pair = ("at_risk", "lapsed")
    at = page.selectbox(key="movement_pair").set_value(pair).run()
    assert not at.exception
    moves = at.dataframe[0].value
    count = int(
        moves.loc[(moves["origin"] == "At risk") & (moves["target"] == "Lapsed"), "customers"].iloc[
            0
        ]
    )
    assert f"Download {count} customers" in [one.label for one in at.get("download_button")]
    customers = at.session_state["loaded_orders"].customers.head(2)
    lines = to_csv(movers_list(customers, None, *pair)).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("customer_id,stage_before,stage_after")
    assert "at_risk,lapsed" in lines[1]


@pytest.mark.parametrize("period", ["Last 30 days", "Last 365 days", "This quarter", "Last year"])
def test_other_periods_and_thresholds(page, period):
    at = select(page, "Period").set_value(period).run()
    assert not at.exception
    at = at.segmented_control(key="movement_rules").set_value("Fit to my data").run()
    at = at.segmented_control(key="movement_measure").set_value("Expected value").run()
    assert not at.exception
    assert not at.error


def test_thresholds_set_on_the_segments_page_hold_here_too(page):
    published = metrics(page)
    at = page.switch_page("pages/segments.py").run()
    at.slider(key="repeat").set_value((20, 45)).run()
    at = at.switch_page(PAGE).run()
    assert not at.exception
    assert metrics(at)["Fell to lapsed"] != published["Fell to lapsed"]
    at.segmented_control(key="movement_rules").set_value("Published scheme").run()
    assert metrics(at) == published


def test_own_dates_may_be_any_two_days_of_the_orders(page):
    at = select(page, "Period").set_value("Own dates").run()
    assert not at.exception
    assert [one.label for one in at.date_input] == ["From the evening of", "To the evening of"]
    at = (
        at.date_input(key="movement_end").set_value(at.date_input(key="movement_start").value).run()
    )
    assert not at.exception
    assert "There is no movement between these days" in words(at)
    assert "the second day needs to come after the first" in words(at)


def test_a_period_before_the_orders_says_that_everybody_looks_new(page):
    at = select(page, "Period").set_value("Last year").run()
    assert "no order is known, so that customers from before look new" in words(at)
    assert metrics(at)["Fell to lapsed"] == "0"


def test_a_shared_url_opens_the_same_drawing():
    at = open_page(
        PAGE,
        movement_period="Last 365 days",
        movement_measure="Expected value",
        movement_stayed="true",
    )
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert select(at, "Period").value == "Last 365 days"
    assert at.segmented_control(key="movement_measure").value == "Expected value"
    assert at.toggle(key="movement_stayed").value


# --- files with little in them ---


def test_without_a_model_stages_still_move():
    rows = [f"{i},only{i}@x.com,2024-{1 + i % 5:02d}-{1 + i % 28:02d},{10 + i}" for i in range(200)]
    at = loaded_app(order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    assert "nobody is VIP, and no expected value moves" in words(at)
    assert at.segmented_control(key="movement_measure").options == ["Customers"]
    assert int(metrics(at)["Fell to lapsed"]) > 0
    assert "worth" not in next(one.value for one in at.markdown if "fell from active" in one.value)
    at = at.selectbox(key="movement_pair").set_value(("new", "lapsed")).run()
    assert not at.exception


@pytest.mark.parametrize("customers", [1, 30])
def test_a_few_customers_do(customers):
    rows = [
        f"{i}-{k},c{i}@x.com,2024-{1 + k * 2:02d}-{1 + i % 28:02d},{10 + i}"
        for i in range(customers)
        for k in (0, 1)
    ]
    at = loaded_app(order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    at = select(at, "Period").set_value("Last 30 days").run()
    assert not at.exception


def test_a_currency_with_markdown_is_shown_as_it_is():
    rows = [
        f"{i}-{k},c{i}@x.com,2024-{1 + (i + 2 * k) % 8:02d}-{1 + i % 28:02d},{10 + i},**$x$** <b>"
        for i in range(120)
        for k in range(1 + i % 3)
    ]
    at = loaded_app(order_file(rows, "Order,Email,Date,Total,Currency")).switch_page(PAGE).run()
    assert not at.exception
    assert not any("**$x$**" in str(one.value) for one in [*at.markdown, *at.caption])
    assert not any("**$X$**" in f"{one.value} {one.delta}".upper() for one in at.metric)
    # Escaped once: twice would show the backslashes.
    assert not any("\\\\" in f"{one.value} {one.delta}" for one in at.metric)
