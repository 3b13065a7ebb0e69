"""Features: what a condition can ask, against plain pandas, and what is missing."""

import numpy as np
import pandas as pd
import pytest

import retention
from retention import Bought, Condition, DataError, Group, features, matches, next_order
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.conditions import count_each, groups_asked, totals
from retention.own_segments.features import NO_DAY, typical_wait
from tests.own_segments.examples import (
    END,
    SIGNALS,
    small_features,
)
from tests.support.orders_stub import orders_of
from tests.support.sample_store import shared_sample


@pytest.fixture(scope="module")
def cdnow():
    orders = shared_sample("cdnow")
    customers = retention.summarise_customers(orders)
    model = retention.fit_cltv(customers)
    scores = retention.predict_cltv(model, customers)
    labels = retention.assign_segments(customers, scores)
    found = features(customers, scores, as_of=orders.end, labels=labels, orders=orders, model=model)
    return orders, customers, model, scores, found


def days(column):
    return column.astype("datetime64[D]")


def test_columns_are_those_of_the_orders(cdnow):
    orders, customers, _, scores, found = cdnow
    table = orders.table.to_pandas()
    table["day"] = table["ordered_at"].dt.normalize()
    by = table.groupby("customer_id")
    index = found.index
    end = pd.Timestamp(orders.end)

    def column(key):
        return found.column(key).values

    assert (column("orders") == by.size()[index]).all()
    assert column("revenue") == pytest.approx(by["revenue"].sum()[index].to_numpy())
    assert (column("purchase_days") == by["day"].nunique()[index]).all()
    assert (column("days_since_last_order") == (end - by["day"].max()[index]).dt.days).all()
    assert (column("days_since_first_order") == (end - by["day"].min()[index]).dt.days).all()
    assert (
        days(column("last_order")) == by["day"].max()[index].to_numpy().astype("datetime64[D]")
    ).all()
    assert (column("expected_value") == scores["cltv"]).all()
    stage = found.column("stage")
    labels = retention.assign_segments(customers, scores)
    assert (np.array(stage.names)[stage.values] == labels["stage"].astype(str)).all()


@pytest.fixture(scope="module")
def by_channel():
    """Two channels: customers of the first buy twice as much as others; half of all come back."""
    rng = np.random.default_rng(1)
    rows = []
    for who in range(600):
        channel, first = (
            ("Mail", "Ads")[who % 2],
            pd.Timestamp("2024-01-01") + pd.Timedelta(days=int(rng.integers(0, 200))),
        )
        days = first + pd.to_timedelta(
            np.cumsum([0, *rng.integers(5, 60, rng.integers(0, 6 if channel == "Mail" else 2))]),
            unit="D",
        )
        rows += [(f"c{who}", day, rng.gamma(4, 10.0), channel) for day in days]
    names = ["customer_id", "ordered_at", "revenue", "channel"]
    orders = orders_of(pd.DataFrame(rows, columns=names))
    customers = retention.summarise_customers(orders)
    model = retention.fit_cltv(customers)
    scores = retention.predict_cltv(model, customers)
    by = customers["first_channel"]
    values = retention.group_scores(retention.fit_groups(model, customers, by), customers, by)
    found = features(
        customers,
        scores,
        as_of=orders.end,
        orders=orders,
        group_values={"first_channel": lambda: values["cltv"].to_numpy()},
    )
    return customers, scores["cltv"], values["cltv"], found


def test_a_segment_by_first_channel_is_worth_what_the_channels_own_model_says(by_channel):
    customers, pooled, own, found = by_channel
    mail = Condition("first_channel", "one_of", ("Mail",))
    often = Condition("purchase_days", "at_least", 3)
    both = Group("all", (mail, often))
    inside = (customers["first_channel"] == "Mail").to_numpy()
    repeat = (customers["frequency"] >= 2).to_numpy()
    assert totals(mail, found).expected_value == pytest.approx(own[inside].sum())
    assert own[inside].sum() > 1.02 * pooled[inside].sum()
    assert totals(both, found).expected_value == pytest.approx(own[inside & repeat].sum())
    # What asks about no channel is worth what it is on the other pages.
    assert totals(often, found).expected_value == pytest.approx(pooled[repeat].sum())
    assert totals(Group("all"), found).expected_value == pytest.approx(pooled.sum())


def test_parts_of_a_segment_are_worth_what_its_whole_is_worth_by(by_channel):
    customers, _, own, found = by_channel
    mail = Condition("first_channel", "one_of", ("Mail",))
    often = Condition("purchase_days", "at_least", 3)
    whole, first, second = count_each(Group("all", (mail, often)), found)
    repeat = (customers["frequency"] >= 2).to_numpy()
    assert second.totals.expected_value == pytest.approx(own[repeat].sum())
    assert whole.totals.expected_value <= min(
        first.totals.expected_value, second.totals.expected_value
    )


def test_a_segment_by_expected_value_is_worth_what_it_asks_for(by_channel):
    customers, pooled, _, found = by_channel
    mail = Condition("first_channel", "one_of", ("Mail",))
    least = float(pooled.median())
    rule = Group("all", (mail, Condition("expected_value", "at_least", least)))
    assert groups_asked(mail, found) == "first_channel"
    assert groups_asked(rule, found) == ""
    inside = ((customers["first_channel"] == "Mail") & (pooled >= least)).to_numpy()
    assert totals(rule, found).expected_value == pytest.approx(pooled[inside].sum())


def test_the_typical_wait_is_the_median_wait_just_after_the_last_order(cdnow):
    _, customers, model, _, found = cdnow
    waits = typical_wait(model, customers)
    for place in range(0, len(customers), 211):
        row = customers.iloc[place]
        expected = next_order(
            model, int(row["frequency"]), float(row["recency"]), float(row["recency"])
        ).middle
        assert (
            waits[place] == pytest.approx(expected) if expected <= 3650 else np.isnan(waits[place])
        )
    due = found.column("due").values
    known = due != NO_DAY
    assert (known == ~np.isnan(waits)).all()
    last = found.column("last_order").values
    assert (due[known] - last[known] == np.ceil(waits[known])).all()
    assert matches(Condition("due", "unknown"), found).sum() == (~known).sum()


def test_an_earlier_day_leaves_later_orders_out():
    frame = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b"],
            "ordered_at": ["2024-01-01", "2024-03-01", "2024-03-02"],
            "revenue": 1.0,
        }
    ).assign(product=["Tea", "Cup", "Cup"])
    orders = orders_of(frame)
    day = pd.Timestamp("2024-02-01").date()
    found = features(retention.summarise_customers(orders, day), as_of=day, orders=orders)
    assert list(found.index) == ["a"]
    assert found.choices("product") == ("Tea",)
    assert not matches(Condition("product", "bought", Bought(("Cup",))), found).any()
    with pytest.raises(DataError, match="as of 2024-02-01"):
        features(retention.summarise_customers(orders, day), as_of=orders.end)


def test_what_is_missing_says_what_brings_it():
    found = small_features(no_scores="Only 4 customers.")
    assert found.missing("expected_value") == "Only 4 customers."
    assert "column of ratings" in found.missing("last_rating")
    assert "column of categories" in found.missing("category")
    assert not found.missing("product")
    assert set(found.available) | set(found.off) == set(FEATURES)
    with pytest.raises(DataError, match="column of ratings"):
        found.column("last_rating")


def test_signals_and_contacts_are_matched_by_customer_and_may_know_fewer():
    contacts = pd.DataFrame(
        {
            "email": ["d@x", None],
            "country": ["TH", ""],
            "consent": pd.array([True, None], dtype="boolean"),
        },
        index=["d", "a"],
    )
    found = small_features(signals=SIGNALS, contacts=contacts)
    assert found.column("has_email").values.tolist() == [0, 0, 0, 1]
    assert found.column("country").names == ("TH",)
    assert found.column("country").values.tolist() == [-1, -1, -1, 0]
    assert found.column("consent").values.tolist() == [-1, -1, -1, 1]
    assert found.column("subscribed").values.tolist() == [1, 0, -1, -1]
    assert "column of phone numbers" in found.missing("has_phone")


def test_rows_in_another_order_are_put_right_and_others_refused(cdnow):
    orders, customers, _, scores, found = cdnow
    turned = features(customers, scores[::-1], as_of=orders.end)
    assert (turned.value == found.value).all()
    with pytest.raises(DataError, match="do not belong"):
        features(customers, scores.iloc[1:], as_of=orders.end)


def test_nobody_is_refused():
    orders = orders_of(pd.DataFrame({"customer_id": ["a"], "ordered_at": [END], "revenue": [1.0]}))
    with pytest.raises(DataError, match="no customers"):
        features(retention.summarise_customers(orders).iloc[:0], as_of=orders.end)
