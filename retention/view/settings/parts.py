"""The parts of the store settings page. A moved control counts at once, on every page."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.campaigns.campaign import CHANNELS, Channel
from retention.customers.countries import country_names
from retention.errors import DataError, ModelError
from retention.kept_work.settings_file import settings_from_json, settings_to_json
from retention.kept_work.store_settings import USUAL_MARGIN, StoreSettings, is_currency
from retention.reports.industry import lines_of_business
from retention.view import save_work, text, widgets
from retention.view.session import choices, loaded
from retention.view.session.contact import contact_costs
from retention.view.session.loaded import Loaded
from retention.view.session.people import contacts_for
from retention.view.session.results import scores_for, uncertainty_for
from retention.view.session.store_settings import (
    MODELS,
    change_store_settings,
    keep_store_settings,
    store_settings,
)

#: Channels of first orders that have a cost of their own at most, the largest ones.
MOST_CHANNELS = 12
_MARGIN, _RATE, _MODEL, _LINE = "set_margin", "set_discount_rate", "set_model", "set_line"
_COUNTRY, _CURRENCY, _COST = "set_country", "set_currency", "set_cost"
_LOAD, _PROBLEM, _LOADED = "set_load", "settings_problem", "settings_loaded"


def draw_settings(data: Loaded | None) -> None:
    """Draw every setting, what they come to, and the file that holds them."""
    worth = st.container()
    left, right = st.columns(2, gap="medium")
    with left:
        _draw_money(data)
        _draw_store(data)
    with right:
        _draw_cost_to_win(data)
        _draw_contact_costs(data)
    _draw_file()
    widgets.show_so_far()
    if data is not None:
        with worth:
            _draw_worth(data)


def _draw_worth(data: Loaded) -> None:
    """What customers are worth by these settings, as every page has it."""
    if not data.orders.has_amounts:
        return
    plan = choices.standard_plan()
    try:
        scores, total = scores_for(data, plan), uncertainty_for(data, plan).total()
    except ModelError:
        return
    currency = data.orders.currency
    revenue = float((scores["expected_orders"] * scores["expected_order_value"]).sum())
    widgets.metric_row(
        [
            widgets.Metric(
                label="Expected revenue",
                value=wording.money(revenue, currency, short=True),
                about="expected_revenue",
                note="Of today's customers, the next 12 months",
            ),
            widgets.Metric(
                label="Expected value",
                value=wording.money(total.expected, currency, short=True),
                about="base_value",
                note=f"80% range: {wording.money_range(total.low, total.high, currency)}",
            ),
            widgets.Metric(
                label="Value per customer",
                value=wording.money(total.expected / len(scores), currency),
                about="cltv_per_customer",
                note="Expected value, on average",
            ),
        ],
        key="settings",
    )


def _draw_money(data: Loaded | None) -> None:
    settings = store_settings()
    with st.container(border=True):
        about = {
            "Margin": text.DEFINITIONS["margin"],
            "Discount rate": text.DEFINITIONS["annual_discount_rate"],
            "Purchase model": text.DEFINITIONS["purchase_model"],
        }
        st.markdown("**What a customer is worth**", help=text.one_help(about))
        st.slider(
            "Margin",
            min_value=1,
            max_value=100,
            value=_start(_MARGIN, round(settings.margin * 100)),
            step=1,
            format=text.percent_format(),
            key=_MARGIN,
            on_change=_changed,
            args=(_MARGIN, "margin", lambda percent: percent / 100),
        )
        if not settings.margin_is_known:
            st.caption(
                f"{wording.percent(USUAL_MARGIN)} is an assumption until you set yours: what is "
                "left of 100 of revenue after goods, shipping and payment."
            )
        st.slider(
            "Discount rate a year",
            min_value=0,
            max_value=30,
            value=_start(_RATE, round(settings.annual_discount_rate * 100)),
            step=1,
            format=text.percent_format(),
            key=_RATE,
            on_change=_changed,
            args=(_RATE, "annual_discount_rate", lambda percent: percent / 100),
        )
        labels = {kind: label for label, kind in MODELS.items()}
        st.segmented_control(
            "Purchase model",
            list(MODELS),
            default=_start(_MODEL, labels[settings.purchase_model]),
            key=_MODEL,
            required=True,
            on_change=_changed,
            args=(_MODEL, "purchase_model", MODELS.__getitem__),
        )
        _draw_currency(data)


def _draw_currency(data: Loaded | None) -> None:
    if data is not None and data.orders.currency and not data.currency_is_set:
        st.caption(f"Currency: {text.plain(data.orders.currency)}, of these orders.")
        return
    written = st.text_input(
        "Currency",
        value=_start(_CURRENCY, store_settings().currency),
        key=_CURRENCY,
        max_chars=3,
        placeholder="Three letters, such as EUR",
        on_change=_currency_changed,
    )
    if written and not is_currency(written.strip().upper()):
        st.error("Give the currency as a code of three letters, such as EUR.")


def _draw_store(data: Loaded | None) -> None:
    settings = store_settings()
    with st.container(border=True):
        about = {
            "Line of business": "Whose benchmarks the scorecard compares with. Each is compared by "
            "its own definition.",
            "Country": "To read phone numbers that lack a country code, and to fill in countries "
            "where a platform asks for them.",
        }
        st.markdown("**What and where you sell**", help=text.one_help(about))
        lines = list(lines_of_business())
        st.selectbox(
            "Line of business",
            lines,
            index=lines.index(_start(_LINE, settings.line_of_business)),
            key=_LINE,
            on_change=_changed,
            args=(_LINE, "line_of_business", str),
        )
        names = country_names()
        countries = ["", *names]
        st.selectbox(
            "Country of customers without one",
            countries,
            index=countries.index(_start(_COUNTRY, settings.home_country)),
            format_func=lambda code: names.get(code, "Not chosen"),
            key=_COUNTRY,
            on_change=_changed,
            args=(_COUNTRY, "home_country", str),
        )
        if data is not None:
            st.caption(text.plain(_countries_of(data)))


def _countries_of(data: Loaded) -> str:
    """What the orders say of countries."""
    contacts = contacts_for(data)
    countries = contacts["country"].dropna() if "country" in contacts else pd.Series(dtype=object)
    if countries.empty:
        return "These orders name no countries."
    most = str(countries.value_counts().index[0])
    name = country_names().get(most, most)
    return (
        f"The orders name the country of {wording.percent(len(countries) / len(data.customers))} "
        f"of the customers, most often {name}."
    )


def _draw_cost_to_win(data: Loaded | None) -> None:
    settings, unit = store_settings(), _unit(data)
    with st.container(border=True):
        st.markdown(
            "**What winning a customer costs**",
            help="Campaigns, under “New customers”, show it beside what a new customer brings.",
        )
        st.number_input(
            f"A new customer, on average{unit}",
            min_value=0.0,
            max_value=1e9,
            value=_start(_COST, settings.cost_to_win),
            key=_COST,
            placeholder="Not known",
            on_change=_changed,
            args=(_COST, "cost_to_win", lambda cost: cost),
        )
        channels = [] if data is None else _channels_of(data)
        if not channels:
            st.caption("With a channel column in the orders, each channel can have its own cost.")
            return
        with st.expander("By channel of the first order", icon=":material/hub:"):
            for name, place in zip(channels, _in_pairs(len(channels)), strict=True):
                key = f"{_COST}_{name}"
                place.number_input(
                    text.plain(name, 60),
                    min_value=0.0,
                    max_value=1e9,
                    value=_start(key, settings.cost_to_win_by_channel.get(name)),
                    key=key,
                    placeholder="As the average",
                    on_change=_cost_of_channel_changed,
                    args=(key, name),
                )


def _channels_of(data: Loaded) -> list[str]:
    if "first_channel" not in data.customers:
        return []
    counts = data.customers["first_channel"].dropna().value_counts()
    return [str(name) for name in counts.index[:MOST_CHANNELS] if str(name)]


def _draw_contact_costs(data: Loaded | None) -> None:
    settings, unit = store_settings(), _unit(data)
    usual = {} if data is None else contact_costs(data)
    with st.container(border=True):
        st.markdown(
            f"**What one message costs{unit}**",
            help="Campaigns start from it. Where none is given they take what is usual: a share of "
            "the average order.",
        )
        places = _in_pairs(len(CHANNELS))
        for (channel, label), place in zip(CHANNELS.items(), places, strict=True):
            key = f"{_COST}_of_{channel}"
            place.number_input(
                label,
                min_value=0.0,
                max_value=1e9,
                value=_start(key, settings.contact_costs.get(channel)),
                step=0.01,
                format="%.3f",
                key=key,
                placeholder=f"Usual: {wording.general(usual[channel], 6)}"
                if channel in usual
                else "Usual",
                on_change=_contact_cost_changed,
                args=(key, channel),
            )


def _in_pairs(number: int) -> list[DeltaGenerator]:
    """Places for controls, two in a row: on a phone and by Tab they keep their order."""
    rows = [st.columns(2, gap="small") for _ in range(0, number, 2)]
    return [place for row in rows for place in row][:number]


def _unit(data: Loaded | None) -> str:
    currency = store_settings().currency if data is None else data.orders.currency
    return f" ({text.plain(currency)})" if currency else ""


def _draw_file() -> None:
    with st.container(border=True):
        st.markdown("**Keep these settings**")
        st.caption("They last as long as this session. A file brings them back in the next one.")
        widgets.download_button(
            "Save the settings",
            settings_to_json(store_settings()),
            file_name="store-settings.json",
            mime="application/json",
            icon=":material/save:",
            key="set_save",
            on_click="ignore",
        )
        st.file_uploader(
            "Load saved settings", type=["json"], key=_LOAD, on_change=_load, max_upload_size=1
        )
        save_work.draw_button(key="settings_save_work")
        if problem := st.session_state.get(_PROBLEM):
            widgets.problem("These settings could not be loaded", DataError(problem))
        if st.session_state.pop(_LOADED, False):
            st.success("The settings are in force on every page.", icon=":material/check:")


def _start(key: str, value: Any) -> Any:
    """Let a control begin at the setting, and return what it shows: its own state from then on.

    The state alone does not do: a run that ends another one before it is drawn says no more that
    the state was set, and the browser then shows the default.
    """
    return st.session_state.setdefault(key, value)


def _changed(key: str, name: str, read: Callable[[Any], Any]) -> None:
    """Take over what a control says."""
    change_store_settings(**{name: read(st.session_state[key])})


def _currency_changed() -> None:
    written = st.session_state[_CURRENCY].strip().upper()
    if written and not is_currency(written):
        return
    change_store_settings(currency=written)
    loaded.follow_currency()


def _cost_of_channel_changed(key: str, name: str) -> None:
    costs = _with(store_settings().cost_to_win_by_channel, name, st.session_state[key])
    change_store_settings(cost_to_win_by_channel=costs)


def _contact_cost_changed(key: str, channel: Channel) -> None:
    costs = _with(store_settings().contact_costs, channel, st.session_state[key])
    change_store_settings(contact_costs=costs)


def _with(costs: Any, name: str, cost: float | None) -> dict[Any, float]:
    """The costs with one of them changed; None takes it out."""
    changed = {**costs, name: cost}
    return {known: amount for known, amount in changed.items() if amount is not None}


def _load() -> None:
    """Read the file when it is chosen, before the page is drawn."""
    st.session_state.pop(_PROBLEM, None)
    upload = st.session_state.get(_LOAD)
    if upload is None:
        return
    try:
        settings: StoreSettings = settings_from_json(upload.getvalue())
    except DataError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    keep_store_settings(settings)
    loaded.follow_currency()
    # The controls begin at the new settings.
    for key in list(st.session_state):
        if isinstance(key, str) and key.startswith("set_") and key != _LOAD:
            del st.session_state[key]
    st.session_state[_LOADED] = True
