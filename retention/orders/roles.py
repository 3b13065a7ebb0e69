"""What the columns of an order export can be for, and the names that shops give them."""

import re
import unicodedata
from dataclasses import dataclass

# Marks on letters of the Latin script, once they are taken apart; those of Thai tell words from each other.
_ACCENTS = r"[\u0300-\u036f]"


@dataclass(frozen=True, slots=True)
class Role:
    """What a column is for. label and help are shown to the marketer; names: usual column names, best first."""

    label: str
    help: str
    names: tuple[str, ...]
    never: tuple[str, ...] = ()
    required: bool = False


#: What makes orders of rows.
ORDER_ROLES: dict[str, Role] = {
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
         "consent", "orders", "agent", "ip", "store", "seller", "staff", "vendor", "shop", "status", "verified",
         "seit", "gruppe", "land", "ort", "stadt", "desde", "grupo", "pais", "ciudad", "pays", "ville", "groupe"),
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
            "bestelldatum", "rechnungsdatum", "auftragsdatum", "kaufdatum", "bestellt am", "datum", "fecha de pedido",
            "fecha del pedido", "fecha de compra", "fecha", "date de commande", "date de la commande", "date d achat",
        ),
        ("shipped", "ship", "delivery", "delivered", "birth", "updated", "modified", "due", "expiration", "expiry",
         "expires", "cancelled", "canceled", "refund", "refunded", "deposit", "fulfilled", "registered", "dispute",
         "evidence", "last", "first", "estimated", "joined", "closed", "return", "versand", "lieferung", "geburt",
         "storno", "erstattung", "envio", "entrega", "nacimiento", "cancelacion", "reembolso", "livraison", "naissance",
         "annulation", "remboursement"),
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
            "importe total", "importe", "monto", "precio total", "montant total", "montant", "prix total", "total ttc",
        ),
        ("tax", "taxes", "vat", "shipping", "discount", "quantity", "qty", "items", "item", "products", "refund",
         "refunded", "fee", "fees", "tip", "weight", "shipped", "points", "count", "number", "unit", "per", "cost",
         "orders", "lifetime", "adjusted", "gift", "จำนวนชิ้น", "ส่วนลด", "ค่าส่ง", "versand", "steuer", "rabatt",
         "erstattung", "menge", "anzahl", "envio", "impuesto", "impuestos", "descuento", "reembolso", "reembolsado",
         "livraison", "frais", "remise", "rembourse", "diskwento"),
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
         "merchant", "client", "buyer", "member", "discount", "subtotal", "shipping", "tax", "count", "วันที่",
         "estado", "fecha", "importe", "statut", "montant"),
    ),
    "time": Role("Order time", "Where the clock time stands in a column of its own.",
                 ("time", "order time", "sale time", "transaction time", "เวลา", "เวลาสั่งซื้อ", "oras",
                  "oras ng order", "uhrzeit", "bestellzeit", "hora", "hora del pedido", "heure", "heure de commande"),
                 ("zone", "date", "processing")),
    "quantity": Role(
        "Quantity", "Pieces in the order or line.",
        ("quantity", "qty", "lineitem quantity", "item quantity", "units", "total quantity", "number of items",
         "total items", "pieces", "cds", "จำนวน", "จำนวนชิ้น", "จำนวนสินค้า", "bilang", "dami", "dami ng item",
         "menge", "bestellmenge", "anzahl", "stückzahl", "stueckzahl", "stück", "stueck", "anzahl artikel", "cantidad",
         "unidades", "piezas", "quantité", "qté", "nombre d articles"),
        ("refund", "shipped", "returned", "price", "เงิน", "preis", "bestellungen", "precio", "pedidos", "prix",
         "commandes"),
    ),
    "unit_price": Role(
        "Unit price",
        "The price of one piece: amount = quantity x unit price. Beside an order's amount it says what each product "
        "brought.",
        ("unit price", "unitprice", "price each", "price per unit", "item price", "item cost", "lineitem price",
         "product price", "ราคาต่อหน่วย", "ราคาต่อชิ้น", "presyo bawat isa", "presyo kada isa", "einzelpreis",
         "stückpreis", "stueckpreis", "artikelpreis", "preis pro stück", "precio unitario", "precio por unidad",
         "prix unitaire", "prix à l unité", "price", "presyo", "preis", "precio", "prix"),
        ("total", "shipping", "compare", "tax", "discount", "currency", "versand", "envio", "livraison"),
    ),
    "discount": Role(
        "Discount", "Money taken off the order or line.",
        ("discount amount", "discount total", "total discount", "discounts", "cart discount", "cart discount amount",
         "order discount", "discount value", "discount", "lineitem discount", "item promotion discount",
         "voucher amount",
         "ส่วนลดรวม", "ส่วนลด", "มูลค่าส่วนลด", "diskwento", "halaga ng diskwento", "bawas", "rabattbetrag", "rabatt",
         "gesamtrabatt", "preisnachlass", "nachlass", "gutscheinbetrag", "gutscheinwert", "importe de descuento",
         "descuento total", "descuentos", "descuento", "rebaja", "montant de la remise", "remise totale", "remise",
         "remises", "réduction", "rabais"),
        ("code", "name", "tax", "type", "shipping", "percent", "rate", "reason", "after", "before", "subtotal",
         "price", "prozent", "grund", "codigo", "porcentaje", "motivo", "taux", "motif", "bon", "cupon", "โค้ด"),
    ),
    "refund": Role(
        "Refunded amount", "Money given back; it is taken off the order.",
        ("refunded amount", "amount refunded", "refund amount", "order refund amount", "total refunded", "refunded",
         "refund total", "refunds", "refund", "ยอดคืนเงิน", "จำนวนเงินคืน", "เงินคืน", "ibinalik na bayad",
         "refund na halaga", "ibinalik na halaga", "erstattungsbetrag", "erstattung", "erstatteter betrag", "erstattet",
         "rückerstattung", "rueckerstattung", "rückzahlung", "gutschrift", "importe reembolsado",
         "importe de reembolso", "reembolsos", "reembolsado", "reembolso", "devolución", "montant remboursé",
         "remboursements", "remboursement", "remboursé"),
        ("reason", "date", "items", "status", "converted", "quantity", "id", "at", "partial", "datum", "am", "grund",
         "fecha", "motivo", "estado", "motif", "statut", "วันที่", "สถานะ", "petsa"),
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
         "kalagayan", "bestellstatus", "auftragsstatus", "zahlungsstatus", "estado del pedido", "estado del pago",
         "statut de la commande", "statut du paiement", "statut"),
        ("fulfillment", "shipping", "dispute", "avs", "cvc", "tokenization", "billing", "customer", "marital",
         "delivery", "versand", "lieferung", "kunde", "envio", "entrega", "cliente", "livraison", "client",
         "consent", "marketing", "subscription", "subscriber", "newsletter", "opt", "optin", "email", "sms",
         "complaint", "ticket", "account", "member", "loyalty", "einwilligung", "consentimiento", "consentement"),
    ),
    "cancelled_at": Role("Cancelled at", "Filled when the order was cancelled.",
                         ("cancelled at", "canceled at", "cancellation date", "cancel date", "cancelled on",
                          "canceled on",
                          "date cancelled", "วันที่ยกเลิก", "petsa ng pagkansela", "storniert am", "stornodatum",
                          "stornierungsdatum", "fecha de cancelación", "cancelado el", "date d annulation",
                          "annulé le"), ()),
    "currency": Role("Currency", "Amounts in different currencies are never added.",
                     ("currency", "order currency", "order currency code", "currency code", "สกุลเงิน",
                      "pera", "salapi", "währung", "waehrung", "währungscode", "moneda", "divisa", "devise",
                      "monnaie"),
                     ("converted", "rate")),
    "channel": Role(
        "Channel", "Where the customer came from or bought: web, app, marketplace, store ...",
        ("channel", "sales channel", "marketing channel", "acquisition channel", "order channel", "traffic source",
         "utm source", "source", "source name", "purchase point", "platform", "medium", "referrer", "ช่องทาง",
         "ช่องทางการขาย", "ช่องทางการสั่งซื้อ", "แพลตฟอร์ม", "แหล่งที่มา", "tsanel", "pinagmulan", "plataporma", "kanal",
         "vertriebskanal", "verkaufskanal", "marketingkanal", "bestellkanal", "herkunft", "quelle", "plattform",
         "marktplatz", "canal", "canal de venta", "canal de ventas", "canal de marketing", "origen", "fuente",
         "plataforma", "canal de vente", "canal d acquisition", "origine", "provenance", "plateforme"),
        ("payment", "type", "id", "number", "fulfillment", "braintree", "allocated", "zahlung", "pago", "paiement"),
    ),
    "region": Role(
        "Region", "Country, province or city of the customer.",
        ("region", "country", "shipping country", "billing country", "ship country", "country code billing",
         "customer country", "country code", "province", "shipping province", "billing state", "ship state",
         "city", "ship city", "location", "state", "ภูมิภาค", "จังหวัด", "ประเทศ", "rehiyon", "lalawigan", "bansa",
         "lungsod", "probinsya", "land", "lieferland", "versandland", "rechnungsland", "bundesland", "kanton",
         "lieferort", "stadt", "wohnort", "ort", "pais", "país de envío", "comunidad autónoma", "provincia", "ciudad",
         "pays", "pays de livraison", "pays de facturation", "département", "ville"),
        ("card", "issue", "method", "address", "name", "inperson", "status", "order", "adresse", "direccion"),
    ),
    "product": Role(
        "Product", "What was bought (the first item of an order).",
        ("product name", "lineitem name", "product", "item name", "product title", "item", "description", "title",
         "products", "sku", "lineitem sku", "สินค้า", "ชื่อสินค้า", "รายการสินค้า", "produkto", "pangalan ng produkto",
         "produktname", "artikelname", "artikelbezeichnung", "produktbezeichnung", "produkt", "artikel", "bezeichnung",
         "artikelnummer", "nombre del producto", "producto", "artículo", "descripción", "referencia", "nom du produit",
         "produit", "article", "désignation", "libellé"),
        ("price", "quantity", "id", "count", "number", "details", "cost", "total", "category", "type", "discount",
         "preis", "menge", "anzahl", "gruppe", "kategorie", "precio", "cantidad", "categoria", "prix", "quantite",
         "categorie", "nombre", "ราคา", "จำนวน", "ประเภท", "หมวดหมู่", "presyo", "bilang", "uri"),
    ),
    "category": Role(
        "Category", "The product's group.",
        ("category", "product category", "product type", "item category", "department", "collection", "product group",
         "หมวดหมู่", "หมวดหมู่สินค้า", "ประเภทสินค้า", "กลุ่มสินค้า", "kategorya", "uri ng produkto", "produktkategorie",
         "kategorie", "warengruppe", "produktgruppe", "artikelgruppe", "produktart", "produkttyp", "abteilung",
         "categoría", "categoría del producto", "tipo de producto", "departamento", "catégorie",
         "catégorie de produit", "type de produit", "rayon"),
        ("id", "price", "preis", "precio", "prix"),
    ),
    "coupon": Role(
        "Coupon", "The discount code used.",
        ("discount code", "coupon code", "coupon", "coupons used", "coupons", "voucher", "voucher code", "promo code",
         "promotion code", "promotion ids", "discount name", "coupon details", "โค้ดส่วนลด", "คูปอง", "รหัสส่วนลด",
         "kupon", "code ng diskwento", "gutscheincode", "gutschein", "rabattcode", "aktionscode", "código de descuento",
         "código promocional", "cupón", "cupón de descuento", "code promo", "code de réduction", "bon de réduction",
         "bon d achat"),
        ("amount", "value", "total", "tax", "discount amount", "betrag", "wert", "importe", "montant"),
    ),
}  # fmt: skip

#: Who the customer is and how to reach them. A column of these may also play an order role: Email is the customer too.
CONTACT_ROLES: dict[str, Role] = {
    "email": Role(
        "E-mail", "Where messages go. Files for e-mail and ad platforms are made with it.",
        ("email", "e mail", "email address", "e mail address", "mail", "mail address", "contact email",
         "อีเมล", "อีเมลลูกค้า", "email ng customer", "email ng mamimili", "e mail adresse", "correo electronico",
         "correo", "courriel", "adresse e mail"),
    ),
    "phone": Role(
        "Phone", "With the country code, or read by the customer's country.",
        ("phone", "phone number", "telephone", "telephone number", "mobile", "mobile number", "mobile phone",
         "cell phone", "cellphone", "tel", "contact number", "เบอร์โทรศัพท์", "เบอร์โทร", "เบอร์โทรลูกค้า", "เบอร์มือถือ",
         "โทรศัพท์", "telepono", "numero ng telepono", "selpon", "telefon", "telefonnummer", "handynummer", "telefono",
         "movil", "téléphone"),
    ),
    "first_name": Role(
        "First name", "The given name.",
        ("first name", "firstname", "given name", "forename", "ชื่อจริง", "pangalan", "unang pangalan", "vorname", "ชื่อ",
         "nombre", "prénom", "prenom"),
    ),
    "last_name": Role(
        "Last name", "The family name.",
        ("last name", "lastname", "surname", "family name", "นามสกุล", "apelyido", "nachname", "familienname",
         "apellido", "apellidos", "nom de famille"),
    ),
    "full_name": Role(
        "Full name", "First and last name in one column; it is split where the file has no columns for the two.",
        ("full name", "customer name", "buyer name", "billing name", "bill to name", "client name", "contact name",
         "shipping name", "ship to name", "recipient name", "ชื่อลูกค้า", "ชื่อผู้ซื้อ", "ชื่อ นามสกุล",
         "pangalan ng customer", "pangalan ng mamimili", "pangalan ng kliyente", "buong pangalan", "kundenname",
         "nombre completo", "nombre del cliente", "nom du client", "nom complet"),
    ),
    "country": Role(
        "Country", "The customer's country, by name or code.",
        ("country", "country code", "country name", "ประเทศ", "bansa", "land", "pais", "país", "pays"),
    ),
    "state": Role(
        "State or province", "The customer's state, province or county.",
        ("state", "state code", "province", "province code", "province name", "county", "จังหวัด", "lalawigan",
         "probinsya", "bundesland", "provincia"),
    ),
    "city": Role(
        "City", "The customer's town.",
        ("city", "town", "suburb", "เมือง", "lungsod", "stadt", "wohnort", "ciudad", "ville"),
    ),
    "zip": Role(
        "Postal code", "As it is written, with its leading zeros.",
        ("zip", "zip code", "zipcode", "postal code", "postcode", "post code", "postalcode", "รหัสไปรษณีย์", "plz",
         "postleitzahl", "codigo postal", "código postal", "code postal"),
    ),
    "consent": Role(
        "Accepts marketing",
        "Whether the customer agreed to get messages. An empty cell is not an agreement. In a column named after the "
        "refusal (Unsubscribed, Opted out), yes means no.",
        ("accepts marketing", "accepts email marketing", "buyer accepts marketing", "email marketing consent",
         "marketing consent", "email consent", "consent", "marketing permission", "marketing opt in", "email opt in",
         "opt in", "opted in", "newsletter", "newsletter opt in", "accepts newsletter", "email subscribed",
         "newsletter subscribed", "subscribed to newsletter", "marketing consent status", "email consent status",
         "consent status", "email marketing status", "marketing status", "newsletter status",
         "email subscription status", "gdpr consent",
         "unsubscribed", "unsubscribe", "opted out", "opt out", "marketing opt out", "email opt out",
         "newsletter opt out", "do not contact", "do not email", "do not mail",
         "ยินยอม", "ยินยอมรับข่าวสาร", "รับข่าวสาร", "pahintulot", "pumapayag sa marketing",
         "einwilligung", "werbeeinwilligung", "acepta marketing", "consentimiento", "accepte le marketing",
         "consentement"),
    ),
}  # fmt: skip

#: What else a row may tell of a customer.
SIGNAL_ROLES: dict[str, Role] = {
    "rating": Role(
        "Review score", "The score that the customer gave, as a number, on the row of the order.",
        ("rating", "review rating", "review score", "review stars", "star rating", "stars", "customer rating",
         "order rating", "product rating", "คะแนนรีวิว", "bewertung", "sternebewertung", "valoracion", "valoración"),
    ),
    "subscription": Role(
        "Subscription", "Filled with yes or the name of the plan where the order belongs to a subscription.",
        ("subscription", "is subscription", "subscription order", "subscription plan", "subscription name",
         "subscription id", "subscription status", "selling plan", "selling plan name", "lineitem selling plan",
         "recurring", "is recurring", "recurring order", "suskripsyon", "abo", "abonnement", "suscripcion",
         "suscripción"),
    ),
    "complaint": Role(
        "Complaint", "Filled with yes or a text where a complaint is open; closed ones do not count.",
        ("complaint", "complaints", "open complaint", "has complaint", "complaint status", "ticket status",
         "open ticket", "open tickets", "support ticket", "ร้องเรียน", "ข้อร้องเรียน", "reklamo", "reklamation",
         "beschwerde", "queja", "reclamacion", "reclamación", "réclamation"),
    ),
    "abandoned": Role(
        "Abandoned cart", "The day on which the customer left a cart behind, or yes beside an order.",
        ("abandoned", "abandoned at", "abandoned on", "abandoned cart", "abandoned cart at", "abandoned cart date",
         "abandoned checkout", "abandoned checkout at", "cart abandoned", "cart abandoned at", "cart abandoned on",
         "checkout abandoned", "checkout abandoned at", "last abandoned cart", "ตะกร้าที่ถูกละทิ้ง", "warenkorbabbruch",
         "carrito abandonado", "panier abandonné"),
    ),
}  # fmt: skip

ROLES: dict[str, Role] = ORDER_ROLES | CONTACT_ROLES | SIGNAL_ROLES


def plain_name(name: str) -> str:
    """A column name without case, accents, punctuation and glued words, for comparing.

    >>> plain_name("CustomerID"), plain_name("Order_Total (inc. tax)"), plain_name("Währung")
    ('customer id', 'order total inc tax', 'wahrung')
    """
    text = re.sub(_ACCENTS, "", unicodedata.normalize("NFKD", name))
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()
    return re.sub(r"[\s_\-./\\()\[\]#:*'\"&,%?]+", " ", text).strip()
