"""The headline of the cohorts page.

It says how the latest cohorts do, or which value of the first order does best.
"""

import numpy as np
import pandas as pd

from retention import wording
from retention.history.changes import DOWN, ENOUGH, NOISE, THIN, UP
from retention.reports import cohort_calendar
from retention.reports.cohort_changes import (
    LATEST_COHORTS,
    ShareBack,
    ShareChange,
    WaitDays,
    latest_change,
    share_back,
)
from retention.reports.cohorts import WAITS
from retention.view import text
from retention.view.cohorts.frames import MONTHS, Cohorts, CohortView
from retention.view.session.loaded import Loaded
from retention.view.widgets import Metric

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
        "next one. An order on any day of the period counts once, however many there are. The "
        "number beside a cohort is its size. A click on a row shows its customers below."
    ),
    "growth": (
        "All that the cohort's customers have brought up to an age, divided by the number of "
        "customers: of those who have reached an age, what they brought at it, added up over the "
        "ages. Before margin, net of refunds."
    ),
    "expected": (
        "What today's customers of the cohort are expected to bring from the end of the orders "
        "on, a customer, before margin and not discounted: it continues the revenue so far. The "
        "expected value of a cohort's customers at the bottom of the page is after margin and "
        "discounting, and so lower. The truth lies in the 80% range in about 8 of "
        "10 cases."
    ),
    "expected_orders": (
        "What today's customers of the cohort are expected to order from the end of the orders on, "
        "a customer. The truth lies in the 80% range in about 8 of 10 cases."
    ),
    "second": (
        "Of the customers whose first order was at least 30, 60 or more days ago, the share who "
        "had ordered again within these days. A second order on the same day counts. Thin lines "
        f"are 95% intervals, and shares of fewer than {ENOUGH} customers are left out."
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
        "with its 95% interval. Where the interval holds zero, chance alone may have made it. "
        "These are cohorts by their first order. The scorecard takes its own period, and weighs "
        "customers of each age alike: its change is another number."
    ),
    "new": "Customers whose first order falls into these periods, which are over.",
    "count": (
        "All cohorts that these settings make, and how many of them have fewer than 30 customers."
    ),
}


def cards_of(data: Loaded, view: CohortView, intakes: Cohorts) -> list[Metric]:
    """Three or four numbers about these cohorts; their `about` is a key of `DEFINITIONS`."""
    return _value_cards(intakes) if view.by else _period_cards(data, view, intakes)


def conclusion(view: CohortView, intakes: Cohorts) -> str:
    """Whether the latest cohorts come back like those before, or which value does best.

    Returns:
        A sentence, as Markdown.
    """
    if view.by:
        return _value_conclusion(view.by, intakes)
    change = latest_change(intakes.second, LATEST_COHORTS[view.period], BACK)
    if change.latest.customers < ENOUGH:
        return (
            f"**No cohort can be judged yet.** Fewer than {ENOUGH} customers have been observed "
            f"for {BACK} days since their first order."
        )
    names = text.plain(_span(change.latest.cohorts, intakes))
    words = (
        f"**{wording.percent(change.latest.share)}** of the customers of {names} came back within "
        f"{BACK} days"
    )
    before = wording.percent(change.before.share)
    verdicts = {
        UP: f", **more** than the {before} of those before.",
        DOWN: f", **fewer** than the {before} of those before.",
        NOISE: f". That is no clear change from the {before} of those before.",
    }
    return words + verdicts.get(change.verdict, ".")


def _value_conclusion(by: str, intakes: Cohorts) -> str:
    column = f"share_{BACK}"
    sized = intakes.second[intakes.second[column].notna()].sort_values(column, kind="stable")
    if len(sized) < 2:
        return f"**There is no second {by} to compare with** that has {ENOUGH} customers."
    (best, high), (worst, low) = (
        (text.plain(intakes.names[row["key"]], 80), wording.percent(row[column]))
        for row in (sized.iloc[-1], sized.iloc[0])
    )
    return (
        f"Customers whose first {by} was **{best}** come back most: **{high}** within {BACK} days. "
        f"Of **{worst}** it is **{low}**."
    )


def _period_cards(data: Loaded, view: CohortView, intakes: Cohorts) -> list[Metric]:
    second, number = intakes.second, LATEST_COHORTS[view.period]
    change = latest_change(second, number, BACK)
    over = second[_over(second["cohort"], view.period, data)]
    cards = [
        _back_card(change.latest, _span(change.latest.cohorts, intakes)),
        _change_card(change, _span(change.before.cohorts, intakes)),
        _new_card(over.iloc[-number:], over.iloc[-2 * number : -number], intakes),
        _expected_card(intakes, data.orders.currency),
    ]
    return [card for card in cards if card is not None]


def _back_card(share: ShareBack, names: str) -> Metric:
    """The share of the customers of these cohorts who came back."""
    if share.customers < ENOUGH:
        return Metric(
            label=_BACK,
            value=wording.MISSING,
            about="back",
            note="Too few customers observed so long",
        )
    note = f"{names}; {_percent_range(share.low, share.high)}"
    return Metric(label=_BACK, value=wording.percent(share.share), about="back", note=note)


def _change_card(change: ShareChange, names: str) -> Metric | None:
    """How the share changed against earlier cohorts; None where there are few customers."""
    if change.verdict == THIN:
        return None
    between = f"95% range {_points(change.low)} to {_points(change.high)}"
    note = f"{wording.percent(change.before.share)} for {names}; {between}: {change.verdict}"
    return Metric(
        label="Cohorts against those before",
        value=f"{_points(change.change)} points",
        about="change",
        note=note,
    )


def _new_card(latest: pd.DataFrame, before: pd.DataFrame, intakes: Cohorts) -> Metric | None:
    """New customers of the latest periods that are over; None where no period is over yet."""
    if latest.empty:
        return None
    note = _span(latest, intakes)
    if len(before) == len(latest):
        note += f"; {wording.count(before['customers'].sum())} for {_span(before, intakes)}"
    return Metric(
        label="New customers",
        value=wording.count(latest["customers"].sum()),
        about="new",
        note=note,
    )


def _expected_card(intakes: Cohorts, currency: str | None) -> Metric | None:
    """What a customer of the newest cohort is expected to bring or order; None without a model.

    Cohorts of too few customers are passed over.
    """
    forecast = intakes.forecast
    if forecast is None:
        return None
    sized = forecast[(forecast["month"] == MONTHS[-1]) & (forecast["customers"] >= ENOUGH)]
    if sized.empty:
        return None
    row = sized.iloc[-1]
    if np.isnan(row["revenue"]):
        orders = (
            f"{wording.decimal(row['orders_low'], 2)} to {wording.decimal(row['orders_high'], 2)}"
        )
        note = f"Orders a customer of {intakes.names[row['key']]}; 80% range {orders}"
        return Metric(
            label="Next 12 months",
            value=f"{wording.decimal(row['orders'], 2)} orders",
            about="expected_orders",
            note=note,
        )
    between = wording.money_range(row["revenue_low"], row["revenue_high"], currency)
    name = intakes.names[row["key"]]
    note = f"A customer of {name}, before margin and discounting; 80% range {between}"
    return Metric(
        label="Revenue, next 12 months",
        value=wording.money(row["revenue"], currency),
        about="expected",
        note=note,
    )


def _value_cards(intakes: Cohorts) -> list[Metric]:
    second, column = intakes.second, f"share_{BACK}"
    cards = [_back_card(share_back(second, BACK), "All")]
    sized = second[second[column].notna()].sort_values(column, kind="stable")
    if len(sized) > 1:
        for label, row in (("Most come back", sized.iloc[-1]), ("Fewest come back", sized.iloc[0])):
            between = _percent_range(row[f"low_{BACK}"], row[f"high_{BACK}"])
            note = f"{intakes.names[row['key']]}; {between}"
            cards.append(
                Metric(label=label, value=wording.percent(row[column]), about="back", note=note)
            )
    small = int(second["small"].sum())
    of_them = f"{wording.count(small)} of them with fewer than {ENOUGH} customers"
    number = wording.count(len(second))
    return [
        *cards,
        Metric(label="Cohorts", value=number, about="count", note=of_them if small else None),
    ]


def _percent_range(low: float, high: float) -> str:
    return f"95% range {wording.decimal(100 * low, 1)} to {wording.percent(high, 1)}"


def _points(share: float) -> str:
    return wording.signed(100 * share, 1)


def _span(rows: pd.DataFrame, intakes: Cohorts) -> str:
    """The first and the last of these cohorts; empty where there are none."""
    if rows.empty:
        return ""
    first, last = (intakes.names[key] for key in rows["key"].iloc[[0, -1]])
    return first if first == last else f"{first} – {last}"


def _over(starts: pd.Series, period: str, data: Loaded) -> np.ndarray:
    """Which of the periods that begin on these days are over."""
    days = cohort_calendar.period_days(starts, period)
    last_days = starts + pd.to_timedelta(days - 1, unit="D")
    return (last_days <= pd.Timestamp(data.orders.end)).to_numpy()
