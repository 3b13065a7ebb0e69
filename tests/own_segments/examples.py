"""A small store, its features, and any rules, for the tests of own segments."""

from datetime import date

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from retention import Bought, Condition, Group, features, matches, summarise_customers
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.values import BY_KIND
from tests.support.orders_stub import orders_of

END = "2024-12-31"


ROWS = [
    # customer, day, revenue, product, channel
    ("a", "2024-01-01", 10.0, "Tea", "Mail"),
    ("a", "2024-12-01", 30.0, "Pot", "Ads"),
    ("a", "2024-12-30", 20.0, "Tea", "Mail"),
    ("b", "2024-06-01", 100.0, "Cup", "Ads"),
    ("c", "2024-02-01", 5.0, None, None),
    ("c", "2024-03-01", 5.0, None, "Mail"),
    ("d", "2024-12-15", 50.0, "Tea", "Ads"),
]


def small_features(**extra):
    frame = pd.DataFrame(
        ROWS, columns=["customer_id", "ordered_at", "revenue", "product", "channel"]
    )
    orders = orders_of(frame, end=END)
    customers = summarise_customers(orders)
    return features(customers, as_of=orders.end, orders=orders, **extra)


SIGNALS = pd.DataFrame(
    {
        "last_rating": [5.0, 2.0, np.nan],
        "complained_on": pd.to_datetime([None, "2024-12-20", None]),
        "subscribed": pd.array([True, False, None], dtype="boolean"),
        "last_channel": ["Mail", "Ads", None],
    },
    index=pd.Index(["a", "b", "c"], name="customer_id"),  # of d the file says nothing
)


def who(rule, features):
    return "".join(features.index[matches(rule, features)])


NAMES = st.text(min_size=1, max_size=8)


NUMBERS = st.floats(-1e6, 1e6)


DAYS = st.integers(0, 400)


DATES = st.dates(date(2023, 1, 1), date(2025, 12, 31))


CHANNELS = st.sampled_from(["Mail", "Ads", "Radio"])


def value_of(kind, operator, whole):
    if operator in ("known", "unknown"):
        return st.none()
    if operator == "top":
        return st.floats(0.1, 99.9)
    if operator in ("within", "ago", "ahead"):
        return DAYS
    if kind == "flag":
        return st.booleans()
    if kind == "products":
        return st.builds(
            Bought,
            st.lists(st.sampled_from(["Tea", "Pot", "x"]), min_size=1, max_size=3).map(tuple),
            st.none() | DAYS,
            st.integers(1, 4),
        )
    if kind == "list":
        return st.lists(st.sampled_from(["Tea", "Pot"]) | NAMES, min_size=1, max_size=3).map(tuple)
    if kind == "category":
        one = CHANNELS | NAMES
        return (
            one
            if operator in ("is", "is_not")
            else st.lists(one, min_size=1, max_size=3).map(tuple)
        )
    amounts = {"share": st.floats(0, 1), "date": DATES}.get(kind, DAYS if whole else NUMBERS)
    return (
        st.tuples(amounts, amounts).map(lambda pair: tuple(sorted(pair)))
        if operator == "between"
        else amounts
    )


@st.composite
def conditions(draw, keys=tuple(FEATURES)):
    feature = FEATURES[draw(st.sampled_from(keys))]
    operator = draw(st.sampled_from(BY_KIND[feature.kind]))
    return Condition(feature.key, operator, draw(value_of(feature.kind, operator, feature.whole)))


def rules(keys=tuple(FEATURES)):
    kinds = st.sampled_from(["all", "any", "not"])

    def grouped(parts):
        return st.builds(Group, kinds, st.lists(parts, max_size=3).map(tuple))

    one = conditions(keys)
    return st.one_of(one, grouped(one), grouped(grouped(one) | one))


ASKED = (
    "orders",
    "revenue",
    "last_order",
    "first_channel",
    "product",
    "first_products",
    "due_this_week",
    "last_rating",
    "subscribed",
    "complained_on",
)
