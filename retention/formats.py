"""What the columns of an order export can be for, and the names that shops give them."""

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """What a column is for. label and help are shown to the marketer; names: usual column names, best first."""

    label: str
    help: str
    names: tuple[str, ...]
    never: tuple[str, ...] = ()
    required: bool = False


ROLES: dict[str, Role] = {
    "customer_id": Role(
        "Customer",
        "Who bought: an e-mail address or a customer number. The same value must always mean the same person.",
        (
            "customer email", "billing email", "email billing", "buyer email", "email address", "e mail", "email",
            "contact email", "user email", "client email", "customer e mail", "mail", "อีเมลลูกค้า", "อีเมล",
            "email ng customer", "email ng mamimili", "customer id", "customer no", "customer number",
            "customer code", "customer key", "customerid", "cust id", "client id", "client no", "user id", "userid",
            "member id", "member no", "buyer user id", "buyer id", "account id", "account number", "shopper id",
            "contact id", "person id", "customer reference id", "รหัสลูกค้า", "หมายเลขลูกค้า", "รหัสสมาชิก",
            "เลขสมาชิก", "numero ng customer", "id ng customer", "id ng mamimili", "id ng kliyente", "customer",
            "cust", "client", "buyer", "member", "user", "shopper", "ลูกค้า", "ผู้ซื้อ", "สมาชิก", "mamimili",
            "kliyente", "kustomer", "suki", "parokyano", "customer phone", "billing phone", "phone billing",
            "phone number", "mobile", "phone", "เบอร์โทรลูกค้า", "เบอร์โทรศัพท์", "เบอร์โทร", "telepono",
            "username", "buyer username", "customer name", "buyer name", "bill to name", "client name", "full name",
            "ชื่อลูกค้า", "ชื่อผู้ซื้อ", "pangalan ng customer", "pangalan ng mamimili", "pangalan ng kliyente",
            "kundennummer", "kunden nr", "kundennr", "kunden id", "kunde", "e mail adresse", "kundenname",
            "correo electronico", "correo", "numero de cliente", "id cliente", "cliente", "courriel", "adresse e mail",
            "numero client", "id client", "nom du client",
        ),
        ("note", "message", "group", "country", "city", "type", "segment", "since", "accepts", "currency", "tax",
         "consent", "orders", "agent", "ip", "store", "seller", "staff", "vendor", "shop", "status", "verified"),
        required=True,
    ),
    "ordered_at": Role(
        "Order date",
        "The day (and time) of the order on the shop's own calendar.",
        (
            "order date", "ordered at", "order created at", "order time", "order datetime", "order created date",
            "order creation date", "order create time", "create time", "created time", "date ordered", "order placed",
            "placed at", "created at", "created date utc",
            "created utc", "date created", "created date", "created on", "created", "creation date",
            "purchase date", "purchase time", "purchased at", "purchased on", "date of purchase", "sale date",
            "sales date", "date of sale",
            "invoice date", "transaction date", "transaction time", "payment date", "paid at", "paid date",
            "paid time", "order paid time", "date", "datetime", "timestamp", "day", "bought at", "bought on",
            "วันที่สั่งซื้อ", "วันที่ทำการสั่งซื้อ", "วันเวลาที่สั่งซื้อ", "วันที่", "วันที่ขาย", "วันที่ชำระเงิน",
            "วันเวลาที่ชำระเงิน", "วันเวลา", "petsa ng order", "petsa ng pagbili", "petsa ng benta", "petsa ng bili",
            "petsa",
            "bestelldatum", "rechnungsdatum", "auftragsdatum", "kaufdatum", "datum", "fecha de pedido",
            "fecha de compra", "fecha", "date de commande", "date d achat",
        ),
        ("shipped", "ship", "delivery", "delivered", "birth", "updated", "modified", "due", "expiration", "expiry",
         "expires", "cancelled", "canceled", "refund", "refunded", "deposit", "fulfilled", "registered", "dispute",
         "evidence", "last", "first", "estimated", "joined", "closed", "return"),
        required=True,
    ),
    "revenue": Role(
        "Amount paid",
        "What the order (or the line) brought in. Not needed where quantity and unit price are given.",
        (
            "order total", "order total inc tax", "order total amount", "total order amount", "grand total",
            "grand total base", "total paid", "amount paid", "paid amount", "price paid", "paid price",
            "total amount", "total collected",
            "net sales", "total price", "total sales", "net amount", "order amount", "order value", "order revenue",
            "total revenue", "net revenue", "net total", "line total", "order line total", "revenue", "sales amount",
            "sales", "amount", "total", "invoice total", "invoice amount", "payment amount", "transaction amount",
            "purchase amount", "spend", "gross sales", "turnover", "subtotal", "order subtotal", "sub total",
            "item price", "line price", "price", "value", "money", "dollars", "ยอดชำระเงิน", "ยอดชำระ", "ยอดสุทธิ",
            "ยอดรวมสุทธิ", "ยอดสั่งซื้อ", "ยอดรวม", "ยอดขาย", "ยอดเงิน", "จำนวนเงินทั้งหมด", "จำนวนเงิน", "ราคารวม",
            "รวมทั้งสิ้น", "มูลค่า", "ราคา", "kabuuang halaga", "kabuuang bayad", "kabuuan", "halaga ng order",
            "halagang binayaran", "halaga", "bayad", "benta", "presyo",
            "gesamtbetrag", "bestellwert", "rechnungsbetrag", "gesamtsumme", "gesamtpreis", "umsatz", "betrag", "summe",
            "importe total", "importe", "monto", "montant total", "montant", "total ttc",
        ),
        ("tax", "taxes", "vat", "shipping", "discount", "quantity", "qty", "items", "item", "products", "refund",
         "refunded", "fee", "fees", "tip", "weight", "shipped", "points", "count", "number", "unit", "per", "cost",
         "orders", "lifetime", "adjusted", "gift", "จำนวนชิ้น", "ส่วนลด", "ค่าส่ง"),
        required=True,
    ),
    "order_id": Role(
        "Order number",
        "Rows with the same number are one order. Without it each row counts as an order.",
        (
            "order id", "order number", "order no", "order name", "order ref", "order reference", "orderid", "order",
            "order code", "order sn", "invoice no", "invoice number", "invoice id", "invoice", "receipt number",
            "receipt no", "receipt id", "transaction id", "transaction no", "transaction number", "sale id",
            "purchase id", "purchase order number", "ticket", "bill no", "หมายเลขคำสั่งซื้อ", "เลขที่คำสั่งซื้อ",
            "รหัสคำสั่งซื้อ", "เลขที่ใบสั่งซื้อ", "เลขที่ออเดอร์", "เลขที่ใบเสร็จ", "เลขที่บิล", "คำสั่งซื้อ",
            "ออเดอร์",
            "numero ng order", "order numero", "bilang ng order", "resibo", "numero ng resibo",
            "bestellnummer", "bestell nr", "auftragsnummer", "rechnungsnummer", "belegnummer", "bestellung",
            "numero de pedido", "pedido", "numero de commande", "commande", "id",
        ),
        ("date", "status", "total", "amount", "notes", "note", "item", "line", "type", "currency", "customer",
         "user", "product", "channel", "source", "value", "tags", "time", "created", "tracking", "payment",
         "merchant", "client", "buyer", "member", "discount", "subtotal", "shipping", "tax", "count", "วันที่"),
    ),
    "time": Role("Order time", "Where the clock time stands in a column of its own.",
                 ("time", "order time", "sale time", "transaction time", "เวลา", "เวลาสั่งซื้อ", "oras"),
                 ("zone", "date", "processing")),
    "quantity": Role(
        "Quantity", "Pieces in the order or line.",
        ("quantity", "qty", "lineitem quantity", "item quantity", "units", "total quantity", "number of items",
         "total items", "pieces", "cds", "จำนวน", "จำนวนชิ้น", "จำนวนสินค้า", "bilang", "dami", "dami ng item"),
        ("refund", "shipped", "returned", "price", "เงิน"),
    ),
    "unit_price": Role(
        "Unit price", "The price of one piece: amount = quantity x unit price.",
        ("unit price", "unitprice", "price each", "price per unit", "item price", "item cost", "lineitem price",
         "product price", "price", "ราคาต่อหน่วย", "ราคาต่อชิ้น", "presyo bawat isa", "presyo kada isa", "presyo"),
        ("total", "shipping", "compare", "tax", "discount", "currency"),
    ),
    "discount": Role(
        "Discount", "Money taken off the order or line.",
        ("discount amount", "discount total", "total discount", "discounts", "cart discount", "cart discount amount",
         "order discount", "discount value", "discount", "lineitem discount", "item promotion discount",
         "voucher amount",
         "ส่วนลดรวม", "ส่วนลด", "diskwento", "bawas"),
        ("code", "name", "tax", "type", "shipping", "percent", "rate", "reason", "after", "before", "subtotal",
         "price"),
    ),
    "refund": Role(
        "Refunded amount", "Money given back; it is taken off the order.",
        ("refunded amount", "amount refunded", "refund amount", "order refund amount", "total refunded", "refunded",
         "refund total", "refunds", "refund", "ยอดคืนเงิน", "จำนวนเงินคืน", "เงินคืน", "ibinalik na bayad",
         "refund na halaga"),
        ("reason", "date", "items", "status", "converted", "quantity", "id", "at", "partial"),
    ),
    "adjusted": Role(
        "Amount after refunds",
        "The order's amount after refunds where the export gives it; 0 or blank means that nothing changed.",
        ("adjusted order total", "adjusted total", "adjusted net order amount"),
        ("fee", "fees"),
    ),
    "status": Role(
        "Status", "Cancelled, failed, voided and pending orders are recognised by it.",
        ("financial status", "order status", "payment status", "status", "transaction status", "state", "event type",
         "transaction type", "order state", "สถานะคำสั่งซื้อ", "สถานะการสั่งซื้อ", "สถานะ", "katayuan", "estado",
         "kalagayan"),
        ("fulfillment", "shipping", "dispute", "avs", "cvc", "tokenization", "billing", "customer", "marital",
         "delivery"),
    ),
    "cancelled_at": Role("Cancelled at", "Filled when the order was cancelled.",
                         ("cancelled at", "canceled at", "cancellation date", "cancel date", "cancelled on",
                          "canceled on",
                          "date cancelled", "วันที่ยกเลิก"), ()),
    "currency": Role("Currency", "Amounts in different currencies are never added.",
                     ("currency", "order currency", "order currency code", "currency code", "สกุลเงิน",
                      "pera", "salapi"),
                     ("converted", "rate")),
    "channel": Role(
        "Channel", "Where the customer came from or bought: web, app, marketplace, store ...",
        ("channel", "sales channel", "marketing channel", "acquisition channel", "order channel", "traffic source",
         "utm source", "source", "source name", "purchase point", "platform", "medium", "referrer", "ช่องทาง",
         "ช่องทางการขาย", "tsanel", "pinagmulan"),
        ("payment", "type", "id", "number", "fulfillment", "braintree", "allocated"),
    ),
    "region": Role(
        "Region", "Country, province or city of the customer.",
        ("region", "country", "shipping country", "billing country", "ship country", "country code billing",
         "customer country", "country code", "province", "state", "shipping province", "billing state", "ship state",
         "city", "ship city", "location", "ภูมิภาค", "จังหวัด", "ประเทศ", "rehiyon", "lalawigan", "bansa", "lungsod"),
        ("card", "issue", "method", "address", "name", "inperson", "status", "order"),
    ),
    "product": Role(
        "Product", "What was bought (the first item of an order).",
        ("product name", "lineitem name", "product", "item name", "product title", "item", "description", "title",
         "products", "sku", "lineitem sku", "สินค้า", "ชื่อสินค้า", "produkto", "pangalan ng produkto"),
        ("price", "quantity", "id", "count", "number", "details", "cost", "total", "category", "type", "discount"),
    ),
    "category": Role(
        "Category", "The product's group.",
        ("category", "product category", "product type", "item category", "department", "collection", "product group",
         "หมวดหมู่", "ประเภทสินค้า", "kategorya", "uri ng produkto"),
        ("id", "price"),
    ),
    "coupon": Role(
        "Coupon", "The discount code used.",
        ("discount code", "coupon code", "coupon", "coupons used", "coupons", "voucher", "voucher code", "promo code",
         "promotion code", "promotion ids", "discount name", "coupon details", "โค้ดส่วนลด", "คูปอง", "kupon"),
        ("amount", "value", "total", "tax", "discount amount"),
    ),
}  # fmt: skip


def plain_name(name: str) -> str:
    """A column name without case, punctuation and glued words, for comparing.

    >>> plain_name("CustomerID"), plain_name("Order_Total (inc. tax)")
    ('customer id', 'order total inc tax')
    """
    text = unicodedata.normalize("NFKC", name)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()
    return re.sub(r"[\s_\-./\\()\[\]#:*'\"&,%?]+", " ", text).strip()
