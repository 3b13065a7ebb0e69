"""What can be asked about a customer: each feature's name, kind, unit, definition and words.

The list is the same for every store; `retention.own_segments.features` says which of them a store's orders bring.
"""

from __future__ import annotations

from dataclasses import dataclass

from retention.segments.rules import TRAITS

KINDS = ("number", "money", "share", "date", "category", "flag", "products")
"""What a feature's values are; "number" has a unit, "products" asks about any order rather than one column."""

ORDERS, FORECAST, FIRST, LAST, BOUGHT, SEGMENT, CONTACT, SIGNAL = (
    "Orders",
    "Forecast",
    "First order",
    "Latest order",
    "Bought",
    "Segment",
    "Contact",
    "Signals",
)
GROUPS = (ORDERS, FORECAST, FIRST, LAST, BOUGHT, SEGMENT, CONTACT, SIGNAL)
"""The groups of the menu, in its order."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that a condition can ask about.

    - `kind`: one of `KINDS`; `unit`: what a number counts ("orders", "days", ...); `whole`: whole numbers only.
    - `label`: in the menu, under `group`; `help`: the definition, with its period.
    - `says`: what a customer does, with {} for how much, when or what; `says_not` for the opposite of a category, a
      flag or a purchase.
    - `needs`: what brings it, where these orders do not.
    """

    key: str
    label: str
    kind: str
    group: str
    help: str
    says: str
    says_not: str = ""
    unit: str = ""
    whole: bool = False
    needs: str = ""


_MODEL = "Needs a model of future purchases, and so enough customers who came back."
_YEAR = "within the next 12 months"


def _file(what: str) -> str:
    return f"Appears as soon as the file has a column of {what}."


def _orders() -> tuple[Feature, ...]:
    return (
        Feature(
            "days_since_last_order",
            "Days since last order",
            "number",
            ORDERS,
            "Days from the last order to the last day of these orders.",
            "last ordered {} ago",
            unit="days",
            whole=True,
        ),
        Feature(
            "orders",
            "Number of orders",
            "number",
            ORDERS,
            "All orders so far that count, those of one day counted one by one.",
            "bought {}",
            unit="times",
            whole=True,
        ),
        Feature(
            "purchase_days",
            "Purchase days",
            "number",
            ORDERS,
            "Days with at least one order so far: several orders on one day are one purchase.",
            "bought on {}",
            unit="days",
            whole=True,
        ),
        Feature(
            "revenue",
            "Revenue so far",
            "money",
            ORDERS,
            "Everything the customer has paid so far, less refunds.",
            "has spent {}",
        ),
        Feature(
            "average_order_value",
            "Average order value",
            "money",
            ORDERS,
            "Revenue so far divided by orders.",
            "spends {} an order",
        ),
        Feature(
            "discount_share",
            "Discount share",
            "share",
            ORDERS,
            "Discounts so far as a share of what the orders would have cost without them.",
            "took {} of the price as discounts",
            needs=_file("discounts"),
        ),
        Feature(
            "first_order",
            "Date of first order",
            "date",
            ORDERS,
            "Day of the first order.",
            "first ordered {}",
        ),
        Feature(
            "last_order",
            "Date of last order",
            "date",
            ORDERS,
            "Day of the last order.",
            "last ordered {}",
        ),
        Feature(
            "days_since_first_order",
            "Days since first order",
            "number",
            ORDERS,
            "Days from the first order to the last day of these orders.",
            "first ordered {} ago",
            unit="days",
            whole=True,
        ),
    )


def _forecast() -> tuple[Feature, ...]:
    return (
        Feature(
            "expected_value",
            "Expected value",
            "money",
            FORECAST,
            f"Revenue expected {_YEAR}, discounted at 10% a year, before margin.",
            "is expected to bring {} in 12 months",
            needs=_MODEL,
        ),
        Feature(
            "p_purchase_30d",
            "Probability to order, 30 days",
            "share",
            FORECAST,
            "Probability of at least one order within the next 30 days.",
            "is {} likely to order within 30 days",
            needs=_MODEL,
        ),
        Feature(
            "p_purchase",
            "Probability to order, 12 months",
            "share",
            FORECAST,
            f"Probability of at least one order {_YEAR}.",
            "is {} likely to order within 12 months",
            needs=_MODEL,
        ),
        Feature(
            "p_alive",
            "Probability to be active",
            "share",
            FORECAST,
            "Probability that the customer has not left for good. It says nothing about when the next order comes: to "
            "pick customers, use the probability to order.",
            "is {} likely to be still active",
            needs=_MODEL,
        ),
        Feature(
            "expected_orders",
            "Expected orders",
            "number",
            FORECAST,
            f"Orders that the model expects {_YEAR}, on average.",
            "is expected to order {} in 12 months",
            unit="times",
            needs=_MODEL,
        ),
        Feature(
            "expected_order_value",
            "Expected order value",
            "money",
            FORECAST,
            "What the customer's next order is expected to bring.",
            "is expected to spend {} on the next order",
            needs=_MODEL,
        ),
        Feature(
            "typical_wait",
            "Typical wait between orders",
            "number",
            FORECAST,
            "Median wait for the next order after the last one, by the customer's own history and the model, given "
            "that the customer stays. Unknown beyond ten years.",
            "typically waits {} between orders",
            unit="days",
            needs=_MODEL,
        ),
        Feature(
            "due",
            "Next order due",
            "date",
            FORECAST,
            "Day of the last order plus the typical wait: half of the customers who stay have ordered again by then. A "
            "day in the past is overdue.",
            "next order due {}",
            needs=_MODEL,
        ),
    )


_DIMENSIONS = {
    "channel": ("channels", "{when} came by {{}}"),
    "region": ("regions", "{when} ordered from {{}}"),
    "category": ("categories", "{when} bought {{}} (category)"),
    "product": ("products", "{when} bought {{}}"),
    "coupon": ("coupons", "{when} used the coupon {{}}"),
}
_PAST = {"came": "come", "ordered": "order", "bought": "buy", "used": "use"}


def _dimension(when: str, group: str, name: str) -> Feature:
    many, says = _DIMENSIONS[name]
    words = says.format(when=when).split(" ", 2)
    return Feature(
        f"{when}_{name}",
        f"{when.capitalize()} {name}",
        "category",
        group,
        f"The {name} of the customer's {'first' if when == 'first' else 'latest'} order.",
        " ".join(words),
        f"did not {_PAST[words[1]]} {words[2]} {when}",
        needs=_file(many),
    )


def _bought() -> tuple[Feature, ...]:
    about = (
        "The customer bought it in any order, not only the first; an order of several lines counts with each {} in it. "
        "Customers without any {} in the file are unknown."
    )
    return (
        Feature(
            "product",
            "Product",
            "products",
            BOUGHT,
            about.format("product", "product"),
            "bought {}",
            "did not buy {}",
            needs=_file("products"),
        ),
        Feature(
            "category",
            "Category",
            "products",
            BOUGHT,
            about.format("category", "category"),
            "bought from {}",
            "did not buy from {}",
            needs=_file("categories"),
        ),
    )


def _segments() -> tuple[Feature, ...]:
    stage = Feature(
        "stage",
        "Lifecycle stage",
        "category",
        SEGMENT,
        "One of seven stages by orders, days since the last order and expected value, with the thresholds in force.",
        "is {}",
        "is not {}",
    )
    about = {
        "big_spender": "Revenue so far in the top 10% of customers.",
        "high_order_value": "Average order in the top 20% of customers.",
        "full_price": "At most 2% of the undiscounted price taken as discounts.",
        "discount_shopper": "15% or more of the undiscounted price taken as discounts.",
        "ready_to_buy": "Probability of 30% or more to order within 30 days.",
    }
    article = {
        "full_price": "a full-price customer",
        "high_order_value": "a customer of high order value",
    }
    needs = {
        "full_price": _file("discounts"),
        "discount_shopper": _file("discounts"),
        "ready_to_buy": _MODEL,
    }
    traits = []
    for trait in TRAITS:
        name = trait.replace("_", " ")
        who = article.get(trait, "ready to buy" if trait == "ready_to_buy" else f"a {name}")
        traits.append(
            Feature(
                trait,
                name.capitalize(),
                "flag",
                SEGMENT,
                about[trait],
                f"is {who}",
                f"is not {who}",
                needs=needs.get(trait, ""),
            )
        )
    return (stage, *traits)


def _contact() -> tuple[Feature, ...]:
    def place(key: str, label: str, many: str) -> Feature:
        about = f"The {label.lower()} on the customer's latest order that names one."
        return Feature(
            key,
            label,
            "category",
            CONTACT,
            about,
            "lives in {}",
            "does not live in {}",
            needs=_file(many),
        )

    return (
        Feature(
            "has_email",
            "E-mail address known",
            "flag",
            CONTACT,
            "The file names an e-mail address of the customer.",
            "has an e-mail address",
            "has no e-mail address",
            needs=_file("e-mail addresses"),
        ),
        Feature(
            "has_phone",
            "Phone number known",
            "flag",
            CONTACT,
            "The file names a phone number of the customer.",
            "has a phone number",
            "has no phone number",
            needs=_file("phone numbers"),
        ),
        Feature(
            "consent",
            "Agreed to marketing",
            "flag",
            CONTACT,
            "What the file says about consent to marketing; customers of whom it says nothing are unknown.",
            "has agreed to marketing",
            "has not agreed to marketing",
            needs=_file("consent to marketing"),
        ),
        place("country", "Country", "countries"),
        place("state", "State", "states or provinces"),
        place("city", "City", "cities"),
        place("zip", "Postcode", "postcodes"),
    )


def _signals() -> tuple[Feature, ...]:
    return (
        Feature(
            "subscribed",
            "Subscribed",
            "flag",
            SIGNAL,
            "The latest order of a subscription is no older than 60 days, or than one and a half of the customer's own "
            "waits between such orders (up to 183 days).",
            "is subscribed",
            "is not subscribed",
            needs=_file("subscriptions"),
        ),
        Feature(
            "last_rating",
            "Latest rating",
            "number",
            SIGNAL,
            "The rating of the latest order that has one, on the file's own scale.",
            "last rated {}",
            needs=_file("ratings"),
        ),
        Feature(
            "rated_on",
            "Date of latest rating",
            "date",
            SIGNAL,
            "Day of the latest order with a rating.",
            "last rated {}",
            needs=_file("ratings"),
        ),
        Feature(
            "complained",
            "Complained",
            "flag",
            SIGNAL,
            "One of the customer's orders has an open complaint.",
            "complained",
            "did not complain",
            needs=_file("complaints"),
        ),
        Feature(
            "complained_on",
            "Date of latest complaint",
            "date",
            SIGNAL,
            "Day of the latest order with an open complaint.",
            "last complained {}",
            needs=_file("complaints"),
        ),
        Feature(
            "cart_abandoned",
            "Abandoned a cart",
            "flag",
            SIGNAL,
            "The customer left a cart, and has not ordered since.",
            "abandoned a cart",
            "abandoned no cart",
            needs=_file("abandoned carts"),
        ),
        Feature(
            "cart_abandoned_on",
            "Date of latest abandoned cart",
            "date",
            SIGNAL,
            "Day of the latest cart that the customer left and has not ordered since.",
            "last abandoned a cart {}",
            needs=_file("abandoned carts"),
        ),
    )


FEATURES: dict[str, Feature] = {
    feature.key: feature
    for feature in (
        *_orders(),
        *_forecast(),
        *(_dimension("first", FIRST, name) for name in _DIMENSIONS),
        *(_dimension("last", LAST, name) for name in _DIMENSIONS),
        *_bought(),
        *_segments(),
        *_contact(),
        *_signals(),
    )
}
"""Every feature by its key, in the order of the menu."""
