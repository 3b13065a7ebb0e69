"""Cohorts: by hand, against plain pandas on real orders, and what holds whatever the orders."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import binomtest

from retention import (
    DataError,
    cohort_of,
    cohort_table,
    sample_orders,
    second_orders,
    summarise_customers,
)
from retention.history.order_history import order_history
from retention.reports.cohort_calendar import PERIODS
from retention.reports.cohorts import (
    NO_VALUE,
    WAITS,
    cohort_table_of,
    cohorts_with_older,
    second_orders_of,
)
from retention.statistics import wilson
from tests.support.orders_stub import orders_of
from tests.support.sample_store import shared_sample

SUMS = [
    "customers",
    "observed",
    "active",
    "orders",
    "revenue",
    "share",
    "cumulative_orders",
    "cumulative_revenue",
]


def shop(rows: str, end: str | None = None):
    """Orders from lines of customer, moment, revenue and, maybe, channel ("-" for none)."""
    frame = pd.DataFrame([line.split() for line in rows.strip().splitlines()])
    frame.columns = ["customer_id", "ordered_at", "revenue", "channel"][: frame.shape[1]]
    frame["ordered_at"] = frame["ordered_at"].str.replace("T", " ")
    frame["revenue"] = frame["revenue"].astype(float)
    if "channel" in frame:
        frame["channel"] = frame["channel"].where(frame["channel"] != "-", None)
    return orders_of(frame, end)


SMALL = """
    ann 2024-01-31T23:59:59 10
    ann 2024-02-01T00:00:00 20
    ann 2024-02-28T12:00:00 30
    bob 2024-01-01T00:00:00 40
    bob 2024-03-05T08:00:00 0
    cay 2024-02-10T10:00:00 50
    cay 2024-02-11T10:00:00 60
"""


# --- by hand --------------------------------------------------------------------------------------


def test_a_triangle_worked_out_by_hand():
    found = cohort_table(shop(SMALL, end="2024-03-10"))
    january, february = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01")
    expected = [
        # cohort, age, customers, observed, active, share, orders, revenue, orders and revenue a
        # customer, complete
        (january, 0, 2, 2, 2, 1.0, 2, 50.0, 1.0, 25.0, True),
        (january, 1, 2, 2, 1, 0.5, 2, 50.0, 2.0, 50.0, True),
        (january, 2, 2, 2, 1, 0.5, 1, 0.0, 2.5, 50.0, False),
        (february, 0, 1, 1, 1, 1.0, 2, 110.0, 2.0, 110.0, True),
        (february, 1, 1, 1, 0, 0.0, 0, 0.0, 2.0, 110.0, False),
    ]
    columns = ["cohort", "age", "customers", "observed", "active", "share", "orders", "revenue"]
    columns += ["cumulative_orders", "cumulative_revenue", "complete"]
    assert list(found[columns].itertuples(index=False, name=None)) == expected
    assert found["small"].all()


@pytest.mark.parametrize(("end", "complete"), [("2024-03-30", False), ("2024-03-31", True)])
def test_the_last_period_is_complete_from_its_last_day_on(end, complete):
    found = cohort_table(shop(SMALL, end=end))
    last = found.groupby("cohort")["complete"].last()
    assert last.eq(complete).all()
    assert found.groupby("cohort").head(1)["complete"].all()


def test_without_the_partial_period_its_orders_and_customers_are_left_out():
    orders = shop(SMALL + "    dee 2024-03-01T00:00:00 70", end="2024-03-10")
    whole, cut = cohort_table(orders), cohort_table(orders, partial=False)
    assert cut["complete"].all()
    pd.testing.assert_frame_equal(cut, whole[whole["complete"]].reset_index(drop=True))
    assert cohort_table(shop("ann 2024-01-05 1", end="2024-01-20"), partial=False).empty


def test_weeks_begin_on_monday_and_span_the_turn_of_the_year():
    rows = """
        ann 2024-12-29T23:59:59 1
        ann 2024-12-30T00:00:00 2
        bob 2025-01-05T23:00:00 3
        bob 2025-01-06T00:00:00 4
    """
    found = cohort_table(shop(rows, end="2025-01-12"), "week")
    assert (
        found["cohort"].tolist()
        == [pd.Timestamp("2024-12-23")] * 3 + [pd.Timestamp("2024-12-30")] * 2
    )
    assert found["age"].tolist() == [0, 1, 2, 0, 1]
    assert found["active"].tolist() == [1, 1, 0, 1, 1]
    assert found["complete"].all()


def test_quarters_begin_in_january_april_july_and_october():
    found = cohort_table(shop("ann 2023-12-31 1\nann 2024-01-01 1\nann 2024-09-30 1"), "quarter")
    assert found["cohort"].unique().tolist() == [pd.Timestamp("2023-10-01")]
    assert found["active"].tolist() == [1, 1, 0, 1]


CHANNELS = """
    ann 2024-01-10T10:00:00 10 web
    ann 2024-02-10T10:00:00 10 shop
    bob 2024-02-10T10:00:00 30 web
    bob 2024-03-10T10:00:00 30 web
    cay 2024-01-10T10:00:00 50 -
    dee 2024-01-10T10:00:00 70 shop
    dee 2024-01-10T10:00:00 70 app
"""


def test_cohorts_by_value_count_ages_from_each_customers_own_first_month():
    found = cohort_table(shop(CHANNELS, end="2024-03-31"), by="channel")
    # Of two values at the same first moment the alphabetically first, as in the table of customers.
    assert found["cohort"].unique().tolist() == [NO_VALUE, "app", "web"]
    web = found[found["cohort"] == "web"]
    assert web["observed"].tolist() == [2, 2, 1]
    assert web["active"].tolist() == [2, 2, 0]
    assert web["share"].tolist() == [1.0, 1.0, 0.0]
    assert web["cumulative_revenue"].tolist() == [20.0, 40.0, 40.0]
    assert web["complete"].all()


def test_a_cell_by_value_is_complete_once_its_period_is_over_for_all_of_them():
    found = cohort_table(shop(CHANNELS, end="2024-03-20"), by="channel")
    web = found[found["cohort"] == "web"]
    # For Bob, who came in February, age 1 is March, which goes on; age 0 is over for both.
    assert web["complete"].tolist() == [True, False, False]
    cut = cohort_table(shop(CHANNELS, end="2024-03-20"), by="channel", partial=False)
    web = cut[cut["cohort"] == "web"]
    assert web["observed"].tolist() == [2, 1]
    assert web["active"].tolist() == [2, 1]


def test_second_orders_worked_out_by_hand():
    rows = """
        ann 2024-01-01 1
        ann 2024-01-31 1
        bob 2024-01-01 1
        bob 2024-02-01 1
        bob 2024-02-02 1
        cay 2024-01-15 1
        cay 2024-01-15 1
        dee 2024-02-20 1
    """
    found = second_orders(shop(rows, end="2024-03-01")).set_index("cohort")
    january = found.loc["2024-01-01"]
    assert january["customers"] == january["ever"] == 3
    assert january[["observed_30", "within_30", "observed_60", "within_60"]].tolist() == [
        3,
        2,
        2,
        2,
    ]
    # Too few for a share, and for a median.
    assert np.isnan(january["share_30"])
    assert np.isnan(january["median_days"])
    february = found.loc["2024-02-01"]
    assert february[["customers", "ever", "observed_30", "within_30"]].tolist() == [1, 0, 0, 0]


def joined(cohort: str, waits: list[int | None]) -> str:
    """Customers who came on the first day of a month, each with the wait for the second order, if
    there was one.
    """
    first = pd.Timestamp(f"{cohort}-01")
    lines = [f"{cohort}-{who} {first:%Y-%m-%d} 1" for who in range(len(waits))]
    later = [
        (who, first + pd.Timedelta(days=wait)) for who, wait in enumerate(waits) if wait is not None
    ]
    return "\n".join([*lines, *(f"{cohort}-{who} {day:%Y-%m-%d} 1" for who, day in later)])


def test_the_median_wait_is_of_those_back_within_180_days_once_all_could_be():
    """Ten are back after 20 days, ten after 100, one after 300, and 19 never; in the young cohort
    none later yet.
    """
    waits = [20] * 10 + [100] * 10 + [300] + [None] * 19
    orders = shop(
        joined("2024-01", waits) + "\n" + joined("2024-10", waits[:10] + [None] * 30),
        end="2024-12-31",
    )
    found = second_orders(orders).set_index("cohort")
    assert found.loc["2024-01-01", "median_days"] == 20
    assert found.loc["2024-01-01", ["ever", "within_180"]].tolist() == [21, 20]
    # Its ten are the fast ones among all who will come back: nothing is said yet.
    assert np.isnan(found.loc["2024-10-01", "median_days"])


@pytest.mark.parametrize(
    ("sizes", "start", "older"),
    [
        ([900, 400, 380, 450, 300, 280, 240, 190], "2024-01-01", 1),
        ([900, 800, 380, 400, 390, 410, 400, 390], "2024-01-01", 2),
        ([400, 400, 380, 450, 300, 280], "2024-01-01", 0),
        # Half a month with as many customers as the whole months after it.
        ([400, 400, 380, 450, 300, 280], "2024-01-16", 1),
        # So few that chance may have made it, and too few cohorts to compare with.
        ([7, 4, 4, 4, 4], "2024-01-01", 0),
        ([900, 400, 380], "2024-01-01", 0),
    ],
)
def test_a_first_intake_far_above_the_next_probably_holds_older_customers(sizes, start, older):
    months = pd.date_range("2024-01-01", periods=len(sizes), freq="MS")
    second = pd.DataFrame({"cohort": months, "customers": sizes})
    assert cohorts_with_older(second, pd.Timestamp(start).date(), "month") == older


def test_online_retail_begins_with_customers_it_had_before(online_retail, cdnow):
    assert cohorts_with_older(second_orders(online_retail), online_retail.start, "month") == 1
    # CDNOW's are all new.
    assert cohorts_with_older(second_orders(cdnow), cdnow.start, "month") == 0


# --- what cannot be done --------------------------------------------------------------------------


@pytest.mark.parametrize("call", [cohort_table, second_orders])
def test_what_there_is_not_is_named_with_what_there_is(call):
    orders = shop(CHANNELS)
    with pytest.raises(DataError, match=r"no cohorts by 'day'. Choose one of week, month, quarter"):
        call(orders, "day")
    with pytest.raises(DataError, match=r"no cohorts by 'colour'. Choose one of channel, or"):
        call(orders, by="colour")
    with pytest.raises(DataError, match=r"no column 'region'. Choose one of channel, or"):
        call(orders, by="region")
    with pytest.raises(DataError, match=r"no column 'channel'. They have no other"):
        call(shop(SMALL), by="channel")


def test_customers_without_the_column_are_refused_too():
    with pytest.raises(DataError, match="no column 'region'"):
        cohort_of(summarise_customers(shop(CHANNELS)), by="region")


# --- against plain pandas -------------------------------------------------------------------------


def in_pandas(orders, period: str, by: str | None = None) -> pd.DataFrame:
    """The triangle written down order by order, with dictionaries and pandas' own periods."""
    freq = {"week": "W-SUN", "month": "M", "quarter": "Q"}[period]
    table = orders.table.to_pandas().sort_values("ordered_at", kind="stable")
    table["at"] = table["ordered_at"].dt.to_period(freq)
    last, over = (
        pd.Period(orders.end, freq),
        pd.Period(orders.end, freq).end_time.date() == orders.end,
    )
    first = table.groupby("customer_id")["at"].first()
    cohort = first.dt.start_time
    if by is not None:
        moment = table["ordered_at"] == table.groupby("customer_id")["ordered_at"].transform(
            "first"
        )
        cohort = (
            table[moment]
            .dropna(subset=by)
            .groupby("customer_id")[by]
            .min()
            .reindex(first.index)
            .fillna(NO_VALUE)
        )
    first_number = {customer: at.ordinal for customer, at in first.items()}
    home = cohort.to_dict()
    who, placed, revenue = {}, Counter(), Counter()
    for customer, at, amount in zip(
        table["customer_id"], table["at"], table["revenue"], strict=True
    ):
        cell = home[customer], at.ordinal - first_number[customer]
        who.setdefault(cell, set()).add(customer)
        placed[cell] += 1
        revenue[cell] += amount
    rows = []
    for name in sorted(set(home.values())):
        joined = Counter(first_number[customer] for customer in home if home[customer] == name)
        orders_each = revenue_each = 0.0
        for age in range(last.ordinal - min(joined) + 1):
            observed = sum(number for at, number in joined.items() if at + age <= last.ordinal)
            cell, active = (name, age), len(who.get((name, age), ()))
            orders_each, revenue_each = (
                orders_each + placed[cell] / observed,
                revenue_each + revenue[cell] / observed,
            )
            complete = over or joined[last.ordinal - age] == 0
            sums = joined.total(), observed, active, placed[cell], revenue[cell], active / observed
            rows.append((name, age, *sums, orders_each, revenue_each, complete))
    return pd.DataFrame(rows, columns=["cohort", "age", *SUMS, "complete"])


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    assert found["cohort"].tolist() == expected["cohort"].tolist()
    assert found["age"].tolist() == expected["age"].tolist()
    assert found["complete"].tolist() == expected["complete"].tolist()
    assert np.allclose(found[SUMS], expected[SUMS], rtol=1e-9, atol=1e-6)


@pytest.fixture(scope="module")
def cdnow():
    return shared_sample("cdnow")


@pytest.fixture(scope="module")
def store():
    return sample_orders("store", customers=800)


@pytest.mark.parametrize("period", PERIODS)
def test_cdnow_agrees_with_pandas(cdnow, period):
    assert_same(cohort_table(cdnow, period), in_pandas(cdnow, period))


@pytest.mark.parametrize("period", ["month", "week"])
def test_online_retail_agrees_with_pandas(online_retail, period):
    assert_same(cohort_table(online_retail, period), in_pandas(online_retail, period))


@pytest.mark.parametrize("by", ["channel", "coupon", "category"])
def test_the_store_by_value_agrees_with_pandas(store, by):
    assert_same(cohort_table(store, "quarter", by), in_pandas(store, "quarter", by))


@pytest.mark.parametrize("period", PERIODS)
def test_a_history_gives_the_same_table(cdnow, store, period):
    for orders in (cdnow, store):
        history = order_history(orders)
        pd.testing.assert_frame_equal(
            cohort_table_of(history, period), cohort_table(orders, period), rtol=1e-9
        )
        pd.testing.assert_frame_equal(
            second_orders_of(history, period), second_orders(orders, period)
        )


@pytest.mark.parametrize(
    ("period", "by"), [("week", None), ("quarter", None), ("month", "channel"), ("month", "coupon")]
)
def test_customers_are_listed_in_the_cohort_that_counts_them(store, period, by):
    labels = cohort_of(summarise_customers(store), period, by)
    listed = labels.value_counts().sort_index()
    for table in (cohort_table(store, period, by), second_orders(store, period, by)):
        counted = table.groupby("cohort")["customers"].first()
        assert listed.index.tolist() == counted.index.tolist()
        assert listed.tolist() == counted.tolist()


@pytest.mark.parametrize("by", [None, "channel"])
def test_second_orders_agree_with_pandas(store, by):
    found = second_orders(store, "quarter", by).set_index("cohort")
    table = store.table.to_pandas().sort_values("ordered_at", kind="stable")
    days = table.groupby("customer_id")["ordered_at"].apply(
        lambda moments: list(moments.dt.normalize()[:2])
    )
    end = pd.Timestamp(store.end)
    labels = cohort_of(summarise_customers(store), "quarter", by)
    for cohort, members in days.groupby(labels):
        waits = [(two[1] - two[0]).days for two in members if len(two) > 1]
        row = found.loc[cohort]
        assert row["ever"] == len(waits)
        seen = [two for two in members if (end - two[0]).days >= 180]
        soon = sorted(
            (two[1] - two[0]).days for two in seen if len(two) > 1 and (two[1] - two[0]).days <= 180
        )
        expected = soon[(len(soon) - 1) // 2] if len(seen) >= 30 and soon else np.nan
        assert row["median_days"] == pytest.approx(expected, nan_ok=True)
        for window in WAITS:
            observed = [two for two in members if (end - two[0]).days >= window]
            back = [two for two in observed if len(two) > 1 and (two[1] - two[0]).days <= window]
            assert (row[f"observed_{window}"], row[f"within_{window}"]) == (
                len(observed),
                len(back),
            )
            if len(observed) >= 30:
                interval = binomtest(len(back), len(observed)).proportion_ci(0.95, method="wilson")
                ends = [row[f"{name}_{window}"] for name in ("share", "low", "high")]
                assert ends == pytest.approx(
                    [len(back) / len(observed), interval.low, interval.high]
                )
            else:
                assert np.isnan(row[f"share_{window}"])


@pytest.mark.parametrize(("some", "of"), [(0, 40), (40, 40), (7, 31), (1, 1)])
def test_shares_have_wilsons_interval(some, of):
    expected = binomtest(some, of).proportion_ci(0.95, method="wilson")
    assert tuple(map(float, wilson(some, of))) == pytest.approx((expected.low, expected.high))


# --- whatever the orders --------------------------------------------------------------------------

ORDERS = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.integers(0, 500),
        st.integers(0, 99),
        st.sampled_from(["a", "b", None]),
    ),
    min_size=1,
    max_size=60,
)


def drawn(rows):
    frame = pd.DataFrame(rows, columns=["customer", "hours", "revenue", "channel"])
    moments = pd.Timestamp("2023-12-20") + pd.to_timedelta(frame["hours"] * 7, unit="h")
    frame = frame.assign(customer_id="c" + frame["customer"].astype(str), ordered_at=moments)
    return orders_of(
        frame.assign(channel=frame["channel"].astype("str"), revenue=frame["revenue"].astype(float))
    )


@settings(max_examples=15)
@given(ORDERS, st.sampled_from(PERIODS), st.sampled_from([None, "channel"]))
def test_nothing_is_lost_and_nobody_is_counted_twice(rows, period, by):
    orders = drawn(rows)
    found = cohort_table(orders, period, by)
    customers = summarise_customers(orders)
    assert found["orders"].sum() == len(rows)
    assert found["revenue"].sum() == pytest.approx(sum(row[2] for row in rows))
    first = found[found["age"] == 0]
    assert (
        first["customers"].sum()
        == first["active"].sum()
        == first["observed"].sum()
        == len(customers)
    )
    assert first["share"].eq(1).all()
    assert (found["active"] <= found["observed"]).all()
    assert (found["observed"] <= found["customers"]).all()
    assert (found["active"] <= found["orders"]).all()
    assert (found["observed"] > 0).all()
    for _, cohort in found.groupby("cohort"):
        assert cohort["age"].tolist() == list(range(len(cohort)))
        assert cohort["cumulative_orders"].is_monotonic_increasing
        assert cohort["observed"].is_monotonic_decreasing
        if by is None:
            assert cohort["cumulative_revenue"].iloc[-1] == pytest.approx(
                cohort["revenue"].sum() / cohort["customers"].iloc[0]
            )


@settings(max_examples=10)
@given(ORDERS, st.sampled_from(PERIODS))
def test_the_history_agrees_and_a_single_value_is_everybody(rows, period):
    orders = drawn([(*row[:3], "only") for row in rows])
    by_period = cohort_table(orders, period)
    pd.testing.assert_frame_equal(
        cohort_table_of(order_history(orders), period), by_period, rtol=1e-9
    )
    everybody = cohort_table(orders, period, "channel").set_index("age")
    by_age = by_period.groupby("age")[["observed", "active", "orders", "revenue"]].sum()
    assert np.allclose(everybody[by_age.columns], by_age)
    assert everybody["complete"].tolist() == by_period.groupby("age")["complete"].all().tolist()
