"""The cohorts page: its settings, one cohort's customers, and files with little in them."""

import numpy as np
import pandas as pd
import pytest

from retention import cohort_table, sample_orders, second_orders, wording
from retention.history.order_history import order_history
from retention.reports.cohort_forecast import orders_per_purchase_day
from retention.view.cohorts import curve_frames, frames
from tests.pages.steps import (
    button,
    conclusion,
    explained,
    loaded_app,
    metrics,
    notes,
    open_page,
    open_part,
    order_file,
    select,
    words,
)
from tests.support.sample_store import shared_sample

PAGE = "pages/cohorts.py"
PARTS = ["Who came back", "What a customer brings", "Second order"]
HEADINGS = [
    "Who came back, and when",
    "What a customer brings over time",
    "Time to the second order",
]


@pytest.fixture
def page(cdnow):
    """The page with CDNOW loaded."""
    return cdnow.switch_page(PAGE).run()


@pytest.fixture(scope="module")
def view_of_cdnow() -> tuple[frames.CohortView, frames.Cohorts]:
    orders = shared_sample("cdnow")
    table, second = frames.keyed(cohort_table(orders)), frames.keyed(second_orders(orders))
    view = frames.CohortView("month", by=None, show="Share", cohorts=24, ages=12)
    return view, frames.cohorts_of(table, second, None, None, view, orders.start, 1.0)


def test_opened_cold_it_offers_the_sample_store_there_and_then():
    at = open_page(PAGE)
    assert not at.exception
    assert not at.metric
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert at.title[0].value == "Cohorts"
    cards = metrics(at)
    assert list(cards)[:4] == [
        "Back within 90 days",
        "Cohorts against those before",
        "New customers",
        "Revenue, next 12 months",
    ]
    assert (
        "clear change" in at.metric[1].delta
        or "up" in at.metric[1].delta
        or "down" in at.metric[1].delta
    )
    assert "the newest 24 of 36 cohorts and ages up to 12 of 35" in words(at)


def test_cdnow_reads_from_settings_to_customers(page):
    assert not page.exception
    assert "came back within 90 days" in conclusion(page)
    for part, heading in zip(PARTS, HEADINGS, strict=True):
        page = open_part(page, "cohorts_part", part)
        assert not page.exception
        assert [s.value for s in page.subheader] == [heading, "Customers of a cohort"]
    assert explained(page)
    orders = shared_sample("cdnow")
    second = second_orders(orders).iloc[::-1]
    shown = page.dataframe[0].value
    assert shown["customers"].tolist() == second["customers"].tolist()
    assert shown["share_90"].tolist() == pytest.approx(second["share_90"].round(3).tolist())
    back = second["within_90"].sum() / second["observed_90"].sum()
    assert metrics(page)["Back within 90 days"] == f"{back:.0%}"
    assert "“Channel”" in words(page)


def test_a_chosen_cohort_lists_its_own_customers(page):
    at = select(page, "Cohort").set_value("1997-01-01").run()
    assert not at.exception
    customers = metrics(at)["Customers"]
    found = cohort_table(shared_sample("cdnow"))
    assert customers == str(found.loc[found["cohort"] == "1997-01-01", "customers"].iloc[0])
    assert f"The first 200 of {customers} customers" in words(at)
    assert at.dataframe[-1].value["cltv"].is_monotonic_decreasing


@pytest.mark.parametrize("kind", ["Week", "Quarter"])
def test_other_periods_make_other_cohorts(page, kind):
    at = select(page, "Cohorts by").set_value(kind).run()
    at = open_part(at, "cohorts_part", "Second order")
    assert not at.exception
    assert at.dataframe[0].value["customers"].sum() == 2_357
    at = open_part(at, "cohorts_part", "What a customer brings")
    at = at.segmented_control(key="measure").set_value("Orders").run()
    assert not at.exception
    # CDNOW's repeat days have 1.04 orders each: two orders on one day are two.
    assert (
        f"times the {orders_per_purchase_day(order_history(sample_orders('cdnow'))):.2f} orders"
        in words(at)
    )
    at = open_part(at, "cohorts_part", "Who came back")
    at = at.segmented_control(key="show").set_value("Customers").run()
    assert "Number of the customers of a cohort" in words(at)


def test_a_chosen_month_is_not_taken_for_the_week_of_the_same_day(page):
    """Months, weeks and quarters may begin on the same day."""
    at = select(page, "Cohorts by").set_value("Week").run()
    at = select(at, "Cohort").set_value("1997-03-03").run()
    assert not at.exception
    weekly = metrics(at)["Customers"]
    at = select(at, "Cohorts by").set_value("Quarter").run()
    assert select(at, "Cohort").value == "1997-01-01"
    assert metrics(at)["Customers"] == "2,357"
    assert metrics(at)["Customers"] != weekly
    at = select(at, "Cohorts by").set_value("Month").run()
    assert select(at, "Cohort").value == "1997-03-01"


@pytest.mark.parametrize("by", ["First channel", "First coupon", "First product"])
def test_a_shared_url_opens_cohorts_by_what_the_first_order_says(by):
    at = open_page(PAGE, cohorts=by, rows="6", ages="6")
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert select(at, "Cohorts by").value == by
    assert "Only months that are over count" in words(at)
    cards = metrics(at)
    assert float(cards["Most come back"].rstrip("%")) > float(cards["Fewest come back"].rstrip("%"))
    at = open_part(at, "cohorts_part", "Second order")
    assert len(at.dataframe[0].value) <= 6
    assert at.dataframe[0].value["customers"].is_monotonic_decreasing


def test_an_address_that_says_what_to_add_up_opens_that_part():
    at = open_page(PAGE, measure="Orders")
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert at.segmented_control(key="measure").value == "Orders"


@pytest.mark.parametrize("key", ["cohorts", "rows", "show"])
def test_nonsense_in_the_url_is_ignored(key):
    at = open_page(PAGE, **{key: "<script>"})
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert select(at, "Cohorts by").value == "Month"


# --- files with little in them ---


def test_one_cohort_is_shown_and_said_to_be_alone():
    rows = [
        f"{i}-{k},c{i}@x.com,2024-03-{1 + (i + 9 * k) % 28:02d},{10 + i}"
        for i in range(40)
        for k in range(2)
    ]
    at = loaded_app(order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    assert any("All customers belong to one cohort, Mar 2024" in info.value for info in at.info)
    assert metrics(at)["Customers"] == "40"


def test_without_second_orders_there_is_no_time_to_one_and_no_forecast():
    rows = [f"{i},only{i}@x.com,2024-{1 + i % 5:02d}-{1 + i % 28:02d},{10 + i}" for i in range(200)]
    at = loaded_app(order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    at = open_part(at, "cohorts_part", "What a customer brings")
    assert "There is no forecast:" in words(at)
    at = open_part(at, "cohorts_part", "Second order")
    assert any("No customer has ordered a second time" in info.value for info in at.info)
    assert "Revenue, next 12 months" not in metrics(at)
    assert "Expected value" not in metrics(at)
    assert at.dataframe[-1].value["revenue"].is_monotonic_decreasing


def test_names_from_the_file_are_shown_as_they_are():
    rows = [
        f"{i}-{k},c{i}@x.com,2024-{1 + (i + k) % 6:02d}-{1 + i % 28:02d},{10 + i},"
        f"{('**bold** $x$', '')[i % 2]}"
        for i in range(300)
        for k in range(1 + i % 3)
    ]
    header = "Order,Email,Date,Total,Channel"
    at = loaded_app(order_file(rows, header)).switch_page(PAGE).run()
    at = select(at, "Cohorts by").set_value("First channel").run()
    assert not at.exception
    # Both values stand in a card, and neither is read as Markdown.
    notes_shown = [metric.delta for metric in at.metric if metric.delta]
    assert any("\\*\\*bold" in note for note in notes_shown)
    assert any("none" in note for note in notes_shown)


def test_one_customer_has_one_range():
    rows = [
        f"{i}-{k},c{i}@x.com,2024-{1 + (i + k) % 6:02d}-{1 + i % 28:02d},{10 + i % 7}"
        for i in range(300)
        for k in range(1 + i % 3)
    ]
    at = loaded_app(order_file([*rows, "z,one@x.com,2024-07-01,12"])).switch_page(PAGE).run()
    assert not at.exception
    assert metrics(at)["Customers"] == "1"
    row = at.dataframe[-1].value.iloc[0]
    note = notes(at)["Expected value"]
    assert note.endswith(f"80% range {wording.money_range(row['cltv_low'], row['cltv_high'])}")
    assert "12 months, discounted" in note


def test_a_cohort_by_value_has_one_size_on_the_page():
    """Sixty customers of the web, ten of whom came in the month that is not over."""
    rows = [
        f"{i}-{k},c{i}@x.com,2024-{1 + i // 10 + k:02d}-{1 + i % 10:02d},{10 + i % 7},"
        f"{('web', 'app')[i % 2]}"
        for i in range(60)
        for k in range(1 + i % 2)
    ]
    rows += [f"n{i},n{i}@x.com,2024-07-1{i % 3},9,web" for i in range(10)]
    at = loaded_app(order_file(rows, "Order,Email,Date,Total,Channel")).switch_page(PAGE).run()
    at = select(at, "Cohorts by").set_value("First channel").run()
    assert not at.exception
    assert "who came in the last one adds to the size and is in no cell yet" in words(at)
    at = open_part(at, "cohorts_part", "Second order")
    table = at.dataframe[0].value.set_index("name")["customers"]
    data = at.session_state["loaded_orders"]
    found = frames.cohorts_of(
        frames.keyed(cohort_table(data.orders, "month", "channel", partial=False)),
        frames.keyed(second_orders(data.orders, "month", "channel")),
        None,
        None,
        frames.CohortView("month", by="channel", show="Share", cohorts=24, ages=12),
        data.orders.start,
        1.0,
    )
    rows = frames.triangle_frame(
        found.table,
        frames.shown_keys(frames.CohortView("month", "channel", "", 9, 9), found),
        found,
        "Share",
    )
    assert rows.drop_duplicates("label")["label"].tolist() == [
        f"{name} · {size}" for name, size in table.items()
    ]
    assert table.sum() == 70


# --- the curves ---


def test_the_forecast_goes_on_where_the_curve_ends(page, view_of_cdnow):
    view, found = view_of_cdnow
    keys = frames.shown_keys(view, found)
    data = page.session_state["loaded_orders"]
    ahead = pd.DataFrame(
        [
            {
                "key": key,
                "customers": 700,
                "month": month,
                "day": 30.4375 * month,
                "revenue": 2.0 * month,
            }
            | {"revenue_low": 1.5 * month, "revenue_high": 2.5 * month}
            for key in keys
            for month in (1, 12)
        ]
    )
    found = frames.Cohorts(found.table, found.second, ahead, None, found.names)
    lit = curve_frames.highlighted(view, found, keys, None)
    past = curve_frames.past_frame(view, found, keys, lit, "revenue", data)
    rows = curve_frames.ahead_frame(view, found, lit, past, "revenue", data)
    for key in lit:
        curve, line = past[past["key"] == key], rows[rows["key"] == key]
        assert line["age"].iloc[0] == curve["age"].iloc[-1]
        # March 1997 is 15 months old when the orders end in June 1998: all of the curve is there.
        assert curve["age"].iloc[-1] == found.table.loc[found.table["key"] == key, "age"].max()
        assert line[["value", "low", "high"]].iloc[0].tolist() == [curve["value"].iloc[-1]] * 3
        assert np.diff(line["age"]).tolist() == pytest.approx([1, 11])
        assert line["value"].iloc[-1] - line["value"].iloc[0] == pytest.approx(24)


def test_a_month_that_has_just_begun_stands_at_the_left_edge():
    rows = [f"{i},c{i}@x.com,2024-0{1 + i % 5}-{1 + i % 28:02d},10" for i in range(140)]
    at = loaded_app(order_file([*rows, "z,one@x.com,2024-06-01,12"])).switch_page(PAGE).run()
    data = at.session_state["loaded_orders"]
    view = frames.CohortView("month", by=None, show="Share", cohorts=24, ages=12)
    table, second = (
        frames.keyed(cohort_table(data.orders)),
        frames.keyed(second_orders(data.orders)),
    )
    found = frames.cohorts_of(table, second, None, None, view, data.orders.start, 1.0)
    past = curve_frames.past_frame(
        view, found, list(found.names), list(found.names), "revenue", data
    )
    assert past.groupby("key")["age"].first().tolist() == [0.0] * 6
    # January's fifth month has seen one of its thirty days.
    assert past.loc[past["key"] == "2024-01-01", "age"].iloc[-1] == pytest.approx(4 + 1 / 30)
