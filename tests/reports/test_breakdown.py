"""The numbers of channels, regions and products: by hand, and by an independent calculation in pandas."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from scipy.stats import binomtest

from retention import (
    DataError,
    Period,
    breakdown,
    dimensions_of,
    fit_cltv,
    preset_period,
    read_orders,
    sample_orders,
    summarise_customers,
    value_uncertainty,
)
from retention.reports.breakdown import GROWING, breakdown_of
from retention.reports.breakdown_history import ATTRIBUTIONS, dimension_history
from retention.reports.breakdown_verdict import compare_rates, compare_values
from retention.statistics import wilson
from tests.support.orders_stub import orders_of

FEBRUARY = Period(date(2024, 2, 1), date(2024, 3, 1))


def shop(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue", "channel"])


SMALL = shop(
    [
        ("ann", "2024-01-10 09:00", 10.0, "Shop"),
        ("ann", "2024-02-01 00:00", 30.0, "Mail"),  # the first moment of February
        ("ann", "2024-02-20 12:00", 50.0, "Shop"),
        ("bob", "2024-02-05 10:00", 20.0, "Mail"),
        ("bob", "2024-02-29 23:59", 40.0, "Shop"),  # its last
        ("cat", "2024-02-10 08:00", 60.0, None),
        ("cat", "2024-03-01 00:00", 70.0, "Mail"),  # the moment after
        ("dan", "2024-01-31 23:59", 5.0, "Mail"),  # the moment before
        ("dan", "2024-02-14 14:00", 15.0, "Mail"),
        ("eve", "2024-02-03 10:00", 25.0, "Shop"),
    ]
)


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
    # The second orders: Ann's by Mail after 22 days, Bob's by Shop after 24, Dan's by Mail after 14.
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


def test_of_orders_of_one_moment_the_alphabetically_first_is_the_first_as_in_the_customer_table():
    frame = shop(
        [
            ("ann", "2024-01-10", 10.0, "Shop"),
            ("ann", "2024-01-10", 20.0, None),
            ("ann", "2024-01-10", 30.0, "Mail"),
            ("ann", "2024-01-11", 40.0, "App"),
        ]
    )
    orders = orders_of(frame)
    rows = breakdown(orders, "channel").values
    assert rows["revenue"].to_dict() == {"Mail": 100.0}
    assert summarise_customers(orders)["first_channel"].tolist() == ["Mail"]
    rows = breakdown(orders, "channel", attribution="all_orders").values
    assert rows["new_customers"].to_dict() == {"App": 0, "Shop": 0, "No channel": 0, "Mail": 1}
    assert rows["second_orders"].to_dict() == {"App": 0, "Shop": 1, "No channel": 0, "Mail": 0}


def test_blank_values_are_missing_and_a_value_of_that_name_keeps_it():
    frame = shop(
        [
            ("ann", "2024-01-10", 10.0, ""),
            ("bob", "2024-01-10", 20.0, None),
            ("cat", "2024-01-11", 5.0, "No channel"),
        ]
    )
    rows = breakdown(orders_of(frame), "channel").values
    assert rows["revenue"].to_dict() == {"No channel": 5.0, "No channel*": 30.0}
    assert rows["kind"].to_dict() == {"No channel": "value", "No channel*": "missing"}


# --- Orders of several lines ----------------------------------------------------------------------

BASKETS = """Order,Email,Date,Total,Product,Category
1,ann@example.com,2024-01-05,30.00,Tea,Drinks
1,ann@example.com,2024-01-05,10.00,Cup,Kitchen
1,ann@example.com,2024-01-05,10.00,Cup,Kitchen
1,ann@example.com,2024-01-05,-10.00,Cup,Kitchen
2,bob@example.com,2024-01-07,20.00,Tea,Drinks
3,ann@example.com,2024-01-15,5.00,Pot,Kitchen
3,ann@example.com,2024-01-15,15.00,Cup,Kitchen
4,cat@example.com,2024-01-20,8.00,,
4,cat@example.com,2024-01-20,2.00,Tea,Drinks
"""


def test_by_all_orders_an_order_of_several_lines_counts_to_each_product_in_it():
    found = breakdown(read_orders(BASKETS.encode()), "product", attribution="all_orders")
    rows = found.values
    # Of the first order's cups one came back: 30 are the tea's, 10 the other cup's.
    assert rows["revenue"].to_dict() == pytest.approx(
        {"Tea": 52.0, "Cup": 25.0, "Pot": 5.0, "No product": 8.0}
    )
    assert rows["orders"].to_dict() == {"Tea": 3, "Cup": 2, "Pot": 1, "No product": 1}
    assert rows["customers"].to_dict() == {"Tea": 3, "Cup": 1, "Pot": 1, "No product": 1}
    assert rows["new_customers"].to_dict() == {"Tea": 3, "Cup": 1, "Pot": 0, "No product": 1}
    # Ann ordered twice; who bought a cup, or a pot, is Ann.
    assert rows["repeat_purchase_rate"].to_dict() == pytest.approx(
        {"Tea": 1 / 3, "Cup": 1, "Pot": 1, "No product": 0}
    )
    assert rows["second_orders"].to_dict() == {"Tea": 0, "Cup": 1, "Pot": 1, "No product": 0}
    assert rows["average_order_value"]["Cup"] == pytest.approx(12.5)
    # The store counts each order and customer once.
    assert found.store[["customers", "new_customers", "orders"]].tolist() == [3, 3, 4]
    assert found.store["revenue"] == pytest.approx(90)
    assert found.store["average_order_value"] == pytest.approx(22.5)
    assert found.store["repeat_purchase_rate"] == pytest.approx(1 / 3)


def test_by_all_orders_lines_of_one_category_are_one():
    orders = read_orders(BASKETS.encode())
    rows = breakdown(orders, "category", attribution="all_orders").values
    assert rows["orders"].to_dict() == {"Drinks": 3, "Kitchen": 2, "No category": 1}
    assert rows["revenue"].to_dict() == pytest.approx(
        {"Drinks": 52.0, "Kitchen": 30.0, "No category": 8.0}
    )
    # By first order a customer counts to the first line of the first order alone.
    rows = breakdown(orders, "category").values
    assert rows["revenue"].to_dict() == pytest.approx({"Drinks": 90.0})


@pytest.mark.parametrize(
    ("columns", "lines", "teas"),
    [
        ("Total,Quantity,Price", [",2,15.00", ",1,10.00"], 45.0),
        ("Total,Quantity,Price", [",2,0.00", ",1,0.00"], 30.0),
        ("Total", ["", ""], 30.0),
        # The order's own row says nothing of what was bought.
        ("Total,Quantity,Price", [",,,\n{n},,,,2,15.00", ",1,10.00"], 45.0),
        ("Total", [",\n{n},,,", ""], 30.0),
    ],
)
def test_an_amount_that_stands_once_an_order_is_split_by_its_lines_prices_or_evenly(
    columns, lines, teas
):
    tea, cup = lines
    order = "{n},c{n}@x.com,2024-01-0{n},"
    rows = [f"{order}60.00{tea},Tea\n{order}{cup},Cup".format(n=n) for n in range(1, 5)]
    orders = read_orders(("\n".join([f"Order,Email,Date,{columns},Product", *rows])).encode())
    assert orders.table.revenue.sum().to_pyarrow().as_py() == 240
    found = breakdown(orders, "product", attribution="all_orders").values
    assert found["revenue"].to_dict() == pytest.approx({"Tea": 4 * teas, "Cup": 4 * (60 - teas)})
    assert found["orders"].to_dict() == {"Tea": 4, "Cup": 4}
    said = " ".join(orders.report.notes)
    assert ("split by 'Quantity' × 'Price'" in said) == ("Price" in columns)
    assert ("split evenly" in said) == ("Price" not in columns)


def test_an_order_of_several_folded_products_is_one_order_of_the_others():
    lines = [f"{n},c{n}@x.com,2024-01-05,{100 - n},Big {n}" for n in range(3)]
    lines += [f"9,zoe@x.com,2024-01-06,{price},Small {price}" for price in (1, 2, 3)]
    lines += ["10,zoe@x.com,2024-01-09,1,Small 1", "10,zoe@x.com,2024-01-09,50,Big 0"]
    orders = read_orders(("\n".join(["Order,Email,Date,Total,Product", *lines])).encode())
    found = breakdown(orders, "product", attribution="all_orders", most=2)
    others = found.values.loc["All others (4)"]
    assert others[["customers", "new_customers", "orders", "second_orders"]].tolist() == [
        2,
        2,
        3,
        1,
    ]
    assert others["revenue"] == pytest.approx(98 + 6 + 1)
    assert found.store[["customers", "new_customers", "orders"]].tolist() == [4, 4, 5]


def test_a_number_that_two_customers_share_is_two_orders_in_both_attributions():
    lines = [
        "1,a,2024-01-01,10,tea",
        "1,a,2024-01-01,30,cup",
        "1,b,2024-02-01,20,tea",
        "2,a,2024-03-01,5,tea",
    ]
    orders = read_orders("\n".join(["Order,Customer,Date,Total,Product", *lines]).encode())
    found = breakdown(orders, "product", attribution="all_orders")
    assert found.store[["customers", "orders", "revenue"]].tolist() == [2, 3, 65]
    assert found.values["revenue"].to_dict() == {"tea": 35, "cup": 30}


def test_what_a_line_takes_back_comes_off_its_own_product():
    lines = [
        "1,a,2024-01-01,10,tea",
        "1,a,2024-01-01,-10,tea",
        "1,a,2024-01-01,12,cup",
        "2,b,2024-01-02,5,tea",
    ]
    orders = read_orders("\n".join(["Order,Customer,Date,Total,Product", *lines]).encode())
    found = breakdown(orders, "product", attribution="all_orders").values
    # The tea was bought, and brought nothing.
    assert found["revenue"].to_dict() == {"cup": 12, "tea": 5}
    assert found["orders"].to_dict() == {"cup": 1, "tea": 2}


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


# --- Errors ---------------------------------------------------------------------------------------


def test_an_unknown_or_missing_dimension_says_what_there_is():
    orders = orders_of(SMALL)
    assert dimensions_of(orders) == ("channel",)
    with pytest.raises(DataError, match=r"no column 'region'.*It has channel\."):
        breakdown(orders, "region")
    with pytest.raises(DataError, match="no column 'revenue'"):
        breakdown(orders, "revenue")
    with pytest.raises(DataError, match="It has none of channel, region"):
        breakdown(orders_of(SMALL.drop(columns="channel")), "channel")


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
    """The same numbers, customer by customer; `held`: order_id, value and share of what orders of many lines held."""
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


def relative_errors(frame: pd.DataFrame, dimension: str, period: Period) -> pd.DataFrame:
    """Standard errors of revenue and order value by the values of all orders, as a share of them."""
    day = frame["ordered_at"].dt.normalize()
    now = frame[(day >= pd.Timestamp(period.start)) & (day < pd.Timestamp(period.end))]
    each = now.groupby([dimension, "customer_id"])["revenue"].agg(["sum", "size"])
    rows = {}
    for value, part in each.groupby(level=0):
        whole = part["sum"].sum()
        residual = part["sum"] - part["size"] * whole / part["size"].sum()
        rows[value] = {
            "revenue": np.sqrt((part["sum"] ** 2).sum()) / whole,
            "average_order_value": residual.std(ddof=0) * np.sqrt(len(part)) / whole,
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
    return sample_orders("store")


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


def test_growth_has_the_interval_of_the_spread_between_customers(store, store_frame):
    period = preset_period("365", store.start, store.end)
    found = breakdown(store, "channel", period, "all_orders")
    now, before = (
        relative_errors(store_frame, "channel", part) for part in (period, found.previous)
    )
    for name in now.columns:
        width = 1.959964 * np.hypot(now[name], before[name]).reindex(found.values.index)
        change = np.log1p(found.values[f"{name}_growth"])
        assert np.log1p(found.values[f"{name}_growth_low"]).to_numpy() == pytest.approx(
            (change - width).to_numpy()
        )
        assert np.log1p(found.values[f"{name}_growth_high"]).to_numpy() == pytest.approx(
            (change + width).to_numpy()
        )
    counts = found.values["new_customers"]
    was = counts / (1 + found.values["new_customers_growth"])
    width = 1.959964 * np.sqrt(1 / counts + 1 / was)
    high = np.log1p(found.values["new_customers_growth_high"])
    assert high.to_numpy() == pytest.approx((np.log(counts / was) + width).to_numpy())
    up = found.values["revenue_growth_low"] > 0
    assert (found.values.loc[up, "revenue_growth_verdict"] == "up").all()
    assert up.any()


def test_rates_have_wilsons_interval(store):
    values = breakdown(store, "coupon", preset_period("90", store.start, store.end)).values
    for row in values.itertuples():
        some = round(row.repeat_purchase_rate * row.customers)
        expected = binomtest(some, row.customers).proportion_ci(method="wilson")
        assert (row.repeat_purchase_rate_low, row.repeat_purchase_rate_high) == pytest.approx(
            tuple(expected)
        )


def test_wilsons_interval_where_nobody_everybody_or_no_customer_is():
    low, high = wilson(pd.Series([0.0, 5.0, 0.0]), pd.Series([5.0, 5.0, 0.0]))
    for place, some in ((0, 0), (1, 5)):
        expected = binomtest(some, 5).proportion_ci(method="wilson")
        assert (low[place], high[place]) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert np.isnan(low[2])
    assert np.isnan(high[2])


def test_a_sample_of_customers_gives_about_the_same_intervals(store):
    period = preset_period("365", store.start, store.end)
    history = dimension_history(store, "channel")
    exact = breakdown_of(history, period).values
    rough = breakdown_of(replace(history, parts=5), period).values
    for name in ("revenue", "orders", "average_order_value"):
        assert (rough[f"{name}_growth"] == exact[f"{name}_growth"]).all()
        widths = [
            np.log1p(part[f"{name}_growth_high"]) - np.log1p(part[f"{name}_growth"])
            for part in (rough, exact)
        ]
        assert (widths[0] / widths[1]).between(0.7, 1.4).all()


def held_in_pandas(online_retail_file: Path) -> pd.DataFrame:
    """What the orders of Online Retail held, from the file itself, and each product's share of what the lines cost."""
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


# --- Value and verdict ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def forecast(store):
    customers = summarise_customers(store)
    model = fit_cltv(customers, "mbg_nbd")
    return customers, value_uncertainty(model, customers)


def test_the_value_is_that_of_the_periods_new_customers(store, forecast):
    customers, uncertainty = forecast
    period = preset_period("365", store.start, store.end)
    found = breakdown(store, "channel", period, customers=customers, uncertainty=uncertainty)
    assert found.basis == "value_per_customer"
    first = customers["first_order"].dt.date
    new = (first >= period.start) & (first < period.end)
    worth = pd.Series(uncertainty.expected, customers.index)
    for name, row in found.values.iterrows():
        inside = (new & (customers["first_channel"] == name)).to_numpy()
        assert row["new_customers"] == inside.sum()
        assert row["value_per_customer"] == pytest.approx(worth[inside].mean())
        assert row["revenue_per_customer"] == pytest.approx(customers["revenue"][inside].mean())
        total = uncertainty.total(inside)
        assert row["value_per_customer_low"] == pytest.approx(total.low / inside.sum())
        assert row["value_per_customer_high"] == pytest.approx(total.high / inside.sum())
        assert row["average"] == pytest.approx(worth[new.to_numpy()].mean())
        assert row["compare_low"] <= row["value_per_customer"] <= row["compare_high"]


def test_the_verdict_says_on_which_side_of_the_average_all_of_the_interval_lies(store, forecast):
    customers, uncertainty = forecast
    for attribution in ATTRIBUTIONS:
        for dimension in ("channel", "coupon"):
            found = breakdown(
                store, dimension, None, attribution, customers=customers, uncertainty=uncertainty
            )
            basis = "value_per_customer" if attribution == "first_order" else "repeat_purchase_rate"
            assert found.basis == basis
            values = found.values
            clear = values["verdict"] != "too little data"
            assert (
                (values["verdict"] == "more") == (values["compare_low"] > values["average"]) & clear
            ).all()
            assert (
                (values["verdict"] == "less")
                == (values["compare_high"] < values["average"]) & clear
            ).all()
            number = (
                values["new_customers"] if attribution == "first_order" else values["customers"]
            )
            assert (values.loc[number < 30, "verdict"] == "too little data").all()


def test_the_sample_stores_best_and_worst_channels_are_found(store, forecast):
    customers, uncertainty = forecast
    found = breakdown(store, "channel", None, customers=customers, uncertainty=uncertainty).values[
        "verdict"
    ]
    assert (found["Referral"], found["E-mail"]) == ("more", "more")
    assert (found["Marketplace"], found["Paid social"]) == ("less", "less")


def test_values_given_at_random_rarely_differ(store, forecast):
    """Where no value says anything, about 1 breakdown in 20 seems to, however many values it has."""
    customers, uncertainty = forecast
    period = preset_period("all", store.start, store.end)
    rng = np.random.default_rng(7)
    names = [f"value {n}" for n in range(8)]
    rows = pd.DataFrame({"name": names, "kind": "value"})
    said = []
    for _ in range(60):
        mixed = customers.assign(first_channel=rng.choice(names, len(customers)))
        found = compare_values(mixed, uncertainty, "channel", period, rows)["verdict"]
        said.append((found != "no clear difference").any())
    assert np.mean(said) <= 0.1


@pytest.mark.parametrize("values", [2, 3, 8, 20])
def test_rates_that_are_alike_rarely_differ_however_many_there_are(values):
    rng = np.random.default_rng(11)
    said = []
    for _ in range(1_000):
        of = rng.integers(200, 900, values)
        found = compare_rates(
            pd.Series(rng.binomial(of, 0.3).astype(float)), pd.Series(of.astype(float)), of.sum()
        )
        said.append((found["verdict"] != "no clear difference").any())
    assert 0.02 <= np.mean(said) <= 0.07


def test_a_value_is_compared_with_all_others_together():
    found = compare_rates(pd.Series([60.0, 30.0, 10.0]), pd.Series([100.0, 100.0, 20.0]), 220)
    assert found["average"].tolist() == pytest.approx([100 / 220] * 3)
    assert found["verdict"].tolist() == ["more", "less", "too little data"]
    # Zou and Donner: 0.6 - 40 / 120, with Wilson's intervals of both.
    one, other = (binomtest(*x).proportion_ci(method="wilson") for x in ((60, 100), (40, 120)))
    low = 0.6 - 1 / 3 - np.hypot(0.6 - one.low, other.high - 1 / 3)
    assert found["compare_low"][0] == pytest.approx(100 / 220 + 120 / 220 * low)


def test_one_value_alone_has_nothing_to_be_compared_with():
    frame = shop([(f"c{n}", f"2024-01-{1 + n % 28:02d}", 10.0, "Shop") for n in range(60)])
    found = breakdown(orders_of(frame), "channel")
    assert found.values["verdict"].tolist() == ["too little data"]


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
