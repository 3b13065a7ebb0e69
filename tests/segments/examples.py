"""Small stores, scores and rules for the tests of segments."""

import math

import numpy as np
import pandas as pd
from hypothesis import settings, strategies as st

from retention import (
    Uncertainty,
    segment_table,
    trait_table,
)
from retention.segments.inputs import prepare_segments
from retention.segments.rules import SegmentRules
from retention.segments.totals import place_segments, summarise_segments

# A shared machine may pause; the number of examples keeps the whole file to a few seconds.
calm = settings(max_examples=40)


RANGE = ["expected_value_low", "expected_value_high"]


def customers_of(orders, days, revenue=None, discount=None):
    n = len(orders)
    revenue = np.asarray(revenue if revenue is not None else np.full(n, 100.0), float)
    return pd.DataFrame(
        {
            "recency": [5 if k > 1 else 0 for k in orders],
            "T": [d + (5 if k > 1 else 0) for k, d in zip(orders, days, strict=True)],
            "orders": orders,
            "revenue": revenue,
            "average_order_value": revenue / np.asarray(orders),
            "discount_share": np.full(n, math.nan) if discount is None else discount,
        },
        index=pd.Index([f"c{i}" for i in range(n)], name="customer_id"),
    )


def scores_of(customers, value=None, probability=None, p_alive=1.0):
    n = len(customers)
    return pd.DataFrame(
        {
            "p_alive": np.broadcast_to(p_alive, n),
            "p_purchase_30d": np.broadcast_to(0.1 if probability is None else probability, n),
            "cltv": np.broadcast_to(50.0 if value is None else value, n),
        },
        index=customers.index,
    )


@st.composite
def stores(draw, size=25):
    n = draw(st.integers(1, size))
    lists = {
        name: draw(st.lists(element, min_size=n, max_size=n))
        for name, element in {
            "orders": st.integers(1, 40),
            "days": st.integers(0, 3000),
            "revenue": st.floats(0, 1e6),
            "discount": st.one_of(st.just(math.nan), st.floats(0, 1)),
            "value": st.floats(0, 1e5),
            "probability": st.floats(0, 1),
            "p_alive": st.floats(0, 1),
        }.items()
    }
    customers = customers_of(lists["orders"], lists["days"], lists["revenue"], lists["discount"])
    return customers, scores_of(customers, lists["value"], lists["probability"], lists["p_alive"])


@st.composite
def rules_drawn(draw):
    def pair(low, high, whole=True):
        number = st.integers(low, high) if whole else st.floats(low, high)
        return sorted([draw(number), draw(number)])

    new_days, one_order_lapsed = pair(1, 730)
    repeat_at_risk, repeat_lapsed = pair(1, 730)
    loyal_at_risk, loyal_lapsed = pair(1, 730)
    full_price, discount_shopper = pair(0.0, 0.6, whole=False)
    unit = draw(st.sampled_from(["percentile", "money"]))
    top = 100 if unit == "percentile" else 1e5
    return SegmentRules(
        new_days=new_days,
        one_order_lapsed=one_order_lapsed,
        repeat_at_risk=repeat_at_risk,
        repeat_lapsed=repeat_lapsed,
        loyal_at_risk=loyal_at_risk,
        loyal_lapsed=loyal_lapsed,
        full_price=full_price,
        discount_shopper=discount_shopper,
        loyal_orders=draw(st.integers(3, 20)),
        vip_orders=draw(st.integers(2, 20)),
        vip_value=draw(st.floats(0, top)),
        spender_value=draw(st.floats(0, top)),
        order_value=draw(st.floats(0, top)),
        ready_probability=draw(st.floats(0, 1)),
        value_unit=unit,
    )


def uncertainty_of(scores, seed, share=1.0):
    """Any variances, slopes by two parameters, and sample of about this share of the customers."""
    rng = np.random.default_rng(seed)
    value = scores["cltv"].to_numpy(float)
    sample = np.flatnonzero(rng.random(len(value)) < share)
    root = rng.normal(size=(2, 2)) / 10
    slopes = rng.normal(size=(len(sample), 2)) * value[sample, None]
    return Uncertainty(value, rng.random(len(value)) * value**2, sample, slopes, root @ root.T)


def both_tables(labels, customers, scores, uncertainty=None):
    return pd.concat(
        [table(labels, customers, scores, uncertainty) for table in (segment_table, trait_table)]
    )


def looked_up_summary(customers, scores, uncertainty, rules):
    inputs = prepare_segments(customers, scores, rules.ready_days, uncertainty)
    return summarise_segments(inputs, place_segments(inputs, rules))
