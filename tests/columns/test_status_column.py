"""Statuses of orders, payments and deliveries that stand beside each other."""

import pytest

import retention
from retention.columns.status_column import status_role

HEADER = "Order,Email,Date,Total"


def shop(names: str, statuses: list[str]) -> bytes:
    """Return a file of 20 orders for each row of statuses."""
    days = [f"2024-{1 + n % 12:02}-{1 + n % 28:02}" for n in range(20 * len(statuses))]
    rows = [
        f"{n},c{n % 9}@x.com,{day},10.50,{statuses[n % len(statuses)]}"
        for n, day in enumerate(days)
    ]
    return "\n".join([f"{HEADER},{names}", *rows]).encode()


def read(names: str, statuses: list[str]) -> tuple[int, float]:
    """Return the orders and their revenue, once no status is left to ask about."""
    orders = retention.read_orders(shop(names, statuses))
    assert orders.report.questions == ()
    return int(orders.table.count().execute()), float(orders.table.revenue.sum().execute())


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Status", "status"),
        ("Estado de la orden", "status"),
        ("Financial Status", "payment_status"),
        ("transactions.stateMachineState.technicalName", "payment_status"),
        ("Stav platby", "payment_status"),
        ("Fulfillment Status", "delivery_status"),
        ("클레임상태", "delivery_status"),
        ("Tax Status", None),
        ("Total", None),
    ],
)
def test_a_name_says_what_its_status_is_one_of(name, role):
    assert status_role(name) == role


@pytest.mark.parametrize(
    "names",
    [
        "Order Status,Financial Status",
        "Financial Status,Order Status",
        "order_state,payment_state",
        "Status do Pedido,Status do Pagamento",
    ],
)
def test_an_order_that_was_cancelled_or_not_paid_in_either_column_is_none(names):
    statuses = ["completed,paid", "cancelled,paid", "completed,voided", "processing,pending"]
    if names.startswith("Financial"):
        statuses = [",".join(reversed(status.split(","))) for status in statuses]
    assert read(names, statuses) == (20, 210.0)


def test_the_payment_says_whether_an_order_was_paid():
    statuses = ["pending,captured", "pending,awaiting payment", "completed,not charged"]
    assert read("Order status,Payment status", statuses) == (20, 210.0)


def test_a_refund_in_either_column_empties_the_order():
    assert read("Order Status,Payment Status", ["completed,refunded", "shipped,paid"]) == (
        40,
        210.0,
    )
    assert read("Order Status,Payment Status", ["returned,paid", "shipped,paid"]) == (40, 210.0)


@pytest.mark.parametrize("name", ["Fulfillment Status", "Shipping status", "Estado del envío"])
def test_a_delivery_that_came_back_is_a_refund_and_one_to_come_says_nothing(name):
    statuses = ["paid,returned", "paid,pending", "paid,shipped", "paid,cancelled"]
    assert read(f"Payment Status,{name}", statuses) == (60, 420.0)


def test_a_payment_that_is_open_is_not_paid_and_an_order_that_is_open_is_an_order():
    assert read("Payment Status", ["paid", "open"]) == (20, 210.0)
    assert read("Status", ["paidout", "open", "paid"]) == (40, 420.0)
    assert read("Status", ["open", "completed", "cancelled"]) == (40, 420.0)


def test_an_invoice_that_was_sent_is_not_paid_and_a_parcel_that_was_sent_is():
    assert read("Status", ["Paid", "Sent", "Overdue", "Draft"]) == (20, 210.0)
    assert read("Status", ["Paid", "Sent", "Cancelled"]) == (40, 420.0)


def test_an_unknown_word_of_the_payment_is_asked_about():
    orders = retention.read_orders(shop("Order Status,Payment Status", ["done,paid", "done,zorp"]))
    assert [question.about for question in orders.report.questions] == ["zorp"]


def test_a_status_is_found_by_its_texts_and_one_in_unknown_words_is_asked_about():
    assert read("Paket Durumu", ["Teslim Edildi", "İptal Edildi"]) == (20, 210.0)
    orders = retention.read_orders(shop("Status-ID", ["5", "8"]))
    assert {question.about for question in orders.report.questions} == {"5", "8"}


def test_ways_to_pay_are_no_status():
    mapping = retention.detect_columns(
        retention.open_sheet(shop("Payment method", ["Bank transfer", "Cash on delivery", "Card"]))
    )
    assert not {"status", "payment_status", "kind"} & set(mapping.columns)


@pytest.mark.parametrize(
    ("name", "answers"),
    [("Paid?", "Yes|No"), ("Betald", "Ja|Nej"), ("Оплачен", "Да|Нет"), ("Uhrazeno", "Ano|Ne")],
)
def test_a_column_that_answers_whether_an_order_was_paid(name, answers):
    assert read(name, answers.split("|")) == (20, 210.0)


def test_blanks_and_dashes_beside_claims_say_nothing():
    assert read("주문상태,클레임상태", ["구매확정,", "배송완료,반품완료"]) == (40, 210.0)
    assert read("订单状态,售后状态", ["已完成,-", "已完成,退款成功"]) == (40, 210.0)


def test_numbers_of_a_column_named_as_a_state_are_asked_about():
    orders = retention.read_orders(shop("current_state", ["2", "4", "6"]))
    assert {question.about for question in orders.report.questions} == {"2", "4", "6"}


def test_statuses_of_tickets_that_were_sold_are_statuses():
    assert read("Ticket status", ["valid", "cancelled", "refunded"]) == (40, 210.0)


def test_what_became_of_a_coupon_is_no_status():
    assert read("Coupon_Status", ["Used", "Not Used", "Clicked"])[0] == 60
