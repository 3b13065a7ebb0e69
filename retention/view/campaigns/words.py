"""The planner's definitions and labels, in one place."""

from datetime import date
from typing import NamedTuple

import numpy as np

from retention import wording
from retention.campaigns.campaign import MessageOffer
from retention.campaigns.economics import Economics
from retention.campaigns.holdout import HoldoutPower
from retention.campaigns.offers import OFFERS, Offer, OfferKind
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.terms import ENDS, MAIN, OPENING, Terms
from retention.campaigns.usual import (
    FIRST_LIFT,
    READ_BY_ALL,
    READ_BY_LAPSED,
    StartingLift,
    usual_lift,
)
from retention.experiments.learning import LearnedLift
from retention.experiments.power import MOST_TESTS, ProposedTest
from retention.statistics import FORECAST_LEVEL, normal_width
from retention.view import text

DEFINITIONS = {
    "lift": "How many of 100 customers who would not order within the window do so because of the "
    "campaign. Orders alone do not tell it, a held-out group does: an assumption, until a test of "
    "yours has measured it.",
    "anyway": "Of those who would have ordered anyway, the share who use the offer. Each of "
    "them costs the offer and brings nothing new.",
    "contact": "What one message to one customer costs. Whoever orders leaves the sequence, "
    "and gets no more.",
    "window": "How long orders count as the campaign's, from the first message on.",
    "starts_on": "The calendar and the brief count from here; today at the soonest. What is "
    "expected holds for the days after the last order of the file: what was ordered since, the "
    "file cannot tell.",
    "holdout": "Customers of the audience who get nothing, drawn at random, so that it can be "
    "told what the campaign did. Always the same customers, whatever the campaign is called "
    "later.",
    "size": "How far down the list to go, ranked by expected gain: those who would order "
    "anyway cost most, those with larger orders bring most.",
    "ranked": "Gain: the customers who bring most come first. Gain for the cost: those come "
    "first for whom a unit of money brings most, which makes the most of a budget that does not "
    "reach everybody.",
    "reach": "Customers who get the campaign: the segment without those left out, below the "
    "cut, and held out.",
    "gain": "Margin with the campaign less margin without it, less contacts and offers, over "
    "the window. 80% range: chance, the fit, and how far such forecasts were off in this store "
    "before. A lift that you assume is taken as it is; one that tests have measured adds its "
    "own uncertainty.",
    "cost": "Contacts, offers used by customers who would have ordered anyway, and offers used "
    "by those it persuades.",
    "loss": "Probability that the gain falls below zero. It allows for all that the range of the "
    "gain allows for.",
    "return": "Expected gain for each unit of money spent on contacts and offers.",
    "break_even": "The lift at which the expected gain of the customers addressed is zero: "
    "below it the campaign costs more than it brings. With “Best size” another lift addresses "
    "other customers, and so breaks even elsewhere.",
    "largest": "The main offer at which the expected gain is zero. A larger one loses money at "
    "this lift. Where it is above the average order value, even an order for free would pay: "
    "few get as far as this offer.",
    "detectable": "The smallest difference that comparing both groups shows in 4 of 5 tests, at 5% "
    "significance, two-sided. Points: the share who order of those addressed, less that of those "
    "held out. Look once, on the day named: who looks every week sees more than there is.",
    "without": "What these customers do within the window if nothing is sent, by the fitted "
    "model, with its 80% range.",
    "due": "An order is due at the last order plus the customer's typical (median) wait by the "
    "model: half of the customers with such a history have ordered by then.",
    "even": "Each campaign gets the same part of the budget and spends it on its own best "
    "customers.",
    "allowed": "Value of a new customer / the ratio. 3:1 is the usual floor (Barilliance 2021).",
    "new_value": "Margin that a new customer brings over the horizon, first order included, "
    "discounted by the store settings. Each group has a model of its own customers, which leans "
    "on the store's the more the fewer they are: the one of the page “Channels”. 80% range of the "
    "group's mean.",
    "payback": "Days until the margin of a new customer adds up to the highest acquisition "
    "cost, not discounted.",
}


def assumed(*, has_offer: bool) -> str:
    """Return the one help of what the marketer assumes, as Markdown."""
    about = text.one_help(
        {
            "Lift": f"{DEFINITIONS['lift']} {lift_evidence()}",
            "Offer used by those who order anyway": DEFINITIONS["anyway"] if has_offer else "",
            "Worth": "What a used offer costs you." if has_offer else "",
            "Cost of a message": DEFINITIONS["contact"],
        }
    )
    return f"The model knows what customers do anyway. What follows is yours to judge.\n\n{about}"


OFFER_NAMES: dict[MessageOffer, str] = {
    "": "–",
    OPENING: "Opening offer",
    MAIN: "Main offer",
    ENDS: "Offer ends",
}


#: Days between the file's end and the first message that make no difference worth a word.
FRESH_DAYS = 7
#: Days from which a file is too old to send anything by.
TOO_OLD_DAYS = 365


def file_age(first: date, end: date) -> str:
    """What the days between the file's end and the first message mean; "" where they are few.

    >>> file_age(date(2026, 3, 4), date(2026, 3, 1))
    ''
    """
    wait = (first - end).days
    if wait <= FRESH_DAYS:
        return ""
    words = f"Your file ends on {wording.day(end)}, {wording.days(wait)} before the first message"
    if wait > TOO_OLD_DAYS:
        return (
            f"{words}: too old to send by. The plan counts from the file's end, to learn from; "
            "load a newer file before you send."
        )
    return f"{words}. Load a newer one before you send: some may have ordered since."


class Bigger(NamedTuple):
    """A larger audience whose own plan has a test that shows its lift.

    Attributes:
        name: Of the segment.
        customers: Customers whom its plan addresses or holds out.
        share: The share of them to hold out.
        lift: The lift of that plan.
    """

    name: str
    customers: int
    share: float
    lift: float


#: Campaigns that nobody would wait for.
MANY_CAMPAIGNS = MOST_TESTS


class Look(NamedTuple):
    """When a test is read, and what it costs.

    Attributes:
        days: The days on which orders count.
        day: The first one on which an export can hold all of them.
        price: What holding customers out costs in words; "" where it costs nothing.
    """

    days: int
    day: date
    price: str = ""


def holdout_words(
    power: HoldoutPower,
    held: int,
    look: Look,
    *,
    proposal: ProposedTest | None = None,
    bigger: Bigger | None = None,
    measured: bool = False,
) -> str:
    """What a test will show, when to look, what it costs, and what would show more.

    Args:
        power: From the plan.
        held: Customers held out.
        look: When it is read.
        proposal: The share and the days that would do.
        bigger: A larger audience whose test would show its lift.
        measured: Whether tests have measured the lift.
    """
    if not power.customers:
        return ""
    advice = _what_would_show(power, proposal, bigger, measured=measured)
    if not held:
        head = "Nobody is held out, so this campaign will not show what it brings."
        return f"{head} {advice}"
    if power.shown != power.shown:
        head = f"With {wording.count(held)} held out this campaign can show no lift at all."
        return f"{head} {advice}"
    lift = lift_in_words(power.assumed)
    expects = f"Your tests say {lift}" if measured else f"You assume {lift}"
    outlook = "it should show" if power.suffices else "it will hardly prove anything"
    sentences = (
        f"With {wording.count(held)} held out of {wording.count(power.customers)} and "
        f"{wording.days(look.days)}, the test shows {points(power.difference)} or more, a lift of "
        f"{lift_in_words(power.shown)}.",
        f"{expects}, so {outlook}.",
        f"Look on {wording.day(look.day)}.",
        look.price,
        advice,
    )
    return " ".join(filter(None, sentences))


def look_of(plan: CampaignPlan, end: date, currency: str | None, today: date | None = None) -> Look:
    """When a plan's test is read, and what it costs."""
    window = plan.campaign.window(end, today)
    price = price_of_holdout(plan.forgone, currency) if plan.held else ""
    return Look(days=window.days, day=window.look_on, price=price)


def price_of_holdout(forgone: float, currency: str | None) -> str:
    """What holding customers out costs, a sentence; "" where it costs nothing or is not known."""
    if not forgone > 0:
        return ""
    return (
        f"Holding them out costs {wording.money(forgone, currency, short=True)} of expected gain."
    )


def points(share: float) -> str:
    """A difference of two shares.

    >>> points(0.041), points(0.2403), points(0.00231)
    ('4.1 points', '24 points', '0.23 points')
    """
    return f"{wording.general(share * 100, 2)} points"


def proposal_words(proposal: ProposedTest) -> str:
    """A proposal as it stands on its button."""
    return f"Hold out {wording.percent(proposal.share)} for {wording.days(proposal.days)}"


def _what_would_show(
    power: HoldoutPower, proposal: ProposedTest | None, bigger: Bigger | None, *, measured: bool
) -> str:
    if proposal is not None and proposal.power.suffices:
        shown = lift_in_words(power.assumed)
        if power.suffices:
            return f"{proposal_words(proposal)}: that would do to show {shown}."
        return f"{proposal_words(proposal)} to show {shown}."
    if power.suffices:
        return ""
    lift = lift_in_words(power.assumed)
    if power.share_needed == power.share_needed:
        share = wording.percent(np.ceil(power.share_needed * 100) / 100)
        return f"Hold out {share} to show {lift}."
    half = lift_in_words(power.shown_by_half)
    words = "Holding out a half would not show it" + (
        f" either: a half shows {half}."
        if power.shown_by_half == power.shown_by_half
        else " either."
    )
    if bigger is not None:
        return (
            f"{words} Choose “{bigger.name}” instead and hold out {wording.percent(bigger.share)} "
            f"of its {wording.count(bigger.customers)} customers: that test should show its lift "
            f"of {lift_in_words(bigger.lift)}."
        )
    if not np.isfinite(power.campaigns_needed):
        return f"{words} Assume a lift above 0."
    needed = wording.count(power.customers_needed)
    times = int(np.ceil(power.campaigns_needed))
    if times <= MANY_CAMPAIGNS:
        return (
            f"{words} It takes {needed} customers: send it {times} times with a half held out. "
            "What each test shows goes into the next plan."
        )
    then = "Measure" if measured else "Take the lift as an assumption here, and measure"
    return (
        f"{words} It takes {needed} customers, {wording.count(times)} campaigns like this one. "
        f"{then} it on a larger audience."
    )


def lift_basis(lift: StartingLift, learned: LearnedLift | None = None) -> str:
    """What a plan's lift rests on, a sentence; an assumption where no test has measured it.

    Args:
        lift: Of the plan.
        learned: What the session's tests say, where the plan starts from it.

    >>> lift_basis(StartingLift(0.031, error=0.0164, tests=2))
    'From 2 tests of yours: 3.1 in 100, 80% range 1 to 5.2.'
    """
    if not lift.tests:
        return "An assumption: orders do not tell a lift, the held-out group does."
    half = normal_width(FORECAST_LEVEL) * lift.error
    expected, low, high, others = lift.lift, lift.lift - half, lift.lift + half, ""
    if learned is not None:
        expected, low, high = learned.lift, learned.low, learned.high
        others = ", on other customers" if learned.source == "same strategy" else ""
    tests = wording.plural(lift.tests, "test")
    ends = " to ".join(_in_100(end) for end in (low, high))
    return f"From {tests} of yours{others}: {_in_100(expected)} in 100, 80% range {ends}."


def _in_100(lift: float) -> str:
    """A lift in hundredths, to a tenth: no test knows it better."""
    return wording.general(round(lift * 100, 1) + 0.0, 4)


def expects_lift(terms: Terms) -> str:
    """What a plan's lift rests on, before the lift: "you assume" or "your tests say"."""
    return "your tests say" if terms.lift_tests else "you assume"


def in_currency(currency: str | None) -> str:
    """The end of a label whose control is in money.

    >>> in_currency("EUR"), in_currency(None)
    (' (EUR)', '')
    """
    return f" ({currency})" if currency else ""


def few(value: float) -> str:
    """An expected number of customers or orders, with a decimal where there are few.

    >>> few(0.42), few(12.6)
    ('0.4', '13')
    """
    return wording.count(value) if value >= 10 else wording.decimal(value, 1)


def lift_evidence() -> str:
    """What the lift of a campaign starts at, and why."""
    return (
        f"No source of the playbook measures a lift: it starts at "
        f"{wording.general(FIRST_LIFT * 100, 6)} in 100, which is an assumption, and the held-out "
        "group is how you learn it. Early beats late: the long-inactive read "
        f"{wording.percent(READ_BY_LAPSED, 1)} of mails, {wording.percent(READ_BY_ALL, 0)} is "
        "average (Barilliance 2021), so that lapsed customers start at "
        f"{wording.decimal(usual_lift(1.0) * 100, 1)}."
    )


def message_cost(cost: float, currency: str | None) -> str:
    """What a message costs, to as many digits as it takes.

    >>> message_cost(0.008, "EUR"), message_cost(0.5, None)
    ('€0.008', '0.50')
    """
    if 0 < cost < 0.1 and round(cost, 2) != round(cost, 6):
        return wording.general_amount(cost, currency, 4)
    return wording.money(cost, currency)


def offer_in_words(offer: Offer, currency: str | None) -> str:
    """An offer as it would be told.

    >>> offer_in_words(Offer("percentage", 0.1), None), offer_in_words(Offer("amount", 5), "USD")
    ('10% off', '$5.00 off')
    """
    if offer.kind == "none":
        return "No offer"
    amount = (
        wording.percent(offer.value)
        if offer.kind == "percentage"
        else wording.money(offer.value, currency)
    )
    if offer.kind == "free_delivery":
        return f"Free delivery (costs {amount})"
    if offer.kind == "points":
        return f"Points worth {amount} ({wording.percent(offer.redeemed)} redeemed)"
    return f"{amount} off"


def offer_label(kind: OfferKind) -> str:
    """The name of a kind of offer in a list of them."""
    return OFFERS[kind]


def lift_in_words(lift: float) -> str:
    """A lift as customers of a hundred.

    >>> lift_in_words(0.05), lift_in_words(0.001)
    ('5 in 100', '0.1 in 100')
    """
    if lift != lift:
        return wording.MISSING
    # Nobody knows a lift below 1 in 100 to three digits.
    return f"{wording.general(lift * 100, 3 if abs(lift) >= 0.01 else 2)} in 100"


def largest_offer(figures: Economics, offer: Offer, currency: str | None) -> str:
    """The largest main offer that still pays; nobody takes more off an order than the order."""
    largest, orders = figures.largest_offer, figures.orders_with.expected
    if not np.isfinite(largest):
        return wording.MISSING
    if offer.kind == "percentage":
        return wording.percent(largest)
    if offer.kind == "amount" and orders and largest >= figures.revenue_with.expected / orders:
        return "A whole order"
    return wording.money(largest, currency)
