"""What is likely next, and how often it came."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import retention
from retention import DataError, likely_columns, likely_next, next_products_backtest
from retention.products.next_backtest import METHODS, NAMED
from retention.products.next_chances import next_chances
from retention.products.product_history import products_of
from tests.products.examples import ANN, CID, DEE, bought_in_pandas, sales, small_orders, store_of


def test_the_small_store_by_hand():
    likely = likely_next(small_orders())
    named = likely.groupby("customer_id")["product"].apply(list).to_dict()
    # Tea is the only product that anybody bought again, and in the most later orders.
    assert named[ANN] == ["Tea", "Pot", "Cup"]
    assert named[CID] == ["Tea", "Cup", "Pot"]
    assert likely[likely["customer_id"] == ANN]["reason"].tolist() == [
        "bought often",
        "bought once",
        "bought once",
    ]
    assert likely[likely["customer_id"] == CID]["reason"].tolist() == [
        "best seller",
        "bought once",
        "best seller",
    ]
    assert named[DEE][0] == "Tea"
    columns = likely_columns(likely, 2)
    assert columns.columns.tolist() == ["next_product_1", "next_product_2"]
    assert columns.loc[ANN].tolist() == ["Tea", "Pot"]
    assert likely_columns(likely, 4)["next_product_4"].unique().tolist() == [""]


def test_what_is_bought_again_or_follows_goes_before_what_nobody_buys_twice():
    # Tea is bought again after 20 days. Of two products that x bought once, the later one is Cup.
    # Nobody buys a second Pot: all who come back buy a Jar.
    sold = [(f"r{n}", day, ["Tea"]) for n in range(30) for day in (0, 20)]
    sold += [("x", 82, ["Tea"]), ("x", 84, ["Cup"])]
    sold += [(f"f{n}", day, [name]) for n in range(20) for day, name in ((1, "Pot"), (9, "Jar"))]
    sold += [("y", 90, ["Pot"])]
    likely = likely_next(store_of(sold, 100), 3).set_index("customer_id")
    assert likely.loc["x", "product"].tolist()[:2] == ["Tea", "Cup"]
    assert likely.loc["x", "reason"].tolist() == ["due", "bought once", "best seller"]
    assert likely.loc["y", "product"].tolist() == ["Jar", "Tea", "Pot"]
    assert likely.loc["y", "reason"].tolist() == ["follows", "best seller", "bought once"]


def store_with_a_hero() -> retention.Orders:
    """A serum brings most customers, and nobody buys it twice; a cleanser is bought again."""
    random = np.random.default_rng(3)
    sold = []
    for customer in range(400):
        first = ("Serum", "Serum", "Cleanser", "Balm")[customer % 4]
        day = int(random.integers(0, 200))
        sold.append((f"c{customer:03}", day, [first]))
        for _ in range(int(random.integers(0, 4))):
            day += int(random.integers(10, 60))
            again = random.random() < (0.8 if first == "Cleanser" else 0.5)
            sold.append((f"c{customer:03}", day, ["Cleanser" if again else "Balm"]))
    return store_of(sold, 400)


def test_an_own_product_that_nobody_buys_again_is_not_named_first():
    orders = store_with_a_hero()
    likely = likely_next(orders, 3)
    first = likely[likely["rank"] == 1]
    assert (first["product"] == "Serum").sum() == 0
    assert (likely.loc[likely["rank"] == 3, "product"] == "Serum").mean() > 0.95
    table = next_products_backtest(orders, 150).table.set_index(["method", "named"])
    for number in NAMED:
        best = table.loc[("best sellers", number), "recall"]
        assert table.loc[("likely next", number), "recall"] >= best
    # The hero's buyers would all have been named the hero.
    own = table.loc[("own most bought", 1), "recall"]
    assert table.loc[("likely next", 1), "recall"] > own + 0.05


def test_chances_are_the_counts_of_later_orders():
    # Of 300 who bought a Tea, 100 buy it again in the second order, and nobody a Cup twice.
    sold = [(f"t{n:03}", 0, ["Tea"]) for n in range(300)]
    sold += [(f"t{n:03}", 9, ["Tea" if n < 100 else "Cup"]) for n in range(300)]
    sold += [(f"n{n:03}", 8, [name]) for n, name in enumerate(("Tea", "Cup"))]
    with products_of(store_of(sold, 10)) as history:
        chances = next_chances(history)
        names = history.products[chances.own.product]
        customers = history.customers[chances.own.customer]
        own = pd.Series(chances.own.chance, [names, customers])
        cup = history.products.get_loc("Cup")
        assert own[("Tea", "n000")] == pytest.approx(1 / 3, abs=0.02)
        assert chances.first[cup] == pytest.approx(2 / 3, abs=0.03)
        # Those with a second order are asked of their next one: two orders since, or one.
        assert chances.own.times[(names == "Tea") & (customers == "t000")].tolist() == [2]
        assert 0 < own[("Cup", "n001")] <= 1


@settings(max_examples=25)
@given(sales())
def test_of_any_store_every_customer_has_each_rank_once(drawn):
    orders = store_of(drawn)
    bought = bought_in_pandas(orders)
    products = bought["product"].nunique()
    likely = likely_next(orders, 4)
    customers = orders.table.customer_id.nunique().to_pandas()
    assert len(likely) == customers * min(4, products)
    assert not likely.duplicated(["customer_id", "product"]).any()
    for customer, part in likely.groupby("customer_id"):
        assert part["rank"].tolist() == list(range(1, len(part) + 1))
        own = set(bought[bought["customer_id"] == customer]["product"])
        is_own = part["reason"].isin(["bought often", "due", "bought once"])
        assert (part["product"].isin(own) == is_own).all()


def test_settings_out_of_range_are_refused():
    for wrong in (0, 51, 2.5, None):
        with pytest.raises(DataError, match="number of products"):
            likely_next(small_orders(), wrong)
    with pytest.raises(DataError, match="Make it with likely_next"):
        likely_columns(pd.DataFrame({"customer_id": ["a"]}))


# --- the backtest ---------------------------------------------------------------------------------


def test_recall_by_hand():
    sold = [
        ("a", 0, ["Tea"]),
        ("a", 5, ["Tea", "Cup"]),
        ("b", 1, ["Cup"]),
        ("b", 2, ["Jar"]),
        ("c", 3, ["Pot"]),
        # Hidden: the first day of each counts.
        ("a", 13, ["Tea", "New"]),
        ("a", 15, ["Cup"]),
        ("b", 14, ["Tea", "Cup", "Pot"]),
        ("d", 14, ["Tea"]),
    ]
    backtest = next_products_backtest(store_of(sold, 16), 6)
    assert backtest.customers == 2
    assert str(backtest.cut) == "2024-01-11"
    table = backtest.table.set_index(["method", "named"])
    assert set(backtest.table["method"]) == set(METHODS)
    assert len(table) == len(METHODS) * len(NAMED)
    # Named first: to a Tea (hit), to b Jar, the latest (no hit). Best sellers: Tea and Cup with two
    # orders each; Cup has more customers, and so is first: no hit for a, one for b.
    assert table.loc[("own most bought", 1), "recall"] == 0.5
    assert table.loc[("best sellers", 1), "recall"] == 0.5
    # Of three named own: a has Tea of 2 products, b Cup of 3. "New" could not be named.
    assert table.loc[("own most bought", 3), "recall"] == pytest.approx((1 / 2 + 1 / 3) / 2)
    assert table.loc[("own most bought", 3), "hit_rate"] == 1
    beyond = (
        table["recall"]
        - table["recall"]
        .loc["best sellers"]
        .reindex(table.index.get_level_values("named"))
        .to_numpy()
    )
    assert table["beyond_best"].to_numpy() == pytest.approx(beyond.to_numpy())


def test_days_that_hide_nothing_or_everything_are_refused():
    orders = store_of([("a", 0, ["Tea"]), ("b", 20, ["Tea"])])
    with pytest.raises(DataError, match="No customer from before"):
        next_products_backtest(orders, 5)
    for wrong in (0, 21, 3.5):
        with pytest.raises(DataError, match="number of hidden days"):
            next_products_backtest(orders, wrong)


def test_what_is_likely_next_is_a_column_of_an_audience_file():
    orders = retention.read_orders(
        b"Order,Customer,Email,Date,Total,Product\n"
        b"1,c1,ann@example.com,2024-01-05,5,=Tea\n"
        b"2,c2,bob@example.com,2024-01-06,5,Cup\n"
        b"3,c2,bob@example.com,2024-01-09,5,Cup\n",
        {"customer_id": "Customer"},
    )
    properties = likely_columns(likely_next(orders, 1), 1)
    write = partial(
        retention.export_audience,
        ["c1", "c2"],
        contacts=retention.contacts(orders),
        properties=properties,
    )
    lines = write("klaviyo").content.decode().splitlines()
    assert lines == [
        "Email,next_product_1",
        "ann@example.com,=Tea",
        "bob@example.com,Cup",
    ]
    # A spreadsheet would run such a name, and so it is made safe there.
    safe = write("plain", for_spreadsheet=True).content.decode()
    assert "'=Tea" in safe
