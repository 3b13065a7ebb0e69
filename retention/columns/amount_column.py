"""Which column of amounts is what was paid: before a platform's fee, and for all pieces."""

from typing import NamedTuple

import ibis.expr.types as ir
from ibis import _

from retention.cells.money import find_money_style, read_money
from retention.cells.names import plain_name
from retention.sheets.sheet import Sheet

#: Words in the name of a column of what the platform keeps.
FEE_WORDS = frozenset(
    {"fee", "fees", "commission", "commissions", "gebuhr", "gebuhren", "provision", "comision"}
    | {"comisiones", "comissao", "frais", "commissione", "prowizja", "komisi", "komisyon"}
)
#: Words in the name of a tax, and of an amount without it.
TAX_WORDS = frozenset(
    {"tax", "taxes", "vat", "gst", "mwst", "ust", "steuer", "iva", "tva", "btw", "moms", "mva"}
    | {"dph", "podatek", "kdv", "ндс", "пдв", "ддс", "pvm", "pdv", "afa", "φπα", "税", "税額"}
    | {"消費税", "부가세", "ppn", "impuesto", "impuestos", "imposta", "taxa"}
)
NET_WORDS = frozenset(
    {"net", "netto", "nett", "neto", "ht", "excl", "without", "netta", "imponible", "netti"}
)
#: Names, without blanks, of the amount of goods alone.
SUBTOTALS = frozenset(
    {"subtotal", "itemtotal", "aratoplam", "zwischensumme", "subtotaal", "soustotal", "subtotale"}
    | {"sumapartial", "tamtinh", "小計", "소계", "小计", "товаров", "ยอดรวมสินค้า"}
)
#: Words in the name of what the delivery costs.
SHIPPING_WORDS = frozenset(
    {"shipping", "freight", "delivery", "postage", "versand", "versandkosten", "envio", "frete"}
    | {"livraison", "spedizione", "verzendkosten", "verzending", "dostawa", "dostawy", "kargo"}
    | {"ongkir", "ongkos", "pengiriman", "penghantaran", "frakt", "доставка", "доставки", "送料"}
    | {"運費", "运费", "배송비", "vanchuyen", "ค่าจัดส่ง", "الشحن", "التوصيل"}
)
#: Words in the name of money, or pieces, that went back.
RETURN_WORDS = frozenset(
    {"return", "returns", "returned", "refund", "refunds", "refunded", "retouren", "retoure"}
    | {"devoluciones", "devolucion", "devolucoes", "devolucao", "retours", "resi", "zwroty"}
    | {"iade", "iadeler", "retur", "returer", "возвраты", "возврат", "返品", "返金", "반품", "환불"}
    | {"退货", "退款", "退貨", "คืน", "คืนเงิน", "مرتجعات", "المرتجعات", "pengembalian"}
)
#: At least this share of the rows with a fee must add up.
ADD_UP = 0.95
#: Words in the name of a price, and those that say that it is one of all pieces.
PRICE_WORDS = frozenset(
    {"price", "prices", "preis", "precio", "preco", "prix", "prezzo", "prijs", "cena", "fiyat"}
    | {"fiyatı", "harga", "gia", "цена", "ціна", "pris", "hinta", "pret", "cijena", "τιμη", "מחיר"}
    | {"ราคา", "價格", "价格", "価格", "가격", "السعر"}
)
_OF_ALL = frozenset(
    {
        "final",
        "total",
        "paid",
        "sum",
        "line",
        "extended",
        "ext",
        "gesamt",
        "summe",
        "order",
        "zeile",
    }
    | {"pagado", "pago", "totale", "totaal", "razem", "celkem", "toplam", "tong", "итого"}
)
_OF_ONE = frozenset({"wholesale", "retail", "unit", "each", "single", "list", "catalog", "base"})
#: Rows that are looked at, and the fewest of a product in several quantities that tell something.
LOOKED_AT, TELLING = 20_000, 5


def is_price_of_one(sheet: Sheet, price: str, quantity: str, product: str | None) -> bool | None:
    """Return whether a price is that of one piece, by its name and by the rows.

    A product's price is the same for one piece and for several, or it grows with them.

    Args:
        sheet: The file.
        price: The column of prices.
        quantity: The column of pieces.
        product: The column of products; None where the file has none.

    Returns:
        None where neither its name nor the rows say so.
    """
    words = set(plain_name(price).split())
    if not words & PRICE_WORDS or words & _OF_ALL:
        return None
    alike = _price_in_rows(sheet, price, quantity, product) if product else None
    # Without telling rows the words decide, as far as they do.
    return alike if alike is not None else bool(words & _OF_ONE) or None


def _price_in_rows(sheet: Sheet, price: str, quantity: str, product: str) -> bool | None:
    """Return whether more rows of several pieces have the price of one than a multiple of it."""
    table = sheet.table
    cells = table.select(
        **{
            name: table[sheet.column(name_)]
            for name, name_ in (("price", price), ("pieces", quantity), ("product", product))
        }
    ).limit(LOOKED_AT)
    numbers = {
        name: read_money(cells, name, find_money_style(cells, name)) for name in ("price", "pieces")
    }
    rows = cells.select(product=cells["product"], **numbers).filter(_.price > 0, _.pieces > 0)
    ones = rows.filter(rows.pieces == 1).select("product", one=rows.price.round(4)).distinct()
    several = rows.filter(rows.pieces > 1)
    pairs = several.inner_join(ones, "product")
    facts = pairs.aggregate(
        same=((pairs.price - pairs.one).abs() < 0.011).sum().fill_null(0),
        times=((pairs.price - pairs.one * pairs.pieces).abs() < 0.011).sum().fill_null(0),
    )
    counts = facts.execute().iloc[0]
    if max(counts.same, counts.times) < TELLING:
        return None
    return bool(counts.same > counts.times)


def before_fees(sheet: Sheet, amount: str, others: list[str]) -> str:
    """Return the column of what was paid, where the amount has a fee taken off already.

    Args:
        sheet: The file.
        amount: The column that is taken as the amount as a rule.
        others: Other columns whose names say that they are amounts.
    """
    fees = [name for name in sheet.columns if FEE_WORDS & set(plain_name(name).split())]
    fees = [name for name in fees if name != amount]
    for fee in fees:
        for other in others:
            if _adds_up(sheet, other, fee, amount):
                return other
    return amount


def after_discount(sheet: Sheet, amount: str, discount: str, others: list[str]) -> str:
    """Return the column of what was paid, where a discount still comes off the amount.

    Args:
        sheet: The file.
        amount: The column that is taken as the amount as a rule.
        discount: The column of discounts.
        others: Other columns of sums of money, those with the likelier names first.
    """
    return next((other for other in others if _adds_up(sheet, amount, discount, other)), amount)


def with_tax(sheet: Sheet, amount: str, others: list[str]) -> str:
    """Return the column of what was paid, where the amount is named as the net one.

    Args:
        sheet: The file.
        amount: The column that is taken as the amount as a rule.
        others: Other columns of sums of money.
    """
    if not set(plain_name(amount).split()) & NET_WORDS:
        return amount
    taxes = [name for name in sheet.columns if TAX_WORDS & set(plain_name(name).split())]
    for tax in taxes:
        for other in others:
            if other != tax and tax != amount and _adds_up(sheet, other, tax, amount):
                return other
    return amount


def with_shipping(sheet: Sheet, amount: str, others: list[str]) -> str:
    """Return the column of what was paid, where the amount is named as the one of goods alone.

    Args:
        sheet: The file.
        amount: The column that is taken as the amount as a rule.
        others: Other columns whose names say that they are amounts.
    """
    if plain_name(amount).replace(" ", "") not in SUBTOTALS:
        return amount
    shipping = [n for n in sheet.columns if SHIPPING_WORDS & set(plain_name(n).split())]
    for other in others:
        if any(other != cost and _adds_up(sheet, other, cost, amount) for cost in shipping):
            return other
    return amount


class ReturnedMoney(NamedTuple):
    """Columns of what was sold and of what went back of it.

    Attributes:
        sold: The column of what was sold.
        back: The column of the money that went back, above or below zero.
    """

    sold: str
    back: str


def returned_money(sheet: Sheet, amounts: list[str], amount: str) -> ReturnedMoney | None:
    """Return the columns of sales and returns, where a further column is the difference of both.

    Args:
        sheet: The file.
        amounts: Its columns of amounts that play no other role.
        amount: The column that is taken as the amount as a rule: the sales or the difference.

    Returns:
        None where no column named as returned money adds up.
    """
    backs = [n for n in amounts if RETURN_WORDS & set(plain_name(n).split()) and n != amount]
    for back in backs:
        for other in amounts:
            if other in (back, amount):
                continue
            if _adds_up(sheet, amount, back, other):
                return ReturnedMoney(sold=amount, back=back)
            if _adds_up(sheet, other, back, amount):
                return ReturnedMoney(sold=other, back=back)
    return None


def is_what_is_left(sheet: Sheet, amount: str, column: str) -> bool:
    """Return whether a column repeats the amount of most orders, and is lower for the others.

    Args:
        sheet: The file.
        amount: The column of amounts.
        column: A column that may hold what went back of them, or what is left.
    """
    rows = _numbers(sheet, amount=amount, left=column)
    rows = rows.filter((rows.amount > 0) & rows.left.notnull())
    facts = rows.aggregate(
        rows=rows.count(),
        equal=((rows.left - rows.amount).abs() < 0.005).sum().fill_null(0),
        above=(rows.left > rows.amount + 0.005).sum().fill_null(0),
    )
    counts = facts.execute().iloc[0]
    return bool(
        counts["rows"] >= TELLING and counts.equal > counts["rows"] / 2 and not counts.above
    )


def is_mostly_paid(sheet: Sheet, column: str) -> bool:
    """Return whether most amounts of a column are above zero."""
    rows = _numbers(sheet, amount=column)
    paid = rows.aggregate(share=(rows.amount > 0).fill_null(False).mean()).execute()
    return bool(paid["share"].iloc[0] > 0.5)


def _numbers(sheet: Sheet, **columns: str) -> ir.Table:
    """Return columns of the file as numbers, by their new names, of the first rows."""
    table = sheet.table.limit(LOOKED_AT)
    numbers = {}
    for name, column in columns.items():
        key = sheet.column(column)
        numbers[name] = read_money(table, key, find_money_style(table, key))
    return table.select(**numbers)


def _adds_up(sheet: Sheet, paid: str, fee: str, left: str) -> bool:
    """Return whether paid - fee = left on nearly all rows with a fee, of the first rows."""
    rows = _numbers(sheet, paid=paid, fee=fee, left=left)
    rows = rows.filter((rows.fee.abs() > 0.004) & rows.paid.notnull() & rows.left.notnull())
    difference = (rows.paid - rows.fee.abs() - rows.left).abs()
    facts = rows.aggregate(rows=rows.count(), equal=(difference < 0.015).sum().fill_null(0))
    counts = facts.execute().iloc[0]
    return bool(counts["rows"] > 0 and counts.equal >= ADD_UP * counts["rows"])
