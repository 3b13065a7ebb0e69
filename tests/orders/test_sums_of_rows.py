"""Where each sum of a row begins to be read in another way: every bound from both sides."""

from dataclasses import replace

import ibis
import pandas as pd
import pytest

from retention.cells.money import MoneyStyle
from retention.columns.mapping import Mapping
from retention.orders.amounts import (
    DiscountStyle,
    gives_back,
    is_net_of_refunds,
    once_per_order,
    read_amounts,
    sums_per_order,
)

MAPPING = Mapping(columns={"revenue": "Total", "refund": "Refunded", "discount": "Discount"})


def table(**columns) -> ibis.Table:
    return ibis.memtable(pd.DataFrame(columns))


def amounts(mapping: Mapping = MAPPING, **texts: list[str | None]):
    """What is read from columns that are named by their roles."""
    raw = ibis.memtable(
        pd.DataFrame({role: pd.array(cells, "string") for role, cells in texts.items()})
    )
    return raw, read_amounts(raw, dict(zip(texts, texts, strict=True)), mapping)


def cells(mapping: Mapping = MAPPING, **texts: list[str | None]) -> dict[str, list[float | None]]:
    """The sums of money of each row, by name."""
    raw, read = amounts(mapping, **texts)
    frame = raw.select(**read.cells).to_pyarrow()
    return {name: frame[name].to_pylist() for name in frame.column_names}


def discount_style(mapping: Mapping = MAPPING, **texts: list[str | None]) -> DiscountStyle | None:
    return amounts(mapping, **texts)[1].discounts


# -- a refund that is a flag, or what is left ---------------------------------------------------


def test_an_answer_says_that_the_whole_amount_went_back():
    read = cells(revenue=["50", "40", "30", "20"], refund=["yes", "No", " YES ", None])
    assert read["refund"] == [50.0, 0.0, 30.0, 0.0]
    assert read["amount"] == [50.0, 40.0, 30.0, 20.0]


@pytest.mark.parametrize("cell", ["12.50", "soon"])
def test_one_cell_that_is_no_answer_makes_the_column_amounts(cell):
    read = cells(revenue=["50", "40", "30"], refund=["yes", "no", cell])
    assert read["refund"][:2] == [None, None]


def test_zeros_alone_are_no_answers():
    read = cells(revenue=["50", "40"], refund=["0", "0.00"])
    assert read["refund"] == [0.0, 0.0]
    flags = cells(revenue=["50", "40", "30"], refund=["0", "1", "no"])
    assert flags["refund"] == [0.0, 40.0, 0.0]


def test_a_column_without_a_cell_is_no_answer():
    assert cells(revenue=["50", "40"], refund=[None, None])["refund"] == [None, None]


def test_an_answer_beside_prices_and_pieces_takes_back_their_product():
    read = cells(
        Mapping(columns={"unit_price": "Price", "quantity": "Pieces", "refund": "Refunded"}),
        unit_price=["0.1", "2"],
        quantity=["3", "4"],
        refund=["yes", "no"],
    )
    assert read["amount"] == [0.3, 8.0]  # and not 0.30000000000000004
    assert read["refund"] == [0.3, 0.0]
    assert read["quantity"] == [3.0, 4.0]


def adjusted(left: list[str | None], amount: str = "50") -> list[float | None]:
    mapping = Mapping(columns={"revenue": "Total", "adjusted": "After refunds"})
    return cells(mapping, revenue=[amount] * len(left), adjusted=left)["refund"]


def test_what_is_left_says_what_went_back():
    assert adjusted(["50", "20", None, "60", "50", "0", "-5"]) == [0, 30, 0, 0, 0, 50, 0]


def test_zero_is_left_of_all_or_nothing_went_back_as_most_orders_say():
    assert adjusted(["0", "0", "50", "20"]) == [0, 0, 0, 30]
    assert adjusted(["0", "0", "50", "50"]) == [0, 0, 0, 0]  # as many of either: 0 is a blank
    assert adjusted(["0", "0", "50", "50", "50"]) == [50, 50, 0, 0, 0]
    assert adjusted(["0", "0", "0.5"], amount="0.5") == [0, 0, 0]
    assert adjusted(["0.5", "0.5", "0", "0.2"], amount="0.5") == [0, 0, 0.5, 0.3]
    # Orders of nothing have 0 either way, and tell nothing.
    assert adjusted(["0", "0"], amount="0") == [0, 0]


def test_a_refund_beside_what_is_left_is_the_same_money():
    mapping = replace(MAPPING, columns=MAPPING.columns | {"adjusted": "After refunds"})
    read = cells(
        mapping,
        revenue=["50", "50", "50", "50"],
        refund=["30", None, "-10", "0"],
        adjusted=["20", "20", "50", "50"],
    )
    assert read["refund"] == [30.0, 30.0, 10.0, 0.0]


# -- discounts that are shares of the price -----------------------------------------------------


def test_percentages_are_told_by_most_of_their_cells():
    most, half = ["10%", "5 %", "3"], ["10%", "3"]
    assert discount_style(revenue=["50"] * 3, discount=most) == DiscountStyle(100.0, after=True)
    assert discount_style(revenue=["50"] * 2, discount=half) is None


@pytest.mark.parametrize("name", ["Discount %", "Rate", "Prozent"])
def test_percentages_are_told_by_their_columns_name(name):
    mapping = replace(MAPPING, columns=MAPPING.columns | {"discount": name})
    hundred = discount_style(mapping, revenue=["50", "50"], discount=["10", "0.5"])
    assert hundred == DiscountStyle(100.0, after=True)
    low = discount_style(mapping, revenue=["50", "50"], discount=["1.5", "0.5"])
    assert low == DiscountStyle(100.0, after=True)
    one = discount_style(mapping, revenue=["50", "50"], discount=["1", "0.1234"])
    assert one == DiscountStyle(1.0, after=True)
    assert discount_style(mapping, revenue=["50", "50"], discount=["1", "0"]) is None


def test_shares_are_few_and_round():
    revenue = ["50"] * 3
    assert discount_style(revenue=revenue, discount=["0.05", "0.125", "1"]) is not None
    assert discount_style(revenue=revenue, discount=["0.05", "0.123", "1"]) is None
    assert discount_style(revenue=revenue, discount=["0.05", "0.1", "1.5"]) is None
    assert discount_style(revenue=revenue, discount=["0", "1", "0"]) is None
    assert discount_style(revenue=revenue, discount=["-0.05", "0", "0"]) is not None


def test_more_shares_than_whole_percents_are_money():
    shares = [f"{n * 0.005:.3f}" for n in range(102)]
    assert discount_style(revenue=["50"] * 101, discount=shares[:101]) is not None
    assert discount_style(revenue=["50"] * 102, discount=shares) is None


def test_the_marketers_answer_says_whether_the_share_is_off_already():
    texts = {
        "revenue": ["80", "-80", "80", "80", None],
        "discount": ["0.2", "0.2", "1", None, "0.2"],
    }
    after = cells(**texts)
    assert after["amount"] == [80.0, -80.0, 80.0, 80.0, None]
    assert after["discount"] == [20.0, 20.0, 0.0, 0.0, None]
    before = cells(replace(MAPPING, discounted=False), **texts)
    assert before["amount"] == [64.0, -64.0, 0.0, 80.0, None]
    assert before["discount"] == [16.0, 16.0, 80.0, 0.0, None]


def test_unit_prices_are_before_the_share_unless_the_marketer_says_otherwise():
    mapping = Mapping(columns={"unit_price": "Price", "quantity": "Pieces", "discount": "Discount"})
    texts = {"unit_price": ["40"], "quantity": ["2"], "discount": ["0.2"]}
    assert cells(mapping, **texts)["amount"] == [64.0]
    assert cells(replace(mapping, discounted=True), **texts)["amount"] == [80.0]


# -- what else stands beside the amounts --------------------------------------------------------


def test_a_list_price_stands_beside_the_amounts_of_products():
    roles = {"revenue": "Total", "quantity": "Pieces", "unit_price": "Price", "order_id": "Order"}
    texts = {"revenue": ["50"], "quantity": ["3"], "unit_price": ["20"], "order_id": ["1"]}
    for product in ("product", "category"):
        read = cells(Mapping(columns=roles | {product: "Item"}), **texts, **{product: ["Tea"]})
        assert read["listed"] == [60.0]
    assert "listed" not in cells(Mapping(columns=roles), **texts)


@pytest.mark.parametrize(
    ("columns", "profits"),
    [
        ({"revenue": "Gross profit"}, True),
        ({"revenue": "Gewinn"}, True),
        ({"revenue": "Profitable total"}, False),
        ({"unit_price": "Profit", "quantity": "Pieces"}, False),
    ],
)
def test_profits_are_told_by_their_name(columns, profits):
    texts = {role: ["5"] for role in columns}
    assert amounts(Mapping(columns=columns), **texts)[1].profits is profits


def test_a_file_without_amounts_has_pieces_alone():
    mapping = Mapping(columns={"quantity": "Pieces"})
    read = cells(mapping, quantity=["3", None])
    assert read == {"amount": [None, None], "quantity": [3.0, None]}
    whole = amounts(mapping, quantity=["3", None])[1]
    assert (whole.money, whole.priced, whole.discounts) == (MoneyStyle(), False, None)
    assert whole.profits is False


def test_a_comma_is_what_the_marketer_says_it_is():
    texts = {"revenue": ["1.234", "2.345"], "discount": ["1.500", "0"]}
    points = cells(replace(MAPPING, decimal="."), **texts)
    assert (points["amount"], points["discount"]) == ([1.234, 2.345], [1.5, 0.0])
    commas = cells(replace(MAPPING, decimal=","), **texts)
    assert (commas["amount"], commas["discount"]) == ([1234.0, 2345.0], [1500.0, 0.0])


def test_the_style_of_the_money_is_that_of_the_main_amount():
    comma, point = ["1,25", "20,50"], ["1.25", "20.50"]
    assert amounts(revenue=comma, discount=point)[1].money.decimal == ","
    prices = Mapping(columns={"unit_price": "Price", "quantity": "Pieces"})
    assert amounts(prices, quantity=point, unit_price=comma)[1].money.decimal == ","
    assert amounts(revenue=point, unit_price=comma)[1].money.decimal == "."


# -- sums that stand once an order --------------------------------------------------------------


def typed(*orders: tuple[list[float | None], ...], status: str = "completed") -> ibis.Table:
    """Rows of orders, each given as its amounts, and perhaps its refunds."""
    rows = [
        {
            "order_id": str(number),
            "amount": amount,
            "refund": order[1][place] if len(order) > 1 else 0.0,
            "status": status,
        }
        for number, order in enumerate(orders)
        for place, amount in enumerate(order[0])
    ]
    return ibis.memtable(pd.DataFrame(rows).astype({"amount": float, "refund": float}))


SAME, OTHERS, FIRST = ([30.0, 30.0],), ([30.0, 20.0],), ([30.0, None],)


@pytest.mark.parametrize("once", [SAME, FIRST])
def test_nine_orders_in_ten_say_that_the_amount_is_the_orders(once):
    assert sums_per_order(typed(*[once] * 9, OTHERS), None, priced=False) == (
        ("refund", "amount"),
        0.9,
    )
    assert sums_per_order(typed(*[once] * 8, OTHERS), None, priced=False) == ((), 8 / 9)


def test_orders_of_nothing_tell_where_their_amount_stands_and_nothing_of_refunds():
    assert sums_per_order(typed(*[([0.0, 0.0],)] * 5), None, priced=False)[1] == 1.0
    nothing = [([30.0, 20.0], [0.0, 0.0])] * 9
    told = ([30.0, 20.0], [5.0, 4.0])
    assert sums_per_order(typed(*nothing, told), True, priced=False)[0] == ("amount",)


def test_an_order_of_one_row_tells_nothing():
    singles = [([30.0],)] * 10
    assert sums_per_order(typed(*singles), None, priced=False) == ((), 0.0)
    assert sums_per_order(typed(*singles, SAME), None, priced=False)[1] == 1.0


def test_an_answer_is_not_asked_for_again():
    rows = typed(*[SAME] * 10)
    assert sums_per_order(rows, True, priced=False) == (("refund", "amount"), None)
    assert sums_per_order(rows, False, priced=False) == ((), None)
    assert sums_per_order(rows, None, priced=True) == ((), None)


def test_a_refund_stands_as_its_own_rows_say():
    once, each = ([30.0, 20.0], [5.0, 5.0]), ([30.0, 30.0], [5.0, 4.0])
    assert sums_per_order(typed(*[once] * 10), None, priced=False) == (("refund",), 0.0)
    assert sums_per_order(typed(*[each] * 10), None, priced=False) == (("amount",), 1.0)
    nine = [once] * 9
    assert sums_per_order(typed(*nine, each), False, priced=False)[0] == ("refund",)
    assert sums_per_order(typed(*nine[1:], each), False, priced=False)[0] == ()


def test_an_order_of_one_row_tells_nothing_of_refunds():
    singles, each = [([30.0], [5.0])] * 10, ([30.0, 20.0], [5.0, 4.0])
    assert sums_per_order(typed(*singles, each), None, priced=False)[0] == ()


def test_a_row_goes_back_by_its_status_or_below_zero():
    table_of_rows = table(
        status=pd.array(["refund", "refunded", None, None, None], "string"),
        amount=pd.array([5.0, 5.0, -0.01, 0.0, None], "float64"),
    )
    back = table_of_rows.select(back=gives_back(table_of_rows)).to_pyarrow()["back"]
    assert back.to_pylist() == [True, False, True, False, False]


def test_money_that_goes_back_tells_nothing_of_amounts():
    back = typed(*[SAME] * 10, status="refund")
    assert sums_per_order(back, None, priced=False) == ((), 0.0)
    below = typed(*[([-30.0, -30.0],)] * 10)
    assert sums_per_order(below, None, priced=False) == ((), 0.0)


@pytest.mark.parametrize(
    ("several", "one", "share"),
    [
        (20, 20, 0.99),  # as large on one row as on several: a doubt
        (19, 20, 1.0),
        (20, 19, 1.0),
    ],
)
def test_enough_orders_make_a_flat_amount_doubtful(several, one, share):
    rows = typed(*[SAME] * several, *[([30.0],)] * one)
    assert sums_per_order(rows, None, priced=False)[1] == share


@pytest.mark.parametrize(("single", "share"), [(25.0, 1.0), (25.1, 0.99)])
@pytest.mark.parametrize("unit", [1.0, 1 / 128])
def test_amounts_that_grow_with_the_rows_are_the_orders(single, share, unit):
    rows = typed(*[([30.0 * unit] * 2,)] * 20, *[([single * unit],)] * 20)
    assert sums_per_order(rows, None, priced=False)[1] == share


# -- rows left out ------------------------------------------------------------------------------


def test_an_amount_left_out_stands_on_the_first_row_that_has_it():
    rows = pd.DataFrame(
        [
            ("1", "ann", 3, "failed", None),
            ("1", "ann", 5, "failed", 20.0),
            ("1", "ann", 4, "failed", 20.0),
            ("1", "ben", 6, "failed", 20.0),
            ("1", "ann", 7, "cancelled", 20.0),
            ("2", "ann", 8, "failed", 10.0),
        ],
        columns=["order_id", "customer_id", "line", "reason", "amount"],
    )
    left = once_per_order(ibis.memtable(rows)).order_by("line").to_pandas()
    assert left["amount"].fillna(0).tolist() == [0.0, 20.0, 0.0, 20.0, 20.0, 10.0]
    assert set(left.columns) == set(rows.columns)


# -- amounts with the refunds off already -------------------------------------------------------


def is_net(amounts: list[float | None], refunds: list[float | None], name: str = "Total") -> bool:
    rows = table(amount=pd.array(amounts, "float64"), refund=pd.array(refunds, "float64"))
    return is_net_of_refunds(rows, Mapping(columns={"revenue": name, "refund": "Refunded"}))


def test_a_refund_beyond_its_amount_says_that_it_is_off_already():
    others = [50.0] * 4
    nothing = [0.0] * 4
    assert is_net([*others, 0.0], [*nothing, 50.0])
    assert is_net([*others, 49.0], [*nothing, 50.0])
    assert not is_net([*others, 50.0], [*nothing, 50.0])
    assert is_net([*others, 0.0], [*nothing, 0.5])
    # Half a cent is a rounding.
    assert not is_net([*others, 49.996], [*nothing, 50.0])
    assert not is_net([*others, 50.004], [*nothing, 50.0], name="Net sales")
    # As many of either leave the refund in.
    assert not is_net([*others, 0.0, 50.0], [*nothing, 50.0, 50.0])
    assert is_net([*others, 0.0, 0.0, 50.0], [*nothing, 50.0, 50.0, 50.0])


def test_where_no_row_tells_the_name_does():
    assert is_net([50.0, 50.0], [10.0, 0.0], name="Net sales")
    assert not is_net([50.0, 50.0], [10.0, 0.0], name="Sales")
    assert not is_net([50.0, 50.0], [0.0, 0.0], name="Network")


def test_refunds_on_most_rows_tell_nothing():
    assert is_net([0.0, 50.0], [50.0, 0.0])
    assert not is_net([0.0, 0.0, 50.0], [50.0, 50.0, 0.0], name="Net sales")
    assert is_net([0.0, None, 50.0], [50.0, 50.0, 0.0])


def test_without_both_columns_nothing_is_off():
    rows = table(amount=[0.0, 50.0], refund=[50.0, 0.0])
    assert not is_net_of_refunds(rows, Mapping(columns={"revenue": "Net sales"}))
    assert not is_net_of_refunds(rows, Mapping(columns={"refund": "Refunded"}))
