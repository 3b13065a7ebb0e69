"""The planner's controls for what the marketer assumes: lift, offers and costs."""

from __future__ import annotations

import streamlit as st

from retention import wording
from retention.campaigns.campaign import Campaign
from retention.campaigns.offers import OFFERS, Offer
from retention.campaigns.terms import MAIN, OPENING, PhaseOffer
from retention.experiments.learning import LearnedLift
from retention.view import forecast_panels, text, widgets
from retention.view.campaigns import beginning, words
from retention.view.campaigns.controls import lift_in_100, offer_worth, percent_off
from retention.view.session import campaigns as state
from retention.view.session.store_settings import store_settings


def draw_assumptions(
    campaign: Campaign, currency: str | None, learned: LearnedLift | None = None
) -> None:
    """Lift, offers and cost: the marketer's, and marked as such.

    Args:
        campaign: As the controls have it.
        currency: Of the orders.
        learned: What finished tests say of the lift; None where there are none.
    """
    terms = campaign.terms
    with st.container(border=True):
        st.markdown("**You assume**", help=words.assumed(has_offer=terms.has_offer))
        _draw_lift(campaign, learned)
        _draw_offer(terms.offer, "Main offer", "offer", currency)
        _draw_unused(campaign, MAIN, terms.offer, "main offer")
        st.slider(
            "Offer used by those who order anyway",
            min_value=0,
            max_value=100,
            value=round(terms.anyway_share * 100),
            step=5,
            format=text.percent_format(),
            key=state.key("anyway"),
            disabled=not terms.has_offer,
        )
        carried = (message.offer for message in campaign.messages)
        if terms.opening.kind != "none" or OPENING in carried:
            _draw_offer(terms.opening, "Opening offer", "opening", currency)
            _draw_unused(campaign, OPENING, terms.opening, "opening offer")
        _draw_cost(campaign, currency)
        widgets.settings_line(
            f"Margin {wording.percent(terms.margin)}{forecast_panels.assumed_margin()}.", "campaign"
        )


def _draw_lift(campaign: Campaign, learned: LearnedLift | None) -> None:
    terms = campaign.terms
    lift = lift_in_100(terms.lift)
    st.slider(
        "Lift: orders from 100 customers who would not order otherwise",
        min_value=0.0,
        max_value=state.slider_end("lift", max(30.0, lift)),
        value=lift,
        step=0.1,
        format=text.slider_format("%.1f"),
        key=state.key("lift"),
    )
    if learned is None or not learned.tests:
        st.caption(words.lift_basis(beginning.lift_of(campaign)))
        return
    start = learned.start
    if beginning.has_lift(campaign, start):
        st.caption(words.lift_basis(start, learned))
        return
    st.caption(f"Yours. {words.lift_basis(start, learned)}")
    st.button(
        f"Take {words.lift_in_words(start.lift)} from your tests",
        icon=":material/science:",
        key=state.key("take_lift"),
        on_click=beginning.take_lift,
        args=(campaign, start),
    )


def _draw_cost(campaign: Campaign, currency: str | None) -> None:
    """The cost of a message: the store's, unless this campaign's messages cost something else."""
    cost = campaign.terms.contact_cost
    tiny = 0 < cost < 0.01
    st.number_input(
        f"Cost of a message{words.in_currency(currency)}",
        min_value=0.0,
        value=float(cost),
        step=0.001 if tiny else 0.01,
        format="%.4f" if tiny else "%.0f" if cost >= 100 else "%.2f",
        key=state.key("contact"),
    )
    usual = store_settings().contact_costs.get(campaign.channel)
    if usual is not None and usual != cost:
        words_of_usual = words.message_cost(usual, currency)
        st.caption(text.plain(f"For this campaign alone: the store settings say {words_of_usual}."))


def _draw_offer(offer: Offer, label: str, name: str, currency: str | None) -> None:
    left, right = st.columns([3, 2], gap="medium")
    kinds = list(OFFERS)
    left.selectbox(
        label,
        kinds,
        index=kinds.index(offer.kind),
        format_func=words.offer_label,
        key=state.key(f"{name}_kind"),
    )
    if offer.kind == "percentage":
        right.slider(
            "Off",
            min_value=0,
            max_value=state.slider_end(f"{name}_share", max(60, percent_off(offer))),
            value=percent_off(offer),
            step=1,
            format=text.percent_format(),
            key=state.key(f"{name}_share"),
        )
    elif offer.kind != "none":
        most = state.slider_end(f"{name}_value", _ceiling(offer_worth(offer)))
        right.slider(
            f"Worth{words.in_currency(currency)}",
            min_value=0.0,
            max_value=most,
            value=offer_worth(offer),
            step=most / 100,
            format=text.slider_format("%,.0f" if most >= 1_000 else "%,.2f"),
            key=state.key(f"{name}_value"),
        )
    if offer.kind == "points":
        st.slider(
            "Points ever redeemed",
            min_value=0,
            max_value=100,
            value=round(offer.redeemed * 100),
            step=5,
            format=text.percent_format(),
            key=state.key(f"{name}_redeemed"),
        )


def _draw_unused(campaign: Campaign, name: PhaseOffer, offer: Offer, label: str) -> None:
    if offer.kind != "none" and name not in campaign.phases.values():
        st.caption(
            f":orange[:material/warning:] No message that is sent carries the {label}, so that it "
            "costs and brings nothing. Give it to a message under “Messages”."
        )


def _ceiling(start: float) -> float:
    """A round number about four times the start, for the end of a slider."""
    top = max(start, 1e-6) * 4
    power = 10.0 ** len(str(int(top))) / 10 if top >= 1 else 1.0
    return float(-(-top // power) * power)
