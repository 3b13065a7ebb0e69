"""The expected orders of histories, month by month."""

import numpy as np
import pytest

from retention import fit_cltv
from retention.models.forecast import Forecast, forecast
from retention.models.histories import group_histories
from retention.periods import DAYS_PER_MONTH, DAYS_PER_YEAR
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


def test_each_month_is_discounted_from_its_end(model):
    discounted = ahead(model, 75, 0.2)
    ends = np.array([DAYS_PER_MONTH, 2 * DAYS_PER_MONTH, 75.0])
    assert discounted.discount == pytest.approx(1.2 ** (-ends / DAYS_PER_YEAR))
    assert discounted.discounted_orders == pytest.approx(
        discounted.active * (discounted.increments @ discounted.discount)[discounted.pairs]
    )
    lengths = np.diff(np.append(0.0, discounted.elapsed))
    assert discounted.discounted_days == pytest.approx(lengths @ discounted.discount)
    assert discounted.mean_discount == pytest.approx(
        discounted.discounted_orders / discounted.orders
    )


def test_what_stops_within_a_month_is_paid_at_its_end(model):
    histories = group_histories(cdnow())
    plain = forecast(model.purchases, histories, 75, 0.2)
    stops = np.array([10.0, 40.0, 75.0])
    parted = forecast(model.purchases, histories, 75, 0.2, stops)
    assert parted.ends.tolist() == [10.0, DAYS_PER_MONTH, 40.0, 2 * DAYS_PER_MONTH, 75.0]
    first, second, third = plain.discount
    assert parted.discount.tolist() == [first, first, second, second, third]
    assert parted.orders == pytest.approx(plain.orders, rel=1e-9)
    assert parted.discounted_orders == pytest.approx(plain.discounted_orders, rel=1e-9)


def test_a_horizon_of_whole_months_has_no_month_more(model):
    assert len(ahead(model, 2 * DAYS_PER_MONTH).ends) == 2
    assert len(ahead(model, 2 * DAYS_PER_MONTH + 0.1).ends) == 3


def test_orders_up_to_each_end_add_up_to_those_of_the_horizon(model):
    found = ahead(model, 100, 0.2)
    assert found.by_end.shape == (len(found.active), 4)
    assert found.by_end[:, -1] == pytest.approx(found.orders)
    assert found.by_end[:, 0] == pytest.approx(ahead(model, DAYS_PER_MONTH).orders)
    assert (np.diff(found.by_end, axis=1) > 0).all()


def test_a_forecast_cut_to_its_first_months_is_that_of_the_shorter_horizon(model):
    cut, short = ahead(model, 100, 0.2).until(2), ahead(model, 2 * DAYS_PER_MONTH, 0.2)
    for name in ("ends", "elapsed", "discount", "increments", "orders", "discounted_orders"):
        assert getattr(cut, name) == pytest.approx(getattr(short, name)), name
    assert cut.discounted_days == pytest.approx(short.discounted_days)


def test_a_forecast_of_some_customers_is_that_of_them_alone(model):
    whole = ahead(model, 100, 0.2)
    some = whole.of_some(slice(500, 700))
    alone = forecast(model.purchases, group_histories(cdnow().iloc[500:700]), 100, 0.2)
    codes = whole.histories.codes[500:700]
    assert some.orders[some.histories.codes] == pytest.approx(whole.orders[codes])
    assert some.discounted_orders[some.histories.codes] == pytest.approx(
        alone.discounted_orders[alone.histories.codes]
    )
    assert some.histories.counts.sum() == 200
    for name in ("frequency", "recency", "T"):
        of_some, of_whole = (getattr(part.histories, name) for part in (some, whole))
        assert of_some[some.histories.codes].tolist() == of_whole[codes].tolist()
