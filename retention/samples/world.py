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

# Process(r, alpha, a, b, p, q, v), alpha in days, v in money.
CHANNELS = (
    Channel(
        "Organic search", share=0.25, growth=1.10, process=Process(0.33, 58, 0.50, 2.9, 6, 4.0, 19),
        subscribe=0.07, coupon_lean=0.00, regions=(0.24, 0.27, 0.20, 0.22, 0.07),
    ),
    Channel(
        "Paid search", share=0.19, growth=1.15, process=Process(0.26, 62, 0.60, 2.7, 6, 4.0, 20),
        subscribe=0.05, coupon_lean=0.03, regions=(0.22, 0.30, 0.22, 0.20, 0.06),
    ),
    Channel(
        "Paid social", share=0.23, growth=1.40, process=Process(0.21, 70, 0.75, 2.3, 6, 4.2, 16),
        subscribe=0.03, coupon_lean=0.14, regions=(0.18, 0.36, 0.21, 0.20, 0.05),
        late_process=Process(0.15, 95, 1.00, 2.0, 6, 4.2, 15),
    ),
    Channel(
        "E-mail", share=0.12, growth=1.05, process=Process(0.50, 54, 0.45, 3.5, 6, 3.9, 21),
        subscribe=0.12, coupon_lean=0.02, regions=(0.27, 0.23, 0.18, 0.27, 0.05),
    ),
    Channel(
        "Marketplace", share=0.13, growth=1.30, process=Process(0.12, 85, 0.80, 2.0, 6, 4.5, 15),
        subscribe=0.00, coupon_lean=0.10, regions=(0.20, 0.33, 0.25, 0.17, 0.05),
    ),
    Channel(
        "Referral", share=0.08, growth=1.25, process=Process(0.62, 52, 0.40, 3.6, 6, 3.8, 23),
        subscribe=0.14, coupon_lean=-0.08, regions=(0.28, 0.20, 0.16, 0.28, 0.08),
    ),
)  # fmt: skip
PRODUCTS = (
    Product("Coffee", "House Blend 250 g", 11, 1.6),
    Product("Coffee", "House Blend 1 kg", 34, 1.2),
    Product("Coffee", "Filter Roast 250 g", 14, 1.2),
    Product("Coffee", "Espresso Roast 1 kg", 37, 1.0),
    Product("Coffee", "Decaf 250 g", 12, 0.6),
    Product("Tea", "Breakfast Tea 100 bags", 9, 1.0),
    Product("Tea", "Sencha 100 g", 13, 0.8),
    Product("Tea", "Chamomile 50 bags", 8, 0.7),
    Product("Tea", "Oolong 100 g", 18, 0.5),
    Product("Brewing gear", "Pour-over Set", 38, 0.9),
    Product("Brewing gear", "French Press", 32, 0.8),
    Product("Brewing gear", "Burr Grinder", 79, 0.7),
    Product("Brewing gear", "Gooseneck Kettle", 64, 0.5),
    Product("Mugs and storage", "Stoneware Mug", 16, 0.8),
    Product("Mugs and storage", "Storage Tin", 13, 0.6),
    Product("Mugs and storage", "Travel Cup", 24, 0.5),
    Product("Gifts", "Tasting Box", 29, 0.8),
    Product("Gifts", "Gift Hamper", 58, 0.6),
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
