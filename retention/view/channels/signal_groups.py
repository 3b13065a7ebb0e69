"""Who comes back by what customers say: promoters beside detractors, and other signals."""

from functools import partial
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from retention import wording
from retention.charts import palette
from retention.charts.clickable_rows import PICKED, row_bands
from retention.own_segments.catalogue import ELSEWHERE
from retention.reports.breakdown_verdict import LESS, MORE
from retention.reports.signal_groups import AFTER_DAYS, NO_ANSWER, signal_groups
from retention.signal_files.latest import CSAT_GROUPS, NPS_GROUPS, STATUSES
from retention.view import page_table, text
from retention.view.plan_button import plan_button, plan_customers
from retention.view.row_choice import RowChoice
from retention.view.session.cache import kept
from retention.view.session.loaded import Loaded
from retention.view.session.people import signals_for

#: The signals that make groups, by their names on the page: the column, and the day of the answer.
GROUPINGS = {
    "Recommendation (NPS)": ("nps_group", "nps_on"),
    "Satisfaction (CSAT)": ("csat_group", "csat_on"),
    "Review stars": ("last_rating", "rated_on"),
    "Loyalty tier": ("loyalty_tier", ""),
    "Subscription": ("subscription_status", ""),
}
_ORDERS = {"nps_group": NPS_GROUPS, "csat_group": CSAT_GROUPS, "subscription_status": STATUSES}
#: Groups of a signal that are shown, the largest ones.
MOST_GROUPS = 12
ROW, AROUND = 34, 60
CHART = "signal_groups"


def draw_signal_groups(data: Loaded) -> None:
    """Draw the section, folded: the groups of one signal, or where such signals come from.

    Args:
        data: The session's data.
    """
    with st.container(key="by-signals"):
        section = st.expander(
            "Who comes back by what customers say",
            icon=":material/sentiment_satisfied:",
            key="signal_groups_section",
            on_change="rerun",
        )
        if section.open:
            with section:
                _draw(data)


@st.fragment
def _draw(data: Loaded) -> None:
    signals = signals_for(data)
    known = {
        label: columns
        for label, columns in GROUPINGS.items()
        if columns[0] in signals and signals[columns[0]].notna().any()
    }
    if not known:
        st.markdown("Add survey scores, reviews or loyalty points to compare who comes back.")
        st.page_link(
            page_table.FRONT_PAGE,
            label=ELSEWHERE,
            icon=":material/library_add:",
            query_params=page_table.OPEN_ELSEWHERE,
        )
        return
    chosen = st.segmented_control(
        "Compare by",
        list(known),
        default=next(iter(known)),
        key="signal_groups_by",
        required=True,
        wrap=True,
        label_visibility="collapsed",
    )
    column, day = known[chosen]
    table = groups_for(data, column, day)
    st.markdown(_finding(table))
    shown = table.reset_index()
    groups = [str(name) for name in table.index if name != NO_ANSWER]
    first = _weakest(table.loc[groups])
    choice = RowChoice(f"signal_groups_pick_{column}", tuple(groups), first)
    st.altair_chart(
        group_chart(shown, choice.chosen),
        key=choice.chart_key(CHART),
        on_select=partial(choice.take_from_chart, CHART, "group"),
        selection_mode=PICKED,
        alt=f"Share who bought again by {chosen.lower()}: {_in_words(table)}",
    )
    _draw_plan(data, choice, column, chosen)
    _draw_table(table, chosen)
    st.caption(
        "An association, not a cause: content customers buy more, and those who buy more are "
        "asked more often. Lines are 95% ranges; dashed is the rate of all who answered."
    )


def _weakest(table: pd.DataFrame) -> str:
    """The group that buys again least: the one to do something about."""
    return str(table["repeat_purchase_rate"].fillna(1).idxmin())


def _draw_plan(data: Loaded, choice: RowChoice, column: str, signal: str) -> None:
    """The way to a campaign for the customers of a group."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        group = choice.draw_box("Customers of the group")
        inside = (_groups(signals_for(data)[column], column) == group).to_numpy()
        if plan_button("plan_signal_group", disabled=not inside.any()):
            plan_customers(
                data,
                f"{signal}: {text.one_line(group, 30)}",
                f"{signal} is {text.one_line(group, 60)}, by a file of the store.",
                signals_for(data).index[inside],
            )
        st.caption(wording.plural(int(inside.sum()), "customer"))


@kept(max_entries=8, by_signals=True)
def groups_for(data: Loaded, column: str, day: str) -> pd.DataFrame:
    """Return `signal_groups` of one signal, with what was ordered after the answer if it is dated.

    Args:
        data: The session's data.
        column: The column of the signals that makes the groups.
        day: The column of the answer's day; "" where there is none.
    """
    signals = signals_for(data)
    answered_on = signals.get(day)
    return signal_groups(
        data.customers,
        _groups(signals[column], column),
        answered_on=answered_on,
        orders=None if answered_on is None else data.orders,
    )


def _groups(values: pd.Series, column: str) -> pd.Series:
    """Each customer's group, in the order in which the page lists them."""
    if column == "last_rating":
        stars = values.round()
        values = stars.map(
            lambda n: None if pd.isna(n) else f"{wording.general(n)} stars" if n != 1 else "1 star"
        )
        names = [
            f"{wording.general(n)} stars" if n != 1 else "1 star"
            for n in sorted(stars.dropna().unique())
        ]
    else:
        counts = values.value_counts()
        names = list(_ORDERS.get(column, sorted(counts.index[:MOST_GROUPS])))
    return values.astype(pd.CategoricalDtype([name for name in names if (values == name).any()]))


def _finding(table: pd.DataFrame) -> str:
    """What the groups say, in a sentence."""
    more, less = (table[table["verdict"] == verdict] for verdict in (MORE, LESS))
    if len(more) and len(less):
        best = more.nlargest(1, "repeat_purchase_rate")
        worst = less.nsmallest(1, "repeat_purchase_rate")
        return (
            f"**{text.plain(best.index[0])}: {_rate(best.iloc[0])} bought again.** "
            f"{text.plain(worst.index[0])}: {_rate(worst.iloc[0])}."
        )
    answered = table[table.index != NO_ANSWER]
    if (answered["verdict"] == "too little data").all():
        return "**Too little data.** Each group needs 30 customers, and all others together too."
    return "**No group clearly comes back more often.** What differs may be chance."


def _rate(row: pd.Series) -> str:
    name = "repeat_purchase_rate"
    low, high = (wording.percent(row[f"{name}_{end}"]) for end in ("low", "high"))
    return f"{wording.percent(row[name])} ({low} to {high})"


def _in_words(table: pd.DataFrame) -> str:
    return "; ".join(f"{name} {_rate(row)}" for name, row in table.iterrows())


def group_chart(frame: pd.DataFrame, chosen: str | None = None) -> alt.LayerChart:
    """Each group's repeat purchase rate with its 95 % range.

    A click selects a group under the name "picked".

    Args:
        frame: As `signal_groups` returns, with the groups as the column `group`.
        chosen: The group that is chosen now.
    """
    name = "repeat_purchase_rate"
    shown = frame.assign(
        rate=[_rate(row) for _, row in frame.iterrows()],
        average=frame["average"].ffill().bfill(),
        colour=[
            palette.NEUTRAL if group == NO_ANSWER else palette.ACCENT for group in frame["group"]
        ],
    )
    top = float(min(1.0, shown[f"{name}_high"].max() * 1.08))
    x: dict[str, Any] = {
        "title": "Bought again",
        "axis": alt.Axis(format="~%", tickCount=5),
        "scale": alt.Scale(domain=[0, top], nice=False),
    }
    y = alt.Y(
        "group:N",
        title=None,
        sort=shown["group"].tolist(),
        axis=alt.Axis(labelLimit=150, labelFlush=False, grid=False, ticks=False),
    )
    tooltip = [
        alt.Tooltip("group:N", title="Group"),
        alt.Tooltip("rate:N", title="Bought again, 95% range"),
        alt.Tooltip("customers:Q", title="Customers", format=","),
    ]
    colour = alt.Color("colour:N", scale=None)
    base = alt.Chart(shown)
    average = (
        alt.Chart(shown[["average"]].iloc[:1])
        .mark_rule(color=palette.NEUTRAL, strokeDash=[5, 4], strokeWidth=1.5)
        .encode(x=alt.X("average:Q", **x))
    )
    lines = base.mark_rule(strokeWidth=2.5).encode(
        x=alt.X(f"{name}_low:Q", **x), x2=f"{name}_high:Q", y=y, color=colour, tooltip=tooltip
    )
    dots = base.mark_circle(size=110, opacity=1).encode(
        x=alt.X(f"{name}:Q", **x), y=y, color=colour, tooltip=tooltip
    )
    bands = row_bands(shown, y, "group", chosen, tooltip)
    return alt.LayerChart(layer=[bands, average, lines, dots], height=AROUND + ROW * len(shown))


def _draw_table(table: pd.DataFrame, title: str) -> None:
    shown = pd.DataFrame(
        {
            title: table.index,
            "Bought again": [_rate(row) for _, row in table.iterrows()],
            "Customers": table["customers"].to_numpy(),
        }
    )
    if "ordered_after_rate" in table and table["asked"].sum():
        shown[f"Ordered within {AFTER_DAYS} days after the answer"] = [
            _after_words(row) for _, row in table.iterrows()
        ]
    st.dataframe(
        shown,
        hide_index=True,
        key="signal_groups_table",
        column_config={
            title: st.column_config.TextColumn(pinned=True, width=140),
            "Customers": st.column_config.NumberColumn(format="localized"),
        },
    )


def _after_words(row: pd.Series) -> str:
    if not row["asked"] > 0:
        return wording.MISSING
    name = "ordered_after_rate"
    low, high = (wording.percent(row[f"{name}_{end}"]) for end in ("low", "high"))
    return f"{wording.percent(row[name])} ({low} to {high}) of {wording.count(row['asked'])}"
