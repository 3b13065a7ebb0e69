"""Definitions of the movement page, and what moved in a sentence."""

from collections.abc import Mapping
from math import isnan

import pandas as pd

from retention import wording

DEFINITIONS = {
    "period": (
        "Customers are looked at twice: when the day before the period is over, and when its last "
        "day is. “This” quarter or year holds the last order."
    ),
    "rules": (
        "Thresholds of the stages, on both days: those set on the page Segments; the published "
        "scheme, which counts 30, 60, 90, 120 and 180 days; or “Fit to my data”, from how long "
        "your own customers wait between orders."
    ),
    "draw": (
        "How wide a band is: customers, or their expected value over the next 12 months (after "
        "margin and discounting, by the store settings), at the start on the left and at the end "
        "on the right. A band that narrows has lost value."
    ),
    "stayed": "Draw and list those too who are in the same stage on both days.",
    "flow": (
        "Each band is a movement, in the colour of the stage where customers are now. Stages are "
        "those of the page Segments. One model, fitted to all orders, values both days, and the "
        "same expected value makes a VIP on both: nobody moves because the model or the others "
        "changed."
    ),
    "came": "Customers whose first order lies in the period, wherever they stand at its end.",
    "came_back": "At risk or lapsed at the start, and new, repeat, loyal or VIP at the end.",
    "fell": (
        "New, repeat, loyal or VIP at the start, at risk at the end. Worth: what they were "
        "expected to bring over the next 12 months at the start, and what they still are."
    ),
    "lapsed": (
        "Known and not lapsed at the start, lapsed at the end. Worth: as for those who fell to at "
        "risk."
    ),
    "second_order": (
        "One order and not lapsed at the start; more orders and not lapsed at the end. Who "
        "had lapsed counts as came back."
    ),
    "value": (
        "Expected value over the next 12 months, after margin and discounting by the store "
        "settings, by the model fitted to all orders: of the orders up to the start, and of those "
        "up to the end. The first is today's view of that day, not the forecast of then. The 80% "
        "range is that of the end."
    ),
    "revenue": "What these customers paid in the period.",
}
TITLES = {
    "came": "Came in",
    "came_back": "Came back",
    "fell": "Fell to at risk",
    "lapsed": "Fell to lapsed",
}


def notes(turns: pd.DataFrame, currency: str | None) -> Mapping[str, str | None]:
    """The line below each headline number: what it is worth; none without amounts."""

    def money(name: str, column: str) -> str:
        return wording.money(turns[column][name], currency, short=True)

    if turns["revenue_between"].isna().all():
        return dict.fromkeys(TITLES)
    if isnan(turns["value_after"].iloc[0]):
        return {name: f"Brought {money(name, 'revenue_between')} in the period" for name in TITLES}
    return {
        "came": f"Worth {money('came', 'value_after')} now",
        "came_back": (
            f"Worth {money('came_back', 'value_after')} now, {money('came_back', 'value_before')} "
            "then"
        ),
        "fell": f"Worth {money('fell', 'value_before')} then, {money('fell', 'value_after')} now",
        "lapsed": (
            f"Worth {money('lapsed', 'value_before')} then, {money('lapsed', 'value_after')} now"
        ),
    }


def sentence(turns: pd.DataFrame, currency: str | None) -> str:
    """What moved, in one or two sentences."""
    customers = turns["customers"]
    fell, back, lapsed, second = (
        int(customers[name]) for name in ("fell", "came_back", "lapsed", "second_order")
    )
    has_model = not isnan(turns["value_after"].iloc[0])

    def worth(name: str, column: str) -> str:
        if not has_model or not customers[name]:
            return ""
        return f" worth {wording.money(turns[column][name], currency, short=True)}"

    words = (
        f"{wording.plural(fell, 'customer')}{worth('fell', 'value_before')} fell from active to "
        f"at risk; {wording.count(back)}{worth('came_back', 'value_after')} came back; "
        f"{wording.count(lapsed)}{worth('lapsed', 'value_before')} lapsed."
    )
    if second:
        words += (
            f" Of those with one order who had not lapsed, {wording.count(second)} placed a second "
            "one."
        )
    return words
