"""Labels and definitions that several pages show, and escaping for Markdown.

Everything here is pure: values in, strings out. A page with many definitions of its own has them in
the `words` of its package.
"""

import math
import re
import unicodedata
from collections.abc import Mapping

from retention import notation

#: Blanks and line breaks, without those that hold a number together.
_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")
#: Presets of thresholds.
PUBLISHED, FITTED = "Published scheme", "Fit to my data"

#: The expected value of customers by the model of their channel, product or region. It differs a
#: little from the one by the store's model, which is called “Expected value”.
BY_GROUP = "Expected value by group"

#: What an 80% range is, in the words of every page.
RANGE_80 = (
    "The truth lies in this range in about 8 of 10 cases. It joins chance, the fit, and how far "
    "such forecasts were off in this store before."
)

DEFINITIONS = {
    "customers": (
        "Everyone with at least one order that counts. Guests without an e-mail or customer number "
        "cannot be told apart and are left out."
    ),
    "orders": (
        "Orders that were paid, or will be. Cancelled, failed and unpaid ones, and rows without a "
        "customer, do not count; an order refunded in full counts, with revenue 0."
    ),
    "revenue": (
        "What customers paid for the orders that count, less refunds. Shipping and tax are as your "
        "file has them."
    ),
    "rows_left_out": (
        "Rows of the file that are no order: cancelled, unpaid, without customer, date or amount, "
        "or refunds. Each reason is listed with its rows."
    ),
    "average_order_value": "Revenue divided by orders.",
    "repeat_rate": "Customers with a second purchase on a later day, divided by all customers.",
    "frequency": "Days on which the customer bought again, after the first purchase day.",
    "recency": "Days from the first to the last purchase.",
    "monetary_value": "Mean spend of a repeat purchase day.",
    "initial_spend": "Spend of the first purchase day.",
    "discount_share": "Discounts divided by what the orders would have cost without them.",
    "p_alive": (
        "Probability that the customer has not left for good. It says nothing about when the next "
        "order comes: to pick customers, use the probability to order."
    ),
    "p_purchase": (
        "Probability of at least one order within the horizon, from the customer's own purchase "
        "history."
    ),
    "returning": (
        "Share of all customers expected to place at least one more order within the horizon (on "
        "the front page: 12 months): everybody's own probability to order, added up."
    ),
    "p_purchase_30d": "Probability of at least one order within the next 30 days.",
    "expected_orders_sum": (
        "Orders the model expects from all of today's customers within the horizon. Several orders "
        "of a customer on one day count once."
    ),
    "expected_orders": (
        "Orders the model expects from the customer within the horizon, on average. Several on one "
        "day count once."
    ),
    "expected_order_value": (
        "What an order of this customer is expected to bring, between the customer's own average "
        "and everybody's: the fewer repeat orders, the nearer to everybody's. Where the store's "
        "first and later orders go together, the first order counts too."
    ),
    "cltv": (
        "Expected value over the horizon: expected orders × expected order value × margin, with "
        "later money discounted to today. Margin and discount rate are those of the store settings."
    ),
    "cltv_total": (
        "Expected value of all customers over the horizon: expected orders × expected order value "
        "× margin, with later money discounted to today. Its 80% range joins chance, the fit, and "
        "how far such forecasts were off in this store before."
    ),
    "cltv_per_customer": "Expected value of all customers divided by their number.",
    "cltv_by_group": (
        "Expected value over 12 months, by the models of groups: each first channel, product or "
        "region has its own, which leans on the store's the more the fewer its customers are. "
        "“Expected value” alone takes the model of the whole store for each customer, so that "
        "sums may differ a little."
    ),
    "base_value": (
        "Sum of every customer's expected value over the next 12 months: expected revenue × "
        "margin, with later money discounted, by the store settings. Customers you have yet to win "
        "are not in it. Its 80% range joins chance, the fit, and how far such forecasts were off "
        "in this store before."
    ),
    "expected_revenue": "Expected orders × expected order value, before margin and discounting.",
    "horizon": "How far ahead to look, on this page alone. The further, the less certain.",
    "margin": (
        "The part of revenue that you keep after goods, shipping and payment. Every expected value "
        "and every campaign's gain is after it. At 100% the value is revenue."
    ),
    "annual_discount_rate": (
        "How much less money is worth when it arrives a year later. Every expected value is "
        "discounted at it."
    ),
    "range_80": (
        f"{RANGE_80} From less than a year and a half of orders no season can be told: it then "
        "allows for the misses of other stores. “Can I trust it?” shows the misses. New prices and "
        "campaigns come on top."
    ),
    "cltv_range": (
        "If the model holds, in 8 of 10 cases the customer's value lies in this range, widened "
        "where the expected value lies outside. It begins at 0 for everybody who may well not "
        "order again."
    ),
    "holdout": (
        "How much of the history's end to hide. The model learns from the rest and "
        "predicts the hidden part."
    ),
    "backtest": (
        "The model is fitted to the orders before the cut and predicts the orders after it, which "
        "it has not seen, of the customers known at the cut."
    ),
    "calibration": (
        "Customers in ten groups by the predicted probability to order after the cut. On the "
        "diagonal, as many ordered as predicted; bars are 80% ranges of the observed share."
    ),
    "by_frequency": (
        "Orders a customer after the cut, by how often the customer had come back before it."
    ),
    "accuracy": (
        "Bias: total predicted against actual. Error a customer: mean absolute error of the "
        "orders, and its root mean square. Best 20%: share of the actual revenue brought by the "
        "fifth of the customers predicted to bring most. Ranking: Gini, 100% as good as hindsight "
        "and 0% as good as chance."
    ),
    "purchase_model": (
        "BG/NBD lets customers leave only after a repeat order, MBG/NBD after the first order too. "
        "Auto takes the one that predicted the hidden part of these orders better. Holds for every "
        "page."
    ),
    "p_active_curve": (
        "Probability that the customer is still active, by days since the last order. The same "
        "silence means more in a customer who used to order often."
    ),
    "order_distribution": (
        "What the expected number of orders is the mean of. Few customers order just as often as "
        "expected; the 80% range says how far apart they end up."
    ),
    "frequency_recency": (
        "What customers of this age promise, by repeat purchases and days since the last order. Up "
        "and to the right are the best; long silence of a frequent customer means goodbye."
    ),
    "gone_for_good": (
        "Probability that the customer has left and never orders again, from the purchase history: "
        "the longer the silence compared with the customer's own pace, the higher."
    ),
    "next_order": (
        "Due: the last order plus the customer's own usual interval. The model knows no habit: it "
        "says when half of customers alike order, given that the order comes. “Unlikely”: this one "
        "has rather left. Given that the next order comes: it does within the first day named in 1 "
        "of 10 cases, within the last in 9 of 10. Purchase rates are taken to be steady."
    ),
    "what_if": (
        "The same customers, with what is to come changed from today on. The ranges of the gains "
        "come from the model's settings alone: chance meets both worlds alike."
    ),
    "repeat_rate_lever": (
        "Active customers order more often: the same orders in less time. They reach their last "
        "order sooner too, so value grows by less than the rate."
    ),
    "order_value_lever": "Every order brings more revenue.",
    "margin_lever": (
        "A larger share of revenue is kept. Today's margin is that of the store settings."
    ),
    "retention_lever": (
        "More customers stay after each order: the share who stay, b / (a + b) in the model, rises "
        "by so much for everyone."
    ),
    "gap_worth": (
        "What today's customers are expected to bring more over the next 12 months if the metric "
        "reached its benchmark, the target or its former value, by the fitted model; after margin "
        "and discounting, by the store settings. The range holds what the fit and the gap's own "
        "measurement leave open."
    ),
    "gap_arithmetic": (
        "The gap times the period's own orders or customers, as described below: no forecast."
    ),
    "bridge": (
        "Active at the start + first orders + won back − fallen silent = active at the end. First "
        "order: in the period. Won back: had been inactive at the start, and ordered. Fell silent: "
        "active before, and no order for the days that active customers have."
    ),
    "by_month": (
        "Each calendar month taken by itself, so that rates differ from those of a longer period. "
        "Hollow: a month that the orders cover in part. Shaded: the chosen period."
    ),
    "buyers": (
        "New customers placed their first order in the period; all their orders of the "
        "period count to them."
    ),
    "spreads": (
        "Waits that ended in the period, and the silence of all customers so far on its last day. "
        "Dashed: the quartiles. Customers who are still waiting for a second order are not among "
        "the first."
    ),
    "top_share": (
        "Customers ordered by expected value, highest first: the share of the total that the first "
        "1, 10 and 20% hold (1% from 100 customers on)."
    ),
}
"""Definition of each number on screen: beside it as a tooltip, or on the glossary page."""

#: Definitions that stand on the glossary page, to which each page links: a number that is defined
#: by one of them has no mark of its own.
ON_GLOSSARY = frozenset(
    {
        *("customers", "orders", "revenue", "average_order_value", "repeat_rate"),
        *("returning", "expected_orders_sum", "expected_revenue"),
        *("p_purchase", "cltv_per_customer", "top_share"),
        *("came", "came_back", "fell", "lapsed", "new"),
        *("lift", "reach", "cost", "return", "break_even"),
        *("due_this_week", "due_next_week", "bought_again", "usual_wait"),
    }
)


def one_help(parts: Mapping[str, str]) -> str:
    r"""Return the one help of a card, as Markdown: what each of its controls is called, and means.

    Args:
        parts: What each control means, by its label.

    >>> one_help({"Lift": "Orders more.", "Held out": "Get nothing."})
    '**Lift:** Orders more.\n\n**Held out:** Get nothing.'
    """
    return "\n\n".join(f"**{label}:** {meaning}" for label, meaning in parts.items() if meaning)


def plain(value: object, limit: int = 300) -> str:
    r"""Escape text so that Streamlit's Markdown shows it letter by letter.

    No link, colour, icon or HTML comes of it. Use it for every name that comes from a file (file,
    column, product, customer) and for messages that quote one.

    Args:
        value: The text. Line breaks become blanks, and control characters go.
        limit: Characters after which the text is cut.

    >>> plain("**Total** ($)").replace("\\", "~")
    '~*~*Total~*~* ~(~$~)'
    """
    escaped = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", one_line(value, limit))
    # Streamlit looks for icons, arrows and addresses once more after the escapes are gone; an
    # invisible word joiner keeps those from forming.
    escaped = re.sub(r"(\\[:@])", "\\1\u2060", escaped)
    escaped = re.sub(r"(?i)\b(www)(?=\\\.)", "\\1\u2060", escaped)
    return re.sub(r"(\\[<>~-])(?=\\[-=>])", "\\1\u2060", escaped)


def one_line(value: object, limit: int = 300) -> str:
    """Return text in one line without control characters. For HTML, escape it as well.

    Args:
        value: The text.
        limit: Characters after which it is cut.
    """
    raw = str(value)
    raw = raw if len(raw) <= limit else raw[: limit - 1] + "…"
    return "".join(
        letter
        for letter in _BLANKS.sub(" ", raw).strip()
        if unicodedata.category(letter) not in {"Cc", "Cf", "Cs"}
    )


def slider_step(top: float) -> float:
    """Return a round step that takes about 200 steps or fewer up to `top`.

    >>> slider_step(90.0), slider_step(1_700.0), slider_step(0.0)
    (0.5, 10.0, 5e-05)
    """
    top = max(top, 0.01)
    power = 10.0 ** math.floor(math.log10(top / 200))
    return next(power * nice for nice in (1, 2, 5, 10) if power * nice * 200 >= top * 0.999)


def money_format(currency: str | None, amount: float, step: float) -> str:
    """Return the format in which a slider writes amounts: the symbol, and cents where needed.

    >>> money_format("USD", 85, 1), money_format("THB", 86.58, 1), money_format(None, 2, 0.5)
    ('$%,.0f', '฿%,.2f', '%,.2f')
    """
    if _is_unlike_english():
        # These follow the browser. No other format has both a comma for decimals and a symbol.
        return {"USD": "dollar", "EUR": "euro", "JPY": "yen"}.get(currency or "", "localized")
    before, after = notation.around_amount(currency)
    if currency and before.startswith(currency):  # a code, which a file may have made up
        before = plain(currency) + "\u00a0"
    digits = "%,.0f" if step >= 1 and float(amount).is_integer() else "%,.2f"
    return before.replace("%", "%%") + digits + after.replace("%", "%%")


def slider_format(english: str) -> str:
    """Return the format in which a slider writes plain numbers.

    Args:
        english: The format where the notation has a decimal point, such as "%.1f".
    """
    return "localized" if _is_unlike_english() else english


def percent_format(number: str = "%d") -> str:
    """Return the format in which a slider writes whole percentages.

    Args:
        number: The format of the number alone.
    """
    before, after = (part.replace("%", "%%") for part in notation.around_percentage())
    return f"{before}{number}{after}"


def _is_unlike_english() -> bool:
    """Whether separators are others than those of a slider's own formats."""
    present = notation.current()
    return present is not None and (present.decimal, present.group) != (".", ",")
