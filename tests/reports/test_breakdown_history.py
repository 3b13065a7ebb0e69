"""Which value an order counts to: moments, blanks, orders of several lines."""

import pytest

from retention import (
    DataError,
    breakdown,
    dimensions_of,
    read_orders,
    summarise_customers,
)
from tests.support.channel_orders import SMALL, shop
from tests.support.orders_stub import orders_of


def test_of_orders_of_one_moment_the_alphabetically_first_is_the_first_as_in_the_customer_table():
    frame = shop(
        [
            ("ann", "2024-01-10", 10.0, "Shop"),
            ("ann", "2024-01-10", 20.0, None),
            ("ann", "2024-01-10", 30.0, "Mail"),
            ("ann", "2024-01-11", 40.0, "App"),
        ]
    )
    orders = orders_of(frame)
    rows = breakdown(orders, "channel").values
    assert rows["revenue"].to_dict() == {"Mail": 100.0}
    assert summarise_customers(orders)["first_channel"].tolist() == ["Mail"]
    rows = breakdown(orders, "channel", attribution="all_orders").values
    assert rows["new_customers"].to_dict() == {"App": 0, "Shop": 0, "No channel": 0, "Mail": 1}
    assert rows["second_orders"].to_dict() == {"App": 0, "Shop": 1, "No channel": 0, "Mail": 0}


def test_blank_values_are_missing_and_a_value_of_that_name_keeps_it():
    frame = shop(
        [
            ("ann", "2024-01-10", 10.0, ""),
            ("bob", "2024-01-10", 20.0, None),
            ("cat", "2024-01-11", 5.0, "No channel"),
        ]
    )
    rows = breakdown(orders_of(frame), "channel").values
    assert rows["revenue"].to_dict() == {"No channel": 5.0, "No channel*": 30.0}
    assert rows["kind"].to_dict() == {"No channel": "value", "No channel*": "missing"}


BASKETS = """Order,Email,Date,Total,Product,Category
1,ann@example.com,2024-01-05,30.00,Tea,Drinks
1,ann@example.com,2024-01-05,10.00,Cup,Kitchen
1,ann@example.com,2024-01-05,10.00,Cup,Kitchen
1,ann@example.com,2024-01-05,-10.00,Cup,Kitchen
2,bob@example.com,2024-01-07,20.00,Tea,Drinks
3,ann@example.com,2024-01-15,5.00,Pot,Kitchen
3,ann@example.com,2024-01-15,15.00,Cup,Kitchen
4,cat@example.com,2024-01-20,8.00,,
4,cat@example.com,2024-01-20,2.00,Tea,Drinks
"""


def test_by_all_orders_an_order_of_several_lines_counts_to_each_product_in_it():
    found = breakdown(read_orders(BASKETS.encode()), "product", attribution="all_orders")
    rows = found.values
    # Of the first order's cups one came back: 30 are the tea's, 10 the other cup's.
    assert rows["revenue"].to_dict() == pytest.approx(
        {"Tea": 52.0, "Cup": 25.0, "Pot": 5.0, "No product": 8.0}
    )
    assert rows["orders"].to_dict() == {"Tea": 3, "Cup": 2, "Pot": 1, "No product": 1}
    assert rows["customers"].to_dict() == {"Tea": 3, "Cup": 1, "Pot": 1, "No product": 1}
    assert rows["new_customers"].to_dict() == {"Tea": 3, "Cup": 1, "Pot": 0, "No product": 1}
    # Ann ordered twice; who bought a cup, or a pot, is Ann.
    assert rows["repeat_purchase_rate"].to_dict() == pytest.approx(
        {"Tea": 1 / 3, "Cup": 1, "Pot": 1, "No product": 0}
    )
    assert rows["second_orders"].to_dict() == {"Tea": 0, "Cup": 1, "Pot": 1, "No product": 0}
    assert rows["average_order_value"]["Cup"] == pytest.approx(12.5)
    # The store counts each order and customer once.
    assert found.store[["customers", "new_customers", "orders"]].tolist() == [3, 3, 4]
    assert found.store["revenue"] == pytest.approx(90)
    assert found.store["average_order_value"] == pytest.approx(22.5)
    assert found.store["repeat_purchase_rate"] == pytest.approx(1 / 3)


def test_by_all_orders_lines_of_one_category_are_one():
    orders = read_orders(BASKETS.encode())
    rows = breakdown(orders, "category", attribution="all_orders").values
    assert rows["orders"].to_dict() == {"Drinks": 3, "Kitchen": 2, "No category": 1}
    assert rows["revenue"].to_dict() == pytest.approx(
        {"Drinks": 52.0, "Kitchen": 30.0, "No category": 8.0}
    )
    # By first order a customer counts to the first line of the first order alone.
    rows = breakdown(orders, "category").values
    assert rows["revenue"].to_dict() == pytest.approx({"Drinks": 90.0})


@pytest.mark.parametrize(
    ("columns", "lines", "teas"),
    [
        ("Total,Quantity,Price", [",2,15.00", ",1,10.00"], 45.0),
        ("Total,Quantity,Price", [",2,0.00", ",1,0.00"], 30.0),
        ("Total", ["", ""], 30.0),
        # The order's own row says nothing of what was bought.
        ("Total,Quantity,Price", [",,,\n{n},,,,2,15.00", ",1,10.00"], 45.0),
        ("Total", [",\n{n},,,", ""], 30.0),
    ],
)
def test_an_amount_that_stands_once_an_order_is_split_by_its_lines_prices_or_evenly(
    columns, lines, teas
):
    tea, cup = lines
    order = "{n},c{n}@x.com,2024-01-0{n},"
    rows = [f"{order}60.00{tea},Tea\n{order}{cup},Cup".format(n=n) for n in range(1, 5)]
    orders = read_orders(("\n".join([f"Order,Email,Date,{columns},Product", *rows])).encode())
    assert orders.table.revenue.sum().to_pyarrow().as_py() == 240
    found = breakdown(orders, "product", attribution="all_orders").values
    assert found["revenue"].to_dict() == pytest.approx({"Tea": 4 * teas, "Cup": 4 * (60 - teas)})
    assert found["orders"].to_dict() == {"Tea": 4, "Cup": 4}
    said = " ".join(orders.report.notes)
    assert ("split by 'Quantity' × 'Price'" in said) == ("Price" in columns)
    assert ("split evenly" in said) == ("Price" not in columns)


def test_an_order_of_several_folded_products_is_one_order_of_the_others():
    lines = [f"{n},c{n}@x.com,2024-01-05,{100 - n},Big {n}" for n in range(3)]
    lines += [f"9,zoe@x.com,2024-01-06,{price},Small {price}" for price in (1, 2, 3)]
    lines += ["10,zoe@x.com,2024-01-09,1,Small 1", "10,zoe@x.com,2024-01-09,50,Big 0"]
    orders = read_orders(("\n".join(["Order,Email,Date,Total,Product", *lines])).encode())
    found = breakdown(orders, "product", attribution="all_orders", most=2)
    others = found.values.loc["All others (4)"]
    assert others[["customers", "new_customers", "orders", "second_orders"]].tolist() == [
        2,
        2,
        3,
        1,
    ]
    assert others["revenue"] == pytest.approx(98 + 6 + 1)
    assert found.store[["customers", "new_customers", "orders"]].tolist() == [4, 4, 5]


def test_a_number_that_two_customers_share_is_two_orders_in_both_attributions():
    lines = [
        "1,a,2024-01-01,10,tea",
        "1,a,2024-01-01,30,cup",
        "1,b,2024-02-01,20,tea",
        "2,a,2024-03-01,5,tea",
    ]
    orders = read_orders("\n".join(["Order,Customer,Date,Total,Product", *lines]).encode())
    found = breakdown(orders, "product", attribution="all_orders")
    assert found.store[["customers", "orders", "revenue"]].tolist() == [2, 3, 65]
    assert found.values["revenue"].to_dict() == {"tea": 35, "cup": 30}


def test_what_a_line_takes_back_comes_off_its_own_product():
    lines = [
        "1,a,2024-01-01,10,tea",
        "1,a,2024-01-01,-10,tea",
        "1,a,2024-01-01,12,cup",
        "2,b,2024-01-02,5,tea",
    ]
    orders = read_orders("\n".join(["Order,Customer,Date,Total,Product", *lines]).encode())
    found = breakdown(orders, "product", attribution="all_orders").values
    # The tea was bought, and brought nothing.
    assert found["revenue"].to_dict() == {"cup": 12, "tea": 5}
    assert found["orders"].to_dict() == {"cup": 1, "tea": 2}


def test_an_unknown_or_missing_dimension_says_what_there_is():
    orders = orders_of(SMALL)
    assert dimensions_of(orders) == ("channel",)
    with pytest.raises(DataError, match=r"no column 'region'.*It has channel\."):
        breakdown(orders, "region")
    with pytest.raises(DataError, match="no column 'revenue'"):
        breakdown(orders, "revenue")
    with pytest.raises(DataError, match="It has none of channel, region"):
        breakdown(orders_of(SMALL.drop(columns="channel")), "channel")
