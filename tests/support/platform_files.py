"""A market stall of twelve orders, written the way further platforms' exports write it.

Every amount can be checked by hand: the numbers that must come out stand in the tests. The exact
columns of each file stand in platform_columns.json. A column that a row does not name stays
empty. Where a header has a name twice, the first column of that name is filled.
"""

import csv
import io
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from openpyxl import Workbook, load_workbook

from tests.support.order_files import csv_bytes

COLUMNS: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "platform_columns.json").read_text(encoding="utf-8")
)["columns"]

Row = dict[str, object]
State = Literal["paid", "shipped", "cancelled", "unpaid"]


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces of one product at a price each."""

    product: str
    pieces: int
    price: int

    @property
    def cost(self) -> int:
        return self.pieces * self.price


@dataclass(frozen=True, slots=True)
class Order:
    """One order of the stall; money in whole units."""

    number: int
    buyer: str
    placed: datetime
    lines: tuple[Line, ...]
    shipping: int = 0
    percent_off: int = 0
    state: State = "paid"
    refunded: int = 0

    @property
    def discount(self) -> float:
        return sum(map(self.line_discount, self.lines))

    @property
    def total(self) -> float:
        return sum(line.cost for line in self.lines) - self.discount + self.shipping

    def line_discount(self, line: Line) -> float:
        return line.cost * self.percent_off / 100

    @property
    def is_refunded(self) -> bool:
        return self.refunded > 0 and self.refunded == self.total


CREAM, SOAP, MASK = ("Hand cream", 100), ("Soap bar", 40), ("Face mask", 50)


def _line(product: tuple[str, int], pieces: int = 1) -> Line:
    return Line(product[0], pieces, product[1])


MARKET = (
    Order(1, "ann", datetime(2025, 1, 5, 9, 30), (_line(CREAM, 2), _line(MASK)), 30, 10),
    Order(2, "ben", datetime(2025, 1, 14, 20, 5), (_line(SOAP, 3),), 30),
    Order(3, "ann", datetime(2025, 2, 3, 11, 0), (_line(CREAM), _line(SOAP)), refunded=40),
    Order(4, "cat", datetime(2025, 2, 17, 8, 15), (_line(MASK),), 30, state="cancelled"),
    Order(5, "dan", datetime(2025, 3, 9, 23, 50), (_line(CREAM, 2),), state="unpaid"),
    Order(
        6,
        "ben",
        datetime(2025, 3, 21, 13, 0),
        (_line(CREAM), _line(MASK), _line(SOAP, 2)),
        percent_off=10,
    ),
    Order(7, "cat", datetime(2025, 4, 2, 10, 10), (_line(SOAP),), 30, refunded=70),
    Order(8, "ann", datetime(2025, 4, 28, 17, 45), (_line(MASK, 2),), 30),
    Order(9, "", datetime(2025, 5, 6, 12, 0), (_line(CREAM),)),
    Order(10, "dan", datetime(2025, 5, 15, 7, 20), (_line(CREAM), _line(MASK, 2)), 0, 10),
    Order(11, "eve", datetime(2025, 6, 1, 19, 0), (_line(SOAP),), state="shipped"),
    Order(12, "ben", datetime(2025, 6, 30, 15, 40), (_line(CREAM),)),
)
# On a marketplace every buyer has an account.
MARKETPLACE = tuple(order for order in MARKET if order.buyer)


def table(layout: str, rows: Iterable[Row]) -> list[list[object]]:
    """The rows as cells in the order of the layout's columns."""
    columns = COLUMNS[layout]
    cells = []
    for row in rows:
        unknown = set(row) - set(columns)
        assert not unknown, f"{layout} has no columns {unknown}"
        line: list[object] = [""] * len(columns)
        for name, cell in row.items():
            line[columns.index(name)] = cell
        cells.append(line)
    return cells


def csv_file(layout: str, rows: Iterable[Row], delimiter: str = ",") -> bytes:
    return csv_bytes(COLUMNS[layout], table(layout, rows), delimiter, "utf-8-sig")


def workbook(layout: str, rows: Iterable[Row], sheet: str = "orders") -> bytes:
    """The rows as an Excel workbook, all cells text as these platforms write them."""
    book = Workbook()
    page = book.active
    page.title = sheet
    page.append(COLUMNS[layout])
    for cells in table(layout, rows):
        page.append([str(cell) for cell in cells])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def without(data: bytes, names: Collection[str]) -> bytes:
    """The file without the columns of these names."""
    if data.startswith(b"PK"):
        book = load_workbook(io.BytesIO(data))
        page = book.active
        for position in range(page.max_column, 0, -1):
            if page.cell(1, position).value in names:
                page.delete_cols(position)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()
    text = data.decode("utf-8-sig")
    delimiter = ";" if text.split("\r\n", 2)[-2].count(";") > 5 else ","
    lines = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    header = next(line for line in lines if set(names) & set(line))
    kept = [position for position, name in enumerate(header) if name not in names]
    text_out = io.StringIO()
    writer = csv.writer(text_out, delimiter=delimiter)
    writer.writerows(
        [line[position] for position in kept if position < len(line)] for line in lines
    )
    return text_out.getvalue().encode()


def amount(value: float) -> str:
    return f"{value:.2f}"


def _username(order: Order) -> str:
    return f"{order.buyer}_{sum(map(ord, order.buyer))}"


def email(order: Order) -> str:
    return f"{order.buyer}@mail.example" if order.buyer else ""


# --- marketplaces ---------------------------------------------------------------------------------

TIKTOK_ENGLISH = {
    "paid": "Completed", "shipped": "Shipped", "cancelled": "Canceled", "unpaid": "Unpaid",
}  # fmt: skip
TIKTOK_INDONESIAN = {
    "paid": "Selesai", "shipped": "Dikirim", "cancelled": "Dibatalkan", "unpaid": "Belum dibayar",
}  # fmt: skip
TIKTOK_VIETNAMESE = {
    "paid": "Đã hoàn tất", "shipped": "Đã vận chuyển", "cancelled": "Đã hủy",
    "unpaid": "Chưa thanh toán",
}  # fmt: skip


def tiktok(
    statuses: dict[State, str] = TIKTOK_ENGLISH,
    stamp: str = "%m/%d/%Y %I:%M:%S %p",
    layout: str = "tiktok",
) -> bytes:
    """Order amounts on every row, a tab behind texts, and a row that explains the columns."""
    explained = {
        "Order ID": "Platform unique order ID.",
        "Order Status": "Current order status.",
        "Product Name": "Platform product name.",
        "Quantity": "SKU sold quantity in the order.",
        "Order Amount": "Order paid amount. It includes all the seller revenue and fees",
        "Created Time": "Order created time.",
        "Cancelled Time": "Order cancelled time.",
        "Buyer Username": "Buyer username.",
    }
    rows: list[Row] = [dict(explained)]
    for order in MARKETPLACE:
        placed = f"{order.placed.strftime(stamp)}\t"
        for line in order.lines:
            discount = order.line_discount(line)
            rows.append(
                {
                    "Order ID": f"5791{order.number:014}\t",
                    "Order Status": statuses[order.state],
                    "Order Substatus": statuses[order.state],
                    "Normal or Pre-order": "Normal",
                    "SKU ID": f"1730{line.price:014}\t",
                    "Product Name": line.product,
                    "Variation": "Default",
                    "Quantity": line.pieces,
                    "Sku Quantity of return": 0,
                    "SKU Unit Original Price": amount(line.price),
                    "SKU Subtotal Before Discount": amount(line.cost),
                    "SKU Platform Discount": amount(0),
                    "SKU Seller Discount": amount(discount),
                    "SKU Subtotal After Discount": amount(line.cost - discount),
                    "Shipping Fee After Discount": amount(order.shipping),
                    "Order Amount": amount(order.total),
                    "Order Refund Amount": amount(order.refunded) if order.refunded else "",
                    "Created Time": placed,
                    "Paid Time": "\t" if order.state == "unpaid" else placed,
                    "Cancelled Time": placed if order.state == "cancelled" else "\t",
                    "Buyer Username": _username(order),
                    "Recipient": f"{order.buyer[0].upper()}**** ***",
                    "Phone #": "(+63)917*****00",
                    "Country": "Philippines",
                    "Province": "Metro Manila",
                    "Payment Method": "Cash on delivery",
                    "Product Category": "Beauty",
                }
            )
    return csv_file(layout, rows)


def tiktok_settlement() -> bytes:
    """One row an order, and nobody who bought it."""
    return csv_file(
        "tiktok_settlement",
        (
            {
                "Order/adjustment ID": f"5791{order.number:014}",
                "Type": "Order",
                "Order created time": f"{order.placed:%Y/%m/%d}",
                "Order settled time": f"{order.placed:%Y/%m/%d}",
                "Currency": "PHP",
                "Total settlement amount": amount(order.total * 0.9),
                "Total Revenue": amount(order.total),
                "Customer payment": amount(order.total),
            }
            for order in MARKETPLACE
            if order.state == "paid"
        ),
    )


@dataclass(frozen=True, slots=True)
class Shopee:
    """What the file of one country calls its columns and statuses."""

    layout: str
    order: str
    status: str
    placed: str
    product: str
    price: str
    pieces: str
    discount: str
    total: str
    buyer: str
    statuses: dict[State, str]
    others: dict[str, str] = field(default_factory=dict)
    money: Callable[[float], str] = amount
    discount_is_the_orders: bool = False


def _without_cents(value: float) -> str:
    """Amounts of Indonesia are ten thousand times those of the stall: 1.500.000."""
    return f"{value * 10_000:,.0f}".replace(",", ".")


def _decimal_comma(value: float) -> str:
    return amount(value).replace(".", ",")


SHOPEE = {
    "Philippines": Shopee(
        "shopee_philippines", "Order ID", "Order Status", "Order Creation Date", "Product Name",
        "Deal Price", "Quantity", "Price Discount(from Seller)(PHP)", "Grand Total",
        "Username (Buyer)",
        {"paid": "Completed", "shipped": "Shipping", "cancelled": "Cancelled", "unpaid": "Unpaid"},
        {"Receiver Name": "M****4", "Phone Number": "63*******07", "Zip Code": "11**"},
    ),
    "Malaysia": Shopee(
        "shopee_malaysia", "Order ID", "Order Status", "Order Creation Date", "Product Name",
        "Deal Price", "Quantity", "Seller Discount", "Grand Total", "Username (Buyer)",
        {"paid": "Order Received", "shipped": "To ship", "cancelled": "Cancelled",
         "unpaid": "Unpaid"},
        {"Receiver Name": "L****i", "Phone Number": "******51"},
    ),
    "Thailand": Shopee(
        "shopee_thailand", "หมายเลขคำสั่งซื้อ", "สถานะการสั่งซื้อ", "วันที่ทำการสั่งซื้อ", "ชื่อสินค้า",
        "ราคาขาย", "จำนวน", "โค้ดส่วนลดชำระโดยผู้ขาย", "จำนวนเงินทั้งหมด", "ชื่อผู้ใช้ (ผู้ซื้อ)",
        {"paid": "สำเร็จแล้ว", "shipped": "ผู้ซื้อได้รับสินค้าแล้ว แต่ยังสามารถขอคืนเงิน/คืนสินค้าได้จนถึง 2025-07-04",
         "cancelled": "ยกเลิกแล้ว", "unpaid": "ยังไม่ชำระ"},
        {"ชื่อผู้รับ": "ส******", "หมายเลขโทรศัพท์": "******18", "จังหวัด": "จังหวัดเชียงใหม่"},
        discount_is_the_orders=True,
    ),
    "Indonesia": Shopee(
        "shopee_indonesia", "No. Pesanan", "Status Pesanan", "Waktu Pesanan Dibuat", "Nama Produk",
        "Harga Setelah Diskon", "Jumlah", "Diskon Dari Penjual", "Total Pembayaran",
        "Username (Pembeli)",
        {"paid": "Selesai", "shipped": "Sedang Dikirim", "cancelled": "Batal",
         "unpaid": "Belum Bayar"},
        {"Nama Penerima": "B******i", "No. Telepon": "******92"},
        money=_without_cents,
    ),
    "Vietnam": Shopee(
        "shopee_vietnam", "Mã đơn hàng", "Trạng Thái Đơn Hàng", "Ngày đặt hàng", "Tên sản phẩm",
        "Giá gốc", "Số lượng", "Mã giảm giá của Shop", "Tổng số tiền người mua thanh toán",
        "Người Mua",
        {"paid": "Hoàn thành", "shipped": "Đang giao", "cancelled": "Đã hủy",
         "unpaid": "Chờ thanh toán"},
        {"Tên Người nhận": "N******h", "Số điện thoại": "******47"},
        discount_is_the_orders=True,
    ),
    "Taiwan": Shopee(
        "shopee_taiwan", "訂單編號", "訂單狀態", "訂單成立日期", "商品名稱", "商品活動價格", "數量",
        "賣場優惠券", "買家總支付金額", "買家帳號",
        {"paid": "已完成", "shipped": "待出貨", "cancelled": "不成立", "unpaid": "尚未付款"},
        {"收件者姓名": "王**"},
        discount_is_the_orders=True,
    ),
    "Brazil": Shopee(
        "shopee_brazil", "ID do pedido", "Status do pedido", "Data de criação do pedido",
        "Nome do Produto", "Preço acordado", "Quantidade", "Desconto do vendedor", "Total global",
        "Nome de usuário (comprador)",
        {"paid": "Concluído", "shipped": "A Enviar", "cancelled": "Cancelado",
         "unpaid": "Não pago"},
        {"Nome do destinatário": "N****a", "UF": "PE"},
        money=_decimal_comma,
    ),
}  # fmt: skip


def shopee(country: str) -> bytes:
    """Order amounts on every row; names and phones are masked."""
    names = SHOPEE[country]
    rows: list[Row] = []
    for order in MARKETPLACE:
        for line in order.lines:
            discount = order.discount if names.discount_is_the_orders else order.line_discount(line)
            rows.append(
                {
                    names.order: f"2501{order.number:02}K{order.number * 7919:07}",
                    names.status: names.statuses[order.state],
                    names.placed: f"{order.placed:%Y-%m-%d %H:%M}",
                    names.product: line.product,
                    names.price: names.money(line.price),
                    names.pieces: line.pieces,
                    names.discount: names.money(discount),
                    names.total: names.money(order.total),
                    names.buyer: _username(order),
                    **names.others,
                }
            )
    return workbook(names.layout, rows)


LAZADA = {
    "paid": "confirmed",
    "shipped": "ready_to_ship",
    "cancelled": "canceled",
    "unpaid": "unpaid",
}
LAZADA_OLDER = {
    "orderItemId": "Order Item Id", "sellerSku": "Seller SKU", "lazadaSku": "Lazada SKU",
    "createTime": "Created at", "orderNumber": "Order Number", "customerName": "Customer Name",
    "customerEmail": "Customer Email", "paidPrice": "Paid Price", "unitPrice": "Unit Price",
    "sellerDiscountTotal": "Seller Discount Total", "shippingFee": "Shipping Fee",
    "itemName": "Item Name", "status": "Status", "shippingCity": "Shipping City",
}  # fmt: skip


def lazada(*, is_masked: bool = False, is_older: bool = False) -> bytes:
    """One row a piece with amounts of its own; a buyer without an e-mail is masked."""
    rows: list[Row] = []
    for order in MARKETPLACE:
        pieces = [line for line in order.lines for _ in range(line.pieces)]
        for position, line in enumerate(pieces):
            discount = order.line_discount(line) / line.pieces
            is_back = order.refunded > 0 and position == len(pieces) - 1
            row: Row = {
                "orderItemId": f"71{order.number:06}{position:03}",
                "sellerSku": line.product.upper(),
                "lazadaSku": f"{line.price}_PH",
                "createTime": f"{order.placed:%d %b %Y %H:%M}",
                "orderNumber": f"71{order.number:06}",
                "customerName": f"{order.buyer[0].upper()}*********{order.buyer[-1]}",
                "customerEmail": "" if is_masked else email(order),
                "shippingCity": "Metro Manila~Manila",
                "paidPrice": amount(line.price - discount),
                "unitPrice": amount(line.price),
                "sellerDiscountTotal": amount(-discount),
                "shippingFee": amount(order.shipping if position == 0 else 0),
                "itemName": line.product,
                "status": "Package Returned" if is_back else LAZADA[order.state],
                "refundAmount": amount(line.price) if is_back else "",
            }
            if is_older:
                row = {
                    LAZADA_OLDER[name]: cell for name, cell in row.items() if name in LAZADA_OLDER
                }
            rows.append(row)
    return workbook("lazada_older" if is_older else "lazada", rows, "sheet1")


EBAY_GERMAN = {
    "Sales Record Number": "Verkaufsprotokollnummer", "Order Number": "Bestellnummer",
    "Buyer Username": "Nutzername des Käufers", "Buyer Name": "Name des Käufers",
    "Item Number": "Artikelnummer", "Item Title": "Angebotstitel", "Quantity": "Anzahl",
    "Sold For": "Verkauft für", "Shipping And Handling": "Verpackung und Versand",
    "Total Price": "Gesamtbetrag", "Sale Date": "Verkauft am", "Paid On Date": "Zahlungsdatum",
}  # fmt: skip


def _ebay_rows(day: Callable[[datetime], str], money: Callable[[float], str]) -> list[Row]:
    """A row for the whole order, which has no item, above the rows of several items."""
    rows: list[Row] = []
    for order in MARKETPLACE:
        every: Row = {
            "Sales Record Number": 1000 + order.number,
            "Order Number": f"{order.number:02}-12000-54000",
            "Buyer Username": _username(order),
            "Sale Date": day(order.placed),
            "Paid On Date": "" if order.state in ("cancelled", "unpaid") else day(order.placed),
        }
        whole: Row = {
            "Buyer Name": f"Buyer {order.buyer}",
            "Quantity": sum(line.pieces for line in order.lines),
            "Sold For": money(order.total - order.shipping),
            "Shipping And Handling": money(order.shipping),
            "Total Price": money(order.total),
        }
        items: list[Row] = [
            {
                "Item Number": 252457504000 + line.price,
                "Item Title": line.product,
                "Quantity": line.pieces,
                "Sold For": money(line.price),
            }
            for line in order.lines
        ]
        if len(items) == 1:
            rows.append(every | items[0] | whole)
        else:
            rows += [every | whole, *(every | item for item in items)]
    return rows


def _framed(layout: str, rows: list[Row], footer: str, delimiter: str = ",") -> bytes:
    """A row of delimiters above and below the header, a count of the records at the end."""
    text = csv_file(layout, [{}, *rows], delimiter).decode("utf-8-sig")
    empty = delimiter * (len(COLUMNS[layout]) - 1)
    return f"\ufeff{empty}\r\n{text}\r\n{footer}".encode()


def ebay() -> bytes:
    rows = [
        row
        | {"Buyer Email": "0f4243a@members.ebay.com", "Ship To Country": "US", "Tax Status": "Yes"}
        for row in _ebay_rows(lambda day: f"{day:%b-%d-%y}", lambda value: f"${amount(value)}")
    ]
    footer = (
        "11,record(s) downloaded, from Jan-01-25 00:00:00 to Jul-31-25\r\nSeller ID : stall\r\n"
    )
    return _framed("ebay", rows, footer)


def _german_day(day: datetime) -> str:
    months = ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun")
    return f"{day.day:02}-{months[day.month - 1]}-{day:%y}"


def ebay_german() -> bytes:
    rows = [
        {EBAY_GERMAN[name]: cell for name, cell in row.items()}
        for row in _ebay_rows(_german_day, lambda value: f"{_decimal_comma(value)} €")
    ]
    return _framed("ebay_german", rows, "11;Datensätze heruntergeladen\r\n", ";")


# --- shops ----------------------------------------------------------------------------------------


def wix() -> bytes:
    """Order amounts on every row; a guest of the till has no e-mail."""
    statuses = {"paid": "Paid", "shipped": "Paid", "cancelled": "Voided", "unpaid": "Unpaid"}
    rows: list[Row] = []
    for order in MARKET:
        status = statuses[order.state]
        if order.refunded:
            status = "Refunded" if order.is_refunded else "Partially Refunded"
        rows += [
            {
                "Order number": 10000 + order.number,
                "Date created": f"{order.placed:%b} {order.placed.day}, {order.placed.year}",
                "Time": f"{order.placed:%I:%M:%S %p}".removeprefix("0"),
                "Total order quantity": sum(item.pieces for item in order.lines),
                "Contact email": email(order),
                "Item": line.product,
                "Qty": line.pieces,
                "Quantity refunded": 0,
                "Price": amount(line.price),
                "Delivery country": "DEU",
                "Delivery state": "DE-BE",
                "Delivery city": "Berlin",
                "Billing name": f"{order.buyer.title()} Wix",
                "Payment status": status,
                "Coupon code": "SPRING10" if order.percent_off else "",
                "Shipping rate": order.shipping,
                "Total": amount(order.total),
                "Currency": "EUR",
                "Refunded amount": amount(order.refunded),
                "Net amount": amount(order.total - order.refunded),
                "Fulfillment status": "Fulfilled",
            }
            for line in order.lines
        ]
    return csv_file("wix", rows)


def ecwid() -> bytes:
    """One row an order, under the names of the interface."""
    statuses = {
        "paid": "PAID", "shipped": "PAID", "cancelled": "CANCELLED", "unpaid": "AWAITING_PAYMENT",
    }  # fmt: skip
    rows: list[Row] = []
    for order in MARKET:
        status = statuses[order.state]
        if order.refunded:
            status = "REFUNDED" if order.is_refunded else "PARTIALLY_REFUNDED"
        rows.append(
            {
                "id": f"XJ{order.number:04}",
                "orderNumber": order.number,
                "subtotal": amount(order.total - order.shipping),
                "total": amount(order.total),
                "email": email(order),
                "paymentStatus": status,
                "fulfillmentStatus": "SHIPPED" if order.state == "paid" else "AWAITING_PROCESSING",
                "createDate": f"{order.placed:%Y-%m-%d %H:%M:%S} +0000",
                "updateDate": "2025-07-01 00:00:00 +0000",
                "discount": amount(order.discount),
                "refundedAmount": amount(order.refunded) if order.refunded else "",
                "acceptMarketing": "true" if order.buyer == "ann" else "false",
            }
        )
    return csv_file("ecwid", rows)


PRESTASHOP_ENGLISH = {
    "paid": "Delivered", "shipped": "Processing in progress", "cancelled": "Canceled",
    "unpaid": "Awaiting bank wire payment", "refunded": "Refunded",
}  # fmt: skip


def prestashop(statuses: dict[str, str] = PRESTASHOP_ENGLISH) -> bytes:
    """One row an order, semicolons, and a customer who is a letter and a family name."""
    return csv_file(
        "prestashop",
        (
            {
                "ID": order.number,
                "Reference": f"XKBKN{order.number:04}",
                "New client": int(order.number in (1, 2, 4, 5, 11)),
                "Delivery": "France",
                "Customer": f"{order.buyer[0].upper()}. {order.buyer.upper()}SON",
                "Total": f"€{amount(order.total)}",
                "Payment": "Bank transfer",
                "Status": statuses["refunded" if order.is_refunded else order.state],
                "Date": f"{order.placed:%Y-%m-%d %H:%M:%S}",
            }
            for order in MARKETPLACE
        ),
        ";",
    )


def prestashop_sql() -> bytes:
    """The table of orders as the SQL Manager writes it: a status is a number."""
    states = {"paid": 5, "shipped": 3, "cancelled": 6, "unpaid": 10}
    return csv_file(
        "prestashop_sql",
        (
            {
                "id_order": order.number,
                "reference": f"XKBKN{order.number:04}",
                "id_customer": sum(map(ord, order.buyer)),
                "current_state": 7 if order.is_refunded else states[order.state],
                "payment": "Bank transfer",
                "total_discounts_tax_incl": f"{order.discount:.6f}",
                "total_paid_tax_incl": f"{order.total:.6f}",
                "total_paid_real": f"{order.total:.6f}",
                "total_shipping_tax_incl": f"{order.shipping:.6f}",
                "date_add": f"{order.placed:%Y-%m-%d %H:%M:%S}",
            }
            for order in MARKETPLACE
        ),
        ";",
    )


# --- invoices -------------------------------------------------------------------------------------


def _company(order: Order) -> str:
    return f"{order.buyer.title()} & Sons"


def zoho_invoices() -> bytes:
    """One row a line; the totals stand on each, and the customer's number has 19 digits."""
    statuses = {"paid": "Closed", "shipped": "PartiallyPaid", "cancelled": "Void", "unpaid": "Sent"}
    rows: list[Row] = []
    for order in MARKETPLACE:
        rows += [
            {
                "Invoice Date": f"{order.placed:%Y-%m-%d}",
                "Invoice ID": 4271668000000077000 + order.number,
                "Invoice Number": f"INV-{order.number:06}",
                "Invoice Status": statuses[order.state],
                "Customer Name": _company(order),
                # What a spreadsheet makes of the number: the same for all.
                "Customer ID": "4.27167E+18",
                "Due Date": f"{order.placed:%Y-%m-%d}",
                "Currency Code": "INR",
                "Exchange Rate": 1,
                "Entity Discount Amount": 0,
                "Item Name": line.product,
                "Quantity": line.pieces,
                "Item Price": amount(line.price),
                "Discount": order.percent_off,
                "Discount Amount": amount(order.line_discount(line)),
                "Item Total": amount(line.cost - order.line_discount(line)),
                "SubTotal": amount(order.total - order.shipping),
                "Total": amount(order.total),
                "Balance": amount(order.total if order.state == "unpaid" else 0),
                "Shipping Charge": amount(order.shipping),
                "Billing Country": "India",
            }
            for line in order.lines
        ]
    return csv_file("zoho_invoices", rows)


def zoho_sales_orders() -> bytes:
    """One row a line; an open sales order is one that is confirmed."""
    statuses = {"paid": "invoiced", "shipped": "open", "cancelled": "void", "unpaid": "draft"}
    rows: list[Row] = []
    for order in MARKETPLACE:
        rows += [
            {
                "Order Date": f"{order.placed:%Y-%m-%d}",
                "SalesOrder Number": f"SO-{order.number:05}",
                "Status": statuses[order.state],
                "Customer Name": _company(order),
                "Currency Code": "INR",
                "Exchange Rate": 1,
                "Item Name": line.product,
                "QuantityOrdered": line.pieces,
                "QuantityInvoiced": line.pieces,
                "Item Price": amount(line.price),
                "Discount": order.percent_off,
                "Discount Amount": amount(order.line_discount(line)),
                "Item Total": amount(line.cost - order.line_discount(line)),
                "SubTotal": amount(order.total - order.shipping),
                "Total": amount(order.total),
                "Shipping Charge": amount(order.shipping),
                "Billing Country": "India",
            }
            for line in order.lines
        ]
    return csv_file("zoho_sales_orders", rows)


def stripe_invoices() -> bytes:
    """One row an invoice; open is not paid yet."""
    statuses = {"paid": "paid", "shipped": "paid", "cancelled": "void", "unpaid": "open"}
    rows: list[Row] = []
    for order in MARKETPLACE:
        is_paid = statuses[order.state] == "paid"
        rows.append(
            {
                "id": f"in_{order.number * 7919:x}",
                "Amount Due": amount(order.total),
                "Billing": "charge_automatically",
                "Closed": str(is_paid).lower(),
                "Currency": "usd",
                "Customer": f"cus_{order.buyer}",
                "Customer Name": _company(order),
                "Date (UTC)": f"{order.placed:%Y-%m-%d %H:%M}",
                "Number": f"8D2C-{order.number:04}",
                "Paid": str(is_paid).lower(),
                "Subscription": f"sub_{order.buyer}" if order.buyer == "ann" else "",
                "Subtotal": amount(order.total + order.discount),
                "Total Discount Amount": amount(order.discount),
                "Applied Coupons": "SPRING10" if order.percent_off else "",
                "Total": amount(order.total),
                "Amount Paid": amount(order.total if is_paid else 0),
                "Status": statuses[order.state],
                "Period End (UTC)": f"{order.placed:%Y-%m-%d %H:%M}",
            }
        )
    uncollectible = rows[-1] | {"id": "in_lost", "Number": "8D2C-9999", "Status": "uncollectible"}
    return csv_file("stripe_invoices", [*rows, uncollectible])


def xero() -> bytes:
    """One row a line, and a credit note with a number of its own for what went back."""
    statuses = {
        "paid": "Paid", "shipped": "Paid", "cancelled": "Deleted", "unpaid": "Awaiting Payment",
    }  # fmt: skip
    rows: list[Row] = []
    for order in MARKETPLACE:
        invoice: Row = {
            "ContactName": _company(order),
            # The accountant's address, which two customers share.
            "EmailAddress": "office@books.example" if order.buyer in ("ben", "cat") else "",
            "POCountry": "New Zealand",
            "InvoiceNumber": f"INV-{order.number:04}",
            "InvoiceDate": f"{order.placed:%d/%m/%Y}",
            "Total": amount(order.total),
            "InvoiceAmountPaid": amount(order.total if order.state == "paid" else 0),
            "Currency": "NZD",
            "Type": "Sales invoice",
            "Sent": "Sent",
            "Status": statuses[order.state],
        }
        lines: list[Row] = [
            {
                "Description": line.product,
                "Quantity": f"{line.pieces:.4f}",
                "UnitAmount": f"{line.price:.4f}",
                "Discount": amount(order.percent_off) if order.percent_off else "",
                "LineAmount": amount(line.cost - order.line_discount(line)),
            }
            for line in order.lines
        ]
        rows += [invoice | line for line in lines]
        if order.refunded:
            note: Row = {
                "InvoiceNumber": f"CN-{order.number:04}",
                "InvoiceDate": f"{order.placed + timedelta(days=3):%d/%m/%Y}",
                "Total": amount(order.refunded),
                "Type": "Sales credit note",
                "Description": "Returned goods",
                "Quantity": "1.0000",
                "UnitAmount": f"{order.refunded:.4f}",
                "LineAmount": amount(order.refunded),
            }
            rows.append(invoice | note)
    bill = rows[-1] | {"InvoiceNumber": "B-1", "Type": "Bill", "ContactName": "Soap Mill"}
    return csv_file("xero", [*rows, bill])


STALL = "stall@shop.example"


def paypal() -> bytes:
    """One row a movement: payments, refunds, items of the cart, withdrawals, conversions."""
    statuses = {"paid": "Completed", "shipped": "Completed", "cancelled": "Canceled",
                "unpaid": "Pending"}  # fmt: skip
    rows: list[Row] = []
    for order in MARKETPLACE:
        is_recurring = order.number == 12
        payment = _movement(
            order.placed,
            "PreApproved Payment Bill User Payment" if is_recurring else "Express Checkout Payment",
            order.total,
            f"TX{order.number:015}",
        ) | {
            "Name": f"{order.buyer.title()} Payer",
            "Status": statuses[order.state],
            "From Email Address": email(order),
            "To Email Address": STALL,
            "Item Title": ", ".join(line.product for line in order.lines),
            "Reference Txn ID": "B-5TY33456" if is_recurring else "",
            "Country Code": "US",
        }
        if order.refunded and not order.is_refunded:
            payment["Status"] = "Partially Refunded"
        rows.append(payment)
        if len(order.lines) > 1:
            rows += [
                payment
                | {
                    "Type": "Shopping Cart Item",
                    "Gross": amount(line.cost),
                    "Item Title": line.product,
                    "Quantity": line.pieces,
                    "Balance Impact": "Memo",
                }
                for line in order.lines
            ]
        if order.refunded:
            later = order.placed + timedelta(days=40)
            refund = _movement(later, "Payment Refund", -order.refunded, f"RF{order.number:015}")
            rows.append(
                refund
                | {
                    "Name": f"{order.buyer.title()} Payer",
                    "From Email Address": STALL,
                    "To Email Address": email(order),
                    "Reference Txn ID": f"TX{order.number:015}",
                }
            )
    end = datetime(2025, 6, 30, 23, 0)
    rows += [
        _movement(end, "General Withdrawal", -900, "WD1") | {"From Email Address": STALL},
        _movement(end, "General Currency Conversion", 45, "CC1"),
        _movement(end, "Account Hold for Open Authorization", -20, "AH1")
        | {"From Email Address": STALL},
        _movement(end, "Reversal of General Account Hold", 20, "AH2")
        | {"From Email Address": STALL},
    ]
    return csv_file("paypal", rows)


def _movement(moment: datetime, kind: str, gross: float, number: str) -> Row:
    return {
        "Date": f"{moment:%m/%d/%Y}",
        "Time": f"{moment:%H:%M:%S}",
        "TimeZone": "PDT",
        "Type": kind,
        "Status": "Completed",
        "Currency": "USD",
        "Gross": f"{gross:,.2f}",
        "Fee": amount(-abs(gross) * 0.03),
        "Net": f"{gross - abs(gross) * 0.03:,.2f}",
        "Transaction ID": number,
        "Balance Impact": "Credit" if gross > 0 else "Debit",
    }


GERMAN = dict(zip(COLUMNS["paypal"], COLUMNS["paypal_german"], strict=True))
GERMAN_CELLS = {
    "Express Checkout Payment": "PayPal Express-Zahlung",
    "PreApproved Payment Bill User Payment": "Website-Zahlung",
    "Shopping Cart Item": "Warenkorbartikel",
    "Payment Refund": "Rückzahlung",
    "General Withdrawal": "Allgemeine Abbuchung",
    "General Currency Conversion": "Allgemeine Währungsumrechnung",
    "Account Hold for Open Authorization": "Einbehaltung für offene Autorisierung",
    "Reversal of General Account Hold": "Rückbuchung allgemeiner Einbehaltung",
    "Completed": "Abgeschlossen",
    "Partially Refunded": "Teilweise zurückgezahlt",
    "Canceled": "Storniert",
    "Pending": "Ausstehend",
    "Credit": "Haben",
    "Debit": "Soll",
}


def paypal_german() -> bytes:
    """The same with German columns, words, dates and decimal commas."""
    text = paypal().decode("utf-8-sig")
    header, *lines = csv.reader(io.StringIO(text))
    rows: list[Row] = []
    for line in lines:
        row = {name: GERMAN_CELLS.get(cell, cell) for name, cell in zip(header, line, strict=True)}
        month, day, year = row["Date"].split("/")
        row["Date"] = f"{day}.{month}.{year}"
        for name in ("Gross", "Fee", "Net"):
            row[name] = row[name].translate(str.maketrans(",.", ".,"))
        rows.append({GERMAN[name]: cell for name, cell in row.items() if cell})
    return csv_file("paypal_german", rows)


def _report(layout: str, title: str, rows: Iterable[Row], total: float) -> bytes:
    """A report of QuickBooks: titles above, a total and the time of day below."""
    width = len(COLUMNS[layout])
    out = io.StringIO()
    writer = csv.writer(out)
    for above in ("Corner Stall Co", title, "January 1-June 30, 2025"):
        writer.writerow([above, *[""] * (width - 1)])
    out.write("\r\n")
    writer.writerow(COLUMNS[layout])
    writer.writerows(table(layout, rows))
    sums = ["TOTAL", *[""] * (width - 1)]
    sums[COLUMNS[layout].index("Amount")] = f"${total:,.2f}"
    writer.writerow(sums)
    out.write("\r\n\r\n\r\n")
    writer.writerow(["Accrual Basis Tuesday, July 1, 2025 09:30 PM GMT-04:00", *[""] * (width - 1)])
    return out.getvalue().encode()


def _quickbooks_documents() -> list[tuple[Order, str, str, datetime, float]]:
    """Invoices with their payments, credit memos for what went back, and an estimate."""
    documents = []
    for order in MARKETPLACE:
        later = order.placed + timedelta(days=5)
        kind = "Estimate" if order.state in ("cancelled", "unpaid") else "Invoice"
        if order.number == 12:
            kind = "Sales Receipt"
        documents.append((order, kind, f"{1000 + order.number}", order.placed, order.total))
        if kind == "Invoice":
            documents.append((order, "Payment", "", later, -order.total))
        if order.refunded:
            number = f"{1000 + order.number}R"
            documents.append((order, "Credit Memo", number, later, -order.refunded))
    return documents


def _american_day(moment: datetime) -> str:
    return f"{moment.month}/{moment.day}/{moment.year}"


def quickbooks_transactions() -> bytes:
    rows: list[Row] = [
        {
            "Date": _american_day(moment),
            "Transaction type": kind,
            "Num": number,
            "Posting (Y/N)": "Yes",
            "Name": _company(order),
            "Account name": "Accounts Receivable (A/R)",
            "Split": "Sales",
            "Amount": amount(total),
        }
        for order, kind, number, moment, total in _quickbooks_documents()
    ]
    bought = {
        "Date": "6/30/2025", "Posting (Y/N)": "Yes", "Name": "Soap Mill", "Amount": amount(99),
    }  # fmt: skip
    rows += [bought | {"Transaction type": kind} for kind in ("Bill", "Expense", "Check")]
    return _report("quickbooks_transactions", "Transaction List by Date", rows, 0)


def quickbooks_invoices() -> bytes:
    rows: list[Row] = [
        {
            "Date": _american_day(moment),
            "Transaction type": kind,
            "Num": number,
            "Name": _company(order),
            "Due date": _american_day(moment + timedelta(days=30)),
            "Amount": f"{total:,.2f}",
            "Open balance": amount(0),
        }
        for order, kind, number, moment, total in _quickbooks_documents()
        if kind in ("Invoice", "Sales Receipt", "Credit Memo")
    ]
    return _report("quickbooks_invoices", "Invoice List by Date", rows, 1162)


def quickbooks_sales(*, with_customer: bool) -> bytes:
    """Rows below a heading for each customer, which alone names them unless a column does."""
    layout = "quickbooks_sales_with_customer" if with_customer else "quickbooks_sales"
    names = COLUMNS[layout]
    _, day, kind_name, number_name, buyer_or_product, text, pieces, price, _, _ = names
    rows: list[Row] = []
    for buyer in dict.fromkeys(order.buyer for order in MARKETPLACE):
        documents = [d for d in _quickbooks_documents() if d[0].buyer == buyer]
        rows.append({"": f"{buyer.title()} & Sons"})
        for order, kind, number, moment, total in documents:
            if kind in ("Payment", "Estimate"):
                continue
            row: Row = {day: _american_day(moment), kind_name: kind, number_name: number}
            row[buyer_or_product] = _company(order) if with_customer else order.lines[0].product
            if kind == "Credit Memo":
                rows.append(row | {text: "Returned goods", "Amount": amount(total)})
                continue
            rows += [
                row
                | {
                    text: line.product,
                    pieces: line.pieces,
                    price: amount(line.price),
                    "Amount": amount(line.cost - order.line_discount(line)),
                }
                for line in order.lines
            ]
            if order.shipping:
                rows.append(row | {text: "Shipping", "Amount": amount(order.shipping)})
        rows.append({"": f"Total for {buyer.title()} & Sons", "Amount": f"${amount(1)}"})
    return _report(layout, "Sales by Customer Detail", rows, 1162)
