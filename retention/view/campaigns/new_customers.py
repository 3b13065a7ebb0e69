"""What a new customer is worth and may cost, on the channels page."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from html import escape
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.campaigns.new_customers import ALL, USUAL_RATIO, Acquisition
from retention.charts.campaigns import spec
from retention.csv_export import to_csv
from retention.view import findings, forecast_panels, text, widgets
from retention.view.campaigns import data as data_of, frames, words
from retention.view.live_chart import live_chart
from retention.view.session import choices
from retention.view.session.loaded import Loaded
from retention.view.session.store_settings import store_settings

HORIZONS = (90, 180, 365, 730)


def draw_new_customers(data: Loaded, conclusion: DeltaGenerator) -> None:
    """What a new customer is worth and may cost, for all and by where they came from.

    Args:
        data: The session's data.
        conclusion: The place of the page's first sentence.
    """
    settings = _draw_settings(data)
    acquisition = data_of.acquisition_for(
        data, settings.column, settings.ratio, settings.horizon_days
    )
    everybody = acquisition.groups.loc[[ALL]].to_dict("records")[0]
    if everybody["problem"]:
        st.warning(text.plain(everybody["problem"], limit=600), icon=":material/warning:")
        return
    currency = data.orders.currency
    conclusion.html(_verdict(everybody, settings.horizon_days, currency))
    _draw_charts(acquisition, currency)
    _draw_costs(acquisition, settings.column, currency)
    problems = acquisition.groups["problem"]
    for name, problem in problems[problems != ""].items():
        st.caption(f"{text.plain(name)}: {text.plain(problem, limit=600)}")
    widgets.download_button(
        "Download the table",
        to_csv(acquisition.groups.round(2).reset_index(), index=False),
        file_name="new-customers.csv",
        mime="text/csv",
        icon=":material/download:",
        key="new_csv",
        on_click="ignore",
    )


class _Settings(NamedTuple):
    """What the marketer has chosen; fields as of `acquisition`."""

    column: str | None
    ratio: float
    horizon_days: int


def _draw_settings(data: Loaded) -> _Settings:
    columns: list[str | None] = [
        name
        for name in map(str, data.customers)
        if name.startswith("first_") and name != "first_order"
    ]
    places = st.columns(3, gap="medium")
    column = places[0].selectbox(
        "By first",
        columns or [None],
        format_func=lambda name: (
            "No such column" if name is None else name.removeprefix("first_").capitalize()
        ),
        key="new_by",
        disabled=not columns,
        help="Of the customer's first order.",
    )
    ratio = places[1].slider(
        "Value to cost",
        min_value=1.0,
        max_value=6.0,
        value=USUAL_RATIO,
        step=0.5,
        format=text.slider_format("%.1f : 1"),
        key="new_ratio",
        help=words.DEFINITIONS["allowed"],
    )
    horizon_days = places[2].select_slider(
        "Value over",
        HORIZONS,
        value=365,
        format_func=wording.days,
        key="new_horizon",
        help=words.DEFINITIONS["new_value"],
    )
    widgets.settings_line(forecast_panels.assumptions(choices.standard_plan()), "new")
    return _Settings(column=column, ratio=ratio, horizon_days=horizon_days)


def _verdict(everybody: Mapping[Hashable, Any], horizon_days: int, currency: str | None) -> str:
    """What a new customer may cost and is worth, from the row of all customers."""
    allowed = wording.money(everybody["allowed"], currency)
    value = wording.money(everybody["value"], currency)
    span = wording.money_range(everybody["value_low"], everybody["value_high"], currency)
    return (
        f'<div class="plan-verdict"><b>A new customer may cost {escape(allowed)}</b><br>'
        f"Brings {escape(value)} of margin over {wording.days(horizon_days)} "
        f"(80% range {escape(span)}); "
        f"paid back {frames.paid_back(everybody['payback_days'])}.</div>"
    )


def _draw_costs(acquisition: Acquisition, column: str | None, currency: str | None) -> None:
    """What winning a customer costs, by the store settings, beside what it may cost."""
    table = frames.costs_frame(acquisition, column, store_settings())
    if table.empty:
        widgets.settings_line(
            "Say what winning a customer costs you, to see it beside what it may cost.", "costs"
        )
        return
    st.subheader("What winning one costs you", anchor=False)
    unit, number = words.in_currency(currency), st.column_config.NumberColumn
    st.dataframe(
        table,
        key="new_costs",
        hide_index=True,
        placeholder=wording.MISSING,
        column_config={
            "group": st.column_config.TextColumn("Group", pinned=True),
            "cost": number(f"Costs{unit}", format="localized", step=0.01),
            "allowed": number(f"May cost{unit}", format="localized", step=0.01),
            "value": number(f"Brings{unit}", format="localized", step=0.01),
            "ratio": number("Value to cost", format="localized", step=0.1),
        },
    )
    widgets.settings_line("Costs are those of the store settings.", "costs")


def _draw_charts(acquisition: Acquisition, currency: str | None) -> None:
    st.subheader(
        "Value of a new customer, and what it may cost",
        anchor=False,
        help=words.DEFINITIONS["new_value"],
    )
    groups = frames.groups_frame(acquisition, currency)
    with forecast_panels.expected("new-groups"):
        live_chart(
            spec("allowed", currency),
            {"groups": groups},
            key="new_groups",
            alt_text="Value of a new customer. "
            + findings.extremes(list(groups["group"]), list(groups["value"]), list(groups["said"])),
        )
    st.caption("Bar: value, thin line its 80% range. Orange mark: what winning one may cost.")
    st.subheader("When it is paid back", anchor=False, help=words.DEFINITIONS["payback"])
    with forecast_panels.expected("new-payback"):
        live_chart(
            spec("payback", currency),
            {"curves": frames.curves_frame(acquisition, currency)},
            key="new_payback",
            alt_text="When winning a customer is paid back: "
            + ", ".join(
                f"{group} {payback}"
                for group, payback in zip(groups["group"], groups["payback"], strict=True)
            ),
        )
