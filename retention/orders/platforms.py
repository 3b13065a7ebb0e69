"""The platforms' order exports: how to recognise each, and which of its columns plays which role."""

from dataclasses import dataclass

from retention.orders.roles import plain_name


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


def _address(*kinds: str, **parts: str) -> dict[str, tuple[str, ...]]:
    """Contact roles whose columns differ by the kind of address alone, e.g. "Billing {}" and "Shipping {}"."""
    return {role: tuple(kind.format(part) for kind in kinds) for role, part in parts.items()}


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
    "unit_price": ("Lineitem price",),
    "coupon": ("Discount Code",),
    "email": ("Email",),
    "phone": ("Phone", "Billing Phone", "Shipping Phone"),
    "full_name": ("Billing Name", "Shipping Name"),
    **_address(
        "Shipping {}", "Billing {}", country="Country", state="Province", city="City", zip="Zip"
    ),
}
_WOOCOMMERCE = {
    "email": ("billing_email", "customer_email"),
    "phone": ("billing_phone", "shipping_phone"),
    **_address("billing_{}", "shipping_{}", first_name="first_name", last_name="last_name"),
    **_address(
        "billing_{}", "shipping_{}", country="country", state="state", city="city", zip="postcode"
    ),
}

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "Shopify orders",
        ("Name", "Financial Status", "Created at", "Lineitem name", "Total"),
        _SHOPIFY_LIKE
        | {
            "order_id": ("Name",),
            "refund": ("Refunded Amount",),
            "channel": ("Source",),
            "consent": ("Accepts Marketing",),
        },
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
            "unit_price": ("Item Cost",),
            "coupon": ("Coupons Used", "Coupon Code"),
            "email": ("Email (Billing)",),
            "phone": ("Phone (Billing)",),
            **_address(
                "{} (Billing)", "{} (Shipping)", first_name="First Name", last_name="Last Name"
            ),
            **_address("{} (Billing)", "{} (Shipping)", country="Country Code", state="State Code"),
            **_address("{} (Billing)", "{} (Shipping)", city="City", zip="Postcode"),
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
            **_WOOCOMMERCE,
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
            **_WOOCOMMERCE,
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
            "email": ("Customer Email", "Billing Email"),
            "phone": ("Customer Phone", "Billing Phone", "Shipping Phone"),
            "full_name": ("Customer Name",),
            **_address("Billing {}", "Shipping {}", first_name="First Name", last_name="Last Name"),
            **_address(
                "Shipping {}",
                "Billing {}",
                country="Country",
                state="State",
                city="Suburb",
                zip="Zip",
            ),
        },
        day_first=True,
        per_order=True,
    ),
    Layout(
        "Stripe payments",
        ("id", "Amount", "Amount Refunded", "Currency", "Status", "Captured"),
        {
            "order_id": ("id",),
            "customer_id": (
                "Customer Email",
                "Customer ID",
                "email (metadata)",
                "Email (metadata)",
            ),
            "ordered_at": ("Created date (UTC)", "Created (UTC)"),
            "revenue": ("Amount",),
            "refund": ("Amount Refunded",),
            "status": ("Status",),
            "currency": ("Currency",),
            "email": ("Customer Email", "email (metadata)", "Email (metadata)"),
            "full_name": ("Card Name", "Name (metadata)"),
            **_address("Card Address {}", country="Country", state="State", city="City", zip="Zip"),
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
            "full_name": ("Customer Name",),
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
            "email": ("buyer-email",),
            **_address("ship-{}", country="country", state="state", city="city", zip="postal-code"),
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
            "first_name": ("First Name",),
            "last_name": ("Last Name",),
            "full_name": ("Full Name",),
            **_address("Ship {}", country="Country", state="State", city="City", zip="Zipcode"),
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
            "email": ("Customer Email",),
            "full_name": ("Customer Name", "Bill-to Name"),
        },
        per_order=True,
    ),
)


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
