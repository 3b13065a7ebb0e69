"""The headline of the cohorts page: how the latest cohorts do, or which value of the first order does best."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from retention import wording
from retention.history.changes import ENOUGH, THIN
from retention.reports import cohort_calendar as cohort_periods
from retention.reports.cohort_changes import LATEST_COHORTS, WaitDays, latest_change, share_back
from retention.reports.cohorts import WAITS
from retention.view.cohorts.frames import MONTHS, Cohorts, View
from retention.view.session.loaded import Loaded

BACK: WaitDays = 90  # days of the headline
_BACK = f"Back within {BACK} days"

DEFINITIONS = {
    "by": (
        "What makes a cohort: the calendar period of the first order (weeks begin on Monday), or "
        "what the first order says, such as its channel."
    ),
    "show": "The share of a cohort's customers with an order at an age, or their number.",
    "cohorts": (
        "How many cohorts to draw: the newest, or, by channel and so on, the largest. The files "
        "have all."
    ),
    "ages": "Up to which age to draw. The files have all.",
    "triangle": (
        "Each cell: of the customers in the row's cohort, those with at least one order in that "
        "calendar period after their first. Age 0 is the period of the first order, age 1 the "
        "next one. An order on any day of the period counts once, however many there are."
    ),
    "growth": (
        "All that the cohort's customers have brought up to an age, divided by the number of "
        "customers: of those who have reached an age, what they brought at it, added up over the "
        "ages. Before margin, net of refunds."
    ),
    "expected": (
        "What today's customers of the cohort are expected to bring from the end of the orders "
        "on, a customer, before margin and not discounted: it continues the revenue so far. The "
        "expected value of a cohort's customers at the bottom of the page is discounted at 10% a "
        "year, and so a little lower. If the model holds, the truth lies in the 80% range in 8 of "
        "10 cases."
    ),
    "second": (
        "Of the customers whose first order was at least so many days ago, the share who had "
        "ordered again within these days; a second order on the same day counts. Thin lines are "
        f"95% intervals, and shares of fewer than {ENOUGH} customers are left out."
    ),
    "median": (
        "Median days from the first to the second order, of those who came back within "
        f"{WAITS[-1]} days: of customers whose first order is that long ago, so that young "
        "cohorts, whose slow customers have yet to come back, do not look quick. Empty below "
        f"{ENOUGH} such customers."
    ),
    "back": (
        f"Of customers whose first order is at least {BACK} days ago, the share with a second "
        f"order within {BACK} days. With its 95% interval (Wilson)."
    ),
    "change": (
        "The difference in points (percentage points) to the same number of cohorts right before, "
        "with its 95% interval. Where the interval holds zero, chance alone may have made it."
    ),
    "new": "Customers whose first order falls into these periods, which are over.",
    "one": (
        "All cohorts that these settings make, and how many of them have fewer than 30 customers."
    ),
}


class Card(NamedTuple):
    """A headline number; `about` is a key of `DEFINITIONS`, `note` a short line below the number."""

    label: str
    value: str
    about: str
    note: str | None = None


def cards_of(data: Loaded, view: View, found: Cohorts) -> list[Card]:
    """Three or four numbers worth knowing about these cohorts."""
    return _value_cards(found) if view.by else _period_cards(data, view, found)


def _period_cards(data: Loaded, view: View, found: Cohorts) -> list[Card]:
    second, number, currency = found.second, LATEST_COHORTS[view.period], data.orders.currency
    change = latest_change(second, number, BACK)
    latest, before = change.latest, change.before
    if latest.customers < ENOUGH:
        cards = [Card(_BACK, wording.MISSING, "back", "Too few customers observed so long")]
    else:
        note = f"{_span(latest.cohorts, found)}; {_points(latest.low, latest.high)}"
        cards = [Card(_BACK, wording.percent(latest.share), "back", note)]
    if change.verdict != THIN:
        between = f"95% range {_signed(change.low)} to {_signed(change.high)}: {change.verdict}"
        note = f"{wording.percent(before.share)} for {_span(before.cohorts, found)}; {between}"
        cards.append(
            Card("Against those before", f"{_signed(change.change)} points", "change", note)
        )
    over = second[_over(second["cohort"], view.period, data)]
    if len(over):
        new, old = over.iloc[-number:], over.iloc[-2 * number : -number]
        note = _span(new, found)
        if len(old) == len(new):
            note += f"; {wording.count(old['customers'].sum())} for {_span(old, found)}"
        cards.append(Card("New customers", wording.count(new["customers"].sum()), "new", note))
    if found.forecast is not None:
        ahead = found.forecast[
            (found.forecast["month"] == MONTHS[-1]) & (found.forecast["customers"] >= ENOUGH)
        ]
        for row in ahead.tail(1).to_dict("records"):
            between = wording.money_range(row["revenue_low"], row["revenue_high"], currency)
            note = f"A customer of {found.names[row['key']]}, not discounted; 80% range {between}"
            cards.append(
                Card("Next 12 months", wording.money(row["revenue"], currency), "expected", note)
            )
    return cards


def _value_cards(found: Cohorts) -> list[Card]:
    second, column = found.second, f"share_{BACK}"
    everyone = share_back(second, BACK)
    cards = [Card(_BACK, wording.MISSING, "back", "Too few customers observed so long")]
    if everyone.customers >= ENOUGH:
        shares = f"All; {_points(everyone.low, everyone.high)}"
        cards = [Card(_BACK, wording.percent(everyone.share), "back", shares)]
    sized = second[second[column].notna()].sort_values(column, kind="stable")
    if len(sized) > 1:
        for label, row in (("Most come back", sized.iloc[-1]), ("Fewest come back", sized.iloc[0])):
            ends = _points(row[f"low_{BACK}"], row[f"high_{BACK}"])
            cards.append(
                Card(
                    label,
                    wording.percent(row[column]),
                    "back",
                    f"{found.names[row['key']]}; {ends}",
                )
            )
    small = int(second["small"].sum())
    note = f"{wording.count(small)} of them with fewer than {ENOUGH} customers" if small else None
    return [*cards, Card("Cohorts", wording.count(len(second)), "one", note)]


def _points(low: float, high: float) -> str:
    return f"95% range {100 * low:.1f} to {100 * high:.1f}%"


def _signed(share: float) -> str:
    return wording.signed(100 * share, 1)


def _span(rows: pd.DataFrame, found: Cohorts) -> str:
    first, last = (found.names[key] for key in rows["key"].iloc[[0, -1]])
    return first if first == last else f"{first} – {last}"


def _over(starts: pd.Series, period: str, data: Loaded) -> np.ndarray:
    days = cohort_periods.period_days(starts, period)
    return (
        starts + pd.to_timedelta(days - 1, unit="D") <= pd.Timestamp(data.orders.end)
    ).to_numpy()
