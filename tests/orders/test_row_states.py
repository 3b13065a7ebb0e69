"""What became of each row: by its status, its kind, and what the marketer says they mean."""

import pytest

import retention
from retention.cells.statuses import State

HEADER = "Order,Email,Date,Total,Status"


def shop(row, header: str = HEADER, rows: int = 120) -> bytes:
    """Rows of 30 customers; `row(n)` says what stands behind order, customer, date and total."""
    lines = [
        f"{n},c{n % 30}@x.com,2024-{1 + n % 12:02}-{1 + n % 28:02},10.50,{row(n)}"
        for n in range(rows)
    ]
    return "\n".join([header, *lines]).encode()


def placed(data: bytes, **statuses: State) -> int:
    """Number of orders, with the marketer's word on what statuses mean."""
    sheet = retention.open_sheet(data)
    mapping = retention.detect_columns(sheet)
    orders = retention.build_orders(
        sheet, retention.Mapping(columns=mapping.columns, statuses=statuses)
    )
    return int(orders.table.count().execute())


def test_an_unknown_status_of_many_rows_is_asked_about_and_warned_of():
    orders = retention.read_orders(shop(lambda n: "Zephyr" if n % 4 == 0 else "Paid"))
    (question,) = orders.report.questions
    assert (question.setting, question.about) == ("statuses", "Zephyr")
    assert question.text == "What does the status 'Zephyr' mean? 30 rows have it."
    assert question.assumed is State.ORDER
    assert set(question.options) == set(State)
    assert "30 rows have a status whose meaning is not known" in orders.report.warnings[0]


def test_an_unknown_status_of_one_row_in_two_hundred_is_only_noted():
    orders = retention.read_orders(shop(lambda n: "Zephyr" if n == 0 else "Paid", rows=200))
    assert orders.report.questions == ()
    assert not any("status" in warning for warning in orders.report.warnings)
    assert any("'Zephyr'" in note for note in orders.report.notes)


def test_the_marketer_says_what_a_status_means():
    data = shop(lambda n: "Zephyr" if n % 4 == 0 else "Paid")
    assert placed(data) == 120
    assert placed(data, Zephyr=State.CANCELLED) == 90
    assert placed(data, Zephyr=State.CANCELLED, Paid=State.PENDING, paid=State.ORDER) == 90


def test_the_report_lists_every_status_with_its_rows_and_meaning():
    data = shop(lambda n: ("Paid", "Paid", "Canceled", "Zephyr")[n % 4])
    report = retention.read_orders(data).report
    assert [(m.text, m.rows, m.state, m.understood) for m in report.statuses] == [
        ("Paid", 60, State.ORDER, True),
        ("Canceled", 30, State.CANCELLED, True),
        ("Zephyr", 30, State.ORDER, False),
    ]


def test_of_an_event_log_purchases_are_orders_and_carts_are_left_behind():
    kinds = ("view", "view", "cart", "purchase")
    data = shop(lambda n: kinds[n % 4], "session,user_id,event_time,price,event_type")
    orders = retention.read_orders(data)
    assert orders.table.count().execute() == 30
    assert orders.report.dropped == {
        "No sale (view, transfer, fee, quote and the like)": 60,
        "Cart or checkout left behind (not paid)": 30,
    }
    assert orders.carts is not None
    assert orders.carts.count().execute() == 30


@pytest.mark.parametrize("kind", ["Sales credit note", "Refund", "Gutschrift", "Avoir"])
def test_a_kind_of_row_is_read_beside_the_status(kind):
    lines = [
        "Invoice,Email,Date,Amount,Type,Status",
        *(
            f"{n},c{n % 9}@x.com,2024-03-{1 + n:02},100.00,Sales invoice,{status}"
            for n, status in enumerate(["Paid"] * 20 + ["Awaiting Payment"] * 5)
        ),
        f"C1,c0@x.com,2024-04-01,30.00,{kind},Paid",
        f"C2,c1@x.com,2024-04-01,30.00,{kind},Voided",
        "T1,c2@x.com,2024-04-01,500.00,Transfer,Paid",
    ]
    orders = retention.read_orders("\n".join(lines).encode())
    assert orders.table.count().execute() == 20
    assert orders.table.revenue.sum().execute() == 1970
    assert orders.report.refunded == 30
    assert orders.report.dropped == {
        "Not paid yet (pending)": 5,
        "Cancelled or voided": 1,
        "Refund, taken off an order": 1,
        "No sale (view, transfer, fee, quote and the like)": 1,
    }


def test_a_status_with_a_date_inside_is_no_free_text():
    data = shop(lambda n: f"Received until 2024-{1 + n % 12:02}-{1 + n % 28:02}", rows=2_000)
    more = shop(
        lambda n: f"Cancelled on 2023-{1 + n % 12:02}-{1 + n // 12 % 28:02} by buyer", rows=2_000
    )
    both = data + b"\n" + more.split(b"\n", 1)[1]
    report = retention.read_orders(both).report
    assert {m.state for m in report.statuses} == {State.ORDER, State.CANCELLED}
    assert report.dropped["Cancelled or voided"] == 2_000


def test_free_texts_as_status_are_noted():
    report = retention.read_orders(shop(lambda n: f"note {n * 7919} of the day", rows=400)).report
    assert any("holds free texts" in note for note in report.notes)


def test_test_orders_are_left_out():
    data = shop(lambda n: str(n % 10 == 0).lower(), "Order,Email,Date,Total,Test mode")
    orders = retention.read_orders(data)
    assert orders.table.count().execute() == 108
    assert orders.report.dropped == {"No sale (view, transfer, fee, quote and the like)": 12}


@pytest.mark.parametrize(
    ("name", "answers"),
    [("Cancelled", "Yes|No"), ("Makulerad", "Ja|Nej"), ("Отменен", "Да|Нет"), ("Voided", "1|0")],
)
def test_a_column_that_answers_whether_an_order_was_cancelled(name, answers):
    yes, no = answers.split("|")
    data = shop(lambda n: yes if n % 4 == 0 else no, f"Order,Email,Date,Total,{name}")
    assert retention.read_orders(data).report.dropped == {"Cancelled or voided": 30}


def test_an_unknown_kind_of_row_is_asked_about():
    kinds = ("Invoice", "Invoice", "Credit note", "ZRE")
    data = shop(lambda n: kinds[n % 4], "Order,Email,Date,Total,Document type")
    report = retention.read_orders(data).report
    assert [question.about for question in report.questions] == ["ZRE"]
    assert "30 rows have a status whose meaning is not known" in report.warnings[0]


def test_a_log_of_steps_in_glued_words():
    kinds = ("view", "addtocart", "transaction")
    data = shop(lambda n: kinds[n % 3], "row,visitorid,timestamp,price,event")
    orders = retention.read_orders(data)
    assert orders.table.count().execute() == 40
    assert orders.report.questions == ()


def test_a_status_that_says_paid_and_not_paid_is_asked_about():
    orders = retention.read_orders(shop(lambda n: '"pending, paid"' if n % 4 == 0 else "Paid"))
    (question,) = orders.report.questions
    assert question.about == "pending, paid"


def test_what_was_sent_is_no_invoice_beside_what_was_done():
    states = ("Paid", "Sent", "Done", "Unpaid")
    assert placed(shop(lambda n: states[n % 4])) == 90


def test_an_order_that_awaits_its_payment_counts_once_it_has_arrived():
    states = ("Paid,Shipped", "Pending,Delivered", "Pending,Not shipped", "Failed,Not shipped")
    header = "Order,Email,Date,Total,Payment Status,Delivery Status"
    orders = retention.read_orders(shop(lambda n: states[n % 4], header))
    assert int(orders.table.count().execute()) == 60
    assert any("as with cash on delivery" in note for note in orders.report.notes)


def test_the_head_and_the_payment_of_an_order_do_not_repeat_its_lines():
    rows = [
        f"{n},c{n % 30}@x.com,2024-{1 + n % 12:02}-{1 + n % 28:02},{total},{kind}"
        for n in range(60)
        for kind, total in (
            ("Sale", "30.50"),
            ("Sale Line", "20.25"),
            ("Sale Line", "10.25"),
            ("Payment", "30.50"),
        )
    ]
    data = "\n".join(["Receipt Number,Email,Date,Total,Line Type", *rows]).encode()
    table = retention.read_orders(data).table
    assert int(table.count().execute()) == 60
    assert float(table.revenue.sum().execute()) == 60 * 30.5
