"""Typed rows become orders, refunds and what is neither: each rule by itself, and by hand."""

from collections.abc import Sequence
from typing import Any

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from retention.cells.dates import DateStyle
from retention.cells.money import MoneyStyle
from retention.cells.statuses import State
from retention.orders.refunds import (
    FREE_ITEMS,
    LOSS,
    REFUND_PLACED,
    REFUND_UNPLACED,
    gather_orders,
    lost_lines,
    lost_orders,
    net_orders,
    order_fates,
    order_items,
    place_on_orders,
    place_refunds,
    with_no_refunds,
)
from retention.orders.row_states import RowStates, StatusMeaning
from retention.orders.rows import NO_AMOUNT, Lines

TYPES = {
    "line": "int64",
    "order_id": "string",
    "customer_id": "string",
    "ordered_at": "timestamp",
    "amount": "float64",
    "status": "string",
    "reason": "string",
    "refund": "float64",
    "discount": "float64",
    "quantity": "float64",
    "listed": "float64",
    "product": "string",
    "category": "string",
    "subscription": "boolean",
    "abandoned": "timestamp",
    "country": "string",
    "currency": "string",
}


def rows(*given_rows: dict[str, Any]) -> ibis.Table:
    """Typed rows: order 1 of ann on 3 March unless told otherwise, in the order given."""
    usual = {"order_id": "1", "customer_id": "ann", "ordered_at": "2024-03-03", "amount": 10.0}
    usual |= {"status": None, "reason": None}
    filled = [usual | {"line": place + 2} | row for place, row in enumerate(given_rows)]
    names = {name: TYPES[name] for row in filled for name in row}
    frame = pd.DataFrame([{name: row.get(name) for name in names} for row in filled])
    frame["ordered_at"] = pd.to_datetime(frame["ordered_at"])
    return ibis.memtable(frame, schema=ibis.schema(names))


def lines(table: ibis.Table, **changes: Any) -> Lines:
    usual: dict[str, Any] = {
        "dates": DateStyle(),
        "money": MoneyStyle(),
        "currencies": {},
        "currency": None,
        "priced": False,
        "once": (),
        "per_order_share": None,
        "has_amounts": True,
        "numbered": True,
        "grouped": True,
        "states": RowStates(),
    }
    return Lines(table=table, **(usual | changes))


def gathered(*given_rows: dict[str, Any], **changes: Any) -> pd.DataFrame:
    table = rows(*given_rows)
    orders = gather_orders(table, lines(table, **changes)).to_pandas()
    return orders.sort_values(["order_id", "customer_id", "line"], ignore_index=True)


def settled(*given_rows: dict[str, Any], placed: bool = True, **changes: Any) -> pd.DataFrame:
    table = rows(*given_rows)
    read = lines(table, **changes)
    orders = gather_orders(table, read)
    brought = net_orders(orders, place_refunds(orders, read) if placed else None, read).to_pandas()
    return brought.sort_values(list(brought.columns[:3]), ignore_index=True)


REFUNDED, REFUND = str(State.REFUNDED), str(State.REFUND)

# -- lines become orders ------------------------------------------------------------------------


@pytest.mark.parametrize("grouped", [True, False])
@pytest.mark.parametrize(
    ("row", "priced", "fate"),
    [
        ({"amount": 10.0}, False, "order"),
        ({"amount": 0.0}, False, "order"),
        ({"amount": 0.0}, True, "free"),
        ({"amount": None}, False, "no amount"),
        ({"amount": -4.0}, False, "refund"),
        ({"amount": 4.0, "status": REFUND}, False, "refund"),
        ({"amount": -4.0, "status": REFUND}, False, "refund"),
        ({"amount": 4.0, "status": REFUNDED}, False, "order"),
    ],
)
def test_a_row_alone_is_what_its_amount_says(row, priced, fate, grouped):
    orders = gathered(row, priced=priced, grouped=grouped)
    assert orders["fate"].tolist() == [fate]
    assert orders["negative"].tolist() == [-4.0 if fate == "refund" else 0.0]


def test_rows_of_a_number_are_one_order_of_each_customer():
    orders = gathered(
        {"amount": 10.1},
        {"amount": 10.2},
        {"customer_id": "ben", "amount": 5.0},
        {"order_id": "2", "amount": -3.0},
        {"amount": -0.3},
    )
    names = ["order_id", "customer_id", "gross", "negative", "fate"]
    assert orders[names].fillna(-1).values.tolist() == [
        ["1", "ann", 20.3, -0.3, "order"],
        ["1", "ben", 5.0, 0.0, "order"],
        ["2", "ann", -1, -3.0, "refund"],
    ]
    assert orders["line"].tolist() == [2, 4, 5]


def test_a_line_of_nothing_beside_a_refund_is_that_refund():
    assert gathered({"amount": 0.0}, {"amount": -3.0})["fate"].tolist() == ["refund"]
    assert gathered({"amount": 0.1}, {"amount": -3.0})["fate"].tolist() == ["order"]


def test_an_order_is_as_old_as_its_first_row_with_an_amount():
    dates = [{"ordered_at": f"2024-03-0{day}"} for day in (1, 5, 4)]
    first, *paid = dates
    orders = gathered({"amount": None} | first, *paid)
    assert orders["ordered_at"].dt.day.tolist() == [4]
    nothing = gathered(*({"amount": None} | day for day in dates[1:]))
    assert nothing["ordered_at"].dt.day.tolist() == [4]


def test_sums_that_stand_once_an_order_are_those_of_its_first_filled_row():
    sums = [
        {"amount": 30.0, "refund": None, "discount": 2.0, "line": 9},
        {"amount": 20.0, "refund": 5.0, "discount": 3.0, "line": 7},
        {"amount": None, "refund": 6.0, "discount": 4.0, "line": 5},
    ]
    each = gathered(*sums).iloc[0]
    assert each[["gross", "refund", "discount"]].tolist() == [50.0, 11.0, 9.0]
    once = gathered(*sums, once=("amount", "refund", "discount")).iloc[0]
    assert once[["gross", "refund", "discount"]].tolist() == [20.0, 6.0, 4.0]


def test_cells_of_an_order_are_put_together_by_what_they_are():
    cells = [
        {"quantity": 2.0, "subscription": False, "abandoned": "2024-01-01", "country": None},
        {"quantity": 3.0, "subscription": True, "abandoned": "2024-02-01", "country": "DE"},
        {"quantity": None, "subscription": None, "abandoned": None, "country": "FR"},
    ]
    cells = [row | {"abandoned": pd.Timestamp(row["abandoned"])} for row in cells]
    order = gathered(*cells).iloc[0]
    assert order[["quantity", "subscription", "country"]].tolist() == [5.0, True, "DE"]
    assert order["abandoned"] == pd.Timestamp("2024-02-01")


def test_a_status_of_refunded_gives_back_the_rows_that_say_so():
    partly = [{"amount": 10.004, "status": REFUNDED}, {"amount": 20.0, "status": "paid"}]
    assert gathered(*partly)["returned"].tolist() == [10.004]
    assert gathered(*partly, grouped=False)["returned"].tolist() == [10.004, 0.0]
    # Where the amount is the order's, its first status holds for all of it.
    assert gathered(*partly, once=("amount",))["returned"].tolist() == [10.004]
    assert gathered(*partly[::-1], once=("amount",))["returned"].tolist() == [0.0]
    blank = [{"amount": None, "status": REFUNDED}]
    assert gathered(*blank, once=("amount",))["returned"].tolist() == [0.0]
    assert gathered(*blank, grouped=False)["returned"].tolist() == [0.0]


@pytest.mark.parametrize("grouped", [True, False])
def test_without_amounts_every_row_is_an_order_but_a_refund(grouped):
    given_rows = [{"order_id": str(n), "amount": None} for n in range(3)]
    given_rows[1]["status"] = REFUND
    given_rows[2]["status"] = REFUNDED
    orders = gathered(*given_rows, has_amounts=False, grouped=grouped)
    assert orders["fate"].tolist() == ["order", "refund", "order"]
    assert orders["gross"].isna().all()


def fates(*given_rows: dict[str, Any], **changes: Any):
    table = rows(*given_rows)
    return order_fates(gather_orders(table, lines(table, **changes)))


def test_whether_anything_came_off_an_order_is_told():
    assert fates({}, {"order_id": "2", "amount": -3.0}) == ({"order", "refund"}, False)
    assert fates({}, {"amount": -3.0}) == ({"order"}, True)
    assert fates({"refund": 0.0}) == ({"order"}, False)
    assert fates({"refund": 1.0}) == ({"order"}, True)
    assert fates({"status": REFUNDED}) == ({"order"}, True)
    assert fates({"amount": None}) == ({"no amount"}, False)


# -- refunds find their orders ------------------------------------------------------------------

Event = tuple[str, int, int]  # customer, day, cents
events = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(1, 6), st.sampled_from([100, 250, 300])),
    max_size=8,
)


def table_of(happened: Sequence[Event], prefix: str, money: str) -> ibis.Table:
    """A row for each order or refund, in the order given."""
    types = {"customer_id": "string", "ordered_at": "timestamp", "line": "int64"}
    types |= {"order_id": "string", money: "float64"}
    cells = [
        (who, pd.Timestamp(2024, 3, day), number, f"{prefix}{number}", cents / 100)
        for number, (who, day, cents) in enumerate(happened)
    ]
    return ibis.memtable(pd.DataFrame(cells, columns=list(types)), schema=ibis.schema(types))


def placed_by_hand(back: Sequence[Event], sold: Sequence[Event]) -> dict[str, str | None]:
    """Each refund's order: the latest of its amount, once; else the latest of all."""

    def latest(number: int, of_amount: bool) -> int | None:
        who, day, cents = back[number]
        mine = [
            (sold[place][1], place)
            for place in range(len(sold))
            if sold[place][0] == who
            and sold[place][1] <= day
            and (not of_amount or sold[place][2] == cents)
        ]
        return max(mine)[1] if mine else None

    taken: set[int] = set()
    orders: dict[str, str | None] = {}
    for number in range(len(back)):
        exact, any_one = latest(number, of_amount=True), latest(number, of_amount=False)
        place = any_one
        if exact is not None and exact not in taken:
            taken.add(exact)
            place = exact
        orders[f"r{number}"] = None if place is None else f"o{place}"
    return orders


@given(back=events, sold=events)
@settings(max_examples=30, deadline=None)
def test_a_refund_belongs_to_the_latest_order_of_its_amount_else_to_the_latest(back, sold):
    orders = table_of(sold, "o", "gross")
    refunds = table_of(back, "r", "amount")
    refunds = refunds.rename(refund_id="order_id").mutate(line=refunds.line + 50)
    placed = place_on_orders(refunds, orders).to_pyarrow().to_pylist()
    assert {row["refund_id"]: row["order_id"] for row in placed} == placed_by_hand(back, sold)
    assert len(placed) == len(back)


def meaning(state: State) -> RowStates:
    return RowStates(statuses=(StatusMeaning(str(state), 1, state, True),))


def test_a_refund_row_is_that_of_the_order_whose_status_awaits_one():
    given_rows = [
        {"order_id": "1", "ordered_at": "2024-03-01", "status": REFUNDED, "amount": 30.0},
        {"order_id": "2", "ordered_at": "2024-03-02", "amount": 20.0},
        {"order_id": "r", "ordered_at": "2024-03-05", "amount": -20.0},
        {"order_id": "s", "ordered_at": "2024-03-06", "amount": -20.0},
    ]
    orders = settled(*given_rows, states=meaning(State.REFUNDED))
    # The first row is the refund of the status, in part; the second one finds its amount.
    assert orders["revenue"].tolist() == [10.0, 0.0]
    # Without such a status in the file both rows look for their amount.
    plain = settled(*(row | {"status": None} for row in given_rows))
    assert plain["revenue"].tolist() == [30.0, 0.0]
    assert plain["over"].tolist() == [0.0, 20.0]


def test_a_status_whose_money_is_known_awaits_no_row():
    given_rows = [
        {"order_id": "1", "ordered_at": "2024-03-01", "amount": 30.0, "refund": 30.0},
        {"order_id": "2", "ordered_at": "2024-03-02", "amount": 20.0, "refund": 0.0},
        {"order_id": "r", "ordered_at": "2024-03-05", "amount": -5.0, "refund": 0.0},
    ]
    given_rows[0]["status"] = REFUNDED
    orders = settled(*given_rows, states=meaning(State.REFUNDED))
    assert orders["revenue"].tolist() == [0.0, 15.0]


# -- what an order brought ----------------------------------------------------------------------


def test_an_order_brings_what_did_not_go_back():
    orders = settled(
        {"order_id": "1", "amount": 50.0, "refund": 20.0},
        {"order_id": "2", "amount": 50.0, "refund": 60.0},
        {"order_id": "3", "amount": 50.0, "refund": None, "status": REFUNDED},
        {"order_id": "4", "amount": 50.0, "refund": 5.0, "status": REFUNDED},
        {"order_id": "5", "amount": 50.0, "refund": None},
        {"order_id": "5", "amount": -1.5, "refund": 0.25},
        placed=False,
    )
    assert orders["revenue"].tolist() == [30.0, 0.0, 0.0, 45.0, 48.25]
    assert orders["gross"].tolist() == [50.0] * 5
    assert orders["taken"].tolist() == [20.0, 50.0, 50.0, 5.0, 1.75]
    assert orders["over"].tolist() == [0.0, 10.0, 0.0, 0.0, 0.0]


def test_refund_rows_add_up_on_their_order():
    orders = settled(
        {"order_id": "1", "ordered_at": "2024-03-01", "amount": 50.0},
        {"order_id": "r", "ordered_at": "2024-03-05", "amount": -20.1},
        {"order_id": "s", "ordered_at": "2024-03-05", "amount": -20.2},
    )
    assert orders["revenue"].tolist() == [9.7]
    assert orders["taken"].tolist() == [40.3]


def test_nothing_comes_off_an_order_without_an_amount():
    orders = settled(
        {"order_id": "1", "amount": None},
        {"order_id": "2", "amount": None, "status": REFUND},
        has_amounts=False,
    )
    assert orders["order_id"].tolist() == ["1"]
    assert orders[["taken", "over"]].values.tolist() == [[0.0, 0.0]]
    assert orders["revenue"].isna().all()


def test_orders_without_refunds_have_the_same_columns():
    orders = ibis.memtable(pd.DataFrame({"order_id": ["1"], "revenue": [12.5]}))
    whole = with_no_refunds(orders).to_pandas()
    assert whole[["revenue", "gross", "taken", "over"]].values.tolist() == [[12.5, 12.5, 0.0, 0.0]]


def test_a_number_of_several_customers_is_told_apart_by_them():
    shared = [{"amount": 10.0}, {"customer_id": "ben", "amount": 20.0}]
    assert settled(*shared)["order_id"].tolist() == ["1 / ann", "1 / ben"]
    assert settled(*shared, grouped=False)["order_id"].tolist() == ["1", "1"]
    unnumbered = settled(*shared, numbered=False)
    assert unnumbered["line"].tolist() == [2, 3]
    assert "order_id" not in unnumbered


def test_the_currency_is_kept_where_the_file_names_any():
    named = {"currency": "EUR"}
    assert settled(named, currencies={"EUR": 1})["currency"].tolist() == ["EUR"]
    assert "currency" not in settled(named)


def test_a_discount_without_a_cell_is_none():
    assert settled({"discount": None})["discount"].tolist() == [0.0]


# -- what an order held -------------------------------------------------------------------------


def shares(*given_rows: dict[str, Any], listed: bool = False, **changes: Any):
    table = rows(*given_rows)
    read = lines(table, **changes)
    items = order_items(table, gather_orders(table, read), read, listed=listed)
    if items is None:
        return None
    frame = items.to_pandas()
    names = [name for name in ("product", "category") if name in frame]
    return {
        (row["order_id"], *(row[name] for name in names)): round(row["share"], 6)
        for row in frame.to_dict("records")
    }


def test_products_share_an_order_by_what_their_lines_cost():
    assert shares(
        {"product": "Tea", "amount": 30.0},
        {"product": "Pot", "amount": 10.0},
        {"product": "Tea", "amount": 10.0},
    ) == {("1", "Tea"): 0.8, ("1", "Pot"): 0.2}


def test_a_line_that_goes_back_comes_off_its_product_and_no_further():
    assert shares(
        {"product": "Tea", "amount": 30.0},
        {"product": "Tea", "amount": -10.0},
        {"product": "Pot", "amount": 20.0},
        {"product": "Pot", "amount": 25.0, "status": REFUND},
        {"product": "Cup", "amount": -5.0},
    ) == {("1", "Tea"): 1.0, ("1", "Pot"): 0.0}


def test_lines_without_a_price_share_by_their_number_and_need_a_name():
    nothing = {"amount": 0.0}
    assert shares(
        nothing | {"product": "Tea"},
        nothing | {"product": "Tea"},
        nothing | {"product": "Pot"},
        nothing | {"product": None},
    ) == {("1", "Tea"): round(2 / 3, 6), ("1", "Pot"): round(1 / 3, 6)}
    unnamed = shares(nothing | {"product": None}, nothing | {"product": None})
    assert list(unnamed.values()) == [1.0]
    # Each order is shared by itself.
    two = shares(*(nothing | {"product": None, "order_id": str(n)} for n in (1, 2, 2)))
    assert sorted(order for order, _ in two) == ["1", "2"]
    assert set(two.values()) == {1.0}
    alone = shares(nothing | {"product": "Tea"}, nothing | {"product": None})
    assert alone == {("1", "Tea"): 1.0}


def test_a_line_that_costs_something_needs_no_name():
    held = shares({"product": "Tea", "amount": 30.0}, {"product": None, "amount": 10.0})
    assert sorted(held.values()) == [0.25, 0.75]


def test_where_the_amount_is_the_orders_the_list_price_tells_the_shares():
    given_rows = [
        {"product": "Tea", "amount": 40.0, "listed": 30.0},
        {"product": "Pot", "amount": 40.0, "listed": 90.0},
    ]
    expected = {("1", "Tea"): 0.25, ("1", "Pot"): 0.75}
    assert shares(*given_rows, once=("amount",)) == expected
    assert shares(*given_rows, listed=True) == expected
    assert shares(*given_rows) == {("1", "Tea"): 0.5, ("1", "Pot"): 0.5}
    back = [*given_rows, {"product": "Cup", "amount": -4.0, "listed": 60.0}]
    assert shares(*back, once=("amount",)) == expected
    without = [{name: row[name] for name in ("product", "amount")} for row in given_rows]
    assert shares(*without, once=("amount",)) == {("1", "Tea"): 0.5, ("1", "Pot"): 0.5}


def test_a_category_alone_is_enough_and_nothing_is_too_little():
    assert shares({"category": "Drinks", "amount": 5.0}) == {("1", "Drinks"): 1.0}
    assert shares({"amount": 5.0}) is None
    two = shares({"product": None, "category": "Drinks", "amount": 0.0})
    assert list(two.values()) == [1.0]


def test_an_item_is_as_old_as_its_order_and_names_its_customer():
    table = rows(
        {"product": "Tea", "ordered_at": "2024-03-05"},
        {"product": "Pot", "ordered_at": "2024-03-04"},
    )
    read = lines(table)
    items = order_items(table, gather_orders(table, read), read).to_pandas()
    assert set(items["ordered_at"]) == {pd.Timestamp("2024-03-04")}
    assert set(items["customer_id"]) == {"ann"}


def test_what_is_no_order_holds_nothing():
    assert shares({"product": "Tea", "amount": None}) == {}
    shared = shares({"product": "Tea"}, {"product": "Pot", "customer_id": "ben"})
    assert shared == {("1 / ann", "Tea"): 1.0, ("1 / ben", "Pot"): 1.0}


# -- what is no order ---------------------------------------------------------------------------


def lost(*given_rows: dict[str, Any], each_line: bool = False, **changes: Any):
    table = rows(*given_rows)
    read = lines(table, **changes)
    orders = gather_orders(table.filter(table.reason.isnull()), read)
    placed = place_refunds(orders, read)
    whole = lost_orders(orders, placed, read)
    gone = lost_lines(table, orders, placed, read) if each_line else whole
    frame = gone.to_pandas().sort_values("line")
    return list(zip(frame["line"], frame["reason"], frame["amount"].fillna(0), strict=True))


GONE = [
    {"order_id": "1", "amount": 10.0},
    {"order_id": "2", "amount": None},
    {"order_id": "3", "amount": -3.0},
    {"order_id": "4", "amount": -4.0, "customer_id": "ben"},
]


def test_each_row_that_is_no_order_has_its_reason():
    assert lost(*GONE) == [
        (3, NO_AMOUNT, 0.0),
        (4, REFUND_PLACED, -3.0),
        (5, REFUND_UNPLACED, -4.0),
    ]
    assert lost({"amount": 0.0}, priced=True) == [(2, FREE_ITEMS, 0.0)]
    assert [reason for _, reason, _ in lost(*GONE, profits=True)] == [NO_AMOUNT, LOSS, LOSS]


def test_every_line_of_what_is_no_order_is_named():
    again = [*GONE, {"order_id": "3", "amount": -2.0}, {"order_id": "3", "reason": "x"}]
    assert lost(*again, each_line=True) == [
        (3, NO_AMOUNT, 0.0),
        (4, REFUND_PLACED, -3.0),
        (5, REFUND_UNPLACED, -4.0),
        (6, REFUND_PLACED, -2.0),
    ]
    alone = lost(*GONE, each_line=True, grouped=False)
    assert [line for line, _, _ in alone] == [3, 4, 5]
