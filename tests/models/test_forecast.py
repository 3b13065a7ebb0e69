"""The expected orders of histories, month by month."""

import numpy as np
import pytest

from retention import fit_cltv
from retention.models.forecast import Forecast, forecast
from retention.models.histories import group_histories
from retention.periods import DAYS_PER_MONTH
from tests.support.histories import cdnow


@pytest.fixture(scope="module")
def model():
    return fit_cltv(cdnow())


def ahead(model, days: float, rate: float = 0.0) -> Forecast:
    return forecast(model.purchases, group_histories(cdnow()), days, rate)


def test_months_end_at_the_horizon(model):
    ends = ahead(model, 100).ends
    assert ends.tolist() == [DAYS_PER_MONTH, 2 * DAYS_PER_MONTH, 3 * DAYS_PER_MONTH, 100.0]
    assert ahead(model, 1).ends.tolist() == [1.0]


def test_orders_are_those_of_the_whole_horizon(model):
    histories = group_histories(cdnow())
    purchases = model.purchases
    active = purchases.probability_active(histories.frequency, histories.recency, histories.T)
    if_active = purchases.expected_purchases_if_active(histories.frequency, histories.T, 200)[:, 0]
    assert ahead(model, 200).orders == pytest.approx(active * if_active, rel=1e-9)


def test_without_a_rate_nothing_is_discounted(model):
    undiscounted = ahead(model, 365)
    assert (undiscounted.discount == 1).all()
    assert undiscounted.discounted_orders == pytest.approx(undiscounted.orders)
    assert undiscounted.discounted_days == pytest.approx(365)
    assert undiscounted.mean_discount == pytest.approx(1.0)


def test_a_rate_takes_from_later_months(model):
    discounted = ahead(model, 365, 0.2)
    assert discounted.discount[0] == pytest.approx(1.2 ** (-1 / 12))
    assert (np.diff(discounted.discount) < 0).all()
    assert (discounted.discounted_orders < discounted.orders).all()
    assert discounted.discounted_orders == pytest.approx(
        discounted.orders * discounted.mean_discount
    )
    assert 365 / 1.2 < discounted.discounted_days < 365
