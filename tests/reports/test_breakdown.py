"""The numbers of channels, regions and products: by hand, and by an independent calculation in
pandas.
"""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from retention import (
    DataError,
    Period,
    breakdown,
    preset_period,
)
from retention.reports.breakdown import GROWING, breakdown_of
from retention.reports.breakdown_history import ATTRIBUTIONS, dimension_history
from tests.support.channel_orders import SMALL
from tests.support.orders_stub import orders_of
from tests.support.sample_store import shared_sample

FEBRUARY = Period(date(2024, 2, 1), date(2024, 3, 1))


# --- By hand --------------------------------------------------------------------------------------


def test_by_first_order_everything_of_a_customer_counts_to_the_value_of_the_first():
    found = breakdown(orders_of(SMALL), "channel", FEBRUARY)
    rows = found.values
    # Ann and Eve came by Shop, Bob and Dan by Mail, of Cat it is not known.
    assert rows["customers"].to_dict() == {"Shop": 2, "Mail": 2, "No channel": 1}
    assert rows["new_customers"].to_dict() == {"Shop": 1, "Mail": 1, "No channel": 1}
    assert rows["orders"].to_dict() == {"Shop": 3, "Mail": 3, "No channel": 1}
    assert rows["revenue"].to_dict() == {"Shop": 105.0, "Mail": 75.0, "No channel": 60.0}
    assert rows["average_order_value"].to_dict() == {"Shop": 35.0, "Mail": 25.0, "No channel": 60.0}
    # Cat's second order comes on the day after the period.
    assert rows["repeat_purchase_rate"].to_dict() == {"Shop": 0.5, "Mail": 1.0, "No channel": 0.0}
    # Ann waited 22 days; Bob 24 and Dan 14, of whom the lower middle is 14.
    assert rows["days_to_second_order"].dropna().to_dict() == {"Shop": 22.0, "Mail": 14.0}
    assert rows["second_orders"].to_dict() == {"Shop": 1, "Mail": 2, "No channel": 0}
    assert rows["kind"].to_dict() == {"Shop": "value", "Mail": "value", "No channel": "missing"}


def test_by_all_orders_each_order_counts_to_its_own_value():
    rows = breakdown(orders_of(SMALL), "channel", FEBRUARY, "all_orders").values
    assert rows["orders"].to_dict() == {"Shop": 3, "Mail": 3, "No channel": 1}
    assert rows["revenue"].to_dict() == {"Shop": 115.0, "Mail": 65.0, "No channel": 60.0}
    # Ann and Bob ordered from both and count to both.
    assert rows["customers"].to_dict() == {"Shop": 3, "Mail": 3, "No channel": 1}
    assert rows["new_customers"].to_dict() == {"Shop": 1, "Mail": 1, "No channel": 1}
    # Whether they ordered twice is asked of all their orders: Ann, Bob and Dan did.
    assert rows["repeat_purchase_rate"].to_dict() == pytest.approx(
        {"Shop": 2 / 3, "Mail": 1.0, "No channel": 0.0}
    )
    # The second orders: Ann's by Mail after 22 days, Bob's by Shop after 24, Dan's by Mail after
    # 14.
    assert rows["days_to_second_order"].dropna().to_dict() == {"Shop": 24.0, "Mail": 14.0}


def test_the_store_is_counted_once_in_both_attributions():
    for attribution in ATTRIBUTIONS:
        store = breakdown(orders_of(SMALL), "channel", FEBRUARY, attribution).store
        assert (store["customers"], store["new_customers"], store["orders"]) == (5, 3, 7)
        assert store["revenue"] == 240.0
        assert store["average_order_value"] == pytest.approx(240 / 7)
        assert store["repeat_purchase_rate"] == 3 / 5


def test_periods_are_half_open():
    one_day = Period(date(2024, 2, 1), date(2024, 2, 2))
    rows = breakdown(orders_of(SMALL), "channel", one_day, "all_orders").values
    assert rows["orders"].to_dict() == {"Mail": 1}
    leap_day = Period(date(2024, 2, 29), date(2024, 3, 1))
    rows = breakdown(orders_of(SMALL), "channel", leap_day, "all_orders").values
    assert rows["revenue"].to_dict() == {"Shop": 40.0}


def test_growth_is_against_the_days_before():
    period = Period(date(2024, 2, 10), date(2024, 3, 1))  # 20 days
    found = breakdown(orders_of(SMALL), "channel", period, "all_orders")
    assert found.previous == Period(date(2024, 1, 21), date(2024, 2, 10))
    # Mail: 15 after 30 + 20 + 5. Shop: 50 + 40 after 25.
    growth = found.values["revenue_growth"].dropna().to_dict()
    assert growth == pytest.approx({"Mail": 15 / 55 - 1, "Shop": 90 / 25 - 1})
    assert found.store["revenue_growth"] == pytest.approx(165 / 80 - 1)
    assert set(found.values["revenue_growth_verdict"]) == {"too little data"}


def test_where_the_orders_do_not_reach_back_there_is_no_growth():
    found = breakdown(orders_of(SMALL), "channel", FEBRUARY)
    assert found.previous is None
    for name in GROWING:
        assert found.values[f"{name}_growth"].isna().all()
        assert set(found.values[f"{name}_growth_verdict"]) == {""}
    assert np.isnan(found.store["orders_growth"])


# --- Many values ----------------------------------------------------------------------------------


def many() -> pd.DataFrame:
    """Nine products; Zoe ordered from three of the small ones."""
    rows = [(f"c{n}", "2024-01-05", 100.0 - 10 * n, f"Product {n}") for n in range(9)]
    rows += [("zoe", f"2024-01-{10 + n}", 1.0, f"Product {n}") for n in (6, 7, 8)]
    return pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue", "product"])


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_the_largest_values_keep_a_row_and_the_rest_is_one_that_says_how_many(attribution):
    found = breakdown(orders_of(many()), "product", attribution=attribution, most=4)
    assert found.folded == 5
    assert found.values.index.tolist() == [
        "Product 0",
        "Product 1",
        "Product 2",
        "Product 3",
        "All others (5)",
    ]
    last = found.values.loc["All others (5)"]
    assert last["kind"] == "others"
    # Zoe is one customer of the others, from however many of them she ordered.
    assert (last["customers"], last["new_customers"], last["orders"]) == (6, 6, 8)
    assert last["revenue"] == 60 + 50 + 40 + 30 + 20 + 3
    assert last["repeat_purchase_rate"] == pytest.approx(1 / 6)


def test_a_single_small_value_is_not_folded():
    found = breakdown(orders_of(many()), "product", most=8)
    assert found.folded == 0
    assert len(found.values) == 9


def test_an_unknown_attribution_or_a_period_without_orders_is_refused():
    orders = orders_of(SMALL)
    with pytest.raises(DataError, match="no attribution 'last'"):
        breakdown(orders, "channel", attribution="last")
    with pytest.raises(
        DataError, match="outside the orders, which run from 2024-01-10 to 2024-03-01"
    ):
        breakdown(orders, "channel", Period(date(2024, 3, 2), date(2024, 4, 1)))


def test_nothing_stays_behind_in_the_database():
    orders = orders_of(SMALL)
    tables = orders.table.get_backend().con
    before = tables.execute("show tables").fetchall()
    breakdown(orders, "channel")
    assert tables.execute("show tables").fetchall() == before


# --- An independent calculation -------------------------------------------------------------------


def in_pandas(
    frame: pd.DataFrame,
    dimension: str,
    period: Period,
    attribution: str,
    held: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The same numbers, customer by customer; `held`: order_id, value and share of what orders of
    many lines held.
    """
    frame = frame.assign(value=frame[dimension].where(frame[dimension].notna(), f"No {dimension}"))
    frame["blank"] = frame[dimension].isna()
    frame = frame.sort_values(["customer_id", "ordered_at", "blank", "value"], kind="stable")
    frame["day"] = frame["ordered_at"].dt.normalize()
    frame["n"] = frame.groupby("customer_id").cumcount()
    origin = frame[frame["n"] == 0].set_index("customer_id")
    own = frame["value"]
    if attribution == "first_order":
        own = frame["customer_id"].map(origin["value"])
    frame = frame.assign(
        own=own, wait=(frame["day"] - frame["customer_id"].map(origin["day"])).dt.days
    )
    frame = frame[frame["day"] < pd.Timestamp(period.end)]
    twice = frame.groupby("customer_id").size() > 1
    now = frame[frame["day"] >= pd.Timestamp(period.start)]
    if held is not None:
        now = now.drop(columns="own").merge(held.rename(columns={"value": "own"}), on="order_id")
        now["revenue"] *= now["share"]
    rows = {}
    for value, part in now.groupby("own"):
        buyers = part["customer_id"].unique()
        waits = np.sort(part.loc[part["n"] == 1, "wait"].to_numpy())
        rows[value] = {
            "customers": len(buyers),
            "new_customers": int((part["n"] == 0).sum()),
            "orders": len(part),
            "revenue": part["revenue"].sum(),
            "repeat_purchase_rate": twice[buyers].mean(),
            "days_to_second_order": waits[(len(waits) - 1) // 2] if len(waits) else np.nan,
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def agree(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    assert set(found.index) == set(expected.index)
    pd.testing.assert_frame_equal(
        found[expected.columns].astype(float),
        expected.loc[found.index].astype(float),
        check_names=False,
        rtol=1e-9,
    )


@pytest.fixture(scope="module")
def store():
    return shared_sample("store")


@pytest.fixture(scope="module")
def store_frame(store):
    return store.table.to_pandas()


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("dimension", ["channel", "product", "coupon"])
def test_the_sample_store_agrees_with_pandas(store, store_frame, dimension, attribution):
    history = dimension_history(store, dimension, attribution)
    for preset in ("90", "all"):
        period = preset_period(preset, store.start, store.end)
        found = breakdown_of(history, period)
        expected = in_pandas(store_frame, dimension, period, attribution)
        agree(found.values, expected)
        if found.previous:
            before = in_pandas(store_frame, dimension, found.previous, attribution).reindex(
                expected.index
            )
            before = before.reindex(found.values.index)
            for name in ("customers", "new_customers", "orders", "revenue"):
                change = found.values[name] / before[name].replace(0, np.nan) - 1
                # A number that fell to none has fallen by all.
                change = change.where(found.values[name] > 0, found.values[f"{name}_growth"])
                assert found.values[f"{name}_growth"].to_numpy(float) == pytest.approx(
                    change.to_numpy(), nan_ok=True
                )


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize(("dimension", "most"), [("region", 20), ("product", 3)])
def test_the_values_add_up_to_the_store(store, store_frame, dimension, most, attribution):
    history = dimension_history(store, dimension, attribution)
    day = store_frame["ordered_at"].dt.normalize()
    first = day.groupby(store_frame["customer_id"]).min()
    for preset in ("quarter", "365", "all"):
        period = preset_period(preset, store.start, store.end)
        start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
        now = store_frame[(day >= start) & (day < end)]
        found = breakdown_of(history, period, most=most)
        values = found.values
        assert values["orders"].sum() == found.store["orders"] == len(now)
        assert values["revenue"].sum() == pytest.approx(now["revenue"].sum())
        assert found.store["revenue"] == pytest.approx(now["revenue"].sum())
        new = ((first >= start) & (first < end)).sum()
        assert values["new_customers"].sum() == found.store["new_customers"] == new
        assert found.store["customers"] == now["customer_id"].nunique()
        if attribution == "first_order":
            assert values["customers"].sum() == found.store["customers"]
        else:
            assert values["customers"].sum() >= found.store["customers"]
        assert (values["new_customers"] <= values["customers"]).all()


def held_in_pandas(online_retail_file: Path) -> pd.DataFrame:
    """What the orders of Online Retail held, from the file itself, and each product's share of what
    the lines cost.
    """
    lines = pd.read_csv(online_retail_file, dtype={"InvoiceNo": str})
    lines = lines[lines["CustomerID"].notna() & (lines["Quantity"] > 0)]
    lines = lines.assign(
        cost=lines["Quantity"] * lines["UnitPrice"], value=lines["Description"].str.strip()
    )
    held = lines.groupby(["InvoiceNo", "value"], as_index=False)["cost"].sum()
    whole = held.groupby("InvoiceNo")["cost"].transform("sum")
    return held.assign(order_id=held["InvoiceNo"], share=held["cost"] / whole)[
        ["order_id", "value", "share"]
    ]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("dimension", ["region", "product"])
def test_online_retail_agrees_with_pandas(
    online_retail, online_retail_file, dimension, attribution
):
    frame = online_retail.table.to_pandas()
    held = (
        held_in_pandas(online_retail_file)
        if (dimension, attribution) == ("product", "all_orders")
        else None
    )
    period = preset_period("90", online_retail.start, online_retail.end)
    found = breakdown(online_retail, dimension, period, attribution)
    expected = in_pandas(frame, dimension, period, attribution, held)
    assert (len(expected) > 21) == (found.folded > 0)
    own = found.values[found.values["kind"] != "others"]
    agree(own, expected.loc[own.index])
    if found.folded:
        rest = expected.drop(own.index)
        assert len(rest) == found.folded
        assert rest["revenue"].max() <= own.loc[own["kind"] == "value", "revenue"].min()
        # The same, with one name for all that is folded.
        renamed = frame.assign(
            **{dimension: frame[dimension].where(~frame[dimension].isin(rest.index), "rest")}
        )
        if attribution == "all_orders":
            if held is not None:
                held["value"] = held["value"].where(~held["value"].isin(rest.index), "rest")
                held = held.groupby(["order_id", "value"], as_index=False)["share"].sum()
            one = in_pandas(renamed, dimension, period, attribution, held).loc["rest"]
            others = found.values[found.values["kind"] == "others"].iloc[0]
            for name in ("customers", "new_customers", "orders", "revenue", "repeat_purchase_rate"):
                assert others[name] == pytest.approx(one[name])
    day = frame["ordered_at"].dt.normalize()
    now = frame[(day >= pd.Timestamp(period.start)) & (day < pd.Timestamp(period.end))]
    assert found.store["orders"] == len(now)
    assert found.store["customers"] == now["customer_id"].nunique()
    assert found.store["revenue"] == pytest.approx(now["revenue"].sum())
    assert found.values["revenue"].sum() == pytest.approx(now["revenue"].sum())
    assert (found.values["orders"].sum() == len(now)) == (held is None)


# --- Whatever the orders are ----------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"),
            st.integers(0, 40),
            st.sampled_from([0.0, 5.0, 20.0]),
            st.sampled_from(["x", "y", "z", None]),
        ),
        min_size=1,
        max_size=40,
    ),
    st.integers(0, 35),
    st.integers(1, 20),
    st.sampled_from(list(ATTRIBUTIONS)),
)
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_any_orders_agree_with_pandas(rows, start, days, attribution):
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "revenue", "channel"])
    frame["ordered_at"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(frame.pop("day"), unit="D")
    frame = frame.astype({"channel": "str"})
    orders = orders_of(frame)
    begin = date(2024, 1, 1) + timedelta(days=start)
    period = Period(begin, begin + timedelta(days=days))
    if period.end <= orders.start or period.start > orders.end:
        with pytest.raises(DataError):
            breakdown(orders, "channel", period, attribution)
        return
    found = breakdown(orders, "channel", period, attribution)
    expected = in_pandas(frame, "channel", period, attribution)
    if expected.empty:
        assert found.values.empty
        return
    agree(found.values, expected)
