"""The kept campaigns as a file, as a table, and loaded from a file again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from retention import wording
from retention.campaigns.campaign import Campaign
from retention.campaigns.files import SavedPlan, campaigns_from_json, campaigns_to_json
from retention.campaigns.plan import CampaignPlan
from retention.csv_export import to_csv
from retention.errors import DataError
from retention.kept_work.store_settings import LEAST_MARGIN
from retention.own_segments.library import Library, merge_libraries
from retention.view import text, widgets
from retention.view.campaigns import going_out
from retention.view.session import campaigns as state, choices, loaded, own_segments as own, people
from retention.view.session.loaded import Loaded
from retention.view.session.store_settings import (
    change_store_settings,
    keep_store_settings,
    store_settings,
)

_LOAD = "plan_load"
_PROBLEM = "plan_problem"
_LOADED = "plan_loaded"
_CAUTION = "plan_caution"


def draw_files(data: Loaded, plans: dict[str, CampaignPlan]) -> None:
    """The plan with its assumptions as a file, and one loaded. What has gone out is not in it."""
    st.subheader("Save and load", anchor=False)
    campaigns = going_out.planned(data)
    addressed = {name for campaign in campaigns for name in campaign.segments}
    names = {name.removeprefix(own.OWN) for name in addressed}
    rules = people.left_alone()
    with st.container(horizontal=True):
        widgets.download_button(
            "Save the plan",
            campaigns_to_json(
                SavedPlan(
                    campaigns=campaigns,
                    library=tuple(
                        segment for segment in own.session_library() if segment.name in names
                    ),
                    rules=choices.segment_rules(),
                    quiet_days=rules.quiet_days,
                    unknown_consent=rules.unknown_consent,
                    home_country=store_settings().home_country,
                    currency=data.orders.currency,
                )
            ),
            file_name="campaigns.json",
            mime="application/json",
            icon=":material/save:",
            key="plan_save",
            on_click="ignore",
        )
        if plans:
            widgets.download_button(
                "Download the table",
                to_csv(plans_table(plans, data.orders.end), index=False),
                file_name="campaigns.csv",
                mime="text/csv",
                icon=":material/download:",
                key="plan_table_csv",
                on_click="ignore",
            )
    draw_load()


def plans_table(
    plans: dict[str, CampaignPlan], end: date, today: date | None = None
) -> pd.DataFrame:
    """A row for each campaign: what it assumes, and what it should bring.

    Args:
        plans: The plans by the campaigns' names.
        end: The last day of the orders.
        today: The present day; that of the computer's clock unless given.
    """
    rows = []
    for name, plan in plans.items():
        figures, terms = plan.economics, plan.campaign.terms
        rows.append(
            {
                "campaign": name,
                "segments": " + ".join(plan.campaign.segments),
                "strategy": plan.campaign.strategy,
                "channel": plan.campaign.channel,
                "starts_on": plan.campaign.first_day(end, today),
                "window_days": plan.campaign.window_days,
                "lift": round(terms.lift, 6),
                "lift_error": round(terms.lift_error, 6),
                "lift_tests": terms.lift_tests,
                "offer": terms.offer.kind,
                "offer_value": round(terms.offer.value, 6),
                "margin": round(terms.margin, 6),
                "addressed": figures.customers,
                "held_out": plan.held,
                "cost": round(figures.cost, 2),
                "gain": round(figures.gain.expected, 2),
                "gain_low": round(figures.gain.low, 2),
                "gain_high": round(figures.gain.high, 2),
                "loss_chance": round(figures.loss_chance, 4),
                "break_even_lift": round(figures.break_even_lift, 5),
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
        help="It replaces the list above, and brings its own segments, thresholds and whom to "
        "leave alone.",
    )
    if problem := st.session_state.get(_PROBLEM):
        widgets.problem("This plan could not be loaded", DataError(problem))
    if caution := st.session_state.get(_CAUTION):
        st.warning(text.plain(caution), icon=":material/currency_exchange:")
    if loaded_words := st.session_state.pop(_LOADED, None):
        st.success(loaded_words, icon=":material/check:")


def _load() -> None:
    """Read the file when it is chosen, before the page is drawn."""
    st.session_state.pop(_PROBLEM, None)
    upload = st.session_state.get(_LOAD)
    if upload is None:
        return
    try:
        plan = campaigns_from_json(upload.getvalue())
        names = [campaign.name for campaign in plan.campaigns]
        if len(set(names)) < len(names):
            raise DataError("Two of its campaigns have one name. Give each a name of its own.")
        library, renamed = _with_library(plan.library)
    except DataError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    own.keep_library(library)
    _keep_campaigns(plan, renamed)
    choices.keep_segment_rules(plan.rules)
    people.keep_left_alone(
        replace(
            people.left_alone(),
            quiet_days=plan.quiet_days,
            unknown_consent=plan.unknown_consent,
        )
    )
    if plan.home_country:
        change_store_settings(home_country=plan.home_country)
    count = wording.plural(len(plan.campaigns), "campaign")
    st.session_state[_LOADED] = (
        f"{count} loaded, with whom to leave alone and segments' thresholds."
    )
    cautions = (_other_margin(plan.campaigns), _other_currency(plan.currency))
    st.session_state[_CAUTION] = " ".join(filter(None, cautions))


def _keep_campaigns(plan: SavedPlan, renamed: dict[str, str]) -> None:
    """Keep a plan's campaigns in the place of the session's; own segments may have new names."""
    campaigns = tuple(
        replace(
            campaign,
            segments=tuple(renamed.get(name, name) for name in campaign.segments),
            holdout_key=campaign.drawn_by,
        )
        for campaign in plan.campaigns
    )
    state.keep_all(campaigns)
    if campaigns:
        # The one planned before would stand beside the loaded ones, and take their customers.
        state.put_on_table(campaigns[0], campaigns[0].name)


def _other_margin(planned: tuple[Campaign, ...]) -> str | None:
    """Let loaded campaigns have the store's margin, and caution where they had another one.

    Where the marketer has set none, the plan's own margin becomes the store's.
    """
    margins = {campaign.terms.margin for campaign in planned}
    settings = store_settings()
    if len(margins) == 1 and not settings.margin_is_known:
        change_store_settings(margin=max(margins.pop(), LEAST_MARGIN))
        return None
    keep_store_settings(settings)
    if margins <= {settings.margin}:
        return None
    return (
        f"This plan was saved with another margin: its campaigns now have the "
        f"{wording.percent(settings.margin)} of the store settings."
    )


def _other_currency(currency: str | None) -> str | None:
    """A caution where a plan was saved for orders in another currency than the loaded ones."""
    data = loaded.get()
    if not currency or data is None or currency == data.orders.currency:
        return None
    return (
        f"This plan was saved for orders in {currency}, and these are in "
        f"{data.orders.currency or 'an unknown currency'}: check its amounts."
    )


def _with_library(brought: Library) -> tuple[Library, dict[str, str]]:
    """The session's own segments with those of a plan, and the new names of the plan's segments.

    A segment of the plan has a new name if another one of the session has its name.
    """
    library, renamed = own.session_library(), {}
    for segment in brought:
        before, library = library, merge_libraries(library, (segment,))
        if segment not in before:
            renamed[own.OWN + segment.name] = own.OWN + library[-1].name
    return library, renamed
