"""The rows of the cohorts page's charts."""

import pandas as pd
import pytest

from retention import cohort_table, sample_orders, second_orders
from retention.orders.gaps import order_gaps
from retention.reports.cohort_calendar import period_numbers, period_starts
from retention.view.cohorts import frames
from tests.support.orders_stub import orders_of
from tests.support.sample_store import shared_sample


@pytest.fixture(scope="module")
def view_of_cdnow() -> tuple[frames.CohortView, frames.Cohorts]:
    orders = shared_sample("cdnow")
    table, second = frames.keyed(cohort_table(orders)), frames.keyed(second_orders(orders))
    view = frames.CohortView("month", by=None, show="Share", cohorts=24, ages=12)
    return view, frames.cohorts_of(table, second, None, None, view, orders.start, 1.0)


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


def test_files_name_the_cohorts(view_of_cdnow):
    _, found = view_of_cdnow
    lines = frames.cohorts_csv(found.table).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("cohort,age,customers,small,observed,active,share")
    assert lines[1].startswith("1997-01-01,0,781,False,781,781,1.0")
    assert len(lines) == len(found.table) + 1
