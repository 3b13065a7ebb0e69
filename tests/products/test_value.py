"""Whom a product brings: means by hand, and no product that stands out by chance."""

import numpy as np
import pandas as pd
import pytest

import retention
from retention import DataError, product_value
from retention.products import value as value_module
from tests.products.examples import bought_in_pandas, small_orders, store_of


def spending(sales, revenue):
    """Orders of a store with the revenue of each customer set, and their customers."""
    orders = store_of(sales)
    customers = retention.summarise_customers(orders)
    return orders, customers.assign(revenue=revenue(customers.index))


def test_the_small_store_by_hand():
    orders = small_orders()
    customers = retention.summarise_customers(orders)
    value = product_value(orders, customers)
    assert (value.basis, value.customers) == ("revenue", 4)
    assert value.average == pytest.approx((170 + 70 + 10 + 60) / 4)
    table = value.values
    assert table["customers"].to_dict() == {"Tea": 3, "Cup": 2, "Pot": 1}
    assert table["mean"].to_dict() == {"Tea": 100, "Cup": 90, "Pot": 60}
    assert table.loc["Tea", "repeat_rate"] == 1
    assert set(table["verdict"]) == {"too little data"}
    assert table[["difference_low", "difference_high", "pooled_difference"]].isna().all(axis=None)


def test_beside_customers_alike_in_month_and_size():
    # Of one product each, in one month: alike is the mean of all, capped at what 99 % bring.
    sales = [(f"c{n:03}", n % 28, ["Tea" if n < 40 else "Cup"]) for n in range(100)]
    orders, customers = spending(sales, lambda ids: np.where(ids < "c040", 10.0, 30.0))
    table = product_value(orders, customers).values
    assert table["alike"].tolist() == pytest.approx([22, 22])
    assert table["difference"].to_dict() == pytest.approx({"Cup": 8, "Tea": -12})
    assert table["verdict"].to_dict() == {"Cup": "more", "Tea": "less"}
    assert (table["pooled_difference"].abs() < table["difference"].abs()).all()
    # Another month, and nobody is alike across it.
    later = [(name, day + (40 if names == ["Cup"] else 0), names) for name, day, names in sales]
    orders, customers = spending(later, lambda ids: np.where(ids < "c040", 10.0, 30.0))
    assert product_value(orders, customers).values["difference"].abs().max() < 1e-9


def by_lot(seed, customers=400, products=60):
    """First orders of several products, and revenue that follows their size but no product."""
    rng = np.random.default_rng(seed)
    popularity = rng.dirichlet(np.full(products, 0.7))
    sizes = np.minimum(1 + rng.poisson(rng.lognormal(0.7, 0.8, customers)), 15)
    held = [rng.choice(products, size=size, replace=False, p=popularity) for size in sizes]
    sales = [
        (f"c{number:04}", int(rng.integers(0, 120)), [f"p{name}" for name in names])
        for number, names in enumerate(held)
    ]
    revenue = rng.lognormal(3, 1.5, customers) * sizes
    return sales, revenue


def test_no_product_stands_out_by_chance():
    stores = [by_lot(seed) for seed in range(30)]
    verdicts = []
    for sales, revenue in stores:
        orders, customers = spending(sales, lambda _ids, revenue=revenue: revenue)
        table = product_value(orders, customers).values
        verdicts.append(table["verdict"].isin(["more", "less"]).any())
    # One in twenty stores shows any at all; 6 of 30 and more has a probability of 0.3 %.
    assert sum(verdicts) <= 5


def test_a_product_that_brings_more_is_found_and_one_customer_alone_is_not_it():
    sales, revenue = by_lot(1)
    usual = pd.Series([name for _, _, names in sales for name in names]).value_counts().index[4]
    has = np.array([usual in names for _, _, names in sales])
    orders, customers = spending(sales, lambda _ids: np.where(has, 4 * revenue, revenue))
    table = product_value(orders, customers).values
    assert table.loc[usual, "verdict"] == "more"
    assert table["pooled_difference"].idxmax() == usual
    whale = revenue.copy()
    whale[np.flatnonzero(has)[0]] *= 10_000
    orders, customers = spending(sales, lambda _ids: whale)
    value = product_value(orders, customers)
    assert value.values.loc[usual, "verdict"] == "no clear difference"
    assert value.most < whale.max()


@pytest.fixture(scope="module")
def sample():
    orders = retention.sample_orders("store", customers=2000)
    customers = retention.summarise_customers(orders)
    return orders, customers, retention.fit_cltv(customers)


def test_the_expected_value_has_the_range_of_the_model(sample):
    orders, customers, model = sample
    uncertainty = retention.value_uncertainty(model, customers)
    value = product_value(orders, customers, uncertainty)
    assert value.basis == "value"
    table = value.values[value.values["customers"] >= 30]
    assert (table["mean_low"] < table["mean"]).all()
    assert (table["mean"] < table["mean_high"]).all()
    name = table.index[0]
    bought = bought_in_pandas(orders)
    first = bought[(bought["place"] == 0) & (bought["product"] == name)]["customer_id"]
    members = customers.index.isin(first)
    total = uncertainty.total(members)
    wanted = [total.expected, total.low, total.high]
    found = table.loc[name, ["mean", "mean_low", "mean_high"]] * members.sum()
    assert found.tolist() == pytest.approx(wanted, rel=1e-6)


def test_without_amounts_purchase_days_are_compared():
    orders = small_orders(revenue=None)
    value = product_value(orders, retention.summarise_customers(orders))
    assert value.basis == "orders"
    assert value.values["mean"].to_dict() == pytest.approx({"Tea": 7 / 3, "Cup": 2, "Pot": 2})


def test_other_customers_are_refused(sample):
    _, customers, _ = sample
    with pytest.raises(DataError, match="not those of the orders"):
        product_value(small_orders(), customers)


def test_the_same_answer_every_time(sample):
    orders, customers, _ = sample
    one, other = (product_value(orders, customers) for _ in range(2))
    pd.testing.assert_frame_equal(one.values, other.values)
    assert one.critical == other.critical


def test_of_a_large_store_a_share_is_shuffled(monkeypatch):
    sales, revenue = by_lot(2, customers=800)
    orders, customers = spending(sales, lambda _ids: revenue)
    whole = product_value(orders, customers)
    monkeypatch.setattr(value_module, "MOST_SHUFFLED", 400)
    part = product_value(orders, customers)
    # Fewer customers vary more, so that the bound may only be a little lower by chance.
    assert 0.85 * whole.critical < part.critical < 2 * whole.critical
    columns = ["mean", "alike", "difference", "pooled_difference"]
    pd.testing.assert_frame_equal(part.values[columns], whole.values[columns])
