"""The front page once orders are loaded: what there is, and what is to come."""

import datetime as dt
from collections.abc import Callable

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.charts.past_and_expected import past_and_expected_chart, placed_and_expected_chart
from retention.errors import ModelError
from retention.history.revenue import past_and_expected, placed_and_expected
from retention.view import findings, forecast_panels, page_table, shell, text, widgets
from retention.view.front import left_out
from retention.view.session import choices
from retention.view.session.loaded import Loaded
from retention.view.session.results import (
    history_for,
    months_for,
    peaks_for,
    scores_for,
    spread_for,
    uncertainty_for,
)

CHART_HELP = (
    "Customers you have yet to win come on top. The last day of the orders parts its month into "
    "what came so far and what is expected of its rest."
)
#: The share of the best customers that is named.
TENTH = 0.10


def header(data: Loaded) -> DeltaGenerator:
    """Draw the data's name and period, and return the place of the page's first sentence."""
    orders = data.orders
    st.title(text.plain(data.name), anchor=False)
    conclusion = shell.place_conclusion()
    st.caption(f"Orders from {wording.day(orders.start)} to {wording.day(orders.end)}")
    age = (dt.date.today() - orders.end).days
    if age > shell.STALE_DAYS:
        st.caption(
            f":orange[:material/event_busy:] The last order is {wording.days(age)} old. “This "
            f"week”, due and silent count from {wording.day(orders.end)}: load newer orders before "
            "you write to anybody."
        )
    return conclusion


def so_far(data: Loaded) -> None:
    """Draw customers, orders, revenue and repeat rate."""
    customers = data.customers
    returned = int((customers["frequency"] > 0).sum())
    again = widgets.Metric(
        label="Bought again",
        value=wording.percent(returned / len(customers)),
        about="repeat_rate",
        note=wording.plural(returned, "customer"),
    )
    st.subheader("So far", anchor=False)
    if not data.orders.has_amounts:
        st.caption(f":material/money_off: {wording.NO_AMOUNTS}")
    sums = widgets.order_metrics(
        customers=len(customers),
        placed=int(customers["orders"].sum()),
        revenue=float(customers["revenue"].sum()),
        orders=data.orders,
    )
    widgets.metric_row([*sums, again])


def place_to_come() -> DeltaGenerator:
    """Return the place of what is to come, to be filled once the rest of the page is drawn."""
    with st.container(key="to-come"):
        st.subheader("The next 12 months", anchor=False)
        return st.empty()


def fill_to_come(where: DeltaGenerator, data: Loaded) -> None:
    """Draw what today's customers are expected to bring within 12 months, or why nobody can say.

    Args:
        where: From `place_to_come`.
        data: The session's data.
    """
    with where.container(key="to-come-filled"):
        _draw_to_come(data)


def _draw_to_come(data: Loaded) -> None:
    try:
        plan = choices.standard_plan()
        scores = scores_for(data, plan)
    except ModelError as error:
        widgets.problem("What comes next cannot be estimated from these orders", error)
        return
    currency = data.orders.currency
    if not data.orders.has_amounts:
        widgets.metric_row(forecast_panels.forecast_metrics(scores, None, None, label="", about=""))
        _draw_expected_orders(data, plan)
        return
    months = months_for(data, plan)
    top = spread_for(data, plan).top
    tenth = top[top["share"] == TENTH]
    top_tenth = widgets.Metric(
        label="Top 10% hold",
        value=wording.percent(tenth["value_share"].iloc[0]) if len(tenth) else wording.MISSING,
        about="top_share",
        note=wording.plural(int(tenth["customers"].iloc[0]), "customer") if len(tenth) else None,
    )
    total = uncertainty_for(data, plan).total()
    forecast = forecast_panels.forecast_metrics(
        scores, total, currency, label="Expected value", about="base_value"
    )
    widgets.metric_row([*forecast, top_tenth])
    widgets.settings_line(forecast_panels.assumptions(plan), "front")
    tidy = past_and_expected(history_for(data), months)
    st.altair_chart(
        past_and_expected_chart(tidy, currency),
        key="past_and_expected",
        alt="Past revenue by month, then what today's customers may bring. "
        + _course_so_far(tidy, "revenue", lambda x: wording.money(x, currency, short=True)),
    )
    ahead = wording.money(float(months["expected_revenue"].sum()), currency, short=True)
    st.caption(
        f"Expected: {text.plain(ahead)} from repeat orders of today's customers, before margin "
        "and discounting. Thin lines are a month's 80% range.",
        help=f"Compare the bars with the repeat orders so far. {CHART_HELP}",
    )
    if peaks := forecast_panels.peak_words(peaks_for(data)):
        st.caption(text.plain(peaks, limit=400))


def _course_so_far(tidy: pd.DataFrame, column: str, amount: Callable[[float], str]) -> str:
    """Say how the months so far went, then the sum of what is expected."""
    ahead = tidy["kind"] == "expected"
    # A month that is not over would look like a fall.
    over = tidy["last_day"] + pd.Timedelta(days=1) == tidy["end"]
    whole = over if (over & ~ahead).any() else True
    past = tidy[~ahead & whole].groupby("start")[column].sum()
    course = findings.course(
        [f"{start:%B %Y}" for start in past.index], list(past), [amount(x) for x in past]
    )
    return f"{course}. Expected: {amount(float(tidy.loc[ahead, column].sum()))}"


def _draw_expected_orders(data: Loaded, plan: choices.Plan) -> None:
    """Draw the orders of past and coming months, where there are no amounts to draw."""
    tidy = placed_and_expected(history_for(data), months_for(data, plan))
    st.altair_chart(
        placed_and_expected_chart(tidy),
        key="placed_and_expected",
        alt="Past orders by month, then those expected of today's customers. "
        + _course_so_far(tidy, "orders", wording.count),
    )
    st.caption("Expected are repeat orders of today's customers.", help=CHART_HELP)


def warnings(data: Loaded) -> None:
    """Warn where much was left out."""
    revenue = float(data.customers["revenue"].sum())
    left_out.warn_if_much(data.orders, revenue, "All reasons stand under “What was read” below.")


def next_pages() -> None:
    """Draw a row of links to the other pages: on a phone the menu is folded."""
    with st.container(horizontal=True, gap="small", key="next-pages"):
        for page in page_table.menu_entries(page_table.page_of(page_table.FRONT_PAGE)):
            if page.path != page_table.FRONT_PAGE:
                st.page_link(page.path, label=page.title, icon=page.icon)
