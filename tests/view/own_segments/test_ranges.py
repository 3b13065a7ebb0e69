"""The range of a segment's value: by sums over a large store, as the models give it."""

import numpy as np
import pandas as pd
import pytest

import retention
from retention import features
from retention.models.groups import fit_groups, group_value_uncertainty
from retention.models.uncertainty import value_uncertainty
from retention.view.own_segments.results import total_of
from tests.support.sample_store import shared_sample


@pytest.mark.parametrize("by_group", [False, True])
def test_the_range_of_a_segment_is_that_of_its_models(by_group):
    orders = shared_sample("cdnow")
    customers = retention.summarise_customers(orders)
    model = retention.fit_cltv(customers)
    scores = retention.predict_cltv(model, customers)
    uncertainty = value_uncertainty(model, customers)
    if by_group:
        values = pd.Series(np.resize(list("abc"), len(customers)), customers.index)
        groups = fit_groups(model, customers, values)
        uncertainty = group_value_uncertainty(groups, customers, values)
    known = features(customers, scores, as_of=orders.end, orders=orders, model=model)
    inside = customers["orders"].to_numpy() > 1
    total, expected = total_of(uncertainty, inside, known), uncertainty.total(inside)
    assert (total.expected, total.low, total.high) == pytest.approx(
        (expected.expected, expected.low, expected.high)
    )
