"""The planner's controls: whom, with what, when, and what the marketer assumes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import streamlit as st

from retention import wording
from retention.campaigns.campaign import BEST, CHANNELS, EVERYBODY, GAIN, RETURN, Campaign
from retention.campaigns.offers import OFFERS, Offer
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.terms import MAIN, OPENING, Terms
from retention.campaigns.usual import usual_campaign, usual_contact_cost, usual_lift
from retention.playbook import Strategy, strategies, strategy_of
from retention.view import text
from retention.view.campaigns import segments, words
from retention.view.campaigns.sequence import WINDOWS
from retention.view.session import campaigns as state
from retention.view.session.loaded import Loaded
from retention.view.text import LABELS

#: The stages in the order in which something is usually to be gained.
FIRST = ("at_risk", "lapsed", "first_time", "repeat", "loyal", "vip", "new")
#: Customers from which on a stage is worth a first campaign, if another one has more.
ENOUGH = 10
OWN_CUT = "Own cut"
#: How far down the list: the names of the sizes that follow from the plan.
SIZES = {"Everybody": EVERYBODY, "Best size": BEST}
#: The key of the strategy of a campaign that is not the playbook's.
OWN = ""
_MODES = {size: name for name, size in SIZES.items()}
RANKED = {"Gain": GAIN, "Gain for the cost": RETURN}
_RANKS = {by: name for name, by in RANKED.items()}
#: Share of lapsed customers from which, and up to which, an audience is mixed.
FEW_LAPSED = 0.05


def begin(data: Loaded, names: tuple[str, ...] = (), strategy: str | None = None) -> None:
    """Put a new campaign on the table: the usual one of the strategy, or of the first that suits the segment.

    Without `names` it is for the first stage with customers enough that no kept campaign addresses.
    """
    if not names:
        used = {name for one in state.kept() for name in one.segments}
        free = {
            LABELS[key]: int(segments.mask(data, (LABELS[key],)).sum())
            for key in FIRST
            if LABELS[key] not in used
        }
        largest = max(free, key=free.get, default=segments.EVERYBODY)
        if not free.get(largest):
            largest = segments.EVERYBODY
        names = (next((name for name, customers in free.items() if customers >= ENOUGH), largest),)
    inside = segments.mask(data, names)
    key = strategy or suited(names)[0].key
    worth = segments.order_value(data.customers, inside)
    margin = state.on_table().terms.margin if state.on_table() else Terms().margin
    campaign = usual_campaign(
        key,
        segments=names,
        order_value=worth,
        margin=margin,
        lapsed=segments.lapsed_share(data, inside),
        currency=data.orders.currency,
    )
    name = state.free_name(_name(key, names))
    state.put_on_table(replace(campaign, name=name, holdout_key=name))


def as_set(campaign: Campaign, end: date) -> Campaign:
    """The campaign as its controls have it: what has just been moved counts before anything is drawn again.

    `end` is the last day of the orders.
    """
    terms, said = campaign.terms, state.said
    cut = campaign.size if isinstance(campaign.size, int) else None
    mode = said("mode", _MODES.get(campaign.size, OWN_CUT))
    window, day = said("window", campaign.window_days), said("starts_on", campaign.starts_on)
    return replace(
        campaign,
        name=str(said("name", campaign.name)).strip() or campaign.name,
        terms=Terms(
            lift=said("lift", _in_100(terms.lift)) / 100,
            offer=_offer_as_set(terms.offer, "offer"),
            opening=_offer_as_set(terms.opening, "opening"),
            anyway_share=said("anyway", round(terms.anyway_share * 100)) / 100,
            contact_cost=float(said("contact", terms.contact_cost)),
            margin=said("margin", round(terms.margin * 100)) / 100,
        ),
        # Where the cut has not been drawn yet, it begins where the audience ended.
        size=said("size", cut or campaign.size) if mode == OWN_CUT else SIZES[mode],
        ranked_by=RANKED[said("ranked", _RANKS[campaign.ranked_by])],
        holdout_share=said("holdout", round(campaign.holdout_share * 100)) / 100,
        window_days=window if window > campaign.messages[-1].day else campaign.window_days,
        # The soonest day is none of its own: it moves on with newer orders.
        starts_on=day if day is not None and day > end + timedelta(days=1) else None,
    )


def _offer_as_set(offer: Offer, name: str) -> Offer:
    kind = state.said(f"{name}_kind", offer.kind)
    if kind == "none":
        return Offer()
    if kind == "percentage":
        return Offer(kind, state.said(f"{name}_share", _off(offer)) / 100)
    value = float(state.said(f"{name}_value", _worth(offer)))
    redeemed = state.said(f"{name}_redeemed", round(offer.redeemed * 100)) / 100
    return Offer(kind, value, redeemed) if kind == "points" else Offer(kind, value)


def _in_100(lift: float) -> float:
    """The lift with which its slider begins."""
    return round(lift * 100, 1)


def _off(offer: Offer) -> int:
    """The percentage with which its slider begins."""
    return round(offer.value * 100) if offer.kind == "percentage" else 10


def _worth(offer: Offer) -> float:
    """The amount with which its slider begins."""
    return float(offer.value) if offer.kind not in ("none", "percentage") else 5.0


def suited(names: tuple[str, ...]) -> list[Strategy]:
    """The playbook's strategies, those for these segments first."""
    wanted = set(segments.suits(names))
    return sorted(strategies(), key=lambda one: not wanted & set(one.audience))


def whom(data: Loaded, campaign: Campaign) -> None:
    """Segments, strategy, channel and name. Another segment or strategy begins another campaign."""
    choices, off = segments.choices(data)
    names = {one.key: one.name for one in strategies()} | {OWN: "None, a campaign of your own"}
    matching = set(segments.suits(campaign.segments))
    fits = [one.name for one in strategies() if matching & set(one.audience)]
    keys = list(names)
    with st.container(border=True):
        one, two = st.columns([3, 2], gap="medium")
        one.multiselect(
            "Segments",
            choices,
            default=[name for name in campaign.segments if name in choices],
            format_func=segments.with_kind,
            key=state.key("segments"),
            placeholder="Choose one or several",
            on_change=_segments_chosen,
            args=(data,),
            help="Customers of any of them; nobody is addressed twice. Own segments come from the page “Own segments”."
            + (f" Not in these orders: {text.plain(', '.join(off), limit=600)}." if off else ""),
        )
        two.selectbox(
            "Strategy",
            keys,
            index=keys.index(campaign.strategy if campaign.strategy in keys else OWN),
            format_func=names.get,
            key=state.key("strategy"),
            on_change=_strategy_chosen,
            args=(data,),
            # The same options whatever the segments are: the choice is kept by its label.
            help="From the playbook. Choosing another one sets its usual sequence, offers, channel, lift and holdout."
            + (f" For these segments: {', '.join(fits)}." if fits else ""),
        )
        if len(campaign.segments) > 1:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(
                    "One lift and one sequence hold for all of them. Where the segments differ, give each its own "
                    "campaign: nobody is addressed twice.",
                    width="stretch",
                )
                st.button(
                    "Plan one for each",
                    icon=":material/call_split:",
                    key=state.key("each"),
                    on_click=_one_each,
                    args=(data,),
                    help="Keeps a campaign for each segment, with this strategy, offers and margin, and the lift that "
                    "such a segment starts from where you have not set one.",
                )
        three, four = st.columns([3, 2], gap="medium")
        three.text_input("Name", campaign.name, max_chars=80, key=state.key("name"))
        four.selectbox(
            "Channel",
            list(CHANNELS),
            index=list(CHANNELS).index(campaign.channel),
            format_func=CHANNELS.get,
            key=state.key("channel"),
            on_change=_channel_chosen,
            args=(data,),
        )


def _segments_chosen(data: Loaded) -> None:
    """Other segments: what the marketer has set stays; the name and the lift follow where they are as they began."""
    campaign, chosen = state.on_table(), tuple(st.session_state.get(state.key("segments"), ()))
    if not chosen:
        # Without a segment there is nothing to plan: the ones before stay.
        state.change(campaign, segments=list(campaign.segments))
        return
    terms, name = campaign.terms, campaign.name
    if _has_usual_lift(data, campaign):
        terms = replace(terms, lift=_usual_lift(data, chosen))
    if name == _usual_name(campaign):
        name = state.free_name(_name(campaign.strategy, chosen), campaign.name)
    changed = replace(campaign, segments=chosen, terms=terms, name=name)
    state.change(changed, name=name, lift=round(terms.lift * 100, 1))


def _one_each(data: Loaded) -> None:
    """A campaign for each segment instead of the one on the table, in the order in which they were chosen."""
    campaign = state.on_table()
    as_begun, usual = campaign.name == _usual_name(campaign), _has_usual_lift(data, campaign)
    found: list[Campaign] = []
    for segment in campaign.segments:
        name = (
            _name(campaign.strategy, (segment,))
            if as_begun
            else f"{campaign.name[:60]}: {segment}"[:80]
        )
        name = state.free_name(name, state.edited(), [other.name for other in found])
        # A cut counted the customers of all of them.
        size = campaign.size if isinstance(campaign.size, str) else BEST
        one = replace(campaign, segments=(segment,), name=name, holdout_key=name, size=size)
        if usual:
            one = replace(one, terms=replace(one.terms, lift=_usual_lift(data, (segment,))))
        found.append(one)
    state.keep_each(tuple(found), data.orders.digest)


def _usual_lift(data: Loaded, names: tuple[str, ...]) -> float:
    """The lift that these segments start from."""
    return usual_lift(segments.lapsed_share(data, segments.mask(data, names)))


def _has_usual_lift(data: Loaded, campaign: Campaign) -> bool:
    return abs(campaign.terms.lift - _usual_lift(data, campaign.segments)) < 1e-9


def _strategy_chosen(data: Loaded) -> None:
    strategy, old = st.session_state.get(state.key("strategy")), state.on_table()
    if strategy is None:
        return
    if strategy != OWN:
        _begin_again(data, old.segments, strategy)
        return
    # The playbook knows nothing usual of it: all stays as it was set.
    named = state.edited() is not None or old.name != _usual_name(old)
    name = old.name if named else state.free_name(_name(OWN, old.segments), old.name)
    state.change(replace(old, strategy=OWN, name=name), name=name)


def _channel_chosen(data: Loaded) -> None:
    campaign, channel = state.on_table(), st.session_state.get(state.key("channel"))
    if channel is None:
        return
    inside = segments.mask(data, campaign.segments)
    cost = usual_contact_cost(
        channel, segments.order_value(data.customers, inside), data.orders.currency
    )
    state.change(
        replace(campaign, channel=channel, terms=replace(campaign.terms, contact_cost=cost)),
        contact=cost,
    )


def _begin_again(data: Loaded, names: tuple[str, ...], strategy: str | None) -> None:
    old, changed = state.on_table(), state.edited()
    begin(data, names, strategy)
    if changed is not None or old.name != _usual_name(old):
        key = state.on_table().holdout_key if changed is None else old.holdout_key
        state.put_on_table(replace(state.on_table(), name=old.name, holdout_key=key), changed)


def _usual_name(campaign: Campaign) -> str:
    """The name that the campaign got when it was begun."""
    return state.free_name(_name(campaign.strategy, campaign.segments), campaign.name)


def _name(strategy: str, names: tuple[str, ...]) -> str:
    found = strategy_of(strategy)
    return f"{found.name if found else 'Own campaign'}: {' + '.join(names)}"[:80]


def assumptions(data: Loaded, campaign: Campaign) -> None:
    """Lift, offers, cost and margin: the marketer's, and marked as such."""
    terms, currency = campaign.terms, data.orders.currency
    lift = _in_100(terms.lift)
    with st.container(border=True):
        st.markdown(
            "**You assume**",
            help="The model knows what customers do anyway. What follows is yours to judge.",
        )
        st.slider(
            "Lift: of 100 who would not order, so many do",
            *(0.0, state.bound("lift", max(30.0, lift)), lift, 0.1),
            format="%.1f",
            key=state.key("lift"),
            help=words.DEFINITIONS["lift"],
        )
        st.caption(text.plain(words.LIFT_EVIDENCE, limit=600))
        _offer(terms.offer, "Main offer", "offer", currency)
        _unused(campaign, MAIN, terms.offer, "main offer")
        st.slider(
            "Offer used by those who order anyway",
            *(0, 100, round(terms.anyway_share * 100), 5, "%d%%"),
            key=state.key("anyway"),
            disabled=terms.offer.kind == "none" and terms.opening.kind == "none",
            help=words.DEFINITIONS["anyway"],
        )
        if terms.opening.kind != "none" or any(
            message.offer == OPENING for message in campaign.messages
        ):
            _offer(terms.opening, "Opening offer", "opening", currency)
            _unused(campaign, OPENING, terms.opening, "opening offer")
        one, two = st.columns(2, gap="medium")
        one.slider(
            "Margin",
            *(1, 100, round(terms.margin * 100), 1, "%d%%"),
            key=state.key("margin"),
            help=words.DEFINITIONS["margin"],
        )
        two.number_input(
            f"Cost of a message{f' ({currency})' if currency else ''}",
            min_value=0.0,
            value=float(terms.contact_cost),
            step=_step(terms.contact_cost),
            format="%.4f"
            if 0 < terms.contact_cost < 0.01
            else "%.0f"
            if terms.contact_cost >= 100
            else "%.2f",
            key=state.key("contact"),
            help=words.DEFINITIONS["contact"],
        )


def audience(data: Loaded, campaign: Campaign, plan: CampaignPlan) -> Campaign:
    """How many of the ranked customers, who is held out, and for how long orders count.

    Only the cut and its rank may differ from what they were read as, where they have just appeared or the list has
    become shorter.
    """
    people, best = len(plan.reachable.ledger.pool), plan.best_size
    with st.container(border=True):
        st.markdown("**Audience**")
        mode = st.segmented_control(
            "How far down the list",
            [*SIZES, OWN_CUT],
            default=_MODES.get(campaign.size, OWN_CUT),
            key=state.key("mode"),
            required=True,
            help=words.DEFINITIONS["size"],
        )
        if mode == OWN_CUT and people > 1:
            start = campaign.size if isinstance(campaign.size, int) else best or people
            ranked = st.segmented_control(
                "Ranked by",
                list(RANKED),
                default=_RANKS[campaign.ranked_by],
                key=state.key("ranked"),
                required=True,
                help=words.DEFINITIONS["ranked"],
            )
            cut = st.slider(
                "Customers, the first in the list",
                *(1, people, min(start, people), max(people // 200, 1)),
                key=state.key("size"),
            )
            campaign = replace(campaign, size=cut, ranked_by=RANKED[ranked])
            lapsed = segments.lapsed_share(data, segments.mask(data, campaign.segments))
            if FEW_LAPSED < lapsed < 1 - FEW_LAPSED:
                st.caption(
                    f"{wording.percent(lapsed)} of these customers have lapsed. With one lift for all the longest silent "
                    "come first, since they would not order anyway; early beats late: plan them apart, at their lift."
                )
        one, two = st.columns(2, gap="medium")
        share = round(campaign.holdout_share * 100)
        one.slider(
            "Held out",
            *(0, state.bound("holdout", max(50, share)), share, 1, "%d%%"),
            key=state.key("holdout"),
            help=words.DEFINITIONS["holdout"],
        )
        windows = sorted({*WINDOWS, campaign.window_days})
        last = campaign.messages[-1].day
        two.select_slider(
            "Orders count for",
            [days for days in windows if days > last],
            value=campaign.window_days,
            format_func=lambda days: f"{days} days",
            key=state.key("window"),
            help=words.DEFINITIONS["window"],
        )
    return campaign


def _offer(offer: Offer, label: str, name: str, currency: str | None) -> None:
    one, two = st.columns([3, 2], gap="medium")
    one.selectbox(
        label,
        list(OFFERS),
        index=list(OFFERS).index(offer.kind),
        format_func=words.offer_label,
        key=state.key(f"{name}_kind"),
    )
    if offer.kind == "percentage":
        most = state.bound(f"{name}_share", max(60, _off(offer)))
        two.slider("Off", *(0, most, _off(offer), 1, "%d%%"), key=state.key(f"{name}_share"))
    elif offer.kind != "none":
        most = state.bound(f"{name}_value", _ceiling(_worth(offer)))
        two.slider(
            f"Worth{f' ({currency})' if currency else ''}",
            *(0.0, most, _worth(offer), most / 100),
            format="%,.0f" if most >= 1_000 else "%,.2f",
            key=state.key(f"{name}_value"),
            help="What a used offer costs you.",
        )
    if offer.kind == "points":
        redeemed = round(offer.redeemed * 100)
        st.slider(
            "Points ever redeemed",
            *(0, 100, redeemed, 5, "%d%%"),
            key=state.key(f"{name}_redeemed"),
        )


def _unused(campaign: Campaign, name: str, offer: Offer, words_of: str) -> None:
    if offer.kind != "none" and name not in campaign.phases.values():
        st.caption(
            f":orange[:material/warning:] No message that is sent carries the {words_of}, so that it costs and brings "
            "nothing. Give it to a message under “Messages”."
        )


def _ceiling(start: float) -> float:
    """A round number some four times the start, for the end of a slider."""
    top = max(start, 1e-6) * 4
    power = 10.0 ** len(str(int(top))) / 10 if top >= 1 else 1.0
    return float(-(-top // power) * power)


def _step(cost: float) -> float:
    return 0.001 if 0 < cost < 0.01 else 0.01
