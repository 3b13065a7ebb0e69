"""What the page says of one customer in words: values in, plain text out."""

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from retention import wording
from retention.models.next_order import NextOrder
from retention.segments.labels import STAGE_LABELS
from retention.view.customer.habit import FEWEST_WAITS, Habit

#: Days after which a waiting time is no date: five years.
FAR_AHEAD_DAYS = 1826
#: Probability to have left from which a next order gets no date.
LIKELY_GONE = 0.5
#: Probability to order below which a range of the value says little.
HARDLY_ORDERS = 0.1
#: Signals that orders may bring, by their column, as a list of what is missing calls them.
SIGNAL_NAMES = {
    "last_rating": "reviews",
    "subscribed": "subscriptions",
    "complained_on": "complaints",
    "cart_abandoned_on": "carts left behind",
}
#: How the groups of survey answers read.
_SURVEY_MOODS = {
    "Promoter": "good",
    "Detractor": "bad",
    "Satisfied": "good",
    "Dissatisfied": "bad",
}
#: What consent says: given, refused, or not known.
_CONSENT: dict[bool | None, tuple[str, str, str]] = {
    True: ("good", "Consent", "May be written to"),
    False: ("bad", "Consent", "Opted out: do not write"),
    None: ("", "Consent", "Not known: ask before writing"),
}

#: Why a product is likely to be next, by the reasons of `likely_next`.
LIKELY_REASONS = {
    "bought often": "bought on two days or more",
    "due": "their usual wait is over",
    "bought once": "bought once",
    "follows": "others buy it after the last order",
    "best seller": "a best seller of the store",
}


def full_name(contact: Mapping[str, Any]) -> str:
    """Return first and last name; empty where neither is known."""
    parts = [str(contact[key]).strip() for key in ("first_name", "last_name") if key in contact]
    return " ".join(part for part in parts if part)


def initials(name: str) -> str:
    """Return one or two letters that stand for a name.

    >>> initials("Ann-Marie de Vries"), initials("ann@x.com"), initials("**<b>"), initials("!")
    ('AV', 'A', 'B', '?')
    """
    known = "".join(letter if letter.isalnum() else " " for letter in name.partition("@")[0])
    letters = [part[0].upper() for part in known.split()]
    return "".join(letters[:1] + letters[1:][-1:]) or "?"


def place(contact: Mapping[str, Any]) -> str:
    """Return city and country, as far as they are known."""
    return ", ".join(str(contact[name]) for name in ("city", "country") if contact.get(name))


def stage_reason(
    stage: str, orders: int, silence: float, waits: Sequence[int], path: pd.DataFrame
) -> str:
    """Return why a customer is in a stage, with what is usual for them where that is known."""
    count, ago = wording.plural(orders, "order"), wording.days(silence)
    since = wording.day(path["start"].iloc[-1])
    last = "today" if silence < 1 else f"{ago} ago"
    reasons = {
        "new": f"First order {last}: a good start makes the second one.",
        "first_time": f"One order, {last}: the second one is to be won.",
        "repeat": f"{count}, the last one {last}: a habit begins.",
        "loyal": f"{count}, the last one {last}: a regular customer.",
        "vip": f"{count}, the last one {last}, and an expected value among the highest.",
        "at_risk": f"{count}, and silent for {ago}: at risk since {since}.",
        "lapsed": f"{count}, and silent for {ago}: lapsed since {since}.",
    }
    return f"{reasons[stage]} {_beside_own_waits(silence, waits)}".strip()


def _beside_own_waits(silence: float, waits: Sequence[int]) -> str:
    """How the present silence compares with the customer's own waits; empty where they are few."""
    if len(waits) < FEWEST_WAITS:
        return ""
    shorter = sum(wait < silence for wait in waits)
    usual = f"Half of the waits between orders were {wording.days(median(waits))} or shorter"
    if not shorter:
        return f"{usual}."
    return (
        f"{usual}; this silence is longer than {wording.count(shorter)} of "
        f"{wording.count(len(waits))}."
    )


def what_silence_brings(stage: str, ahead: pd.DataFrame, path: pd.DataFrame) -> str:
    """Return on which days the customer enters which stages if no order comes."""
    if ahead.empty:
        return f"{STAGE_LABELS[stage]} since {wording.day(path['start'].iloc[-1])}."
    parts = [
        f"{STAGE_LABELS[name].lower()} from {wording.day(start)}"
        for name, start in zip(ahead["stage"], ahead["start"], strict=True)
    ]
    sentence = " and ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]} if nothing comes."


def due_window(due: NextOrder) -> str:
    """Return the first and the last day of a next order: "3 to 54 days", "20 days to 4 months"."""
    first, last = _day(due.early), _day(due.late)
    if first == last:
        return first
    number, _, unit = first.partition(" ")
    return f"{number} to {last}" if last.endswith(unit) else f"{first} to {last}"


def due_wait(due: NextOrder) -> str:
    """Return when half of such customers have ordered; "Unlikely" for who has rather left."""
    if due.never > LIKELY_GONE:
        return "Unlikely"
    return f"In {_day(due.middle)}" if due.middle <= FAR_AHEAD_DAYS else "After 5 years"


def habit_due(habit: Habit) -> str:
    """Return the day on which a usual interval is over: "Due 29 Nov 2026"."""
    return f"Due {wording.day(habit.due)}"


def habit_sentence(habit: Habit) -> str:
    """Return how often a customer usually orders, or buys a product."""
    what = f"Buys {habit.product}" if habit.product else "Orders"
    return f"{what} usually every {wording.days(habit.interval)}."


def signal_rows(
    signals: Mapping[str, Any], contact: Mapping[str, Any], best_rating: float, columns: set[str]
) -> list[tuple[str, str, str]]:
    """Return what is known beside the orders: a mood ("good", "bad" or ""), a name and words.

    Args:
        signals: The customer's row of `signals`.
        contact: The customer's known contact details.
        best_rating: The best score of the store's reviews.
        columns: The signals and contact details that the orders bring.
    """
    rows: list[tuple[str, str, str]] = []
    if "consent" in columns:
        rows.append(_CONSENT[contact.get("consent")])
    if "last_rating" in signals:
        rating = float(signals["last_rating"])
        on = f" on {_on(signals['rated_on'])}" if "rated_on" in signals else ""
        mood = (
            "good" if rating >= 0.8 * best_rating else "bad" if rating <= 0.4 * best_rating else ""
        )
        rows.append(
            (mood, "Review", f"{wording.general(rating)} of {wording.general(best_rating)}{on}")
        )
    rows += _survey_rows(signals)
    rows += _subscription_rows(signals)
    if "complained_on" in signals:
        rows.append(("bad", "Complaint", f"Open since {_on(signals['complained_on'])}"))
    if "cart_abandoned_on" in signals:
        worth = (
            f", worth {wording.decimal(signals['cart_value'], 2)}"
            if "cart_value" in signals
            else ""
        )
        left_on = _on(signals["cart_abandoned_on"])
        rows.append(("", "Cart", f"Left behind on {left_on}{worth}"))
    return rows + _engagement_rows(signals)


def _survey_rows(signals: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The latest answers to surveys."""
    rows = []
    if "nps_score" in signals:
        group = str(signals["nps_group"])
        answer = f"{wording.general(signals['nps_score'])} of 10, {group.lower()}"
        rows.append(
            (_SURVEY_MOODS.get(group, ""), "Would recommend", answer + _when(signals, "nps_on"))
        )
    if "csat_score" in signals:
        group = str(signals["csat_group"])
        answer = f"{group} ({wording.general(signals['csat_score'])})"
        rows.append(
            (_SURVEY_MOODS.get(group, ""), "Satisfaction", answer + _when(signals, "csat_on"))
        )
    return rows


def _subscription_rows(signals: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The subscription, with what it brings and when it is charged next; also one that is over."""
    charged = (
        f", charged on {_on(signals['next_charge_on'])}" if "next_charge_on" in signals else ""
    )
    if signals.get("subscribed"):
        products = ", ".join(signals.get("subscribed_products", ()))
        return [("good", "Subscription", (products or "Running") + charged)]
    status = signals.get("subscription_status")
    return [("", "Subscription", str(status).capitalize())] if status else []


def _engagement_rows(signals: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Loyalty points, and what the customer does with e-mails."""
    rows = []
    if "loyalty_points" in signals:
        tier = f", {signals['loyalty_tier']}" if "loyalty_tier" in signals else ""
        rows.append(("", "Loyalty points", f"{wording.count(signals['loyalty_points'])}{tier}"))
    acts = [
        f"{verb} on {_on(signals[name])}"
        for name, verb in (("email_opened_on", "last opened"), ("email_clicked_on", "clicked"))
        if name in signals
    ]
    if signals.get("unsubscribed"):
        rows.append(("bad", "E-mails", ", ".join(["Unsubscribed", *acts])))
    elif acts:
        words = ", ".join(acts)
        rows.append(("", "E-mails", words[0].upper() + words[1:]))
    return rows


def _when(signals: Mapping[str, Any], day: str) -> str:
    return f", on {_on(signals[day])}" if day in signals else ""


def unknown_signals(columns: set[str]) -> str:
    """Return which signals the orders do not bring, as a sentence; empty where all are there."""
    missing = [name for column, name in SIGNAL_NAMES.items() if column not in columns]
    missing += [] if "consent" in columns else ["consent"]
    return f"Not in these orders: {', '.join(missing)}." if missing else ""


def _on(moment: Any) -> str:
    return wording.day(pd.Timestamp(moment).date())


def _day(days: float) -> str:
    if not math.isfinite(days) or days > FAR_AHEAD_DAYS:
        return "more than 5 years"
    return wording.days(max(np.ceil(days), 1))
