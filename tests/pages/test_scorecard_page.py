"""The scorecard page, opened by its own URL and from the front page."""

import datetime as dt

import pytest

from retention import Period, sample_orders, scorecard
from retention.history.metrics import METRICS
from retention.view.scorecard import words as scorecard_words
from tests.pages.steps import (
    as_read,
    button,
    metrics,
    open_page,
    order_file,
    select,
    set_for_the_store,
    use_upload,
    words,
)

PAGE = "pages/scorecard.py"


@pytest.fixture(scope="module")
def store():
    """The page with the sample store; each test leaves the settings as they were."""
    return button(open_page(PAGE), "Load the sample store").click().run()


@pytest.fixture
def cdnow_page(cdnow):
    return cdnow.switch_page(PAGE).run()


def test_opened_cold_it_offers_the_sample_store_there_and_then():
    at = open_page(PAGE)
    assert not at.exception
    assert not at.metric
    assert "How well do we keep customers?" in words(at)


def test_the_cards_show_the_scorecard_of_the_last_year(store):
    assert not store.exception
    orders = sample_orders("store")
    after = orders.end + dt.timedelta(days=1)
    card = scorecard(orders, after - dt.timedelta(days=365), after)
    shown = metrics(store)
    for name in (
        "customer_retention_rate",
        "repeat_purchase_rate",
        "average_order_value",
        "new_customers",
    ):
        value = card.metrics.loc[name, "value"]
        assert shown[METRICS[name].label] == scorecard_words.shown(name, value, orders.currency)


def test_every_card_says_its_definition_period_and_range(store):
    for metric in store.metric:
        names = [name for name, one in METRICS.items() if one.label == metric.label]
        if names:
            assert METRICS[names[0]].definition.split(" ")[0] in metric.help
            assert "31 Oct 2026" in metric.help
    helps = [as_read(metric.help) for metric in store.metric]
    assert sum("95% range" in text for text in helps) >= 15


def test_a_change_stands_with_its_range_and_noise_is_called_noise(store):
    text = words(store)
    assert "points (" in text
    assert "No clear change" in text
    assert "Ahead" in text
    assert "by its definition you have" in text


def test_another_period_and_active_days_change_the_numbers(store):
    before = metrics(store)
    at = select(store, "Period").set_value("Last quarter").run()
    at = at.slider(key="active_days").set_value(90).run()
    assert not at.exception
    assert metrics(at)["Revenue"] != before["Revenue"]
    assert "1 Jul 2026 to 30 Sep 2026" in words(at)
    assert "active for 90 days" in words(at)
    at = select(at, "Period").set_value("Last 365 days").run()
    at.slider(key="active_days").set_value(365).run()


def test_a_change_of_less_than_a_year_is_said_to_hold_the_seasons(store):
    assert "seasons included" not in words(store)
    at = select(store, "Period").set_value("Last 90 days").run()
    # Of the sample's two years none reaches back far enough for the year before.
    assert "since the period before, seasons included" in words(at)
    select(at, "Period").set_value("Last 365 days").run()


def test_periods_that_differ_by_a_leap_day_are_compared_once(front):
    last = dt.date(2025, 12, 31)
    rows = [f"{n},c{n % 90}@x.com,{last - dt.timedelta(days=2 * n)},10" for n in range(730)]
    use_upload(front, order_file(rows, "Order,Email,Date,Total"))
    at = front.switch_page(PAGE).run()
    at = select(at, "Period").set_value("Own dates").run()
    at = (
        at.date_input(key="own_dates").set_value((dt.date(2025, 1, 1), dt.date(2025, 12, 31))).run()
    )
    assert not at.exception
    assert "compared with 2 Jan 2024 to 31 Dec 2024. A customer" in words(at)
    assert "since the year before" not in words(at)


def test_all_has_nothing_to_compare_with_and_says_what_it_lacks(store):
    at = select(store, "Period").set_value("All").run()
    assert not at.exception
    assert "nothing to compare" in words(at)
    assert "no retention rate" in words(at)
    assert metrics(at)["Customer retention rate"] == "–"
    select(at, "Period").set_value("Last 365 days").run()


def test_own_dates_are_both_included(store):
    at = select(store, "Period").set_value("Own dates").run()
    at = at.date_input(key="own_dates").set_value((dt.date(2026, 3, 1), dt.date(2026, 3, 31))).run()
    assert not at.exception
    assert "1 Mar 2026 to 31 Mar 2026" in words(at)
    orders = sample_orders("store")
    period = Period(dt.date(2026, 3, 1), dt.date(2026, 4, 1))
    card = scorecard(orders, period.start, period.end)
    assert metrics(at)["New customers"] == f"{card.counts.new:,}"
    at = at.date_input(key="own_dates").set_value((dt.date(2026, 3, 1),)).run()
    assert not at.exception
    select(at, "Period").set_value("Last 365 days").run()


def test_a_target_takes_the_place_of_the_benchmark(store):
    at = store.number_input(key="target_repeat_purchase_rate").set_value(90.0).run()
    assert not at.exception
    assert "Target 90.0%" in words(at)
    assert "Repeat purchase rate is behind its target" in words(at)
    at.number_input(key="target_repeat_purchase_rate").set_value(None).run()


def test_every_target_can_be_set(store):
    for box in store.number_input:
        box.set_value(40.0)
    at = store.run()
    assert not at.exception
    assert words(at).count("Target") == 8
    for box in at.number_input:
        box.set_value(None)
    at.run()


def test_a_line_of_business_brings_its_own_benchmarks(store):
    at = set_for_the_store(store, PAGE, line="Tea")
    assert "Benchmark 21.0%" in words(at)
    assert "Benchmarks: Tea." in words(at)
    set_for_the_store(at, PAGE, line="All e-commerce")


def test_the_holdback_comes_with_its_worth_and_what_to_do(store):
    assert "Closing the gap is worth" in metrics(store)
    assert "What works on it" in words(store)
    assert store.expander[1].label


def test_the_base_as_a_bridge_in_customers_and_in_revenue(store):
    at = store.button_group(key="bridge_in").set_value("Revenue").run()
    assert not at.exception
    assert "customers who stayed may have spent more or less" in words(at)
    at.button_group(key="bridge_in").set_value("Customers").run()


def test_report_and_tables_can_be_taken_along(store):
    labels = [found.label for found in store.get("download_button")]
    assert labels[0] == "Report for a meeting or an e-mail"
    assert {
        "Metrics",
        "Reading",
        "Monthly trend",
        "Customer base",
        "New and returning",
        "Waits",
    } <= set(labels)


def test_cdnow_has_no_discounts_and_no_currency(cdnow_page):
    assert not cdnow_page.exception
    assert "Discount share" not in metrics(cdnow_page)
    assert "$" not in metrics(cdnow_page)["Revenue"]


@pytest.mark.parametrize("customers", [1, 3, 40])
def test_a_tiny_file_has_a_scorecard_with_a_word_of_caution(front, customers):
    rows = [
        f"{n},c{n % customers}@x.com,2024-{1 + n % 6:02}-{1 + n % 28:02},10"
        for n in range(2 * customers)
    ]
    at = use_upload(front, order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    assert metrics(at)["New customers"] == str(customers)
    assert "Too little data" in words(at) or "Nothing to compare with" in words(at)


def test_a_young_file_says_which_days_it_has_and_what_cannot_be_told(front):
    """Five months, 60 customers: the last year is these months, too short for a benchmark."""
    days = [dt.date(2026, 5, 2) + dt.timedelta(days=n) for n in range(147)]
    at = use_upload(
        front, order_file([f"{n},c{n % 60}@x.com,{day},10" for n, day in enumerate(days)])
    )
    at = at.switch_page(PAGE).run()
    assert not at.exception
    text = words(at)
    assert "The orders begin on 2 May 2026, so the period has 147 of its 365 days." in text
    assert "2 May 2026 to 25 Sep 2026" in text
    assert "do not reach back far enough to tell" in text
    at = select(at, "Period").set_value("Last 30 days").run()
    assert "Not comparable" in words(at)
    assert "so the period has" not in words(at)


def test_the_month_chart_begins_with_a_line_and_says_what_looks_back(cdnow_page):
    assert select(cdnow_page, "Metric").value == "repeat_purchase_rate"
    assert "what moves in the first months" in words(cdnow_page)


def test_settings_stand_in_the_address():
    at = (
        button(
            open_page(PAGE, period="Last 90 days", active_days="120", line="Coffee"),
            "Load the sample store",
        )
        .click()
        .run()
    )
    assert not at.exception
    assert select(at, "Period").value == "Last 90 days"
    assert at.slider(key="active_days").value == 120
    assert "Benchmark 30.0%" in words(at)
