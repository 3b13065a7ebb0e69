"""The parts of the cohorts page, from the settings at the top to the time to the second order."""

from functools import partial

import pandas as pd
import streamlit as st

from retention import wording
from retention.charts import cohorts as charts
from retention.charts.clickable_rows import PICKED
from retention.history.changes import ENOUGH
from retention.orders.gaps import gap_words
from retention.reports import cohorts
from retention.view import findings, text, widgets
from retention.view.chart_clicks import chart_key, clicked_in
from retention.view.cohorts import curve_frames, frames
from retention.view.cohorts.cards import DEFINITIONS, cards_of
from retention.view.cohorts.data import file_name, gaps_for
from retention.view.cohorts.frames import Cohorts, CohortView
from retention.view.session.loaded import Loaded

KINDS = {"Month": "month", "Week": "week", "Quarter": "quarter"}
BY = ("channel", "category", "coupon", "region", "product")
COHORTS = AGES = (6, 12, 24, 36, 52)


def choose_settings(data: Loaded) -> CohortView:
    """Four controls in one row, kept in the URL; only what the orders have can make cohorts."""
    present = [name for name in BY if f"first_{name}" in data.customers]
    options = [*KINDS, *(f"First {name}" for name in present)]
    about = text.one_help(
        {
            "Cohorts by": DEFINITIONS["by"],
            "Show": DEFINITIONS["show"],
            "Cohorts shown": DEFINITIONS["cohorts"],
            "Ages shown": DEFINITIONS["ages"],
        }
    )
    with st.container(border=True):
        first, second, third, fourth = st.columns([1.2, 1.1, 1, 1], gap="medium")
        kind = first.selectbox(
            "Cohorts by", options, key="cohorts", bind="query-params", help=about
        )
        show = second.segmented_control(
            "Show",
            ["Share", "Customers"],
            default="Share",
            key="show",
            bind="query-params",
            required=True,
        )
        number = third.selectbox(
            "Cohorts shown",
            COHORTS,
            index=COHORTS.index(24),
            key="rows",
            bind="query-params",
        )
        ages = fourth.selectbox(
            "Ages shown",
            AGES,
            index=AGES.index(12),
            key="ages",
            bind="query-params",
        )
        if not present:
            with st.expander(
                "Cohorts by channel, category, coupon, region or product", icon=":material/add:"
            ):
                st.markdown(
                    "These orders have none of the columns. Add one to your order export, such as "
                    "“Channel” with where each order came from, and load it again: columns with "
                    "such names are intakes by themselves, and any other can be named under “Check "
                    "the columns” when the file is loaded."
                )
    by = None if kind in KINDS else kind.removeprefix("First ")
    return CohortView(period=KINDS.get(kind, "month"), by=by, show=show, cohorts=number, ages=ages)


def headline(data: Loaded, view: CohortView, intakes: Cohorts) -> None:
    """How the latest cohorts do, against those before; or which first order does best."""
    widgets.metric_row(cards_of(data, view, intakes), definitions=DEFINITIONS, key="cohorts")


def triangle(data: Loaded, view: CohortView, intakes: Cohorts, keys: list[str]) -> None:
    """The retention triangle, and the choice of a cohort by a click on it."""
    st.subheader("Who came back, and when", anchor=False, help=DEFINITIONS["triangle"])
    table, gaps = intakes.table, gaps_for(data)
    drawn = table[table["key"].isin(keys) & (table["age"] <= view.ages)]
    frame = (
        drawn
        if drawn.empty
        else frames.triangle_frame(drawn, keys, intakes, view.show, view.period, gaps)
    )
    words = _triangle_words(data, view, intakes, keys)
    if not frame["complete"].all():
        gap = ", or its orders are missing" if gaps else ""
        words.insert(1, f"Dashed: the period is not over yet{gap}.")
    st.caption(text.plain(" ".join(words), limit=1000))
    if gaps:
        missing = " ".join(gap_words(gap) for gap in gaps)
        st.markdown(f":orange[:material/warning:] {text.plain(missing, limit=1000)}")
    if drawn.empty:
        st.info("No month of these orders is over yet.", icon=":material/info:")
        return
    if len(intakes.names) == 1:
        name = next(iter(intakes.names.values()))
        st.info(
            f"All customers belong to one cohort, {text.plain(name)}: there is nothing to compare "
            "it with. Load a longer history, or take shorter periods.",
            icon=":material/info:",
        )
    repeat = frame[frame["age"] > 0]
    st.altair_chart(
        charts.triangle_chart(frame, view.unit),
        key=chart_key(view.map_key, (st.session_state.get(view.pick_key),)),
        on_select=partial(choose_clicked, view),
        selection_mode=PICKED,
        alt=f"Share of customers who ordered, by cohort and age. The highest after age 0: "
        f"{wording.percent(repeat['share'].max() if len(repeat) else 0)}",
    )
    widgets.csv_download(
        "Download the triangle",
        file_name("cohorts", view, data),
        partial(frames.cohorts_csv, table),
        key="download_triangle",
    )


def _triangle_words(data: Loaded, view: CohortView, intakes: Cohorts, keys: list[str]) -> list[str]:
    """What the triangle shows, and what to bear in mind about it."""
    measure, unit = "Percent" if view.show == "Share" else "Number", view.period
    words = [
        f"{measure} of the customers of a cohort who ordered, by {unit}s since the first order."
    ]
    if view.by:
        words.append(
            "Only months that are over count: who came in the last one adds to the size and is in "
            "no cell yet."
        )
    elif set(keys) & set(list(intakes.names)[: max(intakes.older, 1)]):
        words.append(
            f"The orders begin on {wording.day(data.orders.start)}: who had ordered before counts "
            "as new."
        )
        if intakes.older:
            words.append(
                "Cohorts marked * are far larger than those after them and probably hold such "
                "customers."
            )
    if cut := _left_out(view, intakes, keys):
        words.append(f"Shown: {cut}.")
    return words


def _left_out(view: CohortView, intakes: Cohorts, keys: list[str]) -> str:
    """Which of the cohorts and ages are drawn; empty where all are."""
    cut = []
    if len(keys) < len(intakes.names):
        which = "largest" if view.by else "newest"
        cut.append(f"the {which} {len(keys)} of {wording.count(len(intakes.names))} cohorts")
    oldest = int(intakes.table["age"].max()) if len(intakes.table) else 0
    if oldest > view.ages:
        cut.append(f"ages up to {view.ages} of {oldest}")
    return " and ".join(cut)


def choose_clicked(view: CohortView) -> None:
    """Look at the cohort whose row was clicked."""
    clicked = clicked_in(view.map_key, "key")
    if clicked is not None:
        st.session_state[view.pick_key] = clicked[0]


def growth(data: Loaded, view: CohortView, intakes: Cohorts, keys: list[str]) -> None:
    """What a customer brings as cohorts grow older, and what is expected of the newest ones."""
    st.subheader("What a customer brings over time", anchor=False, help=DEFINITIONS["growth"])
    kinds = ["Revenue", "Orders"] if data.orders.has_amounts else ["Orders"]
    kind = st.segmented_control(
        "Add up",
        kinds,
        default=kinds[0],
        key="measure",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    measure, currency = kind.lower(), data.orders.currency
    highlighted = curve_frames.highlighted(view, intakes, keys, st.session_state.get(view.pick_key))
    past = curve_frames.past_frame(view, intakes, keys, highlighted, measure, data)
    ahead = curve_frames.ahead_frame(view, intakes, highlighted, past, measure, data)
    words = _growth_words(view, intakes, measure, has_forecast=len(ahead) > 0)
    st.caption(text.plain(words, limit=1000))
    if past.empty:
        st.info("There is nothing to draw yet.", icon=":material/info:")
        return
    title, is_money = f"{kind} a customer", measure == "revenue"
    st.altair_chart(
        charts.growth_chart(past, ahead, title, view.unit, currency, is_money),
        key="growth",
        alt=f"Cumulative {measure} a customer by age. {_furthest_cohorts(past)}",
    )
    cut = charts.beyond_reach(past, ahead)
    if cut:
        st.caption(
            f"{wording.plural(cut, 'small cohort')} of fewer than {ENOUGH} customers "
            f"{'goes' if cut == 1 else 'go'} beyond the chart."
        )
    if intakes.forecast is None:
        return
    if view.by:
        st.markdown(
            "**Expected of a customer over the next 12 months**", help=DEFINITIONS["expected"]
        )
        expected = curve_frames.expected_frame(
            intakes.forecast, intakes.names, keys, measure, currency
        )
        st.altair_chart(
            charts.expected_chart(expected, title, currency, is_money),
            key="expected",
            alt=f"Expected {measure} a customer over the next 12 months by cohort. "
            + findings.extremes(
                list(expected["label"]), list(expected["value"]), list(expected["words"])
            ),
        )
    widgets.csv_download(
        "Download the forecast",
        file_name("cohorts-forecast", view, data),
        partial(frames.cohorts_csv, intakes.forecast),
        key="download_forecast",
    )


def _furthest_cohorts(past: pd.DataFrame) -> str:
    """Say which cohorts have brought the most and the least at the last age that several have."""
    sizes = past.groupby("age")["key"].nunique()
    age = sizes[sizes > 1].index.max() if (sizes > 1).any() else past["age"].max()
    rows = past[past["age"] == age]
    return f"At age {age:g}. " + findings.extremes(
        list(rows["name"]), list(rows["value"]), list(rows["words"])
    )


def _extremes_within(frame: pd.DataFrame, window: str) -> str:
    """Say which cohort came back most and least within a number of days."""
    rows = frame[frame["window"] == window]
    shares = list(rows["share"])
    return findings.extremes(list(rows["label"]), shares, [wording.percent(x) for x in shares])


def _growth_words(view: CohortView, intakes: Cohorts, measure: str, *, has_forecast: bool) -> str:
    words = (
        f"In colour the {'largest' if view.by else 'newest'} cohorts and the one chosen below, "
        "the others grey."
    )
    if has_forecast:
        words += " Dashed: what the model expects of them, with the 80% range."
    if intakes.forecast is not None and measure == "orders":
        words += (
            " Expected orders: the days with an order that the model expects, times the "
            f"{wording.decimal(intakes.orders_per_day, 2)} orders that such a day has had."
        )
    if intakes.problem is not None:
        words += f" There is no forecast: {intakes.problem}"
    return words


def second_order(data: Loaded, view: CohortView, intakes: Cohorts, keys: list[str]) -> None:
    """How soon each cohort's customers came back: chart, then table."""
    st.subheader("Time to the second order", anchor=False, help=DEFINITIONS["second"])
    second = intakes.second
    if not second["ever"].sum():
        st.info("No customer has ordered a second time yet.", icon=":material/info:")
        return
    rows = second.set_index("key").loc[keys]
    frame = curve_frames.second_frame(rows, intakes.names)
    if frame.empty:
        st.caption(
            f"No cohort has {ENOUGH} customers who were observed for {cohorts.WAITS[0]} days."
        )
    else:
        drawn = set(frame["window"])
        windows = [window for days in cohorts.WAITS if (window := f"{days} days") in drawn]
        st.altair_chart(
            charts.second_order_chart(frame, windows, along=view.by is None),
            key="second_orders",
            alt=f"Share of each cohort with a second order within {windows[-1]}. "
            + _extremes_within(frame, windows[-1]),
        )
    _second_table(rows if view.by else rows[::-1], intakes.names, is_by_value=view.by is not None)
    widgets.csv_download(
        "Download second orders",
        file_name("second-orders", view, data),
        partial(frames.cohorts_csv, second),
        key="download_second",
    )


def _second_table(rows: pd.DataFrame, names: dict[str, str], *, is_by_value: bool) -> None:
    shown = rows.assign(name=rows.index.map(names)).drop(columns="cohort").round(3)
    shown = shown.reset_index(drop=True)
    shown["small"] = shown["small"].map({True: "Small", False: ""})
    column = st.column_config
    shares = {
        f"share_{days}": column.NumberColumn(
            f"Within {days} days", format="percent", help=DEFINITIONS["second"]
        )
        for days in cohorts.WAITS
    }
    medians = ["median_days"] if rows["median_days"].any() else []
    st.dataframe(
        shown,
        key="second_table",
        height=min(35 * (len(shown) + 1) + 3, 388),
        hide_index=True,
        placeholder=wording.MISSING,
        column_order=["name", "customers", "small", *shares, *medians],
        column_config={
            # A week's first day, or whatever the file says.
            "name": column.TextColumn("Cohort", pinned=True, width=200 if is_by_value else 110),
            "customers": column.NumberColumn("Customers", format="localized"),
            "small": column.TextColumn(
                "Size",
                help=f"Small: fewer than {ENOUGH} customers, so that chance rules the numbers.",
            ),
            **shares,
            "median_days": column.NumberColumn(
                "Median days", format="localized", step=1, help=DEFINITIONS["median"]
            ),
        },
    )
