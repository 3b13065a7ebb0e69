"""The small frames that the products page draws."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from retention import (
    bought_together,
    order_journey,
    product_table,
    product_value,
    read_orders,
    reorders_due,
    summarise_customers,
)
from retention.charts import products as charts
from retention.view.customer_lists import list_csv
from retention.view.products import frames, words
from retention.view.products.due import ANY_INTERVAL, EVERY, OWN_INTERVAL, keep_due_segment
from retention.view.session.own_segments import keep_library
from tests.support.sample_store import shared_sample


@pytest.fixture(scope="module")
def store():
    return shared_sample("store")


@pytest.fixture(scope="module")
def due(store):
    return reorders_due(store)


def test_names_stay_different_and_in_one_line():
    shown = frames.short_names(["x" * 500, "x" * 501, "two\nlines", "", " "])
    assert len(set(shown)) == 5
    assert all(len(name) <= frames.LONGEST and "\n" not in name for name in shown)


def test_bars_add_up_to_those_due(due):
    frame = frames.due_frame(due)
    top = due["product"].value_counts().head(frames.MOST_ROWS)
    assert frame["customers"].sum() == top.sum()
    assert (frame["own"] <= frame["customers"]).all()
    assert frame["name"].iloc[0] == top.index[0]


def test_the_list_has_a_row_a_customer_and_those_to_write_to_first(store, due):
    customers = summarise_customers(store)
    contact = pd.DataFrame({"consent": "yes", "do_not_write": ""}, index=customers.index)
    contact.iloc[::2] = ["no", "Opted out"]
    rows = frames.due_customers(due, contact)
    assert rows["customer_id"].is_unique
    assert set(rows["customer_id"]) == set(due["customer_id"])
    left_out = (rows["do_not_write"] != "").to_numpy()
    assert (np.diff(left_out.astype(int)) >= 0).all()
    assert rows.loc[~left_out, "due"].is_monotonic_increasing
    lines = (
        list_csv(partial(frames.due_list, due, contact), contact).decode("utf-8-sig").splitlines()
    )
    assert len(lines) == len(rows) + 1
    assert lines[0].startswith("customer_id,consent,do_not_write,products")


def test_formulas_in_names_are_made_safe():
    due = pd.DataFrame(
        {
            "customer_id": ["=1+1"],
            "product": ["=cmd|x"],
            "last_bought": pd.Timestamp("2024-01-01"),
            "interval": 30,
            "due": pd.Timestamp("2024-01-31"),
            "week": "this week",
            "basis": "own",
        }
    )
    contact = pd.DataFrame({"consent": ["yes"], "do_not_write": [""]}, index=["=1+1"])
    line = (
        list_csv(partial(frames.due_list, due, contact), contact)
        .decode("utf-8-sig")
        .splitlines()[1]
    )
    assert not any(cell.startswith("=") for cell in line.split(","))


def test_the_flow_keeps_every_customer(store):
    links = order_journey(store)
    bands, places = frames.journey_frames(links)
    assert bands["customers"].sum() == links["customers"].sum()
    for side, step in (("left", 0), ("right", 1)):
        heights = bands[f"bottom_{side}"] - bands[f"top_{side}"]
        first = bands["step"] == 0
        drawn = places.loc[places["step"] == step]
        assert heights[first].sum() == pytest.approx((drawn["bottom"] - drawn["top"]).sum())
    assert places["bottom"].max() <= 1 + 1e-9
    # No two bands of one place lie over each other.
    ends = bands.sort_values(["step", "top_left"])
    for _, rows in ends.groupby("step"):
        assert (rows["top_left"].to_numpy()[1:] >= rows["bottom_left"].to_numpy()[:-1] - 1e-9).all()
    assert charts.journey_chart(bands, places).to_dict()


def test_values_are_drawn_best_first_and_without_thin_ones(store):
    value = product_value(store, summarise_customers(store))
    frame = frames.value_frame(value, "USD")
    assert frame["at"].is_monotonic_decreasing
    assert (frame["low"] <= frame["at"]).all()
    assert len(frame) <= frames.MOST_ROWS
    sentence = words.value_sentence(value, "USD", "product")
    assert "**Espresso Roast 1 kg** brings customers worth" in sentence
    assert charts.value_chart(frame, value.basis, "USD", "Value").to_dict()


def test_intervals_are_drawn_where_enough_reorders_carry_them(store):
    table = product_table(store)
    frame = frames.interval_frame(table)
    assert (frame["reorders"] >= 30).all()
    assert frame["at"].is_monotonic_increasing
    assert frames.interval_frame(table.assign(enough_reorders=False)).empty
    assert "No product has 30 reorders yet" in words.conclusion(
        table.assign(enough_reorders=False), 0, 1, "product"
    )


def test_pairs_stand_on_both_sides_of_the_diagonal():
    rows = [
        (f"{n}", f"c{n}@x.com", f"2024-01-{1 + n % 28:02d}", 5.0, product)
        for n in range(80)
        for product in (("Tea", "Pot") if n % 2 else ("Cup", "Cake"))
    ]
    frame = pd.DataFrame(rows, columns=["Order", "Email", "Date", "Total", "Product"])
    pairs = bought_together(read_orders(frame))
    drawn = frames.pairs_frame(pairs, ("product", "other", "orders"), symmetric=True)
    cells = set(zip(drawn["row"], drawn["column"], strict=True))
    assert cells == {("Tea", "Pot"), ("Pot", "Tea"), ("Cup", "Cake"), ("Cake", "Cup")}
    assert charts.pairs_chart(drawn, "Bought", "With", "Orders").to_dict()


def test_what_came_of_what_was_due_in_words():
    assert words.basis_words({}, "product") == ""
    assert words.basis_words({"own": 0.4}, "product") == (
        "Tried on the last 14 days: 40% of those due by their own interval bought it."
    )


@pytest.fixture
def no_segments():
    keep_library(())
    yield
    keep_library(())


def test_a_segment_is_kept_once_and_under_a_free_name(no_segments):
    first = keep_due_segment("product", OWN_INTERVAL, EVERY)
    assert keep_due_segment("product", OWN_INTERVAL, EVERY) == first
    long = keep_due_segment("product", ANY_INTERVAL, "y" * 300)
    other = keep_due_segment("product", ANY_INTERVAL, "y" * 301)
    assert long.name != other.name
    # A product and a category of one name are two groups.
    assert keep_due_segment("category", ANY_INTERVAL, "y" * 301).rule != other.rule
    assert long.rule.value == ("y" * 300,)
