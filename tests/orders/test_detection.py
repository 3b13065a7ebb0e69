"""Columns are found by names in several languages, by values, and as the marketer says."""

import pytest

from retention import DataError, build_orders, detect_columns, open_sheet, read_orders
from retention.orders.roles import ROLES
from tests.support.order_files import (
    KEPT,
    assert_same_orders,
    csv_bytes,
    expected_orders,
    plain_table,
    read_rows,
)

EXPECTED = expected_orders(KEPT)
NUMBER, EMAIL, DATE, TOTAL = range(4)
NEEDED = ("order_id", "customer_id", "ordered_at", "revenue")
VALUES = [
    (str(s.number), s.person.email, f"{s.placed:%Y-%m-%d %H:%M:%S}", f"{s.revenue:.2f}")
    for s in KEPT
]


def table(
    header: tuple[str, ...], order: tuple[int, ...] = (NUMBER, EMAIL, DATE, TOTAL), rows=VALUES
) -> bytes:
    """The plain store with its columns in the order given."""
    return csv_bytes(header, [[row[i] for i in order] for row in rows])


def mapping_of(data: bytes):
    return detect_columns(open_sheet(data, name="orders.csv"))


@pytest.mark.parametrize(
    "header",
    [
        ("Order ID", "Email", "Order date", "Total"),
        ("order_number", "customer_email", "created_at", "grand_total"),
        ("OrderNo", "CustomerEmail", "PurchaseDate", "OrderValue"),
        ("Invoice", "E-mail address", "Invoice date", "Amount paid"),
        ("InvoiceNo", "CustomerID", "InvoiceDate", "Revenue"),
        ("Transaction ID", "Client", "Transaction date", "Sales"),
        ("order", "buyer", "purchased on", "price paid"),
        ("ORDER #", " E-MAIL ", "ORDER DATE (dd/mm/yyyy)", "Grand_Total(THB)"),
        ("Receipt number", "Member ID", "Paid at", "Net amount"),
        ("orderNumber", "customerEmail", "createTime", "paidPrice"),
        ("หมายเลขคำสั่งซื้อ", "ชื่อผู้ใช้ (ผู้ซื้อ)", "วันที่ทำการสั่งซื้อ", "จำนวนเงินทั้งหมด"),
        ("เลขที่คำสั่งซื้อ", "อีเมล", "วันที่สั่งซื้อ", "ยอดรวม"),
        ("เลขที่ใบเสร็จ", "รหัสลูกค้า", "วันที่", "ยอดสุทธิ"),
        ("เลขออเดอร์", "ลูกค้า", "วันเวลา", "ยอดขาย"),
        ("Numero ng Order", "Email ng Kostumer", "Petsa ng Order", "Kabuuang Halaga"),
        ("Blg. ng Order", "Kustomer", "Petsa", "Kabuuan"),
        ("Resibo", "Pangalan ng Mamimili", "Araw ng Pagbili", "Halaga"),
    ],
    ids=lambda header: header[1].strip(),
)
def test_names_in_three_languages(header):
    mapping = mapping_of(table(header))
    assert [mapping.columns.get(role) for role in NEEDED] == [name.strip() for name in header]


# A value of each role that an order may have, told by its name alone.
OPTIONAL = {
    "refund": "2.50",
    "discount": "1.20",
    "coupon": "HELLO10",
    "channel": "Instagram",
    "category": "Shoes",
    "product": "Red shoe",
    "region": "Here",
    "quantity": "2",
    "currency": "EUR",
    "status": "ok",
}


@pytest.mark.parametrize(
    ("needed", "names"),
    [
        (
            ("Bestellnummer", "E-Mail", "Bestelldatum", "Gesamtbetrag"),
            ("Erstattung", "Rabatt", "Gutschein", "Kanal", "Kategorie", "Artikel", "Land", "Menge",
             "Währung", "Status"),
        ),
        (
            ("Auftragsnummer", "Kundennummer", "Datum", "Umsatz"),
            ("Rückerstattung", "Rabattbetrag", "Gutscheincode", "Vertriebskanal", "Warengruppe",
             "Produkt", "Versandland", "Stückzahl", "Waehrung", "Bestellstatus"),
        ),
        (
            ("Número de pedido", "Correo electrónico", "Fecha del pedido", "Importe total"),
            ("Importe reembolsado", "Descuento", "Código de descuento", "Canal de venta",
             "Categoría", "Producto", "País de envío", "Cantidad", "Moneda", "Estado del pedido"),
        ),
        (
            ("Numéro de commande", "Adresse e-mail", "Date de commande", "Montant total"),
            ("Montant remboursé", "Remise", "Code promo", "Canal de vente", "Catégorie", "Produit",
             "Pays de livraison", "Quantité", "Devise", "Statut de la commande"),
        ),
        (
            ("หมายเลขคำสั่งซื้อ", "อีเมล", "วันที่สั่งซื้อ", "ยอดรวม"),
            ("จำนวนเงินคืน", "มูลค่าส่วนลด", "รหัสส่วนลด", "ช่องทางการสั่งซื้อ", "หมวดหมู่สินค้า", "ชื่อสินค้า",
             "จังหวัด", "จำนวนชิ้น", "สกุลเงิน", "สถานะคำสั่งซื้อ"),
        ),
        (
            ("Numero ng Order", "Email ng Customer", "Petsa ng Order", "Kabuuang Halaga"),
            ("Ibinalik na halaga", "Halaga ng diskwento", "Code ng diskwento", "Pinagmulan",
             "Uri ng produkto", "Pangalan ng produkto", "Probinsya", "Dami", "Salapi", "Kalagayan"),
        ),
    ],
    ids=["German", "German 2", "Spanish", "French", "Thai", "Filipino"],
)  # fmt: skip
def test_what_an_order_may_have_is_found_in_the_languages_of_what_it_needs(needed, names):
    rows = [(*row, *OPTIONAL.values()) for row in VALUES]
    found = mapping_of(csv_bytes((*needed, *names), rows)).columns
    assert [found.get(role) for role in (*NEEDED, *OPTIONAL)] == [*needed, *names]


def test_an_amount_from_a_german_piece_and_price():
    rows = [(*row[:3], "2", "4,50") for row in VALUES]
    found = mapping_of(
        csv_bytes(("Bestellung", "E-Mail", "Bestelldatum", "Menge", "Einzelpreis"), rows)
    ).columns
    assert (found["quantity"], found["unit_price"], found.get("revenue")) == (
        "Menge",
        "Einzelpreis",
        None,
    )


@pytest.mark.parametrize("header", ["Type", "Order type", "document_type", "Kind", "Vorgang"])
def test_a_column_of_what_each_row_is_tells_refunds(header):
    rows = ["1,a,2024-01-05,sale,50", "2,a,2024-01-09,refund,20", "3,b,2024-01-10,sale,30"]
    orders = read_orders("\n".join([f"order_id,customer,date,{header},amount", *rows]).encode())
    assert orders.table.revenue.sum().to_pyarrow().as_py() == 60
    # Where it says nothing of the kind, it is no status.
    kinds = [
        "1,a,2024-01-05,subscription,50",
        "2,a,2024-01-09,single,20",
        "3,b,2024-01-10,single,30",
    ]
    mapping = mapping_of("\n".join([f"order_id,customer,date,{header},amount", *kinds]).encode())
    assert "status" not in mapping.columns


def test_a_date_or_reason_of_a_refund_is_no_refund_and_no_order_date():
    names = (
        "Bestellnummer",
        "E-Mail",
        "Bestelldatum",
        "Summe",
        "Erstattung Grund",
        "Erstattung Datum",
        "Geburt Datum",
    )
    rows = [(*row, "3", "2024-01-01", "1990-01-01") for row in VALUES]
    found = mapping_of(csv_bytes(names, rows)).columns
    assert "refund" not in found
    assert found["ordered_at"] == "Bestelldatum"


def test_a_voucher_column_of_amounts_is_no_code():
    rows = [(*row, f"{1 + n % 7},50") for n, row in enumerate(VALUES)]
    assert (
        "coupon"
        not in mapping_of(csv_bytes(("Nr", "E-Mail", "Datum", "Summe", "Gutschein"), rows)).columns
    )


def test_columns_that_nothing_is_read_from_are_named():
    header = ("Order ID", "Email", "Order date", "Total")
    rows = [(*row, "x", "y") for row in VALUES]
    notes = read_orders(
        csv_bytes((*header, "Shelf", "Picker"), rows), name="orders.csv"
    ).report.notes
    assert any(
        note.startswith("2 columns are not used: Shelf, Picker. If refunds") for note in notes
    )
    many = [f"Extra {n}" for n in range(15)]
    rows = [(*row, *("x" * 15)) for row in VALUES]
    notes = read_orders(csv_bytes((*header, *many), rows), name="orders.csv").report.notes
    assert any(
        "15 columns are not used: Extra 0, " in note and "Extra 11 and 3 more." in note
        for note in notes
    )
    notes = read_orders(csv_bytes(header, VALUES), name="orders.csv").report.notes
    assert not any("not used" in note for note in notes)


@pytest.mark.parametrize(
    ("header", "order"),
    [
        (("c1", "c2", "c3", "c4"), (NUMBER, EMAIL, DATE, TOTAL)),
        (("A", "B", "C", "D"), (TOTAL, DATE, EMAIL, NUMBER)),
        (("1", "2", "3", "4"), (DATE, TOTAL, NUMBER, EMAIL)),
        (("x", "x2", "?", "…"), (EMAIL, NUMBER, TOTAL, DATE)),
    ],
)
def test_values_alone_are_enough(header, order):
    assert_same_orders(read_orders(table(header, order), name="orders.csv"), EXPECTED)


def test_values_alone_tell_customer_numbers_that_return_from_order_numbers_that_do_not():
    rows = [
        (
            str(90_000 + i),
            f"C-{100 + i * 7 % 60}",
            f"2024-{1 + i % 12:02}-{1 + i % 28:02}",
            f"{10 + i * 37 % 90}.50",
        )
        for i in range(300)
    ]
    orders = read_orders(csv_bytes(("f1", "f2", "f3", "f4"), rows), name="orders.csv")
    found = orders.table.to_pandas()
    assert len(found) == 300
    assert set(found["customer_id"]) == {f"C-{100 + i}" for i in range(60)}
    assert found["revenue"].sum() == pytest.approx(sum(float(row[3]) for row in rows))


def test_a_file_without_column_names_loses_no_order():
    data = b"".join(csv_bytes(row, []) for row in VALUES)
    assert_same_orders(read_orders(data, name="orders.csv"), EXPECTED)


DECOYS = {
    "phone": ("Phone", lambda i: f"0812{i * 7919 % 1_000_000:06}"),
    "postcode": ("Zip", lambda i: f"{10000 + i * 31 % 9000}"),
    "birthday": ("Date of birth", lambda i: f"{1950 + i % 50}-0{1 + i % 9}-11"),
    "delivered": ("Delivered at", lambda i: "2025-01-15 10:00:00"),
    "fee": ("Processing fee", lambda i: f"{1 + i % 5}.35"),
    "shipping": ("Shipping", lambda i: "4.95"),
    "tax": ("Tax", lambda i: f"{i % 9}.10"),
    "subtotal": ("Subtotal", lambda i: f"{5 + i}.00"),
    "points": ("Loyalty points", lambda i: str(i * 10)),
    "user agent": ("Browser", lambda i: "Mozilla/5.0"),
    "address": ("Billing address", lambda i: f"{i} Harbour Rd"),
    "row": ("", lambda i: str(i)),
    "total items": ("Total items", lambda i: str(1 + i % 3)),
    "campaign": ("Email campaign", lambda i: "spring"),
    "seller": ("Seller email", lambda i: "shop@example.com"),
}


@pytest.mark.parametrize("decoy", DECOYS)
@pytest.mark.parametrize("first", [True, False])
def test_columns_that_look_alike_are_left_alone(decoy, first):
    name, value = DECOYS[decoy]
    header = ("Order ID", "Email", "Order date", "Total")
    rows = [(value(i), *row) if first else (*row, value(i)) for i, row in enumerate(VALUES)]
    mapping = mapping_of(csv_bytes((name, *header) if first else (*header, name), rows))
    assert [mapping.columns.get(role) for role in NEEDED] == list(header)


@pytest.mark.parametrize("first", [True, False])
def test_all_the_look_alikes_at_once_are_left_alone(first):
    header = ["Order ID", "Email", "Order date", "Total"]
    names = [name for name, _ in DECOYS.values()]
    decoys = [[value(i) for _, value in DECOYS.values()] for i in range(len(VALUES))]
    rows = [
        [*decoy, *row] if first else [*row, *decoy]
        for row, decoy in zip(VALUES, decoys, strict=True)
    ]
    data = csv_bytes([*names, *header] if first else [*header, *names], rows)
    assert_same_orders(read_orders(data, name="orders.csv"), EXPECTED)


def test_duplicate_names_are_told_apart():
    data = table(("Order ID", "Email", "Date", "Date"), (NUMBER, EMAIL, DATE, DATE))
    sheet = open_sheet(data, name="orders.csv")
    assert len(set(sheet.columns)) == 4
    assert sheet.columns[:3] == ("Order ID", "Email", "Date")


def test_optional_columns_are_found_and_carried():
    header = (
        "Order",
        "Customer",
        "Date",
        "Total",
        "Discount",
        "Channel",
        "Country",
        "Product",
        "Category",
        "Coupon",
    )
    rows = [
        (
            "1",
            "a@example.com",
            "2024-03-13",
            "10",
            "2",
            "Instagram",
            "TH",
            "Mug",
            "Kitchen",
            "HELLO",
        ),
        ("2", "a@example.com", "2024-04-13", "20", "0", "Web", "TH", "Pot", "Kitchen", ""),
        ("3", "b@example.com", "2024-05-13", "30", "0", "Web", "PH", "Tote", "Fashion", ""),
    ]
    table = read_rows(header, *rows).table.to_pandas().sort_values("order_id")
    assert list(table["channel"]) == ["Instagram", "Web", "Web"]
    assert list(table["region"]) == ["TH", "TH", "PH"]
    assert list(table["product"]) == ["Mug", "Pot", "Tote"]
    assert list(table["category"]) == ["Kitchen", "Kitchen", "Fashion"]
    assert list(table["discount"]) == [2.0, 0.0, 0.0]
    assert table["coupon"].iloc[0] == "HELLO"


def test_columns_that_the_file_lacks_are_not_in_the_table():
    columns = set(read_orders(table(("Order ID", "Email", "Order date", "Total"))).table.columns)
    assert {"order_id", "customer_id", "ordered_at", "revenue"} <= columns
    assert not columns & {
        "discount",
        "channel",
        "region",
        "product",
        "category",
        "coupon",
        "quantity",
    }


# --- corrections ----------------------------------------------------------------------------------


def test_a_correction_wins_over_detection():
    data = csv_bytes(
        ("Order ID", "Email", "Order date", "Total", "Household"),
        [(*row, f"H{i % 3}") for i, row in enumerate(VALUES)],
    )
    orders = read_orders(data, {"customer_id": "Household"}, name="orders.csv")
    assert set(orders.table.to_pandas()["customer_id"]) == {"H0", "H1", "H2"}
    assert len(orders.table.to_pandas()) == len(VALUES)


def test_all_columns_named_by_hand():
    header = ("f1", "f2", "f3", "f4")
    columns = {"order_id": "f1", "customer_id": "f2", "ordered_at": "f3", "revenue": "f4"}
    assert_same_orders(read_orders(table(header), columns, name="orders.csv"), EXPECTED)


def test_a_role_set_to_none_is_not_used():
    data = csv_bytes(
        ("Order ID", "Email", "Order date", "Total", "Refunded amount"),
        [(*row, "1000000") for row in VALUES],
    )
    assert read_orders(data, name="orders.csv").table.to_pandas()["revenue"].sum() == 0
    assert_same_orders(read_orders(data, {"refund": None}, name="orders.csv"), EXPECTED)


def test_a_column_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(DataError, match="Paid at") as error:
        read_orders(
            table(("Order ID", "Email", "Order date", "Total")),
            {"ordered_at": "Paid at"},
            name="o.csv",
        )
    assert "Order date" in str(error.value)


def test_an_unknown_role_is_refused():
    with pytest.raises(DataError, match="customer_name") as error:
        read_orders(
            table(("Order ID", "Email", "Order date", "Total")),
            {"customer_name": "Email"},
            name="o.csv",
        )
    assert "customer_id" in str(error.value)


def test_the_mapping_may_be_corrected_as_often_as_wanted_on_one_sheet():
    header, rows = plain_table()
    sheet = open_sheet(csv_bytes(header, rows), name="orders.csv")
    mapping = detect_columns(sheet)
    wrong = mapping.with_columns(customer_id="Product")
    assert wrong.columns["customer_id"] == "Product"
    assert mapping.columns["customer_id"] == "Email"
    assert build_orders(sheet, wrong).table.to_pandas()["customer_id"].nunique() == len(
        {row[3] for row in rows}
    )
    assert_same_orders(build_orders(sheet, mapping), EXPECTED)
    assert "order_id" not in mapping.with_columns(order_id=None).columns


def test_a_needed_role_taken_away_is_asked_for():
    header, rows = plain_table()
    sheet = open_sheet(csv_bytes(header, rows), name="orders.csv")
    for role, word in {
        "customer_id": "customer",
        "ordered_at": "date",
    }.items():
        with pytest.raises(DataError, match=f"(?i){word}"):
            build_orders(sheet, detect_columns(sheet).with_columns(**{role: None}))
    priced = detect_columns(sheet).with_columns(revenue=None, quantity=None, unit_price="Total")
    with pytest.raises(DataError, match="amount"):
        build_orders(sheet, priced)


def test_a_date_column_given_for_money_is_refused_with_an_example():
    with pytest.raises(DataError) as error:
        read_orders(
            table(("Order ID", "Email", "Order date", "Total")),
            {"revenue": "Email"},
            name="orders.csv",
        )
    assert "Email" in str(error.value)


def test_no_customer_column_is_refused_with_the_columns_found():
    data = csv_bytes(
        ("Order ID", "Order date", "Total"), [(row[0], row[2], row[3]) for row in VALUES]
    )
    with pytest.raises(DataError, match=r"(?i)customer") as error:
        read_orders(data, name="orders.csv")
    assert "Order date" in str(error.value) or "Order ID" in str(error.value)


def test_roles_are_described_for_the_page():
    assert {
        "customer_id",
        "ordered_at",
        "revenue",
        "order_id",
        "refund",
        "status",
        "currency",
    } <= set(ROLES)
    assert {name for name, role in ROLES.items() if role.required} == {
        "customer_id",
        "ordered_at",
        "revenue",
    }
    for role in ROLES.values():
        assert role.label
        assert role.help


# --- customers ------------------------------------------------------------------------------------


def customers_of(*ids: str) -> list[str]:
    """The customers found where each id bought once, on days of their own."""
    rows = [(str(i), customer, f"2024-03-{1 + i:02}", "10.00") for i, customer in enumerate(ids)]
    orders = read_rows(("Order", "Customer ID", "Order date", "Total"), *rows)
    return list(orders.table.to_pandas().sort_values("ordered_at")["customer_id"])


def test_customer_number_read_as_a_fraction_is_the_number():
    assert customers_of("17850.0", "17850", " 17850 ", "13047.00") == [
        "17850",
        "17850",
        "17850",
        "13047",
    ]


def test_guests_are_nobody_rather_than_one_big_customer():
    guests = [
        "",
        "0",
        "0.0",
        " ",
        "guest",
        "Guest",
        "GUEST",
        "n/a",
        "N/A",
        "NULL",
        "None",
        "nan",
        "-",
        "anonymous",
    ]
    guests += ["Walk-in", "#N/A", "ลูกค้าทั่วไป"]
    rows = [
        (str(i), customer, "2024-03-13", "10.00")
        for i, customer in enumerate(["7", *guests, "8", "7"])
    ]
    orders = read_rows(("Order", "Customer ID", "Order date", "Total"), *rows)
    assert sorted(orders.table.to_pandas()["customer_id"]) == ["7", "7", "8"]
    (reason,) = orders.report.reasons
    assert "customer" in reason.reason.casefold()
    assert (reason.rows, reason.first_lines[:2]) == (len(guests), (3, 4))
    assert reason.revenue == pytest.approx(10.0 * len(guests))


def test_emails_compare_without_case_and_blanks():
    assert (
        customers_of(
            "Ann@Example.com", " ann@example.com", "ANN@EXAMPLE.COM ", "\u00a0ann@example.com\u200b"
        )
        == ["ann@example.com"] * 4
    )


def test_leading_zeros_of_customer_codes_stay():
    assert customers_of("00123", "00124", "00123") == ["00123", "00124", "00123"]


def test_long_customer_numbers_keep_every_digit():
    assert customers_of("90071992547409931", "90071992547409932") == [
        "90071992547409931",
        "90071992547409932",
    ]
