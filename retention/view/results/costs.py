"""What a message and an offer cost: in the form of a list, and once a result is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import streamlit as st

from retention import wording
from retention.campaigns.offers import OFFERS, Offer, OfferKind
from retention.experiments.campaign_test import CampaignTest
from retention.experiments.measure import FREE_MESSAGES
from retention.view import text
from retention.view.results import data as data_of
from retention.view.results.data import Discounts
from retention.view.session import campaign_tests
from retention.view.session.loaded import Loaded

#: Offers whose cost is read from the discounts of the orders, where those are known.
_MONEY_OFF: tuple[OfferKind, ...] = ("amount", "percentage")


def draw_costs(
    data: Loaded,
    addressed: Iterable[str],
    everybody: Iterable[str],
    days: tuple[date, date],
    key: str,
) -> tuple[float, Offer]:
    """Draw the fields for what a message costs and what was offered, and return both.

    Args:
        data: The session's data.
        addressed: Customers who got the campaign.
        everybody: Those and the customers who did not.
        days: The first and the last day that counts.
        key: Of the controls: with the name of each behind it.
    """
    currency = data.orders.currency
    unit = f" ({currency})" if currency else ""
    cost_box, kind_box, worth_box = st.columns(3, gap="medium")
    cost = cost_box.number_input(
        f"Cost of a message{unit}",
        min_value=0.0,
        value=None,
        step=0.01,
        placeholder="0 until you set it",
        key=f"{key}_cost",
    )
    kind = kind_box.selectbox(
        "Offer", list(OFFERS), format_func=lambda offer: OFFERS[offer], key=f"{key}_offer"
    )
    worth = 0.0
    if kind == "percentage":
        worth = worth_box.number_input("Percent off", 0, 100, 10, key=f"{key}_percent") / 100
    elif kind != "none":
        worth = worth_box.number_input(f"Worth{unit}", min_value=0.0, value=5.0, key=f"{key}_worth")
    if data.orders.has_amounts and days[0] <= days[1]:
        found = data_of.discounts_for(data, addressed, everybody, *days)
        if words := discount_words(found, kind, currency):
            st.caption(f":material/sell: {text.plain(words, 600)}")
    return cost or 0.0, Offer(kind, worth)


def discount_words(found: Discounts, kind: OfferKind, currency: str | None) -> str:
    """Say which orders of those addressed carried money off, and what the gain makes of it.

    Args:
        found: What the orders say.
        kind: The offer that is chosen.
        currency: Of the orders.

    Returns:
        Sentences; "" where the orders know of no money off.
    """
    if not found.orders or not (found.are_known or found.with_coupon):
        return ""
    if not found.are_known:
        share = wording.percent(found.with_coupon / found.orders)
        fact = f"{share} of their orders in these days named a coupon. How much was off is unknown."
        counted = {
            "none": "The gain counts what they paid. Choose the offer, so that it counts the goods "
            "at their full price.",
            "amount": "Each customer addressed who ordered is taken to have used the offer once.",
        }
        counted["percentage"] = counted["amount"]
    else:
        share = wording.percent(found.discounted / found.orders)
        fact = f"{share} of their orders in these days carried a discount"
        if found.discounted:
            off = wording.money(found.discount / found.discounted, currency)
            fact += f", on average {off} off"
        fact += "."
        counted = {
            "none": "The gain counts what they paid, so that money off is in it. It takes the "
            "goods as a share of that: choose money or percentage off to count them at their full "
            "price.",
            "amount": "The gain counts these discounts, of both groups, and not the worth that "
            "you name.",
            "percentage": "The gain counts these discounts, of both groups, and not the percentage "
            "that you name.",
        }
    other = "The gain counts what they paid, and your offer comes off on top."
    return f"{fact} {counted.get(kind, other)}"


def draw_unset_cost(test: CampaignTest) -> None:
    """Say that a message is assumed to cost nothing, and let the marketer set what it costs.

    Args:
        test: A test whose gain is shown.
    """
    terms = test.campaign.terms
    if terms.contact_cost:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f":material/payments: {FREE_MESSAGES}", width="content")
        with st.popover("Set it", type="tertiary", icon=":material/edit:"):
            cost = st.number_input(
                "Cost of a message",
                min_value=0.0,
                value=None,
                step=0.01,
                key=f"result_cost_{test.name}",
            )
            if st.button("Count it", disabled=not cost, key="result_cost_set") and cost:
                campaign = replace(test.campaign, terms=replace(terms, contact_cost=cost))
                campaign_tests.keep_test(replace(test, campaign=campaign))
                st.rerun()
