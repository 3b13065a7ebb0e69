"""What cohorts go on to bring: the same as the totals of the whole store, and as often right as
promised.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from benchmarks.coverage import CDNOW, CHANNELS, LOYAL, channel_store
from retention import (
    DataError,
    ModelError,
    cohort_forecast,
    fit_cltv,
    fit_groups,
    orders_uncertainty,
    predict_cltv,
    value_uncertainty,
)
from retention.history.order_history import order_history
from retention.periods import DAYS_PER_MONTH
from retention.reports.cohort_forecast import orders_per_purchase_day
from tests.support.histories import cdnow, known_store
from tests.support.orders_stub import orders_of

STORES, MONTHS = 36, 6
ENDS = ("", "_low", "_high")


def quarters(customers: pd.DataFrame) -> pd.Series:
    """Cohorts by the age of the customers: about three months each, the oldest first."""
    return -(customers["T"] // 92).rename("cohort")


@cache
def fitted():
    return fit_cltv(cdnow())


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    customers = cdnow()
    return cohort_forecast(fitted(), customers, -(customers["T"] // 30))


def test_every_cohort_has_every_month_in_order(found):
    assert found["month"].tolist() == [*range(1, 13)] * found["cohort"].nunique()
    assert found["cohort"].is_monotonic_increasing
    assert found["day"].tolist() == pytest.approx((found["month"] * DAYS_PER_MONTH).tolist())
    assert found.drop_duplicates("cohort")["customers"].sum() == len(cdnow())


@pytest.mark.parametrize("month", [1, 5, 12])
def test_it_is_the_uncertainty_of_the_cohorts_totals(found, month):
    customers = cdnow()
    labels, names = pd.factorize(-(customers["T"] // 30), sort=True)
    days = month * DAYS_PER_MONTH
    shown = found[found["month"] == month]
    for what, uncertainty in (
        ("orders", orders_uncertainty(fitted(), customers, days)),
        ("revenue", value_uncertainty(fitted(), customers, days, annual_discount_rate=0.0)),
    ):
        for total, (_, row) in zip(
            uncertainty.totals(labels, len(names)), shown.iterrows(), strict=True
        ):
            ends = [row[f"{what}{end}"] * row["customers"] for end in ENDS]
            assert ends == pytest.approx([total.expected, total.low, total.high], rel=1e-9)


def test_cohorts_by_value_take_the_models_of_their_values():
    customers = channel_store(CHANNELS["channels differ"], 2)
    channels = customers["first_channel"].mask(np.arange(len(customers)) % 50 == 0, "(none)")
    groups = fit_groups(fit_cltv(customers), customers, channels)
    months = [3, 12]
    found = cohort_forecast(groups, customers, channels, months)
    assert (
        found["cohort"].tolist() == ["(none)"] * 2 + ["E-mail"] * 2 + ["Organic"] * 2 + ["Paid"] * 2
    )
    for name, rows in found.groupby("cohort"):
        inside = (channels == name).to_numpy()
        part = customers[inside]
        alone = cohort_forecast(groups.model_of(name), part, channels[inside], months)
        pd.testing.assert_frame_equal(rows.reset_index(drop=True), alone)


def test_the_cohorts_add_up_to_the_scores(found):
    scores = predict_cltv(fitted(), cdnow(), 365.25, annual_discount_rate=0.0, intervals=False)
    year = found[found["month"] == 12]
    assert (year["orders"] * year["customers"]).sum() == pytest.approx(
        scores["expected_orders"].sum()
    )
    assert (year["revenue"] * year["customers"]).sum() == pytest.approx(scores["cltv"].sum())


def test_the_band_holds_the_line_and_widens(found):
    for what in ("orders", "revenue"):
        value, low, high = (found[f"{what}{end}"] for end in ENDS)
        assert ((low > 0) & (low < value) & (value < high)).all()
        for _, cohort in found.assign(width=high - low).groupby("cohort"):
            assert (cohort["width"].diff().dropna() > 0).all()
            assert (cohort[what].diff().dropna() > 0).all()


def test_single_months_are_those_of_the_whole_year(found):
    customers = cdnow()
    some = cohort_forecast(fitted(), customers, -(customers["T"] // 30), months=(3, 12))
    expected = found[found["month"].isin([3, 12])].reset_index(drop=True)
    pd.testing.assert_frame_equal(some, expected, rtol=1e-9)


def test_cohorts_go_by_their_index_and_must_be_of_these_customers(found):
    customers = cdnow()
    cohorts = (-(customers["T"] // 30)).sample(frac=1, random_state=5)
    pd.testing.assert_frame_equal(cohort_forecast(fitted(), customers, cohorts), found)
    with pytest.raises(DataError, match="There are cohorts of 7 customers"):
        cohort_forecast(fitted(), customers, cohorts.to_numpy()[:7])


def test_the_order_of_the_customers_and_the_names_of_the_cohorts_change_nothing(found):
    shuffled = cdnow().sample(frac=1, random_state=3)
    labels = (shuffled["T"] // 30).map(lambda months: f"{99 - months} months")
    other = cohort_forecast(fitted(), shuffled, labels, months=(12,))
    expected = found[found["month"] == 12].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        other.drop(columns="cohort"), expected.drop(columns="cohort"), rtol=1e-9
    )


@pytest.mark.parametrize("months", [(), (0,), (13,), (3, 14)])
def test_months_out_of_range_are_refused(months):
    with pytest.raises(ModelError, match="whole numbers from 1 to 12"):
        cohort_forecast(fitted(), cdnow(), quarters(cdnow()), months)


def test_customers_without_a_history_are_refused():
    with pytest.raises(DataError, match="no column"):
        cohort_forecast(fitted(), cdnow().drop(columns="T"), quarters(cdnow()))


@pytest.fixture(scope="module")
def covered() -> pd.DataFrame:
    """Whether each cohort of 36 simulated stores of two kinds, about four cohorts a store, kept to
    its bands.
    """
    rows = []
    for seed in range(STORES):
        parameters = (CDNOW, LOYAL)[seed % 2]
        customers, orders, revenue = known_store(
            600, 365, round(MONTHS * DAYS_PER_MONTH), 5_000 + seed, **parameters
        )
        cohorts = quarters(customers)
        bands = cohort_forecast(fit_cltv(customers), customers, cohorts, (MONTHS,)).set_index(
            "cohort"
        )
        came = (
            pd.DataFrame({"orders": orders, "revenue": revenue}).groupby(cohorts.to_numpy()).mean()
        )
        # The last day of the year leaves a cohort of its own, of hardly anybody.
        for cohort, band in bands[bands["customers"] >= 30].iterrows():
            rows.append(
                {
                    what: band[f"{what}_low"] <= came.loc[cohort, what] <= band[f"{what}_high"]
                    for what in ("orders", "revenue")
                }
            )
    return pd.DataFrame(rows)


@pytest.mark.parametrize("what", ["orders", "revenue"])
def test_four_in_five_cohorts_of_simulated_stores_keep_to_their_bands(covered, what):
    assert len(covered) >= 100
    assert 0.72 <= np.mean(covered[what]) <= 0.88


def test_orders_of_a_day_are_counted_after_the_first_day():
    """Ann's first day has three orders and does not count; her two later days have three, Bob's one
    has one.
    """
    days = ["01-05", "01-05", "01-05", "02-01", "02-01", "03-01"]
    rows = [("ann", f"2024-{day}", 1.0) for day in days] + [
        ("bob", "2024-01-02", 1.0),
        ("bob", "2024-02-02", 1.0),
    ]
    orders = orders_of(pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"]))
    assert orders_per_purchase_day(order_history(orders)) == pytest.approx(4 / 3)
    once = orders_of(pd.DataFrame(rows[:1], columns=["customer_id", "ordered_at", "revenue"]))
    assert orders_per_purchase_day(order_history(once)) == 1
