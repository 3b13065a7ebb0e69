"""The parts of the cohorts page, from the settings at the top to one cohort's customers at the bottom."""

from functools import partial

import pandas as pd
import streamlit as st

from retention import cohorts, value
from retention.changes import ENOUGH
from retention.cohort_forecast import cohort_forecast
from retention.errors import ModelError
from retention.exports import to_csv
from retention.view import cohort_charts as charts
from retention.view import cohort_frames as frames
from retention.view import lifetime_parts, text, widgets
from retention.view import loaded as session
from retention.view.cohort_cards import DEFINITIONS, cards_of
from retention.view.cohort_frames import PICK, Cohorts, View
from retention.view.loaded import Loaded

KINDS = {"Month": "month", "Week": "week", "Quarter": "quarter"}
BY = ("channel", "category", "coupon", "region", "product")
COHORTS, AGES = (6, 12, 24, 36, 52), (6, 12, 24, 36, 52)
TABLE_ROWS = 200
MAP = "cohort_map"


def settings(data: Loaded) -> View:
    """Four controls in one row, kept in the URL; only what the orders have can make cohorts."""
    present = [name for name in BY if f"first_{name}" in data.customers]
    options = [*KINDS, *(f"First {name}" for name in present)]
    with st.container(border=True):
        one, two, three, four = st.columns([1.2, 1.1, 1, 1], gap="medium")
        kind = one.selectbox("Cohorts by", options, key="cohorts", bind="query-params", help=DEFINITIONS["by"])
        show = two.segmented_control(
            "Show",
            ["Share", "Customers"],
            default="Share",
            key="show",
            bind="query-params",
            required=True,
            help=DEFINITIONS["show"],
        )
        number = three.selectbox(
            "Cohorts shown", COHORTS, 2, key="rows", bind="query-params", help=DEFINITIONS["cohorts"]
        )
        ages = four.selectbox("Ages shown", AGES, 1, key="ages", bind="query-params", help=DEFINITIONS["ages"])
        if not present:
            with st.expander("Cohorts by channel, category, coupon, region or product", icon=":material/add:"):
                st.markdown(
                    "These orders have none of the columns. Add one to your order export, such as “Channel” with "
                    "where each order came from, and load it again: columns with such names are found by themselves, "
                    "and any other can be named under “Check the columns” when the file is loaded."
                )
    by = None if kind in KINDS else kind.removeprefix("First ")
    return View(KINDS.get(kind, "month"), by, show, number, ages)


def cohorts_for(data: Loaded, view: View) -> Cohorts:
    """The numbers behind the page, kept for the session."""
    of = data.orders.digest, view.period, view.by
    second = _second(*of, _data=data)
    foreseen, problem = None, None
    try:
        foreseen = _forecast(*of, session.purchase_model(), _data=data)
    except ModelError as error:
        problem = error
    names = {
        key: frames.name_of(cohort, view.period) for key, cohort in zip(second["key"], second["cohort"], strict=True)
    }
    return Cohorts(_table(*of, _data=data), second, foreseen, problem, names)


@st.cache_resource(scope="session", max_entries=8, show_spinner="Forming cohorts…")
def _table(digest: str, period: str, by: str | None, *, _data: Loaded) -> pd.DataFrame:
    if by is None:
        return frames.keyed(cohorts.cohort_table_of(session.order_history_for(_data), period))
    # Nearly every value has customers in the last month: as long as it lasts, no age of theirs would be complete.
    return frames.keyed(cohorts.cohort_table(_data.orders, period, by, partial=False))


@st.cache_resource(scope="session", max_entries=8, show_spinner="Timing second orders…")
def _second(digest: str, period: str, by: str | None, *, _data: Loaded) -> pd.DataFrame:
    values = None if by is None else cohorts.first_values(_data.orders, by)
    return frames.keyed(cohorts.second_orders_of(session.order_history_for(_data), period, values))


@st.cache_resource(scope="session", max_entries=8, show_spinner="Looking ahead…")
def _forecast(digest: str, period: str, by: str | None, kind: str, *, _data: Loaded) -> pd.DataFrame:
    labels = cohorts.cohort_of(_data.customers, period, by)
    return frames.keyed(cohort_forecast(session.model_for(_data), _data.customers, labels, frames.MONTHS))


def headline(data: Loaded, view: View, found: Cohorts) -> None:
    """What the latest cohorts do, against those before; or which value of the first order does best."""
    with st.container(key="metrics-cohorts"):
        for label, number, about, note in cards_of(data, view, found):
            st.metric(
                label,
                number,
                help=text.plain(DEFINITIONS[about], limit=1000),
                border=True,
                delta=text.plain(note) if note else None,
                delta_color="off",
                delta_arrow="off",
            )


def triangle(view: View, found: Cohorts, keys: list[str]) -> None:
    """The retention triangle, and the choice of a cohort by a click on it."""
    st.subheader("Who came back, and when", anchor=False, help=DEFINITIONS["triangle"])
    table = found.table
    drawn = table[table["key"].isin(keys) & (table["age"] <= view.ages)]
    cut = []
    if len(keys) < len(found.names):
        cut.append(f"the {'largest' if view.by else 'newest'} {len(keys)} of {text.count(len(found.names))} cohorts")
    oldest = int(table["age"].max()) if len(table) else 0
    if oldest > view.ages:
        cut.append(f"ages up to {view.ages} of {oldest}")
    unit = view.period
    words = (
        f"{'Percent' if view.show == 'Share' else 'Number'} of the customers of a cohort who ordered in the {unit} so "
        f"many {unit}s after the one of their first order. The number beside a cohort is its size. Click a row to see "
        "its customers below."
    )
    words += " Dashed: the period is not over yet." if not drawn["complete"].all() else ""
    words += " Only months that are over count." if view.by else ""
    words += f" Shown: {' and '.join(cut)}." if cut else ""
    st.caption(text.plain(words, limit=600))
    if drawn.empty:
        st.info("No month of these orders is over yet.", icon=":material/info:")
        return
    if len(found.names) == 1:
        st.info(
            f"All customers belong to one cohort, {text.plain(next(iter(found.names.values())))}: there is nothing to "
            "compare it with. Load a longer history, or take shorter periods.",
            icon=":material/info:",
        )
    frame = frames.triangle_frame(drawn, keys, found.names, view.show)
    repeat = frame[frame["age"] > 0]
    st.altair_chart(
        charts.triangle_chart(frame, view.unit),
        key=MAP,
        on_select=clicked,
        selection_mode="picked",
        alt=f"Share of customers who ordered, by cohort and age. The highest after age 0: "
        f"{text.percent(repeat['share'].max() if len(repeat) else 0)}",
    )
    widgets.csv_download(
        "Download the triangle", "cohorts.csv", partial(frames.cohorts_csv, table, found.names), key="download_triangle"
    )


def clicked() -> None:
    """Look at the cohort whose row was clicked."""
    chosen = st.session_state[MAP].selection.get("picked") or []
    if chosen:
        st.session_state[PICK] = chosen[-1]["key"]


def growth(data: Loaded, view: View, found: Cohorts, keys: list[str]) -> None:
    """Revenue or orders of a customer as cohorts grow older, and what is expected of the highlighted ones."""
    st.subheader("What a customer brings over time", anchor=False, help=DEFINITIONS["growth"])
    kind = st.segmented_control(
        "Add up",
        ["Revenue", "Orders"],
        default="Revenue",
        key="measure",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    what, currency = kind.lower(), data.orders.currency
    lit = frames.highlighted(view, found, keys, st.session_state.get(PICK))
    past = frames.past_frame(view, found, keys, lit, what, data)
    ahead = frames.ahead_frame(view, found, lit, past, what, data)
    words = f"In colour the {'largest' if view.by else 'newest'} cohorts and the one chosen below, the others grey."
    if len(ahead):
        words += " Dashed: what the model expects of them, with the 80% range."
        words += " Expected orders count days with an order." if what == "orders" else ""
    if found.problem is not None:
        words += f" There is no forecast: {found.problem}"
    st.caption(text.plain(words, limit=1000))
    if past.empty:
        st.info("There is nothing to draw yet.", icon=":material/info:")
        return
    st.altair_chart(
        charts.growth_chart(past, ahead, f"{kind} a customer", view.unit, currency, what == "revenue"),
        key="growth",
        alt=f"Cumulative {what} a customer by age, the newest cohorts highlighted",
    )
    if view.by and found.forecast is not None:
        st.markdown("**Expected of a customer over the next 12 months**", help=DEFINITIONS["expected"])
        st.altair_chart(
            charts.expected_chart(
                frames.expected_frame(found, keys, what, currency), f"{kind} a customer", currency, what == "revenue"
            ),
            key="expected",
            alt=f"Expected {what} a customer over the next 12 months by cohort, with 80% ranges",
        )
    if found.forecast is not None:
        widgets.csv_download(
            "Download the forecast",
            "cohorts-forecast.csv",
            partial(frames.cohorts_csv, found.forecast, found.names),
            key="download_forecast",
        )


def second_order(view: View, found: Cohorts, keys: list[str]) -> None:
    """How soon each cohort's customers came back: chart, then table."""
    st.subheader("Time to the second order", anchor=False, help=DEFINITIONS["second"])
    second = found.second
    if not second["ever"].sum():
        st.info("No customer has ordered a second time yet.", icon=":material/info:")
        return
    rows = second.set_index("key").loc[keys]
    frame = frames.second_frame(rows, found.names)
    if frame.empty:
        st.caption(f"No cohort has {ENOUGH} customers who were observed for {cohorts.WAITS[0]} days.")
    else:
        windows = [words for days in cohorts.WAITS if (words := f"{days} days") in set(frame["window"])]
        st.altair_chart(
            charts.second_order_chart(frame, windows, along=view.by is None),
            key="second_orders",
            alt="Share of each cohort with a second order within 30, 60, 90 and 180 days, with 95% intervals",
        )
    shown = rows if view.by else rows[::-1]
    shown = shown.assign(name=shown.index.map(found.names)).drop(columns="cohort").round(3).reset_index(drop=True)
    shown["small"] = shown["small"].map({True: "Small", False: ""})
    column, share = st.column_config, {}
    for days in cohorts.WAITS:
        share[f"share_{days}"] = column.NumberColumn(
            f"Within {days} days", format="percent", help=DEFINITIONS["second"]
        )
    st.dataframe(
        shown,
        key="second_table",
        height=min(35 * (len(shown) + 1) + 3, 388),
        hide_index=True,
        placeholder=text.MISSING,
        column_order=["name", "customers", "small", *share, "median_days"],
        column_config={
            "name": column.TextColumn("Cohort", pinned=True),
            "customers": column.NumberColumn("Customers", format="localized"),
            "small": column.TextColumn(
                "Size", help=f"Small: fewer than {ENOUGH} customers, so that chance rules the numbers."
            ),
            **share,
            "median_days": column.NumberColumn("Median days of those back", format="%.0f", help=DEFINITIONS["median"]),
        },
    )
    widgets.csv_download(
        "Download second orders",
        "second-orders.csv",
        partial(frames.cohorts_csv, second, found.names),
        key="download_second",
    )


def one_cohort(data: Loaded, view: View, found: Cohorts, keys: list[str]) -> None:
    """The customers of one cohort: how many, what they brought and will bring, the highest, and all as a file."""
    st.subheader("Customers of a cohort", anchor=False)
    order = keys if view.by else keys[::-1]
    options = [*order, *(key for key in list(found.names)[::-1] if key not in set(order))]
    if st.session_state.get(PICK) not in options:
        st.session_state[PICK] = options[0]
    key = st.selectbox("Cohort", options, format_func=lambda key: found.names[key], key=PICK, width=360)
    cohort = found.second.loc[found.second["key"] == key, "cohort"].iloc[0]
    inside = (cohorts.cohort_of(data.customers, view.period, view.by) == cohort).to_numpy()
    customers, currency = data.customers[inside], data.orders.currency
    revenue = float(customers["revenue"].sum())
    cards = [
        widgets.Metric("Customers", text.count(len(customers)), "customers", f"{text.percent(inside.mean())} of all"),
        widgets.Metric(
            "Revenue so far",
            text.money(revenue, currency, short=True),
            "revenue",
            f"{text.money(revenue / len(customers), currency)} a customer",
        ),
    ]
    scores, plan = None, session.standard_plan()
    if found.problem is None:
        scores = session.scores_for(data, plan)[inside]
        total = session.uncertainty_for(data, plan).total(inside)
        between = f"12 months; 80% range {text.money_range(total.low, total.high, currency)}"
        expected = text.money(total.expected, currency, short=True)
        cards += [
            widgets.Metric("Expected value", expected, "base_value", between),
            widgets.Metric(
                "Will order again",
                text.percent(scores["p_purchase"].mean()),
                "returning",
                f"About {text.count(scores['p_purchase'].sum())} of {text.count(len(customers))}",
            ),
        ]
    widgets.metric_row(cards)
    best, total_rows = value.find_customers(customers, scores, "", TABLE_ROWS)
    rank = "revenue" if scores is None else "expected value"
    scope = "All" if total_rows <= TABLE_ROWS else f"The first {TABLE_ROWS} of"
    st.caption(f"{scope} {text.plural(total_rows, 'customer')}, highest {rank} first")
    st.dataframe(
        best.round({name: 3 for name in best if name.startswith("p_")}).reset_index(),
        key="cohort_customers",
        height=min(35 * (len(best) + 1) + 3, 388),
        hide_index=True,
        placeholder=text.MISSING,
        column_order=[name for name in lifetime_parts.TABLE_COLUMNS if name in {"customer_id", *best.columns}],
        column_config=lifetime_parts.columns(currency),
    )
    widgets.csv_download(
        f"Download {text.plural(total_rows, 'customer')}",
        "cohort-customers.csv",
        partial(_customers_csv, customers, scores, found.names[key]),
        key="download_cohort",
    )


def _customers_csv(customers: pd.DataFrame, scores: pd.DataFrame | None, cohort: str) -> bytes:
    """A cohort's customers; runs when the button is clicked, outside the session."""
    found = value.find_customers(customers, scores)[0]
    chances = [name for name in found.columns if name.startswith("p_")]
    rounded = found.round(dict.fromkeys(found.columns, 2) | dict.fromkeys(chances, 4))
    return to_csv(rounded.assign(cohort=cohort))


session.clear_with_data(_table, _second, _forecast)
