"""What is likely next, and how often it came."""

from functools import partial

import pandas as pd
import pytest
from hypothesis import given, settings

import retention
from retention import DataError, likely_columns, likely_next, next_products_backtest
from retention.products.next_backtest import METHODS, NAMED
from tests.products.examples import ANN, CID, DEE, bought_in_pandas, sales, small_orders, store_of


def test_the_small_store_by_hand():
    likely = likely_next(small_orders())
    named = likely.groupby("customer_id")["product"].apply(list).to_dict()
    # ann: Tea on three days, then Pot on the last day, then Cup. dee: both on one day; Cup has more
    # customers than Pot, Tea more orders than Cup.
    assert named[ANN] == ["Tea", "Pot", "Cup"]
    assert named[CID] == ["Cup", "Tea", "Pot"]
    assert likely[likely["customer_id"] == ANN]["reason"].tolist() == [
        "bought often",
        "bought once",
        "bought once",
    ]
    assert likely[likely["customer_id"] == CID]["reason"].tolist() == [
        "bought once",
        "best seller",
        "best seller",
    ]
    assert named[DEE][:2] == ["Tea", "Pot"]
    columns = likely_columns(likely, 2)
    assert columns.columns.tolist() == ["next_product_1", "next_product_2"]
    assert columns.loc[ANN].tolist() == ["Tea", "Pot"]
    assert likely_columns(likely, 4)["next_product_4"].unique().tolist() == [""]


def test_what_is_due_goes_before_what_is_as_often_and_follows_come_after():
    # Tea is bought again after 20 days. Of two products that x bought once, the later one is Cup.
    sold = [(f"r{n}", day, ["Tea"]) for n in range(30) for day in (0, 20)]
    sold += [("x", 82, ["Tea"]), ("x", 84, ["Cup"])]
    sold += [(f"f{n}", day, [name]) for n in range(20) for day, name in ((1, "Pot"), (9, "Jar"))]
    sold += [("y", 90, ["Pot"])]
    likely = likely_next(store_of(sold, 100), 3).set_index("customer_id")
    assert likely.loc["x", "product"].tolist()[:2] == ["Tea", "Cup"]
    assert likely.loc["x", "reason"].tolist() == ["due", "bought once", "best seller"]
    assert likely.loc["y", "product"].tolist()[:2] == ["Pot", "Jar"]
    assert likely.loc["y", "reason"].tolist() == ["bought once", "follows", "best seller"]


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
        own = bought[bought["customer_id"] == customer]["product"].value_counts()
        times = own.reindex(part["product"], fill_value=0).tolist()
        assert times == sorted(times, reverse=True)


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
