"""Refunds, cancellations and unpaid orders: never an order, and no money is lost or made up."""

import pytest

from retention import read_orders
from tests.support.order_files import (
    assert_nothing_vanished,
    read_rows,
    revenue_by_order,
    rows_dropped,
)

HEADER = ("Order", "Email", "Date", "Total")
STATUS = (*HEADER, "Status")


# --- by status ------------------------------------------------------------------------------------


NO_SALE = (
    *(
        "cancelled",
        "Canceled",
        "CANCELED",
        "wc-cancelled",
        "voided",
        "Void",
        "failed",
        "Payment failed",
        "declined",
    ),
    *(
        "pending",
        "Pending payment",
        "awaiting payment",
        "unpaid",
        "expired",
        "abandoned",
        "incomplete",
    ),
    *("ยกเลิก", "ยกเลิกแล้ว", "รอชำระเงิน", "ที่ต้องชำระ", "kanselado", "kinansela", "nabigo"),
)
SALE = (
    *(
        "completed",
        "Complete",
        "PAID",
        "wc-processing",
        "processing",
        "shipped",
        "Delivered",
        "fulfilled",
        "",
    ),
    *(
        "partially_refunded",
        "สำเร็จ",
        "จัดส่งแล้ว",
        "ชำระเงินแล้ว",
        "bayad na",
        "naipadala",
        "a word nobody knows",
    ),
)
GONE_BACK = ("refunded", "Refunded", "wc-refunded", "REFUNDED", "คืนเงินแล้ว", "คืนเงิน")


def read_states(*states: str):
    """One paid order, then an order of 20.00 in each state, all of one customer."""
    rows = [
        (str(i), "a@example.com", "2024-03-14", "20", state) for i, state in enumerate(states, 2)
    ]
    return read_rows(STATUS, ("1", "a@example.com", "2024-03-13", "10", "completed"), *rows)


def test_states_that_are_no_sale_drop_the_order():
    orders = read_states(*NO_SALE)
    numbers = {str(i): state for i, state in enumerate(NO_SALE, 2)}
    assert [numbers[number] for number in revenue_by_order(orders) if number != "1"] == []
    assert sum(reason.rows for reason in orders.report.reasons) == len(NO_SALE)
    assert sum(reason.revenue for reason in orders.report.reasons) == pytest.approx(
        20.0 * len(NO_SALE)
    )
    assert min(reason.first_lines[0] for reason in orders.report.reasons) == 3


def test_cancelled_failed_and_pending_are_told_apart():
    orders = read_states("cancelled", "failed", "failed", "pending", "pending", "pending")
    assert [rows_dropped(orders, word) for word in ("cancel", "fail", "pending")] == [1, 2, 3]


def test_states_of_a_sale_keep_the_order():
    orders = read_states(*SALE)
    numbers = {str(i): state for i, state in enumerate(SALE, 2)}
    assert {
        numbers[n] for n, revenue in revenue_by_order(orders).items() if n != "1" and revenue == 20
    } == set(SALE)
    assert orders.report.dropped == {}


def test_refunded_order_stays_an_order_that_brought_nothing():
    orders = read_states(*GONE_BACK)
    found = revenue_by_order(orders)
    assert found.pop("1") == 10.0
    assert list(found.values()) == [0.0] * len(GONE_BACK)
    assert orders.report.dropped == {}


def test_cancelled_at_drops_a_paid_order():
    orders = read_rows(
        (*STATUS, "Cancelled at"),
        ("1", "a@example.com", "2024-03-13", "10", "paid", ""),
        ("2", "a@example.com", "2024-03-14", "20", "paid", "2024-03-15 10:00:00"),
        ("3", "a@example.com", "2024-03-16", "30", "refunded", "2024-03-17 10:00:00"),
    )
    assert revenue_by_order(orders) == {"1": 10.0}
    assert rows_dropped(orders, "cancel") == 2


def test_order_with_one_cancelled_line_keeps_the_others():
    orders = read_rows(
        ("Order", "Email", "Date", "Item", "Quantity", "Unit price", "Item status"),
        ("1", "a@example.com", "2024-03-13", "mug", "1", "10", "shipped"),
        ("1", "a@example.com", "2024-03-13", "pot", "1", "25", "cancelled"),
        ("2", "b@example.com", "2024-03-14", "mug", "2", "10", "shipped"),
        columns={"status": "Item status"},
    )
    assert revenue_by_order(orders) == {"1": 10.0, "2": 20.0}


# --- by an amount beside the order ----------------------------------------------------------------


def test_refunded_amount_lowers_its_order_never_below_zero():
    left = {"0": 80.0, "": 80.0, "30": 50.0, "-30": 50.0, "$30.00": 50.0, "80": 0.0, "95": 0.0}
    rows = [(str(i), "a@example.com", "2024-03-13", "80", refund) for i, refund in enumerate(left)]
    orders = read_rows((*HEADER, "Refunded Amount"), *rows)
    assert list(revenue_by_order(orders).values()) == list(left.values())
    assert orders.report.dropped == {}
    assert orders.report.refunded == pytest.approx(30 * 3 + 80 * 2)
    assert orders.report.unplaced_refunds == pytest.approx(15)


def test_status_refunded_with_a_part_of_the_money_takes_that_part():
    """Some shops set the status on any refund; the amount beside it says how much went back."""
    orders = read_rows(
        (*STATUS, "Refunded Amount"),
        ("1", "a@example.com", "2024-03-13", "80", "refunded", "30"),
        ("2", "a@example.com", "2024-03-14", "20", "refunded", "20"),
        ("3", "a@example.com", "2024-03-15", "40", "refunded", ""),
    )
    assert revenue_by_order(orders) == {"1": 50.0, "2": 0.0, "3": 0.0}


# --- by rows of their own -------------------------------------------------------------------------


def test_refund_that_names_its_order_lowers_that_one():
    orders = read_rows(
        HEADER,
        ("1", "a@example.com", "2024-03-13", "80"),
        ("2", "a@example.com", "2024-03-20", "50"),
        ("1", "a@example.com", "2024-03-25", "-30"),
    )
    assert revenue_by_order(orders) == {"1": 50.0, "2": 50.0}
    assert orders.table.to_pandas().set_index("order_id").loc["1", "ordered_at"].day == 13
    assert_nothing_vanished(orders)


def test_refund_row_may_stand_before_the_order_it_names():
    orders = read_rows(
        HEADER,
        ("1", "a@example.com", "2024-03-25", "-30"),
        ("1", "a@example.com", "2024-03-13", "80"),
    )
    assert revenue_by_order(orders) == {"1": 50.0}
    assert orders.start.isoformat() == orders.end.isoformat() == "2024-03-13"


def test_refund_that_names_no_known_order_lowers_the_customers_latest_earlier_order():
    orders = read_rows(
        HEADER,
        ("1", "a@example.com", "2024-03-13", "80"),
        ("2", "a@example.com", "2024-03-20", "50"),
        ("3", "b@example.com", "2024-03-21", "70"),
        ("C4", "a@example.com", "2024-03-22", "-30"),
        ("5", "a@example.com", "2024-04-01", "90"),
    )
    assert revenue_by_order(orders) == {"1": 80.0, "2": 20.0, "3": 70.0, "5": 90.0}
    assert_nothing_vanished(orders)


def test_credit_note_on_the_day_of_the_order_lowers_that_order():
    orders = read_rows(
        HEADER,
        ("1", "a@example.com", "2024-03-13", "80"),
        ("2", "a@example.com", "2024-03-20 10:00", "50"),
        ("C3", "a@example.com", "2024-03-20 10:05", "-30"),
    )
    assert revenue_by_order(orders) == {"1": 80.0, "2": 20.0}


def test_refund_without_order_numbers_in_the_file():
    orders = read_rows(
        ("Email", "Date", "Total"),
        ("a@example.com", "2024-03-13", "80"),
        ("a@example.com", "2024-03-20", "50"),
        ("a@example.com", "2024-03-21", "-20"),
    )
    assert sorted(orders.table.to_pandas()["revenue"]) == [30.0, 80.0]


def test_refund_larger_than_its_order_stops_at_zero_and_the_rest_is_reported():
    orders = read_rows(
        HEADER,
        ("1", "a@example.com", "2024-03-13", "80"),
        ("2", "a@example.com", "2024-03-20", "50"),
        ("C3", "a@example.com", "2024-03-22", "-60"),
    )
    found = revenue_by_order(orders)
    assert found == {"1": 80.0, "2": 0.0}
    assert (orders.report.refunded, orders.report.unplaced_refunds) == (50.0, 10.0)


@pytest.mark.parametrize("customer", ["b@example.com", ""])
def test_refund_that_cannot_be_placed_is_reported_with_its_line_and_money(customer):
    orders = read_rows(
        HEADER,
        ("1", "a@example.com", "2024-03-13", "80"),
        ("C2", customer, "2024-03-14", "-30"),
        ("3", "b@example.com", "2024-03-20", "50"),
    )
    assert revenue_by_order(orders) == {"1": 80.0, "3": 50.0}
    (reason,) = orders.report.reasons
    assert reason.first_lines == (3,)
    assert abs(reason.revenue) == pytest.approx(30.0)
    assert_nothing_vanished(orders)
    if customer:
        assert orders.report.unplaced_refunds == pytest.approx(30.0)


def test_refund_rows_marked_by_a_type_column_need_no_minus():
    orders = read_rows(
        (*HEADER, "Type"),
        ("1", "a@example.com", "2024-03-13", "80", "Sale"),
        ("2", "a@example.com", "2024-03-20", "50", "Sale"),
        ("2", "a@example.com", "2024-03-21", "20", "Refund"),
        columns={"status": "Type"},
    )
    assert revenue_by_order(orders) == {"1": 80.0, "2": 30.0}


def test_credit_notes_known_by_their_number():
    """Invoice C3 takes back a mug of invoice 1, line by line, with a negative quantity."""
    orders = read_rows(
        ("InvoiceNo", "CustomerID", "InvoiceDate", "Description", "Quantity", "UnitPrice"),
        ("1", "17850", "2024-03-13", "mug", "3", "10"),
        ("1", "17850", "2024-03-13", "pot", "1", "25"),
        ("C3", "17850", "2024-03-15", "mug", "-1", "10"),
        ("2", "17850", "2024-03-20", "mug", "1", "10"),
    )
    assert revenue_by_order(orders) == {"1": 45.0, "2": 10.0}


def test_negative_line_within_an_order_is_part_of_it():
    orders = read_rows(
        ("Order", "Email", "Date", "Item", "Quantity", "Unit price"),
        ("1", "a@example.com", "2024-03-13", "mug", "2", "10"),
        ("1", "a@example.com", "2024-03-13", "voucher", "1", "-5"),
        ("2", "b@example.com", "2024-03-14", "mug", "1", "10"),
    )
    assert revenue_by_order(orders) == {"1": 15.0, "2": 10.0}


def test_refund_never_becomes_the_customers_last_order():
    orders = read_rows(
        HEADER,
        ("1", "a@example.com", "2024-03-13", "80"),
        ("2", "b@example.com", "2024-03-14", "80"),
        ("C3", "a@example.com", "2024-09-30", "-10"),
    )
    assert orders.end.isoformat() == "2024-03-14"
    assert len(orders.table.to_pandas()) == 2


# --- what is no refund ----------------------------------------------------------------------------


def test_free_order_with_a_total_is_kept():
    orders = read_rows(
        HEADER,
        ("1", "a@example.com", "2024-03-13", "0.00"),
        ("2", "b@example.com", "2024-03-14", "5"),
    )
    assert revenue_by_order(orders) == {"1": 0.0, "2": 5.0}


def test_a_line_of_nothing_makes_no_order_of_a_refund():
    lines = [
        "1,a,2024-01-01,24,tea",
        "R1,a,2024-01-05,-10,tea",
        "R1,a,2024-01-05,0,",
        "2,b,2024-01-02,5,tea",
    ]
    orders = read_orders("\n".join(["Order,Customer,Date,Total,Product", *lines]).encode())
    found = orders.table.to_pandas().set_index("order_id")["revenue"]
    assert found.to_dict() == {"1": 14, "2": 5}
    assert orders.report.refunded == 10
    assert_nothing_vanished(orders)


PARENTS = [
    "order_id,parent_id,date_created,status,total_sales,billing_email",
    *(f"{n},,2024-01-{1 + n:02},wc-completed,100.00,c{n % 5}@x.com" for n in range(20)),
]


def test_a_refund_row_that_names_its_order_needs_no_customer():
    refunds = ["900,3,2024-03-01,wc-completed,-40.00,", "901,7,2024-03-02,wc-completed,-100.00,"]
    orders = read_orders("\n".join([*PARENTS, *refunds]).encode())
    table = orders.table.to_pandas().set_index("order_id")
    assert len(table) == 20
    assert table.loc["3", "revenue"] == 60
    assert table.loc["7", "revenue"] == 0
    assert orders.report.refunded == 140
    assert orders.report.dropped == {}


def test_a_refund_row_comes_off_the_order_it_names_and_not_off_the_latest():
    refund = ["900,0,2024-03-01,wc-completed,-40.00,c0@x.com"]
    table = read_orders("\n".join([*PARENTS, *refund]).encode()).table.to_pandas()
    assert table.set_index("order_id").loc["0", "revenue"] == 60


def test_a_refund_that_names_no_order_of_the_file_is_placed_by_its_customer():
    refund = ["900,4711,2024-03-01,wc-completed,-40.00,c0@x.com"]
    table = read_orders("\n".join([*PARENTS, *refund]).encode()).table.to_pandas()
    assert table.set_index("order_id").loc["15", "revenue"] == 60


def test_a_status_and_a_row_of_the_same_refund_are_one_refund():
    rows = [
        "Order,Email,Date,Status,Total",
        "1,a@x.com,2024-01-01,Refunded,100.00",
        "2,a@x.com,2024-02-01,Paid,80.00",
        "3,a@x.com,2024-02-10,Refund,-100.00",
        "4,b@x.com,2024-02-11,Paid,50.00",
    ]
    orders = read_orders("\n".join(rows).encode())
    table = orders.table.to_pandas().set_index("order_id")
    assert dict(table["revenue"]) == {"1": 0.0, "2": 80.0, "4": 50.0}
    assert (orders.report.refunded, orders.report.unplaced_refunds) == (100, 0)


def test_a_line_with_a_status_of_its_own_gives_back_its_own_amount():
    rows = ["Order,Email,Date,Item status,Line total"]
    for n in range(12):
        rows += [
            f"{n},c{n % 4}@x.com,2024-01-{1 + n:02},{'returned' if n == 2 else 'delivered'},30.00",
            f"{n},c{n % 4}@x.com,2024-01-{1 + n:02},{'returned' if n == 3 else 'delivered'},70.00",
        ]
    table = read_orders("\n".join(rows).encode()).table.to_pandas().set_index("order_id")
    assert (table.loc["2", "revenue"], table.loc["3", "revenue"]) == (70, 30)
    assert table["revenue"].sum() == 1100


def test_credit_notes_of_a_german_shop_come_off_the_orders_they_name():
    lines = [
        "Bestellnr;Datum;E-Mail;Artikel;Menge;Einzelpreis;Gesamt;Status;Ursprungsbestellung",
        *(
            f"B{n};{1 + n % 28:02}.03.2024;k{n % 9}@example.de;Seife;2;24,50;49,00;Bezahlt;"
            for n in range(30)
        ),
        "R1;30.03.2024;;Seife;1;24,50;-24,50;Gutschrift;B3",
    ]
    orders = read_orders("\n".join(lines).encode())
    table = orders.table.to_pandas().set_index("order_id")
    assert len(table) == 30
    assert table.loc["B3", "revenue"] == 24.5
    assert orders.report.refunded == 24.5
    assert orders.report.questions == ()


def test_a_refund_beside_an_order_that_was_refunded_by_a_sum_comes_off_another_order():
    rows = [
        "Order,Email,Date,Status,Total,Refunded amount",
        "1,a@x.com,2024-01-01,refunded,100.00,100.00",
        "2,a@x.com,2024-02-01,paid,80.00,",
        "3,a@x.com,2024-02-10,refunded,-30.00,",
        "4,b@x.com,2024-02-11,paid,50.00,",
    ]
    orders = read_orders("\n".join(rows).encode())
    table = orders.table.to_pandas().set_index("order_id")
    assert dict(table["revenue"]) == {"1": 0.0, "2": 50.0, "4": 50.0}
    assert (orders.report.refunded, orders.report.unplaced_refunds) == (130, 0)


def test_of_two_refund_rows_the_first_is_that_of_the_status():
    rows = [
        "Order,Email,Date,Status,Total",
        "1,a@x.com,2024-01-01,Refunded,100.00",
        "2,a@x.com,2024-02-01,Paid,80.00",
        "3,a@x.com,2024-02-10,Refund,-100.00",
        "5,a@x.com,2024-02-12,Refund,-20.00",
        "4,b@x.com,2024-02-13,Paid,50.00",
    ]
    table = read_orders("\n".join(rows).encode()).table.to_pandas().set_index("order_id")
    assert dict(table["revenue"]) == {"1": 0.0, "2": 60.0, "4": 50.0}


def test_a_refund_without_a_number_comes_off_the_order_of_its_amount():
    header = (*HEADER, "Type")
    rows = [
        ("1", "a@x.com", "2024-01-01", "40", "Invoice"),
        ("2", "a@x.com", "2024-02-01", "25", "Invoice"),
        ("3", "a@x.com", "2024-03-01", "10", "Invoice"),
        ("C1", "a@x.com", "2024-04-01", "-40", "Credit note"),
        ("C2", "a@x.com", "2024-04-02", "-7", "Credit note"),
        ("4", "b@x.com", "2024-01-01", "10", "Invoice"),
    ]
    orders = read_rows(header, *rows)
    assert revenue_by_order(orders) == {"1": 0.0, "2": 25.0, "3": 3.0, "4": 10.0}


# --- by a column of answers, or of what is left ---------------------------------------------------


def priced(column: str, *cells: str):
    """Orders of 50, each with a cell of one further column."""
    rows = [
        (f"{n}", f"c{n}@x.co", f"2024-01-{n + 1:02}", "50.00", cell) for n, cell in enumerate(cells)
    ]
    return read_rows((*HEADER, column), *rows)


def test_a_column_that_answers_yes_takes_the_whole_amount_back():
    orders = priced("Refunded?", "yes", "no", "", "yes")
    assert revenue_by_order(orders) == {"0": 0.0, "1": 50.0, "2": 50.0, "3": 0.0}


def test_what_an_adjusted_total_leaves_is_what_the_order_brought():
    orders = priced("Adjusted total", "30.00", "0", "", "50.00", "70.00")
    assert list(revenue_by_order(orders).values()) == [30.0, 50.0, 50.0, 50.0, 50.0]


@pytest.mark.parametrize(
    "answers", [("yes", "no", "Yes"), ("Ja", "nein", "JA"), ("TRUE", "F", "t")]
)
def test_answers_in_any_mix_of_cases_take_the_whole_amount_back(answers):
    assert list(revenue_by_order(priced("Refunded?", *answers)).values()) == [0.0, 50.0, 0.0]


def test_an_order_cancelled_by_an_answer_in_any_case_is_none():
    orders = priced("Cancelled", "Yes", "no", "", "yes", "NO")
    assert list(revenue_by_order(orders)) == ["1", "2", "4"]


@pytest.mark.parametrize(
    "name",
    [
        "Total after refunds",
        "Net after refunds",
        "Order total (after refund)",
        "current_total_price",
    ],
)
def test_what_is_left_after_refunds_is_what_the_order_brought(name):
    orders = priced(name, "50.00", "30.00", "0.00", "", "50.00", "50.00")
    assert list(revenue_by_order(orders).values()) == [50.0, 30.0, 0.0, 50.0, 50.0, 50.0]


def test_what_is_left_is_the_amount_where_no_other_column_holds_one():
    rows = [
        (f"{n}", f"c{n}@x.co", f"2024-01-{n + 1:02}", cell)
        for n, cell in enumerate(("50.00", "30.00", "0.00"))
    ]
    orders = read_rows((*HEADER[:3], "Total after refunds"), *rows)
    assert list(revenue_by_order(orders).values()) == [50.0, 30.0, 0.0]


@pytest.mark.parametrize(
    "names",
    [
        ("Total", "Refund total", "Total after refunds"),
        ("total_price", "total_refunded", "current_total_price"),
        ("Total before refunds", "Refunds", "Net after refunds"),
    ],
)
def test_a_refund_beside_what_is_left_comes_off_once(names):
    sums = [("50.00", "0.00", "50.00"), ("50.00", "20.00", "30.00"), ("50.00", "50.00", "0.00")]
    rows = [(f"{n}", f"c{n}@x.co", f"2024-01-{n + 1:02}", *row) for n, row in enumerate(sums * 2)]
    orders = read_rows((*HEADER[:3], *names), *rows)
    assert list(revenue_by_order(orders).values()) == [50.0, 30.0, 0.0] * 2
