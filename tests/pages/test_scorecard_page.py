"""The scorecard page, opened by its own URL and from the front page."""

import datetime as dt

import pytest

from retention import Period, scorecard
from retention.history.metrics import METRICS
from retention.view.scorecard import words as scorecard_words
from tests.pages.steps import (
    as_read,
    button,
    loaded_app,
    metrics,
    open_page,
    order_file,
    select,
    set_for_the_store,
    words,
)
from tests.support.sample_store import shared_sample

PAGE = "pages/scorecard.py"


@pytest.fixture(scope="module")
def store():
    """The page with the sample store; each test leaves the settings as they were."""
    return button(open_page(PAGE), "Load the sample store").click().run()


@pytest.fixture
def cdnow_page(cdnow):
    return cdnow.switch_page(PAGE).run()


def opened(at, part):
    """The page with a part below the cards open."""
    return at.button_group(key="score_part").set_value(part).run()


def closed(at):
    """The page as it opens."""
    return at.button_group(key="score_part").set_value(None).run()


def helps(at) -> str:
    """All that stands behind the question marks of the numbers."""
    return as_read("\n".join(metric.help for metric in at.metric if metric.help))


def test_opened_cold_it_offers_the_sample_store_there_and_then():
    at = open_page(PAGE)
    assert not at.exception
    assert not at.metric
    assert "How well do we keep customers?" in words(at)


def test_the_cards_show_the_scorecard_of_the_last_year(store):
    assert not store.exception
    orders = shared_sample("store")
    after = orders.end + dt.timedelta(days=1)
    card = scorecard(orders, after - dt.timedelta(days=365), after)
    shown = metrics(store)
    first = [
        *("customer_retention_rate", "repeat_within_90_days", "average_order_value"),
        *("orders_per_customer", "returning_revenue_share"),
    ]
    for name in first:
        value = card.metrics.loc[name, "value"]
        assert shown[METRICS[name].label] == scorecard_words.shown(name, value, orders.currency)
    assert list(shown) == [*(METRICS[name].label for name in first), "Expected value"]


def test_the_first_sentence_says_what_to_conclude(store):
    assert "Fewer first-time buyers come back than a year ago: 25%," in words(store)


def test_what_is_below_the_cards_is_not_built_until_it_is_opened(store):
    assert not store.get("download_button")
    assert not store.get("vega_lite_chart")
    at = opened(store, "All figures")
    assert not at.exception
    assert {"Revenue", "New customers", "Discount share"} <= set(metrics(at))
    assert "Churn rate" not in metrics(at)
    assert "lapsed (churn)" in helps(at)
    closed(at)


def test_no_two_metrics_are_one_thing(store):
    """What the retention rate's help tells has no card of its own."""
    at = opened(store, "All figures")
    assert not {"Churn rate", "Start's customers still active"} & set(metrics(at))
    assert "by its definition you have" not in words(at)
    closed(at)


def test_every_card_says_its_definition_period_and_range(store):
    store = opened(store, "All figures")
    for metric in store.metric:
        names = [name for name, one in METRICS.items() if one.label == metric.label]
        if names:
            assert METRICS[names[0]].definition.split(" ")[0] in metric.help
            assert "31 Oct 2026" in metric.help
    texts = [as_read(metric.help) for metric in store.metric]
    assert sum("95% range" in text for text in texts) >= 15
    assert sum("Both periods look back 366 days." in text for text in texts) >= 8
    closed(store)


def test_a_change_stands_with_its_range_and_noise_is_called_noise(store):
    text = words(store)
    assert "points (" in text
    assert "No clear change" in text
    assert "Ahead of" in text
    assert "looking back 366 days" in text
    assert "as customers’ ages differ" in text
    assert "Not comparable" not in text
    assert "by its definition you have" in helps(store)


def test_another_period_and_active_days_change_the_numbers(store):
    store = opened(store, "All figures")
    before = metrics(store)
    at = select(store, "Period").set_value("Last quarter").run()
    at = at.slider(key="active_days").set_value(90).run()
    assert not at.exception
    assert metrics(at)["Revenue"] != before["Revenue"]
    assert "1 Jul 2026 to 30 Sep 2026" in words(at)
    assert "active for 90 days" in words(at)
    at = select(at, "Period").set_value("Last 365 days").run()
    closed(at.slider(key="active_days").set_value(365).run())


def test_a_change_of_less_than_a_year_is_said_to_hold_the_seasons(store):
    assert "seasons included" not in words(store)
    at = select(store, "Period").set_value("Last 90 days").run()
    # The year before is there to tell the season from a change.
    assert "seasons included" not in words(at)
    assert "Since the year before" in words(at)
    select(at, "Period").set_value("Last 365 days").run()


def test_without_a_year_before_a_change_is_said_to_hold_the_seasons():
    days = [dt.date(2025, 1, 1) + dt.timedelta(days=n) for n in range(365)]
    rows = [f"{n},c{n // 2}@x.com,{day},10" for n, day in enumerate(4 * days)]
    at = loaded_app(order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    assert select(at, "Period").value == "Last 90 days"
    assert "seasons included" in words(at)


def test_periods_that_differ_by_a_leap_day_are_compared_once():
    last = dt.date(2025, 12, 31)
    rows = [f"{n},c{n % 90}@x.com,{last - dt.timedelta(days=2 * n)},10" for n in range(730)]
    at = loaded_app(order_file(rows, "Order,Email,Date,Total")).switch_page(PAGE).run()
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
    orders = shared_sample("store")
    period = Period(dt.date(2026, 3, 1), dt.date(2026, 4, 1))
    card = scorecard(orders, period.start, period.end)
    at = opened(at, "All figures")
    assert metrics(at)["New customers"] == f"{card.counts.new:,}"
    at = closed(at)
    at = at.date_input(key="own_dates").set_value((dt.date(2026, 3, 1),)).run()
    assert not at.exception
    select(at, "Period").set_value("Last 365 days").run()


def test_a_target_takes_the_place_of_the_benchmark(store):
    at = store.number_input(key="target_repeat_purchase_rate").set_value(90.0).run()
    assert not at.exception
    assert "Target 90.0%" in words(at)
    assert "Repeat purchase rate" in metrics(at)
    at = opened(at, "What to work on")
    assert "Repeat purchase rate is behind its target" in words(at)
    at = closed(at)
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
    assert "Benchmarks: Tea." in words(at)
    assert "Benchmark 21.0%" in helps(opened(at, "All figures"))
    closed(at)
    set_for_the_store(at, PAGE, line="All e-commerce")


def test_the_holdback_comes_with_its_worth_and_what_to_do(store):
    at = opened(store, "What to work on")
    assert "Closing the gap is worth" in metrics(at)
    assert "What works on it" in words(at)
    assert at.expander[1].label
    closed(at)


def test_the_base_as_a_bridge_in_customers_and_in_revenue(store):
    at = opened(store, "Customer base").button_group(key="bridge_in").set_value("Revenue").run()
    assert not at.exception
    assert "customers who stayed may have spent more or less" in words(at)
    closed(at.button_group(key="bridge_in").set_value("Customers").run())


def test_report_and_tables_can_be_taken_along(store):
    at = opened(store, "Report and files")
    labels = [found.label for found in at.get("download_button")]
    assert labels[0] == "Report for a meeting or an e-mail"
    assert {
        "Metrics",
        "Reading",
        "Monthly trend",
        "Customer base",
        "New and returning",
        "Waits",
    } <= set(labels)
    closed(at)


def test_cdnow_has_no_discounts_and_no_currency(cdnow_page):
    assert not cdnow_page.exception
    at = opened(cdnow_page, "All figures")
    assert "Discount share" not in metrics(at)
    assert "$" not in metrics(at)["Revenue"]


def test_cdnow_says_that_its_customers_have_aged(cdnow_page):
    """All of them came within three months: none is as young now as all were then."""
    assert select(cdnow_page, "Period").value == "Last 90 days"
    text = words(cdnow_page)
    assert "No equal ages" in text
    assert "hardly any customer is as old now as customers were then" in text
    assert "Fewer than 30 customers are as old now" in helps(cdnow_page)


@pytest.mark.parametrize("customers", [1, 3, 40])
def test_a_tiny_file_has_a_scorecard_with_a_word_of_caution(customers):
    rows = [
        f"{n},c{n % customers}@x.com,2024-{1 + n % 6:02}-{1 + n % 28:02},10"
        for n in range(2 * customers)
    ]
    at = loaded_app(order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    assert "Too little data" in words(at) or "Nothing earlier yet" in words(at)
    at = select(opened(at, "All figures"), "Period").set_value("Last 365 days").run()
    assert metrics(at)["New customers"] == str(customers)


def test_a_young_file_says_which_days_it_has_and_what_cannot_be_told():
    """Five months, 60 customers: the last year is these months, too short for a benchmark."""
    days = [dt.date(2026, 5, 2) + dt.timedelta(days=n) for n in range(147)]
    rows = [f"{n},c{n % 60}@x.com,{day},10" for n, day in enumerate(days)]
    at = loaded_app(order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    text = words(at)
    assert "The orders begin on 2 May 2026, so the period has 147 of its 365 days." in text
    assert "2 May 2026 to 25 Sep 2026" in text
    assert "do not reach back far enough to tell" in helps(at)
    assert "Nothing earlier yet" in text
    assert "The orders begin too late for an earlier period." in helps(at)
    at = select(at, "Period").set_value("Last 30 days").run()
    assert "looking back 87 days" in words(at)
    assert "so the period has" not in words(at)


def test_the_month_chart_begins_with_a_line_and_says_what_looks_back(cdnow_page):
    at = opened(cdnow_page, "Month by month")
    assert select(at, "Metric").value == "repeat_purchase_rate"
    assert "what moves in the first months" in words(at)


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
    assert "Benchmark 30.0%" in helps(opened(at, "All figures"))
