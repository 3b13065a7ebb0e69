"""Exports of platforms that are not known by name, in many languages, are read by names and values.

Each file holds the same orders of a small shop, as that platform writes them. What must come out
is added up from the shop's own orders: those that were paid, of known customers. A refunded order
stays an order, with revenue 0.
"""

import csv
import datetime as dt
import io
import random
from dataclasses import dataclass, field

import pytest

from retention import DataError, detect_columns, open_sheet, read_orders
from retention.columns.platforms import find_layout

PRODUCTS = (
    ("Mug blue", "Kitchen", 12.5),
    ("Lamp", "Home", 39.9),
    ("Tea 100g", "Food", 7.25),
    ("Scarf", "Wear", 24.0),
    ("Bag", "Wear", 59.0),
)
STATES = ("paid", "shipped", "cancelled", "pending", "refunded")
#: One of so many orders is a guest's.
GUESTS = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of an order."""

    product: str
    category: str
    price: float
    quantity: int
    discount: float

    @property
    def gross(self) -> float:
        return round(self.price * self.quantity, 2)

    @property
    def net(self) -> float:
        return round(self.gross - self.discount, 2)


@dataclass(frozen=True, slots=True)
class Sale:
    """An order of the shop; nobody's where the customer is None."""

    number: int
    customer: int | None
    when: dt.datetime
    pieces: tuple[Piece, ...]
    shipping: float
    state: str

    @property
    def net(self) -> float:
        return round(sum(piece.net for piece in self.pieces), 2)

    @property
    def total(self) -> float:
        return round(self.net + self.shipping, 2)

    @property
    def counts(self) -> bool:
        return self.customer is not None and self.state in ("paid", "shipped", "refunded")


def shop_sales(scale: float) -> list[Sale]:
    """Return the shop's orders; its currency makes prices `scale` times as high."""
    chance = random.Random(5)
    when, sales = dt.datetime(2023, 2, 3, 9, 0), []
    for number in range(150):
        when += dt.timedelta(hours=chance.randint(20, 110), minutes=chance.randint(0, 59))
        pieces = []
        for product, category, price in chance.sample(PRODUCTS, chance.choice([1, 1, 2, 3])):
            quantity = chance.choice([1, 1, 2, 3])
            price = round(price * scale, 2)
            discount = round(price * quantity * 0.1, 2) if chance.random() < 0.2 else 0.0
            pieces.append(Piece(product, category, price, quantity, discount))
        sales.append(
            Sale(
                number=number,
                customer=None if number % GUESTS == 7 else chance.randrange(40),
                when=when,
                pieces=tuple(pieces),
                shipping=round(chance.choice([0, 4.9, 9.5]) * scale, 2),
                state=chance.choices(STATES, [50, 25, 10, 10, 5])[0],
            )
        )
    return sales


@dataclass(frozen=True, slots=True)
class Export:
    """How a platform writes its orders.

    Attributes:
        columns: Name -> how a cell is written; see `cells_of`.
        states: Its words for `STATES`.
        worth: What of an order its amounts say: "total" or "net" (without shipping).
        lines: Whether each line of an order is a row.
        once: Columns that stand on the first row of an order.
        comma: Whether amounts have a decimal comma.
        without: States that the export leaves out.
    """

    columns: dict[str, str]
    states: tuple[str, ...] = ("", "", "", "", "")
    worth: str = "total"
    lines: bool = True
    once: frozenset[str] = field(default_factory=frozenset)
    scale: float = 1
    comma: bool = False
    delimiter: str = ","
    encoding: str = "utf-8"
    without: tuple[str, ...] = ()

    def sales(self) -> list[Sale]:
        return [sale for sale in shop_sales(self.scale) if sale.state not in self.without]

    def data(self) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator="\n")
        writer.writerow(self.columns)
        for sale in self.sales():
            for n, piece in enumerate(sale.pieces if self.lines else sale.pieces[:1]):
                cells = self.cells_of(sale, piece)
                row = {name: how.format(**cells) for name, how in self.columns.items()}
                writer.writerow("" if n and name in self.once else row[name] for name in row)
        return text.getvalue().encode(self.encoding)

    def cells_of(self, sale: Sale, piece: Piece) -> dict[str, object]:
        who = sale.customer
        known = {
            "mail": f"user{who}@mail.com",
            "user": f"buyer_{who}x",
            "name": f"Ana{who} Novak",
            "phone": f"08{12000000 + (who or 0) * 7919}",
            "code": f"{4000 + (who or 0) * 3}",
        }
        amounts = {
            "price": piece.price,
            "gross": piece.gross,
            "discount": piece.discount,
            "line": piece.net,
            "net": sale.net,
            "total": sale.total,
            "shipping": sale.shipping,
            "tax": sale.net * 0.2,
            "fee": sale.total * 0.1,
            "left": sale.total - round(sale.total * 0.1, 2),
            "back": sale.total if sale.state == "refunded" else 0,
        }
        written = {name: f"{number:.2f}" for name, number in amounts.items()}
        if self.comma:
            written = {name: number.replace(".", ",") for name, number in written.items()}
        return {
            **(dict.fromkeys(known, "") if who is None else known),
            **written,
            "number": 7000 + sale.number * 3,
            "when": sale.when,
            "state": self.states[STATES.index(sale.state)],
            "flag": int(sale.state == "refunded"),
            "product": piece.product,
            "category": piece.category,
            "quantity": piece.quantity,
        }


EXPORTS = {
    "Nuvemshop": Export(
        {
            "Número do Pedido": "{number}", "E-mail": "{mail}", "Data": "{when:%d/%m/%Y}",
            "Status do Pedido": "Aberto", "Status do Pagamento": "{state}", "Moeda": "BRL",
            "Subtotal": "{net}", "Desconto": "0", "Valor do Frete": "{shipping}",
            "Total": "{total}", "Nome do comprador": "{name}", "Nome do Produto": "{product}",
            "Valor do Produto": "{price}", "Quantidade Comprada": "{quantity}", "Canal": "Loja",
        },
        ("Confirmado", "Confirmado", "Recusado", "Pendente", "Devolvido"),
        once=frozenset({"Data", "Status do Pedido", "Status do Pagamento", "Total", "Subtotal"}),
        delimiter=";",
    ),
    "Mercado Livre": Export(
        {
            "N.º de venda": "200000{number}", "Data da venda": "{when:%d/%m/%Y %H:%M}",
            "Estado": "{state}", "Unidades": "{quantity}", "Receita por produtos (BRL)": "{net}",
            "Tarifa de venda e impostos (BRL)": "-{fee}", "Receita por envio (BRL)": "{shipping}",
            "Total (BRL)": "{left}", "Título do anúncio": "{product}",
            "Preço unitário de venda do anúncio (BRL)": "{price}", "Comprador": "{name}",
        },
        ("Entregue", "A caminho", "Venda cancelada", "Aguardando pagamento", "Devolvido"),
        worth="net",
        lines=False,
    ),
    "Bukalapak": Export(
        {
            "Tanggal": "{when:%d/%m/%Y}", "ID Transaksi": "23{number}",
            "Username Pembeli": "{user}", "Nama Penerima": "{name}", "Nama Barang": "{product}",
            "Kategori": "{category}", "Jumlah Barang": "{quantity}", "Harga Satuan": "Rp{price}",
            "Biaya Kirim": "Rp{shipping}", "Total Pembayaran": "Rp{total}",
            "Status Transaksi": "{state}",
        },
        ("Selesai", "Dikirim", "Dibatalkan", "Menunggu Pembayaran", "Refund"),
        scale=1000,
    ),
    "EasyStore in Malay": Export(
        {
            "No. Pesanan": "#{number}", "Tarikh Pesanan": "{when:%d/%m/%Y %H:%M}",
            "Nama Pelanggan": "{name}", "E-mel": "{mail}", "Status Pembayaran": "{state}",
            "Nama Produk": "{product}", "Kuantiti": "{quantity}", "Harga Seunit": "{price}",
            "Kos Penghantaran": "{shipping}", "Jumlah Keseluruhan": "RM {total}",
        },
        ("Telah Dibayar", "Telah Dibayar", "Dibatalkan", "Belum Dibayar", "Dipulangkan"),
    ),
    "KiotViet": Export(
        {
            "Mã hóa đơn": "HD{number}", "Thời gian": "{when:%d/%m/%Y %H:%M:%S}",
            "Mã khách hàng": "{code}", "Tên khách hàng": "{name}", "Khách cần trả": "{net}",
            "Trạng thái": "{state}", "Tên hàng": "{product}", "Số lượng": "{quantity}",
            "Đơn giá": "{price}", "Thành tiền": "{line}", "Kênh bán": "Bán trực tiếp",
        },
        ("Hoàn thành", "Đang xử lý", "Đã hủy", "Chờ thanh toán", "Đã hoàn tiền"),
        worth="net",
        scale=1000,
    ),
    "Naver SmartStore": Export(
        {
            "상품주문번호": "9{number}{quantity}{price}", "주문번호": "2023{number}",
            "구매자명": "{name}", "구매자ID": "{user}", "수취인명": "{name}", "주문상태": "{state}",
            "결제일": "{when:%Y-%m-%d %H:%M:%S}", "상품명": "{product}", "수량": "{quantity}",
            "상품가격": "{price}", "최종 상품별 할인액": "{discount}",
            "최종 상품별 총 주문금액": "{line}", "배송비 합계": "{shipping}",
        },
        ("구매확정", "배송완료", "취소완료", "입금대기", "반품완료"),
        worth="net",
        encoding="cp949",
    ),
    "Rakuten": Export(
        {
            "注文番号": "38-{number}", "ステータス": "{state}",
            "注文日時": "{when:%Y/%m/%d %H:%M:%S}", "商品合計金額": "{net}",
            "送料合計": "{shipping}", "請求金額": "{total}",
            "注文者メールアドレス": "{mail}", "注文者都道府県": "東京都",
            "商品名": "{product}", "単価": "{price}", "個数": "{quantity}",
        },
        ("支払手続き済", "発送済", "キャンセル確定", "入金待ち", "返品完了"),
        scale=100,
        encoding="cp932",
    ),
    "Taobao": Export(
        {
            "订单编号": "33{number}", "买家会员名": "{user}", "买家应付货款": "{net}",
            "买家应付邮费": "{shipping}", "总金额": "{total}", "买家实际支付金额": "{total}",
            "订单状态": "{state}", "收货人姓名": "{name}", "联系手机": "{phone}",
            "订单创建时间": "{when:%Y-%m-%d %H:%M:%S}", "宝贝标题": "{product}",
            "退款金额": "{back}",
        },
        ("交易成功", "卖家已发货，等待买家确认", "交易关闭", "等待买家付款", "交易成功"),
        lines=False,
        encoding="gb18030",
    ),
    "InSales": Export(
        {
            "Номер заказа": "{number}", "Дата создания": "{when:%d.%m.%Y %H:%M}",
            "Статус заказа": "{state}", "Покупатель": "{name}", "Электронная почта": "{mail}",
            "Название товара": "{product}", "Количество": "{quantity}", "Цена продажи": "{price}",
            "Стоимость доставки": "{shipping}", "Сумма заказа": "{total}",
        },
        ("Выполнен", "Отправлен", "Отменён", "Ожидает оплаты", "Возврат"),
        comma=True,
        delimiter=";",
        encoding="cp1251",
    ),
    "BaseLinker": Export(
        {
            "Nr zamówienia": "{number}", "Data zamówienia": "{when:%d.%m.%Y %H:%M}",
            "Status": "{state}", "Login klienta": "{user}", "E-mail": "{mail}",
            "Nazwa produktu": "{product}", "Ilość": "{quantity}", "Cena brutto": "{price}",
            "Koszt wysyłki": "{shipping}", "Wartość zamówienia": "{total}", "Waluta": "PLN",
            "Źródło zamówienia": "allegro",
        },
        ("Wysłane", "Zrealizowane", "Anulowane", "Nieopłacone", "Zwrócone"),
        comma=True,
        delimiter=";",
        encoding="cp1250",
    ),
    "Shoptet": Export(
        {
            "code": "2023{number}", "date": "{when:%Y-%m-%d %H:%M:%S}", "statusName": "{state}",
            "currency": "CZK", "email": "{mail}", "billFullName": "{name}",
            "totalPriceWithVat": "{total}", "totalPriceWithoutVat": "{net}",
            "orderItemName": "{product}", "orderItemAmount": "{quantity}",
            "orderItemUnitPriceWithVat": "{price}",
        },
        ("Vyřízena", "Odesláno", "Stornována", "Čeká na platbu", "Vráceno"),
        comma=True,
        delimiter=";",
        encoding="cp1250",
    ),
    "Trendyol": Export(
        {
            "Paket No": "77{number}", "Sipariş Tarihi": "{when:%d-%m-%Y %H:%M}",
            "Kargoya Teslim Tarihi": "{when:%d-%m-%Y}", "Sipariş Numarası": "91{number}",
            "Alıcı": "{name}", "Ürün Adı": "{product}", "Sipariş Statüsü": "{state}",
            "E-Posta": "{mail}", "Komisyon Oranı": "21,5", "Adet": "{quantity}",
            "Birim Fiyatı": "{price}", "Satış Tutarı": "{gross}", "İndirim Tutarı": "{discount}",
            "Faturalanacak Tutar": "{line}", "Müşteri Sipariş Adedi": "3",
        },
        ("Teslim Edildi", "Kargoya Verildi", "İptal Edildi", "Ödeme Bekliyor", "İade Edildi"),
        worth="net",
        comma=True,
        delimiter=";",
    ),
    "a Dutch shop": Export(
        {
            "Bestelnummer": "{number}", "Besteldatum": "{when:%d-%m-%Y}",
            "Bestelstatus": "{state}", "Klant": "{name}", "E-mailadres": "{mail}",
            "Artikelnaam": "{product}", "Aantal": "{quantity}", "Stukprijs": "{price}",
            "Verzendkosten": "{shipping}", "Totaal incl. btw": "{total}", "Btw-bedrag": "{tax}",
        },
        ("Afgerond", "Verzonden", "Geannuleerd", "Wacht op betaling", "Terugbetaald"),
        comma=True,
        delimiter=";",
    ),
    "Shopware": Export(
        {
            "number": "{number}", "orderTime": "{when:%d.%m.%Y %H:%M:%S}",
            "customerEmail": "{mail}", "orderStatus": "In Bearbeitung", "paymentStatus": "{state}",
            "invoiceAmount": "{total}", "invoiceAmountNet": "{net}",
            "invoiceShipping": "{shipping}", "currency": "EUR",
        },
        ("Komplett bezahlt", "Komplett bezahlt", "Storniert", "Offen", "Wiedergutschrift"),
        lines=False,
        comma=True,
        delimiter=";",
    ),
    "Oxatis": Export(
        {
            "N° commande": "{number}", "Date commande": "{when:%d/%m/%Y}", "État": "{state}",
            "Client": "{name}", "Adresse email": "{mail}", "Total HT": "{net}", "TVA": "{tax}",
            "Frais de port": "{shipping}", "Total TTC": "{total}",
        },
        ("Terminée", "Expédiée", "Annulée", "En attente de paiement", "Remboursée"),
        lines=False,
        comma=True,
        delimiter=";",
        encoding="cp1252",
    ),
    "Salla": Export(
        {
            "رقم الطلب": "15{number}", "حالة الطلب": "{state}", "اسم العميل": "{name}",
            "رقم الجوال": "{phone}", "البريد الإلكتروني": "{mail}",
            "تاريخ الطلب": "{when:%Y-%m-%d %H:%M}", "مجموع السلة": "{net}",
            "تكلفة الشحن": "{shipping}", "الضريبة": "{tax}", "إجمالي الطلب": "{total}",
        },
        ("تم التنفيذ", "تم الشحن", "ملغي", "بإنتظار الدفع", "مسترجع"),
        lines=False,
    ),
    "Gumroad": Export(
        {
            "Purchase ID": "p{number}", "Item Name": "{product}", "Buyer Name": "{name}",
            "Purchase Email": "{mail}", "Purchase Date": "{when:%Y-%m-%d}", "Taxes ($)": "0",
            "Sale Price ($)": "{total}", "Fees ($)": "{fee}", "Net Total ($)": "{left}",
            "Refunded?": "{flag}", "Recurring Charge?": "0",
        },
        lines=False,
        without=("cancelled", "pending"),
    ),
    "Recharge": Export(
        {
            "charge_id": "{number}", "charge_date": "{when:%Y-%m-%d %H:%M:%S}",
            "charge_status": "{state}", "charge_type": "CHECKOUT", "customer_id": "{code}",
            "customer_email": "{mail}", "subtotal_price": "{net}", "shipping_price": "{shipping}",
            "total_price": "{total}", "total_refunds": "{back}",
        },
        ("SUCCESS", "SUCCESS", "SKIPPED", "QUEUED", "REFUNDED"),
        lines=False,
    ),
    "no known name": Export(
        {
            "sv1": "A{number}", "sv2": "{mail}", "sv3": "{when:%Y-%m-%d %H:%M}",
            "sv4": "{product}", "sv5": "{line}",
        },
        worth="net",
        without=("cancelled", "pending", "refunded"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("label", EXPORTS)
def test_an_unknown_export_is_read_right(label):
    export = EXPORTS[label]
    sheet = open_sheet(export.data(), name="orders.csv")
    assert find_layout(sheet.columns) is None
    counted = [sale for sale in export.sales() if sale.counts]
    paid = [sale for sale in counted if sale.state != "refunded"]
    orders = read_orders(export.data(), name="orders.csv").table.to_pandas()
    assert len(orders) == len(counted), detect_columns(sheet).columns
    assert orders.customer_id.nunique() == len({sale.customer for sale in counted})
    assert orders.revenue.sum() == pytest.approx(sum(getattr(sale, export.worth) for sale in paid))


@pytest.mark.parametrize(
    "names",
    [
        # Ozon: numbers of orders and of shipments, and nobody.
        ("Номер заказа", "Номер отправления", "Принят в обработку", "Сумма отправления"),
        # Amazon's sale report of India: a style that repeats is no customer.
        ("Order ID", "Style", "Date", "Amount"),
        # A cash register with the way to pay.
        ("Invoice ID", "Payment", "Date", "Total"),
    ],
)
def test_what_repeats_in_a_file_of_known_names_is_not_guessed_to_be_the_customer(names):
    rows = [
        f"{9000 + n},K{n % 40},2024-{1 + n % 12:02}-{1 + n % 28:02},{20 + n % 50}.50"
        for n in range(200)
    ]
    with pytest.raises(DataError, match="looks like the customer"):
        read_orders("\n".join([",".join(names), *rows]).encode(), name="orders.csv")


def test_statuses_that_are_numbers_are_asked_about():
    days = [f"2024-{1 + n % 12:02}-{1 + n % 28:02}" for n in range(200)]
    rows = [f"{9000 + n},u{n % 40}@x.com,{day},{n}.50,{4 + n % 2}" for n, day in enumerate(days)]
    names = "OrderId,BillMailAddress,OrderTime,TotalPrice,OrderStatus"
    report = read_orders("\n".join([names, *rows]).encode(), name="orders.csv").report
    assert {question.about for question in report.questions} == {"4", "5"}
    assert any("whose meaning is not known" in warning for warning in report.warnings)
