"""The parts of the cohorts page, from the settings at the top to the time to the second order."""

from functools import partial

import streamlit as st

from retention import wording
from retention.history.changes import ENOUGH
from retention.orders.gaps import gap_words
from retention.reports import cohorts
from retention.view import text, widgets
from retention.view.cohorts import charts, frames
from retention.view.cohorts.cards import DEFINITIONS, cards_of
from retention.view.cohorts.data import file_name, gaps_for
from retention.view.cohorts.frames import Cohorts, View
from retention.view.session.loaded import Loaded

KINDS = {"Month": "month", "Week": "week", "Quarter": "quarter"}
BY = ("channel", "category", "coupon", "region", "product")
COHORTS, AGES = (6, 12, 24, 36, 52), (6, 12, 24, 36, 52)


def settings(data: Loaded) -> View:
    """Four controls in one row, kept in the URL; only what the orders have can make cohorts."""
    present = [name for name in BY if f"first_{name}" in data.customers]
    options = [*KINDS, *(f"First {name}" for name in present)]
    with st.container(border=True):
        one, two, three, four = st.columns([1.2, 1.1, 1, 1], gap="medium")
        kind = one.selectbox(
            "Cohorts by", options, key="cohorts", bind="query-params", help=DEFINITIONS["by"]
        )
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
            "Cohorts shown",
            COHORTS,
            2,
            key="rows",
            bind="query-params",
            help=DEFINITIONS["cohorts"],
        )
        ages = four.selectbox(
            "Ages shown", AGES, 1, key="ages", bind="query-params", help=DEFINITIONS["ages"]
        )
        if not present:
            with st.expander(
                "Cohorts by channel, category, coupon, region or product", icon=":material/add:"
            ):
                st.markdown(
                    "These orders have none of the columns. Add one to your order export, such as "
                    "“Channel” with where each order came from, and load it again: columns with "
                    "such names are found by themselves, and any other can be named under “Check "
                    "the columns” when the file is loaded."
                )
    by = None if kind in KINDS else kind.removeprefix("First ")
    return View(KINDS.get(kind, "month"), by, show, number, ages)


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


def triangle(data: Loaded, view: View, found: Cohorts, keys: list[str]) -> None:
    """The retention triangle, and the choice of a cohort by a click on it."""
    st.subheader("Who came back, and when", anchor=False, help=DEFINITIONS["triangle"])
    table = found.table
    drawn = table[table["key"].isin(keys) & (table["age"] <= view.ages)]
    cut = []
    if len(keys) < len(found.names):
        cut.append(
            f"the {'largest' if view.by else 'newest'} {len(keys)} of "
            f"{wording.count(len(found.names))} cohorts"
        )
    oldest = int(table["age"].max()) if len(table) else 0
    if oldest > view.ages:
        cut.append(f"ages up to {view.ages} of {oldest}")
    unit = view.period
    words = (
        f"{'Percent' if view.show == 'Share' else 'Number'} of the customers of a cohort who "
        f"ordered in the {unit} so many {unit}s after the one of their first order. The number "
        "beside a cohort is its size. Click a row to see its customers below."
    )
    gaps = gaps_for(data)
    frame = (
        drawn
        if drawn.empty
        else frames.triangle_frame(drawn, keys, found, view.show, view.period, gaps)
    )
    unfinished = "the period is not over yet" + (", or its orders are missing" if gaps else "")
    words += f" Dashed: {unfinished}." if not frame["complete"].all() else ""
    if view.by:
        words += (
            " Only months that are over count: who came in the last one adds to the size and is "
            "in no cell yet."
        )
    elif set(keys) & set(list(found.names)[: max(found.older, 1)]):
        words += (
            f" The orders begin on {wording.day(data.orders.start)}: who had ordered before "
            "counts as new."
        )
        if found.older:
            words += (
                " Cohorts marked * are far larger than those after them and probably hold such "
                "customers."
            )
    words += f" Shown: {' and '.join(cut)}." if cut else ""
    st.caption(text.plain(words, limit=1000))
    if gaps:
        missing = " ".join(gap_words(gap) for gap in gaps)
        st.markdown(f":orange[:material/warning:] {text.plain(missing, limit=1000)}")
    if drawn.empty:
        st.info("No month of these orders is over yet.", icon=":material/info:")
        return
    if len(found.names) == 1:
        st.info(
            f"All customers belong to one cohort, {text.plain(next(iter(found.names.values())))}: "
            "there is nothing to compare it with. Load a longer history, or take shorter periods.",
            icon=":material/info:",
        )
    repeat = frame[frame["age"] > 0]
    st.altair_chart(
        charts.triangle_chart(frame, view.unit),
        key=view.map_key,
        on_select=partial(clicked, view),
        selection_mode="picked",
        alt=f"Share of customers who ordered, by cohort and age. The highest after age 0: "
        f"{wording.percent(repeat['share'].max() if len(repeat) else 0)}",
    )
    widgets.csv_download(
        "Download the triangle",
        file_name("cohorts", view, data),
        partial(frames.cohorts_csv, table),
        key="download_triangle",
    )


def clicked(view: View) -> None:
    """Look at the cohort whose row was clicked."""
    chosen = st.session_state[view.map_key].selection.get("picked") or []
    if chosen:
        st.session_state[view.pick_key] = chosen[-1]["key"]


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
    lit = frames.highlighted(view, found, keys, st.session_state.get(view.pick_key))
    past = frames.past_frame(view, found, keys, lit, what, data)
    ahead = frames.ahead_frame(view, found, lit, past, what, data)
    words = (
        f"In colour the {'largest' if view.by else 'newest'} cohorts and the one chosen below, "
        "the others grey."
    )
    if len(ahead):
        words += " Dashed: what the model expects of them, with the 80% range."
    if found.forecast is not None and what == "orders":
        words += (
            " Expected orders: the days with an order that the model expects, times the "
            f"{found.orders_per_day:.2f} orders that such a day has had."
        )
    if found.problem is not None:
        words += f" There is no forecast: {found.problem}"
    st.caption(text.plain(words, limit=1000))
    if past.empty:
        st.info("There is nothing to draw yet.", icon=":material/info:")
        return
    st.altair_chart(
        charts.growth_chart(
            past, ahead, f"{kind} a customer", view.unit, currency, what == "revenue"
        ),
        key="growth",
        alt=f"Cumulative {what} a customer by age, the newest cohorts highlighted",
    )
    if view.by and found.forecast is not None:
        st.markdown(
            "**Expected of a customer over the next 12 months**", help=DEFINITIONS["expected"]
        )
        st.altair_chart(
            charts.expected_chart(
                frames.expected_frame(found, keys, what, currency),
                f"{kind} a customer",
                currency,
                what == "revenue",
            ),
            key="expected",
            alt=f"Expected {what} a customer over the next 12 months by cohort, with 80% ranges",
        )
    if found.forecast is not None:
        widgets.csv_download(
            "Download the forecast",
            file_name("cohorts-forecast", view, data),
            partial(frames.cohorts_csv, found.forecast),
            key="download_forecast",
        )


def second_order(data: Loaded, view: View, found: Cohorts, keys: list[str]) -> None:
    """How soon each cohort's customers came back: chart, then table."""
    st.subheader("Time to the second order", anchor=False, help=DEFINITIONS["second"])
    second = found.second
    if not second["ever"].sum():
        st.info("No customer has ordered a second time yet.", icon=":material/info:")
        return
    rows = second.set_index("key").loc[keys]
    frame = frames.second_frame(rows, found.names)
    if frame.empty:
        st.caption(
            f"No cohort has {ENOUGH} customers who were observed for {cohorts.WAITS[0]} days."
        )
    else:
        windows = [
            words for days in cohorts.WAITS if (words := f"{days} days") in set(frame["window"])
        ]
        st.altair_chart(
            charts.second_order_chart(frame, windows, along=view.by is None),
            key="second_orders",
            alt="Share of each cohort with a second order within 30, 60, 90 and 180 days, with "
            "95% intervals",
        )
    shown = rows if view.by else rows[::-1]
    shown = (
        shown.assign(name=shown.index.map(found.names))
        .drop(columns="cohort")
        .round(3)
        .reset_index(drop=True)
    )
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
        placeholder=wording.MISSING,
        column_order=[
            "name",
            "customers",
            "small",
            *share,
            *(["median_days"] if rows["median_days"].any() else []),
        ],
        column_config={
            # A week's first day, or whatever the file says.
            "name": column.TextColumn("Cohort", pinned=True, width=200 if view.by else 110),
            "customers": column.NumberColumn("Customers", format="localized"),
            "small": column.TextColumn(
                "Size",
                help=f"Small: fewer than {ENOUGH} customers, so that chance rules the numbers.",
            ),
            **share,
            "median_days": column.NumberColumn(
                "Median days", format="%.0f", help=DEFINITIONS["median"]
            ),
        },
    )
    widgets.csv_download(
        "Download second orders",
        file_name("second-orders", view, data),
        partial(frames.cohorts_csv, second),
        key="download_second",
    )
