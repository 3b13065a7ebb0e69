"""The planner's sequence: when it begins, its messages as a table to edit, and what the playbook knows of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from retention import wording
from retention.campaigns.campaign import CAP_DAYS, CHANNELS, Campaign, Message
from retention.errors import DataError
from retention.playbook import strategy_of
from retention.view import text
from retention.view.campaigns import words
from retention.view.session import campaigns as state

#: More messages of a sequence than this are warned of on channels that interrupt.
MANY_CALLS = 4
#: How far ahead a campaign may begin, in days.
LATEST = 730
#: Days for which orders may count.
WINDOWS = (7, 14, 30, 45, 60, 90, 120, 180)
_DAY, _TEXT, _OFFER = "Day", "Message", "Offer"


def draw(campaign: Campaign, end: date) -> Campaign:
    """The messages with their days and offers, as a table to edit; `end` is the last day of the orders."""
    with st.container(border=True):
        st.markdown(
            "**Sequence**",
            help="Whoever orders leaves the sequence. Days count from the first message, day 0. Add a message in the "
            "last row; tick a row to delete it.",
        )
        key, shown = state.key("sequence"), state.key("sequence_shown")
        if key not in st.session_state or shown not in st.session_state:
            # The table keeps its edits only while it is on screen: shown anew, it begins with what was planned.
            st.session_state[shown] = pd.DataFrame(
                [
                    (message.day, message.text, words.OFFER_NAMES[message.offer])
                    for message in campaign.messages
                ],
                columns=[_DAY, _TEXT, _OFFER],
            )
        column = st.column_config
        edited = st.data_editor(
            st.session_state[shown],
            key=key,
            num_rows="dynamic",
            hide_index=True,
            column_config={
                _DAY: column.NumberColumn(
                    min_value=0, max_value=364, step=1, width=60, required=True
                ),
                _TEXT: column.TextColumn(max_chars=200, width=330, required=True),
                _OFFER: column.SelectboxColumn(
                    options=list(words.OFFER_NAMES.values()),
                    default=words.OFFER_NAMES[""],
                    width=120,
                    help="Holds from this message on, until another one or until it ends.",
                ),
            },
        )
        one, two = st.columns([2, 3], gap="medium")
        first, soonest = campaign.first_day(end), end + timedelta(days=1)
        one.date_input(
            "First message on",
            first,
            min_value=soonest,
            max_value=max(first, soonest + timedelta(days=LATEST)),
            key=state.key("starts_on"),
            help=words.DEFINITIONS["starts_on"],
        )
        cap = two.slider(
            f"At most so many messages in {CAP_DAYS} days",
            *(1, state.bound("cap", max(30, campaign.most_messages)), campaign.most_messages),
            key=state.key("cap"),
            help="Frequency cap for one customer: messages beyond it are not sent.",
        )
        changed = replace(campaign, most_messages=cap)
        try:
            messages = _messages(edited)
            longest = max(changed.window_days, messages[-1].day + 1)
            window = min((days for days in WINDOWS if days >= longest), default=longest)
            changed = replace(
                changed, messages=messages, window_days=max(window, changed.window_days)
            )
        except DataError as error:
            st.error(
                f"{text.plain(error, limit=600)} Until then the sequence stays as it was.",
                icon=":material/error:",
            )
        if changed.window_days != campaign.window_days:
            st.toast(
                f"Orders now count for {changed.window_days} days: the last message goes out on day "
                f"{changed.messages[-1].day}.",
                icon=":material/date_range:",
            )
        if changed.channel not in ("email", "push", "ads") and len(changed.sent) > MANY_CALLS:
            st.warning(
                f"{len(changed.sent)} messages by {CHANNELS[changed.channel]} are many: lower the cap, or take some "
                "out of the sequence.",
                icon=":material/sms_failed:",
            )
        dropped = len(changed.messages) - len(changed.sent)
        if dropped:
            st.warning(
                f"The cap drops {wording.plural(dropped, 'message')}.", icon=":material/block:"
            )
    return changed


def _messages(table: pd.DataFrame) -> tuple[Message, ...]:
    keys = {label: key for key, label in words.OFFER_NAMES.items()}
    rows = table.dropna(subset=[_DAY]).sort_values(_DAY, kind="stable")
    if rows.empty:
        raise DataError("A sequence has at least one message, on day 0.")
    found = [
        Message(int(day), "" if pd.isna(said) else str(said), keys.get(offer, ""))
        for day, said, offer in zip(rows[_DAY], rows[_TEXT], rows[_OFFER], strict=True)
    ]
    days = [message.day for message in found]
    if days[0] != 0:
        raise DataError(
            f"The first message is on day {days[0]}. Days count from the first one: set it to 0."
        )
    if len(set(days)) < len(days):
        raise DataError("Two messages are on the same day. Give each a day of its own.")
    return tuple(found)


def evidence(campaign: Campaign) -> None:
    """What the playbook knows of the strategy: what was found, how to go about it, and its guard rails."""
    strategy = strategy_of(campaign.strategy)
    if strategy is None:
        st.caption(
            "A campaign of your own: the playbook has no evidence for it. Choose a strategy to see what is known."
        )
        return
    with st.container(border=True):
        st.markdown(f"**What is known of {text.plain(strategy.name)}**")
        st.markdown(
            f"{text.plain(strategy.evidence, limit=600)} :gray[{text.plain(strategy.source)}]"
        )
        for step in strategy.how:
            st.markdown(f"- {text.plain(step, limit=600)}")
        for rail in strategy.guard_rails:
            st.markdown(f":orange[:material/shield:] {text.plain(rail, limit=600)}")
