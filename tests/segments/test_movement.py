"""Movement: who went from which stage to which between two days, and the value that moved."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from retention import (
    STAGES,
    DataError,
    Period,
    SegmentRules,
    assign_segments,
    fit_cltv,
    movement,
    predict_cltv,
    sample_orders,
    scorecard,
    segment_table,
    summarise_customers,
    value_uncertainty,
)
from retention.history.order_history import order_history
from retention.segments.inputs import prepare_segments, value_cutoffs
from retention.segments.movement import (
    NOT_YET,
    TURNS,
    between,
    count_movement,
    movement_codes,
    prepare_movement,
    turns,
    vip_cutoff,
)
from tests.support.orders_stub import orders_of
from tests.support.sample_store import shared_sample

DAY = timedelta(days=1)


def orders_on(**days):
    """Orders worth 10 each, on days counted from 1 January 2024, by customer."""
    rows = [
        (customer, pd.Timestamp("2024-01-01") + day * pd.Timedelta(days=1))
        for customer in days
        for day in days[customer]
    ]
    return orders_of(pd.DataFrame(rows, columns=["customer_id", "ordered_at"]).assign(revenue=10.0))


def day(number):
    return date(2024, 1, 1) + number * DAY


def pairs(moves):
    return {(row["from"], row["to"]): row["customers"] for row in moves.to_dict("records")}


@pytest.fixture(scope="module")
def store():
    orders = sample_orders("store", customers=1_500)
    history = order_history(orders)
    return orders, history, fit_cltv(summarise_customers(orders))


# --- by hand --------------------------------------------------------------------------------------
# --------------------


def test_each_customer_moves_from_the_stage_then_to_the_stage_now():
    orders = orders_on(
        gone=[0],  # one order, 100 days ago at the start, 200 at the end
        again=[90, 190],  # new at the start, repeat at the end
        fading=[0, 95],  # repeat at the start; 105 days at the end: at risk
        fresh=[195],  # no order at the start
        back=[0, 10, 20, 30, 198],  # loyal, 70 days at the start; loyal still
        last=[200],
    )
    moves = movement(orders, day(100), day(200))
    assert pairs(moves) == {
        ("lapsed", "lapsed"): 1,
        ("new", "repeat"): 1,
        ("repeat", "at_risk"): 1,
        (NOT_YET, "new"): 2,
        ("loyal", "loyal"): 1,
    }
    money = moves.set_index(["from", "to"])[["revenue_before", "revenue_between"]]
    assert money.loc[("lapsed", "lapsed")].tolist() == [10, 0]
    assert money.loc[("new", "repeat")].tolist() == [10, 10]
    assert money.loc[(NOT_YET, "new")].tolist() == [0, 20]
    assert money.loc[("loyal", "loyal")].tolist() == [40, 10]
    assert moves[["value_before", "value_after", "value_after_low"]].isna().all(axis=None)


def test_both_days_are_included_and_what_lies_between_begins_after_the_first():
    orders = orders_on(on_start=[100], after_start=[101], on_end=[150], later=[151])
    moves = movement(orders, day(100), day(150))
    assert pairs(moves) == {
        ("new", "first_time"): 1,
        (NOT_YET, "first_time"): 1,
        (NOT_YET, "new"): 1,
    }
    # Who first orders after the end is nowhere.
    assert moves["customers"].sum() == 3
    assert between(day(100), day(150)) == Period(day(101), day(151))


def test_several_orders_of_a_day_are_orders_but_one_purchase_day():
    orders = orders_on(twice=[0, 0, 0, 0], other=[50])
    assert pairs(movement(orders, day(1), day(50))) == {("loyal", "loyal"): 1, (NOT_YET, "new"): 1}


def test_before_the_first_order_nobody_is_a_customer():
    orders = orders_on(one=[0], two=[3, 5])
    moves = movement(orders, day(-1), day(5))
    assert pairs(moves) == {(NOT_YET, "new"): 1, (NOT_YET, "repeat"): 1}
    assert moves["revenue_before"].tolist() == [0, 0]


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5), (0, 6), (-9, -1)])
def test_days_in_the_wrong_order_or_outside_the_orders_are_refused(start, end):
    with pytest.raises(DataError, match=r"come after|reach from"):
        movement(orders_on(one=[0], two=[3, 5]), day(start), day(end))


def test_named_movements_add_up():
    orders = orders_on(
        gone=[0],
        again=[90, 190],
        fading=[0, 95],
        fresh=[195],
        won=[0, 1, 199],
        slipped=[70, 80, 90, 99],
        last=[200],
    )
    found = turns(movement(orders, day(100), day(200)))
    assert found.index.tolist() == list(TURNS)
    assert found["customers"].to_dict() == {
        "came": 2,
        "second_order": 1,
        "came_back": 1,
        "fell": 2,
        "lapsed": 0,
    }
    assert found.loc["fell", "revenue_before"] == 60
    assert found.loc["came", "revenue_between"] == 20


# --- the totals tie -------------------------------------------------------------------------------
# --------------------


@pytest.mark.parametrize("ago", [30, 90, 400])
@pytest.mark.parametrize("kind", ["percentile", "money", "loose"])
def test_sums_are_the_stage_tables_of_both_days(store, ago, kind):
    orders, history, model = store
    rules = {
        "percentile": SegmentRules(),
        "money": SegmentRules(
            value_unit="money", vip_value=120.0, spender_value=100.0, order_value=50.0
        ),
        "loose": SegmentRules(vip_value=50.0, loyal_orders=3, repeat_at_risk=90, new_days=10),
    }[kind]
    start, end = orders.end - ago * DAY, orders.end - (ago // 3) * DAY
    moves = count_movement(prepare_movement(history, start, end, model), rules)
    cutoff = None
    for column, as_of in (("to", end), ("from", start)):
        customers = summarise_customers(orders, as_of)
        scores = predict_cltv(model, customers)
        if cutoff is None:
            cutoff = value_cutoffs(prepare_segments(customers, scores), rules)["vip"]
        # At the start the amount that the end's percentile comes to.
        fixed = rules if column == "to" else replace(rules, value_unit="money", vip_value=cutoff)
        table = segment_table(assign_segments(customers, scores, fixed), customers, scores)
        sums = (
            moves[moves[column] != NOT_YET]
            .groupby(column, observed=False)
            .sum(numeric_only=True)
            .loc[list(STAGES)]
        )
        assert sums["customers"].tolist() == table["customers"].tolist()
        revenue = sums["revenue_before"] + (sums["revenue_between"] if column == "to" else 0)
        assert revenue.to_numpy() == pytest.approx(table["revenue"].to_numpy())
        value = sums["value_after" if column == "to" else "value_before"]
        assert value.to_numpy() == pytest.approx(table["expected_value"].to_numpy())


def test_each_customer_stands_where_the_segments_would_have_put_them(store):
    orders, history, model = store
    start, end = orders.end - 200 * DAY, orders.end - 20 * DAY
    rules = SegmentRules()
    found = prepare_movement(history, start, end, model)
    before, after = movement_codes(found, rules)
    table = orders.table
    names = table.select("customer_id", number=table.customer_id.hash()).distinct().to_pandas()
    names = names.set_index("number")["customer_id"].reindex(found.end.customers.index)
    then, now = summarise_customers(orders, start), summarise_customers(orders, end)
    labels = assign_segments(now, predict_cltv(model, now), rules)
    assert [STAGES[code] for code in after] == labels["stage"].reindex(names).astype(str).tolist()
    fixed = replace(rules, value_unit="money", vip_value=vip_cutoff(found, rules))
    labels = assign_segments(then, predict_cltv(model, then), fixed)["stage"].astype(str)
    assert [(NOT_YET, *STAGES)[code] for code in before] == labels.reindex(names).fillna(
        NOT_YET
    ).tolist()
    frame = now.reindex(names)
    for column in ("frequency", "recency", "T", "monetary_value", "orders", "revenue"):
        assert found.end.customers[column].to_numpy() == pytest.approx(frame[column].to_numpy())


def test_revenue_in_between_is_the_scorecards(store):
    orders, _, model = store
    start, end = orders.end - 90 * DAY, orders.end - DAY
    moves = movement(orders, start, end, model=model)
    period = between(start, end)
    card = scorecard(orders, period.start, period.end)
    assert moves["revenue_between"].sum() == pytest.approx(card.metrics.loc["revenue", "value"])
    came = moves["from"] == NOT_YET
    assert moves.loc[came, "customers"].sum() == card.metrics.loc["new_customers", "value"]


def test_ranges_are_those_of_the_customers_who_moved(store):
    _, history, model = store
    end = history.end
    found = prepare_movement(history, end - 120 * DAY, end, model)
    moves = count_movement(found, SegmentRules())
    before, after = movement_codes(found, SegmentRules())
    known = value_uncertainty(model, found.end.customers)
    for row in moves.to_dict("records"):
        made = (before == (NOT_YET, *STAGES).index(row["from"])) & (
            after == STAGES.index(row["to"])
        )
        total = known.total(made)
        expected = (total.expected, total.low, total.high)
        assert (
            row["value_after"],
            row["value_after_low"],
            row["value_after_high"],
        ) == pytest.approx(expected)


def test_terms_of_the_value_are_kept(store):
    _, history, model = store
    days = history.end - 60 * DAY, history.end
    full, half = (
        count_movement(prepare_movement(history, *days, model, margin=m), SegmentRules())
        for m in (1.0, 0.5)
    )
    assert half["customers"].tolist() == full["customers"].tolist()
    assert half["value_after"].to_numpy() == pytest.approx(full["value_after"].to_numpy() / 2)
    assert half["value_before"].to_numpy() == pytest.approx(full["value_before"].to_numpy() / 2)


# --- another way ----------------------------------------------------------------------------------
# --------------------


def test_cdnow_counted_in_pandas():
    orders = shared_sample("cdnow")
    start, end = date(1997, 9, 30), date(1998, 3, 31)
    rows = orders.table.to_pandas()
    rows["day"] = pd.to_datetime(rows["ordered_at"]).dt.normalize()

    def stages(as_of):
        past = (
            rows[rows["day"] <= pd.Timestamp(as_of)]
            .groupby("customer_id")
            .agg(n=("day", "size"), last=("day", "max"))
        )
        silent = (pd.Timestamp(as_of) - past["last"]).dt.days
        conditions = [
            (past["n"] == 1) & (silent < 30),
            (past["n"] == 1) & (silent <= 90),
            (past["n"] == 1),
            past["n"].between(2, 3) & (silent < 60),
            past["n"].between(2, 3) & (silent <= 120),
            past["n"].between(2, 3),
            (silent < 90),
            (silent <= 180),
        ]
        words = ["new", "first_time", "lapsed", "repeat", "at_risk", "lapsed", "loyal", "at_risk"]
        return pd.Series(np.select(conditions, words, "lapsed"), index=past.index)

    then, now = stages(start), stages(end)
    expected = pd.crosstab(then.reindex(now.index).fillna(NOT_YET), now).stack()
    assert pairs(movement(orders, start, end)) == expected[expected > 0].to_dict()


histories = st.dictionaries(
    st.integers(0, 8), st.lists(st.integers(0, 300), min_size=1, max_size=5), min_size=1, max_size=8
)


@settings(max_examples=20)
@given(histories, st.integers(-10, 299), st.integers(1, 200))
def test_whatever_the_orders_everybody_is_counted_once(found, start, length):
    orders = orders_on(**{f"c{key}": days for key, days in found.items()})
    first, last = orders.start, orders.end
    start = day(start)
    end = min(start + length * DAY, last)
    if start >= end or end < first:
        return
    moves = movement(orders, start, end)
    now, then = (
        {key: sum(1 for number in days if day(number) <= at) for key, days in found.items()}
        for at in (end, start)
    )
    assert moves["customers"].sum() == sum(1 for n in now.values() if n)
    assert moves.loc[moves["from"] == NOT_YET, "customers"].sum() == sum(
        1 for key in now if now[key] and not then[key]
    )
    assert moves["revenue_before"].sum() == pytest.approx(10 * sum(then.values()))
    assert moves["revenue_between"].sum() == pytest.approx(
        10 * (sum(now.values()) - sum(then.values()))
    )


def test_days_may_be_texts_and_moments():
    orders = orders_on(one=[0], two=[3, 50], three=[20, 80])
    expected = movement(orders, day(30), day(80))
    for write in (str, pd.Timestamp):
        pd.testing.assert_frame_equal(movement(orders, write(day(30)), write(day(80))), expected)
