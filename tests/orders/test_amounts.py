"""Sums of money: discounts as shares, each sum once a line or once an order, refunds once."""

import pytest

import retention


def read(*lines: str, **columns: str) -> retention.Orders:
    return retention.read_orders("\n".join(lines).encode(), columns or None)


def sums(orders: retention.Orders) -> dict[str, float]:
    table = orders.table
    names = [name for name in ("revenue", "discount", "refunded") if name in table.columns]
    facts = table.aggregate(**{name: table[name].sum() for name in names}).execute().iloc[0]
    return {name: round(float(facts[name]), 2) for name in names}


def lines_of(rows, number: int = 40):
    return [f"{n},c{n % 9}@x.com,2024-{1 + n % 12:02}-01,{rows(n)}" for n in range(number)]


@pytest.mark.parametrize(
    ("none", "fifth", "name"),
    [("0", "0.2", "Discount"), ("0%", "20%", "Discount"), ("0", "20", "Discount %")],
)
def test_a_discount_as_a_share_is_what_was_taken_off(none, fifth, name):
    rows = lines_of(lambda n: f"80.00,{fifth if n % 2 else none}")
    orders = read(f"Order,Email,Date,Sales,{name}", *rows)
    assert sums(orders) == {"revenue": 3200.0, "discount": 400.0}
    question = next(q for q in orders.report.questions if q.setting == "discounted")
    assert question.assumed is True


@pytest.mark.parametrize("none", ["0", ""])
def test_unit_prices_are_those_before_the_share(none):
    rows = lines_of(lambda n: f"2,50.00,{0.1 if n % 2 else none}")
    orders = read("Order,Email,Date,Quantity,Unit price,Discount", *rows)
    assert sums(orders) == {"revenue": 3800.0, "discount": 200.0}


def test_small_discounts_in_money_stay_money():
    rows = lines_of(lambda n: f"80.00,{n * 0.0237:.4f}")
    orders = read("Order,Email,Date,Sales,Discount", *rows)
    assert sums(orders)["discount"] == round(sum(round(n * 0.0237, 4) for n in range(40)), 2)


def test_each_sum_stands_once_a_line_or_once_an_order_by_itself():
    lines = [
        f"{n},u{n % 9},2024-{1 + n % 12:02}-01,Soap {k},100.00,{5 + k},3.00"
        for n in range(40)
        for k in range(2)
    ]
    orders = read("Order ID,Username,Date,Product,Order Amount,Discount,Refunded", *lines)
    # The amount and the refund stand on each line of an order, the discounts add up.
    assert sums(orders) == {"revenue": 3880.0, "discount": 440.0, "refunded": 120.0}


@pytest.mark.parametrize(
    ("name", "rows", "expected"),
    [
        # An amount of zero beside its refund: the amounts are what was left.
        ("Net amount", lambda n: "0.00,100.00" if n == 3 else "100.00,0", 3900.0),
        ("Total", lambda n: "0.00,100.00" if n == 3 else "100.00,0", 3900.0),
        # The refund of the whole amount beside that amount: it still comes off.
        ("Total", lambda n: "100.00,100.00" if n == 3 else "100.00,0", 3900.0),
        ("Net sales", lambda n: "100.00,100.00" if n == 3 else "100.00,0", 3900.0),
        # A refund in part tells nothing; the name does.
        ("Net sales", lambda n: "70.00,30.00" if n == 3 else "100.00,0", 3970.0),
        ("Total", lambda n: "100.00,30.00" if n == 3 else "100.00,0", 3970.0),
    ],
)
def test_net_and_refunded_side_by_side_are_taken_off_once(name, rows, expected):
    orders = read(f"Order,Email,Date,{name},Refunded", *lines_of(rows))
    assert sums(orders)["revenue"] == expected
    assert orders.table.count().execute() == 40


def test_losses_of_a_profit_column_are_named_and_are_no_refunds():
    rows = lines_of(lambda n: "-5.00" if n % 10 == 0 else "10.00")
    orders = read("Order,Email,Date,Profit", *rows, revenue="Profit")
    assert "refunded" not in orders.table.columns
    assert orders.report.refunded == 0
    assert orders.report.dropped == {"Sold at a loss (a profit below zero)": 4}
    assert any("losses, not refunds" in note for note in orders.report.notes)


def test_sums_leave_no_binary_dust():
    lines = [
        f"{n},c{n % 9}@x.com,2024-{1 + n % 12:02}-01,{amount}"
        for n in range(20)
        for amount in ("0.1", "0.2", "-0.3")
    ]
    table = read("Order,Email,Date,Line total", *lines).table.to_pandas()
    assert set(table["revenue"]) == {0.0}


def orders_of_rows(total) -> bytes:
    """Return 60 orders of one to three rows; `total(rows)` is what stands on each of them."""
    rows = [
        f"{order},c{order % 9}@x.com,2024-{1 + order % 12:02}-03,{total(1 + order % 3)}.00"
        for order in range(90)
        for _ in range(1 + order % 3)
    ]
    return "\n".join(["Order,Email,Date,Total", *rows]).encode()


def test_an_amount_as_large_on_one_row_as_on_several_is_asked_about():
    (question,) = retention.read_orders(orders_of_rows(lambda _rows: 25)).report.questions
    assert question.setting == "per_order"
    assert retention.read_orders(orders_of_rows(lambda rows: 25 * rows)).report.questions == ()
