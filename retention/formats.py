"""What order exports look like: the roles a column can play, the platforms' layouts, and the names shops use."""

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
        ("code", "name", "tax", "type", "shipping", "percent", "rate", "reason"),
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


@dataclass(frozen=True, slots=True)
class Layout:
    """A platform's export. signature: column names that together give it away; columns: role -> names, best first;
    per_order: roles whose amount stands once an order, or again on each of its rows; no_customer: what to do when
    the file names no customer."""

    label: str
    signature: tuple[str, ...]
    columns: dict[str, tuple[str, ...]]
    day_first: bool | None = None
    per_order: bool | None = None
    no_customer: str = ""
    also_one_of: tuple[str, ...] = ()


_SHOPIFY_LIKE = {
    "customer_id": ("Email",),
    "ordered_at": ("Created at",),
    "revenue": ("Total",),
    "discount": ("Discount Amount",),
    "status": ("Financial Status",),
    "cancelled_at": ("Cancelled at", "Canceled at"),
    "currency": ("Currency",),
    "region": ("Shipping Country", "Billing Country"),
    "product": ("Lineitem name",),
    "quantity": ("Lineitem quantity",),
    "coupon": ("Discount Code",),
}

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "Shopify orders",
        ("Name", "Financial Status", "Created at", "Lineitem name", "Total"),
        _SHOPIFY_LIKE | {"order_id": ("Name",), "refund": ("Refunded Amount",), "channel": ("Source",)},
        per_order=True,
        no_customer="Export the orders again with the Email column.",
    ),
    Layout(
        "Squarespace orders",
        ("Order ID", "Financial Status", "Created at", "Lineitem name", "Total"),
        _SHOPIFY_LIKE | {"order_id": ("Order ID",), "refund": ("Amount Refunded",)},
        day_first=False,
        per_order=True,
    ),
    Layout(
        "WooCommerce (Advanced Order Export)",
        ("Order Number", "Order Status", "Order Date", "Order Total Amount"),
        {
            "order_id": ("Order Number",),
            "customer_id": ("Email (Billing)", "Phone (Billing)"),
            "ordered_at": ("Order Date",),
            "revenue": ("Order Total Amount",),
            "refund": ("Order Refund Amount",),
            "discount": ("Cart Discount Amount",),
            "status": ("Order Status",),
            "region": ("Country Code (Billing)", "City (Billing)"),
            "product": ("Name",),
            "quantity": ("Quantity",),
            "coupon": ("Coupons Used", "Coupon Code"),
        },
        per_order=True,
    ),
    Layout(
        "WooCommerce (WebToffee export)",
        ("order_id", "order_date", "order_total", "billing_email", "order_currency"),
        {
            "order_id": ("order_id", "order_number"),
            "customer_id": ("billing_email", "customer_email", "customer_id", "customer_user"),
            "ordered_at": ("order_date", "paid_date"),
            "revenue": ("order_total",),
            "discount": ("discount_total", "cart_discount"),
            "status": ("status",),
            "currency": ("order_currency",),
            "region": ("billing_country",),
        },
        per_order=True,
    ),
    Layout(
        "WooCommerce (CSV Import Suite)",
        ("order_number_formatted", "date", "order_total", "billing_email"),
        {
            "order_id": ("order_id", "order_number_formatted"),
            "customer_id": ("billing_email", "customer_user"),
            "ordered_at": ("date",),
            "revenue": ("order_total",),
            "discount": ("order_discount", "cart_discount"),
            "status": ("status",),
            "region": ("billing_country",),
        },
        day_first=False,
        per_order=True,
    ),
    Layout(
        "BigCommerce orders",
        ("Order ID", "Customer ID", "Order Date", "Order Total (inc tax)", "Order Status"),
        {
            "order_id": ("Order ID",),
            "customer_id": ("Customer Email", "Billing Email", "Customer ID"),
            "ordered_at": ("Order Date",),
            "revenue": ("Order Total (inc tax)",),
            "refund": ("Refund Amount",),
            "status": ("Order Status",),
            "currency": ("Order Currency Code",),
            "quantity": ("Total Quantity",),
            "region": ("Shipping Country", "Billing Country"),
            "coupon": ("Coupon Details",),
        },
        day_first=True,
        per_order=True,
    ),
    Layout(
        "Stripe payments",
        ("id", "Amount", "Amount Refunded", "Currency", "Status", "Captured"),
        {
            "order_id": ("id",),
            "customer_id": ("Customer Email", "Customer ID", "email (metadata)", "Email (metadata)"),
            "ordered_at": ("Created date (UTC)", "Created (UTC)"),
            "revenue": ("Amount",),
            "refund": ("Amount Refunded",),
            "status": ("Status",),
            "currency": ("Currency",),
        },
        per_order=True,
        no_customer=(
            "Stripe leaves the customer out of the default export. In Stripe choose Payments, Export, Columns: All "
            "(or tick Customer Email or Customer ID) and export again."
        ),
        also_one_of=("Created date (UTC)", "Created (UTC)"),
    ),
    Layout(
        "Square transactions",
        ("Date", "Time", "Net Sales", "Total Collected", "Transaction ID", "Event Type"),
        {
            "order_id": ("Transaction ID",),
            "customer_id": ("Customer ID", "Customer Reference ID", "Customer Name"),
            "ordered_at": ("Date",),
            "time": ("Time",),
            "revenue": ("Total Collected",),
            "discount": ("Discounts",),
            "status": ("Event Type",),
            "channel": ("Channel", "Source"),
            "region": ("Location",),
            "coupon": ("Discount Name",),
        },
        day_first=False,
    ),
    Layout(
        "Amazon all orders",
        ("amazon-order-id", "purchase-date", "item-price"),
        {
            "order_id": ("amazon-order-id",),
            "customer_id": ("buyer-email",),
            "ordered_at": ("purchase-date",),
            "revenue": ("item-price",),
            "status": ("order-status",),
            "currency": ("currency",),
            "channel": ("sales-channel",),
            "region": ("ship-country",),
            "product": ("product-name",),
            "quantity": ("quantity",),
        },
        per_order=False,
        no_customer=(
            "Amazon's all-orders report names no buyer (no e-mail, name or customer number), so nobody can tell who "
            "came back. Retention cannot be computed from it; use the orders of a shop where customers are known."
        ),
    ),
    Layout(
        "Etsy sold orders",
        ("Sale Date", "Order ID", "Order Value", "Order Total"),
        {
            "order_id": ("Order ID",),
            "customer_id": ("Buyer User ID", "Buyer", "Full Name"),
            "ordered_at": ("Sale Date",),
            "revenue": ("Order Total",),
            "adjusted": ("Adjusted Order Total",),
            "discount": ("Discount Amount",),
            "status": ("Status",),
            "currency": ("Currency",),
            "quantity": ("Number of Items",),
            "region": ("Ship Country",),
            "coupon": ("Coupon Code",),
        },
        day_first=False,
        per_order=True,
    ),
    Layout(
        "Magento orders",
        ("ID", "Purchase Date", "Bill-to Name", "Grand Total (Base)", "Status"),
        {
            "order_id": ("ID",),
            "customer_id": ("Customer Email", "Customer Name", "Bill-to Name"),
            "ordered_at": ("Purchase Date",),
            "revenue": ("Grand Total (Base)",),
            "refund": ("Total Refunded",),
            "status": ("Status",),
            "channel": ("Purchase Point",),
        },
        per_order=True,
    ),
)


def plain_name(name: str) -> str:
    """A column name without case, punctuation and glued words, for comparing.

    >>> plain_name("CustomerID"), plain_name("Order_Total (inc. tax)")
    ('customer id', 'order total inc tax')
    """
    text = unicodedata.normalize("NFKC", name)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()
    return re.sub(r"[\s_\-./\\()\[\]#:*'\"&,%?]+", " ", text).strip()


def find_layout(columns: tuple[str, ...]) -> Layout | None:
    """The platform whose signature the columns carry; the longest signature wins."""
    have = {plain_name(c) for c in columns}
    fits = [
        layout
        for layout in LAYOUTS
        if all(plain_name(s) in have for s in layout.signature)
        and (not layout.also_one_of or any(plain_name(s) in have for s in layout.also_one_of))
    ]
    return max(fits, key=lambda layout: len(layout.signature), default=None)
