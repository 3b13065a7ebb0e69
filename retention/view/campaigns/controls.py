"""The campaign as its controls have it, before any of them is drawn again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from retention.campaigns.campaign import (
    BEST,
    EVERYBODY,
    GAIN,
    RETURN,
    Campaign,
    Ranking,
    Size,
    soonest_day,
)
from retention.campaigns.offers import Offer
from retention.campaigns.terms import Terms
from retention.view.session import campaigns as state

#: The names of the audience sizes; the last one is a number of the marketer's.
SIZES: dict[str, Size] = {"Everybody": EVERYBODY, "Best size": BEST}
OWN_CUT = "Own cut"
_SIZE_NAMES = {size: name for name, size in SIZES.items()}
#: The names of the rankings.
RANKINGS: dict[str, Ranking] = {"Gain": GAIN, "Gain for the cost": RETURN}
_RANKING_NAMES = {ranking: name for name, ranking in RANKINGS.items()}


def as_set(campaign: Campaign, end: date) -> Campaign:
    """The campaign as its controls have it, so that a moved control counts at once.

    Args:
        campaign: As it was before.
        end: The last day of the orders.
    """
    value = state.control
    window, day = value("window", campaign.window_days), value("starts_on", campaign.starts_on)
    return replace(
        campaign,
        name=value("name", campaign.name).strip() or campaign.name,
        terms=_terms_as_set(campaign.terms),
        size=_size_as_set(campaign),
        ranked_by=RANKINGS[value("ranked", ranking_name(campaign))],
        holdout_share=value("holdout", round(campaign.holdout_share * 100)) / 100,
        window_days=window if window > campaign.messages[-1].day else campaign.window_days,
        # The soonest day is not a choice: it moves on with newer orders.
        starts_on=day if day is not None and day > soonest_day(end) else None,
    )


def size_name(campaign: Campaign) -> str:
    """The name of a campaign's audience size."""
    return _SIZE_NAMES[campaign.size] if isinstance(campaign.size, str) else OWN_CUT


def ranking_name(campaign: Campaign) -> str:
    """The name of a campaign's ranking."""
    return _RANKING_NAMES[campaign.ranked_by]


def lift_in_100(lift: float) -> float:
    """The lift with which its slider begins."""
    return round(lift * 100, 1)


def percent_off(offer: Offer) -> int:
    """The percentage with which its slider begins."""
    return round(offer.value * 100) if offer.kind == "percentage" else 10


def offer_worth(offer: Offer) -> float:
    """The amount with which its slider begins."""
    return float(offer.value) if offer.kind not in ("none", "percentage") else 5.0


def _size_as_set(campaign: Campaign) -> int | Size:
    mode = state.control("mode", size_name(campaign))
    # Where the cut has not been drawn yet, it begins where the audience ended.
    return state.control("size", campaign.size) if mode == OWN_CUT else SIZES[mode]


def _terms_as_set(terms: Terms) -> Terms:
    value = state.control
    lift = value("lift", lift_in_100(terms.lift)) / 100
    # Another lift than the measured one is the marketer's.
    is_measured = lift_in_100(lift) == lift_in_100(terms.lift)
    return Terms(
        lift=lift,
        lift_error=terms.lift_error if is_measured else 0.0,
        lift_tests=terms.lift_tests if is_measured else 0,
        offer=_offer_as_set(terms.offer, "offer"),
        opening=_offer_as_set(terms.opening, "opening"),
        anyway_share=value("anyway", round(terms.anyway_share * 100)) / 100,
        contact_cost=float(value("contact", terms.contact_cost)),
        margin=terms.margin,
    )


def _offer_as_set(offer: Offer, name: str) -> Offer:
    kind = state.control(f"{name}_kind", offer.kind)
    if kind == "none":
        return Offer()
    if kind == "percentage":
        return Offer(kind=kind, value=state.control(f"{name}_share", percent_off(offer)) / 100)
    value = float(state.control(f"{name}_value", offer_worth(offer)))
    redeemed = state.control(f"{name}_redeemed", round(offer.redeemed * 100)) / 100
    return (
        Offer(kind=kind, value=value, redeemed=redeemed)
        if kind == "points"
        else Offer(kind=kind, value=value)
    )
