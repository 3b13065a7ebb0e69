"""The kept campaigns as a file, as a table, and loaded from a file again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from retention import wording
from retention.campaigns.files import SavedPlan, campaigns_from_json, campaigns_to_json
from retention.campaigns.plan import CampaignPlan
from retention.csv_export import to_csv
from retention.errors import DataError
from retention.own_segments.library import Library, merge_libraries
from retention.view import text, widgets
from retention.view.session import (
    campaigns as state,
    choices,
    loaded,
    own_segments,
    own_segments as own,
    people,
)
from retention.view.session.loaded import Loaded

_LOAD, _PROBLEM, _LOADED, _CAUTION = "plan_load", "plan_problem", "plan_loaded", "plan_caution"


def draw_files(data: Loaded, plans: dict[str, CampaignPlan]) -> None:
    """The plan with its assumptions as a file, and one loaded."""
    st.subheader("Save and load", anchor=False)
    names = {name.removeprefix("Own: ") for one in state.kept() for name in one.segments}
    rules = people.left_alone()
    library = tuple(segment for segment in own.session_library() if segment.name in names)
    with st.container(horizontal=True):
        st.download_button(
            "Save the plan",
            campaigns_to_json(
                SavedPlan(
                    state.kept(),
                    library,
                    choices.segment_rules(),
                    rules.quiet_days,
                    rules.unknown_consent,
                    rules.home_country,
                    data.orders.currency,
                )
            ),
            file_name="campaigns.json",
            mime="application/json",
            icon=":material/save:",
            key="plan_save",
            on_click="ignore",
        )
        if plans:
            st.download_button(
                "Download the table",
                to_csv(plans_table(plans, data.orders.end), index=False),
                file_name="campaigns.csv",
                mime="text/csv",
                icon=":material/download:",
                key="plan_table_csv",
                on_click="ignore",
            )
    draw_load()


def plans_table(plans: dict[str, CampaignPlan], end: date) -> pd.DataFrame:
    """One row a campaign, of orders until `end`: what it assumes, and what it should bring."""
    rows = []
    for name, plan in plans.items():
        found, terms = plan.economics, plan.campaign.terms
        rows.append(
            {
                "campaign": name,
                "segments": " + ".join(plan.campaign.segments),
                "strategy": plan.campaign.strategy,
                "channel": plan.campaign.channel,
                "starts_on": plan.campaign.first_day(end),
                "window_days": plan.campaign.window_days,
                "lift": round(terms.lift, 6),
                "offer": terms.offer.kind,
                "offer_value": round(terms.offer.value, 6),
                "margin": round(terms.margin, 6),
                "addressed": found.customers,
                "held_out": plan.held,
                "cost": round(found.cost, 2),
                "gain": round(found.gain.expected, 2),
                "gain_low": round(found.gain.low, 2),
                "gain_high": round(found.gain.high, 2),
                "loss_chance": round(found.loss_chance, 4),
                "break_even_lift": round(found.break_even_lift, 5),
            }
        )
    return pd.DataFrame(rows)


def draw_load() -> None:
    """A saved plan put in the place of the kept campaigns."""
    st.file_uploader(
        "Load a saved plan",
        type=["json"],
        key=_LOAD,
        on_change=_load,
        max_upload_size=1,
        help="It replaces the list above, and brings its own segments, thresholds and whom to leave alone.",
    )
    if problem := st.session_state.get(_PROBLEM):
        widgets.problem("This plan could not be loaded", DataError(problem))
    if caution := st.session_state.get(_CAUTION):
        st.warning(text.plain(caution), icon=":material/currency_exchange:")
    if said := st.session_state.pop(_LOADED, None):
        st.success(said, icon=":material/check:")


def _load() -> None:
    """Read the file when it is chosen, before the page is drawn."""
    st.session_state.pop(_PROBLEM, None)
    brought = st.session_state.get(_LOAD)
    if brought is None:
        return
    try:
        plan = campaigns_from_json(brought.getvalue())
        names = [one.name for one in plan.campaigns]
        if len(set(names)) < len(names):
            raise DataError("Two of its campaigns have one name. Give each a name of its own.")
        library, renamed = _with_library(plan.library)
    except DataError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    own.keep_library(library)
    campaigns = tuple(
        replace(
            one,
            segments=tuple(renamed.get(name, name) for name in one.segments),
            holdout_key=one.drawn_by,
        )
        for one in plan.campaigns
    )
    state.keep_all(campaigns)
    if campaigns:
        # Whatever was being planned would stand beside the loaded ones, and take customers from nobody.
        state.put_on_table(campaigns[0], campaigns[0].name)
    st.session_state[_LOADED] = (
        f"{wording.plural(len(plan.campaigns), 'campaign')} loaded, with whom to leave alone and segments' thresholds."
    )
    data = loaded.get()
    st.session_state[_CAUTION] = (
        f"This plan was saved for orders in {plan.currency}, and these are in "
        f"{data.orders.currency or 'an unknown currency'}: check its amounts."
        if plan.currency and data is not None and plan.currency != data.orders.currency
        else None
    )
    choices.keep_segment_rules(plan.rules)
    people.keep_left_alone(
        replace(
            people.left_alone(),
            quiet_days=plan.quiet_days,
            unknown_consent=plan.unknown_consent,
            home_country=plan.home_country,
        )
    )


def _with_library(brought: Library) -> tuple[Library, dict[str, str]]:
    """The session's own segments with a plan's, and the names that those of the plan have now where others had them."""
    library, renamed = own.session_library(), {}
    for segment in brought:
        before, library = library, merge_libraries(library, (segment,))
        if segment not in before:
            renamed[own_segments.OWN + segment.name] = own_segments.OWN + library[-1].name
    return library, renamed
