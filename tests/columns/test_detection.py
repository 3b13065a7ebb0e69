"""Columns are found by names in several languages, and by their values alone."""

import pytest

from retention import read_orders
from tests.support.order_files import assert_same_orders, csv_bytes
from tests.support.plain_orders import (
    DATE,
    EMAIL,
    EXPECTED,
    NEEDED,
    NUMBER,
    ORDER_CELLS,
    TOTAL,
    four_columns,
    mapping_of,
)


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
    mapping = mapping_of(four_columns(header))
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
    rows = [(*row, *OPTIONAL.values()) for row in ORDER_CELLS]
    found = mapping_of(csv_bytes((*needed, *names), rows)).columns
    assert [found.get(role) for role in (*NEEDED, *OPTIONAL)] == [*needed, *names]


def test_an_amount_from_a_german_piece_and_price():
    rows = [(*row[:3], "2", "4,50") for row in ORDER_CELLS]
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
    assert_same_orders(read_orders(four_columns(header, order), name="orders.csv"), EXPECTED)


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


def test_a_column_called_name_is_the_customer_where_the_product_has_another_name():
    rows = [
        f"{900 + n},Invoice,2024-{1 + n % 12:02}-{1 + n % 28:02},Buyer {n % 9},Mug,{10 + n}.50"
        for n in range(60)
    ]
    data = "\n".join(["Document Number,Type,Date,Name,Item,Amount", *rows]).encode()
    assert mapping_of(data).columns["customer_id"] == "Name"
    assert any("'Name' was taken for it" in text for text in read_orders(data).report.warnings)
    # Where no other column names the product, it may be the product's.
    cells = [row.split(",") for row in rows]
    shorter = [",".join([row[0], row[2], row[3], row[5]]) for row in cells]
    without_item = "\n".join(["Document Number,Date,Name,Amount", *shorter])
    assert "customer_id" not in mapping_of(without_item.encode()).columns


@pytest.mark.parametrize("header", ["article_id", "store_id", "session id"])
def test_an_id_of_something_else_numbers_no_orders(header):
    rows = [f"c{n % 9},2024-01-{1 + n % 28:02},{n % 7},{n}.50" for n in range(60)]
    found = mapping_of("\n".join([f"customer_id,date,{header},price", *rows]).encode()).columns
    assert found.get("order_id") in (None, "session id")


def test_what_numbers_orders_is_never_guessed_to_be_the_customer():
    rows = [f"{n // 3},2024-01-{1 + n % 28:02} 10:00,Bread" for n in range(90)]
    found = mapping_of("\n".join(["Transaction,date_time,Item", *rows]).encode()).columns
    assert "customer_id" not in found


@pytest.mark.parametrize("name", ["홍*동", "A*a", "张**", "J*** D***", "김＊"])
def test_a_hidden_name_is_no_customer(name):
    rows = [f"{n},2024-01-{1 + n % 28:02},{name},{n}.50" for n in range(60)]
    found = mapping_of("\n".join(["order id,date,customer,total", *rows]).encode()).columns
    assert "customer_id" not in found


def test_an_account_of_the_shop_is_not_the_customer():
    rows = [f"{n},2024-01-{1 + n % 28:02},Sales,Buyer {n % 9},{n}.50" for n in range(60)]
    header = "Invoice Number,Transaction Date,Account Name,Customer,Amount"
    assert mapping_of("\n".join([header, *rows]).encode()).columns["customer_id"] == "Customer"


def test_a_french_shop_says_whom_it_may_write_to():
    rows = ["Commande;Date;E-mail du client;Total;Inscrit newsletter"]
    rows += [
        f"{n};{1 + n % 28:02}/03/2024;c{n % 30}@exemple.fr;{20 + n},50;{'Oui' if n % 3 else 'Non'}"
        for n in range(90)
    ]
    columns = mapping_of("\n".join(rows).encode()).columns
    assert columns["email"] == "E-mail du client"
    assert columns["consent"] == "Inscrit newsletter"
