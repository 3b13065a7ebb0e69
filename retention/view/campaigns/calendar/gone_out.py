"""The campaigns that have gone out: what was kept of each, and where it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from retention import wording
from retention.experiments.campaign_test import CampaignTest
from retention.view import text
from retention.view.campaigns import beginning
from retention.view.campaigns.calendar.card import campaign_card
from retention.view.session import campaign_tests, campaigns as state


def draw_gone_out(
    end: date, tests: tuple[CampaignTest, ...], standing: Callable[[CampaignTest], str]
) -> None:
    """Draw what has gone out, the latest first.

    Args:
        end: The last day of the orders.
        tests: The campaigns.
        standing: Says where one stands, in the words of Results.
    """
    st.subheader("Gone out", anchor=False)
    st.caption(
        "Their days and groups stay as they were kept. Whoever is in one is left out of other "
        "plans until its last day."
    )
    for number, test in enumerate(tests):
        left, right = campaign_card()
        with left:
            _draw_words(end, test, standing(test))
        with right:
            _draw_buttons(number, test)


def _draw_words(end: date, test: CampaignTest, standing: str) -> None:
    addressed, held_out = campaign_tests.sizes_of(test)
    st.markdown(f"**{text.plain(test.name, limit=80)}**")
    st.caption(
        f"{wording.day(test.start)} to {wording.day(test.end)}, {wording.days(test.days)}. "
        f"{wording.count(addressed)} addressed, {wording.count(held_out)} held out."
    )
    is_over = test.window.is_held_by(end)
    look = "" if is_over else f". Look on {wording.day(test.window.look_on)}"
    st.markdown(text.plain(f"{standing}{look}", limit=300))


def _draw_buttons(number: int, test: CampaignTest) -> None:
    st.button(
        "Result",
        icon=":material/science:",
        key=f"gone_out_result_{number}",
        on_click=_open_result,
        args=(test.name,),
        help="What it brought, beside the customers who were held out.",
    )
    if test.campaign.segments:
        st.button(
            "Plan it again",
            icon=":material/replay:",
            key=f"gone_out_again_{number}",
            type="tertiary",
            on_click=_plan_again,
            args=(test,),
            help="A copy under a new name, with a new draw. This one stays as it is.",
        )
    with st.popover("Delete", icon=":material/delete:", type="tertiary"):
        st.markdown(
            f"“{text.plain(test.name, limit=80)}” will be deleted, with its groups, its result and "
            "what it taught."
        )
        st.button(
            "Delete it and its result",
            key=f"gone_out_delete_{number}",
            on_click=_delete,
            args=(test.name,),
        )


def _open_result(name: str) -> None:
    campaign_tests.open_next(name)
    state.go_to(campaign_tests.RESULTS_PAGE)


def _plan_again(test: CampaignTest) -> None:
    beginning.plan_again(test)
    st.session_state[state.PLACE] = state.PLAN
    state.go_to(state.PLAN_PAGE)


def _delete(name: str) -> None:
    campaign_tests.forget_test(name)
    state.delete(name)
