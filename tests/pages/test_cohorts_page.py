"""The cohorts page: its settings, its charts' rows, one cohort's customers, and files with little in them."""

import numpy as np
import pandas as pd
import pytest

from retention.cohorts import cohort_table, second_orders
from retention.samples import sample_orders
from retention.view import cohort_frames as frames
from tests.pages.steps import button, metrics, open_page, order_file, select, use_upload, words

PAGE = "pages/cohorts.py"
HEADINGS = ["Who came back, and when", "What a customer brings over time", "Time to the second order"]


@pytest.fixture
def page(cdnow):
    """The page with CDNOW loaded."""
    return cdnow.switch_page(PAGE).run()


@pytest.fixture(scope="module")
def view_of_cdnow() -> tuple[frames.View, frames.Cohorts]:
    orders = sample_orders("cdnow")
    table, second = frames.keyed(cohort_table(orders)), frames.keyed(second_orders(orders))
    names = {key: frames.name_of(cohort, "month") for key, cohort in zip(second["key"], second["cohort"], strict=True)}
    return frames.View("month", None, "Share", 24, 12), frames.Cohorts(table, second, None, None, names)


def test_opened_cold_it_offers_the_sample_store_there_and_then():
    at = open_page(PAGE)
    assert not at.exception
    assert not at.metric
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert at.title[0].value == "Cohorts"
    cards = metrics(at)
    assert list(cards)[:4] == ["Back within 90 days", "Against those before", "New customers", "Next 12 months"]
    assert "clear change" in at.metric[1].delta or "up" in at.metric[1].delta or "down" in at.metric[1].delta
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
    assert "Expected orders count days with an order" in words(at)
    assert "Number of the customers of a cohort" in words(at)


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


# --- files with little in them ------------------------------------------------------------------------------------


def test_one_cohort_is_shown_and_said_to_be_alone(front):
    rows = [f"{i}-{k},c{i}@x.com,2024-03-{1 + (i + 9 * k) % 28:02d},{10 + i}" for i in range(40) for k in range(2)]
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


# --- the rows of the charts ------------------------------------------------------------------------------------------


def test_the_triangles_colours_leave_age_0_out(view_of_cdnow):
    view, found = view_of_cdnow
    keys = frames.shown_keys(view, found)
    rows = frames.triangle_frame(found.table, keys, found.names, "Share")
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
    table = cohort_table(type(orders)(cut, orders.report, orders.start, pd.Timestamp("2026-10-14").date(), "USD", "x"))
    table = frames.keyed(table)
    names = {key: key for key in table["key"]}
    rows = frames.triangle_frame(table, list(names), names, "Customers")
    assert rows.loc[~rows["complete"], "note"].str.contains("not over").all()
    assert rows["label"].str.contains("only").equals(table["small"])
    assert not rows.loc[table["small"], "sure"].any()
    assert rows["complete"].mean() > 0.8


def test_the_forecast_goes_on_where_the_curve_ends(page, view_of_cdnow):
    view, found = view_of_cdnow
    keys = frames.shown_keys(view, found)
    data = page.session_state["loaded_orders"]
    ahead = pd.DataFrame(
        [
            {"key": key, "customers": 700, "month": month, "day": 30.4375 * month, "revenue": 2.0 * month}
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


def test_files_name_the_cohorts(view_of_cdnow):
    _, found = view_of_cdnow
    lines = frames.cohorts_csv(found.table, found.names).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("cohort,age,customers,small,observed,active,share")
    assert lines[1].startswith("Jan 1997,0,781,False,781,781,1.0")
    assert len(lines) == len(found.table) + 1
