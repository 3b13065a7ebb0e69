"""Words, definitions and number formats in one place, so that every page says the same thing the same way.

Everything here is pure: values in, strings out.
"""

import math
import re
import unicodedata
from datetime import date

MISSING = "–"
TABLE_MONEY = "%,.2f"
"""Format of amounts in a table's column: two decimals, thousands apart."""

CURRENCY_SYMBOLS = {
    "AUD": "A$",
    "BRL": "R$",
    "CAD": "C$",
    "CHF": "CHF ",
    "CNY": "CN¥",
    "CZK": "Kč ",
    "DKK": "kr ",
    "EUR": "€",
    "GBP": "£",
    "HKD": "HK$",
    "IDR": "Rp ",
    "ILS": "₪",
    "INR": "₹",
    "JPY": "¥",
    "KRW": "₩",
    "MXN": "MX$",
    "MYR": "RM ",
    "NOK": "kr ",
    "NZD": "NZ$",
    "PHP": "₱",
    "PLN": "zł ",
    "SEK": "kr ",
    "SGD": "S$",
    "THB": "฿",
    "TRY": "₺",
    "TWD": "NT$",
    "USD": "$",
    "VND": "₫",
    "ZAR": "R ",
}
_WITHOUT_CENTS = {"IDR", "JPY", "KRW", "VND", "CLP"}

STAGE_LABELS = {
    "new": "New",
    "first_time": "First-time",
    "repeat": "Repeat",
    "loyal": "Loyal",
    "vip": "VIP",
    "at_risk": "At risk",
    "lapsed": "Lapsed",
}

TRAIT_LABELS = {
    "big_spender": "Big spender",
    "high_order_value": "High order value",
    "full_price": "Full price",
    "discount_shopper": "Discount shopper",
    "ready_to_buy": "Ready to buy",
}

DEFINITIONS = {
    "customers": (
        "Everyone with at least one order that counts. Guests without an e-mail or customer number "
        "cannot be told apart and are left out."
    ),
    "orders": (
        "Orders that were paid, or will be. Cancelled, failed and unpaid ones, and rows without a customer, "
        "do not count; an order refunded in full counts, with revenue 0."
    ),
    "revenue": (
        "What customers paid for the orders that count, less refunds. Shipping and tax are as your file has them."
    ),
    "rows_left_out": (
        "Rows of the file that are no order: cancelled, unpaid, without customer, date or amount, or "
        "refunds. Each reason is listed with its rows."
    ),
    "average_order_value": "Revenue divided by orders.",
    "repeat_rate": "Customers with a second purchase on a later day, divided by all customers.",
    "frequency": "Days on which the customer bought again, after the first purchase day.",
    "recency": "Days from the first to the last purchase.",
    "monetary_value": "Mean spend of a repeat purchase day.",
    "discount_share": "Discounts divided by what the orders would have cost without them.",
    "p_alive": (
        "Probability that the customer has not left for good. It says nothing about when the next order "
        "comes: to pick customers, use the probability to order."
    ),
    "p_purchase": (
        "Probability of at least one order within the horizon, from the customer's own purchase history."
    ),
    "returning": (
        "Share of all customers expected to place at least one more order within the horizon (on the overview: 12 "
        "months): everybody's own probability to order, added up."
    ),
    "p_purchase_30d": "Probability of at least one order within the next 30 days.",
    "expected_orders_sum": "Orders the model expects from all of today's customers within the horizon.",
    "expected_orders": "Orders the model expects from the customer within the horizon, on average.",
    "expected_order_value": (
        "What an order of this customer is expected to bring, between the customer's own average and "
        "everybody's: the fewer repeat orders, the nearer to everybody's."
    ),
    "cltv": (
        "Expected value over the horizon: expected orders × expected order value × margin, with later "
        "money discounted to today."
    ),
    "cltv_per_customer": "Expected value of all customers divided by their number.",
    "base_value": (
        "Sum of every customer's expected revenue over the next 12 months, before margin, with later money "
        "discounted at 10% a year. Customers you have yet to win are not in it. The page “Customer value” takes other "
        "margins and rates."
    ),
    "expected_revenue": "Expected orders × expected order value, before margin and discounting.",
    "horizon": "How far ahead to look, on this page. The further, the less certain.",
    "margin": (
        "The part of revenue you keep after goods, shipping and payment; for this page. At 100% the value is revenue."
    ),
    "annual_discount_rate": "How much less money is worth when it arrives a year later; for this page.",
    "range_80": (
        "If customers go on as the model says, the truth lies in this range in 8 of 10 cases. It joins chance, since "
        "customers do as they please, with what the fit leaves open. What the model does not know (seasons, prices, "
        "campaigns) comes on top: see how far off it was under “Can I trust it?”."
    ),
    "cltv_range": (
        "If the model holds, in 8 of 10 cases the customer's value lies in this range, widened where the expected "
        "value lies outside. It begins at 0 for everybody who may well not order again."
    ),
    "holdout": "How much of the history's end to hide. The model learns from the rest and predicts the hidden part.",
    "backtest": (
        "The model is fitted to the orders before the cut and predicts the orders after it, which it has not seen, of "
        "the customers known at the cut."
    ),
    "calibration": (
        "Customers in ten groups by the predicted probability to order after the cut. On the diagonal, as many ordered "
        "as predicted; bars are 80% ranges of the observed share."
    ),
    "by_frequency": "Orders a customer after the cut, by how often the customer had come back before it.",
    "accuracy": (
        "Bias: total predicted against actual. Error a customer: mean absolute error of the orders, and its root mean "
        "square. Best 20%: share of the actual revenue brought by the fifth of the customers predicted to bring most. "
        "Ranking: Gini, 100% as good as hindsight and 0% as good as chance."
    ),
    "purchase_model": (
        "BG/NBD lets customers leave only after a repeat order, MBG/NBD after the first order too. Auto takes the one "
        "that predicted the hidden part of these orders better. Holds for every page."
    ),
    "p_active_curve": (
        "Probability that the customer is still active, by days since the last order. The same silence means more in "
        "a customer who used to order often."
    ),
    "order_distribution": (
        "What the expected number of orders is the mean of. Few customers order just as often as expected; the 80% "
        "range says how far apart they end up."
    ),
    "frequency_recency": (
        "What customers of this age promise, by repeat purchases and days since the last order. Up and to the right "
        "are the best; long silence of a frequent customer means goodbye."
    ),
    "gone_for_good": (
        "Probability that the customer has left and never orders again, from the purchase history: the longer the "
        "silence compared with the customer's own pace, the higher."
    ),
    "next_order": (
        "Half of the waits are shorter, given that the next order comes. “Unlikely”: the customer has rather left. "
        "Given that the next order comes: it does within the first day named in 1 of 10 cases, within the last in 9 of "
        "10. Purchase rates are taken to be steady."
    ),
    "what_if": (
        "The same customers, with what is to come changed from today on. The ranges of the gains come from the model's "
        "settings alone: chance meets both worlds alike."
    ),
    "repeat_rate_lever": (
        "Active customers order more often: the same orders in less time. They reach their last order sooner too, so "
        "value grows by less than the rate."
    ),
    "order_value_lever": "Every order brings more revenue.",
    "margin_lever": "A larger share of revenue is kept. Set today's margin at the top.",
    "retention_lever": (
        "More customers stay after each order: the share who stay, b / (a + b) in the model, rises by so much for "
        "everyone."
    ),
    "gap_worth": (
        "What today's customers are expected to bring more over the next 12 months if the metric reached its "
        "benchmark, the target or its former value, by the fitted model; discounted at 10% a year, before margin. The "
        "range holds what the fit and the gap's own measurement leave open."
    ),
    "gap_arithmetic": "The gap times the period's own orders or customers, as described below: no forecast.",
    "bridge": (
        "Active at the start + new + won back − lapsed = active at the end. New: first order in the period. Won back: "
        "had been inactive at the start, and ordered. Lapsed: active before, and no order for the days that active "
        "customers have."
    ),
    "by_month": (
        "Each calendar month taken by itself, so that rates differ from those of a longer period. Hollow: a month that "
        "the orders cover in part. Shaded: the chosen period."
    ),
    "buyers": "New customers placed their first order in the period; all their orders of the period count to them.",
    "spreads": (
        "Waits that ended in the period, and the silence of all customers so far on its last day. Dashed: the "
        "quartiles. Customers who are still waiting for a second order are not among the first."
    ),
    "top_share": (
        "Customers ordered by expected value, highest first: the share of the total that the first 1, 10 and 20% hold "
        "(1% from 100 customers on)."
    ),
}
"""Definition of each number on screen, shown as the tooltip beside it."""


def count(n: float, *, short: bool = False) -> str:
    """Whole number with thousands separators; `short` keeps three digits: 12,345 is 12.3k.

    >>> count(12034), count(12034, short=True), count(2_724_000, short=True)
    ('12,034', '12k', '2.72M')
    """
    if _missing(n):
        return MISSING
    return _short(n) if short else _sign(n) + f"{abs(round(n)):,}"


def money(x: float, currency: str | None = None, *, short: bool = False) -> str:
    """Amount with its currency's symbol; cents below 100 only, never a false 0; `short` keeps three digits: 12.3k.

    The `$` it may return starts a formula in Markdown: pass the result through `plain` there.

    >>> money(1234.4, "USD"), money(9.5, "EUR"), money(88_123, "THB", short=True), money(-3), money(0.002, "USD")
    ('$1,234', '€9.50', '฿88.1k', '−3.00', '<$0.01')
    """
    if _missing(x):
        return MISSING
    whole = currency in _WITHOUT_CENTS
    if 0 < abs(x) < (0.5 if whole else 0.005):
        return f"{'>−' if x < 0 else '<'}{symbol(currency)}{'1' if whole else '0.01'}"
    cents = abs(x) < 99.995 and x != 0 and not whole
    digits = f"{abs(x):,.2f}" if cents else f"{abs(x):,.0f}"
    if short and abs(x) >= 10_000:
        digits = _short(abs(x))
    return f"{_sign(x)}{symbol(currency)}{digits}"


def money_range(low: float, high: float, currency: str | None = None) -> str:
    """Two amounts as a range, shortened alike.

    >>> money_range(88_123, 104_000, "USD"), money_range(3, 11.5)
    ('$88.1k to $104k', '3.00 to 11.50')
    """
    return f"{money(low, currency, short=True)} to {money(high, currency, short=True)}"


def symbol(currency: str | None) -> str:
    """What stands before an amount: the symbol, else the code itself, else nothing.

    >>> symbol("MYR"), symbol("XOF"), symbol(None)
    ('RM\\xa0', 'XOF\\xa0', '')
    """
    if not currency:
        return ""
    return CURRENCY_SYMBOLS.get(currency, currency + " ").replace(" ", "\u00a0")


def percent(x: float, digits: int | None = None) -> str:
    """Fraction as a percentage: one decimal below 10%, none above, never a false 0% or 100%; `digits` fixes
    them.

    >>> percent(0.237), percent(0.041), percent(0.01), percent(0.0004), percent(0.9996), percent(1)
    ('24%', '4.1%', '1%', '<0.1%', '>99.9%', '100%')
    """
    if _missing(x):
        return MISSING
    if digits is None:
        if 0 < x < 0.001:
            return "<0.1%"
        if 0.995 <= x < 1:
            return ">99.9%" if x >= 0.9995 else f"{x * 100:.1f}%"
        digits = 1 if 0 < abs(x) < 0.0995 else 0
        return _sign(x) + f"{abs(x) * 100:,.{digits}f}".removesuffix(".0") + "%"
    return _sign(x) + f"{abs(x) * 100:,.{digits}f}%"


def off(bias: float, more: str, less: str) -> str:
    """How far a prediction was off.

    >>> off(0.053, "too many", "too few"), off(-0.12, "too high", "too low"), off(0.001, "", "")
    ('5.3% too many', '12% too low', 'right')
    """
    if _missing(bias):
        return MISSING
    return "right" if abs(bias) < 0.005 else f"{percent(abs(bias))} {more if bias > 0 else less}"


def days(n: float) -> str:
    """Number of days in the unit a reader would use.

    >>> days(1), days(48.2), days(400), days(0.4)
    ('1 day', '48 days', '13 months', 'less than a day')
    """
    if _missing(n):
        return MISSING
    if n < 0.5:
        return "less than a day"
    if n < 120:
        return plural(round(n), "day")
    if n < 365.25 * 3:
        return plural(round(n / 30.4375), "month")
    return plural(round(n / 365.25), "year")


def day(d: date) -> str:
    """Date as 1 Dec 2010, whatever the machine's language.

    >>> day(date(2010, 12, 1))
    '1 Dec 2010'
    """
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{d.day} {months[d.month - 1]} {d.year}"


def plural(n: float, one: str, many: str | None = None) -> str:
    """Count with its noun.

    >>> plural(1, "order"), plural(1204, "order"), plural(2, "country", "countries")
    ('1 order', '1,204 orders', '2 countries')
    """
    return f"{count(n)} {one if n == 1 else many or one + 's'}"


def plain(s: object, limit: int = 300) -> str:
    """Text that Streamlit's Markdown shows letter by letter: no link, colour, icon or HTML comes of it.

    Use it for every name that comes from a file (file, column, product, customer) and for messages that quote
    one. Line breaks become blanks, control characters go, and text past `limit` characters is cut.

    >>> plain("**Total** ($)").replace("\\\\", "~")
    '~*~*Total~*~* ~(~$~)'
    """
    escaped = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", one_line(s, limit))
    # Streamlit looks for icons, arrows and addresses once more after the escapes are gone; an invisible
    # word joiner keeps those from forming.
    escaped = re.sub(r"(\\[:@])", "\\1\u2060", escaped)
    escaped = re.sub(r"(?i)\b(www)(?=\\\.)", "\\1\u2060", escaped)
    return re.sub(r"(\\[<>~-])(?=\\[-=>])", "\\1\u2060", escaped)


def one_line(s: object, limit: int = 300) -> str:
    """Text in one line of at most `limit` characters, without control characters; for HTML, escape it yet."""
    raw = str(s)
    raw = raw if len(raw) <= limit else raw[: limit - 1] + "…"
    return "".join(
        c for c in " ".join(raw.split()) if unicodedata.category(c) not in {"Cc", "Cf", "Cs"}
    )


def _short(n: float) -> str:
    size = abs(n)
    for limit, unit in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size >= limit * 0.9995 and size >= 999.5:
            scaled = size / limit
            digits = 0 if scaled >= 99.95 else 1 if scaled >= 9.995 else 2
            whole, _, decimals = f"{scaled:.{digits}f}".partition(".")
            decimals = decimals.rstrip("0")
            return _sign(n) + whole + ("." + decimals if decimals else "") + unit
    return _sign(n) + f"{round(size):,}"


def _sign(x: float) -> str:
    return "−" if x < 0 else ""


def _missing(x: float | None) -> bool:
    return x is None or (isinstance(x, float) and not math.isfinite(x)) or x != x
