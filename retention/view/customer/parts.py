"""The parts of the page of one customer, from the name to the forecast in detail."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from retention import wording
from retention.charts import customer_life as charts
from retention.notation import rewritten
from retention.segments import labels
from retention.view import customer_lists, forecast_panels, page_table, text, widgets
from retention.view.customer import facts, words
from retention.view.customer.copy import customer_html
from retention.view.customer.data import Customer, model_or_problem
from retention.view.customer.forecast import draw_forecast
from retention.view.session import choices
from retention.view.session.contact import contact_for, has_consent
from retention.view.session.loaded import Loaded
from retention.view.session.people import contacts_for, signals_for
from retention.view.session.reorders import kinds_of
from retention.view.session.results import likely_next_for

#: Rows of the table of orders at most: the latest ones.
MOST_ROWS = 500
CAMPAIGNS = "pages/campaigns.py"


def conclusion(customer: Customer, shown_first: str = "") -> str:
    """Where the customer stands and what to do, as Markdown.

    Args:
        customer: What is known of the customer.
        shown_first: By what the customer is the first one, where nobody was chosen.
    """
    silence = words.what_silence_brings(customer.stage, customer.ahead, customer.path)
    stage = labels.STAGE_LABELS[customer.stage]
    step = text.plain(customer.step.strategy.name)
    name = text.plain(customer.name, limit=80)
    first = (
        f"Nobody is chosen yet, so here is who has the highest {shown_first}: "
        if shown_first
        else ""
    )
    return f"{first}**{name}, {stage}.** {text.plain(silence)} What to do now: **{step}**."


def draw_customer(data: Loaded, customer: Customer, plan: Callable[[str], None]) -> None:
    """Draw everything about a customer.

    Args:
        data: The session's data.
        customer: What is known of the customer.
        plan: Opens a campaign for the customers of the same stage, by the key of a strategy.
    """
    known = {*signals_for(data).columns, *contacts_for(data).columns}
    contact = contact_for(data).loc[[customer.customer_id]]
    writing = customer_lists.one_sentence(contact, known=has_consent(data))
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.html(facts.head_html(customer), width="content")
        with st.container(width="content", gap="xsmall"):
            widgets.download_button(
                "Download this page",
                data=lambda: customer_html(
                    customer, data.name, known, writing, likely=_likely_rows(data, customer)
                ),
                file_name="customer.html",
                mime="text/html",
                icon=":material/download:",
                key="download_customer",
                on_click="ignore",
            )
            st.caption(text.plain(writing))
    if customer.problem:
        widgets.no_model_panel(customer.problem, "Orders, stages and signals are shown as usual.")
    _draw_metrics(customer)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _draw_life(customer)
    with right:
        _draw_step(customer, plan)
    _draw_cards(customer, known)
    _draw_affinity(data, customer)
    _draw_orders(customer)
    _draw_forecast(data, customer)


def _draw_metrics(customer: Customer) -> None:
    metrics = facts.metrics_of(customer)
    if metrics:
        widgets.metric_row(metrics, key="customer")
    basis = f"Days count to the end of the data, {wording.day(customer.end)}. "
    if customer.scores is not None:
        terms = forecast_panels.terms(choices.standard_plan()).lower()
        money = f", {terms}" if customer.has_amounts else ""
        basis += f"Expected: over the next 12 months{money}. "
    st.caption(text.plain(basis))


def _draw_life(customer: Customer) -> None:
    st.subheader("Life so far", anchor=False)
    silence = words.what_silence_brings(customer.stage, customer.ahead, customer.path)
    st.markdown(f"**{text.plain(silence)}**")
    st.altair_chart(
        charts.life_chart(customer.life),
        key="life",
        alt=f"{facts.orders_in_words(customer)} {silence}",
    )
    st.caption(facts.life_caption(customer))


def _draw_step(customer: Customer, plan: Callable[[str], None]) -> None:
    step = customer.step
    with st.container(border=True, key="customer-step"):
        st.caption("What to do now")
        st.subheader(text.plain(step.strategy.name), anchor=False)
        st.markdown(text.plain(step.reason, limit=600))
        for caution in step.cautions:
            st.markdown(f":orange[:material/warning:] {text.plain(caution)}")
        st.markdown("\n".join(f"- {text.plain(line, limit=600)}" for line in step.how))
        # What is known of messages says nothing of somebody who gets none.
        if step.may_write:
            evidence = f"{rewritten(step.strategy.evidence)} ({step.strategy.source})"
            st.caption(text.plain(evidence, limit=800))
        # A strategy that is not for the stage is for this customer alone.
        if customer.stage in step.strategy.audience and step.may_write:
            _draw_plan(customer, plan)


def _draw_plan(customer: Customer, plan: Callable[[str], None]) -> None:
    """The way to a campaign for the customers of the stage."""
    label = f"Plan a campaign for “{labels.STAGE_LABELS[customer.stage]}”"
    has_prices = customer.has_amounts or choices.order_value() is not None
    if customer.scores is None or not has_prices:
        page = next(page for page in page_table.pages() if page.path == CAMPAIGNS)
        st.page_link(page.path, label=label, icon=page.icon)
    elif st.button(label, icon=":material/campaign:", type="primary", key="customer_plan"):
        plan(customer.step.strategy.key)


def _draw_cards(customer: Customer, known: set[str]) -> None:
    """Signals, segments and campaigns side by side."""
    cards = {
        "Signals": facts.signals_html(customer, known),
        "Segments": facts.segments_html(customer),
        "Campaigns": facts.campaigns_html(customer),
    }
    with st.container(key="cards-customer"):
        for title, body in cards.items():
            with st.container(border=True):
                st.html(f"<section class=about><h3>{title}</h3>{body}</section>")


def _draw_affinity(data: Loaded, customer: Customer) -> None:
    """What the customer buys and where, and what is likely to be next."""
    bars = facts.affinity_html(customer)
    likely = facts.likely_html(_likely_rows(data, customer))
    if likely:
        bars["Likely next"] = likely
    if not bars:
        return
    st.subheader("What they buy, and where", anchor=False)
    with st.container(key="cards-affinity"):
        for title, body in bars.items():
            st.html(f"<section class=about><h3>{title}</h3>{body}</section>")


def _likely_rows(data: Loaded, customer: Customer) -> pd.DataFrame:
    """The customer's rows of `likely_next`, none where the orders name no products."""
    if "product" not in kinds_of(data.orders):
        return pd.DataFrame(columns=["product", "reason"])
    likely = likely_next_for(data)
    return likely[likely["customer_id"] == customer.customer_id]


def _draw_orders(customer: Customer) -> None:
    st.subheader("Orders", anchor=False)
    shown = facts.order_table(customer).head(MOST_ROWS)
    if len(customer.orders) > MOST_ROWS:
        st.caption(f"The latest {MOST_ROWS} of {wording.count(len(customer.orders))} orders.")
    unit = f" ({customer.currency})" if customer.currency else ""
    column = st.column_config
    st.dataframe(
        shown,
        key="customer_orders",
        hide_index=True,
        placeholder=wording.MISSING,
        height=min(35 * (len(shown) + 1) + 3, 318),
        column_config={
            "ordered_at": column.DateColumn("Day", format="D MMM YYYY", pinned=True, width=110),
            "held": column.TextColumn("Products", width="large"),
            "revenue": column.NumberColumn(f"Amount{unit}", format="localized", step=0.01),
            "discount": column.NumberColumn(f"Discount{unit}", format="localized", step=0.01),
            "refunded": column.NumberColumn(f"Refunded{unit}", format="localized", step=0.01),
            "channel": column.TextColumn("Channel"),
            "coupon": column.TextColumn("Coupon"),
            "rating": column.NumberColumn("Review", format="localized"),
            "subscription": column.CheckboxColumn("Subscription"),
            "order_id": column.TextColumn("Order"),
        },
    )


def _draw_forecast(data: Loaded, customer: Customer) -> None:
    model, _ = model_or_problem(data)
    if model is None:
        return
    details = st.expander(
        "The forecast in detail",
        icon=":material/insights:",
        key="customer_forecast",
        on_change="rerun",
    )
    if details.open:
        with details:
            draw_forecast(model, customer, choices.standard_plan().horizon_days)
