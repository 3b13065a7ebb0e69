"""The cohorts page: its settings, one cohort's customers, and files with little in them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from retention import cohort_table, sample_orders, second_orders, wording
from retention.history.order_history import order_history
from retention.orders.gaps import order_gaps
from retention.reports.cohort_calendar import period_numbers, period_starts
from retention.reports.cohort_forecast import orders_per_purchase_day
from retention.view.cohorts import frames
from retention.view.cohorts.data import file_name
from tests.pages.steps import button, metrics, open_page, order_file, select, use_upload, words
from tests.support.orders_stub import orders_of

PAGE = "pages/cohorts.py"
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
    orders = sample_orders("cdnow")
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
        "Against those before",
        "New customers",
        "Next 12 months",
    ]
    assert (
        "clear change" in at.metric[1].delta
        or "up" in at.metric[1].delta
        or "down" in at.metric[1].delta
    )
    assert "the newest 24 of 36 cohorts and ages up to 12 of 35" in words(at)


def test_cdnow_reads_from_settings_to_customers(page):
    assert not page.exception
    assert [s.value for s in page.subheader] == [*HEADINGS, "Customers of a cohort"]
    assert all(metric.help for metric in page.metric)
    orders = sample_orders("cdnow")
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
    found = cohort_table(sample_orders("cdnow"))
    assert customers == str(found.loc[found["cohort"] == "1997-01-01", "customers"].iloc[0])
    assert f"The first 200 of {customers} customers" in words(at)
    assert at.dataframe[-1].value["cltv"].is_monotonic_decreasing


@pytest.mark.parametrize("kind", ["Week", "Quarter"])
def test_other_periods_make_other_cohorts(page, kind):
    at = select(page, "Cohorts by").set_value(kind).run()
    assert not at.exception
    assert at.dataframe[0].value["customers"].sum() == 2_357
    at = at.segmented_control(key="measure").set_value("Orders").run()
    at = at.segmented_control(key="show").set_value("Customers").run()
    assert not at.exception
    # CDNOW's repeat days have 1.04 orders each: two orders on one day are two.
    assert (
        f"times the {orders_per_purchase_day(order_history(sample_orders('cdnow'))):.2f} orders"
        in words(at)
    )
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
    assert len(at.dataframe[0].value) <= 6
    assert at.dataframe[0].value["customers"].is_monotonic_decreasing


@pytest.mark.parametrize("key", ["cohorts", "rows", "show"])
def test_nonsense_in_the_url_is_ignored(key):
    at = open_page(PAGE, **{key: "<script>"})
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert select(at, "Cohorts by").value == "Month"


# --- files with little in them ---


def test_one_cohort_is_shown_and_said_to_be_alone(front):
    rows = [
        f"{i}-{k},c{i}@x.com,2024-03-{1 + (i + 9 * k) % 28:02d},{10 + i}"
        for i in range(40)
        for k in range(2)
    ]
    at = use_upload(front, order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    assert any("All customers belong to one cohort, Mar 2024" in info.value for info in at.info)
    assert metrics(at)["Customers"] == "40"


def test_without_second_orders_there_is_no_time_to_one_and_no_forecast(front):
    rows = [f"{i},only{i}@x.com,2024-{1 + i % 5:02d}-{1 + i % 28:02d},{10 + i}" for i in range(200)]
    at = use_upload(front, order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    assert any("No customer has ordered a second time" in info.value for info in at.info)
    assert "There is no forecast:" in words(at)
    assert "Next 12 months" not in metrics(at)
    assert "Expected value" not in metrics(at)
    assert at.dataframe[-1].value["revenue"].is_monotonic_decreasing


def test_names_from_the_file_are_shown_as_they_are(front):
    rows = [
        f"{i}-{k},c{i}@x.com,2024-{1 + (i + k) % 6:02d}-{1 + i % 28:02d},{10 + i},{('**bold** $x$', '')[i % 2]}"
        for i in range(300)
        for k in range(1 + i % 3)
    ]
    header = "Order,Email,Date,Total,Channel"
    at = use_upload(front, order_file(rows, header)).switch_page(PAGE).run()
    at = select(at, "Cohorts by").set_value("First channel").run()
    assert not at.exception
    # Both values stand in a card, and neither is read as Markdown.
    notes = [metric.delta for metric in at.metric if metric.delta]
    assert any("\\*\\*bold" in note for note in notes)
    assert any("none" in note for note in notes)


def test_one_customer_has_one_range(front):
    rows = [
        f"{i}-{k},c{i}@x.com,2024-{1 + (i + k) % 6:02d}-{1 + i % 28:02d},{10 + i % 7}"
        for i in range(300)
        for k in range(1 + i % 3)
    ]
    at = use_upload(front, order_file([*rows, "z,one@x.com,2024-07-01,12"])).switch_page(PAGE).run()
    assert not at.exception
    assert metrics(at)["Customers"] == "1"
    row = at.dataframe[-1].value.iloc[0]
    note = next(metric.delta for metric in at.metric if metric.label == "Expected value")
    assert note.endswith(f"80% range {wording.money_range(row['cltv_low'], row['cltv_high'])}")
    assert "12 months, discounted" in note


def test_a_cohort_by_value_has_one_size_on_the_page(front):
    """Sixty customers of the web, ten of whom came in the month that is not over."""
    rows = [
        f"{i}-{k},c{i}@x.com,2024-{1 + i // 10 + k:02d}-{1 + i % 10:02d},{10 + i % 7},{('web', 'app')[i % 2]}"
        for i in range(60)
        for k in range(1 + i % 2)
    ]
    rows += [f"n{i},n{i}@x.com,2024-07-1{i % 3},9,web" for i in range(10)]
    at = (
        use_upload(front, order_file(rows, "Order,Email,Date,Total,Channel"))
        .switch_page(PAGE)
        .run()
    )
    at = select(at, "Cohorts by").set_value("First channel").run()
    assert not at.exception
    assert "who came in the last one adds to the size and is in no cell yet" in words(at)
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


# --- the rows of the charts ---


def test_the_triangles_colours_leave_age_0_out(view_of_cdnow):
    view, found = view_of_cdnow
    keys = frames.shown_keys(view, found)
    rows = frames.triangle_frame(found.table, keys, found, "Share")
    repeat = rows[~rows["first"]]
    assert repeat["strength"].max() == 1
    assert rows.loc[rows["first"], "strength"].nunique() == 1
    assert rows["label"].unique().tolist() == [
        f"{found.names[key]} · {n}" for key, n in zip(keys, found.second["customers"], strict=True)
    ]
    assert rows.loc[0, ["words", "share"]].tolist() == ["100", 1.0]


def test_small_and_unfinished_cells_are_told_apart():
    orders = sample_orders("store", customers=300)
    cut = orders.table.filter(orders.table.ordered_at < pd.Timestamp("2026-10-15"))
    table = cohort_table(
        type(orders)(
            cut, orders.report, orders.start, pd.Timestamp("2026-10-14").date(), "USD", "x"
        )
    )
    table = frames.keyed(table)
    names = {key: key for key in table["key"]}
    found = frames.Cohorts(table, table.drop_duplicates("key"), None, None, names)
    rows = frames.triangle_frame(table, list(names), found, "Customers")
    assert rows.loc[~rows["complete"], "note"].str.contains("not over").all()
    assert rows["label"].str.contains("only").equals(table["small"])
    assert not rows.loc[table["small"], "sure"].any()
    assert rows["complete"].mean() > 0.8


@pytest.mark.parametrize(
    ("period", "lost"),
    [
        ("month", ["2024-07-01"]),
        ("week", ["2024-07-01", "2024-07-08", "2024-07-15", "2024-07-22", "2024-07-29"]),
        ("quarter", []),
    ],
)
def test_cells_of_a_gap_are_as_incomplete_as_those_that_are_not_over(period, lost):
    """A shop of which July and the first days of August are missing."""
    days = pd.date_range("2024-01-01", "2024-12-29").difference(
        pd.date_range("2024-07-01", "2024-08-05")
    )
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{n % 40}" for n in range(len(days))],
            "ordered_at": days,
            "revenue": 1.0,
        }
    )
    table = frames.keyed(cohort_table(orders_of(frame), period))
    found = frames.Cohorts(
        table, table.drop_duplicates("key"), None, None, {key: key for key in table["key"]}
    )
    rows = frames.triangle_frame(
        table, list(found.names), found, "Share", period, order_gaps(days.date)
    )
    missing = rows["note"].str.contains("seem to be missing")
    assert not rows.loc[missing, "complete"].any()
    number = period_numbers(table["cohort"].to_numpy(), period) + table["age"].to_numpy()
    starts = pd.Series(period_starts(number, period)).dt.strftime("%Y-%m-%d")
    assert sorted(set(starts[missing])) == lost
    assert missing.sum() == starts.isin(lost).sum()


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
    lit = frames.highlighted(view, found, keys, None)
    past = frames.past_frame(view, found, keys, lit, "revenue", data)
    rows = frames.ahead_frame(view, found, lit, past, "revenue", data)
    for key in lit:
        curve, line = past[past["key"] == key], rows[rows["key"] == key]
        assert line["age"].iloc[0] == curve["age"].iloc[-1]
        # March 1997 is 15 months old when the orders end in June 1998: all of the curve is there.
        assert curve["age"].iloc[-1] == found.table.loc[found.table["key"] == key, "age"].max()
        assert line[["value", "low", "high"]].iloc[0].tolist() == [curve["value"].iloc[-1]] * 3
        assert np.diff(line["age"]).tolist() == pytest.approx([1, 11])
        assert line["value"].iloc[-1] - line["value"].iloc[0] == pytest.approx(24)


def test_a_month_that_has_just_begun_stands_at_the_left_edge(front):
    rows = [f"{i},c{i}@x.com,2024-0{1 + i % 5}-{1 + i % 28:02d},10" for i in range(140)]
    at = use_upload(front, order_file([*rows, "z,one@x.com,2024-06-01,12"])).switch_page(PAGE).run()
    data = at.session_state["loaded_orders"]
    view = frames.CohortView("month", by=None, show="Share", cohorts=24, ages=12)
    table, second = (
        frames.keyed(cohort_table(data.orders)),
        frames.keyed(second_orders(data.orders)),
    )
    found = frames.cohorts_of(table, second, None, None, view, data.orders.start, 1.0)
    past = frames.past_frame(view, found, list(found.names), list(found.names), "revenue", data)
    assert past.groupby("key")["age"].first().tolist() == [0.0] * 6
    # January's fifth month has seen one of its thirty days.
    assert past.loc[past["key"] == "2024-01-01", "age"].iloc[-1] == pytest.approx(4 + 1 / 30)


def test_first_cohorts_that_hold_older_customers_are_marked():
    months = pd.date_range("2024-01-01", periods=7, freq="MS")
    second = pd.DataFrame(
        {"cohort": months, "customers": [900, 400, 380, 450, 300, 280, 240], "small": False}
    )
    table = second.assign(
        age=0, observed=second["customers"], active=second["customers"], share=1.0, complete=True
    )
    view = frames.CohortView("month", by=None, show="Share", cohorts=24, ages=12)
    found = frames.cohorts_of(
        frames.keyed(table),
        frames.keyed(second),
        None,
        None,
        view,
        pd.Timestamp("2024-01-01").date(),
        1.0,
    )
    rows = frames.triangle_frame(found.table, list(found.names), found, "Share")
    assert rows["label"].tolist()[:2] == ["Jan 2024 · 900 *", "Feb 2024 · 400"]
    assert rows["note"].str.contains("before the file begins").tolist() == [True, *[False] * 6]


def test_a_forecast_of_purchase_days_becomes_one_of_orders():
    forecast = pd.DataFrame(
        {"cohort": ["web"], "orders": [2.0], "orders_low": [1.0], "orders_high": [3.0]}
    )
    found = frames.in_orders(forecast.assign(revenue=50.0), 1.1)
    assert found[["orders", "orders_low", "orders_high", "revenue"]].iloc[
        0
    ].tolist() == pytest.approx([2.2, 1.1, 3.3, 50])


def test_a_files_name_says_what_makes_the_cohorts_and_of_which_days():
    data = SimpleNamespace(orders=sample_orders("cdnow"))
    view = frames.CohortView("month", by=None, show="Share", cohorts=24, ages=12)
    assert file_name("cohorts", view, data) == "cohorts-by-month-1997-01-01-to-1998-06-30.csv"
    view = frames.CohortView("month", "channel", "Share", 24, 12)
    assert file_name("second-orders", view, data).startswith("second-orders-by-channel-1997")


def test_files_name_the_cohorts(view_of_cdnow):
    _, found = view_of_cdnow
    lines = frames.cohorts_csv(found.table).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("cohort,age,customers,small,observed,active,share")
    assert lines[1].startswith("1997-01-01,0,781,False,781,781,1.0")
    assert len(lines) == len(found.table) + 1
