"""The truth behind the sample store: who its customers are, what they buy, what it sells.

It is data only.
"""

from __future__ import annotations

from dataclasses import dataclass

from retention.samples.simulator import Process


@dataclass(frozen=True, slots=True)
class Channel:
    """How the customers of one acquisition channel behave.

    Attributes:
        name: The channel.
        share: Of all first orders.
        growth: Of the yearly intake; 1.2 is +20 % a year.
        process: Of the orders outside the subscription.
        subscribe: The share of customers who take the subscription.
        coupon_lean: How much more coupon-minded they are than the average.
        regions: The shares of `REGIONS`.
        late_process: Of customers who joined in the last `LATE_DAYS` days, where it differs.
    """

    name: str
    share: float
    growth: float
    process: Process
    subscribe: float
    coupon_lean: float
    regions: tuple[float, ...]
    late_process: Process | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """A product.

    Attributes:
        category: What kind of thing it is.
        name: What it is called.
        price: The list price, in money.
        popularity: How often it is bought, in relative units.
    """

    category: str
    name: str
    price: float
    popularity: float


@dataclass(frozen=True, slots=True)
class Subscription:
    """Regular deliveries at one price until the customer cancels.

    Attributes:
        category: Of the product.
        product: What is delivered.
        every_days: Days between deliveries.
        jitter_days: Standard deviation of these days.
        cancels: The chance to cancel after a delivery.
        starts_after_days: Mean days from the customer's first order to the first delivery.
        prices: The prices of a delivery, in money.
        price_shares: The share of subscribers who pay each price.
    """

    category: str
    product: str
    every_days: float
    jitter_days: float
    cancels: float
    starts_after_days: float
    prices: tuple[float, ...]
    price_shares: tuple[float, ...]


REGIONS = ("Northeast", "South", "Midwest", "West", "Canada")
LATE_DAYS = 270  # before the end: since then paid social brings customers who come back less

# Of a process, alpha is in days and v in money.
CHANNELS = (
    Channel(
        name="Organic search", share=0.25, growth=1.10,
        process=Process(r=0.33, alpha=58, a=0.50, b=2.9, p=6, q=4.0, v=19),
        subscribe=0.07, coupon_lean=0.00, regions=(0.24, 0.27, 0.20, 0.22, 0.07),
    ),
    Channel(
        name="Paid search", share=0.19, growth=1.15,
        process=Process(r=0.26, alpha=62, a=0.60, b=2.7, p=6, q=4.0, v=20),
        subscribe=0.05, coupon_lean=0.03, regions=(0.22, 0.30, 0.22, 0.20, 0.06),
    ),
    Channel(
        name="Paid social", share=0.23, growth=1.40,
        process=Process(r=0.21, alpha=70, a=0.75, b=2.3, p=6, q=4.2, v=16),
        subscribe=0.03, coupon_lean=0.14, regions=(0.18, 0.36, 0.21, 0.20, 0.05),
        late_process=Process(r=0.15, alpha=95, a=1.00, b=2.0, p=6, q=4.2, v=15),
    ),
    Channel(
        name="E-mail", share=0.12, growth=1.05,
        process=Process(r=0.50, alpha=54, a=0.45, b=3.5, p=6, q=3.9, v=21),
        subscribe=0.12, coupon_lean=0.02, regions=(0.27, 0.23, 0.18, 0.27, 0.05),
    ),
    Channel(
        name="Marketplace", share=0.13, growth=1.30,
        process=Process(r=0.12, alpha=85, a=0.80, b=2.0, p=6, q=4.5, v=15),
        subscribe=0.00, coupon_lean=0.10, regions=(0.20, 0.33, 0.25, 0.17, 0.05),
    ),
    Channel(
        name="Referral", share=0.08, growth=1.25,
        process=Process(r=0.62, alpha=52, a=0.40, b=3.6, p=6, q=3.8, v=23),
        subscribe=0.14, coupon_lean=-0.08, regions=(0.28, 0.20, 0.16, 0.28, 0.08),
    ),
)  # fmt: skip
PRODUCTS = (
    Product(category="Coffee", name="House Blend 250 g", price=11, popularity=1.6),
    Product(category="Coffee", name="House Blend 1 kg", price=34, popularity=1.2),
    Product(category="Coffee", name="Filter Roast 250 g", price=14, popularity=1.2),
    Product(category="Coffee", name="Espresso Roast 1 kg", price=37, popularity=1.0),
    Product(category="Coffee", name="Decaf 250 g", price=12, popularity=0.6),
    Product(category="Tea", name="Breakfast Tea 100 bags", price=9, popularity=1.0),
    Product(category="Tea", name="Sencha 100 g", price=13, popularity=0.8),
    Product(category="Tea", name="Chamomile 50 bags", price=8, popularity=0.7),
    Product(category="Tea", name="Oolong 100 g", price=18, popularity=0.5),
    Product(category="Brewing gear", name="Pour-over Set", price=38, popularity=0.9),
    Product(category="Brewing gear", name="French Press", price=32, popularity=0.8),
    Product(category="Brewing gear", name="Burr Grinder", price=79, popularity=0.7),
    Product(category="Brewing gear", name="Gooseneck Kettle", price=64, popularity=0.5),
    Product(category="Mugs and storage", name="Stoneware Mug", price=16, popularity=0.8),
    Product(category="Mugs and storage", name="Storage Tin", price=13, popularity=0.6),
    Product(category="Mugs and storage", name="Travel Cup", price=24, popularity=0.5),
    Product(category="Gifts", name="Tasting Box", price=29, popularity=0.8),
    Product(category="Gifts", name="Gift Hamper", price=58, popularity=0.6),
)
SUBSCRIPTION = Subscription(
    category="Subscription",
    product="Coffee Subscription",
    every_days=30.0,
    jitter_days=0.8,
    cancels=0.085,
    starts_after_days=40.0,
    prices=(19.0, 29.0, 49.0),
    price_shares=(0.5, 0.35, 0.15),
)

#: The statuses of orders that took place.
PLACED = ("Completed", "Refunded", "Partially refunded")
GUESTS = 0.035  # guest orders for each customer
CANCELLED, PAYMENT_FAILED, CREDIT_NOTES = 0.017, 0.008, 0.0018  # rows of the kind for each order
REFUNDED = {
    "Coffee": 0.02,
    "Tea": 0.02,
    "Brewing gear": 0.085,
    "Mugs and storage": 0.06,
    "Gifts": 0.045,
    "Subscription": 0.012,
}

ACCEPTS_MARKETING, GIVES_PHONE = 0.74, 0.32  # shares of the customers
RATED = 0.16  # share of the orders with a review
# The shares of 1 to 5 stars, of kept and of returned orders.
RATINGS = ((0.03, 0.04, 0.09, 0.27, 0.57), (0.28, 0.24, 0.22, 0.15, 0.11))

# Demand in relative units: by month, by weekday from Monday, by hour, and on the sale weekend in
# November.
MONTHS = (0.97, 0.96, 1.00, 0.97, 0.94, 0.86, 0.76, 0.78, 0.96, 1.06, 1.34, 1.40)
WEEKDAYS = (1.05, 1.02, 1.00, 1.00, 0.94, 0.92, 1.07)
HOURS = (2, 1, 1, 1, 1, 2, 5, 9, 11, 11, 10, 10, 11, 10, 9, 9, 9, 10, 12, 15, 17, 15, 10, 5)
SALE_WEEKEND = 2.0

FIRST_NAMES = tuple(
    """
    ava ben carla dao elena farid grace hana ivan jasmine kofi lena malee nadia omar paolo quinn
    rosa somchai tessa uma victor wei ximena yusuf zoe andrea bayani chloe diego emma felix
    gabriela hugo isabel jonas kanya liam maria nok olivia pedro ruth sofia thomas vera
    """.split()  # noqa: SIM905
)
LAST_NAMES = tuple(
    """
    abbott bautista castillo dela-cruz evans fischer garcia hughes ito jensen kaur lopez martin
    nguyen okafor park quist reyes santos thongchai ueda vargas walker xu young zimmer andersen
    boonmee chen dubois ellis flores gruber haddad ivanova johnson kowalski larsen mendoza novak
    """.split()  # noqa: SIM905
)
AREAS_UNITED_STATES = (
    202, 206, 212, 213, 214, 215, 216, 303, 305, 312, 313, 314, 317, 404, 408, 410, 412, 414, 415,
    502, 503, 504, 505, 512, 513, 515, 602, 603, 612, 615, 617, 619, 702, 704, 713, 716, 801, 804,
    808, 816, 901, 904, 907, 916, 919,
)  # fmt: skip
AREAS_CANADA = (204, 403, 416, 514, 604, 613, 902)
MAIL_DOMAINS = ("example.com", "example.org", "example.net")
