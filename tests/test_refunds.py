"""Refunds, cancellations and unpaid orders: never an order, and no money is lost or made up."""

import pytest

from tests.order_files import assert_nothing_vanished, read_rows, rows_dropped

HEADER = ("Order", "Email", "Date", "Total")
STATUS = (*HEADER, "Status")


def revenue_by_order(orders) -> dict[str, float]:
    table = orders.table.to_pandas()
    return dict(zip(table["order_id"], table["revenue"].round(2), strict=True))


def total_reported(orders) -> str:
    return " ".join([*orders.report.dropped, *orders.report.notes]).casefold()


# --- by status ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [
        "cancelled",
        "Canceled",
        "CANCELED",
        "wc-cancelled",
        "voided",
        "Void",
        "failed",
        "Payment failed",
        "declined",
        "pending",
        "Pending payment",
        "awaiting payment",
        "unpaid",
        "expired",
        "abandoned",
        "incomplete",
        "ยกเลิก",
        "ยกเลิกแล้ว",
        "รอชำระเงิน",
        "ที่ต้องชำระ",
        "kanselado",
        "kinansela",
        "nabigo",
    ],
)
def test_status_that_is_no_sale_drops_the_order(state):
    orders = read_rows(
        STATUS,
        ("1", "a@example.com", "2024-03-13", "10", "completed"),
        ("2", "a@example.com", "2024-03-14", "20", state),
        ("3", "b@example.com", "2024-03-15", "30", "completed"),
    )
    assert revenue_by_order(orders) == {"1": 10.0, "3": 30.0}
    (reason,) = orders.report.reasons
    assert (reason.rows, reason.first_lines, reason.revenue) == (1, (3,), pytest.approx(20.0))


@pytest.mark.parametrize(
    "state",
    [
        "completed",
        "Complete",
        "PAID",
        "wc-processing",
        "processing",
        "shipped",
        "Delivered",
        "fulfilled",
        "สำเร็จ",
        "จัดส่งแล้ว",
        "",
        "partially_refunded",
    ],
)
def test_status_of_a_sale_keeps_the_order(state):
    orders = read_rows(
        STATUS,
        ("1", "a@example.com", "2024-03-13", "10", state),
        ("2", "a@example.com", "2024-03-14", "20", "paid"),
    )
    assert revenue_by_order(orders) == {"1": 10.0, "2": 20.0}


def test_status_that_nobody_knows_keeps_the_order_and_says_so():
    orders = read_rows(
        STATUS,
        ("1", "a@example.com", "2024-03-13", "10", "zzyzx"),
        ("2", "a@example.com", "2024-03-14", "20", "paid"),
    )
    assert revenue_by_order(orders) == {"1": 10.0, "2": 20.0}


@pytest.mark.parametrize("state", ["refunded", "Refunded", "wc-refunded", "REFUNDED", "คืนเงินแล้ว", "คืนเงิน"])
def test_refunded_order_stays_an_order_that_brought_nothing(state):
    orders = read_rows(
        STATUS,
        ("1", "a@example.com", "2024-03-13", "10", "paid"),
        ("2", "a@example.com", "2024-03-14", "20", state),
    )
    assert revenue_by_order(orders) == {"1": 10.0, "2": 0.0}
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


@pytest.mark.parametrize(
    ("refund", "left"),
    [("0", 80.0), ("", 80.0), ("30", 50.0), ("-30", 50.0), ("$30.00", 50.0), ("80", 0.0), ("95", 0.0)],
)
def test_refunded_amount_lowers_its_order_never_below_zero(refund, left):
    orders = read_rows(
        (*HEADER, "Refunded Amount"),
        ("1", "a@example.com", "2024-03-13", "80", refund),
        ("2", "a@example.com", "2024-03-14", "20", "0"),
    )
    assert revenue_by_order(orders) == {"1": left, "2": 20.0}
    assert orders.report.dropped == {}


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
        HEADER, ("1", "a@example.com", "2024-03-25", "-30"), ("1", "a@example.com", "2024-03-13", "80")
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
    assert min(found.values()) >= 0
    assert found["2"] == 0.0
    assert found["1"] in (70.0, 80.0)
    if found["1"] == 80.0:
        assert "refund" in total_reported(orders) or "credit" in total_reported(orders)


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


def test_refund_rows_marked_by_a_type_column_need_no_minus():
    orders = read_rows(
        (*HEADER, "Type"),
        ("1", "a@example.com", "2024-03-13", "80", "Sale"),
        ("2", "a@example.com", "2024-03-20", "50", "Sale"),
        ("2", "a@example.com", "2024-03-21", "20", "Refund"),
        columns={"status": "Type"},
    )
    found = revenue_by_order(orders)
    assert found in ({"1": 80.0, "2": 30.0},)


def test_credit_notes_known_by_their_number():
    """Invoice C3 takes back one of the mugs of invoice 1, line by line, with a negative quantity."""
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
        HEADER, ("1", "a@example.com", "2024-03-13", "0.00"), ("2", "b@example.com", "2024-03-14", "5")
    )
    assert revenue_by_order(orders) == {"1": 0.0, "2": 5.0}


def test_identical_rows_without_an_order_number_are_all_real():
    row = ("a@example.com", "2024-03-13", "10")
    orders = read_rows(("Email", "Date", "Total"), row, row, row, ("b@example.com", "2024-03-14", "5"))
    assert sorted(orders.table.to_pandas()["revenue"]) == [5.0, 10.0, 10.0, 10.0]
    assert orders.table.to_pandas()["order_id"].nunique() == 4


def test_rows_of_one_order_number_with_one_total_are_one_order():
    """Line items with the order's total repeated on each."""
    orders = read_rows(
        ("Order ID", "Email", "Date", "Item", "Order total"),
        ("1", "a@example.com", "2024-03-13", "mug", "35"),
        ("1", "a@example.com", "2024-03-13", "pot", "35"),
        ("2", "b@example.com", "2024-03-14", "mug", "10"),
        ("3", "b@example.com", "2024-03-15", "mug", "10"),
    )
    assert revenue_by_order(orders) == {"1": 35.0, "2": 10.0, "3": 10.0}


def test_rows_of_one_order_number_with_line_amounts_add_up():
    orders = read_rows(
        ("Order ID", "Email", "Date", "Item", "Line total"),
        ("1", "a@example.com", "2024-03-13", "mug", "10"),
        ("1", "a@example.com", "2024-03-13", "pot", "25"),
        ("1", "a@example.com", "2024-03-13", "cup", "25"),
        ("2", "b@example.com", "2024-03-14", "mug", "10"),
    )
    assert revenue_by_order(orders) == {"1": 60.0, "2": 10.0}
