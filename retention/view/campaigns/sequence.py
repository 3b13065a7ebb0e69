"""The planner's sequence: its messages as a table, its first day, and the playbook's evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from retention import wording
from retention.campaigns.campaign import CAP_DAYS, CHANNELS, Campaign, Message, soonest_day
from retention.errors import DataError
from retention.notation import rewritten
from retention.playbook import strategy_of
from retention.view import text
from retention.view.campaigns import words
from retention.view.session import campaigns as state

#: Messages of a sequence that are too many on channels that interrupt.
MANY_CALLS = 4
#: Channels that do not interrupt.
QUIET_CHANNELS = ("email", "push", "ads")
#: How far ahead a campaign may begin, in days.
LATEST = 730
#: Days for which orders may count.
WINDOWS = (7, 14, 30, 45, 60, 90, 120, 180)
_DAY = "Day"
_TEXT = "Message"
_OFFER = "Offer"


def draw_sequence(campaign: Campaign, end: date) -> Campaign:
    """Draw the messages with their days and offers, as a table to edit.

    Args:
        campaign: As the other controls have it.
        end: The last day of the orders.

    Returns:
        The campaign with the messages of the table and the frequency cap.
    """
    with st.container(border=True):
        st.markdown(
            "**Sequence**",
            help="Whoever orders leaves the sequence. Days count from the first message, day 0. "
            "Add a message in the last row; tick a row to delete it.",
        )
        table = _draw_table(campaign)
        left, right = st.columns([2, 3], gap="medium")
        with left:
            _draw_first_day(campaign, end)
        cap = right.slider(
            f"Most messages in {CAP_DAYS} days",
            min_value=1,
            max_value=state.slider_end("cap", max(30, campaign.most_messages)),
            value=campaign.most_messages,
            key=state.key("cap"),
            help="Frequency cap for one customer: messages beyond it are not sent.",
        )
        changed = replace(campaign, most_messages=cap)
        try:
            changed = _with_messages(changed, _messages(table))
        except DataError as error:
            st.error(
                f"{text.plain(error, limit=600)} Until then the sequence stays as it was.",
                icon=":material/error:",
            )
        if changed.window_days != campaign.window_days:
            st.toast(
                f"Orders now count for {changed.window_days} days: the last message goes out on "
                f"day {changed.messages[-1].day}.",
                icon=":material/date_range:",
            )
        _draw_cautions(changed)
    return changed


def _draw_table(campaign: Campaign) -> pd.DataFrame:
    key, shown = state.key("sequence"), state.key("sequence_shown")
    if key not in st.session_state or shown not in st.session_state:
        # The table keeps its edits only while it is on screen. Shown anew, it begins with the
        # messages as they were planned.
        st.session_state[shown] = pd.DataFrame(
            [
                (message.day, message.text, words.OFFER_NAMES[message.offer])
                for message in campaign.messages
            ],
            columns=[_DAY, _TEXT, _OFFER],
        )
    column = st.column_config
    return st.data_editor(
        st.session_state[shown],
        key=key,
        num_rows="dynamic",
        hide_index=True,
        column_config={
            _DAY: column.NumberColumn(min_value=0, max_value=364, step=1, width=60, required=True),
            _TEXT: column.TextColumn(max_chars=200, width=330, required=True),
            _OFFER: column.SelectboxColumn(
                options=list(words.OFFER_NAMES.values()),
                default=words.OFFER_NAMES[""],
                width=120,
                help="Holds from this message on, until another one or until it ends.",
            ),
        },
    )


def _draw_first_day(campaign: Campaign, end: date) -> None:
    first, soonest = campaign.first_day(end), soonest_day(end)
    chosen = st.session_state.get(state.key("starts_on"))
    if chosen is not None and chosen < soonest:  # the session has lasted over midnight
        st.session_state[state.key("starts_on")] = soonest
    st.date_input(
        "First message on",
        first,
        min_value=soonest,
        max_value=max(first, soonest + timedelta(days=LATEST)),
        key=state.key("starts_on"),
        help=words.DEFINITIONS["starts_on"],
    )


def _draw_cautions(campaign: Campaign) -> None:
    """Warn of many calls and of messages that the cap drops."""
    sent = len(campaign.sent)
    if campaign.channel not in QUIET_CHANNELS and sent > MANY_CALLS:
        st.warning(
            f"{sent} messages by {CHANNELS[campaign.channel]} are many: lower the cap, or take "
            "some out of the sequence.",
            icon=":material/sms_failed:",
        )
    dropped = len(campaign.messages) - sent
    if dropped:
        st.warning(f"The cap drops {wording.plural(dropped, 'message')}.", icon=":material/block:")


def _with_messages(campaign: Campaign, messages: tuple[Message, ...]) -> Campaign:
    """The campaign with other messages; the window is lengthened where they are longer."""
    longest = max(campaign.window_days, messages[-1].day + 1)
    window = min((days for days in WINDOWS if days >= longest), default=longest)
    return replace(campaign, messages=messages, window_days=max(window, campaign.window_days))


def _messages(table: pd.DataFrame) -> tuple[Message, ...]:
    """The messages of an edited table, by their days."""
    offers = {name: offer for offer, name in words.OFFER_NAMES.items()}
    rows = table.dropna(subset=[_DAY]).sort_values(_DAY, kind="stable")
    if rows.empty:
        raise DataError("A sequence has at least one message, on day 0.")
    messages = [
        Message(
            day=int(day),
            text="" if pd.isna(message) else str(message),
            offer=offers.get(offer, ""),
        )
        for day, message, offer in zip(rows[_DAY], rows[_TEXT], rows[_OFFER], strict=True)
    ]
    days = [message.day for message in messages]
    if days[0] != 0:
        raise DataError(
            f"The first message is on day {days[0]}. Days count from the first one: set it to 0."
        )
    if len(set(days)) < len(days):
        raise DataError("Two messages are on the same day. Give each a day of its own.")
    return tuple(messages)


def draw_evidence(campaign: Campaign) -> None:
    """Draw the playbook's evidence for the strategy, its steps and its guard rails."""
    strategy = strategy_of(campaign.strategy)
    if strategy is None:
        st.caption(
            "A campaign of your own: the playbook has no evidence for it. Choose a strategy to see "
            "what is known."
        )
        return
    with st.container(border=True):
        st.markdown(f"**What is known of {text.plain(strategy.name)}**")
        st.markdown(
            f"{text.plain(rewritten(strategy.evidence), limit=600)} "
            f":gray[{text.plain(strategy.source)}]"
        )
        for step in strategy.how:
            st.markdown(f"- {text.plain(step, limit=600)}")
        for rail in strategy.guard_rails:
            st.markdown(f":orange[:material/shield:] {text.plain(rail, limit=600)}")
