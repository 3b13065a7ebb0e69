"""Which column of amounts is what the customer paid."""

import pytest

import retention
from retention.columns.amount_column import is_price_of_one
from retention.sheets.sheet import Sheet


def sheet_of(names: str, row, rows: int = 60) -> Sheet:
    """Return a file of orders; `row(n)` says what stands behind customer and date."""
    lines = [f"c{n % 9}@x.com,2024-{1 + n % 12:02}-{1 + n % 28:02},{row(n)}" for n in range(rows)]
    return retention.open_sheet("\n".join([f"Email,Date,{names}", *lines]).encode())


def detected(names: str, row) -> dict[str, str]:
    return dict(retention.detect_columns(sheet_of(names, row)).columns)


def amount_of(names: str, row) -> str:
    return detected(names, row)["revenue"]


def test_an_amount_before_the_discount_gives_way_to_the_one_after_it():
    def row(n: int) -> str:
        return f"{20 + n}.00,{n % 3}.50,{20 + n - n % 3 - 0.5:.2f}"

    assert amount_of("Price,Discount,Final price (SEK)", row) == "Final price (SEK)"
    assert amount_of("Total Price,Discount,Selling Price", row) == "Selling Price"


def test_a_net_amount_gives_way_to_the_one_with_tax():
    def row(n: int) -> str:
        return f"{20 + n}.00,{(20 + n) / 5:.2f},{(20 + n) * 1.2:.2f}"

    assert amount_of("Net amount,VAT,Sum", row) == "Sum"
    assert amount_of("Tot. netto,Tot. IVA,Tot. documento", row) == "Tot. documento"


def test_words_in_another_order_or_glued_are_the_same_name():
    assert amount_of("amountNet,amountTotal", lambda n: f"{10 + n}.10,{12 + n}.20") == "amountTotal"


PRICES = {"Mug": 5, "Lamp": 20, "Tea": 7}


@pytest.mark.parametrize(
    ("name", "times", "expected"),
    [
        ("Price", False, True),
        ("Price", True, False),
        ("Wholesale Price", False, True),
        ("Harga", True, False),
        ("Total price", False, None),
        ("Amount", False, None),
    ],
)
def test_rows_of_one_and_several_pieces_tell_what_a_price_is_for(name, times, expected):
    def row(n: int) -> str:
        product = list(PRICES)[n % 3]
        pieces = 1 + n // 3 % 3
        return f"{product},{pieces},{PRICES[product] * (pieces if times else 1)}.00"

    sheet = sheet_of(f"Product,Quantity,{name}", row)
    assert is_price_of_one(sheet, name, "Quantity", "Product") is expected


def test_a_price_of_one_is_multiplied_and_a_price_of_all_is_not():
    def row(n: int) -> str:
        return f"Mug,{1 + n % 3},{5 * (1 + n % 3)}.00"

    rows = [f"c@x.com,2024-03-{1 + n:02},{row(n)}" for n in range(28)]
    data = "\n".join(["Email,Date,Product,Quantity,Price", *rows])
    revenue = retention.read_orders(data.encode()).table.revenue.sum().execute()
    assert revenue == sum(5 * (1 + n % 3) for n in range(28))


def test_an_amount_of_goods_alone_gives_way_to_the_one_with_shipping():
    names = "Subtotal,Ongkos Kirim,Total Transaksi"
    assert (
        amount_of(names, lambda n: f"{10 + n}.50,{n % 3}.00,{10 + n + n % 3}.50")
        == "Total Transaksi"
    )


def test_returned_money_is_told_by_what_is_left():
    def row(n: int) -> str:
        back = 5.25 if n % 4 == 0 else 0
        return f"{20 + n}.50,{-back:.2f},{20 + n + 0.5 - back:.2f}"

    for names in ("Gross,Returns,Net", "Sales,Devoluciones,Total"):
        roles = retention.detect_columns(sheet_of(names, row)).columns
        assert (roles["revenue"], roles["refund"]) == tuple(names.split(",")[:2])


def test_pieces_that_came_back_are_no_money():
    roles = retention.detect_columns(
        sheet_of("Total,Returns", lambda n: f"{20 + n}.50,{n % 2}")
    ).columns
    assert "refund" not in roles


def test_a_loose_name_is_what_went_back_or_what_is_left_by_its_cells():
    def left(n: int) -> str:
        return f"{50 + n}.00,{50 + n - 10 * (n % 7 == 0)}.00"

    def back(n: int) -> str:
        return f"{50 + n}.00,{10 * (n % 7 == 0)}.00"

    names = "Total,Shop refund sum"
    assert detected(names, left)["adjusted"] == "Shop refund sum"
    assert detected(names, back)["refund"] == "Shop refund sum"


def test_a_plain_name_of_refunds_is_what_went_back_where_all_of_it_did():
    columns = detected("Total,Refund amount", lambda n: f"{50 + n}.00,{50 + n}.00")
    assert columns["refund"] == "Refund amount"
    assert "adjusted" not in columns
